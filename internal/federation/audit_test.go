package federation_test

import (
	"database/sql"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	corridorlog "corridor/internal/log"
)

// What was verified once is checked again: each damage is found, and gives no receipt where it is in the way.
func TestTheAuditFindsWhatWasChangedAfterwards(t *testing.T) {
	for _, tc := range []struct{ do, want string }{
		{`UPDATE federation_leaf SET leaf = replace(CAST(leaf AS TEXT), '"amount_fen":700}', '"amount_fen":900}') WHERE idx = 6`, "leaf 6 is not what stands beside it"},
		{`UPDATE federation_leaf SET fields = '{}' WHERE idx = 6`, "leaf 6 is not what stands beside it"},
		{`UPDATE federation_leaf SET kind = 'other' WHERE idx = 6`, "leaf 6 is not what stands beside it"},
		{`UPDATE federation_leaf SET day = '2026-03-03' WHERE idx = 6`, "leaf 6 is not what stands beside it"},
		{`DELETE FROM federation_leaf WHERE idx = 6`, "leaf 6 is missing"},
		{`DELETE FROM federation_leaf WHERE idx = 300`, "300 leaves are here, 301 were verified"},
		{`UPDATE federation_tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND n = 0`, "tile 0/0"},
		{`DELETE FROM federation_tile WHERE level = 1`, "hashes in tiles"},
		{`INSERT INTO federation_tile (origin, level, n, width, hashes) VALUES ('34.corridor.example/log', 5, 0, 1, zeroblob(32))`, "hashes in tiles"},
		{`UPDATE federation_peer SET size = 299`, "301 leaves are here, 299 were verified"},
		{`UPDATE federation_peer SET target = replace(target, '301', '302')`, "the checkpoint"},
		{`UPDATE federation_withdrawal SET idx = 4`, "was withdrawn by leaf 300, and that is not written down"},
		{`INSERT INTO federation_withdrawal (origin, idx, by_idx) VALUES ('34.corridor.example/log', 7, 9)`, "no leaf says so"},
	} {
		anhui := newStation(t, "340000")
		dsn := dbtest.SQLite(t)
		shanghai := openStation(t, "310000", dbtest.OpenAt(t, dsn, nil), "")
		f := shanghai.follows(quietly, anhui)
		anhui.publish(300)
		e, err := anhui.log.Entry(ctx, 3)
		if err != nil {
			t.Fatal(err)
		}
		if err := anhui.d.Act(ctx, func(tx *db.Tx) error {
			_, err := anhui.log.Withdraw(ctx, tx, e.ID, corridorlog.Withdrawal{Day: day, Reason: "published in error"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		anhui.sequence()
		follow(t, f)
		clean(t, f)
		vandalize(t, dsn, tc.do)
		found, err := f.Audit(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(found, "\n"), tc.want) {
			t.Errorf("%s\nfound %q, want %q", tc.do, found, tc.want)
		}
	}
}

// vandalize writes into a node's database past every guard.
func vandalize(t *testing.T, dsn, query string) {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	rows, err := d.Query(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'federation_%' ORDER BY name LIMIT 100`)
	if err != nil {
		t.Fatal(err)
	}
	var triggers []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		triggers = append(triggers, name)
	}
	rows.Close()
	for _, name := range triggers {
		if _, err := d.Exec(`DROP TRIGGER ` + name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Exec(query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
