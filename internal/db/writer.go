package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"corridor/internal/fault"
)

// waiting is one act on its way to the writer.
type waiting struct {
	ctx    context.Context
	fn     func(*Tx) error
	answer chan error
	stage  atomic.Int32 // queued, taken or withdrawn
	job    bool         // the act left a job
	bells  []Bell       // that the act rings
	long   bool         // a migration: without a time limit, and a batch of its own
}

const (
	queued = iota
	taken
	withdrawn
)

// await queues an act and waits for the writer's answer. Once the act is under way its answer, not the caller's
// patience, says what happened.
func (d *DB) await(w *waiting) error {
	select {
	case <-d.closed:
		return fault.New(fault.Unavailable, "db.closed")
	default:
	}
	select {
	case d.queue <- w:
	default:
		return fault.New(fault.TooMany, "db.queue_full", "max", queueMax)
	}
	asked, gaveUp := time.Now(), w.ctx.Done()
	look := time.NewTimer(nestedAfter)
	defer look.Stop()
	for {
		select {
		case err := <-w.answer:
			return err
		case <-d.done:
			select {
			case err := <-w.answer:
				return err
			default:
				return fault.New(fault.Unavailable, "db.closed")
			}
		case <-gaveUp:
			if w.stage.CompareAndSwap(queued, withdrawn) {
				return w.ctx.Err()
			}
			gaveUp = nil
		case <-look.C:
			if err := d.waitsTooLong(w, time.Since(asked)); err != nil {
				return err
			}
			look.Reset(waitMax)
		}
	}
}

// waitsTooLong refuses an act that was not begun in time, or that waits for the act that asks for it: the writer's own
// goroutine runs the functions of acts, so an act that it asks for can never begin. An act that is under way is given
// up much later, and then nobody knows what became of it: a standby that must confirm a commit may be away.
func (d *DB) waitsTooLong(w *waiting, since time.Duration) error {
	inAct := goroutine() == d.writing.Load()
	if (inAct || since >= waitMax && !w.long) && w.stage.CompareAndSwap(queued, withdrawn) {
		if inAct {
			return fault.New(fault.Internal, "db.act_in_act")
		}
		return fault.New(fault.Unavailable, "db.waited_too_long")
	}
	if since >= answerMax && !w.long {
		return fault.New(fault.Unavailable, "db.unsure")
	}
	return nil
}

// goroutine is the number of the one that calls. It costs microseconds, so only who waits long asks.
func goroutine() int64 {
	text := make([]byte, 64)
	fields := strings.Fields(string(text[:runtime.Stack(text, false)])) // "goroutine 12 [running]: …"
	n, _ := strconv.ParseInt(fields[1], 10, 64)
	return n
}

// writer is the one goroutine that writes. It drains the queue without a timer: while one batch is being committed
// the next one gathers.
func (d *DB) writer() {
	defer close(d.done)
	d.writing.Store(goroutine())
	var batch []*waiting
	for {
		if len(batch) == 0 {
			select {
			case w := <-d.queue:
				batch = append(batch, w)
			case <-d.closed:
				d.conn.drop()
				return
			}
		}
		batch = d.gather(batch)
		n := d.run(batch)
		batch = append([]*waiting(nil), batch[n:]...)
	}
}

// gather adds the acts that are waiting. Callers that were answered just now are given the processor once, because
// most ask again at once, and an act that shares a commit costs least.
func (d *DB) gather(batch []*waiting) []*waiting {
	yielded := false
	for len(batch) < batchMax {
		select {
		case w := <-d.queue:
			batch = append(batch, w)
			continue
		default:
		}
		if yielded {
			break
		}
		runtime.Gosched()
		yielded = true
	}
	return batch
}

var (
	errUndo   = errors.New("an act that failed has to be undone by itself")
	errTaking = errors.New("the lease is being taken")
)

// run brings acts from the front of the batch through, answers them, and returns how many. Acts run without a savepoint
// as long as none of them fails after it wrote; then, and for some batches afterwards, each has one. A batch whose
// transaction fails as a whole is redone act by act, so that the one at fault does not take the others with it.
func (d *DB) run(batch []*waiting) int {
	batch = together(batch)
	errs := make([]error, len(batch))
	d.careful = max(d.careful-1, 0)
	n, err := d.transact(batch, errs, d.careful > 0)
	if errors.Is(err, errUndo) {
		d.careful = carefulBatches
		n, err = d.transact(batch, errs, true)
	}
	n, err = d.persist(batch, errs, n, err)
	if err != nil && len(batch) > 1 && !ofAll(err) {
		n = len(batch)
		for i := range batch {
			if err != nil && ofAll(err) {
				errs[i] = err
				continue
			}
			one := errs[i : i+1]
			_, err = d.transact(batch[i:i+1], one, true)
			if _, err = d.persist(batch[i:i+1], one, 1, err); err != nil && errs[i] == nil {
				errs[i] = err
			}
		}
		err = nil
	}
	d.acts.Add(int64(n))
	d.batches.Add(1)
	for i, w := range batch[:n] {
		if err != nil && (n > 1 || errs[i] == nil) { // a refusal beside acts that were not kept may not hold any more
			errs[i] = err
		}
		w.answer <- errs[i]
	}
	return n
}

// together is the part of a batch that shares a transaction: a migration shares with nobody.
func together(batch []*waiting) []*waiting {
	for i, w := range batch {
		if w.long {
			return batch[:max(i, 1)]
		}
	}
	return batch
}

// persist tries again what the database or another process asks to be tried again.
func (d *DB) persist(batch []*waiting, errs []error, n int, err error) (int, error) {
	wait := retryFirst
	for try := 1; again(err); try++ {
		if try == triesMax {
			return n, fault.New(fault.Unavailable, "db.busy").Because(err)
		}
		time.Sleep(rand.N(wait) + retryFirst)
		wait = min(2*wait, retryMax)
		n, err = d.transact(batch, errs, true)
	}
	return n, err
}

// again says whether an error asks for another try: somebody beside us writes to the database, or takes the lease.
func again(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code == "40001" || pe.Code == "40P01" // serialization_failure, deadlock_detected
	}
	return errors.Is(err, errTaking)
}

// ofAll says whether an error would meet every act of a batch alike.
func ofAll(err error) bool {
	var said *fault.Error
	return errors.As(err, &said) || cannotServe(err) == "db.gone"
}

// transact runs acts of a batch in one transaction, for as long as a batch may take, and returns how many. errs gets
// each act's own error; the returned error means that nothing was kept.
func (d *DB) transact(batch []*waiting, errs []error, careful bool) (n int, err error) {
	ctx, cancel := d.batchTime(batch)
	defer cancel()
	c := d.conn
	if err := c.begin(ctx, d.lease, batch[0].long); err != nil {
		return len(batch), fmt.Errorf("begin: %w", err)
	}
	committed, kept := false, false
	defer func() {
		if !committed {
			c.rollback(ctx)
		}
		if !committed || err != nil {
			c.memory.forget()
		}
	}()
	began := time.Now()
	for i, w := range batch {
		if i > 0 && time.Since(began) > batchTimeMax {
			break
		}
		n = i + 1
		if w.stage.CompareAndSwap(queued, taken); w.stage.Load() == withdrawn {
			continue
		}
		if errs[i] = w.ctx.Err(); errs[i] != nil {
			continue
		}
		if careful {
			if err := c.savepoint(ctx); err != nil {
				return n, err
			}
		}
		tx := d.one(ctx, c, w)
		errs[i] = tx.err
		if !careful && tx.dirty() && (kept || len(batch) > 1) {
			return n, errUndo
		}
		if careful {
			if errs[i] == nil {
				errs[i] = c.trip(ctx) // so that what fails is this act's, and no other one's
			}
			if errs[i], err = c.settle(ctx, errs[i]); err != nil {
				return n, err
			}
		}
		kept = kept || errs[i] == nil
	}
	if !kept {
		return n, nil
	}
	if err := c.trip(ctx); err != nil && !careful && cannotServe(err) != "db.gone" {
		return n, errUndo
	} else if err != nil {
		return n, err
	}
	d.changes.begin(c.written)
	defer func() { d.changes.end(isUnsure(err)) }()
	committed, err = c.commit(d.acted(), d.lease)
	if err != nil {
		err = fmt.Errorf("commit: %w", err)
	}
	return n, err
}

// isUnsure says whether nobody knows what became of a commit.
func isUnsure(err error) bool {
	var said *fault.Error
	return errors.As(err, &said) && said.Code == "db.unsure"
}

// batchTime bounds the statements of a batch, so that a server that is cut off does not hold the writer for ever.
func (d *DB) batchTime(batch []*waiting) (context.Context, context.CancelFunc) {
	if d.dialect == sqliteDialect || batch[0].long {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), batchTimeMax+2*actTimeMax)
}

// one runs a single act. A panic in it is that act's error and nobody else's.
func (d *DB) one(ctx context.Context, q querier, w *waiting) (tx *Tx) {
	tx = &Tx{q: q, now: d.tick(), db: d, bound: ctx, began: time.Now(), long: w.long}
	defer func() {
		if r := recover(); r != nil {
			tx.end(fmt.Errorf("panic in an act: %v\n%s", r, debug.Stack()))
		}
	}()
	tx.end(w.fn(tx))
	w.job, w.bells = tx.job, tx.bells
	return tx
}
