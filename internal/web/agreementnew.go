package web

import (
	"net/url"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type agreementNewPage struct {
	Typed  url.Values
	Bad    map[string]string
	Forms  []choiceOf
	Lamps  []choiceOf
	Events []agreement.Event
	Under  []agreement.Agreement // frameworks that it may carry out
	Frames []agreement.Frame
	Chosen map[string]bool
}

func (v *visit) agreementNew() error { return v.showAgreementNew(v.r.URL.Query(), nil) }

func (v *visit) showAgreementNew(f url.Values, bad map[string]string) error {
	p := agreementNewPage{Typed: f, Bad: bad, Chosen: map[string]bool{}}
	for _, form := range agreement.Forms {
		p.Forms = append(p.Forms, choiceOf{string(form), formWords(form), string(form) == f.Get("form")})
	}
	for _, set := range agreement.LampSets {
		p.Lamps = append(p.Lamps, choiceOf{set, v.s.c.Agreements.LampWords(set), set == f.Get("lamps")})
	}
	for _, t := range f["tag"] {
		p.Chosen[t] = true
	}
	var err error
	if p.Events, err = v.s.c.Agreements.Events(v.ctx()); err != nil {
		return err
	}
	if p.Under, _, err = v.s.c.Agreements.List(v.ctx(), v.who, agreement.Listing{Form: agreement.Framework, Rows: 200}); err != nil {
		return err
	}
	if p.Frames, err = v.frames(); err != nil {
		return err
	}
	v.under("/agreements", "协议登记", "Agreements")
	return v.show("agreementnew", v.t("登记一份协议、项目或计划", "Enter an agreement, a project or a plan"), p)
}

// addAgreement enters an agreement with its own text.
func (v *visit) addAgreement() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/agreements/new"
	a, err := agreementTyped(f.Values)
	if err == nil {
		a, err = v.s.c.Agreements.Add(v.ctx(), v.who, a)
	}
	if err == nil {
		return v.to("/agreements/"+string(a.ID), "entered")
	}
	bad := map[string]string{}
	if !v.refused(err, func(field string) string {
		bad[field] = fault.Of(err).Sentence(v.lang)
		return "a-" + field
	}) {
		return err
	}
	return v.showAgreementNew(f.Values, bad)
}

// agreementTyped reads the form of an agreement.
func agreementTyped(f url.Values) (a agreement.Agreement, err error) {
	get := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	a = agreement.Agreement{Title: get("title"), Kind: get("kind"), Form: agreement.Form(get("form")), Secrecy: agreement.Secrecy(get("secrecy")),
		About: get("about"), Contact: get("contact"), Event: unit.ID(get("event")), Region: unit.Region(get("region")), Under: unit.ID(get("under")),
		Lamps: get("lamps"), Text: f.Get("text"), Fields: splitNames(f.Get("fields")), Tags: tagsTyped(f["tag"])}
	a.Clauses = strings.Split(f.Get("clauses"), "\n")
	for _, name := range splitNames(f.Get("parties")) {
		a.Signers = append(a.Signers, agreement.ParseParty(name))
	}
	for name, day := range map[string]*unit.Day{"signed": &a.Signed, "from": &a.From, "until": &a.Until} {
		if get(name) == "" {
			continue
		}
		if *day, err = unit.ParseDay(get(name)); err != nil {
			return a, fault.Of(err).On(name)
		}
	}
	if get("investment") != "" {
		if a.Investment, err = unit.ParseFen(get("investment")); err != nil {
			return a, fault.Of(err).On("investment")
		}
	}
	return a, nil
}

type eventsPage struct {
	All   []agreement.Event
	Plan  bool
	Typed url.Values
}

func (v *visit) events() error { return v.showEvents(nil) }

func (v *visit) showEvents(f url.Values) error {
	all, err := v.s.c.Agreements.Events(v.ctx())
	if err != nil {
		return err
	}
	v.under("/agreements", "协议登记", "Agreements")
	return v.show("events", v.t("集中签约活动", "Signing events"), eventsPage{all, access.MaySomewhere(v.who, access.AgreementPlan) == nil, f})
}

func (v *visit) addEvent() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/events"
	e := agreement.Event{Name: f.Get("name"), Region: unit.Region(strings.TrimSpace(f.Get("region")))}
	if e.Day, err = unit.ParseDay(f.Get("day")); err != nil {
		err = fault.Of(err).On("day")
	} else {
		_, err = v.s.c.Agreements.AddEvent(v.ctx(), v.who, e)
	}
	if err == nil {
		return v.to("/events", "saved")
	}
	if !v.refused(err, func(field string) string { return "e-" + field }) {
		return err
	}
	return v.showEvents(f.Values)
}

// partyRows is among how many tasks with a part of a party those are looked for that it does not lead.
const partyRows = 200

// partyPage is what one party owes and is owed.
type partyPage struct {
	Key        string
	Name       string
	Registry   string // its page there
	Agreements []agreement.Agreement
	Total      int
	Owes       tasksView // it leads
	Helps      tasksView // it takes part, or verifies
	Owed       tasksView // others lead, in agreements with it
	OwedAll    int       // how many of those there are
	Leads      int       // how many it leads
	Counts     []countOf
	Gives      agreement.Gives // to all tasks
}

// party shows what one party owes, and what it is owed: tasks that others lead in agreements that it signed.
func (v *visit) party() error {
	key := v.r.URL.Query().Get("key")
	if key == "" || len(key) > 400 {
		return fault.New(fault.NotFound, "web.no_page")
	}
	r := v.s.c.Agreements
	p := partyPage{Key: key, Name: key}
	var err error
	if p.Agreements, p.Total, err = r.List(v.ctx(), v.who, agreement.Listing{Party: key, Rows: 200}); err != nil {
		return err
	}
	sum, err := r.Sum(v.ctx(), v.who, agreement.Query{Lead: key})
	if err != nil {
		return err
	}
	p.Counts, p.Leads = countsOf(sum.Counts, "/tasks?lead="+url.QueryEscape(key)), sum.Counts.Total()
	led, err := r.Top(v.ctx(), v.who, agreement.Query{Lead: key, Rows: taskRows})
	if err != nil {
		return err
	}
	any, err := r.Top(v.ctx(), v.who, agreement.Query{Party: key, Rows: partyRows})
	if err != nil {
		return err
	}
	any = slices.DeleteFunc(any, func(t agreement.Task) bool { return t.Lead.Key() == key })
	any = any[:min(len(any), taskRows)]
	if p.Total == 0 && len(led)+len(any) == 0 {
		return fault.New(fault.NotFound, "web.no_page")
	}
	p.Owes, p.Helps, p.Owed = tasksView{Tasks: led, Of: true}, tasksView{Tasks: any, Of: true}, tasksView{Of: true}
	if p.Owed.Tasks, p.OwedAll, err = r.Owed(v.ctx(), v.who, key, 1, taskRows); err != nil {
		return err
	}
	for _, a := range p.Agreements {
		for _, s := range a.Signers {
			if s.Key() == key {
				p.Name = s.Name
			}
		}
	}
	if len(led) > 0 {
		p.Name = led[0].Lead.Name
	}
	given, _, err := r.Budgets(v.ctx(), v.who, agreement.Query{Party: key})
	if err != nil {
		return err
	}
	for _, g := range given {
		if g.Party.Key() == key {
			p.Gives = g
		}
	}
	if _, err := unit.ParseUSCC(key); err == nil {
		p.Registry = "/registry/" + key
	}
	v.under("/agreements", "协议登记", "Agreements")
	return v.show("party", p.Name, p)
}
