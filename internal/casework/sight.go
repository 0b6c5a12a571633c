package casework

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// This file is the one place where what a scheme narrows is taken out of what leaves the room: `see`, answers of an ask
// that is not settled, and the names of people who were drawn. Everything that returns a case, a decision, a refusal with
// values or a file goes through a veil; acts of the room itself work on the whole case.

// Why something is not shown.
const (
	bySight  = "sight"     // the scheme lets other roles read it
	untilAll = "until_all" // not everybody who was asked has answered
	bySeal   = "sealed"    // not before it is opened
)

// withheld stands where the organisation of a case is not told.
var withheld = fault.Words{"（不公开）", "(withheld)"}

// veil is what one reader may not see of one case.
type veil struct {
	fields map[string]string // field: why
	asks   map[string]string // ask: why
	firm   bool
	values []scheme.Value // what is hidden, wherever it turns up as an argument
	org    string
}

func (v veil) empty() bool { return len(v.fields) == 0 && len(v.asks) == 0 && !v.firm }

// veilFor finds what a reader may not see of a case. A condition that cannot be judged narrows: it fails closed.
func (s *Service) veilFor(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, who access.Actor, c Case) (veil, error) {
	v := veil{fields: map[string]string{}, asks: map[string]string{}, org: c.Org}
	for _, a := range c.Asks {
		if !a.settled() {
			v.asks[a.Ask] = untilAll
		}
	}
	for _, x := range c.Seals {
		if !x.open() {
			v.fields[x.Field] = bySeal
		}
	}
	for name, sight := range sch.See {
		on, err := s.narrows(ctx, tx, sch, c, sight)
		if err != nil {
			return v, err
		}
		if !on || s.reads(sch, who, c, name, sight) {
			continue
		}
		switch {
		case name == "firm":
			v.firm = true
			v.values = append(v.values, scheme.OrgValue(c.Org))
		case sch.Asks.Has(name):
			v.asks[name] = bySight
		default:
			if v.fields[name] == "" {
				v.fields[name] = bySight
			}
			v.values = append(v.values, parts(c.Fields[name])...)
		}
	}
	return v, nil
}

// narrows says whether a sight is in force for a case.
func (s *Service) narrows(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, sight scheme.Sight) (bool, error) {
	if sight.If == "" {
		return true, nil
	}
	x, _, err := s.facts(ctx, tx, sch, c).Fact(sight.If)
	return !x.Known() || x.True(), err
}

// reads says whether a reader plays one of the roles to which a sight is narrowed, or gave the thing.
func (s *Service) reads(sch *scheme.Scheme, who access.Actor, c Case, name string, sight scheme.Sight) bool {
	roles := sight.Only
	if f, ok := sch.Field(name); ok {
		roles = append([]string{f.By}, roles...)
	}
	if name == "firm" && hasOrg(who, c.Org) {
		return true
	}
	for _, role := range roles {
		if _, mine := s.holds(sch, c, who, role); mine {
			return true
		}
	}
	return false
}

// parts are a value and, of a list or a row, all that is in it.
func parts(v scheme.Value) []scheme.Value {
	if !v.Known() {
		return nil
	}
	out := []scheme.Value{v}
	for _, x := range v.List {
		out = append(out, parts(x)...)
	}
	return out
}

// shown is a whole case as a reader may see it.
func (s *Service) shown(ctx context.Context, tx *db.Tx, who access.Actor, c Case) (Case, error) {
	sch, err := s.edition(c)
	if err != nil {
		return c, err
	}
	v, err := s.veilFor(ctx, tx, sch, who, c)
	if err != nil {
		return Case{}, err
	}
	whole := c
	c.Asks = s.veilAsks(sch, who, whole, v)
	if v.empty() {
		return c, nil
	}
	c.Veiled, c.seated, c.Fields = v.fields, seated(sch, whole), map[string]scheme.Value{}
	for name, x := range whole.Fields {
		if v.fields[name] == "" {
			c.Fields[name] = x
		}
	}
	c.History = append([]Step(nil), c.History...)
	for i := range c.History {
		h := &c.History[i]
		h.Decision, h.raw = v.decision(h.Decision), ""
		if r, ok := sch.Roles.Get(h.Role); v.firm && ok && r.Party == "firm" {
			h.Person, h.By, h.Mandate = "", "—", ""
		}
	}
	if v.firm {
		c.Org, c.OrgName, c.Synthetic, c.OpenedBy, c.Region = "", withheld, false, "", unit.Region(sch.Jurisdiction)
		c.Purse = scheme.Purse{Sums: c.Purse.Sums}
	}
	return c, nil
}

// seated are the fields of a case that say which organisation or office plays a role.
func seated(sch *scheme.Scheme, c Case) map[string]scheme.Value {
	out := map[string]scheme.Value{}
	for _, r := range sch.Roles.All() {
		for _, from := range []string{r.Party, r.At} {
			if name, named := strings.CutPrefix(from, "form."); named && c.Fields[name].Known() {
				out[name] = c.Fields[name]
			}
		}
	}
	return out
}

// decision is one without the values that the reader may not see; its answers stay.
func (v veil) decision(d Decision) Decision {
	d.Answers, d.Seen = v.answers(d.Answers), v.facts(d.Seen)
	d.Stood = append([]Stood(nil), d.Stood...)
	for i := range d.Stood {
		d.Stood[i].Answers = v.answers(d.Stood[i].Answers)
	}
	return d
}

func (v veil) answers(all []scheme.Answer) []scheme.Answer {
	out := append([]scheme.Answer(nil), all...)
	for i, a := range out {
		for _, f := range a.Saw {
			if v.hides(f) {
				out[i].Saw, out[i].WouldPass = v.facts(a.Saw), fault.Words{}
				break
			}
		}
	}
	return out
}

func (v veil) facts(all []scheme.SeenFact) []scheme.SeenFact {
	out := append([]scheme.SeenFact(nil), all...)
	for i, f := range out {
		if v.hides(f) {
			out[i] = scheme.SeenFact{Name: f.Name, Words: f.Words}
		}
	}
	return out
}

// judgement is one whose answers the reader may see.
func (v veil) judgement(j scheme.Judgement) scheme.Judgement {
	if v.empty() {
		return j
	}
	j.Answers, j.Seen = v.answers(j.Answers), v.facts(j.Seen)
	if j.First != nil {
		first := v.answers([]scheme.Answer{*j.First})[0]
		j.First = &first
	}
	return j
}

// hides says whether a fact tells what is hidden: by its name, or by an argument.
func (v veil) hides(f scheme.SeenFact) bool {
	base, rest, _ := strings.Cut(f.Name, ".")
	field, _, _ := strings.Cut(rest, ".")
	why, ask := v.asks[base]
	switch {
	case base == "form" && v.fields[field] != "", base == "firm" && v.firm, ask && why == bySight:
		return true
	case ask:
		return rest != "asked" && rest != "given" && rest != "missing"
	}
	for _, a := range f.Args {
		for _, part := range parts(a) {
			for _, x := range v.values {
				if x.Equal(part) || x.Text != "" && x.Text == part.Text {
					return true
				}
			}
		}
	}
	return false
}

// veilAsks are the asks of a case as a reader may see them.
func (s *Service) veilAsks(sch *scheme.Scheme, who access.Actor, c Case, v veil) []Asked {
	var out []Asked
	for _, a := range c.Asks {
		a.Hidden = v.asks[a.Ask]
		a.Nameless = a.Hidden == bySight || a.decl.Draw != nil && !officer(who)
		if a.Hidden != "" {
			a.Passed, a.Failed, a.Score = 0, 0, scheme.Value{}
		}
		_, plays := s.holds(sch, c, who, a.decl.Instead)
		seats := a.Seats
		a.Seats = nil
		for _, x := range seats {
			_, speaks := speaksFor(who, x)
			x.Mine = speaks && x.Waiting
			x.Instead = !speaks && plays && x.Waiting && x.Late && !x.Provisional
			x.Strike = s.strikes(sch, c, who, a, x)
			switch {
			case speaks:
			case a.Hidden == bySight && !x.Instead:
				continue
			case a.Nameless:
				x.ID, x.Name, x.StruckBy, x.StruckWhy = "", fault.Words{}, "", ""
			}
			if a.Hidden != "" && !speaks {
				x.Answer = nil
			} else if x.Answer != nil && a.Nameless && !speaks {
				y := *x.Answer
				y.Person, y.By, y.Mandate = "", "", ""
				x.Answer = &y
			}
			a.Seats = append(a.Seats, x)
		}
		out = append(out, a)
	}
	return out
}

// officer says whether the reader holds a desk or keeps the node.
func officer(who access.Actor) bool {
	for _, g := range who.Grants {
		if r, ok := access.RoleOf(g.Role); ok && (r.Kind == access.Desk || r.Kind == access.Node) {
			return true
		}
	}
	return false
}

// filesShown are the files that a reader may see of a case from which something is hidden: those that a field or an answer
// names which the reader may see. nil is every file.
func (s *Service) filesShown(ctx context.Context, tx *db.Tx, who access.Actor, c Case) (map[string]bool, error) {
	c, err := s.shown(ctx, tx, who, c)
	if err != nil || c.seated == nil {
		return nil, err
	}
	may := map[string]bool{}
	add := func(v scheme.Value) {
		for _, x := range parts(v) {
			if x.Kind == scheme.File {
				may[x.Text] = true
			}
		}
	}
	for _, v := range c.Fields {
		add(v)
	}
	for _, a := range c.Asks {
		for _, x := range a.Seats {
			if x.Answer != nil {
				for _, v := range x.Answer.Given {
					add(v)
				}
			}
		}
	}
	return may, nil
}

// toldOrg is the organisation that notices about a case name to systems; "" where only some are told whose the case is.
func (s *Service) toldOrg(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (string, error) {
	sight, narrowed := sch.See["firm"]
	if !narrowed {
		return c.Org, nil
	}
	on, err := s.narrows(ctx, tx, sch, c, sight)
	if on {
		return "", err
	}
	return c.Org, err
}

// shownLine is a line of a list as a reader may see it: without asks, which a list does not show.
func (s *Service) shownLine(ctx context.Context, tx *db.Tx, who access.Actor, c Case) (Case, error) {
	sch, err := s.edition(c)
	if err != nil {
		return c, err
	}
	if len(sch.See) > 0 {
		if c.Asks, err = s.asksOf(ctx, tx, sch, c.ID); err != nil {
			return c, err
		}
	}
	c, err = s.shown(ctx, tx, who, c)
	c.Asks = nil
	return c, err
}
