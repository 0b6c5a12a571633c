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
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// accountsMax is how many accounts of one organisation are looked at for one that is an expert's.
const accountsMax = 500

// conflicts looks for what ties an expert to the parties of a case.
type conflicts struct {
	*hat
	s      *Service
	ctx    context.Context
	tx     *db.Tx
	sch    *scheme.Scheme
	c      Case
	terms  scheme.DrawTerms
	worked int64            // since when, in microseconds; 0 is not asked
	acted  map[unit.ID]bool // in the case

	partners map[string]map[string]int64 // of a party: how many cases another organisation stood in with it
	between  map[[2]string][]Tied        // organisation of the expert and party
}

// conflictsBy looks for conflicts in a case with what the hat holds already.
func (s *Service) conflictsBy(ctx context.Context, tx *db.Tx, h *hat, sch *scheme.Scheme, c Case, terms scheme.DrawTerms) *conflicts {
	x := &conflicts{hat: h, s: s, ctx: ctx, tx: tx, sch: sch, c: c, terms: terms, acted: map[unit.ID]bool{c.OpenedBy: true},
		partners: map[string]map[string]int64{}, between: map[[2]string][]Tied{}}
	for _, h := range c.History {
		x.acted[h.Person] = true
	}
	if terms.Worked.Known() {
		x.worked = db.Micros(back(tx.Now(), terms.Worked))
	}
	return x
}

// back is a time as long before another as a parameter says; office hours and working days count as days of the calendar.
func back(now time.Time, v scheme.Value) time.Time {
	switch v.Text {
	case "y":
		return now.AddDate(-int(v.Int), 0, 0)
	case "h":
		return now.Add(-time.Duration(v.Int) * time.Hour)
	}
	return now.AddDate(0, 0, -int(v.Int))
}

// pool is everybody in the pool of a draw, with what keeps them out.
func (s *Service) pool(ctx context.Context, tx *db.Tx, h *hat, sch *scheme.Scheme, c Case, d Drawing, terms scheme.DrawTerms, key string) ([]DrawnLot, error) {
	experts, err := s.inHat(ctx, tx, h, d.Pool, d.Field)
	if err != nil {
		return nil, err
	}
	if len(experts) > poolMax {
		return nil, fault.New(fault.TooLarge, "casework.pool_large", "pool", d.Pool, "most", poolMax)
	}
	look, units := s.conflictsBy(ctx, tx, h, sch, c, terms), map[string]int{}
	out := make([]DrawnLot, 0, len(experts))
	for _, e := range experts {
		if units[e.Unit] == 0 {
			units[e.Unit] = len(units) + 1
		}
		l := DrawnLot{Token: tokenOf(key, e.Account), Person: e.Account, Unit: e.Unit, UnitNo: units[e.Unit]}
		if l.Kept, err = look.of(e); err != nil {
			return nil, fmt.Errorf("conflicts of an expert in case %s: %w", c.No, err)
		}
		out = append(out, l)
	}
	if terms.Most == 0 {
		return out, nil
	}
	return out, h.sparesBusy(ctx, tx, out, terms)
}

// of is everything that keeps an expert out of a draw of the case, in the order of the reasons.
func (x *conflicts) of(e registry.Expert) (out []Tied, err error) {
	if used, asked := x.inUse[e.Account]; !asked {
		name, _, err := x.s.c.Access.Address(x.ctx, x.tx, e.Account)
		if err != nil {
			return nil, err
		}
		x.inUse[e.Account] = name != ""
		if name == "" {
			return []Tied{{Why: tiedGone}}, nil
		}
	} else if !used {
		return []Tied{{Why: tiedGone}}, nil
	}
	if x.acted[e.Account] {
		out = append(out, Tied{Why: tiedActed})
	}
	for _, org := range x.terms.Parties {
		both, err := x.orgs(e.Unit, org)
		if err != nil {
			return nil, err
		}
		out = append(out, both...)
		self, err := x.person(e.Account, org)
		if err != nil {
			return nil, err
		}
		out = append(out, self...)
	}
	rival, err := x.competes(e.Unit)
	if rival {
		out = append(out, Tied{Why: tiedCompetes, Org: e.Unit})
	}
	return out, err
}

// competes says whether an organisation has another case of the same scheme that goes on.
func (x *conflicts) competes(org string) (bool, error) {
	if org == x.c.Org {
		return false, nil
	}
	key := [2]string{x.sch.ID, org}
	all, asked := x.rivals[key]
	if !asked {
		var err error
		if all, err = selectCompeting(x.ctx, x.tx, x.sch.ID, org); err != nil {
			return false, err
		}
		x.rivals[key] = all
	}
	return slices.ContainsFunc(all, func(id unit.ID) bool { return id != x.c.ID }), nil
}

// orgs is what ties an expert's organisation to a party. What the registry cannot say keeps nobody out.
func (x *conflicts) orgs(unitOf, org string) ([]Tied, error) {
	if known, asked := x.between[[2]string{unitOf, org}]; asked {
		return known, nil
	}
	var out []Tied
	if unitOf == org {
		out = append(out, Tied{Why: tiedUnit, Org: org})
	} else {
		a, err := x.kin.Affiliation(x.ctx, x.tx, unitOf, org)
		if err != nil {
			return nil, err
		}
		if a.Related {
			out = append(out, Tied{tiedRelated, org, kindsOf(a.Via)})
		}
		n, err := x.together(unitOf, org)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, Tied{Why: tiedWorked, Org: org, Note: fmt.Sprint(n)})
		}
	}
	x.between[[2]string{unitOf, org}] = out
	return out, nil
}

// together counts the cases in which an organisation stood with a party lately, beside this one.
func (x *conflicts) together(unitOf, org string) (int64, error) {
	if x.worked == 0 {
		return 0, nil
	}
	with, asked := x.partners[org]
	if !asked {
		var err error
		if with, err = selectPartners(x.ctx, x.tx, org, x.worked, x.c.ID); err != nil {
			return 0, err
		}
		x.partners[org] = with
	}
	return with[unitOf], nil
}

// person is what ties the expert to a party: by what he or she declared, by the registry, or by an account there.
func (x *conflicts) person(account unit.ID, org string) ([]Tied, error) {
	t, declared, err := x.kin.Declared(x.ctx, x.tx, account, org)
	if err != nil {
		return nil, err
	}
	if declared {
		return []Tied{{tiedDeclared, org, t.Kind}}, nil
	}
	r, tied, err := x.kin.PersonTie(x.ctx, x.tx, account, org)
	if err != nil {
		return nil, err
	}
	if tied {
		return []Tied{{tiedPerson, org, r.Kind}}, nil
	}
	staff, asked := x.staff[org]
	if !asked {
		all, err := x.s.c.Access.Reached(x.ctx, x.tx, notice.Audience{Org: org}, accountsMax)
		if err != nil {
			return nil, err
		}
		staff = map[unit.ID]bool{}
		for _, id := range all {
			staff[id] = true
		}
		x.staff[org] = staff
	}
	if staff[account] {
		return []Tied{{tiedPerson, org, "account"}}, nil
	}
	return nil, nil
}

func kindsOf(via []registry.Relation) string {
	var all []string
	for _, r := range via {
		if !slices.Contains(all, r.Kind) {
			all = append(all, r.Kind)
		}
	}
	return strings.Join(all, " ")
}

// Draws are the draws of a case as a reader may see them: who was in the pool is told to officers, and to everybody of
// themselves; the rest see tokens. An organisation that is hidden from the reader is not named among the reasons either.
func (s *Service) Draws(ctx context.Context, who access.Actor, id unit.ID) (c Case, out []Drawing, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return c, nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		whole, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		v, err := s.veilFor(ctx, tx, sch, who, whole)
		if err != nil {
			return err
		}
		if c, err = s.shown(ctx, tx, who, whole); err != nil {
			return err
		}
		if out, err = selectDraws(ctx, tx, id); err != nil {
			return err
		}
		for i := range out {
			d := &out[i]
			d.Words, d.Differ, d.box = sch.Say(d.Ask), d.redraw(), ""
			if err := s.nameLots(ctx, tx, who, v, d); err != nil {
				return err
			}
		}
		return nil
	})
	return c, out, err
}

func (s *Service) nameLots(ctx context.Context, tx *db.Tx, who access.Actor, v veil, d *Drawing) error {
	told := officer(who) && v.asks[d.Ask] != bySight
	for j := range d.Lots {
		l := &d.Lots[j]
		l.Mine = l.Person == who.Person && who.Person != ""
		if !told && !l.Mine {
			l.Person, l.Unit = "", ""
			for k := range l.Kept {
				l.Kept[k] = Tied{Why: l.Kept[k].Why}
			}
			continue
		}
		name, _, err := s.c.Access.Address(ctx, tx, l.Person)
		if err != nil {
			return fmt.Errorf("name of a lot: %w", err)
		}
		l.Name = fault.Words{name, name}
		for k := range l.Kept {
			if v.firm && l.Kept[k].Org == v.org {
				l.Kept[k].Org = ""
			}
		}
	}
	return nil
}

// auditDraws draws again what was drawn in a case, and compares the seats with it.
func (s *Service) auditDraws(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (found []string, err error) {
	if !slices.ContainsFunc(sch.Asks.Names(), func(name string) bool { a, _ := sch.Asks.Get(name); return a.Draw != nil }) {
		return nil, nil
	}
	made, err := selectDraws(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	asks, err := s.asksOf(ctx, tx, sch, c.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range made {
		for _, line := range d.redraw() {
			found = append(found, fmt.Sprintf("case %s: draw of %s: %s", c.No, d.Ask, line))
		}
		drawn := map[string]bool{}
		for _, l := range d.Lots {
			drawn[string(l.Person)] = l.Place > 0
		}
		for _, a := range asks {
			for _, x := range a.Seats {
				if a.Ask == d.Ask && a.Opening == d.Opening && !x.Vacant && !drawn[x.ID] {
					found = append(found, fmt.Sprintf("case %s: seat %d of %s was not drawn", c.No, x.No, a.Ask))
				}
			}
		}
	}
	return found, nil
}
