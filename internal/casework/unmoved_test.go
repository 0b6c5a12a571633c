package casework_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/ledger"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// TestANewEditionChangesNothingOfASubmittedCase: half the ratio, other clocks and another limit are in force; what was
// submitted before is due when it was, gets what it would have got, and is judged again the same, also by a node that was
// started anew meanwhile.
func TestANewEditionChangesNothingOfASubmittedCase(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		h.move(unit.Date(2026, time.December, 30).Start(unit.Beijing()).Add(10 * time.Hour).Sub(h.now()))
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			_, err := w.ledger.Apply(ctx, tx, ledger.Transfer{ID: "more", Kind: ledger.Post, Debit: "340000/treasury", Credit: "340000/voucher/2026/budget", Amount: 30_000_00})
			return err
		}))
		first, second := w.open(firm, small), w.open(firm, small)
		for _, c := range []casework.Case{first, second} {
			_, err := w.act(firm, c, "file", "")
			w.must(err)
		}
		w.approveAs("before", first)
		before, err := w.cases.Get(ctx, reviewer, first.ID)
		w.must(err)
		waited, err := w.cases.Get(ctx, reviewer, second.ID)
		w.must(err)
		w.adopted(nextYear(t, "{value: 50%, basis: deck", "{value: 25%, basis: deck", "payable: 23500 yuan", "payable: 11750 yuan", "bank: 23500 yuan", "bank: 11750 yuan",
			"budget: -23500 yuan", "budget: -11750 yuan", "payable: 20000 yuan", "payable: 10000 yuan", "review_clock:  {value: 10 wd", "review_clock:  {value: 1 wd",
			"payment_clock: {value: 20 wd", "payment_clock: {value: 2 wd"))
		h.move(5 * 24 * time.Hour) // 4 January: the new edition is in force
		// The node is started anew, with what it carries and what was adopted here.
		again, err := casework.New(casework.Config{DB: w.db, Access: w.access, Registry: w.reg, Ledger: w.ledger, Log: w.log, Notices: w.told, Regions: unit.GB2260(),
			Calendar: w.days, Node: "34", Schemes: w.cases.Schemes(), Layers: schemes.FS})
		w.must(err)
		fresh, err := w.cases.Create(ctx, firm, "voucher", small, "")
		w.must(err)
		if fresh.Edition != "2027-1" {
			t.Fatalf("a new case is of edition %s", fresh.Edition)
		}
		for name, cases := range map[string]*casework.Service{"the node": w.cases, "the node started anew": again} {
			now, err := cases.Get(ctx, reviewer, second.ID)
			w.must(err)
			if now.Edition != "2026-1" || now.EditionDigest != waited.EditionDigest || len(now.Waits) != len(waited.Waits) || !now.Waits[0].Due.Equal(waited.Waits[0].Due) {
				t.Errorf("%s: edition %s, due %v, was %v", name, now.Edition, now.Waits[0].Due, waited.Waits[0].Due)
			}
			was, err := cases.Get(ctx, reviewer, first.ID)
			w.must(err)
			if was.Purse.Sums["payable"] != before.Purse.Sums["payable"] || !was.Waits[0].Due.Equal(before.Waits[0].Due) {
				t.Errorf("%s: %s due %v, was %s due %v", name, was.Purse.Sums["payable"], was.Waits[0].Due, before.Purse.Sums["payable"], before.Waits[0].Due)
			}
		}
		w.cases = again
		w.approveAs("after", second)
		for _, c := range []casework.Case{first, second} {
			c, err := w.act(finance, c, "pay", "")
			w.must(err)
			if c.Purse.Sums["payable"] != 24_000_00 || c.End != scheme.Granted {
				t.Errorf("%s was paid, want 24000; %s", c.Purse.Sums["payable"], c.Stage)
			}
			_, steps, err := w.cases.Replay(ctx, reviewer, c.ID)
			w.must(err)
			for _, r := range steps {
				if len(r.Differ) > 0 {
					t.Errorf("judged again, %s differs: %v", r.Step.Action, r.Differ)
				}
			}
		}
		w.clean()
	})
}

// approveAs approves a case as an officer of that name.
func (w *world) approveAs(name string, c casework.Case) {
	w.t.Helper()
	_, err := w.act(who(name, "voucher_review", "340000", ""), c, "approve", "")
	w.must(err)
}

// TestAClockThatPassedRingsOnceWhoeverLooks: a node was down for long, and then two processes look at the clocks at once.
func TestAClockThatPassedRingsOnceWhoeverLooks(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		var drafts []casework.Case
		for range 8 {
			drafts = append(drafts, w.open(firm, small))
		}
		other, err := casework.New(casework.Config{DB: w.db, Access: w.access, Registry: w.reg, Ledger: w.ledger, Log: w.log, Notices: w.told, Regions: unit.GB2260(),
			Calendar: w.days, Node: "34", Schemes: w.cases.Schemes(), Layers: schemes.FS})
		w.must(err)
		h.move(400 * 24 * time.Hour)
		var all sync.WaitGroup
		for _, s := range []*casework.Service{w.cases, other, w.cases, other} {
			all.Go(func() {
				if _, err := s.Tick(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, c := range drafts {
			if c, err := w.cases.Get(ctx, firm, c.ID); err != nil || len(c.History) != 1 || c.End != scheme.Ended {
				t.Errorf("%d steps, stands in %s, %v", len(c.History), c.Stage, err)
			}
		}
		w.clean()
	})
}
