package booking

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// second enters another instrument of the laboratory, with prices of its own.
func (h *house) second(org access.Actor, code string) unit.ID {
	h.t.Helper()
	ctx := context.Background()
	i, err := h.Enter(ctx, org, Instrument{Org: code, Region: "310115", Title: fault.Words{"扫描电镜", "SEM"}, Zone: "Asia/Shanghai"})
	h.done(err)
	h.done(h.PutPlan(ctx, org, i.ID, weekdays(), 0))
	p := prices()
	p.Classes = map[Class]Price{Academic: {Basis: ByHour, Rate: 50_000}, Enterprise: {Basis: ByHour, Rate: 90_000}}
	h.done(h.PutPrices(ctx, org, i.ID, p))
	return i.ID
}

// The desk offers another instrument; the user is told and asked, and until the answer both slots are kept.
func TestABookingMovesToAnotherInstrument(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		sem := h.second(h.lab, labCode)
		b := h.book(h.firm, h.id, "2026-03-04 09:00–11:00") // 2,420 yuan here, 1,800 there
		_, err := h.Offer(ctx, h.firm, b.ID, MoveAsk{To: sem, Why: "x"})
		h.refused(err, "booking.side")
		_, err = h.Offer(ctx, h.univ, b.ID, MoveAsk{To: sem, Why: "x"})
		h.refused(err, "booking.unknown")
		for code, m := range map[string]MoveAsk{"booking.text": {To: sem}, "booking.move_where": {To: h.id, Why: "x"}, "booking.unknown": {To: unit.NewID(h.now), Why: "x"}, "booking.closed": {To: sem, Why: "x", Span: span(t, h.zone, "2026-03-07 09:00–11:00")}} {
			_, err = h.Offer(ctx, h.lab, b.ID, m)
			h.refused(err, code)
		}
		all, err := h.Elsewhere(ctx, h.lab, b.ID)
		h.done(err)
		var shown []string
		for _, x := range all {
			shown = append(shown, x.Inst.Title[1]+" "+x.Quote.Span.Words(h.zone)[5:]+" "+x.Quote.Price.Yuan())
		}
		if got := strings.Join(shown, "; "); !strings.Contains(got, "SEM 03-04 09:00–11:00 1800.00") || !all[0].Same {
			t.Errorf("the desk may choose from %s", got)
		}
		o, err := h.Offer(ctx, h.lab, b.ID, MoveAsk{To: sem, Why: "换灯丝"})
		h.done(err)
		h.is(o.ID, "offered 2026-03-04 09:00–11:00")
		h.is(b.ID, "confirmed 2026-03-04 09:00–11:00")
		_, err = h.Book(ctx, h.univ, h.ask(sem, "2026-03-04 09:00–10:00"))
		h.refused(err, "booking.taken")
		if text := h.text(h.firm, "booking.instead"); !strings.Contains(text, "原为 2420.00 元") || !strings.Contains(text, "1800.00") || !strings.Contains(text, "换灯丝") || !strings.Contains(text, "保留到") {
			t.Errorf("the user reads %q", text)
		}
		// Another offer takes the place of the first; a refused one leaves all as it was.
		again, err := h.Offer(ctx, h.lab, b.ID, MoveAsk{To: sem, Span: span(t, h.zone, "2026-03-05 09:00–11:00"), Keep: true, Why: "换灯丝"})
		h.done(err)
		h.is(o.ID, "lapsed 2026-03-04 09:00–11:00")
		if again.Price != b.Price {
			t.Errorf("the price is not kept: %s", again.Price.Yuan())
		}
		_, err = h.Service.Cancel(ctx, h.firm, again.ID, "")
		h.done(err)
		h.is(b.ID, "confirmed 2026-03-04 09:00–11:00")
		if got := h.told(h.lab); !strings.HasPrefix(got, "instead_no ") {
			t.Errorf("the laboratory was told %q", got)
		}
		// Taken, the one before ends free of charge and its time is free for others.
		again, err = h.Offer(ctx, h.lab, b.ID, MoveAsk{To: sem, Keep: true, Why: "换灯丝"})
		h.done(err)
		x, err := h.Accept(ctx, h.firm, again.ID)
		h.done(err)
		if x.State != Confirmed || x.Price != b.Price {
			t.Errorf("taken: %+v", x)
		}
		if was := h.is(b.ID, "cancelled 2026-03-04 09:00–11:00"); was.Charge != 0 || was.Reason != "换灯丝" {
			t.Errorf("the booking before: %+v", was)
		}
		h.book(h.univ, h.id, "2026-03-04 09:00–11:00")
		seen, err := h.Booking(ctx, h.firm, b.ID)
		h.done(err)
		if seen.Moved == nil || seen.Moved.Offer != again.ID || !seen.Moved.Kept {
			t.Errorf("the booking before says %+v", seen.Moved)
		}
		h.sound()
	})
}

// An offer that nobody answers is over; one for a booking that is given up, moved or begun meanwhile is taken back.
func TestAnOfferOfAnotherInstrumentEnds(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		sem := h.second(h.lab, labCode)
		offer := func(b Booking) Booking {
			o, err := h.Offer(ctx, h.lab, b.ID, MoveAsk{To: sem, Why: "x"})
			h.done(err)
			return o
		}
		silent, given, moved := h.book(h.firm, h.id, "2026-03-04 09:00–10:00"), h.book(h.firm, h.id, "2026-03-05 09:00–10:00"), h.book(h.firm, h.id, "2026-03-06 09:00–10:00")
		o1, o2, o3 := offer(silent), offer(given), offer(moved)
		_, err := h.Service.Cancel(ctx, h.firm, given.ID, "")
		h.done(err)
		h.is(o2.ID, "lapsed 2026-03-05 09:00–10:00")
		_, err = h.Accept(ctx, h.firm, o2.ID)
		h.refused(err, "booking.state")
		_, err = h.Service.Change(ctx, h.firm, moved.ID, span(t, h.zone, "2026-03-06 14:00–15:00"))
		h.done(err)
		h.is(o3.ID, "lapsed 2026-03-06 09:00–10:00")
		h.set("2026-03-03 09:00") // a day later
		h.tick()
		h.is(o1.ID, "lapsed 2026-03-04 09:00–10:00")
		h.is(silent.ID, "confirmed 2026-03-04 09:00–10:00")
		// What is held for an order is not moved under it.
		ask := h.ask(h.id, "2026-03-09 10:00–11:00")
		ask.Org, ask.Person = firmCode, h.firm.Person
		var held Booking
		h.act(func(tx *db.Tx) (err error) { held, err = h.Hold(ctx, tx, h.firm, "O1", ask); return err })
		_, err = h.Offer(ctx, h.lab, held.ID, MoveAsk{To: sem, Why: "x"})
		h.refused(err, "booking.state")
		h.act(func(tx *db.Tx) error { _, err := h.ConfirmHold(ctx, tx, h.firm, "O1"); return err })
		_, err = h.Offer(ctx, h.lab, held.ID, MoveAsk{To: sem, Why: "x"})
		h.refused(err, "booking.move_held")
		h.sound()
	})
}

// A fault, and a withdrawal, offer another instrument to everybody whom they hit, where it has a slot; who cannot be served
// there keeps what they would have been offered without it.
func TestAFaultAndAWithdrawalOfferAnotherInstrument(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		sem := h.second(h.lab, labCode)
		firm, univ, own := h.book(h.firm, h.id, "2026-03-03 10:00–12:00"), h.book(h.univ, h.id, "2026-03-03 14:00–15:00"), h.book(h.lab2, h.id, "2026-03-03 16:00–17:00") // own staff have no price there
		x := Shut{Instrument: h.id, Kind: Fault, Why: "离子泵", Span: span(t, h.zone, "2026-03-03 08:00–18:00"), Instead: MoveAsk{To: sem, Keep: true}}
		_, hit, err := h.Close(ctx, h.lab, x)
		h.done(err)
		if len(hit) != 3 || hit[0].Instead.Words(h.zone) != "2026-03-03 10:00–12:00" || hit[1].Instead.Words(h.zone) != "2026-03-03 14:00–15:00" || hit[2].Instead.ID != "" {
			t.Fatalf("offered: %+v", hit)
		}
		h.is(own.ID, "displaced 2026-03-04 13:00–14:00")
		// One takes the other instrument, one the next slot of the same: the other offer is over either way.
		_, err = h.Accept(ctx, h.firm, hit[0].Instead.ID)
		h.done(err)
		h.is(firm.ID, "cancelled 2026-03-04 08:00–10:00")
		_, err = h.Accept(ctx, h.univ, univ.ID)
		h.done(err)
		h.is(hit[1].Instead.ID, "lapsed 2026-03-03 14:00–15:00")
		if got := h.told(h.firm); got != "displaced_offer instead " {
			t.Errorf("the user was told %q", got)
		}
		// The instrument goes for good; the offer outlives the booking, and who waits is told that it is over.
		_, err = h.Join(ctx, h.firm2, h.ask(h.id, "2026-03-03 08:00–18:00"), 60)
		h.done(err)
		ahead, err := h.Ahead(ctx, h.lab, h.id)
		h.done(err)
		_, err = h.Withdraw(ctx, h.lab, h.id, "已售", len(ahead), MoveAsk{To: h.id})
		h.refused(err, "booking.move_where")
		_, err = h.Withdraw(ctx, h.lab, h.id, "已售", len(ahead), MoveAsk{To: sem})
		h.done(err)
		last := h.is(univ.ID, "cancelled 2026-03-04 11:00–12:00")
		mine, _, err := h.Mine(ctx, h.univ, Query{State: Offered})
		h.done(err)
		if len(mine) != 1 || !mine[0].Span.same(last.Span) || mine[0].Instrument != sem {
			t.Fatalf("offered at the withdrawal: %+v", mine)
		}
		_, err = h.Accept(ctx, h.univ, mine[0].ID)
		h.done(err)
		if got := h.told(h.firm2); got != "wait_over " {
			t.Errorf("who waited was told %q", got)
		}
		if text := h.text(h.firm2, "booking.wait_over"); !strings.Contains(text, "已售") {
			t.Errorf("who waited reads %q", text)
		}
		waits, err := h.Waits(ctx, h.firm2)
		if h.done(err); len(waits) != 0 {
			t.Errorf("still waiting: %+v", waits)
		}
		h.sound()
	})
}

// A plan that opens more hours, and an operator who is on duty, serve who waits for them.
func TestWhoWaitsIsServedByMoreHoursAndByAnOperator(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		p := weekdays()
		p.Rota = true
		id := h.instrument(p)
		_, err := h.Join(ctx, h.univ, h.ask(id, "2026-03-07 08:00–18:00"), 60) // a Saturday
		h.done(err)
		p.Weekly[6] = []Period{{600, 720}}
		h.done(h.PutPlan(ctx, h.lab, id, p, 1))
		mine, _, err := h.Mine(ctx, h.univ, Query{State: Offered})
		h.done(err)
		if len(mine) != 1 || mine[0].Words(h.zone) != "2026-03-07 10:00–11:00" {
			t.Fatalf("offered: %+v", mine)
		}
		h.book(h.firm, id, "2026-03-04 08:00–18:00")
		late := h.ask(id, "2026-03-04 08:00–18:00")
		late.Operator = true
		_, err = h.Join(ctx, h.firm2, late, 60)
		h.done(err)
		b := h.book(h.firm, id, "2026-03-05 08:00–18:00")
		late.Span = span(t, h.zone, "2026-03-05 08:00–18:00")
		_, err = h.Join(ctx, h.firm2, late, 60)
		h.done(err)
		_, err = h.Service.Cancel(ctx, h.firm, b.ID, "")
		h.done(err)
		if mine, _, err = h.Mine(ctx, h.firm2, Query{State: Offered}); err != nil || len(mine) != 0 {
			t.Fatalf("offered without an operator: %v %v", mine, err)
		}
		h.done(h.PutDuty(ctx, h.lab, id, Duty{Person: h.lab.Person, Span: span(t, h.zone, "2026-03-05 13:00–15:00")}))
		if mine, _, err = h.Mine(ctx, h.firm2, Query{State: Offered}); err != nil || len(mine) != 1 || mine[0].Words(h.zone) != "2026-03-05 13:00–14:00" {
			t.Fatalf("offered with one: %+v %v", mine, err)
		}
		h.sound()
	})
}
