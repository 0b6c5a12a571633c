package node

import (
	"context"
	"slices"
	"time"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/usage"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// count joins the room of hours to those that it asks.
func (n *Node) count(days *unit.Days) (err error) {
	n.Usage, err = usage.New(usage.Config{DB: n.DB, Access: n.Access, Listings: equipped{n.Catalogue, n.Bookings}, Bookings: reserved{n.Bookings}, Ties: n.Registry, Files: n.Files, Notices: n.Notices, Days: days})
	return err
}

// equipped is what can be booked as usage asks it: listings with the fields that hours and records need, and instruments that
// were entered for booking alone, of which less is known.
type equipped struct {
	of     *catalogue.Service
	booked *booking.Service
}

// customsFields have to be filled in before a duty-free instrument gives hours to others.
var customsFields = []string{"customs_no", "customs_date", "customs_item", "customs_name", "customs_unit"}

func (e equipped) Instrument(ctx context.Context, tx *db.Tx, id unit.ID) (usage.Instrument, error) {
	l, err := e.of.AnyIn(ctx, tx, id)
	if fault.KindOf(err) == fault.NotFound {
		b, err := e.booked.InstrumentIn(ctx, tx, id)
		if fault.KindOf(err) == fault.NotFound {
			err = fault.New(fault.NotFound, "usage.unknown")
		}
		return unlisted(b), err
	}
	if err == nil && (l.Origin != "" || !l.Open()) {
		err = fault.New(fault.NotFound, "usage.unknown")
	}
	return equipment(l), err
}

func (e equipped) Owned(ctx context.Context, tx *db.Tx, owner string, after unit.ID) (out []usage.Instrument, next unit.ID, err error) {
	page, next, err := e.of.OwnedIn(ctx, tx, owner, "book", after, 200)
	for _, l := range page {
		out = append(out, equipment(l))
	}
	if err != nil || next != "" {
		return out, next, err
	}
	all, err := e.booked.OwnedIn(ctx, tx, owner)
	if err != nil {
		return nil, "", err
	}
	for _, b := range all {
		switch _, err := e.of.AnyIn(ctx, tx, b.ID); {
		case fault.KindOf(err) == fault.NotFound:
			out = append(out, unlisted(b))
		case err != nil:
			return nil, "", err
		}
	}
	return out, "", nil
}

// unlisted is an instrument that was entered for booking alone.
func unlisted(b booking.Instrument) usage.Instrument {
	i := usage.Instrument{ID: b.ID, Owner: b.Org, Region: b.Region, Title: b.Title}
	if b.Open() {
		i.Published = b.At
	}
	return i
}

func equipment(l catalogue.Listing) usage.Instrument {
	i := usage.Instrument{ID: l.ID, Owner: l.Owner, Region: l.Region, Title: l.Title, OwnNo: l.OwnNo, UnitNo: l.Fields["ins_code"], DutyFree: l.Fields["duty_free"] == "yes",
		Customs: !slices.ContainsFunc(customsFields, func(f string) bool { return l.Fields[f] == "" })}
	if l.State == catalogue.Published {
		i.Published = l.Published
	}
	return i
}

// reserved are the bookings as usage asks them.
type reserved struct{ of *booking.Service }

// used are the states in which a booking can have a run.
var used = []booking.State{booking.Confirmed, booking.Running, booking.Done, booking.Failed}

func (r reserved) Touching(ctx context.Context, tx *db.Tx, instrument unit.ID, from, to time.Time) (out []usage.Booked, err error) {
	all, err := r.of.Touching(ctx, tx, instrument, booking.Span{From: from, To: to})
	for _, b := range all {
		if !slices.Contains(used, b.State) {
			continue
		}
		x := usage.Booked{ID: b.ID, Org: b.Org, Person: b.Person, From: b.From, To: b.To, Samples: b.Samples, Operator: b.Operator, Failed: b.State == booking.Failed, Charge: b.Price}
		if b.State == booking.Done {
			x.Charge = b.Charge
		}
		out = append(out, x)
	}
	return out, err
}

// Asked are the requests for uses in a time. One that lapsed was never answered; one that the user gave up counts for nothing. How
// long an answer took is known as long as it is the last that was done with the booking.
func (r reserved) Asked(ctx context.Context, tx *db.Tx, instrument unit.ID, from, to time.Time) (out []usage.Asked, err error) {
	all, err := r.of.Touching(ctx, tx, instrument, booking.Span{From: from, To: to})
	for _, b := range all {
		x := usage.Asked{Answered: true, Accepted: true, After: -1}
		switch b.State {
		case booking.Cancelled, booking.Held, booking.Offered:
			continue
		case booking.Requested, booking.Lapsed:
			x.Answered, x.Accepted = false, false
		case booking.Declined:
			x.Accepted, x.After = false, b.Decided.Sub(b.Made)
		case booking.Confirmed:
			if x.After = 0; b.DecidedBy != "" && b.DecidedBy != b.Person { // else confirmed at once
				x.After = b.Decided.Sub(b.Made)
			}
		}
		out = append(out, x)
	}
	return out, err
}

func (r reserved) About(ctx context.Context, tx *db.Tx, id unit.ID) (instrument unit.ID, org string, err error) {
	b, err := r.of.About(ctx, tx, id)
	return b.Instrument, b.Org, err
}

// shared are the hours of this node as casework asks them; the room of usage is made after casework.
type shared struct{ n *Node }

func (x shared) Shared(ctx context.Context, tx *db.Tx, owner, instrument string, year int) (unit.Fen, int, bool, error) {
	if x.n.Usage == nil {
		return 0, 0, false, nil
	}
	return x.n.Usage.Shared(ctx, tx, owner, instrument, year)
}
