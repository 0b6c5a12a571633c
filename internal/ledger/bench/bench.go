// Package bench measures the books: how many durable transfers a second, how long a caller waits, and how much
// work of the processor each costs, beside the same transfers with a transaction for each, in the same run.
//
// Every answer that is counted came after the commit was durable; nothing is switched off for the
// measurement. A figure is true of one machine and its disk only, so the machine, the file system and the
// versions stand beside it. The package measures the way that callers go (db.Act and ledger.Apply), not a
// shorter one, and leaves nothing behind but what the database that it was given holds.
package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/measure"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/unit"
)

const (
	callersDefault  = 64
	accountsDefault = 10_000
	secondsDefault  = 5 * time.Second
	warmUp          = 300 * time.Millisecond
	bulkLines       = 500 // lines given to one Bulk
	bulkCallers     = 2   // clients that give bulks; many at once only wait for each other
	openAtOnce      = 500 // accounts opened in one act
)

// Options say what to measure. The zero value is the run that docs/performance.md shows.
type Options struct {
	DSN      string        // sqlite:PATH or postgres://…; empty: a new SQLite file in Dir, removed afterwards
	Dir      string        // of the new file; empty: the folder for temporary files
	Callers  int           // clients that each wait for their answer; 0 is 64
	Accounts int           // between which money moves at random; 0 is 10,000
	For      time.Duration // of each way; 0 is five seconds
	Audit    bool          // audit the books afterwards
	PGBench  bool          // let pgbench measure the same PostgreSQL, too
}

// Figures are what a run found.
type Figures struct {
	Machine  measure.Machine `json:"machine"`
	Callers  int             `json:"callers"`
	Accounts int             `json:"accounts"`
	For      time.Duration   `json:"for_ns"`
	Each     measure.Way     `json:"each"`              // a transaction for each transfer
	Acts     measure.Way     `json:"acts"`              // an act for each transfer: acts that wait share a transaction
	Enter    measure.Way     `json:"enter"`             // who only posts: what waits shares statements, too
	Budget   measure.Way     `json:"budget"`            // as Enter, and every transfer debits one account
	Bulk     measure.Way     `json:"bulk"`              // many lines given at once; the times are of bulkLines of them
	PGBench  *measure.Way    `json:"pgbench,omitempty"` // PostgreSQL's own tool on the same database
	PGScale  int             `json:"pgbench_scale,omitempty"`
	Times    float64         `json:"times"`   // Enter over Each, in transfers a second
	Audited  bool            `json:"audited"` // and found whole
}

// Run measures. It needs about five times For, and ends early with ctx.
func Run(ctx context.Context, o Options) (f Figures, err error) {
	if o.Callers == 0 {
		o.Callers = callersDefault
	}
	if o.Accounts == 0 {
		o.Accounts = accountsDefault
	}
	if o.For == 0 {
		o.For = secondsDefault
	}
	if o.Callers < 1 || o.Accounts < 2 || o.For < 0 {
		return f, errors.New("bench: callers, accounts or time out of range")
	}
	if o.PGBench && !strings.HasPrefix(o.DSN, "postgres") {
		return f, errors.New("bench: pgbench measures PostgreSQL: give its address")
	}
	d, machine, _, finish, err := measure.Open(ctx, o.DSN, o.Dir)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, finish()) }()
	l, err := ledger.New(ledger.Config{DB: d})
	if err != nil {
		return f, err
	}
	r := &run{Options: o, db: d, books: l, id: string(unit.NewID(time.Now()))}
	f = Figures{Machine: machine, Callers: o.Callers, Accounts: o.Accounts, For: o.For}
	if err := r.open(ctx); err != nil {
		return f, err
	}
	if _, err := r.measure(ctx, warmUp, o.Callers, r.enter); err != nil {
		return f, err
	}
	for _, way := range []struct {
		to      *measure.Way
		callers int
		enter   entering
	}{{&f.Each, o.Callers, r.each}, {&f.Acts, o.Callers, r.acts}, {&f.Enter, o.Callers, r.enter}, {&f.Budget, o.Callers, r.budget},
		{&f.Bulk, bulkCallers, r.bulk}} {
		if *way.to, err = r.measure(ctx, o.For, way.callers, way.enter); err != nil {
			return f, err
		}
	}
	f.Times = f.Enter.PerSecond / f.Each.PerSecond
	if o.PGBench {
		if f.PGBench, err = pgbench(ctx, o); err != nil {
			return f, err
		}
		f.PGScale = pgScale
	}
	if o.Audit {
		found, err := l.Audit(ctx)
		if err != nil || len(found) > 0 {
			return f, fmt.Errorf("bench: the books are not whole: %v %w", found, err)
		}
		f.Audited = true
	}
	return f, nil
}

// run is one measurement under way.
type run struct {
	Options
	db    *db.DB
	books *ledger.Ledger
	id    string // begins the paths and ids of this run, which may not be the database's first
	next  atomic.Int64
	alone sync.Mutex // held by a caller whose transaction is its own
}

// entering enters transfers once, and says how many.
type entering func(context.Context) (int, error)

func (r *run) path(n int) string { return fmt.Sprintf("bench/%s/%06d", r.id, n) }

func (r *run) open(ctx context.Context) error {
	for from := 0; from < r.Accounts; from += openAtOnce {
		err := r.db.Act(ctx, func(tx *db.Tx) error {
			for n := from; n < min(from+openAtOnce, r.Accounts); n++ {
				if err := r.books.Open(ctx, tx, ledger.Account{Path: r.path(n), Asset: "CNY"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// transfer moves some fen from one account to another.
func (r *run) transfer(from int) ledger.Transfer {
	to := (from + 1 + rand.IntN(r.Accounts-1)) % r.Accounts
	return ledger.Transfer{ID: fmt.Sprintf("%s-%d", r.id, r.next.Add(1)), Kind: ledger.Post, Debit: r.path(from), Credit: r.path(to),
		Amount: unit.Fen(1 + rand.IntN(100_000)), Ref: "case/bench"}
}

// acts is what a caller has who writes more than the transfer.
func (r *run) acts(ctx context.Context) (int, error) {
	t := r.transfer(rand.IntN(r.Accounts))
	return 1, r.db.Act(ctx, func(tx *db.Tx) error {
		_, err := r.books.Apply(ctx, tx, t)
		return err
	})
}

func (r *run) enter(ctx context.Context) (int, error) {
	_, err := r.books.Enter(ctx, r.transfer(rand.IntN(r.Accounts)))
	return 1, err
}

// budget is the usual case of a public purse: everybody is paid from one account.
func (r *run) budget(ctx context.Context) (int, error) {
	_, err := r.books.Enter(ctx, r.transfer(0))
	return 1, err
}

// each lets one caller at a time through, so that no two acts share a transaction. The callers' wait for one
// another is in their time, as it is where a database takes one writer at a time.
func (r *run) each(ctx context.Context) (int, error) {
	r.alone.Lock()
	defer r.alone.Unlock()
	return r.acts(ctx)
}

func (r *run) bulk(ctx context.Context) (int, error) {
	lines := make([][]ledger.Transfer, bulkLines)
	for i := range lines {
		lines[i] = []ledger.Transfer{r.transfer(rand.IntN(r.Accounts))}
	}
	outcomes, err := r.books.Bulk(ctx, lines...)
	for _, o := range outcomes {
		if o.New != 1 {
			return 0, fmt.Errorf("bench: a line of a bulk came to nothing: %+v", o)
		}
	}
	return len(outcomes), err
}

// measure lets callers enter, each as soon as it has its answer, until the time is over.
func (r *run) measure(ctx context.Context, during time.Duration, callers int, enter entering) (measure.Way, error) {
	waits := make([][]time.Duration, callers)
	counts, refused := make([]int, callers), make([]int, callers)
	errs := make([]error, callers)
	var wg sync.WaitGroup
	before, start := measure.CPU(), time.Now()
	for c := range callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for asked := time.Now(); asked.Sub(start) < during && errs[c] == nil; {
				var n int
				n, errs[c] = enter(ctx)
				answered := time.Now()
				if kind := fault.KindOf(errs[c]); kind == fault.Unavailable || kind == fault.TooMany {
					errs[c], asked = ctx.Err(), answered
					refused[c]++
					continue
				}
				counts[c] += n
				waits[c] = append(waits[c], answered.Sub(asked))
				asked = answered
			}
		}()
	}
	wg.Wait()
	elapsed, cpu := time.Since(start), measure.CPU()-before
	if err := errors.Join(errs...); err != nil {
		return measure.Way{}, err
	}
	n, busy := 0, 0
	for c := range callers {
		n += counts[c]
		busy += refused[c]
	}
	if n == 0 {
		return measure.Way{}, errors.New("bench: nothing was entered in the time given")
	}
	w := measure.Of(n, slices.Concat(waits...), elapsed, cpu)
	w.Refused = busy
	return w, nil
}
