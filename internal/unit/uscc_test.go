package unit

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"corridor/internal/fault"
)

func TestVectorsOfTheCreditCode(t *testing.T) {
	for _, c := range []struct{ text, want, code string }{
		{"91320114580471246H", "91320114580471246H", ""}, // ends in a letter: a pattern [0-9X] would refuse it
		{"91320192MA1P4L7A79", "91320192MA1P4L7A79", ""},
		{"91310000132200821H", "91310000132200821H", ""},
		{"９１３１００００１３２２００８２１ｈ", "91310000132200821H", ""},
		{" 91310000-13220082-1h ", "91310000132200821H", ""},
		{"91310000MA1FL0B00X", "", "unit.uscc_check"},
		{"91310000132200821J", "", "unit.uscc_check"},
		{"91310000132200821I", "", "unit.uscc_form"}, // I is in no code
		{"91310000132200821", "", "unit.uscc_form"},
		{"91310000132200821HH", "", "unit.uscc_form"},
		{"9131000O132200821H", "", "unit.uscc_form"},
		{"91A10000132200821H", "", "unit.uscc_form"}, // the region is digits
		{"", "", "unit.uscc_form"},
		{strings.Repeat("9", 4000), "", "unit.uscc_form"},
	} {
		u, err := ParseUSCC(c.text)
		if got := fault.CodeOf(err); got != c.code || string(u) != c.want {
			t.Errorf("%.40q is %q, %v, want %s%s", c.text, u, err, c.want, c.code)
		}
	}
}

func TestTheCheckCharacterMayBeAnyOf31(t *testing.T) {
	seen := map[byte]bool{}
	for _, a := range usccAlphabet {
		u, err := MakeUSCC("91310000MA1FL0B0" + string(a))
		if err != nil {
			t.Fatal(err)
		}
		seen[u[usccLen-1]] = true
		if _, err := ParseUSCC(string(u)); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
	if len(seen) != len(usccAlphabet) {
		t.Errorf("%d check characters, want %d", len(seen), len(usccAlphabet))
	}
}

func TestASlipOfThePenIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.StringMatching(`[1-9][0-9]{5}`).Draw(t, "region")
		subject := rapid.StringMatching(`[0-9A-HJ-NPQRTUWXY]{9}`).Draw(t, "subject")
		u, err := MakeUSCC("91" + region + subject)
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, usccLen-1).Draw(t, "at")
		other := usccAlphabet[rapid.IntRange(0, len(usccAlphabet)-1).Draw(t, "other")]
		if wrong := string(u[:at]) + string(other) + string(u[at+1:]); wrong != string(u) {
			if _, err := ParseUSCC(wrong); err == nil {
				t.Fatalf("%s passes for %s", wrong, u)
			}
		}
		// 31 is prime and the weights differ: two neighbours that change places are found, too.
		if at < usccLen-2 && u[at] != u[at+1] {
			swapped := string(u[:at]) + string(u[at+1]) + string(u[at]) + string(u[at+2:])
			if _, err := ParseUSCC(swapped); err == nil {
				t.Fatalf("%s passes for %s", swapped, u)
			}
		}
	})
}

func TestThePartsOfACreditCode(t *testing.T) {
	u := USCC("91320114580471246H")
	if u.Authority() != '9' || u.Region() != "320114" || u.Subject() != "580471246" {
		t.Errorf("%c %s %s", u.Authority(), u.Region(), u.Subject())
	}
	if w := u.Warnings(); len(w) != 0 {
		t.Errorf("warnings %v", w)
	}
	if w := mustUSCC(t, "91320114580471240").Warnings(); len(w) != 1 || w[0].Code != "unit.uscc_subject" {
		t.Errorf("warnings %v", w)
	}
	subject, err := MakeSubject("58047124")
	if err != nil || subject != "580471246" {
		t.Errorf("subject %s, %v", subject, err)
	}
	for _, bad := range []string{"", "5804712", "580471249", "5804712-"} {
		if _, err := MakeSubject(bad); err == nil {
			t.Errorf("%q is a subject code", bad)
		}
	}
	var none USCC
	if none.Authority() != 0 || none.Region() != "" || none.Subject() != "" || none.Warnings() != nil {
		t.Error("no code has parts")
	}
}

func mustUSCC(t *testing.T, prefix17 string) USCC {
	t.Helper()
	u, err := MakeUSCC(prefix17)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
