package agreement

import (
	"context"
	"encoding/json"
	"errors"
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
	lettersTasksMax = 50        // tasks in one letter
	letterTaskBytes = 128 << 10 // bytes of the tasks in one letter; what travels takes at most twice that
)

// Digest is SHA-256 of what a task promises, in canonical JSON (RFC 8785): who, what, until when, measured how, verified by
// whom, with its nodes and what each party gives. How far it is does not belong to it. Nodes that hold one task compare it.
func (t Task) Digest() (string, error) {
	partners := make([]string, len(t.Partners))
	for i, p := range t.Partners {
		partners[i] = p.Key() + "=" + p.Budget.Yuan()
	}
	nodes := make([]string, len(t.Milestones))
	for i, m := range t.Milestones {
		nodes[i] = m.Title + "=" + m.Due.String() + "=" + m.Original.String()
	}
	m := t.Measure
	b, err := canonical(map[string]any{"id": t.ID, "agreement": t.Agreement, "title": t.Title, "lead": t.Lead.Key() + "=" + t.Lead.Budget.Yuan(), "partners": partners,
		"due": t.Due.String(), "original": t.Original.String(), "indicator": m.Indicator, "baseline": m.Baseline, "target": m.Target, "unit": m.Unit,
		"verifier": string(t.Verifier.Kind) + "=" + t.Verifier.Party.Key(), "nodes": nodes, "ended": t.State == StateEnded})
	return sumOf(b), err
}

// sendTasks gives tasks that were just set up to the nodes that hold their agreement.
func (r *Register) sendTasks(ctx context.Context, tx *db.Tx, id unit.ID, tasks []Task) error {
	if r.c.Letters == nil {
		return nil
	}
	nodes, err := selectShares(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if err := r.sendTasksTo(ctx, tx, id, node, tasks); err != nil {
			return err
		}
	}
	return nil
}

// sendAllTasks gives all tasks of an agreement to a node, in the order in which they were set up.
func (r *Register) sendAllTasks(ctx context.Context, tx *db.Tx, id unit.ID, node string) error {
	for last := unit.ID(""); ; {
		tasks, err := selectTasksAfter(ctx, tx, id, last, taskPageMax)
		if err != nil || len(tasks) == 0 {
			return err
		}
		for i := range tasks {
			if err := fill(ctx, tx, &tasks[i]); err != nil {
				return err
			}
			last = tasks[i].ID
		}
		if err := r.sendTasksTo(ctx, tx, id, node, tasks); err != nil {
			return err
		}
	}
}

// sendTasksTo writes as many letters as the tasks need.
func (r *Register) sendTasksTo(ctx context.Context, tx *db.Tx, id unit.ID, node string, tasks []Task) error {
	b, bytes := tasksBody{Agreement: id}, 0
	send := func() error {
		if len(b.Tasks) == 0 {
			return nil
		}
		err := r.sendTo(ctx, tx, node, letterTasks, b)
		b.Tasks, b.Digests, b.Evidence, bytes = nil, nil, nil, 0
		return err
	}
	for _, t := range tasks {
		digest, err := t.Digest()
		if err != nil {
			return err
		}
		shown, err := selectEvidence(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		t.Submitted, t.Verifier.Person = "", "" // persons are nobody's there
		for i := range shown {
			shown[i].By, shown[i].Also = "", nil
		}
		one, err1 := json.Marshal(t)
		more, err2 := json.Marshal(shown)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		one = append(one, more...)
		if len(b.Tasks) >= lettersTasksMax || bytes+len(one) > letterTaskBytes {
			if err := send(); err != nil {
				return err
			}
		}
		b.Tasks, b.Digests, b.Evidence, bytes = append(b.Tasks, t), append(b.Digests, digest), append(b.Evidence, shown), bytes+len(one)
	}
	return send()
}

// takeTasks takes another node's tasks in under their own ids. A task that stands here with the same promise is taken
// once; with another promise it is refused. What a task waits for is kept where it is known here.
func (r *Register) takeTasks(ctx context.Context, tx *db.Tx, who access.Actor, a Agreement, from string, b tasksBody) error {
	if len(b.Tasks) == 0 || len(b.Tasks) > lettersTasksMax || len(b.Digests) != len(b.Tasks) {
		return fault.New(fault.Invalid, "agreement.letter")
	}
	for i, t := range b.Tasks {
		t.Agreement = a.ID
		if digest, err := t.Digest(); err != nil || digest != b.Digests[i] {
			return fault.New(fault.Conflict, "agreement.digest").Because(err)
		}
		if have, err := selectTask(ctx, tx, t.ID); err == nil {
			if err := fill(ctx, tx, &have); err != nil {
				return err
			}
			if digest, err := have.Digest(); err != nil || digest != b.Digests[i] {
				return fault.New(fault.Conflict, "agreement.digest").Because(err)
			}
			continue
		}
		if err := r.checkTaken(a, &t, tx.Now()); err != nil {
			return err
		}
		t.Of, t.Serves, t.Hidden, t.Code, t.Lamps = a.Title, "", a.Secrecy != Public, from+"-"+t.Code, a.Lamps
		if err := insertTask(ctx, tx, t); err != nil {
			return err
		}
		if i < len(b.Evidence) {
			for _, e := range b.Evidence[i][:min(len(b.Evidence[i]), evidencesMax)] {
				if err := takeEvidence(ctx, tx, t.ID, e); err != nil {
					return err
				}
			}
		}
		if t.State != StateRunning || t.Problem != "" {
			if t.State == StateSubmitted {
				t.Submitted = "node " + from
			} else {
				t.Submission = ""
			}
			if t.State == StateDone && (t.Done.IsZero() || t.Evidence == "") {
				return fault.New(fault.Invalid, "agreement.letter")
			}
			if err := takeState(ctx, tx, t); err != nil {
				return err
			}
		}
		for _, m := range t.Milestones {
			if m.Done.Valid() {
				if err := reachMilestone(ctx, tx, t.ID, m.No, m.Done); err != nil {
					return err
				}
			}
		}
	}
	for _, t := range b.Tasks {
		for _, n := range t.Needs {
			if _, err := selectTask(ctx, tx, n); fault.KindOf(err) == fault.NotFound {
				continue
			} else if err != nil {
				return err
			}
			if err := r.need(ctx, tx, t.ID, n); err != nil {
				return err
			}
		}
	}
	return r.record(ctx, tx, who, "agreement.plan", "agreement/"+string(a.ID), fmt.Sprint(len(b.Tasks), " tasks"))
}

// checkTaken refuses a task of another node that could not have been set up here. Its parties are taken as they are named
// there: registries differ.
func (r *Register) checkTaken(a Agreement, t *Task, now time.Time) error {
	bad := func(what string) error {
		return fault.New(fault.Invalid, "agreement.letter").Because(fmt.Errorf("task %s: %s", t.ID, what))
	}
	t.Owner = t.Lead.Name
	if t.Since.IsZero() {
		t.Since = now
	}
	v := t.Verifier
	switch {
	case t.ID == "" || strings.TrimSpace(t.Title) == "" || len([]rune(t.Title)) > titleMax || t.Code == "" || len(t.Code) > titleMax:
		return bad("title or code")
	case !a.within(t.Lead) || t.Lead.Budget < 0 || t.Lead.Budget > budgetMax:
		return bad("lead")
	case !t.Due.Valid() || !t.Original.Valid():
		return bad("day")
	case !slices.Contains([]TaskState{StateRunning, StateSubmitted, StateDone, StateEnded}, t.State):
		return bad("state")
	case t.Level != "" && !slices.Contains(Levels, t.Level) || t.Region != "" && !regionForm.MatchString(string(t.Region)):
		return bad("level or place")
	case v.Kind != ByOffice && (v.Party.Key() == "" || v.Party.Is(t.Lead)) || v.Kind != ByOffice && v.Kind != ByParty && v.Kind != ByThird:
		return bad("verifier")
	case len(t.Partners) > partnersMax || len(t.Milestones) > milestonesMax || len(t.Needs) > needsMax || len([]rune(t.Sentence)) > textMax:
		return bad("too much")
	case slices.ContainsFunc(t.Partners, func(p Party) bool { return p.Key() == "" || p.Budget < 0 || p.Budget > budgetMax }):
		return bad("partner")
	case slices.ContainsFunc(t.Milestones, func(m Milestone) bool {
		return strings.TrimSpace(m.Title) == "" || len([]rune(m.Title)) > titleMax || !m.Due.Valid()
	}):
		return bad("milestone")
	}
	return nil
}
