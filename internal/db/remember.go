package db

import (
	"strings"
	"time"
)

const (
	rememberMax = 4096        // things that are remembered; what comes after waits until the rest is forgotten
	rememberFor = time.Second // so that what somebody writes beside this process, with tools of the database, is seen, too
)

// memory is what rooms have read. Acts share that of the connection that writes, which nobody but they write through; a reading
// has its own, because it sees what was committed when it began.
type memory struct {
	of    map[string]map[any]any // by the tables that it was read from
	n     int
	since time.Time // of the first of them
}

// Remember gives what read returns, and to later acts the same without reading, for a second at most and only as long as nobody
// writes to a table whose name begins with one of the tables, which are separated by blanks; what was undone is forgotten, too. The
// key must be comparable, its type the room's own, and name all that the answer depends on. What is kept is shared: nobody changes
// it. An error is not kept.
func Remember[T any](tx *Tx, tables string, key any, read func() (T, error)) (T, error) {
	m := tx.remembers()
	if value, kept := m.of[tables][key]; kept {
		return value.(T), nil
	}
	value, err := read()
	if err == nil && m.n < rememberMax {
		if m.n == 0 {
			m.of, m.since = map[string]map[any]any{}, time.Now()
		}
		if m.of[tables] == nil {
			m.of[tables] = map[any]any{}
		}
		m.of[tables][key] = value
		m.n++
	}
	return value, err
}

// Remembers says whether Remember would not read.
func Remembers(tx *Tx, tables string, key any) bool {
	_, kept := tx.remembers().of[tables][key]
	return kept
}

// remembers is the memory that an act or a reading uses.
func (tx *Tx) remembers() *memory {
	if c, ok := tx.q.(*connection); ok && tx.bound != nil {
		return &c.memory
	}
	return &tx.memory
}

// forget forgets everything.
func (m *memory) forget() { m.of, m.n = nil, 0 }

// fresh forgets what is old, or more than there is room for; it is asked before each transaction.
func (m *memory) fresh() {
	if m.n >= rememberMax || m.n > 0 && time.Since(m.since) > rememberFor {
		m.forget()
	}
}

// written forgets what may have changed with a table; "" is any.
func (m *memory) written(table string) {
	for tables, kept := range m.of {
		for of := range strings.FieldsSeq(tables) {
			if table == "" || strings.HasPrefix(table, of) {
				m.n -= len(kept)
				delete(m.of, tables)
				break
			}
		}
	}
}

// writes notes that a statement may write: what was asked ahead of its table, and what is remembered of it, may not be true any
// more. No trigger writes to another table, which a test keeps.
func (tx *Tx) writes(query string) {
	tx.wrote = true
	m := tx.remembers()
	table := written(query)
	if c, ok := tx.q.(*connection); ok && tx.bound != nil {
		c.writes(table)
	}
	if len(tx.ahead) == 0 && m.n == 0 {
		return
	}
	m.written(table)
	kept := tx.ahead[:0]
	for _, s := range tx.ahead {
		if s.forgotten = table == "" || concerns(s.query, table); !s.forgotten {
			kept = append(kept, s)
		}
	}
	clear(tx.ahead[len(kept):])
	tx.ahead = kept
}

// written is the table that a statement writes to; "" where that is not plain.
func written(query string) string {
	rest := strings.TrimLeft(query, " \t\n")
	for _, verb := range sqlWriting {
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
