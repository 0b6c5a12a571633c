package casework

import (
	"context"
	"fmt"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// begin opens a case of an edition, whoever has decided on it: a person, an action of the case above, or a clock. The
// caller gives Org, Parent, Region, Stage and Fields; the rest is filled in here. key is that of Create.
func (s *Service) begin(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c *Case, key string) error {
	no, err := s.nextNo(ctx, tx, s.today(tx.Now()))
	if err != nil {
		return err
	}
	c.ID, c.No = unit.NewID(tx.Now()), no
	c.Scheme, c.Edition, c.EditionDigest = sch.ID, sch.Edition, sch.Digest
	c.OpenedBy, c.Opened, c.Changed, c.Version = who.Person, tx.Now(), tx.Now(), 1
	c.Answers = map[string]bool{}
	if c.Fields == nil {
		c.Fields = map[string]scheme.Value{}
	}
	from, err := s.prefill(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	at, err := s.times(ctx, tx, sch, *c)
	if err != nil {
		return err
	}
	if err := insertCase(ctx, tx, *c, at, key); err != nil {
		return fmt.Errorf("open case %s: %w", c.No, err)
	}
	if err := keepPrefilled(ctx, tx, c.ID, from); err != nil {
		return err
	}
	if err := s.keepAccess(ctx, tx, sch, *c); err != nil {
		return err
	}
	if err := s.promise(ctx, tx, sch, *c); err != nil {
		return err
	}
	if err := keepNamed(ctx, tx, sch, *c); err != nil {
		return err
	}
	if err := keepPlans(ctx, tx, sch, *c); err != nil {
		return err
	}
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.create", Object: c.Object(), Region: c.Region, Detail: c.Scheme + " " + c.No})
}

// begun is the stage in which a case began.
func (c Case) begun() string {
	if len(c.History) > 0 {
		return c.History[0].From
	}
	return c.Stage
}

// keepNamed keeps which persons the fields of a case name, where its form has any.
func keepNamed(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if !namesPersons(sch) {
		return nil
	}
	var all []string
	for _, v := range c.Fields {
		all = append(all, personsIn(v)...)
	}
	slices.Sort(all)
	if err := writeNamed(ctx, tx, c.ID, slices.Compact(all)); err != nil {
		return fmt.Errorf("persons named in case %s: %w", c.No, err)
	}
	return nil
}

func namesPersons(sch *scheme.Scheme) bool {
	for f := range sch.Form.All() {
		for _, x := range append([]scheme.Field{f}, f.Fields...) {
			if x.Type == "person" {
				return true
			}
		}
	}
	return false
}

func personsIn(v scheme.Value) (out []string) {
	if v.Kind == scheme.Person && v.Text != "" {
		return []string{v.Text}
	}
	for _, x := range v.List {
		out = append(out, personsIn(x)...)
	}
	return out
}
