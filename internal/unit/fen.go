package unit

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"corridor/internal/fault"
)

// Fen is an amount of money in 1/100 yuan. Amounts of the platform lie within ±FenMax, and the checked
// verbs refuse to leave that range. JSON and text carry yuan as a string, "1234.56", because a JSON number
// is a float to most readers; a database carries the fen as BIGINT.
type Fen int64

// FenMax is the largest amount: 10^16 yuan. It leaves room in an int64 for a step of rounding.
const FenMax Fen = 1_000_000_000_000_000_000

// FenPerYuan is the number of fen in a yuan.
const FenPerYuan Fen = 100

func (f Fen) within() bool { return -FenMax <= f && f <= FenMax }

// Add returns f + g, or a refusal when that is out of range.
func (f Fen) Add(g Fen) (Fen, error) {
	if !f.within() || !g.within() || !(f + g).within() {
		return 0, outOfRange()
	}
	return f + g, nil
}

// Sub returns f - g, or a refusal when that is out of range.
func (f Fen) Sub(g Fen) (Fen, error) {
	if !f.within() || !g.within() || !(f - g).within() {
		return 0, outOfRange()
	}
	return f - g, nil
}

// Mul returns f times n, or a refusal when that is out of range.
func (f Fen) Mul(n int64) (Fen, error) {
	if f == 0 || n == 0 {
		return 0, nil
	}
	p := int64(f) * n
	if !f.within() || p/n != int64(f) || !Fen(p).within() {
		return 0, outOfRange()
	}
	return Fen(p), nil
}

// Sum adds up amounts, or refuses when a partial sum is out of range.
func Sum(amounts ...Fen) (Fen, error) {
	var total Fen
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

func outOfRange() error { return fault.New(fault.Invalid, "unit.fen_range") }

// String prints yuan with grouped thousands and two decimals: "1,234.56", "-0.05".
func (f Fen) String() string {
	whole, cents, sign := f.parts()
	return sign + grouped(whole) + "." + cents
}

// Yuan prints yuan without grouping, as machines and forms take it: "1234.56".
func (f Fen) Yuan() string {
	whole, cents, sign := f.parts()
	return sign + whole + "." + cents
}

func (f Fen) parts() (whole, cents, sign string) {
	u := uint64(f)
	if f < 0 {
		u, sign = -u, "-"
	}
	return strconv.FormatUint(u/100, 10), fmt.Sprintf("%02d", u%100), sign
}

// grouped puts a comma between thousands.
func grouped(whole string) string {
	var b strings.Builder
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	return b.String()
}

// MarshalText writes yuan, "1234.56".
func (f Fen) MarshalText() ([]byte, error) { return []byte(f.Yuan()), nil }

// UnmarshalText reads what ParseFen reads.
func (f *Fen) UnmarshalText(b []byte) error {
	v, err := ParseFen(string(b))
	if err == nil {
		*f = v
	}
	return err
}

// Value is the amount in fen, for a BIGINT column.
func (f Fen) Value() (driver.Value, error) { return int64(f), nil }
