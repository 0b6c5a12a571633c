package catalogue

import (
	"context"
	"fmt"

	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
)

const cutPage = 200

// MirrorCut takes out the listings that stand here by leaves of a log from an index on: a new epoch of that log has set these leaves
// aside. Whatever leaf of the listing comes next is taken, also one before that index.
func (s *Service) MirrorCut(ctx context.Context, tx *db.Tx, log string, index int64) error {
	for {
		page, err := selectMirrorsFrom(ctx, tx, log, index, cutPage)
		if err != nil {
			return err
		}
		for _, m := range page {
			l, _, err := selectListing(ctx, tx, m.Listing)
			if err != nil {
				return err
			}
			l.State, l.Fields, l.Title, l.OwnerName = Retired, kinds.Fields{}, fault.Words{"已撤回的资源", "Withdrawn listing"}, fault.Words{l.Owner, l.Owner}
			l.Reason, l.Proof = "发布它的日志开始了新纪元，这一条不再算数 set aside by a new epoch of the log that published it", fmt.Sprintf("%s#%d", m.Log, m.Index)
			l.Version, l.Changed, m.Digest, m.Seen, m.Index = 1, tx.Now(), "", tx.Now(), -1
			if err := updateMirrored(ctx, tx, l, m); err != nil {
				return fmt.Errorf("take listing %s out: %w", m.Listing, err)
			}
			if err := insertChange(ctx, tx, l.ID); err != nil {
				return err
			}
		}
		if len(page) < cutPage {
			return nil
		}
	}
}
