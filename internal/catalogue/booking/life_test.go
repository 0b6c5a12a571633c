package booking

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// A slot is held under the caller's id: idempotent, with tombstones, and without a timeout of its own.
func TestAHoldIsOfTheCallersId(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		clock := access.Actor{Name: "order clock"}
		a := h.ask(h.asked, "2026-03-03 09:00–11:00")
		a.Org, a.Person = firmCode, h.firm.Person
		other := a
		other.Samples = 5
		do := func(what, id string, a Ask) (b Booking, err error) {
			err = h.db.Act(ctx, func(tx *db.Tx) (err error) {
				switch what {
				case "hold":
					b, err = h.Service.Hold(ctx, tx, clock, id, a)
				case "confirm":
					b, err = h.ConfirmHold(ctx, tx, clock, id)
				default:
					err = h.LapseHold(ctx, tx, clock, id)
				}
				return err
			})
			return b, err
		}
		var first unit.ID
		for _, c := range []struct {
			what, id string
			ask      Ask
			want     string // a code, or the state
		}{
			{"hold", "O1", a, "held"},
			{"hold", "O1", a, "held"}, // again
			{"hold", "O1", other, "booking.hold_other"},
			{"hold", "O2", a, "booking.taken"},
			{"confirm", "O9", a, "booking.unknown"},
			{"lapse", "O1", a, ""},
			{"lapse", "O1", a, ""},
			{"hold", "O1", a, "booking.hold_lapsed"},
			{"confirm", "O1", a, "booking.hold_lapsed"},
			{"lapse", "O3", a, ""}, // before it was held
			{"hold", "O3", a, "booking.hold_lapsed"},
			{"hold", "O4", a, "held"},
			{"confirm", "O4", a, "confirmed"},
			{"confirm", "O4", a, "confirmed"},
			{"lapse", "O4", a, "booking.hold_confirmed"},
		} {
			b, err := do(c.what, c.id, c.ask)
			got := fault.CodeOf(err)
			if err == nil {
				got = string(b.State)
			}
			if got != c.want {
				t.Errorf("%s %s: %q, want %q", c.what, c.id, got, c.want)
			}
			if c.id == "O1" && err == nil && c.what == "hold" {
				if first != "" && first != b.ID {
					t.Error("the same hold is another booking")
				}
				first = b.ID
			}
		}
		h.set("2026-03-03 08:00")
		h.tick()
		h.sound()
	})
}

// Who waits is told when a slot comes free, first come first served; an offer that nobody takes goes to the next.
// A blackout laid over a hold: its caller is refused when it confirms, and may confirm once the time is open again.
func TestAHoldWhoseTimeWasShutIsNotConfirmed(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		ask := h.ask(h.id, "2026-03-03 10:00–11:00")
		ask.Org, ask.Person = firmCode, h.firm.Person
		h.act(func(tx *db.Tx) error { _, err := h.Hold(ctx, tx, h.firm, "O9", ask); return err })
		x, hit, err := h.Close(ctx, h.lab, Shut{Instrument: h.id, Kind: Fault, Span: span(t, h.zone, "2026-03-03 10:30–10:45"), Why: "pump"})
		if h.done(err); len(hit) != 1 || hit[0].State != Held {
			t.Errorf("the blackout hits %v", hit)
		}
		confirm := func() error {
			return h.db.Act(ctx, func(tx *db.Tx) error { _, err := h.ConfirmHold(ctx, tx, h.firm, "O9"); return err })
		}
		h.says(h.refused(confirm(), "booking.shut"), "2026-03-03 11:00–12:00")
		h.done(h.Reopen(ctx, h.lab, x.ID))
		h.done(confirm())
		h.sound()
	})
}

func TestTheWaitingListIsServedInOrder(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		day := h.ask(h.id, "2026-03-04 08:00–18:00")
		_, err := h.Join(ctx, h.univ, day, 60)
		h.refused(err, "booking.free_now")
		b := h.book(h.firm, h.id, "2026-03-04 08:00–18:00")
		w1, err := h.Join(ctx, h.univ, day, 120)
		h.done(err)
		_, err = h.Join(ctx, h.firm2, day, 60)
		h.done(err)
		_, err = h.Service.Cancel(ctx, h.firm, b.ID, "")
		h.done(err)
		// Both are offered what they wait for: first come, first.
		mine, _, err := h.Mine(ctx, h.univ, Query{})
		h.done(err)
		theirs, _, err := h.Mine(ctx, h.firm2, Query{State: Offered})
		h.done(err)
		if len(mine) != 1 || len(theirs) != 1 || mine[0].Words(h.zone) != "2026-03-04 08:00–10:00" || theirs[0].Words(h.zone) != "2026-03-04 11:00–12:00" {
			t.Fatalf("offered: %v %v", mine, theirs)
		}
		_, err = h.Book(ctx, h.firm, h.ask(h.id, "2026-03-04 08:00–09:00"))
		h.refused(err, "booking.taken") // it is kept
		h.refused(h.Leave(ctx, h.univ, w1.ID), "booking.wait_over")
		_, err = h.Accept(ctx, h.firm2, theirs[0].ID)
		h.done(err)
		h.set("2026-03-03 09:00") // a day later
		_, err = h.Accept(ctx, h.univ, mine[0].ID)
		h.refused(err, "booking.offer_over")
		h.tick()
		h.is(mine[0].ID, "lapsed 2026-03-04 08:00–10:00")
		h.book(h.firm, h.id, "2026-03-04 08:00–09:00")
		if got := h.told(h.univ); got != "lapsed offered " {
			t.Errorf("who did not answer was told %q", got)
		}
		h.sound()
	})
}

// Each date of a recurring booking answers for itself.
func TestEachDateOfASeriesAnswersForItself(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		h.book(h.univ, h.id, "2026-03-11 09:00–11:00")
		_, _, err := h.Close(ctx, h.lab, Shut{Instrument: h.id, Kind: Closure, Why: "power", Span: span(t, h.zone, "2026-03-18 10:00–11:00")})
		h.done(err)
		all, err := h.Series(ctx, h.firm, h.ask(h.id, "2026-03-04 10:00–11:00"), 7, 5)
		h.done(err)
		var got []string
		for _, o := range all {
			s := o.Span.Words(h.zone)[5:16]
			if o.Refused != nil {
				s += " " + o.Refused.Code
			}
			got = append(got, s)
		}
		if want := "03-04 10:00, 03-11 10:00 booking.taken, 03-18 10:00 booking.shut, 03-25 10:00, 04-01 10:00"; strings.Join(got, ", ") != want {
			t.Errorf("the dates: %s", strings.Join(got, ", "))
		}
		h.says(all[1].Refused, "2026-03-11 12:00–13:00")
		if all[0].Booking.Series == "" || all[0].Booking.Series != all[4].Booking.Series {
			t.Error("the dates do not belong together")
		}
		h.sound()
	})
}

// A fault takes the time from the bookings that it hits and keeps the next free slots for them.
func TestAFaultMovesBookings(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		before, one, two := h.book(h.firm, h.id, "2026-03-03 08:00–09:00"), h.book(h.firm, h.id, "2026-03-03 10:00–12:00"), h.book(h.univ, h.id, "2026-03-03 14:00–15:00")
		x := Shut{Instrument: h.id, Kind: Fault, Why: "离子泵", Span: span(t, h.zone, "2026-03-03 10:30–16:00")}
		shown, err := h.Hits(ctx, h.lab, x)
		h.done(err)
		if len(shown) != 2 || shown[0].Next.Words(h.zone) != "2026-03-03 16:00–18:00" || shown[1].Next.Words(h.zone) != "2026-03-04 08:00–09:00" {
			t.Fatalf("what is shown first: %+v", shown)
		}
		_, _, err = h.Close(ctx, h.firm, x)
		if err == nil {
			t.Fatal("a user closed the instrument")
		}
		x, _, err = h.Close(ctx, h.lab, x)
		h.done(err)
		h.is(before.ID, "confirmed 2026-03-03 08:00–09:00")
		h.is(one.ID, "displaced 2026-03-03 16:00–18:00")
		_, err = h.Book(ctx, h.firm2, h.ask(h.id, "2026-03-03 16:00–17:00"))
		h.refused(err, "booking.taken")
		_, err = h.Accept(ctx, h.firm, one.ID)
		h.done(err)
		h.is(one.ID, "confirmed 2026-03-03 16:00–18:00")
		// The other does not answer in time: the slot is given up, and another time can be chosen until it is cancelled.
		h.set("2026-03-03 09:00")
		h.tick()
		h.is(two.ID, "displaced 2026-03-04 08:00–09:00")
		_, err = h.Accept(ctx, h.univ, two.ID)
		h.refused(err, "booking.offer_over")
		_, err = h.Service.Change(ctx, h.univ, two.ID, span(t, h.zone, "2026-03-05 08:00–09:00"))
		h.done(err)
		h.is(two.ID, "confirmed 2026-03-05 08:00–09:00")
		if got := h.told(h.univ); got != "offer_over displaced_offer " {
			t.Errorf("the user was told %q", got)
		}
		// It works again sooner.
		h.set("2026-03-03 12:00")
		h.done(h.Reopen(ctx, h.lab, x.ID))
		h.book(h.firm2, h.id, "2026-03-03 12:30–13:30")
		h.refused(h.Reopen(ctx, h.lab, x.ID), "booking.shut_over")
		h.sound()
	})
}

// What withdrawing an instrument would end is shown first, and done only as it was shown.
func TestAnInstrumentIsWithdrawnWithBookingsAhead(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		b := h.book(h.firm, h.id, "2026-03-03 08:00–09:00")
		ahead, err := h.Ahead(ctx, h.lab, h.id)
		h.done(err)
		c := h.book(h.univ, h.id, "2026-03-03 10:00–11:00")
		_, err = h.Withdraw(ctx, h.lab, h.id, "sold", len(ahead), MoveAsk{})
		h.refused(err, "booking.ahead")
		n, err := h.Withdraw(ctx, h.lab, h.id, "sold", len(ahead)+1, MoveAsk{})
		h.done(err)
		if n != 2 {
			t.Errorf("%d bookings", n)
		}
		h.is(b.ID, "cancelled 2026-03-03 08:00–09:00")
		h.is(c.ID, "cancelled 2026-03-03 10:00–11:00")
		if got := h.told(h.firm); got != "withdrawn " {
			t.Errorf("the user was told %q", got)
		}
		_, err = h.Book(ctx, h.firm, h.ask(h.id, "2026-03-04 08:00–09:00"))
		h.says(h.refused(err, "booking.withdrawn"), "sold")
		h.sound()
	})
}

func TestTrainingSupervisionAndDuty(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		p := weekdays()
		p.Training, p.Supervised, p.Rota = []string{"SEM-1"}, true, true
		id := h.instrument(p)
		_, err := h.Book(ctx, h.firm, h.ask(id, "2026-03-03 09:00–10:00"))
		h.says(h.refused(err, "booking.training"), "SEM-1")
		h.refused(h.PutCertificate(ctx, h.lab, id, Certificate{Kind: "other", Person: h.firm.Person, Since: unit.Date(2026, 1, 1)}), "booking.certificate_kind")
		h.done(h.PutCertificate(ctx, h.lab, id, Certificate{Kind: "SEM-1", Person: h.firm.Person, Since: unit.Date(2026, 1, 1), Until: unit.Date(2026, 3, 31)}))
		// The first use is beside an operator, who has to be on duty; it is never confirmed at once.
		_, err = h.Book(ctx, h.firm, h.ask(id, "2026-03-03 09:00–10:00"))
		h.refused(err, "booking.no_operator")
		h.done(h.PutDuty(ctx, h.lab2, id, Duty{Person: h.lab.Person, Span: span(t, h.zone, "2026-03-03 13:00–18:00")}))
		_, err = h.Book(ctx, h.firm, h.ask(id, "2026-03-03 09:00–10:00"))
		h.says(h.refused(err, "booking.no_operator"), "2026-03-03 13:00–14:00")
		b := h.book(h.firm, id, "2026-03-03 13:00–14:00")
		if !b.Supervised || b.State != Requested || len(b.Lines) != 3 {
			t.Errorf("the first use: %+v", b)
		}
		_, err = h.Service.Confirm(ctx, h.lab, b.ID)
		h.done(err)
		h.set("2026-03-03 13:00")
		_, err = h.Service.CheckIn(ctx, h.firm, b.ID)
		h.done(err)
		h.set("2026-03-03 14:00")
		_, err = h.Service.CheckOut(ctx, h.firm, b.ID, 1)
		h.done(err)
		if b = h.book(h.firm, id, "2026-03-04 09:00–10:00"); b.Supervised || b.State != Confirmed {
			t.Errorf("the second use: %+v", b)
		}
		_, err = h.Book(ctx, h.firm, h.ask(id, "2026-04-01 09:00–10:00"))
		h.refused(err, "booking.training") // the certificate ends in March
		h.sound()
	})
}

// A request that nobody answers lapses when its time comes.
func TestARequestThatNobodyAnswersLapses(t *testing.T) {
	eachHouse(t, func(h *house) {
		b := h.book(h.firm, h.asked, "2026-03-03 09:00–11:00")
		h.set("2026-03-03 08:59")
		h.tick()
		h.is(b.ID, "requested 2026-03-03 09:00–11:00")
		h.set("2026-03-03 09:00")
		h.tick()
		h.is(b.ID, "lapsed 2026-03-03 09:00–11:00")
		h.sound()
	})
}

// The week shows whose a booking is only to who may know it, and the day shows the operator what is expected.
func TestAWeekShowsNamesOnlyToWhoMayKnow(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		h.book(h.firm, h.id, "2026-03-03 09:00–11:00")
		h.book(h.firm, h.asked, "2026-03-03 13:00–14:00")
		_, _, err := h.Close(ctx, h.lab, Shut{Instrument: h.id, Kind: Calibration, Why: "year", Span: span(t, h.zone, "2026-03-03 12:00–13:00")})
		h.done(err)
		day := unit.Date(2026, 3, 2)
		show := func(who access.Actor) (out string) {
			lanes, err := h.Lanes(ctx, who, []unit.ID{h.id, h.asked}, day, 7)
			h.done(err)
			for _, l := range lanes {
				for _, c := range l.Days[1].Chips {
					s := c.Kind
					if c.Kind == "booking" {
						s = fmt.Sprint(c.Booking.State, " ", c.Booking.OrgName[0])
					}
					out += c.Span.Words(h.zone)[11:] + " " + s + "; "
				}
				out += fmt.Sprintf("%d/%d asked %d | ", l.Booked, l.Open, l.Asked)
			}
			return out
		}
		free := "08:00–18:00 free; 0/3000 asked 0 | "
		if got := show(access.Actor{}); got != "09:00–11:00 confirmed ; 12:00–13:00 shut; 13:00–18:00 free; 120/3000 asked 0 | "+free {
			t.Errorf("everybody sees %q", got)
		}
		if got := show(h.lab); !strings.Contains(got, "confirmed 电池公司") || !strings.Contains(got, "requested 电池公司") || !strings.Contains(got, "asked 1") {
			t.Errorf("the owner sees %q", got)
		}
		today, asked, err := h.Day(ctx, h.lab, labCode, unit.Date(2026, 3, 3))
		h.done(err)
		if len(today) != 1 || len(asked) != 1 || !asked[0].Can("confirm") || today[0].Samples != 2 {
			t.Errorf("the operator's day: %v %v", today, asked)
		}
		if _, _, err := h.Day(ctx, h.firm, labCode, day); err == nil {
			t.Error("a user reads the operator's day")
		}
	})
}
