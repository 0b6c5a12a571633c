package casework

import (
	"context"
	"maps"
	"slices"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	// sqlFires is when cases of an organisation go on by themselves.
	sqlFires = `
SELECT id, fires_at FROM casework_case WHERE org = $1 AND ending = '' AND fires_at > 0
ORDER BY id LIMIT $2`

	// sqlPaidTo is what came to the accounts beyond the books, for the references that are added.
	sqlPaidTo = `SELECT ref, at, change_fen FROM v_ledger_entry WHERE ref <> '' AND `
)

func selectFires(ctx context.Context, tx *db.Tx, org string) (map[unit.ID]time.Time, error) {
	out := map[unit.ID]time.Time{}
	_, err := db.Collect(ctx, tx, "when cases of "+org+" go on", func(scan func(...any) error) (struct{}, error) {
		var id unit.ID
		var at int64
		err := scan(&id, &at)
		out[id] = db.Time(at)
		return struct{}{}, err
	}, sqlFires, org, childrenMax)
	return out, err
}

// paidEntry is a movement to an account beyond the books.
type paidEntry struct {
	ref string
	at  time.Time
	sum unit.Fen
}

func selectPaidTo(ctx context.Context, tx *db.Tx, of map[string]Case, accounts []string) ([]paidEntry, error) {
	if len(of) == 0 || len(accounts) == 0 {
		return nil, nil
	}
	var w where
	query := sqlPaidTo + w.in("ref", slices.Sorted(maps.Keys(of))) + " AND " + w.in("account", slices.Sorted(slices.Values(accounts))) + " ORDER BY at DESC, ref LIMIT " + w.arg(paidEntries)
	return db.Collect(ctx, tx, "what was paid", func(scan func(...any) error) (e paidEntry, err error) {
		var at int64
		err = scan(&e.ref, &at, &e.sum)
		e.at = db.Time(at)
		return e, err
	}, query, w.args...)
}
