package catalogue

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// OwnedIn are the listings of an owner that were ever public and whose kind allows a deed, the newest first, in the caller's
// act or reading: for a room that counts what was done with them. next is where the next page begins, "" at the end.
func (s *Service) OwnedIn(ctx context.Context, tx *db.Tx, owner, deed string, after unit.ID, limit int) (out []Listing, next unit.ID, err error) {
	all, err := selectPage(ctx, tx, Query{Owner: owner, All: true, After: after}, limit)
	if err != nil {
		return nil, "", err
	}
	if len(all) == limit {
		next = all[limit-1].ID
	}
	for _, l := range all {
		if k, ok := s.kinds.Of(l.Kind); ok && k.Can(deed) && l.Open() && l.Origin == "" {
			out = append(out, l)
		}
	}
	return out, next, nil
}

// AnyIn is a listing with all its fields, for a room of this node.
func (s *Service) AnyIn(ctx context.Context, tx *db.Tx, id unit.ID) (Listing, error) {
	return s.find(ctx, tx, access.System("catalogue"), id)
}
