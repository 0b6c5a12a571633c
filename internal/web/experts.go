package web

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

type expertsPage struct {
	Experts []expertView
	Pools   []option
	Pool    string
	Pager   pager
	Exports exportView
	Form    *form
}

type expertView struct {
	registry.Expert
	Name, UnitName string
	Ended          bool
}

// expertsOf are the entries of the pools, or of one, with names.
func (s *Server) expertsOf(ctx context.Context, who access.Actor, pool string, lang fault.Lang) (out []expertView, pools []string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.c.Registry.AllExperts(ctx, tx, who)
		if err != nil {
			return err
		}
		today := s.c.Registry.Today(tx)
		for _, e := range all {
			if len(pools) == 0 || pools[len(pools)-1] != e.Pool {
				pools = append(pools, e.Pool)
			}
			if pool != "" && e.Pool != pool {
				continue
			}
			x := expertView{Expert: e, Ended: e.Until.Valid() && e.Until < today}
			if x.Name, _, err = s.c.Access.Address(ctx, tx, e.Account); err != nil {
				return err
			}
			o, err := s.c.Registry.Org(ctx, tx, e.Unit)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			x.UnitName = o.Name.In(lang)
			out = append(out, x)
		}
		return nil
	})
	return out, pools, err
}

// experts shows who may be drawn, and takes new ones.
func (v *visit) experts() error { return v.showExperts(v.blank("e")) }

func (v *visit) showExperts(f *form) error {
	p := expertsPage{Pool: v.r.URL.Query().Get("pool"), Form: f, Exports: v.exports()}
	all, pools, err := v.s.expertsOf(v.ctx(), v.who, p.Pool, v.lang)
	if err != nil {
		return err
	}
	if v.r.URL.Query().Get("format") != "" {
		t := sheetOf{Name: v.t("专家库", "Pools of experts"), Head: []string{v.t("库", "Pool"), v.t("姓名", "Name"), v.t("单位", "Organisation"), v.t("代码", "Code"), v.t("领域", "Field"), v.t("自", "From"), v.t("至", "Until"), v.t("依据", "Source")}}
		for _, e := range all {
			t.Rows = append(t.Rows, []string{e.Pool, e.Name, e.UnitName, e.Unit, e.Field, e.Since.String(), e.Until.String(), e.Source})
		}
		return v.downloadTable("experts", t)
	}
	p.Pools = []option{{"", v.t("全部", "all")}}
	for _, x := range pools {
		p.Pools = append(p.Pools, option{x, x})
	}
	p.Experts, p.Pager = pageOf(v, all, pageRows), v.pager(len(all), pageRows)
	return v.show("experts", v.t("专家库", "Pools of experts"), p)
}

func (v *visit) putExpert() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	_, err = v.s.putExpert(v.ctx(), v.who, expertIn{f.Get("pool"), f.Get("email"), f.Get("unit"), f.Get("field"), f.Get("since"), f.Get("until"), f.Get("source")})
	if err != nil {
		if !v.refusedForm(f.on("e"), err) {
			return err
		}
		return v.showExperts(f)
	}
	return v.to("/experts", "saved")
}

// expertIn is an expert as people type it.
type expertIn struct {
	Pool   string `json:"pool" doc:"the name that schemes draw from"`
	Email  string `json:"email" doc:"of an account here that holds the role expert"`
	Unit   string `json:"unit" doc:"code of the organisation that he or she belongs to"`
	Field  string `json:"field,omitempty" required:"false" doc:"code of what he or she knows; empty is every field"`
	Since  string `json:"since" doc:"first day"`
	Until  string `json:"until,omitempty" required:"false" doc:"last day; empty is without end"`
	Source string `json:"source" doc:"by which decision he or she stands here"`
}

func (s *Server) putExpert(ctx context.Context, who access.Actor, in expertIn) (e registry.Expert, err error) {
	e = registry.Expert{Pool: in.Pool, Unit: strings.TrimSpace(in.Unit), Field: in.Field, Source: strings.TrimSpace(in.Source)}
	if e.Since, err = unit.ParseDay(strings.TrimSpace(in.Since)); err != nil {
		return e, fault.Of(err).On("since")
	}
	if err = daysTyped(dayTyped{"until", strings.TrimSpace(in.Until), &e.Until}); err != nil {
		return e, err
	}
	if err := access.MaySomewhere(who, access.RegistryEdit); err != nil {
		return e, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if e.Account, err = s.c.Access.AccountBy(ctx, tx, strings.TrimSpace(in.Email), "expert"); err != nil {
			return err
		}
		if e.Account == "" {
			return fault.New(fault.Invalid, "registry.expert_account").On("email")
		}
		e, err = s.c.Registry.PutExpert(ctx, tx, who, e)
		return err
	})
	return e, err
}

func (v *visit) endExpert() error {
	id, _, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/experts"
	if err := v.s.endExpert(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/experts", "saved")
}

// endExpert ends an entry with today.
func (s *Server) endExpert(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		return s.c.Registry.EndExpert(ctx, tx, who, id, s.c.Registry.Today(tx))
	})
}
