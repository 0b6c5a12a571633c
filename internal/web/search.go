package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	searchRows  = 20
	codesShown  = 12 // of a facet, before the rest is folded away by its count
	snippetLen  = 90 // characters around what was found
	facetPrefix = "f."
)

type searchPage struct {
	Text     string
	Kind     string
	Tabs     []picked // kinds
	Facets   []facetView
	Chosen   []picked // what is chosen, each with the address without it
	Clear    string
	Orders   []picked
	Order    string
	From     string // the city that distances are from
	Cities   []option
	Least    string // of the price, as typed
	Most     string
	Free     string
	Hits     []hitView
	Total    int
	Wishes   []string // how words were understood
	Literal  string   // address of the same question as it stands
	Nearest  []string // what was left out
	Exact    int      // how many have all that was asked; what comes near follows
	Near     bool     // nothing has all of it, or what comes near follows
	Without  int
	Wide     string // address without filters
	Pager    pager
	Exports  exportView
	Keep     string // address to which the search can be saved; "" for who cannot
	Empty    bool   // nothing is published at all
	Synonyms bool
}

// question reads an address into a query. What cannot be read is refused by the index, in words.
func (v *visit) question() (find.Query, error) { return v.questionOf(v.r.URL.Query()) }

func (v *visit) questionOf(q url.Values) (find.Query, error) {
	out := find.Query{Text: strings.TrimSpace(q.Get("q")), Literal: q.Get("words") == "literal", Order: find.Order(q.Get("sort")), From: q.Get("from"),
		Filter: map[string][]string{}, Limit: searchRows, Offset: (v.pageNo() - 1) * searchRows}
	for name, codes := range q {
		facet, is := strings.CutPrefix(name, facetPrefix)
		if codes = slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return c == "" }); is && len(codes) > 0 {
			out.Filter[facet] = codes
		}
	}
	if k := q.Get("kind"); k != "" {
		out.Filter[catalogue.FacetKind] = []string{k}
	}
	for name, at := range map[string]*unit.Fen{"least": &out.PriceLeast, "most": &out.PriceMost} {
		if text := strings.TrimSpace(q.Get(name)); text != "" {
			fen, err := unit.ParseFen(text)
			if err != nil {
				return out, fault.Of(err).On(name)
			}
			*at = fen
		}
	}
	out.FreeBy = freeBounds(v.now())
	if text := q.Get("free"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			n = -1 // the index refuses it
		}
		out.FreePick = n
	}
	return out, nil
}

// search shows what is offered.
func (v *visit) search() error {
	q, err := v.question()
	if err != nil {
		return err
	}
	kind := v.r.URL.Query().Get("kind")
	k, _ := v.s.c.Catalogue.Kinds().Of(kind)
	q.Facets = v.facetsOf(k)
	if v.wantsFile() {
		q.Offset, q.Limit, q.Facets = 0, find.LimitMax, nil
	}
	found, err := v.s.c.Finder.Search(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.exportFound(found)
	}
	p := searchPage{Text: q.Text, Kind: kind, Total: found.Total, Order: string(found.Order), From: found.From, Exports: v.exports(), Without: found.Without,
		Least: v.r.URL.Query().Get("least"), Most: v.r.URL.Query().Get("most"), Free: v.r.URL.Query().Get("free"), Wide: v.searchLink(nil)}
	p.Pager = v.pager(min(found.Total, searchDepth), searchRows)
	p.Pager.More = found.Total > searchDepth
	v.tabs(&p, found)
	if err := v.searchFacets(&p, k, found, q); err != nil {
		return err
	}
	v.chosen(&p, k, q)
	v.orders(&p, found)
	if q.Order == find.ByPrice {
		p.Wishes = append(p.Wishes, v.t("价格从低到高", "The cheapest first")+v.pricesCompared(found))
	}
	v.understood(&p, found)
	p.Exact, p.Near = found.Exact, found.Nearest || found.Exact < found.Total
	for i, l := range found.Listings {
		p.Hits = append(p.Hits, v.hit(l, found, i))
	}
	if at := found.Exact - q.Offset; !found.Nearest && at >= 0 && at < len(p.Hits) {
		p.Hits[at].Nearer = true
	}
	p.Empty = found.Total == 0 && q.Text == "" && len(q.Filter) == 0
	if access.MaySomewhere(v.who, access.NoticeRead) == nil && !v.who.Anonymous() && (q.Text != "" || len(q.Filter) > 0) {
		p.Keep = v.r.URL.RawQuery
	}
	return v.show("search", v.t("找资源", "Find resources"), p)
}

// searchDepth is how many results are paged through; who wants more takes the file or narrows the search.
const searchDepth = 10_000

// searchLink is the address of the search with some words of it changed; nil values take all filters away.
func (v *visit) searchLink(change map[string][]string) string {
	q := url.Values{}
	for name, all := range v.r.URL.Query() {
		if name == "page" || name == "done" || name == "lang" || name == "format" {
			continue
		}
		if change == nil && name != "q" && name != "kind" && name != "words" {
			continue
		}
		q[name] = all
	}
	for name, all := range change {
		if q.Del(name); len(all) > 0 {
			q[name] = all
		}
	}
	return "/search?" + q.Encode()
}

// toggled is the address with a code of a facet put in or taken out.
func (v *visit) toggled(name, code string) string {
	all := slices.Clone(v.r.URL.Query()[name])
	if i := slices.Index(all, code); i >= 0 {
		all = slices.Delete(all, i, i+1)
	} else {
		all = append(all, code)
	}
	return v.searchLink(map[string][]string{name: all})
}

// orgOptions are the organisations for which this person may do something, by name; one that is not in the registry is
// called by its code.
func (v *visit) orgOptions(p access.Permission) (all []option, err error) {
	codes := access.ReachOf(v.who, p).Orgs
	names, err := v.owners(codes)
	for _, code := range codes {
		name := names[code]
		if name == "" {
			name = code
		}
		all = append(all, option{code, name})
	}
	return all, err
}

// orders are the ways to sort, and the cities to measure from.
func (v *visit) orders(p *searchPage, found *catalogue.Found) {
	for _, o := range []struct {
		order find.Order
		words fault.Words
	}{
		{find.ByRelevance, fault.Words{"合用程度", "best match"}}, {find.ByPrice, fault.Words{"价格", "price"}}, {find.ByDistance, fault.Words{"距离", "distance"}},
		{find.ByFree, fault.Words{"最早有空", "next free"}}, {find.ByNewest, fault.Words{"最新", "newest"}},
	} {
		if o.order == find.ByDistance && found.From == "" {
			continue // from where, is chosen in the form
		}
		if o.order == find.ByFree && slices.Max(append([]int{0}, found.Free...)) == 0 {
			continue
		}
		chosen := v.r.URL.Query().Get("sort")
		p.Orders = append(p.Orders, picked{Name: o.words.In(v.lang), Path: v.searchLink(map[string][]string{"sort": {string(o.order)}}), On: chosen == string(o.order)})
	}
	for _, code := range v.s.c.Finder.Places() {
		p.Cities = append(p.Cities, option{code, placeName(unit.Region(code)).In(v.lang)})
	}
}

// exportFound hands out everything that was found.
func (v *visit) exportFound(found *catalogue.Found) error {
	s := &sheet{Name: "search", Head: []string{v.t("名称", "Name"), v.t("类别", "Kind"), v.t("单位", "Owner"), v.t("单位代码", "Owner's code"), v.t("所在地", "Place"), v.t("起价（元）", "Price from (yuan)"),
		v.t("计价", "Charged by"), v.t("距离（公里）", "Distance (km)"), v.t("最近空档", "Next free slot"), v.t("地址", "Address"), v.t("发布节点", "Published by node")}}
	for i, l := range found.Listings {
		h, _ := v.offer(l, found.Hits[i].Km, found.Reduced)
		km := ""
		if h.Km >= 0 {
			km = strconv.Itoa(h.Km)
		}
		v.hitFree(&h, found, i)
		if err := s.put(l.Title.In(v.lang), h.Kind, l.OwnerName.In(v.lang), l.Owner, h.Place, h.Price, h.Unit, km, h.Free, v.site()+h.Path, v.nodeWords(cmp.Or(l.Origin, catalogue.OwnNode)).In(v.lang)); err != nil {
			return err
		}
	}
	return v.send(s)
}
