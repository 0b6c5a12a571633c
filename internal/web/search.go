package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
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

// picked is something that can be chosen, or taken back.
type picked struct {
	Code, Name string
	N          int
	Path       string
	On         bool
}

type facetView struct {
	Name    string // of the field in the form
	Words   string
	Choices []picked
	On      int
	Open    bool
	More    int // choices that are not shown
	Radio   bool
}

// hitView is a listing that was found.
type hitView struct {
	Path    string
	Title   []piece
	Kind    string
	Owner   []piece
	Org     string // code of the owner
	Code    string // of the region
	Place   string
	Km      int
	Facts   []namedValue
	Says    []piece // where in its texts
	Price   string
	Unit    string
	Whose   string // price this is, where others pay another
	NoPrice bool   // there is none to pay: the amount is a budget or a loan
	Free    string // the next free slot
	Wished  string // a slot in the time that was wished for
	FreeAt  string // the calendar
	Labels  []string
	Demo    bool
	Deeds   []string
	Origin  string // name of the node whose listing it is; "" is this one
	Nearer  bool   // the first that only comes near
	listing catalogue.Listing
}

// piece is a stretch of a text; On is what was asked.
type piece struct {
	Text string
	On   bool
}

func pieces(text string, marks find.Marks) (all []piece) {
	last := 0
	for _, s := range marks.In(text) {
		if s.From > last {
			all = append(all, piece{text[last:s.From], false})
		}
		all = append(all, piece{text[s.From:s.To], true})
		last = s.To
	}
	if last < len(text) {
		all = append(all, piece{text[last:], false})
	}
	return all
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

// facetsOf are the facets beside a search: those that every listing has, and those of the kind.
func (v *visit) facetsOf(k *kinds.Kind) []string {
	all := []string{catalogue.FacetKind, find.FacetProvince, find.FacetCity, catalogue.FacetNode}
	if k != nil {
		for _, f := range k.Fields {
			if f.Facet && !f.Private {
				all = append(all, f.ID)
			}
		}
	} else {
		all = append(all, "accreditation")
	}
	return append(all, catalogue.FacetBand, catalogue.FacetPer, catalogue.FacetLabel, catalogue.FacetOwner)
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

func (v *visit) tabs(p *searchPage, found *catalogue.Found) {
	n := map[string]int{}
	all := 0
	for _, c := range found.Facets[catalogue.FacetKind] {
		n[c.Code] = c.N
		all += c.N
	}
	without := func(kind string) string {
		change := map[string][]string{"kind": nil}
		if kind != "" {
			change["kind"] = []string{kind}
		}
		for name := range v.r.URL.Query() { // facets of a kind say nothing of another
			if facet, is := strings.CutPrefix(name, facetPrefix); is && facet != find.FacetProvince && facet != find.FacetCity && facet != catalogue.FacetNode {
				change[name] = nil
			}
		}
		return v.searchLink(change)
	}
	p.Tabs = append(p.Tabs, picked{Name: v.t("全部", "All"), N: all, Path: without(""), On: p.Kind == ""})
	for _, k := range v.s.c.Catalogue.Kinds().All {
		if n[k.ID] > 0 || k.ID == p.Kind {
			p.Tabs = append(p.Tabs, picked{Code: k.ID, Name: k.Words().In(v.lang), N: n[k.ID], Path: without(k.ID), On: k.ID == p.Kind})
		}
	}
}

// facetWords is what people call a facet.
func (v *visit) facetWords(name string, k *kinds.Kind) string {
	switch name {
	case find.FacetProvince:
		return v.t("省市", "Province")
	case find.FacetCity:
		return v.t("城市", "City")
	case catalogue.FacetBand:
		return v.t("起价", "Price from")
	case catalogue.FacetPer:
		return v.t("计价方式", "Charged by")
	case catalogue.FacetLabel:
		return v.t("本平台认可", "Recognised here")
	case catalogue.FacetOwner:
		return v.t("单位", "Owner")
	case catalogue.FacetNode:
		return v.t("由哪个节点发布", "Published by node")
	}
	if f, ok := v.fieldOf(name, k); ok {
		return f.Words().In(v.lang)
	}
	return name
}

// fieldOf is the field of a kind that a facet counts; without a kind the first that has it.
func (v *visit) fieldOf(name string, k *kinds.Kind) (kinds.Field, bool) {
	if k != nil {
		return k.Field(name)
	}
	for _, k := range v.s.c.Catalogue.Kinds().All {
		if f, ok := k.Field(name); ok {
			return f, true
		}
	}
	return kinds.Field{}, false
}

// codeWords is what people call a code of a facet.
func (v *visit) codeWords(name, code string, k *kinds.Kind, owners map[string]string) string {
	switch name {
	case find.FacetProvince, find.FacetCity:
		return placeName(unit.Region(code)).In(v.lang)
	case catalogue.FacetLabel:
		return recognisedWords(code).In(v.lang)
	case catalogue.FacetNode:
		return v.nodeWords(code).In(v.lang)
	case catalogue.FacetOwner:
		if n := owners[code]; n != "" {
			return n
		}
		return code
	case catalogue.FacetBand:
		return v.bandWords(code)
	case catalogue.FacetPer:
		_, per, _ := strings.Cut(code, "-")
		return perWords[per].In(v.lang)
	}
	if k == nil { // over all kinds: the words of the first whose list has the code
		for _, k := range v.s.c.Catalogue.Kinds().All {
			if f, ok := k.Field(name); ok && f.Show(code).In(v.lang) != code {
				return f.Show(code).In(v.lang)
			}
		}
		return code
	}
	if f, ok := k.Field(name); ok {
		return f.Show(code).In(v.lang)
	}
	return code
}

// perWords are what prices are for (kinds.Pers).
var perWords = map[string]fault.Words{"hour": {"按小时、班次或天（机时）", "by the hour, shift or day"}, "day": {"按人天", "by the day of a person"}, "item": {"按样品或项目", "by the sample or job"},
	"card_hour": {"按卡时", "by the card-hour"}, "whole": {"一次总价", "one price for the whole"}}

// bandWords is a band of prices: its ends in yuan.
func (v *visit) bandWords(code string) string {
	for i, low := range catalogue.Bands {
		if strconv.FormatInt(int64(low)/100, 10) != code {
			continue
		}
		if i+1 == len(catalogue.Bands) {
			return code + v.t(" 元以上", " yuan and more")
		}
		return code + "–" + strconv.FormatInt(int64(catalogue.Bands[i+1])/100, 10) + v.t(" 元", " yuan")
	}
	return code
}

// owners are the names of organisations by their codes, each looked up once; one that is not in the registry has none.
func (v *visit) owners(codes []string) (map[string]string, error) {
	names := map[string]string{}
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		for _, code := range codes {
			if _, known := names[code]; known {
				continue
			}
			o, err := v.s.c.Registry.Org(v.ctx(), tx, code)
			if fault.KindOf(err) == fault.NotFound {
				name, known, err := v.s.c.Catalogue.OwnerName(v.ctx(), tx, code)
				if err != nil {
					return fmt.Errorf("name of owner %s: %w", code, err)
				}
				if known {
					names[code] = name.In(v.lang)
				}
				continue
			}
			if err != nil {
				return fmt.Errorf("name of owner %s: %w", code, err)
			}
			names[code] = o.Name.In(v.lang)
		}
		return nil
	})
	return names, err
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

func (v *visit) searchFacets(p *searchPage, k *kinds.Kind, found *catalogue.Found, q find.Query) error {
	for _, name := range q.Facets[1:] {
		counts := found.Facets[name]
		if name == catalogue.FacetBand {
			slices.SortFunc(counts, func(a, b find.Count) int { return bandPlace(a.Code) - bandPlace(b.Code) })
		}
		on := q.Filter[name]
		for _, c := range on { // what is chosen is shown even where it finds nothing
			if !slices.ContainsFunc(counts, func(x find.Count) bool { return x.Code == c }) {
				counts = append(counts, find.Count{Code: c})
			}
		}
		if len(on) == 0 && (len(counts) == 0 || len(counts) == 1 && counts[0].N >= found.Total) {
			continue // there is nothing to choose between
		}
		view := facetView{Name: facetPrefix + name, Words: v.facetWords(name, k), On: len(on)}
		// The chosen come first, so that they are never folded away.
		slices.SortStableFunc(counts, func(a, b find.Count) int {
			return boolPlace(slices.Contains(on, a.Code)) - boolPlace(slices.Contains(on, b.Code))
		})
		if len(counts) > codesShown {
			view.More = len(counts) - codesShown
			counts = counts[:codesShown]
		}
		var owners map[string]string
		if name == catalogue.FacetOwner {
			var codes []string
			for _, c := range counts {
				codes = append(codes, c.Code)
			}
			var err error
			if owners, err = v.owners(codes); err != nil {
				return err
			}
		}
		for _, c := range counts {
			view.Choices = append(view.Choices, picked{Code: c.Code, Name: v.codeWords(name, c.Code, k, owners), N: c.N, On: slices.Contains(on, c.Code),
				Path: v.toggled(facetPrefix+name, c.Code)})
		}
		view.Open = len(on) > 0 || len(p.Facets) < 2
		p.Facets = append(p.Facets, view)
	}
	if slices.Max(append([]int{0}, found.Free...)) > 0 || q.FreePick > 0 {
		view := facetView{Name: "free", Words: v.t("最近空档", "Next free slot"), Radio: true, Open: true}
		for i, f := range freeWithin {
			on := q.FreePick == i+1
			if on {
				view.On = 1
			}
			view.Choices = append(view.Choices, picked{Code: strconv.Itoa(i + 1), Name: f.In(v.lang), N: found.Free[i], On: on})
		}
		p.Facets = append(p.Facets, view)
	}
	return nil
}

func bandPlace(code string) int {
	n, err := strconv.Atoi(code)
	if err != nil {
		return 1 << 30
	}
	return n
}

func boolPlace(on bool) int {
	if on {
		return 0
	}
	return 1
}

// chosen are the filters as tags, each with the address without it.
func (v *visit) chosen(p *searchPage, k *kinds.Kind, q find.Query) {
	var owners map[string]string
	if codes := q.Filter[catalogue.FacetOwner]; len(codes) > 0 {
		owners, _ = v.owners(codes) // else the code is shown
	}
	for _, name := range sortedKeys(q.Filter) {
		if name == catalogue.FacetKind {
			continue
		}
		for _, code := range q.Filter[name] {
			p.Chosen = append(p.Chosen, picked{Name: v.codeWords(name, code, k, owners), Path: v.toggled(facetPrefix+name, code)})
		}
	}
	if q.FreePick > 0 && q.FreePick <= len(freeWithin) {
		p.Chosen = append(p.Chosen, picked{Name: freeWithin[q.FreePick-1].In(v.lang), Path: v.searchLink(map[string][]string{"free": nil})})
	}
	if p.Least != "" || p.Most != "" {
		p.Chosen = append(p.Chosen, picked{Name: v.t("价格 ", "price ") + p.Least + "–" + p.Most, Path: v.searchLink(map[string][]string{"least": nil, "most": nil})})
	}
	if len(p.Chosen) > 0 {
		p.Clear = v.searchLink(nil)
	}
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

// understood tells how words of the question were taken.
func (v *visit) understood(p *searchPage, found *catalogue.Found) {
	said := map[string]bool{}
	for _, n := range found.Notes {
		line := ""
		switch n.Wish {
		case find.Synonym:
			p.Synonyms = true
			line = v.t("“"+n.Said+"”也查：", "“"+n.Said+"” finds also: ") + n.Meant
		case find.Place:
			if found.Near == n.Meant {
				line = v.t("近的在前，从“"+n.Said+"”算起", "the near ones first, from “"+n.Said+"”")
				break
			}
			line = v.t("“"+n.Said+"”当作所在地：", "“"+n.Said+"” is taken as the place: ") + placeName(unit.Region(n.Meant)).In(v.lang)
		case find.Budget:
			fen, _ := strconv.ParseInt(n.Meant, 10, 64)
			line = v.t("“"+n.Said+"”当作最高价：", "“"+n.Said+"” is taken as the highest price: ") + unit.Fen(fen).String() + v.t(" 元", " yuan")
		case find.Cheap:
			line = v.t("“"+n.Said+"”：相近的按价格从低到高", "“"+n.Said+"”: of those that fit the cheaper first") + v.pricesCompared(found)
		case find.Gratis:
			line = v.t("“"+n.Said+"”：只列不收费的", "“"+n.Said+"”: only what costs nothing")
		case find.When:
			line = v.wishedWords(n.Said, found)
		case find.Near:
			if found.From != "" {
				continue
			}
			line = v.t("“"+n.Said+"”：近的在前，请选从哪里算起", "“"+n.Said+"”: the near ones first; choose from where")
		case find.Newest:
			line = v.t("“"+n.Said+"”：新发布的在前", "“"+n.Said+"”: the newest first")
		case find.Spelled:
			line = v.t("没有“"+n.Said+"”，按相近拼写查：", "nothing has “"+n.Said+"”; searched for what is spelt alike: ") + n.Meant
		case find.Sounded:
			line = v.t("“"+n.Said+"”按拼音查", "“"+n.Said+"” is read as pinyin: "+n.Meant)
		case find.Initials:
			line = v.t("“"+n.Said+"”按拼音首字母查：", "“"+n.Said+"” is read as initials of: ") + n.Meant
		case find.Beginning:
			line = v.t("“"+n.Said+"”按开头查：", "“"+n.Said+"” is read as the beginning of: ") + n.Meant
		case find.Split:
			line = v.t("“"+n.Said+"”拆开查：", "“"+n.Said+"” is read as: ") + n.Meant
		case find.Dropped:
			p.Nearest = append(p.Nearest, v.t("不含“"+n.Said+"”", "without “"+n.Said+"”"))
			continue
		case find.Loosened:
			p.Nearest = append(p.Nearest, v.t("只含“"+n.Said+"”的一部分", "with only a part of “"+n.Said+"”"))
			continue
		}
		if line != "" && !said[line] {
			said[line] = true
			p.Wishes = append(p.Wishes, line)
		}
	}
	if len(p.Wishes) > 0 {
		p.Literal = v.searchLink(map[string][]string{"words": {"literal"}})
	}
}

// pricesCompared says whose prices were compared, and how.
func (v *visit) pricesCompared(found *catalogue.Found) string {
	whose := v.t("按企业价", "by what firms pay")
	if found.Reduced {
		whose = v.t("按贵单位适用的院校价（没有院校价的按企业价）", "by what universities pay, as your organisation does (what firms pay where there is no such price)")
	}
	return v.t("（"+whose+"；时、班、日价折成每小时比较，按样、按项或按卡时收费的不与时价相比）", " ("+whose+"; prices an hour, shift and day are compared by the hour, prices a sample, job or card-hour are not compared with them)")
}

// offer is what is said of a listing wherever it was found; k is nil for one whose kind is gone.
// reduced: the asker pays what universities pay.
func (v *visit) offer(l catalogue.Listing, km int, reduced bool) (h hitView, k *kinds.Kind) {
	h = hitView{Path: "/listings/" + string(l.ID), Org: l.Owner, Code: string(l.Region), Place: placeName(l.Region).In(v.lang), Km: km, Demo: l.Synthetic, listing: l}
	if l.Origin != "" {
		h.Origin = v.nodeWords(l.Origin).In(v.lang)
	}
	k, ok := v.s.c.Catalogue.Kinds().Of(l.Kind)
	if !ok {
		return h, nil
	}
	h.Kind = k.Words().In(v.lang)
	if f, ok := k.Field(k.Price); ok {
		h.Price, h.Unit = f.Show(l.Fields[f.ID]).In(v.lang), fault.Words(f.Unit).In(v.lang)
	}
	if h.NoPrice = k.For.Unit() == "none"; h.NoPrice {
		h.Price, h.Unit = "", ""
	}
	if f, ok := k.Field(k.For.Academic); ok && h.Price != "" && l.Fields[f.ID] != "" {
		h.Whose = v.t("企业价", "for firms")
		if reduced {
			h.Price, h.Unit, h.Whose = f.Show(l.Fields[f.ID]).In(v.lang), fault.Words(f.Unit).In(v.lang), v.t("院校价", "for universities")
		}
	}
	return h, k
}

// hit dresses a listing for the page, with what was asked marked in it.
func (v *visit) hit(l catalogue.Listing, found *catalogue.Found, i int) hitView {
	h, k := v.offer(l, found.Hits[i].Km, found.Reduced)
	v.hitFree(&h, found, i)
	h.Title, h.Owner = pieces(l.Title.In(v.lang), found.Marks), pieces(l.OwnerName.In(v.lang), found.Marks)
	if k == nil {
		return h
	}
	for _, id := range k.Summary {
		f, _ := k.Field(id)
		if s := f.Show(l.Fields[id]).In(v.lang); s != "" && (id != k.Price || h.NoPrice) {
			h.Facts = append(h.Facts, namedValue{Name: f.Words().In(v.lang), Value: s + unitOf(f, v.lang)})
		}
	}
	for _, f := range k.Fields {
		if f.Weight == 0 || f.Private || f.ID == k.Title.ZH || f.ID == k.Title.EN || f.Type != "text" && f.Type != "tags" {
			continue
		}
		if says := snippet(f.Show(l.Fields[f.ID]).In(v.lang), found.Marks); says != nil {
			h.Says = says
			break
		}
	}
	return h
}

func unitOf(f kinds.Field, lang fault.Lang) string {
	if u := fault.Words(f.Unit).In(lang); u != "" {
		return " " + u
	}
	return ""
}

// snippet is the stretch of a text around what was asked; nil where nothing of it stands there.
func snippet(text string, marks find.Marks) []piece {
	spans := marks.In(text)
	if len(spans) == 0 {
		return nil
	}
	runes := []rune(text)
	first := len([]rune(text[:spans[0].From]))
	from := max(0, first-snippetLen/3)
	to := min(len(runes), from+snippetLen)
	all := pieces(strings.Join(strings.Fields(string(runes[from:to])), " "), marks)
	if from > 0 {
		all = append([]piece{{"…", false}}, all...)
	}
	if to < len(runes) {
		all = append(all, piece{"…", false})
	}
	return all
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
