package access

import (
	"context"
	"slices"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Colleague is an account in use that holds a role in one of some organisations.
type Colleague struct {
	Person unit.ID
	Name   string
	Org    string // that of the organisations in which it holds one, the first asked for
}

// Colleague finds an account by its address among those who hold a role in one of these organisations. Nobody else is
// found, so that a guess at an address tells nothing. The caller has asked whether its actor may look for colleagues there.
func (s *Service) Colleague(ctx context.Context, tx *db.Tx, address string, orgs []string) (c Colleague, ok bool, err error) {
	p, held, err := inUse(ctx, tx, address)
	if err != nil {
		return c, false, err
	}
	for _, org := range orgs {
		if org != "" && slices.ContainsFunc(held, func(g Grant) bool { return g.Org == org }) {
			return Colleague{unit.ID(p.id), p.name, org}, true, nil
		}
	}
	return c, false, nil
}
