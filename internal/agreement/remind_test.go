package agreement_test

import (
	"context"
	"fmt"
	"testing"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// run tells the reminders of a day.
func (h *house) run(d unit.Day) {
	h.t.Helper()
	h.hand.set(d)
	if _, err := h.Tick(context.Background()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) steps(id unit.ID) (out string) {
	h.t.Helper()
	all, err := h.Supervisions(context.Background(), everybody, id)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, s := range all {
		out = s.Step + " " + out
	}
	return out
}

func TestTheClockRemindsUrgesAndRaises(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		x := h.task(h.framework()) // due on Tuesday, 31 March; 4 to 6 April are days off
		for _, c := range []struct {
			on   unit.Day
			want string
		}{
			{day(2026, 3, 30), ""},
			{day(2026, 3, 31), ""},
			{day(2026, 4, 1), "remind "},
			{day(2026, 4, 1), "remind "}, // once a day
			{day(2026, 4, 4), "remind "}, // nothing is due on a day off
			{day(2026, 4, 8), "remind urge "},
			{day(2026, 4, 9), "remind urge "},
			{day(2026, 4, 23), "remind urge supervise "}, // after a standstill of two weeks
			{day(2026, 5, 20), "remind urge supervise escalate "},
		} {
			h.run(c.on)
			if got := h.steps(x.ID); got != c.want {
				t.Errorf("on %s: %q, want %q", c.on, got, c.want)
			}
		}
		all, err := h.Supervisions(ctx, everybody, x.ID)
		h.done(err)
		h.refused(h.Answer(ctx, ofShanghai, x.ID, all[0].ID, "马上"), "agreement.not_your_task")
		h.done(h.Answer(ctx, ofAnhui, x.ID, all[0].ID, "本周补齐"))
		h.refused(h.Answer(ctx, ofAnhui, x.ID, all[0].ID, "又答"), "agreement.answer_given")
		h.refused(h.Supervise(ctx, planner, x.ID, "urge", ""), "agreement.supervise_reason")
		h.refused(h.Supervise(ctx, planner, x.ID, "shout", "快"), "agreement.step_unknown")
		if err := h.Supervise(ctx, ofAnhui, x.ID, "urge", "快"); err == nil {
			t.Error("the lead urged itself")
		}
		h.done(h.Supervise(ctx, planner, x.ID, "urge", "快"))
		// What is done is not urged.
		h.done(h.Finish(ctx, ofAnhui, x.ID, h.is(x.ID).Version, "办好了"))
		h.done(h.Verify(ctx, ofShanghai, x.ID, h.is(x.ID).Version, true, ""))
		h.refused(h.Supervise(ctx, planner, x.ID, "urge", "快"), "agreement.already_done")
	})
}

func TestWhoIsRemindedIsToldOnceADay(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework()
		for i := range 25 {
			h.task(a, func(t *agreement.Task) { t.Title = fmt.Sprint("任务", i); t.Due = day(2026, 3, 31) })
		}
		h.task(a, func(t *agreement.Task) { t.Lead = agreement.Party{Code: "310000"}; t.Due = day(2026, 3, 27) })
		var digests []*agreement.Digest
		if err := h.db.Read(ctx, func(tx *db.Tx) (err error) {
			digests, err = h.Reminders(ctx, tx, day(2026, 3, 29), day(2026, 3, 30)) // one working day left, and one late
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(digests) != 2 || digests[0].Holder.Code != "310000" || digests[0].Count["remind"] != 1 || digests[1].Count["before"] != 25 || len(digests[1].First) != 20 {
			t.Errorf("%+v", digests)
		}
	})
}

var _ access.Keeper = (*agreement.Register)(nil) // a person can be erased here
