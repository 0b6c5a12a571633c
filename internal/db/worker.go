package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"corridor/internal/fault"
)

const (
	jobClaimMax    = 32          // jobs of a kind claimed at once
	jobAtOnce      = 8           // done at the same time
	jobAttemptsMax = 16          // then the job is dead: after some four and a half hours with the pauses below
	jobPauseFirst  = time.Second // after the first attempt; doubled each time
	jobPauseMax    = time.Hour
	jobTimeMax     = time.Minute      // one attempt outside the database may take
	jobPoll        = time.Second      // between two looks for jobs whose time has come
	jobSettleEvery = time.Second / 2  // between two tries of writing down what became of a job
	jobSettleMax   = 10 * time.Second // spent on that once the worker is told to stop
)

// Handler does the jobs of a kind. Exactly one of In and Out is set.
type Handler struct {
	// In does the job inside the act that removes it: what it writes happens exactly once.
	In func(ctx context.Context, tx *Tx, j Job) error
	// Out does the job outside the database. It may happen again, after a crash between doing and writing down, so it
	// names the job's ID or key to whom it talks to.
	Out func(ctx context.Context, j Job) error
	// AttemptsMax is after how many attempts the job is dead; 16.
	AttemptsMax int
}

// GiveUp wraps the error of an attempt after which no other can succeed: the job is dead at once.
func GiveUp(err error) error { return giveUp{err} }

type giveUp struct{ error }

func (g giveUp) Unwrap() error { return g.error }

// WorkerConfig says which jobs a worker does. Handlers is by kind.
type WorkerConfig struct {
	DB       *DB
	Handlers map[string]Handler
	Poll     time.Duration // between two looks for jobs whose time has come; 1 s. A job left by an act is seen at once
	Logger   *slog.Logger  // slog.Default()
}

// Worker does jobs when they are due. Attempts that fail are made again after a pause that doubles, until the job is
// dead. Jobs claimed by a process that is gone are free, because its fence is. One worker runs for a database.
type Worker struct {
	c     WorkerConfig
	kinds []string
}

// NewWorker checks the handlers.
func NewWorker(c WorkerConfig) (*Worker, error) {
	for kind, h := range c.Handlers {
		if (h.In == nil) == (h.Out == nil) {
			return nil, fmt.Errorf("the handler of %s needs one of In and Out", kind)
		}
	}
	if c.Poll <= 0 {
		c.Poll = jobPoll
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Worker{c: c, kinds: slices.Sorted(maps.Keys(c.Handlers))}, nil
}

// Run does jobs until the context ends, or the lease is lost.
func (w *Worker) Run(ctx context.Context) error {
	for {
		n, err := w.Once(ctx)
		if err != nil && ctx.Err() == nil {
			w.c.Logger.Error("look for jobs", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.c.DB.Lost():
			return fault.New(fault.Unavailable, "db.lease_lost")
		case <-w.c.DB.wake:
		case <-time.After(w.c.Poll):
		}
	}
}

// Once does what is due now and returns how many attempts it made.
func (w *Worker) Once(ctx context.Context) (n int, err error) {
	for _, kind := range w.kinds {
		jobs, err := w.claim(ctx, kind)
		if err != nil {
			return n, fmt.Errorf("claim jobs %s: %w", kind, err)
		}
		n += len(jobs)
		w.all(ctx, jobs)
	}
	return n, nil
}

// claim takes jobs that are due, oldest first. The claim is durable before the first attempt, so an attempt that
// kills the process counts.
func (w *Worker) claim(ctx context.Context, kind string) ([]Job, error) {
	var jobs []Job
	due := false
	err := w.c.DB.Read(ctx, func(tx *Tx) error { // most looks find nothing and cost no write
		return tx.QueryRow(ctx, sqlJobAnyDue, kind, Micros(tx.Now()), w.c.DB.lease.fence.Load()).Scan(&due)
	})
	if err != nil || !due {
		return nil, err
	}
	err = w.c.DB.Act(ctx, func(tx *Tx) error {
		jobs = nil
		rows, err := tx.Query(ctx, sqlJobClaim, kind, Micros(tx.Now()), w.c.DB.lease.fence.Load(), jobClaimMax)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			j := Job{Kind: kind, Tried: tx.Now()}
			var due, made int64
			if err := rows.Scan(&j.ID, &j.Key, &j.Body, &due, &made, &j.Attempts); err != nil {
				return err
			}
			j.Due, j.Made = Time(due), Time(made)
			jobs = append(jobs, j)
		}
		return rows.Err()
	})
	slices.SortFunc(jobs, func(a, b Job) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return jobs, err
}

// all does jobs side by side and returns when each is settled.
func (w *Worker) all(ctx context.Context, jobs []Job) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, jobAtOnce)
	for _, j := range jobs {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			w.settle(ctx, j, w.attempt(ctx, j))
		})
	}
	wg.Wait()
}

// attempt does a job once. A panic is its error.
func (w *Worker) attempt(ctx context.Context, j Job) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in a job: %v\n%s", r, debug.Stack())
		}
	}()
	h := w.c.Handlers[j.Kind]
	if h.In != nil {
		return w.c.DB.Act(ctx, func(tx *Tx) error {
			stands := false
			if err := tx.QueryRow(ctx, sqlJobStands, j.ID, j.Attempts).Scan(&stands); err != nil || !stands {
				return err // it was dropped or postponed between its claim and this act
			}
			if err := h.In(ctx, tx, j); err != nil {
				return err
			}
			return w.remove(ctx, tx, j)
		})
	}
	ctx, cancel := context.WithTimeout(ctx, jobTimeMax)
	defer cancel()
	return h.Out(ctx, j)
}

func (w *Worker) remove(ctx context.Context, tx *Tx, j Job) error {
	_, err := tx.Exec(ctx, sqlJobRemove, j.ID, j.Attempts)
	return err // no row: it was dropped meanwhile, or postponed and is done again
}

// settle writes down what became of a job. A database that cannot be reached is asked again: until then the job is ours.
func (w *Worker) settle(ctx context.Context, j Job, outcome error) {
	h := w.c.Handlers[j.Kind]
	if outcome == nil && h.In != nil {
		return // the act that did it removed it
	}
	stop, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(jobSettleMax, cancel) })()
	for {
		err := w.c.DB.Act(stop, func(tx *Tx) error { return w.write(stop, tx, j, h, outcome) })
		if err == nil {
			return
		}
		w.c.Logger.Error("write down what became of a job", "kind", j.Kind, "job", j.ID, "error", err)
		select {
		case <-stop.Done():
			return // the next process finds it claimed by a fence that is gone
		case <-w.c.DB.Lost():
			return
		case <-w.c.DB.closed:
			return
		case <-time.After(jobSettleEvery):
		}
	}
}

func (w *Worker) write(ctx context.Context, tx *Tx, j Job, h Handler, outcome error) error {
	if outcome == nil {
		return w.remove(ctx, tx, j)
	}
	state, due := "waiting", tx.Now().Add(pause(j.Attempts))
	var last giveUp
	if errors.As(outcome, &last) || j.Attempts >= cmp.Or(h.AttemptsMax, jobAttemptsMax) {
		state, due = "dead", j.Due
	}
	problem := outcome.Error()
	problem = strings.ToValidUTF8(strings.ReplaceAll(problem[:min(len(problem), jobProblemMax)], "\x00", ""), "") // text for both databases
	w.c.Logger.Warn("a job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempts, "state", state, "error", outcome)
	_, err := tx.Exec(ctx, sqlJobFailed, j.ID, j.Attempts, state, Micros(due), problem)
	return err
}

// pause is how long to wait after so many attempts: doubled each time, with up to a quarter more, so that jobs that
// failed together do not come again together.
func pause(attempts int) time.Duration {
	p := jobPauseMax
	if attempts < 20 {
		p = min(jobPauseFirst<<max(attempts-1, 0), jobPauseMax)
	}
	return p + rand.N(p/4)
}
