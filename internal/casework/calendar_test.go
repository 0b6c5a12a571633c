package casework_test

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// labCalendar stands for the calendars of a node, which are a room above this one: any slot is free until it is held. Every
// state that it is told of is kept in the database's own act by who asks, so a refused act is told again.
type labCalendar struct {
	price unit.Fen
	held  map[string]federation.SlotAnswer // by id of the hold
}

func newLabCalendar(price unit.Fen) *labCalendar {
	return &labCalendar{price, map[string]federation.SlotAnswer{}}
}

func (c *labCalendar) Free(_ context.Context, _ *db.Tx, _ string, q federation.FreeQuestion) (federation.FreeAnswer, error) {
	to := q.After.Add(time.Duration(q.Minutes) * time.Minute)
	return federation.FreeAnswer{Listing: q.Listing, Minutes: q.Minutes, Offers: []federation.FreeSlot{{From: q.After, To: to, Price: c.price}}}, nil
}

func (c *labCalendar) Hold(_ context.Context, _ *db.Tx, _ access.Actor, _ string, k federation.SlotAsk) (federation.SlotAnswer, error) {
	if k.Price != c.price {
		return federation.SlotAnswer{}, fault.New(fault.Conflict, "federation.slot_price", "price", c.price)
	}
	for _, x := range c.held {
		if x.State == federation.SlotHeld && x.From.Before(k.To) && k.From.Before(x.To) && string(x.Booking) == string(k.Listing) {
			return federation.SlotAnswer{}, fault.New(fault.Conflict, "booking.taken", "from", x.From.String(), "to", x.To.String(), "turn", 0, "first", fault.Words{x.To.String(), x.To.String()})
		}
	}
	c.held[k.ID] = federation.SlotAnswer{State: federation.SlotHeld, Title: fault.Words{"电镜", "Microscope"}, Zone: "Asia/Shanghai", Price: k.Price, Booking: k.Listing, From: k.From, To: k.To}
	return c.held[k.ID], nil
}

func (c *labCalendar) becomes(id, state string) (federation.SlotAnswer, error) {
	x := c.held[id]
	x.State = state
	c.held[id] = x
	return x, nil
}

func (c *labCalendar) Confirm(_ context.Context, _ *db.Tx, _ access.Actor, id string) (federation.SlotAnswer, error) {
	return c.becomes(id, federation.SlotConfirmed)
}

func (c *labCalendar) Release(_ context.Context, _ *db.Tx, _ access.Actor, id string) (federation.SlotAnswer, error) {
	return c.becomes(id, federation.SlotReleased)
}

// slot is a text that names a slot of a listing of its own.
func (c *labCalendar) slot(code string) string {
	at := time.Date(2030, 3, 4, 1, 0, 0, 0, time.UTC)
	return fmt.Sprintf("%s %s %s %s", code, unit.NewID(time.Now()), at.Format("2006-01-02T15:04Z"), at.Add(4*time.Hour).Format("2006-01-02T15:04Z"))
}
