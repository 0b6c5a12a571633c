package unit

import (
	"fmt"
	"strings"

	"corridor/internal/fault"
)

// CaseNo is the number of a case as people say it on the phone: two digits of the node, two of the year, the serial
// number in groups of four, one check digit: 34-26-0012-9. Serials above 9999 have two groups: 34-26-0001-2345-8.
//
// The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): one wrong digit and two
// neighbours that changed places are always found. Numbers of the form that came before, 34-2026-000012, have none.
type CaseNo string

// caseSerialMax is the largest serial number of a year.
const caseSerialMax = 99_999_999

// damm is the totally anti-symmetric quasigroup of order ten in Damm's thesis; its diagonal is zero.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// dammOf is the check digit of digits; over digits with their check digit it is 0.
func dammOf(digits string) byte {
	at := byte(0)
	for i := range len(digits) {
		at = damm[at][digits[i]-'0']
	}
	return at
}

// MakeCaseNo is the number of a node's case: node has two digits, serial counts from 1 within the year.
func MakeCaseNo(node string, year int, serial int64) (CaseNo, error) {
	if len(node) != 2 || strings.Trim(node, "0123456789") != "" || serial < 1 || serial > caseSerialMax {
		return "", fmt.Errorf("no number for case %d of node %q", serial, node)
	}
	digits := fmt.Sprintf("%s%02d%04d", node, year%100, serial)
	if serial > 9999 {
		digits = fmt.Sprintf("%s%02d%08d", node, year%100, serial)
	}
	return groupCaseNo(digits + string('0'+dammOf(digits))), nil
}

// groupCaseNo puts the dashes between the groups of 9 or 13 digits.
func groupCaseNo(d string) CaseNo {
	if len(d) == 9 {
		return CaseNo(d[:2] + "-" + d[2:4] + "-" + d[4:8] + "-" + d[8:])
	}
	return CaseNo(d[:2] + "-" + d[2:4] + "-" + d[4:8] + "-" + d[8:12] + "-" + d[12:])
}

// LooksLikeCaseNo says whether a text can only be meant as a number: digits, and what people put between them.
func LooksLikeCaseNo(s string) bool {
	d, ok := caseDigits(s)
	return ok && len(d) >= 8 && len(d) <= 13
}

// caseDigits are the digits of a text that has nothing else but dashes, dots and blanks.
func caseDigits(s string) (string, bool) {
	if len(s) > textMax {
		return "", false
	}
	var b strings.Builder
	for _, r := range narrow(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune("-–—－_./ ", r):
		default:
			return "", false
		}
	}
	return b.String(), true
}

// ParseCaseNo reads a number typed with or without dashes, in full-width digits too, and returns it as it is kept. It
// refuses with unit.case_no_check where a digit is wrong, and with unit.case_no_form what is no number.
func ParseCaseNo(s string) (CaseNo, error) {
	d, ok := caseDigits(s)
	switch {
	case ok && len(d) == 12 && d[2:4] == "20": // of the earlier form: node, year, six digits
		return CaseNo(d[:2] + "-" + d[2:6] + "-" + d[6:]), nil
	case !ok || len(d) != 9 && len(d) != 13:
		return "", fault.New(fault.Invalid, "unit.case_no_form", "text", shown(s))
	case dammOf(d) != 0:
		return "", fault.New(fault.Invalid, "unit.case_no_check", "text", string(groupCaseNo(d)))
	}
	return groupCaseNo(d), nil
}
