package kinds

import (
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Parse reads what a person wrote into a field and returns its canonical text; "" is nothing. It looks at the field
// alone: whether it is needed is asked by Kind.Check. A refusal names the field's id.
func (f Field) Parse(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r == unicode.ReplacementChar
	}) {
		return "", f.bad("catalogue.text_broken")
	}
	if !f.Many() {
		return f.one(text)
	}
	var all []string
	for _, part := range strings.FieldsFunc(text, separates) {
		v, err := f.one(strings.TrimSpace(part))
		if err != nil {
			return "", err
		}
		if v != "" && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	if len(all) > valuesMax {
		return "", f.bad("catalogue.values_many", "most", valuesMax)
	}
	if f.Coded() {
		slices.Sort(all)
	}
	return strings.Join(all, "\n"), nil
}

// separates says what stands between several values of one field.
func separates(r rune) bool { return strings.ContainsRune("\n\r;；、，,|", r) }

func (f Field) bad(code string, args ...any) error {
	return fault.New(fault.Invalid, code, append([]any{"field", f.Words()}, args...)...).On(f.ID)
}

// one reads one value.
func (f Field) one(text string) (string, error) {
	switch f.Type {
	case "line", "tags", "phone":
		if strings.ContainsAny(text, "\n\r\t") {
			return "", f.bad("catalogue.one_line")
		}
		return f.short(text, lineMax)
	case "text":
		return f.short(strings.ReplaceAll(text, "\r\n", "\n"), textMax)
	case "code", "codes":
		return f.code(text)
	case "count", "decimal", "money":
		return f.number(text)
	case "day":
		d, err := unit.ParseDay(text)
		if err != nil {
			return "", fault.Of(err).On(f.ID)
		}
		return d.String(), nil
	case "yesno":
		switch strings.ToLower(text) {
		case "yes", "y", "true", "on", "1", "是", "有":
			return "yes", nil
		case "no", "n", "false", "off", "0", "否", "无":
			return "no", nil
		}
		return "", f.bad("catalogue.yesno")
	case "region":
		r, err := unit.ParseRegion(text)
		if err != nil {
			return "", fault.Of(err).On(f.ID)
		}
		return string(r), nil
	case "org":
		c, err := unit.ParseUSCC(text)
		if err != nil {
			return "", fault.Of(err).On(f.ID)
		}
		return string(c), nil
	case "url":
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return "", f.bad("catalogue.url")
		}
		return f.short(text, 1000)
	case "email":
		a, err := mail.ParseAddress(text)
		if err != nil || a.Address != text {
			return "", f.bad("catalogue.email")
		}
		return f.short(text, lineMax)
	}
	return "", f.bad("catalogue.text_broken")
}

func (f Field) short(text string, most int) (string, error) {
	if f.Max != nil {
		most = int(*f.Max)
	}
	if n := utf8.RuneCountInString(text); n > most {
		return "", f.bad("catalogue.text_long", "most", most, "is", n)
	}
	return text, nil
}

// code finds a code by itself or by what people call it.
func (f Field) code(text string) (string, error) {
	if c, ok := f.Code(text); ok {
		return c.Code, nil
	}
	for _, c := range f.Of {
		if c.ZH == text || strings.EqualFold(c.EN, text) {
			return c.Code, nil
		}
	}
	if code, _, ok := strings.Cut(text, " "); ok { // "010101 透射电镜", as our own exports write it
		if c, ok := f.Code(code); ok {
			return c.Code, nil
		}
	}
	return "", f.bad("catalogue.code", "text", clip(text), "such", f.such())
}

// such are a few of the codes, for a refusal.
func (f Field) such() fault.Words {
	var zh, en []string
	for _, c := range f.Of[:min(len(f.Of), 8)] {
		zh, en = append(zh, c.Code+" "+c.ZH), append(en, c.Code+" "+c.EN)
	}
	if len(f.Of) > 8 {
		zh, en = append(zh, "…"), append(en, "…")
	}
	return fault.Words{strings.Join(zh, "，"), strings.Join(en, ", ")}
}

// number reads a whole number, a decimal in its smallest step, or money in fen.
func (f Field) number(text string) (string, error) {
	var n int64
	if f.Type == "money" {
		fen, err := unit.ParseFen(text)
		if err != nil {
			return "", fault.Of(err).On(f.ID)
		}
		n = int64(fen)
	} else {
		var ok bool
		if n, ok = steps(strings.ReplaceAll(text, ",", ""), f.Step); !ok {
			return "", f.bad("catalogue.number", "text", clip(text), "digits", f.Step)
		}
	}
	least := int64(0)
	if f.Min != nil {
		least = *f.Min
	}
	if n < least {
		return "", f.bad("catalogue.number_small", "least", f.shown(least))
	}
	if f.Max != nil && n > *f.Max {
		return "", f.bad("catalogue.number_large", "most", f.shown(*f.Max))
	}
	return strconv.FormatInt(n, 10), nil
}

// steps reads a decimal with at most digits after the point as so many of its smallest step.
func steps(text string, digits int) (n int64, ok bool) {
	whole, part, _ := strings.Cut(text, ".")
	part = strings.TrimRight(part, "0")
	if len(part) > digits || whole == "" || whole == "-" || len(whole) > 14 {
		return 0, false
	}
	if strings.ContainsFunc(strings.TrimPrefix(whole, "-")+part, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", digits-len(part)), 10, 64)
	return n, err == nil
}

// shown writes a whole number of steps as people read it.
func (f Field) shown(n int64) string {
	if f.Type == "money" {
		return unit.Fen(n).String()
	}
	s := strconv.FormatInt(n, 10)
	if f.Step == 0 {
		return s
	}
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for len(s) <= f.Step {
		s = "0" + s
	}
	s, part := s[:len(s)-f.Step], strings.TrimRight(s[len(s)-f.Step:], "0")
	if part != "" {
		s += "." + part
	}
	return sign + s
}

// Show writes a canonical text as people read it: codes by their words, money in yuan.
func (f Field) Show(canonical string) fault.Words {
	if canonical == "" {
		return fault.Words{}
	}
	switch {
	case f.Coded():
		var zh, en []string
		for _, code := range strings.Split(canonical, "\n") {
			c, ok := f.Code(code)
			if !ok {
				c = Code{Code: code, ZH: code, EN: code} // of an older edition of the kind
			}
			zh, en = append(zh, c.ZH), append(en, c.EN)
		}
		return fault.Words{strings.Join(zh, "、"), strings.Join(en, ", ")}
	case f.Type == "tags":
		return fault.Words{strings.ReplaceAll(canonical, "\n", "、"), strings.ReplaceAll(canonical, "\n", ", ")}
	case f.Number():
		n, err := strconv.ParseInt(canonical, 10, 64)
		if err != nil {
			return fault.Words{canonical, canonical}
		}
		s := f.shown(n)
		return fault.Words{s, s}
	case f.Type == "yesno" && canonical == "yes":
		return fault.Words{"是", "Yes"}
	case f.Type == "yesno":
		return fault.Words{"否", "No"}
	}
	return fault.Words{canonical, canonical}
}

// Typed writes a canonical text as a person would type it, for a form or a sheet; Parse reads it back to the same.
func (f Field) Typed(canonical string) string {
	if f.Number() {
		if n, err := strconv.ParseInt(canonical, 10, 64); err == nil {
			if f.Type == "money" {
				return unit.Fen(n).Yuan()
			}
			return f.shown(n)
		}
	}
	return canonical
}

func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Fields are the values of a listing: field to canonical text. What is left out or "" is not given.
type Fields map[string]string

// Values are the several values of a field.
func (v Fields) Values(id string) []string {
	if v[id] == "" {
		return nil
	}
	return strings.Split(v[id], "\n")
}

// Read parses what a person wrote into the fields of the kind. Everything that is wrong is returned at once, in the order
// of the form, each naming its field; what is not a field of the kind is refused.
func (k *Kind) Read(typed map[string]string) (Fields, error) {
	out, wrong := Fields{}, fault.Many{}
	for _, f := range k.Fields {
		v, err := f.Parse(typed[f.ID])
		if err != nil {
			wrong = append(wrong, fault.Of(err))
		}
		if v != "" {
			out[f.ID] = v
		}
	}
	for id := range typed {
		if _, ok := k.index[id]; !ok {
			wrong = append(wrong, fault.New(fault.Invalid, "catalogue.field_unknown", "field", clip(id), "kind", k.Words()).On(clip(id)))
		}
	}
	if len(wrong) == 0 {
		wrong = k.Missing(out, ToSave)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return out, nil
}

// Missing are the fields that are needed and not there: to save, or to publish, which asks for both.
func (k *Kind) Missing(v Fields, to Need) (wrong fault.Many) {
	for _, f := range k.Fields {
		needed := f.Need == ToSave || to == ToPublish && (f.Need == ToPublish || f.When.Field != "" && v[f.When.Field] == f.When.Is)
		if needed && v[f.ID] == "" {
			wrong = append(wrong, fault.New(fault.Invalid, "catalogue.field_missing", "field", f.Words()).On(f.ID))
		}
	}
	return wrong
}

// Public are the fields that everybody may read.
func (k *Kind) Public(v Fields) Fields {
	out := Fields{}
	for _, f := range k.Fields {
		if !f.Private && v[f.ID] != "" {
			out[f.ID] = v[f.ID]
		}
	}
	return out
}
