package catalogue

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Listing is something that is offered.
type Listing struct {
	ID        unit.ID
	Kind      string
	Owner     string // code in the registry
	OwnerName fault.Words
	OwnNo     string // the owner's own number, "" for none; unique for the owner and the kind
	Region    unit.Region
	State     State
	Version   int // of the last act
	Title     fault.Words
	Fields    kinds.Fields
	Reason    string // why it is in its state
	Synthetic bool   // of a made-up organisation
	Made      time.Time
	Changed   time.Time
	Refreshed time.Time // when the owner last stated or confirmed the fields
	Published time.Time // for the first time; zero for never
	Origin    string    // code of the node whose listing is mirrored here; "" is this node's own
	Proof     string    // of a mirrored one: the leaf of its node's log
	OfCase    unit.ID   // of a need that a case makes: the case, which alone changes it; "" is any other
	TakenBack string    // why what was published of it was taken back; "" is not. Only where one listing is read
}

// Open says whether everybody may read the listing.
func (l Listing) Open() bool { return !l.Published.IsZero() }

// Object is how the listing stands in the journal and in the log.
func (l Listing) Object() string { return "listing/" + string(l.ID) }

// Draft is a listing as its owner writes it.
type Draft struct {
	Kind  string
	Owner string            // the organisation that offers it
	Typed map[string]string // by field, as a person writes it
}

// may asks for a permission on a listing, which lies in the owner's hand and in its region.
func may(who access.Actor, p access.Permission, l Listing) error {
	_, err := mandate(who, p, l)
	return err
}

func mandate(who access.Actor, p access.Permission, l Listing) (string, error) {
	if who.System() {
		return "", nil
	}
	return access.Mandate(who, p, access.Scope{Region: l.Region, Org: l.Owner})
}

// sees says whether the actor may know of a listing that is not public.
func sees(who access.Actor, l Listing) bool {
	return l.Open() || readsAll(who, l)
}

// Add enters a listing; it is not public before it was published.
func (s *Service) Add(ctx context.Context, who access.Actor, d Draft) (l Listing, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, err = s.AddIn(ctx, tx, who, d)
		return err
	})
	return l, err
}

// AddIn is Add in the caller's act.
func (s *Service) AddIn(ctx context.Context, tx *db.Tx, who access.Actor, d Draft) (Listing, error) {
	if !who.System() {
		if err := access.MaySomewhere(who, access.ListingEdit); err != nil {
			return Listing{}, err
		}
	}
	l, err := s.drafted(ctx, tx, d)
	if err != nil {
		return l, err
	}
	l.ID, l.State, l.Made = unit.NewID(tx.Now()), Registered, tx.Now()
	by, err := mandate(who, access.ListingEdit, l)
	if err != nil {
		return l, err
	}
	if err := s.free(ctx, tx, l); err != nil {
		return l, err
	}
	return l, s.save(ctx, tx, who, by, &l, Adding, "", true)
}

// drafted makes a listing of a draft: the owner from the registry, the fields by the kind.
func (s *Service) drafted(ctx context.Context, tx *db.Tx, d Draft) (l Listing, err error) {
	k, ok := s.kinds.Of(d.Kind)
	if !ok {
		return l, fault.New(fault.Invalid, "catalogue.kind_unknown", "kind", shorten(d.Kind)).On("kind")
	}
	org, err := s.c.Registry.Org(ctx, tx, strings.TrimSpace(d.Owner))
	if err != nil {
		return l, fault.Of(err).On("owner")
	}
	fields, err := k.Read(d.Typed)
	if err != nil {
		return l, err
	}
	l = Listing{Kind: k.ID, Owner: org.Code, OwnerName: org.Name, Synthetic: org.Synthetic, Region: org.Region}
	return l, s.fill(&l, k, fields)
}

// fill gives a listing its fields and what follows from them.
func (s *Service) fill(l *Listing, k *kinds.Kind, fields kinds.Fields) error {
	for _, f := range k.Fields {
		if f.Type != "region" || fields[f.ID] == "" {
			continue
		}
		if err := s.c.Regions.Check(unit.Region(fields[f.ID])); err != nil {
			return fault.Of(err).On(f.ID)
		}
	}
	l.Fields = fields
	l.Title = fault.Words{fields[k.Title.ZH], fields[k.Title.EN]}
	for i := range l.Title {
		if l.Title[i] == "" {
			l.Title[i] = fields[k.Title.ZH]
		}
	}
	l.OwnNo = fields[k.Key]
	if k.Place != "" && fields[k.Place] != "" {
		l.Region = unit.Region(fields[k.Place])
	}
	return nil
}

// free refuses the owner's number if another listing has it.
func (s *Service) free(ctx context.Context, tx *db.Tx, l Listing) error {
	if l.OwnNo == "" {
		return nil
	}
	other, found, err := selectByOwnNo(ctx, tx, l.Owner, l.Kind, l.OwnNo)
	if err != nil || !found || other == l.ID {
		return err
	}
	k, _ := s.kinds.Of(l.Kind)
	return fault.New(fault.Conflict, "catalogue.own_no", "no", l.OwnNo, "listing", string(other)).On(k.Key)
}

// Change states the fields of a listing anew. typed is the whole form; version is the one that the actor saw. A listing that
// was published stays so, if it still has what its kind needs.
func (s *Service) Change(ctx context.Context, who access.Actor, id unit.ID, version int, typed map[string]string, note string) (l Listing, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, err = s.ChangeIn(ctx, tx, who, id, version, typed, note)
		return err
	})
	return l, err
}

// ChangeIn is Change in the caller's act.
func (s *Service) ChangeIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, version int, typed map[string]string, note string) (Listing, error) {
	l, k, by, err := s.forAct(ctx, tx, who, access.ListingEdit, id, version)
	if err != nil {
		return l, err
	}
	if l.State.ended() {
		return l, notIn(l.State, Changing)
	}
	if note, err = reasonOf(note, false); err != nil {
		return l, err
	}
	fields, err := k.Read(typed)
	if err != nil {
		return l, err
	}
	if l.Open() {
		if wrong := k.Missing(fields, kinds.ToPublish); len(wrong) > 0 {
			return l, wrong
		}
	}
	if maps.Equal(fields, l.Fields) {
		return l, nil // nothing new is no version
	}
	if err := s.fill(&l, k, fields); err != nil {
		return l, err
	}
	if _, err := mandate(who, access.ListingEdit, l); err != nil {
		return l, err
	}
	if err := s.free(ctx, tx, l); err != nil {
		return l, err
	}
	org, err := s.c.Registry.Org(ctx, tx, l.Owner)
	if err != nil {
		return l, err
	}
	l.OwnerName, l.Synthetic = org.Name, org.Synthetic
	return l, s.save(ctx, tx, who, by, &l, Changing, note, true)
}

// Step takes an act of the table of states: Submit, Publish, Suspend, Retire and the others.
func (s *Service) Step(ctx context.Context, who access.Actor, id unit.ID, version int, act Act, reason string) (l Listing, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, err = s.StepIn(ctx, tx, who, id, version, act, reason)
		return err
	})
	return l, err
}

// StepIn is Step in the caller's act.
func (s *Service) StepIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, version int, act Act, reason string) (Listing, error) {
	return s.stepIn(ctx, tx, who, id, version, act, reason, Ending{})
}

func (s *Service) stepIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, version int, act Act, reason string, e Ending) (Listing, error) {
	l, err := s.find(ctx, tx, who, id)
	if err != nil {
		return l, err
	}
	r, no := step(l.State, act)
	if r.by = cmp.Or(r.by, access.ListingEdit); no != nil && may(who, r.by, l) != nil {
		r.by = access.ListingPublish // who may do nothing here is told that first
	}
	l, k, by, err := s.forAct(ctx, tx, who, r.by, id, version)
	if err != nil {
		return l, err
	}
	if no != nil {
		return l, no
	}
	if reason, err = reasonOf(reason, r.reason); err != nil {
		return l, err
	}
	if r.to == Published {
		if wrong := k.Missing(l.Fields, kinds.ToPublish); len(wrong) > 0 {
			return l, wrong
		}
	}
	if err := s.endAhead(ctx, tx, who, l, act, reason, e); err != nil {
		return l, err
	}
	l.State = r.to
	if act != Confirm {
		l.Reason = reason
	}
	if r.to == Published && l.Published.IsZero() {
		l.Published = tx.Now()
	}
	return l, s.save(ctx, tx, who, by, &l, act, reason, false)
}

// Copy enters a new listing with the fields of one that the actor may read, without the owner's number, for an organisation of the
// actor: its owner where the actor may edit that one's listings, or owner.
func (s *Service) Copy(ctx context.Context, who access.Actor, id unit.ID, owner string) (l Listing, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		from, err := s.find(ctx, tx, who, id)
		if err != nil {
			return err
		}
		k, ok := s.kinds.Of(from.Kind)
		if !ok {
			return fault.New(fault.Conflict, "catalogue.kind_gone", "kind", from.Kind)
		}
		if owner == "" {
			owner = from.Owner
		}
		d := Draft{Kind: from.Kind, Owner: owner, Typed: map[string]string{}}
		for _, f := range k.Fields {
			if v := from.Fields[f.ID]; v != "" && f.ID != k.Key && !(f.Private && owner != from.Owner) {
				d.Typed[f.ID] = f.Typed(v)
			}
		}
		if f, ok := k.Field(k.Key); ok && f.Need == kinds.ToSave {
			d.Typed[k.Key] = "copy-" + string(unit.NewID(tx.Now()))
		}
		l, err = s.AddIn(ctx, tx, who, d)
		return err
	})
	return l, err
}

// Get returns a listing with the fields that the actor may read.
func (s *Service) Get(ctx context.Context, who access.Actor, id unit.ID) (l Listing, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err = s.GetIn(ctx, tx, who, id)
		return err
	})
	return l, err
}

// GetIn is Get in the caller's act or reading.
func (s *Service) GetIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Listing, error) {
	l, err := s.find(ctx, tx, who, id)
	if err == nil {
		l = s.seen(who, l)
	}
	return l, err
}

// seen is a listing without the fields that the actor may not read.
func (s *Service) seen(who access.Actor, l Listing) Listing {
	switch {
	case readsAll(who, l):
		return l
	case l.TakenBack != "":
		return blank(l)
	}
	l.Fields = s.public(l)
	return l
}

// public are the fields of a listing that everybody may read; of a kind that this node does not know, none.
func (s *Service) public(l Listing) kinds.Fields {
	k, ok := s.kinds.Of(l.Kind)
	if !ok {
		return kinds.Fields{}
	}
	return k.Public(l.Fields)
}

// find loads a listing that the actor may know of.
func (s *Service) find(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Listing, error) {
	l, found, err := selectListing(ctx, tx, id)
	if err != nil {
		return l, fmt.Errorf("listing %s: %w", id, err)
	}
	if !found || !sees(who, l) {
		return Listing{}, fault.New(fault.NotFound, "catalogue.unknown")
	}
	if l.State == Retired && l.Open() && l.Origin == "" {
		if l.TakenBack, err = selectTakenBack(ctx, tx, id); err != nil {
			return l, fmt.Errorf("listing %s: %w", id, err)
		}
	}
	return l, nil
}

// forAct loads a listing that the actor may do something with, in the version that the actor saw.
func (s *Service) forAct(ctx context.Context, tx *db.Tx, who access.Actor, p access.Permission, id unit.ID, version int) (Listing, *kinds.Kind, string, error) {
	l, err := s.find(ctx, tx, who, id)
	if err != nil {
		return l, nil, "", err
	}
	by, err := mandate(who, p, l)
	if err != nil {
		return l, nil, "", err
	}
	k, ok := s.kinds.Of(l.Kind)
	switch {
	case l.Origin != "":
		return l, nil, "", fault.New(fault.Conflict, "catalogue.mirrored", "node", l.Origin)
	case l.kept(who):
		return l, nil, "", fault.New(fault.Conflict, "catalogue.of_case")
	case !ok:
		return l, nil, "", fault.New(fault.Conflict, "catalogue.kind_gone", "kind", l.Kind)
	case l.Version != version:
		return l, nil, "", fault.New(fault.Conflict, "catalogue.changed_meanwhile", "version", l.Version).On("version")
	}
	return l, k, by, nil
}

func reasonOf(text string, needed bool) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case needed && text == "":
		return "", fault.New(fault.Invalid, "catalogue.reason_missing").On("reason")
	case len([]rune(text)) > reasonMax:
		return "", fault.New(fault.Invalid, "catalogue.reason_long", "most", reasonMax).On("reason")
	}
	return text, nil
}

// shorten is what somebody gave, as a refusal shows it.
func shorten(s string) string { return shortenTo(s, 60) }

// shortenTo is a text of at most so many characters, and a sign where more was said.
func shortenTo(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
