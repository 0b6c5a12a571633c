package registry

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// shape says how a column's cells are written.
type shape int

const (
	isText shape = iota
	isMoney
	isCount
	isDay
)

// column is a column of a table that can be imported and exported.
type column struct {
	id     string
	zh, en string
	also   []string // other names that files use
	needed bool     // has to be there in every row
	shape  shape
}

// newness says whether a row tells the registry something.
type newness int

const (
	isSame newness = iota
	isNew
	isChange
)

// table is a kind of file: its columns, and what is done with a row.
type table struct {
	id      string
	zh, en  string
	columns []column
	read    func(r *Registry, y *line) any // looks at the cells only
	meet    func(ctx context.Context, c *taking, tx *db.Tx, it *item, o Org, known bool) (newness, error)
	write   func(ctx context.Context, c *taking, tx *db.Tx, items []*item) error
	perm    access.Permission // "" is RegistryEdit
}

// permission is what taking in a file of this kind wants.
func (t table) permission() access.Permission {
	if t.perm == "" {
		return access.RegistryEdit
	}
	return t.perm
}

// tables are the kinds of files, in the order in which they build on each other. It is filled by init, because the
// functions of a table speak of tables.
var tables []table

func init() { tables = []table{organisations, figures, marks, relations, labels, revocations} }

// KindOfImport is what people call a kind of file.
func KindOfImport(kind string) fault.Words {
	t, ok := tableOf(kind)
	if !ok {
		return fault.Words{kind, kind}
	}
	return fault.Words{t.zh, t.en}
}

var codeColumn = column{id: "code", zh: "统一社会信用代码", en: "Credit code", also: []string{"信用代码", "代码", "机构代码", "uscc"}, needed: true}

func (t table) index(id string) int {
	for i, c := range t.columns {
		if c.id == id {
			return i
		}
	}
	return -1
}

// line reads the cells of one row by the ids of their columns. What is wrong with a cell is kept with the item.
type line struct {
	it     *item
	t      table
	s      *sheet // nil for a row of the spool, which was checked before
	source string
	today  unit.Day
	code   string
	key    []string // what the row is about
}

func (y *line) get(id string) string { return y.it.cells[y.t.index(id)] }

// refuse keeps what is wrong with a cell.
func (y *line) refuse(id string, err error) {
	y.it.refuse(y.s, y.t, id, err)
}

func (it *item) refuse(s *sheet, t table, id string, err error) {
	i := max(t.index(id), 0)
	b := BadCell{Sheet: it.at.sheet, Row: it.at.row, Text: shorten(it.cells[i]), Fault: fault.Of(err)}
	if s == nil {
		s = it.sheet
	}
	if s != nil {
		b.Column, b.Header = s.where(i)
	}
	it.bad = append(it.bad, b)
}

// text is a cell as it stands; a needed one that is empty is refused.
func (y *line) text(id string, needed bool) string {
	v := y.get(id)
	if needed && v == "" {
		y.refuse(id, fault.New(fault.Invalid, "registry.cell_missing"))
	}
	if err := checkText(id, v, false); err != nil {
		y.refuse(id, err)
	} else if strings.ContainsFunc(v, func(c rune) bool { return unicode.IsControl(c) || c == unicode.ReplacementChar }) {
		y.refuse(id, fault.New(fault.Invalid, "registry.cell_text"))
	}
	return v
}

func (y *line) org() string {
	v := y.text("code", true)
	if v == "" {
		return ""
	}
	code, err := CheckCode(v)
	if err != nil {
		y.refuse("code", err)
	}
	y.code = code
	return code
}

func (y *line) day(id string, needed bool) (d unit.Day) {
	v := y.text(id, needed)
	if v == "" {
		return 0
	}
	d, err := unit.ParseDay(v)
	if err != nil {
		y.refuse(id, err)
	}
	return d
}

// pastDay is a day that is not later than today.
func (y *line) pastDay(id string, needed bool) unit.Day {
	d := y.day(id, needed)
	if d > y.today {
		y.refuse(id, fault.New(fault.Invalid, "registry.future", "day", d))
	}
	return d
}

// one reads a word of a list, by its id or by what people call it.
func (y *line) one(id string, needed bool, list []Word) string {
	v := y.text(id, needed)
	if v == "" {
		return ""
	}
	for _, w := range list {
		if strings.EqualFold(v, w.ID) || plain(v) == plain(w.ZH) || plain(v) == plain(w.EN) {
			return w.ID
		}
	}
	y.refuse(id, fault.New(fault.Invalid, "registry.cell_word", "text", shorten(v)))
	return ""
}

var (
	yesWords = []string{"是", "有", "1", "yes", "y", "true"}
	noWords  = []string{"否", "无", "0", "no", "n", "false"}
)

// yes reads yes or no. given is false for an empty cell.
func (y *line) yes(id string, needed bool) (is, given bool) {
	v := strings.ToLower(y.text(id, needed))
	if v == "" {
		return false, false
	}
	for i, w := range yesWords {
		if v == w || v == noWords[i] {
			return v == w, true
		}
	}
	y.refuse(id, fault.New(fault.Invalid, "registry.cell_yesno", "text", shorten(v)))
	return false, false
}

// figure reads money as fen, or a count. given is false for an empty cell.
func (y *line) figure(id string, money bool) (n int64, given bool) {
	v := y.text(id, false)
	if v == "" {
		return 0, false
	}
	if money {
		f, err := unit.ParseFen(v)
		if err != nil {
			y.refuse(id, err)
		}
		return int64(f), err == nil
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(v, ",", ""), 10, 64)
	if err != nil {
		y.refuse(id, fault.New(fault.Invalid, "registry.cell_count", "text", shorten(v)))
	}
	return n, err == nil
}

// from is who vouches for the row: its own cell, or the import's source.
func (y *line) from() string {
	v := y.get("source")
	if v == "" {
		v = y.source
	}
	if err := checkText("source", v, true); err != nil {
		y.refuse("source", err)
	}
	return v
}

// home refuses an item whose organisation is not in the registry or not the actor's to change.
func (c *taking) home(it *item, o Org, known bool) bool {
	if !known {
		it.refuse(nil, c.t, "code", fault.New(fault.NotFound, "registry.unknown", "code", it.code))
		return false
	}
	if err := c.may(o.Region); err != nil {
		it.refuse(nil, c.t, "code", err)
		return false
	}
	return true
}

// shorten is a cell as it is shown.
func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
