package demo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// run takes a day's acts of a node.
func (p *pastPeople) run(ctx context.Context, n *node.Node, all []due) error {
	return abreast(all, func(x due) error {
		if x.node != n.Node.Code {
			return nil
		}
		if err := p.act(ctx, n, x); err != nil {
			return fmt.Errorf("%s %d, %s: %w", x.scheme, x.no, x.acts[x.act].name, err)
		}
		return nil
	})
}

// key is that of a case and begins those of its acts, so that what was done before the world was cut off is found again.
func (d *pastCase) key() string { return "beside-" + strconv.Itoa(d.no) }

// caseOf is the id of a case, which is opened where it is not there yet.
func (p *pastPeople) caseOf(ctx context.Context, n *node.Node, d *pastCase) (unit.ID, error) {
	if id, known := p.beside.Load(d.no); known {
		return id.(unit.ID), nil
	}
	var k casework.Case
	var err error
	if d.under == nil {
		k, err = n.Cases.Create(ctx, p.clerk, d.scheme, d.firm, d.key())
	} else {
		call, refused := p.caseOf(ctx, n, d.under)
		if refused != nil {
			return "", refused
		}
		k, err = n.Cases.AnswerCall(ctx, p.clerk, call, d.scheme, d.firm, d.key())
	}
	if err == nil {
		p.beside.Store(d.no, k.ID)
	}
	return k.ID, err
}

// act does an act of a case, after what the firm fills in before it.
func (p *pastPeople) act(ctx context.Context, n *node.Node, x due) error {
	id, err := p.caseOf(ctx, n, x.pastCase)
	if err != nil {
		return err
	}
	a := x.acts[x.act]
	if len(a.fields) > 0 {
		k, err := n.Cases.Get(ctx, p.clerk, id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(k.History, func(s casework.Step) bool { return s.Action == a.name }) {
			if _, err := n.Cases.Save(ctx, p.clerk, id, 0, a.fields); err != nil {
				return err
			}
		}
	}
	_, err = n.Cases.Act(ctx, [...]access.Actor{p.clerk, p.desk, p.finance}[a.by], id,
		casework.Action{Name: a.name, Reason: "演示 demonstration", Answers: a.answers, Key: x.key() + "-" + a.name})
	if err == nil && x.act == len(x.acts)-1 {
		p.beside.Delete(x.no)
	}
	return err
}

// tooBusy are refusals of a machine that is busy with other things; nothing was done.
var tooBusy = []string{"db.waited_too_long", "db.act_too_long"}

// abreast does something with each of all, several at a time, so that acts share commits; the first error ends it. What the machine was
// too busy for is tried again.
func abreast[T any](all []T, do func(T) error) error {
	var mu sync.Mutex
	var g sync.WaitGroup
	var failed error
	next := 0
	for range actorsOfPast {
		g.Go(func() {
			for {
				mu.Lock()
				at, stop := next, failed != nil || next >= len(all)
				next++
				mu.Unlock()
				if stop {
					return
				}
				err := do(all[at])
				for try := 1; try < bulkTries && slices.Contains(tooBusy, fault.CodeOf(err)); try++ {
					err = do(all[at]) // under the same keys
				}
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	g.Wait()
	return failed
}
