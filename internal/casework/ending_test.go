package casework_test

import (
	"context"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/unit"
)

func TestAnEditionIsEndedEarlyByTwoOfficersAndItsCasesGoOn(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		standing, err := w.cases.Scheme("voucher")
		w.must(err)
		d, day := standing.Digest, unit.Date(2026, time.June, 30)
		draft, filed := w.open(firm, small), w.filed(firm, small)
		_, _, effect, err := w.cases.EndingOf(ctx, proposer, d)
		w.must(err)
		if effect.Drafts != 1 || effect.Goes != 1 || len(effect.Stages) != 1 || effect.Stages[0].N != 1 || effect.Successor != nil {
			t.Errorf("what it would do: %+v", effect)
		}
		for _, c := range []struct {
			last unit.Day
			why  string
			want string
		}{
			{day, " ", "casework.reason_missing"},
			{unit.Date(2026, time.January, 31), "预算用完", "casework.ending_day"},
			{unit.Date(2026, time.December, 31), "预算用完", "casework.ending_day"},
		} {
			_, err := w.cases.ProposeEnding(ctx, proposer, d, c.last, c.why)
			code(t, err, c.want)
		}
		_, err = w.cases.ProposeEnding(ctx, outside, d, day, "预算用完")
		code(t, err, "access.denied")
		_, err = w.cases.ConfirmEnding(ctx, adopter, d)
		code(t, err, "casework.ending_none")
		_, err = w.cases.ProposeEnding(ctx, proposer, d, day, "预算用完")
		w.must(err)
		_, err = w.cases.ProposeEnding(ctx, proposer, d, day, "再来")
		code(t, err, "casework.ending_twice")
		both := proposer
		both.Grants = append(both.Grants, adopter.Grants...)
		_, err = w.cases.ConfirmEnding(ctx, both, d)
		code(t, err, "casework.ending_same_person")
		_, err = w.cases.WithdrawEnding(ctx, proposer, d)
		w.must(err)
		_, err = w.cases.ProposeEnding(ctx, proposer, d, day, "预算用完")
		w.must(err)
		var told int
		w.must(w.db.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, "SELECT count(*) FROM notice_notice WHERE kind = 'edition.waits' AND audience LIKE 'head@340000%'").Scan(&told)
		}))
		if told != 2 {
			t.Errorf("who may confirm was told %d times, want 2", told)
		}
		e, err := w.cases.ConfirmEnding(ctx, adopter, d)
		w.must(err)
		w.sequenced(e.Leaf, `"to":"2026-06-30"`)
		if _, ok, _, err := w.cases.EndingOf(ctx, firm, d); err != nil || !ok {
			t.Errorf("a firm does not see that it ends: %v", err)
		}
		if got, err := w.cases.EditionByDigest(ctx, d); err != nil || got.Last != day || got.Digest != d || got.State != casework.Carried {
			t.Errorf("the edition %+v, %v", got, err)
		}
		h.move(time.Date(2026, time.July, 1, 2, 0, 0, 0, time.UTC).Sub(h.now()))
		w.must(w.cases.Open(ctx)) // also after a restart
		_, err = w.cases.Create(ctx, firm, "voucher", small, "")
		code(t, err, "casework.not_in_force")
		_, err = w.act(firm, draft, "file", "")
		code(t, err, "casework.not_in_force")
		if _, err := w.act(reviewer, filed, "refuse", "不符"); err != nil {
			t.Errorf("what was submitted goes on: %v", err)
		}
		w.clean()
	})
}
