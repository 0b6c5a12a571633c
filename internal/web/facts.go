package web

import (
	"math"
	"strconv"
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/reader"
)

// factView is a finding as it stands beside the source.
type factView struct {
	No         int
	Kind       string
	Head       string
	Quote      string
	State      string
	Lines      []factLine
	From, To   int
	Became     string
	BecameName string
	Reason, By string
	At         time.Time
	Open       bool   // the form that rejects it is open
	Typed      string // the reason that was typed
}

type factLine struct{ Name, Value, Note string }

// facts are the findings that a person decides.
func (v *visit) facts(finds []reader.Finding) []factView {
	var out []factView
	for _, f := range finds {
		if !isFact(f.Kind) {
			continue
		}
		x := factView{No: f.No, Kind: string(f.Kind), Quote: f.Quote, State: string(f.State), From: f.From, To: f.To, Became: f.Became,
			Reason: f.Reason, By: f.By, At: f.At}
		switch f.Kind {
		case reader.Agreement:
			x.Head, x.Lines, x.BecameName = v.agreementFact(f)
		case reader.Figure:
			x.Head, x.Lines, x.BecameName = v.figureFact(f)
		case reader.Policy:
			x.Head = v.t("政策：", "Policy: ") + f.Name
		}
		out = append(out, x)
	}
	return out
}

func (v *visit) agreementFact(f reader.Finding) (head string, lines []factLine, became string) {
	a := f.Agreement
	if a == nil {
		return v.t("协议", "Agreement"), nil, ""
	}
	lines = []factLine{{v.t("签约方", "Parties"), strings.Join(a.Parties, v.t("、", ", ")), ""}}
	day := factLine{v.t("日期", "Day"), v.t("原文未说", "not said"), ""}
	if a.Date != nil {
		day.Value = *a.Date
	}
	lines = append(lines, day)
	if a.About != "" {
		lines = append(lines, factLine{v.t("内容", "About"), a.About, ""})
	}
	return v.t("协议：", "Agreement: ") + a.Kind, lines, v.t("协议登记", "the register of agreements")
}

func (v *visit) figureFact(f reader.Finding) (head string, lines []factLine, became string) {
	x := f.Figure
	if x == nil {
		return v.t("数字", "Figure"), nil, ""
	}
	head = x.Indicator
	if head == "" {
		head = v.t("数字", "Figure")
	}
	value := amount(x.Value)
	if x.ValueMax != nil {
		value += "–" + amount(*x.ValueMax)
	}
	unit := x.Counter
	if unit == "" {
		unit = unitWord(x.Unit).In(v.lang)
	}
	lines = []factLine{{v.t("数值", "Value"), value + " " + unit, approxWord(x.Approx).In(v.lang)}}
	if x.Period != nil {
		lines = append(lines, factLine{v.t("期间", "Period"), *x.Period, periodBasis(x.PeriodBasis).In(v.lang)})
	}
	if x.Subject != "" {
		lines = append(lines, factLine{v.t("谁的", "Whose"), x.Subject, ""})
	}
	return head, lines, v.t("指标旁的文件说法", "a report beside the indicator")
}

// amount prints a number with grouped thousands.
func amount(f float64) string {
	s := strconv.FormatFloat(math.Abs(f), 'f', -1, 64)
	whole, frac, _ := strings.Cut(s, ".")
	var b strings.Builder
	if f < 0 {
		b.WriteByte('-')
	}
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}

func wordOf(m map[string]fault.Words, s string) fault.Words {
	if w, ok := m[s]; ok {
		return w
	}
	return fault.Words{s, s}
}

func unitWord(unit string) fault.Words {
	return wordOf(map[string]fault.Words{"CNY": {"元", "yuan"}, "count": {"", ""}, "pp": {"个百分点", "percentage points"}, "rank": {"位", "th place"},
		"times": {"倍", "times"}, "hours": {"小时", "hours"}, "days": {"天", "days"}, "years": {"年", "years"}, "m": {"米", "m"}, "kg": {"千克", "kg"}}, unit)
}

func approxWord(approx string) fault.Words {
	return wordOf(map[string]fault.Words{"exact": {"准确数", "exact"}, "over": {"“超”，为下限", "“over”, a lower bound"}, "nearly": {"“近”，为上限", "“nearly”, an upper bound"},
		"about": {"约数", "about"}, "order": {"数量级", "an order of magnitude"}, "at_most": {"不超过", "at most"}, "range": {"区间", "a range"}}, approx)
}

func periodBasis(basis string) fault.Words {
	return wordOf(map[string]fault.Words{"stated": {"原文写明", "stated"}, "relative": {"由原文推算", "from a relative word"}, "inferred": {"推定", "inferred"}}, basis)
}

// namesView are the names of one kind that a part of a document mentions, each once.
type namesView struct {
	Class string
	Kind  string
	Names []nameView
}

type nameView struct {
	No         int
	Name, Note string
}

func (v *visit) names(finds []reader.Finding) []namesView {
	kinds := []struct {
		kind  reader.Kind
		words fault.Words
	}{{reader.Organisation, fault.Words{"机构", "organisations"}}, {reader.Person, fault.Words{"人员", "people"}}, {reader.Place, fault.Words{"地点", "places"}}}
	var out []namesView
	for _, k := range kinds {
		n := namesView{Class: markClass[k.kind], Kind: k.words.In(v.lang)}
		seen := map[string]bool{}
		for _, f := range finds {
			if f.Kind == k.kind && !seen[f.Name] && len(n.Names) < namesShown {
				seen[f.Name] = true
				n.Names = append(n.Names, nameView{f.No, f.Name, f.Role})
			}
		}
		if len(n.Names) > 0 {
			out = append(out, n)
		}
	}
	return out
}
