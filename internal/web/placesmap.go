package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/unit"
)

// mapPage is where something is done, a tile for each city and the same numbers in a table.
type mapPage struct {
	flowChoice
	Of            []choiceOf
	Listings      bool // what is shown is listings, which have no year
	Width, Height int
	Tiles         []mapTile // cities with a tile, in the order of their codes
	Rows          []mapTile // whatever has something, the most first
	Without       []mapTile // without a tile
	All           indicator.Cell
	Export        exportView
}

// mapTile is a city, or a place without a tile.
type mapTile struct {
	indicator.Cell
	Region unit.Region
	Class  string // of the jurisdiction's colour
	Shade  string
	Name   fault.Words
	X, Y   int
	Path   string // to the entries; "" where there is none
}

// mapMeasures are what the map shows.
var mapMeasures = []choiceOf{
	{ofUsers, fault.Words{"企业用券购买（按企业所在地）", "bought by firms (by place of the firm)"}, false},
	{ofHosts, fault.Words{"机构被购买（按机构所在地）", "bought of providers (by place of the provider)"}, false},
	{ofListings, fault.Words{"开放仪器（按仪器所在地）", "instruments listed (by place of the instrument)"}, false},
}

func (v *visit) placesMap() error {
	q, err := v.flowQuery()
	if err != nil {
		return err
	}
	of := cmp.Or(v.r.URL.Query().Get("of"), ofUsers)
	p := mapPage{Listings: of == ofListings, Export: v.exports()}
	known := false
	for _, m := range mapMeasures {
		m.Chosen = m.Value == of
		known = known || m.Chosen
		p.Of = append(p.Of, m)
	}
	if !known {
		return fault.New(fault.Invalid, "web.map_of").On("of")
	}
	f, err := v.s.c.Indicators.Flows(v.ctx(), indicator.FlowQuery{Year: q.Year})
	if err != nil {
		return err
	}
	p.flowChoice = v.flowChoices(q, f.Years)
	places := map[string]map[unit.Region]indicator.Cell{ofUsers: f.Users, ofHosts: f.Hosts}[of]
	open := func(r unit.Region) string {
		if of == ofUsers {
			return entriesPath(indicator.FlowQuery{User: r, Year: q.Year})
		}
		return entriesPath(indicator.FlowQuery{Host: r, Year: q.Year})
	}
	if p.Listings {
		if places, err = v.s.c.Indicators.Places(v.ctx(), "instruments-worth"); err != nil {
			return err
		}
		p.Measures[0].Words, p.Measures[1].Words = fault.Words{"台（套）", "instruments"}, fault.Words{"原值（元）", "original value (yuan)"}
		p.Years = nil
		open = func(r unit.Region) string {
			return "/listings?" + url.Values{"kind": {"instrument"}, "region": {string(r)}}.Encode()
		}
	}
	p.draw(places, open)
	if v.wantsFile() {
		return v.send(p.sheet(v.lang))
	}
	return v.show("map", v.t("城市格图", "Map of cities"), p)
}

// draw folds places into cities and lays out their tiles.
func (p *mapPage) draw(places map[unit.Region]indicator.Cell, open func(unit.Region) string) {
	cells := map[unit.Region]indicator.Cell{}
	for r := range tilePlaces {
		cells[r] = indicator.Cell{}
	}
	for r, c := range places {
		at := onTile(r)
		have := cells[at]
		have.N, have.Sum = have.N+c.N, have.Sum+c.Sum
		cells[at] = have
		p.All.N, p.All.Sum = p.All.N+c.N, p.All.Sum+c.Sum
	}
	amount := func(c indicator.Cell) int64 {
		if p.Money {
			return int64(c.Sum)
		}
		return int64(c.N)
	}
	most := int64(0)
	for _, c := range cells {
		most = max(most, amount(c))
	}
	for r, c := range cells {
		t := mapTile{Cell: c, Region: r, Class: sealClass(string(r)), Shade: shadeOf(amount(c), most), Name: shortPlace(r)}
		if c.N > 0 {
			t.Path = open(r)
			p.Rows = append(p.Rows, t)
		}
		if at, there := tilePlaces[r]; there {
			t.X, t.Y = 2+at.column*tileStep, 2+at.row*tileStep
			p.Tiles = append(p.Tiles, t)
			p.Width, p.Height = max(p.Width, t.X+tileSize+2), max(p.Height, t.Y+tileSize+2)
		} else {
			p.Without = append(p.Without, t)
		}
	}
	byCode := func(a, b mapTile) int { return cmp.Compare(a.Region, b.Region) }
	slices.SortFunc(p.Tiles, byCode)
	slices.SortFunc(p.Without, byCode)
	slices.SortFunc(p.Rows, func(a, b mapTile) int { return cmp.Or(cmp.Compare(amount(b.Cell), amount(a.Cell)), byCode(a, b)) })
}

// Label is the name that stands in a tile: without what tells it from a place of the same sound, as its colour does.
func (t mapTile) Label() fault.Words {
	latin, _, _ := strings.Cut(t.Name[1], " (")
	return fault.Words{t.Name[0], latin}
}

// labelRunes is how many letters of a Latin name stand in a tile at their own width.
const labelRunes = 8

// Squeezed tells whether the label's Latin letters have to stand closer.
func (t mapTile) Squeezed(lang fault.Lang) bool {
	return lang == fault.EN && len([]rune(t.Label()[1])) > labelRunes
}

// Text is what a tile says in its few characters: a count, or ten thousands of yuan.
func (p mapPage) Text(t mapTile) string {
	if p.Money {
		return strconv.FormatInt(int64(t.Sum/(10_000*unit.FenPerYuan)), 10)
	}
	return strconv.Itoa(t.N)
}

// sheet is the table beside the map.
func (p mapPage) sheet(lang fault.Lang) *sheet {
	t := func(zh, en string) string { return fault.Words{zh, en}.In(lang) }
	s := &sheet{Name: "map", Head: []string{t("代码", "Code"), t("地方", "Place"), p.Measures[0].Words.In(lang), p.Measures[1].Words.In(lang)}}
	for _, x := range p.Rows {
		s.rows = append(s.rows, []any{string(x.Region), x.Name.In(lang), x.N, x.Sum})
	}
	return s
}
