package extract

import "sort"

const (
	mendsMax = 2000 // places of repairs that are told of one document; all are counted
	nowMax   = 60   // characters of what is read at one of them
)

// Mend is one place of the file that was repaired. What is read there instead of what stands there is Now; "" where it is
// left out, or, for spun_uncertain, stays as it is.
type Mend struct {
	Kind string `json:"kind"`
	Span Span   `json:"span"`
	Now  string `json:"now,omitempty"`
}

// mended tells the place of a repair; repaired counts it.
func (r *reading) mended(kind string, at Span, now string) {
	if len(r.doc.Mends) >= mendsMax || at[0] >= at[1] {
		return
	}
	n := 0
	for i := range now {
		if n++; n > nowMax {
			now = now[:i] + "…"
			break
		}
	}
	r.doc.Mends = append(r.doc.Mends, Mend{kind, at, now})
}

// mendedRuns tells the runs of characters of a flow for which ok is true. now makes what is read there; nil is nothing.
func (r *reading) mendedRuns(kind string, f *flow, ok func(c rune) bool, now func(c rune) rune) {
	for i := 0; i < len(f.r); i++ {
		if !ok(f.r[i]) {
			continue
		}
		j := i
		var text []rune
		for ; j < len(f.r) && ok(f.r[j]); j++ {
			if now != nil {
				text = append(text, now(f.r[j]))
			}
		}
		r.mended(kind, f.span(i, j), string(text))
		i = j
	}
}

// mendedBytes tells the bytes that a flow of the whole file leaves out.
func (r *reading) mendedBytes(f flow, size int) {
	end := 0
	for i := range f.r {
		if at := f.begin(i); at > end && !(end == 0 && at == 3) { // a mark of the encoding is no repair
			r.mended(RepairBadBytes, Span{end, at}, "")
		}
		end = f.stop(i)
	}
	r.mended(RepairBadBytes, Span{end, size}, "")
}

// orderMends puts the places of repairs in the order of the file.
func (r *reading) orderMends() {
	all := r.doc.Mends
	sort.SliceStable(all, func(i, j int) bool { return all[i].Span[0] < all[j].Span[0] })
}
