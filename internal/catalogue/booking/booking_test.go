package booking

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

func TestABookingGoesItsWay(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		// A quote shows every line, keeps nothing, and stands for two days.
		a := h.ask(h.asked, "2026-03-05 09:00–11:00")
		a.Operator = true
		q, err := h.Quote(ctx, h.firm, a)
		h.done(err)
		if got := fmt.Sprint(q.Lines, q.Price, q.Deposit, q.Class, q.Instant); got != "[{use 120 minute 1,200.00 2,400.00} {operator 120 minute 200.00 400.00} {consumables 2 sample 10.00 20.00}] 2,820.00 500.00enterprisefalse" {
			t.Errorf("the quote: %s", got)
		}
		// New prices come, and the quote stays true while it stands.
		p := prices()
		p.From, p.Classes = unit.Date(2026, 3, 3), map[Class]Price{Enterprise: {Basis: ByHour, Rate: 900_000}}
		h.done(h.PutPrices(ctx, h.lab, h.asked, p))
		p.From = unit.Date(2026, 3, 2)
		h.refused(h.PutPrices(ctx, h.lab, h.asked, p), "booking.price_past")
		a.Quote = q.ID
		b, err := h.Book(ctx, h.firm, a)
		h.done(err)
		h.is(b.ID, "requested 2026-03-05 09:00–11:00")
		if b.Price != q.Price {
			t.Errorf("the price is %s, quoted were %s", b.Price, q.Price)
		}
		other := a
		other.Samples = 3
		_, err = h.Book(ctx, h.firm, other)
		h.refused(err, "booking.quote_other")
		h.set("2026-03-04 08:30")
		_, err = h.Book(ctx, h.firm, a)
		h.refused(err, "booking.quote_over")

		// Who may not know of it finds none; the user does not confirm, the owner does.
		_, err = h.Booking(ctx, h.univ, b.ID)
		h.refused(err, "booking.unknown")
		_, err = h.Confirm(ctx, h.firm, b.ID)
		h.refused(err, "booking.side")
		_, err = h.Service.Confirm(ctx, h.lab, b.ID)
		h.done(err)
		_, err = h.Service.Decline(ctx, h.lab, b.ID, "late")
		h.refused(err, "booking.state")
		// To a colleague, not to a stranger.
		_, err = h.Service.HandOver(ctx, h.firm, b.ID, h.univ.Person)
		h.refused(err, "booking.colleague")
		_, err = h.Service.HandOver(ctx, h.firm, b.ID, h.firm2.Person)
		h.done(err)
		// Moving it is free until the day before; the new price is that of the day.
		_, err = h.Service.Change(ctx, h.firm2, b.ID, span(t, h.zone, "2026-03-06 09:00–10:00"))
		h.done(err)
		if b := h.is(b.ID, "confirmed 2026-03-06 09:00–10:00"); b.Price != 900_000 {
			t.Errorf("the price of the new time is %s", b.Price)
		}
		h.set("2026-03-05 12:00")
		_, err = h.Service.Change(ctx, h.firm2, b.ID, span(t, h.zone, "2026-03-09 09:00–10:00"))
		h.refused(err, "booking.change_late")
		_, err = h.Service.CheckIn(ctx, h.lab, b.ID)
		h.refused(err, "booking.check_in")
		h.set("2026-03-06 08:40") // in the set-up
		_, err = h.Service.CheckIn(ctx, h.lab, b.ID)
		h.done(err)
		// It ends early: the time that is left is free at once, after the clean-up.
		h.set("2026-03-06 09:29")
		x, err := h.Service.CheckOut(ctx, h.lab, b.ID, 2)
		h.done(err)
		if x.State != Done || x.Charge != 900_000 || x.Used.minutes() != 49 || x.UsedSamples != 2 {
			t.Errorf("after the use: %+v", x.Booking)
		}
		h.book(h.univ, h.id, "2026-03-06 10:30–11:00")
		if first, ok, err := h.Service.First(ctx, h.asked, h.now, time.Time{}, 30); err != nil || !ok || first.Words(h.zone) != "2026-03-06 10:30–11:00" {
			t.Errorf("free again: %s %v", first.Words(h.zone), err)
		}
		if got := h.told(h.firm2); got != "done handed " {
			t.Errorf("the user was told %q", got)
		}
		if got := h.told(h.lab2); got != "asked moved handed asked " {
			t.Errorf("the owner was told %q", got)
		}
		h.sound()
	})
}

func TestLateIsChargedAsThePricesSay(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		early, late, never := h.book(h.firm, h.id, "2026-03-04 09:00–10:00"), h.book(h.firm, h.id, "2026-03-04 11:00–12:00"), h.book(h.firm, h.id, "2026-03-04 13:00–14:00")
		x, err := h.Service.Cancel(ctx, h.firm, early.ID, "")
		h.done(err)
		if x.State != Cancelled || x.Charge != 0 {
			t.Errorf("in time: %s %s", x.State, x.Charge)
		}
		h.set("2026-03-03 12:00")
		if sum, err := h.CancelCharge(ctx, late); err != nil || sum != late.Price/2 {
			t.Errorf("cancelling would cost %s %v", sum, err)
		}
		if x, err = h.Service.Cancel(ctx, h.firm, late.ID, "ill"); err != nil || x.Charge != late.Price/2 {
			t.Errorf("late: %s %v", x.Charge, err)
		}
		_, err = h.Service.Missed(ctx, h.lab, never.ID)
		h.refused(err, "booking.not_yet")
		h.set("2026-03-04 13:20")
		if x, err = h.Service.Missed(ctx, h.lab, never.ID); err != nil || x.Charge != never.Price {
			t.Errorf("nobody came: %s %v", x.Charge, err)
		}
		mine := h.book(h.firm, h.id, "2026-03-04 15:00–16:00")
		_, err = h.Service.Cancel(ctx, h.lab, mine.ID, "")
		h.refused(err, "booking.text")
		if x, err = h.Service.Cancel(ctx, h.lab, mine.ID, "vacuum"); err != nil || x.Charge != 0 {
			t.Errorf("by the owner: %s %v", x.Charge, err)
		}
		h.sound()
	})
}

// Two people take the last slot; two officers confirm two requests for one.
func TestOneSlotHasOneUser(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		errs := make([]error, 2)
		both(func(n int) {
			_, errs[n] = h.Book(ctx, []access.Actor{h.firm, h.univ}[n], h.ask(h.id, "2026-03-03 09:00–18:00"))
		})
		won(t, errs, "booking.taken")
		for _, err := range errs {
			if err != nil {
				h.says(err, "2026-03-04 08:00–17:00")
			}
		}
		one, two := h.book(h.firm, h.asked, "2026-03-03 09:00–11:00"), h.book(h.univ, h.asked, "2026-03-03 10:00–12:00")
		both(func(n int) {
			_, errs[n] = h.Service.Confirm(ctx, []access.Actor{h.lab, h.lab2}[n], []unit.ID{one.ID, two.ID}[n])
		})
		won(t, errs, "booking.taken")
		h.sound()
	})
}

func both(do func(int)) {
	var wg sync.WaitGroup
	for n := range 2 {
		wg.Go(func() { do(n) })
	}
	wg.Wait()
}

func won(t *testing.T, errs []error, code string) {
	t.Helper()
	lost := 0
	for _, err := range errs {
		if err != nil {
			lost++
			if fault.CodeOf(err) != code {
				t.Errorf("the second was refused with %v", err)
			}
		}
	}
	if lost != 1 {
		t.Errorf("%d of two were refused: %v", lost, errs)
	}
}

// The database refuses an overlap whoever writes it, and lets neighbours be.
func TestTheDatabaseStoresNoOverlap(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		b, other := h.book(h.firm, h.id, "2026-03-03 09:00–11:00"), h.book(h.firm, h.asked, "2026-03-03 09:00–11:00")
		free := h.book(h.firm, h.id, "2026-03-05 09:00–11:00")
		i, err := h.Instrument(ctx, h.id)
		h.done(err)
		put := func(s string) error {
			return h.db.Act(ctx, func(tx *db.Tx) error {
				if err := dropSlot(ctx, tx, other.ID); err != nil {
					return err
				}
				return insertSlot(ctx, tx, other.ID, i.No, span(t, h.zone, s))
			})
		}
		for s, ok := range map[string]bool{"2026-03-03 08:30–11:30": false, "2026-03-03 11:29–12:00": false, "2026-03-03 08:00–08:31": false, "2026-03-03 09:30–10:00": false,
			"2026-03-03 07:00–13:00": false, "2026-03-03 08:00–08:30": true, "2026-03-03 11:30–12:00": true} {
			if err := put(s); (err == nil) != ok {
				t.Errorf("a slot at %s: %v", s, err)
			}
		}
		if err := h.db.Act(ctx, func(tx *db.Tx) error {
			return updateSlot(ctx, tx, free.ID, span(t, h.zone, "2026-03-03 11:00–12:00"))
		}); err == nil {
			t.Error("a slot was moved onto another")
		}
		if err := h.db.Act(ctx, func(tx *db.Tx) error { return updateSlot(ctx, tx, b.ID, span(t, h.zone, "2026-03-03 09:00–11:00")) }); err != nil {
			t.Error(err)
		}
	})
}

// Many people book, move and cancel at once; whatever wins, nothing overlaps and the audit finds nothing.
func TestAHammerLeavesNoOverlap(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		var wg sync.WaitGroup
		for n := range 12 {
			wg.Go(func() {
				who := []access.Actor{h.firm, h.univ, h.firm2}[n%3]
				var mine []unit.ID
				for k := range 8 {
					from := at(t, h.zone, "2026-03-05 08:00").Add(time.Duration((n*7+k*11)%16*30) * time.Minute)
					s := Span{from, from.Add(time.Duration(30+30*(k%3)) * time.Minute)}
					switch {
					case k%4 == 3 && len(mine) > 0:
						if _, err := h.Service.Cancel(ctx, who, mine[0], ""); err != nil {
							t.Error(err)
						}
						mine = mine[1:]
					case k%4 == 2 && len(mine) > 0:
						if _, err := h.Service.Change(ctx, who, mine[0], s); err != nil && fault.CodeOf(err) != "booking.taken" && fault.CodeOf(err) != "booking.closed" {
							t.Error(err)
						}
					default:
						b, err := h.Book(ctx, who, Ask{Instrument: h.id, Span: s})
						if err == nil {
							mine = append(mine, b.ID)
						} else if c := fault.CodeOf(err); c != "booking.taken" && c != "booking.closed" {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		h.sound()
	})
}

func TestEveryPairThatIsNotInTheTableIsRefused(t *testing.T) {
	for _, from := range States {
		for _, a := range Actions {
			for _, side := range []Side{User, Owner, Clock} {
				want := false
				for _, r := range table {
					for _, by := range r.by {
						want = want || r.from == from && r.act == a && by == side
					}
				}
				if _, err := step(from, a, side); (err == nil) != want {
					t.Errorf("%s %s by %s: %v", from, a, side, err)
				}
			}
		}
		if w := StateWords(from); w[0] == "" || w[1] == "" {
			t.Errorf("%s has no words", from)
		}
	}
}

// The times of bookings are the same on a database that is opened again.
func TestBookingsSurviveARestart(t *testing.T) {
	dsn := dbtest.SQLite(t)
	h := newHouse(t, dsn)
	b := h.book(h.firm, h.id, "2026-03-03 09:00–11:00")
	h.done(h.db.Close())
	d := dbtest.OpenAt(t, dsn, func() time.Time { return h.now })
	h.db = d
	if got := h.is(b.ID, "confirmed 2026-03-03 09:00–11:00"); !got.From.Equal(b.From) || got.Price != b.Price || len(got.Lines) != len(b.Lines) {
		t.Errorf("read again: %+v", got)
	}
}
