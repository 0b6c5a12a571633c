package agreement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	tasksMax      = 500 // set up at once
	evidenceMax   = 2000
	taskPageMax   = 200
	partnersMax   = 30
	milestonesMax = 40
)

// TaskState is where a task stands. The way is one: it runs, its evidence is submitted, and who verifies says yes, which
// ends it, or no, which sends it back. All parties together may end it without.
type TaskState string

const (
	StateRunning   TaskState = "running"
	StateSubmitted TaskState = "submitted"
	StateDone      TaskState = "done"
	StateEnded     TaskState = "ended"
)

// Levels are those of a cascade, the highest first: a task of a city carries out one of its province, and so on up.
var Levels = []string{"national", "region", "province", "city", "district"}

// Task is one thing to be done under an instrument: by whom, until when, measured how, verified by whom.
type Task struct {
	ID         unit.ID
	Code       string // T-2026-0001
	Agreement  unit.ID
	Of         string // title of the agreement
	Title      string
	Owner      string  // name of the lead
	Lead       Party   // who has to do it: a party of the instrument, or an office or place within one
	Partners   []Party // who does it with the lead
	State      TaskState
	Level      string
	Serves     unit.ID     // the task above that it carries out
	Region     unit.Region // where it is done
	Measure    Measure
	Verifier   Verifier
	Submitted  string    // person who submitted the evidence
	Submission unit.ID   // the evidence that it was submitted with, while it is submitted: a verdict is about it
	VerifyBy   unit.Day  // the last day of who verifies, while it is submitted
	Since      time.Time // since when it is in the hands where it is
	Due        unit.Day  // the day by whose end it should be done
	Original   unit.Day  // the first due day, kept when Due is moved
	Done       time.Time
	Evidence   string // what shows that it is done: the title of evidence that stands
	Problem    string // to be coordinated, by the last report
	Version    int    // counts changes; a change names the version it saw
	Lamps      string // the set of thresholds
	Sentence   string // of the source, that promises it
	From, To   int    // bytes of the agreement's document, or of its own text
	Hidden     bool   // of an instrument that is not public
	Lamp       Lamp   // follows from the day; see lamp.go

	Milestones []Milestone
	Needs      []unit.ID // tasks that have to be done before
	Tags       []Tag
}

// VerifierKind is who verifies: never the lead.
type VerifierKind string

const (
	ByParty  VerifierKind = "party"  // another party of the agreement
	ByOffice VerifierKind = "office" // the office that keeps this node
	ByThird  VerifierKind = "third"  // somebody who is no party
)

// Verifier is who says whether a task is done.
type Verifier struct {
	Kind   VerifierKind
	Party  Party
	Person unit.ID // the named one; "" is whoever speaks for the verifier
}

// Milestone is a dated step of a task.
type Milestone struct {
	No       int
	Title    string // what will be there
	Due      unit.Day
	Original unit.Day // kept when Due is moved
	Done     unit.Day
	Lamp     Lamp // of one that is not reached; follows from the day
}

// Plan sets up tasks under an agreement as one act: all of them or none.
func (r *Register) Plan(ctx context.Context, who access.Actor, agreement unit.ID, tasks []Task) (planned []Task, err error) {
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		planned, err = r.plan(ctx, tx, who, agreement, tasks, tasksMax)
		return err
	})
	return planned, err
}

func (r *Register) plan(ctx context.Context, tx *db.Tx, who access.Actor, agreement unit.ID, tasks []Task, most int) ([]Task, error) {
	a, err := r.forPlanning(ctx, tx, who, agreement)
	if err != nil {
		return nil, err
	}
	if len(tasks) == 0 || len(tasks) > most {
		return nil, fault.New(fault.Invalid, "agreement.tasks_number", "most", most).On("tasks")
	}
	year := r.today(tx).Year()
	no, err := countCodes(ctx, tx, year)
	if err != nil {
		return nil, err
	}
	known := map[string]Party{}
	planned := make([]Task, 0, len(tasks))
	for i, t := range tasks {
		no++
		t.ID, t.Agreement, t.Of, t.Original = unit.NewID(tx.Now()), a.ID, a.Title, t.Due
		t.Code = fmt.Sprintf("T-%d-%04d", year, no)
		t.State, t.Since, t.Version, t.Lamps, t.Hidden = StateRunning, tx.Now(), 1, a.Lamps, a.Secrecy != Public
		if err := r.prepare(ctx, tx, a, &t, known, fmt.Sprintf("tasks.%d", i)); err != nil {
			return nil, err
		}
		if err := insertTask(ctx, tx, t); err != nil {
			return nil, fmt.Errorf("plan task %q: %w", t.Title, err)
		}
		if err := r.setTags(ctx, tx, t.ID, t.Tags); err != nil {
			return nil, err
		}
		planned = append(planned, t)
	}
	for i, t := range planned {
		for _, n := range t.Needs {
			if err := r.need(ctx, tx, t.ID, n); err != nil {
				return nil, fault.Of(err).On(fmt.Sprintf("tasks.%d.needs", i))
			}
		}
	}
	if err := r.sendTasks(ctx, tx, a.ID, planned); err != nil {
		return nil, err
	}
	r.light(planned, tx.Now())
	return planned, r.record(ctx, tx, who, "agreement.plan", "agreement/"+string(a.ID), fmt.Sprint(len(tasks), " tasks"))
}

// prepare checks a task before it is written, names the field at fault, and finds its parties in the registry.
func (r *Register) prepare(ctx context.Context, tx *db.Tx, a Agreement, t *Task, known map[string]Party, field string) (err error) {
	t.Title, t.Owner = strings.TrimSpace(t.Title), strings.TrimSpace(t.Owner)
	if t.Title == "" || len([]rune(t.Title)) > titleMax {
		return fault.New(fault.Invalid, "agreement.task_title", "most", titleMax).On(field + ".title")
	}
	find := func(p Party, field string) (Party, error) {
		if p.Code == "" {
			for _, s := range a.Signers {
				if s.Name == p.Name {
					s.Budget = p.Budget
					return s, nil
				}
			}
		}
		found, ok := known[p.Key()]
		if !ok {
			if found, err = r.resolve(ctx, tx, Party{Name: p.Name, Code: p.Code}, field); err != nil {
				return p, err
			}
			known[p.Key()] = found
		}
		found.Budget = p.Budget
		return found, nil
	}
	if t.Lead.Key() == "" {
		t.Lead.Name = t.Owner
	}
	if t.Lead, err = find(t.Lead, field+".owner"); err != nil {
		return err
	}
	t.Owner = t.Lead.Name
	if !a.within(t.Lead) {
		return fault.New(fault.Invalid, "agreement.owner_no_party", "owner", t.Owner).On(field + ".owner")
	}
	if t.Lead.Budget < 0 || t.Lead.Budget > budgetMax {
		return fault.New(fault.Invalid, "agreement.budget", "party", t.Owner, "sum", t.Lead.Budget.String()).On(field + ".budget")
	}
	if !t.Due.Valid() {
		return fault.New(fault.Invalid, "agreement.due_missing").On(field + ".due")
	}
	if a.Signed.Valid() && t.Due < a.Signed {
		return fault.New(fault.Invalid, "agreement.due_before_signing", "signed", a.Signed).On(field + ".due")
	}
	if len(t.Partners) > partnersMax {
		return fault.New(fault.Invalid, "agreement.partners", "most", partnersMax).On(field + ".partners")
	}
	for i := range t.Partners {
		if t.Partners[i], err = find(t.Partners[i], field+".partners"); err != nil {
			return err
		}
		if t.Partners[i].Is(t.Lead) || slices.ContainsFunc(t.Partners[:i], t.Partners[i].Is) {
			return fault.New(fault.Invalid, "agreement.party_twice", "name", t.Partners[i].Name).On(field + ".partners")
		}
	}
	if err := t.checkMilestones(field); err != nil {
		return err
	}
	if err := r.checkMeasure(t, field); err != nil {
		return err
	}
	if err := r.checkCascade(ctx, tx, t, field); err != nil {
		return err
	}
	return r.setVerifier(a, t, find, field+".verifier")
}

// within says whether somebody is a party of the instrument, or an office or a place within one.
func (a Agreement) within(p Party) bool {
	return slices.ContainsFunc(a.Signers, func(s Party) bool {
		return s.Is(p) || s.Name == p.Name || s.Region() != "" && regionForm.MatchString(s.Code) && p.Region() != "" && p.Region().In(s.Region())
	})
}

// setVerifier checks who verifies, or chooses: the other party where there is just one, else the office.
func (r *Register) setVerifier(a Agreement, t *Task, find func(Party, string) (Party, error), field string) (err error) {
	v := &t.Verifier
	if v.Kind == "" {
		v.Kind = ByOffice
		if v.Party.Key() != "" {
			v.Kind = ByParty
		} else if len(a.Signers) == 2 {
			v.Kind, v.Party = ByParty, a.Signers[0]
			if v.Party.Is(t.Lead) {
				v.Party = a.Signers[1]
			}
		}
	}
	if v.Kind == ByOffice {
		v.Party = Party{}
		return nil
	}
	if v.Party, err = find(v.Party, field); err != nil {
		return err
	}
	switch {
	case v.Kind != ByParty && v.Kind != ByThird || v.Party.Key() == "":
		return fault.New(fault.Invalid, "agreement.verifier_missing").On(field)
	case v.Party.Is(t.Lead):
		return fault.New(fault.Invalid, "agreement.verifier_is_lead", "name", v.Party.Name).On(field)
	case v.Kind == ByParty && !a.within(v.Party):
		return fault.New(fault.Invalid, "agreement.verifier_no_party", "name", v.Party.Name).On(field)
	}
	return nil
}

func (t *Task) checkMilestones(field string) error {
	if len(t.Milestones) > milestonesMax {
		return fault.New(fault.Invalid, "agreement.milestones", "most", milestonesMax).On(field + ".milestones")
	}
	for i := range t.Milestones {
		m := &t.Milestones[i]
		m.No, m.Title, m.Original = i+1, strings.TrimSpace(m.Title), m.Due
		if m.Title == "" || len([]rune(m.Title)) > titleMax || !m.Due.Valid() || m.Due > t.Due {
			return fault.New(fault.Invalid, "agreement.milestone", "no", m.No, "due", t.Due).On(field + ".milestones")
		}
	}
	return nil
}

// checkCascade refuses a level or place that does not exist, and a task above that is not above.
func (r *Register) checkCascade(ctx context.Context, tx *db.Tx, t *Task, field string) error {
	if t.Level != "" && !slices.Contains(Levels, t.Level) {
		return fault.New(fault.Invalid, "agreement.level_unknown").On(field + ".level")
	}
	if t.Region != "" && (!regionForm.MatchString(string(t.Region)) || r.c.Regions != nil && !r.c.Regions.Known(t.Region)) {
		return fault.New(fault.Invalid, "agreement.region_unknown", "code", string(t.Region)).On(field + ".region")
	}
	if t.Serves == "" {
		return nil
	}
	above, err := selectTask(ctx, tx, t.Serves)
	if err != nil {
		return fault.Of(err).On(field + ".serves")
	}
	if t.Level != "" && above.Level != "" && slices.Index(Levels, above.Level) >= slices.Index(Levels, t.Level) {
		return fault.New(fault.Invalid, "agreement.level_order", "above", above.Code).On(field + ".serves")
	}
	return nil // a new task serves nothing that serves it: a circle cannot be made, and Serves does not change
}

// Task returns one task with all that belongs to it.
func (r *Register) Task(ctx context.Context, who access.Actor, id unit.ID) (t Task, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		t, err = r.task(ctx, tx, who, id)
		return err
	})
	return t, err
}

// task loads one that the actor may know of, with partners, milestones, needs, tags and lamp.
func (r *Register) task(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (t Task, err error) {
	if t, err = selectTask(ctx, tx, id); err != nil {
		return t, err
	}
	if t.Hidden {
		if _, err := r.visible(ctx, tx, who, t.Agreement); err != nil {
			return Task{}, fault.New(fault.NotFound, "agreement.task_unknown").Because(err)
		}
	}
	if err := fill(ctx, tx, &t); err != nil {
		return t, err
	}
	one := []Task{t}
	r.light(one, tx.Now())
	r.lightMilestones(&one[0], tx.Now())
	return one[0], nil
}

// parties are all whose agreement a change of the task needs: the lead, the partners, and a party that verifies.
func (t Task) parties() []Party {
	all := append([]Party{t.Lead}, t.Partners...)
	if t.Verifier.Kind == ByParty && !slices.ContainsFunc(all, t.Verifier.Party.Is) {
		all = append(all, t.Verifier.Party)
	}
	return all
}

// Parties are those whose agreement a change of the task needs.
func (t Task) Parties() []Party { return t.parties() }

// Holder is in whose hands a task is: the lead, or who verifies; kind office has no party.
func (t Task) Holder() (Party, VerifierKind) {
	if t.State == StateSubmitted {
		return t.Verifier.Party, t.Verifier.Kind
	}
	return t.Lead, ByParty
}

// forUpdate loads a task that the actor may report on: one who speaks for the lead or a partner. The version is the one
// that the actor saw.
func (r *Register) forUpdate(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, version int) (Task, error) {
	t, err := r.task(ctx, tx, who, id)
	if err != nil {
		return t, err
	}
	var refused error = fault.New(fault.Denied, "agreement.not_your_task", "lead", t.Owner)
	for _, p := range append([]Party{t.Lead}, t.Partners...) {
		if _, e := SpeaksFor(who, access.TaskUpdate, p); e == nil {
			refused = nil
			break
		}
	}
	switch {
	case refused != nil:
		return t, refused
	case t.State == StateDone:
		return t, fault.New(fault.Conflict, "agreement.already_done")
	case t.State == StateEnded:
		return t, fault.New(fault.Conflict, "agreement.already_ended")
	case version != 0 && t.Version != version:
		return t, fault.New(fault.Conflict, "agreement.changed_meanwhile")
	}
	return t, nil
}

// ByCode finds a task by its code.
func (r *Register) ByCode(ctx context.Context, who access.Actor, code string) (id unit.ID, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if id, err = taskByCode(ctx, tx, code); err != nil {
			return err
		}
		if id == "" {
			return fault.New(fault.Invalid, "agreement.import_unknown", "code", code).On("code")
		}
		_, err = r.task(ctx, tx, who, id)
		return err
	})
	return id, err
}
