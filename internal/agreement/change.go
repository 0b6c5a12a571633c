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

const changesMax = 100 // of one task

// Content is what a change would make of a task; what is left out stays as it is.
type Content struct {
	Title  string   `json:"title,omitempty"`
	Due    unit.Day `json:"due,omitempty"`
	Target string   `json:"target,omitempty"`
	End    bool     `json:"end,omitempty"` // the task is given up

	Milestones []NewDay `json:"milestones,omitempty"` // new days of nodes that are not reached, by their numbers
}

// NewDay is the day of one node.
type NewDay struct {
	No  int      `json:"no"`
	Due unit.Day `json:"due"`
}

// same says whether two contents say the same.
func (c Content) same(o Content) bool {
	return c.Title == o.Title && c.Due == o.Due && c.Target == o.Target && c.End == o.End && slices.Equal(c.Milestones, o.Milestones)
}

// Along are the days of the nodes that are not reached when they move with the due day, by as many days.
func (t Task) Along(due unit.Day) (all []NewDay) {
	for _, m := range t.Milestones {
		if !m.Done.Valid() && due.Valid() && due != t.Due {
			all = append(all, NewDay{m.No, m.Due.Add(due.Sub(t.Due))})
		}
	}
	return all
}

// Change is a proposal to change a task. It holds when every party has agreed to its digest, and is off when one refuses.
// One task has at most one open change: who comes second is told who was first.
type Change struct {
	ID       unit.ID
	Task     unit.ID
	To, Was  Content
	Reason   string
	State    string // open, agreed, refused, withdrawn
	Party    string // key of who proposes
	By       string // person
	Digest   string // SHA-256 of what is agreed to, in canonical JSON (RFC 8785)
	Version  int    // of the task
	At       time.Time
	Decided  time.Time
	Consents []Consent
}

// Consent is what one party said.
type Consent struct {
	Party string // key
	Yes   bool
	By    string // person
	Node  string // where it was said; "" is here
	At    time.Time
}

// digest is what the parties agree to.
func (c Change) digest() (string, error) {
	b, err := canonical(map[string]any{"id": c.ID, "task": c.Task, "party": c.Party, "to": c.To, "was": c.Was, "reason": c.Reason})
	return sumOf(b), err
}

// Propose proposes a change in the name of a party, which thereby agrees to it.
func (r *Register) Propose(ctx context.Context, who access.Actor, id unit.ID, version int, party string, to Content, reason string) (c Change, err error) {
	reason, to.Title = strings.TrimSpace(reason), strings.TrimSpace(to.Title)
	if reason == "" || len([]rune(reason)) > reportMax {
		return c, fault.New(fault.Invalid, "agreement.change_reason", "most", reportMax).On("reason")
	}
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		p, err := r.speaksAs(who, t, party)
		if err != nil {
			return err
		}
		if t.State == StateDone || t.State == StateEnded {
			return fault.New(fault.Conflict, "agreement.already_done")
		}
		open, err := openChange(ctx, tx, id)
		if err != nil {
			return err
		}
		if open.ID != "" {
			return fault.New(fault.Conflict, "agreement.change_open", "party", partyName(t, open.Party)).On("due")
		}
		if t.Version != version {
			return fault.New(fault.Conflict, "agreement.changed_meanwhile")
		}
		c = Change{ID: unit.NewID(tx.Now()), Task: id, To: to, Reason: reason, State: "open", Party: p.Key(), By: string(who.Person), Version: t.Version, At: tx.Now()}
		if c.Was, err = r.checkChange(t, to); err != nil {
			return err
		}
		if c.Digest, err = c.digest(); err != nil {
			return err
		}
		if first, err := insertChange(ctx, tx, c); err != nil || !first {
			if err == nil { // between our looking and our writing
				err = fault.New(fault.Conflict, "agreement.change_open", "party", "").On("due")
			}
			return err
		}
		if err := r.send(ctx, tx, t, letterChange, c); err != nil {
			return err
		}
		if err := r.tellParties(ctx, tx, who, t, c); err != nil {
			return err
		}
		if err := r.record(ctx, tx, who, "task.change", "task/"+string(id), c.Digest); err != nil {
			return err
		}
		return r.consent(ctx, tx, who, t, &c, p, true, "")
	})
	return c, err
}

// checkChange refuses a change that changes nothing or cannot be, and says what was.
func (r *Register) checkChange(t Task, to Content) (was Content, err error) {
	if to.Title != "" {
		was.Title = t.Title
	}
	if to.Due.Valid() {
		was.Due = t.Due
	}
	if to.Target != "" {
		was.Target = t.Measure.Target
	}
	if was.Milestones, err = t.checkNewDays(to); err != nil {
		return was, err
	}
	switch {
	case to.same(was) || to.same(Content{}):
		return was, fault.New(fault.Invalid, "agreement.change_nothing").On("due")
	case len([]rune(to.Title)) > titleMax:
		return was, fault.New(fault.Invalid, "agreement.task_title", "most", titleMax).On("title")
	case to.Target != "" && (!t.Measure.Set() || !decimal.MatchString(to.Target)):
		return was, fault.New(fault.Invalid, "agreement.measure_half").On("target")
	}
	return was, nil
}

// checkNewDays refuses a day for a node that there is not or that is reached, and any that would be left later than the
// task is due; it says which days those nodes have now.
func (t Task) checkNewDays(to Content) (was []NewDay, err error) {
	due := t.Due
	if to.Due.Valid() {
		due = to.Due
	}
	days := map[int]unit.Day{}
	for i, n := range to.Milestones {
		at := slices.IndexFunc(t.Milestones, func(m Milestone) bool { return m.No == n.No && !m.Done.Valid() })
		if at < 0 || i > 0 && to.Milestones[i-1].No >= n.No {
			return nil, fault.New(fault.NotFound, "agreement.milestone_unknown").On("milestones")
		}
		was = append(was, NewDay{n.No, t.Milestones[at].Due})
		days[n.No] = n.Due
	}
	for _, m := range t.Milestones {
		day, moved := days[m.No]
		if !moved {
			day = m.Due
		}
		if !m.Done.Valid() && (!day.Valid() || day > due) && !to.End {
			return nil, fault.New(fault.Invalid, "agreement.milestone_late", "no", m.No, "title", m.Title, "day", day.String(), "due", due).On("milestones")
		}
	}
	return was, nil
}

// speaksAs is the party of the task that the actor speaks for: the named one, or the only one that it can be.
func (r *Register) speaksAs(who access.Actor, t Task, key string) (Party, error) {
	var found []Party
	for _, p := range t.parties() {
		if _, err := SpeaksFor(who, access.TaskUpdate, p); err == nil && (key == "" || p.Key() == key) {
			found = append(found, p)
		}
	}
	if len(found) == 1 || key == "" && len(found) > 0 && found[0].Is(t.Lead) {
		return found[0], nil
	}
	return Party{}, fault.New(fault.Denied, "agreement.not_your_party").On("party")
}

// Consent agrees to a change or refuses it in the name of a party. One person speaks for one party of a change, so that
// nobody agrees with themselves.
func (r *Register) Consent(ctx context.Context, who access.Actor, change unit.ID, party string, yes bool) (c Change, err error) {
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		if c, err = selectChange(ctx, tx, change); err != nil {
			return err
		}
		t, err := r.task(ctx, tx, who, c.Task)
		if err != nil {
			return err
		}
		p, err := r.speaksAs(who, t, party)
		if err != nil {
			return err
		}
		if c.State != "open" {
			return fault.New(fault.Conflict, "agreement.change_decided")
		}
		for _, said := range c.Consents {
			switch {
			case said.Party == p.Key():
				return fault.New(fault.Conflict, "agreement.consent_given", "party", p.Name)
			case said.By == string(who.Person):
				return fault.New(fault.Denied, "agreement.consent_twice").On("party")
			}
		}
		if err := r.record(ctx, tx, who, "task.consent", "task/"+string(c.Task), fmt.Sprint(yes, " ", c.Digest)); err != nil {
			return err
		}
		if err := r.consent(ctx, tx, who, t, &c, p, yes, ""); err != nil {
			return err
		}
		return r.send(ctx, tx, t, letterConsent, consentBody{c.Digest, p.Key(), yes})
	})
	return c, err
}

// consent writes what a party said, and applies or drops the change when that decides it.
func (r *Register) consent(ctx context.Context, tx *db.Tx, who access.Actor, t Task, c *Change, p Party, yes bool, node string) error {
	said := Consent{Party: p.Key(), Yes: yes, By: string(who.Person), Node: node, At: tx.Now()}
	if err := insertConsent(ctx, tx, c.ID, said); err != nil {
		return err
	}
	c.Consents = append(c.Consents, said)
	if !yes {
		c.State = "refused"
		return decideChange(ctx, tx, *c)
	}
	for _, p := range t.parties() {
		if !slices.ContainsFunc(c.Consents, func(s Consent) bool { return s.Yes && s.Party == p.Key() }) {
			return nil
		}
	}
	c.State = "agreed"
	if err := decideChange(ctx, tx, *c); err != nil {
		return err
	}
	return r.apply(ctx, tx, t, *c)
}

// apply makes of a task what all parties agreed to. Its first due day stays where it was, and so do those of its nodes.
func (r *Register) apply(ctx context.Context, tx *db.Tx, t Task, c Change) error {
	if now, err := r.checkChange(t, c.To); err != nil || !now.same(c.Was) {
		return fault.New(fault.Conflict, "agreement.changed_meanwhile").Because(err)
	}
	if c.To.Title != "" {
		t.Title = c.To.Title
	}
	if c.To.Due.Valid() {
		t.Due = c.To.Due
	}
	if c.To.Target != "" {
		t.Measure.Target = c.To.Target
	}
	if c.To.End {
		t.State = StateEnded
	}
	if err := changeTask(ctx, tx, t); err != nil {
		return err
	}
	for _, n := range c.To.Milestones {
		if err := moveMilestone(ctx, tx, t.ID, n); err != nil {
			return err
		}
	}
	return r.publish(ctx, tx, t, "task.changed", map[string]any{"task": t.Code, "digest": c.Digest, "due": t.Due.String(), "original": t.Original.String()})
}

// Changes lists the changes of a task with what each party said, the newest first.
func (r *Register) Changes(ctx context.Context, who access.Actor, id unit.ID) (all []Change, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := r.task(ctx, tx, who, id); err != nil {
			return err
		}
		all, err = selectChanges(ctx, tx, id)
		return err
	})
	return all, err
}

// WithdrawChange takes an open change back, by one who speaks for the party that proposed it. A consent that crosses it on
// its way and was the last one completes the change all the same.
func (r *Register) WithdrawChange(ctx context.Context, who access.Actor, change unit.ID) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := selectChange(ctx, tx, change)
		if err != nil {
			return err
		}
		t, err := r.task(ctx, tx, who, c.Task)
		if err != nil {
			return err
		}
		if _, err := r.speaksAs(who, t, c.Party); err != nil {
			return err
		}
		if c.State != "open" {
			return fault.New(fault.Conflict, "agreement.change_decided")
		}
		c.State = "withdrawn"
		if err := decideChange(ctx, tx, c); err != nil {
			return err
		}
		if err := r.send(ctx, tx, t, letterChangeEnd, consentBody{Digest: c.Digest, Party: c.Party}); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.change_withdraw", "task/"+string(c.Task), c.Digest)
	})
}

// partyName is the name of a party of a task by its key.
func partyName(t Task, key string) string {
	for _, p := range t.parties() {
		if p.Key() == key {
			return p.Name
		}
	}
	return key
}
