package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

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
	No       int      `json:"no"`
	Title    string   `json:"title"`
	Due      unit.Day `json:"due"`
	Original unit.Day `json:"original_due"`
	Done     unit.Day `json:"done"`
	Light    string   `json:"light,omitempty" doc:"of one that is not reached"`
}

// newDayTyped is a new day of a milestone as a program gives it.
type newDayTyped struct {
	No  int    `json:"no"`
	Due string `json:"due"`
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
		Digest     string         `json:"digest" doc:"SHA-256 of what the task promises; nodes that hold it have the same"`
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
		digest, err := t.Digest()
		if err != nil {
			return nil, err
		}
		o := taskWhole{taskOut: tasksOf([]agreement.Task{t})[0], Lead: partyOut{t.Lead.Name, t.Lead.Code, t.Lead.Budget}, Budget: t.Budget(), Digest: digest, Partners: []partyOut{}, Milestones: []milestoneOut{}, Needs: []string{}, Tags: []string{}}
		for _, p := range t.Partners {
			o.Partners = append(o.Partners, partyOut{p.Name, p.Code, p.Budget})
		}
		for _, m := range t.Milestones {
			o.Milestones = append(o.Milestones, milestoneOut{m.No, m.Title, m.Due, m.Original, m.Done, string(m.Lamp.Light)})
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
			Along   bool   `json:"along,omitempty" required:"false" doc:"the milestones that are not reached move by as many days as the due day"`

			Milestones []newDayTyped `json:"milestones,omitempty" required:"false" doc:"new days of milestones that are not reached"`
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
		if to.Milestones, err = s.newDaysTyped(ctx, a, id, to.Due, i.Body.Along, i.Body.Milestones); err != nil {
			return nil, err
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

// newDaysTyped are the new days of the milestones of a task: those that are given, and the others by as many days as the
// due day moves where that is wished.
func (s *Server) newDaysTyped(ctx context.Context, a asked, id unit.ID, due unit.Day, along bool, typed []newDayTyped) (all []agreement.NewDay, err error) {
	if along {
		t, err := s.c.Agreements.Task(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		all = t.Along(due)
	}
	for _, n := range typed {
		day, err := unit.ParseDay(n.Due)
		if err != nil {
			return nil, fault.Of(err).On("milestones")
		}
		all = slices.DeleteFunc(all, func(d agreement.NewDay) bool { return d.No == n.No })
		all = append(all, agreement.NewDay{No: n.No, Due: day})
	}
	slices.SortFunc(all, func(x, y agreement.NewDay) int { return x.No - y.No })
	return all, nil
}
