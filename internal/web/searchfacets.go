package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

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
