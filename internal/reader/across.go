package reader

import (
	"context"
	"sort"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/reader/compare"
	"corridor/internal/unit"
)

// acrossMax is how many documents are set side by side at once.
const acrossMax = 200

// Across is what several documents say side by side.
type Across struct {
	Documents []Document // of which the pairs and places speak
	Pairs     []compare.Pair
	Places    []Finding // every figure that is told twice or contradicted
	Of        []int     // the document of each place, in Documents
	Twice     [][]int   // places that tell one figure
	Conflicts []compare.Conflict
	More      bool // there are more documents than were compared
}

// Compare sets documents side by side: those that are named, or the newest acrossMax. Rejected findings are left out.
func (k *Desk) Compare(ctx context.Context, ids []unit.ID) (a Across, err error) {
	if len(ids) > acrossMax {
		return a, fault.New(fault.Invalid, "reader.too_many_compared", "most", acrossMax).On("document")
	}
	var texts []compare.Text
	var facts []compare.Fact
	var places []Finding
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		if len(ids) == 0 {
			total := 0
			for page := 1; len(a.Documents) < acrossMax; page++ {
				some, n, err := selectDocuments(ctx, tx, Query{Page: page})
				if err != nil {
					return err
				}
				if total = n; len(some) == 0 {
					break
				}
				a.Documents = append(a.Documents, some...)
			}
			a.Documents = a.Documents[:min(len(a.Documents), acrossMax)]
			a.More = total > len(a.Documents)
		}
		for _, id := range ids {
			d, err := selectDocument(ctx, tx, id)
			if err != nil {
				return err
			}
			a.Documents = append(a.Documents, d)
		}
		// The older telling stands first.
		sort.SliceStable(a.Documents, func(i, j int) bool { return a.Documents[i].ID < a.Documents[j].ID })
		for i, d := range a.Documents {
			all, err := selectParagraphs(ctx, tx, d.ID)
			if err != nil {
				return err
			}
			var t compare.Text
			for _, p := range all {
				t.Paragraphs = append(t.Paragraphs, p.Text)
			}
			texts = append(texts, t)
			finds, err := selectFindings(ctx, tx, d.ID)
			if err != nil {
				return err
			}
			for _, f := range finds {
				if f.Figure != nil && f.State != Rejected {
					facts, places = append(facts, compare.Fact{Source: i, Figure: *f.Figure}), append(places, f)
				}
			}
		}
		return nil
	})
	if err != nil {
		return a, err
	}
	groups, conflicts := compare.Figures(facts)
	a.Pairs = compare.WithFigures(compare.Near(texts), facts, groups)
	at := map[int]int{} // the place of a fact among those that are answered
	place := func(i int) int {
		if n, there := at[i]; there {
			return n
		}
		at[i] = len(a.Places)
		a.Places, a.Of = append(a.Places, places[i]), append(a.Of, facts[i].Source)
		return at[i]
	}
	each := func(list []int) []int {
		out := make([]int, len(list))
		for i, f := range list {
			out[i] = place(f)
		}
		return out
	}
	for _, g := range groups {
		a.Twice = append(a.Twice, each(g.Facts))
	}
	for _, c := range conflicts {
		a.Conflicts = append(a.Conflicts, compare.Conflict{A: each(c.A), B: each(c.B)})
	}
	return a, nil
}

// Changes lists what differs between two documents, the older one first.
func (k *Desk) Changes(ctx context.Context, old, new unit.ID) (a, b Document, changes []compare.Change, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		var texts [2]compare.Text
		for i, id := range []unit.ID{old, new} {
			d, err := selectDocument(ctx, tx, id)
			if err != nil {
				return err
			}
			if i == 0 {
				a = d
			} else {
				b = d
			}
			all, err := selectParagraphs(ctx, tx, id)
			if err != nil {
				return err
			}
			for _, p := range all {
				texts[i].Paragraphs = append(texts[i].Paragraphs, p.Text)
			}
		}
		changes = compare.Changes(texts[0], texts[1])
		return nil
	})
	return a, b, changes, err
}
