package web

import (
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// demandRows is how many offers the page of a case shows; the page of the need has all of them.
const demandRows = 5

// demandView is a case as a need of the catalogue: what is offered for it, the best first.
type demandView struct {
	Listing catalogue.Listing
	Open    bool
	Rows    []demandRow
	Total   int
	Field   scheme.Field // that the choice of an offer fills
	Version int64
}

// demandRow is an offer with the organisation that the case's field takes.
type demandRow struct {
	matchView
	Org    string // "" where the choice fills nothing: it is not this person's to fill, or the registry does not have the owner
	Chosen bool
}

// demandOf is what answers a case that looks for something, for the organisation whose case it is and for desks; nil for others, and
// where the case was never listed.
func (v *visit) demandOf(c casework.Case, s *scheme.Scheme, joint bool) (*demandView, error) {
	if _, desk := v.s.c.Cases.MaySay(v.who, c); s.Demand == nil || !joint && !desk {
		return nil, nil
	}
	l, listed, err := v.s.c.Catalogue.OfCase(v.ctx(), v.who, c.ID)
	if err != nil || !listed {
		return nil, err
	}
	d := &demandView{Listing: l, Open: l.State == catalogue.Published, Version: c.Version}
	if !d.Open {
		return d, nil
	}
	m, err := v.s.c.Finder.Matches(v.ctx(), v.who, l.ID, catalogue.MatchQuery{})
	if err != nil {
		return nil, err
	}
	d.Total = len(m.All)
	if f, ok := s.Field(s.Demand.Fills); ok && v.s.c.Cases.Fills(v.who, c)[f.Name] {
		d.Field = f
	}
	for _, x := range v.matchViews(m.All[:min(len(m.All), demandRows)]) {
		row := demandRow{matchView: x}
		if _, err := v.org(x.Listing.Owner); err == nil && d.Field.Name != "" {
			row.Org, row.Chosen = x.Listing.Owner, c.Fields[d.Field.Name].Text == x.Listing.Owner
		} else if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		d.Rows = append(d.Rows, row)
	}
	return d, nil
}

// caseOfListing is the case that makes a need, where the reader may see it.
func (v *visit) caseOfListing(id unit.ID) (*casework.Case, error) {
	if id == "" {
		return nil, nil
	}
	c, err := v.s.c.Cases.Get(v.ctx(), v.who, id)
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Denied {
		return nil, nil
	}
	return &c, err
}
