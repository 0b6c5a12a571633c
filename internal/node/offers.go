package node

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// offered is the catalogue as bookings ask it: a listing of this node that is public, or was entered for booking alone.
type offered struct{ of *catalogue.Service }

// Offer is a public listing of the node's own.
func (o offered) Offer(ctx context.Context, tx *db.Tx, id unit.ID) (booking.Offer, error) {
	l, err := o.of.GetIn(ctx, tx, access.Actor{}, id)
	if err != nil {
		return booking.Offer{}, err
	}
	if l.Origin != "" {
		return booking.Offer{}, fault.New(fault.NotFound, "booking.unknown") // its own node keeps its calendar
	}
	return booking.Offer{ID: l.ID, Org: l.Owner, Region: l.Region, Title: l.Title}, nil
}
