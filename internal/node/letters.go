package node

import (
	"context"
	"encoding/json"

	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// posted is the federation as the agreements write by it.
type posted struct{ f *federation.Service }

func (p posted) Send(ctx context.Context, tx *db.Tx, to, kind string, body []byte) error {
	_, err := p.f.Send(ctx, tx, to, kind, federation.Voucher{}, json.RawMessage(body))
	return err
}

// letters says which room takes which letters of other nodes.
func (n *Node) letters() {
	for _, kind := range agreement.LetterKinds {
		n.Federation.Handle(kind, func(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
			return struct{}{}, n.Agreements.Receive(ctx, tx, l.Peer, l.Kind, l.Body, l.Proof, func(from, code string) bool { return n.speaks(ctx, tx, from, code) })
		})
	}
	n.Federation.Handle(agreement.LetterPassed, func(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
		wrote, to, err := n.Federation.Passed(ctx, tx, l.Body)
		if err != nil {
			return nil, err
		}
		if to != l.Peer {
			return nil, fault.New(fault.Denied, "federation.letter_for_other", "to", to, "here", l.Peer)
		}
		return struct{}{}, n.Agreements.Passed(ctx, tx, agreement.Came{From: wrote.Peer, Via: l.Peer, Proof: l.Body}, wrote.Kind, wrote.Body, func(from, code string) bool { return n.speaks(ctx, tx, from, code) })
	})
}

// caseLetters says that the cases take letters about cases of parties in other nodes.
func (n *Node) caseLetters() {
	n.Federation.Handle(casework.LetterShadow, n.Cases.TakeShadow)
	n.Federation.Handle(casework.LetterAct, n.Cases.TakeAct)
	n.Federation.HandleAnswer(casework.LetterAct, n.Cases.HearAct)
	n.Federation.Handle(casework.LetterChild, n.Cases.TakeChild)
	n.Federation.HandleAnswer(casework.LetterChild, n.Cases.HearChild)
	n.Federation.Handle(casework.LetterChildState, n.Cases.TakeChildState)
	n.Federation.Handle(casework.LetterLead, n.Cases.TakeLead)
}

// speaks says whether a node answers for a party: a jurisdiction and the authorities in it by the community file, an
// organisation by its home in the registry. What cannot be told it does not answer for.
func (n *Node) speaks(ctx context.Context, tx *db.Tx, from, code string) bool {
	const digits = 6
	if len(code) >= digits && (len(code) == digits || code[digits] == '.') {
		region, err := unit.ParseRegion(code[:digits])
		return err == nil && n.Federation.HostsRegion(ctx, tx, from, region)
	}
	o, err := n.Registry.Org(ctx, tx, code)
	return err == nil && o.Home == from
}
