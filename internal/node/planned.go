package node

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// planned is the register of agreements as cases ask it.
type planned struct{ n *Node }

func (x planned) Plan(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (casework.Plan, error) {
	p, err := x.n.Agreements.Planned(ctx, tx, who, id)
	return casework.Plan{Parties: p.Parties, Tasks: p.Tasks, Done: p.Done, Late: p.Late}, err
}
