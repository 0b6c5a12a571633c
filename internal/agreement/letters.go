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
	letterAgreement = "agreement.text"      // the text
	letterTasks     = "agreement.tasks"     // tasks under it, with the first letter or later
	letterAmend     = "agreement.amend"     // other words are proposed
	letterAmendEnd  = "agreement.amend_end" // and refused, or taken back
	letterLinked    = "agreement.linked"    // a party was found in the registry
	letterSigned    = "agreement.signed"
	letterProgress  = "agreement.progress"
	letterReached   = "agreement.reached" // a node of a task
	letterEvidence  = "agreement.evidence"
	letterSubmitted = "agreement.submitted"
	letterWithdrawn = "agreement.withdrawn" // evidence
	letterVerdict   = "agreement.verdict"
	letterChange    = "agreement.change"
	letterChangeEnd = "agreement.change_end" // an open change was taken back
	letterConsent   = "agreement.consent"
)

// LetterKinds are the kinds that Receive takes.
var LetterKinds = []string{letterAgreement, letterTasks, letterAmend, letterAmendEnd, letterLinked, letterSigned, letterProgress, letterReached,
	letterEvidence, letterSubmitted, letterWithdrawn, letterVerdict, letterChange, letterChangeEnd, letterConsent}

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
	if err != nil {
		return err
	}
	for _, to := range nodes {
		if err := r.sendTo(ctx, tx, to, kind, content); err != nil {
			return err
		}
	}
	return nil
}

func (r *Register) sendTo(ctx context.Context, tx *db.Tx, node, kind string, content any) error {
	b, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return r.c.Letters.Send(ctx, tx, node, kind, b)
}

// Share gives an agreement with its tasks to the node of another party, which then holds the same text. What is put in other
// words, signed, planned, reported, submitted, verified and changed on either side travels to the other.
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
		digest, err := a.Digest()
		if err != nil {
			return err
		}
		if err := insertShare(ctx, tx, id, node); err != nil {
			return err
		}
		a.By, a.Home, a.Tasks = "", r.c.Node, nil // who accepted it here is nobody's there; tasks follow
		b, err := json.Marshal(textBody{a, digest})
		if err != nil {
			return err
		}
		if err := r.c.Letters.Send(ctx, tx, node, letterAgreement, b); err != nil {
			return err
		}
		if err := r.sendAllTasks(ctx, tx, id, node); err != nil {
			return err
		}
		open, err := openAmendmentOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if open.ID != "" && open.Node == "" { // one of another node goes by its own letter, below
			if err := r.sendTo(ctx, tx, node, letterAmend, open.travels()); err != nil {
				return err
			}
		}
		signed, err := selectSignatures(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, s := range signed {
			if s.Digest != digest && s.Digest != open.Digest {
				continue
			}
			if s.Node != "" {
				if err := r.passSigned(ctx, tx, id, s, node); err != nil {
					return err
				}
			} else {
				if err := r.sendTo(ctx, tx, node, letterSigned, signedBody{id, s.Party, s.Digest}); err != nil {
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
// What a node wrote about an agreement that is kept here is passed on to the others that hold it, if proof carries its signature.
func (r *Register) Receive(ctx context.Context, tx *db.Tx, from, kind string, body, proof []byte, speaks func(from, code string) bool) error {
	return r.receive(ctx, tx, Came{from, from, proof}, kind, body, speaks)
}

func (r *Register) receive(ctx context.Context, tx *db.Tx, came Came, kind string, body []byte, speaks func(from, code string) bool) error {
	who, from := came.actorOf(), came.From
	bad := func(err error) error { return fault.New(fault.Invalid, "agreement.letter").Because(err) }
	switch kind {
	case letterAgreement:
		var b textBody
		if err := json.Unmarshal(body, &b); err != nil {
			return bad(err)
		}
		return r.receiveText(ctx, tx, who, from, b)
	case letterTasks, letterAmend, letterAmendEnd, letterLinked, letterSigned:
		return r.receiveAgreement(ctx, tx, who, came, kind, body, speaks)
	}
	var b taskBody
	if err := json.Unmarshal(body, &b); err != nil {
		return bad(err)
	}
	t, err := selectTask(ctx, tx, b.Task)
	if err != nil {
		return err
	}
	a, err := r.sharedVia(ctx, tx, t.Agreement, came)
	if err != nil {
		return err
	}
	if err := fill(ctx, tx, &t); err != nil {
		return err
	}
	if err := r.receiveTask(ctx, tx, who, came, a.Home, kind, t, b.Content, speaks); err != nil {
		return err
	}
	if err := r.passOn(ctx, tx, a, came); err != nil {
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
