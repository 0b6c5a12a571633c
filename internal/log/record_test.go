package log_test

import (
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

func TestAWithdrawnRecordIsGoneAndShowsAsWithdrawn(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		ids := fill(t, d, l, 1)
		leaf := paid(1)
		leaf.Record = []byte("公开记录 a public record of a synthetic listing")
		id := appendLeaf(t, d, l, leaf)
		sequence(t, l)

		r, err := l.Record(ctx, 1)
		if err != nil || string(r.Body) != string(leaf.Record) || corridorlog.RecordDigest(r.Salt, r.Body) != r.Digest {
			t.Fatalf("the record is %+v, %v", r, err)
		}
		before, err := l.Receipt(ctx, id, false)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := corridorlog.VerifyReceipt(before, l.PublicKey()); err != nil || string(v.Record) != string(leaf.Record) {
			t.Errorf("the receipt says %+v, %v", v, err)
		}
		_, err = l.Record(ctx, 0)
		wantFault(t, err, "log.no_record")

		by := withdraw(t, d, l, id)
		sequence(t, l)
		_, err = l.Record(ctx, 1)
		wantFault(t, err, "log.withdrawn")
		if f := fault.Of(err); f.Kind != fault.Gone || !strings.Contains(f.Sentence(fault.EN), string(by)) {
			t.Errorf("%v does not name %s", f, by)
		}
		e, err := l.Entry(ctx, 1)
		if err != nil || e.WithdrawnBy != by {
			t.Errorf("entry 1 is withdrawn by %q, %v; want %q", e.WithdrawnBy, err, by)
		}
		says, err := l.Entry(ctx, 2)
		if err != nil || says.ID != by || says.Kind != "withdrawn" || string(says.Fields) != `{"index":1,"kind":"voucher.paid","reason":"published in error"}` {
			t.Errorf("the withdrawing leaf is %+v, %v", says, err)
		}
		if index, ok := corridorlog.Withdraws(says.Kind, says.Fields); !ok || index != 1 {
			t.Errorf("it withdraws %d, %v", index, ok)
		}
		after, err := l.Receipt(ctx, id, false)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := corridorlog.VerifyReceipt(after, l.PublicKey()); err != nil || v.Record != nil {
			t.Errorf("the receipt after says %+v, %v", v, err)
		}
		if _, err := corridorlog.VerifyReceipt(before, l.PublicKey()); err != nil {
			t.Errorf("a receipt handed out before is false now: %v", err)
		}

		// A leaf without a record can be withdrawn, too; nothing twice; a withdrawal never.
		withdraw(t, d, l, ids[0])
		for id, code := range map[string]string{string(id): "log.withdrawn", string(by): "log.withdraw_withdrawal", "none": "log.no_receipt"} {
			err := d.Act(ctx, func(tx *db.Tx) error {
				e := corridorlog.Withdrawal{Day: day, Reason: "again"}
				_, err := l.Withdraw(ctx, tx, unit.ID(id), e)
				return err
			})
			wantFault(t, err, code)
		}
		waiting := appendLeaf(t, d, l, leaf)
		err = d.Act(ctx, func(tx *db.Tx) error {
			_, err := l.Withdraw(ctx, tx, waiting, corridorlog.Withdrawal{Day: day, Reason: "too soon"})
			return err
		})
		wantFault(t, err, "log.pending")
		err = d.Act(ctx, func(tx *db.Tx) error {
			_, err := l.Withdraw(ctx, tx, waiting, corridorlog.Withdrawal{Day: day, Reason: " "})
			return err
		})
		wantFault(t, err, "log.reason")
		sequence(t, l)
		clean(t, l)

		var shown []bool
		if err := d.Read(ctx, func(tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT origin, withdrawn FROM v_log_leaf ORDER BY idx LIMIT 10`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var name string
				var is bool
				if err := rows.Scan(&name, &is); err != nil {
					return err
				}
				if name != origin {
					t.Errorf("a leaf is of %q", name)
				}
				shown = append(shown, is)
			}
			return rows.Err()
		}); err != nil {
			t.Fatal(err)
		}
		if len(shown) != 5 || !shown[0] || !shown[1] || shown[2] || shown[3] || shown[4] {
			t.Errorf("withdrawn: %v", shown)
		}
	})
}
