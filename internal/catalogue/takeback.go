package catalogue

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/log"
	"corridor/internal/unit"
)

// Withdrawing is the act of taking back what was published of a retired listing.
const Withdrawing Act = "withdraw"

// TakeBack withdraws the public records of a retired listing: what should never have been published. The log says that it was
// withdrawn and why, nodes that mirror the listing drop it, here only who keeps or reviews it reads it from then on, and what others
// copied cannot be called back. The reason is public.
func (s *Service) TakeBack(ctx context.Context, who access.Actor, id unit.ID, version int, reason string) (n int, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, _, by, err := s.forAct(ctx, tx, who, access.ListingPublish, id, version)
		if err != nil {
			return err
		}
		if l.State != Retired || !l.Open() || s.c.Log == nil {
			return notIn(l.State, Withdrawing)
		}
		if l.TakenBack != "" {
			return fault.New(fault.Conflict, "catalogue.withdrawn")
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
		if err := insertTakenBack(ctx, tx, id, reason); err != nil {
			return fmt.Errorf("take listing %s back: %w", id, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "listing." + string(Withdrawing), Object: l.Object(), Region: l.Region, Mandate: by, Detail: fmt.Sprintf("%d leaves", n)})
	})
	return n, err
}

// MayTakeBack says whether the actor may take back what was published of a listing now.
func (s *Service) MayTakeBack(who access.Actor, l Listing) bool {
	return s.c.Log != nil && l.State == Retired && l.Open() && l.Origin == "" && l.TakenBack == "" && may(who, access.ListingPublish, l) == nil
}

// readsAll says whether the actor reads all of a listing, what is not public and what was taken back included.
func readsAll(who access.Actor, l Listing) bool {
	return may(who, access.ListingEdit, l) == nil || may(who, access.ListingPublish, l) == nil
}

// blank is a listing that was taken back as everybody sees it: that it was there, and why it is not.
func blank(l Listing) Listing {
	l.Fields, l.Title, l.OwnerName, l.OwnNo, l.Reason = kinds.Fields{}, fault.Words{"已撤回的资源", "Withdrawn listing"}, fault.Words{l.Owner, l.Owner}, "", l.TakenBack
	return l
}
