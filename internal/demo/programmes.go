package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// What else happened in the past of a world: needs for joint research and the calls made of some, joint projects that treasuries and
// others pay, two rounds of an innovation challenge, and consortia. Each is a case of a made-up earlier edition, taken through its
// stages by the acts that people have, on the days of the past on which vouchers are bought too.

// What was published of the delta (rows 64, 106, 107 and 116 of docs/systems.md). How it is spread is ours and made up.
const (
	needsOfPast      = 134                             // of 2024
	callsOfPast      = 41                              // of 2024, each made of one of the needs
	projectsOfPast   = 43                              // published for the years since 2022; here all since 2024
	fiscalOfPast     = 180_000_000 * unit.FenPerYuan   // of four treasuries
	othersOfPast     = 1_150_000_000 * unit.FenPerYuan // that firms and others added
	sixthOfPast      = 1_551                           // needs of the round of 2024
	seventhOfPast    = 1_986                           // published: nearly 2,000, of the round of 2025
	intendedOfPast   = 3_559_000_000 * unit.FenPerYuan // of the round of 2024
	intentionsOfPast = 618                             // made up: how many of its needs came to an intention
	consortiaOfPast  = 24
	firstOfPast      = 12 // of them founded in 2024
)

const (
	attackID     = "attack-need"
	projectID    = "joint-project"
	challengeID  = "challenge-need"
	consortiumID = "consortium"

	stepOf2025    = 24 // the first of the days of the past that is surely of 2025
	lastOf2024    = 21 // the last one after which there is another in 2024
	intendedAfter = 2  // days of the past until an intention
	yearInSteps   = 26
	leastFiscal   = 0.5 // of a project's weight, and as much again at most
)

// hand is who does something.
type hand int

const (
	byClerk hand = iota
	byDesk
	byFinance
)

// pastCase is one case; no two of its acts are of one day.
type pastCase struct {
	no           int
	node, firm   string
	scheme       string
	fields, more map[string]string // filled in at first, and before the second act
	acts         []pastAct
}

type pastAct struct {
	step    int
	by      hand
	name    string
	answers map[string]bool
}

// due is an act of a case on its day.
type due struct {
	*pastCase
	act int
}

// programmes are all cases of the past by the step of their acts, the same ones each time.
func programmes() [][]due {
	r := rand.New(rand.NewPCG(historySeed, 2))
	var all []*pastCase
	add := func(scheme string, fields map[string]string, acts ...pastAct) *pastCase {
		at := sharesOfPast[drawn(r, func(j int) int { return sharesOfPast[j].all }, len(sharesOfPast))].node
		d := &pastCase{no: len(all), node: at, firm: firmOfPast(at, r.IntN(firmsOfPast)), scheme: scheme, fields: fields, acts: acts}
		all = append(all, d)
		return d
	}
	fields := []string{"chips", "biomedicine", "ai"}
	for i := range needsOfPast {
		file := i * lastOf2024 / needsOfPast
		then := pastAct{step: file + 1, by: byDesk, name: "keep"}
		if (i+1)*callsOfPast/needsOfPast > i*callsOfPast/needsOfPast {
			then.name, then.answers = "call", map[string]bool{"reaches": true}
		}
		add(attackID, map[string]string{"field": fields[r.IntN(len(fields))], "need": fmt.Sprintf("虚构攻关需求%d", i+1)}, pastAct{step: file, name: "file"}, then)
	}
	fiscal, others := parted(r, fiscalOfPast, projectsOfPast), parted(r, othersOfPast, projectsOfPast)
	for i := range projectsOfPast {
		file := 1 + i
		add(projectID, map[string]string{"topic": fmt.Sprintf("虚构联合攻关项目%d", i+1), "asked": fiscal[i].Yuan(), "others": others[i].Yuan()},
			pastAct{step: file, name: "file"}, pastAct{step: file + 1, by: byDesk, name: "approve"}, pastAct{step: file + 2, by: byFinance, name: "pay"})
	}
	intended := parted(r, intendedOfPast, intentionsOfPast)
	for i := range sixthOfPast {
		enter := i * (lastOf2024 - 1) / sixthOfPast
		d := add(challengeID, map[string]string{"need": fmt.Sprintf("虚构创新需求%d", i+1)}, pastAct{step: enter, name: "enter_sixth"})
		if k := i * intentionsOfPast / sixthOfPast; (i+1)*intentionsOfPast/sixthOfPast > k {
			d.more = map[string]string{"intended_sum": intended[k].Yuan()}
			d.acts = append(d.acts, pastAct{step: enter + intendedAfter, name: "intend"})
		}
	}
	for i := range seventhOfPast {
		add(challengeID, map[string]string{"need": fmt.Sprintf("虚构创新需求%d", sixthOfPast+i+1)}, pastAct{step: stepOf2025 + i*(stepsOfPast-stepOf2025)/seventhOfPast, name: "enter_seventh"})
	}
	for i := range consortiaOfPast {
		file := 7 + i/4
		if i >= firstOfPast {
			file += stepOf2025
		}
		d := add(consortiumID, nil, pastAct{step: file, name: "file"}, pastAct{step: file + 1, by: byDesk, name: "found"})
		if i < firstOfPast {
			d.acts = append(d.acts, pastAct{step: file + 1 + yearInSteps, by: byDesk, name: "evaluate"})
		}
		for at := range sharesOfPast { // a partner of the next province
			if sharesOfPast[at].node == d.node {
				there := sharesOfPast[(at+1)%len(sharesOfPast)].node
				d.fields = map[string]string{"partner": Owners(ownersOfPast, unit.Region(there), offersSeed)[r.IntN(ownersOfPast)].Code}
			}
		}
	}
	out := make([][]due, stepsOfPast)
	for _, d := range all {
		for i, a := range d.acts {
			out[a.step] = append(out[a.step], due{d, i})
		}
	}
	return out
}

// parted is a total in n parts of whole yuan, none more than three times another, the same ones each time.
func parted(r *rand.Rand, total unit.Fen, n int) []unit.Fen {
	weights, sum := make([]float64, n), 0.0
	for i := range weights {
		weights[i] = leastFiscal + r.Float64()
		sum += weights[i]
	}
	out, carried, before := make([]unit.Fen, n), 0.0, int64(0)
	for i, w := range weights {
		carried += w / sum * float64(total/unit.FenPerYuan)
		upTo := int64(math.Round(carried))
		out[i], before = unit.Fen(upTo-before)*unit.FenPerYuan, upTo
	}
	return out
}

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

func (p *pastPeople) act(ctx context.Context, n *node.Node, x due) error {
	key := "beside-" + strconv.Itoa(x.no)
	id, known := p.beside.Load(x.no)
	if !known { // new, or of before the world was cut off: the same key finds the same case
		k, err := n.Cases.Create(ctx, p.clerk, x.scheme, x.firm, key)
		if err != nil {
			return err
		}
		id = k.ID
		if k.Stage == "draft" {
			if _, err := n.Cases.Save(ctx, p.clerk, k.ID, 0, x.fields); err != nil {
				return err
			}
		}
		p.beside.Store(x.no, id)
	}
	a := x.acts[x.act]
	if x.act == 1 && len(x.more) > 0 {
		if k, err := n.Cases.Get(ctx, p.clerk, id.(unit.ID)); err != nil {
			return err
		} else if k.End == "" {
			if _, err := n.Cases.Save(ctx, p.clerk, k.ID, 0, x.more); err != nil {
				return err
			}
		}
	}
	_, err := n.Cases.Act(ctx, [...]access.Actor{p.clerk, p.desk, p.finance}[a.by], id.(unit.ID),
		casework.Action{Name: a.name, Reason: "演示 demonstration", Answers: a.answers, Key: key + "-" + a.name})
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
