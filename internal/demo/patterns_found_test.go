package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/registry"
)

// enters has an organisation's own administrator enter a person with a telephone number, by the page of the organisation.
func (w *town) enters(who, name, phone string) {
	w.Helper()
	if status, _, body := w.send(w.client(who), "/registry/"+w.orgOf(who)+"/people", url.Values{"name": {name}, "phone": {phone}, "since": {w.now.Format("2006-01-02")}}); status != http.StatusSeeOther {
		w.Fatalf("%s enters no person: %d %s", who, status, markup.ReplaceAllString(problemText.FindString(body), " "))
	}
}

// TestTwoFirmsWithOneTelephoneAreShown: two organisations whose persons give one number, written in two ways, are shown once both have a
// case of one scheme; the number itself is shown to nobody, and neither is a number that only one of them has.
func TestTwoFirmsWithOneTelephoneAreShown(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.enters("firm", "虚构联系人甲", "+86 138-0000-1234")
		w.enters("big", "虚构联系人乙", "13800001234")
		w.enters("big", "虚构联系人丙", "0551 6000 5678")
		w.play("firm opens A joint-fund -> draft")
		if page := w.get(w.client("desk"), "/patterns"); strings.Contains(page, "尾号") {
			t.Error("one firm is a pattern")
		}
		w.play("big opens B joint-fund -> draft")
		page := w.get(w.client("desk"), "/patterns")
		for _, want := range []string{"同一电话号码", "尾号 1234 的 2 家单位", w.cases["A"], w.cases["B"], "依据未核实"} {
			if !strings.Contains(page, want) {
				t.Errorf("the pattern does not show %s", want)
			}
		}
		for _, not := range []string{"13800001234", "138-0000-1234", "5678"} {
			if strings.Contains(page, not) {
				t.Errorf("the page shows the number %s", not)
			}
		}
	})
}

// TestAPriceFarAboveTheListIsShown: an order that chose a slot of the calendar and was billed far above its price is shown with both
// sums; one that was billed what the slot costs, or half as much again, is not.
func TestAPriceFarAboveTheListIsShown(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		w.play(`
firm      opens   E voucher-entitlement                                                -> draft
firm      fills   E asked=80000 planned_use=委托检测 bank_account=6222021 tax_consent=true
firm      submit  E                                                                    -> submitted
review    grant   E                                                                    -> open`)
		listing, err := instrumentOf(context.Background(), w.node, "120 kV transmission electron microscope")
		w.must(err)
		for i, x := range []struct {
			name, sum string
			shown     bool
		}{{"A", "1200", false}, {"B", "1800", false}, {"C", "1800.01", true}} {
			w.play("firm adds " + x.name + " E voucher-order -> draft\nfirm fills " + x.name + " provider=" + Lab + " service=testing purpose=材料表征")
			day := w.now.AddDate(0, 0, 7+i).Format("2006-01-02")
			slot := fmt.Sprintf("%s %s %sT02:00:00Z %[3]sT04:00:00Z", Shanghai, listing, day)
			if status, _, body := w.send(w.client("firm"), w.cases[x.name]+"/slots/slot", url.Values{"slot": {slot}}); status != http.StatusSeeOther {
				t.Fatalf("%d %s", status, markup.ReplaceAllString(problemText.FindString(body), " "))
			}
			w.play(`
firm      file    ` + x.name + `                                                       -> filed
lab       accept  ` + x.name + `                                                       -> accepted
lab       fills   ` + x.name + ` report=file:报告` + x.name + `
lab       deliver ` + x.name + `                                                       -> delivered
firm      fills   ` + x.name + ` contract_sum=` + x.sum)
			page := w.get(w.client("desk"), "/patterns")
			if got := strings.Contains(page, "远高于所选时段的标价"); got != x.shown {
				t.Errorf("contract of %s: shown %v, want %v", x.sum, got, x.shown)
			}
			if x.shown && !strings.Contains(page, "的 1 件，合同或发票金额远高于所选时段的标价；差得最多的一件标价 1200.00 元，合同或发票 1800.01 元") {
				t.Errorf("the pattern does not say what the slot costs: %s", markup.ReplaceAllString(page[strings.Index(page, "<main"):], " "))
			}

		}
	})
}

// introduces has somebody ask a provider, in a case of its own.
func (w *town) introduces(who, name, provider string) {
	w.Helper()
	w.play(who + " opens " + name + " introduction -> draft\n" +
		who + " fills " + name + " need=虚构需求 offer=虚构工艺 kind=technology provider=" + provider + " with_broker=false\n" +
		who + " reach_out " + name + " -> contacted")
}

// TestTwoFirmsOfOneControllerAreShown: once two organisations that one holder controls have a case of one scheme; not as long as they are
// of two holders, and not by cases of two schemes.
func TestTwoFirmsOfOneControllerAreShown(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		ctx := context.Background()
		w.play("firm opens A joint-fund -> draft\nbig opens B joint-fund -> draft")
		if page := w.get(w.client("desk"), "/patterns"); strings.Contains(page, "实际控制的") {
			t.Error("two firms of two holders are a pattern")
		}
		w.must(w.node.DB.Act(ctx, func(tx *db.Tx) error {
			return w.node.Registry.PutRelation(ctx, tx, access.System("demo"), registry.Relation{Holder: LargeFirm, Org: SmallFirm, Kind: registry.Controls,
				Since: w.node.Registry.Today(tx), Source: "registry:" + Anhui})
		}))
		page := w.get(w.client("desk"), "/patterns")
		for _, want := range []string{"同一实际控制人", "由芜湖重型装备集团有限公司（演示）实际控制的 2 家单位", w.cases["A"], w.cases["B"], "依据未核实"} {
			if !strings.Contains(page, want) {
				t.Errorf("the pattern does not show %s", want)
			}
		}
		w.play("firm opens C enterprise-appeal -> draft")
		if page := w.get(w.client("desk"), "/patterns"); strings.Count(page, "家单位在本事项中有办件") != 1 || strings.Contains(page, w.cases["C"]) {
			t.Error("one firm is a pattern of another scheme")
		}
	})
}

// TestAProviderThatMostCasesNameIsShown: three cases of five name one provider, of several firms; three of four are too few to say, and
// three of six are no more than half.
func TestAProviderThatMostCasesNameIsShown(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		shown := func(after string, want bool) {
			t.Helper()
			page := w.get(w.client("desk"), "/patterns")
			if got := strings.Contains(page, "件中有"); got != want {
				t.Errorf("after %s: shown %t, want %t", after, got, want)
			}
			if want && !strings.Contains(page, "本事项 5 件中有 3 件指向上海浦江冷冻电镜中心（演示）") {
				t.Error("the pattern does not say how many of how many")
			}
		}
		w.introduces("firm", "A", Lab)
		w.introduces("firm", "B", Lab)
		w.introduces("bank1", "C", Lab)
		w.introduces("bank2", "D", JiangsuLab)
		shown("three of four", false)
		w.introduces("bank3", "E", JiangsuLab)
		shown("three of five", true)
		w.introduces("bank2", "F", ZhejiangLab)
		shown("three of six", false)
	})
}

// TestCasesThatTogetherPassTheBoundOfOneAreShown: a firm whose claims with one provider are granted just what one claim may be is not shown;
// with more it is, and says both sums; what is asked and not granted yet, or is of another provider, adds nothing.
func TestCasesThatTogetherPassTheBoundOfOneAreShown(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		claims := func(name, provider, sum string) {
			w.play("firm opens " + name + " voucher -> draft\nfirm fills " + name + " provider=" + provider + " purpose=材料表征 contract_sum=" + sum + " invoiced=" + sum +
				"\nfirm file " + name + " -> filed")
		}
		shown := func(after string, want bool) {
			t.Helper()
			page := w.get(w.client("desk"), "/patterns")
			if got := strings.Contains(page, "件共核定"); got != want {
				t.Errorf("after %s: shown %t, want %t", after, got, want)
			}
			if want && !strings.Contains(page, "指向上海浦江冷冻电镜中心（演示）的 3 件共核定 200501.00 元，单件上限 200000.00 元") {
				t.Errorf("the pattern does not say both sums: %s", markup.ReplaceAllString(page[strings.Index(page, "<main"):], " "))
			}
		}
		claims("A", Lab, "300000")
		claims("B", JiangsuLab, "300000")
		w.play("review approve A -> approved\nreview approve B -> approved")
		shown("two claims with two providers", false)
		claims("C", Lab, "100000")
		shown("a second one that is not granted", false)
		w.play("review approve C -> approved")
		shown("just what one may be granted", false)
		claims("D", Lab, "1002")
		w.play("review approve D -> approved")
		shown("501 yuan more", true)
	})
}
