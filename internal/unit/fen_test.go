package unit

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"corridor/internal/fault"
)

func TestASumIsReadAsPeopleWriteIt(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"1,234.56", "1,234.56"},
		{"1234.5", "1,234.50"},
		{"1.7亿元", "170,000,000.00"},
		{"3万", "30,000.00"},
		{"12.3456万元", "123,456.00"},
		{"0.000001亿", "100.00"},
		{"2千万元", "20,000,000.00"},
		{"１，２３４．５６ 元", "1,234.56"},
		{"¥12.50", "12.50"},
		{"￥12.50", "12.50"},
		{"人民币 1.2 万亿元整", "1,200,000,000,000.00"},
		{"RMB 30,000", "30,000.00"},
		{"170 million yuan", "170,000,000.00"},
		{"-0.05", "-0.05"},
		{"−3元", "-3.00"},
		{"¥-3", "-3.00"},
		{"0", "0.00"},
		{"10,000,000,000,000,000.00", "10,000,000,000,000,000.00"},
	} {
		f, err := ParseFen(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := f.String(); got != c.want {
			t.Errorf("%q is %s, want %s", c.text, got, c.want)
		}
	}
}

func TestASumThatIsNotExactIsRefused(t *testing.T) {
	for _, c := range []struct{ text, code string }{
		{"", "unit.fen_form"},
		{"元", "unit.fen_form"},
		{"万", "unit.fen_form"},
		{"1,5", "unit.fen_form"}, // one thing in Shanghai, another in Berlin
		{"12,34", "unit.fen_form"},
		{"1234,567", "unit.fen_form"},
		{"1.2.3", "unit.fen_form"},
		{"1.", "unit.fen_form"},
		{"--3", "unit.fen_form"},
		{"-¥-3", "unit.fen_form"},
		{"1e6", "unit.fen_form"},
		{"3万5千", "unit.fen_form"},
		{"三万", "unit.fen_form"},
		{"$12", "unit.fen_form"},
		{"12美元", "unit.fen_form"},
		{"1.234", "unit.fen_decimals"},
		{"0.0000001万", "unit.fen_decimals"},
		{"10000000000000000.01", "unit.fen_range"},
		{"99999999999万亿", "unit.fen_range"},
	} {
		f, err := ParseFen(c.text)
		if got := fault.CodeOf(err); got != c.code {
			t.Errorf("%q: %v, code %q, want %s", c.text, f, got, c.code)
		}
	}
}

func TestArithmeticIsCheckedAgainstWholeNumbers(t *testing.T) {
	amount := rapid.Int64Range(-int64(FenMax), int64(FenMax))
	rapid.Check(t, func(t *rapid.T) {
		a, b, n := amount.Draw(t, "a"), amount.Draw(t, "b"), rapid.Int64().Draw(t, "n")
		agree := func(verb string, got Fen, err error, want *big.Int) {
			fits := want.CmpAbs(big.NewInt(int64(FenMax))) <= 0
			if fits != (err == nil) || fits && want.Cmp(big.NewInt(int64(got))) != 0 {
				t.Fatalf("%d %s: got %d, %v, want %s", a, verb, got, err, want)
			}
		}
		x, y := big.NewInt(a), big.NewInt(b)
		got, err := Fen(a).Add(Fen(b))
		agree("add", got, err, new(big.Int).Add(x, y))
		got, err = Fen(a).Sub(Fen(b))
		agree("sub", got, err, new(big.Int).Sub(x, y))
		got, err = Fen(a).Mul(n)
		agree("mul", got, err, new(big.Int).Mul(x, big.NewInt(n)))
	})
}

func TestArithmeticAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func() (Fen, error)
	}{
		{"max + 1", func() (Fen, error) { return FenMax.Add(1) }},
		{"-max - 1", func() (Fen, error) { return (-FenMax).Sub(1) }},
		{"1 * min", func() (Fen, error) { return Fen(1).Mul(math.MinInt64) }},
		{"-1 * min", func() (Fen, error) { return Fen(-1).Mul(math.MinInt64) }},
		{"min + 0", func() (Fen, error) { return Fen(math.MinInt64).Add(0) }},
		{"sum", func() (Fen, error) { return Sum(FenMax, 1, -1) }},
		{"step 0", func() (Fen, error) { return Fen(7).FloorTo(0) }},
		{"step -1", func() (Fen, error) { return Fen(7).RoundTo(-1, Up) }},
	} {
		if got, err := c.do(); err == nil {
			t.Errorf("%s is %d, want a refusal", c.name, got)
		}
	}
	if got, err := Sum(1, 2, 3); got != 6 || err != nil {
		t.Errorf("sum is %d, %v", got, err)
	}
}

func TestAnAmountSurvivesTextAndJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Fen(rapid.Int64Range(-int64(FenMax), int64(FenMax)).Draw(t, "f"))
		for _, text := range []string{f.String(), f.Yuan()} {
			if got, err := ParseFen(text); err != nil || got != f {
				t.Fatalf("%s reads as %d, %v, want %d", text, got, err, f)
			}
		}
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var back Fen
		if err := json.Unmarshal(b, &back); err != nil || back != f {
			t.Fatalf("JSON %s reads as %d, %v", b, back, err)
		}
	})
	if b, _ := json.Marshal(Fen(123456)); string(b) != `"1234.56"` {
		t.Errorf("JSON is %s", b)
	}
	var f Fen
	if err := json.Unmarshal([]byte("1234.56"), &f); err == nil {
		t.Error("a JSON number is taken as money")
	}
}

func TestRoundingIsNamed(t *testing.T) {
	for _, c := range []struct {
		fen, step                  Fen
		down, up, halfUp, halfEven Fen
	}{
		{149, 100, 100, 200, 100, 100},
		{150, 100, 100, 200, 200, 200},
		{250, 100, 200, 300, 300, 200},
		{-150, 100, -200, -100, -200, -200},
		{-250, 100, -300, -200, -300, -200},
		{200, 100, 200, 200, 200, 200},
		{0, 100, 0, 0, 0, 0},
	} {
		for by, want := range map[Rounding]Fen{Down: c.down, Up: c.up, HalfUp: c.halfUp, HalfEven: c.halfEven} {
			if got, err := c.fen.RoundTo(c.step, by); got != want || err != nil {
				t.Errorf("%d by %s to %d is %d, %v, want %d", c.fen, by, c.step, got, err, want)
			}
		}
	}
	for _, by := range []Rounding{Down, Up, HalfUp, HalfEven} {
		if got, err := ParseRounding(string(by)); got != by || err != nil {
			t.Errorf("%s reads as %s, %v", by, got, err)
		}
	}
	if _, err := ParseRounding("nearest"); fault.CodeOf(err) != "unit.rounding" {
		t.Errorf("got %v", err)
	}
	if got := Fen(12_345).FloorYuan(); got != 12_300 {
		t.Errorf("floor to the yuan is %d", got)
	}
}

func TestAShareIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Fen(rapid.Int64Range(-int64(FenMax), int64(FenMax)).Draw(t, "f"))
		r, err := RatioOfBillionths(rapid.Int64Range(0, ratioWhole).Draw(t, "r"))
		if err != nil {
			t.Fatal(err)
		}
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(f)), big.NewInt(r.Billionths())), big.NewInt(ratioWhole))
		down, up := new(big.Rat).SetInt64(int64(f.ShareBy(r, Down))), new(big.Rat).SetInt64(int64(f.ShareBy(r, Up)))
		if down.Cmp(exact) > 0 || up.Cmp(exact) < 0 || new(big.Rat).Sub(up, down).Cmp(big.NewRat(1, 1)) > 0 {
			t.Fatalf("%s of %d is between %s and %s, want %s", r, f, down, up, exact)
		}
		for _, by := range []Rounding{HalfUp, HalfEven} {
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(int64(f.ShareBy(r, by))), exact)
			if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
				t.Fatalf("%s of %d by %s is off by %s", r, f, by, off)
			}
		}
	})
}

func TestASplitAddsUp(t *testing.T) {
	third, err := ParseRatio("33.3333%")
	if err != nil {
		t.Fatal(err)
	}
	twice, err := third.Add(third)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Split(100, []Ratio{third, third, twice.Rest()})
	if err != nil || len(parts) != 3 || parts[0] != 33 || parts[1] != 33 || parts[2] != 34 {
		t.Errorf("parts %v, %v", parts, err)
	}
	if _, err := Split(100, []Ratio{third, third}); fault.CodeOf(err) != "unit.split_not_whole" {
		t.Errorf("shares of two thirds: %v", err)
	}
	if _, err := Split(100, nil); fault.CodeOf(err) != "unit.split_not_whole" {
		t.Errorf("no shares: %v", err)
	}
	if _, err := Split(-1, []Ratio{Whole}); fault.CodeOf(err) != "unit.fen_range" {
		t.Errorf("a total below zero: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		total := Fen(rapid.Int64Range(0, int64(FenMax)).Draw(t, "total"))
		var shares []Ratio
		left := Whole
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			r, _ := RatioOfBillionths(rapid.Int64Range(0, left.Billionths()).Draw(t, "share"))
			shares = append(shares, r)
			left, _ = RatioOfBillionths(left.Billionths() - r.Billionths())
		}
		parts, err := Split(total, append(shares, left))
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := Sum(parts...); err != nil || sum != total {
			t.Fatalf("parts %v make %d, %v, want %d", parts, sum, err, total)
		}
	})
}

func TestRatio(t *testing.T) {
	for _, c := range []struct{ text, want, code string }{
		{"50%", "50%", ""},
		{" ５０ ％", "50%", ""},
		{"33.3333333%", "33.3333333%", ""},
		{"0.50%", "0.5%", ""},
		{"000100.000%", "100%", ""},
		{"0%", "0%", ""},
		{"", "", "unit.ratio_form"},
		{"50", "", "unit.ratio_form"},
		{"0.5", "", "unit.ratio_form"},
		{"-1%", "", "unit.ratio_form"},
		{".5%", "", "unit.ratio_form"},
		{"1.23456789%", "", "unit.ratio_form"},
		{"100.0000001%", "", "unit.ratio_range"},
		{"1000%", "", "unit.ratio_range"},
	} {
		r, err := ParseRatio(c.text)
		if got := fault.CodeOf(err); got != c.code || err == nil && r.String() != c.want {
			t.Errorf("%q is %s, %v, want %s%s", c.text, r, err, c.want, c.code)
		}
	}
	for _, n := range []int64{-1, 101} {
		if _, err := Percent(n); fault.CodeOf(err) != "unit.ratio_range" {
			t.Errorf("%d percent: %v", n, err)
		}
	}
	if _, err := Whole.Add(mustPercent(t, 1)); fault.CodeOf(err) != "unit.ratio_range" {
		t.Errorf("101 percent: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		r, _ := RatioOfBillionths(rapid.Int64Range(0, ratioWhole).Draw(t, "r"))
		if got, err := ParseRatio(r.String()); err != nil || got != r {
			t.Fatalf("%s reads as %s, %v", r, got, err)
		}
		if !r.Rest().Rest().IsZero() && r.Rest().Rest() != r {
			t.Fatalf("the rest of the rest of %s is %s", r, r.Rest().Rest())
		}
	})
}

func mustPercent(t *testing.T, n int64) Ratio {
	t.Helper()
	r, err := Percent(n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
