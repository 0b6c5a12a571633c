package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Hours knows what instruments did for others, by their own logs. It takes part in the caller's act.
type Hours interface {
	// Shared is what an instrument of an owner earned from units that are not affiliated with it, and how long it ran for them, in
	// the year that the runs began in; instrument is the owner's own number or the id of the listing. known is false for one that is
	// not the owner's on this node.
	Shared(ctx context.Context, tx *db.Tx, owner, instrument string, year int) (income unit.Fen, minutes int, known bool, err error)
}

// shared answers what an instrument earned from others, or the whole hours that it ran for them.
func (w *world) shared(name string, args []scheme.Value) (scheme.Value, scheme.Vouched, error) {
	if w.s.c.Hours == nil || !args[0].Known() || !args[1].Known() || !args[2].Known() {
		return scheme.Value{}, scheme.Vouched{}, nil
	}
	income, minutes, known, err := w.s.c.Hours.Shared(w.ctx, w.tx, args[0].Text, args[1].Text, int(args[2].Int))
	if err != nil {
		return scheme.Value{}, scheme.Vouched{}, fmt.Errorf("hours of %s: %w", args[1].Text, err)
	}
	if !known {
		return scheme.Value{}, scheme.Vouched{}, nil
	}
	from := scheme.Vouched{By: "usage", At: w.tx.Now()}
	if name == "shared_income" {
		return scheme.MoneyValue(income), from, nil
	}
	return scheme.CountValue(int64(minutes / 60)), from, nil
}
