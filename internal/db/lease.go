package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/fault"
)

// One process serves a database. Two things see to that. A lock tells who is alive: a locked file beside a SQLite
// file, a session's advisory lock in PostgreSQL; both end with their process, so nobody waits for a dead one. A
// fence tells who is right: a number in the database that each taking raises, and that every act checks in its own
// transaction. A process that was stopped, cut off or replaced can therefore write nothing, whatever it believes; an act
// that was under way ends before the fence is raised.
type lease struct {
	fence  atomic.Int64 // 0 until it is taken
	lost   chan struct{}
	once   sync.Once
	alone  func(ctx context.Context, fence int64) error // waits for the acts under an older fence; nil where the taking itself does
	unlock func() error
}

const (
	leaseSuffix   = "-lease" // of the file that is locked
	leasePoll     = 200 * time.Millisecond
	keepEvery     = 2 * time.Second
	advisoryKey   = 0x436f727269646f72 // "Corridor"
	fenceClass    = 0x436f7272         // "Corr", beside the number of a fence
	fencePoll     = 10 * time.Millisecond
	keepQueryTime = 5 * time.Second
)

// holdOut is how long Open waits for the lease; below zero, for as long as its context lasts.
type holdOut = time.Duration

// Lost is closed when another process has taken the database into service: this one stops serving.
func (d *DB) Lost() <-chan struct{} {
	if d.lease == nil {
		return nil
	}
	return d.lease.lost
}

func (l *lease) check() error {
	select {
	case <-l.lost:
		return fault.New(fault.Unavailable, "db.lease_lost")
	default:
		return nil
	}
}

// lose notes that the lease is another's, and is the refusal of the act that found out.
func (l *lease) lose() error {
	l.once.Do(func() { close(l.lost) })
	return l.check()
}

func (l *lease) release() error {
	if l.unlock == nil {
		return nil
	}
	return l.unlock()
}

// takeFence raises the fence, and keeps the times of acts after those of the processes before. The taking waits for
// acts of another process that are being committed.
func (d *DB) takeFence(ctx context.Context) error {
	host, _ := os.Hostname()
	var fence, acted int64
	if d.lease.alone != nil {
		err := d.read.QueryRowContext(ctx, sqlLeaseFence).Scan(&fence)
		if err == nil {
			err = d.lease.alone(ctx, fence)
		}
		if err != nil && !NoRows(err) {
			return fmt.Errorf("wait for the process before: %w", err)
		}
	}
	err := d.Act(ctx, func(tx *Tx) error {
		if err := tx.QueryRow(ctx, sqlLeaseActedAt).Scan(&acted); err != nil {
			return err
		}
		return tx.QueryRow(ctx, sqlLeaseTake, fmt.Sprintf("%s, process %d", host, os.Getpid()), Micros(tx.Now())).Scan(&fence)
	})
	if err != nil {
		return fmt.Errorf("take the lease: %w", err)
	}
	d.lease.fence.Store(fence)
	d.actedAtLeast(acted)
	return nil
}

// await tries to lock until it succeeds or the waiting is over.
func await(ctx context.Context, wait holdOut, try func() (ok bool, holder string, err error)) error {
	until := time.Now().Add(wait)
	for {
		ok, holder, err := try()
		if ok || err != nil {
			return err
		}
		if wait >= 0 && !time.Now().Before(until) {
			return fault.New(fault.Conflict, "db.lease_held", "holder", holder)
		}
		select {
		case <-time.After(leasePoll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// takeSession locks the database for one session of its own, and keeps it.
func takeSession(ctx context.Context, pool *sql.DB, d *DB, wait holdOut) (*lease, error) {
	pool.SetMaxOpenConns(1)
	s := &session{pool: pool, stop: make(chan struct{}), left: make(chan struct{})}
	err := await(ctx, wait, func() (bool, string, error) {
		ok, err := s.lock(ctx)
		var holder string
		if !ok && err == nil {
			_ = d.read.QueryRowContext(ctx, sqlLeaseHolder).Scan(&holder) // a hint only; the table may not be there yet
		}
		return ok, holder, err
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	l := &lease{lost: make(chan struct{}), alone: s.alone, unlock: s.close}
	go s.keep(d, l)
	return l, nil
}

// session is the connection that holds the advisory locks: one that says that somebody serves, and one with the number
// of the fence before, which keeps the process before from acting.
type session struct {
	pool   *sql.DB
	mu     sync.Mutex // guards what follows
	conn   *sql.Conn
	before int64 // the fence before; 0 while there is none
	stop   chan struct{}
	left   chan struct{}
}

// lock takes the advisory lock on a connection that is kept.
func (s *session) lock(ctx context.Context) (ok bool, err error) {
	if s.conn == nil {
		if s.conn, err = s.pool.Conn(ctx); err != nil {
			return false, err
		}
	}
	if err = s.conn.QueryRowContext(ctx, sqlSessionLock, int64(advisoryKey)).Scan(&ok); err != nil {
		s.drop()
	}
	return ok, err
}

// alone takes the lock of the fence before. Acts under it end in their time; no new one begins once it is taken.
func (s *session) alone(ctx context.Context, before int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = before
	for {
		if s.conn == nil {
			if ok, err := s.lock(ctx); err != nil || !ok {
				return errors.Join(err, fault.New(fault.Conflict, "db.lease_held", "holder", "?"))
			}
		}
		var ok bool
		if err := s.conn.QueryRowContext(ctx, sqlFenceAlone, fenceClass, int32(before)).Scan(&ok); ok || err != nil {
			return err
		}
		select {
		case <-time.After(fencePoll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *session) drop() {
	s.conn.Close()
	s.conn = nil
}

// keep looks after the lock: a connection that broke is made again, and the lease is lost when another process was
// quicker. It also keeps the time of the newest act for the next process.
func (s *session) keep(d *DB, l *lease) {
	defer close(s.left)
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			s.mark(d, l)
			return
		case <-l.lost:
			return
		case <-tick.C:
			s.mark(d, l)
		}
	}
}

// mark writes the time of the newest act under the fence.
func (s *session) mark(d *DB, l *lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), keepQueryTime)
	defer cancel()
	if s.conn == nil {
		if ok, err := s.lock(ctx); err != nil || !ok {
			s.seen(ctx, l) // another session has it: ours of before, not yet noticed as dead, or a new process
			return
		}
		var ok bool
		if s.before > 0 { // nobody acts under it any more, or only for a moment: the next mark tries again
			if err := s.conn.QueryRowContext(ctx, sqlFenceAlone, fenceClass, int32(s.before)).Scan(&ok); err != nil || !ok {
				s.drop()
				return
			}
		}
	}
	fence := l.fence.Load()
	if fence == 0 {
		return
	}
	if _, err := s.conn.ExecContext(ctx, sqlLeaseActed, d.acted(), fence); err != nil {
		s.drop()
		return
	}
	s.seen(ctx, l)
}

// seen loses the lease when the fence is another's.
func (s *session) seen(ctx context.Context, l *lease) {
	var fence int64
	if s.conn == nil || s.conn.QueryRowContext(ctx, sqlLeaseFence).Scan(&fence) != nil {
		return // the database cannot be reached; the fence guards the acts
	}
	if mine := l.fence.Load(); mine != 0 && fence != mine {
		l.lose()
	}
}

func (s *session) close() error {
	close(s.stop)
	<-s.left
	if s.conn != nil {
		s.conn.Close()
	}
	return s.pool.Close()
}
