package web

import (
	"math"
	"slices"
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
	Open       string // which of its forms is open: reject, correct; "" for none
	Typed      string // the reason that was typed
	Class      string // of its mark in the source
	Fields     []fieldLine
	Read       []factLine // as it was read, where a person corrected it
	Steps      []stepLine
	Subjects   []subjectLink
}

// fieldLine is a field of the form that corrects a finding.
type fieldLine struct {
	Name, Label, Value string
	Lines              bool
	Of                 []option
}

// stepLine is something that was done to a finding.
type stepLine struct {
	Act, By, Reason string
	At              time.Time
}

// subjectLink leads to a page of the knowledge base.
type subjectLink struct {
	ID, Kind, Name string
	Code           string // of the registry
	Suggested      []reader.Registered
	open           bool // it could be linked to the registry
}

type factLine struct{ Name, Value, Note string }

// facts are findings as a page shows them.
func (v *visit) facts(finds []reader.Finding) []factView {
	var out []factView
	for _, f := range finds {
		x := factView{No: f.No, Kind: string(f.Kind), Class: markClass[f.Kind], Quote: f.Quote, State: string(f.State), From: f.From, To: f.To, Became: f.Became,
			Reason: f.Reason, By: f.By, At: f.At, Fields: v.fields(f)}
		x.Head, x.Lines, x.BecameName = v.said(f)
		if f.Read != nil {
			read := f
			read.Said = *f.Read
			_, lines, _ := v.said(read)
			for _, l := range lines {
				if !slices.Contains(x.Lines, l) {
					x.Read = append(x.Read, l)
				}
			}
		}
		out = append(out, x)
	}
	return out
}

// said is what a finding says: a heading, lines, and the name of what it becomes.
func (v *visit) said(f reader.Finding) (head string, lines []factLine, became string) {
	switch f.Kind {
	case reader.Agreement:
		return v.agreementFact(f)
	case reader.Figure:
		return v.figureFact(f)
	case reader.Policy:
		if f.Issuer != "" {
			lines = append(lines, factLine{v.t("发布", "Issued by"), f.Issuer, ""})
		}
		if f.Date != "" {
			lines = append(lines, factLine{v.t("日期", "Day"), f.Date, ""})
		}
		if len(f.Others) > 0 {
			lines = append(lines, factLine{v.t("下称", "Called"), strings.Join(f.Others, v.t("、", ", ")), ""})
		}
		return v.t("政策：", "Policy: ") + f.Name, lines, ""
	}
	head = map[reader.Kind]fault.Words{reader.Organisation: {"机构：", "Organisation: "}, reader.Person: {"人员：", "Person: "}, reader.Place: {"地点：", "Place: "}}[f.Kind].In(v.lang) + f.Name
	for _, l := range []factLine{{v.t("职务", "Role"), f.Role, ""}, {v.t("代码", "Code"), f.Code, ""}, {v.t("又作", "Also"), strings.Join(f.Others, v.t("、", ", ")), ""}} {
		if l.Value != "" {
			lines = append(lines, l)
		}
	}
	return head, lines, ""
}

// fields are what can be corrected of a finding.
func (v *visit) fields(f reader.Finding) (out []fieldLine) {
	for _, x := range f.Fields() {
		l := fieldLine{Name: x.Name, Value: x.Value, Label: findFieldWords(x.Name).In(v.lang), Lines: x.Name == "parties"}
		if x.Name == "approx" {
			for _, a := range reader.Approxes {
				l.Of = append(l.Of, option{a, approxWord(a).In(v.lang)})
			}
		}
		out = append(out, l)
	}
	return out
}

func findFieldWords(name string) fault.Words {
	return wordOf(map[string]fault.Words{"indicator": {"指标", "Indicator"}, "subject": {"谁的", "Whose"}, "value": {"数值", "Value"}, "value_max": {"上限", "Upper end"},
		"unit": {"单位", "Unit"}, "approx": {"精确程度", "How exact"}, "period": {"期间（如 2026、2026-Q1..Q3）", "Period (2026, 2026-Q1..Q3)"}, "kind": {"协议名称", "Kind"},
		"parties": {"签约方（每行一个）", "Parties (one to a line)"}, "date": {"日期", "Day"}, "about": {"内容", "About"}, "name": {"名称", "Name"}, "role": {"职务", "Role"}, "issuer": {"发布机构", "Issuer"}}, name)
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

// warningWords are what the reader warns of, which stands in its contract in English.
func warningWords(s string) fault.Words {
	return wordOf(map[string]fault.Words{"the text looks machine-spun": {"疑似机器改写：数字与专名之外的措辞不宜引用。", "The text looks machine-spun: do not quote its wording beyond numbers and names."}}, s)
}

func repairWords(kind string) fault.Words {
	return wordOf(map[string]fault.Words{"bad_bytes": {"坏字节", "bad bytes"}, "invisible": {"不可见字符", "invisible characters"}, "pinyin": {"去除注音", "readings left out"},
		"traditional": {"繁体转简体", "characters made simplified"}, "letter_spacing": {"合拢字距", "spaced lines closed up"}, "doubled": {"去除重复", "doubled lines"},
		"hard_breaks": {"接回断行", "lines joined"}, "radicals": {"部首改字", "radicals made characters"}, "file_name": {"去除图片名", "names of pictures"},
		"spun": {"还原改写词", "spun words put back"}, "spun_twin": {"照原稿还原改写词", "words put back from a clean telling"}, "spun_uncertain": {"疑似改写未还原", "spun words left"}}, kind)
}

func subjectStepWords(act string) fault.Words {
	return wordOf(map[string]fault.Words{"join": {"并入", "joined"}, "split": {"拆出", "split off"}, "link": {"对应登记", "linked to"}, "unlink": {"取消对应", "unlinked from"}}, act)
}
