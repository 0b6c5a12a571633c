package web

import (
	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

type neighboursPage struct {
	All         []neighbourView
	Keys        string
	Origin      string
	Fingerprint string
	Community   federation.Community
	Keep        bool // this person manages the neighbours
	Requests    []federation.Request
	Ask, Take   *form  // that were refused
	Compared    string // id of the request whose fingerprint was wrong
}

// neighbourView is a neighbour with how many of its listings are found here.
type neighbourView struct {
	federation.Neighbour
	Shown int
}

func (v *visit) neighbours() error { return v.showNeighbours(neighboursPage{}) }

func (v *visit) showNeighbours(p neighboursPage) (err error) {
	f := v.s.c.Federation
	all, err := f.State(v.ctx())
	if err != nil {
		return err
	}
	for _, n := range all {
		x := neighbourView{Neighbour: n}
		if _, x.Shown, err = v.takenOf(n.Code); err != nil {
			return err
		}
		p.All = append(p.All, x)
	}
	if p.Community, _, err = f.Community(v.ctx()); err != nil {
		return err
	}
	if access.MaySomewhere(v.who, access.FederationKeep) == nil {
		p.Keep = true
		if p.Requests, err = f.Requests(v.ctx(), v.who); err != nil {
			return err
		}
	}
	p.Keys, p.Origin, p.Fingerprint = f.Keys(), v.s.c.Log.Origin(), f.Fingerprint()
	if p.Ask == nil {
		p.Ask = v.blank("n")
	}
	return v.show("neighbours", v.t("邻站", "Neighbours"), p)
}

type evidencePage struct {
	Keep      bool // this person manages the neighbours
	Neighbour federation.Neighbour
	All       []evidenceView
	Taken     []mirroredKind
	Refused   []refusedView
}

type evidenceView struct {
	federation.Evidence
	Sentence string
}

// evidence shows what is kept against a neighbour: what it said that cannot be true.
func (v *visit) evidence() error {
	code := v.r.PathValue("code")
	all, err := v.s.c.Federation.State(v.ctx())
	if err != nil {
		return err
	}
	for _, n := range all {
		if n.Code != code {
			continue
		}
		kept, err := v.s.c.Federation.Evidence(v.ctx(), code)
		if err != nil {
			return err
		}
		p := evidencePage{Neighbour: n, Keep: access.MaySomewhere(v.who, access.FederationKeep) == nil}
		if p.Taken, _, err = v.takenOf(code); err != nil {
			return err
		}
		if p.Refused, err = v.refusedOf(n.Peer); err != nil {
			return err
		}
		for _, e := range kept {
			p.All = append(p.All, evidenceView{e, fault.New(fault.Conflict, e.Problem, "name", n.Name).Sentence(v.lang)})
		}
		v.under("/neighbours", "邻站", "Neighbours")
		return v.show("evidence", n.Name.In(v.lang), p)
	}
	return fault.New(fault.NotFound, "web.no_page")
}

// askNeighbour fetches the keys of an address; nothing is trusted before a person has compared the fingerprint.
func (v *visit) askNeighbour() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/neighbours"
	if _, err := v.s.c.Federation.Ask(v.ctx(), v.who, f.Get("code"), fault.Words{f.Get("zh"), f.Get("en")}, f.Get("url"), f.Get("near") == "yes"); err != nil {
		if fault.KindOf(err) == fault.Unavailable {
			err = fault.New(fault.Conflict, fault.CodeOf(err), fault.Of(err).Args...).On(fault.Of(err).Field).Because(err)
		}
		if !v.refusedForm(f.on("n"), err) {
			return err
		}
		return v.showNeighbours(neighboursPage{Ask: f})
	}
	return v.to("/neighbours#requests", "asked")
}

// decideNeighbour confirms a request by its fingerprint, refuses it, or ends a neighbour that was confirmed.
func (v *visit) decideNeighbour() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/neighbours"
	does := map[string]func(unit.ID) error{
		"confirm": func(id unit.ID) error { return v.s.c.Federation.Confirm(v.ctx(), v.who, id, f.Get("fingerprint")) },
		"refuse":  func(id unit.ID) error { return v.s.c.Federation.Refuse(v.ctx(), v.who, id) },
		"end":     func(id unit.ID) error { return v.s.c.Federation.End(v.ctx(), v.who, id) },
	}
	do := does[f.Get("do")]
	if do == nil {
		return fault.New(fault.Invalid, "web.form")
	}
	if err := do(id); err != nil {
		if !v.refused(err, func(string) string { return "p-" + string(id) }) {
			return err
		}
		return v.showNeighbours(neighboursPage{Compared: string(id)})
	}
	return v.to("/neighbours#requests", "neighbour")
}

// takeCommunity takes in a signed version of the community file.
func (v *visit) takeCommunity() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/neighbours"
	if _, err := v.s.c.Federation.TakeCommunity(v.ctx(), v.who, []byte(f.Get("signed"))); err != nil {
		if !v.refusedForm(f, fault.Of(err).On("signed").Because(err)) {
			return err
		}
		return v.showNeighbours(neighboursPage{Take: f})
	}
	return v.to("/neighbours#community", "community")
}

// community is the newest signed community file.
func (v *visit) community() error {
	_, signed, err := v.s.c.Federation.Community(v.ctx())
	if err != nil {
		return err
	}
	if signed == "" {
		return fault.New(fault.NotFound, "web.no_community")
	}
	return v.plain([]byte(signed), false)
}
