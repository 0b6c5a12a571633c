package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const auditPage = 500

// Audit compares every case with its history and with the books, and returns a line for each thing that does not fit:
// the digest of a kept edition is that of its files, the stage is the last step's, a hold of the purse is held in the books
// with what is left of it,
// nothing is held for a case that has ended.
func (s *Service) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
	if found, err = s.auditEditions(ctx); err != nil {
		return found, fmt.Errorf("audit the editions: %w", err)
	}
	after := unit.ID("")
	for {
		var page []Case
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			if page, err = queryCases(ctx, tx, sqlAll, string(after), auditPage); err != nil {
				return err
			}
			for i := range page {
				lines, err := s.auditOne(ctx, tx, &page[i])
				if err != nil {
					return fmt.Errorf("audit case %s: %w", page[i].No, err)
				}
				found = append(found, lines...)
			}
			return nil
		})
		if err != nil || len(page) < auditPage {
			return found, err
		}
		after = page[len(page)-1].ID
	}
}

func (s *Service) auditOne(ctx context.Context, tx *db.Tx, c *Case) (found []string, err error) {
	say := func(format string, args ...any) {
		found = append(found, "case "+c.No+": "+fmt.Sprintf(format, args...))
	}
	sch, err := s.edition(*c)
	if err != nil {
		say("%v", err)
		return found, nil
	}
	if c.History, err = selectSteps(ctx, tx, c.ID); err != nil {
		return found, err
	}
	stage := c.begun()
	if !sch.Begins(stage) {
		say("began in %s, where no case begins", stage)
	}
	for i, h := range c.History {
		if h.No != i+1 || h.From != stage {
			say("step %d leaves %s, the case stood in %s", h.No, h.From, stage)
		}
		if row, ok := sch.Row(h.From, h.Action); !ok || row.To != h.To {
			say("step %d, %s from %s to %s, is not in the edition's table", h.No, h.Action, h.From, h.To)
		}
		stage = h.To
	}
	if stage != c.Stage {
		say("stands in %s, its steps lead to %s", c.Stage, stage)
	}
	if away(sch, *c) {
		d, there, err := selectDiscard(ctx, tx, c.ID)
		if err != nil {
			return found, err
		}
		if !there || !d.BackAt.IsZero() || len(c.History) > 0 || c.End != scheme.Ended {
			say("has ended in %s and was not put away as a draft", c.Stage)
		}
	} else if end, _ := sch.IsEnd(c.Stage); end != c.End {
		say("ends as %q, its stage as %q", c.End, end)
	}
	lines, err := s.auditBound(ctx, tx, sch, *c)
	if err != nil {
		return found, err
	}
	found = append(found, lines...)
	if lines, err = s.auditPayers(ctx, tx, sch, *c); err != nil {
		return found, err
	}
	found = append(found, lines...)
	if lines, err = s.auditDraws(ctx, tx, sch, *c); err != nil {
		return found, err
	}
	found = append(found, lines...)
	for name, h := range c.Purse.Holds {
		if c.End != "" {
			say("has ended and still holds %s", name)
		}
		left, open, err := s.c.Ledger.Hold(ctx, tx, h.ID)
		if h.Left == 0 && (err == nil && left == 0 || fault.KindOf(err) == fault.NotFound) {
			continue // a hold of nothing has no transfer, or one that is used up
		}
		if err != nil {
			return found, err
		}
		if !open || left != h.Left {
			say("holds %s of %s, the books hold %s", name, h.Left, left)
		}
	}
	return found, nil
}
