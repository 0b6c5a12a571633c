package agreement_test

import (
	"context"
	"testing"

	"corridor/internal/agreement"
	"corridor/internal/unit"
)

func TestWhatEachPartyGivesIsSummed(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework()
		give := func(code string, yuan unit.Fen) agreement.Party {
			return agreement.Party{Code: code, Budget: yuan * unit.FenPerYuan}
		}
		x := h.task(a, func(t *agreement.Task) {
			t.Lead, t.Partners = give("340000", 1000), []agreement.Party{give("310000", 500), {Name: "某虚构公司", Budget: 7}}
		})
		h.task(a, func(t *agreement.Task) {
			t.Lead, t.Partners = give("310000", 200), []agreement.Party{give("340000", 0)}
		})
		ended := h.task(a, func(t *agreement.Task) { t.Lead = give("310000", 9_000_000) })
		c, err := h.Propose(ctx, ofShanghai, ended.ID, 1, "310000", agreement.Content{End: true}, "不办了")
		h.done(err)
		if len(ended.Parties()) > 1 {
			_, err = h.Consent(ctx, ofAnhui, c.ID, "340000", true)
			h.done(err)
		}
		if got := h.is(x.ID); got.Lead.Budget != 100_000 || got.Partners[0].Budget != 50_000 || got.Budget() != 150_007 {
			t.Errorf("%+v", got)
		}
		all, sum, err := h.Budgets(ctx, everybody, agreement.Query{Agreement: a.ID})
		h.done(err)
		if sum != 170_007 || len(all) != 3 {
			t.Fatalf("%s %+v", sum, all)
		}
		for i, want := range []agreement.Gives{{agreement.Party{Name: "安徽省", Code: "340000"}, 1, 100_000, 0}, {agreement.Party{Name: "上海市", Code: "310000"}, 2, 20_000, 50_000}, {agreement.Party{Name: "某虚构公司"}, 1, 0, 7}} {
			if all[i] != want {
				t.Errorf("%d: got %+v, want %+v", i, all[i], want)
			}
		}
		shares, err := h.Shares(ctx, everybody, agreement.Query{Agreement: a.ID})
		h.done(err)
		if s := shares[x.ID]; len(s) != 3 || !s[0].Lead || s[1].Lead || s[1].Budget != 50_000 {
			t.Errorf("%+v", s)
		}
		_, err = h.Plan(ctx, planner, a.ID, []agreement.Task{{Title: "公布目录", Lead: give("340000", -1), Due: day(2026, 5, 1)}})
		h.refused(err, "agreement.budget")
		for text, want := range map[string]unit.Fen{"": 0, "50万元": 50_000_000, "1.2亿元": 12_000_000_000} {
			if got, err := agreement.ParseBudget(text, "x"); err != nil || got != want {
				t.Errorf("%q: %v, %v", text, got, err)
			}
		}
		for _, text := range []string{"0", "-3", "很多", "2000亿元"} {
			if got, err := agreement.ParseBudget(text, "x"); err == nil {
				t.Errorf("%q was taken as %v", text, got)
			}
		}
	})
}
