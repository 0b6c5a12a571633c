package demo

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"corridor/internal/unit"
)

const tourMinutes = "1200" // of the run: two long days

// slotAnswer is a slot as the node of the case shows it, and as its host does.
type slotAnswer struct {
	ID      string `json:"id"`
	CaseNo  string `json:"case_no"`
	Listing string `json:"listing"`
	From    string `json:"from"`
	To      string `json:"to"`
	Price   string `json:"price"`
	Booking string `json:"booking"`
	State   string `json:"state"`
}

// slotOf is the newest slot of the order, as Anhui shows it.
func (t *tour) slotOf(ctx context.Context, firm *client) (x slotAnswer, err error) {
	var all struct {
		Slots []slotAnswer `json:"slots"`
	}
	if err := firm.get(ctx, "/api/v1/cases/"+t.orderID+"/slots", &all); err != nil || len(all.Slots) == 0 {
		return x, err
	}
	return all.Slots[0], nil
}

// heldTogether looks at both sides of what was held: the money in the books of Anhui, the slot in the calendar of Shanghai.
func (t *tour) heldTogether(ctx context.Context, firm *client) error {
	began := time.Now()
	var x slotAnswer
	if err := wait(ctx, func() (ok bool, err error) {
		x, err = t.slotOf(ctx, firm)
		return x.Booking != "", err
	}); err != nil {
		return fmt.Errorf("no answer from Shanghai for the slot: %w", err)
	}
	var err error
	if t.slotEnds, err = time.Parse(time.RFC3339, x.To); err != nil {
		return err
	}
	t.slot, t.listing, t.price = x.Booking, x.Listing, x.Price
	var k struct {
		Stage   string              `json:"stage"`
		Amounts map[string]unit.Fen `json:"amounts"`
	}
	if err := firm.get(ctx, "/api/v1/cases/"+t.orderID, &k); err != nil {
		return err
	}
	price, err := unit.ParseFen(x.Price)
	if err != nil {
		return err
	}
	t.half = price / 2
	if k.Stage != "filed" { // an earlier tour went on from here
		return nil
	}
	admin, err := signIn(ctx, t.at(Shanghai), "admin@shanghai.example")
	if err != nil {
		return err
	}
	var kept struct {
		Kept []slotAnswer `json:"kept"`
	}
	if err := admin.get(ctx, "/api/v1/slots/register?state=held&node="+Anhui, &kept); err != nil {
		return err
	}
	there := false
	for _, s := range kept.Kept {
		there = there || s.CaseNo == t.orderNo && s.Booking == x.Booking && s.From == x.From && s.Price == x.Price
	}
	t.say("held together: %s yuan of the voucher in the books of Anhui, the slot in the calendar of Shanghai as booking %s", k.Amounts["reserve"], x.Booking)
	t.say("both were there %s after the order was filed; the other side's answer came by letter", time.Since(began).Round(time.Millisecond))
	return want(there && x.State == "held" && 2*k.Amounts["reserve"] == price, "the two sides do not hold the same: %+v, %+v, %v", x, kept.Kept, k.Amounts)
}

// confirmed looks at the booking that the acceptance made of the slot, and moves the clock to its end.
func (t *tour) confirmed(ctx context.Context) (lab *client, err error) {
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return nil, err
	}
	var x slotAnswer
	if err := wait(ctx, func() (ok bool, err error) {
		x, err = t.slotOf(ctx, firm)
		return x.State == "confirmed" || x.State == "used", err
	}); err != nil {
		return nil, fmt.Errorf("the slot is not confirmed: %w", err)
	}
	t.say("the slot is a booking now: %s/bookings/%s", t.at(Shanghai), x.Booking)
	var clock struct{ Now time.Time }
	days := 0
	for ; clock.Now.Before(t.slotEnds); days++ {
		if err := nobody(t.at(Shanghai)).post(ctx, "/api/v1/demo/clock", "", map[string]any{"days": 1}, &clock); err != nil {
			return nil, err
		}
	}
	t.say("the clock was moved forward by %d days: the run is over", days)
	if lab, err = signIn(ctx, t.at(Shanghai), "lab@shanghai.example"); err != nil {
		return nil, err
	}
	return lab, t.machineLog(ctx, lab, x)
}

// machineLog is the laboratory entering what its machine wrote down of the run, which the booking explains.
func (t *tour) machineLog(ctx context.Context, lab *client, x slotAnswer) error {
	run := map[string]any{"instrument": x.Listing, "log_no": "TEM-" + t.orderNo, "from": x.From, "to": x.To, "samples": tourPieces, "direction": "136"}
	if err := lab.post(ctx, "/api/v1/usage/runs", "", map[string]any{"runs": []any{run}}, nil); err != nil {
		return fmt.Errorf("the machine log: %w", err)
	}
	from, err := time.Parse(time.RFC3339, x.From)
	if err != nil {
		return err
	}
	var month struct {
		Runs []struct {
			LogNo   string `json:"log_no"`
			Class   string `json:"class"`
			Booking string `json:"booking"`
			User    string `json:"user"`
			Minutes int    `json:"minutes"`
		} `json:"runs"`
	}
	if err := lab.get(ctx, "/api/v1/usage/runs?"+url.Values{"org": {Lab}, "month": {unit.DayOf(from, unit.Beijing()).String()[:7]}}.Encode(), &month); err != nil {
		return err
	}
	for _, r := range month.Runs {
		if r.LogNo == "TEM-"+t.orderNo {
			t.say("the machine log has run %s: %d minutes, used by %s, explained by booking %s", r.LogNo, r.Minutes, r.User, r.Booking)
			return want(r.Booking == x.Booking && r.Class == "outside" && r.User == SmallFirm, "the run is not that of the booking: %+v", r)
		}
	}
	return fmt.Errorf("the machine log does not have the run")
}
