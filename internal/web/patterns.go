package web

import (
	"maps"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
)

func (s *Server) patternRoutes() {
	s.page("GET", "/patterns", access.CaseQueue, (*visit).patterns)
	s.page("POST", "/patterns", access.CaseQueue, (*visit).setPatternAside)
}

type patternsPage struct {
	All      []patternView
	Rules    casework.PatternRules
	Basis    string
	Verified bool
	Export   exportView
}

// patternView is a pattern with the reason for which it is shown.
type patternView struct {
	casework.Pattern
	Words  string // what it is called
	Why    string
	Number string // what Why measures it by
}

// patterns shows what is unusual about cases of the person's places.
func (v *visit) patterns() error {
	all, rules, err := v.s.c.Cases.Patterns(v.ctx(), v.who)
	if err != nil {
		return err
	}
	p := patternsPage{Rules: rules, Basis: v.t(rules.Basis[0], rules.Basis[1]), Verified: rules.Verified, Export: v.exports()}
	for _, x := range all {
		p.All = append(p.All, v.patternView(x, rules))
	}
	if v.wantsFile() {
		s := &sheet{Name: "patterns", Head: []string{v.t("情形", "Pattern"), v.t("事项", "Scheme"), v.t("原因", "Why"), v.t("办件", "Cases"), v.t("已放下", "Set aside")}}
		for _, x := range p.All {
			aside := ""
			if x.Aside != nil {
				aside = x.Aside.Reason
			}
			for _, c := range x.Cases {
				if err := s.put(x.Words, x.Title.In(v.lang), x.Why, c.No, aside); err != nil {
					return err
				}
			}
		}
		return v.send(s)
	}
	return v.show("patterns", v.t("异常情形", "Unusual patterns"), p)
}

func (v *visit) patternView(x casework.Pattern, rules casework.PatternRules) patternView {
	name := func(code string) string { return x.Names[code].In(v.lang) }
	n, days := itoa(int64(x.N)), itoa(int64(x.Days))
	cases, orgs, within := fault.Count(x.N, "", "case", "cases")[1], fault.Count(x.N, "", "organisation", "organisations")[1], "Within "+fault.Count(x.Days, "", "day", "days")[1]+" "
	out := patternView{Pattern: x}
	switch x.Kind {
	case casework.SplitOrders:
		out.Words = v.t("可能拆分", "possibly split")
		out.Why = v.t(days+" 天内，"+name(x.Orgs[0])+"在本事项中有 "+n+" 件指向"+name(x.Provider)+"。", within+name(x.Orgs[0])+" has "+cases+" of this scheme that name "+name(x.Provider)+".")
		out.Number = itoa(int64(rules.Split.Cases))
	case casework.SplitSums:
		out.Words = v.t("合计超过单件上限", "together more than one may get")
		out.Why = v.t(days+" 天内，"+name(x.Orgs[0])+"在本事项中指向"+name(x.Provider)+"的 "+n+" 件共核定 "+x.Sum.Yuan()+" 元，单件上限 "+x.Most.Yuan()+" 元。",
			within+cases+" of this scheme by "+name(x.Orgs[0])+" that name "+name(x.Provider)+" are granted "+x.Sum.Yuan()+" yuan together; one may be granted "+x.Most.Yuan()+" yuan.")
		out.Number = itoa(int64(rules.Sums.Cases))
	case casework.OneProvider:
		of := itoa(int64(x.Of))
		out.Words = v.t("供给方集中", "one provider in most")
		out.Why = v.t(days+" 天内，本事项 "+of+" 件中有 "+n+" 件指向"+name(x.Provider)+"。", within+n+" of "+fault.Count(x.Of, "", "case", "cases")[1]+" of this scheme name "+name(x.Provider)+".")
		out.Number = itoa(int64(rules.Provider.Percent)) + "%"
	case casework.SamePhone:
		out.Words = v.t("同一电话号码", "one telephone number")
		out.Why = v.t(days+" 天内，联系电话同为尾号 "+x.Phone+" 的 "+n+" 家单位在本事项中有办件。", within+orgs+" whose telephone ends in "+x.Phone+" have cases of this scheme.")
		out.Number = itoa(int64(rules.Phone.Organisations))
	case casework.FarAboveList:
		out.Words = v.t("价格远高于标价", "price far above the list")
		out.Why = v.t(days+" 天内，本事项中指向"+name(x.Provider)+"的 "+n+" 件，合同或发票金额远高于所选时段的标价；差得最多的一件标价 "+x.Listed.Yuan()+" 元，合同或发票 "+x.Billed.Yuan()+" 元。",
			within+cases+" of this scheme that name "+name(x.Provider)+" were agreed or billed far above the price of the slot; in the furthest the slot costs "+x.Listed.Yuan()+" yuan and "+x.Billed.Yuan()+" yuan were agreed or billed.")
		out.Number = "+" + itoa(int64(rules.Price.Percent)) + "%"
	default:
		out.Words = v.t("同一实际控制人", "one controller")
		out.Why = v.t(days+" 天内，由"+name(x.Holder)+"实际控制的 "+n+" 家单位在本事项中有办件。", within+orgs+" that "+name(x.Holder)+" controls have cases of this scheme.")
		out.Number = itoa(int64(rules.Controller.Organisations))
	}
	return out
}

// setPatternAside lets a pattern be, with a reason.
func (v *visit) setPatternAside() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if err := v.s.c.Cases.SetAside(v.ctx(), v.who, casework.PatternKind(f.Get("kind")), f.Get("subject"), f.Get("reason")); err != nil {
		v.back = "/patterns"
		if !v.refused(err, func(string) string { return "" }) {
			return err
		}
		return v.patterns()
	}
	return v.to("/patterns", "pattern_aside")
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{"pattern_aside": {"已放下，并写入操作日志；有新增办件时会再次列出。", "It is set aside, which the journal keeps; it shows again when it grows."}})
}
