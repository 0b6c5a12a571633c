package web

import "testing"

func TestThousandsAreSetApart(t *testing.T) {
	for plain, want := range map[string]string{"0": "0", "198": "198", "-198": "-198", "46414": "46,414", "-9000000000.00": "-9,000,000,000.00", "1000": "1,000",
		"100000.5": "100,000.5", "5.6e+10": "5.6e+10", "": "", "-": "-", "a dozen": "a dozen", "1,000": "1,000"} {
		if got := grouped(plain); got != want {
			t.Errorf("%q reads %q, want %q", plain, got, want)
		}
	}
}
