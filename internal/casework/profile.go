package casework

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
)

// ProfileFact is a fact of an organisation that schemes read before anything is filled in: known once, read by all.
type ProfileFact struct {
	Name  string
	Words fault.Words
	Value scheme.Value // unknown where nobody has entered it
	By    string       // who vouches for it
	At    time.Time    // the day it is of; zero: not known
	From  fault.Words  // of one that is missing, who can supply it
	Asked []fault.Words
}

// Missing says that some scheme asks for it and nobody has entered it.
func (f ProfileFact) Missing() bool { return !f.Value.Known() }

// Profile is what schemes read of the organisation, what is missing first, then what most of them ask for.
func (o Ours) Profile() (out []ProfileFact) {
	at := map[string]int{}
	for _, x := range o.Looks {
		asked := map[string]bool{}
		for _, r := range x.Rules {
			for _, f := range r.Saw {
				label := f.Name == "has_label" && len(f.Args) > 1 && f.Args[0].Text == o.Org.Code
				if !label && (!strings.HasPrefix(f.Name, "firm.") || len(f.Args) > 0) {
					continue
				}
				key := f.Name
				if label {
					key += " " + f.Args[1].Text
				}
				i, there := at[key]
				if !there {
					i = len(out)
					at[key] = i
					p := ProfileFact{Name: key, Words: f.Words, Value: f.Value, By: f.Vouched.By, At: f.Vouched.At}
					if label {
						p.Words = registry.LabelWords(f.Args[1].Text)
					}
					if p.Missing() {
						p.From = suppliers([]scheme.SeenFact{f})
					}
					out = append(out, p)
				}
				if !asked[key] {
					asked[key] = true
					out[i].Asked = append(out[i].Asked, x.Scheme.Title)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ProfileFact) int {
		if a.Missing() != b.Missing() {
			if a.Missing() {
				return -1
			}
			return 1
		}
		return cmp.Or(len(b.Asked)-len(a.Asked), cmp.Compare(a.Name, b.Name))
	})
	return out
}
