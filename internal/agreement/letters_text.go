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

// tasksBody are tasks under an agreement, each with the digest of what it promises.
type tasksBody struct {
	Agreement unit.ID  `json:"agreement"`
	Tasks     []Task   `json:"tasks"`
	Digests   []string `json:"digests"`

	Evidence [][]Evidence `json:"evidence,omitempty"` // of each task, with those that stand already
}

type amendEndBody struct {
	Agreement unit.ID `json:"agreement"`
	Amendment unit.ID `json:"amendment"`
	Party     int     `json:"party"` // who refuses it, or proposed it and takes it back
}

// linkedBody is the code of a party; the digest is that of the text afterwards.
type linkedBody struct {
	Agreement unit.ID `json:"agreement"`
	No        int     `json:"no"`
	Code      string  `json:"code"`
	Digest    string  `json:"digest"`
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
	same, no, err := r.placed(ctx, tx, a)
	if err != nil {
		return err
	}
	if same != "" { // both sides read it in one document
		return fault.New(fault.Conflict, "agreement.text_known")
	}
	a.Home, a.By, a.At, a.Event, a.Parties = from, who.Name, tx.Now(), "", nil
	a.Source.Document = ""
	for _, p := range a.Signers {
		a.Parties = append(a.Parties, p.Name)
	}
	if err := insert(ctx, tx, a, no); err != nil {
		return err
	}
	if err := insertShare(ctx, tx, a.ID, from); err != nil {
		return err
	}
	return r.record(ctx, tx, who, "agreement.enter", "agreement/"+string(a.ID), b.Digest)
}

// receiveAgreement applies what happened to an agreement elsewhere.
func (r *Register) receiveAgreement(ctx context.Context, tx *db.Tx, who access.Actor, came Came, kind string, body []byte, speaks func(from, code string) bool) (err error) {
	from := came.From
	bad := func(err error) error { return fault.New(fault.Invalid, "agreement.letter").Because(err) }
	var any struct {
		Agreement unit.ID
	}
	if err := json.Unmarshal(body, &any); err != nil {
		return bad(err)
	}
	a, err := r.sharedVia(ctx, tx, any.Agreement, came)
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			err = r.passOn(ctx, tx, a, came)
		}
	}()
	signs := func(party int) bool {
		return party >= 0 && party < len(a.Signers) && speaks(from, a.Signers[party].Key())
	}
	object := "agreement/" + string(a.ID)
	switch kind {
	case letterTasks:
		var b tasksBody
		if err := json.Unmarshal(body, &b); err != nil {
			return bad(err)
		}
		if a.Home != from && !slices.ContainsFunc(a.Signers, func(p Party) bool { return speaks(from, p.Key()) }) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		return r.takeTasks(ctx, tx, who, a, from, b)
	case letterAmend:
		var m Amendment
		if err := json.Unmarshal(body, &m); err != nil {
			return bad(err)
		}
		if !signs(m.Party) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		return r.receiveAmendment(ctx, tx, who, came, a, m)
	case letterAmendEnd:
		var b amendEndBody
		if err := json.Unmarshal(body, &b); err != nil {
			return bad(err)
		}
		m, err := selectAmendment(ctx, tx, b.Amendment)
		if err != nil {
			return err
		}
		if m.Agreement != a.ID || !signs(b.Party) {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		state, err := r.endAmendment(ctx, tx, m, b.Party)
		if err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.amend_end", object, state+" "+m.Digest)
	case letterLinked:
		var b linkedBody
		if err := json.Unmarshal(body, &b); err != nil {
			return bad(err)
		}
		if a.Home != from || b.No < 0 || b.No >= len(a.Signers) || b.Code == "" {
			return fault.New(fault.Denied, "agreement.not_your_party")
		}
		a.Signers[b.No].Code = b.Code
		if digest, err := a.Digest(); err != nil || digest != b.Digest {
			return fault.New(fault.Conflict, "agreement.digest").Because(err)
		}
		if err := linkParty(ctx, tx, a.ID, b.No, a.Signers[b.No]); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.link", object, a.Signers[b.No].Name+" = "+b.Code)
	}
	var b signedBody
	if err := json.Unmarshal(body, &b); err != nil {
		return bad(err)
	}
	if !signs(b.Party) {
		return fault.New(fault.Denied, "agreement.not_your_party")
	}
	digest, err := a.Digest()
	if err != nil {
		return err
	}
	var amends Amendment
	if digest != b.Digest {
		if amends, err = amendmentByDigest(ctx, tx, a.ID, b.Digest); err != nil {
			return err
		}
		if amends.ID == "" {
			return fault.New(fault.Conflict, "agreement.digest")
		}
	}
	s := Signature{Party: b.Party, Name: a.Signers[b.Party].Name, Digest: b.Digest, Node: from, At: tx.Now()}
	if err := r.putForeign(ctx, tx, a, s, came); err != nil {
		return err
	}
	if amends.ID != "" {
		if err := r.amendIfSigned(ctx, tx, a, amends); err != nil {
			return err
		}
	}
	return r.record(ctx, tx, who, "agreement.sign", object, b.Digest)
}

// receiveAmendment takes other words that another node's party proposes, which thereby signs them. When both sides proposed
// at once, the proposal of the node that keeps the agreement stands and the other is off.
func (r *Register) receiveAmendment(ctx context.Context, tx *db.Tx, who access.Actor, came Came, a Agreement, m Amendment) error {
	from := came.From
	open, err := openAmendmentOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if open.ID == m.ID && m.ID != "" {
		return nil
	}
	if now, err := a.Digest(); err != nil || now == m.Digest && m.Digest != "" { // all have signed it before it came to be held here
		if err != nil {
			return err
		}
		return r.putForeign(ctx, tx, a, Signature{Party: m.Party, Name: a.Signers[m.Party].Name, Digest: m.Digest, Node: from, At: tx.Now()}, came)
	}
	if open.ID != "" && a.Home == came.Via {
		if err := decideAmendment(ctx, tx, open, "withdrawn"); err != nil {
			return err
		}
	}
	if m.Digest == "" {
		return fault.New(fault.Conflict, "agreement.digest")
	}
	m = Amendment{ID: m.ID, Agreement: a.ID, To: m.To, Was: a.Wording(), Reason: m.Reason, State: "open", Party: m.Party, Node: from, WasDigest: m.WasDigest, Digest: m.Digest, At: tx.Now()}
	if err := r.openAmendment(ctx, tx, a, &m); err != nil {
		return err
	}
	s := Signature{Party: m.Party, Name: a.Signers[m.Party].Name, Digest: m.Digest, Node: from, At: tx.Now()}
	if err := r.putForeign(ctx, tx, a, s, came); err != nil {
		return err
	}
	if err := r.tellSigners(ctx, tx, who, a, m); err != nil {
		return err
	}
	return r.record(ctx, tx, who, "agreement.amend", "agreement/"+string(a.ID), m.Digest)
}

// putForeign writes the signature of a party in another node, with the letter that proves it.
func (r *Register) putForeign(ctx context.Context, tx *db.Tx, a Agreement, s Signature, came Came) error {
	if err := r.putSignature(ctx, tx, a, &s); err != nil {
		return err
	}
	return r.keepProof(ctx, tx, a.ID, s, came)
}
