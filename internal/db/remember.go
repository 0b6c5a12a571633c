package db

import "strings"

// memory is what a room has read in an act or a reading, kept until something is written to a table of the room.
type memory struct {
	room  string
	value any
}

const rememberMax = 256 // things that an act or a reading remembers; what comes after is read each time

// Remember gives what read returns, and the same again without reading for as long as the act has written to no table of the
// room: one whose name begins "room_". The key must be comparable, and its type the room's own. What is kept is shared: nobody
// changes it. An error is not kept, and nothing outlives the act.
func Remember[T any](tx *Tx, room string, key any, read func() (T, error)) (T, error) {
	if m, kept := tx.memory[key]; kept {
		return m.value.(T), nil
	}
	value, err := read()
	if err == nil && len(tx.memory) < rememberMax {
		if tx.memory == nil {
			tx.memory = map[any]memory{}
		}
		tx.memory[key] = memory{room, value}
	}
	return value, err
}

// writes notes that a statement may write: what was asked ahead of its table, and what is remembered of its room, may not be true
// any more. No trigger writes to another table, which a test keeps.
func (tx *Tx) writes(query string) {
	tx.wrote = true
	if len(tx.ahead) == 0 && len(tx.memory) == 0 {
		return
	}
	table := written(query)
	kept := tx.ahead[:0]
	for _, s := range tx.ahead {
		if s.forgotten = table == "" || concerns(s.query, table); !s.forgotten {
			kept = append(kept, s)
		}
	}
	clear(tx.ahead[len(kept):])
	tx.ahead = kept
	room, _, named := strings.Cut(table, "_")
	for key, m := range tx.memory {
		if !named || m.room == room {
			delete(tx.memory, key)
		}
	}
}

// written is the table that a statement writes to; "" where that is not plain.
func written(query string) string {
	rest := strings.TrimLeft(query, " \t\n")
	for _, verb := range [...]string{"INSERT INTO ", "UPDATE ", "DELETE FROM "} {
		if after, is := strings.CutPrefix(rest, verb); is {
			n := 0
			for n < len(after) && inName(after[n]) {
				n++
			}
			return after[:n]
		}
	}
	return ""
}

// concerns says whether a question may look at a table: it names it, or a view.
func concerns(query, table string) bool {
	return strings.Contains(query, table) || strings.Contains(query, "v_")
}
