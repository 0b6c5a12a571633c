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

type cataloguesPage struct {
	Lists []registry.CodeList
	Edit  bool
	Form  *form
}

// catalogues shows the dated lists of codes that rules ask for.
func (v *visit) catalogues() error { return v.showCatalogues(&form{}) }

func (v *visit) showCatalogues(f *form) error {
	p := cataloguesPage{Edit: access.MaySomewhere(v.who, access.RegistryEdit) == nil, Form: f}
	if err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		p.Lists, err = v.s.c.Registry.Lists(v.ctx(), tx)
		return err
	}); err != nil {
		return err
	}
	return v.show("catalogues", v.t("代码名录", "Lists of codes"), p)
}

type cataloguePage struct {
	List  registry.CodeList
	Codes []registry.ListedCode
}

func (v *visit) catalogue() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	l, codes, err := v.s.catalogue(v.ctx(), id)
	if err != nil {
		return err
	}
	p := cataloguePage{List: l, Codes: codes}
	v.under("/catalogues", "代码名录", "Lists of codes")
	return v.show("catalogue", l.List, p)
}

func (s *Server) catalogue(ctx context.Context, id unit.ID) (l registry.CodeList, codes []registry.ListedCode, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, codes, err = s.c.Registry.ListCodes(ctx, tx, id)
		return err
	})
	return l, codes, err
}

func (v *visit) putCatalogue() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	l, err := v.s.putCatalogue(v.ctx(), v.who, f.Get("list"), f.Get("since"), f.Get("source"), f.Get("codes"))
	if err != nil {
		if !v.refused(err, func(field string) string { return field }) {
			return err
		}
		return v.showCatalogues(f)
	}
	return v.to("/catalogues/"+string(l.ID), "acted")
}

// putCatalogue enters a list as it was typed: a code on each line, with what the list calls it behind a blank or comma.
func (s *Server) putCatalogue(ctx context.Context, who access.Actor, name, since, source, codes string) (l registry.CodeList, err error) {
	day, err := unit.ParseDay(strings.TrimSpace(since))
	if err != nil {
		return l, fault.New(fault.Invalid, "registry.list_day").On("since")
	}
	var all []registry.ListedCode
	for _, line := range strings.Split(codes, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		i := strings.IndexAny(line, " \t,，")
		if i < 0 {
			i = len(line)
		}
		all = append(all, registry.ListedCode{Code: line[:i], Words: strings.Trim(line[i:], " \t,，")})
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, err = s.c.Registry.PutList(ctx, tx, who, registry.CodeList{List: strings.TrimSpace(name), Since: day, Source: strings.TrimSpace(source)}, all)
		return err
	})
	return l, err
}
