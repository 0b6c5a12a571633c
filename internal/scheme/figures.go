package scheme

import "corridor/internal/fault"

// Figure is a number that a pack counts out of the public entries of its kind, wherever they were made.
type Figure struct {
	Leaf  string      // an entry that the pack publishes
	Sum   string      // what of each entry is added, as shows names it; money. "" counts the entries
	Title fault.Words // what the number is
	Unit  fault.Words // of what is counted; a sum is in yuan
	At    Pos
}

// figures reads what the pack counts.
func (d *decoder) figures() {
	d.each("figures", isWord, func(name string, k, v *node) {
		if !d.keys(v, figureKeys) {
			return
		}
		f := Figure{Leaf: d.text(v, "leaf"), Sum: d.text(v, "sum"), At: k.pos, Title: d.zhEn(v, k.pos, name)}
		unit := v.get("unit")
		if f.Leaf == "" || (unit == nil) == (f.Sum == "") {
			d.at(k.pos, "file.shape", "want", fault.Words{"leaf 加 unit 或 sum", "leaf with unit or sum"})
			return
		}
		if unit != nil {
			f.Unit = d.words(unit, name)
		}
		d.s.Figures.add(name, f)
	})
}

// figureNames refuses a figure of entries that the pack does not publish, and a sum that one of them does not show.
func (c *checker) figureNames() {
	for name, f := range c.s.Figures.All() {
		published := false
		for _, action := range sortedKeys(c.s.Publish) {
			leaf := c.s.Publish[action]
			if leaf.Name != f.Leaf {
				continue
			}
			published = true
			if f.Sum != "" && !contains(leaf.Shows, f.Sum) {
				c.at(f.At, "figure.not_shown", "name", f.Sum, "figure", name, "action", action)
			}
		}
		if !published {
			c.unknown(f.At, "leaf", f.Leaf, c.leafNames())
		}
		if f.Sum != "" && !c.s.Amounts.Has(f.Sum) {
			c.fact(f.At, f.Sum, Money)
		}
	}
}

// leafNames are the entries that the pack publishes.
func (c *checker) leafNames() []string {
	names := map[string]bool{}
	for _, l := range c.s.Publish {
		names[l.Name] = true
	}
	return sortedKeys(names)
}
