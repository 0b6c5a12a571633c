package db

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// changes says which tables may have changed since when. It is a count that grows by one when a commit begins and by one when it has
// ended, so it is odd while one is under way; there is never more than one, because one connection writes. Each table keeps the count
// of the newest commit that it is part of.
//
// What holds: who reads the count, then takes a snapshot, sees a table as it is for as long as the table's count is below the one that
// was read. The commit that wrote to the table last had ended before the snapshot, and none with it has begun since.
type changes struct {
	n      atomic.Int64
	doubt  atomic.Int64 // until then, in microseconds, nobody knows whether a commit is still to come
	tables map[string]*table
	views  map[string][]*table // the tables behind each view

	mu        sync.RWMutex
	questions map[string]*question // by their texts; guarded by mu
}

type table struct{ at atomic.Int64 }

const (
	questionsMax = 4000        // texts of which the tables are known; they are learnt anew beyond that
	doubtFor     = time.Minute // after a commit of which nobody knows the outcome
)

// learn reads which tables and views there are.
func (d *DB) learn(ctx context.Context) error {
	s := &changes{tables: map[string]*table{}, views: map[string][]*table{}, questions: map[string]*question{}}
	s.n.Store(2)
	query := sqlTablesLite
	if d.dialect == postgresDialect {
		query = sqlTablesPostgres
	}
	type named struct{ name, view string }
	var all []named
	err := d.Read(ctx, func(tx *Tx) (err error) {
		all, err = Collect(ctx, tx, "tables", func(scan func(...any) error) (x named, err error) { return x, scan(&x.name, &x.view) }, query)
		return err
	})
	if err != nil {
		return fmt.Errorf("learn the tables: %w", err)
	}
	for _, x := range all {
		if x.view == "" {
			s.tables[x.name] = &table{}
		}
	}
	texts := map[string]string{}
	for _, x := range all {
		if x.view != "" {
			texts[x.name] = x.view
		}
	}
	for name := range texts {
		s.views[name] = s.behind(name, texts, map[string]bool{})
	}
	d.changes = s
	return nil
}

// behind are the tables that a view stands on, through other views, too.
func (s *changes) behind(view string, texts map[string]string, seen map[string]bool) (out []*table) {
	seen[view] = true
	for word := range words(texts[view]) {
		if t := s.tables[word]; t != nil {
			out = append(out, t)
		} else if texts[word] != "" && !seen[word] {
			out = append(out, s.behind(word, texts, seen)...)
		}
	}
	return out
}

// words are the names and words in a statement.
func words(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i < len(text); {
			from := i
			for i < len(text) && inName(text[i]) {
				i++
			}
			if i > from && !yield(text[from:i]) {
				return
			}
			if i == from {
				i++
			}
		}
	}
}

// question is what is known of the text of a question.
type question struct {
	id          int32
	tables      []*table     // that an answer may come from; none: it is not known
	kept, found atomic.Int64 // answers that were remembered, and how often one was told again
	passed      atomic.Int64 // answers that were not remembered
}

// question finds what is known of a text.
func (s *changes) question(query string) *question {
	s.mu.RLock()
	q := s.questions[query]
	s.mu.RUnlock()
	if q != nil {
		return q
	}
	q = &question{id: questionIDs.Add(1)}
	if reads(query) {
		for word := range words(query) {
			if t := s.tables[word]; t != nil && !slices.Contains(q.tables, t) {
				q.tables = append(q.tables, t)
			}
			for _, t := range s.views[word] {
				if !slices.Contains(q.tables, t) {
					q.tables = append(q.tables, t)
				}
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.questions) >= questionsMax {
		clear(s.questions)
	}
	s.questions[query] = q
	return q
}

// questionIDs number the questions of a process: an answer whose question was learnt anew is not found any more.
var questionIDs atomic.Int32

// state is the count for a reading that takes its snapshot afterwards; 0 where nothing can be said.
func (s *changes) state() int64 {
	if s == nil || s.doubt.Load() > time.Now().UnixMicro() {
		return 0
	}
	return s.n.Load()
}

// still says whether a snapshot taken at a count shows all that anybody was told to be kept.
func (s *changes) still(seen int64) bool {
	if s == nil || seen == 0 {
		return false
	}
	now := s.n.Load()
	return now == seen || seen%2 == 0 && now == seen+1 // what is being committed was told to nobody
}

// begin notes that a commit of these tables begins; "" is any table. Only the writer calls it.
func (s *changes) begin(written map[string]bool) {
	if s == nil {
		return
	}
	n := s.n.Load() + 1
	all := written[""]
	for name := range written {
		all = all || s.tables[name] == nil // of a table that nobody has learnt, as in a test
	}
	if all {
		for _, t := range s.tables {
			t.at.Store(n)
		}
	} else {
		for name := range written {
			s.tables[name].at.Store(n)
		}
	}
	s.n.Store(n)
}

// end notes that the commit has ended, whether or not it was done; unsure says that nobody knows.
func (s *changes) end(unsure bool) {
	if s == nil {
		return
	}
	if unsure {
		s.doubt.Store(time.Now().Add(doubtFor).UnixMicro())
	}
	s.n.Add(1)
}

// newest is the newest count of some tables.
func newest(tables []*table) (n int64) {
	for _, t := range tables {
		n = max(n, t.at.Load())
	}
	return n
}
