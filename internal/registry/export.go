package registry

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// guarded are the signs with which a spreadsheet begins a formula. A cell of a CSV that begins with one gets an
// apostrophe before it, which Take takes off again.
const guarded = "=+-@\t\r"

// sheetRows is how many rows a sheet of a spreadsheet can have.
const sheetRows = 1_048_576

// Format is how a file is written.
type Format string

const (
	CSV  Format = "csv" // UTF-8 with a mark, so that spreadsheets see that it is
	XLSX Format = "xlsx"
)

// Export writes the organisations of a region and kind, "" for all, as they stand today, by code, with the columns that
// Take reads. It reads in chunks, each a reading of its own, so a change on the way may be in it or not.
func (r *Registry) Export(ctx context.Context, w io.Writer, f Format, lang fault.Lang, region unit.Region, kind string) error {
	q := Query{Region: region, Kind: kind}
	if _, err := q.check(); err != nil {
		return err
	}
	out, err := newWriter(w, f, organisations, lang)
	if err != nil {
		return err
	}
	for after, more := "", true; more; {
		var rows [][]string
		err := r.c.DB.Read(ctx, func(tx *db.Tx) error {
			all, err := r.Each(ctx, tx, after, chunkRows)
			if err != nil {
				return err
			}
			if more = len(all) == chunkRows; len(all) > 0 {
				after = all[len(all)-1].Code
			}
			for _, o := range all {
				if !q.fits(o) {
					continue
				}
				cells, err := r.cells(ctx, tx, o)
				if err != nil {
					return err
				}
				rows = append(rows, cells)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("export organisations after %s: %w", after, err)
		}
		for _, cells := range rows {
			if err := out.row(cells); err != nil {
				return err
			}
		}
	}
	return out.end()
}

// Template writes an empty file of a kind: its columns.
func Template(w io.Writer, kind string, f Format, lang fault.Lang) error {
	t, ok := tableOf(kind)
	if !ok {
		return fault.New(fault.Invalid, "registry.import_kind", "kind", kind).On("kind")
	}
	out, err := newWriter(w, f, t, lang)
	if err != nil {
		return err
	}
	return out.end()
}

// cells is an organisation as a row of its table.
func (r *Registry) cells(ctx context.Context, tx *db.Tx, o Org) ([]string, error) {
	today := r.Today(tx)
	c, stated, err := r.controllerOn(ctx, tx, o.Code, today)
	if err != nil {
		return nil, err
	}
	if stated {
		o.Controller = c.Holder
	}
	marks, err := r.marksUpTo(ctx, tx, o.Code, today)
	if err != nil {
		return nil, err
	}
	status := ""
	w, _ := markOf(Operating)
	for _, m := range marks {
		if m.mark == Operating && m.is {
			status = w.Yes[0]
		} else if m.mark == Operating {
			status = w.No[0]
		}
	}
	synthetic := noWords[0]
	if o.Synthetic {
		synthetic = yesWords[0]
	}
	of := map[string]string{"code": o.Code, "name": o.Name[0], "name_en": o.Name[1], "kind": o.Kind, "region": string(o.Region),
		"industry": string(o.Industry), "founded": o.Founded.String(), "status": status, "controller": o.Controller, "home": o.Home,
		"synthetic": synthetic, "since": o.Since.String(), "source": o.Source}
	cells := make([]string, len(organisations.columns))
	for i, col := range organisations.columns {
		cells[i] = of[col.id]
	}
	return cells, nil
}

// writer writes rows of a table.
type writer struct {
	csv    *csv.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	out    io.Writer
	head   []string
	title  string
	n      int // rows of the sheet
}

func newWriter(w io.Writer, f Format, t table, lang fault.Lang) (*writer, error) {
	out := &writer{out: w, title: fault.Words{t.zh, t.en}.In(lang)}
	for _, c := range t.columns {
		out.head = append(out.head, fault.Words{c.zh, c.en}.In(lang))
	}
	switch f {
	case CSV:
		b := bufio.NewWriterSize(w, 1<<20)
		if _, err := b.WriteString("\uFEFF"); err != nil {
			return nil, err
		}
		out.csv = csv.NewWriter(b)
		out.csv.UseCRLF = true
		return out, out.csv.Write(out.head)
	case XLSX:
		out.file = excelize.NewFile()
		if err := out.file.SetSheetName(out.file.GetSheetName(0), out.title); err != nil {
			return nil, err
		}
		return out, out.sheet(out.title)
	}
	return nil, fault.New(fault.Invalid, "registry.export_format", "format", string(f)).On("format")
}

// sheet begins a sheet with the names of the columns.
func (w *writer) sheet(name string) (err error) {
	if w.stream, err = w.file.NewStreamWriter(name); err != nil {
		return err
	}
	w.n = 0
	return w.row(w.head)
}

func (w *writer) row(cells []string) error {
	if w.csv != nil {
		cells = slices.Clone(cells)
		for i, c := range cells {
			if c != "" && strings.ContainsRune(guarded, rune(c[0])) {
				cells[i] = "'" + c
			}
		}
		return w.csv.Write(cells)
	}
	if w.n == sheetRows {
		if err := w.stream.Flush(); err != nil {
			return err
		}
		name := fmt.Sprintf("%s %d", w.title, len(w.file.GetSheetList())+1)
		if _, err := w.file.NewSheet(name); err != nil {
			return err
		}
		if err := w.sheet(name); err != nil {
			return err
		}
	}
	w.n++
	at, err := excelize.CoordinatesToCellName(1, w.n)
	if err != nil {
		return err
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		values[i] = c // text: a code is no number, and a text is no formula
	}
	return w.stream.SetRow(at, values)
}

func (w *writer) end() error {
	if w.csv != nil {
		w.csv.Flush()
		return w.csv.Error()
	}
	defer w.file.Close()
	if err := w.stream.Flush(); err != nil {
		return err
	}
	return w.file.Write(w.out)
}
