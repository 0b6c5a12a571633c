package unit

import (
	"strings"
	"testing"

	"corridor/internal/fault"
)

func TestACaseNumberIsReadAsPeopleTypeIt(t *testing.T) {
	for _, x := range []struct{ typed, want, code string }{
		{"34-26-0012-9", "34-26-0012-9", ""},
		{" 342600129 ", "34-26-0012-9", ""},
		{"３４－２６－００１２－９", "34-26-0012-9", ""},
		{"34 26 0012 9", "34-26-0012-9", ""},
		{"34-26-0012-7", "", "unit.case_no_check"},
		{"34-26-0021-9", "", "unit.case_no_check"},
		{"34-2026-000012", "34-2026-000012", ""}, // the earlier form
		{"342026000012", "34-2026-000012", ""},
		{"34-26-12", "", "unit.case_no_form"},
		{"voucher", "", "unit.case_no_form"},
		{strings.Repeat("3", 5000), "", "unit.case_no_form"},
	} {
		got, err := ParseCaseNo(x.typed)
		if string(got) != x.want || fault.CodeOf(err) != x.code {
			t.Errorf("%.40q: got %q %v, want %q %s", x.typed, got, err, x.want, x.code)
		}
	}
}

// Every slip of one digit and every swap of neighbours is found, in numbers of both lengths.
func TestOneWrongDigitAndASwapAreAlwaysFound(t *testing.T) {
	for _, serial := range []int64{1, 12, 999, 1234, 9999, 10_000, 98_765, 1_000_000, caseSerialMax} {
		no, err := MakeCaseNo("34", 2026, serial)
		if err != nil {
			t.Fatal(err)
		}
		d := strings.ReplaceAll(string(no), "-", "")
		for i := range d {
			for c := byte('0'); c <= '9'; c++ {
				if wrong := d[:i] + string(c) + d[i+1:]; wrong != d && dammOf(wrong) == 0 {
					t.Errorf("%s: %s is not found", no, wrong)
				}
			}
			if i > 0 && d[i] != d[i-1] {
				if swap := d[:i-1] + string(d[i]) + string(d[i-1]) + d[i+1:]; dammOf(swap) == 0 {
					t.Errorf("%s: the swap %s is not found", no, swap)
				}
			}
		}
		if back, err := ParseCaseNo(d); err != nil || back != no {
			t.Errorf("%s is read as %s, %v", no, back, err)
		}
	}
	for _, x := range []struct {
		node   string
		serial int64
	}{{"3", 1}, {"34", 0}, {"34", caseSerialMax + 1}, {"ab", 1}} {
		if no, err := MakeCaseNo(x.node, 2026, x.serial); err == nil {
			t.Errorf("made %s", no)
		}
	}
}
