package casework

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	editionsMax = 500  // editions that a node keeps
	noteMax     = 2000 // characters of what a proposer says
	leafAdopted = "edition_adopted"
)

// EditionState is how far an edition has come.
type EditionState string

const (
	Carried   EditionState = "carried"   // by the program
	Proposed  EditionState = "proposed"  // checked, waits for a second officer
	Adopted   EditionState = "adopted"   // in force from its first day
	Withdrawn EditionState = "withdrawn" // before it was adopted
)

// Edition is an edition of a scheme with how it came into this node.
type Edition struct {
	ID           unit.ID // "" if the program carries it
	Scheme       string
	Edition      string
	Jurisdiction string
	Title        fault.Words
	First, Last  unit.Day
	Digest       string // of the merged files, SHA-256 in hex
	Dir          string // where the pack's own files lie among the kept ones
	Note         string
	State        EditionState
	Proposed     Signed
	Decided      Signed // adopted or withdrawn
	Reason       string // of whoever decided
	Leaf         unit.ID
}

// Signed is who did it, by which mandate, and when.
type Signed struct {
	Person  unit.ID
	Name    string
	Mandate string
	At      time.Time
}

// Object is how journal and log name an edition that was brought in.
func (e Edition) Object() string { return "edition/" + string(e.ID) }

// Running says whether the edition's time has begun and not ended on a day.
func (e Edition) Running(day unit.Day) bool {
	return (e.State == Carried || e.State == Adopted) && e.First <= day && (!e.Last.Valid() || day <= e.Last)
}

// Checked is what was found of a pack that somebody brings.
type Checked struct {
	Scheme   *scheme.Scheme // nil if it could not be read
	Problems scheme.Problems
	Files    scheme.Bundle // what would be kept: the pack with the layers under it
	Dir      string
}

// CheckEdition says all that is wrong with a pack, as `corridor check` does, without keeping it. A layer that it extends
// and does not bring is taken from those that stand here. What cannot be a pack at all is refused.
func (s *Service) CheckEdition(who access.Actor, given []scheme.GivenFile) (c Checked, err error) {
	if err := access.MaySomewhere(who, access.SchemePropose); err != nil {
		return c, err
	}
	brought, dir, err := scheme.Unpack(given)
	if err != nil {
		return c, err
	}
	c.Dir = dir
	bundles := []scheme.Bundle{brought}
	all := s.Schemes()
	for i := len(all) - 1; i >= 0; i-- { // the newest first
		bundles = append(bundles, all[i].Layers())
	}
	c.Scheme, c.Problems = scheme.Load(scheme.Stacked(bundles, s.c.Layers), dir)
	if c.Scheme == nil || len(c.Problems) > 0 {
		return c, nil
	}
	c.Problems = append(scheme.Check(c.Scheme), scheme.RunTests(c.Scheme)...)
	if len(c.Problems) == 0 {
		c.Problems = s.together(c.Scheme)
	}
	c.Files = c.Scheme.Bundle()
	if readme := path.Join(dir, "README.md"); brought[readme] != nil {
		c.Files[readme] = brought[readme]
	}
	return c, nil
}

// together says what does not fit between an edition and those of other schemes that run at the same time.
func (s *Service) together(sch *scheme.Scheme) scheme.Problems {
	beside := []*scheme.Scheme{sch}
	for _, x := range s.Schemes() {
		if x.ID != sch.ID && s.overlap(x, sch) {
			beside = append(beside, x)
		}
	}
	known := map[string]bool{}
	for _, p := range scheme.Together(beside[1:]) {
		known[fmt.Sprint(p.Pos, p.Code)] = true
	}
	var out scheme.Problems
	for _, p := range scheme.Together(beside) {
		if !known[fmt.Sprint(p.Pos, p.Code)] {
			out = append(out, p)
		}
	}
	return out
}

// overlap says whether two editions are in force on the same day.
func (s *Service) overlap(a, b *scheme.Scheme) bool {
	from, to := func(x *scheme.Scheme) unit.Day { return x.InForce[0].Day() }, s.LastDay
	return (!to(a).Valid() || from(b) <= to(a)) && (!to(b).Valid() || from(a) <= to(b))
}

// Propose keeps a pack that passes every check, for a second officer to adopt, and leaves a trial of it over the registry
// against the edition in force. With problems nothing is kept; they are in Checked.
func (s *Service) Propose(ctx context.Context, who access.Actor, given []scheme.GivenFile, note string) (e Edition, c Checked, err error) {
	if c, err = s.CheckEdition(who, given); err != nil {
		return e, c, err
	}
	if len(c.Problems) > 0 || c.Scheme == nil {
		return e, c, fault.New(fault.Invalid, "casework.edition_problems", "n", len(c.Problems)).On("file")
	}
	if note = strings.TrimSpace(note); len([]rune(note)) > noteMax {
		return e, c, fault.New(fault.Invalid, "casework.reason_long", "most", noteMax).On("note")
	}
	sch := c.Scheme
	if err := s.belongsHere(sch); err != nil {
		return e, c, err
	}
	mandate, err := access.Mandate(who, access.SchemePropose, access.Scope{Region: unit.Region(sch.Jurisdiction)})
	if err != nil {
		return e, c, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := s.fits(ctx, tx, sch, ""); err != nil {
			return err
		}
		e = Edition{ID: unit.NewID(tx.Now()), Scheme: sch.ID, Edition: sch.Edition, Jurisdiction: sch.Jurisdiction, Title: sch.Title,
			First: sch.InForce[0].Day(), Last: sch.InForce[1].Day(), Digest: sch.Digest, Dir: c.Dir, Note: note, State: Proposed,
			Proposed: Signed{who.Person, who.Name, mandate, tx.Now()}}
		if err := insertEdition(ctx, tx, e, c.Files); err != nil {
			return fmt.Errorf("keep edition %s of %s: %w", e.Edition, e.Scheme, err)
		}
		t := s.trialOf(sch, s.replaced(sch), who)
		t.ID, t.Made = unit.NewID(tx.Now()), tx.Now()
		if err := insertTrial(ctx, tx, t); err != nil {
			return fmt.Errorf("leave a trial of edition %s: %w", e.ID, err)
		}
		if err := s.tellAdopters(ctx, tx, who, e.Jurisdiction, "/editions/"+string(e.ID), e.Object(),
			fault.Words{"待批准的版本：" + sch.Title[0] + " " + e.Edition, "An edition waits to be adopted: " + sch.Title[1] + " " + e.Edition}); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "edition.propose", Object: e.Object(), Region: unit.Region(e.Jurisdiction),
			Mandate: mandate, Detail: e.Scheme + " " + e.Edition + " sha256 " + e.Digest})
	})
	if err == nil {
		s.trials.Ring()
	}
	return e, c, err
}

// belongsHere refuses what is no edition for this node: a shared layer, another jurisdiction's.
func (s *Service) belongsHere(sch *scheme.Scheme) error {
	switch {
	case sch.Shared():
		return fault.New(fault.Invalid, "casework.edition_shared").On("file")
	case !strings.HasPrefix(sch.Jurisdiction, s.c.Node):
		return fault.New(fault.Invalid, "casework.edition_elsewhere", "code", sch.Jurisdiction).On("file")
	}
	return nil
}

// fits refuses an edition that cannot stand beside the others. The order is: a start in the past, the scheme of another
// jurisdiction, an id or a content that is there already, an overlap in time with an edition that runs.
func (s *Service) fits(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, but unit.ID) error {
	first := sch.InForce[0].Day()
	if first < s.today(tx.Now()) {
		return fault.New(fault.Conflict, "casework.edition_past", "day", first, "today", s.today(tx.Now())).On("file")
	}
	for _, x := range s.Schemes() {
		if x.ID == sch.ID && x.Jurisdiction != sch.Jurisdiction {
			return fault.New(fault.Conflict, "casework.edition_other_place", "scheme", sch.ID, "code", x.Jurisdiction).On("file")
		}
	}
	kept, err := selectEditions(ctx, tx, "")
	if err != nil {
		return err
	}
	for _, k := range kept {
		if k.ID == but || k.State == Withdrawn {
			continue
		}
		if k.Scheme == sch.ID && k.Jurisdiction == sch.Jurisdiction && k.Edition == sch.Edition || k.Digest == sch.Digest {
			return fault.New(fault.Conflict, "casework.edition_twice", "scheme", sch.ID, "edition", k.Edition).On("file")
		}
	}
	for _, x := range s.Schemes() {
		switch {
		case x.ID != sch.ID || x.Jurisdiction != sch.Jurisdiction: // a city may have its own beside the province's
			continue
		case x.Edition == sch.Edition || x.Digest == sch.Digest:
			return fault.New(fault.Conflict, "casework.edition_twice", "scheme", sch.ID, "edition", x.Edition).On("file")
		case s.overlap(x, sch):
			return fault.New(fault.Conflict, "casework.edition_overlap", "edition", x.Edition, "from", x.InForce[0].Day(), "to", s.LastDay(x)).On("file")
		}
	}
	return nil
}

// replaced is the edition that another one follows: that in force on the day before its first, else the newest; nil if
// the scheme is new.
func (s *Service) replaced(sch *scheme.Scheme) *scheme.Scheme {
	if was, err := s.successor(sch, sch.InForce[0].Day().Add(-1)); err == nil {
		return was
	}
	var newest *scheme.Scheme
	for _, was := range s.Schemes() {
		if was.ID == sch.ID && was.Jurisdiction == sch.Jurisdiction && was.Digest != sch.Digest && (newest == nil || was.InForce[0].Int > newest.InForce[0].Int) {
			newest = was
		}
	}
	return newest
}

// Adopt puts a proposed edition in force from its first day. Another officer than the proposer does it, after a trial
// has ended. The digest becomes a public leaf with the act; new cases find the edition as soon as it returns.
func (s *Service) Adopt(ctx context.Context, who access.Actor, id unit.ID, reason string) (e Edition, err error) {
	s.shelving.Lock()
	defer s.shelving.Unlock()
	var sch *scheme.Scheme
	err = s.decideEdition(ctx, who, id, access.SchemeAdopt, reason, func(tx *db.Tx, found *Edition) error {
		e = *found
		if e.Proposed.Person == who.Person {
			return fault.New(fault.Denied, "casework.edition_same_person", "who", e.Proposed.Name)
		}
		var why string
		if sch, why, err = loadEdition(ctx, tx, e); err != nil {
			return err
		}
		if why != "" {
			return fault.New(fault.Unavailable, "casework.edition_missing", "scheme", e.Scheme, "edition", e.Edition).Because(errors.New(why))
		}
		if err := s.fits(ctx, tx, sch, e.ID); err != nil {
			return err
		}
		if n, err := countEndedTrials(ctx, tx, e.Digest); err != nil || n == 0 {
			if err != nil {
				return err
			}
			return fault.New(fault.Conflict, "casework.edition_untried")
		}
		found.State = Adopted
		found.Leaf, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: leafAdopted, Day: s.today(tx.Now()), Object: e.Object(),
			Fields: map[string]any{"scheme": e.Scheme, "edition": e.Edition, "digest": e.Digest, "jurisdiction": e.Jurisdiction,
				"from": e.First.String(), "to": dayText(e.Last)}})
		if err != nil {
			return err
		}
		return s.tellDrafters(ctx, tx, s.replaced(sch), sch, e.First.Add(-1), e.Object())
	}, &e)
	if err != nil {
		return Edition{}, err
	}
	s.shelf.Store(s.shelf.Load().with(sch))
	return e, nil
}

// Withdraw takes a proposed edition back: its proposer, or another who may propose there.
func (s *Service) Withdraw(ctx context.Context, who access.Actor, id unit.ID, reason string) (e Edition, err error) {
	err = s.decideEdition(ctx, who, id, access.SchemePropose, reason, func(_ *db.Tx, found *Edition) error {
		if strings.TrimSpace(reason) == "" {
			return fault.New(fault.Invalid, "casework.reason_missing").On("reason")
		}
		found.State = Withdrawn
		return nil
	}, &e)
	return e, err
}

// decideEdition is what adopting and withdrawing have in common; decide says what becomes of the edition.
func (s *Service) decideEdition(ctx context.Context, who access.Actor, id unit.ID, perm access.Permission, reason string, decide func(*db.Tx, *Edition) error, out *Edition) error {
	if err := access.MaySomewhere(who, perm); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); len([]rune(reason)) > reasonMax {
		return fault.New(fault.Invalid, "casework.reason_long", "most", reasonMax).On("reason")
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		e, err := selectEdition(ctx, tx, id)
		if err != nil {
			return err
		}
		mandate, err := access.Mandate(who, perm, access.Scope{Region: unit.Region(e.Jurisdiction)})
		if err != nil {
			return err
		}
		if e.State != Proposed {
			return fault.New(fault.Conflict, "casework.edition_decided", "who", e.Decided.Name, "at", e.Decided.At.In(s.c.Calendar.Location()).Format(time.DateOnly+" 15:04"))
		}
		if err := decide(tx, &e); err != nil {
			return err
		}
		e.Decided, e.Reason = Signed{who.Person, who.Name, mandate, tx.Now()}, reason
		if err := updateEdition(ctx, tx, e); err != nil {
			return fmt.Errorf("decide on edition %s: %w", e.ID, err)
		}
		*out = e
		act := map[EditionState]string{Adopted: "edition.adopt", Withdrawn: "edition.withdraw"}[e.State]
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: e.Object(), Region: unit.Region(e.Jurisdiction), Mandate: mandate,
			Detail: e.Scheme + " " + e.Edition + " sha256 " + e.Digest})
	})
}

// dayText is a day as it is kept, "" for none.
func dayText(d unit.Day) string {
	if !d.Valid() {
		return ""
	}
	return d.String()
}

// Editions lists the editions of this node: those that the program carries and those that were brought in, the newest
// first. Who may not try editions out sees only those that are or will be in force.
func (s *Service) Editions(ctx context.Context, who access.Actor) (out []Edition, err error) {
	var kept []Edition
	if err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		kept, err = selectEditions(ctx, tx, "")
		return err
	}); err != nil {
		return nil, err
	}
	for i := range kept {
		s.cut(&kept[i])
	}
	reach, brought := access.ReachOf(who, access.SchemeTrial), map[string]bool{}
	for i := len(kept) - 1; i >= 0; i-- {
		e := kept[i]
		if e.State == Adopted || reach.Covers(access.Scope{Region: unit.Region(e.Jurisdiction)}) {
			out = append(out, e)
		}
		brought[e.Digest] = brought[e.Digest] || e.State == Adopted
	}
	for _, x := range s.Schemes() {
		if !brought[x.Digest] {
			out = append(out, s.carried(x))
		}
	}
	return out, nil
}

func (s *Service) carried(x *scheme.Scheme) Edition {
	return Edition{Scheme: x.ID, Edition: x.Edition, Jurisdiction: x.Jurisdiction, Title: x.Title, First: x.InForce[0].Day(), Last: s.LastDay(x),
		Digest: x.Digest, State: Carried}
}

// OneEdition finds an edition that was brought in, with the scheme that its files give. A proposal is shown to those who
// may try editions out; to others it does not exist.
func (s *Service) OneEdition(ctx context.Context, who access.Actor, id unit.ID) (e Edition, sch *scheme.Scheme, err error) {
	why := ""
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if e, err = selectEdition(ctx, tx, id); err != nil {
			return err
		}
		if e.State != Adopted && !access.ReachOf(who, access.SchemeTrial).Covers(access.Scope{Region: unit.Region(e.Jurisdiction)}) {
			return fault.New(fault.NotFound, "casework.edition_unknown")
		}
		sch, why, err = loadEdition(ctx, tx, e)
		s.cut(&e)
		return err
	})
	if err == nil && why != "" {
		err = fault.New(fault.Unavailable, "casework.edition_missing", "scheme", e.Scheme, "edition", e.Edition).Because(errors.New(why))
	}
	return e, sch, err
}

// EditionByDigest finds how an edition that runs here came into the node.
func (s *Service) EditionByDigest(ctx context.Context, digest string) (e Edition, err error) {
	sch, err := s.runningAs(digest)
	if err != nil {
		return e, err
	}
	e = s.carried(sch)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		kept, err := selectEditions(ctx, tx, Adopted)
		for _, k := range kept {
			if k.Digest == digest {
				e = k
				s.cut(&e)
			}
		}
		return err
	})
	return e, err
}

// EditionFiles are the kept files of an edition, or those that the program carries of it, with its layers.
func (s *Service) EditionFiles(ctx context.Context, who access.Actor, e Edition) (files scheme.Bundle, err error) {
	if e.ID == "" {
		sch, err := s.runningAs(e.Digest)
		if err != nil {
			return nil, err
		}
		return sch.Bundle(), nil
	}
	if _, _, err := s.OneEdition(ctx, who, e.ID); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		files, err = selectEditionFiles(ctx, tx, e.ID)
		return err
	})
	return files, err
}
