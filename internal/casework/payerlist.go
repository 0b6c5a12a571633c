package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// What people see of leads and payers: whoever may read a lead case reads how its payers stand, unless the scheme narrows the
// rows that name them; whoever may read a payer's case reads how its lead stands.

// payersShown is how many of the newest openings a list looks through.
const payersShown = 500

// PayerOf is a payer with the lead case that asks it.
type PayerOf struct {
	Payer
	LeadCase Case // as the reader may see it: number, title, stage
}

// LedCase is a case here that answers a lead, with the lead.
type LedCase struct {
	Lead
	Payer Case // as the reader may see it
}

// Payers are what a case asked of its payers, the newest opening of each row, in the order of the rows; ok is false for a case
// that has none or whose rows the reader may not see.
func (s *Service) Payers(ctx context.Context, who access.Actor, id unit.ID) (out []Payer, ok bool, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, false, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, ok = nil, false
		c, err := s.seen(ctx, tx, who, id)
		if err == nil {
			c, err = s.shown(ctx, tx, who, c)
		}
		if err != nil {
			return err
		}
		out, err = s.payersShownOf(ctx, tx, c)
		ok = len(out) > 0
		return err
	})
	return out, ok, err
}

// payersShownOf are the payers of a case as its reader sees it.
func (s *Service) payersShownOf(ctx context.Context, tx *db.Tx, c Case) (out []Payer, err error) {
	sch, err := s.edition(c)
	if err != nil || !hasPayers(sch) {
		return nil, err
	}
	all, err := selectPayers(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range newestOf(all) {
		ch, _ := sch.Cases.Get(p.Entry)
		if c.Veiled[fieldOf(ch.OneFor)] != "" {
			continue
		}
		p.Here = p.Node == s.c.Self
		p.OrgName = fault.Words{p.Org, p.Org}
		if o, err := s.c.Registry.Org(ctx, tx, p.Org); err == nil {
			p.OrgName = o.Name
		} else if fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// LeadOf is the lead that a case answers; ok is false for a case that answers none.
func (s *Service) LeadOf(ctx context.Context, who access.Actor, id unit.ID) (x Lead, ok bool, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return x, false, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		ok = false
		c, err := s.seen(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if x, err = selectLead(ctx, tx, id); db.NoRows(err) {
			return nil
		}
		ok, x.Here, x.Case = err == nil, x.Node == s.c.Self, c.Parent
		return err
	})
	return x, ok, err
}

// LeadsAndPayers lists, of the newest, the payers of leads here and the cases here that answer a lead which the actor may see.
func (s *Service) LeadsAndPayers(ctx context.Context, who access.Actor) (asked []PayerOf, led []LedCase, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		asked, led = nil, nil
		all, err := selectNewPayers(ctx, tx, payersShown)
		if err != nil {
			return err
		}
		done := map[unit.ID]bool{}
		for _, p := range all {
			if done[p.Lead] {
				continue
			}
			done[p.Lead] = true
			c, seen, err := s.lineSeen(ctx, tx, who, p.Lead)
			if err != nil {
				return err
			}
			if !seen {
				continue
			}
			mine, err := s.payersShownOf(ctx, tx, c)
			if err != nil {
				return err
			}
			for _, x := range mine {
				asked = append(asked, PayerOf{x, c})
			}
		}
		leads, err := selectNewLeads(ctx, tx, payersShown)
		if err != nil {
			return err
		}
		for _, x := range leads {
			c, seen, err := s.lineSeen(ctx, tx, who, x.payer)
			if err != nil {
				return err
			}
			if seen {
				x.Here, x.Case = x.Node == s.c.Self, c.Parent
				led = append(led, LedCase{x, c})
			}
		}
		return nil
	})
	return asked, led, err
}

// lineSeen is a case as a line of a list shows it; seen is false for one that the actor may not see.
func (s *Service) lineSeen(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (c Case, seen bool, err error) {
	c, err = s.seen(ctx, tx, who, id)
	if fault.KindOf(err) == fault.NotFound {
		return c, false, nil
	}
	if err == nil {
		c, err = s.shown(ctx, tx, who, c)
	}
	return c, err == nil, err
}

// auditPayers compares what a payer's case says of itself with what its lead was told last: beside the case, and beside the lead
// where that lives here too. What is owed was not told yet.
func (s *Service) auditPayers(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (found []string, err error) {
	if sch.Lead == nil {
		return nil, nil
	}
	x, err := selectLead(ctx, tx, c.ID)
	if err != nil {
		if db.NoRows(err) {
			return []string{"case " + c.No + ": answers a lead, and none is kept"}, nil
		}
		return nil, err
	}
	if x.Node != s.c.Self {
		return nil, nil
	}
	n, err := s.payerNews(ctx, tx, sch, c, x)
	if err != nil {
		return nil, err
	}
	p, err := selectPayer(ctx, tx, x.News.Opening)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", x.News.Opening, err)
	}
	if p.State != n.State || p.Fen != n.Fen || p.News.Case != c.ID {
		found = append(found, fmt.Sprintf("case %s: stands %s with %s, its lead has %s with %s", c.No, n.State, n.Fen, p.State, p.Fen))
	}
	return found, nil
}
