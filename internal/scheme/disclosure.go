package scheme

import (
	"regexp"
	"slices"

	"corridor/internal/fault"
)

// Discloses says what a field of type disclosure shows. The value of the field is the digest of the facts that whoever fills it in has
// seen and agreed to show: the action that needs the field makes the disclosure, and goes only while the facts are still those.
type Discloses struct {
	To        []string // roles that read it
	Until     string   // param: how long it is read, from the act that makes it
	Labels    bool     // the labels in force
	Paid      []string // schemes whose cases are shown that money has left for
	Contracts []Contracts
}

// Contracts are cases of one scheme that are shown as contracts.
type Contracts struct {
	Scheme string
	In     []string // stages in which one stands
	With   string   // field of the other party, "" where none is named
	Sum    string   // field of the money, "" where none is
	At     Pos
}

// digestForm is how the digest of disclosed facts is written.
var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// Disclosure is the field of the form by which facts are disclosed; a form has one at most.
func (s *Scheme) Disclosure() (Field, bool) {
	for f := range s.Form.All() {
		if f.Discloses != nil {
			return f, true
		}
	}
	return Field{}, false
}

// DisclosesAt is the field of the disclosure that an action makes.
func (s *Scheme) DisclosesAt(action string) (Field, bool) {
	f, ok := s.Disclosure()
	return f, ok && slices.Contains(s.Needs[action], f.Name)
}

// discloses reads what a disclosure shows.
func (d *decoder) discloses(v *node, f Field) *Discloses {
	if f.Type != "disclosure" {
		if v.get("to") != nil || v.get("until") != nil || v.get("shows") != nil {
			d.at(f.At, "file.shape", "want", fault.Words{"to、until、shows 只用于 disclosure", "to, until and shows with disclosure only"})
		}
		return nil
	}
	x := &Discloses{To: d.list(v.get("to")), Until: d.text(v, "until")}
	n := v.get("shows")
	if n == nil || !d.keys(n, factsKeys) {
		return x
	}
	x.Labels, x.Paid = d.yes(n, "labels"), d.list(n.get("paid"))
	if c := n.get("contracts"); c != nil && d.want(c, mapNode, "键和值", "keys with values") {
		for i, y := range c.items {
			if d.keys(y, dealKeys) {
				x.Contracts = append(x.Contracts, Contracts{Scheme: c.keys[i].text, In: d.list(y.get("in")), With: d.text(y, "with"), Sum: d.text(y, "sum"), At: c.keys[i].pos})
			}
		}
	}
	return x
}

// disclosureNames checks that a disclosure is the firm's own to make, once, for others to read, and that an action makes it.
func (c *checker) disclosureNames() {
	s, seen := c.s, false
	for f := range s.Form.All() {
		for _, sub := range f.Fields {
			if sub.Type == "disclosure" {
				c.at(sub.At, "disclosure.field", "name", sub.Name)
			}
		}
		x := f.Discloses
		if x == nil {
			continue
		}
		by, _ := s.Roles.Get(f.By)
		if seen || by.Party != "firm" || f.Public != "" {
			c.at(f.At, "disclosure.field", "name", f.Name)
		}
		seen = true
		if !x.Labels && len(x.Paid) == 0 && len(x.Contracts) == 0 || len(x.To) == 0 {
			c.at(f.At, "disclosure.nothing", "name", f.Name)
		}
		for _, r := range x.To {
			c.role(f.At, r)
		}
		c.param(f.At, x.Until, Duration, Day)
		if !c.disclosed(f) {
			c.at(f.At, "disclosure.unmade", "name", f.Name)
		}
	}
}

// disclosed says whether an action of whoever fills in the field needs it.
func (c *checker) disclosed(f Field) bool {
	for _, row := range c.s.Stages {
		if row.Allows(f.By) && slices.Contains(c.s.Needs[row.Action], f.Name) {
			return true
		}
	}
	return false
}

// disclosedTogether checks what disclosures name of schemes of the same jurisdiction that are checked beside them.
func disclosedTogether(all []*Scheme) (out Problems) {
	for _, s := range all {
		f, ok := s.Disclosure()
		if !ok {
			continue
		}
		for _, x := range f.Discloses.Contracts {
			for _, other := range all {
				if other.ID == x.Scheme && other.Jurisdiction == s.Jurisdiction {
					c := newChecker(s)
					c.contracts(x, other)
					out = append(out, c.sorted()...)
				}
			}
		}
	}
	return out
}

// contracts checks the stages and fields of one scheme whose cases are shown as contracts.
func (c *checker) contracts(x Contracts, other *Scheme) {
	for _, st := range x.In {
		if !contains(other.AllStages(), st) {
			c.unknown(x.At, "stage", st, other.AllStages())
		}
	}
	for name, fits := range map[string]string{x.With: "org", x.Sum: "money"} {
		if f, ok := other.Field(name); name != "" && (!ok || f.Type != fits) {
			c.unknown(x.At, "field", name, newChecker(other).fieldNames())
		}
	}
}
