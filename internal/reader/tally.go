package reader

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// tally is how often one document speaks of one subject.
type tally struct {
	subject unit.ID
	said    int // by findings that are not rejected
	shown   int // by those that everybody may see
}

// counted does what changes the findings or mentions of a document, or who may see them, and moves the counts of the
// subjects by the difference: what other documents say of them need not be looked at.
func (k *Desk) counted(ctx context.Context, tx *db.Tx, document unit.ID, change func() error) error {
	before, err := selectTallies(ctx, tx, document)
	if err != nil {
		return fmt.Errorf("count what %s speaks of: %w", document, err)
	}
	if err := change(); err != nil {
		return err
	}
	after, err := selectTallies(ctx, tx, document)
	if err != nil {
		return fmt.Errorf("count what %s speaks of: %w", document, err)
	}
	for len(before)+len(after) > 0 { // both in the order of the subjects
		var b, a tally
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].subject < after[0].subject:
			b, before = before[0], before[1:]
		case len(before) == 0 || after[0].subject < before[0].subject:
			a, after = after[0], after[1:]
		default:
			b, a, before, after = before[0], after[0], before[1:], after[1:]
		}
		if a.said == b.said && a.shown == b.shown {
			continue
		}
		if err := addTally(ctx, tx, max(a.subject, b.subject), a.said-b.said, once(a.said)-once(b.said), a.shown-b.shown, once(a.shown)-once(b.shown)); err != nil {
			return fmt.Errorf("counts of subject %s: %w", max(a.subject, b.subject), err)
		}
	}
	return nil
}

// once is 1 for whatever is there at all.
func once(n int) int { return min(n, 1) }
