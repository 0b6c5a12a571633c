package unit

import (
	"testing"

	"corridor/internal/fault"
)

func TestIndustriesOfAllLevels(t *testing.T) {
	for _, c := range []struct {
		text         string
		want, parent Industry
		name         string
		level        IndustryLevel
	}{
		{"C", "C", "", "制造业", IndustrySection},
		{"c39", "39", "C", "计算机、通信和其他电子设备制造业", IndustryDivision},
		{"C384", "384", "38", "电池制造", IndustryGroup},
		{"3841", "3841", "384", "锂离子电池制造", IndustryClass},
		{"Ｃ３８４１", "3841", "384", "锂离子电池制造", IndustryClass},
		{"0111", "0111", "011", "稻谷种植", IndustryClass},
		{"3741", "3741", "374", "飞机制造", IndustryClass},
		{"374", "374", "37", "航空、航天器及设备制造", IndustryGroup},
	} {
		i, err := ParseIndustry(c.text)
		if err != nil || i != c.want || i.Parent() != c.parent || i.Name() != c.name || i.Level() != c.level {
			t.Errorf("%q is %s, %v: parent %s, %s, level %d", c.text, i, err, i.Parent(), i.Name(), i.Level())
		}
	}
	for _, text := range []string{"", "Z", "A39", "C9999", "39111", "C-39", "三"} {
		if i, err := ParseIndustry(text); fault.CodeOf(err) != "unit.industry_unknown" {
			t.Errorf("%q is %s, %v", text, i, err)
		}
	}
}

func TestAnIndustryLiesInThoseAbove(t *testing.T) {
	for _, c := range []struct {
		i, outer Industry
		want     bool
	}{
		{"3841", "C", true}, {"3841", "38", true}, {"3841", "384", true}, {"3841", "3841", true},
		{"3841", "39", false}, {"3841", "A", false}, {"38", "384", false}, {"", "C", false}, {"3841", "", false},
	} {
		if got := c.i.In(c.outer); got != c.want {
			t.Errorf("%q in %q is %t", c.i, c.outer, got)
		}
	}
	if got := Industry("3841").Lettered(); got != "C3841" {
		t.Errorf("lettered %s", got)
	}
}

func TestTheTableOfIndustriesIsWhole(t *testing.T) {
	count := map[IndustryLevel]int{}
	for code, name := range gb4754().name {
		count[code.Level()]++
		if name == "" {
			t.Errorf("%s has no name", code)
		}
		if p := code.Parent(); p != "" && p.Name() == "" {
			t.Errorf("%s lies in %s, which is not there", code, p)
		}
		if code.Level() < IndustryClass && len(code.Children()) == 0 {
			t.Errorf("%s has nothing below it", code)
		}
	}
	want := map[IndustryLevel]int{IndustrySection: 20, IndustryDivision: 97, IndustryGroup: 473, IndustryClass: 1381}
	for level, n := range want {
		if count[level] != n {
			t.Errorf("level %d has %d codes, want %d", level, count[level], n)
		}
	}
	if got := len(Industry("").Children()); got != 20 {
		t.Errorf("%d sections", got)
	}
}
