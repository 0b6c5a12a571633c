package scheme

import (
	"encoding/json"
	"strconv"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Limits of what a person types into one field.
const (
	typedTextMax = 4000 // characters
	typedListMax = 200  // entries
)

// ParseField reads what a person typed into a field. An empty text is the unknown value: nobody filled it in.
// A refusal names no field; who knows which one adds it.
func ParseField(f Field, text string) (Value, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Value{}, nil
	}
	if len([]rune(text)) > typedTextMax {
		return Value{}, fault.New(fault.Invalid, "scheme.field_long", "field", f.Words, "most", typedTextMax)
	}
	if strings.ContainsRune(text, 0) {
		return Value{}, bad(f)
	}
	sh, ok := fieldShapes[f.Type]
	switch {
	case !ok:
		return Value{}, bad(f)
	case f.Type == "group":
		return parseRows(f, text)
	case measured(f.Type):
		return parseMeasure(f, text)
	case f.Type == "disclosure" && !digestForm.MatchString(text):
		return Value{}, bad(f)
	case sh.kind == List:
		return parseList(f, sh.elem, text)
	}
	return parseOne(f, sh.kind, text)
}

func bad(f Field) error {
	return fault.New(fault.Invalid, "scheme.field_form", "field", f.Words, "form", formOf(f.Type))
}

// formOf says how a type of field is written.
func formOf(fieldType string) fault.Words {
	switch fieldType {
	case "measure":
		return fault.Words{"数值和单位，如“15 %”", "a number and its unit, such as 15 %"}
	case "bound":
		return fault.Words{"方向、数值和单位，如“≤ 5 %”", "a direction, a number and its unit, such as ≤ 5 %"}
	}
	switch fieldShapes[fieldType].kind {
	case Count:
		return fault.Words{"整数", "a whole number"}
	case Ratio:
		return fault.Words{"百分数，如 12.5%", "a percentage such as 12.5%"}
	case Score:
		return fault.Words{"评分，如 4 或 4.5", "a score such as 4 or 4.5"}
	case YesNo:
		return fault.Words{"是或否", "yes or no"}
	case Region:
		return fault.Words{"六位行政区划代码", "a region code of six digits"}
	}
	return fault.Words{"正确的内容", "a proper value"}
}

func parseOne(f Field, kind Kind, text string) (Value, error) {
	switch kind {
	case Money:
		sum, err := unit.ParseFen(text)
		if err != nil {
			return Value{}, err
		}
		if sum < 0 {
			return Value{}, fault.New(fault.Invalid, "scheme.field_negative", "field", f.Words)
		}
		return MoneyValue(sum), nil
	case Day:
		d, err := unit.ParseDay(text)
		return DayValue(d), err
	case Ratio:
		if !strings.HasSuffix(text, "%") && !strings.HasSuffix(text, "％") {
			text += "%"
		}
		r, err := unit.ParseRatio(text)
		return RatioValue(r), err
	case Count:
		n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
		if err != nil || n < 0 || n > 1e15 {
			return Value{}, bad(f)
		}
		return CountValue(n), nil
	case Score:
		if !scoreForm.MatchString(text) && !countForm.MatchString(text) || text[0] == '-' || len(text) > 9 {
			return Value{}, bad(f)
		}
		return Value{Kind: Score, Int: hundredths(text)}, nil
	case YesNo:
		switch strings.ToLower(text) {
		case "true", "yes", "on", "1", "是":
			return YesNoValue(true), nil
		case "false", "no", "off", "0", "否":
			return YesNoValue(false), nil
		}
		return Value{}, bad(f)
	case Choice:
		if !contains(f.Of, text) {
			return Value{}, fault.New(fault.Invalid, "scheme.field_choice", "field", f.Words, "choices", strings.Join(f.Of, ", "))
		}
	case Region:
		r, err := unit.ParseRegion(text)
		return RegionValue(r), err
	case Slot:
		r, err := ParseSlot(text)
		return Value{Kind: Slot, Text: r.String()}, err
	case Org, Office, Person, Bank, Case, File, Code, Plan:
		if len(text) > 200 || strings.ContainsAny(text, "\n\r\t") {
			return Value{}, bad(f)
		}
		if kind == Org { // a credit code is normalised; a local id stays as it is
			if u, err := unit.ParseUSCC(text); err == nil {
				text = string(u)
			}
		}
	}
	return Value{Kind: kind, Text: text}, nil
}

// parseList reads entries that stand on lines of their own or between commas.
func parseList(f Field, elem Kind, text string) (Value, error) {
	out := Value{Kind: List}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' || r == '，' || r == '、' || r == ';' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		v, err := parseOne(f, elem, part)
		if err != nil {
			return Value{}, err
		}
		out.List = append(out.List, v)
	}
	if len(out.List) > typedListMax {
		return Value{}, fault.New(fault.Invalid, "scheme.field_many", "field", f.Words, "most", typedListMax)
	}
	return out, nil
}

// parseRows reads the rows of a repeated group, as JSON: [{"payer": "…", "line": "1000"}].
func parseRows(f Field, text string) (Value, error) {
	var rows []map[string]string
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return Value{}, bad(f)
	}
	if len(rows) > typedListMax {
		return Value{}, fault.New(fault.Invalid, "scheme.field_many", "field", f.Words, "most", typedListMax)
	}
	out := Value{Kind: List}
	for _, row := range rows {
		g := Value{Kind: Group}
		known := 0
		for _, sub := range f.Fields {
			typed, there := row[sub.Name]
			if there {
				known++
			}
			v, err := ParseField(sub, typed)
			if err == nil && !v.Known() && measured(sub.Type) {
				err = vague(sub, typed)
			}
			if err != nil {
				return Value{}, err
			}
			g.Keys, g.List = append(g.Keys, sub.Name), append(g.List, v)
		}
		if known != len(row) {
			return Value{}, bad(f)
		}
		out.List = append(out.List, g)
	}
	return out, nil
}
