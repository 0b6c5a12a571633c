package web

import (
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
)

// org finds an organisation for a page.
func (v *visit) org(code string) (o registry.Org, err error) {
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		o, err = v.s.c.Registry.Org(v.ctx(), tx, code)
		return err
	})
	return o, err
}

type organisationsPage struct {
	Query string
	Orgs  []registry.Org
	Pager pager
}

func (v *visit) organisations() error {
	q := v.r.URL.Query().Get("q")
	all, total, err := v.s.c.Registry.Find(v.ctx(), q, v.pageNo())
	if err != nil {
		return err
	}
	return v.show("organisations", v.t("主体登记", "Registry"), organisationsPage{q, all, v.pager(total, pageRows)})
}

type organisationPage struct {
	Org    registry.Org
	Region fault.Words
	Years  []registry.YearFacts
	Labels []registry.Label
}

func (v *visit) organisation() error {
	var p organisationPage
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if p.Org, err = v.s.c.Registry.Org(v.ctx(), tx, v.r.PathValue("code")); err != nil {
			return err
		}
		if p.Years, err = v.s.c.Registry.Years(v.ctx(), tx, p.Org.Code); err != nil {
			return err
		}
		p.Labels, err = v.s.c.Registry.Labels(v.ctx(), tx, p.Org.Code)
		return err
	})
	if err != nil {
		return err
	}
	p.Region = placeName(p.Org.Region)
	v.under("/registry", "主体登记", "Registry")
	return v.show("organisation", p.Org.Name.In(v.lang), p)
}
