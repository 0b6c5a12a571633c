package db

import (
	"testing"
	"time"
)

// TestAnswersOfOneMomentAreNotAskedAgainInOne: what is kept in one moment stays for half its time at least and all of it at most, and
// comes to its end over that half, not at once.
func TestAnswersOfOneMomentAreNotAskedAgainInOne(t *testing.T) {
	of := &answers{}
	before := time.Now()
	for i := range 400 {
		(&asking{of: of, q: &question{}, key: string(rune('a' + i)), seen: 1}).keep(kept{}, nil, 10)
	}
	after := time.Now()
	quarters := map[time.Duration]int{}
	for _, x := range of.young {
		if x.until.Before(before.Add(answerFor/2)) || x.until.After(after.Add(answerFor)) {
			t.Fatalf("an answer of now stays for %s", x.until.Sub(before))
		}
		quarters[x.until.Sub(before.Add(answerFor/2))/(answerFor/8)]++
	}
	for q, n := range quarters {
		if n > 200 {
			t.Errorf("%d of 400 answers end in quarter %d of the time", n, q)
		}
	}
	if len(of.young) != 400 {
		t.Fatalf("%d of 400 are kept", len(of.young))
	}
}
