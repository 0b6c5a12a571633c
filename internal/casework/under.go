package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// childrenMax is how many cases under one are read for a page.
const childrenMax = 500

// Offer is a scheme of which somebody may open a case under another case now.
type Offer struct {
	Scheme string
	Title  fault.Words
}

// CreateUnder opens a case under another one, for the same organisation: where the other's scheme lets a role of the
// actor start such cases in the stage in which it stands. Otherwise it is Create.
func (s *Service) CreateUnder(ctx context.Context, who access.Actor, parent unit.ID, schemeID, key string) (Case, error) {
	p, err := s.Get(ctx, who, parent)
	if err != nil {
		return Case{}, err
	}
	return s.create(ctx, who, schemeID, p.Org, parent, key)
}

// mayStart refuses a case of the scheme under the parent, or without one, where the schemes do not let it.
func (s *Service) mayStart(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, parent unit.ID) error {
	switch {
	case parent == "" && sch.Parent == "":
		return nil
	case parent == "":
		title := fault.Words{sch.Parent, sch.Parent}
		if up, err := s.Scheme(sch.Parent); err == nil {
			title = up.Title
		}
		return fault.New(fault.Invalid, "casework.parent_missing", "scheme", sch.Title, "parent", title).On("parent")
	}
	p, up, err := s.load(ctx, tx, parent)
	if err == nil {
		if outside, refused := s.mayPropose(p, up, sch); outside {
			return refused
		}
	} else if !db.NoRows(err) {
		return err
	}
	if p, up, err = s.seenWith(ctx, tx, who, parent); err != nil {
		return err
	}
	for _, ch := range up.Cases.All() {
		if ch.Scheme != sch.ID || ch.StartedBy == "" {
			continue
		}
		if _, mine := s.holds(up, p, who, ch.StartedBy); !mine {
			return fault.New(fault.Denied, "casework.not_your_role", "role", up.Say(ch.StartedBy))
		}
		if !slices.Contains(ch.In, p.Stage) {
			return fault.New(fault.Conflict, "casework.parent_stage", "scheme", sch.Title, "stage", p.StageWords).On("parent")
		}
		return nil
	}
	return fault.New(fault.Invalid, "casework.parent_other", "scheme", sch.Title, "parent", up.Title).On("parent")
}

// Offers lists the schemes of which the actor may open a case under this one now.
func (s *Service) Offers(who access.Actor, c Case) (out []Offer) {
	sch, err := s.edition(c)
	if err != nil || c.End != "" {
		return nil
	}
	for _, ch := range sch.Cases.All() {
		_, mine := s.holds(sch, c, who, ch.StartedBy)
		if child, err := s.Scheme(ch.Scheme); err == nil && ch.StartedBy != "" && mine && slices.Contains(ch.In, c.Stage) {
			out = append(out, Offer{ch.Scheme, child.Title})
		}
	}
	return out
}

// Under lists the cases that live under one which the actor may see, the newest first.
func (s *Service) Under(ctx context.Context, who access.Actor, id unit.ID) (out []Case, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		p, up, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		all, err := queryCases(ctx, tx, sqlUnder, string(id), childrenMax)
		all, err = s.underSeen(ctx, tx, who, up, p, all, err)
		for i := range all {
			sch, err := s.edition(all[i])
			if err != nil {
				return err
			}
			if all[i].Asks, err = s.asksOf(ctx, tx, sch, all[i].ID); err != nil {
				return err
			}
			if err := s.label(ctx, tx, sch, &all[i]); err != nil {
				return err
			}
			if all[i], err = s.shown(ctx, tx, who, all[i]); err != nil {
				return err
			}
		}
		out = all
		return err
	})
	return out, err
}

// load reads a case with its steps and the edition that it keeps, for an act that nobody asks to see.
func (s *Service) load(ctx context.Context, tx *db.Tx, id unit.ID) (Case, *scheme.Scheme, error) {
	c, err := selectCase(ctx, tx, id)
	if err != nil {
		return c, nil, err
	}
	sch, err := s.edition(c)
	if err != nil {
		return c, nil, err
	}
	if c.History, err = selectSteps(ctx, tx, id); err != nil {
		return c, nil, fmt.Errorf("steps of case %s: %w", c.No, err)
	}
	err = s.inner(ctx, tx, sch, &c)
	return c, sch, err
}

// parentFact answers what a case may read of the one it lives under.
func (w *world) parentFact(name string, args []scheme.Value) (v scheme.Value, from scheme.Vouched, err error) {
	if v, from, led, err := w.leadFact(name, args); led || err != nil {
		return v, from, err
	}
	if w.c.Parent == "" {
		return v, from, nil
	}
	if w.up == nil {
		p, up, err := w.s.load(w.ctx, w.tx, w.c.Parent)
		if err != nil {
			return v, from, err
		}
		w.up, w.upScheme = &p, up
	}
	p, up := *w.up, w.upScheme
	from = scheme.Vouched{By: "case", At: p.Changed}
	switch name {
	case "parent.stage":
		return scheme.TextValue(p.Stage), from, nil
	case "parent.ended":
		return scheme.YesNoValue(p.End != ""), from, nil
	case "parent.done":
		if len(args) == 1 {
			return scheme.CountValue(int64(p.done(args[0].Text))), from, nil
		}
	case "parent.opened", "parent.ends":
		opened, ends, err := w.s.openTime(w.ctx, w.tx, up, p, w.c.Scheme)
		if name == "parent.opened" {
			return scheme.DayValue(opened), from, err
		}
		return scheme.DayValue(ends), from, err
	}
	return v, from, nil
}

// openTime is from which day to which a case lets others of the scheme be opened under it: from when it first stood in
// such a stage to when the stage's clock runs out, or to when it left.
func (s *Service) openTime(ctx context.Context, tx *db.Tx, up *scheme.Scheme, p Case, schemeID string) (opened, ends unit.Day, err error) {
	var in []string
	for _, ch := range up.Cases.All() {
		if ch.Scheme == schemeID {
			in = append(in, ch.In...)
		}
	}
	all := visits(p, up)
	if len(in) == 0 {
		return s.today(p.Opened), 0, nil
	}
	for _, x := range all {
		switch {
		case !opened.Valid() && slices.Contains(in, x.Stage):
			opened = s.today(x.At)
		case opened.Valid() && !slices.Contains(in, x.Stage):
			ends = s.today(x.At)
		}
	}
	if !opened.Valid() || !slices.Contains(in, p.Stage) {
		return opened, ends, nil
	}
	_, due, found, err := up.FiresAt(all, s.c.Calendar, s.facts(ctx, tx, up, p))
	if err != nil || !found || due.At.IsZero() {
		return opened, 0, err
	}
	return opened, s.today(due.At.Add(-time.Microsecond)), nil
}

// childrenFact counts the cases under this one: of those that an entry of the scheme's `cases` names.
func (w *world) childrenFact(name string, args []scheme.Value) (v scheme.Value, from scheme.Vouched, known bool, err error) {
	entry, part, _ := strings.Cut(name, ".")
	ch, ok := w.sch.Cases.Get(entry)
	from = scheme.Vouched{By: "case", At: w.tx.Now()}
	switch {
	case ok && ch.Payers():
		v, err = w.payersFact(entry, part, ch, args)
		return v, from, true, err
	case ok && part == "missing" && len(args) == 1:
		v, err = w.missing(entry, ch, args[0].Text)
		return v, from, true, err
	case ok && part == "reached" && len(args) == 1:
		v, err = w.reached(ch, args[0].Text)
		return v, from, true, err
	case !ok || part != "open" && part != "all":
		return v, from, false, nil
	}
	n, err := countUnder(w.ctx, w.tx, w.c.ID, ch.Scheme, part == "open")
	return scheme.CountValue(n), from, true, err
}

// used says whether one of the files stands as evidence in another case of this node that has not come to nothing.
func (w *world) used(v scheme.Value) (scheme.Value, scheme.Vouched, error) {
	list := v.List
	if v.Kind != scheme.List {
		list = []scheme.Value{v}
	}
	from := scheme.Vouched{By: "case", At: w.tx.Now()}
	for _, f := range list {
		n, err := countUses(w.ctx, w.tx, f.Text, w.c.ID)
		if err != nil || n > 0 {
			return scheme.YesNoValue(false), from, err
		}
	}
	return scheme.YesNoValue(true), from, nil
}
