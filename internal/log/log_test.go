package log_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const origin = "34.corridor.example/log"

var (
	ctx = context.Background()
	day = unit.Date(2026, time.March, 2)
)

// newLog opens a log with a fresh key on a database.
func newLog(t testing.TB, d *db.DB) *corridorlog.Log {
	t.Helper()
	private, _ := corridorlog.NewKey(origin)
	return openLog(t, d, private)
}

func openLog(t testing.TB, d *db.DB, private string, former ...string) *corridorlog.Log {
	t.Helper()
	l, err := corridorlog.New(corridorlog.Config{DB: d, Origin: origin, Key: private, Former: former})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// paid is the leaf of a payment that never was.
func paid(n int) corridorlog.Leaf {
	return corridorlog.Leaf{Kind: "voucher.paid", Day: day, Object: fmt.Sprintf("case/%d", n),
		Fields: map[string]any{"amount_fen": 100 * n, "scheme": "example/voucher", "note": "合成数据 <synthetic> & \"quoted\""}}
}

func appendLeaf(t testing.TB, d *db.DB, l *corridorlog.Log, leaf corridorlog.Leaf) (id unit.ID) {
	t.Helper()
	if err := d.Act(ctx, func(tx *db.Tx) (err error) {
		id, err = l.Append(ctx, tx, leaf)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

// fill appends n leaves in one act and numbers them.
func fill(t testing.TB, d *db.DB, l *corridorlog.Log, n int) (ids []unit.ID) {
	t.Helper()
	if err := d.Act(ctx, func(tx *db.Tx) error {
		ids = nil
		for i := range n {
			id, err := l.Append(ctx, tx, paid(i))
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	sequence(t, l)
	return ids
}

func sequence(t testing.TB, l *corridorlog.Log) {
	t.Helper()
	for {
		n, err := l.Sequence(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func clean(t testing.TB, l *corridorlog.Log) {
	t.Helper()
	found, err := l.Audit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Fatalf("audit: %s", strings.Join(found, "\n"))
	}
}

func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	if got := fault.CodeOf(err); got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}

func TestAReceiptShowsALeafToWhoHasTheKeyOnly(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		ids := fill(t, d, l, 300)
		clean(t, l)
		for _, n := range []int{0, 1, 255, 256, 299} {
			b, err := l.Receipt(ctx, ids[n], true)
			if err != nil {
				t.Fatal(err)
			}
			v, err := corridorlog.VerifyReceipt(b, l.PublicKey())
			if err != nil {
				t.Fatalf("leaf %d: %v\n%s", n, err, b)
			}
			if v.Index != int64(n) || v.Size != 300 || v.Origin != origin || v.Kind != "voucher.paid" || v.Day != day || v.ID != ids[n] || v.Object != fmt.Sprintf("case/%d", n) {
				t.Errorf("leaf %d: %+v", n, v)
			}
			closed, err := l.Receipt(ctx, ids[n], false)
			if err != nil {
				t.Fatal(err)
			}
			if v, err := corridorlog.VerifyReceipt(closed, l.PublicKey()); err != nil || v.Object != "" || v.ID != "" {
				t.Errorf("a closed receipt says %+v, %v", v, err)
			}
			if bytes.Contains(closed, []byte("case/")) || bytes.Contains(closed, []byte(ids[n])) {
				t.Errorf("a closed receipt names the case:\n%s", closed)
			}
		}
		_, other := corridorlog.NewKey(origin)
		b, _ := l.Receipt(ctx, ids[7], true)
		_, err := corridorlog.VerifyReceipt(b, other)
		wantFault(t, err, "log.other_key")
		_, err = corridorlog.VerifyReceipt(b, "no key")
		wantFault(t, err, "log.key")
	})
}

func TestALeafIsThereWithItsActOrNotAtAll(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		refused := errors.New("refused")
		var id unit.ID
		if err := d.Act(ctx, func(tx *db.Tx) (err error) {
			if id, err = l.Append(ctx, tx, paid(1)); err != nil {
				return err
			}
			return refused
		}); !errors.Is(err, refused) {
			t.Fatal(err)
		}
		_, err := l.ByID(ctx, id)
		wantFault(t, err, "log.no_receipt")

		id = appendLeaf(t, d, l, paid(2))
		_, err = l.Receipt(ctx, id, true)
		wantFault(t, err, "log.pending")
		_, err = l.Checkpoint(ctx)
		wantFault(t, err, "log.no_checkpoint")
		clean(t, l)
		sequence(t, l)
		if size, err := l.Size(ctx); err != nil || size != 1 {
			t.Fatalf("size %d, %v", size, err)
		}
		clean(t, l)
	})
}

func TestAReceiptIsReadyWithinASecond(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		running, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- l.Run(running) }()
		quickest := time.Minute // of several: the machine that tests may stand still for a second
		for n := range 10 {
			id := appendLeaf(t, d, l, paid(n))
			start := time.Now()
			for {
				_, err := l.Receipt(ctx, id, false)
				if err == nil {
					break
				}
				if fault.CodeOf(err) != "log.pending" && fault.CodeOf(err) != "log.no_checkpoint" || time.Since(start) > time.Minute {
					t.Fatalf("after %v: %v", time.Since(start), err)
				}
				time.Sleep(time.Millisecond)
			}
			quickest = min(quickest, time.Since(start))
		}
		if quickest > time.Second {
			t.Errorf("no receipt was ready within a second, the quickest after %v", quickest)
		}
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

func TestEntriesAreFoundByNumberIdAndObject(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		ids := fill(t, d, l, 3)
		again := paid(1)
		again.Kind = "voucher.returned"
		waiting := appendLeaf(t, d, l, again)
		var about []unit.ID
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			about, err = l.ByObject(ctx, tx, "case/1")
			return err
		}); err != nil || len(about) != 2 || about[0] != ids[1] || about[1] != waiting {
			t.Errorf("case/1 has %v, want %v and %v (%v)", about, ids[1], waiting, err)
		}
		e, err := l.Entry(ctx, 1)
		if err != nil || e.ID != ids[1] || e.Object != "case/1" {
			t.Errorf("entry 1 is %+v, %v", e, err)
		}
		if e, err := l.ByID(ctx, waiting); err != nil || e.Index != -1 || e.Kind != "voucher.returned" {
			t.Errorf("the waiting one is %+v, %v", e, err)
		}
		_, err = l.Entry(ctx, 3)
		wantFault(t, err, "log.no_entry")
		page, err := l.Entries(ctx, 1, 5)
		if err != nil || len(page) != 2 || page[0].Index != 1 {
			t.Errorf("from 1 on: %d entries, %v", len(page), err)
		}
	})
}

func TestALeafThatCannotBePublicIsRefused(t *testing.T) {
	d := dbtest.Open(t, nil)
	l := newLog(t, d)
	for name, tc := range map[string]struct {
		change func(*corridorlog.Leaf)
		code   string
	}{
		"no kind":           {func(f *corridorlog.Leaf) { f.Kind = "" }, "log.leaf"},
		"a kind of words":   {func(f *corridorlog.Leaf) { f.Kind = "voucher paid" }, "log.leaf"},
		"the kept kind":     {func(f *corridorlog.Leaf) { f.Kind = "withdrawn" }, "log.leaf"},
		"no day":            {func(f *corridorlog.Leaf) { f.Day = 0 }, "log.leaf"},
		"two lines":         {func(f *corridorlog.Leaf) { f.Object = "case/1\nsalt x" }, "log.object"},
		"too large":         {func(f *corridorlog.Leaf) { f.Fields = map[string]any{"x": strings.Repeat("x", 70_000)} }, "log.leaf_large"},
		"a large record":    {func(f *corridorlog.Leaf) { f.Record = make([]byte, 70_000) }, "log.leaf_large"},
		"half a fen":        {func(f *corridorlog.Leaf) { f.Fields = map[string]any{"x": 0.5} }, "fault.internal"},
		"a number too long": {func(f *corridorlog.Leaf) { f.Fields = map[string]any{"x": []any{int64(1) << 53}} }, "fault.internal"},
		"a function":        {func(f *corridorlog.Leaf) { f.Fields = map[string]any{"x": func() {}} }, "fault.internal"},
	} {
		leaf := paid(1)
		tc.change(&leaf)
		err := d.Act(ctx, func(tx *db.Tx) error {
			_, err := l.Append(ctx, tx, leaf)
			return err
		})
		if got := fault.CodeOf(err); got != tc.code {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, tc.code)
		}
	}
}

func TestADatabaseIsOfOneLogOnly(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		fill(t, d, newLog(t, d), 1)
		const other = "31.corridor.example/log"
		private, _ := corridorlog.NewKey(other)
		l, err := corridorlog.New(corridorlog.Config{DB: d, Origin: other, Key: private})
		if err != nil {
			t.Fatal(err)
		}
		appendLeaf(t, d, l, paid(2))
		if _, err := l.Sequence(ctx); err == nil {
			t.Error("a log was continued under another name")
		}
		if found, err := l.Audit(ctx); err != nil || len(found) == 0 {
			t.Errorf("audit found %v, %v", found, err)
		}
	})
	if _, err := corridorlog.New(corridorlog.Config{Origin: "other", Key: func() string { p, _ := corridorlog.NewKey(origin); return p }()}); err == nil {
		t.Error("a key of another log was taken")
	}
}

func TestManyLeavesComeInAtOnce(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		fill(t, d, l, 10)
		n := 0
		total, err := l.Import(ctx, func() (corridorlog.Leaf, bool) {
			n++
			leaf := paid(n)
			if n%1000 == 0 {
				leaf.Record = []byte("a public text")
			}
			return leaf, n <= 5000
		})
		if err != nil || total != 5000 {
			t.Fatalf("%d came in, %v", total, err)
		}
		if size, err := l.Size(ctx); err != nil || size != 5010 {
			t.Fatalf("size %d, %v", size, err)
		}
		clean(t, l)
		e, err := l.Entry(ctx, 3000)
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Receipt(ctx, e.ID, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := corridorlog.VerifyReceipt(b, l.PublicKey()); err != nil {
			t.Error(err)
		}
	})
}

// A key changes over: both sign for a while, then only the new one. Whoever holds either key follows all the way.
func TestAKeyChangesOverWithoutABreak(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		old, oldPublic := corridorlog.NewKey(origin)
		now, nowPublic := corridorlog.NewKey(origin)
		ids := fill(t, d, openLog(t, d, old), 2)
		both := openLog(t, d, now, old)
		fill(t, d, both, 2)
		signed, err := both.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{oldPublic, nowPublic, both.PublicKey(), oldPublic + "\n" + nowPublic + "\n"} {
			if c, err := corridorlog.OpenCheckpoint(signed, key); err != nil || c.Size != 4 {
				t.Errorf("by %q: %+v, %v", key, c, err)
			}
		}
		clean(t, both)
		after := openLog(t, d, now)
		fill(t, d, after, 2)
		clean(t, after) // the old checkpoints are still checked by the old key
		b, err := after.Receipt(ctx, ids[0], true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := corridorlog.VerifyReceipt(b, nowPublic); err != nil {
			t.Error(err)
		}
		_, err = corridorlog.VerifyReceipt(b, oldPublic)
		wantFault(t, err, "log.other_key")
	})
}
