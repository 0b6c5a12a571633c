package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Draft is what a person typed into a form, field by field.
type Draft struct {
	Version int64 // of the case that the person saw; 0 overwrites whatever stands there
	Typed   map[string]string

	quiet bool // an action follows in the same act, and tells parties abroad of both
}

// Saved is a form after a draft was saved.
type Saved struct {
	Case    Case
	Wrong   FieldErrors // fields that could not be read: they are kept as they were typed, to be mended
	Clashes []Clash     // fields that somebody else changed meanwhile: nothing was done about them
}

// Clash is a field that two people changed. Who comes second sees both and saves again what it should be.
type Clash struct {
	Field string
	Words fault.Words
	Mine  string // as the second person typed it
	Last  Change // by the first
}

// Entry is what stands in a field: a value, or what was typed and could not be read.
type Entry struct {
	Value scheme.Value `json:"v,omitzero"`
	Typed string       `json:"typed,omitempty"`
}

func (e Entry) equal(o Entry) bool {
	return e.Typed == o.Typed && (e.Value.Equal(o.Value) || !e.Value.Known() && !o.Value.Known())
}

// Empty says whether nothing stands there.
func (e Entry) Empty() bool { return e.Typed == "" && !e.Value.Known() }

// Change is one field of a form that was changed.
type Change struct {
	ID           unit.ID
	Version      int64 // of the case, that the change made
	Field        string
	Words        fault.Words
	At           time.Time
	Person       unit.ID // "" where the registry changed it
	By           string
	Was, Becomes Entry
}

// SaveDraft saves what was typed as far as it can be read, and keeps the rest as it was typed: Save refuses all for one
// wrong field, this one refuses none. Fields that another person changed since Version are left as they are and come back
// as clashes; what the actor left untouched is not written, so two people who fill in different fields both win.
func (s *Service) SaveDraft(ctx context.Context, who access.Actor, id unit.ID, d Draft) (out Saved, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return out, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		out.Wrong, out.Clashes, err = s.saveIn(ctx, tx, who, id, d, true)
		return err
	})
	if err != nil {
		return Saved{}, s.afterMove(ctx, who, id, err)
	}
	out.Case, err = s.Get(ctx, who, id)
	return out, err
}

// writing is one form that is being saved.
type writing struct {
	c       *Case
	sch     *scheme.Scheme
	typed   map[string]string // what could not be read before, by field
	since   map[string]Change // the last change of each field since the version that the person saw
	base    map[string]Entry  // what stood in these fields then
	fields  map[string]scheme.Value
	becomes map[string]string // typed texts to keep, "" to drop
	changes []Change
	quiet   bool
}

// saveIn saves a draft within an act. Unless kept is true, what cannot be read is not kept and stops everything.
func (s *Service) saveIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, d Draft, kept bool) (wrong FieldErrors, clashes []Clash, err error) {
	c, err := s.inHand(ctx, tx, who, id)
	if err != nil {
		return nil, nil, err
	}
	if d.Version > c.Version {
		return nil, nil, fault.New(fault.Conflict, "casework.changed_meanwhile").On("version")
	}
	if err := s.stays(ctx, tx, who, c, ""); err != nil {
		return nil, nil, err
	}
	w, err := s.writing(ctx, tx, &c, d.Version)
	if err != nil {
		return nil, nil, err
	}
	w.quiet = d.quiet
	for _, name := range slices.Sorted(maps.Keys(d.Typed)) {
		text := d.Typed[name]
		v, err := s.typedField(ctx, tx, w.sch, c, who, name, text)
		e := Entry{Value: v}
		if err != nil {
			f := fault.Of(err)
			_, sealed := w.sch.Sealed[name]
			if f.Kind == fault.Internal {
				return nil, nil, err
			}
			if _, known := w.sch.Field(name); kept && !known || kept && f.Kind != fault.Invalid {
				return nil, nil, f.On(name)
			}
			wrong = append(wrong, f.On(name))
			if e = (Entry{Typed: text}); !kept || sealed || len(text) > fieldMax {
				continue
			}
		}
		if x, clash := w.put(name, e); clash {
			x.Mine = text
			clashes = append(clashes, x)
		}
	}
	if err := s.priceSlots(ctx, tx, w); err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Internal {
			return nil, nil, err
		}
		wrong = append(wrong, f)
		delete(w.fields, f.Field)
	}
	if !kept {
		for _, x := range clashes {
			wrong = append(wrong, x.refusal(s))
		}
		if len(wrong) > 0 {
			return nil, nil, wrong
		}
	}
	if kept && len(w.fields)+len(w.becomes) == 0 {
		return wrong, clashes, nil
	}
	return wrong, clashes, s.write(ctx, tx, who, w)
}

// refusal is a clash as a refusal of its field.
func (x Clash) refusal(s *Service) *fault.Error {
	by := fault.Words{x.Last.By, x.Last.By}
	return fault.New(fault.Conflict, "casework.clash", "field", x.Words, "by", by, "at", s.clockTime(x.Last.At)).On(x.Field)
}

func (s *Service) writing(ctx context.Context, tx *db.Tx, c *Case, seen int64) (*writing, error) {
	sch, err := s.edition(*c)
	if err != nil {
		return nil, err
	}
	w := &writing{c: c, sch: sch, since: map[string]Change{}, base: map[string]Entry{}, fields: map[string]scheme.Value{}, becomes: map[string]string{}}
	if w.typed, err = selectTyped(ctx, tx, c.ID); err != nil || seen == 0 || seen >= c.Version {
		return w, err
	}
	all, err := selectChanges(ctx, tx, c.ID, seen)
	if err != nil {
		return nil, err
	}
	if len(all) >= changesMax { // so old that it cannot be compared any more
		return nil, fault.New(fault.Conflict, "casework.changed_meanwhile").On("version")
	}
	for _, x := range all { // the newest first
		if _, have := w.since[x.Field]; !have {
			w.since[x.Field] = x
		}
		w.base[x.Field] = x.Was
	}
	return w, nil
}

func (w *writing) now(name string) Entry { return Entry{w.c.Fields[name], w.typed[name]} }

// put takes what a person wants in a field, unless they left it as it was or somebody else changed it meanwhile.
func (w *writing) put(name string, e Entry) (x Clash, clash bool) {
	now := w.now(name)
	last, changed := w.since[name]
	if e.equal(now) || changed && e.equal(w.base[name]) {
		return x, false
	}
	if changed && !now.equal(w.base[name]) {
		f, _ := w.sch.Field(name)
		last.Words = f.Words
		return Clash{Field: name, Words: f.Words, Last: last}, true
	}
	w.fields[name] = e.Value
	if now.Typed != e.Typed {
		w.becomes[name] = e.Typed
	}
	if _, sealed := w.sch.Sealed[name]; !sealed {
		w.changes = append(w.changes, Change{Field: name, Was: now, Becomes: e})
	}
	return x, false
}

// write saves the fields of a form and who changed them.
func (s *Service) write(ctx context.Context, tx *db.Tx, who access.Actor, w *writing) error {
	c := w.c
	if err := s.seal(ctx, tx, w.sch, *c, w.fields); err != nil {
		return err
	}
	for name, v := range w.fields {
		if v.Known() {
			c.Fields[name] = v
		} else {
			delete(c.Fields, name)
		}
	}
	c.Changed = tx.Now()
	at, err := s.times(ctx, tx, w.sch, *c)
	if err != nil {
		return err
	}
	if err := updateCase(ctx, tx, c, at); err != nil {
		return fmt.Errorf("save form of case %s: %w", c.No, err)
	}
	for name, text := range w.becomes {
		if err := putTyped(ctx, tx, c.ID, name, text); err != nil {
			return fmt.Errorf("keep what was typed into %s of case %s: %w", name, c.No, err)
		}
	}
	for _, x := range w.changes {
		x.ID, x.Version, x.At, x.Person, x.By = unit.NewID(tx.Now()), c.Version, tx.Now(), who.Person, who.Name
		if err := insertChange(ctx, tx, c.ID, x); err != nil {
			return fmt.Errorf("change of %s in case %s: %w", x.Field, c.No, err)
		}
	}
	if err := s.keepAccess(ctx, tx, w.sch, *c); err != nil {
		return err
	}
	if err := keepNamed(ctx, tx, w.sch, *c); err != nil {
		return err
	}
	if err := keepPlans(ctx, tx, w.sch, *c); err != nil {
		return err
	}
	if err := s.bind(ctx, tx, w.sch, *c); err != nil {
		return err
	}
	if err := s.followUses(ctx, tx, w.sch, *c, w.fields); err != nil {
		return err
	}
	if !w.quiet {
		if err := s.tellAbroad(ctx, tx, w.sch, *c); err != nil {
			return err
		}
	}
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.save", Object: c.Object(), Region: c.Region})
}

// readable refuses an action of a party as long as something that it filled in cannot be read: it would be lost unsaid.
func (s *Service) readable(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, role, action string) error {
	row, _ := sch.Row(c.Stage, action)
	if _, ends := sch.IsEnd(row.To); ends || !sch.Party(role) {
		return nil
	}
	typed, err := selectTyped(ctx, tx, c.ID)
	if err != nil || len(typed) == 0 {
		return err
	}
	for f := range sch.Form.All() {
		if text := typed[f.Name]; text != "" && f.By == role && sch.Shows(f.Name, c.Stage, c.Fields) {
			return fault.New(fault.Invalid, "casework.field_unreadable", "field", f.Words, "typed", fault.Words{text, text}).On(f.Name)
		}
	}
	return nil
}

// Changes are the changes of a case's form that the reader may see, the newest first.
func (s *Service) Changes(ctx context.Context, who access.Actor, id unit.ID) (out []Change, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !s.ofApplicant(c, who) {
			return fault.New(fault.NotFound, "casework.changes_unknown")
		}
		v, err := s.veilFor(ctx, tx, sch, who, c)
		if err != nil {
			return err
		}
		all, err := selectChanges(ctx, tx, id, 0)
		for _, x := range all {
			if f, known := sch.Field(x.Field); known && v.fields[x.Field] == "" {
				x.Words = f.Words
				out = append(out, x)
			}
		}
		return err
	})
	return out, err
}

// Joint is ofApplicant, for a page.
func (s *Service) Joint(c Case, who access.Actor) bool { return s.ofApplicant(c, who) }

// ofApplicant says whether the actor is of the organisation whose case it is, or invited to it.
func (s *Service) ofApplicant(c Case, who access.Actor) bool {
	_, invited := c.member(who)
	return invited || hasOrg(who, c.Org)
}

// Restore puts a field back to what it was before a change. It is a save like any other, and can be put back itself.
func (s *Service) Restore(ctx context.Context, who access.Actor, id, change unit.ID) (Case, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return Case{}, err
	}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := s.inHand(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := s.stays(ctx, tx, who, c, ""); err != nil {
			return err
		}
		x, err := selectChange(ctx, tx, id, change)
		if db.NoRows(err) || err == nil && !s.ofApplicant(c, who) {
			return fault.New(fault.NotFound, "casework.changes_unknown")
		}
		if err != nil {
			return err
		}
		w, err := s.writing(ctx, tx, &c, 0)
		if err != nil {
			return err
		}
		f, known := w.sch.Field(x.Field)
		if !known || !s.fills(w.sch, c, who, f) {
			return fault.New(fault.Denied, "casework.field_not_yours", "field", f.Words).On(x.Field)
		}
		w.put(x.Field, x.Was)
		if len(w.fields) == 0 {
			return nil
		}
		return s.write(ctx, tx, who, w)
	})
	if err != nil {
		return Case{}, s.afterMove(ctx, who, id, err)
	}
	return s.Get(ctx, who, id)
}
