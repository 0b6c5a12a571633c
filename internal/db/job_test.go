package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// clock is a node's clock that a test moves.
type clock struct{ us atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.us.Store(time.Date(2026, 4, 30, 9, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMicro(c.us.Load()) }
func (c *clock) advance(d time.Duration) { c.us.Add(d.Microseconds()) }

func worker(t testing.TB, d *db.DB, handlers map[string]db.Handler) *db.Worker {
	t.Helper()
	w, err := db.NewWorker(db.WorkerConfig{DB: d, Handlers: handlers, Poll: 10 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	return w
}

// leave leaves jobs in one act.
func leave(t testing.TB, d *db.DB, jobs ...db.Job) (ids []unit.ID) {
	t.Helper()
	must(t, d.Act(ctx, func(tx *db.Tx) error {
		ids = nil
		for _, j := range jobs {
			id, err := tx.Leave(ctx, j)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	}))
	return ids
}

func once(t testing.TB, w *db.Worker, want int) {
	t.Helper()
	if n, err := w.Once(ctx); err != nil || n != want {
		t.Fatalf("%d attempts, %v, want %d", n, err, want)
	}
}

func TestAJobIsDoneOnceAndInTime(t *testing.T) {
	c := newClock()
	dbtest.Each(t, c.now, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		var did []string
		do := func(_ context.Context, j db.Job) error {
			mu.Lock()
			defer mu.Unlock()
			did = append(did, j.Key+":"+string(j.Body))
			return nil
		}
		w := worker(t, d, map[string]db.Handler{"test.out": {Out: do}, "test.in": {In: func(ctx context.Context, _ *db.Tx, j db.Job) error { return do(ctx, j) }}})
		refused := errors.New("refused")
		err := d.Act(ctx, func(tx *db.Tx) error {
			if _, err := tx.Leave(ctx, db.Job{Kind: "test.out", Key: "never"}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		once(t, w, 0) // the act was refused, so there is no job
		ids := leave(t, d, db.Job{Kind: "test.out", Key: "a", Body: []byte("1")}, db.Job{Kind: "test.out", Key: "a", Body: []byte("2")},
			db.Job{Kind: "test.in", Key: "later", Due: c.now().Add(time.Hour)}, db.Job{Kind: "test.other", Key: "b"})
		if ids[0] != ids[1] {
			t.Error("two jobs of one kind and key")
		}
		once(t, w, 1)
		once(t, w, 0)
		c.advance(time.Hour)
		once(t, w, 1)
		once(t, w, 0)
		if got := strings.Join(did, " "); got != "a:1 later:" {
			t.Errorf("did %q", got)
		}
		must(t, d.Read(ctx, func(tx *db.Tx) error {
			counts, err := tx.JobCounts(ctx)
			if len(counts) != 1 || counts[0].Kind != "test.other" || counts[0].Waiting != 1 || counts[0].Oldest.IsZero() {
				t.Errorf("left are %v", counts)
			}
			return err
		}))
	})
}

func TestAJobIsPostponedAndDropped(t *testing.T) {
	c := newClock()
	dbtest.Each(t, c.now, func(t *testing.T, d *db.DB) {
		w := worker(t, d, map[string]db.Handler{"test": {Out: func(context.Context, db.Job) error { return nil }}})
		leave(t, d, db.Job{Kind: "test", Key: "a", Due: c.now().Add(time.Minute)}, db.Job{Kind: "test", Key: "b"})
		must(t, d.Act(ctx, func(tx *db.Tx) error {
			if there, err := tx.Postpone(ctx, "test", "a", c.now().Add(time.Hour)); err != nil || !there {
				t.Errorf("not postponed: %t, %v", there, err)
			}
			if there, err := tx.Drop(ctx, "test", "b"); err != nil || !there {
				t.Errorf("not dropped: %t, %v", there, err)
			}
			if there, err := tx.Drop(ctx, "test", "b"); err != nil || there {
				t.Errorf("dropped twice: %t, %v", there, err)
			}
			if there, err := tx.Postpone(ctx, "test", "none", c.now()); err != nil || there {
				t.Errorf("postponed what is not there: %t, %v", there, err)
			}
			return nil
		}))
		c.advance(30 * time.Minute)
		once(t, w, 0)
		c.advance(31 * time.Minute)
		once(t, w, 1)
	})
}

// A job that is postponed while it is being done is done again at its new time, whatever becomes of the attempt.
func TestAJobThatIsPostponedWhileItIsDoneIsDoneAtItsNewTime(t *testing.T) {
	for name, outcome := range map[string]error{"done": nil, "failed": errors.New("the neighbour does not answer"), "hopeless": db.GiveUp(errors.New("no such neighbour"))} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			dbtest.Each(t, c.now, func(t *testing.T, d *db.DB) {
				begun, goOn := make(chan db.Job, 1), make(chan error, 1)
				w := worker(t, d, map[string]db.Handler{"test": {AttemptsMax: 1, Out: func(_ context.Context, j db.Job) error { begun <- j; return <-goOn }}})
				leave(t, d, db.Job{Kind: "test", Key: "a"})
				var first sync.WaitGroup
				first.Go(func() { w.Once(ctx) })
				<-begun
				due := c.now().Add(time.Hour)
				must(t, d.Act(ctx, func(tx *db.Tx) error {
					there, err := tx.Postpone(ctx, "test", "a", due)
					if !there {
						t.Error("there is no job to be postponed")
					}
					return err
				}))
				goOn <- outcome
				first.Wait()
				c.advance(time.Hour - time.Microsecond)
				once(t, w, 0)
				c.advance(time.Microsecond)
				goOn <- nil
				once(t, w, 1)
				if j := <-begun; !j.Due.Equal(due) || j.Attempts != 1 {
					t.Errorf("it was due at %v in attempt %d, want %v in attempt 1", j.Due, j.Attempts, due)
				}
				once(t, w, 0)
			})
		})
	}
}

// Of two jobs that are claimed together the one that is done first postpones the other: it is not done before its new time.
func TestAJobThatIsPostponedAfterItWasClaimedIsNotDoneBefore(t *testing.T) {
	c := newClock()
	dbtest.Each(t, c.now, func(t *testing.T, d *db.DB) {
		w := worker(t, d, map[string]db.Handler{"test": {In: func(ctx context.Context, tx *db.Tx, j db.Job) error {
			did, err := tx.Setting(ctx, "test.did")
			if err != nil {
				return err
			}
			if other := map[string]string{"a": "b", "b": "a"}[j.Key]; did == "" {
				if _, err := tx.Postpone(ctx, "test", other, c.now().Add(time.Hour)); err != nil {
					return err
				}
			}
			return tx.Set(ctx, "test.did", did+j.Key)
		}}})
		did := func() (s string) {
			must(t, d.Read(ctx, func(tx *db.Tx) (err error) { s, err = tx.Setting(ctx, "test.did"); return err }))
			return s
		}
		leave(t, d, db.Job{Kind: "test", Key: "a"}, db.Job{Kind: "test", Key: "b"})
		once(t, w, 2)
		if got := did(); len(got) != 1 {
			t.Errorf("done at once are %q, want one", got)
		}
		c.advance(time.Hour - time.Second)
		once(t, w, 0)
		c.advance(time.Second)
		once(t, w, 1)
		if got := did(); len(got) != 2 {
			t.Errorf("done in the end are %q, want both", got)
		}
	})
}

func TestAJobThatFailsIsTriedAgainAndThenDead(t *testing.T) {
	c := newClock()
	dbtest.Each(t, c.now, func(t *testing.T, d *db.DB) {
		fails := true
		w := worker(t, d, map[string]db.Handler{"test": {AttemptsMax: 3, In: func(ctx context.Context, tx *db.Tx, j db.Job) error {
			if err := tx.Set(ctx, "test.did", fmt.Sprint(j.Attempts)); err != nil {
				return err
			}
			if fails {
				return fmt.Errorf("the neighbour does not answer\x00\xff %s", strings.Repeat("很", 2000))
			}
			return nil
		}}, "test.hopeless": {Out: func(context.Context, db.Job) error {
			return fmt.Errorf("send: %w", db.GiveUp(errors.New("no such neighbour")))
		}},
			"test.panic": {AttemptsMax: 1, Out: func(context.Context, db.Job) error { panic("in a job") }}})
		leave(t, d, db.Job{Kind: "test", Key: "a", Body: []byte("letter")})
		once(t, w, 1)
		once(t, w, 0) // the pause
		c.advance(time.Second + 300*time.Millisecond)
		once(t, w, 1)
		c.advance(time.Second)
		once(t, w, 0) // the second pause is twice the first
		c.advance(2 * time.Second)
		once(t, w, 1)
		c.advance(24 * time.Hour)
		once(t, w, 0) // dead
		leave(t, d, db.Job{Kind: "test.hopeless"}, db.Job{Kind: "test.panic"})
		once(t, w, 2)
		c.advance(24 * time.Hour)
		once(t, w, 0)

		var dead []db.Job
		must(t, d.Read(ctx, func(tx *db.Tx) (err error) { dead, err = tx.DeadJobs(ctx, "", 2); return err }))
		if len(dead) != 2 || !dead[0].Dead || dead[0].Attempts != 3 || !bytes.Equal(dead[0].Body, []byte("letter")) || !strings.HasPrefix(dead[0].Problem, "the neighbour") || dead[0].Tried.IsZero() {
			t.Fatalf("dead are %+v", dead)
		}
		var more []db.Job
		must(t, d.Read(ctx, func(tx *db.Tx) (err error) { more, err = tx.DeadJobs(ctx, dead[1].ID, 2); return err }))
		if len(more) != 1 {
			t.Fatalf("the next page is %+v", more)
		}
		if n := number(t, d, `SELECT count(*) FROM node_setting WHERE name = 'test.did'`); n != 0 {
			t.Error("an attempt that failed left something")
		}

		fails = false
		must(t, d.Act(ctx, func(tx *db.Tx) error { return tx.Requeue(ctx, dead[0].ID) }))
		once(t, w, 1)
		err := d.Act(ctx, func(tx *db.Tx) error { return tx.Requeue(ctx, dead[0].ID) })
		wantCode(t, err, "db.job_unknown")
		must(t, d.Read(ctx, func(tx *db.Tx) error {
			if did, err := tx.Setting(ctx, "test.did"); did != "1" || err != nil {
				t.Errorf("the requeued job was done in attempt %q, %v", did, err)
			}
			return nil
		}))
	})
}

func TestAJobWakesTheWorker(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		did := make(chan string, 10)
		w, err := db.NewWorker(db.WorkerConfig{DB: d, Poll: time.Hour, Handlers: map[string]db.Handler{
			"test": {Out: func(_ context.Context, j db.Job) error { did <- j.Key; return nil }}}})
		must(t, err)
		running, stop := context.WithCancel(ctx)
		ended := make(chan error)
		go func() { ended <- w.Run(running) }()
		for _, key := range []string{"a", "b", "c"} {
			leave(t, d, db.Job{Kind: "test", Key: key})
			select {
			case got := <-did:
				if got != key {
					t.Errorf("did %s, want %s", got, key)
				}
			case <-time.After(time.Minute):
				t.Fatalf("the job %s does not wake the worker", key)
			}
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the worker ended with %v", err)
		}
	})
}

func TestAJobOfAProcessThatDiedIsFree(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		first := dbtest.OpenAt(t, dsn, nil)
		leave(t, first, db.Job{Kind: "test", Key: "a"})
		begun, goOn := make(chan struct{}), make(chan struct{})
		w := worker(t, first, map[string]db.Handler{"test": {Out: func(context.Context, db.Job) error { close(begun); <-goOn; return nil }}})
		var wg sync.WaitGroup
		wg.Go(func() { w.Once(ctx) })
		<-begun
		// Nobody else gets it while it is being done; then the process ends in the middle.
		once(t, worker(t, first, map[string]db.Handler{"test": {Out: func(context.Context, db.Job) error { return nil }}}), 0)
		must(t, first.Close())
		second := dbtest.OpenAt(t, dsn, nil)
		attempt := 0
		once(t, worker(t, second, map[string]db.Handler{"test": {Out: func(_ context.Context, j db.Job) error { attempt = j.Attempts; return nil }}}), 1)
		if attempt != 2 {
			t.Errorf("attempt %d, want 2", attempt)
		}
		close(goOn)
		wg.Wait()
	})
}

func TestManyJobs(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		const n = 300
		must(t, act(d, `CREATE TABLE did (job_key TEXT PRIMARY KEY, n BIGINT NOT NULL)`))
		w := worker(t, d, map[string]db.Handler{"test": {In: func(ctx context.Context, tx *db.Tx, j db.Job) error {
			_, err := tx.Exec(ctx, `INSERT INTO did (job_key, n) VALUES ($1, 1) ON CONFLICT (job_key) DO UPDATE SET n = did.n + 1`, j.Key)
			return err
		}}})
		var jobs []db.Job
		for i := range n {
			jobs = append(jobs, db.Job{Kind: "test", Key: fmt.Sprint(i)})
		}
		leave(t, d, jobs...)
		for range n {
			if k, err := w.Once(ctx); err != nil || k == 0 {
				must(t, err)
				break
			}
		}
		if got := number(t, d, `SELECT count(*) FROM did WHERE n = 1`); got != n {
			t.Errorf("%d jobs were done once, want %d", got, n)
		}
	})
}

func TestAWrongHandlerOrJobIsRefused(t *testing.T) {
	d := dbtest.Open(t, nil)
	if _, err := db.NewWorker(db.WorkerConfig{DB: d, Handlers: map[string]db.Handler{"test": {}}}); err == nil {
		t.Error("a handler that does nothing is taken")
	}
	err := d.Act(ctx, func(tx *db.Tx) error { _, err := tx.Leave(ctx, db.Job{}); return err })
	if err == nil {
		t.Error("a job of no kind is taken")
	}
	err = d.Act(ctx, func(tx *db.Tx) error {
		_, err := tx.Leave(ctx, db.Job{Kind: "test", Body: make([]byte, 1<<20+1)})
		return err
	})
	if fault.KindOf(err) != fault.TooLarge {
		t.Errorf("a body that is too long: %v", err)
	}
}
