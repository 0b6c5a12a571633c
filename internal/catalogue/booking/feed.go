package booking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Feed is a calendar with a secret address: whoever knows the address reads it, until it is revoked.
type Feed struct {
	ID     unit.ID
	Kind   string // person, instrument, lab
	Object string
	Person unit.ID
	At     time.Time
	Title  fault.Words
}

// Deadlines is the object of a person's calendar of all deadlines, which whoever serves the address writes; Calendar has only bookings.
const Deadlines = "deadlines"

// FeedOf finds the calendar of a secret address.
func (s *Service) FeedOf(ctx context.Context, secret string) (f Feed, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		f, err = selectFeed(ctx, tx, digestOf(secret))
		return err
	})
	return f, err
}

// NewFeed makes a calendar of the actor's own bookings or deadlines, of an instrument or of a laboratory that the actor runs, and
// returns its secret, once.
func (s *Service) NewFeed(ctx context.Context, who access.Actor, kind, object string) (f Feed, secret string, err error) {
	if err := access.MaySomewhere(who, access.NoticeRead); err != nil {
		return f, "", err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		f = Feed{ID: unit.NewID(tx.Now()), Kind: kind, Object: object, Person: who.Person, At: tx.Now()}
		switch kind {
		case "person":
			if object != Deadlines {
				f.Object = ""
			}
		case "instrument":
			if _, err := s.managed(ctx, tx, who, unit.ID(object)); err != nil {
				return err
			}
		case "lab":
			if err := access.May(who, access.BookingManage, access.Scope{Org: object}); err != nil {
				return err
			}
		default:
			return fault.New(fault.Invalid, "booking.feed_kind").On("kind")
		}
		have, err := selectFeeds(ctx, tx, who.Person)
		if err != nil {
			return err
		}
		if len(have) >= feedsMax {
			return fault.New(fault.Conflict, "booking.many", "most", feedsMax)
		}
		raw := make([]byte, 24)
		rand.Read(raw)
		secret = base64.RawURLEncoding.EncodeToString(raw)
		if err := insertFeed(ctx, tx, f, digestOf(secret)); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "feed", "feeds/"+string(f.ID), "", kind+" "+object)
	})
	return f, secret, err
}

func digestOf(secret string) string {
	sum := sha256.Sum256([]byte("corridor/booking/feed/1\n" + secret))
	return hex.EncodeToString(sum[:])
}

// Feeds are the calendars that the actor has made and not revoked.
func (s *Service) Feeds(ctx context.Context, who access.Actor) (all []Feed, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = selectFeeds(ctx, tx, who.Person); err != nil {
			return err
		}
		for n := range all {
			switch all[n].Kind {
			case "person":
				all[n].Title = fault.Words{"我的预约", "My bookings"}
				if all[n].Object == Deadlines {
					all[n].Title = fault.Words{"期限日历", "Deadlines"}
				}
			case "instrument":
				i, err := selectInstrument(ctx, tx, unit.ID(all[n].Object))
				if err != nil {
					return err
				}
				all[n].Title = i.Title
			case "lab":
				o, err := s.c.Registry.Org(ctx, tx, all[n].Object)
				if err != nil {
					return err
				}
				all[n].Title = o.Name
			}
		}
		return nil
	})
	return all, err
}

// EndFeed revokes a calendar of the actor's: its address answers nothing from then on.
func (s *Service) EndFeed(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, sqlEndFeed, string(id), string(who.Person), db.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 || who.Person == "" {
			return fault.New(fault.NotFound, "booking.unknown")
		}
		return s.record(ctx, tx, who, "feed_end", "feeds/"+string(id), "", "")
	})
}

// Calendar is the calendar of a secret address, in a language. What its maker may not see any more is not in it: a person
// who left the laboratory reads nothing of it.
func (s *Service) Calendar(ctx context.Context, secret string, lang fault.Lang) (text string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		f, err := selectFeed(ctx, tx, digestOf(secret))
		if err != nil {
			return err
		}
		span := Span{tx.Now().AddDate(0, 0, -feedBack), tx.Now().AddDate(0, 0, horizonMax)}
		var events []Event
		name := fault.Words{"我的预约", "My bookings"}
		switch f.Kind {
		case "person":
			events, err = s.eventsOf(ctx, tx, f, span, lang)
		case "instrument":
			i, err := selectInstrument(ctx, tx, unit.ID(f.Object))
			if err != nil {
				return err
			}
			if name = i.Title; !s.stillRuns(ctx, tx, f.Person, i.Org) {
				return fault.New(fault.NotFound, "booking.unknown")
			}
			if events, err = s.eventsAt(ctx, tx, i, span, lang); err != nil {
				return err
			}
		case "lab":
			if !s.stillRuns(ctx, tx, f.Person, f.Object) {
				return fault.New(fault.NotFound, "booking.unknown")
			}
			o, err := s.c.Registry.Org(ctx, tx, f.Object)
			if err != nil {
				return err
			}
			name = o.Name
			all, err := selectInstruments(ctx, tx, f.Object, true, "", labMax)
			if err != nil {
				return err
			}
			for _, i := range all {
				more, err := s.eventsAt(ctx, tx, i, span, lang)
				if err != nil {
					return err
				}
				events = append(events, more...)
			}
		}
		text = calendarOf(name.In(lang), events, tx.Now())
		return err
	})
	return text, err
}

// stillRuns says whether a person may still run the instruments of an organisation.
func (s *Service) stillRuns(ctx context.Context, tx *db.Tx, person unit.ID, org string) bool {
	staff, err := s.memberIDs(ctx, tx, org)
	return err == nil && slices.Contains(staff, person)
}

// eventsOf are a person's own bookings; those that were cancelled are said to be, so that readers take them off.
func (s *Service) eventsOf(ctx context.Context, tx *db.Tx, f Feed, span Span, lang fault.Lang) (events []Event, err error) {
	all, err := db.Collect(ctx, tx, "bookings of a person", scanBooking, sqlBookingsFor, "", string(f.Person), db.Micros(span.From), "", rowsMax, 0)
	for _, b := range all {
		x := Seen{Booking: b}
		if x.Inst, err = selectInstrument(ctx, tx, b.Instrument); err != nil {
			return nil, err
		}
		events = append(events, s.eventOf(x, lang, false))
	}
	return events, err
}

// eventsAt are the bookings and blackouts of an instrument.
func (s *Service) eventsAt(ctx context.Context, tx *db.Tx, i Instrument, span Span, lang fault.Lang) (events []Event, err error) {
	all, err := selectBookingsOf(ctx, tx, i.ID, span)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		x := Seen{Booking: b, Inst: i}
		if err := s.named(ctx, tx, &x); err != nil {
			return nil, err
		}
		events = append(events, s.eventOf(x, lang, true))
	}
	shuts, err := selectShuts(ctx, tx, i.ID, span)
	for _, x := range shuts {
		if x.Kind != Outside { // they come from there
			events = append(events, Event{UID: string(x.ID) + ownUID, Span: x.Span, Title: i.Title.In(lang) + " · " + ShutWords(x.Kind).In(lang), Text: x.Why, At: i.Place, Status: "CONFIRMED", Busy: true})
		}
	}
	return events, err
}

// FreeBusy is when an instrument is taken from now on, without names, for everybody: as VFREEBUSY, or as events for
// readers that know only those.
func (s *Service) FreeBusy(ctx context.Context, id unit.ID, asEvents bool, lang fault.Lang) (text string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := selectInstrument(ctx, tx, id)
		if err != nil {
			return err
		}
		span := Span{unit.DayOf(tx.Now(), i.Location()).Start(i.Location()), tx.Now().AddDate(0, 0, horizonMax).Truncate(time.Hour)}
		var busy []Span
		slots, err := selectSlots(ctx, tx, i.No, span)
		if err != nil {
			return err
		}
		for _, t := range slots {
			busy = append(busy, t.Span)
		}
		shuts, err := selectShuts(ctx, tx, id, span)
		if err != nil {
			return err
		}
		for _, x := range shuts {
			busy = append(busy, x.Span)
		}
		busy = merged(busy)
		if !asEvents {
			text = freeBusyOf(string(id)+ownUID, span, busy, tx.Now())
			return nil
		}
		var events []Event
		for _, b := range busy {
			events = append(events, Event{UID: string(id) + "-" + icalTime(b.From) + ownUID, Span: b, Title: fault.Words{"已占用", "Taken"}.In(lang), Status: "CONFIRMED", Busy: true})
		}
		text = calendarOf(i.Title.In(lang), events, tx.Now())
		return nil
	})
	return text, err
}
