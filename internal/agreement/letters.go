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

// Kinds of what travels between nodes that hold one agreement.
const (
	letterAgreement = "agreement.text" // the text and its tasks
	letterSigned    = "agreement.signed"
	letterProgress  = "agreement.progress"
	letterSubmitted = "agreement.submitted"
	letterVerdict   = "agreement.verdict"
	letterChange    = "agreement.change"
	letterConsent   = "agreement.consent"
)

// LetterKinds are the kinds that Receive takes.
var LetterKinds = []string{letterAgreement, letterSigned, letterProgress, letterSubmitted, letterVerdict, letterChange, letterConsent}

// Letters carries what a node that holds the same agreement has to know. Send is part of the caller's act: the letter
// leaves if and only if the act does, and is delivered once, in the order of sending to one node.
type Letters interface {
	Send(ctx context.Context, tx *db.Tx, to, kind string, body []byte) error
}

type signedBody struct {
	Agreement unit.ID `json:"agreement"`
	Party     int     `json:"party"`
	Digest    string  `json:"digest"`
}

// taskBody is something about a task. Tasks have the same id in every node that holds their agreement.
type taskBody struct {
	Task    unit.ID         `json:"task"`
	Content json.RawMessage `json:"content"`
}

type textBody struct {
	Agreement Agreement `json:"agreement"`
	Digest    string    `json:"digest"`
}

type consentBody struct {
	Digest string `json:"digest"`
	Party  string `json:"party"`
	Yes    bool   `json:"yes"`
}

// send tells the nodes that hold the agreement of a task.
func (r *Register) send(ctx context.Context, tx *db.Tx, t Task, kind string, content any) error {
	if r.c.Letters == nil {
		return nil
	}
	b, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return r.sendAgreement(ctx, tx, Agreement{ID: t.Agreement}, kind, taskBody{t.ID, b})
}

func (r *Register) sendAgreement(ctx context.Context, tx *db.Tx, a Agreement, kind string, content any) error {
	if r.c.Letters == nil {
		return nil
	}
	nodes, err := selectShares(ctx, tx, a.ID)
	if err != nil || len(nodes) == 0 {
		return err
	}
	b, err := json.Marshal(content)
	if err != nil {
		return err
	}
	for _, to := range nodes {
		if err := r.c.Letters.Send(ctx, tx, to, kind, b); err != nil {
			return err
		}
	}
	return nil
}

// Share gives an agreement with its tasks to the node of another party, which then holds the same text. What is signed,
// reported, submitted, verified and changed on either side travels to the other.
func (r *Register) Share(ctx context.Context, who access.Actor, id unit.ID, node string) error {
	if r.c.Letters == nil {
		return fault.New(fault.Unavailable, "agreement.no_letters")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		if _, err := r.forPlanning(ctx, tx, who, id); err != nil {
			return err
		}
		a, err := r.get(ctx, tx, id)
		if err != nil {
			return err
		}
		for i := range a.Tasks {
			if err := fill(ctx, tx, &a.Tasks[i]); err != nil {
				return err
			}
		}
		digest, err := a.Digest()
		if err != nil {
			return err
		}
		if err := insertShare(ctx, tx, id, node); err != nil {
			return err
		}
		a.By, a.Home = "", r.c.Node // who accepted it here is nobody's there
		b, err := json.Marshal(textBody{a, digest})
		if err != nil {
			return err
		}
		if err := r.c.Letters.Send(ctx, tx, node, letterAgreement, b); err != nil {
			return err
		}
		signed, err := selectSignatures(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, s := range signed {
			if s.Digest == digest && s.Node == "" {
				if err := r.sendAgreement(ctx, tx, a, letterSigned, signedBody{id, s.Party, digest}); err != nil {
					return err
				}
			}
		}
		return r.record(ctx, tx, who, "agreement.share", "agreement/"+string(id), node)
	})
}

// Shared are the nodes that hold the same text.
func (r *Register) Shared(ctx context.Context, who access.Actor, id unit.ID) (nodes []string, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := r.visible(ctx, tx, who, id); err != nil {
			return err
		}
		nodes, err = selectShares(ctx, tx, id)
		return err
	})
	return nodes, err
}

// Receive applies a letter from another node in the caller's act. A node speaks about agreements that it shares with us
// and for no party that it does not answer for: speaks says which those are, by the party's code.
func (r *Register) Receive(ctx context.Context, tx *db.Tx, from, kind string, body []byte, speaks func(from, code string) bool) error {
	who := access.Actor{Name: "node " + from}
	bad := func(err error) error { return fault.New(fault.Invalid, "agreement.letter").Because(err) }
	switch kind {
	case letterAgreement:
		var b textBody
		if err := json.Unmarshal(body, &b); err != nil {
			return bad(err)
		}
		return r.receiveText(ctx, tx, who, from, b)
	case letterSigned:
		var b signedBody
		if err := json.Unmarshal(body, &b); err != nil {
			return bad(err)
		}
		a, err := r.shared(ctx, tx, b.Agreement, from)
		if err != nil {
			return err
		}
		if b.Party < 0 || b.Party >= len(a.Signers) || !speaks(from, a.Signers[b.Party].Key()) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		if digest, err := a.Digest(); err != nil || digest != b.Digest {
			return fault.New(fault.Conflict, "agreement.digest").Because(err)
		}
		s := Signature{Party: b.Party, Name: a.Signers[b.Party].Name, Digest: b.Digest, Node: from, At: tx.Now()}
		if err := r.putSignature(ctx, tx, a, &s); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.sign", "agreement/"+string(a.ID), b.Digest)
	}
	var b taskBody
	if err := json.Unmarshal(body, &b); err != nil {
		return bad(err)
	}
	t, err := selectTask(ctx, tx, b.Task)
	if err != nil {
		return err
	}
	if _, err := r.shared(ctx, tx, t.Agreement, from); err != nil {
		return err
	}
	if err := fill(ctx, tx, &t); err != nil {
		return err
	}
	if err := r.receiveTask(ctx, tx, who, from, kind, t, b.Content, speaks); err != nil {
		return err
	}
	return r.record(ctx, tx, who, kind, "task/"+string(t.ID), from)
}

// shared is an agreement that we hold together with a node; any other is not found.
func (r *Register) shared(ctx context.Context, tx *db.Tx, id unit.ID, node string) (Agreement, error) {
	a, err := selectAgreement(ctx, tx, id)
	if err != nil {
		return a, err
	}
	nodes, err := selectShares(ctx, tx, id)
	if err != nil {
		return a, err
	}
	if !slices.Contains(nodes, node) {
		return a, fault.New(fault.NotFound, "agreement.unknown")
	}
	a.Signers, err = selectSigners(ctx, tx, id)
	return a, err
}

// receiveText takes another node's agreement in, with its tasks under their own ids. The same text is taken once; the
// same id with another text is refused.
func (r *Register) receiveText(ctx context.Context, tx *db.Tx, who access.Actor, from string, b textBody) error {
	a := b.Agreement
	if digest, err := a.Digest(); err != nil || digest != b.Digest {
		return fault.New(fault.Conflict, "agreement.digest").Because(err)
	}
	if have, err := r.shared(ctx, tx, a.ID, from); err == nil {
		if digest, err := have.Digest(); err != nil || digest != b.Digest {
			return fault.New(fault.Conflict, "agreement.digest").Because(err)
		}
		return nil
	}
	if err := a.check(); err != nil {
		return err
	}
	a.Home, a.By, a.At, a.Event, a.Parties = from, who.Name, tx.Now(), "", nil
	a.Source.Document = ""
	for _, p := range a.Signers {
		a.Parties = append(a.Parties, p.Name)
	}
	if err := insert(ctx, tx, a); err != nil {
		return err
	}
	if err := insertShare(ctx, tx, a.ID, from); err != nil {
		return err
	}
	for _, t := range a.Tasks {
		t.Agreement, t.Of, t.Serves, t.Hidden = a.ID, a.Title, "", a.Secrecy != Public
		t.Code = from + "-" + t.Code
		if t.Since.IsZero() {
			t.Since = tx.Now()
		}
		if err := insertTask(ctx, tx, t); err != nil {
			return err
		}
	}
	return r.record(ctx, tx, who, "agreement.enter", "agreement/"+string(a.ID), b.Digest)
}

// receiveTask applies what happened to a task elsewhere.
func (r *Register) receiveTask(ctx context.Context, tx *db.Tx, who access.Actor, from, kind string, t Task, content []byte, speaks func(from, code string) bool) error {
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
		p.ID, p.By, p.At = unit.NewID(tx.Now()), "", tx.Now()
		return insertProgress(ctx, tx, t.ID, p)
	case letterSubmitted:
		var e Evidence
		if err := json.Unmarshal(content, &e); err != nil {
			return bad(err)
		}
		if !forAny || t.State != StateRunning {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		if err := r.addEvidence(ctx, tx, who, t, e); err != nil {
			return err
		}
		until, _ := r.calendar().AddWorkdays(r.today(tx), r.lamps.Verify.Days)
		if err := moveTask(ctx, tx, t, StateSubmitted, "node "+from, until); err != nil {
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
		v.By, v.At = "", tx.Now()
		return r.verdict(ctx, tx, t, v)
	case letterChange:
		var c Change
		if err := json.Unmarshal(content, &c); err != nil {
			return bad(err)
		}
		return r.receiveChange(ctx, tx, who, from, t, c, speaks)
	case letterConsent:
		var b consentBody
		if err := json.Unmarshal(content, &b); err != nil {
			return bad(err)
		}
		c, err := changeByDigest(ctx, tx, b.Digest, t.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(t.parties(), func(p Party) bool { return p.Key() == b.Party })
		if c.State != "open" || i < 0 || !speaks(from, b.Party) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		return r.consent(ctx, tx, who, t, &c, t.parties()[i], b.Yes, from)
	}
	return fault.New(fault.Invalid, "agreement.letter")
}

// receiveChange takes a change that another node's party proposes, which thereby agrees to it.
func (r *Register) receiveChange(ctx context.Context, tx *db.Tx, who access.Actor, from string, t Task, c Change, speaks func(from, code string) bool) error {
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
