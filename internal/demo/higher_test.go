package demo

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/registry"
)

// TestTwoFirmsOfOneControllerKeepTheHigherOfTwoBenefits: what one of them got counts for the other, whose page says by which case; what has
// to be returned counts until it has come back.
func TestTwoFirmsOfOneControllerKeepTheHigherOfTwoBenefits(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		ctx := context.Background()
		who, err := actor(ctx, w.node, "desk@anhui.example")
		w.must(err)
		control := func(controller string) {
			w.Helper()
			w.must(w.node.DB.Act(ctx, func(tx *db.Tx) error {
				o, err := w.node.Registry.Org(ctx, tx, LargeFirm)
				if err != nil {
					return err
				}
				o.Controller = controller
				return w.node.Registry.Put(ctx, tx, who, o)
			}))
		}
		w.must(w.node.DB.Act(ctx, func(tx *db.Tx) error {
			today := w.node.Registry.Today(tx)
			_, err := w.node.Registry.IssueLabel(ctx, tx, who, registry.Label{Org: LargeFirm, Label: "tech_sme", Issuer: Anhui, Since: today, Until: today.Add(300)})
			return err
		}))
		control(SmallFirm)
		w.play(`
firm      opens     I instant-benefit                                                  -> draft
firm      fills     I account=中国虚构银行6222021234567890
firm      submit    I                                                                  -> submitted
desk      approve   I                                                                  -> approved
big       opens     J instant-benefit                                                  -> draft
big       fills     J account=中国虚构银行6222021234567891
big       submit    J                                                                  -> submitted
desk      approve   J                                                                  -> 就高不重复
desk      keep_other J                                                                 -> kept`)
		no := caseNumber.FindString(w.get(w.client("firm"), w.cases["I"]))
		if page := w.get(w.client("big"), w.cases["J"]); !strings.Contains(page, "已由办件 "+no) || strings.Contains(page, w.cases["I"]) {
			t.Error("the page does not say by which case the higher one was given, or leads to a case of another firm")
		}
		w.play(`
finance   mark_paid I                                                                  -> paid
head      claw_back I 抽查不符                                                         -> owing
big       opens     K instant-benefit                                                  -> draft
big       fills     K account=中国虚构银行6222021234567891
big       submit    K                                                                  -> submitted
desk      approve   K                                                                  -> 就高不重复
finance   returned  I                                                                  -> refused
desk      approve   K                                                                  -> approved
finance   mark_paid K                                                                  -> paid`)
		if got := w.balance(Anhui + "/bank"); got != "50000.00" {
			t.Errorf("the bank has %s", got)
		}
	})
}
