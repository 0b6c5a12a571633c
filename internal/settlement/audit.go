package settlement

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// auditAtOnce is how many lists one step of the audit reads.
const auditAtOnce = 200

// Audit recomputes the digest, number and total of every list that was closed, and looks that no released list was
// released by its maker. It returns a line for each thing that does not fit.
func (d *Desk) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		for after := unit.ID(""); ; {
			lists, err := selectAllLists(ctx, tx, after, auditAtOnce)
			if err != nil {
				return err
			}
			for _, l := range lists {
				after = l.ID
				if l.Lines, err = selectLines(ctx, tx, l.ID); err != nil {
					return err
				}
				found = append(found, auditList(l)...)
			}
			if len(lists) < auditAtOnce {
				return nil
			}
		}
	})
	return found, err
}

func auditList(l List) (found []string) {
	n, total := 0, unit.Fen(0)
	for _, p := range l.Lines {
		if p.State != "dropped" {
			n, total = n+1, total+p.Sum
		}
		if l.State != "released" && (p.State == "paid" || p.State == "returned") {
			found = append(found, fmt.Sprintf("payment list %s is %s and its line %d is %s", l.ID, l.State, p.Line, p.State))
		}
	}
	if l.State == "withdrawn" {
		return found
	}
	if n != l.Payments || total != l.Total {
		found = append(found, fmt.Sprintf("payment list %s says %d payments of %s, its lines are %d of %s", l.ID, l.Payments, l.Total.Yuan(), n, total.Yuan()))
	}
	if l.State != "open" && digestOf(l) != l.Digest {
		found = append(found, fmt.Sprintf("payment list %s does not fit its digest", l.No))
	}
	if l.State == "released" && l.ReleasedBy == l.MadeBy {
		found = append(found, fmt.Sprintf("payment list %s was released by who made it", l.No))
	}
	return found
}

// OfCase are the payments of a case, for whoever may see the case; the oldest first. The account is told to the desk that
// pays and to the payee's own people.
func (d *Desk) OfCase(ctx context.Context, who access.Actor, id unit.ID) (out []Payment, err error) {
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectOfCase(ctx, tx, id)
		for i := range out {
			out[i] = veiled(who, out[i])
		}
		return err
	})
	return out, err
}

// partsMax is how many lines of a person are counted.
const partsMax = 10_000

// AboutPerson is what payment lists hold about a person with an account. It is access.Keeper.
func (d *Desk) AboutPerson(ctx context.Context, tx *db.Tx, person unit.ID) (map[string]any, error) {
	parts, err := selectParts(ctx, tx, person)
	return map[string]any{"payments": parts}, err
}

// ErasePerson keeps who made, released and answered: it belongs to the payment, which auditors check.
func (d *Desk) ErasePerson(ctx context.Context, tx *db.Tx, person unit.ID) ([]fault.Words, error) {
	parts, err := selectParts(ctx, tx, person)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	return []fault.Words{{fmt.Sprintf("付款清单和收款账户中的 %d 处经办记录：谁经办是付款的一部分，审计要凭它核对。", len(parts)),
		fmt.Sprintf("%d entries in payment lists and accounts of payees: who did it is part of a payment, which auditors check.", len(parts))}}, nil
}

// Part is what a person did for a payment.
type Part struct {
	What string `json:"what"` // list, release, account, decision
	Of   string `json:"of"`
	At   string `json:"at"`
}
