package scheme

import (
	"math/big"
	"slices"

	"corridor/internal/unit"
)

// weighted is the sum of what one seat gave, each part times its weight, in hundredths of billionths; nil where a part is missing.
func weighted(weights Param, given map[string]Value) *big.Int {
	sum := new(big.Int)
	for i, k := range weights.Value.Keys {
		v := given[scorePart+k]
		if !v.Known() {
			return nil
		}
		sum.Add(sum, new(big.Int).Mul(big.NewInt(v.Int), big.NewInt(weights.Value.List[i].Int)))
	}
	return sum
}

// SeatScore is the weighted score that one seat gave, in hundredths, rounded once, half up; unknown where it gave none.
func (s *Scheme) SeatScore(a Ask, given map[string]Value) Value {
	p, ok := s.Params.Get(a.Scored)
	if !ok {
		return Value{}
	}
	sum := weighted(p, given)
	if sum == nil {
		return Value{}
	}
	by := big.NewInt(1_000_000_000)
	sum.Add(sum.Lsh(sum, 1), by).Div(sum, by.Lsh(by, 1))
	return Value{Kind: Score, Int: sum.Int64()}
}

// LeftOut says which of the scores of an ask do not count in its mean: as many of the highest and of the lowest as the
// edition drops. Of equal ones the later in the list goes first.
func (s *Scheme) LeftOut(a Ask, scores []Value) map[int]bool {
	out := map[int]bool{}
	d, limited := s.Params.Get(a.Drop)
	if !limited || len(scores) <= 2*int(d.Value.Int) {
		return out
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return int(scores[x].Int - scores[y].Int) })
	for i := range int(d.Value.Int) {
		out[order[i]], out[order[len(order)-1-i]] = true, true
	}
	return out
}

// SeatFee is what somebody who was drawn is owed for an answer, by the edition; nothing where it names no fee.
func (s *Scheme) SeatFee(a Ask) unit.Fen {
	p, ok := s.Params.Get(a.Fee)
	if !ok || p.Value.Kind != Money {
		return 0
	}
	return p.Value.Fen()
}
