package statement

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// Kinds of public leaves: the payer's says what figures count, the host's that it agrees.
const (
	signedLeaf        = "statement.signed"
	countersignedLeaf = "statement.countersigned"
)

// signBody is the layout of the letter that brings a signature.
type signBody struct {
	Statement string `json:"statement"`
	Digest    string `json:"digest"`
}

// Sign signs for this side what both computed; digest is of the text that the officer has read. The refusals, in this order:
// permission, the statement, the other side's lines not here, another text, signed already, who closed the month.
func (d *Desk) Sign(ctx context.Context, who access.Actor, id, digest string) error {
	mandate, err := access.Mandate(who, access.StatementSign, access.Scope{Region: unit.Region(d.c.Self)})
	if err != nil {
		return err
	}
	return d.c.DB.Act(ctx, func(tx *db.Tx) error {
		s, err := selectStatement(ctx, tx, id)
		if err != nil {
			return err
		}
		side := s.Side(d.c.Self)
		switch {
		case s.State == Sent:
			return fault.New(fault.Conflict, "statement.waits", "statement", id)
		case s.Digest != digest:
			return fault.New(fault.Conflict, "statement.digest", "statement", id).On("digest")
		case s.SignedBy(side):
			return fault.New(fault.Conflict, "statement.signed", "statement", id)
		case s.MadeBy == who.Person:
			return fault.New(fault.Denied, "statement.own")
		}
		g := Signature{Side: side, Digest: digest, Person: who.Person, Name: who.Name, Mandate: mandate, At: tx.Now()}
		if err := insertSignature(ctx, tx, id, g); err != nil {
			return fmt.Errorf("sign statement %s: %w", id, err)
		}
		if _, err := d.c.Letters.Send(ctx, tx, s.Other(d.c.Self), signKind, who, mandate, signBody{id, digest}); err != nil {
			return err
		}
		s.Signatures = append(s.Signatures, g)
		if err := d.finish(ctx, tx, s); err != nil {
			return err
		}
		return d.c.Access.Record(ctx, tx, who, access.Entry{Act: "statement.sign", Object: s.Object(), Region: unit.Region(d.c.Self), Mandate: mandate, Detail: digest})
	})
}

// takeSign takes the other side's signature. One of another text is refused: then the two nodes do not hold the same.
func (d *Desk) takeSign(ctx context.Context, tx *db.Tx, l Letter) error {
	var b signBody
	if err := read(l, &b); err != nil {
		return err
	}
	s, err := selectStatement(ctx, tx, b.Statement)
	if err != nil {
		return err
	}
	side := s.Side(l.From)
	switch {
	case side == "" || side == s.Side(d.c.Self) || l.Person == "":
		return fault.New(fault.Denied, "statement.letter", "what", "signature")
	case s.Digest != b.Digest || s.State == Sent:
		return fault.New(fault.Conflict, "statement.digest", "statement", s.ID)
	case s.SignedBy(side):
		return fault.New(fault.Conflict, "statement.signed", "statement", s.ID)
	}
	g := Signature{Side: side, Digest: b.Digest, Person: unit.ID(l.Person), Mandate: l.Mandate, At: tx.Now()}
	if err := insertSignature(ctx, tx, s.ID, g); err != nil {
		return err
	}
	s.Signatures = append(s.Signatures, g)
	return d.finish(ctx, tx, s)
}

// finish publishes the totals once both have signed. Each node says it in its own log.
func (d *Desk) finish(ctx context.Context, tx *db.Tx, s Statement) error {
	if !s.SignedBy(Payer) || !s.SignedBy(Host) {
		return nil
	}
	kind := signedLeaf
	if s.Side(d.c.Self) == Host {
		kind = countersignedLeaf
	}
	t := s.Text.Totals
	fields := map[string]any{"payer": s.Payer, "host": s.Host, "period": s.Period, "digest": s.Digest, "orders": t.Orders, "firms": t.Firms, "pending": t.Pending,
		"approved": t.Approved, "approved_fen": int64(t.ApprovedFen), "paid": t.Paid, "paid_fen": int64(t.PaidFen), "back_fen": int64(t.BackFen), "rejected": t.Rejected,
		"dropped": t.Dropped, "late": t.Late, "differences": int64(s.Differences)}
	if t.MedianWorkdays >= 0 {
		fields["median_workdays_tenths"] = t.MedianWorkdays
	}
	if t.MedianDays >= 0 {
		fields["median_days_tenths"] = t.MedianDays
	}
	leaf, err := d.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: kind, Day: unit.DayOf(tx.Now(), d.c.Calendar.Location()), Object: s.Object(), Fields: fields})
	if err != nil {
		return fmt.Errorf("publish statement %s: %w", s.ID, err)
	}
	return updateSigned(ctx, tx, s.ID, s.Side(d.c.Self), leaf)
}
