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

// readersOf are who the form of a case makes a reader: the organisations that it names, and the offices at which the
// scheme seats a desk.
func readersOf(sch *scheme.Scheme, c Case) map[string]bool {
	out, hidden := map[string]bool{}, unshown(sch, c)
	for name, v := range c.Fields {
		if v.Kind == scheme.Org && v.Text != c.Org && !hidden[name] {
			out[v.Text] = true
		}
	}
	for _, r := range sch.Roles.All() {
		if field, named := strings.CutPrefix(r.At, "form."); named && r.Desk != "" && c.Fields[field].Kind == scheme.Office {
			out[c.Fields[field].Text] = true
		}
	}
	return out
}

// keepAccess writes down who may see a case, and how much of it.
func (s *Service) keepAccess(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if err := keepReaders(ctx, tx, c.ID, readersOf(sch, c)); err != nil {
		return fmt.Errorf("readers of case %s: %w", c.No, err)
	}
	return s.keepSight(ctx, tx, sch, c)
}

// keepSight writes down whether whose case it is is told to everybody who sees it.
func (s *Service) keepSight(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	sight, narrowed := sch.See["firm"]
	if !narrowed {
		return nil
	}
	on, err := s.narrows(ctx, tx, sch, c, sight)
	if err == nil {
		err = keepVeil(ctx, tx, c.ID, on)
	}
	if err != nil {
		return fmt.Errorf("sight of case %s: %w", c.No, err)
	}
	return nil
}

// mayRead refuses, as not found, who may not see a case: it is neither of their place or organisation, nor names them, nor
// asked them. A desk that a scheme seats in no single office is read by whoever holds it, in whichever office.
func (s *Service) mayRead(ctx context.Context, tx *db.Tx, who access.Actor, c Case) error {
	err := access.May(who, access.CaseRead, s.scope(c))
	if err == nil || fault.KindOf(err) == fault.SignIn {
		return err
	}
	if _, invited := c.member(who); invited {
		return nil
	}
	sch, bad := s.edition(c)
	if bad != nil {
		return bad
	}
	for _, r := range sch.Roles.All() {
		for _, g := range who.Grants {
			if r.Desk != "" && r.Desk == g.Role && !strings.HasPrefix(r.At, "form.") && access.May(who, access.CaseRead, access.Scope{Region: c.Region, Office: g.Org}) == nil {
				return nil
			}
		}
	}
	more, err := selectReaders(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, r := range more {
		sc := access.Scope{Person: unit.ID(r.code)}
		if place := officeRegion(r.code); len(place) == 6 {
			sc = access.Scope{Region: place, Office: r.code}
		} else if hasOrg(who, r.code) { // an organisation that was asked
			sc = access.Scope{Org: r.code}
		}
		if access.May(who, access.CaseRead, sc) == nil {
			return nil
		}
	}
	return fault.New(fault.NotFound, "casework.unknown")
}

// answersFiles says whether the actor speaks for a seat that waits and whose answer takes files.
func (s *Service) answersFiles(sch *scheme.Scheme, c Case, who access.Actor) bool {
	for name, decl := range sch.Asks.All() {
		takes := false
		for _, f := range decl.Answers {
			takes = takes || f.Type == "file" || f.Type == "files"
		}
		for _, x := range c.asked(name).Seats {
			if _, mine := speaksFor(who, x); takes && mine && x.Waiting {
				return true
			}
			if _, plays := s.holds(sch, c, who, decl.Instead); takes && plays && x.Waiting {
				return true
			}
		}
	}
	return false
}

// codesOf are the codes of readers that a reach answers to: its organisations, its offices, the person.
func codesOf(r access.Reach) []string {
	out := slices.Clone(r.Orgs)
	for _, o := range r.Offices {
		out = append(out, o.Org)
	}
	if r.Own != "" {
		out = append(out, string(r.Own))
	}
	return out
}

// seatsOf are the seats that an actor speaks for, wherever they are asked.
func seatsOf(who access.Actor) []string {
	out := []string{string(who.Person)}
	for _, g := range who.Grants {
		if g.Org != "" && (access.IsDesk(g.Role) || hasOrg(who, g.Org)) {
			out = append(out, g.Org)
		}
	}
	return out
}

// schemesOf are the schemes that seat, in no single office, a desk that the actor holds in one; by the place of the desk.
func (s *Service) schemesOf(who access.Actor) map[unit.Region][]string {
	out := map[unit.Region][]string{}
	for _, sch := range s.Schemes() {
		for _, r := range sch.Roles.All() {
			for _, g := range who.Grants {
				if g.Org != "" && r.Desk != "" && r.Desk == g.Role && !strings.HasPrefix(r.At, "form.") && !slices.Contains(out[g.Region], sch.ID) {
					out[g.Region] = append(out[g.Region], sch.ID)
				}
			}
		}
	}
	return out
}

// seatRole parts what stands as a role where a seat waits: the ask and the seat.
func seatRole(role string) (ask, seat string) {
	ask, seat, _ = strings.Cut(role, "/")
	return ask, seat
}

// sayAsked is what those are called who are asked.
func sayAsked(sch *scheme.Scheme, ask string) fault.Words {
	for name, r := range sch.Roles.All() {
		if r.Seat == ask {
			return sch.Say(name)
		}
	}
	return sch.Say(ask)
}
