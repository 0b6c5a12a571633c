package agreement

import (
	"context"
	"encoding/json"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// reachedBody is a node of a task that was reached.
type reachedBody struct {
	No  int      `json:"no"`
	Day unit.Day `json:"day"`
}

// withdrawnBody is evidence that was taken back; evidence has the same id in every node.
type withdrawnBody struct {
	Evidence unit.ID `json:"evidence"`
	Why      string  `json:"why"`
}

// receiveTask applies what happened to a task elsewhere.
func (r *Register) receiveTask(ctx context.Context, tx *db.Tx, who access.Actor, came Came, home, kind string, t Task, content []byte, speaks func(from, code string) bool) error {
	from := came.From
	bad := func(err error) error { return fault.New(fault.Invalid, "agreement.letter").Because(err) }
	forAny := slices.ContainsFunc(append([]Party{t.Lead}, t.Partners...), func(p Party) bool { return speaks(from, p.Key()) })
	switch kind {
	case letterProgress:
		var p Progress
		if err := json.Unmarshal(content, &p); err != nil {
			return bad(err)
		}
		if !forAny {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		if err := p.check(r.today(tx)); err != nil {
			return err
		}
		p.ID, p.By, p.At = unit.NewID(tx.Now()), "", tx.Now()
		return insertProgress(ctx, tx, t.ID, p)
	case letterReached:
		var b reachedBody
		if err := json.Unmarshal(content, &b); err != nil {
			return bad(err)
		}
		if !forAny {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		return reachMilestone(ctx, tx, t.ID, b.No, b.Day)
	case letterWithdrawn:
		var b withdrawnBody
		if err := json.Unmarshal(content, &b); err != nil {
			return bad(err)
		}
		if !speaks(from, t.Lead.Key()) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		return r.withdraw(ctx, tx, who, t, b.Evidence, b.Why)
	case letterEvidence, letterSubmitted:
		var e Evidence
		if err := json.Unmarshal(content, &e); err != nil {
			return bad(err)
		}
		if !forAny || t.State != StateRunning && kind == letterSubmitted {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		if err := e.check(); err != nil {
			return err
		}
		if _, err := unit.ParseID(string(e.ID)); err != nil {
			return bad(err)
		}
		if err := r.addEvidence(ctx, tx, who, t, e); err != nil || kind == letterEvidence {
			return err
		}
		until, _ := r.calendar().AddWorkdays(r.today(tx), r.lamps.Verify.Days)
		if err := moveTask(ctx, tx, t, StateSubmitted, "node "+from, e.ID, until); err != nil {
			return err
		}
		return r.tellVerifier(ctx, tx, who, t, until)
	case letterVerdict:
		var v Verdict
		if err := json.Unmarshal(content, &v); err != nil {
			return bad(err)
		}
		if t.State != StateSubmitted || !speaks(from, t.Verifier.Party.Key()) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		if len([]rune(v.Note)) > reportMax {
			return fault.New(fault.Invalid, "agreement.verdict_reason", "most", reportMax)
		}
		if v.Of != "" && t.Submission != "" && v.Of != t.Submission {
			return fault.New(fault.Conflict, "agreement.verdict_other")
		}
		v.By, v.At = "", tx.Now()
		return r.verdict(ctx, tx, t, v)
	case letterChange:
		var c Change
		if err := json.Unmarshal(content, &c); err != nil {
			return bad(err)
		}
		return r.receiveChange(ctx, tx, who, came, home, t, c, speaks)
	case letterConsent, letterChangeEnd:
		var b consentBody
		if err := json.Unmarshal(content, &b); err != nil {
			return bad(err)
		}
		c, err := changeByDigest(ctx, tx, b.Digest, t.ID)
		if err != nil {
			return err
		}
		if kind == letterConsent {
			return r.receiveConsent(ctx, tx, who, from, t, c, b, speaks)
		}
		if c.ID == "" || !speaks(from, c.Party) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		c.State = "withdrawn"
		return decideChange(ctx, tx, c)
	}
	return fault.New(fault.Invalid, "agreement.letter")
}

// receiveConsent takes what another node's party says to a change.
func (r *Register) receiveConsent(ctx context.Context, tx *db.Tx, who access.Actor, from string, t Task, c Change, b consentBody, speaks func(from, code string) bool) error {
	i := slices.IndexFunc(t.parties(), func(p Party) bool { return p.Key() == b.Party })
	if i < 0 || !speaks(from, b.Party) || c.ID == "" {
		return fault.New(fault.Denied, "agreement.not_your_party")
	}
	if c.State != "open" && (c.State != "withdrawn" || !b.Yes) {
		return fault.New(fault.Conflict, "agreement.change_decided")
	}
	return r.consent(ctx, tx, who, t, &c, t.parties()[i], b.Yes, from)
}

// receiveChange takes a change that another node's party proposes, which thereby agrees to it.
func (r *Register) receiveChange(ctx context.Context, tx *db.Tx, who access.Actor, came Came, home string, t Task, c Change, speaks func(from, code string) bool) error {
	from := came.From
	i := slices.IndexFunc(t.parties(), func(p Party) bool { return p.Key() == c.Party })
	if i < 0 || !speaks(from, c.Party) {
		return fault.New(fault.Denied, "agreement.not_your_party")
	}
	was, err := r.checkChange(t, c.To)
	if err != nil || !was.same(c.Was) {
		return fault.New(fault.Conflict, "agreement.changed_meanwhile").Because(err)
	}
	c = Change{ID: c.ID, Task: t.ID, To: c.To, Was: c.Was, Reason: c.Reason, State: "open", Party: c.Party, Digest: c.Digest, Version: t.Version, At: tx.Now()}
	if digest, err := c.digest(); err != nil || digest != c.Digest {
		return fault.New(fault.Conflict, "agreement.digest").Because(err)
	}
	open, err := openChange(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	if open.ID != "" && home == came.Via { // both proposed at once: that of the node that keeps the agreement stands
		open.State = "withdrawn"
		if err := decideChange(ctx, tx, open); err != nil {
			return err
		}
	}
	first, err := insertChange(ctx, tx, c)
	if err != nil {
		return err
	}
	if !first {
		return fault.New(fault.Conflict, "agreement.change_open", "party", c.Party)
	}
	if err := r.tellParties(ctx, tx, who, t, c); err != nil {
		return err
	}
	return r.consent(ctx, tx, who, t, &c, t.parties()[i], true, from)
}
