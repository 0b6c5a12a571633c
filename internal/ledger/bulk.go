package ledger

import (
	"context"
	"errors"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
)

const bulkTransfersMax = 500 // transfers of a bulk in one act, so that other acts do not wait long

// Outcome says what became of one chain of a bulk.
type Outcome struct {
	Entries []Entry      // as Apply returns them; none if the chain was refused
	New     int          // how many of them this bulk entered; the others stood in the books already
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
	out := make([]Outcome, 0, len(chains))
	most := len(chains) // in one act
	for len(chains) > 0 {
		n, transfers := 0, 0
		for n < min(most, len(chains)) && (n == 0 || transfers+len(chains[n]) <= bulkTransfersMax) {
			transfers += len(chains[n])
			n++
		}
		part, err := l.bulkPart(ctx, chains[:n])
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

// bulkPart enters some chains in one act.
func (l *Ledger) bulkPart(ctx context.Context, chains [][]Transfer) (out []Outcome, err error) {
	err = l.db.Act(ctx, func(tx *db.Tx) error {
		out = make([]Outcome, 0, len(chains)) // the act may run twice
		for _, chain := range chains {
			o, err := l.outcome(ctx, tx, chain)
			if err != nil {
				return err
			}
			out = append(out, o)
		}
		return nil
	})
	return out, err
}

func (l *Ledger) outcome(ctx context.Context, tx *db.Tx, chain []Transfer) (o Outcome, err error) {
	o.Entries, o.New, err = l.enter(ctx, tx, chain)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind != fault.Unavailable && refused.Kind != fault.Internal {
		return Outcome{Refused: refused}, nil
	}
	return o, err
}
