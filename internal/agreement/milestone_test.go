package agreement_test

import (
	"context"
	"fmt"
	"testing"

	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// nodes sets up a task with two nodes, on 16 and 27 March; the task is due on 31 March.
func (h *house) nodes(a agreement.Agreement) agreement.Task {
	return h.task(a, func(t *agreement.Task) {
		t.Milestones = []agreement.Milestone{{Title: "征求意见", Due: day(2026, 3, 16)}, {Title: "定稿", Due: day(2026, 3, 27)}}
	})
}

func TestTheDaysOfMilestonesMoveWithAChange(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		x := h.nodes(h.framework())
		change := func(to agreement.Content) (agreement.Change, error) {
			return h.Propose(ctx, ofAnhui, x.ID, h.is(x.ID).Version, "340000", to, "等接口")
		}
		moved := func(no int, d unit.Day) []agreement.NewDay { return []agreement.NewDay{{No: no, Due: d}} }
		for name, c := range map[string]struct {
			to   agreement.Content
			want string
		}{
			"a node later than the task":       {agreement.Content{Milestones: moved(2, day(2026, 4, 1))}, "agreement.milestone_late"},
			"a task before its node":           {agreement.Content{Due: day(2026, 3, 20)}, "agreement.milestone_late"},
			"no such node":                     {agreement.Content{Milestones: moved(3, day(2026, 3, 20))}, "agreement.milestone_unknown"},
			"a node twice":                     {agreement.Content{Milestones: append(moved(1, day(2026, 3, 17)), moved(1, day(2026, 3, 18))...)}, "agreement.milestone_unknown"},
			"the day that it has":              {agreement.Content{Milestones: moved(2, day(2026, 3, 27))}, "agreement.change_nothing"},
			"no day":                           {agreement.Content{Milestones: moved(2, 0)}, "agreement.milestone_late"},
			"ended, whatever the nodes' days":  {agreement.Content{End: true, Due: day(2026, 3, 10)}, ""},
			"the task with its nodes, earlier": {agreement.Content{Due: day(2026, 3, 20), Milestones: x.Along(day(2026, 3, 20))}, ""},
		} {
			c2, err := change(c.to)
			h.refused(err, c.want)
			if err == nil {
				h.done(h.WithdrawChange(ctx, ofAnhui, c2.ID))
			} else if t.Failed() {
				t.Log(name)
			}
		}
		h.done(h.Reach(ctx, ofAnhui, x.ID, 0, 1))
		_, err := change(agreement.Content{Milestones: moved(1, day(2026, 3, 20))})
		h.refused(err, "agreement.milestone_unknown") // it is reached
		x = h.is(x.ID)
		c, err := change(agreement.Content{Due: day(2026, 4, 14), Milestones: x.Along(day(2026, 4, 14))})
		h.done(err)
		if got := h.is(x.ID).Milestones[1].Due; got != day(2026, 3, 27) {
			t.Errorf("moved before all had agreed: %s", got)
		}
		_, err = h.Consent(ctx, ofShanghai, c.ID, "310000", true)
		h.done(err)
		got := h.is(x.ID)
		if m := got.Milestones[1]; got.Due != day(2026, 4, 14) || m.Due != day(2026, 4, 10) || m.Original != day(2026, 3, 27) || got.Milestones[0].Due != day(2026, 3, 16) {
			t.Errorf("%+v", got.Milestones)
		}
		all, err := h.Changes(ctx, everybody, x.ID)
		h.done(err)
		if c := all[0]; c.State != "agreed" || len(c.Was.Milestones) != 1 || c.Was.Milestones[0].Due != day(2026, 3, 27) || c.To.Milestones[0].Due != day(2026, 4, 10) {
			t.Errorf("%+v", c)
		}
	})
}

func TestMilestonesAndVerifiersAreRemindedOf(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		x := h.nodes(h.framework())
		told := func(d unit.Day) (out string) {
			h.hand.set(d)
			if err := h.db.Read(ctx, func(tx *db.Tx) error {
				all, err := h.Reminders(ctx, tx, d-1, d)
				for _, g := range all {
					for _, r := range g.First {
						out += fmt.Sprintf("%s %s %s; ", g.Holder.Code, r.Step, r.Title)
					}
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return out
		}
		check := func(d unit.Day, want string) {
			t.Helper()
			if got := told(d); got != want {
				t.Errorf("on %s: %q, want %q", d, got, want)
			}
		}
		check(day(2026, 3, 6), "")
		check(day(2026, 3, 9), "340000 milestone 征求意见; ")  // five working days before Monday, 16 March
		check(day(2026, 3, 13), "340000 milestone 征求意见; ") // one
		check(day(2026, 3, 14), "")                        // a Saturday
		check(day(2026, 3, 16), "")                        // the day itself
		if got := h.is(x.ID).Milestones[0].Lamp; got.Light != agreement.Amber {
			t.Errorf("on its day: %+v", got)
		}
		check(day(2026, 3, 17), "340000 before 公布目录; 340000 milestone 征求意见; ") // late by one; the task is due in ten
		if got := h.is(x.ID).Milestones[0].Lamp; got.Light != agreement.Red || got.LateDays != 1 {
			t.Errorf("after its day: %+v", got)
		}
		h.done(h.Reach(ctx, ofAnhui, x.ID, 0, 1))
		check(day(2026, 3, 23), "") // late by five, but reached
		check(day(2026, 3, 20), "340000 milestone 定稿; ")
		h.done(h.Finish(ctx, ofAnhui, x.ID, h.is(x.ID).Version, "目录已公布"))
		by := h.is(x.ID).VerifyBy // 20 March and ten working days
		if by != day(2026, 4, 3) {
			t.Fatalf("to be verified by %s", by)
		}
		check(day(2026, 3, 26), "") // nobody is reminded of a node of what is submitted
		check(day(2026, 4, 1), "310000 verify 公布目录; ")
		check(day(2026, 4, 7), "310000 verify 公布目录; ") // 4 to 6 April are days off
		h.run(day(2026, 4, 7))
		if err := h.db.Read(ctx, func(tx *db.Tx) error {
			sent, err := h.notices.History(ctx, tx, "tasks/310000")
			if len(sent) != 1 || sent[0].Kind != "task.remind" {
				t.Errorf("told %+v", sent)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
