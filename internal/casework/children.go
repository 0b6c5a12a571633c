package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// settleMax is how many cases one act may move by themselves, up and down from the one that it is of.
const settleMax = 1000

// bill is a child that an action opened: which entry of `cases` it is for, and which row of the group.
type bill struct {
	child Case
	entry string
	row   int
}

// openChildren opens what an action of a case opens, in the same act: a case for each row of the entry's group, given the
// fields that the entry names. A row whose newest case was not refused is left alone, so that a second opening bills again
// only what came to nothing; it is refused where a row has changed under a case that was opened for it.
func (s *Service) openChildren(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, action string) error {
	for entry, ch := range sch.Cases.All() {
		if !slices.Contains(ch.OpenedBy, action) {
			continue
		}
		if ch.Payers() {
			if err := s.askPayers(ctx, tx, who, sch, c, entry, ch); err != nil {
				return err
			}
			continue
		}
		newest, err := s.newestBills(ctx, tx, c.ID, entry)
		if err != nil {
			return err
		}
		rows := billRows(ch, c)
		for no, row := range rows {
			given, err := s.given(ctx, tx, sch, c, ch, row)
			if err != nil {
				return err
			}
			old, opened := newest[no+1]
			switch {
			case opened && old.child.End != scheme.Refused && !sameFields(given, old.child.Fields):
				return fault.New(fault.Conflict, "casework.bill_changed", "row", no+1, "no", old.child.No)
			case opened && old.child.End != scheme.Refused:
				continue
			}
			if err := s.openBill(ctx, tx, who, sch, c, ch, bill{entry: entry, row: no + 1}, row, given); err != nil {
				return err
			}
		}
		for no, old := range newest {
			if no > len(rows) && old.child.End == "" {
				return fault.New(fault.Conflict, "casework.bill_changed", "row", no, "no", old.child.No)
			}
		}
	}
	return nil
}

// billRows are the rows of the entry's group as they are filled in; one empty row where it has none.
func billRows(ch scheme.Children, c Case) []scheme.Value {
	if ch.OneFor == "" {
		return []scheme.Value{{}}
	}
	return c.Fields[strings.TrimPrefix(ch.OneFor, "form.")].List
}

// given are the fields of a child, from its row and from the case above it.
func (s *Service) given(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, ch scheme.Children, row scheme.Value) (map[string]scheme.Value, error) {
	out := map[string]scheme.Value{}
	facts := s.facts(ctx, tx, sch, c)
	for _, g := range ch.Gives {
		v := scheme.Value{}
		if column, ok := strings.CutPrefix(g.From, ch.OneFor+"."); ok && ch.OneFor != "" {
			v = row.Entry(column)
		} else {
			var err error
			if v, _, err = facts.Fact(g.From); err != nil {
				return nil, fmt.Errorf("give %s to a child of case %s: %w", g.Field, c.No, err)
			}
		}
		if v.Known() {
			out[g.Field] = v
		}
	}
	return out, nil
}

func sameFields(given, has map[string]scheme.Value) bool {
	for name, v := range given {
		if !v.Equal(has[name]) {
			return false
		}
	}
	return true
}

// openBill opens one child.
func (s *Service) openBill(ctx context.Context, tx *db.Tx, who access.Actor, up *scheme.Scheme, c Case, ch scheme.Children, b bill, row scheme.Value, given map[string]scheme.Value) error {
	sch, err := s.childEdition(up, ch.Scheme, s.today(tx.Now()), row)
	if err != nil {
		return err
	}
	o, err := s.c.Registry.Org(ctx, tx, c.Org)
	if err != nil {
		return err
	}
	child := Case{Org: c.Org, Parent: c.ID, Region: s.belongs(sch, o.Region, s.today(tx.Now())), Stage: sch.Start(), Fields: given}
	if err := s.begin(ctx, tx, who, sch, &child, ""); err != nil {
		return err
	}
	if err := insertBill(ctx, tx, child.ID, c.ID, b.entry, b.row); err != nil {
		return fmt.Errorf("bill %d of case %s: %w", b.row, c.No, err)
	}
	return s.tell(ctx, tx, who, sch, child)
}

// childEdition is the edition of a child that is opened on a day: where several jurisdictions have one, that of the office
// or region which the row names, else that of the case above.
func (s *Service) childEdition(up *scheme.Scheme, id string, day unit.Day, row scheme.Value) (*scheme.Scheme, error) {
	var all []*scheme.Scheme
	for _, sch := range s.Schemes() {
		if sch.ID == id && s.inTime(sch, day) {
			all = append(all, sch)
		}
	}
	wanted := []string{}
	for _, v := range row.List {
		if (v.Kind == scheme.Office || v.Kind == scheme.Region) && len(v.Text) >= 6 {
			wanted = append(wanted, v.Text[:6])
		}
	}
	for _, region := range append(wanted, up.Jurisdiction) {
		for _, sch := range all {
			if sch.Jurisdiction == region {
				return sch, nil
			}
		}
	}
	if len(all) > 0 {
		return all[0], nil
	}
	return s.inForce(id, unit.Region(up.Jurisdiction), day)
}

// newestBills are the newest children of an entry, by the number of their row.
func (s *Service) newestBills(ctx context.Context, tx *db.Tx, parent unit.ID, entry string) (map[int]bill, error) {
	all, err := selectBills(ctx, tx, parent, entry)
	if err != nil {
		return nil, fmt.Errorf("bills of case %s: %w", parent, err)
	}
	out := map[int]bill{}
	for _, b := range all { // oldest first
		out[b.row] = b
	}
	return out, nil
}

// missing counts the rows of an entry whose newest case does not stand in the stage or in one that is reached from it. One
// that was refused stands in neither, however far it had come.
func (w *world) missing(entry string, ch scheme.Children, stage string) (scheme.Value, error) {
	newest, err := w.s.newestBills(w.ctx, w.tx, w.c.ID, entry)
	if err != nil {
		return scheme.Value{}, err
	}
	n := int64(0)
	for no := range billRows(ch, w.c) {
		b, opened := newest[no+1]
		if !opened || b.child.End == scheme.Refused {
			n++
			continue
		}
		sch, err := w.s.edition(b.child)
		if err != nil {
			return scheme.Value{}, err
		}
		if !sch.Reaches(stage)[b.child.Stage] {
			n++
		}
	}
	return scheme.CountValue(n), nil
}

// onwards takes what now goes by itself, until nothing more does: in the case, in the one that it lives under, and in
// those that live under it.
func (s *Service) onwards(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) error {
	first := *c
	moved := []Case{first}
	for n := 0; len(moved) > 0; n++ {
		if n > settleMax {
			return fmt.Errorf("case %s moves more than %d cases by itself", c.No, settleMax)
		}
		at := moved[0]
		moved = moved[1:]
		near, err := s.near(ctx, tx, at)
		if err != nil {
			return err
		}
		for _, id := range near {
			if id == at.ID { // as it stands here: most cases have nothing that goes by itself
				own, err := s.edition(at)
				if err != nil {
					return err
				}
				if at.End != "" || len(own.ItselfRows(at.Stage)) == 0 {
					continue
				}
			}
			x, xs, err := s.load(ctx, tx, id)
			if err != nil {
				return err
			}
			if x.End != "" || len(xs.ItselfRows(x.Stage)) == 0 {
				continue
			}
			before := len(x.History)
			if err := s.byItself(ctx, tx, xs, &x); err != nil {
				return err
			}
			if len(x.History) > before {
				moved = append(moved, x)
			}
			if id == c.ID {
				*c = x
			}
		}
	}
	return nil
}

// near are the cases that look at a case which has moved: itself, the one above it, and those under it that go on.
func (s *Service) near(ctx context.Context, tx *db.Tx, c Case) ([]unit.ID, error) {
	out := []unit.ID{c.ID}
	if c.Parent != "" {
		out = append(out, c.Parent)
	}
	sch, err := s.edition(c)
	if err != nil || sch.Cases.Len() == 0 {
		return out, err
	}
	under, err := selectOpenUnder(ctx, tx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("open cases under %s: %w", c.No, err)
	}
	return append(out, under...), nil
}
