package statement

import (
	"context"
	"fmt"

	"corridor/internal/db"
)

// auditRows is how many statements are read at once.
const auditRows = 50

// Audit computes every statement again: this side's lines from the cases, the books, the letters and the records as they stood
// at the cut, the text and its digest from the lines of both, and holds the signatures against the digest. It returns a line
// for each thing that does not fit.
func (d *Desk) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
	for after := ""; ; {
		var all []Statement
		err := d.c.DB.Read(ctx, func(tx *db.Tx) error {
			var here []string
			if all, err = selectAllStatements(ctx, tx, after, auditRows); err != nil {
				return err
			}
			for _, s := range all {
				lines, err := d.auditOne(ctx, tx, s)
				if err != nil {
					return fmt.Errorf("statement %s: %w", s.ID, err)
				}
				here = append(here, lines...)
			}
			found = append(found, here...)
			return nil
		})
		if err != nil {
			return found, err
		}
		if len(all) < auditRows {
			return found, nil
		}
		after = all[len(all)-1].ID
	}
}

func (d *Desk) auditOne(ctx context.Context, tx *db.Tx, s Statement) (found []string, err error) {
	say := func(format string, args ...any) {
		found = append(found, fmt.Sprintf("%s %s", s.ID, fmt.Sprintf(format, args...)))
	}
	side := s.Side(d.c.Self)
	again := d.payerLines
	if side == Host {
		again = d.hostLines
	}
	if side == Payer || s.State != Sent {
		want, err := again(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		have, err := selectLines(ctx, tx, s.ID, side)
		if err != nil {
			return nil, err
		}
		if side == Payer { // what the form said and the sum as it was fixed last may have moved on since
			for _, lines := range [][]Line{want, have} {
				for i := range lines {
					lines[i].Billed, lines[i].Approved = 0, 0
				}
			}
		}
		for _, x := range differences(want, have) {
			say("order %s, %s: the books say %q and the statement %q", x.Order, x.Field, x.Payer, x.Host)
		}
	}
	if s.State == Sent {
		return found, nil
	}
	text, err := d.text(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	raw, digest, err := canonical(text)
	if err != nil {
		return nil, err
	}
	if string(raw) != s.raw || digest != s.Digest {
		say("has a text that its lines do not give")
	}
	signatures, err := selectSignatures(ctx, tx, s.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range signatures {
		if g.Digest != s.Digest {
			say("was signed by the %s with another digest", g.Side)
		}
		if g.Side == side && s.State == Signed && g.Leaf == "" {
			say("is signed and not published")
		}
	}
	if (len(signatures) == 2) != (s.State == Signed) {
		say("has %d signatures and is %s", len(signatures), s.State)
	}
	return found, nil
}
