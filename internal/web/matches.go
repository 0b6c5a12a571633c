package web

import (
	"context"
	"slices"

	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const matchRows = 10

// matchView is something that fits, with the reasons in words.
type matchView struct {
	catalogue.Match
	No     int // in the ranking, from 1
	Kind   string
	Part   int // of what is asked, in percent
	Pros   []string
	Cons   []string
	Origin string             // name of the node whose listing it is; "" is this one
	For    *catalogue.Listing // of what suits one's offers: which offer
}

type matchesPage struct {
	L        catalogue.Listing
	Kind     fault.Words
	Need     bool
	Kinds    []picked
	Places   []option
	Form     *form
	All      []matchView
	Total    int
	Pager    pager
	Export   exportView
	Draft    bool     // not published: only its owner sees this
	Orgs     []option // that may begin an introduction
	Wordless bool
	Brokers  bool
	Case     *casework.Case // that makes the need, where the reader may see it
}

// matches shows what fits a listing, the best first, with why.
func (v *visit) matches() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showMatches(id, nil)
}

func (v *visit) showMatches(id unit.ID, posted *form) error {
	f := v.asked()
	q := catalogue.MatchQuery{Kind: f.text("kind"), Province: unit.Region(f.text("province")), Own: f.text("own") == "1"}
	m, err := v.s.c.Finder.Matches(v.ctx(), v.who, id, q)
	if err != nil {
		return err
	}
	p := matchesPage{L: m.Listing, Need: m.Need, Form: f, Total: len(m.All), Export: v.exports(), Draft: !m.Listing.Open(), Wordless: m.Wordless}
	if posted != nil {
		p.Form = posted
	}
	if k, ok := v.s.c.Catalogue.Kinds().Of(m.Listing.Kind); ok {
		p.Kind = k.Words()
	}
	p.Kinds = append(p.Kinds, picked{Name: v.t("全部", "All"), Path: v.filterLink("kind", ""), On: q.Kind == ""})
	for _, k := range m.Kinds {
		p.Kinds = append(p.Kinds, picked{Code: k.ID, Name: k.Words().In(v.lang), Path: v.filterLink("kind", k.ID), On: q.Kind == k.ID})
	}
	regions, err := v.regions()
	if err != nil {
		return err
	}
	for _, r := range regions {
		if unit.GB2260().Province(r.Code) == r.Code {
			p.Places = append(p.Places, option{string(r.Code), r.Words.In(v.lang)})
		}
	}
	all := v.matchViews(m.All)
	if v.wantsFile() {
		return v.matchesFile(all)
	}
	p.Pager = v.pager(len(all), matchRows)
	p.All = pageOf(v, all, matchRows)
	if p.Case, err = v.caseOfListing(m.Listing.OfCase); err != nil {
		return err
	}
	if m.Need && m.Listing.Open() && m.Listing.OfCase == "" && v.introducing() != "" {
		for _, org := range access.ReachOf(v.who, access.CaseCreate).Orgs {
			if org == m.Listing.Owner {
				p.Orgs = append(p.Orgs, option{org, m.Listing.OwnerName.In(v.lang)})
			}
		}
	}
	v.under("/needs", "需求", "Needs")
	title := v.t("谁能解决：", "What answers: ")
	if !m.Need {
		title = v.t("适合它的需求：", "Needs that suit: ")
	}
	return v.show("matches", title+m.Listing.Title.In(v.lang), p)
}

func (v *visit) matchViews(all []catalogue.Match) (out []matchView) {
	for i, m := range all {
		x := matchView{Match: m, No: i + 1, Part: int(m.Share*100 + 0.5)}
		if k, ok := v.s.c.Catalogue.Kinds().Of(m.Listing.Kind); ok {
			x.Kind = k.Words().In(v.lang)
		}
		if m.Listing.Origin != "" {
			x.Origin = v.nodeWords(m.Listing.Origin).In(v.lang)
		}
		for _, r := range m.Reasons {
			if says := v.reasonWords(r); r.Because == catalogue.OverBudget {
				x.Cons = append(x.Cons, says)
			} else {
				x.Pros = append(x.Pros, says)
			}
		}
		out = append(out, x)
	}
	return out
}

// reasonWords is a reason as a line.
func (v *visit) reasonWords(r catalogue.Reason) string {
	said := strings.Join(r.Said, v.t("、", ", "))
	switch r.Because {
	case catalogue.SameWords:
		return v.t("说到同样的：", "both say: ") + said
	case catalogue.SameIndustry:
		name := said
		for _, k := range v.s.c.Catalogue.Kinds().Asking() {
			if f, ok := k.Field("industry_code"); ok {
				name = f.Show(said).In(v.lang)
			}
		}
		return v.t("同一行业：", "same industry: ") + said + " " + name
	case catalogue.SameFields:
		return v.t("同一领域：", "same field: ") + said
	case catalogue.Accredited:
		return v.t("有所要求的资质：", "holds what is asked for: ") + said
	case catalogue.Delivered:
		return v.t("在本节点交付并收款 "+itoa(int64(r.N))+" 次", "delivered and was paid here: "+itoa(int64(r.N)))
	case catalogue.SameCity:
		return v.t("同在", "in the same city: ") + placeName(unit.Region(said)).In(v.lang)
	case catalogue.SameProvince:
		return v.t("同在", "in the same province: ") + placeName(unit.Region(said)).In(v.lang)
	case catalogue.Recognised:
		var words []string
		for _, l := range r.Said {
			words = append(words, recognisedWords(l).In(v.lang))
		}
		return v.t("单位有认定：", "recognised as: ") + strings.Join(words, v.t("、", ", "))
	case catalogue.WithinBudget:
		return v.t("要价在预算之内", "asks no more than the budget")
	case catalogue.OverBudget:
		return v.t("要价高于预算", "asks more than the budget")
	}
	return string(r.Because)
}

func (v *visit) matchesFile(all []matchView) error {
	s := &sheet{Name: "matches", Head: []string{v.t("名次", "Rank"), v.t("名称", "Name"), v.t("类别", "Kind"), v.t("单位", "Owner"), v.t("所在地", "Place"), v.t("说到需求的（%）", "Speaks to (%)"), v.t("理由", "Reasons"), v.t("不利", "Against"), v.t("地址", "Address")}}
	for _, m := range all {
		if err := s.put(m.No, m.Listing.Title.In(v.lang), m.Kind, m.Listing.OwnerName.In(v.lang), placeName(m.Listing.Region).In(v.lang), m.Part, strings.Join(m.Pros, "; "), strings.Join(m.Cons, "; "), v.site()+"/listings/"+string(m.Listing.ID)); err != nil {
			return err
		}
	}
	return v.send(s)
}

type suitedPage struct {
	Orgs   []option
	Owner  string
	Offers int // that were compared
	All    []matchView
	Pager  pager
	Export exportView
}

// suitedOffers are how many of an organisation's offers are compared, the newest first.
const suitedOffers = 40

// suitedLeast is how much of an offer a need speaks to before its owner is told of it: a list that nobody asked for holds no guesses.
const suitedLeast = 0.15

// suited are the needs that suit what one of the person's organisations offers.
func (v *visit) suited() (err error) {
	p := suitedPage{Export: v.exports()}
	if p.Orgs, err = v.orgOptions(access.ListingEdit); err != nil {
		return err
	}
	if len(p.Orgs) == 0 {
		return fault.New(fault.NotFound, "catalogue.unknown")
	}
	if p.Owner = v.r.URL.Query().Get("owner"); p.Owner == "" {
		p.Owner = p.Orgs[0].Value
	}
	offers, _, err := v.s.c.Catalogue.List(v.ctx(), v.who, catalogue.Query{All: true, Owner: p.Owner, State: catalogue.Published, Rows: suitedOffers})
	if err != nil {
		return err
	}
	best := map[unit.ID]matchView{}
	for _, o := range offers {
		if v.s.c.Catalogue.IsNeed(o) {
			continue
		}
		p.Offers++
		m, err := v.s.c.Finder.Matches(v.ctx(), v.who, o.ID, catalogue.MatchQuery{})
		if err != nil {
			return err
		}
		for _, x := range v.matchViews(m.All[:min(len(m.All), matchRows)]) {
			if x.Share < suitedLeast {
				continue
			}
			x.For = &o
			if was, twice := best[x.Listing.ID]; !twice || x.Share > was.Share {
				best[x.Listing.ID] = x
			}
		}
	}
	all := make([]matchView, 0, len(best))
	for _, x := range best {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b matchView) int {
		if a.Share != b.Share {
			if a.Share > b.Share {
				return -1
			}
			return 1
		}
		return strings.Compare(string(a.Listing.ID), string(b.Listing.ID))
	})
	for i := range all {
		all[i].No = i + 1
	}
	if v.wantsFile() {
		return v.matchesFile(all)
	}
	p.Pager = v.pager(len(all), matchRows)
	p.All = pageOf(v, all, matchRows)
	v.under("/needs", "需求", "Needs")
	return v.show("suited", v.t("适合我们的需求", "Needs that suit us"), p)
}

// introduce opens an introduction of a need to an offer and fills in what both listings say.
func (v *visit) introduce() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	offer, err := idOf(f.Get("offer"))
	if err != nil {
		return err
	}
	need, err := v.s.c.Catalogue.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	to, err := v.s.c.Catalogue.Get(v.ctx(), v.who, offer)
	if err != nil {
		return err
	}
	c, err := v.s.c.Cases.Create(v.ctx(), v.who, v.introducing(), need.Owner, f.Get("key"))
	if err == nil && len(c.Fields) == 0 {
		typed := map[string]string{"need": need.Title.In(v.lang), "need_no": string(need.ID), "offer": to.Title.In(v.lang), "offer_no": string(to.ID), "kind": to.Kind, "with_broker": "false"}
		if _, known := v.org(to.Owner); known == nil {
			typed["provider"] = to.Owner
		}
		c, err = v.s.c.Cases.Save(v.ctx(), v.who, c.ID, c.Version, typed)
	}
	if err != nil {
		v.back = "/listings/" + string(id) + "/matches"
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showMatches(id, f)
	}
	return v.to("/cases/"+string(c.ID), "introduced")
}

// introducing is the scheme by which a need and an offer are brought together: the one whose form asks for the ids of both.
func (v *visit) introducing() string {
	for _, sch := range v.s.c.Cases.Schemes() {
		_, need := sch.Field("need_no")
		_, offer := sch.Field("offer_no")
		if need && offer {
			return sch.ID
		}
	}
	return ""
}

func (s *Server) apiMatches() {
	type reasonOut struct {
		Because string   `json:"because" enum:"words,industry,fields,accredited,delivered,city,province,recognised,within,over"`
		Said    []string `json:"said"`
		Times   int      `json:"times"`
	}
	type matchOut struct {
		Rank    int         `json:"rank" doc:"from 1"`
		Listing string      `json:"listing"`
		Kind    string      `json:"kind"`
		Title   string      `json:"title"`
		Owner   string      `json:"owner"`
		Region  string      `json:"region"`
		Share   float64     `json:"share" doc:"how much of what is asked it speaks to, 0 to 1"`
		Reasons []reasonOut `json:"reasons"`
	}
	type matchesOut struct {
		Listing string     `json:"listing"`
		Need    bool       `json:"need" doc:"the listing is a need and these are offers; else they are needs"`
		Matches []matchOut `json:"matches"`
	}
	type matchesIn struct {
		ID       string `path:"id"`
		Kind     string `query:"kind"`
		Province string `query:"province"`
		Own      bool   `query:"own" doc:"this node's listings only"`
	}
	operate(s, "GET", "/api/v1/listings/{id}/matches", access.ListingRead, "What fits a listing: offers for a need, needs for an offer, the best first, with why", func(ctx context.Context, a asked, i *matchesIn) (*body[matchesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		m, err := s.c.Finder.Matches(ctx, a.who, id, catalogue.MatchQuery{Kind: i.Kind, Province: unit.Region(i.Province), Own: i.Own})
		if err != nil {
			return nil, err
		}
		out := matchesOut{Listing: string(m.Listing.ID), Need: m.Need, Matches: []matchOut{}}
		for n, x := range m.All {
			y := matchOut{Rank: n + 1, Listing: string(x.Listing.ID), Kind: x.Listing.Kind, Title: x.Listing.Title.In(a.lang), Owner: x.Listing.Owner, Region: string(x.Listing.Region), Share: x.Share, Reasons: []reasonOut{}}
			for _, r := range x.Reasons {
				y.Reasons = append(y.Reasons, reasonOut{string(r.Because), append([]string{}, r.Said...), r.N})
			}
			out.Matches = append(out.Matches, y)
		}
		return answer(out)
	})
}
