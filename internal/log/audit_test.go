package log_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// vandal writes into a node's database past every guard.
type vandal struct {
	t *testing.T
	d *sql.DB
}

func newVandal(t *testing.T, dsn string) vandal {
	d, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	v := vandal{t, d}
	for _, name := range v.texts(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'log_%' ORDER BY name LIMIT 100`) {
		v.do(`DROP TRIGGER ` + name)
	}
	return v
}

func (v vandal) do(query string, args ...any) {
	v.t.Helper()
	if _, err := v.d.Exec(query, args...); err != nil {
		v.t.Fatalf("%s: %v", query, err)
	}
}

func (v vandal) texts(query string) (out []string) {
	v.t.Helper()
	rows, err := v.d.Query(query)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			v.t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// world is a small log with one of everything: leaves in two tiles, a withdrawal, records, cosignatures, a waiting leaf.
func world(t *testing.T) (d *db.DB, l *corridorlog.Log, dsn string) {
	dsn = dbtest.SQLite(t)
	d = dbtest.OpenAt(t, dsn, nil)
	l = newLog(t, d)
	fill(t, d, l, 257)
	with := paid(300)
	with.Record = []byte("公开记录 a public record")
	kept, gone := appendLeaf(t, d, l, with), appendLeaf(t, d, l, with)
	sequence(t, l)
	cosign(t, l, witnessOf(t, "31.corridor.example/log"))
	withdraw(t, d, l, gone)
	sequence(t, l)
	appendLeaf(t, d, l, with)
	_ = kept
	clean(t, l)
	return d, l, dsn
}

func withdraw(t testing.TB, d *db.DB, l *corridorlog.Log, id unit.ID) (by unit.ID) {
	t.Helper()
	if err := d.Act(ctx, func(tx *db.Tx) (err error) {
		by, err = l.Withdraw(ctx, tx, id, corridorlog.Withdrawal{Day: day, Reason: "published in error"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return by
}

// Bytes all along every column of every table of the log are changed in turn, and the audit sees each.
func TestTheAuditFindsAChangedByte(t *testing.T) {
	_, l, dsn := world(t)
	v := newVandal(t, dsn)
	for _, table := range []struct {
		name, key, where string
		texts, blobs     []string
	}{
		{name: "log_entry", key: "idx", where: "idx IN (0, 255, 257, 258, 259)", texts: []string{"id", "kind", "day", "fields", "object"}, blobs: []string{"leaf", "salt"}},
		{name: "log_tile", key: "level * 1000 + n", blobs: []string{"hashes"}},
		{name: "log_checkpoint", key: "size", where: "size IN (257, 259, 260)", texts: []string{"note"}},
		{name: "log_cosignature", key: "size", texts: []string{"witness", "key", "line"}},
		{name: "log_record", key: "id", texts: []string{"id"}, blobs: []string{"body", "salt"}},
		{name: "log_withdrawal", key: "idx", texts: []string{"by_id"}},
		{name: "log_pending", key: "id", texts: []string{"id", "kind", "day", "fields", "object"}, blobs: []string{"leaf", "salt"}},
		{name: "log_identity", key: "one", texts: []string{"origin"}},
	} {
		where := ""
		if table.where != "" {
			where = " WHERE " + table.where
		}
		for _, key := range v.texts(fmt.Sprintf(`SELECT CAST(%s AS TEXT) FROM %s%s ORDER BY 1 LIMIT 100`, table.key, table.name, where)) {
			for _, column := range append(append([]string(nil), table.texts...), table.blobs...) {
				v.eachByte(l, table.name, table.key, key, column, slices.Contains(table.blobs, column), 5)
			}
		}
	}
	clean(t, l)
}

// eachByte changes one byte of a column after the other, some places all along it or with 0 every one, and puts each back.
func (v vandal) eachByte(l *corridorlog.Log, table, key, at, column string, blob bool, places int) (n int) {
	row := fmt.Sprintf("CAST(%s AS TEXT) = '%s'", key, at)
	var was []byte
	if err := v.d.QueryRow(fmt.Sprintf(`SELECT CAST(%s AS BLOB) FROM %s WHERE %s ORDER BY 1 LIMIT 1`, column, table, row)).Scan(&was); err != nil {
		v.t.Fatal(err)
	}
	rowid := v.texts(fmt.Sprintf(`SELECT CAST(rowid AS TEXT) FROM %s WHERE %s ORDER BY 1 LIMIT 1`, table, row))[0]
	put := func(b []byte) {
		var x any = string(b)
		if blob {
			x = b
		}
		v.do(fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE rowid = %s`, table, column, rowid), x)
	}
	step := 1
	if places > 0 {
		step += len(was) / places
	}
	for i := int(rowid[len(rowid)-1]) % step; i < len(was); i += step {
		damaged := append([]byte(nil), was...)
		damaged[i] ^= 1
		put(damaged)
		n++
		found, err := l.Audit(ctx)
		if err == nil && len(found) == 0 {
			v.t.Errorf("%s %s: byte %d of %s became %q and the audit is clean", table, at, i, column, damaged[i])
		}
	}
	put(was)
	return n
}

// In a small log with one of everything there is no byte, of a leaf, a hash, a record, a checkpoint, a cosignature, a key or
// what stands beside them, and no number that could be another unseen.
func TestTheAuditFindsEveryChangedByteOfASmallLog(t *testing.T) {
	dsn := dbtest.SQLite(t)
	d := dbtest.OpenAt(t, dsn, nil)
	l := newLog(t, d)
	fill(t, d, l, 1)
	with := paid(300)
	with.Record = []byte("公开记录 a public record")
	appendLeaf(t, d, l, with)
	gone := appendLeaf(t, d, l, with)
	sequence(t, l)
	cosign(t, l, witnessOf(t, "31.corridor.example/log"))
	withdraw(t, d, l, gone)
	sequence(t, l)
	appendLeaf(t, d, l, with)
	clean(t, l)
	v := newVandal(t, dsn)
	changed := 0
	for _, table := range []struct {
		name                  string
		texts, blobs, numbers []string
	}{
		{"log_entry", []string{"id", "kind", "day", "fields", "object"}, []string{"leaf", "salt"}, []string{"idx", "at"}},
		{"log_tile", nil, []string{"hashes"}, []string{"level", "n"}},
		{"log_checkpoint", []string{"note"}, nil, []string{"size"}},
		{"log_cosignature", []string{"witness", "key", "line"}, nil, []string{"size"}},
		{"log_record", []string{"id"}, []string{"body", "salt"}, nil},
		{"log_withdrawal", []string{"by_id"}, nil, []string{"idx"}},
		{"log_pending", []string{"id", "kind", "day", "fields", "object"}, []string{"leaf", "salt"}, []string{"at"}},
		{"log_identity", []string{"origin"}, nil, nil},
		{"log_key", []string{"key"}, nil, nil},
	} {
		rows := v.texts(fmt.Sprintf(`SELECT CAST(rowid AS TEXT) FROM %s ORDER BY 1 LIMIT 100`, table.name))
		if len(rows) == 0 {
			t.Fatalf("%s is empty", table.name)
		}
		for _, row := range rows {
			for _, column := range slices.Concat(table.texts, table.blobs) {
				changed += v.eachByte(l, table.name, "rowid", row, column, slices.Contains(table.blobs, column), 0)
			}
			for _, column := range table.numbers {
				was := v.texts(fmt.Sprintf(`SELECT CAST(%s AS TEXT) FROM %s WHERE rowid = %s ORDER BY 1 LIMIT 1`, column, table.name, row))[0]
				v.number(l, table.name, column, row, was)
				changed++
			}
		}
	}
	clean(t, l)
	t.Logf("%d changes, each found", changed)
}

// number puts another number in a row's place, which the audit has to see, and puts the first one back.
func (v vandal) number(l *corridorlog.Log, table, column, row, was string) {
	v.t.Helper()
	to := "1000" // no row has it
	if column == "level" {
		to = "7"
	}
	v.do(`PRAGMA foreign_keys = OFF`)
	v.do(fmt.Sprintf(`UPDATE %s SET %s = %s WHERE rowid = %s`, table, column, to, row))
	found, err := l.Audit(ctx)
	if err == nil && len(found) == 0 {
		v.t.Errorf("%s: %s became %s and the audit is clean", table, column, to)
	}
	v.do(fmt.Sprintf(`UPDATE %s SET %s = %s WHERE %s = %s`, table, column, was, column, to))
}

func TestTheAuditFindsWhatIsMissingOrTooMuch(t *testing.T) {
	for _, tc := range []struct{ do, want string }{
		{`DELETE FROM log_entry WHERE idx = 100`, `leaf 100 is missing`},
		{`DELETE FROM log_entry WHERE idx = 259`, `names more leaves`},
		{`DELETE FROM log_tile WHERE level = 1`, `tile 1/0`},
		{`DELETE FROM log_checkpoint WHERE size = 260`, `newest checkpoint is of size 259`},
		{`DELETE FROM log_record WHERE id = (SELECT id FROM log_entry WHERE idx = 257)`, `missing and was not withdrawn`},
		{`DELETE FROM log_withdrawal`, `not written down`},
		{`UPDATE log_entry SET idx = 1000 WHERE idx = 259`, `leaf 259 is missing`},
		{`INSERT INTO log_tile (level, n, width, hashes) VALUES (3, 0, 1, zeroblob(32))`, `level 3 has 1 tiles`},
		{`UPDATE log_tile SET width = width + 1, hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE width < 256 AND level = 0`, `level 0 has`},
		{`INSERT INTO log_record (id, body, salt) VALUES ('X', x'00', x'00')`, `public records`},
		{`INSERT INTO log_withdrawal (idx, by_id) VALUES (3, 'X')`, `withdrawals are written down`},
		{`UPDATE log_entry SET at = at + 1 WHERE idx = 7`, `leaf 7: the commitment`},
	} {
		_, l, dsn := world(t)
		newVandal(t, dsn).do(tc.do)
		found, err := l.Audit(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(tc.want).MatchString(strings.Join(found, "\n")) {
			t.Errorf("%s\nfound %q, want %q", tc.do, found, tc.want)
		}
	}
}

func TestTheDatabaseItselfRefusesChanges(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		fill(t, d, l, 2)
		leaf := paid(3)
		leaf.Record = []byte("text")
		withdraw(t, d, l, func() unit.ID { id := appendLeaf(t, d, l, leaf); sequence(t, l); return id }())
		appendLeaf(t, d, l, leaf)
		for _, query := range []string{
			`UPDATE log_entry SET kind = 'x' WHERE idx = 0`,
			`DELETE FROM log_entry WHERE idx = 0`,
			`UPDATE log_tile SET hashes = hashes WHERE level = 0`,
			`DELETE FROM log_tile WHERE level = 0`,
			`UPDATE log_checkpoint SET note = 'x'`,
			`DELETE FROM log_checkpoint WHERE size = 2`,
			`UPDATE log_record SET body = salt`,
			`UPDATE log_withdrawal SET by_id = 'x'`,
			`DELETE FROM log_withdrawal`,
			`UPDATE log_identity SET origin = 'x'`,
		} {
			if err := d.Act(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, query)
				return err
			}); err == nil {
				t.Errorf("%s went through", query)
			}
		}
		sequence(t, l)
		clean(t, l)
	})
}

// What does not continue the last checkpoint is not signed, and what is damaged gives no proof.
func TestADamagedLogSignsAndProvesNothing(t *testing.T) {
	for name, damage := range map[string]string{
		"tile":       `UPDATE log_tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND width < 256`,
		"checkpoint": `UPDATE log_checkpoint SET note = replace(note, '260', '261') WHERE size = 260`,
		"entry":      `DELETE FROM log_entry WHERE idx = 259`,
	} {
		d, l, dsn := world(t)
		newVandal(t, dsn).do(damage)
		appendLeaf(t, d, l, paid(1))
		_, err := l.Sequence(ctx)
		if got := fault.CodeOf(err); got != "log.damaged" {
			t.Errorf("%s: sequencing says %v", name, err)
		}
	}
	d, l, dsn := world(t)
	e, err := l.Entry(ctx, 258)
	if err != nil {
		t.Fatal(err)
	}
	newVandal(t, dsn).do(`UPDATE log_entry SET leaf = replace(CAST(leaf AS TEXT), '30000', '90000') WHERE idx = 258`)
	_, err = l.Receipt(db.Afresh(ctx), e.ID, true) // for a second a reading may still serve what was there before the vandal came
	wantFault(t, err, "log.damaged")
	_ = d
}
