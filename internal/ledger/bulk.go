package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"corridor/internal/db"
	"corridor/internal/fault"
)

const bulkTransfersMax = 500 // transfers of a bulk in one act, so that other acts do not wait long

// Outcome says what became of one chain of a bulk.
type Outcome struct {
	Entries []Entry      // as Apply returns them; none if the chain was refused
	New     int          // how many of them this bulk entered; the others stood in the books already
	Fresh   []bool       // which those are
	Refused *fault.Error // why nothing of the chain was entered
}

// Bulk enters many chains, each as Apply does: a chain is entered whole or not at all, and a refused chain stops
// none of the others, not even those after it. The outcomes stand in the order of the chains.
//
// A bulk is many acts. When one of them fails for a reason that is no refusal, the error is returned with the
// outcomes of the acts before it, which are durable. Giving the same bulk again is safe: what is entered is
// answered and not entered twice.
//
// An act that the database could not bring through among the acts of others is tried again with half as many
// chains, down to one.
func (l *Ledger) Bulk(ctx context.Context, chains ...[]Transfer) ([]Outcome, error) {
	return l.bulk(ctx, chains, nil)
}

// bulk is Bulk, and runs beside in each act with the outcomes from the given chain on.
func (l *Ledger) bulk(ctx context.Context, chains [][]Transfer, beside func(context.Context, *db.Tx, int, []Outcome) error) ([]Outcome, error) {
	out := make([]Outcome, 0, len(chains))
	most := len(chains) // in one act
	for len(chains) > 0 {
		n, transfers := 0, 0
		for n < min(most, len(chains)) && (n == 0 || transfers+len(chains[n]) <= bulkTransfersMax) {
			transfers += len(chains[n])
			n++
		}
		var part []Outcome
		err := l.db.Act(ctx, func(tx *db.Tx) (err error) {
			part, err = enterAll(ctx, tx, chains[:n])
			if err == nil && beside != nil {
				err = beside(ctx, tx, len(out), part)
			}
			return err
		})
		if crowded := fault.CodeOf(err); n > 1 && (crowded == "db.busy" || crowded == "db.act_too_long") {
			most = n / 2
			continue
		}
		if err != nil {
			return out, fmt.Errorf("bulk, from chain %d: %w", len(out)+1, err)
		}
		out = append(out, part...)
		chains = chains[n:]
	}
	return out, nil
}

// enterAll enters some chains in one act. What they look at is read at once, they are decided one after the other on
// what the ones before them left, and what they make is written at once.
func enterAll(ctx context.Context, tx *db.Tx, chains [][]Transfer) ([]Outcome, error) {
	p := newPlan(tx)
	if err := p.lookAll(ctx, chains); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(chains))
	entries := make([][]*Entry, len(chains))
	for i, chain := range chains {
		var err error
		before := len(p.made)
		entries[i], out[i].New, err = p.chain(ctx, chain)
		for _, e := range entries[i] {
			out[i].Fresh = append(out[i].Fresh, slices.Contains(p.made[before:], e))
		}
		if refused := (*fault.Error)(nil); errors.As(err, &refused) && refused.Kind != fault.Unavailable && refused.Kind != fault.Internal {
			out[i].Refused = refused
		} else if err != nil {
			return nil, err
		}
	}
	if err := p.write(ctx); err != nil {
		return nil, err
	}
	for i := range out { // now that they have their places
		if out[i].Refused == nil {
			out[i].Entries = copied(entries[i])
		}
	}
	return out, nil
}
