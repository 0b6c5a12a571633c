package booking

import (
	"context"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Move is an offer to use another instrument of the laboratory in place of a booking. The slot there is a booking of its own,
// Offer, which is kept until the user has answered, as long as the plan of that instrument says. Taken, the booking before ends
// free of charge; refused or over, it stays what it was.
type Move struct {
	Offer   unit.ID
	Booking unit.ID
	State   string   // asked, taken, refused, over
	Kept    bool     // the price stays as it was; else it is that of the other instrument
	Was     unit.Fen // what the booking costs where it is
	Why     string
	By      unit.ID
	At      time.Time
}

// Instead is where a booking could move to.
type Instead struct {
	Inst Instrument
	Quote
	Same bool // at the times of the booking
}

// MoveAsk is what an owner offers.
type MoveAsk struct {
	To   unit.ID // instrument of the same owner
	Span         // zero: the times of the booking, else the first slot of its length
	Keep bool    // the price as it was
	Why  string
}

// movable refuses a booking that cannot be offered another instrument: one that is over or has begun, and one that is held for
// another act, whose case chooses another slot.
func (s *Service) movable(ctx context.Context, tx *db.Tx, b Booking) error {
	if b.State != Requested && b.State != Confirmed && b.State != Displaced {
		return fault.New(fault.Conflict, "booking.state", "state", StateWords(b.State))
	}
	_, held, err := selectHold(ctx, tx, sqlHoldOf, string(b.ID))
	if held {
		return fault.New(fault.Conflict, "booking.move_held")
	}
	return err
}

// elsewhere judges a booking at another instrument of its owner: at its own times, else at the first slot that passes.
func (s *Service) elsewhere(ctx context.Context, tx *db.Tx, b Booking, to unit.ID, at Span) (j judged, q Quote, err error) {
	span, chosen := at, !at.From.IsZero()
	if !chosen {
		span = b.Span
	}
	ask := Ask{Instrument: to, Org: b.Org, Person: b.Person, Span: span, Samples: b.Samples, Operator: b.Operator, Purpose: b.Purpose, Class: b.Class, settled: true}
	for range 2 {
		if j, err = s.judge(ctx, tx, ask, ""); err != nil {
			return j, q, err
		}
		if j.world.closed != nil {
			return j, q, j.world.closed
		}
		if q, err = j.price(); err != nil || j.refused == nil {
			return j, q, err
		}
		q.Refused, q.Next = j.refusal()
		if chosen || q.Next.From.IsZero() || q.Next.minutes() != b.minutes() {
			break
		}
		ask.Span, chosen = q.Next, true
	}
	return j, q, q.Refused
}

// Elsewhere are the other instruments of the owner at which a booking could be had, each with the slot and its price: what an
// owner chooses from. One that the user may not use, or that has no such slot, is left out.
func (s *Service) Elsewhere(ctx context.Context, who access.Actor, id unit.ID) (all []Instead, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := s.open(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !slices.Contains(x.Sides, Owner) || s.movable(ctx, tx, x.Booking) != nil {
			return nil
		}
		others, err := selectInstruments(ctx, tx, x.Inst.Org, false, "", labMax)
		if err != nil {
			return err
		}
		for _, i := range others {
			if i.ID == x.Instrument {
				continue
			}
			_, q, err := s.elsewhere(ctx, tx, x.Booking, i.ID, Span{})
			if k := fault.KindOf(err); k == fault.Internal || k == fault.Unavailable {
				return err
			}
			if err == nil {
				all = append(all, Instead{i, q, q.Span.same(x.Span)})
			}
		}
		slices.SortStableFunc(all, func(a, b Instead) int { return a.From.Compare(b.From) })
		return nil
	})
	return all, err
}

// Offer offers the user of a booking another instrument of the laboratory in its place, and keeps the slot there until the
// user has answered. An offer that was made before for the same booking is taken back. It returns the booking that is offered.
func (s *Service) Offer(ctx context.Context, who access.Actor, id unit.ID, m MoveAsk) (offer Booking, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		x, err := s.open(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !slices.Contains(x.Sides, Owner) {
			return fault.New(fault.Denied, "booking.side")
		}
		if m.Why, err = text("why", m.Why, true); err != nil {
			return err
		}
		if err := s.movable(ctx, tx, x.Booking); err != nil {
			return err
		}
		if err := s.endMoves(ctx, tx, x.Booking); err != nil {
			return err
		}
		offer, err = s.offer(ctx, tx, who, x.Inst, x.Booking, m)
		return err
	})
	return offer, err
}

// another is an instrument of the same owner that may be booked.
func (s *Service) another(ctx context.Context, tx *db.Tx, from Instrument, id unit.ID) (Instrument, error) {
	to, err := selectInstrument(ctx, tx, id)
	switch {
	case err != nil:
		return to, fault.Of(err).On("instrument")
	case to.Org != from.Org || to.ID == from.ID:
		return to, fault.New(fault.Invalid, "booking.move_where").On("instrument")
	case !to.Open():
		return to, fault.New(fault.Conflict, "booking.withdrawn", "reason", to.Reason).On("instrument")
	}
	return to, nil
}

// offer makes the booking of the other instrument, keeps its slot, and tells the user.
func (s *Service) offer(ctx context.Context, tx *db.Tx, who access.Actor, from Instrument, b Booking, m MoveAsk) (o Booking, err error) {
	to, err := s.another(ctx, tx, from, m.To)
	if err != nil {
		return o, err
	}
	j, q, err := s.elsewhere(ctx, tx, b, m.To, m.Span)
	if err != nil {
		return o, err
	}
	o = Booking{ID: unit.NewID(tx.Now()), Instrument: m.To, State: Offered, Org: b.Org, Person: b.Person, Span: j.Span, Samples: b.Samples, Operator: j.Operator, Supervised: j.supervised, Purpose: b.Purpose,
		Class: j.class, Price: q.Price, Deposit: q.Deposit, Lines: q.Lines, PriceVersion: q.PriceVersion, FreeUntil: q.FreeUntil, Made: tx.Now(), Until: j.world.plan.keptUntil(tx.Now(), j.From)}
	if m.Keep {
		o.Price, o.Deposit, o.Lines = b.Price, b.Deposit, b.Lines
	}
	if o.FreeUntil.Before(o.Until) { // who is asked is not charged for having been asked late
		o.FreeUntil = o.Until
	}
	if err := s.put(ctx, tx, j, o); err != nil {
		return o, err
	}
	if err := s.lapseAt(ctx, tx, o.ID, o.Until); err != nil {
		return o, err
	}
	if err := insertMove(ctx, tx, Move{Offer: o.ID, Booking: b.ID, State: "asked", Kept: m.Keep, Was: b.Price, Why: m.Why, By: who.Person, At: tx.Now()}); err != nil {
		return o, err
	}
	n := s.told(to, o, "instead")
	n.Text[0] = "代替 " + cut(from.Title[0], nameMax) + " " + b.Span.Words(from.Location()) + "。原因：" + m.Why + "\n" + priceWords(m.Keep, b.Price, o.Price)[0] + n.Text[0]
	n.Text[1] = "In place of " + cut(from.Title[1], nameMax) + " " + b.Span.Words(from.Location()) + ". Reason: " + m.Why + "\n" + priceWords(m.Keep, b.Price, o.Price)[1] + n.Text[1]
	n.To, n.Org = notice.Audience{Person: o.Person, Except: who.Person}, o.Org
	if err := s.tell(ctx, tx, n); err != nil {
		return o, err
	}
	return o, s.record(ctx, tx, who, "instead", "bookings/"+string(b.ID), from.Region, string(o.ID)+" "+o.Price.Yuan())
}

// priceWords says what the other instrument costs beside the one before.
func priceWords(kept bool, was, is unit.Fen) fault.Words {
	if kept {
		return fault.Words{"价格不变：" + was.Yuan() + " 元。", "The price stays " + was.Yuan() + " yuan."}
	}
	return fault.Words{"按新仪器计价：" + is.Yuan() + " 元，原为 " + was.Yuan() + " 元。", "By the prices of the other instrument it costs " + is.Yuan() + " yuan; before it was " + was.Yuan() + "."}
}

// PriceWords says what a booking of another instrument costs beside the one that it would take the place of.
func (m Move) PriceWords(is unit.Fen) fault.Words { return priceWords(m.Kept, m.Was, is) }

// offerAll offers the users of bookings another instrument, where it has a slot for them. It returns for whom it had one.
func (s *Service) offerAll(ctx context.Context, tx *db.Tx, who access.Actor, from Instrument, all []Booking, m MoveAsk) (offers map[unit.ID]Booking, err error) {
	if m.To == "" {
		return nil, nil
	}
	if _, err := s.another(ctx, tx, from, m.To); err != nil {
		return nil, err
	}
	offers = map[unit.ID]Booking{}
	for _, b := range all {
		err := s.movable(ctx, tx, b)
		if err == nil {
			if err = s.endMoves(ctx, tx, b); err != nil {
				return nil, err
			}
			var o Booking
			if o, err = s.offer(ctx, tx, who, from, b, m); err == nil {
				offers[b.ID] = o
			}
		}
		if k := fault.KindOf(err); err != nil && (k == fault.Internal || k == fault.Unavailable) {
			return nil, err
		}
	}
	return offers, nil
}

// movedBy keeps what an act means for offers of another instrument: the answer to the one that the booking is, and the end of
// those that were made for it.
func (s *Service) movedBy(ctx context.Context, tx *db.Tx, who access.Actor, side Side, a Action, b Booking) error {
	state := map[Action]string{Accept: "taken", Cancel: "refused"}[a]
	if side == Owner {
		state = "over"
	}
	if err := s.moveAnswered(ctx, tx, who, b, state); err != nil {
		return err
	}
	return s.endMoves(ctx, tx, b)
}

// endMoves takes back the offers that were made for a booking and not answered.
func (s *Service) endMoves(ctx context.Context, tx *db.Tx, b Booking) error {
	all, err := selectMovesOf(ctx, tx, b.ID, "asked")
	if err != nil {
		return err
	}
	for _, m := range all {
		o, err := selectBooking(ctx, tx, m.Offer)
		if err != nil {
			return err
		}
		i, err := selectInstrument(ctx, tx, o.Instrument)
		if err != nil {
			return err
		}
		o.State, o.Until, o.Decided = Lapsed, time.Time{}, tx.Now()
		if err := updateBooking(ctx, tx, o); err != nil {
			return err
		}
		if err := updateMove(ctx, tx, m.Offer, "over"); err != nil {
			return err
		}
		if err := s.free(ctx, tx, i, o); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, i.ID); err != nil {
			return err
		}
	}
	return nil
}

// moveAnswered keeps what the user, or the clock, made of an offer: taken, refused or over. Taken, the booking before ends
// free of charge where it still stands. A booking that is no such offer is left alone.
func (s *Service) moveAnswered(ctx context.Context, tx *db.Tx, who access.Actor, offer Booking, state string) error {
	m, found, err := selectMove(ctx, tx, offer.ID)
	if err != nil || !found || m.State != "asked" {
		return err
	}
	if err := updateMove(ctx, tx, offer.ID, state); err != nil || state != "taken" {
		return err
	}
	b, err := selectBooking(ctx, tx, m.Booking)
	if err != nil {
		return err
	}
	if b.State != Requested && b.State != Confirmed && b.State != Displaced {
		return nil // it has ended since, as where its instrument was withdrawn
	}
	i, err := selectInstrument(ctx, tx, b.Instrument)
	if err != nil {
		return err
	}
	b.State, b.Until, b.Charge, b.Reason, b.DecidedBy, b.Decided = Cancelled, time.Time{}, 0, m.Why, who.Person, tx.Now()
	if err := updateBooking(ctx, tx, b); err != nil {
		return err
	}
	if err := s.free(ctx, tx, i, b); err != nil {
		return err
	}
	if err := s.changed(ctx, tx, i.ID); err != nil {
		return err
	}
	return s.record(ctx, tx, who, "moved_away", "bookings/"+string(b.ID), i.Region, string(offer.ID))
}

// moves fills in what a booking has to do with another instrument: the offer that it is, or that was made for it.
func (s *Service) moves(ctx context.Context, tx *db.Tx, x *Seen) error {
	m, found, err := selectMove(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	if found {
		x.InPlaceOf = &m
	}
	for _, state := range []string{"asked", "taken"} {
		all, err := selectMovesOf(ctx, tx, x.ID, state)
		if err != nil {
			return err
		}
		if len(all) > 0 && x.Moved == nil {
			x.Moved = &all[0]
		}
	}
	return nil
}
