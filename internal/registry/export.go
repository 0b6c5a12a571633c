package registry

import (
	"context"
	"fmt"
	"io"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// Export writes the organisations of a region and kind, "" for all, as they stand today, by code, with the columns that
// Take reads. It reads in chunks, each a reading of its own, so a change on the way may be in it or not.
func (r *Registry) Export(ctx context.Context, w io.Writer, f sheets.Format, lang fault.Lang, region unit.Region, kind string) error {
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
			if err := out.Row(sheets.Texts(cells)...); err != nil {
				return err
			}
		}
	}
	return out.End()
}

// Template writes an empty file of a kind: its columns.
func Template(w io.Writer, kind string, f sheets.Format, lang fault.Lang) error {
	t, ok := tableOf(kind)
	if !ok {
		return fault.New(fault.Invalid, "registry.import_kind", "kind", kind).On("kind")
	}
	out, err := newWriter(w, f, t, lang)
	if err != nil {
		return err
	}
	return out.End()
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

// newWriter begins a file of a kind.
func newWriter(w io.Writer, f sheets.Format, t table, lang fault.Lang) (*sheets.Writer, error) {
	head := make([]string, len(t.columns))
	for i, c := range t.columns {
		head[i] = fault.Words{c.zh, c.en}.In(lang)
	}
	return sheets.NewWriter(w, f, fault.Words{t.zh, t.en}.In(lang), head)
}
