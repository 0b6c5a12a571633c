package demo

import (
	"context"
	"fmt"
	"net/url"

	"corridor/internal/unit"
)

const (
	tourSearch     = "上海 冷冻透射电镜"
	tourInstrument = "300 kV cryo transmission electron microscope"
)

type dealAnswer struct {
	Price   unit.Fen `json:"price"`
	Schemes []struct {
		Scheme  string `json:"scheme"`
		Verdict string `json:"verdict"`
		Median  int    `json:"median_days"`
		Past    int    `json:"past"`
		Deals   []struct {
			PaysTo  string   `json:"pays_to"`
			InForce bool     `json:"in_force"`
			Now     unit.Fen `json:"now"`
			Back    unit.Fen `json:"back"`
		} `json:"deals"`
		Answers []struct {
			Need     string `json:"need"`
			Result   string `json:"result"`
			Says     string `json:"says"`
			Basis    string `json:"basis"`
			Verified bool   `json:"verified"`
		} `json:"answers"`
	} `json:"schemes"`
}

// search is a firm of Anhui that searches in its own node, begins an order, sees the price and the first free slot in Shanghai's
// calendar, and what its yearly voucher would do in both ways of paying, rule by rule.
func (t *tour) search(ctx context.Context) error {
	yearly, err := t.anhuiVoucher(ctx)
	if err != nil {
		return err
	}
	t.say("%s/cases/%s: the yearly voucher %s is open", t.at(Anhui), yearly.ID, yearly.No)
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	listing, err := t.found(ctx, firm)
	if err != nil {
		return err
	}
	var order caseAnswer
	if err := firm.post(ctx, "/api/v1/cases", "tour-order", map[string]any{"scheme": orderScheme, "parent": yearly.ID}, &order); err != nil {
		return err
	}
	t.orderID = order.ID
	if order.has("file") { // an earlier tour chose the slot
		x, err := t.slotOf(ctx, firm)
		if err != nil {
			return err
		}
		t.price = x.Price
	} else if err := t.choose(ctx, firm, listing); err != nil {
		return err
	}
	return t.deal(ctx, firm, listing)
}

// found searches by words until the instrument of Shanghai is there: what Shanghai publishes is in Anhui within seconds.
func (t *tour) found(ctx context.Context, firm *client) (listing string, err error) {
	var found struct {
		Hits []struct {
			ID, Origin, Page string
			TitleEN          string `json:"title_en"`
		} `json:"hits"`
	}
	if err := wait(ctx, func() (bool, error) {
		if err := firm.get(ctx, "/api/v1/search?"+url.Values{"q": {tourSearch}, "filter": {"kind:instrument"}}.Encode(), &found); err != nil {
			return false, err
		}
		for i, h := range found.Hits {
			if h.Origin == Shanghai && h.TitleEN == tourInstrument {
				t.say("searched for %q: in place %d %s%s, %s, whose calendar is in Shanghai", tourSearch, i+1, t.at(Anhui), h.Page, h.TitleEN)
				listing = h.ID
			}
		}
		return listing != "", nil
	}); err != nil {
		return "", fmt.Errorf("find an instrument of Shanghai: %w", err)
	}
	return listing, nil
}

// choose takes the first slot of two days that is free in Shanghai's calendar, with its price for this firm.
func (t *tour) choose(ctx context.Context, firm *client, listing string) error {
	var free struct {
		Offers []struct{ Slot, From, To, Price string }
	}
	if err := firm.get(ctx, "/api/v1/cases/"+t.orderID+"/slots/slot/free?"+url.Values{"listing": {listing}, "minutes": {tourMinutes}, "samples": {fmt.Sprint(tourPieces)}, "operator": {"true"}}.Encode(), &free); err != nil {
		return err
	}
	if len(free.Offers) == 0 {
		return fmt.Errorf("the instrument has no free slot")
	}
	o := free.Offers[0]
	t.chosen, t.price = o.Slot, o.Price
	t.say("the first free slot: %s to %s, %s yuan", o.From, o.To, o.Price)
	return nil
}

// deal is what the voucher would do: in both ways of paying, what is paid at once and what comes back, and why the firm qualifies.
func (t *tour) deal(ctx context.Context, firm *client, listing string) error {
	var a dealAnswer
	if err := firm.get(ctx, "/api/v1/listings/"+listing+"/deal?"+url.Values{"org": {SmallFirm}, "price": {t.price}}.Encode(), &a); err != nil {
		return err
	}
	if err := want(len(a.Schemes) == 1 && a.Schemes[0].Scheme == orderScheme && len(a.Schemes[0].Deals) == 2, "the schemes that buy it: %+v", a); err != nil {
		return err
	}
	x := a.Schemes[0]
	t.say("%s/listings/%s/deal: %s by scheme %s", t.at(Anhui), listing, x.Verdict, x.Scheme)
	for _, d := range x.Deals {
		how := map[bool]string{true: "in force here", false: "not used here"}[d.InForce]
		t.say("where the %s is paid (%s): %s yuan now, %s yuan come back", d.PaysTo, how, d.Now, d.Back)
		if err := want(d.Now-d.Back == a.Price/2, "the voucher bears %s of %s", a.Price-d.Now+d.Back, a.Price); err != nil {
			return err
		}
	}
	if x.Median < 0 {
		t.say("until it comes: only %d were paid, too few for a median", x.Past)
	} else {
		t.say("until it comes: %d days, the median of %d that were paid", x.Median, x.Past)
	}
	for _, r := range x.Answers {
		line := fmt.Sprintf("%-7s %s: %s", r.Result, r.Need, r.Says)
		if r.Basis != "" {
			line += map[bool]string{true: "（依据：", false: "（依据未核实："}[r.Verified] + r.Basis + "）"
		}
		t.say("%s", line)
		if err := want(r.Result != "fail", "the firm does not qualify: %s", r.Need); err != nil {
			return err
		}
	}
	return nil
}
