package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
	"corridor/internal/web"
)

// rehearsalWait is for how long one thing that has to come by itself is waited for.
const rehearsalWait = 90 * time.Second

// Rehearsals are the drills that Rehearse plays, by name, in the order in which they are told.
var Rehearsals = []string{"restore", "key-loss", "away", "clock", "fork", "epoch"}

// Rehearse plays a drill on a throw-away community of three real nodes that serve, follow and write to each other over HTTP on
// this machine. It prints each step with ok or FAIL and returns an error at the first that did not hold. dir is a folder for the
// databases; it is left behind for whoever wants to look.
func Rehearse(ctx context.Context, name, dir string, out io.Writer) (err error) {
	drills := map[string]func(*drill, context.Context) error{"restore": (*drill).restore, "key-loss": (*drill).keyLoss, "away": (*drill).away, "clock": (*drill).clock, "fork": (*drill).fork, "epoch": (*drill).epoch}
	play, ok := drills[name]
	if !ok {
		return fault.New(fault.NotFound, "node.no_rehearsal", "name", name)
	}
	d := &drill{dir: dir, out: out, opened: time.Now().UTC()}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.open(ctx); err != nil {
		return err
	}
	return play(d, ctx)
}

// drill is the throw-away community.
type drill struct {
	dir    string
	out    io.Writer
	opened time.Time
	cut    atomic.Bool  // nobody fetches leaves
	moved  atomic.Int64 // by how much everybody's clock was moved
	sides  []*drilled
	steps  int
}

// drilled is one of its nodes: 0 is the one to which things happen.
type drilled struct {
	*Node
	code, address string
	key           Key
	off           atomic.Int64 // by how much this node's clock is wrong
	stop          func() error // nil while it does not run
}

// rehearser is who keeps every node of a drill.
var rehearser = access.Actor{Person: "01REHEARSER", Name: "演练人员 rehearser", Session: "rehearsal", Strong: true, Grants: []access.Grant{{Role: "node_admin"}}}

func (d *drill) open(ctx context.Context) error {
	for _, code := range []string{"310000", "320000", "330000"} {
		s := &drilled{code: code}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.address = l.Addr().String()
		if err := l.Close(); err != nil {
			return err
		}
		folder := d.folder(s)
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return err
		}
		if s.key, err = MakeKey(filepath.Join(folder, KeyName), "rehearsal.example/"+code[:2]); err != nil {
			return err
		}
		d.sides = append(d.sides, s)
	}
	for _, s := range d.sides {
		if err := d.start(ctx, s); err != nil {
			return err
		}
	}
	return d.step("three nodes follow each other", func() error {
		for _, s := range d.sides {
			if err := d.publish(ctx, s, 2); err != nil {
				return err
			}
		}
		for _, a := range d.sides {
			for _, b := range d.sides {
				if a != b {
					if err := d.followed(ctx, a, b); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

func (d *drill) folder(s *drilled) string { return filepath.Join(d.dir, s.code[:2]) }

// config is how a node of the drill is opened.
func (d *drill) config(s *drilled) Config {
	c := Config{Node: web.Node{Code: s.code, Seal: "演", Class: "r" + s.code[:2], Name: fault.Words{"演练节点 " + s.code[:2], "Rehearsal node " + s.code[:2]}, Synthetic: true},
		Dir: d.folder(s), Address: s.address, Site: "http://" + s.address, Origin: s.key.Origin, Key: s.key.Private, Former: s.key.Former, NoCodes: true, Logger: quiet(),
		Carry:        func(next http.RoundTripper) http.RoundTripper { return noTiles{d, next} },
		PeerNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Now: func() time.Time {
			return d.opened.Add(time.Since(d.opened) + time.Duration(d.moved.Load()+s.off.Load()))
		}}
	for _, o := range d.sides {
		if o != s {
			c.Peers = append(c.Peers, federation.Peer{Code: o.code, Name: fault.Words{"演练节点 " + o.code[:2], "Rehearsal node " + o.code[:2]}, URL: "http://" + o.address, Key: o.key.Public, Witness: o.key.Witness})
		}
	}
	return c
}

func (d *drill) start(ctx context.Context, s *drilled) (err error) {
	if s.Node, err = Open(ctx, d.config(s)); err != nil {
		return err
	}
	if err := s.Listen(); err != nil {
		return errors.Join(err, s.Close())
	}
	running, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(running) }()
	s.stop = func() error {
		cancel()
		s.stop = nil
		return errors.Join(<-done, s.Close())
	}
	return nil
}

func (d *drill) close() error {
	var errs []error
	for _, s := range d.sides {
		if s.stop != nil {
			errs = append(errs, s.stop())
		}
	}
	return errors.Join(errs...)
}

// step plays one step and prints what became of it.
func (d *drill) step(what string, do func() error) error {
	d.steps++
	if err := do(); err != nil {
		fmt.Fprintf(d.out, "%2d FAIL %s: %v\n", d.steps, what, err)
		return fmt.Errorf("step %d, %s: %w", d.steps, what, err)
	}
	fmt.Fprintf(d.out, "%2d ok   %s\n", d.steps, what)
	return nil
}

// until waits for what comes by itself.
func (d *drill) until(ctx context.Context, holds func() (bool, string)) error {
	for end := time.Now().Add(rehearsalWait); ; {
		ok, how := holds()
		if ok {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("not so after %s: %s", rehearsalWait, how)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// publish puts leaves into a node's log and waits until they have numbers.
func (d *drill) publish(ctx context.Context, s *drilled, n int) error {
	for range n {
		if err := s.DB.Act(ctx, func(tx *db.Tx) error {
			_, err := s.Log.Append(ctx, tx, corridorlog.Leaf{Kind: "rehearsal.step", Day: unit.DayOf(tx.Now(), unit.Beijing()), Object: "rehearsal", Fields: map[string]any{"at": tx.Now().Format(time.RFC3339Nano)}})
			return err
		}); err != nil {
			return err
		}
	}
	return d.until(ctx, func() (bool, string) {
		waiting, err := s.Log.Pending(ctx)
		return err == nil && waiting == 0, fmt.Sprintf("%d leaves wait, %v", waiting, err)
	})
}

// sees is how a neighbour's log stands at a node.
func (s *drilled) sees(ctx context.Context, o *drilled) (federation.Neighbour, error) {
	all, err := s.Federation.State(ctx)
	for _, n := range all {
		if n.Code == o.code {
			return n, err
		}
	}
	return federation.Neighbour{}, err
}

// followed waits until a has verified all of b's log, without a problem.
func (d *drill) followed(ctx context.Context, a, b *drilled) error {
	return d.until(ctx, func() (bool, string) {
		size, err := b.Log.Size(ctx)
		n, err2 := a.sees(ctx, b)
		return err == nil && err2 == nil && n.OK && n.Size == size, fmt.Sprintf("%s has %d of %d leaves of %s, problem %v", a.code, n.Size, size, b.code, n.Problem)
	})
}

// writes sends a note and gives its letter's id.
func (d *drill) writes(ctx context.Context, from, to *drilled, subject string) (unit.ID, error) {
	return from.Federation.WriteNote(ctx, rehearser, to.code, federation.Note{Subject: subject, Text: "演练 rehearsal"})
}

// answered waits until a letter has its answer.
func (d *drill) answered(ctx context.Context, from *drilled, id unit.ID) error {
	return d.until(ctx, func() (bool, string) {
		l, err := from.Federation.Letter(ctx, rehearser, id)
		return err == nil && l.State == federation.LetterDone, fmt.Sprintf("%s %s %v", l.State, l.Problem, err)
	})
}

// audited wants every node that runs to be whole.
func (d *drill) audited(ctx context.Context) error {
	for _, s := range d.sides {
		if s.stop == nil {
			continue
		}
		found, err := s.Audit(ctx, func(string) {})
		if err != nil || len(found) > 0 {
			return fmt.Errorf("%v, %w", found, err)
		}
	}
	return nil
}

// want is an error where something does not hold.
func want(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}
