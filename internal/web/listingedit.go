package web

import (
	"bytes"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/intake"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// kindField is a control of a listing's form.
type kindField struct {
	kinds.Field
	ID, Input string
	Value     string
	Bad       string
	Label     string
	Help      string
	Unit      string
	Options   []optionOf
	Star      bool // needed
	Described string
	Mode      string
}

type optionOf struct {
	Value, Name string
	Chosen      bool
}

type kindGroup struct {
	Name   string
	Fields []kindField
}

type listingFormPage struct {
	L      catalogue.Listing // zero for a new one
	Kind   fault.Words
	KindID string
	About  fault.Words
	Owner  string
	Name   string // of the owner
	Groups []kindGroup
	Form   *form
	Note   string
	Kinds  []option // to choose from, when none is chosen yet
	Abouts map[string]string
	Orgs   []option
}

// newListing is an empty form of a kind, with what the registry knows of the owner filled in.
func (v *visit) newListing() error {
	q := v.r.URL.Query()
	return v.showNewListing(q.Get("kind"), q.Get("owner"), nil)
}

func (v *visit) showNewListing(kind, owner string, f *form) error {
	p := listingFormPage{Form: f, Owner: owner, Abouts: map[string]string{}}
	var err error
	if p.Orgs, err = v.orgOptions(access.ListingEdit); err != nil {
		return err
	}
	if owner == "" && len(p.Orgs) > 0 {
		p.Owner = p.Orgs[0].Value
	}
	k, ok := v.s.c.Catalogue.Kinds().Of(kind)
	if !ok && kind != "" {
		return fault.New(fault.NotFound, "catalogue.kind_unknown", "kind", kind)
	}
	if !ok {
		for _, k := range v.s.c.Catalogue.Kinds().All {
			p.Kinds = append(p.Kinds, option{k.ID, k.Words().In(v.lang)})
			p.Abouts[k.ID] = fault.Words(k.About).In(v.lang)
		}
		v.under("/listings/mine", "本单位的资源", "What we offer")
		return v.show("listingedit", v.t("登记一项资源", "List something"), p)
	}
	o, err := v.org(p.Owner)
	if err != nil {
		return err
	}
	p.Kind, p.KindID, p.About, p.Name = k.Words(), k.ID, fault.Words(k.About), o.Name.In(v.lang)
	p.Groups = v.kindGroups(k, v.prefilled(k, o), f)
	v.under("/listings/mine", "本单位的资源", "What we offer")
	return v.show("listingedit", v.t("登记：", "List: ")+k.Words().In(v.lang), p)
}

// prefilled is what the registry knows of an owner that a form asks for.
func (v *visit) prefilled(k *kinds.Kind, o registry.Org) map[string]string {
	in := map[string]string{}
	if k.Place != "" {
		in[k.Place] = string(o.Region)
	}
	for _, f := range k.Fields {
		switch f.ID {
		case "supporting_unit":
			in[f.ID] = o.Name[0]
		case "contact":
			if f.Private {
				in[f.ID] = v.who.Name
			}
		case "email":
			if f.Private {
				in[f.ID] = v.who.Email
			}
		}
	}
	return in
}

// kindGroups are the controls of a kind's form: with canonical values, or with what was typed into a refused form.
func (v *visit) kindGroups(k *kinds.Kind, values map[string]string, f *form) (all []kindGroup) {
	for _, g := range k.Groups {
		group := kindGroup{Name: fault.Words{g.ZH, g.EN}.In(v.lang)}
		for _, field := range k.In(g.ID) {
			x := kindField{Field: field, ID: "f-" + field.ID, Input: "f." + field.ID, Label: field.Words().In(v.lang), Unit: fault.Words(field.Unit).In(v.lang),
				Help: fault.Words(field.Help).In(v.lang), Star: field.Need != kinds.Optional}
			var chosen []string
			if f == nil {
				x.Value, chosen = field.Typed(values[field.ID]), strings.Split(values[field.ID], "\n")
			} else {
				x.Value, x.Bad, chosen = f.Value(field.ID), f.Bad(field.ID), f.Values[field.ID]
			}
			v.fillControl(&x, chosen)
			group.Fields = append(group.Fields, x)
		}
		all = append(all, group)
	}
	return all
}

func (v *visit) fillControl(x *kindField, chosen []string) {
	for _, c := range x.Of {
		name := c.Words().In(v.lang)
		if x.Codes != "" {
			name = c.Code + " " + name
		}
		x.Options = append(x.Options, optionOf{c.Code, name, slices.Contains(chosen, c.Code)})
	}
	if x.Type == "code" && x.Value != "" && !slices.ContainsFunc(x.Of, func(c kinds.Code) bool { return c.Code == x.Value }) {
		if c, ok := x.Code(x.Value); ok { // a finer code than the list has
			x.Options = append(x.Options, optionOf{c.Code, c.Words().In(v.lang), true})
		}
	}
	switch x.Type {
	case "yesno":
		x.Options = []optionOf{{"yes", v.t("是", "Yes"), x.Value == "yes"}, {"no", v.t("否", "No"), x.Value == "no"}}
	case "money":
		x.Mode = "decimal"
		if x.Unit == "" {
			x.Unit = v.t("元", "yuan")
		}
	case "count", "decimal":
		x.Mode = "decimal"
	case "day":
		x.Help = v.t("例如 2024-09-01", "such as 2024-09-01")
	case "tags":
		x.Help = v.t("几个之间用顿号或逗号分开", "several, with commas between them")
		x.Value = strings.ReplaceAll(x.Value, "\n", v.t("、", ", "))
	case "region":
		x.Help = v.t("六位行政区划代码", "a region code of six digits")
	}
	if x.Help != "" {
		x.Described = x.ID + "-h"
	}
	if x.Bad != "" {
		x.Described = strings.TrimSpace(x.Described + " " + x.ID + "-e")
	}
}

// typedOffer are the fields of a listing as the form sent them; a field with checkboxes sends one value for each.
func typedOffer(k *kinds.Kind, f *form) map[string]string {
	typed := map[string]string{}
	for _, field := range k.Fields {
		typed[field.ID] = strings.Join(f.Values[field.ID], "\n")
	}
	return typed
}

func (v *visit) addListing() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	k, ok := v.s.c.Catalogue.Kinds().Of(f.Get("kind"))
	if !ok {
		return fault.New(fault.NotFound, "catalogue.kind_unknown", "kind", f.Get("kind"))
	}
	fields := f.part("f.", "f")
	l, err := v.s.c.Catalogue.Add(v.ctx(), v.who, catalogue.Draft{Kind: k.ID, Owner: f.Get("owner"), Typed: typedOffer(k, fields)})
	if err != nil {
		v.back = "/listings/new"
		if !v.refusedForm(fields, err) {
			return err
		}
		return v.showNewListing(k.ID, f.Get("owner"), fields)
	}
	return v.to("/listings/"+string(l.ID), "listing_added")
}

func (v *visit) editListing() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showEditListing(id, nil, "")
}

// listingToEdit is a listing of those whom the person may edit for, whatever its state allows.
func (v *visit) listingToEdit(id unit.ID) (catalogue.Listing, error) {
	l, err := v.s.c.Catalogue.Get(v.ctx(), v.who, id)
	if err == nil {
		err = access.May(v.who, access.ListingEdit, access.Scope{Org: l.Owner, Region: l.Region})
	}
	return l, err
}

func (v *visit) showEditListing(id unit.ID, f *form, note string) error {
	l, err := v.listingToEdit(id)
	if err != nil {
		return err
	}
	k, ok := v.s.c.Catalogue.Kinds().Of(l.Kind)
	if !ok {
		return fault.New(fault.Conflict, "catalogue.kind_gone", "kind", l.Kind)
	}
	if !v.s.c.Catalogue.MayChange(v.who, l) {
		return fault.New(fault.Conflict, "catalogue.state", "state", l.State.Words(), "act", catalogue.Changing.Words())
	}
	p := listingFormPage{L: l, Kind: k.Words(), KindID: k.ID, About: fault.Words(k.About), Owner: l.Owner, Name: l.OwnerName.In(v.lang), Form: f, Note: note,
		Groups: v.kindGroups(k, l.Fields, f)}
	v.under("/listings/mine?owner="+l.Owner, "本单位的资源", "What we offer")
	v.under("/listings/"+string(id), l.Title[0], l.Title[1])
	return v.show("listingedit", v.t("修改", "Change"), p)
}

func (v *visit) changeListing() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	l, err := v.s.c.Catalogue.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	k, ok := v.s.c.Catalogue.Kinds().Of(l.Kind)
	if !ok {
		return fault.New(fault.Conflict, "catalogue.kind_gone", "kind", l.Kind)
	}
	fields := f.part("f.", "f")
	if _, err := v.s.c.Catalogue.Change(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))), typedOffer(k, fields), f.Get("note")); err != nil {
		v.back = "/listings/" + string(id) + "/edit"
		if !v.refusedForm(fields, err) {
			return err
		}
		return v.showEditListing(id, fields, f.Get("note"))
	}
	return v.to("/listings/"+string(id), "listing_changed")
}

type importListingsPage struct {
	Kinds  []option
	Orgs   []option
	Form   *form
	Review bool // the actor may publish
}

func (v *visit) importListingsForm() error { return v.showImportListings(importListingsPage{}) }

func (v *visit) showImportListings(p importListingsPage) error {
	for _, k := range v.s.c.Catalogue.Kinds().All {
		p.Kinds = append(p.Kinds, option{k.ID, k.Words().In(v.lang)})
	}
	var err error
	if p.Orgs, err = v.orgOptions(access.ListingEdit); err != nil {
		return err
	}
	p.Review = access.MaySomewhere(v.who, access.ListingPublish) == nil
	v.under("/listings/mine", "本单位的资源", "What we offer")
	return v.show("listingimport", v.t("成批登记资源", "List many at once"), p)
}

// importListings brings a file, to be checked and, unless only that was asked for, taken in.
func (v *visit) importListings() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/listings/import"
	at, err := v.bringFile(f, "listings", f.Get("owner"), intake.Asks{Kind: f.Get("kind"), Partial: f.Get("partial") == "yes", Publish: f.Get("publish") == "yes", Dry: f.Get("do") == "check"})
	return v.importDone(f, at, err, func() error { return v.showImportListings(importListingsPage{Form: f}) })
}

// listingTemplate is an empty file with the columns of a kind.
func (v *visit) listingTemplate() error {
	var b bytes.Buffer
	kind := v.r.URL.Query().Get("kind")
	if err := v.s.c.Catalogue.Template(&b, kind, sheets.XLSX, v.lang); err != nil {
		return err
	}
	return v.download(kind+".xlsx", xlsxType, b.Bytes())
}

// exportListings is a list of one kind as a file: CSV or XLSX with the columns that an import reads, or JSON.
func (v *visit) exportListings() error {
	q := v.r.URL.Query()
	query := catalogue.Query{Kind: q.Get("kind"), Region: unit.Region(q.Get("region")), Owner: q.Get("owner"), State: catalogue.State(q.Get("state")), All: q.Get("all") == "yes"}
	format, kind := sheets.Format(q.Get("format")), csvType
	if format == "" {
		format = sheets.CSV
	}
	if format == sheets.XLSX {
		kind = xlsxType
	}
	var b bytes.Buffer
	more, err := v.s.c.Catalogue.Export(v.ctx(), v.who, query, &b, format, v.lang, exportRowsMax)
	if err != nil {
		return err
	}
	if more {
		return fault.New(fault.TooLarge, "web.export_rows", "most", exportRowsMax)
	}
	return v.download(query.Kind+"."+string(format), kind, b.Bytes())
}
