package indicator

import (
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

var (
	yuanWord   = fault.Words{"元", "yuan"}
	ofEntries  = fault.Words{"各节点公开日志中这一类记录的条数。", "The entries of this kind in the nodes' public logs."}
	ofAmounts  = fault.Words{"各节点公开日志中这一类记录所载金额之和。", "The sum of the amounts in the entries of this kind in the nodes' public logs."}
	whoWroteIt = fault.Words{"制定该事项的部门", "Whoever wrote the scheme"}
)

// fromPacks are the figures that schemes count out of their public entries. Packs of one scheme in several jurisdictions have one
// figure of a name, which counts the entries of all; the last of the packs says how it is called.
func fromPacks(packs []*scheme.Scheme) (out []Definition) {
	at := map[string]int{}
	for _, p := range packs {
		for name, f := range p.Figures.All() {
			d := Definition{ID: p.ID + "." + name, Title: f.Title, Counts: ofEntries, Leaf: f.Leaf, Value: Count, Unit: f.Unit, Steward: whoWroteIt,
				Scheme: p.ID, SchemeTitle: p.Title}
			if f.Sum != "" {
				d.Value, d.Field, d.Counts, d.Unit = Sum, f.Sum, ofAmounts, yuanWord
			}
			if i, again := at[d.ID]; again {
				out[i] = d
				continue
			}
			at[d.ID] = len(out)
			out = append(out, d)
		}
	}
	return out
}
