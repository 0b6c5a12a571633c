package reader

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/reader/extract"
)

const (
	fieldMax   = 300 // runes of a corrected field
	partiesMax = 50
)

// Field is one part of a finding that a person can make right.
type Field struct {
	Name  string // indicator, subject, value, value_max, unit, approx, period; kind, parties, date, about; name, role
	Value string // as it stands
}

// Approxes are how a figure can be meant.
var Approxes = []string{"exact", "over", "nearly", "about", "order", "at_most", "range"}

// Fields are what can be corrected of a finding, in the order of a form. Parties stand one to a line.
func (f Finding) Fields() []Field {
	switch {
	case f.Kind == Figure && f.Figure != nil:
		x := f.Figure
		all := []Field{{"indicator", x.Indicator}, {"subject", x.Subject}, {"value", number(x.Value)}}
		if x.ValueMax != nil {
			all = append(all, Field{"value_max", number(*x.ValueMax)})
		}
		return append(all, Field{"unit", x.Unit}, Field{"approx", x.Approx}, Field{"period", text(x.Period)})
	case f.Kind == Agreement && f.Agreement != nil:
		x := f.Agreement
		return []Field{{"kind", x.Kind}, {"parties", strings.Join(x.Parties, "\n")}, {"date", text(x.Date)}, {"about", x.About}}
	case f.Kind == Policy:
		return []Field{{"name", f.Name}, {"issuer", f.Issuer}, {"date", f.Date}}
	case f.Kind == Person:
		return []Field{{"name", f.Name}, {"role", f.Role}}
	}
	return []Field{{"name", f.Name}}
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

var (
	day        = `\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?`
	periodPart = `(?:` + day + `|\d{4}-(?:Q[1-4]|H[12]))`
	dateForm   = regexp.MustCompile(`^` + day + `$`)
	periodForm = regexp.MustCompile(`^(?:` + periodPart + `)?(?:\.\.(?:` + periodPart + `|Q[1-4]|H[12])?)?$`) // 2023, 2024-Q1..Q3, 2022.., ..2024
)

// Corrected is the finding with some fields made right, and whether any of them differs from what stands. It is refused
// with reader.field (no such field), reader.field_empty, reader.field_long, reader.value, reader.approx, reader.period,
// reader.date or reader.parties, naming the field.
func (f Finding) Corrected(to map[string]string) (Finding, bool, error) {
	fields := f.Fields()
	changed := false
	said := f.Said.clone()
	for name := range to {
		if !slices.ContainsFunc(fields, func(x Field) bool { return x.Name == name }) {
			return f, false, fault.New(fault.Invalid, "reader.field", "field", name).On(name)
		}
	}
	for _, x := range fields {
		value, given := to[x.Name]
		if !given {
			continue
		}
		name := x.Name
		value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
		if value == x.Value {
			continue
		}
		if len([]rune(value)) > fieldMax && name != "parties" {
			return f, false, fault.New(fault.Invalid, "reader.field_long", "most", fieldMax).On(name)
		}
		if err := said.set(f.Kind, name, value); err != nil {
			return f, false, err
		}
		changed = true
	}
	if !changed {
		return f, false, nil
	}
	read := f.Said
	if f.Read != nil {
		read = *f.Read
	}
	f.Said, f.Read = said, &read
	return f, true, nil
}

func (s Said) clone() Said {
	if s.Agreement != nil {
		a := *s.Agreement
		s.Agreement = &a
	}
	if s.Figure != nil {
		x := *s.Figure
		s.Figure = &x
	}
	return s
}

func (s *Said) set(kind Kind, name, value string) error {
	need := func(to *string) error {
		if value == "" {
			return fault.New(fault.Invalid, "reader.field_empty").On(name)
		}
		*to = value
		return nil
	}
	maybe := func(to **string, form *regexp.Regexp, code string) error {
		if value != "" && !form.MatchString(value) {
			return fault.New(fault.Invalid, code, "value", value).On(name)
		}
		*to = nil
		if value != "" {
			*to = &value
		}
		return nil
	}
	switch kind {
	case Figure:
		return s.setFigure(s.Figure, name, value, need, maybe)
	case Agreement:
		a := s.Agreement
		switch name {
		case "kind":
			return need(&a.Kind)
		case "about":
			a.About = value
		case "date":
			return maybe(&a.Date, dateForm, "reader.date")
		case "parties":
			a.Parties = nil
			for _, p := range strings.Split(value, "\n") {
				if p = strings.TrimSpace(p); p != "" && !slices.Contains(a.Parties, p) {
					a.Parties = append(a.Parties, p)
				}
			}
			if len(a.Parties) < 2 || len(a.Parties) > partiesMax {
				return fault.New(fault.Invalid, "reader.parties", "most", partiesMax).On(name)
			}
		}
		return nil
	}
	switch name {
	case "name":
		return need(&s.Name)
	case "role":
		s.Role = value
	case "issuer":
		s.Issuer = value
	case "date":
		var day *string
		if err := maybe(&day, dateForm, "reader.date"); err != nil {
			return err
		}
		s.Date = value
	}
	return nil
}

func (s *Said) setFigure(x *extract.Figure, name, value string, need func(*string) error, maybe func(**string, *regexp.Regexp, string) error) error {
	switch name {
	case "indicator":
		return need(&x.Indicator)
	case "subject":
		x.Subject = value
	case "unit":
		x.Unit = value
	case "approx":
		if !slices.Contains(Approxes, value) {
			return fault.New(fault.Invalid, "reader.approx", "value", value).On(name)
		}
		x.Approx = value
	case "period":
		x.PeriodBasis = ""
		return maybe(&x.Period, periodForm, "reader.period")
	case "value", "value_max":
		v, err := strconv.ParseFloat(strings.ReplaceAll(value, ",", ""), 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			return fault.New(fault.Invalid, "reader.value", "value", value).On(name)
		}
		if name == "value" {
			x.Value = v
		} else {
			x.ValueMax = &v
		}
	}
	return nil
}
