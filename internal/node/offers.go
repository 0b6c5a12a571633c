package node

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// offered is the catalogue as bookings ask it: a listing of this node that is public, or was entered for booking alone.
type offered struct{ of *catalogue.Service }

// Offer is a public listing of the node's own: one that is not published now takes nothing new, and one that came in
// duty-free serves its owner alone until its customs fields are complete.
func (o offered) Offer(ctx context.Context, tx *db.Tx, id unit.ID) (out booking.Offer, err error) {
	l, err := o.of.AnyIn(ctx, tx, id)
	if err != nil {
		return out, err
	}
	if l.Origin != "" || !l.Open() { // of another node, which keeps its calendar
		return out, fault.New(fault.NotFound, "booking.unknown")
	}
	if k, known := o.of.Kinds().Of(l.Kind); known && !k.Can("book") {
		return out, fault.New(fault.Conflict, "booking.not_bookable", "kind", k.Words())
	}
	out = booking.Offer{ID: l.ID, Org: l.Owner, Region: l.Region, Title: l.Title}
	if l.State != catalogue.Published {
		out.Closed = fault.New(fault.Conflict, "booking.not_offered", "state", l.State.Words(), "reason", l.Reason)
	}
	if !equipment(l).Outside() {
		out.Inside = fault.New(fault.Denied, "booking.customs", "instrument", l.Title)
	}
	return out, nil
}

// calendars are the bookings as the catalogue asks them.
type calendars struct{ of *booking.Service }

func (c calendars) Booked(ctx context.Context, tx *db.Tx, ids []unit.ID) ([]unit.ID, error) {
	return c.of.Booked(ctx, tx, ids)
}

func (c calendars) NextFree(ctx context.Context, tx *db.Tx, id unit.ID) (from, until time.Time, err error) {
	n, _, err := c.of.Next(ctx, tx, id)
	return n.From, n.Until, err
}

func (c calendars) Within(ctx context.Context, tx *db.Tx, id unit.ID, from, to time.Time) (time.Time, error) {
	x, _, err := c.of.Within(ctx, tx, id, from, to)
	return x.From, err
}

func (c calendars) Ahead(ctx context.Context, tx *db.Tx, id unit.ID) (int, error) {
	return c.of.AheadIn(ctx, tx, id)
}

func (c calendars) End(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, reason string) (int, error) {
	return c.of.EndIn(ctx, tx, who, id, reason)
}
