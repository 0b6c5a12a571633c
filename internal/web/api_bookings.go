package web

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type bookingOut struct {
	ID         string    `json:"id"`
	Instrument string    `json:"instrument"`
	TitleZH    string    `json:"title_zh"`
	TitleEN    string    `json:"title_en"`
	State      string    `json:"state" enum:"requested,offered,held,confirmed,displaced,running,done,failed,declined,cancelled,lapsed,no_show"`
	Org        string    `json:"org" doc:"credit code of the user's organisation"`
	Person     string    `json:"person"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Samples    int       `json:"samples"`
	Operator   bool      `json:"operator"`
	Supervised bool      `json:"supervised"`
	Purpose    string    `json:"purpose"`
	Class      string    `json:"class" enum:"inside,academic,enterprise"`
	Price      unit.Fen  `json:"price" doc:"yuan; fixed when it was asked for"`
	Deposit    unit.Fen  `json:"deposit"`
	Charge     unit.Fen  `json:"charge" doc:"what is due in the end"`
	FreeUntil  time.Time `json:"free_until" doc:"until when its user cancels it free of charge"`
	KeptUntil  string    `json:"kept_until" doc:"how long an offered slot is kept; empty for none"`
	Reason     string    `json:"reason"`
	Hold       string    `json:"hold" doc:"id of the act that the slot is kept for"`
	InPlaceOf  string    `json:"in_place_of" doc:"the booking that this one is offered for, at another instrument"`
	Instead    string    `json:"instead" doc:"the booking of another instrument that is offered for this one, or was taken"`
	Allowed    []string  `json:"allowed" doc:"acts that the actor may take now"`
}

func bookingOutOf(x booking.Seen) bookingOut {
	o := bookingOut{ID: string(x.ID), Instrument: string(x.Instrument), TitleZH: x.Inst.Title[0], TitleEN: x.Inst.Title[1], State: string(x.State), Org: x.Org, Person: string(x.Person), From: x.From.UTC(), To: x.To.UTC(),
		Samples: x.Samples, Operator: x.Operator, Supervised: x.Supervised, Purpose: x.Purpose, Class: string(x.Class), Price: x.Price, Deposit: x.Deposit, Charge: x.Booking.Charge, FreeUntil: x.FreeUntil.UTC(),
		Reason: x.Reason, Hold: x.Hold, Allowed: []string{}}
	if x.InPlaceOf != nil {
		o.InPlaceOf = string(x.InPlaceOf.Booking)
	}
	if x.Moved != nil {
		o.Instead = string(x.Moved.Offer)
	}
	if !x.Until.IsZero() {
		o.KeptUntil = x.Until.UTC().Format(time.RFC3339)
	}
	for _, a := range x.Allowed {
		o.Allowed = append(o.Allowed, string(a))
	}
	return o
}

type bookedSpanOut struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// spanOf is a slot; nil for none.
func spanOf(s booking.Span) *bookedSpanOut {
	if s.From.IsZero() {
		return nil
	}
	return &bookedSpanOut{s.From.UTC(), s.To.UTC()}
}

type bookedInstrumentOut struct {
	ID      string         `json:"id" doc:"that of its listing, where it has one"`
	Org     string         `json:"org"`
	Region  string         `json:"region"`
	TitleZH string         `json:"title_zh"`
	TitleEN string         `json:"title_en"`
	Place   string         `json:"place"`
	Zone    string         `json:"zone"`
	State   string         `json:"state" enum:"open,withdrawn"`
	Next    *bookedSpanOut `json:"next_free,omitempty" doc:"the first slot of the shortest duration"`
}

func bookedInstrumentOutOf(i booking.Instrument, next booking.Span) bookedInstrumentOut {
	return bookedInstrumentOut{string(i.ID), i.Org, string(i.Region), i.Title[0], i.Title[1], i.Place, i.Zone, i.State, spanOf(next)}
}

// bookedWantedIn is what is asked for, at an instrument.
type bookedWantedIn struct {
	ID   string `path:"id" doc:"of the instrument"`
	Body struct {
		From     time.Time `json:"from" doc:"whole minutes"`
		To       time.Time `json:"to"`
		Org      string    `json:"org,omitempty" doc:"for which organisation; empty for the actor's own"`
		Samples  int       `json:"samples,omitempty"`
		Operator bool      `json:"operator,omitempty" doc:"run by the operator"`
		Purpose  string    `json:"purpose,omitempty"`
		Quote    string    `json:"quote,omitempty" doc:"whose price is wanted"`
		Every    int       `json:"every,omitempty" doc:"of a series: every so many days"`
		Times    int       `json:"times,omitempty" doc:"of a series: how many dates"`
		Minutes  int       `json:"minutes,omitempty" doc:"of the waiting list: how much time is wanted between from and to"`
	}
}

func (i *bookedWantedIn) ask() (a booking.Ask, err error) {
	a = booking.Ask{Org: i.Body.Org, Span: booking.Span{From: i.Body.From.UTC(), To: i.Body.To.UTC()}, Samples: i.Body.Samples, Operator: i.Body.Operator, Purpose: i.Body.Purpose, Quote: unit.ID(i.Body.Quote)}
	a.Instrument, err = idOf(i.ID)
	return a, err
}

type bookedQuoteOut struct {
	ID         string               `json:"id" doc:"empty of one that was only tried"`
	Price      unit.Fen             `json:"price"`
	Deposit    unit.Fen             `json:"deposit"`
	Class      string               `json:"class"`
	Lines      []bookedQuoteLineOut `json:"lines"`
	Until      time.Time            `json:"until" doc:"how long the price stands"`
	FreeUntil  time.Time            `json:"free_until"`
	Instant    bool                 `json:"instant" doc:"it would be confirmed at once"`
	Supervised bool                 `json:"supervised"`
	Code       string               `json:"refused" doc:"why it cannot be booked as asked; empty: it can"`
	Why        string               `json:"why"`
	Next       *bookedSpanOut       `json:"next,omitempty" doc:"the first slot that would pass"`
}

type bookedQuoteLineOut struct {
	What string   `json:"what"`
	Qty  int64    `json:"qty" doc:"minutes, samples or days, as unit says"`
	Unit string   `json:"unit"`
	Rate unit.Fen `json:"rate"`
	Sum  unit.Fen `json:"sum"`
}

func quoteOutOf(q booking.Quote, lang fault.Lang) bookedQuoteOut {
	o := bookedQuoteOut{ID: string(q.ID), Price: q.Price, Deposit: q.Deposit, Class: string(q.Class), Lines: []bookedQuoteLineOut{}, Until: q.Until.UTC(), FreeUntil: q.FreeUntil.UTC(), Instant: q.Instant, Supervised: q.Supervised, Next: spanOf(q.Next)}
	for _, l := range q.Lines {
		o.Lines = append(o.Lines, bookedQuoteLineOut{string(l.What), l.Qty, string(l.Unit), l.Rate, l.Sum})
	}
	if q.Refused != nil {
		o.Code, o.Why = q.Refused.Code, q.Refused.Sentence(lang)
	}
	return o
}

// operateBooked is operate for an operation of the bookings.
func operateBooked[I, O any](s *Server, method, path string, perm access.Permission, summary string, h func(context.Context, *booking.Service, asked, *I) (O, error)) {
	operate(s, method, path, perm, summary, func(ctx context.Context, a asked, i *I) (*body[O], error) {
		b, err := s.booked()
		if err != nil {
			return nil, err
		}
		o, err := h(ctx, b, a, i)
		if err != nil {
			return nil, err
		}
		return answer(o)
	})
}

// apiBookings are the bookings for programs: the same acts, permissions and refusals as the pages.
func (s *Server) apiBookings() {
	s.apiInstruments()
	s.apiBookingActs()
	s.apiBookingOwners()
	s.apiBookSettings()
	s.apiBookMoves()

	type bookedListIn struct {
		Org   string `query:"org" doc:"of the user; empty for the actor's own"`
		Mine  bool   `query:"mine" doc:"only those that the actor uses"`
		State string `query:"state"`
		Past  bool   `query:"past"`
		Page  int    `query:"page" minimum:"1" maximum:"100000" default:"1"`
	}
	type bookingsOut struct {
		Bookings []bookingOut `json:"bookings"`
		More     bool         `json:"more" doc:"there is another page"`
	}
	operateBooked(s, "GET", "/api/v1/bookings", access.BookingCreate, "Bookings of an organisation, the next first", func(ctx context.Context, b *booking.Service, a asked, i *bookedListIn) (o bookingsOut, err error) {
		all, more, err := b.Mine(ctx, a.who, booking.Query{Org: i.Org, Mine: i.Mine, State: booking.State(i.State), Past: i.Past, Page: i.Page})
		return bookingsOut{each(all, bookingOutOf), more}, err
	})
	operateBooked(s, "GET", "/api/v1/bookings/{id}", access.NoticeRead, "A booking, for its user's organisation and the owner", func(ctx context.Context, b *booking.Service, a asked, i *listingAt) (o bookingOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		x, err := b.Booking(ctx, a.who, id)
		return bookingOutOf(x), err
	})
	type bookedActIn struct {
		ID   string `path:"id"`
		Body struct {
			Act     string    `json:"act" enum:"confirm,decline,accept,cancel,change,hand_over,check_in,check_out,no_show,fail"`
			Reason  string    `json:"reason,omitempty"`
			From    time.Time `json:"from,omitempty" doc:"of change"`
			To      time.Time `json:"to,omitempty" doc:"of change"`
			Person  string    `json:"person,omitempty" doc:"of hand_over: the colleague"`
			Samples int       `json:"samples,omitempty" doc:"of check_out: how many were run"`
		}
	}
	operateBooked(s, "POST", "/api/v1/bookings/{id}/acts", access.NoticeRead, "Take an act of a booking that allowed names", func(ctx context.Context, b *booking.Service, a asked, i *bookedActIn) (o bookingOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		x, err := takeBooking(ctx, b, a.who, id, booking.Action(i.Body.Act), bookingAct{Reason: i.Body.Reason, To: booking.Span{From: i.Body.From.UTC(), To: i.Body.To.UTC()}, Person: unit.ID(i.Body.Person), Samples: i.Body.Samples})
		if err != nil {
			return o, err
		}
		if x, err = b.Booking(ctx, a.who, x.ID); err != nil { // with what may be done next
			return o, err
		}
		return bookingOutOf(x), nil
	})
}

// each is every one of a list in another form.
func each[A, B any](all []A, one func(A) B) []B {
	out := make([]B, 0, len(all))
	for _, a := range all {
		out = append(out, one(a))
	}
	return out
}

func (s *Server) apiInstruments() {
	type instrumentsIn struct {
		Org   string `query:"org" doc:"whose; empty for all"`
		After string `query:"after" doc:"where the next page begins"`
	}
	type instrumentsOut struct {
		Instruments []bookedInstrumentOut `json:"instruments"`
		Next        string                `json:"next" doc:"after of the next page; empty at the end"`
	}
	operateBooked(s, "GET", "/api/v1/instruments", access.ListingRead, "Instruments that can be booked, each with its next free slot", func(ctx context.Context, b *booking.Service, a asked, i *instrumentsIn) (o instrumentsOut, err error) {
		all, more, err := b.Instruments(ctx, a.who, i.Org, unit.ID(i.After))
		if err != nil {
			return o, err
		}
		o.Instruments = []bookedInstrumentOut{}
		for _, x := range all {
			next, _, err := b.NextFree(ctx, x.ID)
			if err != nil {
				return o, err
			}
			o.Instruments = append(o.Instruments, bookedInstrumentOutOf(x, next))
		}
		if more {
			o.Next = string(all[len(all)-1].ID)
		}
		return o, nil
	})
	type bookedWeekIn struct {
		ID   string `path:"id"`
		From string `query:"from" format:"date" doc:"the first day by the wall clock there; empty for today"`
		Days int    `query:"days" minimum:"1" maximum:"62" default:"7"`
	}
	type bookedChipOut struct {
		Kind    string    `json:"kind" enum:"free,booking,shut"`
		From    time.Time `json:"from"`
		To      time.Time `json:"to"`
		State   string    `json:"state" doc:"of a booking"`
		Booking string    `json:"booking" doc:"its id, for who may know whose it is"`
	}
	type calendarOut struct {
		bookedInstrumentOut
		Plan    map[string]string `json:"plan" doc:"as people write it; empty without a plan"`
		Version int               `json:"plan_version"`
		Chips   []bookedChipOut   `json:"chips"`
	}
	operateBooked(s, "GET", "/api/v1/instruments/{id}", access.ListingRead, "An instrument with its plan and what is free and taken; names are told to nobody but those they concern", func(ctx context.Context, b *booking.Service, a asked, i *bookedWeekIn) (o calendarOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		x, err := b.Instrument(ctx, id)
		if err != nil {
			return o, err
		}
		next, _, err := b.NextFree(ctx, id)
		if err != nil {
			return o, err
		}
		plan, version, err := b.Plan(ctx, id)
		if err != nil {
			return o, err
		}
		o = calendarOut{bookedInstrumentOut: bookedInstrumentOutOf(x, next), Plan: map[string]string{}, Version: version, Chips: []bookedChipOut{}}
		if version > 0 {
			o.Plan = plan.Typed()
		}
		first := unit.DayOf(s.now(), x.Location())
		if i.From != "" {
			if first, err = unit.ParseDay(i.From); err != nil {
				return o, fault.Of(err).On("from")
			}
		}
		lanes, err := b.Lanes(ctx, a.who, []unit.ID{id}, first, i.Days)
		if err != nil {
			return o, err
		}
		for _, d := range lanes[0].Days {
			for _, c := range d.Chips {
				chip := bookedChipOut{Kind: c.Kind, From: c.From.UTC(), To: c.To.UTC(), State: string(c.Booking.State)}
				if c.Known {
					chip.Booking = string(c.Booking.ID)
				}
				o.Chips = append(o.Chips, chip)
			}
		}
		return o, nil
	})
}

func (s *Server) apiBookingActs() {
	operateBooked(s, "POST", "/api/v1/instruments/{id}/try", access.BookingCreate, "What a use would cost and whether it could be booked; nothing is kept", func(ctx context.Context, b *booking.Service, a asked, i *bookedWantedIn) (o bookedQuoteOut, err error) {
		ask, err := i.ask()
		if err != nil {
			return o, err
		}
		q, err := b.Try(ctx, a.who, ask)
		return quoteOutOf(q, a.lang), err
	})
	operateBooked(s, "POST", "/api/v1/instruments/{id}/quotes", access.BookingCreate, "Keep a quote, whose price a booking may name until it ends", func(ctx context.Context, b *booking.Service, a asked, i *bookedWantedIn) (o bookedQuoteOut, err error) {
		ask, err := i.ask()
		if err != nil {
			return o, err
		}
		q, err := b.Quote(ctx, a.who, ask)
		return quoteOutOf(q, a.lang), err
	})
	operateBooked(s, "POST", "/api/v1/instruments/{id}/bookings", access.BookingCreate, "Book: confirmed at once where the plan says so, else the owner answers", func(ctx context.Context, b *booking.Service, a asked, i *bookedWantedIn) (o bookingOut, err error) {
		ask, err := i.ask()
		if err != nil {
			return o, err
		}
		x, err := b.Book(ctx, a.who, ask)
		if err != nil {
			return o, err
		}
		seen, err := b.Booking(ctx, a.who, x.ID)
		return bookingOutOf(seen), err
	})
	type bookedDateOut struct {
		From    time.Time `json:"from"`
		To      time.Time `json:"to"`
		Booking string    `json:"booking" doc:"empty where it was refused"`
		State   string    `json:"state"`
		Code    string    `json:"refused"`
		Why     string    `json:"why"`
	}
	type bookedSeriesOut struct {
		Dates []bookedDateOut `json:"dates"`
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/series", access.BookingCreate, "Book the same hours on several dates; each answers for itself", func(ctx context.Context, b *booking.Service, a asked, i *bookedWantedIn) (o bookedSeriesOut, err error) {
		ask, err := i.ask()
		if err != nil {
			return o, err
		}
		all, err := b.Series(ctx, a.who, ask, i.Body.Every, i.Body.Times)
		o.Dates = each(all, func(x booking.Outcome) bookedDateOut {
			d := bookedDateOut{From: x.From.UTC(), To: x.To.UTC(), Booking: string(x.Booking.ID), State: string(x.Booking.State)}
			if x.Refused != nil {
				d.Code, d.Why = x.Refused.Code, x.Refused.Sentence(a.lang)
			}
			return d
		})
		return o, err
	})
	type bookedWaitOut struct {
		ID         string    `json:"id"`
		Instrument string    `json:"instrument"`
		From       time.Time `json:"from"`
		To         time.Time `json:"to"`
		Minutes    int       `json:"minutes"`
		State      string    `json:"state" enum:"waiting,offered,taken,left,over"`
	}
	waitOf := func(w booking.Wait) bookedWaitOut {
		return bookedWaitOut{string(w.ID), string(w.Instrument), w.From.UTC(), w.To.UTC(), w.Length, w.State}
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/waits", access.BookingCreate, "Join the waiting list: a slot of so many minutes between two moments", func(ctx context.Context, b *booking.Service, a asked, i *bookedWantedIn) (o bookedWaitOut, err error) {
		ask, err := i.ask()
		if err != nil {
			return o, err
		}
		w, err := b.Join(ctx, a.who, ask, i.Body.Minutes)
		return waitOf(w), err
	})
	type bookedWaitsOut struct {
		Waits []bookedWaitOut `json:"waits"`
	}
	operateBooked(s, "GET", "/api/v1/waits", access.BookingCreate, "Where the actor waits", func(ctx context.Context, b *booking.Service, a asked, _ *nothing) (o bookedWaitsOut, err error) {
		all, err := b.Waits(ctx, a.who)
		return bookedWaitsOut{each(all, waitOf)}, err
	})
	operateBooked(s, "POST", "/api/v1/waits/{id}/leave", access.BookingCreate, "Leave a waiting list", func(ctx context.Context, b *booking.Service, a asked, i *listingAt) (o nothing, err error) {
		id, err := idOf(i.ID)
		if err == nil {
			err = b.Leave(ctx, a.who, id)
		}
		return o, err
	})
}

// apiBookingOwners is what who runs instruments does: the day, closures, the end of an instrument.
func (s *Server) apiBookingOwners() {
	type bookedDayIn struct {
		Code string `path:"code" doc:"of the owner"`
		Day  string `query:"day" format:"date"`
	}
	type bookedDayOut struct {
		Today []bookingOut `json:"today"`
		Asked []bookingOut `json:"asked" doc:"requests of any day that wait for an answer"`
	}
	operateBooked(s, "GET", "/api/v1/labs/{code}/day", access.BookingManage, "The operator's day", func(ctx context.Context, b *booking.Service, a asked, i *bookedDayIn) (o bookedDayOut, err error) {
		day := unit.DayOf(s.now(), beijing)
		if i.Day != "" {
			if day, err = unit.ParseDay(i.Day); err != nil {
				return o, fault.Of(err).On("day")
			}
		}
		today, waiting, err := b.Day(ctx, a.who, i.Code, day)
		return bookedDayOut{each(today, bookingOutOf), each(waiting, bookingOutOf)}, err
	})
	type bookedShutIn struct {
		ID   string `path:"id"`
		Body struct {
			Kind string    `json:"kind" enum:"shut,fault,calibration"`
			From time.Time `json:"from"`
			To   time.Time `json:"to"`
			Why  string    `json:"why"`
			Look bool      `json:"look,omitempty" doc:"only say which bookings it would hit"`
			Else string    `json:"instead,omitempty" doc:"another instrument of the laboratory that is offered to who is hit"`
			Keep bool      `json:"keep_price,omitempty" doc:"at the price as it was"`
		}
	}
	type bookedHitOut struct {
		Booking string         `json:"booking"`
		State   string         `json:"state"`
		Next    *bookedSpanOut `json:"next,omitempty" doc:"the slot that is kept for it"`
		Instead string         `json:"instead" doc:"the booking of another instrument that is offered for it"`
	}
	type bookedShutOut struct {
		ID   string         `json:"id" doc:"empty where it was only looked"`
		Hits []bookedHitOut `json:"hits"`
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/shuts", access.BookingManage, "Close an instrument for a time, a fault or a calibration; bookings that it hits are moved and the people told", func(ctx context.Context, b *booking.Service, a asked, i *bookedShutIn) (o bookedShutOut, err error) {
		x := booking.Shut{Kind: booking.ShutKind(i.Body.Kind), Span: booking.Span{From: i.Body.From.UTC(), To: i.Body.To.UTC()}, Why: i.Body.Why, Instead: booking.MoveAsk{To: unit.ID(i.Body.Else), Keep: i.Body.Keep}}
		if x.Instrument, err = idOf(i.ID); err != nil {
			return o, err
		}
		var hits []booking.Hit
		if i.Body.Look {
			hits, err = b.Hits(ctx, a.who, x)
		} else {
			x, hits, err = b.Close(ctx, a.who, x)
			o.ID = string(x.ID)
		}
		o.Hits = each(hits, func(h booking.Hit) bookedHitOut {
			return bookedHitOut{string(h.Booking.ID), string(h.State), spanOf(h.Next), string(h.Instead.ID)}
		})
		return o, err
	})
	operateBooked(s, "POST", "/api/v1/shuts/{id}/reopen", access.BookingManage, "End a closure", func(ctx context.Context, b *booking.Service, a asked, i *listingAt) (o nothing, err error) {
		id, err := idOf(i.ID)
		if err == nil {
			err = b.Reopen(ctx, a.who, id)
		}
		return o, err
	})
	type bookedWithdrawIn struct {
		ID   string `path:"id"`
		Body struct {
			Reason string `json:"reason"`
			Seen   int    `json:"seen" doc:"how many bookings ahead the actor knows of"`
			To     string `json:"instead,omitempty" doc:"another instrument of the laboratory that is offered to who booked"`
			Keep   bool   `json:"keep_price,omitempty" doc:"at the price as it was"`
		}
	}
	type bookedWithdrawOut struct {
		Cancelled int `json:"cancelled"`
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/withdraw", access.BookingManage, "Take an instrument off the booking: what lies ahead is cancelled free of charge and the people told", func(ctx context.Context, b *booking.Service, a asked, i *bookedWithdrawIn) (o bookedWithdrawOut, err error) {
		id, err := idOf(i.ID)
		if err == nil {
			o.Cancelled, err = b.Withdraw(ctx, a.who, id, i.Body.Reason, i.Body.Seen, booking.MoveAsk{To: unit.ID(i.Body.To), Keep: i.Body.Keep})
		}
		return o, err
	})
	type bookedFeedOut struct {
		ID      string    `json:"id"`
		Kind    string    `json:"kind" enum:"person,instrument,lab"`
		Object  string    `json:"object"`
		Made    time.Time `json:"made"`
		Address string    `json:"address" doc:"at this node; secret, and told once, when it is made"`
	}
	type bookedFeedIn struct {
		Body struct {
			Kind   string `json:"kind" enum:"person,instrument,lab"`
			Object string `json:"object,omitempty" doc:"id of the instrument, code of the laboratory"`
		}
	}
	type bookedFeedsOut struct {
		Calendars []bookedFeedOut `json:"calendars"`
	}
	operateBooked(s, "POST", "/api/v1/calendars", access.NoticeRead, "Make a calendar to subscribe to, under a secret address", func(ctx context.Context, b *booking.Service, a asked, i *bookedFeedIn) (o bookedFeedOut, err error) {
		f, secret, err := b.NewFeed(ctx, a.who, i.Body.Kind, i.Body.Object)
		return bookedFeedOut{string(f.ID), f.Kind, f.Object, f.At.UTC(), "/calendars/" + secret + ".ics"}, err
	})
	operateBooked(s, "GET", "/api/v1/calendars", access.NoticeRead, "Calendars of the actor", func(ctx context.Context, b *booking.Service, a asked, _ *nothing) (o bookedFeedsOut, err error) {
		all, err := b.Feeds(ctx, a.who)
		return bookedFeedsOut{each(all, func(f booking.Feed) bookedFeedOut {
			return bookedFeedOut{ID: string(f.ID), Kind: f.Kind, Object: f.Object, Made: f.At.UTC()}
		})}, err
	})
	operateBooked(s, "POST", "/api/v1/calendars/{id}/revoke", access.NoticeRead, "Let the address of a calendar answer nothing any more", func(ctx context.Context, b *booking.Service, a asked, i *listingAt) (o nothing, err error) {
		id, err := idOf(i.ID)
		if err == nil {
			err = b.EndFeed(ctx, a.who, id)
		}
		return o, err
	})
}
