package db

import "context"

// Statement is one of several that are given at once.
type Statement struct {
	Query string
	Args  []any
	Key   string            // of an INSERT as for Tx.Insert; empty: the statement returns no rows
	Done  func(int64) error // takes the last key, or how many rows were changed; called in the order of the list
}

// Together runs statements that do not need each other's answers, in their order. PostgreSQL gets them in one trip.
func (tx *Tx) Together(ctx context.Context, list []Statement) error {
	c := tx.trips()
	if c == nil {
		return tx.oneByOne(ctx, list)
	}
	ctx, err := tx.ready(ctx)
	if err != nil {
		return err
	}
	sent := make([]*statement, len(list))
	for i, s := range list {
		tx.writes(s.Query)
		sent[i] = &statement{query: s.Query, args: s.Args}
		if s.Key != "" {
			sent[i].query, sent[i].reads = s.Query+" RETURNING "+s.Key, true
		}
		c.post(sent[i])
	}
	if tx.failed = c.trip(ctx); tx.failed != nil {
		return tx.failed
	}
	for i, s := range list {
		n := sent[i].changed
		for keys := (&Rows{kept: sent[i].rows}); keys.Next(); {
			if err := keys.Scan(&n); err != nil {
				return err
			}
		}
		if err := s.Done(n); err != nil {
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
