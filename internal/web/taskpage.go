package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/unit"
)

type taskPage struct {
	Task      agreement.Task
	Tags      []tagView
	Frames    []agreement.Frame
	Above     []agreement.Task
	Below     []agreement.Task
	Needs     []agreement.Task
	Lists     []agreement.ListedAs
	History   []agreement.Progress
	Evidence  []agreement.Evidence
	Verdicts  []agreement.Verdict
	Changes   []taskChangeView
	Steps     []stepOf
	Supervise []choiceOf // steps that this person may take
	Update    bool
	Verify    bool
	Plan      bool
	Speaks    []agreement.Party // parties that this person speaks for
	Gone      bool              // the named verifier has left
	NameIt    bool              // this person may name another verifier
	Percent   int
	Measured  bool
	Digest    string                // of what it promises
	Open      []agreement.Milestone // not reached
	Month     string
	Source    bool
	Typed     url.Values
}

// taskChangeView is a change with what each party said.
type taskChangeView struct {
	agreement.Change
	Who   string // the party that proposes
	Said  []saidView
	Lines []lineOfChange
}

type saidView struct {
	Party agreement.Party
	Said  bool
	Yes   bool
	Node  string
	At    time.Time
	May   bool // this person may answer for it
}

type lineOfChange struct {
	What    fault.Words
	Was, To string
}

// stepOf is a step of supervision in words.
type stepOf struct {
	agreement.Supervision
	Words fault.Words
}

func (v *visit) task() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showTask(id)
}

func (v *visit) showTask(id unit.ID) error {
	r := v.s.c.Agreements
	t, err := r.Task(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := taskPage{Task: t, Typed: v.r.PostForm, Month: unit.DayOf(v.now(), beijing).String()[:7], Source: access.MaySomewhere(v.who, access.DocumentRead) == nil}
	if p.Digest, err = t.Digest(); err != nil {
		return err
	}
	p.Percent, p.Measured = t.Measure.Percent()
	for _, m := range t.Milestones {
		if !m.Done.Valid() {
			p.Open = append(p.Open, m)
		}
	}
	if p.Above, p.Below, err = r.Cascade(v.ctx(), v.who, t); err != nil {
		return err
	}
	for _, n := range t.Needs {
		if one, err := r.Task(v.ctx(), v.who, n); err == nil {
			p.Needs = append(p.Needs, one)
		}
	}
	if p.Lists, err = r.ListsOf(v.ctx(), v.who, id); err != nil {
		return err
	}
	if p.History, err = r.History(v.ctx(), v.who, id); err != nil {
		return err
	}
	if p.Evidence, p.Verdicts, err = r.Evidence(v.ctx(), v.who, id); err != nil {
		return err
	}
	if err := v.stepsOf(&p); err != nil {
		return err
	}
	if err := v.changesOf(&p); err != nil {
		return err
	}
	if p.Frames, err = v.frames(); err != nil {
		return err
	}
	p.Tags = tagsOf(p.Frames, t.Tags)
	v.under("/tasks", "承诺与任务", "Promises and tasks")
	return v.show("task", t.Title, p)
}

// stepsOf fills in supervision, and what this person may do.
func (v *visit) stepsOf(p *taskPage) error {
	r, t := v.s.c.Agreements, p.Task
	all, err := r.Supervisions(v.ctx(), v.who, t.ID)
	if err != nil {
		return err
	}
	words := map[string]fault.Words{}
	for _, s := range r.Steps() {
		words[s.ID] = s.Words()
	}
	for _, s := range all {
		p.Steps = append(p.Steps, stepOf{s, words[s.Step]})
	}
	open := t.State == agreement.StateRunning || t.State == agreement.StateSubmitted
	if open && access.May(v.who, access.TaskSupervise, access.Scope{Region: t.Lead.Region()}) == nil {
		for _, s := range r.Steps() {
			p.Supervise = append(p.Supervise, choiceOf{s.ID, s.Words(), s.ID == "urge"})
		}
	}
	for _, party := range append([]agreement.Party{t.Lead}, t.Partners...) {
		if _, err := agreement.SpeaksFor(v.who, access.TaskUpdate, party); err == nil {
			p.Update = open
		}
	}
	for _, party := range t.Parties() {
		if _, err := agreement.SpeaksFor(v.who, access.TaskUpdate, party); err == nil {
			p.Speaks = append(p.Speaks, party)
		}
	}
	_, planErr := agreement.SpeaksFor(v.who, access.AgreementPlan, t.Lead)
	p.Plan = planErr == nil
	return v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		p.Verify = t.State == agreement.StateSubmitted && r.MayVerify(v.ctx(), tx, v.who, t) == nil
		if t.Verifier.Person == "" {
			return nil
		}
		_, address, err := v.s.c.Access.Address(v.ctx(), tx, t.Verifier.Person)
		p.Gone = address == ""
		_, mayErr := agreement.SpeaksFor(v.who, access.TaskVerify, t.Verifier.Party)
		p.NameIt = p.Gone && mayErr == nil
		return err
	})
}

// changesOf fills in the changes with what each party said and which this person may answer for.
func (v *visit) changesOf(p *taskPage) error {
	all, err := v.s.c.Agreements.Changes(v.ctx(), v.who, p.Task.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		view := taskChangeView{Change: c, Who: c.Party}
		spoke := false
		for _, s := range c.Consents {
			spoke = spoke || s.By != "" && s.By == string(v.who.Person)
		}
		for _, party := range p.Task.Parties() {
			if party.Key() == c.Party {
				view.Who = party.Name
			}
			said := saidView{Party: party}
			for _, s := range c.Consents {
				if s.Party == party.Key() {
					said.Said, said.Yes, said.At, said.Node = true, s.Yes, s.At, s.Node
				}
			}
			_, err := agreement.SpeaksFor(v.who, access.TaskUpdate, party)
			said.May = c.State == "open" && !said.Said && !spoke && err == nil
			view.Said = append(view.Said, said)
		}
		if c.To.Due.Valid() {
			view.Lines = append(view.Lines, lineOfChange{fault.Words{"期限", "Due"}, c.Was.Due.String(), c.To.Due.String()})
		}
		if c.To.Target != "" {
			view.Lines = append(view.Lines, lineOfChange{fault.Words{"目标值", "Target"}, c.Was.Target, c.To.Target})
		}
		if c.To.Title != "" {
			view.Lines = append(view.Lines, lineOfChange{fault.Words{"内容", "Wording"}, c.Was.Title, c.To.Title})
		}
		for i, n := range c.To.Milestones {
			line := lineOfChange{fault.Words{fmt.Sprintf("节点 %d", n.No), fmt.Sprintf("Milestone %d", n.No)}, "", n.Due.String()}
			if i < len(c.Was.Milestones) {
				line.Was = c.Was.Milestones[i].Due.String()
			}
			for _, m := range p.Task.Milestones {
				if m.No == n.No {
					line.What = fault.Words{"节点“" + m.Title + "”", "Milestone " + m.Title}
				}
			}
			view.Lines = append(view.Lines, line)
		}
		if c.To.End {
			view.Lines = append(view.Lines, lineOfChange{fault.Words{"终止", "End"}, "", v.t("各方同意后不再办理", "given up once all agree")})
		}
		p.Changes = append(p.Changes, view)
	}
	return nil
}

// onTask does something to a task and goes back to its page; a refusal is said there.
func (v *visit) onTask(done string, do func(id unit.ID, version int, f url.Values) error) error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	return v.afterTask(id, done, do(id, int(wholeNumber(f.Get("version"))), f.Values))
}

func (v *visit) afterTask(id unit.ID, done string, err error) error {
	v.back = "/tasks/" + string(id)
	if err != nil {
		if !v.refused(err, func(field string) string { return "f-" + field }) {
			return err
		}
		return v.showTask(id)
	}
	return v.to(v.back, done)
}

func (v *visit) reportTask() error {
	return v.onTask("reported", func(id unit.ID, version int, f url.Values) error {
		return v.s.c.Agreements.Report(v.ctx(), v.who, id, version, agreement.Progress{Month: f.Get("month"), Done: f.Get("done"), Next: f.Get("next"),
			Problem: f.Get("problem"), Reached: f.Get("reached")})
	})
}

// finish takes evidence, a file with it where one is given, and gives the task to who verifies or only keeps it.
func (v *visit) finish() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	e := agreement.Evidence{Title: f.Get("evidence"), Place: f.Get("place")}
	name, content, err := f.file("file")
	if err != nil {
		return err
	}
	if len(content) > 0 {
		kept, err := v.s.c.Files.Put(v.ctx(), name, strings.NewReader(string(content)))
		if err != nil {
			return v.afterTask(id, "", err)
		}
		e.Digest = string(kept.Digest)
		if strings.TrimSpace(e.Title) == "" {
			e.Title = kept.Name
		}
	}
	version := int(wholeNumber(f.Get("version")))
	if f.Get("do") == "keep" {
		return v.afterTask(id, "evidence_kept", v.s.c.Agreements.AddEvidence(v.ctx(), v.who, id, version, e))
	}
	return v.afterTask(id, "task_submitted", v.s.c.Agreements.Submit(v.ctx(), v.who, id, version, e))
}

// evidenceFile is a file that shows that a task is done, for who may know of the task.
func (v *visit) evidenceFile() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	all, _, err := v.s.c.Agreements.Evidence(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	for _, e := range all {
		if string(e.ID) == v.r.PathValue("evidence") && e.Digest != "" {
			f, content, err := v.s.c.Files.Get(v.ctx(), files.Digest(e.Digest))
			if err != nil {
				return err
			}
			return v.download(f.Name, "application/octet-stream", content)
		}
	}
	return fault.New(fault.NotFound, "web.no_page")
}

func (v *visit) withdrawEvidence() error {
	return v.onTask("evidence_withdrawn", func(id unit.ID, _ int, f url.Values) error {
		return v.s.c.Agreements.Withdraw(v.ctx(), v.who, id, unit.ID(v.r.PathValue("evidence")), f.Get("why"))
	})
}

func (v *visit) verifyTask() error {
	return v.onTask("verified", func(id unit.ID, version int, f url.Values) error {
		return v.s.c.Agreements.Verify(v.ctx(), v.who, id, version, f.Get("passed") == "yes", f.Get("note"))
	})
}

func (v *visit) nameVerifier() error {
	return v.onTask("saved", func(id unit.ID, version int, f url.Values) error {
		return v.s.c.Agreements.NameVerifier(v.ctx(), v.who, id, version, unit.ID(f.Get("person")))
	})
}

func (v *visit) changeTask() error {
	return v.onTask("proposed", func(id unit.ID, version int, f url.Values) error {
		to := agreement.Content{Title: f.Get("title"), Target: strings.TrimSpace(f.Get("target")), End: f.Get("end") == "yes"}
		if f.Get("due") != "" {
			day, err := unit.ParseDay(f.Get("due"))
			if err != nil {
				return fault.Of(err).On("due")
			}
			to.Due = day
		}
		if err := v.newDays(id, &to, f); err != nil {
			return err
		}
		_, err := v.s.c.Agreements.Propose(v.ctx(), v.who, id, version, f.Get("party"), to, f.Get("reason"))
		return err
	})
}

// newDays reads the new days of nodes: each that was typed, and, where it is wished, the others by as many days as the due
// day moves.
func (v *visit) newDays(id unit.ID, to *agreement.Content, f url.Values) error {
	t, err := v.s.c.Agreements.Task(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	days := map[int]unit.Day{}
	if f.Get("along") == "yes" {
		for _, n := range t.Along(to.Due) {
			days[n.No] = n.Due
		}
	}
	for _, m := range t.Milestones {
		typed := f.Get("milestone." + strconv.Itoa(m.No))
		if typed == "" || m.Done.Valid() {
			continue
		}
		day, err := unit.ParseDay(typed)
		if err != nil {
			return fault.Of(err).On("milestones")
		}
		days[m.No] = day
	}
	for _, m := range t.Milestones {
		if day, there := days[m.No]; there {
			to.Milestones = append(to.Milestones, agreement.NewDay{No: m.No, Due: day})
		}
	}
	return nil
}

// consent answers a change of a task for a party.
func (v *visit) consent() error {
	return v.onTask("answered", func(_ unit.ID, _ int, f url.Values) error {
		change, err := idOf(v.r.PathValue("change"))
		if err != nil {
			return err
		}
		if f.Get("yes") == "withdraw" {
			return v.s.c.Agreements.WithdrawChange(v.ctx(), v.who, change)
		}
		_, err = v.s.c.Agreements.Consent(v.ctx(), v.who, change, f.Get("party"), f.Get("yes") == "yes")
		return err
	})
}

func (v *visit) reachMilestone() error {
	return v.onTask("saved", func(id unit.ID, version int, _ url.Values) error {
		no, err := strconv.Atoi(v.r.PathValue("no"))
		if err != nil {
			return fault.New(fault.NotFound, "web.no_page")
		}
		return v.s.c.Agreements.Reach(v.ctx(), v.who, id, version, no)
	})
}

func (v *visit) superviseTask() error {
	return v.onTask("supervised", func(id unit.ID, _ int, f url.Values) error {
		return v.s.c.Agreements.Supervise(v.ctx(), v.who, id, f.Get("step"), f.Get("reason"))
	})
}

func (v *visit) answerStep() error {
	return v.onTask("answered", func(id unit.ID, _ int, f url.Values) error {
		return v.s.c.Agreements.Answer(v.ctx(), v.who, id, unit.ID(v.r.PathValue("step")), f.Get("answer"))
	})
}

// needTask says that a task waits for another, named by its code.
func (v *visit) needTask() error {
	return v.onTask("saved", func(id unit.ID, _ int, f url.Values) error {
		if drop := f.Get("drop"); drop != "" {
			return v.s.c.Agreements.DropNeed(v.ctx(), v.who, id, unit.ID(drop))
		}
		other, err := v.s.c.Agreements.ByCode(v.ctx(), v.who, strings.TrimSpace(f.Get("code")))
		if err != nil {
			return err
		}
		return v.s.c.Agreements.Need(v.ctx(), v.who, id, other)
	})
}

func (v *visit) tagTask() error {
	return v.onTask("saved", func(id unit.ID, _ int, f url.Values) error {
		return v.s.c.Agreements.SetTags(v.ctx(), v.who, id, tagsTyped(f["tag"]))
	})
}
