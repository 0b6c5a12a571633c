package agreement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/log"
	"corridor/internal/unit"
)

// Signature is one party's name under the digest of an agreement's text.
type Signature struct {
	Party  int // its number among the signers
	Name   string
	Digest string
	Person string  // who signed for it here
	Node   string  // where it was signed; "" is this node
	Via    string  // node that passed it on, where that was not the one where it was signed
	Proved bool    // the letter by which it came is kept, with the signature of the node where it was signed
	Leaf   unit.ID // in the public log, "" for an agreement that is not public
	At     time.Time
}

// Canonical is the text that all parties hold and sign: canonical JSON (RFC 8785) of what was agreed, without anything
// that a node adds for itself. Two nodes with the same text make the same bytes.
func (a Agreement) Canonical() ([]byte, error) {
	parties := make([]string, len(a.Signers))
	for i, p := range a.Signers {
		parties[i] = p.Key()
	}
	text := a.Text
	if text == "" {
		text = a.Source.Quote
	}
	return canonical(map[string]any{"id": a.ID, "title": a.Title, "form": a.Form, "parties": parties, "signed": a.Signed.String(),
		"from": a.From.String(), "until": a.Until.String(), "fields": append([]string{}, a.Fields...), "clauses": append([]string{}, a.Clauses...), // none is an empty list
		"text": text, "source": a.Source.Digest,
		"investment": fmt.Sprint(int64(a.Investment)), "under": a.Under})
}

// canonical is canonical JSON, RFC 8785.
func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

// sumOf is SHA-256 in hexadecimal.
func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Digest is SHA-256 of the canonical text.
func (a Agreement) Digest() (string, error) {
	b, err := a.Canonical()
	return sumOf(b), err
}

// Sign signs the text of an agreement for one of its parties, or the text that an open amendment would make of it. digest
// is that of the text that the person read: when neither is that, nothing is signed. One person signs for one party.
func (r *Register) Sign(ctx context.Context, who access.Actor, id unit.ID, party int, digest string) (s Signature, err error) {
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		a, err := r.visible(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if party < 0 || party >= len(a.Signers) {
			return fault.New(fault.NotFound, "agreement.unknown")
		}
		p := a.Signers[party]
		mandate, err := SpeaksFor(who, access.AgreementSign, p)
		if err != nil {
			return err
		}
		now, err := a.Digest()
		if err != nil {
			return err
		}
		var amends Amendment
		if now != digest {
			if amends, err = openAmendmentOf(ctx, tx, id); err != nil {
				return err
			}
			if amends.ID == "" || amends.Digest != digest {
				return fault.New(fault.Conflict, "agreement.sign_changed")
			}
			now = digest
		}
		have, err := selectSignatures(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, h := range have {
			if amends.ID != "" && h.At.Before(amends.At) {
				continue // of the same words, before they were changed
			}
			if h.Digest == now && h.Party == party {
				return fault.New(fault.Conflict, "agreement.signed_already", "party", p.Name)
			}
			if h.Digest == now && h.Person == string(who.Person) {
				return fault.New(fault.Denied, "agreement.consent_twice").On("party")
			}
		}
		s = Signature{Party: party, Name: p.Name, Digest: now, Person: string(who.Person), At: tx.Now()}
		if err := r.putSignature(ctx, tx, a, &s); err != nil {
			return err
		}
		if err := r.sendAgreement(ctx, tx, a, letterSigned, signedBody{a.ID, party, now}); err != nil {
			return err
		}
		if amends.ID != "" {
			if err := r.amendIfSigned(ctx, tx, a, amends); err != nil {
				return err
			}
		}
		return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "agreement.sign", Object: "agreement/" + string(id), Region: p.Region(), Mandate: mandate, Detail: now})
	})
	return s, err
}

// putSignature writes a signature and, of a public agreement, its entry in the public log.
func (r *Register) putSignature(ctx context.Context, tx *db.Tx, a Agreement, s *Signature) (err error) {
	if r.c.Log != nil && a.Secrecy == Public {
		if s.Leaf, err = r.c.Log.Append(ctx, tx, log.Leaf{Kind: "agreement.signed", Day: r.today(tx), Object: "agreement/" + string(a.ID),
			Fields: map[string]any{"digest": s.Digest, "party": a.Signers[s.Party].Key()}}); err != nil {
			return err
		}
	}
	return insertSignature(ctx, tx, a.ID, *s)
}

// Signatures are the signatures under an agreement, and the digest of its text today.
func (r *Register) Signatures(ctx context.Context, who access.Actor, id unit.ID) (all []Signature, digest string, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		a, err := r.visible(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if digest, err = a.Digest(); err != nil {
			return err
		}
		all, err = selectSignatures(ctx, tx, id)
		return err
	})
	return all, digest, err
}
