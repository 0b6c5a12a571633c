package federation

import (
	"context"
	"sync"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// One neighbour may not keep the others, or this node's own people, from being served: of each only so many letters and checkpoints
// are worked on at once, and only so many bytes are taken in a day. What is turned away costs no act of the database: it is
// counted in memory and written down once a second (Run), and before it is shown.

const (
	atOnce      = 8        // an honest neighbour brings one letter after the other, and a checkpoint now and then
	dayBytes    = 32 << 30 // of letters and leaves
	turnedKinds = 200      // reasons that are kept in memory
)

// gate counts what neighbours ask of this node. The zero value is ready.
type gate struct {
	mu     sync.Mutex
	inside map[string]int // by neighbour
	day    unit.Day
	taken  map[string]int64 // bytes of that day, by neighbour
	turned map[turnedKey]*turnedCount
}

type turnedKey struct{ peer, code string }

type turnedCount struct {
	times  int64 // that are not written down yet
	detail string
	first  time.Time
	last   time.Time
}

// enter lets one more letter of a neighbour in; leave has to be called where the error is nil.
func (s *Service) enter(p Peer) (leave func(), err error) {
	g := &s.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside == nil {
		g.inside = map[string]int{}
	}
	if g.inside[p.Code] >= atOnce {
		return nil, fault.New(fault.TooMany, "federation.neighbour_often", "name", p.Name, "most", atOnce)
	}
	g.inside[p.Code]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.inside[p.Code]--
	}, nil
}

// takesBytes counts bytes of a neighbour, and refuses them where they are more than are taken in a day.
func (s *Service) takesBytes(p Peer, n int) error {
	today := unit.DayOf(s.c.Now(), unit.Beijing())
	g := &s.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.day != today || g.taken == nil {
		g.day, g.taken = today, map[string]int64{}
	}
	if g.taken[p.Code]+int64(n) > s.c.DayBytes {
		return fault.New(fault.TooMany, "federation.neighbour_much", "name", p.Name, "mib", s.c.DayBytes>>20)
	}
	g.taken[p.Code] += int64(n)
	return nil
}

// turn counts why letters of a neighbour are turned away, for people to see. What is our own trouble is no refusal.
func (s *Service) turn(p Peer, cause error) error {
	f := fault.Of(cause)
	if f == nil || f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return cause
	}
	g, now := &s.gate, s.c.Now()
	g.mu.Lock()
	if g.turned == nil {
		g.turned = map[turnedKey]*turnedCount{}
	}
	k := turnedKey{p.Code, f.Code}
	t := g.turned[k]
	if t == nil {
		if len(g.turned) >= turnedKinds {
			g.mu.Unlock()
			return cause
		}
		t = &turnedCount{}
		g.turned[k] = t
	}
	if t.times == 0 {
		t.first = now
	}
	t.times, t.detail, t.last = t.times+1, f.Sentence(fault.EN), now
	g.mu.Unlock()
	return cause
}

// turnedQuietly counts what is answered in another way.
func (s *Service) turnedQuietly(p Peer, cause error) error {
	_ = s.turn(p, cause) // it is the cause
	return nil
}

// writeTurned writes down what was counted since the last time.
func (s *Service) writeTurned(ctx context.Context) error {
	g := &s.gate
	g.mu.Lock()
	due := map[turnedKey]turnedCount{}
	for k, t := range g.turned {
		if t.times > 0 {
			due[k] = *t
			t.times = 0
		}
	}
	g.mu.Unlock()
	if len(due) == 0 {
		return nil
	}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		for k, t := range due {
			if err := countTurned(ctx, tx, k.peer, k.code, t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil { // they are counted again with the next
		g.mu.Lock()
		for k, t := range due {
			g.turned[k].times += t.times
		}
		g.mu.Unlock()
	}
	return err
}
