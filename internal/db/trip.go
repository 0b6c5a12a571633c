package db

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
)

// statement is one that goes to PostgreSQL with the next trip of the connection that writes. A trip takes much longer
// than most statements, so those of which nobody waits for an answer go together.
type statement struct {
	query     string
	args      []any
	reads     bool                      // it returns rows
	check     func(changed int64) error // may be nil; its error is that of the act
	rows      kept
	changed   int64
	done      bool // it ran, and rows or changed is its answer
	forgotten bool // nobody wants it any more
}

// same says whether a statement asks what another one asks.
func (s *statement) same(query string, args []any) bool {
	if s.query != query || len(s.args) != len(args) {
		return false
	}
	for i, a := range args {
		if _, ok := a.([]byte); ok || a != s.args[i] {
			return false
		}
	}
	return true
}

// post lets a statement go with the next trip.
func (c *connection) post(s *statement) { c.posted = append(c.posted, s) }

// trip takes what was posted to the server, waits for the answers and keeps them. Where one fails none after it was done.
func (c *connection) trip(ctx context.Context) error {
	posted := c.posted
	c.posted = nil
	b := &pgx.Batch{}
	var going []*statement
	if s := c.plansAnew(); s != nil {
		b.Queue(s.query)
		going = append(going, s)
	}
	for _, s := range posted {
		if !s.forgotten {
			b.Queue(s.query, s.args...)
			going = append(going, s)
		}
	}
	if len(going) == 0 {
		return nil
	}
	return c.raw(func(pc *pgx.Conn) error {
		if pc.IsClosed() {
			return driver.ErrBadConn
		}
		answers := pc.SendBatch(ctx, b)
		for _, s := range going {
			if err := s.take(pc, answers); err != nil {
				answers.Close() // which says the same
				return err
			}
			c.grown += s.changed
		}
		return answers.Close()
	})
}

// replanFirst is after how many changed rows statements are planned anew for the first time; then after twice as many, and so on.
const replanFirst = 500

// plansAnew is the statement that has PostgreSQL plan anew; nil where that is not due. A statement that is kept prepared is planned once
// for all its arguments, and stays so until the server has counted the table's rows anew: planned for a table that was empty, it
// takes any index that fits, and reads a whole instrument's runs to find one by its number once there are thousands.
func (c *connection) plansAnew() *statement {
	if c.reading || c.grown < max(c.replan, replanFirst) {
		return nil
	}
	c.replan, c.grown = 2*max(c.replan, replanFirst), 0
	return &statement{query: sqlReplan}
}

func (s *statement) take(pc *pgx.Conn, answers pgx.BatchResults) error {
	if !s.reads {
		tag, err := answers.Exec()
		return s.answered(tag.RowsAffected(), err)
	}
	rows, err := answers.Query()
	if err != nil {
		return err
	}
	s.done = true
	return s.rows.read(pc.TypeMap(), rows)
}

func (s *statement) answered(changed int64, err error) error {
	s.done, s.changed = true, changed
	if err == nil && s.check != nil {
		err = s.check(changed)
	}
	return err
}

// script runs a text of several statements, which cannot share a trip.
func (c *connection) script(ctx context.Context, text string) error {
	if err := c.trip(ctx); err != nil {
		return err
	}
	return c.raw(func(pc *pgx.Conn) error {
		_, err := pc.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol)
		return err
	})
}
