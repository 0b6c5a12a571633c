package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Slots are the calendars of instruments, of this node and of others, as cases ask them; all is in the case's act. A calendar of
// this node answers at once, and its refusal refuses the act. Another node is asked if and only if the act is done, and what it
// answers comes later, by SlotCame. Nothing runs out by itself: what a case holds it confirms or gives back.
type Slots interface {
	// SlotsOf are the slots that a case held or holds, in the order in which they were asked for.
	SlotsOf(ctx context.Context, tx *db.Tx, of unit.ID) ([]federation.Slot, error)
	// HoldSlot asks for the slot that a field names, at the price that was offered.
	HoldSlot(ctx context.Context, tx *db.Tx, who access.Actor, f federation.SlotFor, u federation.SlotUse) error
	// ConfirmSlot makes what is held for a field a booking, or does nothing where nothing is held.
	ConfirmSlot(ctx context.Context, tx *db.Tx, who access.Actor, of unit.ID, field string) error
	// ReleaseSlot gives it back. Twice is once.
	ReleaseSlot(ctx context.Context, tx *db.Tx, who access.Actor, of unit.ID, field string) error
	// Offered is the price of a slot for an organisation; known is false for a slot that was not offered.
	Offered(ctx context.Context, tx *db.Tx, org federation.SlotOrg, u federation.SlotUse) (price unit.Fen, known bool, err error)
}

func slotUse(r scheme.SlotRef) federation.SlotUse {
	return federation.SlotUse{Host: r.Node, Listing: unit.ID(r.Listing), From: r.From, To: r.To, Samples: r.Samples, Operator: r.Operator}
}

// slotOrg is the organisation of a case as calendars are told of it.
func (s *Service) slotOrg(ctx context.Context, tx *db.Tx, c Case) (federation.SlotOrg, error) {
	o, err := s.c.Registry.Org(ctx, tx, c.Org)
	if err != nil {
		return federation.SlotOrg{}, fmt.Errorf("organisation of case %s: %w", c.No, err)
	}
	return federation.SlotOrg{Code: o.Code, Name: o.Name, Kind: o.Kind}, nil
}

// keepSlots does, in the act of a step, what its action does with slots.
func (s *Service) keepSlots(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, all []scheme.SlotEffect) error {
	for _, e := range all {
		if s.c.Slots == nil {
			return fault.New(fault.Unavailable, "federation.slot_no_calendar").On(e.Field)
		}
		var err error
		switch e.Verb {
		case scheme.HoldSlot:
			f := federation.SlotFor{Case: c.ID, CaseNo: c.No, Field: e.Field}
			if f.Org, err = s.slotOrg(ctx, tx, c); err != nil {
				return err
			}
			if fd, _ := sch.Field(e.Field); fd.Price != "" {
				f.Price = c.Fields[fd.Price].Fen()
			}
			err = s.c.Slots.HoldSlot(ctx, tx, who, f, slotUse(e.Slot))
		case scheme.ConfirmSlot:
			err = s.c.Slots.ConfirmSlot(ctx, tx, who, c.ID, e.Field)
		default:
			err = s.c.Slots.ReleaseSlot(ctx, tx, who, c.ID, e.Field)
		}
		if err != nil {
			return fmt.Errorf("%s the slot of case %s: %w", e.Verb, c.No, err)
		}
	}
	return nil
}

// slotFact answers form.x.ready and form.x.lost. Ready is unknown while the calendar has not answered.
func (w *world) slotFact(field, part string) (scheme.Value, scheme.Vouched, error) {
	from := scheme.Vouched{By: "case", At: w.c.Changed}
	if w.s.c.Slots == nil || !w.c.Fields[field].Known() {
		return scheme.YesNoValue(part == "ready"), from, nil
	}
	all, err := w.s.c.Slots.SlotsOf(w.ctx, w.tx, w.c.ID)
	if err != nil {
		return scheme.Value{}, from, fmt.Errorf("slots of case %s: %w", w.c.No, err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		x := all[i]
		if x.Field != field {
			continue
		}
		from = scheme.Vouched{By: "calendar:" + x.Host, At: x.Changed}
		switch {
		case part == "lost":
			return scheme.YesNoValue(x.Lost()), from, nil
		case x.State == federation.SlotAsked:
			return scheme.Value{}, from, nil
		}
		return scheme.YesNoValue(x.Want != federation.SlotReleased && (x.State == federation.SlotHeld || x.State == federation.SlotConfirmed)), from, nil
	}
	return scheme.YesNoValue(false), from, nil // it is named and was never asked for
}

// priceSlots fills in, as a form is saved, what a slot costs: the price is that of the calendar, and no other is taken.
func (s *Service) priceSlots(ctx context.Context, tx *db.Tx, w *writing) error {
	for f := range w.sch.Form.All() {
		ref, is := w.after(f.Name).Slot()
		if f.Type != "slot" || f.Price == "" || !is {
			continue
		}
		_, chosen := w.fields[f.Name]
		if typed, put := w.fields[f.Price]; !chosen && (!put || typed.Equal(w.c.Fields[f.Price])) {
			continue
		}
		if s.c.Slots == nil {
			return fault.New(fault.Unavailable, "federation.slot_no_calendar").On(f.Name)
		}
		org, err := s.slotOrg(ctx, tx, *w.c)
		if err != nil {
			return err
		}
		price, known, err := s.c.Slots.Offered(ctx, tx, org, slotUse(ref))
		if err != nil {
			return fault.Of(err).On(f.Name)
		}
		if !known && chosen {
			return fault.New(fault.Conflict, "casework.slot_unpriced", "field", f.Words).On(f.Name)
		}
		if !known {
			price = w.c.Fields[f.Price].Fen() // as it was offered when it was chosen
		}
		if !scheme.MoneyValue(price).Equal(w.c.Fields[f.Price]) {
			delete(w.becomes, f.Price)
			w.changes = slices.DeleteFunc(w.changes, func(x Change) bool { return x.Field == f.Price })
			w.put(f.Price, Entry{Value: scheme.MoneyValue(price)})
		}
		w.fields[f.Price] = scheme.MoneyValue(price)
	}
	return nil
}

// after is what stands in a field once the form is saved.
func (w *writing) after(name string) scheme.Value {
	if v, put := w.fields[name]; put {
		return v
	}
	return w.c.Fields[name]
}

// SlotCame goes on with a case of which a calendar has answered: what goes by itself goes, and whoever has to act is told of a
// slot that is lost.
func (s *Service) SlotCame(ctx context.Context, tx *db.Tx, id unit.ID) error {
	return s.goOn(ctx, tx, id, s.tellSlot)
}

// tellSlot tells the organisation of a case that its slot is lost, once for each slot.
func (s *Service) tellSlot(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if s.c.Notices == nil {
		return nil
	}
	all, err := s.c.Slots.SlotsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, x := range all {
		if !x.Lost() {
			continue
		}
		n := notice.Notice{To: notice.Audience{Org: c.Org}, Kind: "case.turn", Object: c.Object(), Path: "/cases/" + string(c.ID) + "#slots", Org: c.Org,
			Title: fault.Words{fmt.Sprintf("仪器时段落空：%s %s", sch.Title[0], c.No), fmt.Sprintf("The slot at the instrument is lost: %s %s", sch.Title[1], c.No)},
			Text:  x.Why, Key: string(x.ID) + "/lost"}
		if _, err := s.c.Notices.Tell(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// CaseSlot is a slot of a case with the lines of its field.
type CaseSlot struct {
	federation.Slot
	Words fault.Words // of the field
	Now   time.Time
}

// SlotsOf are the slots of a case, the newest first, for who may read the fields that name them.
func (s *Service) SlotsOf(ctx context.Context, who access.Actor, id unit.ID) (out []CaseSlot, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil || s.c.Slots == nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if c, err = s.shown(ctx, tx, who, c); err != nil {
			return err
		}
		all, err := s.c.Slots.SlotsOf(ctx, tx, id)
		for i := len(all) - 1; i >= 0; i-- {
			if f, ok := sch.Field(all[i].Field); ok && c.Veiled[f.Name] == "" {
				out = append(out, CaseSlot{all[i], f.Words, tx.Now()})
			}
		}
		return err
	})
	return out, err
}

// SlotField is the field of a case for which the actor may choose a slot now, with the organisation that it is for.
func (s *Service) SlotField(ctx context.Context, who access.Actor, id unit.ID, field string) (c Case, f scheme.Field, org federation.SlotOrg, err error) {
	if c, err = s.Get(ctx, who, id); err != nil {
		return c, f, org, err
	}
	sch, err := s.edition(c)
	if err != nil {
		return c, f, org, err
	}
	f, ok := sch.Field(field)
	if !ok || f.Type != "slot" || !s.fills(sch, c, who, f) {
		return c, f, org, fault.New(fault.NotFound, "casework.slot_field")
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { org, err = s.slotOrg(ctx, tx, c); return err })
	return c, f, org, err
}
