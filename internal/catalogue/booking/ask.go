package booking

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Quote is what a use would cost, line by line, and until when that stands. It keeps no slot.
type Quote struct {
	ID unit.ID // "" of one that was not kept
	Ask
	Class        Class
	Lines        []Line
	Price        unit.Fen
	Deposit      unit.Fen
	PriceVersion int
	FreeUntil    time.Time
	Until        time.Time
	Supervised   bool
	Instant      bool
	Refused      *fault.Error // why it cannot be booked as asked; nil: it can
	Next         Span         // the first slot that would pass, where it is refused; zero: none before the horizon
}

// judged is an ask with all that was found out about it.
type judged struct {
	Ask
	inst       Instrument
	world      *world
	class      Class
	supervised bool
	refused    *fault.Error
}

// load gathers what a use of an instrument is judged by. but is a booking that is left out: the one to be moved.
func (s *Service) load(ctx context.Context, tx *db.Tx, i Instrument, but unit.ID) (*world, error) {
	p, version, err := selectPlan(ctx, tx, i.ID)
	if err != nil {
		return nil, err
	}
	if !i.Open() {
		return nil, fault.New(fault.Conflict, "booking.withdrawn", "reason", i.Reason)
	}
	if version == 0 {
		return nil, fault.New(fault.Conflict, "booking.no_plan")
	}
	w := &world{plan: p, zone: i.Location(), cal: s.c.Calendar.Now(), now: tx.Now().Truncate(time.Minute)}
	if s.c.Offers != nil {
		o, err := s.c.Offers.Offer(ctx, tx, i.ID)
		if err != nil && fault.KindOf(err) != fault.NotFound { // one that was entered without a listing has none
			return nil, err
		}
		w.closed, w.inside = o.Closed, o.Inside
	}
	all := Span{w.now.AddDate(0, 0, -40), w.horizon().AddDate(0, 0, 40)}
	if w.shut, err = selectShuts(ctx, tx, i.ID, all); err != nil {
		return nil, err
	}
	slots, err := selectSlots(ctx, tx, i.No, all)
	if err != nil {
		return nil, err
	}
	for _, t := range slots {
		if t.Booking != but {
			w.busy = append(w.busy, t.Span)
		}
	}
	if p.Rota {
		duties, err := selectDuties(ctx, tx, i.ID, all)
		if err != nil {
			return nil, err
		}
		for _, d := range duties {
			w.duty = append(w.duty, d.Span)
		}
	}
	return w, nil
}

// judge finds out everything about an ask. What is wrong with it is refused in j; err is for what cannot be judged.
func (s *Service) judge(ctx context.Context, tx *db.Tx, a Ask, but unit.ID) (j judged, err error) {
	j.Ask = a
	if j.inst, err = selectInstrument(ctx, tx, a.Instrument); err != nil {
		return j, err
	}
	if j.Purpose, err = text("purpose", a.Purpose, false); err != nil {
		return j, err
	}
	if a.Samples < 0 || a.Samples > samplesMax {
		return j, fault.New(fault.Invalid, "booking.number", "least", 0, "most", samplesMax).On("samples")
	}
	if j.world, err = s.load(ctx, tx, j.inst, but); err != nil {
		return j, err
	}
	w := j.world
	if w.closed != nil && !a.settled {
		return j, w.closed
	}
	if j.class, err = s.classFor(ctx, tx, a, j.inst.Org); err != nil {
		return j, err
	}
	w.class = j.class
	if w.prices, err = selectPricesOn(ctx, tx, j.inst.ID, unit.DayOf(a.From, w.zone)); err != nil {
		return j, err
	}
	if x, ok := w.prices.Classes[j.class]; ok && x.Basis == BySample && a.Samples == 0 {
		return j, fault.New(fault.Invalid, "booking.samples").On("samples")
	}
	if err := s.learnt(ctx, tx, &j, but); err != nil {
		return j, err
	}
	if a.settled {
		w.plan.Lead = 0
	}
	j.refused = w.judge(a.Span)
	return j, nil
}

// classFor is the class of who asks, at the instruments of an owner.
func (s *Service) classFor(ctx context.Context, tx *db.Tx, a Ask, owner string) (Class, error) {
	if a.Org == "" && a.Class != "" { // a price list is asked, and nobody in particular asks
		return a.Class, nil
	}
	o, err := s.c.Registry.Org(ctx, tx, a.Org)
	if fault.KindOf(err) == fault.NotFound && a.Class != "" {
		return a.Class, nil
	}
	if err != nil {
		return "", fault.Of(err).On("org")
	}
	return classOf(a.Org, o.Kind, owner), nil
}

// learnt finds out what a person has learnt and used: certificates, the first use, the hours of the week.
func (s *Service) learnt(ctx context.Context, tx *db.Tx, j *judged, but unit.ID) error {
	w, p := j.world, j.world.plan
	if len(p.Training) > 0 {
		have, err := selectCertificates(ctx, tx, j.inst.Org, j.Person)
		if err != nil {
			return err
		}
		w.trained = func(kind string, until unit.Day) bool {
			if j.Operator {
				return true // the operator runs it
			}
			for _, c := range have {
				if c.Kind == kind && c.Since <= until && (!c.Until.Valid() || c.Until >= until) {
					return true
				}
			}
			return false
		}
	}
	if p.Supervised && !j.Operator {
		before, err := usedBefore(ctx, tx, j.Person, j.inst.ID)
		if err != nil {
			return err
		}
		j.supervised = !before
	}
	w.needsDuty = p.Rota && (j.Operator || j.supervised)
	if p.WeekMost > 0 {
		day := unit.DayOf(j.From, w.zone)
		monday := day - unit.Day((int(day.Weekday())+6)%7)
		spans, err := selectOfWeek(ctx, tx, j.Person, j.inst.ID, but, Span{monday.Start(w.zone), (monday + 7).Start(w.zone)})
		if err != nil {
			return err
		}
		w.used = map[int]int{}
		for _, x := range spans {
			w.used[weekOf(x.From, w.zone)] += x.minutes()
		}
	}
	return nil
}

// noneFree stands in place of the first slot that would pass.
var noneFree = fault.Words{"开放期内没有", "none before the horizon"}

// refusal is why it cannot be booked, with the first slot that would pass.
func (j *judged) refusal() (*fault.Error, Span) {
	if j.refused.Kind == fault.Denied {
		return j.refused, Span{} // who may not use it may at no other time either
	}
	next, ok := j.world.First(j.From, time.Time{}, j.minutes())
	words := noneFree
	if !ok {
		if least, fits := j.nearest(); fits {
			next, ok = j.world.First(j.From, time.Time{}, least)
		}
	}
	if ok {
		w := next.Words(j.world.zone)
		words = fault.Words{w, w}
	}
	out := *j.refused
	out.Args = append(append([]any(nil), out.Args...), "first", words)
	return &out, next
}

// nearest is the duration nearest to what was asked for that the limit at its beginning allows.
func (j *judged) nearest() (int, bool) {
	p := j.world.plan
	l, ok := p.limitAt(j.From, j.world.zone)
	if !ok {
		l = p.Limits[0]
	}
	want := min(max(j.minutes(), l.Least), l.Most)
	if n, ok := p.nearestLength(want, l.Most); ok {
		return n, true
	}
	return p.nearestLength(l.Least, l.Most)
}

// price is the quote of what was judged.
func (j *judged) price() (q Quote, err error) {
	w := j.world
	q = Quote{Ask: j.Ask, Class: j.class, PriceVersion: w.prices.Version, Supervised: j.supervised, Instant: w.plan.Instant && !j.supervised,
		FreeUntil: j.From.Add(-time.Duration(w.prices.FreeHours) * time.Hour), Until: w.now.Add(time.Duration(w.prices.QuoteHours) * time.Hour)}
	x := w.prices.Classes[j.class]
	if !j.From.Before(j.To) || j.To.Sub(j.From) > lengthMax*time.Minute {
		return q, nil
	}
	q.Deposit = x.Deposit
	q.Lines, q.Price, err = x.priced(w.plan.Open(j.Span, w.zone, w.cal), w.zone, j.Samples, j.Operator || j.supervised)
	return q, err
}

// forWhom fills in and checks for whom an actor asks.
func forWhom(who access.Actor, a *Ask) error {
	if err := access.MaySomewhere(who, access.BookingCreate); err != nil {
		return err
	}
	if a.Org == "" {
		a.Org = who.Org
	}
	if a.Person == "" {
		a.Person = who.Person
	}
	if err := access.May(who, access.BookingCreate, access.Scope{Org: a.Org}); err != nil {
		return fault.Of(err).On("org")
	}
	if a.Person != who.Person {
		return fault.New(fault.Denied, "booking.own_only").On("person")
	}
	return nil
}

// Try says what a use would cost and whether it could be booked, and keeps nothing.
func (s *Service) Try(ctx context.Context, who access.Actor, a Ask) (q Quote, err error) {
	if err := forWhom(who, &a); err != nil {
		return q, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { q, err = s.quote(ctx, tx, a); return err })
	return q, err
}

func (s *Service) quote(ctx context.Context, tx *db.Tx, a Ask) (q Quote, err error) {
	j, err := s.judge(ctx, tx, a, "")
	if err != nil {
		return q, err
	}
	if q, err = j.price(); err != nil {
		return q, err
	}
	if j.refused != nil {
		q.Refused, q.Next = j.refusal()
	}
	return q, nil
}

// Quote keeps a quote, whose price a booking may name until it ends. What cannot be booked now is refused.
func (s *Service) Quote(ctx context.Context, who access.Actor, a Ask) (q Quote, err error) {
	if err := forWhom(who, &a); err != nil {
		return q, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
		if q, err = s.quote(ctx, tx, a); err != nil {
			return err
		}
		if q.Refused != nil {
			return q.Refused
		}
		q.ID = unit.NewID(tx.Now())
		if err := insertQuote(ctx, tx, q); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "quote", "instruments/"+string(a.Instrument), "", string(q.ID)+" "+q.Price.Yuan())
	})
	return q, err
}

// Book asks for a use: it is confirmed at once where the plan says so, else the owner answers.
func (s *Service) Book(ctx context.Context, who access.Actor, a Ask) (b Booking, err error) {
	if err := forWhom(who, &a); err != nil {
		return b, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) (err error) { b, err = s.book(ctx, tx, who, a); return err })
	return b, err
}

func (s *Service) book(ctx context.Context, tx *db.Tx, who access.Actor, a Ask) (Booking, error) {
	j, b, err := s.prepare(ctx, tx, a)
	if err != nil {
		return b, err
	}
	b.State = Requested
	if j.world.plan.Instant && !j.supervised {
		b.State, b.Decided = Confirmed, tx.Now()
	}
	if err := s.put(ctx, tx, j, b); err != nil {
		return b, err
	}
	if b.State == Requested {
		if err := s.lapseAt(ctx, tx, b.ID, b.From); err != nil {
			return b, err
		}
	}
	if err := s.tellOwner(ctx, tx, who, j.inst, b, "asked"); err != nil {
		return b, err
	}
	return b, s.record(ctx, tx, who, "book", "bookings/"+string(b.ID), j.inst.Region, string(b.State)+" "+b.Price.Yuan())
}

// prepare judges an ask and makes the booking of it, which is not stored yet; what is wrong is refused.
func (s *Service) prepare(ctx context.Context, tx *db.Tx, a Ask) (j judged, b Booking, err error) {
	if j, err = s.judge(ctx, tx, a, ""); err != nil {
		return j, b, err
	}
	if j.refused != nil {
		e, _ := j.refusal()
		return j, b, e
	}
	q, err := j.price()
	if err != nil {
		return j, b, err
	}
	if a.Quote != "" {
		kept, err := selectQuote(ctx, tx, a.Quote)
		if err != nil {
			return j, b, err
		}
		if kept.Instrument != a.Instrument || kept.Org != a.Org || !kept.Span.same(a.Span) || kept.Samples != a.Samples || kept.Operator != a.Operator {
			return j, b, fault.New(fault.Conflict, "booking.quote_other").On("quote")
		}
		if !tx.Now().Before(kept.Until) {
			return j, b, fault.New(fault.Conflict, "booking.quote_over", "until", localTime(kept.Until, j.world.zone)).On("quote")
		}
		q.Lines, q.Price, q.Deposit, q.PriceVersion, q.FreeUntil = kept.Lines, kept.Price, kept.Deposit, kept.PriceVersion, kept.FreeUntil
	}
	b = Booking{ID: unit.NewID(tx.Now()), Instrument: a.Instrument, Org: a.Org, Person: a.Person, Span: a.Span, Samples: a.Samples, Operator: a.Operator, Supervised: j.supervised,
		Purpose: j.Purpose, Class: j.class, Price: q.Price, Deposit: q.Deposit, Lines: q.Lines, PriceVersion: q.PriceVersion, FreeUntil: q.FreeUntil, Series: a.series, Made: tx.Now()}
	return j, b, nil
}

// put stores a new booking, and its slot where it takes one.
func (s *Service) put(ctx context.Context, tx *db.Tx, j judged, b Booking) error {
	if err := insertBooking(ctx, tx, b); err != nil {
		return fmt.Errorf("booking %s: %w", b.ID, err)
	}
	if err := s.remindAt(ctx, tx, b, j.world.plan); err != nil {
		return err
	}
	if !b.State.takes() {
		return nil
	}
	if err := s.changed(ctx, tx, b.Instrument); err != nil {
		return err
	}
	return insertSlot(ctx, tx, b.ID, j.inst.No, j.world.plan.busy(b.Span))
}

// First is the first slot of a duration that begins at or after a moment and ends by another (zero: whenever).
func (s *Service) First(ctx context.Context, id unit.ID, after, by time.Time, minutes int) (slot Span, ok bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := selectInstrument(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err := s.load(ctx, tx, i, "")
		if err == nil {
			slot, ok = w.First(after, by, minutes)
		}
		return err
	})
	return slot, ok, err
}

// NextFree is the first slot of the shortest duration that the plan allows: what a list of instruments shows. false: there
// is none, or it is not booked now.
func (s *Service) NextFree(ctx context.Context, id unit.ID) (slot Span, ok bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		n, _, err := s.Next(ctx, tx, id)
		slot, ok = n.Span, !n.From.IsZero()
		return err
	})
	return slot, ok, err
}
