package web

import (
	"corridor/internal/casework"
	"corridor/internal/registry"
)

type profilePage struct {
	Form    *form
	Orgs    []option
	Org     *registry.Org
	Facts   []casework.ProfileFact
	Missing int
}

// ourProfile shows what schemes read of an organisation: filled in once, with where each fact is from, and what is missing.
func (v *visit) ourProfile() error {
	f := v.asked()
	p := profilePage{Form: f}
	orgs, code, ok, err := v.ofOurs(f)
	if err != nil {
		return err
	}
	p.Orgs = orgs
	if ok {
		o, err := v.s.c.Cases.Ours(v.ctx(), v.who, code)
		if err != nil {
			return err
		}
		p.Org, p.Facts = &o.Org, o.Profile()
		for _, f := range p.Facts {
			if f.Missing() {
				p.Missing++
			}
		}
	}
	v.under("/ours", "我单位", "Our organisation")
	return v.show("profile", v.t("一份资料", "One profile"), p)
}
