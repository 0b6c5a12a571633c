package web

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// stylePage is the living page of the parts that our pages are made of: the tokens as the stylesheet has them now, and every
// part from the template that the pages themselves use. What is changed there is changed here.
type stylePage struct {
	Colours  []tokenGroup
	Type     []token
	Space    []token
	Seals    []sealOfPlace
	Results  []scheme.Result
	Ends     []string
	Lamps    []agreement.Lamp
	Verdicts []verdictView
	Passed   []passed
	Form     *form
	Options  []option
	Said     partSaid
	Refused  partSaid
	Rows     []styleRow
	Pager    pager
}

// token is a custom property of the stylesheet; Px is its length, 0 for what is none.
type token struct {
	Name, Value string
	Px          int
}

type tokenGroup struct {
	Name   fault.Words
	Tokens []token
}

type sealOfPlace struct {
	Code string
	Name fault.Words
}

type partSaid struct {
	Done     string
	Problems []problemView
}

type styleRow struct {
	Name  fault.Words
	Sum   unit.Fen
	Day   unit.Day
	State scheme.Result
}

var (
	tokenBlock = regexp.MustCompile(`(?s):root \{(.*?)\n\}`)
	tokenLine  = regexp.MustCompile(`--([a-z0-9-]+):\s*([^;]+);`)
)

// tokens are the custom properties of the first block of the stylesheet, in its order.
var tokens = sync.OnceValue(func() (out []token) {
	b, err := styleFiles.ReadFile("style/1-look.css")
	if err != nil {
		return nil
	}
	block := tokenBlock.FindSubmatch(b)
	if block == nil {
		return nil
	}
	for _, m := range tokenLine.FindAllSubmatch(block[1], -1) {
		t := token{Name: "--" + string(m[1]), Value: string(m[2])}
		if rem, ok := strings.CutSuffix(t.Value, "rem"); ok {
			if n, err := strconv.ParseFloat(rem, 64); err == nil {
				t.Px = int(n*16 + 0.5)
			}
		} else if px, ok := strings.CutSuffix(t.Value, "px"); ok {
			t.Px, _ = strconv.Atoi(px)
		}
		out = append(out, t)
	}
	return out
})

// stylePage shows the tokens and the parts.
func (v *visit) stylePage() error {
	colours := []struct {
		words fault.Words
		has   string
	}{
		{fault.Words{"底与线", "Ground and lines"}, "paper sheet sunk hover line line-2"}, {fault.Words{"字", "Text"}, "ink ink-2 ink-3"},
		{fault.Words{"办与证", "What acts, what proves"}, "act act-2 act-soft on-act seal seal-soft focus"},
		{fault.Words{"状态", "States"}, "ok ok-soft warn warn-soft stop stop-soft note note-soft hand hand-soft none none-soft"},
		{fault.Words{"属地", "Jurisdictions"}, "r30 r31 r32 r33 r34"}, {fault.Words{"色阶", "Ramp"}, "q0 q1 q2 q3 q4 q5"},
	}
	p := stylePage{Results: []scheme.Result{"pass", "fail", "manual", "unknown"}, Ends: []string{"granted", "refused", "ended"}}
	for _, c := range colours {
		g := tokenGroup{Name: c.words}
		for _, t := range tokens() {
			if slices.Contains(strings.Fields(c.has), t.Name[2:]) {
				g.Tokens = append(g.Tokens, t)
			}
		}
		p.Colours = append(p.Colours, g)
	}
	for _, t := range tokens() {
		switch {
		case len(t.Name) == len("--t1") && t.Name[2] == 't':
			p.Type = append(p.Type, t)
		case len(t.Name) == len("--s1") && t.Name[2] == 's':
			p.Space = append(p.Space, t)
		}
	}
	for _, code := range sortedKeys(seals) {
		p.Seals = append(p.Seals, sealOfPlace{code + "0000", placeName(unit.Region(code + "0000"))})
	}
	now := v.now()
	p.Lamps = []agreement.Lamp{{Light: agreement.Green, LeftDays: 12}, {Light: agreement.Amber, LeftDays: 3}, {Light: agreement.Amber, LateDays: 2}, {Light: agreement.Red, LateDays: 9}, {Light: agreement.Check, LeftDays: 4}, {Light: agreement.Done}}
	basis := v.t("某办法第八条", "Measures, article 8")
	p.Verdicts = []verdictView{
		{Answer: scheme.Answer{Result: "unknown", Words: fault.Words{"发票没有在别处用过", "The invoice was used nowhere else"}, Verified: true}, Looked: fault.Words{"登记节点还没有答复", "the register has not answered"}},
		{Answer: scheme.Answer{Result: "manual", Words: fault.Words{"单价在公开价目区间内", "The rate is within the public prices"}}, BasisTitle: basis},
		{Answer: scheme.Answer{Result: "fail", Words: fault.Words{"职工人数", "Number of employees"}, WouldPass: fault.Words{"不超过 500 人", "500 at most"}, Verified: true}, Looked: fault.Words{"5200 人", "5200"}, BasisTitle: basis, Link: "/clauses"},
		{Answer: scheme.Answer{Result: "pass", Words: fault.Words{"企业与机构无关联", "Firm and provider are not affiliated"}, Verified: true}},
	}
	p.Passed = []passed{{fault.Words{"已申请", "Filed"}, now.Add(-72 * time.Hour), false}, {fault.Words{"审核中", "Under review"}, now.Add(-24 * time.Hour), true}}
	p.Form = &form{Values: url.Values{"sum": {v.t("四万八", "forty-eight")}, "name": {v.t("巢湖", "Chaohu")}}, bad: map[string]string{"sum": fault.New(fault.Invalid, "unit.fen_form", "text", v.t("四万八", "forty-eight")).Sentence(v.lang)}}
	p.Options = []option{{"", v.t("请选择", "Choose")}, {"31", v.t("上海", "Shanghai")}, {"34", v.t("安徽", "Anhui")}}
	p.Said = partSaid{Done: v.t("已提交，凭证一秒内生成。", "Submitted; the receipt is there within a second.")}
	p.Refused = partSaid{Problems: []problemView{{p.Form.Bad("sum"), p.Form.ID("sum")}, {v.t("还缺一份合同", "A contract is missing"), ""}}}
	today := unit.DayOf(now, beijing)
	for i, name := range []fault.Words{{"冷冻电镜", "Cryo-electron microscope"}, {"核磁共振", "NMR"}, {"质谱仪", "Mass spectrometer"}, {"拉曼光谱", "Raman spectrometer"}} {
		p.Rows = append(p.Rows, styleRow{name, unit.Fen((i*7 + 3) % 5 * 120000), today.Add(i * 3 % 5), p.Results[i]})
	}
	p.Pager = pager{From: 51, To: 100, Total: 1284, Before: "/style", After: "/style"}
	return v.show("style", v.t("页面与组件", "The parts of our pages"), p)
}
