package catalogue

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// Until is the last day of a need; no day where its kind or the need names none.
func Until(k *kinds.Kind, l Listing) unit.Day {
	d, err := unit.ParseDay(l.Fields[k.Asks.Until])
	if err != nil {
		return 0
	}
	return d
}

// IsNeed says whether a listing asks for something.
func (s *Service) IsNeed(l Listing) bool {
	k, ok := s.kinds.Of(l.Kind)
	return ok && k.Asking()
}

// expired says whether the last day of a need is over.
func (s *Service) expired(l Listing, today unit.Day) bool {
	k, ok := s.kinds.Of(l.Kind)
	if !ok {
		return false
	}
	until := Until(k, l)
	return until.Valid() && until < today
}

// expirePage is how many needs one act looks at.
const expirePage = 200

// Expire suspends the needs of this node whose last day is over, and says how many. Their owners see why; with a later day and Resume a
// need stands open again.
func (s *Service) Expire(ctx context.Context) (n int, err error) {
	for _, k := range s.kinds.Asking() {
		if k.Asks.Until == "" {
			continue
		}
		var after unit.ID
		for {
			var page []Listing
			over := 0
			err := s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
				over = 0
				if page, err = selectPage(ctx, tx, Query{Kind: k.ID, State: Published, After: after}, expirePage); err != nil {
					return err
				}
				for _, l := range page {
					if l.Origin != "" || !s.expired(l, s.today(tx)) {
						continue
					}
					over++
					l.State, l.Reason = Suspended, "截止日期已过 / The last day is over"
					if err := s.save(ctx, tx, access.System("catalogue"), "", &l, Expire, l.Reason, false); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return n, fmt.Errorf("expire needs of the kind %s: %w", k.ID, err)
			}
			n += over
			if len(page) < expirePage {
				break
			}
			after = page[len(page)-1].ID
		}
	}
	return n, nil
}

// expireDaily lets needs expire once a day, and when the node starts.
func (f *Finder) expireDaily(ctx context.Context) error {
	_, now, err := f.seqAt(ctx)
	if err != nil {
		return err
	}
	today := int64(unit.DayOf(now, f.s.c.Days.Location()))
	if f.expired.Load() == today {
		return nil
	}
	if _, err := f.s.Expire(ctx); err != nil {
		return err
	}
	f.expired.Store(today)
	return nil
}
