package unit

import (
	"slices"
	"strings"

	"corridor/internal/fault"
)

// Regions is a dated list of places: GB/T 2260 and local codes added to it. It is immutable and safe for
// concurrent use.
//
// The sources are lists of certain months, not dates of law. Between the last list that shows a place and
// the first that does not, both the old code and the new one count as in force: nobody is refused for a
// code that may have been the right one. From April 2026 on the list is exact as far as it is known.
type Regions struct {
	edition  string
	places   map[Region][]place // by code, in the order of time
	children map[Region][]Region
	local    map[Region]Region // parent of each local code
}

// place is a name that a code had in [from, to).
type place struct {
	name     fault.Words
	from, to Day      // no day: since before the first list; still in force
	never    bool     // in no list of the ministry, yet met in old records
	heirs    []Region // codes in force in April 2026 that took over; empty when the code itself is
}

func (p place) on(d Day) bool { return !p.never && p.from <= d && (d < p.to || p.to == 0) }

// Local is a place without a code of GB/T 2260, such as a development zone. Its code has six digits that
// the list does not use; its parent is any place of the list or a local code before it.
type Local struct {
	Code, Parent Region
	ZH, EN       string
	From, To     Day // in force in [From, To); no day leaves that end open
}

// Edition says which lists the regions were made from.
func (rs *Regions) Edition() string { return rs.edition }

// With returns the list with local codes added; the receiver does not change. A code that is already
// there, a parent that is not, and a place without a Chinese name are refused.
func (rs *Regions) With(local ...Local) (*Regions, error) {
	next := rs.clone()
	for _, l := range local {
		if _, err := ParseRegion(string(l.Code)); err != nil {
			return nil, err
		}
		switch {
		case next.Known(l.Code):
			return nil, fault.New(fault.Conflict, "unit.region_taken", "code", l.Code)
		case !next.Known(l.Parent):
			return nil, fault.New(fault.Invalid, "unit.region_unknown", "code", l.Parent)
		case l.ZH == "" || l.To.Valid() && l.To <= l.From:
			return nil, fault.New(fault.Invalid, "unit.region_local", "code", l.Code)
		}
		en := l.EN
		if en == "" {
			en = l.ZH
		}
		next.local[l.Code] = l.Parent
		next.add(l.Code, place{name: fault.Words{l.ZH, en}, from: l.From, to: l.To})
	}
	next.index()
	return next, nil
}

func (rs *Regions) clone() *Regions {
	next := &Regions{edition: rs.edition, places: make(map[Region][]place, len(rs.places)), local: map[Region]Region{}}
	for r, p := range rs.places {
		next.places[r] = p
	}
	for r, p := range rs.local {
		next.local[r] = p
	}
	return next
}

func (rs *Regions) add(r Region, p place) { rs.places[r] = append(rs.places[r], p) }

// index makes the lists of children; the last step of making a list.
func (rs *Regions) index() {
	rs.children = map[Region][]Region{}
	for r := range rs.places {
		p := rs.Parent(r)
		rs.children[p] = append(rs.children[p], r)
	}
	for _, c := range rs.children {
		slices.Sort(c)
	}
}

// Known says whether the code is or ever was in use.
func (rs *Regions) Known(r Region) bool { return len(rs.places[r]) > 0 }

// InForce says whether the code was in force on the day.
func (rs *Regions) InForce(r Region, d Day) bool {
	return slices.ContainsFunc(rs.places[r], func(p place) bool { return p.on(d) })
}

// Check refuses a code that is not known, naming it; for input that must be a real place.
func (rs *Regions) Check(r Region) error {
	if !rs.Known(r) {
		return fault.New(fault.Invalid, "unit.region_unknown", "code", r)
	}
	return nil
}

// Name is the name that the code had on the day; the nearest one in time when it was not in force, and the
// code itself when it is not known. English is given for provinces and for the cities that have it in the
// data; elsewhere the Chinese name stands in both.
func (rs *Regions) Name(r Region, d Day) fault.Words {
	ps := rs.places[r]
	if len(ps) == 0 {
		return fault.Words{string(r), string(r)}
	}
	best := ps[0]
	for _, p := range ps {
		if p.on(d) {
			return p.name
		}
		if p.from <= d && !p.never && (p.from >= best.from || best.from > d) || best.never { // the last one before the day
			best = p
		}
	}
	return best.name
}

// FullName is the name with those above it, "江苏省苏州市吴江区"; in English from the inside out.
func (rs *Regions) FullName(r Region, d Day) fault.Words {
	var zh string
	var en []string
	for at := r; at != ""; at = rs.Parent(at) {
		w := rs.Name(at, d)
		zh, en = w[0]+zh, append(en, w[1])
	}
	return fault.Words{zh, strings.Join(en, ", ")}
}

// Parent is the place that the code belongs to: the declared one of a local code, else its prefecture, or
// its province when there is no such prefecture (districts of Shanghai, counties run by a province). A
// province has none.
func (rs *Regions) Parent(r Region) Region {
	if p, ok := rs.local[r]; ok {
		return p
	}
	switch r.Level() {
	case LevelCity:
		return r.Province()
	case LevelCounty:
		if city := r[:4] + "00"; rs.wasInForce(city) {
			return city
		}
		return r.Province()
	}
	return ""
}

func (rs *Regions) wasInForce(r Region) bool {
	return slices.ContainsFunc(rs.places[r], func(p place) bool { return !p.never })
}

// Province is the province that the place lies in, through the declared parents of local codes.
func (rs *Regions) Province(r Region) Region {
	for p := rs.Parent(r); p != ""; p = rs.Parent(r) {
		r = p
	}
	return r
}

// City is the city that the place lies in: the prefecture, the whole of a municipality or of a special
// administrative region, or a county run by its province. A province has none.
func (rs *Regions) City(r Region) Region {
	if len(r) != regionLen || !rs.Known(r) {
		return ""
	}
	province := rs.Province(r)
	name := rs.Name(province, dayMax)[0]
	if strings.HasSuffix(name, "市") || strings.HasSuffix(name, "特别行政区") {
		return province
	}
	for r != province && rs.Parent(r) != province {
		r = rs.Parent(r)
	}
	if r == province {
		return ""
	}
	return r
}

// Children lists what lies directly in a place on a day, in the order of codes; the provinces for "".
func (rs *Regions) Children(parent Region, d Day) []Region {
	var in []Region
	for _, c := range rs.children[parent] {
		if rs.InForce(c, d) {
			in = append(in, c)
		}
	}
	return in
}

// Successors lists the codes that stand on a day for the place of a code: itself while it is in force, else
// those that took it over, several when it was divided; none when nobody knows.
func (rs *Regions) Successors(r Region, d Day) []Region {
	if rs.InForce(r, d) {
		return []Region{r}
	}
	var heirs []Region
	for _, p := range rs.places[r] {
		if p.to.Valid() && p.to <= d || p.never {
			heirs = p.heirs
		}
	}
	return slices.Clone(heirs)
}

// In says whether a place lies in outer, or is it, by the list of a day. An abolished code lies where its
// successors lie, so 340823, once of Anqing, is in Tongling today. known is false when the list cannot
// tell: a code nobody knows, or one divided between outer and others.
func (rs *Regions) In(r, outer Region, d Day) (in, known bool) {
	if !rs.Known(r) || !rs.Known(outer) {
		return false, false
	}
	if r == outer {
		return true, true
	}
	heirs := rs.Successors(r, d)
	if len(heirs) == 0 {
		heirs = []Region{r}
	}
	n := 0
	for _, h := range heirs {
		for at := h; at != ""; at = rs.Parent(at) {
			if at == outer {
				n++
				break
			}
		}
	}
	return n == len(heirs), n == 0 || n == len(heirs)
}
