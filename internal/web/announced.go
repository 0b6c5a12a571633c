package web

import (
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
)

type announcedPage struct {
	Form  *form
	Orgs  []option
	Org   *registry.Org
	All   []announcedView
	Turns int // editions with which the own answer changes
}

// announcedView is an announced edition as a page shows it.
type announcedView struct {
	casework.Announced
	Path    string // of the edition
	Rules   []ruleTurn
	Sums    []sumTurn
	Numbers []paramChange
}

// ruleTurn is a rule before and after, as a page shows it.
type ruleTurn struct {
	casework.RuleChange
	Was, Is *ruleOf
}

type sumTurn struct {
	casework.SumChange
	Doubt bool
}

// announced shows what every announced edition changes for an organisation.
func (v *visit) announced() error {
	f := v.asked()
	p := announcedPage{Form: f}
	orgs, code, ok, err := v.ofOurs(f)
	if err != nil {
		return err
	}
	p.Orgs = orgs
	if ok {
		o, all, err := v.s.c.Cases.Announcements(v.ctx(), v.who, code)
		if err != nil {
			return err
		}
		p.Org = &o
		for _, c := range all {
			x := v.announcedView(c)
			p.All = append(p.All, x)
			if c.Turns() {
				p.Turns++
			}
		}
	}
	v.under("/ours", "我单位", "Our organisation")
	return v.show("announced", v.t("政策变化", "What changes for us"), p)
}

func (v *visit) announcedView(c casework.Announced) announcedView {
	x := announcedView{Announced: c, Path: "/editions/" + c.Is.Digest}
	rule := func(s *scheme.Scheme, r *casework.OutlookRule) *ruleOf {
		if r == nil || s == nil {
			return nil
		}
		return &ruleOf{*r, s.SourceText(r.Basis), v.basisLinks(s)[r.Basis]}
	}
	for _, r := range c.Rules {
		x.Rules = append(x.Rules, ruleTurn{r, rule(c.Was, r.Before), rule(c.Is, r.After)})
	}
	for _, s := range c.Sums {
		of := c.Is
		if s.After == nil {
			of = c.Was
		}
		x.Sums = append(x.Sums, sumTurn{s, doubtful(of, s.Name)})
	}
	if c.Was != nil {
		x.Numbers = paramChanges(c.Was, c.Is, v.lang)
	}
	return x
}

// fitWords is how near an organisation is to a scheme.
func fitWords(f casework.Fit) fault.Words {
	switch f {
	case casework.Open:
		return fault.Words{"可申报", "open to you"}
	case casework.Nearly:
		return fault.Words{"差一点", "nearly"}
	}
	return fault.Words{"不符合", "does not fit"}
}
