package booking

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// plain trims a text and refuses control characters and what is longer than most characters.
func plain(s string, most int) (string, error) {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > most || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' }) {
		return "", fault.New(fault.Invalid, "booking.text", "most", most)
	}
	return s, nil
}

// Enter puts an instrument up for booking, or changes what is said of it. With Offers its owner, place in the regions and
// title are those of the listing of its id.
func (s *Service) Enter(ctx context.Context, who access.Actor, i Instrument) (out Instrument, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) (err error) { out, err = s.EnterIn(ctx, tx, who, i); return err })
	return out, err
}

// EnterIn is Enter in the caller's act.
func (s *Service) EnterIn(ctx context.Context, tx *db.Tx, who access.Actor, i Instrument) (Instrument, error) {
	if err := runsSome(who); err != nil {
		return i, err
	}
	if s.c.Offers != nil && i.ID != "" {
		o, err := s.c.Offers.Offer(ctx, tx, i.ID)
		_, unlisted := selectInstrument(ctx, tx, i.ID)
		switch {
		case err == nil:
			i.Org, i.Region, i.Title = o.Org, o.Region, o.Title
		case fault.KindOf(err) != fault.NotFound || unlisted != nil: // one that was entered without a listing stays so
			return i, err
		}
	}
	if err := mayManage(who, i); err != nil {
		return i, err
	}
	if _, err := s.c.Registry.Org(ctx, tx, i.Org); err != nil {
		return i, err
	}
	for n := range i.Title {
		t, err := plain(i.Title[n], 2*nameMax)
		if err != nil || t == "" || strings.ContainsAny(t, "\r\n") {
			return i, fault.New(fault.Invalid, "booking.name", "most", 2*nameMax).On("title")
		}
		i.Title[n] = t
	}
	var err error
	if i.Place, err = plain(i.Place, textMax); err != nil {
		return i, fault.Of(err).On("place")
	}
	if _, err := time.LoadLocation(i.Zone); err != nil || i.Zone == "" || i.Zone == "Local" {
		return i, fault.New(fault.Invalid, "booking.zone", "zone", i.Zone).On("zone")
	}
	old, err := selectInstrument(ctx, tx, i.ID)
	switch {
	case err == nil && old.Org != i.Org:
		return i, fault.New(fault.NotFound, "booking.unknown")
	case err == nil && old.Open():
		i.No, i.State, i.At = old.No, old.State, old.At
		err = updateInstrument(ctx, tx, i)
	case err == nil: // it is back
		i.No, i.State, i.Reason, i.At = old.No, "open", "", old.At
		err = updateInstrument(ctx, tx, i)
	case fault.KindOf(err) == fault.NotFound:
		if i.ID == "" {
			i.ID = unit.NewID(tx.Now())
		}
		if i.No, err = lastNo(ctx, tx); err == nil {
			i.No, i.State, i.At = i.No+1, "open", tx.Now()
			err = insertInstrument(ctx, tx, i, who.Person)
		}
	}
	if err != nil {
		return i, fmt.Errorf("enter instrument %s: %w", i.ID, err)
	}
	if err := s.changed(ctx, tx, i.ID); err != nil {
		return i, err
	}
	return i, s.record(ctx, tx, who, "instrument", "instruments/"+string(i.ID), i.Region, i.Zone)
}

// Instrument is one that may be booked, whoever asks.
func (s *Service) Instrument(ctx context.Context, id unit.ID) (i Instrument, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { i, err = selectInstrument(ctx, tx, id); return err })
	return i, err
}

// InstrumentIn is Instrument in the caller's act or reading.
func (s *Service) InstrumentIn(ctx context.Context, tx *db.Tx, id unit.ID) (Instrument, error) {
	return selectInstrument(ctx, tx, id)
}

// Instruments lists those of an owner, or all that are open; withdrawn ones are shown to who runs them.
func (s *Service) Instruments(ctx context.Context, who access.Actor, org string, after unit.ID) (all []Instrument, more bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = selectInstruments(ctx, tx, org, org != "" && manages(who, org), after, labMax+1)
		return err
	})
	if len(all) > labMax {
		all, more = all[:labMax], true
	}
	return all, more, err
}

// managed loads an instrument for who runs it.
func (s *Service) managed(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Instrument, error) {
	if err := runsSome(who); err != nil {
		return Instrument{}, err
	}
	i, err := selectInstrument(ctx, tx, id)
	if err != nil {
		return i, err
	}
	return i, mayManage(who, i)
}

// Settings is what the owner has laid down for an instrument.
type Settings struct {
	Instrument
	Plan         Plan
	Version      int // of the plan; 0: there is none yet
	Prices       []Prices
	Shuts        []Shut
	Duties       []Duty
	Certificates []Certificate
	Sources      []Source
}

// Settings are those of an instrument, for who runs it: blackouts and the rota from a moment on.
func (s *Service) Settings(ctx context.Context, who access.Actor, id unit.ID) (x Settings, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if x.Instrument, err = s.managed(ctx, tx, who, id); err != nil {
			return err
		}
		if x.Plan, x.Version, err = selectPlan(ctx, tx, id); err != nil {
			return err
		}
		if x.Prices, err = selectPrices(ctx, tx, id); err != nil {
			return err
		}
		ahead := Span{tx.Now().AddDate(0, 0, -1), tx.Now().AddDate(0, 0, horizonMax)}
		if x.Shuts, err = selectShuts(ctx, tx, id, ahead); err != nil {
			return err
		}
		if x.Duties, err = selectDuties(ctx, tx, id, ahead); err != nil {
			return err
		}
		if x.Certificates, err = selectCertificates(ctx, tx, x.Org, ""); err != nil {
			return err
		}
		if x.Sources, err = selectSources(ctx, tx, id); err != nil {
			return err
		}
		for i := range x.Duties {
			if x.Duties[i].Name, _, err = s.c.Access.Address(ctx, tx, x.Duties[i].Person); err != nil {
				return err
			}
		}
		for i := range x.Certificates {
			if x.Certificates[i].Name, _, err = s.c.Access.Address(ctx, tx, x.Certificates[i].Person); err != nil {
				return err
			}
		}
		return nil
	})
	return x, err
}

// Plan is the plan in force; version 0 when there is none yet.
func (s *Service) Plan(ctx context.Context, id unit.ID) (p Plan, version int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { p, version, err = selectPlan(ctx, tx, id); return err })
	return p, version, err
}

// PutPlan lays down another version of a plan. version is the one it follows; another in between is a conflict. Bookings
// that stand keep their times.
func (s *Service) PutPlan(ctx context.Context, who access.Actor, id unit.ID, p Plan, version int) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error { return s.PutPlanIn(ctx, tx, who, id, p, version) })
}

// PutPlanIn is PutPlan in the caller's act.
func (s *Service) PutPlanIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, p Plan, version int) error {
	i, err := s.managed(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	_, last, err := selectPlan(ctx, tx, id)
	if err != nil {
		return err
	}
	if last != version {
		return fault.New(fault.Conflict, "booking.version", "now", last)
	}
	if err := insertPlan(ctx, tx, id, version+1, p, who.Person); err != nil {
		return err
	}
	if err := s.offerNext(ctx, tx, i); err != nil { // it may be open when somebody waits for it
		return err
	}
	if err := s.changed(ctx, tx, id); err != nil {
		return err
	}
	return s.record(ctx, tx, who, "plan", "instruments/"+string(id), i.Region, fmt.Sprint("version ", version+1))
}

// PutPrices lays down prices for uses from a day on. A day that has begun keeps its prices: what was quoted stays true.
func (s *Service) PutPrices(ctx context.Context, who access.Actor, id unit.ID, p Prices) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error { return s.PutPricesIn(ctx, tx, who, id, p) })
}

// PutPricesIn is PutPrices in the caller's act.
func (s *Service) PutPricesIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, p Prices) error {
	i, err := s.managed(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	all, err := selectPrices(ctx, tx, id)
	if err != nil {
		return err
	}
	if today := unit.DayOf(tx.Now(), i.Location()); len(all) > 0 && p.From <= today {
		return fault.New(fault.Invalid, "booking.price_past", "day", today+1).On("from")
	}
	p.Version = 1
	if len(all) > 0 {
		p.Version = all[0].Version + 1
	}
	if err := insertPrices(ctx, tx, id, p, who.Person); err != nil {
		return err
	}
	return s.record(ctx, tx, who, "prices", "instruments/"+string(id), i.Region, p.From.String())
}

// Prices are all versions of an instrument's, the newest first: everybody sees how they changed.
func (s *Service) Prices(ctx context.Context, id unit.ID) (all []Prices, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if _, err = selectInstrument(ctx, tx, id); err == nil {
			all, err = selectPrices(ctx, tx, id)
		}
		return err
	})
	return all, err
}
