package web

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type outlooksPage struct {
	Form    *form
	Orgs    []option // whom this person speaks for; an officer types a code
	Org     *registry.Org
	Schemes []outlookView
	Counts  struct{ Pass, Unknown, Fail int }
}

// outlookView is one open scheme as a page shows it.
type outlookView struct {
	casework.Outlook
	Open    []ruleOf // what does not pass, and what hangs on the form
	Passes  []ruleOf
	Sums    []sumOf
	When    string
	Counted bool // the time is of past cases, and not the sum of time limits
}

type ruleOf struct {
	casework.OutlookRule
	BasisTitle string
	Link       string // where it can be read; "" for nowhere
}

type sumOf struct {
	scheme.Estimate
	Words fault.Words
	Doubt bool
}

// outlooks shows what every open scheme means for an organisation, before it asks for anything.
func (v *visit) outlooks() error {
	f := v.asked()
	orgs, code, ok, err := v.ofOurs(f)
	if err != nil {
		return err
	}
	p := outlooksPage{Form: f, Orgs: orgs}
	if !ok { // an officer types a code
		code = f.text("org")
	}
	code = strings.ToUpper(code)
	if code != "" {
		o, all, err := v.s.c.Cases.Outlooks(v.ctx(), v.who, code)
		if fault.KindOf(err) == fault.NotFound {
			f.refuse("org", fault.New(fault.Invalid, "casework.org_hidden"))
			if err = f.err(); !v.refusedForm(f, err) {
				return err
			}
		} else if err != nil {
			return err
		} else {
			p.Org = &o
		}
		for _, x := range all {
			p.Schemes = append(p.Schemes, v.outlookOf(x))
			switch x.Verdict {
			case scheme.Pass:
				p.Counts.Pass++
			case scheme.Fail:
				p.Counts.Fail++
			default:
				p.Counts.Unknown++
			}
		}
	}
	return v.show("outlooks", v.t("能申报什么", "What is open to us"), p)
}

// openTo is what is open to an organisation, for the home page of its people; nothing where the node does not know it.
func (v *visit) openTo(org string) (string, []outlookView, error) {
	_, all, err := v.s.c.Cases.Outlooks(v.ctx(), v.who, org)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil, nil
	}
	var out []outlookView
	for _, x := range all {
		out = append(out, v.outlookOf(x))
	}
	return org, out, err
}

func (v *visit) outlookOf(x casework.Outlook) outlookView {
	out := outlookView{Outlook: x, When: whenOf(x, v.lang), Counted: x.Median >= 0}
	links := v.basisLinks(x.Scheme)
	for _, r := range x.Rules {
		y := ruleOf{r, x.Scheme.SourceText(r.Basis), links[r.Basis]}
		if r.Result == scheme.Pass {
			out.Passes = append(out.Passes, y)
		} else {
			out.Open = append(out.Open, y)
		}
	}
	for _, e := range x.Sums {
		out.Sums = append(out.Sums, sumOf{e, x.Scheme.Say(e.Name), doubtful(x.Scheme, e.Name)})
	}
	return out
}

// whenOf says how long it takes: the median of past cases, else the sum of the time limits.
func whenOf(x casework.Outlook, lang fault.Lang) string {
	if x.Median >= 0 {
		return scheme.Value{Kind: scheme.Duration, Int: int64(x.Median), Text: "d"}.In(lang)
	}
	var parts []string
	for _, c := range x.Clocks {
		parts = append(parts, c.In(lang))
	}
	return strings.Join(parts, " ＋ ")
}

type burnsPage struct {
	Budgets []casework.Burn
	Export  exportView
	Today   unit.Day
}

// burns shows how far the budgets of the schemes are used, and until when they last at the present pace.
func (v *visit) burns() error {
	all, err := v.s.c.Cases.Budgets(v.ctx(), v.who)
	if err != nil {
		return err
	}
	if v.wantsFile() {
		s := &sheet{Name: "budgets", Head: []string{v.t("账户", "Account"), v.t("事项", "Schemes"), v.t("预算（元）", "Budget (yuan)"), v.t("已使用（元）", "Taken (yuan)"), v.t("占用（元）", "Held (yuan)"),
			v.t("剩余（元）", "Left (yuan)"), v.t("已拨付（元）", "Paid (yuan)"), v.t("日均（元）", "A day (yuan)"), v.t("预计用完", "Ends")}}
		for _, b := range all {
			if err := s.put(b.Path, b.Title.In(v.lang), b.Given, b.Taken, b.Held, b.Left, b.Paid, b.PerDay, b.Ends.String()); err != nil {
				return err
			}
		}
		return v.send(s)
	}
	return v.show("burns", v.t("预算执行", "How far budgets are used"), burnsPage{all, v.exports(), unit.DayOf(v.now(), beijing)})
}

// share is the part of a whole in whole percent, for a bar.
func sharePercent(part, whole unit.Fen) int {
	if whole <= 0 || part <= 0 {
		return 0
	}
	return int(min(100, float64(part)/float64(whole)*100))
}

func (s *Server) apiOutlook() {
	type ruleOut struct {
		Rule      string `json:"rule"`
		Result    string `json:"result" enum:"pass,fail,unknown,manual"`
		Hangs     bool   `json:"hangs" doc:"on what will be filled in, or on an officer"`
		Says      string `json:"says"`
		Saw       string `json:"saw"`
		WouldPass string `json:"would_pass"`
		From      string `json:"from" doc:"who can supply what is missing"`
		Basis     string `json:"basis"`
		Verified  bool   `json:"verified"`
	}
	type sumOut struct {
		Amount string   `json:"amount"`
		Sum    unit.Fen `json:"sum" doc:"yuan; 0 where neither known nor bounded"`
		Known  bool     `json:"known" doc:"it will be this"`
		AtMost bool     `json:"at_most" doc:"it will be this at most"`
		Says   string   `json:"says" doc:"how it is computed"`
	}
	type outlookOut struct {
		Scheme    string    `json:"scheme"`
		Title     string    `json:"title"`
		Edition   string    `json:"edition"`
		Verdict   string    `json:"verdict" enum:"pass,fail,unknown" doc:"of what can be judged before anything is filled in"`
		Rules     []ruleOut `json:"rules"`
		Sums      []sumOut  `json:"sums"`
		Fills     []string  `json:"fills" doc:"fields that the organisation fills in on the way"`
		Days      int       `json:"days" doc:"median of past cases; -1 where there are too few"`
		Past      int       `json:"past" doc:"how many cases the median is of"`
		Clocks    string    `json:"clocks" doc:"the time limits of those who decide, added up"`
		May       bool      `json:"may" doc:"whether you can begin now"`
		Parent    string    `json:"parent" doc:"the case under which it is opened"`
		Running   []string  `json:"running" doc:"numbers of cases of it that go on"`
		Synthetic bool      `json:"synthetic"`
	}
	type outlooksOut struct {
		Org     string       `json:"org"`
		Schemes []outlookOut `json:"schemes"`
	}
	type orgIn struct {
		Org string `query:"org" required:"true" doc:"credit code"`
	}
	operate(s, "GET", "/api/v1/open", access.CaseRead, "What every open scheme means for an organisation", func(ctx context.Context, a asked, i *orgIn) (*body[outlooksOut], error) {
		o, all, err := s.c.Cases.Outlooks(ctx, a.who, i.Org)
		if err != nil {
			return nil, err
		}
		out := outlooksOut{Org: o.Code, Schemes: []outlookOut{}}
		for _, x := range all {
			y := outlookOut{Scheme: x.Scheme.ID, Title: x.Scheme.Title.In(a.lang), Edition: x.Scheme.Edition, Verdict: string(x.Verdict), Rules: []ruleOut{}, Sums: []sumOut{},
				Fills: []string{}, Days: x.Median, Past: x.Past, May: x.May, Running: []string{}, Synthetic: o.Synthetic}
			for _, r := range x.Rules {
				y.Rules = append(y.Rules, ruleOut{r.Need, string(r.Result), r.Hangs, r.Words.In(a.lang), casework.Saw(r.Answer).In(a.lang), r.WouldPass.In(a.lang),
					r.From.In(a.lang), x.Scheme.SourceText(r.Basis), r.Verified})
			}
			for _, e := range x.Sums {
				y.Sums = append(y.Sums, sumOut{e.Name, e.Sum, e.Known, e.Bounded, e.Says.In(a.lang)})
			}
			for _, f := range x.Fills {
				y.Fills = append(y.Fills, f.Name)
			}
			var clocks []string
			for _, c := range x.Clocks {
				clocks = append(clocks, c.String())
			}
			y.Clocks = strings.Join(clocks, " + ")
			if x.Under != nil {
				y.Parent = string(x.Under.ID)
			}
			for _, c := range x.Running {
				y.Running = append(y.Running, c.No)
			}
			out.Schemes = append(out.Schemes, y)
		}
		return answer(out)
	})
	type burnOut struct {
		Account string   `json:"account"`
		Schemes []string `json:"schemes"`
		Given   unit.Fen `json:"given" doc:"yuan, like all sums"`
		Taken   unit.Fen `json:"taken"`
		Held    unit.Fen `json:"held"`
		Left    unit.Fen `json:"left"`
		Paid    unit.Fen `json:"paid" doc:"left the books in cases of these schemes"`
		PerDay  unit.Fen `json:"per_day" doc:"taken and held, for each day since the edition began"`
		Ends    string   `json:"ends" doc:"the day on which it is used up at that pace; empty: not while the edition is in force"`
	}
	type burnsOut struct {
		Budgets []burnOut `json:"budgets"`
	}
	operate(s, "GET", "/api/v1/budgets", access.BudgetRead, "How far the budgets of the schemes are used", func(ctx context.Context, a asked, _ *nothing) (*body[burnsOut], error) {
		all, err := s.c.Cases.Budgets(ctx, a.who)
		if err != nil {
			return nil, err
		}
		out := burnsOut{Budgets: []burnOut{}}
		for _, b := range all {
			out.Budgets = append(out.Budgets, burnOut{b.Path, b.Schemes, b.Given, b.Taken, b.Held, b.Left, b.Paid, b.PerDay, b.Ends.String()})
		}
		return answer(out)
	})
}
