package unit

import (
	"strings"

	"corridor/internal/fault"
)

// InvoiceNo is the number of a Chinese VAT invoice, digits alone. A fully digital invoice has 20 digits: two of the year,
// two of the tax office's province, one of the channel, fifteen of the serial. An older one is its code followed by its
// number of eight digits: a code of ten (region 4, year 2, …) or of twelve (0, region 4, year 2, …), State Taxation
// Administration. A code of twelve begins with 0, so no two forms can be taken for each other before 2100.
type InvoiceNo string

// Lengths of the three forms.
const (
	invoiceDigital = 20 // also a code of twelve with a number of eight
	invoiceOld     = 18
)

// ParseInvoiceNo reads a number as it is printed or typed: full-width digits, spaces and hyphens are normalised first, so
// that one invoice has one number however it was typed.
func ParseInvoiceNo(s string) (InvoiceNo, error) {
	bad := fault.New(fault.Invalid, "unit.invoice_form", "text", shown(s))
	if len(s) > textMax {
		return "", bad
	}
	t := strings.ReplaceAll(narrow(s), "-", "")
	if !digits(t) || len(t) != invoiceDigital && len(t) != invoiceOld {
		return "", bad
	}
	return InvoiceNo(t), nil
}

// Year is the year in which the invoice was issued, as its number says.
func (n InvoiceNo) Year() int {
	at := 0
	switch {
	case len(n) == invoiceOld:
		at = 4
	case len(n) == invoiceDigital && n[0] == '0':
		at = 5
	case len(n) != invoiceDigital:
		return 0
	}
	return 2000 + int(n[at]-'0')*10 + int(n[at+1]-'0')
}
