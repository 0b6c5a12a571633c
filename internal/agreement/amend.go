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

const amendmentsMax = 100 // of one agreement

// Wording is what of an agreement can be put in other words. Of one that was read in a document the words of the source
// cannot: Text is left empty.
type Wording struct {
	Title   string   `json:"title"`
	Fields  []string `json:"fields"`
	Clauses []string `json:"clauses"`
	From    unit.Day `json:"from"`
	Until   unit.Day `json:"until"`
	Text    string   `json:"text,omitempty"`
}

// Amendment is a proposal of other words. It holds when every party has signed the digest of the new text, and is off when
// one refuses. One agreement has at most one open amendment.
type Amendment struct {
	ID        unit.ID
	Agreement unit.ID
	To, Was   Wording
	Reason    string
	State     string // open, agreed, refused, withdrawn
	Party     int    // number of who proposes among the signers
	By        string // person
	Node      string // where it was proposed; "" is here
	WasDigest string // of the text that it changes
	Digest    string // of the text that it makes
	At        time.Time
	Decided   time.Time
}

// Wording is what stands now.
func (a Agreement) Wording() Wording {
	return Wording{Title: a.Title, Fields: slices.Clone(a.Fields), Clauses: slices.Clone(a.Clauses), From: a.From, Until: a.Until, Text: a.Text}
}

// in is the agreement in other words; its own text is its source, whose digest follows.
func (a Agreement) in(w Wording) Agreement {
	a.Title, a.Fields, a.Clauses, a.From, a.Until = strings.TrimSpace(w.Title), lines(w.Fields), lines(w.Clauses), w.From, w.Until
	if text := ownText(w.Text); a.Text != "" && text != "" {
		a.setText(text)
	}
	return a
}

// setText gives an agreement its own text, which is its source.
func (a *Agreement) setText(text string) {
	a.Text, a.Source.Digest, a.Source.To, a.Source.Quote = text, sumOf([]byte(text)), len(text), quoted(text)
}

// ownText is a text that was entered, with plain ends of lines.
func ownText(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// signerFor is the number of the party that the actor signs for: the given one, or with -1 the first that it can be.
func signerFor(who access.Actor, a Agreement, party int) (int, error) {
	for i, p := range a.Signers {
		if _, err := SpeaksFor(who, access.AgreementSign, p); err == nil && (party == i || party < 0) {
			return i, nil
		}
	}
	return -1, fault.New(fault.Denied, "agreement.not_your_party").On("party")
}

// Amend proposes other words for an agreement in the name of a party, which thereby signs them. digest is that of the text
// that the person read.
func (r *Register) Amend(ctx context.Context, who access.Actor, id unit.ID, digest string, party int, w Wording, reason string) (m Amendment, err error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > reportMax {
		return m, fault.New(fault.Invalid, "agreement.change_reason", "most", reportMax).On("reason")
	}
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		a, err := r.visible(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if party, err = signerFor(who, a, party); err != nil {
			return err
		}
		m = Amendment{ID: unit.NewID(tx.Now()), Agreement: id, To: w, Was: a.Wording(), Reason: reason, State: "open", Party: party, By: string(who.Person), WasDigest: digest, At: tx.Now()}
		if err := r.openAmendment(ctx, tx, a, &m); err != nil {
			return err
		}
		s := Signature{Party: party, Name: a.Signers[party].Name, Digest: m.Digest, Person: string(who.Person), At: tx.Now()}
		if err := r.putSignature(ctx, tx, a, &s); err != nil {
			return err
		}
		if err := r.sendAgreement(ctx, tx, a, letterAmend, m.travels()); err != nil {
			return err
		}
		if err := r.tellSigners(ctx, tx, who, a, m); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.amend", "agreement/"+string(id), m.Digest)
	})
	return m, err
}

// travels is what other nodes are told of an amendment: what stood they know, and its person is nobody's there.
func (m Amendment) travels() Amendment {
	m.Was, m.By = Wording{}, ""
	return m
}

// openAmendment checks an amendment of a text and writes it; the digest of the new text is computed here.
func (r *Register) openAmendment(ctx context.Context, tx *db.Tx, a Agreement, m *Amendment) error {
	now, err := a.Digest()
	if err != nil {
		return err
	}
	if now != m.WasDigest {
		return fault.New(fault.Conflict, "agreement.sign_changed")
	}
	to := a.in(m.To)
	if err := to.check(); err != nil {
		return err
	}
	if len([]rune(to.Text)) > textMax {
		return fault.New(fault.Invalid, "agreement.text_missing", "most", textMax).On("text")
	}
	digest, err := to.Digest()
	if err != nil {
		return err
	}
	if digest == now {
		return fault.New(fault.Invalid, "agreement.amend_nothing").On("title")
	}
	if m.Digest != "" && m.Digest != digest {
		return fault.New(fault.Conflict, "agreement.digest")
	}
	m.Digest, m.To = digest, to.Wording()
	if other, _, err := r.placed(ctx, tx, to); err != nil {
		return err
	} else if to.Text != "" && other != "" && other != a.ID {
		return fault.New(fault.Conflict, "agreement.text_known").On("text")
	}
	open, err := openAmendmentOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	first := open.ID == ""
	if first {
		first, err = insertAmendment(ctx, tx, *m)
	}
	if err == nil && !first {
		err = fault.New(fault.Conflict, "agreement.amend_open", "party", a.partyNo(open.Party)).On("text")
	}
	return err
}

// partyNo is the name of a signer by number.
func (a Agreement) partyNo(n int) string {
	if n < 0 || n >= len(a.Signers) {
		return ""
	}
	return a.Signers[n].Name
}

// SignedBy finds the signature of a party under the new text that was given since it was proposed. A party may have signed
// the same words before they were changed; that is no answer to going back to them.
func (m Amendment) SignedBy(all []Signature, party int) (Signature, bool) {
	i := slices.IndexFunc(all, func(s Signature) bool { return s.Party == party && s.Digest == m.Digest && !s.At.Before(m.At) })
	if i < 0 {
		return Signature{}, false
	}
	return all[i], true
}

// amendIfSigned puts the new words into force when every party has signed them. A signature that crosses a withdrawal on
// its way completes the amendment all the same: it was given before the withdrawal was known.
func (r *Register) amendIfSigned(ctx context.Context, tx *db.Tx, a Agreement, m Amendment) error {
	signed, err := selectSignatures(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for i := range a.Signers {
		if _, yes := m.SignedBy(signed, i); !yes {
			return nil
		}
	}
	if now, err := a.Digest(); err != nil || now != m.WasDigest {
		return fault.New(fault.Conflict, "agreement.sign_changed").Because(err)
	}
	if err := decideAmendment(ctx, tx, m, "agreed"); err != nil {
		return err
	}
	to := a.in(m.To)
	if err := reword(ctx, tx, to); err != nil {
		return err
	}
	return r.publishText(ctx, tx, to, m)
}

// EndAmendment refuses an open amendment for a party that has not signed it, or takes it back for the one that proposed it.
func (r *Register) EndAmendment(ctx context.Context, who access.Actor, id, amendment unit.ID, party int) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		a, err := r.visible(ctx, tx, who, id)
		if err != nil {
			return err
		}
		m, err := selectAmendment(ctx, tx, amendment)
		if err != nil {
			return err
		}
		if m.Agreement != id {
			return fault.New(fault.NotFound, "agreement.amend_unknown")
		}
		if party, err = signerFor(who, a, party); err != nil {
			return err
		}
		state, err := r.endAmendment(ctx, tx, m, party)
		if err != nil {
			return err
		}
		if err := r.sendAgreement(ctx, tx, a, letterAmendEnd, amendEndBody{id, amendment, party}); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.amend_end", "agreement/"+string(id), state+" "+m.Digest)
	})
}

// endAmendment writes that a party refuses an amendment, or takes its own back.
func (r *Register) endAmendment(ctx context.Context, tx *db.Tx, m Amendment, party int) (state string, err error) {
	state = "refused"
	if party == m.Party {
		state = "withdrawn"
	} else if signed, err := selectSignatures(ctx, tx, m.Agreement); err != nil {
		return "", err
	} else if _, yes := m.SignedBy(signed, party); yes {
		return "", fault.New(fault.Conflict, "agreement.signed_already", "party", "")
	}
	if m.State != "open" {
		return "", fault.New(fault.Conflict, "agreement.change_decided")
	}
	return state, decideAmendment(ctx, tx, m, state)
}

// Amendments lists what was proposed to be put in other words, the newest first.
func (r *Register) Amendments(ctx context.Context, who access.Actor, id unit.ID) (all []Amendment, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := r.visible(ctx, tx, who, id); err != nil {
			return err
		}
		all, err = selectAmendments(ctx, tx, id)
		return err
	})
	return all, err
}
