package indicator

import (
	"cmp"
	"slices"

	"corridor/internal/unit"
)

// place is where an entry stands: its log, its number there, and the day that it names.
type place struct {
	day    unit.Day
	origin string
	index  int64
}

// older orders places for a page that is read from the end: by day, on one day by the log, the later letters first, in one log by number.
func older(a, b place) int {
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(b.origin, a.origin), cmp.Compare(a.index, b.index))
}

// ordered keeps places in the order in which a page lists them. What came is put in its place when a page is next asked for: it is
// mostly newer than everything that stands there, so that only the end is sorted again. A place comes once and goes once. The zero
// value is empty. Who uses it sees to it that one does so at a time.
type ordered struct {
	rows   []place // the oldest first, as far as sorted says; then what came, as it came
	sorted int
	gone   map[place]bool // are still in rows
}

func (o *ordered) add(p place) { o.rows = append(o.rows, p) }

func (o *ordered) remove(p place) {
	if o.gone == nil {
		o.gone = map[place]bool{}
	}
	o.gone[p] = true
}

// page lists one page, the newest first, counted from 1. The slice is the caller's.
func (o *ordered) page(no int) []place {
	o.settle()
	to := max(len(o.rows)-(max(no, 1)-1)*entryPage, 0)
	out := slices.Clone(o.rows[max(to-entryPage, 0):to])
	slices.Reverse(out)
	return out
}

// settle leaves out what went and puts what came in its place.
func (o *ordered) settle() {
	if len(o.gone) > 0 {
		kept, sorted := o.rows[:0], 0
		for i, p := range o.rows {
			if o.gone[p] {
				continue
			}
			if kept = append(kept, p); i < o.sorted {
				sorted++
			}
		}
		o.rows, o.sorted, o.gone = kept, sorted, nil
	}
	came := o.rows[o.sorted:]
	if len(came) == 0 {
		return
	}
	from, _ := slices.BinarySearchFunc(o.rows[:o.sorted], slices.MinFunc(came, older), older)
	slices.SortFunc(o.rows[from:], older)
	o.sorted = len(o.rows)
}
