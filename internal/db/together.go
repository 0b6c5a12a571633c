package db

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Statement is one of several that are given at once.
type Statement struct {
	Query string
	Args  []any
	Key   string            // of an INSERT as for Tx.Insert; empty: the statement returns no rows
	Done  func(int64) error // takes the last key, or how many rows were changed; called in the order of the list
}

// Together runs statements that do not need each other's answers, in their order. PostgreSQL gets them in one round trip,
// which costs more than most statements do.
func (tx *Tx) Together(ctx context.Context, list []Statement) error {
	c, ok := tx.q.(*connection)
	if !ok || !c.postgres || len(list) < 2 {
		return tx.oneByOne(ctx, list)
	}
	ctx, err := tx.ready(ctx)
	if err != nil {
		return err
	}
	tx.wrote = true
	b := &pgx.Batch{}
	answers := make([]int64, len(list))
	for i, s := range list {
		if s.Key == "" {
			b.Queue(s.Query, s.Args...).Exec(func(tag pgconn.CommandTag) error { answers[i] = tag.RowsAffected(); return nil })
			continue
		}
		b.Queue(s.Query+" RETURNING "+s.Key, s.Args...).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&answers[i]}, func() error { return nil })
			return err
		})
	}
	if err := c.raw(func(pc *pgx.Conn) error { return pc.SendBatch(ctx, b).Close() }); err != nil {
		tx.failed = err
		return err
	}
	for i, s := range list {
		if err := s.Done(answers[i]); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) oneByOne(ctx context.Context, list []Statement) (err error) {
	for _, s := range list {
		var n int64
		if s.Key == "" {
			n, err = tx.Exec(ctx, s.Query, s.Args...)
		} else {
			n, err = tx.Insert(ctx, s.Query, s.Key, s.Args...)
		}
		if err == nil {
			err = s.Done(n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
