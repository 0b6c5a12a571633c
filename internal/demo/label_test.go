package demo

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
)

// revokes takes a label of an organisation back today, as whoever gave it.
func (w *town) revokes(org, label string) {
	w.Helper()
	ctx := context.Background()
	who, err := actor(ctx, w.node, "desk@anhui.example")
	w.must(err)
	w.must(w.node.DB.Act(ctx, func(tx *db.Tx) error {
		return w.node.Registry.RevokeLabel(ctx, tx, who, org, label, w.node.Registry.Today(tx))
	}))
	w.passes(time.Hour)
}

// TestALabelThatIsRevokedWhileABenefitRestsOnIt: the payment is suspended by rule, what was paid is looked into and clawed back, and both
// sides read on the page which label it was; a case that rests on no label is left alone, and so is one that was refused.
func TestALabelThatIsRevokedWhileABenefitRestsOnIt(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.play(`
firm      opens   I instant-benefit                                                    -> draft
firm      fills   I account=中国虚构银行6222021234567890
firm      submit  I                                                                    -> submitted
firm      opens   F joint-fund                                                         -> draft
desk      approve I                                                                    -> approved`)
		if page := w.get(w.client("firm"), w.cases["I"]); strings.Contains(page, "已被撤销") && strings.Contains(page, "h-lost") {
			t.Error("the page says of a label that is held that it was revoked")
		}
		w.revokes(SmallFirm, "tech_sme")
		if got := w.stage("firm", "I"); got != "suspended" {
			t.Fatalf("the benefit stands in %s", got)
		}
		for _, who := range []string{"firm", "finance", "head"} {
			page := w.get(w.client(who), w.cases["I"])
			for _, want := range []string{`id="h-lost"`, "科技型中小企业", "称号被撤销，暂停拨付", "待拨付"} {
				if !strings.Contains(page, want) {
					t.Errorf("the page of %s does not say %s", who, want)
				}
			}
			if notices := w.get(w.client(who), "/notices"); !strings.Contains(notices, "已被撤销") {
				t.Errorf("%s was not told", who)
			}
		}
		if page := w.get(w.client("firm"), w.cases["F"]); strings.Contains(page, `id="h-lost"`) {
			t.Error("a case that rests on no label is marked")
		}
		w.play(`
finance   mark_paid I                                                                  -> the page does not offer
desk      resume  I 企业来电                                                           -> 称号
head      cancel  I 称号已撤销                                                         -> refused`)
	})
}

// TestALabelThatIsRevokedAfterPayment opens a look into the benefit by itself; the head claws it back, and the money is in the budget again.
// A label that ran out opens nothing.
func TestALabelThatIsRevokedAfterPayment(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.play(`
firm      opens   I instant-benefit                                                    -> draft
firm      fills   I account=中国虚构银行6222021234567890
firm      submit  I                                                                    -> submitted
desk      approve I                                                                    -> approved
finance   mark_paid I                                                                  -> paid`)
		w.passes(time.Hour)
		if got := w.stage("firm", "I"); got != "paid" {
			t.Fatalf("a label that is held moved the benefit to %s", got)
		}
		w.revokes(SmallFirm, "tech_sme")
		page := w.get(w.client("head"), w.cases["I"])
		if w.stage("firm", "I") != "in_doubt" || !strings.Contains(page, `id="h-lost"`) || !strings.Contains(page, "已拨付") {
			t.Fatalf("what was paid is not looked into: %s", w.stage("firm", "I"))
		}
		if answer, err := w.client("big").Get(w.at + w.cases["I"]); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("another firm reads of it: %v %v", answer.StatusCode, err)
		}
		w.play(`
desk      claw_back I 称号撤销                                                         -> the page does not offer
head      claw_back I 称号撤销                                                         -> owing
finance   returned I                                                                   -> refused`)
		if got := w.balance(Anhui + "/bank"); got != "0.00" {
			t.Errorf("the bank has %s", got)
		}
	})
}
