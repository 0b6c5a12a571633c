package web

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// org finds an organisation for a page.
func (v *visit) org(code string) (registry.Org, error) { return v.s.orgOf(v.ctx(), code) }

// orgOf is an organisation of the registry, for a page or a program.
func (s *Server) orgOf(ctx context.Context, code string) (o registry.Org, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		o, err = s.c.Registry.Org(ctx, tx, code)
		return err
	})
	return o, err
}

type organisationsPage struct {
	Query   registry.Query
	Orgs    []registry.Org
	More    bool // there are more than are listed
	Pager   pager
	Kinds   []string
	Regions []regionView
	Edit    bool
	Changes bool // this person may enter and revoke labels
}

type regionView struct {
	Code  unit.Region
	Words fault.Words
}

func (v *visit) organisations() error {
	q := v.r.URL.Query()
	query := registry.Query{Text: q.Get("q"), Kind: q.Get("kind"), Region: unit.Region(q.Get("region")), Sort: registry.Sort(q.Get("sort")), Page: v.pageNo(), Rows: pageRows}
	found, err := v.s.c.Registry.Search(v.ctx(), query)
	if err != nil {
		return err
	}
	p := organisationsPage{Query: query, Orgs: found.Orgs, More: found.More, Pager: v.pager(found.Total, pageRows), Kinds: registry.Kinds,
		Edit: access.MaySomewhere(v.who, access.RegistryEdit) == nil, Changes: access.MaySomewhere(v.who, access.LabelEdit) == nil}
	if p.Regions, err = v.regions(); err != nil {
		return err
	}
	return v.show("organisations", v.t("主体登记", "Registry"), p)
}

// regions are the jurisdictions that a list can be narrowed to: this node's with its cities, and the neighbours'.
func (v *visit) regions() ([]regionView, error) {
	day := unit.DayOf(v.now(), beijing)
	var out []regionView
	add := func(code unit.Region) {
		if unit.GB2260().Known(code) && !slices.ContainsFunc(out, func(r regionView) bool { return r.Code == code }) {
			out = append(out, regionView{code, unit.GB2260().FullName(code, day)})
		}
	}
	own := unit.Region(v.s.c.Node.Code)
	for _, code := range append([]unit.Region{own}, unit.GB2260().Children(own, day)...) {
		add(code)
	}
	neighbours, err := v.s.c.Federation.Rail(v.ctx())
	for _, n := range neighbours {
		add(unit.Region(n.Code))
	}
	return out, err
}

type organisationPage struct {
	Org       registry.Org
	Region    fault.Words
	Inside    bool // this person may see what the organisation files
	Facts     []factOfOrg
	Flags     []registry.Flag
	Labels    []registry.Label
	Certified map[unit.ID]unit.ID // labels that are public as certificates, by their ids
	Shows     []labelAbroad       // from neighbours
	Owners    []tieView
	More      bool // of the owners, there are more
	Holdings  []tieView
	Years     []registry.YearFacts
	States    []registry.Org
	Cases     bool
	Mandates  []mandateView
	Edit      bool // this person may enter who acts for it
	Changes   bool // this person may enter and revoke labels of it
	Form      *form
}

// factOfOrg is what a rule would read of the organisation today.
type factOfOrg struct {
	Name   fault.Words
	Value  string
	Source string
	Day    unit.Day
}

// tieView is a relation seen from one of its ends.
type tieView struct {
	registry.Relation
	Other string // name of who stands at the other end
	Path  string // of their page
}

// organisation shows what is known. What an organisation files (staff, revenue) is only for itself, the desks and auditors;
// all else stands in public registers.
func (v *visit) organisation() error { return v.showOrganisation(nil) }

// showOrganisation shows the page with the form of a person who acts for it, as it was sent if it was refused.
func (v *visit) showOrganisation(f *form) error {
	p := organisationPage{Form: f}
	if f == nil {
		p.Form = v.blank("m")
	}
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		r, ctx := v.s.c.Registry, v.ctx()
		if p.Org, err = r.Org(ctx, tx, v.r.PathValue("code")); err != nil {
			return err
		}
		code, today := p.Org.Code, r.Today(tx)
		p.Inside = access.May(v.who, access.CaseRead, access.Scope{Org: code, Region: p.Org.Region}) == nil
		p.Edit = access.May(v.who, access.RegistryEdit, access.Scope{Org: code}) == nil || access.May(v.who, access.RegistryEdit, access.Scope{Region: p.Org.Region}) == nil
		p.Changes = v.mayChangeLabels(p.Org.Region)
		if p.Inside || p.Edit {
			if p.Mandates, err = v.mandates(tx, code); err != nil {
				return err
			}
		}
		if p.Flags, err = r.Flags(ctx, tx, code); err != nil {
			return err
		}
		if p.Labels, err = r.Labels(ctx, tx, code); err != nil {
			return err
		}
		if err := v.certificatesOf(tx, &p); err != nil {
			return err
		}
		if p.States, err = r.States(ctx, tx, code); err != nil {
			return err
		}
		owners, more, err := r.Relations(ctx, tx, code, today)
		if err != nil {
			return err
		}
		p.More = more
		if p.Owners, err = v.ties(tx, owners, func(x registry.Relation) string { return x.Holder }); err != nil {
			return err
		}
		holdings, err := r.Holdings(ctx, tx, code, today)
		if err != nil {
			return err
		}
		if p.Holdings, err = v.ties(tx, holdings, func(x registry.Relation) string { return x.Org }); err != nil || !p.Inside {
			return err
		}
		if p.Years, err = r.Years(ctx, tx, code); err != nil {
			return err
		}
		facts, err := r.Facts(ctx, tx, code, today)
		p.Facts = v.factsOf(facts)
		return err
	})
	if err != nil {
		return err
	}
	p.Region = placeName(p.Org.Region)
	v.under("/registry", "主体登记", "Registry")
	return v.show("organisation", p.Org.Name.In(v.lang), p)
}

// ties names who stands at the other end of each relation. A person is named only to who may know them.
func (v *visit) ties(tx *db.Tx, all []registry.Relation, end func(registry.Relation) string) ([]tieView, error) {
	var out []tieView
	for _, x := range all {
		code := end(x)
		t := tieView{Relation: x, Other: v.t("自然人（不公开）", "a person, not public")}
		o, err := v.s.c.Registry.Org(v.ctx(), tx, code)
		switch {
		case code == registry.UnknownHolder:
			t.Other = v.t("无人知晓", "nobody knows")
		case err == nil:
			t.Other, t.Path = o.Name.In(v.lang), "/registry/"+o.Code
		case fault.KindOf(err) != fault.NotFound:
			return nil, err
		default:
			if id, err := unit.ParseID(code); err == nil {
				if who, err := v.s.c.Registry.Person(v.ctx(), tx, v.who, id); err == nil {
					t.Other = who.Name
				}
			}
		}
		out = append(out, t)
	}
	return out, nil
}

func (v *visit) factsOf(facts map[string]registry.Fact) []factOfOrg {
	var out []factOfOrg
	for _, name := range sortedKeys(facts) {
		f := facts[name]
		out = append(out, factOfOrg{factWords(name), v.factValue(f.Value), f.Source, f.Day})
	}
	return out
}

// factWords is what people call a fact: one of the scheme language, a mark of a register, or a figure that is filed.
func factWords(name string) fault.Words {
	w, bare := scheme.FactWords(name), strings.TrimPrefix(name, "firm.")
	if w[0] == name {
		w = registry.MarkWords(registry.Mark(bare))
	}
	if w[0] == bare {
		w = registry.FigureWords(registry.Figure(bare))
	}
	return w
}

func (v *visit) factValue(x any) string {
	switch f := x.(type) {
	case bool:
		return scheme.YesNoValue(f).In(v.lang)
	case unit.Region:
		return placeName(f).In(v.lang)
	case unit.Fen:
		return f.String() + v.t(" 元", " yuan")
	}
	return fmt.Sprint(x)
}

type importPage struct {
	Kinds  []option
	Kind   string
	Form   *form
	Report *registry.Report
	Bad    []badCell
	Dry    bool
	Runs   []registry.Ran
}

type badCell struct {
	registry.BadCell
	Sentence string
}

func (v *visit) importForm() error { return v.showImport(importPage{}) }

func (v *visit) showImport(p importPage) error {
	for _, k := range registry.ImportKinds() {
		p.Kinds = append(p.Kinds, option{k, registry.KindOfImport(k).In(v.lang)})
	}
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		p.Runs, err = v.s.c.Registry.Imports(v.ctx(), tx)
		return err
	})
	if err != nil {
		return err
	}
	v.under("/registry", "主体登记", "Registry")
	return v.show("import", v.t("成批导入", "Import"), p)
}

// importFile checks a file and, unless only that was asked for, takes it in: all rows, or the good ones.
func (v *visit) importFile() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/registry/import"
	p := importPage{Kind: f.Get("kind"), Dry: f.Get("do") == "check"}
	name, content, err := f.given("file")
	if err == nil {
		rep, e := v.s.c.Registry.Take(v.ctx(), v.who, registry.Import{Kind: p.Kind, Name: name, File: bytes.NewReader(content), Source: f.Get("source"),
			Partial: f.Get("partial") == "yes", Dry: p.Dry})
		p.Report, err = &rep, e
		for _, b := range rep.Bad {
			p.Bad = append(p.Bad, badCell{b, b.Fault.Sentence(v.lang)})
		}
	}
	if err != nil && !v.refusedForm(f, err) {
		return err
	}
	p.Form = f
	return v.showImport(p)
}

// importTemplate is an empty file with the columns of a kind.
func (v *visit) importTemplate() error {
	var b bytes.Buffer
	kind := v.r.URL.Query().Get("kind")
	if err := registry.Template(&b, kind, sheets.XLSX, v.lang); err != nil {
		return err
	}
	return v.download(kind+".xlsx", xlsxType, b.Bytes())
}

// exportOrganisations is the register as a file, with the columns that an import reads.
func (v *visit) exportOrganisations() error {
	q := v.r.URL.Query()
	format, kind, name := sheets.CSV, csvType, "organisations.csv"
	if q.Get("format") == "xlsx" {
		format, kind, name = sheets.XLSX, xlsxType, "organisations.xlsx"
	}
	var b bytes.Buffer
	if err := v.s.c.Registry.Export(v.ctx(), &b, format, v.lang, unit.Region(q.Get("region")), q.Get("kind")); err != nil {
		return err
	}
	return v.download(name, kind, b.Bytes())
}

type authoritiesPage struct {
	Authorities []registry.Authority
	Compacts    []compactView
}

type compactView struct {
	registry.Compact
	Shared     []fault.Words
	Recognised []fault.Words
	Now        []regionView // members today
}

// authorities shows the governments and offices that this node knows, and the compacts that tie jurisdictions together.
func (v *visit) authorities() error {
	var p authoritiesPage
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		today := v.s.c.Registry.Today(tx)
		if p.Authorities, err = v.s.c.Registry.Authorities(v.ctx(), tx, "", today); err != nil {
			return err
		}
		all, err := v.s.c.Registry.Compacts(v.ctx(), tx)
		for _, c := range all {
			x := compactView{Compact: c}
			for _, s := range c.Shares {
				x.Shared = append(x.Shared, registry.SharingWords(s))
			}
			for _, s := range c.Recognises {
				x.Recognised = append(x.Recognised, registry.SharingWords(s))
			}
			for _, m := range c.MembersOn(today) {
				x.Now = append(x.Now, regionView{m.Region, placeName(m.Region)})
			}
			p.Compacts = append(p.Compacts, x)
		}
		return err
	})
	if err != nil {
		return err
	}
	v.under("/registry", "主体登记", "Registry")
	return v.show("authorities", v.t("主管部门与协定", "Authorities and compacts"), p)
}
