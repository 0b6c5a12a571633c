package scheme

import (
	"regexp"
	"strings"

	"corridor/internal/fault"
)

// A field of type measure is a number with its unit (15 %), one of type bound has a direction before it (≤ 5 %). Both are kept as a text in
// that form, so that what was promised can be measured, and are refused with the field's basis where they cannot be read so.
var (
	measureForm = regexp.MustCompile(`^([-+]?\d{1,15}(?:\.\d{1,9})?)\s*([^\s\d.,][^\n]{0,29})$`)
	boundForm   = regexp.MustCompile(`^(≥|≤|>|<|=)\s*(.+)$`)
	// directions are the words of a bound, the longer ones first.
	directions = strings.NewReplacer("＞", ">", "＜", "<", "＝", "=", "≧", "≥", "≦", "≤", ">=", "≥", "<=", "≤",
		"不低于", "≥", "不少于", "≥", "不小于", "≥", "不高于", "≤", "不超过", "≤", "不大于", "≤", "大于", ">", "高于", ">", "小于", "<", "低于", "<", "等于", "=",
		"at least", "≥", "at most", "≤", "above", ">", "below", "<", "％", "%", "．", ".")
)

// measured says whether fields of a type hold something that can be measured.
func measured(fieldType string) bool { return fieldType == "measure" || fieldType == "bound" }

// parseMeasure reads a measure or a bound.
func parseMeasure(f Field, text string) (Value, error) {
	t, sign := strings.TrimSpace(directions.Replace(text)), ""
	if f.Type == "bound" {
		m := boundForm.FindStringSubmatch(t)
		if m == nil {
			return Value{}, vague(f, text)
		}
		sign, t = m[1]+" ", m[2]
	}
	m := measureForm.FindStringSubmatch(t)
	if m == nil {
		return Value{}, vague(f, text)
	}
	return TextValue(sign + m[1] + " " + strings.TrimSpace(m[2])), nil
}

// vague refuses what cannot be measured, with what is wanted and on what basis.
func vague(f Field, text string) error {
	return fault.New(fault.Invalid, "scheme.field_vague", "field", f.Words, "typed", fault.Words{text, text}, "form", formOf(f.Type), "basis", fault.Words{f.Basis, f.Basis})
}
