package scheme

import (
	"slices"
	"strings"

	"corridor/internal/fault"
)

// Demand says in which stages a case stands among the needs of the catalogue, where what is offered is ranked against it, and which
// fields of the form say what is needed. All of them are public.
type Demand struct {
	In       []string // stages, none of them an end
	Type     string   // one of DemandTypes
	Title    string   // field, a text or a choice
	Text     []string // fields that say what is to be solved
	Targets  []string // fields that say by which measure; of a group all its rows
	Fields   []string // fields of which the words are the technical fields
	Industry string   // field with a code of GB/T 4754; "" takes the organisation's
	Region   string   // field of type region; "" takes the organisation's
	Budget   string   // field of money; "" says none
	Fills    string   // field of type org that the choice of an answer fills; "" for none
	At       Pos
}

// DemandTypes are the types of needs that the catalogue knows.
var DemandTypes = strings.Fields("enterprise common challenge race partner purchase financing trial lead")

// Lists says whether a case in a stage stands among the needs of the catalogue.
func (s *Scheme) Lists(stage string) bool {
	return s.Demand != nil && slices.Contains(s.Demand.In, stage)
}

// demand reads what a case says as a need of the catalogue.
func (d *decoder) demand() {
	n := d.s.root.get("demand")
	if n == nil || n.kind == nullNode || !d.keys(n, demandKeys) {
		return
	}
	x := &Demand{In: d.list(n.get("in")), Type: d.text(n, "type"), Title: d.text(n, "title"), Text: d.list(n.get("text")), Targets: d.list(n.get("targets")),
		Fields: d.list(n.get("fields")), Industry: d.text(n, "industry"), Region: d.text(n, "region"), Budget: d.text(n, "budget"), Fills: d.text(n, "fills"), At: d.mark("demand")}
	if len(x.In) == 0 || x.Title == "" || len(x.Text) == 0 || len(x.Fields) == 0 {
		d.at(x.At, "file.shape", "want", fault.Words{"in、type、title、text、fields", "in, type, title, text and fields"})
	}
	if !contains(DemandTypes, x.Type) {
		d.unknown(x.At, "type", x.Type, DemandTypes)
	}
	d.s.Demand = x
}

// demandNames checks that what a case tells the catalogue is public, is there when it is told, and has the type that is compared.
func (c *checker) demandNames() {
	d := c.s.Demand
	if d == nil {
		return
	}
	for _, stage := range d.In {
		c.stage(d.At, stage)
		if _, ends := c.s.IsEnd(stage); ends {
			c.at(d.At, "file.shape", "want", fault.Words{"未办结的环节", "a stage in which it goes on"})
		}
	}
	said := strings.Fields("text choice code measure bound")
	c.demandFields(true, said[:3], d.Title)
	c.demandFields(true, said, d.Text...)
	c.demandFields(true, append(said, "group"), d.Targets...)
	c.demandFields(true, said[:3], d.Fields...)
	c.demandFields(false, said[2:3], d.Industry)
	c.demandFields(false, []string{"region"}, d.Region)
	c.demandFields(false, []string{"money"}, d.Budget)
	if f, ok := c.demandField(d.Fills, []string{"org"}); ok && !slices.ContainsFunc(d.In, func(stage string) bool { return c.actsIn(stage, f.By) }) {
		c.at(d.At, "needs.actor", "name", f.Name)
	}
}

// demandFields checks fields that are told; those that must be there are demanded by some action.
func (c *checker) demandFields(must bool, types []string, names ...string) {
	for _, name := range names {
		f, ok := c.demandField(name, types)
		if !ok {
			continue
		}
		if _, sealed := c.s.Sealed[name]; sealed || f.Public != "true" {
			c.at(c.s.Demand.At, "publish.private", "name", name)
		}
		if must && !c.demanded(name) {
			c.at(c.s.Demand.At, "demand.not_asked", "name", name)
		}
	}
}

// demanded says whether some action cannot go without a field.
func (c *checker) demanded(name string) bool {
	for _, needs := range c.s.Needs {
		if contains(needs, name) {
			return true
		}
	}
	return false
}

func (c *checker) demandField(name string, types []string) (Field, bool) {
	f, ok := c.s.Field(name)
	switch {
	case name == "":
		return f, false
	case !ok:
		c.unknown(c.s.Demand.At, "field", name, c.fieldNames())
	case !contains(types, f.Type):
		c.at(c.s.Demand.At, "rule.unit", "why", both(kindWords[fieldShapes[f.Type].kind], kindWords[fieldShapes[types[0]].kind]))
		ok = false
	}
	return f, ok
}

func (c *checker) actsIn(stage, role string) bool {
	return slices.ContainsFunc(c.s.RowsFrom(stage), func(r Row) bool { return r.Allows(role) })
}
