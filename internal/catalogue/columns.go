package catalogue

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

const (
	columnsMax  = 300
	headerRows  = 10 // rows in which the names of the columns are looked for
	ownerColumn = "owner"
)

// column is a column of a kind's sheet: the owner, or a field.
type column struct {
	id    string
	names []string // plain
	field kinds.Field
}

// columnsOf are the columns of a kind's sheet, in the order of its template.
func columnsOf(k *kinds.Kind) []column {
	all := []column{{id: ownerColumn, names: plains(ownerColumn, "统一社会信用代码", "所属单位代码", "Credit code of the owner", "单位代码", "信用代码")}}
	for _, f := range k.Fields {
		all = append(all, column{id: f.ID, field: f, names: plains(append([]string{f.ID, f.ZH, f.EN, heading(f)[0], heading(f)[1]}, f.Also...)...)})
	}
	return all
}

// heading is what a column is called in a template: the field with its unit.
func heading(f kinds.Field) fault.Words {
	w := f.Words()
	if f.Unit[0] != "" {
		w[0] += "（" + f.Unit[0] + "）"
		w[1] += " (" + f.Unit[1] + ")"
	} else if f.Type == "money" {
		w[0], w[1] = w[0]+"（元）", w[1]+" (yuan)"
	}
	return w
}

// headingMarks are what headings are compared without: spaces, marks of need and the difference of brackets.
var headingMarks = strings.NewReplacer(" ", "", "　", "", "*", "", "（", "(", "）", ")", "_", "")

// plain is a heading as it is compared.
func plain(s string) string { return strings.ToLower(headingMarks.Replace(strings.TrimSpace(s))) }

func plains(names ...string) (out []string) {
	for _, n := range names {
		if p := plain(n); p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// header is the row of a sheet that names its columns.
type header struct {
	texts []string
	cols  []int    // by column of the file: that of the kind, -1 for none
	units []string // by column of the file: 万, 亿 or ""
}

// moneyUnits are the ends of headings that say in which unit money stands.
var moneyUnits = [][2]string{{"(万元)", "万"}, {"万元", "万"}, {"(亿元)", "亿"}, {"亿元", "亿"}}

// named says whether a heading, made plain, is this column's, and in which unit it says that money stands.
func (c column) named(h string) (unit string, fits bool) {
	if c.field.Type == "money" {
		for _, u := range moneyUnits {
			if rest, ok := strings.CutSuffix(h, u[0]); ok && slices.Contains(c.names, rest) {
				return u[1], true
			}
		}
	}
	return "", slices.Contains(c.names, h)
}

// where names a column as the file does.
func (h *header) where(cols []column, id string) (letter, text string) {
	for i, c := range h.cols {
		if c >= 0 && cols[c].id == id {
			return sheets.Column(i), h.texts[i]
		}
	}
	return "", ""
}

// typed is a cell as a person would have typed it into the field.
func (h *header) typed(c column, r sheets.Row, i int) string {
	switch {
	case c.field.Type == "day":
		return r.Day(r.Cells[i])
	case c.field.Number():
		v := r.Number(r.Cells[i])
		if v != "" && h.units[i] != "" {
			v += h.units[i]
		}
		return v
	}
	return r.Text(r.Cells[i])
}

// rows gives each row below a header to row. A sheet without one, such as an explanation, is left aside; a file without any
// is refused.
func (t *taking) rows(row func(*header, sheets.Row) error) error {
	var h *header
	some, sheet := false, "\x00"
	err := sheets.Read(t.in.Name, t.in.File, func(r sheets.Row) error {
		if sheet != r.Sheet {
			sheet, h = r.Sheet, nil
		}
		if h != nil {
			return row(h, r)
		}
		if h = t.header(r); h == nil && r.No >= headerRows {
			return sheets.ErrNextSheet
		}
		some = some || h != nil
		return nil
	})
	if err == nil && !some {
		f, _ := t.k.Field(t.k.Title.ZH)
		return fault.New(fault.Invalid, "catalogue.column_missing", "column", f.Words()).On("file")
	}
	return err
}

// header reads a row of headings; nil when it does not name the column that a listing is called by.
func (t *taking) header(r sheets.Row) *header {
	head := &header{}
	there := map[int]bool{}
	var left []string
	for _, text := range r.Cells[:min(len(r.Cells), columnsMax)] {
		at, money, h := -1, "", plain(text)
		for c, col := range t.cols {
			if u, fits := col.named(h); fits && !there[c] {
				at, money, there[c] = c, u, true
				break
			}
		}
		if at < 0 && strings.TrimSpace(text) != "" {
			left = append(left, strings.Trim(r.Sheet+"!"+text, "!"))
		}
		head.texts, head.cols, head.units = append(head.texts, text), append(head.cols, at), append(head.units, money)
	}
	title := slices.IndexFunc(t.cols, func(c column) bool { return c.id == t.k.Title.ZH })
	if !there[title] {
		return nil
	}
	t.rep.Unknown = append(t.rep.Unknown, left[:min(len(left), importUnknown-len(t.rep.Unknown))]...)
	return head
}

// Template writes an empty file of a kind: its columns, and in a second row what each takes.
func (s *Service) Template(w io.Writer, kind string, f sheets.Format, lang fault.Lang) error {
	k, ok := s.kinds.Of(kind)
	if !ok {
		return fault.New(fault.NotFound, "catalogue.kind_unknown", "kind", shorten(kind)).On("kind")
	}
	out, err := sheets.NewWriter(w, f, k.Words().In(lang), headings(k, lang))
	if err != nil {
		return err
	}
	return out.End()
}

// headings are the columns of a kind's sheet. What is needed to publish carries a star.
func headings(k *kinds.Kind, lang fault.Lang) []string {
	head := []string{fault.Words{"所属单位代码", "Credit code of the owner"}.In(lang)}
	for _, f := range k.Fields {
		h := heading(f).In(lang)
		if f.Need != kinds.Optional {
			h += " *"
		}
		head = append(head, h)
	}
	return head
}

// Export writes the listings of one kind that fit the query with the columns that Take reads, at most rows of them, and says
// whether there are more. Private fields are there for who may read them.
func (s *Service) Export(ctx context.Context, who access.Actor, q Query, w io.Writer, f sheets.Format, lang fault.Lang, rows int) (more bool, err error) {
	k, ok := s.kinds.Of(q.Kind)
	if !ok {
		return false, fault.New(fault.Invalid, "catalogue.kind_unknown", "kind", shorten(q.Kind)).On("kind")
	}
	out, err := sheets.NewWriter(w, f, k.Words().In(lang), headings(k, lang))
	if err != nil {
		return false, err
	}
	q.Rows = pageMax
	for n := 0; ; {
		page, next, err := s.List(ctx, who, q)
		if err != nil {
			return false, err
		}
		for _, l := range page {
			if n++; n > rows {
				return true, out.End()
			}
			if err := out.Row(cellsOf(k, l)...); err != nil {
				return false, err
			}
		}
		if next == "" {
			return false, out.End()
		}
		q.After = next
	}
}

// cellsOf is a listing as a row of its kind's sheet.
func cellsOf(k *kinds.Kind, l Listing) []any {
	cells := []any{l.Owner}
	for _, f := range k.Fields {
		v := l.Fields[f.ID]
		n, err := strconv.ParseInt(v, 10, 64)
		switch {
		case f.Type == "money" && err == nil:
			cells = append(cells, unit.Fen(n))
		case f.Type == "count" && err == nil:
			cells = append(cells, n)
		default:
			cells = append(cells, f.Typed(v))
		}
	}
	return cells
}

// Count is how many listings stand in each state, of one owner or of a region.
func (s *Service) Count(ctx context.Context, who access.Actor, q Query) (n map[State]int, err error) {
	q.All = true
	if err := s.askable(who, &q); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = selectCounts(ctx, tx, q)
		return err
	})
	return n, err
}

// CountIn says how many of the listings that a question with All reaches are in its State, without looking at those in others.
func (s *Service) CountIn(ctx context.Context, who access.Actor, q Query) (n int, err error) {
	q.All = true
	if err := s.askable(who, &q); err != nil {
		return 0, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = selectCount(ctx, tx, q)
		return err
	})
	return n, err
}
