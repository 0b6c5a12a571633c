package find

import (
	"time"

	"corridor/internal/unit"
)

// FreeOf is the next free slot of a listing in the index, to the minute; zero where none is known.
func (x *Index) FreeOf(listing unit.ID) time.Time {
	d, err := packID(listing)
	if err != nil {
		return time.Time{}
	}
	for _, p := range x.seen.Load().parts {
		at, ok := p.place(d)
		if !ok || p.dead.has(at) {
			continue
		}
		if p.free[at] == none32 {
			return time.Time{}
		}
		return time.Unix(int64(p.free[at])*60, 0).UTC()
	}
	return time.Time{}
}
