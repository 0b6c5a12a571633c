package catalogue

import (
	"context"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Query says which listings to list, the newest first.
type Query struct {
	Kind   string
	Owner  string
	Region unit.Region // with every region inside it
	State  State       // with All; "" is each
	All    bool        // those that are not published too, for who keeps the owner's listings or those of the region
	After  unit.ID     // where the next page begins
	Rows   int         // 0 is 50
}

// List returns one page of listings and where the next begins, "" at the end. Without All they are the published ones.
func (s *Service) List(ctx context.Context, who access.Actor, q Query) (page []Listing, next unit.ID, err error) {
	if q.Rows < 1 || q.Rows > pageMax {
		q.Rows = pageRows
	}
	if err := s.askable(who, &q); err != nil {
		return nil, "", err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		page, err = selectPage(ctx, tx, q, q.Rows+1)
		return err
	})
	if len(page) > q.Rows {
		page = page[:q.Rows]
		next = page[q.Rows-1].ID
	}
	for i := range page {
		page[i] = s.seen(who, page[i])
	}
	return page, next, err
}

// askable refuses a question that the actor may not ask.
func (s *Service) askable(who access.Actor, q *Query) error {
	if q.Region != "" {
		if _, err := unit.ParseRegion(string(q.Region)); err != nil {
			return fault.Of(err).On("region")
		}
	}
	if q.After != "" {
		if _, err := unit.ParseID(string(q.After)); err != nil {
			return fault.Of(err).On("after")
		}
	}
	if q.State != "" && !slices.Contains(States, q.State) {
		return fault.New(fault.Invalid, "catalogue.state_unknown").On("state")
	}
	if !q.All {
		q.State = Published
		return nil
	}
	if who.System() {
		return nil
	}
	scope := Listing{Owner: q.Owner, Region: q.Region}
	if may(who, access.ListingEdit, scope) == nil {
		return nil
	}
	return may(who, access.ListingPublish, scope)
}
