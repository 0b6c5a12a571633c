package web

import (
	"cmp"
	"slices"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const needRows = 30

// needRow is a need as a line of a list.
type needRow struct {
	L      catalogue.Listing
	Kind   fault.Words
	Type   string // what is looked for
	State  fault.Words
	Budget string
	Until  unit.Day
	Days   int // left until then, at least 0
	Demo   bool
}

type needsPage struct {
	Mine   bool // those of the person's own organisations, in every state
	Orgs   []option
	Owner  string
	Form   *form
	Kinds  []picked
	Types  []option
	Fields []option // divisions of industry that needs name
	Places []option
	Orders []picked
	Rows   []needRow
	Total  int
	Pager  pager
	Export exportView
	Offers bool // the person keeps listings, so needs may suit them
	Next   string
	Narrow bool // something is chosen
}

// needs lists what is looked for: published and not expired, or all of one's own.
func (v *visit) needs() error {
	f := v.asked()
	p := needsPage{Form: f, Mine: f.text("mine") == "1", Export: v.exports(), Offers: access.MaySomewhere(v.who, access.ListingEdit) == nil}
	set := v.s.c.Catalogue.Kinds().Asking()
	for _, k := range set {
		p.Kinds = append(p.Kinds, picked{Code: k.ID, Name: k.Words().In(v.lang), Path: v.filterLink("kind", k.ID), On: f.text("kind") == k.ID})
	}
	if p.Mine {
		return v.myNeeds(&p, set)
	}
	q := find.Query{Text: f.text("q"), Filter: map[string][]string{}, Order: find.Order(f.text("sort")), Limit: needRows, Offset: (v.pageNo() - 1) * needRows, Facets: []string{catalogue.FacetKind, "type", "industry_code", find.FacetProvince}}
	for _, k := range set {
		if kind := f.text("kind"); kind == "" || kind == k.ID {
			q.Filter[catalogue.FacetKind] = append(q.Filter[catalogue.FacetKind], k.ID)
		}
	}
	if len(q.Filter[catalogue.FacetKind]) == 0 {
		return fault.New(fault.NotFound, "catalogue.kind_unknown", "kind", f.text("kind"))
	}
	for _, name := range []string{"type", "industry_code", find.FacetProvince} {
		if code := f.text(name); code != "" {
			q.Filter[name] = []string{code}
			p.Narrow = true
		}
	}
	p.Narrow = p.Narrow || q.Text != "" || f.text("kind") != ""
	if v.wantsFile() {
		q.Offset, q.Limit, q.Facets = 0, find.LimitMax, nil
	}
	found, err := v.s.c.Finder.Search(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	today := unit.DayOf(v.now(), beijing)
	for _, l := range found.Listings {
		if r := v.needRow(l, today); !r.Until.Valid() || r.Until >= today {
			p.Rows = append(p.Rows, r)
		}
	}
	if v.wantsFile() {
		return v.needsFile(p.Rows)
	}
	p.Total, p.Pager = found.Total, v.pager(min(found.Total, searchDepth), needRows)
	p.Types, p.Fields, p.Places = v.countedOptions("type", set, found), v.countedOptions("industry_code", set, found), v.countedOptions(find.FacetProvince, set, found)
	for _, o := range []struct {
		order find.Order
		words fault.Words
	}{{find.ByRelevance, fault.Words{"最相符", "Best fit"}}, {find.ByNewest, fault.Words{"最新", "Newest"}}} {
		if o.order == find.ByRelevance && q.Text == "" {
			continue
		}
		p.Orders = append(p.Orders, picked{Code: string(o.order), Name: o.words.In(v.lang), Path: v.filterLink("sort", string(o.order)), On: found.Order == o.order})
	}
	return v.show("needs", v.t("需求", "Needs"), p)
}

// countedOptions are the codes of a facet that needs have, with how many.
func (v *visit) countedOptions(name string, set []*kinds.Kind, found *catalogue.Found) (all []option) {
	for _, c := range found.Facets[name] {
		words := v.codeWords(name, c.Code, nil, nil)
		for _, k := range set {
			if f, ok := k.Field(name); ok {
				if code, known := f.Code(c.Code); known {
					words = code.Words().In(v.lang)
					break
				}
			}
		}
		all = append(all, option{c.Code, words + " (" + itoa(int64(c.N)) + ")"})
	}
	return all
}

// myNeeds are the needs of the person's organisations, drafts and withdrawn ones too.
func (v *visit) myNeeds(p *needsPage, set []*kinds.Kind) (err error) {
	if p.Orgs, err = v.orgOptions(access.ListingEdit); err != nil {
		return err
	}
	if len(p.Orgs) == 0 {
		return fault.New(fault.NotFound, "catalogue.unknown")
	}
	p.Owner = cmp.Or(p.Form.text("owner"), p.Orgs[0].Value)
	today := unit.DayOf(v.now(), beijing)
	for _, k := range set {
		all, _, err := v.s.c.Catalogue.List(v.ctx(), v.who, catalogue.Query{All: true, Owner: p.Owner, Kind: k.ID, Rows: 200})
		if err != nil {
			return err
		}
		for _, l := range all {
			p.Rows = append(p.Rows, v.needRow(l, today))
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b needRow) int { return b.L.Changed.Compare(a.L.Changed) })
	p.Total = len(p.Rows)
	if v.wantsFile() {
		return v.needsFile(p.Rows)
	}
	return v.show("needs", v.t("本单位的需求", "Our needs"), *p)
}

func (v *visit) needRow(l catalogue.Listing, today unit.Day) needRow {
	r := needRow{L: l, Kind: fault.Words{l.Kind, l.Kind}, State: l.State.Words(), Demo: l.Synthetic}
	k, ok := v.s.c.Catalogue.Kinds().Of(l.Kind)
	if !ok {
		return r
	}
	r.Kind, r.Until = k.Words(), catalogue.Until(k, l)
	if r.Until.Valid() {
		r.Days = max(0, int(r.Until-today))
	}
	if f, ok := k.Field(cmp.Or(k.Asks.By, "type")); ok {
		r.Type = f.Show(l.Fields[f.ID]).In(v.lang)
	}
	if f, ok := k.Field(k.Price); ok {
		r.Budget = f.Show(l.Fields[k.Price]).In(v.lang)
	}
	return r
}

func (v *visit) needsFile(rows []needRow) error {
	s := &sheet{Name: "needs", Head: []string{v.t("需求", "Need"), v.t("类别", "Kind"), v.t("类型", "Type"), v.t("单位", "Owner"), v.t("单位代码", "Owner's code"), v.t("所在地", "Place"), v.t("预算（元）", "Budget (yuan)"),
		v.t("截止", "Until"), v.t("状态", "State"), v.t("地址", "Address")}}
	for _, r := range rows {
		until := ""
		if r.Until.Valid() {
			until = r.Until.String()
		}
		if err := s.put(r.L.Title.In(v.lang), r.Kind.In(v.lang), r.Type, r.L.OwnerName.In(v.lang), r.L.Owner, placeName(r.L.Region).In(v.lang), r.Budget, until, r.State.In(v.lang), v.site()+"/listings/"+string(r.L.ID)); err != nil {
			return err
		}
	}
	return v.send(s)
}

// publishNeed submits a need and publishes it, for who may do both.
func (v *visit) publishNeed() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	l, err := v.s.c.Catalogue.Step(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))), catalogue.Submit, "")
	if err == nil {
		_, err = v.s.c.Catalogue.Step(v.ctx(), v.who, id, l.Version, catalogue.Publish, "")
	}
	if err != nil {
		v.back = "/listings/" + string(id)
		if !v.refused(err, func(string) string { return "acts" }) {
			return err
		}
		return v.showListing(id, nil)
	}
	return v.to("/listings/"+string(id)+"/matches", "listing_publish")
}

// matchable says what of matching a listing's page offers.
func (v *visit) matchable(p *listingPage, k *kinds.Kind) {
	if k == nil || p.L.State.Closed() {
		return
	}
	p.Asks = k.Asking()
	p.Match = p.Asks || len(v.s.c.Catalogue.Kinds().Answering(k.ID)) > 0
	scope := access.Scope{Org: p.L.Owner, Region: p.L.Region}
	p.Direct = p.Asks && p.L.State == catalogue.Registered && access.May(v.who, access.ListingEdit, scope) == nil && access.May(v.who, access.ListingPublish, scope) == nil
}
