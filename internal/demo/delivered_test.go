package demo

import (
	"context"
	"maps"
	"testing"

	"corridor/internal/db"
)

// TestOnlyTheBankThatLentHasDelivered: three banks are asked, one declines, two offer, one lends. When needs are matched the loan is a
// past result of that one alone.
func TestOnlyTheBankThatLentHasDelivered(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		w.play(`
firm      opens   Q financing-request                                                  -> draft
firm      fills   Q sum=3000000 months=12 purpose=流动资金 banks=` + BankOne + "+" + BankTwo + "+" + BankThree + `
firm      agrees  Q
firm      submit  Q                                                                    -> submitted
desk      pass_on Q                                                                    -> asked
bank2     answers Q offers verdict=failed why=trade                                    -> asked
bank3     answers Q offers verdict=passed loan=3000000 loan_months=12 rate=3.90% yearly_cost=117000 -> asked
bank1     answers Q offers verdict=passed loan=2500000 loan_months=12 rate=3.45% yearly_cost=86250 -> compared
firm      fills   Q bank=` + BankOne + `
firm      choose  Q                                                                    -> chosen`)
		ends := []string{"financing-request/lent/bank"}
		w.delivered(ends, map[string]int{})
		w.play(`
bank1     fills   Q lent_sum=2500000 lent_rate=3.45% lent_on=today
bank1     lend    Q                                                                    -> lent`)
		w.delivered(ends, map[string]int{BankOne: 1})
		w.delivered([]string{"financing-request/lent/other", "financing-request/chosen/bank"}, map[string]int{})
	})
}

// delivered wants what the three banks have delivered.
func (w *town) delivered(ends []string, want map[string]int) {
	w.Helper()
	w.must(w.node.DB.Read(context.Background(), func(tx *db.Tx) error {
		got, err := w.node.Cases.Delivered(context.Background(), tx, []string{BankOne, BankTwo, BankThree}, ends)
		if err == nil && !maps.Equal(got, want) {
			w.Errorf("delivered: %v, want %v", got, want)
		}
		return err
	}))
}
