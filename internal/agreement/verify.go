package agreement

import (
	"context"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	evidencesMax = 100 // of one task
	placeMax     = 500 // bytes of an address
)

// Evidence shows that something is done: words, an address, a file by its digest. It can be withdrawn, visibly.
type Evidence struct {
	ID        unit.ID
	Title     string
	Place     string // https://…, or ""
	Digest    string // of a file of this node, or ""
	By        string // person
	At        time.Time
	Withdrawn time.Time
	Why       string   // it was withdrawn
	Also      []string // codes of other tasks that show the same thing
}

// Stands says whether it was not withdrawn.
func (e Evidence) Stands() bool { return e.Withdrawn.IsZero() }

// Verdict is what a verifier said.
type Verdict struct {
	Of     unit.ID // in a letter: the evidence that the task was submitted with; "" is an older node's, or not known
	Passed bool
	Note   string
	Party  string // for whom
	By     string // person
	At     time.Time
	Void   time.Time // the evidence that it rested on was withdrawn
}

// Finish adds evidence to a task and gives it to who verifies. Who saw an older version is told, and nothing changes.
func (r *Register) Finish(ctx context.Context, who access.Actor, id unit.ID, version int, evidence string) error {
	return r.Submit(ctx, who, id, version, Evidence{Title: evidence})
}

// Submit adds evidence and gives the task to who verifies, whose working days begin.
func (r *Register) Submit(ctx context.Context, who access.Actor, id unit.ID, version int, e Evidence) error {
	if err := e.check(); err != nil {
		return err
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.forUpdate(ctx, tx, who, id, version)
		if err != nil {
			return err
		}
		if t.State != StateRunning {
			return fault.New(fault.Conflict, "agreement.already_submitted")
		}
		e.ID = unit.NewID(tx.Now())
		if err := r.addEvidence(ctx, tx, who, t, e); err != nil {
			return err
		}
		until, _ := r.calendar().AddWorkdays(r.today(tx), r.lamps.Verify.Days)
		if err := moveTask(ctx, tx, t, StateSubmitted, string(who.Person), e.ID, until); err != nil {
			return err
		}
		if err := r.tellVerifier(ctx, tx, who, t, until); err != nil {
			return err
		}
		if err := r.send(ctx, tx, t, letterSubmitted, e); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.submit", "task/"+string(id), e.Digest)
	})
}

// AddEvidence adds evidence without submitting.
func (r *Register) AddEvidence(ctx context.Context, who access.Actor, id unit.ID, version int, e Evidence) error {
	if err := e.check(); err != nil {
		return err
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.forUpdate(ctx, tx, who, id, version)
		if err != nil {
			return err
		}
		e.ID = unit.NewID(tx.Now())
		if err := r.addEvidence(ctx, tx, who, t, e); err != nil {
			return err
		}
		if err := r.send(ctx, tx, t, letterEvidence, e); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.evidence", "task/"+string(id), e.Digest)
	})
}

func (e *Evidence) check() error {
	e.Title, e.Place = strings.TrimSpace(e.Title), strings.TrimSpace(e.Place)
	switch {
	case e.Title == "" || len([]rune(e.Title)) > evidenceMax:
		return fault.New(fault.Invalid, "agreement.evidence_missing", "most", evidenceMax).On("evidence")
	case e.Place != "" && (len(e.Place) > placeMax || !strings.HasPrefix(e.Place, "https://") && !strings.HasPrefix(e.Place, "http://") && !strings.HasPrefix(e.Place, "/")):
		return fault.New(fault.Invalid, "agreement.evidence_place").On("place")
	}
	return nil
}

func (r *Register) addEvidence(ctx context.Context, tx *db.Tx, who access.Actor, t Task, e Evidence) error {
	have, err := selectEvidence(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	if len(have) >= evidencesMax {
		return fault.New(fault.Invalid, "agreement.evidence_many", "most", evidencesMax)
	}
	if e.ID == "" { // of a node that gave none
		e.ID = unit.NewID(tx.Now())
	}
	e.By, e.At = string(who.Person), tx.Now()
	return insertEvidence(ctx, tx, t.ID, e)
}

// Evidence lists what shows that a task is done, and Verdicts what verifiers said of it, the newest last.
func (r *Register) Evidence(ctx context.Context, who access.Actor, id unit.ID) (all []Evidence, said []Verdict, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := r.task(ctx, tx, who, id); err != nil {
			return err
		}
		if all, err = selectEvidence(ctx, tx, id); err != nil {
			return err
		}
		said, err = selectVerdicts(ctx, tx, id)
		return err
	})
	return all, said, err
}

// MayVerify says whether the actor may say whether a task is done: who speaks for the verifier, is the named person as
// long as that one is there, did not submit the evidence, and is not of the lead.
func (r *Register) MayVerify(ctx context.Context, tx *db.Tx, who access.Actor, t Task) error {
	v := t.Verifier
	if _, err := SpeaksFor(who, access.TaskVerify, v.Party); err != nil {
		return err
	}
	if belongs(who, access.TaskUpdate, t.Lead) || t.Submitted != "" && t.Submitted == string(who.Person) {
		return fault.New(fault.Denied, "agreement.verifier_is_lead", "name", t.Owner)
	}
	if v.Person != "" && v.Person != who.Person {
		gone, err := r.gone(ctx, tx, v.Person)
		if err != nil {
			return err
		}
		if !gone {
			return fault.New(fault.Denied, "agreement.verifier_named")
		}
	}
	return nil
}

// gone says whether a named verifier has no account in use any more. The verification then falls to whoever speaks for
// the verifying party, and the office is told.
func (r *Register) gone(ctx context.Context, tx *db.Tx, person unit.ID) (bool, error) {
	_, address, err := r.c.Access.Address(ctx, tx, person)
	return address == "", err
}

// Verify says whether a task is done. Yes ends it, no sends it back to the lead with the reason.
func (r *Register) Verify(ctx context.Context, who access.Actor, id unit.ID, version int, passed bool, note string) error {
	note = strings.TrimSpace(note)
	if len([]rune(note)) > reportMax || !passed && note == "" {
		return fault.New(fault.Invalid, "agreement.verdict_reason", "most", reportMax).On("note")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := r.MayVerify(ctx, tx, who, t); err != nil {
			return err
		}
		switch {
		case t.State == StateDone:
			return fault.New(fault.Conflict, "agreement.already_done")
		case t.State != StateSubmitted:
			return fault.New(fault.Conflict, "agreement.nothing_to_verify")
		case t.Version != version:
			return fault.New(fault.Conflict, "agreement.changed_meanwhile")
		}
		party := t.Verifier.Party.Name
		v := Verdict{Of: t.Submission, Passed: passed, Note: note, Party: party, By: string(who.Person), At: tx.Now()}
		if err := r.verdict(ctx, tx, t, v); err != nil {
			return err
		}
		if err := r.send(ctx, tx, t, letterVerdict, v); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.verify", "task/"+string(id), map[bool]string{true: "passed", false: "sent back"}[passed])
	})
}

// verdict writes what was said and moves the task.
func (r *Register) verdict(ctx context.Context, tx *db.Tx, t Task, v Verdict) error {
	if err := insertVerdict(ctx, tx, t.ID, v); err != nil {
		return err
	}
	to := StateRunning
	if v.Passed {
		to = StateDone
	}
	if err := moveTask(ctx, tx, t, to, "", "", 0); err != nil {
		return err
	}
	if v.Passed {
		return r.publish(ctx, tx, t, "task.done", map[string]any{"task": t.Code, "due": t.Due.String(), "original": t.Original.String()})
	}
	return r.tellLead(ctx, tx, t, v.Note)
}

// Withdraw takes evidence back. A task whose last evidence goes is open again: what was verified upon it is void, which
// stays to be seen, and the lamp follows from the day as if it had never been done.
func (r *Register) Withdraw(ctx context.Context, who access.Actor, id, evidence unit.ID, why string) error {
	why = strings.TrimSpace(why)
	if why == "" || len([]rune(why)) > reportMax {
		return fault.New(fault.Invalid, "agreement.withdraw_reason", "most", reportMax).On("why")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if _, err := SpeaksFor(who, access.TaskUpdate, t.Lead); err != nil {
			return err
		}
		if err := r.withdraw(ctx, tx, who, t, evidence, why); err != nil {
			return err
		}
		if err := r.send(ctx, tx, t, letterWithdrawn, withdrawnBody{evidence, why}); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.withdraw", "task/"+string(id), string(evidence))
	})
}

// withdraw writes that evidence was taken back, and what follows for the task.
func (r *Register) withdraw(ctx context.Context, tx *db.Tx, who access.Actor, t Task, evidence unit.ID, why string) error {
	n, err := withdrawEvidence(ctx, tx, t.ID, evidence, why)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "agreement.evidence_unknown")
	}
	left, err := selectEvidence(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(left, Evidence.Stands) || t.State != StateDone && t.State != StateSubmitted {
		return nil
	}
	if err := voidVerdicts(ctx, tx, t.ID); err != nil {
		return err
	}
	if err := moveTask(ctx, tx, t, StateRunning, "", "", 0); err != nil {
		return err
	}
	if err := r.tellReopened(ctx, tx, who, t); err != nil || t.State != StateDone {
		return err
	}
	return r.publish(ctx, tx, t, "task.reopened", map[string]any{"task": t.Code})
}

// NameVerifier names the person who verifies, or another one when that one has left. Only who speaks for the verifier may.
func (r *Register) NameVerifier(ctx context.Context, who access.Actor, id unit.ID, version int, person unit.ID) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if _, err := SpeaksFor(who, access.TaskVerify, t.Verifier.Party); err != nil {
			return err
		}
		if t.Version != version {
			return fault.New(fault.Conflict, "agreement.changed_meanwhile")
		}
		if person != "" {
			if gone, err := r.gone(ctx, tx, person); err != nil || gone {
				return fault.New(fault.Invalid, "agreement.verifier_left").On("person").Because(err)
			}
		}
		if err := nameVerifier(ctx, tx, id, person); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.verifier", "task/"+string(id), string(person))
	})
}
