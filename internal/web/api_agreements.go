package web

import (
	"context"
	"fmt"
	"net/url"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type agreementOut struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Kind       string     `json:"kind"`
	Form       string     `json:"form" enum:"framework,implementing,investment,plan"`
	Parties    []string   `json:"parties"`
	Signers    []partyOut `json:"signers" doc:"the parties with their codes in the registry"`
	Signed     unit.Day   `json:"signed"`
	From       unit.Day   `json:"valid_from"`
	Until      unit.Day   `json:"valid_until"`
	State      string     `json:"state"`
	Secrecy    string     `json:"secrecy" enum:"public,internal"`
	About      string     `json:"about"`
	Fields     []string   `json:"fields"`
	Clauses    []string   `json:"clauses"`
	Investment string     `json:"investment,omitempty" doc:"yuan"`
	Tags       []string   `json:"tags" doc:"frame/item"`
	Digest     string     `json:"digest" doc:"SHA-256 of the canonical text that the parties sign"`
	Source     sourceOut  `json:"source"`
	Tasks      []taskOut  `json:"tasks,omitempty"`
}

type partyOut struct {
	Name string `json:"name"`
	Code string `json:"code" doc:"of the registry; empty where it is not linked"`
	// Budget is left out where nothing was said.
	Budget unit.Fen `json:"budget,omitempty" required:"false" doc:"what the party gives to the task, in yuan"`
}

type sourceOut struct {
	Document string `json:"document"`
	Digest   string `json:"digest"`
	Title    string `json:"title"`
	From     int    `json:"from"`
	To       int    `json:"to"`
	Quote    string `json:"quote"`
}

type taskOut struct {
	ID        string   `json:"id"`
	Code      string   `json:"code"`
	Agreement string   `json:"agreement"`
	Title     string   `json:"title"`
	Owner     string   `json:"owner" doc:"the lead"`
	State     string   `json:"state" enum:"running,submitted,done,ended"`
	Due       unit.Day `json:"due"`
	Original  unit.Day `json:"original_due"`
	Light     string   `json:"light" enum:"green,amber,red,check,done,ended"`
	LateDays  int      `json:"late_days" doc:"working days"`
	LeftDays  int      `json:"left_days" doc:"working days"`
	Pending   bool     `json:"provisional" doc:"the calendar of a year is not announced yet"`
	Done      string   `json:"done"`
	Evidence  string   `json:"evidence"`
	Verifier  string   `json:"verifier" doc:"name of the party, or office"`
	Indicator string   `json:"indicator,omitempty"`
	Baseline  string   `json:"baseline,omitempty"`
	Target    string   `json:"target,omitempty"`
	Unit      string   `json:"unit,omitempty"`
	Reached   string   `json:"reached,omitempty"`
	Sentence  string   `json:"sentence,omitempty" doc:"of the source, that promises it"`
	Version   int      `json:"version"`
}

func agreementOf(a agreement.Agreement) agreementOut {
	digest, _ := a.Digest() // a text that was entered has canonical bytes
	o := agreementOut{ID: string(a.ID), Title: a.Title, Kind: a.Kind, Form: string(a.Form), Parties: a.Parties, Signers: []partyOut{}, Signed: a.Signed,
		From: a.From, Until: a.Until, State: string(a.State), Secrecy: string(a.Secrecy), About: a.About, Fields: a.Fields, Clauses: a.Clauses, Tags: []string{}, Digest: digest,
		Source: sourceOut{string(a.Source.Document), a.Source.Digest, a.Source.Title, a.Source.From, a.Source.To, a.Source.Quote}}
	for _, p := range a.Signers {
		o.Signers = append(o.Signers, partyOut{p.Name, p.Code, p.Budget})
	}
	for _, t := range a.Tags {
		o.Tags = append(o.Tags, t.String())
	}
	if a.Investment > 0 {
		o.Investment = a.Investment.String()
	}
	o.Tasks = tasksOf(a.Tasks)
	return o
}

func tasksOf(all []agreement.Task) []taskOut {
	out := []taskOut{}
	for _, t := range all {
		m := t.Measure
		o := taskOut{ID: string(t.ID), Code: t.Code, Agreement: string(t.Agreement), Title: t.Title, Owner: t.Owner, State: string(t.State), Due: t.Due, Original: t.Original,
			Light: string(t.Lamp.Light), LateDays: t.Lamp.LateDays, LeftDays: t.Lamp.LeftDays, Pending: t.Lamp.Provisional, Done: iso(t.Done), Evidence: t.Evidence,
			Verifier: t.Verifier.Party.Name, Indicator: m.Indicator, Baseline: m.Baseline, Target: m.Target, Unit: m.Unit, Reached: m.Reached, Sentence: t.Sentence, Version: t.Version}
		if t.Verifier.Kind == agreement.ByOffice {
			o.Verifier = "office"
		}
		out = append(out, o)
	}
	return out
}

func (s *Server) apiAgreements() {
	type agreementList struct {
		Agreements []agreementOut `json:"agreements"`
		Total      int            `json:"total"`
	}
	type listIn struct {
		paged
		Form  string `query:"form"`
		Text  string `query:"q"`
		Party string `query:"party"`
		Year  int    `query:"year"`
		Tag   string `query:"tag" doc:"frame/item"`
	}
	operate(s, "GET", "/api/v1/agreements", access.AgreementRead, "The register of agreements, projects and plans", func(ctx context.Context, a asked, i *listIn) (*body[agreementList], error) {
		q := agreement.Listing{Form: agreement.Form(i.Form), Text: i.Text, Party: i.Party, Year: i.Year, Page: i.Page, Rows: 200}
		q.Tag, _ = agreement.ParseTag(i.Tag)
		all, total, err := s.c.Agreements.List(ctx, a.who, q)
		if err != nil {
			return nil, err
		}
		o := agreementList{Agreements: []agreementOut{}, Total: total}
		for _, x := range all {
			o.Agreements = append(o.Agreements, agreementOf(x))
		}
		return answer(o)
	})
	type addIn struct {
		Body map[string]any `doc:"the fields of the form /agreements/new: title, form, parties, signed, text, …; lists as arrays"`
	}
	operate(s, "POST", "/api/v1/agreements", access.AgreementPlan, "Enter an agreement, a project or a plan with its own text", func(ctx context.Context, a asked, i *addIn) (*body[agreementOut], error) {
		f := url.Values{}
		for name, value := range i.Body {
			if many, ok := value.([]any); ok {
				for _, x := range many {
					f.Add(name, fmt.Sprint(x))
				}
				continue
			}
			f.Set(name, fmt.Sprint(value))
		}
		x, err := agreementTyped(f)
		if err == nil {
			x, err = s.c.Agreements.Add(ctx, a.who, x)
		}
		if err != nil {
			return nil, err
		}
		return answer(agreementOf(x))
	})
	operate(s, "GET", "/api/v1/agreements/{id}", access.AgreementRead, "An agreement with its source and its tasks", func(ctx context.Context, a asked, i *byID) (*body[agreementOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Agreements.Get(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(agreementOf(x))
	})
	type proposal struct {
		Title    string   `json:"title"`
		Owner    string   `json:"owner"`
		Due      unit.Day `json:"due"`
		Sentence string   `json:"sentence"`
		From     int      `json:"from"`
		To       int      `json:"to"`
	}
	type proposalList struct {
		Proposals []proposal `json:"proposals"`
	}
	operate(s, "GET", "/api/v1/agreements/{id}/proposals", access.AgreementPlan, "Tasks that the text seems to promise, each with its sentence", func(ctx context.Context, a asked, i *byID) (*body[proposalList], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		v := &visit{s: s, r: a.r, who: a.who, lang: a.lang}
		all, err := v.proposals(id)
		if err != nil {
			return nil, err
		}
		o := proposalList{Proposals: []proposal{}}
		for _, p := range all {
			o.Proposals = append(o.Proposals, proposal{p.Title, p.Owner, p.Due, p.Sentence, p.From, p.To})
		}
		return answer(o)
	})
	type signIn struct {
		ID   string `path:"id"`
		Body struct {
			Party  int    `json:"party" doc:"number of the party, from 0"`
			Digest string `json:"digest" doc:"of the text that was read"`
		}
	}
	type signOut struct {
		Digest  string `json:"digest"`
		Receipt string `json:"receipt" doc:"of the entry in the public log; empty for what is not public"`
	}
	operate(s, "POST", "/api/v1/agreements/{id}/signatures", access.AgreementSign, "Sign the text of an agreement for a party", func(ctx context.Context, a asked, i *signIn) (*body[signOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Agreements.Sign(ctx, a.who, id, i.Body.Party, i.Body.Digest)
		if err != nil {
			return nil, err
		}
		return answer(signOut{x.Digest, string(x.Leaf)})
	})
	s.apiTasks()
}

// taskTyped is a task as a program gives it.
type taskTyped struct {
	Title      string           `json:"title"`
	Owner      string           `json:"owner" doc:"the lead: a party by its name or code"`
	Due        string           `json:"due" doc:"2026-06-30"`
	Budget     string           `json:"budget,omitempty" required:"false" doc:"what the lead gives to the task: 50万元, or yuan"`
	Partners   []string         `json:"partners,omitempty" required:"false" doc:"names or codes of the registry; with what each gives, as 320000=50万元"`
	Indicator  string           `json:"indicator,omitempty" required:"false"`
	Baseline   string           `json:"baseline,omitempty" required:"false"`
	Target     string           `json:"target,omitempty" required:"false"`
	Unit       string           `json:"unit,omitempty" required:"false"`
	Verifier   string           `json:"verifier,omitempty" required:"false" doc:"a party, third:NAME, or office"`
	Level      string           `json:"level,omitempty" required:"false"`
	Region     string           `json:"region,omitempty" required:"false"`
	Serves     string           `json:"serves,omitempty" required:"false" doc:"id of the task above"`
	Needs      []string         `json:"needs,omitempty" required:"false" doc:"ids of tasks to be done before"`
	Tags       []string         `json:"tags,omitempty" required:"false" doc:"frame/item"`
	Milestones []milestoneTyped `json:"milestones,omitempty" required:"false"`
}

type milestoneTyped struct {
	Title string `json:"title"`
	Due   string `json:"due"`
}

type milestoneOut struct {
	Title string   `json:"title"`
	Due   unit.Day `json:"due"`
	Done  unit.Day `json:"done"`
}

func (t taskTyped) task() (x agreement.Task, err error) {
	x = agreement.Task{Title: t.Title, Lead: agreement.ParseParty(t.Owner), Measure: agreement.Measure{Indicator: t.Indicator, Baseline: t.Baseline, Target: t.Target, Unit: t.Unit},
		Verifier: verifierOf(t.Verifier), Level: t.Level, Region: unit.Region(t.Region), Serves: unit.ID(t.Serves), Tags: tagsTyped(t.Tags)}
	if x.Due, err = unit.ParseDay(t.Due); err != nil {
		return x, fault.Of(err).On("due")
	}
	if x.Lead.Budget, err = agreement.ParseBudget(t.Budget, t.Owner); err != nil {
		return x, fault.Of(err).On("budget")
	}
	for _, p := range t.Partners {
		partner, err := agreement.ParsePartner(p)
		if err != nil {
			return x, fault.Of(err).On("partners")
		}
		x.Partners = append(x.Partners, partner)
	}
	for _, n := range t.Needs {
		x.Needs = append(x.Needs, unit.ID(n))
	}
	for _, m := range t.Milestones {
		day, err := unit.ParseDay(m.Due)
		if err != nil {
			return x, fault.Of(err).On("milestones")
		}
		x.Milestones = append(x.Milestones, agreement.Milestone{Title: m.Title, Due: day})
	}
	return x, nil
}

func (s *Server) apiTasks() {
	type planIn struct {
		ID   string `path:"id"`
		Body struct {
			Tasks []taskTyped `json:"tasks"`
		}
	}
	type taskList struct {
		Tasks []taskOut `json:"tasks"`
		Total int       `json:"total"`
	}
	operate(s, "POST", "/api/v1/agreements/{id}/tasks", access.AgreementPlan, "Set up tasks", func(ctx context.Context, a asked, i *planIn) (*body[taskList], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		var all []agreement.Task
		for n, t := range i.Body.Tasks {
			x, err := t.task()
			if err != nil {
				f := fault.Of(err)
				return nil, f.On(fmt.Sprintf("tasks.%d.%s", n, f.Field))
			}
			all = append(all, x)
		}
		planned, err := s.c.Agreements.Plan(ctx, a.who, id, all)
		if err != nil {
			return nil, err
		}
		return answer(taskList{tasksOf(planned), len(planned)})
	})
	type findIn struct {
		paged
		Text      string `query:"q"`
		Party     string `query:"party"`
		Lead      string `query:"lead"`
		Agreement string `query:"agreement"`
		List      string `query:"list"`
		Light     string `query:"light" doc:"green, amber, red, check, done, ended, late or open"`
		Tag       string `query:"tag" doc:"frame/item"`
		Sort      string `query:"sort" doc:"due, code, lead or new; else the most urgent first"`
	}
	operate(s, "GET", "/api/v1/tasks", access.TaskRead, "Tasks, the most urgent first", func(ctx context.Context, a asked, i *findIn) (*body[taskList], error) {
		q := taskQuery(url.Values{"q": {i.Text}, "party": {i.Party}, "lead": {i.Lead}, "agreement": {i.Agreement}, "list": {i.List}, "light": {i.Light}, "tag": {i.Tag}, "sort": {i.Sort}})
		q.Page, q.Rows = i.Page, 200
		all, total, err := s.c.Agreements.Find(ctx, a.who, q)
		if err != nil {
			return nil, err
		}
		return answer(taskList{tasksOf(all), total})
	})
	type taskWhole struct {
		taskOut
		Lead       partyOut       `json:"lead"`
		Partners   []partyOut     `json:"partners"`
		Budget     unit.Fen       `json:"budget" doc:"what lead and partners give together, in yuan; 0.00 where nothing was said"`
		Milestones []milestoneOut `json:"milestones"`
		Needs      []string       `json:"needs"`
		Tags       []string       `json:"tags"`
	}
	operate(s, "GET", "/api/v1/tasks/{id}", access.TaskRead, "One task", func(ctx context.Context, a asked, i *byID) (*body[taskWhole], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		t, err := s.c.Agreements.Task(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := taskWhole{taskOut: tasksOf([]agreement.Task{t})[0], Lead: partyOut{t.Lead.Name, t.Lead.Code, t.Lead.Budget}, Budget: t.Budget(), Partners: []partyOut{}, Milestones: []milestoneOut{}, Needs: []string{}, Tags: []string{}}
		for _, p := range t.Partners {
			o.Partners = append(o.Partners, partyOut{p.Name, p.Code, p.Budget})
		}
		for _, m := range t.Milestones {
			o.Milestones = append(o.Milestones, milestoneOut{m.Title, m.Due, m.Done})
		}
		for _, n := range t.Needs {
			o.Needs = append(o.Needs, string(n))
		}
		for _, g := range t.Tags {
			o.Tags = append(o.Tags, g.String())
		}
		return answer(o)
	})
	type frameOut struct {
		ID    string   `json:"id"`
		ZH    string   `json:"zh"`
		EN    string   `json:"en"`
		Items []string `json:"items"`
	}
	type frameList struct {
		Frames []frameOut `json:"frames"`
	}
	operate(s, "GET", "/api/v1/frames", access.TaskRead, "The goal frames by which tasks are tagged", func(ctx context.Context, _ asked, _ *nothing) (*body[frameList], error) {
		o := frameList{Frames: []frameOut{}}
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			all, err := s.c.Agreements.Frames(ctx, tx)
			for _, f := range all {
				x := frameOut{f.ID, f.Name[0], f.Name[1], []string{}}
				for _, it := range f.Items {
					x.Items = append(x.Items, it.ID)
				}
				o.Frames = append(o.Frames, x)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return answer(o)
	})
	s.apiTaskActs()
}

// acted is a task after something was done to it.
func (s *Server) acted(ctx context.Context, a asked, id string, do func(unit.ID) error) (*body[taskOut], error) {
	one, err := idOf(id)
	if err == nil {
		err = do(one)
	}
	if err != nil {
		return nil, err
	}
	t, err := s.c.Agreements.Task(ctx, a.who, one)
	if err != nil {
		return nil, err
	}
	return answer(tasksOf([]agreement.Task{t})[0])
}

func (s *Server) apiTaskActs() {
	type doneIn struct {
		ID   string `path:"id"`
		Body struct {
			Version  int    `json:"version"`
			Evidence string `json:"evidence"`
			Place    string `json:"place,omitempty" required:"false"`
		}
	}
	operate(s, "POST", "/api/v1/tasks/{id}/done", access.TaskUpdate, "Submit evidence that a task is done; who verifies decides", func(ctx context.Context, a asked, i *doneIn) (*body[taskOut], error) {
		return s.acted(ctx, a, i.ID, func(id unit.ID) error {
			return s.c.Agreements.Submit(ctx, a.who, id, i.Body.Version, agreement.Evidence{Title: i.Body.Evidence, Place: i.Body.Place})
		})
	})
	type verifyIn struct {
		ID   string `path:"id"`
		Body struct {
			Version int    `json:"version"`
			Passed  bool   `json:"passed"`
			Note    string `json:"note,omitempty" required:"false" doc:"needed to send it back"`
		}
	}
	operate(s, "POST", "/api/v1/tasks/{id}/verdict", access.TaskVerify, "Verify a task or send it back", func(ctx context.Context, a asked, i *verifyIn) (*body[taskOut], error) {
		return s.acted(ctx, a, i.ID, func(id unit.ID) error {
			return s.c.Agreements.Verify(ctx, a.who, id, i.Body.Version, i.Body.Passed, i.Body.Note)
		})
	})
	type progressIn struct {
		ID   string `path:"id"`
		Body struct {
			Month   string `json:"month,omitempty" required:"false" doc:"2026-03; this month when empty"`
			Done    string `json:"done"`
			Next    string `json:"next,omitempty" required:"false"`
			Problem string `json:"problem,omitempty" required:"false" doc:"what others have to help with"`
			Reached string `json:"reached,omitempty" required:"false" doc:"value of the indicator"`
		}
	}
	operate(s, "POST", "/api/v1/tasks/{id}/progress", access.TaskUpdate, "Report the progress of a month", func(ctx context.Context, a asked, i *progressIn) (*body[taskOut], error) {
		return s.acted(ctx, a, i.ID, func(id unit.ID) error {
			b := i.Body
			return s.c.Agreements.Report(ctx, a.who, id, 0, agreement.Progress{Month: b.Month, Done: b.Done, Next: b.Next, Problem: b.Problem, Reached: b.Reached})
		})
	})
	type changeIn struct {
		ID   string `path:"id"`
		Body struct {
			Version int    `json:"version"`
			Party   string `json:"party" doc:"code or name of the party that proposes"`
			Due     string `json:"due,omitempty" required:"false"`
			Target  string `json:"target,omitempty" required:"false"`
			Title   string `json:"title,omitempty" required:"false"`
			End     bool   `json:"end,omitempty" required:"false"`
			Reason  string `json:"reason"`
		}
	}
	type changeOut struct {
		ID     string   `json:"id"`
		State  string   `json:"state" enum:"open,agreed,refused,withdrawn"`
		Digest string   `json:"digest" doc:"what each party agrees to"`
		Yes    []string `json:"yes" doc:"parties that agreed"`
	}
	changeOf := func(c agreement.Change) changeOut {
		o := changeOut{string(c.ID), c.State, c.Digest, []string{}}
		for _, x := range c.Consents {
			if x.Yes {
				o.Yes = append(o.Yes, x.Party)
			}
		}
		return o
	}
	operate(s, "POST", "/api/v1/tasks/{id}/changes", access.TaskUpdate, "Propose a change, which all parties have to agree to", func(ctx context.Context, a asked, i *changeIn) (*body[changeOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		to := agreement.Content{Title: i.Body.Title, Target: i.Body.Target, End: i.Body.End}
		if i.Body.Due != "" {
			if to.Due, err = unit.ParseDay(i.Body.Due); err != nil {
				return nil, fault.Of(err).On("due")
			}
		}
		c, err := s.c.Agreements.Propose(ctx, a.who, id, i.Body.Version, i.Body.Party, to, i.Body.Reason)
		if err != nil {
			return nil, err
		}
		return answer(changeOf(c))
	})
	type consentIn struct {
		ID   string `path:"id"`
		Body struct {
			Party string `json:"party"`
			Yes   bool   `json:"yes"`
		}
	}
	operate(s, "POST", "/api/v1/changes/{id}/consents", access.TaskUpdate, "Agree to a change or refuse it", func(ctx context.Context, a asked, i *consentIn) (*body[changeOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Agreements.Consent(ctx, a.who, id, i.Body.Party, i.Body.Yes)
		if err != nil {
			return nil, err
		}
		return answer(changeOf(c))
	})
	type superviseIn struct {
		ID   string `path:"id"`
		Body struct {
			Step   string `json:"step" enum:"remind,urge,supervise,escalate"`
			Reason string `json:"reason"`
		}
	}
	operate(s, "POST", "/api/v1/tasks/{id}/supervision", access.TaskSupervise, "Urge or supervise a task", func(ctx context.Context, a asked, i *superviseIn) (*body[taskOut], error) {
		return s.acted(ctx, a, i.ID, func(id unit.ID) error {
			return s.c.Agreements.Supervise(ctx, a.who, id, i.Body.Step, i.Body.Reason)
		})
	})
}
