package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"corridor/internal/db"
)

// tampered is every column of the books but seq, with a statement's way to change it.
var tampered = map[string]map[string]string{
	"ledger_account": {"path": "path || 'x'", "asset": "asset || 'X'", "floored": "NOT floored", "opened_at": "opened_at - 1",
		"posted_fen": "posted_fen + 1", "held_fen": "held_fen + 1", "entries": "entries + 1", "moved_at": "moved_at + 1", "head": "$1"},
	"ledger_transfer": {"id": "id || 'x'", "at": "at + 1", "kind": "CASE kind WHEN 'post' THEN 'capture' ELSE 'post' END", "asset": "asset || 'X'",
		"debit": "debit || 'x'", "credit": "COALESCE(credit, '') || 'x'", "amount_fen": "amount_fen + 1", "held_change_fen": "held_change_fen - 1",
		"of_hold": "COALESCE(of_hold, '') || 'x'", "is_last": "NOT is_last", "ref": "ref || 'x'", "note": "note || 'x'",
		"reverses": "COALESCE(reverses, '') || 'x'", "debit_no": "debit_no + 1", "debit_posted_fen": "debit_posted_fen + 1",
		"debit_held_fen": "debit_held_fen + 1", "credit_no": "COALESCE(credit_no, 0) + 1",
		"credit_posted_fen": "COALESCE(credit_posted_fen, 0) + 1", "credit_held_fen": "COALESCE(credit_held_fen, 0) + 1", "digest": "$1"},
	"ledger_hold": {"id": "id || 'x'", "account": "account || 'x'", "amount_fen": "amount_fen + 1", "left_fen": "left_fen + 1", "is_open": "NOT is_open"},
}

const touched = `
open     a                         ok
open     b  floor                  ok
open     c                         ok
open     idle                      ok
post     T1 a -> b  9.00 ref=case/1  ok
hold     H1 b       5.00           ok
hold     H2 b       1.00           ok
capture  C1 of H1 -> c 3.00        ok
capture  C2 of H1 -> c 1.00 last   ok
release  R2 of H2                  ok
mirror   M1 of C2                  ok
hold     H3 b       0.50           ok
post     T2 a -> c  1.00           ok
`

func TestAuditFindsEveryChange(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, touched)
		audited(t, l)
		for name, columns := range tampered {
			key := map[string]string{"ledger_account": "path"}[name]
			if key == "" {
				key = "id"
			}
			for _, column := range columnsOf(t, l, name) {
				if column == "seq" {
					continue
				}
				expr, ok := columns[column]
				if !ok {
					t.Errorf("%s.%s is a new column, and nobody tampers with it", name, column)
				}
				for _, row := range keysOf(t, l, name, key) {
					what := fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = '%s'", name, column, expr, key, row)
					if column == "head" || column == "digest" {
						tamper(t, l, what, make([]byte, 32))
					} else {
						tamper(t, l, what)
					}
				}
			}
			for _, row := range keysOf(t, l, name, key) {
				if row != "idle" { // an account without entries may as well never have been opened
					tamper(t, l, fmt.Sprintf("DELETE FROM %s WHERE %s = '%s'", name, key, row))
				}
			}
		}
		tamper(t, l, "UPDATE ledger_transfer SET seq = seq + 100 WHERE id = 'H1'")
		tamper(t, l, "INSERT INTO ledger_hold (id, account, amount_fen, left_fen, is_open) SELECT id || 'x', account, amount_fen, left_fen, is_open FROM ledger_hold WHERE id = 'H3'")
		tamper(t, l, "UPDATE ledger_account SET posted_fen = 100 WHERE path = 'idle'")
		audited(t, l)
	})
}

var errUndone = errors.New("undone")

// tamper does in an act what no act of ours does, audits, and undoes it.
func tamper(t *testing.T, l *Ledger, statement string, args ...any) {
	t.Helper()
	ctx := context.Background()
	err := l.db.Act(ctx, func(tx *db.Tx) error {
		for _, s := range unguard[l.db.Dialect()] {
			if _, err := tx.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		n, err := tx.Exec(ctx, statement, args...)
		if err != nil || n != 1 {
			return fmt.Errorf("%d rows: %w", n, err)
		}
		found, err := auditBooks(ctx, tx)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			t.Errorf("not found: %s", statement)
		}
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		t.Errorf("%s: %v", statement, err)
	}
}

// unguard takes away, inside one act, what the databases hold against tampering.
var unguard = map[string][]string{
	"sqlite": {
		"PRAGMA defer_foreign_keys = ON", "PRAGMA ignore_check_constraints = ON",
		"DROP TRIGGER ledger_transfer_kept_update", "DROP TRIGGER ledger_transfer_kept_delete",
		"DROP TRIGGER ledger_account_kept_update", "DROP TRIGGER ledger_account_kept_delete",
		"DROP TRIGGER ledger_hold_kept_update", "DROP TRIGGER ledger_hold_kept_delete",
	},
	"postgres": {
		"SET LOCAL session_replication_role = replica", "ALTER TABLE ledger_transfer ALTER COLUMN seq DROP IDENTITY",
		`DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT conname, conrelid::regclass AS t FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid::regclass::text LIKE 'ledger_%' LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.conname);
  END LOOP; END $$`,
	},
}

func TestTheDatabaseRefusesToChangeEntries(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, touched)
		for _, s := range []string{
			"UPDATE ledger_transfer SET note = 'x' WHERE id = 'T1'", "DELETE FROM ledger_transfer WHERE id = 'T2'",
			"UPDATE ledger_account SET floored = FALSE WHERE path = 'b'", "DELETE FROM ledger_account WHERE path = 'idle'",
			"UPDATE ledger_hold SET amount_fen = 900 WHERE id = 'H3'", "DELETE FROM ledger_hold WHERE id = 'H3'",
			"UPDATE ledger_account SET posted_fen = -1 WHERE path = 'b'", // the floor
			"UPDATE ledger_hold SET left_fen = amount_fen + 1 WHERE id = 'H3'",
		} {
			if err := l.db.Act(context.Background(), func(tx *db.Tx) error {
				_, err := tx.Exec(context.Background(), s)
				return err
			}); err == nil {
				t.Errorf("done: %s", s)
			}
		}
		audited(t, l)
	})
}

func columnsOf(t *testing.T, l *Ledger, table string) (columns []string) {
	t.Helper()
	ctx := context.Background()
	if err := l.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT * FROM "+table+" LIMIT 0")
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err = rows.Columns()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return columns
}

func keysOf(t *testing.T, l *Ledger, table, key string) (keys []string) {
	t.Helper()
	ctx := context.Background()
	if err := l.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT "+key+" FROM "+table+" ORDER BY 1")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k string
			if err := rows.Scan(&k); err != nil {
				return err
			}
			keys = append(keys, k)
		}
		return rows.Err()
	}); err != nil {
		t.Fatal(err)
	}
	return keys
}
