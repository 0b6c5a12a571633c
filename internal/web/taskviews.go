package web

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// boardColumn is what stands in one state, the most urgent first.
type boardColumn struct {
	Class string
	Words fault.Words
	Total int
	Tasks []agreement.Task
	Path  string
}

// board fills in a column for each light.
func (v *visit) board(p *tasksPage, q agreement.Query, counts agreement.Counts) error {
	q.Rows, q.Page = boardRows, 1
	for _, l := range []agreement.Light{agreement.Red, agreement.Amber, agreement.Green, agreement.Check, agreement.Done} {
		if q.Light != "" && q.Light != string(l) {
			continue
		}
		one := q
		one.Light = string(l)
		var tasks []agreement.Task
		if counts[l] > 0 {
			var err error
			if tasks, err = v.s.c.Agreements.Top(v.ctx(), v.who, one); err != nil {
				return err
			}
		}
		class, words := lightWords(l)
		p.Board = append(p.Board, boardColumn{class, words, counts[l], tasks, withQuery("/tasks?"+p.Query, "light", string(l))})
	}
	for i := range p.Board {
		p.Board[i].Path = withQuery(p.Board[i].Path, "view", "")
	}
	return nil
}

// gantt is a timeline as drawn: a picture of our own, in units of one pixel.
type gantt struct {
	Width, Height int
	Months        []ganttMonth
	Today         int // x; -1 where it lies outside
	Bars          []ganttBar
	From, To      unit.Day
}

type ganttMonth struct {
	X    int
	Name string
}

// ganttBar is a task: from its set-up to its due day, with its first due day where it was moved, and its milestones.
type ganttBar struct {
	Y, X, W  int
	Class    string
	ID       unit.ID
	Title    string
	Label    string // title, cut to the room that is there
	Due      unit.Day
	Original int // x of the first due day; -1 where it was not moved
	Steps    []ganttStep
	Needs    string // codes of what it waits for, on this page
}

type ganttStep struct {
	X     int
	Done  bool
	Title string
}

const (
	ganttLabel  = 300 // pixels of the names
	ganttWidth  = 1080
	ganttRow    = 26
	ganttHead   = 30
	ganttMonths = 24 // more are cut off
	ganttChars  = 20
)

// ganttOf draws tasks on the months from the first set-up to the last due day. It is pure.
func ganttOf(tasks []agreement.Task, today unit.Day, lang fault.Lang) *gantt {
	if len(tasks) == 0 {
		return nil
	}
	start := func(t agreement.Task) unit.Day {
		d := unit.DayOf(t.ID.Time(), beijing)
		if !d.Valid() || d >= t.Due {
			d = t.Due.Add(-30)
		}
		for _, m := range t.Milestones { // one that was set up later than its work began
			d = min(d, m.Due)
		}
		return d
	}
	from, to := today, today
	for _, t := range tasks {
		from, to = min(from, start(t)), max(to, t.Due, t.Original)
	}
	if earliest := today.Add(-31 * ganttMonths / 3); from < earliest {
		from = earliest
	}
	if latest := from.Add(31 * ganttMonths); to > latest {
		to = latest
	}
	y, m, _ := from.Date()
	from = unit.Date(y, m, 1)
	y, m, _ = to.Date()
	next := time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
	to = unit.DayOf(next, time.UTC)
	days := max(to.Sub(from), 1)
	x := func(d unit.Day) int {
		return ganttLabel + min(max(d.Sub(from), 0), days)*(ganttWidth-ganttLabel-10)/days
	}
	g := &gantt{Width: ganttWidth, Height: ganttHead + len(tasks)*ganttRow + 8, Today: x(today), From: from, To: to}
	for at := from; at < to; {
		y, m, _ := at.Date()
		name := fmt.Sprintf("%d月", int(m))
		if lang == fault.EN {
			name = m.String()[:3]
		}
		if m == time.January || at == from {
			name = fmt.Sprintf("%d ", y) + name
			if lang != fault.EN {
				name = fmt.Sprintf("%d年%d月", y, int(m))
			}
		}
		g.Months = append(g.Months, ganttMonth{x(at), name})
		at = unit.DayOf(time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	}
	if every := (len(g.Months) + 11) / 12; every > 1 { // names would stand on each other
		for i := range g.Months {
			if i%every != 0 {
				g.Months[i].Name = ""
			}
		}
	}
	codes := map[unit.ID]string{}
	for _, t := range tasks {
		codes[t.ID] = t.Code
	}
	for i, t := range tasks {
		b := ganttBar{Y: ganttHead + i*ganttRow, X: x(start(t)), ID: t.ID, Title: t.Title, Due: t.Due, Original: -1, Class: lamp(t.Lamp).Class}
		b.W = max(x(t.Due)-b.X, 4)
		if t.Original != t.Due {
			b.Original = x(t.Original)
		}
		r := []rune(t.Title)
		b.Label = string(r[:min(len(r), ganttChars)])
		for _, m := range t.Milestones {
			b.Steps = append(b.Steps, ganttStep{x(m.Due), m.Done.Valid(), m.Title})
		}
		var needs []string
		for _, n := range t.Needs {
			if codes[n] != "" {
				needs = append(needs, codes[n])
			}
		}
		b.Needs = strings.Join(needs, ", ")
		g.Bars = append(g.Bars, b)
	}
	return g
}

//go:embed tiles.csv
var tilesFile string

// place of a city on the schematic map.
type tilePlace struct{ column, row int }

var tilePlaces = func() map[unit.Region]tilePlace {
	r := csv.NewReader(strings.NewReader(tilesFile))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic("web: tiles.csv: " + err.Error()) // it is embedded, so that is a mistake of the build
	}
	all := map[unit.Region]tilePlace{}
	for _, row := range rows[1:] {
		column, e1 := strconv.Atoi(row[1])
		line, e2 := strconv.Atoi(row[2])
		if e1 != nil || e2 != nil {
			panic("web: tiles.csv: " + strings.Join(row, ","))
		}
		all[unit.Region(row[0])] = tilePlace{column, line}
	}
	return all
}()

const (
	tileStep = 56
	tileSize = 52
)

// tileMap is what is done where: a tile for each city, and beside them the whole provinces and what lies elsewhere.
type tileMap struct {
	Width, Height int
	Tiles         []tile
	Others        []tile // without a tile
}

type tile struct {
	Region unit.Region
	Class  string // of the jurisdiction's colour
	Shade  string // q0 to q5 by how much is open
	Name   fault.Words
	X, Y   int
	Open   int
	Late   int
	Done   int
	Path   string
}

// onTile is the city with a tile that a place counts for; the place itself where there is none.
func onTile(code unit.Region) unit.Region {
	if len(code) == 6 {
		for _, whole := range []unit.Region{code[:4] + "00", code[:2] + "0000"} {
			if _, there := tilePlaces[whole]; there {
				return whole
			}
		}
	}
	return code
}

// shadeOf is the class of the ramp, q0 for nothing to q5 for the most.
func shadeOf[N int | int64](n, most N) string {
	if n <= 0 {
		return "q0"
	}
	return fmt.Sprintf("q%d", 1+min(4, int(float64(n)*5/float64(most+1))))
}

// tilesOf folds places into cities; districts count for their city. It is pure.
func tilesOf(places []agreement.Place, path string, lang fault.Lang) *tileMap {
	byCity := map[unit.Region]*tile{}
	var m tileMap
	add := func(code unit.Region) *tile {
		if t := byCity[code]; t != nil {
			return t
		}
		t := &tile{Region: code, Class: sealClass(string(code)), Name: shortPlace(code), Path: withQuery(withQuery(path, "region", string(code)), "view", "")}
		byCity[code] = t
		return t
	}
	for code := range tilePlaces {
		add(code)
	}
	for _, p := range places {
		code := onTile(p.Region)
		if code == "" {
			code = "000000"
		}
		t := add(code)
		t.Open += p.Counts.Open()
		t.Late += p.Counts[agreement.Red]
		t.Done += p.Counts[agreement.Done]
	}
	most := 1
	for code := range tilePlaces {
		most = max(most, byCity[code].Open)
	}
	for code, t := range byCity {
		at, there := tilePlaces[code]
		if !there {
			if code == "000000" {
				t.Name, t.Class, t.Path = fault.Words{"未写明地点", "no place named"}, "r30", ""
			}
			m.Others = append(m.Others, *t)
			continue
		}
		t.X, t.Y = 2+at.column*tileStep, 2+at.row*tileStep
		t.Shade = shadeOf(t.Open, most)
		m.Tiles = append(m.Tiles, *t)
		m.Width, m.Height = max(m.Width, t.X+tileSize+2), max(m.Height, t.Y+tileSize+2)
	}
	sort.Slice(m.Tiles, func(i, j int) bool { return m.Tiles[i].Region < m.Tiles[j].Region })
	sort.Slice(m.Others, func(i, j int) bool { return m.Others[i].Region < m.Others[j].Region })
	return &m
}

// shortPlace is a city's name without what it is: 合肥.
func shortPlace(code unit.Region) fault.Words {
	n := unit.GB2260().Name(code, unit.DayOf(time.Now(), beijing))
	if n[0] == "" {
		return placeName(code)
	}
	n[0] = strings.TrimSuffix(strings.TrimSuffix(n[0], "市"), "省")
	return n
}

// matrix is who leads tasks in which whom takes part.
type matrix struct {
	Columns []agreement.Party
	Rows    []matrixRow
}

type matrixRow struct {
	Lead  agreement.Party
	Cells []matrixCell
	Sum   int
}

type matrixCell struct {
	N     int
	Shade string
	Path  string
	Self  bool
}

const matrixMax = 16 // parties to each side; those with most

// matrixOf makes a table of the pairs, the parties with most tasks first. It is pure.
func matrixOf(pairs []agreement.Pair, path string) *matrix {
	count, party := map[string]int{}, map[string]agreement.Party{}
	cell := map[[2]string]int{}
	most := 1
	for _, p := range pairs {
		l, k := p.Lead.Key(), p.Partner.Key()
		party[l], party[k] = p.Lead, p.Partner
		count[l] += p.N
		count[k] += p.N
		cell[[2]string{l, k}] += p.N
		most = max(most, cell[[2]string{l, k}])
	}
	keys := sortedKeys(count)
	sort.SliceStable(keys, func(i, j int) bool { return count[keys[i]] > count[keys[j]] })
	keys = keys[:min(len(keys), matrixMax)]
	if len(keys) == 0 {
		return nil
	}
	var m matrix
	for _, k := range keys {
		m.Columns = append(m.Columns, party[k])
	}
	for _, l := range keys {
		row := matrixRow{Lead: party[l]}
		for _, k := range keys {
			n := cell[[2]string{l, k}]
			c := matrixCell{N: n, Self: l == k, Shade: shadeOf(n, most), Path: withQuery(withQuery(withQuery(path, "lead", l), "party", k), "view", "")}
			row.Sum += n
			row.Cells = append(row.Cells, c)
		}
		if row.Sum > 0 {
			m.Rows = append(m.Rows, row)
		}
	}
	return &m
}
