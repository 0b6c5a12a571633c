package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/unit"
)

const (
	flowRows   = 100 // entries on a page, as the room gives them
	bySum      = "sum"
	yearMin    = 2000
	yearMax    = 2100
	ofUsers    = "users"
	ofHosts    = "hosts"
	ofListings = "instruments"
)

// flowsPage is the matrix of who buys services of whom.
type flowsPage struct {
	flowChoice
	Flows   indicator.Flows
	Share   string // of purchases that cross a border, in percent; "" where there is none
	Columns []flowPlace
	Rows    []flowRow
	Foot    []flowCell
	Export  exportView
	Wholly  string // the entries of everything
	Crossed string // the entries of what crosses a border
}

// flowChoice is how the matrix and the map are narrowed.
type flowChoice struct {
	Years    []choiceOf
	Measures []choiceOf
	Year     int
	Money    bool // yuan instead of purchases
}

type flowPlace struct {
	Code  string
	Name  fault.Words
	Class string
}

type flowRow struct {
	Place flowPlace
	Cells []flowCell
	Sum   flowCell
}

// flowCell is a figure of the matrix, which opens to the entries that make it.
type flowCell struct {
	indicator.Cell
	Own   bool // within one province
	Shade string
	Path  string
}

// flowQuery is what the address asks for.
func (v *visit) flowQuery() (q indicator.FlowQuery, err error) {
	form := v.r.URL.Query()
	if y := form.Get("year"); y != "" {
		if q.Year, err = strconv.Atoi(y); err != nil || q.Year < yearMin || q.Year > yearMax {
			return q, fault.New(fault.Invalid, "web.flow_year").On("year")
		}
	}
	q.Across = form.Get("across") != ""
	for name, into := range map[string]*unit.Region{"user": &q.User, "host": &q.Host} {
		if s := form.Get(name); s != "" {
			if *into, err = unit.ParseRegion(s); err != nil {
				return q, fault.Of(err).On(name)
			}
		}
	}
	return q, nil
}

// flowChoices are the years in which anything was bought, and what is shown of it.
func (v *visit) flowChoices(q indicator.FlowQuery, years []int) flowChoice {
	c := flowChoice{Year: q.Year, Money: v.r.URL.Query().Get("show") == bySum}
	c.Years = []choiceOf{{"", fault.Words{"所有年度", "every year"}, q.Year == 0}}
	for _, y := range years {
		c.Years = append(c.Years, choiceOf{strconv.Itoa(y), fault.Words{strconv.Itoa(y) + " 年", strconv.Itoa(y)}, q.Year == y})
	}
	c.Measures = []choiceOf{{"", fault.Words{"笔数", "purchases"}, !c.Money}, {bySum, fault.Words{"券额（元）", "borne by vouchers (yuan)"}, c.Money}}
	return c
}

// entriesPath is the address of the entries that make a figure.
func entriesPath(q indicator.FlowQuery) string {
	form := url.Values{}
	for name, x := range map[string]unit.Region{"user": q.User, "host": q.Host} {
		if x != "" {
			form.Set(name, string(x))
		}
	}
	if q.Year != 0 {
		form.Set("year", strconv.Itoa(q.Year))
	}
	if q.Across {
		form.Set("across", "1")
	}
	if len(form) == 0 {
		return "/flows/entries"
	}
	return "/flows/entries?" + form.Encode()
}

func (v *visit) flows() error {
	q, err := v.flowQuery()
	if err != nil {
		return err
	}
	f, err := v.s.c.Indicators.Flows(v.ctx(), indicator.FlowQuery{Year: q.Year})
	if err != nil {
		return err
	}
	p := flowsPage{Flows: f, flowChoice: v.flowChoices(q, f.Years), Export: v.exports(), Wholly: entriesPath(indicator.FlowQuery{Year: q.Year}), Crossed: entriesPath(indicator.FlowQuery{Year: q.Year, Across: true})}
	if f.All.N > 0 {
		p.Share = fmt.Sprintf("%.1f", 100*float64(f.Across.N)/float64(f.All.N))
	}
	p.matrix(f, v.s.provinces(f), q.Year)
	if v.wantsFile() {
		return v.send(flowSheet(f, v.lang))
	}
	return v.show("flows", v.t("谁用谁的资源", "Who uses whose resources"), p)
}

// provinces are the jurisdictions of the community and whoever else the entries name, by their codes.
func (s *Server) provinces(f indicator.Flows) (all []unit.Region) {
	add := func(r unit.Region) {
		if unit.GB2260().Check(r) == nil && !slices.Contains(all, r) { // the office has a code and is no province
			all = append(all, r)
		}
	}
	add(unit.Region(s.c.Node.Code).Province())
	for _, p := range s.c.Federation.Peers() {
		add(unit.Region(p.Code).Province())
	}
	for pair := range f.Between {
		add(pair[0])
		add(pair[1])
	}
	slices.Sort(all)
	return all
}

func flowPlaceOf(code unit.Region) flowPlace {
	return flowPlace{string(code), shortPlace(code), sealClass(string(code))}
}

// amount is what a cell is shaded by.
func (p *flowsPage) amount(c indicator.Cell) int64 {
	if p.Money {
		return int64(c.Sum)
	}
	return int64(c.N)
}

// matrix lays the flows out: a row for each province whose firms buy, a column for each whose providers are bought of.
func (p *flowsPage) matrix(f indicator.Flows, provinces []unit.Region, year int) {
	most := int64(0)
	for _, c := range f.Between {
		most = max(most, p.amount(c))
	}
	foot := make([]indicator.Cell, len(provinces))
	for _, user := range provinces {
		p.Columns = append(p.Columns, flowPlaceOf(user))
		row, sum := flowRow{Place: flowPlaceOf(user)}, indicator.Cell{}
		for i, host := range provinces {
			c := f.Between[[2]unit.Region{user, host}]
			row.Cells = append(row.Cells, flowCell{c, user == host, shadeOf(p.amount(c), most), entriesPath(indicator.FlowQuery{User: user, Host: host, Year: year})})
			sum.N, sum.Sum = sum.N+c.N, sum.Sum+c.Sum
			foot[i].N, foot[i].Sum = foot[i].N+c.N, foot[i].Sum+c.Sum
		}
		row.Sum = flowCell{Cell: sum, Path: entriesPath(indicator.FlowQuery{User: user, Year: year})}
		p.Rows = append(p.Rows, row)
	}
	for i, host := range provinces {
		p.Foot = append(p.Foot, flowCell{Cell: foot[i], Path: entriesPath(indicator.FlowQuery{Host: host, Year: year})})
	}
}

// flowSheet is the matrix as a list, a line for each pair.
func flowSheet(f indicator.Flows, lang fault.Lang) *sheet {
	t := func(zh, en string) string { return fault.Words{zh, en}.In(lang) }
	s := &sheet{Name: "flows", Head: []string{t("企业所在地代码", "Code of the firms' place"), t("企业所在地", "The firms' place"), t("机构所在地代码", "Code of the providers' place"), t("机构所在地", "The providers' place"), t("笔数", "Purchases"), t("券额（元）", "Borne by vouchers (yuan)")}}
	pairs := make([][2]unit.Region, 0, len(f.Between))
	for pair := range f.Between {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(a, b [2]unit.Region) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, pair := range pairs {
		c := f.Between[pair]
		s.rows = append(s.rows, []any{string(pair[0]), placeName(pair[0]).In(lang), string(pair[1]), placeName(pair[1]).In(lang), c.N, c.Sum})
	}
	return s
}

// flowEntriesPage is the entries behind one figure of the matrix or the map.
type flowEntriesPage struct {
	User, Host fault.Words // "" is anywhere
	Year       int
	Across     bool // only what crosses a border
	Rows       []flowEntry
	Total      int
	Sum        unit.Fen
	Pager      pager
	Export     exportView
}

type flowEntry struct {
	indicator.Bought
	Node    fault.Words
	Code    string
	URL     string
	Service fault.Words
}

func (v *visit) flowEntries() error {
	q, err := v.flowQuery()
	if err != nil {
		return err
	}
	all, err := v.s.c.Indicators.AllPurchases(v.ctx(), q)
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.sendPurchases(all)
	}
	p := flowEntriesPage{Year: q.Year, Across: q.Across, Total: len(all), Pager: v.pager(len(all), flowRows), Export: v.exports()}
	for _, x := range all {
		p.Sum += x.Sum // the room has added the same without overflow
	}
	if q.User != "" {
		p.User = placeName(q.User)
	}
	if q.Host != "" {
		p.Host = placeName(q.Host)
	}
	from := min((v.pageNo()-1)*flowRows, len(all))
	for _, x := range all[from:min(from+flowRows, len(all))] {
		e := flowEntry{Bought: x, Service: v.serviceWords(x.Service)}
		e.Node, e.Code, e.URL = v.s.entryAt(x.Origin, x.Index)
		p.Rows = append(p.Rows, e)
	}
	v.under("/flows", "谁用谁的资源", "Who uses whose resources")
	return v.show("flowentries", v.t("用券购买的服务", "Services bought with vouchers"), p)
}

// serviceWords is what the schemes of this node call a kind of service.
func (v *visit) serviceWords(name string) fault.Words {
	for _, x := range v.s.c.Cases.Schemes() {
		if w, ok := x.Words.Get(name); ok {
			return w
		}
	}
	return fault.Words{name, name}
}

func (v *visit) sendPurchases(all []indicator.Bought) error {
	s := &sheet{Name: "purchases", Head: []string{v.t("日志", "Log"), v.t("序号", "Entry"), v.t("日期", "Day"), v.t("企业所在地", "Firm's place"), v.t("机构所在地", "Provider's place"), v.t("服务", "Service"), v.t("券额（元）", "Borne by the voucher (yuan)")}}
	for _, x := range all {
		if err := s.put(x.Origin, x.Index, x.Day.String(), placeName(x.User).In(v.lang), placeName(x.Host).In(v.lang), v.serviceWords(x.Service).In(v.lang), x.Sum); err != nil {
			return err
		}
	}
	return v.send(s)
}
