package scheme

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestADrawIsTheSameForWhoeverDrawsAgain: the answer to one seed and pool is written here, so that another program can be
// held to it; the order in which the pool is read changes nothing.
func TestADrawIsTheSameForWhoeverDrawsAgain(t *testing.T) {
	var pool []Lot
	for i := range 12 {
		pool = append(pool, Lot{fmt.Sprintf("t%02d", i), i / 3})
	}
	for _, x := range []struct {
		count, reserves, perUnit int
		want                     string
	}{
		{3, 2, 0, "t00 t03 t01 | t08 t09"},
		{3, 2, 1, "t00 t03 t08 | t09"}, // of four units
		{20, 5, 2, "t00 t03 t01 t08 t09 t05 t07 t10 | "},
		{0, 0, 0, " | "},
	} {
		for range 2 {
			drawn, standby := Lots("a seed", pool, x.count, x.reserves, x.perUnit)
			if got := strings.Join(drawn, " ") + " | " + strings.Join(standby, " "); got != x.want {
				t.Errorf("%d and %d, %d of a unit: %s, want %s", x.count, x.reserves, x.perUnit, got, x.want)
			}
			slices.Reverse(pool)
		}
	}
	if Commitment("a seed") == Commitment("a seee") || PoolDigest(pool) == PoolDigest(pool[1:]) {
		t.Error("another seed or pool has the same digest")
	}
	one, _ := Lots("a seed", pool, 5, 0, 0)
	other, _ := Lots("another seed", pool, 5, 0, 0)
	if slices.Equal(one, other) {
		t.Error("the seed decides nothing")
	}
}

// TestEverybodyIsDrawnAboutAsOften: over many seeds no lot is favoured.
func TestEverybodyIsDrawnAboutAsOften(t *testing.T) {
	pool, often := []Lot{}, map[string]int{}
	for i := range 10 {
		pool = append(pool, Lot{fmt.Sprintf("t%d", i), i})
	}
	for i := range 2000 {
		drawn, _ := Lots(fmt.Sprint("seed ", i), pool, 3, 0, 0)
		for _, x := range drawn {
			often[x]++
		}
	}
	for x, n := range often { // 600 are expected; five standard deviations are 103
		if n < 497 || n > 703 {
			t.Errorf("%s was drawn %d times of 2000", x, n)
		}
	}
}

// TestTheHighestAndLowestScoresAreLeftOut: so many of each; with too few answers there is no score.
func TestTheHighestAndLowestScoresAreLeftOut(t *testing.T) {
	s := &Scheme{}
	s.Params.add("weights", Param{Value: Value{Kind: Table, Keys: []string{"idea", "team"}, List: []Value{{Kind: Ratio, Int: 600_000_000}, {Kind: Ratio, Int: 400_000_000}}}})
	s.Params.add("out", Param{Value: CountValue(1)})
	gave := func(all ...int64) (out []map[string]Value) {
		for _, n := range all {
			out = append(out, map[string]Value{"score_idea": {Kind: Score, Int: n * 100}, "score_team": {Kind: Score, Int: n * 100}})
		}
		return out
	}
	for _, x := range []struct {
		drop string
		gave []int64
		want string
	}{
		{"out", []int64{0, 80, 90, 100}, "85"},
		{"", []int64{0, 80, 90, 100}, "67.5"},
		{"out", []int64{100, 100, 0}, "100"},       // one of two equal ones goes
		{"out", []int64{70, 80, 81, 0, 100}, "77"}, // 231 / 3
		{"out", []int64{70, 80}, "unknown"},
		{"out", nil, "unknown"},
	} {
		if got := s.AskScore(Ask{Scored: "weights", Drop: x.drop}, gave(x.gave...)).String(); got != x.want {
			t.Errorf("%v with %q: %s, want %s", x.gave, x.drop, got, x.want)
		}
	}
	missing := gave(80, 90, 100)
	delete(missing[1], "score_team")
	if got := s.AskScore(Ask{Scored: "weights", Drop: "out"}, missing); got.Known() {
		t.Errorf("a score without one of its parts is %s", got)
	}
}
