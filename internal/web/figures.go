package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/scheme"
)

// figureRows is how many entries the room gives on one page.
const figureRows = 100

// figureCache keeps the figures of the home page for as long as nothing they are made of has changed: they are computed
// from the entries of this node's log and of the neighbours' logs, which only grow. mu guards both, so that many who
// open the page at once wait for one computation.
type figureCache struct {
	mu  sync.Mutex
	key string
	all []indicator.Figure
}

// homeFigures are the values of the indicators of the files; own is the size of this node's log.
func (s *Server) homeFigures(ctx context.Context, own int64) ([]indicator.Figure, error) {
	neighbours, err := s.c.Federation.Rail(ctx)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(own)
	for _, n := range neighbours {
		key += fmt.Sprintf(" %s:%d", n.Code, n.Size)
	}
	c := &s.figures
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.key == key {
		return c.all, nil
	}
	all, err := s.c.Indicators.Values(ctx, s.c.Indicators.Filed())
	if err == nil {
		c.key, c.all = key, all
	}
	return all, err
}

type figuresPage struct {
	All      []indicator.Figure
	Schemes  []schemeFigures // what schemes count out of their public entries
	Compared []comparedView  // what documents told, beside what the logs show: what differs first
	Unread   []unreadLog
}

// unreadLog is a log that is not read to its end here, so that a figure may be short of what stands there.
type unreadLog struct {
	Code   string
	Name   fault.Words
	Behind int64 // entries that are known of and not read; 0 for a log that was not reached yet
}

// unreadLogs are those of the neighbours.
func (s *Server) unreadLogs(ctx context.Context) (out []unreadLog, err error) {
	all, err := s.c.Federation.Rail(ctx)
	for _, n := range all {
		if n.Behind > 0 || n.Seen.IsZero() {
			out = append(out, unreadLog{n.Code, n.Name, n.Behind})
		}
	}
	return out, err
}

// schemeFigures are the figures that the packs of one scheme bring.
type schemeFigures struct {
	Title fault.Words
	All   []indicator.Figure
}

// byScheme parts the figures of the files from those of the packs, which stand scheme by scheme.
func byScheme(all []indicator.Figure) (filed []indicator.Figure, schemes []schemeFigures) {
	last := ""
	for _, f := range all {
		switch {
		case f.Scheme == "":
			filed = append(filed, f)
		case f.Scheme != last:
			schemes = append(schemes, schemeFigures{Title: f.SchemeTitle, All: []indicator.Figure{f}})
		default:
			at := &schemes[len(schemes)-1]
			at.All = append(at.All, f)
		}
		last = f.Scheme
	}
	return filed, schemes
}

// comparedView is a report beside the figure that it tells.
type comparedView struct {
	Figure indicator.Figure
	Report reportView
	How    indicator.Agreement
	Off    string // by how much the logs show more, in the figure's unit; "" is not known
}

// compare holds every report against its figure.
func (v *visit) compare(all []indicator.Figure) (out []comparedView) {
	for _, f := range all {
		for _, r := range f.Reported {
			how, off := f.Compare(r)
			c := comparedView{Figure: f, Report: v.reportOf(f, r), How: how}
			if off != nil {
				places := 0
				if f.Money() {
					places = 2
				}
				c.Off = grouped(off.FloatString(places))
			}
			out = append(out, c)
		}
	}
	order := map[indicator.Agreement]int{indicator.Differs: 0, indicator.Unclear: 1, indicator.Agrees: 2}
	slices.SortStableFunc(out, func(a, b comparedView) int { return order[a.How] - order[b.How] })
	return out
}

// grouped sets commas between the thousands of a plain number; any other text is left as it is.
func grouped(s string) string {
	digits := strings.TrimPrefix(s, "-")
	whole, rest, _ := strings.Cut(digits, ".")
	if whole == "" || strings.Trim(whole+rest, "0123456789") != "" {
		return s
	}
	first := len(s) - len(digits)
	for at := first + len(whole) - 3; at > first; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// reportOf is a report as a page says it.
func (v *visit) reportOf(f indicator.Figure, r indicator.Report) reportView {
	counted := unitWord(r.Unit)
	if r.Unit == "count" {
		counted = f.Unit
	}
	return reportView{Report: r, Says: grouped(r.Value) + " " + counted.In(v.lang), Note: approxWord(r.Approx).In(v.lang)}
}

func (v *visit) figures() error {
	all, err := v.s.c.Indicators.Values(v.ctx(), v.s.c.Indicators.Definitions())
	if err != nil {
		return err
	}
	filed, schemes := byScheme(all)
	unread, err := v.s.unreadLogs(v.ctx())
	if err != nil {
		return err
	}
	return v.show("figures", v.t("数字", "Figures"), figuresPage{filed, schemes, v.compare(all), unread})
}

type figurePage struct {
	Figure   indicator.Figure
	Of       fault.Words // what each of its entries tells of
	Entries  []figureEntry
	Compared []comparedView // what documents told, beside what the logs show: what differs first
	Source   bool           // the reader may open the documents
	Pager    pager
	Export   exportView
	Unread   []unreadLog
}

// figureEntry is an entry with where it opens: the page of the log that it stands in.
type figureEntry struct {
	indicator.Entry
	URL    string
	Node   fault.Words
	Code   string
	Public []namedValue
}

type reportView struct {
	indicator.Report
	Says, Note string
}

func (v *visit) figure() error {
	if v.wantsFile() {
		return v.figureFile(v.r.PathValue("id"))
	}
	f, err := v.s.c.Indicators.Figure(v.ctx(), v.r.PathValue("id"), v.pageNo())
	if err != nil {
		return err
	}
	p := figurePage{Figure: f, Of: v.packWords().leaf(f.Leaf), Entries: v.figureEntries(f), Source: access.MaySomewhere(v.who, access.DocumentRead) == nil, Pager: v.pager(f.Total, figureRows), Export: v.exports()}
	p.Compared = v.compare([]indicator.Figure{f})
	if p.Unread, err = v.s.unreadLogs(v.ctx()); err != nil {
		return err
	}
	v.under("/figures", "数字", "Figures")
	return v.show("figure", f.Title.In(v.lang), p)
}

// figureEntries are the entries of a page with what is public of each.
func (v *visit) figureEntries(f indicator.Figure) []figureEntry {
	all := v.s.opened(f)
	for i, e := range all {
		all[i].Public = v.publicMap(f.Leaf, e.Fields)
		for j := range all[i].Public {
			if e.Code != v.s.c.Node.Code {
				all[i].Public[j].Path = "" // it leads into this node, and the entry is of another
			}
		}
	}
	return all
}

// figureFile is every entry that makes a figure. An entry that is published meanwhile pushes the others down: what was written
// is not written again.
func (v *visit) figureFile(id string) error {
	d, err := v.s.c.Indicators.Definition(id)
	if err != nil {
		return err
	}
	out := &sheet{Name: id, Head: []string{v.t("节点", "Node"), v.t("记录", "Entry"), v.t("日期", "Day"), v.t("金额（元）", "Amount (yuan)"), v.t("公开的内容", "What is public"), v.t("地址", "Address")}}
	written := map[string]bool{}
	return v.sendPages(out, func(n int) (rows [][]any, total int, err error) {
		f, err := v.s.c.Indicators.Figure(v.ctx(), id, n)
		for _, e := range v.figureEntries(f) {
			if at := fmt.Sprint(e.Origin, " ", e.Index); !written[at] {
				written[at] = true
				rows = append(rows, []any{e.Node.In(v.lang), e.Index, e.Day.String(), amountCell(d, e.Entry), joined(v, e.Public), e.URL})
			}
		}
		return rows, f.Total, err
	})
}

// amountCell is what an entry adds; empty where the figure counts, or where the entry does not state it.
func amountCell(d indicator.Definition, e indicator.Entry) any {
	if d.Value != indicator.Sum || e.Unread {
		return ""
	}
	return e.Amount
}

// opened adds to each entry of a figure the address of its page.
func (s *Server) opened(f indicator.Figure) []figureEntry {
	var out []figureEntry
	for _, e := range f.Entries {
		x := figureEntry{Entry: e}
		x.Node, x.Code, x.URL = s.entryAt(e.Origin, e.Index)
		out = append(out, x)
	}
	return out
}

// entryAt says whose log an entry stands in, and where its page is.
func (s *Server) entryAt(origin string, index int64) (node fault.Words, code, url string) {
	url = fmt.Sprintf("/log/entries/%d", index)
	if p, ok := s.c.Federation.Peer(origin); ok {
		return p.Name, p.Code, p.URL + url
	}
	return s.c.Node.Name, s.c.Node.Code, url
}

// moneyFields are the fields of a kind of leaf that carry fen: those that an indicator adds up, and the amounts of a
// scheme that publishes such a leaf.
func (s *Server) moneyFields(leaf string) map[string]bool {
	defs, schemes := s.c.Indicators.Definitions(), s.c.Cases.Schemes()
	known := s.fen.Load()
	if known == nil || len(known.defs) != len(defs) || len(defs) > 0 && &known.defs[0] != &defs[0] || !slices.Equal(known.schemes, schemes) {
		known = &moneyOf{defs: defs, schemes: schemes, fields: map[string]map[string]bool{}}
		known.fill()
		s.fen.Store(known)
	}
	return known.fields[leaf]
}

// moneyOf are the fields that carry fen, by the kind of leaf, of these indicators and schemes.
type moneyOf struct {
	defs    []indicator.Definition
	schemes []*scheme.Scheme
	fields  map[string]map[string]bool
}

func (m *moneyOf) add(leaf, field string) {
	if m.fields[leaf] == nil {
		m.fields[leaf] = map[string]bool{}
	}
	m.fields[leaf][field] = true
}

func (m *moneyOf) fill() {
	for _, d := range m.defs {
		if d.Field != "" {
			m.add(d.Leaf, d.Field)
		}
	}
	for _, x := range m.schemes {
		for _, l := range x.Publish {
			for _, a := range x.Amounts.Names() {
				m.add(l.Name, a)
			}
			for _, name := range l.Shows { // also one that no figure adds
				if f, ok := x.Field(strings.TrimPrefix(name, "form.")); ok && f.Type == "money" {
					m.add(l.Name, name)
				}
			}
		}
	}
}
