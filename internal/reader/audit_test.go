package reader_test

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/reader"
)

func TestAuditFindsWhatWasChangedBehindTheDesk(t *testing.T) {
	dbtest.Each(t, now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		k, _, who := desk(t, d)
		doc := take(t, k, who, "a.txt", bulletin)
		f := find(t, k, doc, reader.Figure)
		if _, err := k.Decide(ctx, who, doc.ID, f.No, reader.Decision{Accept: true, Reason: "口径", Correct: map[string]string{"period": "2025-Q1"}}); err != nil {
			t.Fatal(err)
		}
		if lines, err := k.Audit(ctx); err != nil || len(lines) != 0 {
			t.Fatalf("%q, %v", lines, err)
		}
		for _, c := range []struct{ statement, finds string }{
			{`DELETE FROM document_gram WHERE gram = '创新' AND paragraph = (SELECT min(paragraph) FROM document_gram WHERE gram = '创新')`, "is found by"},
			{`UPDATE document_paragraph SET plain = 'x' WHERE no = 0`, "is found by"},
			{`UPDATE document_finding SET state = 'waiting', decided_at = NULL WHERE corrected <> ''`, "last step"},
			{`UPDATE document_finding SET corrected = '{}' WHERE corrected <> ''`, "last step"},
			{`UPDATE subject SET shown_in = shown_in + 1 WHERE kind = 'indicator'`, "another count"},
		} {
			if err := d.Act(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, c.statement)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if lines, err := k.Audit(ctx); err != nil || !strings.Contains(strings.Join(lines, "\n"), c.finds) {
				t.Errorf("%s: the audit says %q, %v", c.statement, lines, err)
			}
		}
	})
}
