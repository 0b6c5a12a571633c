package catalogue

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/log"
	"corridor/internal/unit"
)

// Withdrawing is the act of taking back what was published of a retired listing.
const Withdrawing Act = "withdraw"

// TakeBack withdraws the public records of a retired listing: what should never have been published. The log says that it was
// withdrawn and why, nodes that mirror the listing drop it, and what others copied cannot be called back. The reason is public.
func (s *Service) TakeBack(ctx context.Context, who access.Actor, id unit.ID, version int, reason string) (n int, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, _, by, err := s.forAct(ctx, tx, who, access.ListingPublish, id, version)
		if err != nil {
			return err
		}
		if l.State != Retired || !l.Open() || s.c.Log == nil {
			return notIn(l.State, Withdrawing)
		}
		if reason, err = reasonOf(reason, true); err != nil {
			return err
		}
		ids, err := s.c.Log.ByObject(ctx, tx, l.Object())
		if err != nil {
			return fmt.Errorf("leaves of listing %s: %w", id, err)
		}
		n = 0
		for _, leaf := range ids {
			_, err := s.c.Log.Withdraw(ctx, tx, leaf, log.Withdrawal{Day: s.today(tx), Reason: reason})
			if code := fault.CodeOf(err); code == "log.withdrawn" || code == "log.withdraw_withdrawal" {
				continue
			}
			if err != nil {
				return fmt.Errorf("withdraw leaf %s of listing %s: %w", leaf, id, err)
			}
			n++
		}
		if n == 0 {
			return fault.New(fault.Conflict, "catalogue.withdrawn")
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "listing." + string(Withdrawing), Object: l.Object(), Region: l.Region, Mandate: by, Detail: fmt.Sprintf("%d leaves", n)})
	})
	return n, err
}
