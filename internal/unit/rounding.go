package unit

import "corridor/internal/fault"

// Rounding names how an amount that falls between two steps becomes one of them. The names are written in
// scheme files, so that no rounding is ever a silent one.
type Rounding string

const (
	Down     Rounding = "down"      // towards minus infinity; what a grant is rounded by
	Up       Rounding = "up"        // towards plus infinity; what a fee may be rounded by
	HalfUp   Rounding = "half_up"   // to the nearest, the middle away from zero (四舍五入)
	HalfEven Rounding = "half_even" // to the nearest, the middle to the even step (GB/T 8170)
)

// ParseRounding reads the name of a rounding.
func ParseRounding(s string) (Rounding, error) {
	switch r := Rounding(s); r {
	case Down, Up, HalfUp, HalfEven:
		return r, nil
	}
	return "", fault.New(fault.Invalid, "unit.rounding", "text", shown(s))
}

// away says whether a magnitude of whole steps with a rest over it goes one step further from zero.
func (by Rounding) away(negative bool, whole, rest, step uint64) bool {
	if rest == 0 {
		return false
	}
	switch by {
	case Up:
		return !negative
	case HalfUp:
		return rest >= step-rest
	case HalfEven:
		return rest > step-rest || rest == step-rest && whole%2 == 1
	}
	return negative // Down
}

// Share returns the share r of f, rounded down to the fen.
func (f Fen) Share(r Ratio) Fen { return f.ShareBy(r, Down) }

// ShareBy returns the share r of f, rounded to the fen as by says.
func (f Fen) ShareBy(r Ratio, by Rounding) Fen {
	whole, rest := r.of(f)
	if by.away(f < 0, whole, rest, ratioWhole) {
		whole++
	}
	if f < 0 {
		return -Fen(whole)
	}
	return Fen(whole)
}

// RoundTo returns f as a multiple of step, rounded as by says. A step that is not above zero is refused.
func (f Fen) RoundTo(step Fen, by Rounding) (Fen, error) {
	if step <= 0 || step > FenMax {
		return 0, fault.New(fault.Invalid, "unit.step", "step", step)
	}
	if !f.within() {
		return 0, outOfRange()
	}
	return f.roundTo(step, by), nil
}

func (f Fen) roundTo(step Fen, by Rounding) Fen {
	u := uint64(f)
	if f < 0 {
		u = -u
	}
	whole, rest := u/uint64(step), u%uint64(step)
	if by.away(f < 0, whole, rest, uint64(step)) {
		whole++
	}
	if f < 0 {
		return -Fen(whole * uint64(step))
	}
	return Fen(whole * uint64(step))
}

// FloorYuan rounds down to the yuan.
func (f Fen) FloorYuan() Fen { return f.roundTo(FenPerYuan, Down) }

// FloorTo rounds down to a multiple of step. A step that is not above zero is refused.
func (f Fen) FloorTo(step Fen) (Fen, error) { return f.RoundTo(step, Down) }

// Split divides a total by shares that make 100 %: each share is rounded down to the fen and the last takes
// the rest, so that the parts always add up to the total. A total below zero is refused.
func Split(total Fen, shares []Ratio) ([]Fen, error) {
	if total < 0 || !total.within() {
		return nil, outOfRange()
	}
	var sum int64
	for _, r := range shares {
		if sum += r.billionths; sum > ratioWhole {
			break
		}
	}
	if sum != ratioWhole {
		return nil, fault.New(fault.Invalid, "unit.split_not_whole")
	}
	parts, left := make([]Fen, len(shares)), total
	for i, r := range shares[:len(shares)-1] {
		parts[i] = total.Share(r)
		left -= parts[i]
	}
	parts[len(parts)-1] = left
	return parts, nil
}
