package unit

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"corridor/internal/fault"
)

// Industry is a code of GB/T 4754-2017: a section "C", a division "39", a group "391" or a class "3911".
// The section's letter, which people write before the digits ("C3911"), is not part of the code.
type Industry string

// IndustryEdition names the edition of every Industry. It is kept beside a code wherever one is published,
// because the same digits mean other things in the editions of 2002 and 2011.
const IndustryEdition = "GB/T 4754-2017"

//go:embed data/industries.csv
var industriesCSV string

// industries is what the list says of each code; the lists of children have the order of the codes.
type industries struct {
	name     map[Industry]string
	section  map[Industry]Industry // by division
	children map[Industry][]Industry
}

var gb4754 = sync.OnceValue(func() industries {
	l := industries{map[Industry]string{}, map[Industry]Industry{}, map[Industry][]Industry{}}
	for row, err := range table(industriesCSV, "section", "code", "zh") {
		if err != nil {
			panic("unit: data/industries.csv: " + err.Error()) // the file is part of the program and tested
		}
		section, code := Industry(row[0]), Industry(row[1])
		l.name[code] = row[2]
		if len(code) == 2 {
			l.section[code] = section
		}
		var parent Industry
		switch {
		case len(code) > 2:
			parent = code[:len(code)-1]
		case len(code) == 2:
			parent = section
		}
		l.children[parent] = append(l.children[parent], code)
	}
	for _, c := range l.children {
		slices.Sort(c)
	}
	return l
})

// ParseIndustry reads a code of any level, "3911", "C3911", "c39", "C". A code that the edition does not
// have, or with the letter of another section, is refused.
func ParseIndustry(s string) (Industry, error) {
	if len(s) <= textMax {
		t := strings.ToUpper(narrow(s))
		code := Industry(t)
		if len(t) > 1 && t[0] >= 'A' && t[0] <= 'Z' {
			code = Industry(t[1:])
		}
		if _, ok := gb4754().name[code]; ok && (code == Industry(t) || code.Section() == Industry(t[:1])) {
			return code, nil
		}
	}
	return "", fault.New(fault.Invalid, "unit.industry_unknown", "text", shown(s), "edition", IndustryEdition)
}

// IndustryLevel is how fine a code is: 1 section (门类), 2 division (大类), 3 group (中类), 4 class (小类).
type IndustryLevel int

const (
	IndustrySection  IndustryLevel = 1
	IndustryDivision IndustryLevel = 2
	IndustryGroup    IndustryLevel = 3
	IndustryClass    IndustryLevel = 4
)

// Level is the level of the code; 0 for no code.
func (i Industry) Level() IndustryLevel {
	if len(i) > int(IndustryClass) {
		return 0
	}
	return IndustryLevel(len(i))
}

// Name is the name in the standard; "" for a code that is not in it.
func (i Industry) Name() string { return gb4754().name[i] }

// Section is the section of the code, "C" for "3911".
func (i Industry) Section() Industry {
	if len(i) < 2 {
		return i
	}
	return gb4754().section[i[:2]]
}

// Parent is the code one level up; "" for a section.
func (i Industry) Parent() Industry {
	switch len(i) {
	case 0, 1:
		return ""
	case 2:
		return i.Section()
	}
	return i[:len(i)-1]
}

// Children lists the codes one level down, in order; the sections for "".
func (i Industry) Children() []Industry { return slices.Clone(gb4754().children[i]) }

// In says whether the code lies in outer, or is it.
func (i Industry) In(outer Industry) bool {
	if outer == "" || i == "" {
		return false
	}
	return i.Section() == outer || strings.HasPrefix(string(i), string(outer))
}

// Lettered is the code with the letter of its section, "C3911", as forms and tables print it.
func (i Industry) Lettered() string {
	if len(i) < 2 {
		return string(i)
	}
	return string(i.Section() + i)
}

// UnmarshalText reads what ParseIndustry reads; the empty text is no code.
func (i *Industry) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = ""
		return nil
	}
	v, err := ParseIndustry(string(b))
	if err == nil {
		*i = v
	}
	return err
}
