package agreement

import (
	"context"
	"encoding/json"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// LetterPassed brings a letter of a third node about an agreement of three and more: parties write to the node that keeps it, and that
// passes on to all others what they wrote, as they wrote and signed it. So every node that holds the agreement comes to
// hold what every party said, and none has to believe the keeper: it checks the writer's signature itself. A keeper can hold a
// letter back, which shows as a party that has not signed; it can make none up.
const LetterPassed = "agreement.passed"

// Came is how a letter came: from whom it is, who passed it on, and the letter with the signature of its writer.
type Came struct {
	From  string // node that wrote it
	Via   string // node of whom it came; From where that wrote to this node itself
	Proof []byte // as it is passed on; nil: it is not
}

// Passed takes a letter that the keeper of an agreement passed on. Whoever calls has checked the writer's signature and that it
// was written to the keeper.
func (r *Register) Passed(ctx context.Context, tx *db.Tx, came Came, kind string, body []byte, speaks func(from, code string) bool) error {
	if came.Via == came.From || kind == letterAgreement || kind == LetterPassed {
		return fault.New(fault.Invalid, "agreement.letter")
	}
	return r.receive(ctx, tx, came, kind, body, speaks)
}

// passOn sends what a party's node wrote about an agreement that is kept here to the nodes of the others.
func (r *Register) passOn(ctx context.Context, tx *db.Tx, a Agreement, came Came) error {
	if a.Home != "" || came.Proof == nil || r.c.Letters == nil {
		return nil
	}
	nodes, err := selectShares(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, to := range nodes {
		if to == came.From {
			continue
		}
		if err := r.sendTo(ctx, tx, to, LetterPassed, json.RawMessage(came.Proof)); err != nil {
			return err
		}
	}
	return nil
}

// passSigned tells a node that comes to hold an agreement what parties in other nodes have signed: their letters, and for those of
// before there were any nothing.
func (r *Register) passSigned(ctx context.Context, tx *db.Tx, id unit.ID, s Signature, to string) error {
	proof, err := selectSignatureProof(ctx, tx, id, s.Party, s.Digest)
	if err != nil || proof == "" || s.Node == to {
		return err
	}
	return r.sendTo(ctx, tx, to, LetterPassed, json.RawMessage(proof))
}

// keepProof keeps the letter by which a party elsewhere signed.
func (r *Register) keepProof(ctx context.Context, tx *db.Tx, id unit.ID, s Signature, came Came) error {
	if came.Proof == nil {
		return nil
	}
	via := came.Via
	if via == came.From {
		via = ""
	}
	return insertSignatureProof(ctx, tx, id, s, via, string(came.Proof))
}

// sharedVia is an agreement that is held together with the node that a letter came from; what is passed on comes from its keeper.
func (r *Register) sharedVia(ctx context.Context, tx *db.Tx, id unit.ID, came Came) (Agreement, error) {
	a, err := r.shared(ctx, tx, id, came.Via)
	if err == nil && came.Via != came.From && a.Home != came.Via {
		return a, fault.New(fault.Denied, "agreement.not_your_party")
	}
	return a, err
}

// actorOf names a node in the journal.
func (c Came) actorOf() access.Actor { return access.Actor{Name: "node " + c.From} }
