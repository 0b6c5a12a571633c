package federation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// What a jurisdiction recognises from whom is a list of dated entries. One officer proposes, another adopts; what was adopted is a
// leaf of the public log and stays readable. Rules ask whether an organisation stands on a list on a day.

const (
	recognitionLeaf    = "recognition.entry"
	recognitionListMax = 64  // bytes of a list's name, and of what is recognised
	recognitionBasis   = 300 // characters
	recognitionsMax    = 2000
)

// RecognitionKinds are what can be recognised.
var RecognitionKinds = []string{"provider", "label", "expert", "listing"}

// Recognition is one entry, or the change of the last day of one.
type Recognition struct {
	ID       unit.ID
	List     string // name by which rules ask
	Kind     string // provider, label, expert, listing
	From     string // region code of the jurisdiction that it is recognised from
	What     string // code of an organisation, or id of a label, an expert pool, a kind of listing there
	Since    unit.Day
	Until    unit.Day // last day; no day is without end
	Basis    string   // the document that it rests on
	Verified bool     // the basis was compared with the document
	Ends     unit.ID  // the entry whose last day this changes; "" for a new one
	State    string   // proposed, adopted, refused
	By       string   // who proposed, and who decided
	Asked    time.Time
	Decider  string
	Decided  time.Time
	Leaf     unit.ID // of the public leaf; "" before

	Proposer unit.ID // who proposed
}

// On says whether an adopted entry counts on a day.
func (r Recognition) On(day unit.Day) bool {
	return r.State == "adopted" && r.Ends == "" && r.Since <= day && (!r.Until.Valid() || day <= r.Until)
}

func (r Recognition) check() error {
	bad := func(field string) error { return fault.New(fault.Invalid, "federation.recognition").On(field) }
	known := false
	for _, k := range RecognitionKinds {
		known = known || k == r.Kind
	}
	switch {
	case r.List == "" || len(r.List) > recognitionListMax || strings.Trim(r.List, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return bad("list")
	case !known:
		return bad("kind")
	case r.What == "" || len(r.What) > recognitionListMax || strings.ContainsAny(r.What, " \n\t"):
		return bad("what")
	case !r.Since.Valid():
		return bad("since")
	case r.Until.Valid() && r.Until < r.Since:
		return bad("until")
	case utf8.RuneCountInString(r.Basis) > recognitionBasis:
		return bad("basis")
	}
	if _, err := unit.ParseRegion(r.From); err != nil {
		return bad("from")
	}
	return nil
}

// Propose writes an entry down that another officer has to adopt. Of the change of a last day only Ends and Until are given.
func (s *Service) Propose(ctx context.Context, who access.Actor, r Recognition) (Recognition, error) {
	mandate, err := s.mayRecognise(who)
	if err != nil {
		return r, err
	}
	r.Basis, r.What, r.List = strings.TrimSpace(r.Basis), strings.TrimSpace(r.What), strings.TrimSpace(r.List)
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		x := r
		if x.Ends != "" {
			old, err := selectRecognition(ctx, tx, x.Ends)
			if err != nil {
				return err
			}
			if old.State != "adopted" || old.Ends != "" {
				return fault.New(fault.Conflict, "federation.decided")
			}
			x.List, x.Kind, x.From, x.What, x.Since = old.List, old.Kind, old.From, old.What, old.Since
			if !x.Until.Valid() {
				return fault.New(fault.Invalid, "federation.recognition").On("until")
			}
		}
		if err := x.check(); err != nil {
			return err
		}
		x.ID, x.State, x.By, x.Proposer, x.Asked = unit.NewID(tx.Now()), "proposed", who.Name, who.Person, tx.Now()
		r = x
		if err := insertRecognition(ctx, tx, x); err != nil {
			return fmt.Errorf("propose to recognise %s of %s: %w", x.What, x.From, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "recognition.propose", Object: "recognition/" + string(x.ID), Mandate: mandate, Detail: x.List + " " + x.What})
	})
	return r, err
}

// DecideRecognition adopts a proposal or refuses it. Nobody decides on what they proposed.
func (s *Service) DecideRecognition(ctx context.Context, who access.Actor, id unit.ID, adopt bool) error {
	mandate, err := s.mayRecognise(who)
	if err != nil {
		return err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		r, err := selectRecognition(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case r.State != "proposed":
			return fault.New(fault.Conflict, "federation.decided")
		case r.Proposer == who.Person:
			return fault.New(fault.Denied, "federation.recognition_own")
		}
		r.State, r.Decider, r.Decided = "refused", who.Name, tx.Now()
		if adopt {
			r.State = "adopted"
			fields := map[string]any{"list": r.List, "kind": r.Kind, "from": r.From, "what": r.What, "since": r.Since.String(), "until": r.Until.String(), "basis": r.Basis, "verified": r.Verified}
			if r.Ends != "" {
				fields["changes"] = true
				if err := updateRecognitionUntil(ctx, tx, r.Ends, r.Until); err != nil {
					return err
				}
			}
			if r.Leaf, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: recognitionLeaf, Day: unit.DayOf(tx.Now(), unit.Beijing()), Object: "recognition/" + string(r.ID), Fields: fields}); err != nil {
				return fmt.Errorf("publish what is recognised: %w", err)
			}
		}
		if err := updateRecognition(ctx, tx, r, who.Person); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "recognition." + r.State, Object: "recognition/" + string(r.ID), Mandate: mandate, Detail: r.List + " " + r.What})
	})
	if err == nil && adopt {
		s.listsChanged()
	}
	return err
}

// Relisted says who is told when what is recognised here has changed: a list, or a certificate of a neighbour. It is for the time
// before Run; the act that changed it is done.
func (s *Service) Relisted(tell func()) { s.relisted = tell }

func (s *Service) listsChanged() {
	if s.relisted != nil {
		s.relisted()
	}
}

func (s *Service) mayRecognise(who access.Actor) (string, error) {
	if s.c.Access == nil || s.c.Log == nil {
		return "", fault.New(fault.Unavailable, "federation.closed")
	}
	return access.Mandate(who, access.RecognitionEdit, access.Scope{Region: unit.Region(s.c.Self)})
}

// Recognitions lists all entries and changes, the newest first; proposals only to who may decide on them.
func (s *Service) Recognitions(ctx context.Context, who access.Actor) (out []Recognition, err error) {
	_, err = s.mayRecognise(who)
	inside := err == nil
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := selectRecognitions(ctx, tx, recognitionsMax)
		out = nil
		for _, r := range all {
			if r.State == "adopted" || inside {
				out = append(out, r)
			}
		}
		return err
	})
	return out, err
}

// RecognisedProvider is said of an organisation that an entry names.
const RecognisedProvider = "recognised.provider"

// RecognisedOwner is for what an organisation is recognised here on a day: labels that it holds by certificates in the verified logs
// of the jurisdictions that entries name, and RecognisedProvider where an entry names it.
func (s *Service) RecognisedOwner(ctx context.Context, tx *db.Tx, org string, day unit.Day) (out []string, err error) {
	all, err := selectRecognitionsFor(ctx, tx, "", recognitionsMax)
	if err != nil {
		return nil, fmt.Errorf("what is recognised: %w", err)
	}
	var certs []Certificate
	for _, r := range all {
		switch {
		case !r.On(day):
		case r.Kind == "provider" && r.What == org:
			out = append(out, RecognisedProvider)
		case r.Kind == "label":
			p, ok := s.peerOf(r.From)
			if !ok {
				continue
			}
			if certs == nil {
				if certs, err = selectCertificates(ctx, tx, "", org, ""); err != nil {
					return nil, err
				}
			}
			if slices.ContainsFunc(certs, func(c Certificate) bool { return c.Origin == p.Origin() && c.Label == r.What && c.on(day) }) {
				out = append(out, r.What)
			}
		}
	}
	return out, nil
}

// RecognisedKind says whether listings of a kind of another jurisdiction are recognised here on a day.
func (s *Service) RecognisedKind(ctx context.Context, tx *db.Tx, from, kind string, day unit.Day) (bool, error) {
	all, err := selectRecognitionsFor(ctx, tx, "listing", recognitionsMax)
	return slices.ContainsFunc(all, func(r Recognition) bool { return r.From == from && r.What == kind && r.On(day) }), err
}

// ListsOf are the lists on which a label of another jurisdiction stands here on a day.
func (s *Service) ListsOf(ctx context.Context, tx *db.Tx, from, label string, day unit.Day) (out []string, err error) {
	all, err := selectRecognitionsFor(ctx, tx, "label", recognitionsMax)
	for _, r := range all {
		if r.From == from && r.What == label && r.On(day) && !slices.Contains(out, r.List) {
			out = append(out, r.List)
		}
	}
	return out, err
}

// RecognisedPools are the pools of other jurisdictions that count as one of this one's on a day, as JURISDICTION.POOL: by that name
// their experts stand in the registry here.
func (s *Service) RecognisedPools(ctx context.Context, tx *db.Tx, pool string, day unit.Day) (out []string, err error) {
	all, err := selectRecognitionsFor(ctx, tx, "expert", recognitionsMax)
	for _, r := range all {
		if name := r.From + "." + r.What; r.List == pool && r.On(day) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, err
}

// PeerAt finds a neighbour by its code.
func (s *Service) PeerAt(code string) (Peer, bool) { return s.peerOf(code) }

// Standing is where the answer to «recognised» comes from.
type Standing struct {
	Yes, Known bool
	By         string // list:ID of an entry that names the organisation; certificate:LOG#N of a leaf that a neighbour's log proves
	Day        unit.Day
}

// Recognised says whether an organisation stands on a list on a day: because an entry names it, or because it holds, by a
// certificate in the verified log of the jurisdiction that the entry names, the label which the entry recognises. It is not known
// where nothing stands on the list, or where that log has not been followed well.
func (s *Service) Recognised(ctx context.Context, tx *db.Tx, org, list string, day unit.Day) (st Standing, err error) {
	all, err := selectRecognitionsOf(ctx, tx, list, recognitionsMax)
	if err != nil {
		return st, fmt.Errorf("list %s: %w", list, err)
	}
	dark := false
	for _, r := range all {
		if !r.On(day) {
			continue
		}
		st.Known = true
		if r.Kind != "label" {
			if r.What == org {
				return Standing{true, true, "list:" + string(r.ID), r.Since}, nil
			}
			continue
		}
		p, ok := s.peerOf(r.From)
		if !ok {
			dark = true
			continue
		}
		row, err := selectPeer(ctx, tx, p.Code)
		if err != nil {
			return st, err
		}
		certs, err := selectCertificates(ctx, tx, p.Origin(), org, r.What)
		if err != nil {
			return st, err
		}
		for _, c := range certs {
			if c.on(day) {
				return Standing{true, true, fmt.Sprintf("certificate:%s#%d", c.Origin, c.Index), c.Since}, nil
			}
		}
		dark = dark || row.seenAt == 0 || row.problem != ""
	}
	st.Known = st.Known && !dark
	return st, nil
}
