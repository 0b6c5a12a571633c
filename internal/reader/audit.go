package reader

import (
	"context"
	"fmt"

	"corridor/internal/db"
)

// auditMax is how many lines of one kind an audit lists.
const auditMax = 100

// Audit compares what is kept twice: paragraphs with the pairs they are found by, findings with the last step that was
// written of them, subjects with how often they are said to be mentioned, and spans with their documents. It answers with a
// line for each thing that does not fit, at most auditMax of a kind.
func (k *Desk) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		for _, a := range []struct{ what, query string }{
			{"a paragraph without its pairs: document %s paragraph %s", sqlAuditGrams},
			{"a finding whose last step says otherwise: document %s finding %s", sqlAuditSteps},
			{"a subject with another count than its mentions: %s has %s", sqlAuditTold},
			{"a mention without its finding: document %s finding %s", sqlAuditMentions},
		} {
			lines, err := selectAudit(ctx, tx, a.query)
			if err != nil {
				return fmt.Errorf("%s: %w", a.what, err)
			}
			for _, l := range lines {
				found = append(found, fmt.Sprintf(a.what, l[0], l[1]))
			}
		}
		return k.auditPairs(ctx, tx, &found)
	})
	return found, err
}

// auditPairs cuts every paragraph anew and counts its pairs.
func (k *Desk) auditPairs(ctx context.Context, tx *db.Tx, found *[]string) error {
	for after := int64(0); ; {
		all, err := selectPlain(ctx, tx, after)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, p := range all {
			after = p.id
			if n := len(grams(plain(p.text))); (n != p.pairs || plain(p.text) != p.plain) && len(*found) < 10*auditMax {
				*found = append(*found, fmt.Sprintf("paragraph %d is found by %d pairs, and its text has %d", p.id, p.pairs, n))
			}
		}
	}
}
