package casework

import (
	"context"
	"fmt"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// hat is what was looked up for the draws of one transaction, once for all its cases: who is in the pools, who is tied to
// whom, and how many opinions everybody owes. A nil one holds nothing.
type hat struct {
	kin     *registry.Kin
	inUse   map[unit.ID]bool
	rivals  map[[2]string][]unit.ID         // scheme and organisation: cases of it that go on
	staff   map[string]map[unit.ID]bool     // accounts of a party
	experts map[[2]string][]registry.Expert // by pool and field
	owes    map[unit.ID]int                 // opinions that are asked of somebody and not given; nil is not asked

	ready   map[string]Drawing // of the case in hand, by ask: drawn and not yet written
	writing bool               // something of the case in hand was written
}

func (s *Service) hat(tx *db.Tx) *hat {
	return &hat{kin: s.c.Registry.Kin(s.today(tx.Now())), inUse: map[unit.ID]bool{}, rivals: map[[2]string][]unit.ID{}, staff: map[string]map[unit.ID]bool{},
		experts: map[[2]string][]registry.Expert{}, ready: map[string]Drawing{}}
}

// hatOf is that of a case, or a new one.
func (s *Service) hatOf(tx *db.Tx, c Case) *hat {
	if c.hat != nil {
		return c.hat
	}
	return s.hat(tx)
}

// drawn is a draw that was made before anything was written.
func (h *hat) drawn(ask string) (Drawing, bool) {
	if h == nil {
		return Drawing{}, false
	}
	d, made := h.ready[ask]
	delete(h.ready, ask)
	return d, made
}

// sat counts the opinions that are owed from now on.
func (h *hat) sat(seats []Seat) {
	if h == nil || h.owes == nil {
		return
	}
	for _, x := range seats {
		h.owes[unit.ID(x.ID)]++
	}
}

// inHat are the experts of a pool who know a field.
func (s *Service) inHat(ctx context.Context, tx *db.Tx, h *hat, pool, field string) ([]registry.Expert, error) {
	key := [2]string{pool, field}
	if all, asked := h.experts[key]; asked {
		return all, nil
	}
	all, err := s.experts(ctx, tx, Drawing{Pool: pool, Field: field})
	if err == nil {
		h.experts[key] = all
	}
	return all, err
}

// work is how many opinions everybody owes now.
func (h *hat) work(ctx context.Context, tx *db.Tx) (map[unit.ID]int, error) {
	if h.owes == nil {
		owes, err := selectOpinionsOwed(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("opinions that are owed: %w", err)
		}
		h.owes = owes
	}
	return h.owes, nil
}

// sparesBusy leaves out whoever owes as many opinions as one may, and of the rest whoever owes more than those who are
// enough for all seats and reserves. So the work stays even as far as conflicts allow, and chance decides among equals.
func (h *hat) sparesBusy(ctx context.Context, tx *db.Tx, lots []DrawnLot, terms scheme.DrawTerms) error {
	owes, err := h.work(ctx, tx)
	if err != nil {
		return err
	}
	line := enough(lots, owes, terms)
	for i := range lots {
		if n := owes[lots[i].Person]; len(lots[i].Kept) == 0 && (n >= terms.Most || n > line) {
			lots[i].Kept = []Tied{{Why: tiedBusy, Note: fmt.Sprint(n)}}
		}
	}
	return nil
}

// enough is the least number of owed opinions so that those who owe no more fill the seats and the reserves, with no more of
// one unit than may be; where they never do it is the most that one may owe.
func enough(lots []DrawnLot, owes map[unit.ID]int, terms scheme.DrawTerms) int {
	var may []DrawnLot
	for _, l := range lots {
		if len(l.Kept) == 0 && owes[l.Person] < terms.Most {
			may = append(may, l)
		}
	}
	slices.SortStableFunc(may, func(a, b DrawnLot) int { return owes[a.Person] - owes[b.Person] })
	places, units := 0, map[int]int{}
	for _, l := range may {
		if terms.PerUnit == 0 || units[l.UnitNo] < terms.PerUnit {
			units[l.UnitNo]++
			places++
		}
		if places == terms.Count+terms.Reserves {
			return owes[l.Person]
		}
	}
	return terms.Most
}

// drawAhead makes the draws that an action opens before anything of it is written, so that a pool that is too small leaves
// nothing half done beside other cases of the same act.
func (s *Service) drawAhead(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c *Case, action string) error {
	for name, decl := range sch.Asks.All() {
		if decl.Draw == nil || !slices.Contains(decl.OpenedBy, action) {
			continue
		}
		if c.hat == nil {
			c.hat = s.hat(tx)
		}
		if decl.Again != "" {
			continue // those who sat stay
		}
		at := amended(sch, *c, action)
		at.History = append(slices.Clip(at.History), Step{Person: who.Person})
		d, err := s.lots(ctx, tx, c.hat, sch, at, name, *decl.Draw)
		if err != nil {
			return err
		}
		c.hat.ready[name] = d
	}
	return nil
}
