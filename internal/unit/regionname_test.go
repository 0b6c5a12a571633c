package unit

import (
	"testing"
	"time"
)

// The list names one code under two names; each holds on its days, in whatever order they stand.
func TestACodeHasTheNameOfTheDay(t *testing.T) {
	for d, want := range map[Day]string{Date(1995, time.May, 1): "淮阴市", Date(2001, time.May, 1): "淮安市", Date(2026, time.March, 2): "淮安市"} {
		if got := GB2260().Name("320800", d); got[0] != want {
			t.Errorf("on %s 320800 is called %s, want %s", d, got[0], want)
		}
	}
}
