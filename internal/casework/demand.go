package casework

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Demands keeps what cases look for among the needs of the catalogue, where offers are ranked against it. It takes part in the caller's act.
type Demands interface {
	// ListDemand lists what a case looks for, or states it anew and opens it again.
	ListDemand(ctx context.Context, tx *db.Tx, d Demand) error
	// ShelveDemand takes it from the open ones: for a time, or for good where the case is over. Where none is open nothing is done.
	ShelveDemand(ctx context.Context, tx *db.Tx, of unit.ID, over bool, reason string) error
}

// Demand is what a case looks for, as its form says it, in Chinese.
type Demand struct {
	Case          unit.ID
	No, Org       string
	Type          string // one of scheme.DemandTypes
	Title         string
	Text, Targets string
	Fields        []string
	Industry      unit.Industry // "" is not known
	Region        unit.Region
	Budget        unit.Fen // 0 says none
	Until         unit.Day // last day of the stage
}

// keepDemand lists a case among the needs while it is in a stage that its scheme names, and takes it away when it leaves it.
func (s *Service) keepDemand(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, from string) error {
	switch {
	case sch.Demand == nil || s.c.Demands == nil:
		return nil
	case sch.Lists(c.Stage):
		d, err := s.demandOf(ctx, tx, sch, c)
		if err != nil {
			return err
		}
		return s.c.Demands.ListDemand(ctx, tx, d)
	case c.End != "" || sch.Lists(from):
		w := sch.Say(c.Stage)
		return s.c.Demands.ShelveDemand(ctx, tx, c.ID, c.End != "", fmt.Sprintf("办件 %s：%s / Case %s: %s", c.No, w[0], c.No, w[1]))
	}
	return nil
}

// demandOf is what a case says as a need. Where nothing stands in a field, for which its scheme has other fields, those speak.
func (s *Service) demandOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (d Demand, err error) {
	x := sch.Demand
	o, err := s.c.Registry.Org(ctx, tx, c.Org)
	if err != nil {
		return d, fmt.Errorf("organisation of case %s: %w", c.No, err)
	}
	d = Demand{Case: c.ID, No: c.No, Org: c.Org, Type: x.Type, Title: sayFields(sch, c, x.Title), Text: sayFields(sch, c, x.Text...), Targets: sayFields(sch, c, x.Targets...),
		Region: o.Region, Industry: o.Industry, Budget: c.Fields[x.Budget].Fen()}
	for _, name := range x.Fields {
		d.Fields = append(d.Fields, sayFields(sch, c, name))
	}
	if v := c.Fields[x.Region]; v.Known() {
		d.Region = unit.Region(v.Text)
	}
	if v := c.Fields[x.Industry]; v.Known() {
		if d.Industry, err = unit.ParseIndustry(v.Text); err != nil {
			d.Industry = o.Industry
		}
	}
	d.Title = cmp.Or(d.Title, sch.Title[0])
	d.Text = cmp.Or(d.Text, d.Title)
	d.Targets = cmp.Or(d.Targets, d.Text)
	d.Until, err = s.lastDay(ctx, tx, sch, c)
	return d, err
}

// sayFields are fields as people read them, each on a line; with several their names stand before them.
func sayFields(sch *scheme.Scheme, c Case, names ...string) string {
	var lines []string
	for _, name := range names {
		f, _ := sch.Field(name)
		v := c.Fields[name]
		if !v.Known() {
			continue
		}
		says := sayValue(sch, v)
		if len(names) > 1 {
			says = f.Words[0] + "：" + says
		}
		lines = append(lines, says)
	}
	return strings.Join(lines, "\n")
}

// sayValue is a value in Chinese, of a group each row on a line.
func sayValue(sch *scheme.Scheme, v scheme.Value) string {
	if v.Kind == scheme.List && len(v.List) > 0 && v.List[0].Kind == scheme.Group {
		rows := make([]string, len(v.List))
		for i, row := range v.List {
			rows[i] = sayValue(sch, row)
		}
		return strings.Join(rows, "\n")
	}
	if v.Kind != scheme.Group {
		return sch.Show(v, fault.ZH)
	}
	cells := make([]string, len(v.List))
	for i, cell := range v.List {
		cells[i] = sch.ColumnWords(v.Keys[i])[0] + "：" + sch.Show(cell, fault.ZH)
	}
	return strings.Join(cells, "；")
}

// lastDay is the day until which a case stays in its stage, if nobody moves it: of its clock, else of whoever has longest to act, else of
// its edition.
func (s *Service) lastDay(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (unit.Day, error) {
	all, err := s.waits(ctx, tx, sch, c)
	if err != nil {
		return 0, err
	}
	var last time.Time
	for _, w := range all {
		if w.Due.After(last) {
			last = w.Due
		}
		if w.Role == "clock" && !w.Due.IsZero() {
			last = w.Due
			break
		}
	}
	if last.IsZero() {
		return sch.InForce[1].Day(), nil
	}
	return s.today(last), nil
}
