package federation

import (
	"context"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	freeAgain = time.Minute     // before a neighbour is asked again for the same
	freeWait  = 2 * time.Second // that a reader waits for a neighbour
	freeKept  = 2_000           // answers that are remembered
)

// freeOf is what is asked of a neighbour for everybody: a price depends on the kind of who asks alone.
type freeOf struct {
	host, kind string
	listing    unit.ID
}

// freeHeard is what a neighbour said last.
type freeHeard struct {
	answer FreeAnswer
	at     time.Time // of the answer; zero: none yet
	tried  time.Time
	err    error // of the last try
}

// FreeThere is what a neighbour says of the next free slots of a listing, to whoever reads it here, and when it said so. It is
// asked at most once a minute for the same, and waited for no longer than two seconds; where it is silent the last answer is
// returned with err, and at is zero where there was none. Nothing is kept over a restart. It may be called concurrently.
func (s *Service) FreeThere(ctx context.Context, host string, listing unit.ID, kind string) (a FreeAnswer, at time.Time, err error) {
	p, ok := s.PeerAt(host)
	if !ok {
		return a, at, fault.New(fault.NotFound, "federation.letter_nobody", "code", clip(host)).On("host")
	}
	key, now := freeOf{host, kind, listing}, s.c.Now().UTC()
	s.mu.Lock()
	had := s.frees[key]
	if !had.tried.IsZero() && now.Sub(had.tried) < freeAgain {
		s.mu.Unlock()
		return had.answer, had.at, had.err
	}
	if s.frees == nil || len(s.frees) >= freeKept {
		s.frees = map[freeOf]freeHeard{}
	}
	had.tried = now
	s.frees[key] = had // others are told what is known until the answer is here
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, freeWait)
	defer cancel()
	a, err = s.fetchFree(ctx, p, FreeQuestion{Listing: listing, Org: SlotOrg{Kind: kind}, After: now.Truncate(time.Minute)})
	if had.err = err; err == nil || fault.KindOf(err) != fault.Unavailable {
		had.answer, had.at = a, now // that it is not booked there is an answer too
	}
	s.mu.Lock()
	s.frees[key] = had
	s.mu.Unlock()
	return had.answer, had.at, had.err
}
