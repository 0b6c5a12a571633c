package indicator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Logs only grow, so what was counted of them stays counted: a tally keeps how far it has read each log and reads on from there.

// leaf is a public entry as it is read out of a log.
type leaf struct {
	Origin string
	Index  int64
	Kind   string
	Day    unit.Day
	fields map[string]json.RawMessage
}

// text is a field that is a text or a number, as a text; "" where there is none.
func (l leaf) text(name string) string {
	raw := l.fields[name]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// fen is a field that carries integer fen, as a number or as a text.
func (l leaf) fen(name string) (unit.Fen, error) {
	n, err := strconv.ParseInt(l.text(name), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("field %s of leaf %d of %s is no integer: %w", name, l.Index, l.Origin, err)
	}
	return unit.Fen(n), nil
}

// amount is a field that carries integer fen as a number.
func (l leaf) amount(name string) (unit.Fen, error) {
	var n int64
	if err := json.Unmarshal(l.fields[name], &n); err != nil {
		return 0, fmt.Errorf("field %s of a leaf is no integer: %w", name, err)
	}
	return unit.Fen(n), nil
}

// publicLog is a log and how many of its leaves are here.
type publicLog struct {
	origin string
	size   int64
}

// grown calls do with each leaf of the kinds that came since it was asked last, log by log, and moves read, which says by log how many
// leaves were looked at, on behind it. Where nothing came it asks for the sizes of the logs alone. A log that is shorter than it was
// has begun a new epoch: then everything is forgotten, by forget, and read again.
func grown(ctx context.Context, tx *db.Tx, read map[string]int64, forget func(), wanted func(kind string) bool, do func(leaf) error) error {
	logs, err := selectLogs(ctx, tx)
	if err != nil {
		return fmt.Errorf("sizes of the logs: %w", err)
	}
	if slices.ContainsFunc(logs, func(l publicLog) bool { return l.size < read[l.origin] }) {
		clear(read)
		forget()
	}
	for _, log := range logs {
		for read[log.origin] < log.size {
			if err := grownBy(ctx, tx, log, read, wanted, do); err != nil {
				return err
			}
		}
	}
	return nil
}

// grownBy looks at the next leaves of a log.
func grownBy(ctx context.Context, tx *db.Tx, log publicLog, read map[string]int64, wanted func(string) bool, do func(leaf) error) error {
	to := min(log.size, read[log.origin]+leavesAtOnce)
	rows, err := tx.Query(ctx, sqlGrown, log.origin, read[log.origin], to, leavesAtOnce)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		l := leaf{Origin: log.origin}
		var fields string
		if err := rows.Scan(&l.Index, &l.Kind, &l.Day, &fields); err != nil {
			return err
		}
		if wanted(l.Kind) {
			if err := json.Unmarshal([]byte(fields), &l.fields); err != nil {
				return fmt.Errorf("fields of leaf %d of %s: %w", l.Index, log.origin, err)
			}
			if err := do(l); err != nil {
				return err
			}
		}
		read[log.origin] = l.Index + 1
	}
	if err := rows.Err(); err != nil {
		return err
	}
	read[log.origin] = to // leaves that are not in our form are not shown
	return nil
}

// only wants one kind.
func only(kind string) func(string) bool { return func(k string) bool { return k == kind } }
