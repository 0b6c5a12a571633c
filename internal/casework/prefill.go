package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Prefilled is a field that the registry filled in.
type Prefilled struct {
	Field    string
	Value    scheme.Value // as the registry had it when it was last looked at
	Was      scheme.Value // before the registry changed while this was a draft; unknown if it did not
	Source   string
	Day      unit.Day // of the fact; none if it is not known
	At       time.Time
	Editable bool // people may write something else
	Differs  bool // and have
}

// fromFields are the fields of a form that the registry fills in.
func fromFields(sch *scheme.Scheme) (out []scheme.Field) {
	for f := range sch.Form.All() {
		if strings.HasPrefix(f.From, "firm.") {
			out = append(out, f)
		}
	}
	return out
}

// registryHas is what the registry says today for the fields that name it, as far as it knows them.
func (s *Service) registryHas(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (map[string]Prefilled, error) {
	all := fromFields(sch)
	if len(all) == 0 {
		return nil, nil
	}
	w := &world{ctx: ctx, tx: tx, s: s, sch: sch, c: c, day: s.today(tx.Now())}
	out := map[string]Prefilled{}
	for _, f := range all {
		v, from, err := w.firmFact(f.From)
		if fault.KindOf(err) == fault.NotFound {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("prefill %s of case %s: %w", f.Name, c.No, err)
		}
		if !f.Fits(v) {
			continue
		}
		p := Prefilled{Field: f.Name, Value: v, Source: from.By, At: tx.Now(), Editable: f.Editable}
		if !from.At.IsZero() {
			p.Day = unit.DayOf(from.At, s.c.Calendar.Location())
		}
		out[f.Name] = p
	}
	return out, nil
}

// prefill fills in, as a case begins, what the registry knows; keepPrefilled writes down from where, once the case is there.
func (s *Service) prefill(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) (map[string]Prefilled, error) {
	has, err := s.registryHas(ctx, tx, sch, *c)
	for name, p := range has {
		if _, given := c.Fields[name]; given {
			delete(has, name)
			continue
		}
		c.Fields[name] = p.Value
	}
	return has, err
}

func keepPrefilled(ctx context.Context, tx *db.Tx, id unit.ID, all map[string]Prefilled) error {
	for _, p := range all {
		if err := putPrefilled(ctx, tx, id, p); err != nil {
			return fmt.Errorf("prefilled %s: %w", p.Field, err)
		}
	}
	return nil
}

// stale says which prefilled fields of a draft the registry says otherwise today.
func (s *Service) stale(ctx context.Context, tx *db.Tx, who access.Actor, c Case) (map[string]Prefilled, error) {
	sch, err := s.edition(c)
	if err != nil || len(fromFields(sch)) == 0 {
		return nil, err
	}
	if in, err := s.draft(ctx, tx, sch, c); err != nil || !in || !s.ofApplicant(c, who) {
		return nil, err
	}
	has, err := s.registryHas(ctx, tx, sch, c)
	if err != nil || len(has) == 0 {
		return nil, err
	}
	kept, err := selectPrefilled(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	for name, p := range has {
		old, was := kept[name]
		if was && old.Value.Equal(p.Value) {
			delete(has, name)
			continue
		}
		if was {
			p.Was = old.Value
			has[name] = p
		}
	}
	return has, nil
}

// refresh brings a draft up to what the registry says now. What people wrote themselves stays, and is marked.
func (s *Service) refresh(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := s.inHand(ctx, tx, who, id)
		if err != nil {
			return err
		}
		stale, err := s.stale(ctx, tx, who, c)
		if err != nil || len(stale) == 0 {
			return err
		}
		w, err := s.writing(ctx, tx, &c, 0)
		if err != nil {
			return err
		}
		for name, p := range stale {
			now := w.now(name)
			if !p.Editable || now.Empty() || now.Typed == "" && now.Value.Equal(p.Was) {
				w.put(name, Entry{Value: p.Value})
			}
		}
		if err := keepPrefilled(ctx, tx, id, stale); err != nil || len(w.fields) == 0 {
			return err
		}
		return s.write(ctx, tx, access.System("registry"), w)
	})
}

// Prefilled are the fields of a case that the registry filled in, by name, for whoever may see them.
func (s *Service) Prefilled(ctx context.Context, who access.Actor, id unit.ID) (out map[string]Prefilled, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.seen(ctx, tx, who, id)
		if err == nil {
			c, err = s.shown(ctx, tx, who, c)
		}
		if err != nil || c.Org == "" {
			return err
		}
		out, err = s.prefilled(ctx, tx, c)
		return err
	})
	return out, err
}

func (s *Service) prefilled(ctx context.Context, tx *db.Tx, c Case) (map[string]Prefilled, error) {
	sch, err := s.edition(c)
	if err != nil {
		return nil, err
	}
	all, err := selectPrefilled(ctx, tx, c.ID)
	for name, p := range all {
		f, known := sch.Field(name)
		if !known || c.Veiled[name] != "" {
			delete(all, name)
			continue
		}
		p.Editable, p.Differs = f.Editable, !c.Fields[name].Equal(p.Value)
		all[name] = p
	}
	return all, err
}

// vouched refuses to write over what the registry says where the form does not allow it.
func (s *Service) vouched(ctx context.Context, tx *db.Tx, c Case, f scheme.Field, v scheme.Value) error {
	if f.From == "" || f.Editable || v.Equal(c.Fields[f.Name]) {
		return nil
	}
	all, err := selectPrefilled(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if p, has := all[f.Name]; has && !p.Value.Equal(v) {
		return fault.New(fault.Invalid, "casework.field_from_registry", "field", f.Words, "value", fault.Words{p.Value.In(fault.ZH), p.Value.In(fault.EN)})
	}
	return nil
}
