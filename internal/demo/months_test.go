package demo

import (
	"context"
	"strings"
	"testing"
)

// A world that begins with two months has a statement that both have signed and one that waits for both, with a difference and a late
// correction; nothing else of what the demonstration promises is touched by it, and started again it is the same.
func TestTwoMonthsBeforeTheFirstMorning(t *testing.T) {
	w := startWith(t, Config{Months: true})
	if now := w.world.Clock.Now(); now.Before(opensOn()) || now.After(opensOn().AddDate(0, 0, 1)) {
		t.Errorf("the world opens at %s", now)
	}
	for _, code := range []string{Anhui, Shanghai} {
		p := w.towns[code]
		id := "/statements/" + Anhui + "-" + Shanghai + "-"
		var jan, feb statementAnswer
		p.asks("finance", "/api/v1"+id+"2026-01", &jan)
		p.asks("finance", "/api/v1"+id+"2026-02", &feb)
		if jan.State != "signed" || jan.Differences != 0 || jan.Totals.Orders != 3 || jan.Totals.Paid.Yuan() != "18000.00" || len(jan.Signed) != 2 {
			t.Errorf("%s: January %+v", code, jan)
		}
		if feb.State != "compared" || feb.Differences != 1 || feb.Named[0].Field != "billed" || feb.Totals.Paid.Yuan() != "12000.00" || feb.Totals.Back.Yuan() != "1200.00" || len(feb.Signed) != 0 {
			t.Errorf("%s: February %+v", code, feb)
		}
		if page := p.get(p.client("finance"), id+"2026-02"); !strings.Contains(page, "上期补列") || !strings.Contains(page, "4,800.00") || !strings.Contains(page, "代表本方签署") {
			t.Errorf("%s: the page of February lacks the late line, the difference or the button", code)
		}
	}
	w.granted(Anhui) // what the firms of the demonstration do is as in a world without months
	if no := w.order(Anhui, "O", Lab); no == "" {
		t.Error("no order is filed")
	}
	w.audited()
	for _, stop := range w.stops { // cut off after the last day and begun again, nothing happens twice
		stop()
	}
	before := w.towns[Anhui].balance(Anhui + "/bank")
	if err := w.world.monthsBefore(context.Background(), nil); err != nil {
		t.Error(err)
	}
	if after := w.towns[Anhui].balance(Anhui + "/bank"); after != before {
		t.Errorf("%s had been paid, now %s", before, after)
	}
}
