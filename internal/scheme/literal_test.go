package scheme

import (
	"testing"

	"corridor/internal/fault"
)

func TestValuesAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"30 yuan", "money 30.00 yuan"}, {"0.05 yuan", "money 0.05 yuan"}, {"-3 yuan", "money -3.00 yuan"},
		{"30.123 yuan", "no unit"}, {"30yuan", "no unit"}, {"30 元", "no unit"}, {"1 万元", "no unit"}, {"1e3 yuan", "no unit"},
		{"50%", "ratio 50%"}, {"33.3333%", "ratio 33.3333%"}, {"101%", "no unit"}, {"-1%", "no unit"},
		{"12", "count 12"}, {"-12", "count -12"}, {"12.5", "score 12.5"}, {"012", "count 12"},
		{"10 wd", "duration 10 wd"}, {"180 d", "duration 180 d"}, {"24 h", "duration 24 h"}, {"4 y", "duration 4 y"}, {"4 weeks", "no unit"},
		{"2026-05-31", "day 2026-05-31"}, {"2026-02-30", "no unit"},
		{"every 12-31", "cycle every 12-31"}, {"every 02-29", "cycle every 02-29"}, {"every 02-30", "no unit"}, {"every monday", "cycle every monday"},
		{"every 3 months", "cycle every 3 months"}, {"every 0 months", "no unit"}, {"every day", "no unit"},
		{"true", "yesno true"}, {"firm", "text firm"}, {"上海", "text 上海"}, {"", "no unit"},
	} {
		v, ok := parseLiteral(c.text, false)
		got := string(v.Kind) + " " + v.String()
		if !ok {
			got = "no unit"
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
	if v, ok := parseLiteral("340100", true); !ok || v.Kind != Text {
		t.Errorf("between quotes: %v", v)
	}
}

func TestValuesForReaders(t *testing.T) {
	d, _ := parseLiteral("10 wd", false)
	m, _ := parseLiteral("1234.5 yuan", false)
	for _, c := range []struct {
		v      Value
		zh, en string
	}{
		{d, "10个工作日", "10 working days"}, {m, "1,234.50元", "1,234.50 yuan"}, {YesNoValue(true), "是", "yes"}, {Value{}, "未知", "unknown"},
		{ListValue(CountValue(1), CountValue(2)), "1、2", "1, 2"}, {Value{Kind: Cycle, Text: "3 months"}, "每3个月", "every 3 months"},
		{Value{Kind: Cycle, Text: "monday"}, "每周一", "every monday"}, {Value{Kind: Cycle, Text: "05-31"}, "每年5月31日", "every 05-31"},
	} {
		if zh, en := c.v.In(fault.ZH), c.v.In(fault.EN); zh != c.zh || en != c.en {
			t.Errorf("%v: %q %q, want %q %q", c.v, zh, en, c.zh, c.en)
		}
	}
}

func TestMoneyLines(t *testing.T) {
	for text, want := range map[string]string{
		"hold a from b as c":             "hold a c b  false false false false",
		"capture a of h to b":            "capture a h  b false false false false",
		"capture a of h to b, last":      "capture a h  b true false false false",
		"capture next t of h to b":       "capture t h  b false true false false",
		"capture next t of h to b, last": "capture t h  b true true false false",
		"release h":                      "release  h   false false false false",
		"post a from b to c":             "post a  b c false false false false",
		"post this t from b to c":        "post t  b c false false true false",
		"post rest of b to c":            "post   b c false false false true",
		"post rest of b to c, last":      "no line", "release h, last": "no line", "hold a from b": "no line", "give a to b": "no line",
		"post a from b to c to d": "no line", "hold A from b as c": "no line", "": "no line", "post in from b to c": "no line",
	} {
		l, ok := parseMoney(text)
		got := "no line"
		if ok {
			got = l.Verb + " " + l.Amount + " " + l.Hold + " " + l.From + " " + l.To
			for _, b := range []bool{l.Last, l.Next, l.This, l.Rest} {
				if b {
					got += " true"
				} else {
					got += " false"
				}
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWhatPeopleType(t *testing.T) {
	field := func(typ string) Field {
		return Field{Name: "x", Type: typ, Words: fault.Words{"项", "Item"}, Of: []string{"a", "b"}, Fields: []Field{{Name: "n", Type: "count"}, {Name: "m", Type: "money"}}}
	}
	for _, c := range []struct{ typ, text, want string }{
		{"text", "  研发 ", "研发"}, {"text", "", "unknown"}, {"text", "   ", "unknown"}, {"text", "a\x00b", "fault scheme.field_form"},
		{"money", "48000", "48000.00 yuan"}, {"money", "1,234.5", "1234.50 yuan"}, {"money", "3万", "30000.00 yuan"}, {"money", "-1", "fault scheme.field_negative"},
		{"money", "1.234", "fault unit.fen_decimals"}, {"money", "much", "fault unit.fen_form"},
		{"count", "12", "12"}, {"count", "1,200", "1200"}, {"count", "-1", "fault scheme.field_form"}, {"count", "1.5", "fault scheme.field_form"},
		{"ratio", "12.5%", "12.5%"}, {"ratio", "12.5", "12.5%"}, {"ratio", "120", "fault unit.ratio_range"},
		{"day", "2026-03-01", "2026-03-01"}, {"day", "2026年3月1日", "2026-03-01"}, {"day", "soon", "fault unit.day_form"},
		{"yesno", "是", "true"}, {"yesno", "no", "false"}, {"yesno", "perhaps", "fault scheme.field_form"},
		{"choice", "a", "a"}, {"choice", "c", "fault scheme.field_choice"},
		{"score", "4.5", "4.5"}, {"score", "5", "5"}, {"score", "-1", "fault scheme.field_form"}, {"score", "five", "fault scheme.field_form"},
		{"region", "340100", "340100"}, {"region", "34", "fault unit.region_form"},
		{"org", "91320114580471246h", "91320114580471246H"}, {"org", "local-1", "local-1"}, {"org", "a\nb", "fault scheme.field_form"},
		{"orgs", "A, B\nC", "[A, B, C]"}, {"files", "", "unknown"},
		{"group", `[{"n": "2", "m": "3"}]`, "[{n: 2, m: 3.00 yuan}]"}, {"group", `[{"z": "2"}]`, "fault scheme.field_form"}, {"group", "2", "fault scheme.field_form"},
		{"nothing", "x", "fault scheme.field_form"},
	} {
		v, err := ParseField(field(c.typ), c.text)
		got := v.String()
		if err != nil {
			got = "fault " + codeOf(err)
		}
		if got != c.want {
			t.Errorf("%s %q: %s, want %s", c.typ, c.text, got, c.want)
		}
	}
}

// TestEveryFaultHasItsSentence: what this room refuses with is said in both languages.
func TestEveryFaultHasItsSentence(t *testing.T) {
	for _, code := range []string{"no_row", "not_yours", "too_often", "clock_unknown", "fact_unreadable", "not_computable", "account_unknown", "amount_unknown",
		"amount_negative", "hold_twice", "no_hold", "over_hold", "list_spent", "field_form", "field_choice", "field_negative", "field_long", "field_many"} {
		if _, ok := fault.Codes()["scheme."+code]; !ok {
			t.Errorf("no sentence for scheme.%s", code)
		}
	}
}

func TestEveryErrorSpeaksBothLanguages(t *testing.T) {
	for code, s := range sentences {
		if s.Say[0] == "" || s.Say[1] == "" || s.Do[0] == "" || s.Do[1] == "" {
			t.Errorf("%s: a sentence is missing: %+v", code, s)
		}
	}
}
