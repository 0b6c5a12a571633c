package booking

import (
	"context"
	"testing"
)

// The user is reminded as many hours before as the plan says, at the times that the booking has by then; the owner is told
// when nobody checked in, and enters a no-show.
func TestPeopleAreRemindedOfABooking(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		p, version, err := h.Plan(ctx, h.id)
		h.done(err)
		p.Remind = 24
		h.done(h.PutPlan(ctx, h.lab, h.id, p, version))
		stays, moves, gone := h.book(h.firm, h.id, "2026-03-04 10:00–11:00"), h.book(h.univ, h.id, "2026-03-04 13:00–14:00"), h.book(h.firm2, h.id, "2026-03-04 15:00–16:00")
		_, err = h.Change(ctx, h.univ, moves.ID, span(t, h.zone, "2026-03-06 13:00–14:00"))
		h.done(err)
		_, err = h.Cancel(ctx, h.firm2, gone.ID, "")
		h.done(err)
		h.set("2026-03-03 09:59")
		h.tick()
		if got := h.told(h.firm); got != "" {
			t.Errorf("a minute too early: %q", got)
		}
		h.set("2026-03-03 16:00")
		h.tick()
		h.tick()
		if got := h.told(h.firm); got != "remind " {
			t.Errorf("the user was told %q", got)
		}
		if got := h.told(h.univ) + h.told(h.firm2); got != "" {
			t.Errorf("who moved or cancelled was told %q", got)
		}
		before := h.told(h.lab)
		h.set("2026-03-04 11:00")
		h.tick()
		if got := h.told(h.lab); got != "not_come "+before {
			t.Errorf("the owner was told %q, before %q", got, before)
		}
		_, err = h.Missed(ctx, h.lab, stays.ID)
		h.done(err)
		if got := h.told(h.firm); got != "missed remind " {
			t.Errorf("the user was told %q", got)
		}
		h.set("2026-03-05 13:00")
		h.tick()
		if got := h.told(h.univ); got != "remind " {
			t.Errorf("who moved was told %q", got)
		}
		h.sound()
	})
}
