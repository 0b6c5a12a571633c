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

// Figure names a figure of a year; the list is data/figures.yaml.
type Figure string

// The figures that rules read, or that YearFacts carries.
const (
	Staff     Figure = "staff"
	Revenue   Figure = "revenue"
	RnDSpend  Figure = "rnd_spend"
	RnDStaff  Figure = "rnd_staff"
	Patents   Figure = "patents"
	Standards Figure = "standards"
)

// Filed is one figure of one year as it was filed: with its own source and day.
type Filed struct {
	Figure Figure
	Year   int
	Value  int64 // fen, or a count
	Source string
	Filed  unit.Day // from when it counts
}

// YearFacts are the figures of one year that were filed together. A count that is nil was not filed.
type YearFacts struct {
	Year      int
	Staff     int64
	Revenue   unit.Fen
	RnDSpend  unit.Fen
	RnDStaff  *int64
	Patents   *int64
	Standards *int64
	Source    string   // who vouches
	Filed     unit.Day // from when they count
}

// PutYear enters the figures of a year, in the caller's act. Figures filed on another day stand beside and count from
// theirs.
func (r *Registry) PutYear(ctx context.Context, tx *db.Tx, who access.Actor, code string, y YearFacts) error {
	figures := []Filed{{Figure: Staff, Value: y.Staff}, {Figure: Revenue, Value: int64(y.Revenue)}, {Figure: RnDSpend, Value: int64(y.RnDSpend)}}
	for name, v := range map[Figure]*int64{RnDStaff: y.RnDStaff, Patents: y.Patents, Standards: y.Standards} {
		if v != nil {
			figures = append(figures, Filed{Figure: name, Value: *v})
		}
	}
	for i := range figures {
		figures[i].Year, figures[i].Source, figures[i].Filed = y.Year, y.Source, y.Filed
	}
	return r.PutFigures(ctx, tx, who, code, figures...)
}

// PutFigures enters figures, in the caller's act. What an organisation files of itself has Declared(code) as its source,
// whatever was given.
func (r *Registry) PutFigures(ctx context.Context, tx *db.Tx, who access.Actor, code string, figures ...Filed) error {
	o, err := r.stateOn(ctx, tx, code, r.Today(tx))
	if err != nil {
		return err
	}
	mandate, itself, err := mayDeclare(who, o.Region, o.Code)
	if err != nil {
		return err
	}
	years := map[int]bool{}
	for _, f := range figures {
		if itself {
			f.Source = Declared(o.Code)
		}
		if err := checkFigure(f, r.Today(tx)); err != nil {
			return err
		}
		if err := insertFigure(ctx, tx, o.Code, f); err != nil {
			return fmt.Errorf("%s %d of %s: %w", f.Figure, f.Year, o.Code, err)
		}
		years[f.Year] = true
	}
	for y := range years {
		e := access.Entry{Act: "registry.year", Object: "org/" + o.Code, Region: o.Region, Mandate: mandate, Detail: fmt.Sprint(y)}
		if err := r.c.Access.Record(ctx, tx, who, e); err != nil {
			return err
		}
	}
	return nil
}

func checkFigure(f Filed, today unit.Day) error {
	w, known := figureOf(f.Figure)
	switch {
	case !known:
		return fault.New(fault.Invalid, "registry.figure", "figure", string(f.Figure)).On("figure")
	case !f.Filed.Valid() || f.Filed > today:
		return fault.New(fault.Invalid, "registry.future", "day", f.Filed).On("filed")
	case f.Year < 1900 || f.Year > f.Filed.Year():
		return fault.New(fault.Invalid, "registry.year", "year", f.Year).On("year")
	case f.Value < 0 && f.Figure != Revenue || !w.Money && f.Value > 1e12:
		return fault.New(fault.Invalid, "registry.figure_range", "figure", FigureWords(f.Figure)).On(string(f.Figure))
	}
	return checkText("source", f.Source, true)
}

// Figures lists what was filed of an organisation, newest year first, and within a year what counts first.
func (r *Registry) Figures(ctx context.Context, tx *db.Tx, code string) ([]Filed, error) {
	all, err := selectFigures(ctx, tx, code, "9999-12-31", r.known)
	if err != nil {
		return nil, fmt.Errorf("figures of %s: %w", code, err)
	}
	return all, nil
}

// Years returns the figures of an organisation by year, newest first, each as it counts today. Of figures filed on
// different days the year has the newest day and its source.
func (r *Registry) Years(ctx context.Context, tx *db.Tx, code string) ([]YearFacts, error) {
	all, err := r.Figures(ctx, tx, code)
	if err != nil {
		return nil, err
	}
	var years []YearFacts
	seen := map[string]bool{}
	for _, f := range all { // newest year first, newest filing of a figure first
		i := slices.IndexFunc(years, func(y YearFacts) bool { return y.Year == f.Year })
		if i < 0 {
			i = len(years)
			years = append(years, YearFacts{Year: f.Year})
		}
		key := fmt.Sprint(f.Figure, f.Year)
		if seen[key] {
			continue
		}
		seen[key] = true
		years[i].set(f)
	}
	return years, nil
}

func (y *YearFacts) set(f Filed) {
	v := f.Value
	switch f.Figure {
	case Staff:
		y.Staff = v
	case Revenue:
		y.Revenue = unit.Fen(v)
	case RnDSpend:
		y.RnDSpend = unit.Fen(v)
	case RnDStaff:
		y.RnDStaff = &v
	case Patents:
		y.Patents = &v
	case Standards:
		y.Standards = &v
	}
	if f.Filed > y.Filed {
		y.Filed, y.Source = f.Filed, f.Source
	}
}
