package unit

import (
	"testing"

	"corridor/internal/fault"
)

func TestAnInvoiceHasOneNumberHoweverItIsTyped(t *testing.T) {
	for typed, want := range map[string]struct {
		number InvoiceNo
		year   int
	}{
		"26312000000012345678":       {"26312000000012345678", 2026},
		" 2631 2000-0000 １２３４ 5678 ": {"26312000000012345678", 2026},
		"3100251130 12345678":        {"310025113012345678", 2025},
		"031002400111-12345678":      {"03100240011112345678", 2024},
		"２５３１２０００００００１２３４５６７８":       {"25312000000012345678", 2025},
	} {
		n, err := ParseInvoiceNo(typed)
		if err != nil || n != want.number || n.Year() != want.year {
			t.Errorf("%q: %q of %d (%v), want %q of %d", typed, n, n.Year(), err, want.number, want.year)
		}
	}
	for _, typed := range []string{"", "12345678", "2631200000001234567", "2631200000001234567X", "263120000000123456789"} {
		if _, err := ParseInvoiceNo(typed); fault.CodeOf(err) != "unit.invoice_form" {
			t.Errorf("%q: %v", typed, err)
		}
	}
}
