package indicator

import (
	"math/big"
	"strings"
)

// Agreement says how a report stands to what the logs show.
type Agreement string

// A report agrees, differs, or says too little to tell.
const (
	Agrees  Agreement = "agrees"
	Differs Agreement = "differs"
	Unclear Agreement = "unclear"
)

// Compare holds a report against the figure that it stands beside: "exact" has to be equal, "over" to be reached, "about" to be within
// half a step of the last digit that is not nought. off is what the logs show less what the report says, in the figure's unit, yuan for
// money. It is arithmetic: that both agree says nothing about whether either is true.
func (f Figure) Compare(r Report) (a Agreement, off *big.Rat) {
	said, ok := new(big.Rat).SetString(r.Value)
	if !ok {
		return Unclear, nil
	}
	shown := big.NewRat(f.Value, 1)
	if f.Money() {
		shown = big.NewRat(f.Value, 100)
	}
	off = new(big.Rat).Sub(shown, said)
	holds := false
	switch r.Approx {
	case "exact":
		holds = off.Sign() == 0
	case "over":
		holds = off.Sign() >= 0
	case "about":
		step := lastStep(said)
		holds = new(big.Rat).Abs(off).Cmp(step.Quo(step, big.NewRat(2, 1))) <= 0
	default:
		return Unclear, off
	}
	if holds {
		return Agrees, off
	}
	return Differs, off
}

// lastStep is the weight of the last digit that is not nought: 10 of 560, 1 of 0.
func lastStep(x *big.Rat) *big.Rat {
	if !x.IsInt() {
		text := strings.TrimRight(x.FloatString(6), "0")
		return new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(text)-1-strings.IndexByte(text, '.'))), nil))
	}
	text := x.Num().String()
	noughts := len(text) - len(strings.TrimRight(text, "0"))
	if x.Sign() == 0 {
		noughts = 0
	}
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(noughts)), nil))
}
