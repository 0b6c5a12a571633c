package unit

import (
	"testing"
	"time"
)

func TestWhatHasNoTimeComesLast(t *testing.T) {
	var none time.Time
	first := time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)
	for _, x := range []struct {
		a, b time.Time
		want int
	}{{first, first.Add(1), -1}, {first.Add(1), first, 1}, {first, first, 0}, {none, first, 1}, {first, none, -1}, {none, none, 0}} {
		if got := Sooner(x.a, x.b); got != x.want {
			t.Errorf("%s and %s: %d, want %d", x.a, x.b, got, x.want)
		}
	}
}
