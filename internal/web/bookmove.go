package web

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// moveView is what a booking has to do with another instrument: the booking that it would take the place of, or the one that
// would take its place.
type moveView struct {
	booking.Move
	Title fault.Words // of the other instrument
	When  string
	Path  string
	Price fault.Words // what the one that is offered costs beside the other
}

// moveOf is a move as the page of one of its two bookings shows it; other is the one that the page is not of.
func (v *visit) moveOf(s *booking.Service, m *booking.Move, other unit.ID, offered unit.Fen) (*moveView, error) {
	if m == nil {
		return nil, nil
	}
	x, err := s.Booking(v.ctx(), v.who, other)
	if err != nil {
		return nil, err
	}
	if m.Offer == other {
		offered = x.Price
	}
	return &moveView{*m, x.Inst.Title, x.Span.Words(x.Inst.Location()), "/bookings/" + string(other), m.PriceWords(offered)}, nil
}

// moving fills in what a booking has to do with other instruments, and, for its owner, where it could move to.
func (v *visit) moving(s *booking.Service, p *bookingPage) (err error) {
	if m := p.Seen.InPlaceOf; m != nil {
		if p.InPlaceOf, err = v.moveOf(s, m, m.Booking, p.Price); err != nil {
			return err
		}
	}
	if m := p.Seen.Moved; m != nil {
		if p.Moved, err = v.moveOf(s, m, m.Offer, 0); err != nil {
			return err
		}
	}
	if !p.Owner {
		return nil
	}
	all, err := s.Elsewhere(v.ctx(), v.who, p.ID)
	for _, x := range all {
		p.Elsewhere = append(p.Elsewhere, option{string(x.Inst.ID), x.Inst.Title.In(v.lang) + " · " + x.Span.Words(x.Inst.Location()) + map[bool]string{true: v.t("（时间不变）", " (the same time)")}[x.Same] + " · " + x.Price.Yuan() + v.t(" 元", " yuan")})
	}
	return err
}

// offerInstead offers the user of a booking another instrument of the laboratory.
func (v *visit) offerInstead(s *booking.Service, id unit.ID, f *form) error {
	_, err := s.Offer(v.ctx(), v.who, id, moveAsked(f))
	if err != nil {
		v.back = "/bookings/" + string(id)
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showBooking(f)
	}
	return v.to("/bookings/"+string(id), "book_instead")
}

// moveAsked reads which instrument is offered, and at which price.
func moveAsked(f *form) booking.MoveAsk {
	return booking.MoveAsk{To: unit.ID(f.Get("instrument")), Keep: f.Get("keep") != "", Why: f.text("why")}
}

// othersOf are the other instruments of an owner that may be booked, for a choice.
func (v *visit) othersOf(s *booking.Service, i booking.Instrument) (out []option, err error) {
	all, _, err := s.Instruments(v.ctx(), v.who, i.Org, "")
	for _, x := range all {
		if x.ID != i.ID && x.Open() {
			if len(out) == 0 {
				out = append(out, option{"", v.t("不提供", "none")})
			}
			out = append(out, option{string(x.ID), x.Title.In(v.lang)})
		}
	}
	return out, err
}

type bookedInsteadOut struct {
	Instrument string    `json:"instrument"`
	TitleZH    string    `json:"title_zh"`
	TitleEN    string    `json:"title_en"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Same       bool      `json:"same_time"`
	Price      unit.Fen  `json:"price" doc:"yuan, by the prices of that instrument"`
}

// apiBookMoves is moving a booking to another instrument, for programs.
func (s *Server) apiBookMoves() {
	type bookedInsteadsOut struct {
		Instruments []bookedInsteadOut `json:"instruments"`
	}
	operateBooked(s, "GET", "/api/v1/bookings/{id}/instead", access.BookingManage, "Other instruments of the laboratory at which a booking could be had", func(ctx context.Context, b *booking.Service, a asked, i *listingAt) (o bookedInsteadsOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		all, err := b.Elsewhere(ctx, a.who, id)
		o.Instruments = each(all, func(x booking.Instead) bookedInsteadOut {
			return bookedInsteadOut{string(x.Inst.ID), x.Inst.Title[0], x.Inst.Title[1], x.From.UTC(), x.To.UTC(), x.Same, x.Price}
		})
		return o, err
	})
	type bookedMoveIn struct {
		ID   string `path:"id"`
		Body struct {
			Instrument string    `json:"instrument"`
			From       time.Time `json:"from,omitempty" doc:"empty: the times of the booking, else the first slot of its length"`
			To         time.Time `json:"to,omitempty"`
			Keep       bool      `json:"keep_price,omitempty" doc:"the price stays as it was; else it is that of the other instrument"`
			Why        string    `json:"why"`
		}
	}
	operateBooked(s, "POST", "/api/v1/bookings/{id}/instead", access.BookingManage, "Offer the user of a booking another instrument in its place; the slot is kept until the user has answered", func(ctx context.Context, b *booking.Service, a asked, i *bookedMoveIn) (o bookingOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		m := booking.MoveAsk{To: unit.ID(i.Body.Instrument), Keep: i.Body.Keep, Why: i.Body.Why}
		if !i.Body.From.IsZero() {
			m.Span = booking.Span{From: i.Body.From.UTC(), To: i.Body.To.UTC()}
		}
		offer, err := b.Offer(ctx, a.who, id, m)
		if err != nil {
			return o, err
		}
		x, err := b.Booking(ctx, a.who, offer.ID)
		return bookingOutOf(x), err
	})
}
