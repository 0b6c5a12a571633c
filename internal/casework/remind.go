package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// remindSoon reminds whoever has to act in a case of what is due soon, or became late while the node was down: who took
// the case, else everybody who plays the role. Each due time is told of once, however often it is looked at.
func (s *Service) remindSoon(ctx context.Context) (done int, err error) {
	var near []unit.ID
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		near, err = selectSoon(ctx, tx, tx.Now().Add(s.c.Soon), ticksAtOnce)
		return err
	}); err != nil {
		return 0, fmt.Errorf("cases that are due soon: %w", err)
	}
	var first error
	for _, id := range near {
		n := 0
		err := s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
			n, err = s.remindCase(ctx, tx, id)
			return err
		})
		if done += n; err != nil && first == nil {
			first = fmt.Errorf("remind of case %s: %w", id, err)
		}
	}
	return done, first
}

func (s *Service) remindCase(ctx context.Context, tx *db.Tx, id unit.ID) (done int, err error) {
	rows, err := selectNear(ctx, tx, id, tx.Now().Add(s.c.Soon))
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	c, sch, err := s.load(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	for _, w := range rows {
		if err := markSoonTold(ctx, tx, id, w.role); err != nil {
			return done, err
		}
		if s.c.Notices == nil || c.End != "" {
			continue
		}
		if err := s.tellSoon(ctx, tx, sch, c, w); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

func (s *Service) tellSoon(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, w waitRow) error {
	due := db.Time(w.until)
	what := fault.Words{"即将到期", "Due soon"}
	if !tx.Now().Before(due) {
		what = fault.Words{"已到期", "Due"}
	}
	if ask, seat := seatRole(w.role); seat != "" {
		for _, a := range c.Asks {
			for _, x := range a.Seats {
				if a.Ask == ask && x.ID == seat && x.Waiting {
					return s.tellSeat(ctx, tx, sch, c, a, x, "case.soon", what, fmt.Sprintf("/soon/%d", w.until))
				}
			}
		}
		return nil
	}
	to, ok := s.audience(sch, c, w.role)
	if !ok {
		return nil
	}
	if r, _ := sch.Roles.Get(w.role); r.Desk != "" {
		taken, err := selectTaken(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if taken.Person != "" && taken.Role == w.role {
			to = notice.Audience{Person: taken.Person}
		}
	}
	org, err := s.toldOrg(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	stage := sch.Say(c.Stage)
	day := due.Add(-time.Second).In(s.c.Calendar.Location()).Format("2006-01-02")
	_, err = s.c.Notices.Tell(ctx, tx, notice.Notice{To: to, Kind: "case.soon", Object: c.Object(), Path: "/cases/" + string(c.ID), Org: org,
		Title: fault.Words{fmt.Sprintf("%s：%s %s（%s，%s）", what[0], sch.Title[0], c.No, stage[0], day),
			fmt.Sprintf("%s: %s %s (%s, %s)", what[1], sch.Title[1], c.No, stage[1], day)},
		Key: fmt.Sprintf("%s/soon/%s/%d", c.Object(), w.role, w.until)})
	return err
}
