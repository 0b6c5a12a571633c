package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
)

const (
	lookEvery = 2 * time.Second
	tellEvery = 300 * time.Millisecond // between two writings of how far a work is
)

// Run works on what was brought until ctx ends. What a former process left is taken up first.
func (s *Service) Run(ctx context.Context, failed func(error)) {
	if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return takeUp(ctx, tx) }); err != nil {
		failed(fmt.Errorf("works left behind: %w", err))
	}
	db.Drain(ctx, s.wakes, lookEvery, s.Next, failed)
}

// Next works on the file that has waited longest, and says whether there was one.
func (s *Service) Next(ctx context.Context) (worked bool, err error) {
	var w Work
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { w, worked, err = nextWork(ctx, tx); return err }); err != nil || !worked {
		return false, err
	}
	return true, s.work(ctx, w)
}

// work takes one file in; an error is the node's, what is wrong with the file stands with the work.
func (s *Service) work(ctx context.Context, w Work) error {
	mine := false
	var who access.Actor
	err := s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
		if mine, err = beginWork(ctx, tx, w.ID); err != nil || !mine {
			return err
		}
		who, err = s.c.Access.ActorNow(ctx, tx, w.Person, w.strong)
		return err
	})
	if err == nil && !mine {
		return nil // somebody else works on it, or it was stopped
	}
	var rep Report
	if err == nil {
		rep, err = s.take(ctx, who, w)
	}
	if ctx.Err() != nil && err != nil {
		return ctx.Err() // the next process takes it up
	}
	return s.end(ctx, w, rep, err)
}

// end keeps what came of a work; err is why it was not taken in.
func (s *Service) end(ctx context.Context, w Work, rep Report, err error) error {
	state, problem := Done, fault.Words{}
	var said *fault.Error
	switch {
	case errors.As(err, &said) && said.Kind != fault.Internal:
		state, problem = Refused, Why(said)
	case err != nil:
		state, problem = Failed, Why(fault.New(fault.Internal, "intake.failed"))
	}
	if len(rep.Bad) > badMax {
		rep.Bad = rep.Bad[:badMax]
	}
	kept := s.c.DB.Act(ctx, func(tx *db.Tx) error { return endWork(ctx, tx, w, state, problem, &rep) })
	if state != Failed {
		err = nil
	}
	return errors.Join(err, kept)
}

func (s *Service) take(ctx context.Context, who access.Actor, w Work) (Report, error) {
	t := s.c.Takers[w.What]
	if t == nil {
		return Report{}, fault.New(fault.NotFound, "intake.unknown")
	}
	if err := t.May(who, w.Org, w.Asks); err != nil {
		return Report{}, err
	}
	_, content, err := s.c.Files.Get(ctx, w.Digest)
	if err != nil {
		return Report{}, fmt.Errorf("file of work %s: %w", w.ID, err)
	}
	going, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	errStopped := fault.New(fault.Conflict, "intake.over")
	var told time.Time
	rep, err := t.Take(going, who, w, bytes.NewReader(content), func(writing bool, done, total int) {
		if time.Since(told) < tellEvery && done < total {
			return
		}
		told = time.Now()
		state := Checking
		if writing {
			state = Writing
		}
		on := true
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) (err error) { on, err = stepWork(ctx, tx, w.ID, state, done, total); return err }); err == nil && !on {
			stop(errStopped)
		}
	})
	if going.Err() != nil && ctx.Err() == nil {
		err = context.Cause(going)
	}
	return rep, err
}
