package node

import (
	"context"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/registry"
	"corridor/internal/settlement"
	"corridor/internal/unit"
)

// payable is casework as payments ask it: settlement.Cases.
type payable struct{ cases *casework.Service }

func (p payable) Due(ctx context.Context, tx *db.Tx, who access.Actor) ([]settlement.Due, error) {
	return dues(p.cases.Payments(ctx, tx, who))
}

func (p payable) Owed(ctx context.Context, tx *db.Tx, who access.Actor) ([]settlement.Due, error) {
	return dues(p.cases.Recoveries(ctx, tx, who))
}

func (p payable) DueOf(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (settlement.Due, error) {
	x, err := p.cases.PaymentOf(ctx, tx, who, id)
	return dueOf(x), err
}

func (p payable) Act(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, action, reason, key string) error {
	return p.cases.ActIn(ctx, tx, who, id, casework.Action{Name: action, Reason: reason, Key: key})
}

func (p payable) WayBack(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, paid string) (string, bool, error) {
	return p.cases.WayBack(ctx, tx, who, id, paid)
}

func (p payable) GoOn(ctx context.Context, tx *db.Tx, id unit.ID) error {
	return p.cases.GoOn(ctx, tx, id)
}

// withBank is the payment of a case that the bank has, as casework asks it: casework.Config.WithBank.
func (n *Node) withBank(ctx context.Context, tx *db.Tx, id unit.ID) (casework.BankPayment, bool, error) {
	p, is, err := n.Payments.WithBank(ctx, tx, id)
	return casework.BankPayment{Ref: p.Ref(), Action: p.Action}, is, err
}

func (p payable) OutAccounts() []string { return p.cases.OutAccounts() }

func dues(all []casework.Payment, err error) ([]settlement.Due, error) {
	out := make([]settlement.Due, len(all))
	for i, x := range all {
		out[i] = dueOf(x)
	}
	return out, err
}

func dueOf(x casework.Payment) settlement.Due {
	c := x.Case
	d := settlement.Due{Case: c.ID, No: c.No, Scheme: c.Scheme, Edition: c.Edition, Title: c.Title, Region: c.Region, Org: c.Org, OrgName: c.OrgName, Synthetic: c.Synthetic,
		Action: x.Action, Words: x.Words, Desk: x.Desk, Out: x.Out, Sum: x.Sum, Payee: x.Payee, PayeeName: x.PayeeName, Given: x.Account,
		FixedBy: x.Fixed.Person, FixedName: x.Fixed.By, FixedAt: x.Fixed.At, FixedAct: x.Fixed.Words, Since: c.Opened, Due: x.Due, Late: x.Late, Refused: x.Refused}
	for _, h := range c.History {
		if h.To != h.From {
			d.Since, d.Reason = h.At, h.Reason
		}
	}
	return d
}

// purses is the registry as payments ask it: settlement.Treasuries.
type purses struct{ registry *registry.Registry }

func (p purses) Treasuries(ctx context.Context, tx *db.Tx, day unit.Day) (out []settlement.Treasury, err error) {
	all, err := p.registry.Authorities(ctx, tx, "", day)
	for _, a := range all {
		if a.Hosted && a.Treasury != "" {
			out = append(out, settlement.Treasury{Path: a.Treasury, Region: a.Region, Name: a.Name})
		}
	}
	return out, err
}

// booked is the ledger as payments ask it: settlement.Books.
type booked struct {
	ledger *ledger.Ledger
}

func (b booked) Moves(ctx context.Context, tx *db.Tx, path string, from, to unit.Day, limit int) (out []settlement.Move, err error) {
	for after := ""; len(out) < limit; {
		s, err := b.ledger.Statement(ctx, tx, path, from, to, after, 0)
		if fault.KindOf(err) == fault.NotFound {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		for _, e := range s.Entries {
			if sum := e.Change(path); sum != 0 {
				out = append(out, settlement.Move{ID: e.ID, Case: caseOfRef(e.Ref), At: e.At.UTC().Truncate(time.Microsecond), Out: sum, Note: e.Note})
			}
		}
		if after = s.Next; after == "" {
			break
		}
	}
	return out[:min(len(out), limit)], nil
}

// caseOfRef is the case that an entry of the books belongs to; "" for none.
func caseOfRef(ref string) unit.ID {
	id, ok := strings.CutPrefix(ref, "case/")
	if !ok {
		return ""
	}
	return unit.ID(id)
}
