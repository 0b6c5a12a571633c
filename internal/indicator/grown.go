package indicator

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Logs only grow, so what was counted of them stays counted: a tally keeps how far it has read each log and reads on from there.

// leaf is a public entry as it is read out of a log.
type leaf struct {
	Origin string
	Index  int64
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

// grown calls do with each leaf of a kind that came since it was asked last, log by log, and moves read, which says by log how many
// leaves were looked at, on behind it.
func grown(ctx context.Context, tx *db.Tx, origins []string, kind string, read map[string]int64, do func(leaf) error) error {
	for _, origin := range origins {
		for {
			n := 0
			rows, err := tx.Query(ctx, sqlGrown, kind, origin, read[origin], leavesAtOnce)
			if err != nil {
				return err
			}
			for rows.Next() {
				l := leaf{Origin: origin}
				var fields string
				if err := rows.Scan(&l.Index, &l.Day, &fields); err != nil {
					rows.Close()
					return err
				}
				if err := json.Unmarshal([]byte(fields), &l.fields); err != nil {
					rows.Close()
					return fmt.Errorf("fields of leaf %d of %s: %w", l.Index, origin, err)
				}
				if err := do(l); err != nil {
					rows.Close()
					return err
				}
				read[origin] = l.Index + 1
				n++
			}
			err = rows.Err()
			rows.Close()
			if err != nil {
				return err
			}
			if n < leavesAtOnce {
				break
			}
		}
	}
	return nil
}
