package federation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"corridor/internal/fault"
)

// Follow makes one round over all neighbours, all at once. It returns what went wrong, joined; each neighbour is asked all
// the same.
func (s *Service) Follow(ctx context.Context) error {
	if err := s.load(ctx); err != nil {
		return err
	}
	peers := s.peers()
	errs := make([]error, len(peers))
	var all sync.WaitGroup
	for i, p := range peers {
		all.Go(func() {
			err := s.round(ctx, p)
			if err == nil {
				err = s.mirrorAll(ctx, p)
			}
			if err != nil {
				errs[i] = fmt.Errorf("neighbour %s: %w", p.Code, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// round follows a neighbour until its newest checkpoint is here, then asks it to witness ours.
func (s *Service) round(ctx context.Context, p Peer) error {
	for {
		more, err := s.followPeer(ctx, p)
		s.keepTry(p, err)
		if err != nil {
			return err
		}
		s.bellOf(s.grew, p.Code).Ring()
		if !more {
			break
		}
		if now, ok := s.peerOf(p.Code); ok {
			p = now // a new epoch has another key
		}
	}
	if err := s.askWitness(ctx, p); err != nil {
		return fmt.Errorf("ask for a cosignature: %w", err)
	}
	return nil
}

// Run follows all neighbours, each by itself, until ctx ends: once a second, and less often while one is silent. A neighbour
// that is added meanwhile is followed from then on. What goes wrong is logged when it begins and when it is over.
func (s *Service) Run(ctx context.Context) error {
	defer s.hangUp() // a neighbour's server that ends too waits seconds for a connection on which nothing was asked yet
	var all sync.WaitGroup
	defer all.Wait()
	running := map[string]bool{}
	all.Go(func() { s.runUses(ctx) })
	var said told
	for {
		err := s.load(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			err = s.writeTurned(ctx)
		}
		said.tell(s.c.Logger, "read who the neighbours are", "", err)
		for _, p := range s.peers() {
			if !running[p.Code] {
				running[p.Code] = true
				all.Go(func() { s.runPeer(ctx, p.Code) })
				all.Go(func() { s.runLetters(ctx, p.Code) })
				if len(s.mirrors) > 0 {
					all.Go(func() { s.runMirror(ctx, p.Code) })
				}
			}
		}
		if !pause(ctx, everySecond) {
			return nil
		}
	}
}

// runUses goes on with what the used-once register and the hosts of slots were asked, until ctx ends.
func (s *Service) runUses(ctx context.Context) {
	var said told
	for {
		_, err := s.TickUses(ctx)
		if err == nil {
			_, err = s.TickSlots(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		said.tell(s.c.Logger, "go on with the used-once register and with slots", s.c.Self, err)
		if !pause(ctx, everySecond) {
			return
		}
	}
}

// runPeer follows one neighbour, until ctx ends.
func (s *Service) runPeer(ctx context.Context, code string) {
	s.rounds(ctx, code, "follow a neighbour", nil, s.round)
}

// rounds does something with one neighbour by what is known of it at each round, until ctx ends: once a second, less and less often
// while it fails, and at once when woken. One that was ended is not asked.
func (s *Service) rounds(ctx context.Context, code, what string, woken <-chan struct{}, do func(context.Context, Peer) error) {
	wait := everySecond
	var said told
	for {
		for _, p := range s.peers() {
			if p.Code != code {
				continue
			}
			err := do(ctx, p)
			if ctx.Err() != nil {
				return
			}
			said.tell(s.c.Logger, what, code, err)
			if err != nil {
				wait = min(wait*2, backoffMax)
			} else {
				wait = everySecond
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-time.After(wait):
		}
	}
}

// lasting is how long a trouble goes on before it is logged. What is over sooner, as between nodes that start at once, is none.
const lasting = 5 * time.Second

// told keeps a trouble from being logged at every round.
type told struct {
	trouble string // of the last round
	since   time.Time
	said    string // the trouble that was logged and is not over
}

func (t *told) tell(logger *slog.Logger, what, code string, err error) {
	now := ""
	if err != nil {
		now = fault.CodeOf(err)
	}
	if now != t.trouble {
		t.trouble, t.since = now, time.Now()
	}
	switch {
	case now == "" && t.said != "":
		logger.Info("can "+what+" again", "neighbour", code)
		t.said = ""
	case now != "" && now != t.said && time.Since(t.since) >= lasting:
		logger.Warn("cannot "+what+"; it is tried again", "neighbour", code, "error", err)
		t.said = now
	}
}

// pause waits, and is false when ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// try is when a neighbour was last asked, and what came of it.
type try struct {
	at      time.Time
	trouble *fault.Error
}

// keepTry remembers what came of asking a neighbour for its log.
func (s *Service) keepTry(p Peer, err error) {
	t := try{at: s.c.Now()}
	if f := fault.Of(err); f != nil {
		if t.trouble = f; f.Kind == fault.Internal {
			t.trouble = fault.New(fault.Unavailable, "federation.neighbour_silent", "name", p.Name, "why", clip(err.Error()))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries[p.Code] = t
}

func (s *Service) tried(p Peer) (time.Time, *fault.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries[p.Code].at, s.tries[p.Code].trouble
}
