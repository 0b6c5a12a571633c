package casework_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// filed opens a case and files it.
func (w *world) filed(a access.Actor, org string) casework.Case {
	w.t.Helper()
	c, err := w.act(a, w.open(a, org), "file", "")
	w.must(err)
	return c
}

func said(p casework.QueuePage) string {
	var out []string
	for _, c := range p.Cases {
		word := c.No[6:10]
		if c.Late {
			word += "!"
		}
		if c.Taken.Name != "" {
			word += "@" + c.Taken.Name
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

func TestAQueueIsNarrowedSortedAndCounted(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		var all []casework.Case
		for range 3 {
			all = append(all, w.filed(firm, small))
			h.move(24 * time.Hour)
		}
		c, err := w.act(reviewer, all[1], "approve", "")
		w.must(err)
		w.open(firm, small) // a draft waits for the firm alone
		_, err = w.cases.Take(ctx, reviewer, all[2].ID)
		w.must(err)
		for _, x := range []struct {
			name  string
			a     access.Actor
			f     casework.QueueFilter
			want  string
			total int
		}{
			{"the reviewer's", reviewer, casework.QueueFilter{}, "0001 0003@reviewer", 2},
			{"mine", reviewer, casework.QueueFilter{Hands: "mine"}, "0003@reviewer", 1},
			{"nobody's", reviewer, casework.QueueFilter{Hands: "free"}, "0001", 1},
			{"nothing late", reviewer, casework.QueueFilter{Due: "late"}, "", 0},
			{"another scheme", reviewer, casework.QueueFilter{Scheme: "other"}, "", 0},
			{"by stage", reviewer, casework.QueueFilter{Scheme: "voucher", Stage: "filed", Sort: "age"}, "0001 0003@reviewer", 2},
			{"the payment desk's", finance, casework.QueueFilter{}, "0002", 1},
			{"the firm's", firm, casework.QueueFilter{Stage: "draft"}, "0004", 1},
			{"another firm's", big, casework.QueueFilter{}, "", 0},
			{"elsewhere", stranger, casework.QueueFilter{}, "", 0},
		} {
			p, err := w.cases.Line(ctx, x.a, x.f)
			w.must(err)
			if got := said(p); got != x.want || p.Total != x.total {
				t.Errorf("%s: %q, %d in all; want %q, %d", x.name, got, p.Total, x.want, x.total)
			}
		}
		h.move(40 * 24 * time.Hour)
		p, err := w.cases.Line(ctx, reviewer, casework.QueueFilter{Due: "late"})
		w.must(err)
		if got := said(p); got != "0001! 0003!@reviewer" || len(p.Stages) != 1 || p.Stages[0].N != 2 || p.Stages[0].Late != 2 {
			t.Errorf("late: %q, %+v", got, p.Stages)
		}
		_, err = w.act(finance, c, "pay", "")
		w.must(err)
		if p, err = w.cases.Line(ctx, finance, casework.QueueFilter{}); err != nil || p.Total != 0 {
			t.Errorf("what has ended still waits: %v, %v", said(p), err)
		}
	})
}

func TestACaseIsTakenGivenAndGivenBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		first, second := w.officer("first@node.example", "voucher_review"), w.officer("second@node.example", "voucher_review")
		c := w.filed(firm, small)
		_, err := w.cases.Take(ctx, first, c.ID)
		w.must(err)
		_, err = w.cases.Take(ctx, second, c.ID)
		code(t, err, "casework.taken")
		if f := fault.Of(err); !strings.Contains(f.Sentence(fault.EN), "voucher_review took this case") {
			t.Error(f.Sentence(fault.EN))
		}
		code(t, w.cases.GiveBack(ctx, second, c.ID), "casework.taken")
		all, err := w.cases.Colleagues(ctx, first, c.ID)
		w.must(err)
		if len(all) != 2 {
			t.Errorf("colleagues: %v", all)
		}
		_, err = w.cases.Give(ctx, first, c.ID, finance.Person)
		code(t, err, "casework.give_whom")
		given, err := w.cases.Give(ctx, first, c.ID, second.Person)
		w.must(err)
		if given.Person != second.Person || given.By != first.Person {
			t.Errorf("given: %+v", given)
		}
		if n, _, err := w.told.Unread(ctx, second.Person); err != nil || n == 0 {
			t.Errorf("who was given a case was told %d times, %v", n, err)
		}
		w.must(w.cases.GiveBack(ctx, second, c.ID))
		_, err = w.cases.Take(ctx, first, c.ID)
		w.must(err)
		_, err = w.cases.Take(ctx, firm, c.ID)
		code(t, err, "casework.no_desk_now")
		_, err = w.cases.Take(ctx, stranger, c.ID)
		code(t, err, "casework.unknown")
		if _, err = w.act(second, c, "approve", ""); err != nil {
			t.Error("a colleague is hindered:", err)
		}
	})
}

func TestABatchJudgesEachCaseByItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		a, b, draft := w.filed(firm, small), w.filed(firm, small), w.open(firm, small)
		batch := casework.Batch{Cases: []unit.ID{a.ID, b.ID, draft.ID, a.ID, unit.NewID(w.now)}, Action: "approve", Key: "b1"}
		for range 2 { // the same again does nothing twice
			out, err := w.cases.ActMany(ctx, reviewer, batch)
			w.must(err)
			var got []string
			for _, x := range out {
				word := "done"
				if x.Refused != nil {
					word = x.Refused.Code
				}
				got = append(got, fmt.Sprintf("%s %s", x.No, word))
			}
			want := "34-26-0001-8 done, 34-26-0002-6 ledger.overdrawn, 34-26-0003-9 scheme.no_row,  casework.unknown" // the budget is enough for one
			if s := strings.Join(got, ", "); s != want {
				t.Errorf("got %s, want %s", s, want)
			}
		}
		c, err := w.cases.Get(ctx, reviewer, a.ID)
		w.must(err)
		if len(c.History) != 2 {
			t.Errorf("%d steps", len(c.History))
		}
		for _, x := range []struct {
			b    casework.Batch
			want string
		}{
			{casework.Batch{Action: "approve"}, "casework.batch_empty"},
			{casework.Batch{Cases: []unit.ID{a.ID}}, "casework.batch_action"},
			{casework.Batch{Cases: make([]unit.ID, 201), Action: "approve"}, "casework.batch_many"},
		} {
			_, err := w.cases.ActMany(ctx, reviewer, x.b)
			code(t, err, x.want)
		}
		w.clean()
	})
}

// Cases that were there before who has to act was kept beside them are in the queues after a while.
func TestAQueueCatchesUpWithOldCases(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.filed(firm, small)
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			for _, q := range []string{`DELETE FROM casework_wait`, `INSERT INTO casework_catchup (what, after) VALUES ('waits', '')`} {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return nil
		}))
		for _, want := range []int{0, 1} {
			if _, n, err := w.cases.Queue(ctx, reviewer, 1); err != nil || n != want {
				t.Errorf("%d wait, want %d; %v", n, want, err)
			}
			_, err := w.cases.Tick(ctx)
			w.must(err)
		}
	})
}
