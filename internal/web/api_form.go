package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type wrongOut struct {
	Field string `json:"field"`
	Code  string `json:"code"`
	Says  string `json:"says"`
}

type fieldEntryOut struct {
	Value string `json:"value" doc:"as it is typed; empty is nothing"`
	Typed string `json:"typed" doc:"what was typed and could not be read; empty if it could"`
}

func entryOf(e casework.Entry) fieldEntryOut {
	o := fieldEntryOut{Typed: e.Typed}
	if e.Value.Known() {
		o.Value = typedForm(e.Value)
	}
	return o
}

func wrongsOf(all casework.FieldErrors, lang fault.Lang) []wrongOut {
	out := []wrongOut{}
	for _, e := range all {
		out = append(out, wrongOut{e.Field, e.Code, e.Sentence(lang)})
	}
	return out
}

// apiForm are the operations of filling in.
func (s *Server) apiForm() {
	s.apiSteps()
	type fieldChangeOut struct {
		ID      string        `json:"id"`
		Version int64         `json:"version" doc:"of the case, that it made"`
		Field   string        `json:"field"`
		At      string        `json:"at"`
		By      string        `json:"by" doc:"empty where the registry changed it"`
		Was     fieldEntryOut `json:"was"`
		Becomes fieldEntryOut `json:"becomes"`
	}
	changeOf := func(c casework.Change) fieldChangeOut {
		return fieldChangeOut{string(c.ID), c.Version, c.Field, iso(c.At), c.By, entryOf(c.Was), entryOf(c.Becomes)}
	}
	type clashOut struct {
		Field string         `json:"field"`
		Mine  string         `json:"mine"`
		Last  fieldChangeOut `json:"last" doc:"what somebody else made of it; nothing was done about mine"`
	}
	type draftIn struct {
		ID   string `path:"id"`
		Body struct {
			Version int64             `json:"version" doc:"of the case that was seen; 0 writes over what others did meanwhile"`
			Fields  map[string]string `json:"fields" doc:"as people type them; an empty text empties the field"`
		}
	}
	type savedDraftOut struct {
		Version int64      `json:"version"`
		Wrong   []wrongOut `json:"wrong" doc:"kept as typed, to be put right"`
		Clashes []clashOut `json:"clashes" doc:"fields that somebody else changed since the version that was seen"`
	}
	operate(s, "PUT", "/api/v1/cases/{id}/draft", access.CaseAct, "Save what was filled in so far, with what is wrong in it", func(ctx context.Context, a asked, i *draftIn) (*body[savedDraftOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		d, err := s.c.Cases.SaveDraft(ctx, a.who, id, casework.Draft{Version: i.Body.Version, Typed: i.Body.Fields})
		if err != nil {
			return nil, err
		}
		o := savedDraftOut{d.Case.Version, wrongsOf(d.Wrong, a.lang), []clashOut{}}
		for _, x := range d.Clashes {
			o.Clashes = append(o.Clashes, clashOut{x.Field, x.Mine, changeOf(x.Last)})
		}
		return answer(o)
	})
	type fieldChangesOut struct {
		Changes []fieldChangeOut `json:"changes"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/changes", access.CaseRead, "Who changed which field of a form, the newest first", func(ctx context.Context, a asked, i *byID) (*body[fieldChangesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, err := s.c.Cases.Changes(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := fieldChangesOut{[]fieldChangeOut{}}
		for _, c := range all {
			o.Changes = append(o.Changes, changeOf(c))
		}
		return answer(o)
	})
	type restoreIn struct {
		ID     string `path:"id"`
		Change string `path:"change"`
	}
	operate(s, "POST", "/api/v1/cases/{id}/changes/{change}/restore", access.CaseAct, "Put a field back to what it was before a change", func(ctx context.Context, a asked, i *restoreIn) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		change, err := idOf(i.Change)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.Restore(ctx, a.who, id, change)
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
	s.apiMembers()
}

// apiSteps are the operations that say how far a form is, and why a case was sent back.
func (s *Server) apiSteps() {
	type partFieldOut struct {
		Field    string `json:"field"`
		Needed   bool   `json:"needed" doc:"an action that one can take next needs it"`
		Wanted   bool   `json:"wanted" doc:"the office asked for it"`
		Typed    string `json:"typed" doc:"what was typed and could not be read"`
		Wrong    string `json:"wrong" doc:"why; a code"`
		Registry string `json:"registry" doc:"what the registry says; empty if it filled nothing in"`
		Source   string `json:"source"`
		Of       string `json:"of" doc:"day of what the registry says"`
		Differs  bool   `json:"differs" doc:"something else than the registry says stands there"`
	}
	type partOut struct {
		No     int            `json:"no"`
		Name   string         `json:"name"`
		State  string         `json:"state" enum:"done,wrong,todo"`
		Fields []partFieldOut `json:"fields"`
	}
	type partsOut struct {
		Version int64     `json:"version"`
		Next    int       `json:"next" doc:"where one goes on; 0 is nowhere: all is done"`
		Steps   []partOut `json:"steps"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/steps", access.CaseAct, "How far the form of a case is, part by part", func(ctx context.Context, a asked, i *byID) (*body[partsOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		st, err := s.c.Cases.Steps(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := partsOut{st.Case.Version, st.Next, []partOut{}}
		for _, x := range st.Steps {
			step := partOut{x.No, x.Words.In(a.lang), string(x.State), []partFieldOut{}}
			for _, f := range x.Fields {
				y := partFieldOut{Field: f.Name, Needed: f.Needed, Wanted: f.Wanted, Typed: f.Typed}
				if f.Wrong != nil {
					y.Wrong = f.Wrong.Code
				}
				if f.From != nil {
					y.Registry, y.Source, y.Of, y.Differs = typedForm(f.From.Value), f.From.Source, f.From.Day.String(), f.From.Differs
				}
				step.Fields = append(step.Fields, y)
			}
			o.Steps = append(o.Steps, step)
		}
		return answer(o)
	})
	type pausedOut struct {
		Action string   `json:"action"`
		Who    []string `json:"who"`
		Left   string   `json:"left" doc:"such as 7 wd"`
	}
	type returnedOut struct {
		Returned bool        `json:"returned"`
		Reason   string      `json:"reason"`
		Fields   []string    `json:"fields" doc:"that are asked for"`
		Due      string      `json:"due"`
		Since    string      `json:"since"`
		Paused   []pausedOut `json:"paused" doc:"clocks that stand still, with what is left of each"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/returned", access.CaseRead, "What is asked for while a case is sent back, and which clocks stand still", func(ctx context.Context, a asked, i *byID) (*body[returnedOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		r, ok, err := s.c.Cases.Returned(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := returnedOut{Returned: ok, Reason: r.Step.Reason, Fields: []string{}, Due: iso(r.Due), Since: iso(r.Step.At), Paused: []pausedOut{}}
		for _, f := range r.Fields {
			o.Fields = append(o.Fields, f.Name)
		}
		for _, p := range r.Paused {
			o.Paused = append(o.Paused, pausedOut{p.Action, p.Who, p.Left.String()})
		}
		return answer(o)
	})
}

// apiMembers are the operations of who works on a case by invitation.
func (s *Server) apiMembers() {
	type caseMemberOut struct {
		Person string `json:"person"`
		Name   string `json:"name"`
		Org    string `json:"org"`
		May    string `json:"may" enum:"edit,view"`
		Since  string `json:"since"`
	}
	memberOf := func(m casework.Member) caseMemberOut {
		return caseMemberOut{string(m.Person), m.Name, m.Org, m.May, iso(m.At)}
	}
	type caseMembersOut struct {
		People []caseMemberOut `json:"people"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/people", access.CaseRead, "Who was invited to a case", func(ctx context.Context, a asked, i *byID) (*body[caseMembersOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		all, err := s.c.Cases.Members(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := caseMembersOut{[]caseMemberOut{}}
		for _, m := range all {
			o.People = append(o.People, memberOf(m))
		}
		return answer(o)
	})
	type caseInviteIn struct {
		ID   string `path:"id"`
		Body struct {
			Address string `json:"address" doc:"of an account of the organisation, or of a partner that the form names"`
			May     string `json:"may" enum:"edit,view"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/people", access.CaseAct, "Invite somebody to a case, or change what they may do", func(ctx context.Context, a asked, i *caseInviteIn) (*body[caseMemberOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		m, err := s.c.Cases.Invite(ctx, a.who, id, i.Body.Address, i.Body.May)
		if err != nil {
			return nil, err
		}
		return answer(memberOf(m))
	})
	type offIn struct {
		ID     string `path:"id"`
		Person string `path:"person"`
	}
	operate(s, "DELETE", "/api/v1/cases/{id}/people/{person}", access.CaseAct, "Take somebody off a case", func(ctx context.Context, a asked, i *offIn) (*nothing, error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		person, err := unit.ParseID(i.Person)
		if err != nil {
			return nil, err
		}
		return nil, s.c.Cases.Uninvite(ctx, a.who, id, person)
	})
}
