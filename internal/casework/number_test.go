package casework_test

import (
	"context"
	"testing"

	"corridor/internal/db"
)

func TestACaseIsFoundByItsNumberHoweverItIsTyped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.open(firm, small)
		if c.No != "34-26-0001-8" {
			t.Errorf("the first number of the year is %s", c.No)
		}
		for _, x := range []struct{ typed, code string }{
			{"34-26-0001-8", ""}, {"342600018", ""}, {"３４２６０００１８", ""},
			{"34-26-0001-9", "unit.case_no_check"}, {"34-26-0010-8", "unit.case_no_check"}, {"34-26-0002-6", "casework.no_unknown"}, {"34-26", "unit.case_no_form"},
		} {
			id, err := w.cases.Find(ctx, firm, x.typed)
			code(t, err, x.code)
			if err == nil && id != c.ID {
				t.Errorf("%s found %s", x.typed, id)
			}
		}
		_, err := w.cases.Find(ctx, big, "34-26-0001-8")
		code(t, err, "casework.no_unknown")
		w.must(w.db.Act(ctx, func(tx *db.Tx) error { // a case from before keeps its number
			_, err := tx.Exec(ctx, `UPDATE casework_case SET no = '34-2026-000001' WHERE id = $1`, string(c.ID))
			return err
		}))
		if id, err := w.cases.Find(ctx, firm, "342026000001"); err != nil || id != c.ID {
			t.Errorf("the earlier form: %s, %v", id, err)
		}
	})
}
