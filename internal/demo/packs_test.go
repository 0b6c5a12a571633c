package demo

import (
	"context"
	"testing"
	"time"

	"corridor/internal/db"
)

// TestAVoucherRunsThroughThePages of each jurisdiction, from the draft of the entitlement to the close of both cases:
// in Anhui the city recommends first, in Zhejiang the provider is paid.
func TestAVoucherRunsThroughThePages(t *testing.T) {
	for _, x := range []struct{ code, lab, recommends, pays, bank string }{
		{Shanghai, Lab, "", "60000", "30000.00"},
		{Jiangsu, JiangsuLab, "", "60000", "30000.00"},
		{Zhejiang, ZhejiangLab, "", "30000", "30000.00"},
		{Anhui, Lab, "city      recommend E -> recommended", "60000", "30000.00"},
	} {
		t.Run(x.code, func(t *testing.T) {
			eachTown(t, x.code, func(w *town) {
				w.play(`
firm      opens   E voucher-entitlement                                                -> draft
firm      fills   E asked=80000 planned_use=委托检测 bank_account=6222021 tax_consent=true
firm      submit  E                                                                    -> submitted`)
				w.play(x.recommends)
				w.play(`
review    grant   E                                                                    -> open
firm      adds    O E voucher-order                                                    -> draft
firm      fills   O provider=` + x.lab + ` service=testing quote=60000 purpose=材料表征
firm      file    O                                                                    -> filed
lab       accept  O                                                                    -> accepted
lab       fills   O report=file:报告
lab       deliver O                                                                    -> delivered
firm      fills   O contract=file:合同 signed=2026-03-02 contract_sum=60000 invoices=file:发票 invoiced=60000 slip=file:回单 paid=` + x.pays + ` other_subsidy=0 rating=5
firm      claim   O                                                                    -> claimed
finance   approve O                                                                    -> the page does not offer
review    approve O for_research=yes                                                   -> noticed`)
				w.passes(14 * 24 * time.Hour)
				w.play(`
review    mark_paid O                                                                  -> the page does not offer
finance   mark_paid O                                                                  -> paid
finance   bounced O 户名不符                                                           -> ordered
finance   mark_paid O                                                                  -> paid
firm      hand_back E                                                                  -> expiring`)
				if got := w.balance(x.code + "/bank"); got != x.bank {
					t.Errorf("the bank has %s, want %s", got, x.bank)
				}
				w.passes(367 * 24 * time.Hour) // the audit window of the order closes, and the entitlement after it
				if o, e := w.stage("firm", "O"), w.stage("firm", "E"); o != "closed" || e != "closed" {
					t.Errorf("the order stands in %s, the entitlement in %s", o, e)
				}
			})
		})
	}
}

// balance is what an account of the books has gained.
func (w *town) balance(path string) (sum string) {
	w.Helper()
	w.must(w.node.DB.Read(context.Background(), func(tx *db.Tx) error {
		a, err := w.node.Ledger.Balance(context.Background(), tx, path)
		sum = a.Posted.Yuan()
		return err
	}))
	return sum
}
