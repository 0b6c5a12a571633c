package web

import (
	"slices"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
)

// handsView says who of the desk looks after a case, and what this person may change of it.
type handsView struct {
	casework.Taken
	Shown bool // this person is of an office
	Take  bool
	Back  bool
	To    []casework.Colleague
}

// atDesk says whether this person holds a desk.
func (v *visit) atDesk() bool {
	return slices.ContainsFunc(v.who.Grants, func(g access.Grant) bool { return access.IsDesk(g.Role) })
}

// handsOf is the part of a case's page about who took it. Parties do not see it: an office answers for its work as one.
func (v *visit) handsOf(c casework.Case) (h handsView, err error) {
	if h.Shown = v.atDesk(); !h.Shown || c.End != "" {
		return handsView{}, nil
	}
	if h.Taken, err = v.s.c.Cases.TakenBy(v.ctx(), v.who, c.ID); err != nil {
		return h, err
	}
	all, err := v.s.c.Cases.Colleagues(v.ctx(), v.who, c.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return h, err
	}
	h.Back = h.Person == v.who.Person
	for _, x := range all {
		if x.Person == v.who.Person {
			h.Take = h.Person == ""
		} else if x.Person != h.Person {
			h.To = append(h.To, x)
		}
	}
	h.Take = h.Take || h.Person == "" && len(all) > 0
	return h, nil
}
