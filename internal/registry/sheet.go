package registry

import (
	"slices"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/sheets"
)

const (
	columnsMax = 200
	headerRows = 10 // rows in which the names of the columns are looked for
)

// place is where a row stands.
type place struct {
	sheet string
	row   int
}

// sheet knows which column of a file is which of the table.
type sheet struct {
	name    string
	headers []string // of the file
	columns []int    // by column of the file: that of the table, -1 for none
	units   []string // by column of the file: 万, 亿 or ""
}

// where names a column of the table as the file does.
func (s *sheet) where(col int) (letter, header string) {
	for i, c := range s.columns {
		if c == col {
			return sheets.Column(i), s.headers[i]
		}
	}
	return "", ""
}

// readSheets calls row for each row with something in it, and unknown for each column that is no column of the table.
func readSheets(in Import, t table, row func(s *sheet, r sheets.Row) error, unknown func(string)) error {
	var s *sheet
	some, found := false, false
	err := sheets.Read(in.Name, in.File, func(r sheets.Row) (err error) {
		if s == nil || s.name != r.Sheet {
			s, found = &sheet{name: r.Sheet}, false
		}
		if found {
			return row(s, r)
		}
		if found, err = heads(s, t, r.Cells, unknown); err == nil && !found && r.No >= headerRows {
			return sheets.ErrNextSheet
		}
		some = some || found
		return err
	})
	if err == nil && !some {
		c := t.columns[0]
		return fault.New(fault.Invalid, "registry.column_missing", "column", fault.Words{c.zh, c.en}, "sheet", "").On(c.id)
	}
	return err
}

// heads finds which columns a row of headers names. found is false when it names none of the needed ones.
func heads(s *sheet, t table, cells []string, unknown func(string)) (found bool, err error) {
	s.headers = slices.Clone(cells[:min(len(cells), columnsMax)])
	s.columns, s.units = make([]int, len(s.headers)), make([]string, len(s.headers))
	there := make([]bool, len(t.columns))
	var left []string
	for i, h := range s.headers {
		s.columns[i] = -1
		for c, col := range t.columns {
			if u, fits := col.named(h); fits && !there[c] {
				s.columns[i], s.units[i], there[c] = c, u, true
				break
			}
		}
		if s.columns[i] < 0 && strings.TrimSpace(h) != "" {
			left = append(left, strings.Trim(s.name+"!"+h, "!"))
		}
	}
	if !slices.Contains(there, true) || !there[0] {
		return false, nil
	}
	for c, col := range t.columns {
		if col.needed && !there[c] {
			return true, fault.New(fault.Invalid, "registry.column_missing", "column", fault.Words{col.zh, col.en}, "sheet", s.name).On(col.id)
		}
	}
	for _, h := range left {
		unknown(h)
	}
	return true, nil
}

// named says whether a header is this column's, and in which unit it says that money stands.
func (c column) named(header string) (unit string, fits bool) {
	h := plain(header)
	for _, name := range append([]string{c.id, c.zh, c.en}, c.also...) {
		if h == plain(name) {
			return "", true
		}
		if rest, begins := strings.CutPrefix(h, plain(name)); begins && c.shape == isMoney {
			switch rest {
			case "元", "人民币元":
				return "", true
			case "万元", "人民币万元":
				return "万", true
			case "亿元", "人民币亿元":
				return "亿", true
			}
		}
	}
	return "", false
}

// tidy is a cell as the table reads it: spaces off, and of a spreadsheet's number what its writer saw.
func tidy(r sheets.Row, c column, cell, money string) string {
	switch c.shape {
	case isDay:
		cell = r.Day(cell)
	case isMoney, isCount:
		cell = r.Number(cell)
	default:
		cell = r.Text(cell)
	}
	if cell != "" && money != "" {
		cell += money
	}
	return cell
}
