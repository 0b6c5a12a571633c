// Package bench measures the log: how fast leaves come in at once and with their acts, how soon a receipt is ready, how long a
// receipt and its check take, and how long an audit of all of it.
//
// It goes the way that callers go: log.Import for what comes in at once, db.Act with log.Append and a running sequencer for the
// rest, log.Receipt with all of its own checks. What is counted was durable. A figure is true of one machine and its disk only, so
// they stand beside it. Leaves are synthetic and the database is a new one, removed afterwards unless it was given.
package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/measure"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const (
	origin         = "bench.corridor.example/log"
	leavesDefault  = 1_000_000
	proofsDefault  = 5_000
	callersDefault = 64
	forDefault     = 5 * time.Second
	lookEvery      = 2 * time.Millisecond // for a receipt that is not ready
)

// Options say what to measure. The zero value is a run of about a minute; docs/performance.md shows one with ten million leaves.
type Options struct {
	DSN     string        // sqlite:PATH or postgres://… of an empty database; empty: a new SQLite file in Dir, removed afterwards
	Dir     string        // of the new file; empty: the folder for temporary files
	Leaves  int           // that are imported before anything else; 0 is 1,000,000
	Proofs  int           // receipts that are asked for; 0 is 5,000
	Callers int           // clients that each append and wait; 0 is 64
	For     time.Duration // of appending; 0 is five seconds
	Audit   bool          // audit the log afterwards
}

// Figures are what a run found.
type Figures struct {
	Machine measure.Machine `json:"machine"`
	Leaves  int             `json:"leaves"`
	Import  measure.Way     `json:"import"`   // leaves that come in at once
	Proof   measure.Way     `json:"proof"`    // the inclusion proof of a random leaf, checked
	Receipt measure.Way     `json:"receipt"`  // the whole receipt of a random leaf
	Verify  measure.Way     `json:"verify"`   // a receipt, by who holds it
	Append  measure.Way     `json:"append"`   // an act that makes a leaf public, durable
	Ready   measure.Way     `json:"ready"`    // from the end of that act until its receipt can be had
	Audit   time.Duration   `json:"audit_ns"` // of all leaves; 0: not asked for
	Bytes   int64           `json:"bytes"`    // of the SQLite file after the import
}

// Run measures, and ends early with ctx.
func Run(ctx context.Context, o Options) (f Figures, err error) {
	if err := o.complete(); err != nil {
		return f, err
	}
	d, machine, at, finish, err := measure.Open(ctx, o.DSN, o.Dir)
	if err != nil {
		return f, err
	}
	o.DSN = at
	defer func() { err = errors.Join(err, finish()) }()
	private, _ := corridorlog.NewKey(origin)
	l, err := corridorlog.New(corridorlog.Config{DB: d, Origin: origin, Key: private})
	if err != nil {
		return f, err
	}
	r := &run{o: o, d: d, l: l, f: &f}
	f.Leaves = o.Leaves
	f.Machine = machine
	for _, step := range []func(context.Context) error{r.bulk, r.proofs, r.receipts, r.appends, r.audit} {
		if err := step(ctx); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (o *Options) complete() error {
	set := func(n *int, d int) {
		if *n == 0 {
			*n = d
		}
	}
	set(&o.Leaves, leavesDefault)
	set(&o.Proofs, proofsDefault)
	set(&o.Callers, callersDefault)
	if o.For == 0 {
		o.For = forDefault
	}
	if o.Leaves < 1 || o.Proofs < 1 || o.Callers < 1 || o.For < 0 {
		return errors.New("bench: leaves, proofs, callers or time out of range")
	}
	return nil
}

// run is one measurement under way.
type run struct {
	o Options
	d *db.DB
	l *corridorlog.Log
	f *Figures
}

func leaf(n int) corridorlog.Leaf {
	return corridorlog.Leaf{Kind: "voucher.paid", Day: unit.Date(2026, time.March, 2), Object: fmt.Sprintf("case/%026d", n),
		Fields: map[string]any{"amount_fen": 100 * (n % 1_000_000), "scheme": "bench/voucher", "edition": "synthetic", "action": "pay"}}
}

func (r *run) bulk(ctx context.Context) error {
	n := 0
	m := measure.Start(1)
	total, err := r.l.Import(ctx, func() (corridorlog.Leaf, bool) {
		if ctx.Err() != nil {
			return corridorlog.Leaf{}, false
		}
		n++
		return leaf(n), n <= r.o.Leaves
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	r.f.Import = m.Way(int(total))
	r.f.Bytes = measure.FileBytes(r.o.DSN)
	return nil
}

// proofs proves random leaves and checks nothing but what the log checks by itself.
func (r *run) proofs(ctx context.Context) error {
	m := measure.Start(r.o.Proofs)
	for range r.o.Proofs {
		err := m.Time(func() error {
			_, err := r.l.Proof(ctx, rand.Int64N(int64(r.o.Leaves)))
			return err
		})
		if err != nil {
			return err
		}
	}
	r.f.Proof = m.Way(r.o.Proofs)
	return nil
}

func (r *run) receipts(ctx context.Context) error {
	ids := make([]unit.ID, r.o.Proofs)
	for i := range ids {
		e, err := r.l.Entry(ctx, rand.Int64N(int64(r.o.Leaves)))
		if err != nil {
			return err
		}
		ids[i] = e.ID
	}
	made := measure.Start(len(ids))
	receipts := make([][]byte, len(ids))
	for i, id := range ids {
		if err := made.Time(func() (err error) { receipts[i], err = r.l.Receipt(ctx, id, true); return err }); err != nil {
			return err
		}
	}
	r.f.Receipt = made.Way(len(ids))
	checked := measure.Start(len(ids))
	key := r.l.PublicKey()
	for _, b := range receipts {
		if err := checked.Time(func() error { _, err := corridorlog.VerifyReceipt(b, key); return err }); err != nil {
			return err
		}
	}
	r.f.Verify = checked.Way(len(ids))
	return nil
}

// appends lets callers make leaves public while the sequencer runs; each waits for its act, and some for their receipt.
func (r *run) appends(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	sequencer := make(chan error, 1)
	go func() { sequencer <- r.l.Run(running) }()
	defer stop()
	end := time.Now().Add(r.o.For)
	acts := measure.Start(0)
	ready := measure.Start(0)
	errs := make([]error, r.o.Callers)
	var all sync.WaitGroup
	for i := range r.o.Callers {
		all.Go(func() { errs[i] = r.caller(ctx, i, end, acts, ready) })
	}
	all.Wait()
	r.f.Append, r.f.Ready = acts.Way(acts.Count()), ready.Way(ready.Count())
	stop()
	return errors.Join(append(errs, <-sequencer)...)
}

// caller appends until the end. One in eight waits for its receipt after each act, the others only for the act.
func (r *run) caller(ctx context.Context, i int, end time.Time, acts, ready *measure.Meter) error {
	for n := 0; time.Now().Before(end) && ctx.Err() == nil; n++ {
		var id unit.ID
		if err := acts.Time(func() error {
			return r.d.Act(ctx, func(tx *db.Tx) (err error) {
				id, err = r.l.Append(ctx, tx, leaf(n))
				return err
			})
		}); err != nil {
			return err
		}
		if i%8 != 0 {
			continue
		}
		if err := ready.Time(func() error { return r.receiptOf(ctx, id) }); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (r *run) receiptOf(ctx context.Context, id unit.ID) error {
	for {
		_, err := r.l.Receipt(ctx, id, false)
		if fault.KindOf(err) != fault.Unavailable {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}

func (r *run) audit(ctx context.Context) error {
	if !r.o.Audit {
		return nil
	}
	from := time.Now()
	found, err := r.l.Audit(ctx)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("bench: the log is not whole: %v", found)
	}
	r.f.Audit = time.Since(from)
	return err
}
