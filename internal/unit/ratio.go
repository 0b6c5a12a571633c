package unit

import (
	"cmp"
	"database/sql/driver"
	"math/bits"
	"strconv"
	"strings"

	"corridor/internal/fault"
)

// ratioWhole is 100 % in the unit of a Ratio, one billionth.
const ratioWhole = 1_000_000_000

// ratioDecimals is how many decimals a percentage can have in that unit.
const ratioDecimals = 7

// Ratio is an exact decimal share from 0 % to 100 %, in billionths: 33.3333333 % is the finest third it
// can say. The zero value is 0 %. Ratios compare with ==; text and JSON are the percentage, "33.3333%".
type Ratio struct{ billionths int64 }

// Whole is 100 %.
var Whole = Ratio{ratioWhole}

// Percent returns n %, or a refusal when n is not between 0 and 100.
func Percent(n int64) (Ratio, error) {
	if n < 0 || n > 100 {
		return Ratio{}, fault.New(fault.Invalid, "unit.ratio_range", "text", strconv.FormatInt(n, 10)+"%")
	}
	return Ratio{n * ratioWhole / 100}, nil
}

// RatioOfBillionths is the ratio of n billionths, or a refusal; the way back from Billionths.
func RatioOfBillionths(n int64) (Ratio, error) {
	if n < 0 || n > ratioWhole {
		return Ratio{}, fault.New(fault.Invalid, "unit.ratio_range", "text", strconv.FormatInt(n, 10)+"e-9")
	}
	return Ratio{n}, nil
}

// Billionths is the ratio as an integer, 100 % being 1,000,000,000.
func (r Ratio) Billionths() int64 { return r.billionths }

// ParseRatio reads a percentage with at most seven decimals, "50%", "33.3333 %", "１２．５％".
func ParseRatio(s string) (Ratio, error) {
	bad := func() (Ratio, error) { return Ratio{}, fault.New(fault.Invalid, "unit.ratio_form", "text", shown(s)) }
	if len(s) > textMax {
		return bad()
	}
	t, ok := strings.CutSuffix(narrow(s), "%")
	if !ok {
		return bad()
	}
	whole, decimals, dot := strings.Cut(t, ".")
	if !digits(whole) || dot && !digits(decimals) {
		return bad()
	}
	whole, decimals = strings.TrimLeft(whole, "0"), strings.TrimRight(decimals, "0")
	if len(decimals) > ratioDecimals {
		return bad()
	}
	if len(whole) > 3 {
		return Ratio{}, fault.New(fault.Invalid, "unit.ratio_range", "text", shown(s))
	}
	n, err := strconv.ParseInt("0"+whole+decimals+strings.Repeat("0", ratioDecimals-len(decimals)), 10, 64)
	if err != nil {
		return bad()
	}
	if n > ratioWhole {
		return Ratio{}, fault.New(fault.Invalid, "unit.ratio_range", "text", shown(s))
	}
	return Ratio{n}, nil
}

// String prints the percentage without idle zeros, "50%", "33.3333%".
func (r Ratio) String() string {
	const one = ratioWhole / 100
	s := strconv.FormatInt(r.billionths/one, 10)
	if rest := r.billionths % one; rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(one+rest, 10)[1:], "0")
	}
	return s + "%"
}

// Compare orders ratios.
func (r Ratio) Compare(o Ratio) int { return cmp.Compare(r.billionths, o.billionths) }

// IsZero says whether the ratio is 0 %.
func (r Ratio) IsZero() bool { return r.billionths == 0 }

// Rest is what the ratio leaves of the whole: the rest of 30 % is 70 %.
func (r Ratio) Rest() Ratio { return Ratio{ratioWhole - r.billionths} }

// Add returns r + o, or a refusal above 100 %.
func (r Ratio) Add(o Ratio) (Ratio, error) { return RatioOfBillionths(r.billionths + o.billionths) }

// of returns |f| times r as a whole number of fen and what is left, in billionths of a fen.
func (r Ratio) of(f Fen) (whole, rest uint64) {
	u := uint64(f)
	if f < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(r.billionths))
	return bits.Div64(hi, lo, ratioWhole) // hi < ratioWhole because r is at most the whole
}

// MarshalText writes the percentage.
func (r Ratio) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRatio reads.
func (r *Ratio) UnmarshalText(b []byte) error {
	v, err := ParseRatio(string(b))
	if err == nil {
		*r = v
	}
	return err
}

// Value is the percentage, for a TEXT column.
func (r Ratio) Value() (driver.Value, error) { return r.String(), nil }

// Scan reads a TEXT column.
func (r *Ratio) Scan(src any) error {
	s, err := scanText(src)
	if err != nil {
		return err
	}
	return r.UnmarshalText([]byte(s))
}
