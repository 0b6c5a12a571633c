package catalogue

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// remindMax is how many owners one round reminds.
const remindMax = 200

// PublishBy is the day by which a new listing is to be published, as its kind says, and whether that day has passed; no day
// where nothing is said or it was published.
func (s *Service) PublishBy(l Listing, today unit.Day) (due unit.Day, late bool) {
	k, ok := s.kinds.Of(l.Kind)
	if !ok || k.Within.Value <= 0 || l.Open() || l.State == Retired {
		return 0, false
	}
	from, err := unit.ParseDay(l.Fields[k.From])
	if err != nil {
		return 0, false
	}
	due, _ = s.c.Days.AddWorkdays(from, k.Within.Value)
	return due, today > due
}

// Stale is how many days ago the owner last stated or confirmed a published listing, where that is longer than its kind asks
// for; else 0.
func (s *Service) Stale(l Listing, now time.Time) int {
	k, ok := s.kinds.Of(l.Kind)
	if !ok || k.Refresh.Value <= 0 || l.State != Published || l.Origin != "" {
		return 0
	}
	if days := int(now.Sub(l.Refreshed) / (24 * time.Hour)); days > k.Refresh.Value {
		return days
	}
	return 0
}

// stale is an owner whose listings of a kind are to be looked at again.
type stale struct {
	owner    string
	listings int
}

// Remind tells owners which of their published listings nobody has looked at for longer than the kind asks for, once a month
// for each kind. It is called from time to time and may be called at any moment.
func (s *Service) Remind(ctx context.Context) error {
	if s.c.Notices == nil {
		return nil
	}
	for _, k := range s.kinds.All {
		if k.Refresh.Value <= 0 {
			continue
		}
		err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
			all, err := selectStale(ctx, tx, k.ID, tx.Now().AddDate(0, 0, -k.Refresh.Value), remindMax)
			if err != nil {
				return err
			}
			month := s.today(tx).String()[:7]
			for _, o := range all {
				if err := s.remind(ctx, tx, k, o, month); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("remind owners of %s: %w", k.ID, err)
		}
	}
	return nil
}

func (s *Service) remind(ctx context.Context, tx *db.Tx, k *kinds.Kind, o stale, month string) error {
	title := fault.Words{fmt.Sprintf("%d 项%s信息已满 %d 天未核对", o.listings, k.ZH, k.Refresh.Value),
		fmt.Sprintf("%s not looked at (%s) for %s", fault.Count(o.listings, "", "listing", "listings")[1], k.EN, fault.Count(k.Refresh.Value, "", "day", "days")[1])}
	_, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Org: o.owner}, Kind: "listing.stale", Object: "org/" + o.owner, Org: o.owner,
		Path: "/listings/mine?owner=" + o.owner + "&kind=" + k.ID + "&state=published", Title: title,
		Text: fault.Words{"请修改，或确认信息无误。", "Change them, or confirm that they are right."}, Key: "listing.stale/" + o.owner + "/" + k.ID + "/" + month})
	return err
}

// NameOf is the name of a person who acted, today's; "" when the account is not in use.
func (s *Service) NameOf(ctx context.Context, person unit.ID) (name string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		name, _, err = s.c.Access.Address(ctx, tx, person)
		return err
	})
	return name, err
}

// StepMany takes one act on several listings, each in the version that the actor saw: all of them or none.
func (s *Service) StepMany(ctx context.Context, who access.Actor, chosen map[unit.ID]int, act Act, reason string) error {
	if len(chosen) > pageMax {
		return fault.New(fault.TooLarge, "catalogue.chosen_many", "most", pageMax).On("act")
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(chosen)) {
			if _, err := s.StepIn(ctx, tx, who, id, chosen[id], act, reason); err != nil {
				return err
			}
		}
		return nil
	})
}
