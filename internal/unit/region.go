package unit

import "corridor/internal/fault"

// Region is a place by its six digits of GB/T 2260: province, prefecture and county, two each; or a local
// code of the same form, such as a development zone's. Which codes exist, when, and where a local code or an
// abolished one belongs is known to Regions.
type Region string

// regionLen is the length of a code.
const regionLen = 6

// ParseRegion reads six digits, full-width ones too. It checks the form; Regions.Known says what exists.
func ParseRegion(s string) (Region, error) {
	if len(s) <= textMax {
		if t := narrow(s); len(t) == regionLen && digits(t) && t[:2] != "00" {
			return Region(t), nil
		}
	}
	return "", fault.New(fault.Invalid, "unit.region_form", "text", shown(s))
}

// Level is how deep a place lies.
type Level int

const (
	LevelNone     Level = iota
	LevelProvince       // 310000
	LevelCity           // 330100, a prefecture
	LevelCounty         // 310117, 320509
)

// Level is the level by the form of the code; none for a code of another form.
func (r Region) Level() Level {
	switch {
	case len(r) != regionLen:
		return LevelNone
	case r[2:] == "0000":
		return LevelProvince
	case r[4:] == "00":
		return LevelCity
	}
	return LevelCounty
}

// Province is the province by the first two digits.
func (r Region) Province() Region {
	if len(r) != regionLen {
		return ""
	}
	return r[:2] + "0000"
}

// In says whether the code lies in outer, or is it, by digits alone. It needs no list and knows none: for
// local and abolished codes ask Regions.In.
func (r Region) In(outer Region) bool {
	if len(r) != regionLen {
		return false
	}
	switch outer.Level() {
	case LevelProvince:
		return r[:2] == outer[:2]
	case LevelCity:
		return r[:4] == outer[:4]
	case LevelCounty:
		return r == outer
	}
	return false
}

// UnmarshalText reads what ParseRegion reads; the empty text is no region.
func (r *Region) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*r = ""
		return nil
	}
	v, err := ParseRegion(string(b))
	if err == nil {
		*r = v
	}
	return err
}
