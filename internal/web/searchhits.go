package web

import (
	"strconv"
	"strings"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

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
