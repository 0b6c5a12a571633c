package registry

import (
	"context"
	"fmt"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Mark is what a register says of an organisation, yes or no; the list is data/marks.yaml.
type Mark string

// The marks that rules read.
const (
	Operating     Mark = "operating"
	TaxNormal     Mark = "tax_normal"
	Untrustworthy Mark = "listed_untrustworthy"
)

// Marks lists the marks, in the order of data/marks.yaml.
func Marks() (all []Mark) {
	for _, w := range markWords {
		all = append(all, Mark(w.ID))
	}
	return all
}

// PutMark enters what a register says from a day on, in the caller's act; a removal (credit repair) is the same mark
// with is false from its day.
func (r *Registry) PutMark(ctx context.Context, tx *db.Tx, who access.Actor, code string, m Mark, is bool, since unit.Day, source string) error {
	return r.PutMarkBy(ctx, tx, who, code, m, is, since, source, "")
}

// PutMarkBy is PutMark with the decision that it rests on.
func (r *Registry) PutMarkBy(ctx context.Context, tx *db.Tx, who access.Actor, code string, m Mark, is bool, since unit.Day, source, basis string) error {
	o, mandate, err := r.forEdit(ctx, tx, who, code)
	if err != nil {
		return err
	}
	if err := checkMark(m, since, source, basis, r.Today(tx)); err != nil {
		return err
	}
	if err := insertMark(ctx, tx, o.Code, markRow{mark: m, is: is, since: since, source: source, basis: basis}); err != nil {
		return fmt.Errorf("mark %s of %s: %w", m, o.Code, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.mark", Object: "org/" + o.Code, Region: o.Region,
		Mandate: mandate, Detail: fmt.Sprintf("%s %t %s", m, is, since)})
}

func checkMark(m Mark, since unit.Day, source, basis string, today unit.Day) error {
	if _, known := markOf(m); !known {
		return fault.New(fault.Invalid, "registry.mark", "mark", string(m)).On("mark")
	}
	if !since.Valid() || since > today {
		return fault.New(fault.Invalid, "registry.future", "day", since).On("since")
	}
	if err := checkText("source", source, true); err != nil {
		return err
	}
	return checkText("basis", basis, false)
}

// Flag is a mark over the time that a register said yes, or said no.
type Flag struct {
	Mark   Mark
	Is     bool
	Since  unit.Day
	Until  unit.Day // last day; no day: still
	Source string
	Basis  string
}

// Flags lists what registers said of an organisation, by mark in the order of the list, the newest first.
func (r *Registry) Flags(ctx context.Context, tx *db.Tx, code string) ([]Flag, error) {
	rows, err := r.marksUpTo(ctx, tx, code, unit.Date(9999, 12, 31))
	if err != nil {
		return nil, err
	}
	var all []Flag
	for _, m := range Marks() {
		var of []Flag
		for _, row := range rows {
			if row.mark != m {
				continue
			}
			if n := len(of); n > 0 {
				of[n-1].Until = row.since.Add(-1)
			}
			of = append(of, Flag{Mark: m, Is: row.is, Since: row.since, Source: row.source, Basis: row.basis})
		}
		slices.Reverse(of)
		all = append(all, of...)
	}
	return all, nil
}

// marksUpTo reads the statements of every mark up to a day, oldest first, of one day the newest only.
func (r *Registry) marksUpTo(ctx context.Context, tx *db.Tx, code string, day unit.Day) ([]markRow, error) {
	rows, err := db.Remember(tx, ownTables, marksOf{code, day, r.known}, func() ([]markRow, error) {
		return selectMarks(ctx, tx, code, day, r.known)
	})
	if err != nil {
		return nil, fmt.Errorf("marks of %s: %w", code, err)
	}
	last := map[string]int{}
	var out []markRow
	for _, m := range rows {
		key := string(m.mark) + m.since.String()
		if i, ok := last[key]; ok {
			out[i] = m
			continue
		}
		last[key] = len(out)
		out = append(out, m)
	}
	return out, nil
}
