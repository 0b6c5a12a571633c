package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	bundleLeaves   = 256      // in a full entry bundle
	roundLeavesMax = 64 * 256 // leaves that one round takes of one neighbour
	answerBytesMax = 16 << 20
	checkpointMax  = 64 << 10
	evidenceMax    = 50 // pieces that are shown of one neighbour
	everySecond    = time.Second
	backoffMax     = time.Minute
	lateAfter      = time.Minute // without a good answer
)

// Peer is a neighbour: who it is, where its pages are, and the key of its log.
type Peer struct {
	Code string // region code
	Name fault.Words
	URL  string
	Key  string // verifier key; its name is the log's origin
}

// Origin is the name of the neighbour's log.
func (p Peer) Origin() string {
	name, _, _ := strings.Cut(p.Key, "+")
	return name
}

// Neighbour is a neighbour with how its log stands here.
type Neighbour struct {
	Peer
	Size    int64     // leaves that are verified
	Seen    time.Time // when it last answered well; zero is never
	OK      bool      // the last answer was true
	Late    bool      // no good answer for a while
	Problem *fault.Error
}

// Config says whom to follow.
type Config struct {
	DB     *db.DB
	Self   string // region code of this node
	Origin string // name of this node's own log
	Peers  []Peer
	Client *http.Client
	Now    func() time.Time // nil: time.Now
}

// Service follows the neighbours of one node. It is safe for concurrent use.
type Service struct{ c Config }

// New checks the settings; it asks nobody.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Client == nil {
		return nil, fmt.Errorf("federation: a database and a client are needed")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	seen := map[string]bool{c.Self: true}
	for _, p := range c.Peers {
		if seen[p.Code] || p.Origin() == "" || p.URL == "" {
			return nil, fmt.Errorf("federation: neighbour %q stands twice, is this node, or lacks its key or address", p.Code)
		}
		seen[p.Code] = true
	}
	return &Service{c}, nil
}

// Start writes down the name of this node's own log, under which its leaves stand in v_public_leaf.
func (s *Service) Start(ctx context.Context) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error { return putOrigin(ctx, tx, s.c.Origin) })
}

// State lists the neighbours in the order of Config, with how each log stands here.
func (s *Service) State(ctx context.Context) (out []Neighbour, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, p := range s.c.Peers {
			row, err := selectPeer(ctx, tx, p.Code)
			if err != nil {
				return fmt.Errorf("state of neighbour %s: %w", p.Code, err)
			}
			n := Neighbour{Peer: p, Size: row.size, OK: row.problem == "" && row.seenAt > 0}
			if row.seenAt > 0 {
				n.Seen = db.Time(row.seenAt)
			}
			n.Late = s.c.Now().Sub(n.Seen) > lateAfter
			if row.problem != "" {
				n.Problem = fault.New(fault.Conflict, row.problem, "name", p.Name)
			}
			out = append(out, n)
		}
		return nil
	})
	return out, err
}

// Peer finds a neighbour by the name of its log.
func (s *Service) Peer(origin string) (Peer, bool) {
	for _, p := range s.c.Peers {
		if p.Origin() == origin {
			return p, true
		}
	}
	return Peer{}, false
}

// Leaf is a verified public leaf of a neighbour.
type Leaf struct {
	Origin string
	Index  int64
	Kind   string
	Day    unit.Day
	Fields json.RawMessage
	Bytes  []byte // that are hashed
}

// Leaf finds a verified leaf of a neighbour's log.
func (s *Service) Leaf(ctx context.Context, origin string, index int64) (l Leaf, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err = selectLeaf(ctx, tx, origin, index)
		return err
	})
	return l, err
}

// Evidence is something that a neighbour said and that cannot be true.
type Evidence struct {
	ID       unit.ID
	At       time.Time
	Problem  string // code of the refusal
	Had, Got string
}

// Evidence lists what is kept against a neighbour, newest first.
func (s *Service) Evidence(ctx context.Context, code string) (out []Evidence, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectEvidence(ctx, tx, code)
		return err
	})
	return out, err
}

// Run follows all neighbours, each by itself, until ctx ends: once a second, and less often while one is silent.
func (s *Service) Run(ctx context.Context) error {
	done := make(chan struct{})
	for _, p := range s.c.Peers {
		go func() {
			defer func() { done <- struct{}{} }()
			s.runPeer(ctx, p)
		}()
	}
	for range s.c.Peers {
		<-done
	}
	if len(s.c.Peers) == 0 {
		<-ctx.Done()
	}
	return nil
}

func (s *Service) runPeer(ctx context.Context, p Peer) {
	wait := everySecond
	for {
		err := s.followPeer(ctx, p)
		if err != nil {
			wait = min(wait*2, backoffMax)
		} else {
			wait = everySecond
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
