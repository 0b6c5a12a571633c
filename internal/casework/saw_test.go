package casework

import (
	"testing"

	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// What a rule saw is told with the words of people: no name of a column stands in it, in neither language.
func TestWhatARuleSawNamesColumnsByTheirWords(t *testing.T) {
	row := scheme.Value{Kind: scheme.Group, Keys: []string{"seller", "total"}, List: []scheme.Value{scheme.TextValue("1231"), scheme.MoneyValue(60_00)}}
	got := Saw(scheme.Answer{Saw: []scheme.SeenFact{
		{Name: "form.invoice_lines", Value: row, Words: fault.Words{"发票明细", "Lines of the invoices"}, Says: fault.Words{"销售方：1231；价税合计：60.00元", "Seller: 1231; Total: 60.00 yuan"}},
		{Name: "firm.staff", Value: scheme.CountValue(320), Words: fault.Words{"人数", "staff"}},
	}})
	if want := (fault.Words{"发票明细（销售方：1231；价税合计：60.00元），人数：320。", "Lines of the invoices (Seller: 1231; Total: 60.00 yuan); Staff: 320. "}); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}
