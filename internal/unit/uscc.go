package unit

import (
	"strings"

	"corridor/internal/fault"
)

// USCC is the unified social credit code of an organisation, GB 32100-2015: registering authority (1),
// category (1), region of registration by GB/T 2260 (6), subject code of GB 11714 (9), check character (1).
type USCC string

// usccAlphabet is the 31 characters of GB 32100-2015, which leaves out I, O, S, V and Z; the value of a
// character is its place. The check character may be any of them.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// usccLen is the length of a code.
const usccLen = 18

// orgWeights are the weights of the first eight characters of a subject code, GB 11714-1997.
var orgWeights = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

// ParseUSCC reads a code with its check character. Full-width and lower-case characters, spaces and
// hyphens, as forms carry them, are normalised first.
func ParseUSCC(s string) (USCC, error) {
	if len(s) > textMax {
		return "", fault.New(fault.Invalid, "unit.uscc_form", "text", shown(s))
	}
	t := strings.ReplaceAll(strings.ToUpper(narrow(s)), "-", "")
	want, ok := usccCheck(t)
	if !ok || len(t) != usccLen || strings.IndexByte(usccAlphabet, t[usccLen-1]) < 0 {
		return "", fault.New(fault.Invalid, "unit.uscc_form", "text", shown(s))
	}
	if t[usccLen-1] != want {
		return "", fault.New(fault.Invalid, "unit.uscc_check", "text", t)
	}
	return USCC(t), nil
}

// MakeUSCC appends the check character to the first seventeen. It is for synthetic organisations and tests:
// a real code is given, never made.
func MakeUSCC(prefix17 string) (USCC, error) {
	check, ok := usccCheck(prefix17)
	if !ok || len(prefix17) != usccLen-1 {
		return "", fault.New(fault.Invalid, "unit.uscc_form", "text", shown(prefix17))
	}
	return USCC(prefix17 + string(check)), nil
}

// MakeSubject appends the GB 11714 check character to the eight characters of a subject code.
func MakeSubject(prefix8 string) (string, error) {
	check, ok := orgCheck(prefix8)
	if !ok || len(prefix8) != 8 {
		return "", fault.New(fault.Invalid, "unit.uscc_form", "text", shown(prefix8))
	}
	return prefix8 + string(check), nil
}

// usccCheck is the check character over the first seventeen: weights 3^(i-1) mod 31, 31 less the sum mod 31.
func usccCheck(s string) (byte, bool) {
	if len(s) < usccLen-1 {
		return 0, false
	}
	sum, weight := 0, 1
	for i := range usccLen - 1 {
		v := strings.IndexByte(usccAlphabet, s[i])
		if v < 0 || i >= 2 && i < 8 && v > 9 {
			return 0, false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31], true
}

// orgCheck is the check character of a subject code: 11 less the weighted sum mod 11, 10 being X and 11
// being 0; a letter counts as its place in the alphabet plus nine.
func orgCheck(s string) (byte, bool) {
	if len(s) < len(orgWeights) {
		return 0, false
	}
	sum := 0
	for i, w := range orgWeights {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			sum += int(c-'0') * w
		case c >= 'A' && c <= 'Z':
			sum += int(c-'A'+10) * w
		default:
			return 0, false
		}
	}
	return "0123456789X"[(11-sum%11)%11], true
}

// Authority is the first character, the registering authority: '9' market regulation, '5' civil affairs,
// '1' institutional establishment; 0 for no code.
func (u USCC) Authority() byte {
	if len(u) != usccLen {
		return 0
	}
	return u[0]
}

// Region is the region of the authority that registered the organisation. It may be abolished by now, and
// it may differ from where the organisation sits.
func (u USCC) Region() Region {
	if len(u) != usccLen {
		return ""
	}
	return Region(u[2:8])
}

// Subject is the nine characters of GB 11714, the organisation code that older records carry.
func (u USCC) Subject() string {
	if len(u) != usccLen {
		return ""
	}
	return string(u[8:17])
}

// Warnings tells what is odd and yet no reason to refuse, as fault sentences: a subject code whose own
// check character does not fit, which some codes converted from older registers have.
func (u USCC) Warnings() []*fault.Error {
	if len(u) != usccLen {
		return nil
	}
	if want, ok := orgCheck(u.Subject()); !ok || u.Subject()[8] != want {
		return []*fault.Error{fault.New(fault.Invalid, "unit.uscc_subject", "text", u.Subject())}
	}
	return nil
}

// UnmarshalText reads what ParseUSCC reads; the empty text is no code.
func (u *USCC) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*u = ""
		return nil
	}
	v, err := ParseUSCC(string(b))
	if err == nil {
		*u = v
	}
	return err
}
