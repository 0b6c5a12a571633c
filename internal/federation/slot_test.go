package federation_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// calendar stands for the calendars of a node, which are a room above this one: any slot may be held, confirmed and given back.
type calendar map[string]federation.SlotAnswer // by id of the hold

func (c calendar) Free(context.Context, *db.Tx, string, federation.FreeQuestion) (federation.FreeAnswer, error) {
	return federation.FreeAnswer{}, nil
}

func (c calendar) Hold(_ context.Context, _ *db.Tx, _ access.Actor, _ string, k federation.SlotAsk) (federation.SlotAnswer, error) {
	c[k.ID] = federation.SlotAnswer{State: federation.SlotHeld, Title: fault.Words{"电镜", "Microscope"}, Zone: "Asia/Shanghai", Price: k.Price, Booking: k.Listing, From: k.From, To: k.To}
	return c[k.ID], nil
}

func (c calendar) becomes(id, state string) federation.SlotAnswer {
	a := c[id]
	a.State = state
	c[id] = a
	return a
}

func (c calendar) Confirm(_ context.Context, _ *db.Tx, _ access.Actor, id string) (federation.SlotAnswer, error) {
	return c.becomes(id, federation.SlotConfirmed), nil
}

func (c calendar) Release(_ context.Context, _ *db.Tx, _ access.Actor, id string) (federation.SlotAnswer, error) {
	return c.becomes(id, federation.SlotReleased), nil
}

// answersNothing lets a station take letters in while its answers are lost on the way.
func (s *station) answersNothing() {
	s.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/letters/in" {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		if _, err := s.fed.Receive(r.Context(), r, body, http.Header{}); err != nil {
			s.t.Error(err)
		}
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			c.Close()
		}
		return true
	})
}

// What the people of a host did to a slot after they answered is newer than that answer, whichever of the two arrives first.
func TestAnAnswerThatComesLateChangesNoSlotThatIsNewer(t *testing.T) {
	from := time.Date(2026, 3, 4, 1, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		late    string // what is asked for by the letter whose answer is lost
		moved   int    // hours by which the laboratory moves the slot then
		becomes string
		want    string // how it stands once both have arrived, and no letter is under way
	}{
		{"it is moved after it was held", federation.SlotHeld, 24, federation.SlotHeld, federation.SlotHeld},
		{"it is given up after it was held", federation.SlotHeld, 0, federation.SlotLost, federation.SlotLost},
		{"it is moved after it was confirmed", federation.SlotConfirmed, 24, federation.SlotConfirmed, federation.SlotConfirmed},
		{"it is given up after it was confirmed", federation.SlotConfirmed, 0, federation.SlotLost, federation.SlotLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
				home, host := writers(t, d, nil)
				lab := calendar{}
				host.fed.JoinCalendars(lab)
				const of = unit.ID("case")
				slot := func() (x federation.Slot) {
					t.Helper()
					if err := home.d.Read(ctx, func(tx *db.Tx) error {
						all, err := home.fed.SlotsOf(ctx, tx, of)
						x = all[0]
						return err
					}); err != nil {
						t.Fatal(err)
					}
					return x
				}
				act := func(s *station, fn func(tx *db.Tx) error) {
					t.Helper()
					if err := s.d.Act(ctx, fn); err != nil {
						t.Fatal(err)
					}
				}
				home.write(host.code, "hello", nil) // each knows the other's key
				deliver(t, home, host)
				act(home, func(tx *db.Tx) error {
					return home.fed.HoldSlot(ctx, tx, keeper, federation.SlotFor{Case: of, Field: "slot", Org: federation.SlotOrg{Code: "91340100MA0DEMQ19B"}, Price: 100_00},
						federation.SlotUse{Host: host.code, Listing: unit.NewID(from), From: from, To: from.Add(time.Hour)})
				})
				if c.late == federation.SlotConfirmed {
					deliver(t, home, host)
					act(home, func(tx *db.Tx) error { return home.fed.ConfirmSlot(ctx, tx, keeper, of, "slot") })
				}
				host.answersNothing()
				_, err := home.fed.Deliver(ctx, host.code)
				wantFault(t, err, "federation.letter_no_answer")
				host.instead(nil)

				hold := "slot/" + home.code + "/" + string(slot().ID)
				a := lab.becomes(hold, c.becomes)
				a.From, a.To = a.From.Add(time.Duration(c.moved)*time.Hour), a.To.Add(time.Duration(c.moved)*time.Hour)
				lab[hold] = a
				act(host, func(tx *db.Tx) error { return host.fed.CalendarChanged(ctx, tx, hold, a) })
				deliver(t, host, home)
				deliver(t, home, host)
				if x := slot(); x.State != c.want || !x.From.Equal(a.From) || !x.To.Equal(a.To) || x.Booking != a.Booking || x.Sent() {
					t.Errorf("home shows it %s at %v, under way %t; want %s at %v", x.State, x.From, x.Sent(), c.want, a.From)
				}
				act(home, func(tx *db.Tx) error { return home.fed.ReleaseSlot(ctx, tx, keeper, of, "slot") })
				deliver(t, home, host)
				if x := slot(); x.State != federation.SlotReleased || x.Sent() {
					t.Errorf("given back it is %s, under way %t", x.State, x.Sent())
				}
				clean(t, home.fed)
				clean(t, host.fed)
			})
		})
	}
}
