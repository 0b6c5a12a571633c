package demo

import (
	"context"
	"encoding/json"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// dealThere reads in Anhui what its voucher would do for a service of Shanghai: the price of the next free slot by Shanghai's
// calendar, both ways of paying with what is paid now and what comes back, and each rule with its answer.
func (w *whole) dealThere(listing unit.ID) {
	w.Helper()
	home, ctx := w.towns[Anhui], context.Background()
	var here unit.ID
	w.until("the listing is not mirrored", func() (found bool) {
		w.must2(home.node.DB.Read(ctx, func(tx *db.Tx) (err error) {
			here, found, err = home.node.Catalogue.MirrorOf(ctx, tx, Shanghai, listing)
			return err
		}))
		return found
	})
	path := "/listings/" + string(here)
	firm := home.client("firm")
	if page := home.get(firm, path); !strings.Contains(page, path+"/deal") {
		w.Error("the page of the listing does not lead to what a voucher would do")
	}
	if page := home.get(home.client("review"), path); strings.Contains(page, path+"/deal") {
		w.Error("an officer, who buys for nobody, is offered to buy")
	}
	page := ""
	w.answersThere(func() bool { page = home.get(firm, path+"/deal"); return strings.Contains(page, "上海节点") })
	for _, x := range []string{"最近的空闲时段", "上海节点", "付给企业（通用）", "付给服务机构（通兑）", "本地现行", "还没有付过款", "服务机构须在互认名单内", "企业与服务机构不得有关联", "开始下单"} {
		if !strings.Contains(page, x) {
			w.Errorf("the page of the deal lacks %q", x)
		}
	}
	var got struct {
		Price   unit.Fen `json:"price"`
		Schemes []struct {
			Scheme  string `json:"scheme"`
			Verdict string `json:"verdict"`
			Median  int    `json:"median_days"`
			Deals   []struct {
				PaysTo  string   `json:"pays_to"`
				InForce bool     `json:"in_force"`
				ToBuyer bool     `json:"to_buyer"`
				Now     unit.Fen `json:"now"`
				Back    unit.Fen `json:"back"`
			} `json:"deals"`
			Answers []struct {
				Need   string `json:"need"`
				Result string `json:"result"`
			} `json:"answers"`
		} `json:"schemes"`
	}
	read := func(price string) {
		w.must2(json.Unmarshal([]byte(home.get(firm, "/api/v1"+path+"/deal?org="+SmallFirm+"&price="+price)), &got))
	}
	read("")
	if got.Price != 600_00 {
		w.Errorf("the price of the next free slot is %s", got.Price)
	}
	read("2000")
	if len(got.Schemes) != 1 || got.Schemes[0].Scheme != "voucher-order" || got.Schemes[0].Verdict != "pass" || got.Schemes[0].Median != -1 || len(got.Schemes[0].Deals) != 2 {
		w.Fatalf("the schemes that buy it: %+v", got)
	}
	for _, d := range got.Schemes[0].Deals {
		want := map[string][2]unit.Fen{"firm": {2000_00, 1000_00}, "provider": {1000_00, 0}}[d.PaysTo]
		if d.Now != want[0] || d.Back != want[1] || d.InForce != (d.PaysTo == "firm") || d.ToBuyer != (d.PaysTo == "firm") {
			w.Errorf("paid to the %s: %+v, want %v", d.PaysTo, d, want)
		}
	}
	answers := map[string]string{}
	for _, a := range got.Schemes[0].Answers {
		answers[a.Need] = a.Result
	}
	if answers["not_affiliated"] != "pass" || answers["provider_recognised"] != "pass" || answers["for_research"] != "manual" {
		w.Errorf("the rules: %v", answers)
	}
}
