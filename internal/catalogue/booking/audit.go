package booking

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// auditRows are read at once.
const auditRows = 1000

// Audit compares what is kept twice: that slots do not overlap, that a booking takes its slot exactly as long as its
// state says, that prices are the sum of their lines, that holds and offers of other instruments stand as their bookings do. A line for each fault.
func (s *Service) Audit(ctx context.Context) (faults []string, err error) {
	ctx = db.Afresh(ctx)
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if err := eachOverlap(ctx, tx, func(a, b string) { say("bookings %s and %s overlap", a, b) }); err != nil {
			return err
		}
		for after := unit.ID(""); ; {
			page, err := selectAllBookings(ctx, tx, after, auditRows)
			if err != nil {
				return err
			}
			for _, b := range page {
				slot, has, err := selectSlotOf(ctx, tx, b.ID)
				if err != nil {
					return err
				}
				takes := b.State.takes() || b.State == Displaced && !b.Until.IsZero()
				switch {
				case takes && !has:
					say("booking %s is %s and takes no time", b.ID, b.State)
				case !takes && has:
					say("booking %s is %s and still takes time", b.ID, b.State)
				case has && (slot.From.After(b.From) || slot.To.Before(b.To) && !(b.State == Done || b.State == Failed)):
					say("booking %s is not within its slot", b.ID)
				}
				var total unit.Fen
				for _, l := range b.Lines {
					total += l.Sum
				}
				if total != b.Price {
					say("booking %s costs %s and its lines %s", b.ID, b.Price.Yuan(), total.Yuan())
				}
				if h, found, err := selectHold(ctx, tx, sqlHoldOf, string(b.ID)); err != nil {
					return err
				} else if found && h.State == "held" && b.State != Held || b.State == Held && (!found || h.State != "held") {
					say("booking %s is %s and its hold %s", b.ID, b.State, h.State)
				}
				if m, found, err := selectMove(ctx, tx, b.ID); err != nil {
					return err
				} else if found && (m.State == "asked") != (b.State == Offered) {
					say("booking %s is %s and what it is offered for %s", b.ID, b.State, m.State)
				}
				after = b.ID
			}
			if len(page) < auditRows {
				return nil
			}
		}
	})
	return faults, err
}
