package indicator_test

import (
	"context"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/indicator"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

var editor = access.Actor{Person: "PERSON-editor", Name: "editor", Session: "editor", Grants: []access.Grant{{Role: "editor"}}}

func book(t testing.TB, d *db.DB) *indicator.Book {
	t.Helper()
	acc, err := access.New(access.Config{DB: d, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := indicator.New(indicator.Config{DB: d, Access: acc})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pay makes payments public in this node's own log, each of so many fen.
func pay(t *testing.T, d *db.DB, fen ...int64) {
	t.Helper()
	var leaves []corridorlog.Leaf
	for _, f := range fen {
		leaves = append(leaves, corridorlog.Leaf{Kind: "voucher.paid", Day: unit.Date(2026, 4, 1), Fields: map[string]any{"payable": f}, Object: "case/X"})
	}
	publish(t, d, leaves...)
}

// publish puts leaves into this node's own log.
func publish(t *testing.T, d *db.DB, leaves ...corridorlog.Leaf) {
	t.Helper()
	ctx := context.Background()
	private, _ := corridorlog.NewKey("log.example/34")
	l, err := corridorlog.New(corridorlog.Config{DB: d, Origin: "log.example/34", Key: private})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Act(ctx, func(tx *db.Tx) error {
		for _, leaf := range leaves {
			if _, err := l.Append(ctx, tx, leaf); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = l.Sequence(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFigureIsItsEntries(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := book(t, d)
		for _, c := range []struct {
			pays       []int64
			count, sum int64
		}{
			{nil, 0, 0}, {[]int64{24_000_00}, 1, 24_000_00}, {[]int64{1, 9_999_999_999_99}, 3, 10_000_023_999_99 + 1},
		} {
			if len(c.pays) > 0 {
				pay(t, d, c.pays...)
			}
			n, err := b.Figure(ctx, "vouchers-paid", 1)
			if err != nil || n.Value != c.count || n.Total != len(n.Entries) {
				t.Errorf("count %d of %d entries, %v; want %d", n.Value, n.Total, err, c.count)
			}
			s, err := b.Figure(ctx, "voucher-sum-paid", 1)
			if err != nil || s.Value != c.sum {
				t.Errorf("sum %d, %v; want %d", s.Value, err, c.sum)
			}
			added := unit.Fen(0)
			for _, e := range s.Entries {
				added += e.Amount
			}
			if int64(added) != s.Value {
				t.Errorf("the entries make %s, the figure says %s", added, s.Fen())
			}
		}
	})
}

func TestAReportStandsBesideAFigureOnceForEachPlace(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := book(t, d)
		r := indicator.Report{Indicator: "vouchers-paid", Value: "1", Unit: "count", Approx: "exact", Document: "DOC", Digest: "d1", Title: "虚构报道", From: 5, To: 9, Quote: "已拨付1笔"}
		report := func(r indicator.Report) error {
			return d.Act(ctx, func(tx *db.Tx) error { return b.Report(ctx, tx, editor, r) })
		}
		for range 2 {
			if err := report(r); err != nil {
				t.Fatal(err)
			}
		}
		f, err := b.Figure(ctx, "vouchers-paid", 1)
		if err != nil || len(f.Reported) != 1 || f.Reported[0].Quote != r.Quote || f.Value != 0 {
			t.Errorf("%+v, %v", f.Reported, err)
		}
		r.Indicator = "nothing"
		if err := report(r); fault.CodeOf(err) != "indicator.unknown" {
			t.Errorf("got %v", err)
		}
	})
}
