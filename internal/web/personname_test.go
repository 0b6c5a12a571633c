package web

import (
	"testing"

	"corridor/internal/fault"
)

func TestANameInTwoScriptsIsShownInTheReadersOwn(t *testing.T) {
	for _, c := range []struct{ name, zh, en string }{
		{"审核员 / Reviewer", "审核员", "Reviewer"},
		{"审核员", "审核员", "审核员"},
		{"Reviewer / Officer", "Reviewer / Officer", "Reviewer / Officer"},
		{"甲 / 乙", "甲 / 乙", "甲 / 乙"},
		{"clock", "到期自动办理", "by the clock"},
		{"itself", "条件满足，自动办理", "by itself, as soon as its rules passed"},
		{"", "", ""},
	} {
		if zh, en := personName(fault.ZH, c.name), personName(fault.EN, c.name); zh != c.zh || en != c.en {
			t.Errorf("%q is %q and %q, want %q and %q", c.name, zh, en, c.zh, c.en)
		}
	}
}
