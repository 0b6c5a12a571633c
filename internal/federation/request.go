package federation

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const nameRunesMax = 60

// Request is a node that somebody asked to add as a neighbour. It is followed once a person has confirmed that the
// fingerprint is the one that the node's people told them, by another way than this address.
type Request struct {
	ID          unit.ID
	Peer        Peer
	Fingerprint string // of the keys that the address gave
	State       string // waiting, confirmed, refused, ended
	AskedBy     string
	AskedAt     time.Time
	DecidedBy   string
	DecidedAt   time.Time // zero while it waits
}

// Keys is what a node gives out under /log/key: the keys of its log and of its witness, one a line.
func (s *Service) Keys() string {
	out := ""
	if s.c.Log != nil {
		out = s.c.Log.PublicKey()
	}
	if s.c.Witness != nil {
		out += "\n" + s.c.Witness.PublicKey()
	}
	return strings.TrimSpace(out) + "\n"
}

// Fingerprint is that of this node's own keys, for its people to tell others.
func (s *Service) Fingerprint() string { return corridorlog.Fingerprint(s.Keys()) }

// Ask fetches the keys from an address, and writes down the request to add the node as a neighbour. It trusts nothing yet. near says
// that the person confirms that the address is of the own network (address.go).
func (s *Service) Ask(ctx context.Context, who access.Actor, code string, name fault.Words, address string, near bool) (r Request, err error) {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return r, err
	}
	p := Peer{Code: code, Name: name, URL: strings.TrimSuffix(strings.TrimSpace(address), "/"), Near: near}
	if _, err := unit.ParseRegion(code); err != nil || code == s.c.Self {
		return r, fault.New(fault.Invalid, "federation.code", "code", clip(code)).On("code")
	}
	for _, words := range name {
		if n := utf8.RuneCountInString(words); n == 0 || n > nameRunesMax {
			return r, fault.New(fault.Invalid, "federation.name", "most", nameRunesMax).On("name")
		}
	}
	keys, err := s.fetchKeys(ctx, p)
	if err != nil {
		return r, err
	}
	p.Key, p.Witness = corridorlog.SplitKeys(string(keys))
	if err := p.check(); err != nil {
		return r, err
	}
	r = Request{Peer: p, Fingerprint: corridorlog.Fingerprint(p.Key + "\n" + p.Witness), State: "waiting", AskedBy: who.Name}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		r.ID, r.AskedAt = unit.NewID(tx.Now()), tx.Now()
		n, err := insertRequest(ctx, tx, r)
		if err != nil {
			return fmt.Errorf("ask for neighbour %s: %w", code, err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "federation.there", "code", code).On("code")
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "neighbour.ask", Object: "neighbour/" + code, Mandate: mandate, Detail: r.Fingerprint})
	})
	return r, err
}

// fetchKeys checks the address before it asks there.
func (s *Service) fetchKeys(ctx context.Context, p Peer) ([]byte, error) {
	if err := p.check(); fault.CodeOf(err) == "federation.address" {
		return nil, err
	}
	if err := CheckAddress(p.URL, p.Near, s.c.Networks); err != nil {
		return nil, err
	}
	keys, err := s.fetch(ctx, p, "/log/key", checkpointMax)
	if fault.KindOf(err) == fault.Denied {
		return nil, fault.Of(err) // the name leads to an address that the rule closes
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "federation.no_answer", "address", clip(p.URL)).Because(err).On("url")
	}
	return keys, nil
}

// Confirm makes a waiting request a neighbour, if the fingerprint is the one that its address gave. Spaces and capitals in
// it do not matter.
func (s *Service) Confirm(ctx context.Context, who access.Actor, id unit.ID, fingerprint string) error {
	return s.decide(ctx, who, id, "waiting", "confirmed", func(r Request) error {
		if plainFingerprint(fingerprint) != plainFingerprint(r.Fingerprint) {
			return fault.New(fault.Conflict, "federation.fingerprint").On("fingerprint")
		}
		return nil
	})
}

// Refuse closes a waiting request.
func (s *Service) Refuse(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.decide(ctx, who, id, "waiting", "refused", func(Request) error { return nil })
}

// End stops following a neighbour that was confirmed. What was verified of it stays.
func (s *Service) End(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.decide(ctx, who, id, "confirmed", "ended", func(Request) error { return nil })
}

func (s *Service) decide(ctx context.Context, who access.Actor, id unit.ID, from, to string, check func(Request) error) error {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		r, err := selectRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State != from {
			return fault.New(fault.Conflict, "federation.decided")
		}
		if err := check(r); err != nil {
			return err
		}
		if err := updateRequest(ctx, tx, id, to, who.Name); err != nil {
			return fmt.Errorf("decide on neighbour %s: %w", r.Peer.Code, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "neighbour." + to, Object: "neighbour/" + r.Peer.Code, Mandate: mandate, Detail: r.Fingerprint})
	})
	if err != nil {
		return err
	}
	return s.load(ctx)
}

// Requests lists who asked to be a neighbour, the newest first.
func (s *Service) Requests(ctx context.Context, who access.Actor) (out []Request, err error) {
	if _, err := s.mayKeep(who); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectRequests(ctx, tx)
		return err
	})
	return out, err
}

// mayKeep is the mandate to manage neighbours.
func (s *Service) mayKeep(who access.Actor) (mandate string, err error) {
	if s.c.Access == nil {
		return "", fault.New(fault.Unavailable, "federation.closed")
	}
	return access.Mandate(who, access.FederationKeep, access.Scope{})
}

func plainFingerprint(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(s), ""))
}
