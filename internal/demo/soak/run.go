package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/demo"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

const (
	noticeDays = 14               // by how much the world's clock is moved so that public notices end
	orderMost  = 10 * time.Minute // for one order to come to its notice, or to be paid
)

// Config says how long and how hard.
type Config struct {
	Binary   string // corridor itself; each node is a process of it
	Dir      string // an empty folder
	BasePort int
	Orders   int
	Batch    int // orders between two moves of the clock; 0: a tenth of all
	Workers  int
	Seed     uint64
	Skew     time.Duration // the clocks of the nodes stand as far apart, in both directions
	Troubles Troubles
	Out      io.Writer
}

// Report is what a run came to.
type Report struct {
	Orders, Acts, Tries int
	Months              int // statements that both sides have signed
	Kinds, Ends         map[string]int
	Requests            map[string]int // between nodes, by what their link was like
	Kills               int
	Took                time.Duration
	Slowest             time.Duration // act, from asked to answered
	Violations          []Violation
	Planted             int      // faults that were put into a copy of what was seen
	Missed              []string // those of them that the model did not find
	Audit               string   // "" is clean
}

type run struct {
	Config
	nodes   []*process
	links   *Links
	firms   []*firm
	labs    []*lab
	desks   map[string]desk
	history History
	said    sync.Mutex
}

// Run founds a community, wears it out and holds it against the model. An error is a run that could not be finished; what was found
// wrong stands in the report.
func Run(ctx context.Context, c Config) (rep Report, err error) {
	began := time.Now()
	r := &run{Config: c}
	if err := r.found(ctx); err != nil {
		return rep, fmt.Errorf("found the world: %w", err)
	}
	if err := r.start(ctx); err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	r.note("%d nodes run, %d firms, %d laboratories", len(r.nodes), len(r.firms), len(r.labs))
	if err := r.entitle(ctx); err != nil {
		return rep, err
	}
	orders := r.plan(rand.New(rand.NewPCG(c.Seed, 3)))
	troubled, calm := context.WithCancel(ctx)
	broken := make(chan error, 1)
	go func() { broken <- r.trouble(troubled) }()
	err = r.buy(ctx, orders)
	calm()
	if err = errors.Join(err, <-broken); err != nil {
		return rep, err
	}
	r.note("everything is healed")
	found, err := r.evidence(ctx, orders)
	if err != nil {
		return rep, err
	}
	if found.Months, err = r.settle(ctx, orders); err != nil {
		return rep, err
	}
	acts := r.history.Acts()
	rep = Report{Orders: len(orders), Acts: len(acts), Months: len(found.Months), Kinds: map[string]int{}, Ends: map[string]int{}, Requests: r.links.Counts(), Violations: Check(found, acts)}
	if err := r.links.Used(); err != nil {
		return rep, err
	}
	rep.Planted, rep.Missed = Controls(found, acts)
	for _, o := range found.Orders {
		rep.Kinds[string(o.Kind)]++
		rep.Ends[o.Stage]++
	}
	for _, a := range acts {
		rep.Tries += a.Tries
		rep.Slowest = max(rep.Slowest, a.Answered.Sub(a.Asked))
	}
	for _, p := range r.nodes {
		rep.Kills += p.kills
	}
	if err := r.stop(); err != nil {
		return rep, err
	}
	if out, err := exec.CommandContext(ctx, c.Binary, "audit", "--dir", c.Dir).CombinedOutput(); err != nil {
		rep.Audit = string(out)
	}
	rep.Took = time.Since(began)
	return rep, nil
}

// start starts a process for each node, each behind a proxy and with a clock of its own.
func (r *run) start(ctx context.Context) error {
	addresses := map[string]string{}
	for _, p := range r.nodes {
		addresses[p.name] = strings.TrimPrefix(p.url, "http://")
	}
	r.links = NewLinks(addresses, r.Seed)
	for i, p := range r.nodes {
		proxy, err := r.links.From(p.name)
		if err != nil {
			return err
		}
		skew := time.Duration(0)
		if len(r.nodes) > 1 {
			skew = -r.Skew + 2*r.Skew*time.Duration(i)/time.Duration(len(r.nodes)-1)
		}
		p.args = []string{"soak", "node", "--dir", r.Dir, "--base-port", fmt.Sprint(r.BasePort), "--code", p.name, "--proxy", proxy.String(), "--skew", skew.String()}
		if err := p.start(ctx, r.Binary); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) stop() error {
	var errs []error
	for _, p := range r.nodes {
		errs = append(errs, p.stop())
		p.cmd = nil
	}
	if r.links != nil {
		errs = append(errs, r.links.Close())
		r.links = &Links{}
	}
	return errors.Join(errs...)
}

// buy lives the orders in batches: all to their notice, then the clock moves, then all are paid.
func (r *run) buy(ctx context.Context, orders []*order) error {
	size := r.Batch
	if size == 0 {
		size = max(len(orders)/10, 1)
	}
	for from := 0; from < len(orders); from += size {
		batch := orders[from:min(from+size, len(orders))]
		if err := r.each(ctx, batch, r.live); err != nil {
			return err
		}
		if err := r.pass(ctx, noticeDays); err != nil {
			return err
		}
		if err := r.each(ctx, batch, r.pay); err != nil {
			return err
		}
		r.note("%d of %d orders", from+len(batch), len(orders))
	}
	return nil
}

// pass moves the clock of the world by days.
func (r *run) pass(ctx context.Context, days int) error {
	if _, err := r.desks[demo.Anhui].admin.until(ctx, http.MethodPost, "/api/v1/demo/clock", "", map[string]any{"days": days}, nil); err != nil {
		return fmt.Errorf("move the clock: %w", err)
	}
	return nil
}

func (r *run) each(ctx context.Context, orders []*order, do func(context.Context, *order) error) error {
	return r.all(ctx, len(orders), func(i int) error {
		one, end := context.WithTimeout(ctx, orderMost)
		defer end()
		if err := do(one, orders[i]); err != nil {
			return fmt.Errorf("order %d (%s): %w", orders[i].no, orders[i].kind, err)
		}
		return nil
	})
}

// all does n things, as many at once as there are workers, and stops at the first that fails.
func (r *run) all(ctx context.Context, n int, do func(int) error) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	errs := make([]error, max(r.Workers, 1))
	var failed atomic.Bool
	for w := range errs {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && !failed.Load() && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if errs[w] = do(i); errs[w] != nil {
					failed.Store(true)
					return
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

func (r *run) note(format string, args ...any) {
	if r.Out == nil {
		return
	}
	r.said.Lock()
	defer r.said.Unlock()
	fmt.Fprintf(r.Out, "%s  %s\n", time.Now().Format("15:04:05"), fmt.Sprintf(format, args...))
}
