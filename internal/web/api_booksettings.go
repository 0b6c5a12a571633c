package web

import (
	"context"
	"maps"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// bookedPriceOut is what one class of users pays, in yuan.
type bookedPriceOut struct {
	Class       string   `json:"class" enum:"inside,academic,enterprise"`
	Basis       string   `json:"basis" enum:"hour,sample,day"`
	Rate        unit.Fen `json:"rate" doc:"yuan for an hour, a sample or a day"`
	Operator    unit.Fen `json:"operator,omitempty" doc:"an hour, where an operator runs it"`
	Consumables unit.Fen `json:"consumables,omitempty" doc:"a sample"`
	Minimum     unit.Fen `json:"minimum,omitempty" doc:"of a booking"`
	Deposit     unit.Fen `json:"deposit,omitempty"`
}

// bookedPricesBody are prices that hold for uses from a day on; a class that is not named is not served.
type bookedPricesBody struct {
	From       string           `json:"from" format:"date" doc:"the first day of uses that they hold for, after today"`
	Classes    []bookedPriceOut `json:"classes"`
	QuoteHours int              `json:"quote_hours" doc:"how long a quote stands"`
	FreeHours  int              `json:"free_hours" doc:"until so many hours before, cancelling is free"`
	LateShare  int              `json:"late_share" doc:"percent of the price for cancelling later"`
	NoShow     int              `json:"no_show_share" doc:"percent of the price for not coming"`
	Version    int              `json:"version,omitempty" doc:"of what was laid down: the newest is the highest"`
}

func bookedPricesOf(p booking.Prices) bookedPricesBody {
	o := bookedPricesBody{From: p.From.String(), Classes: []bookedPriceOut{}, QuoteHours: p.QuoteHours, FreeHours: p.FreeHours, LateShare: p.LateShare, NoShow: p.NoShow, Version: p.Version}
	for _, c := range booking.Classes {
		if x, ok := p.Classes[c]; ok {
			o.Classes = append(o.Classes, bookedPriceOut{string(c), string(x.Basis), x.Rate, x.Operator, x.Consumables, x.Minimum, x.Deposit})
		}
	}
	return o
}

func (b bookedPricesBody) prices() (p booking.Prices, err error) {
	p = booking.Prices{Classes: map[booking.Class]booking.Price{}, QuoteHours: b.QuoteHours, FreeHours: b.FreeHours, LateShare: b.LateShare, NoShow: b.NoShow}
	if p.From, err = unit.ParseDay(b.From); err != nil {
		return p, fault.Of(err).On("from")
	}
	for _, c := range b.Classes {
		class := booking.Class(c.Class)
		if _, twice := p.Classes[class]; twice || !slices.Contains(booking.Classes, class) {
			return p, fault.New(fault.Invalid, "booking.class_once", "class", c.Class).On("classes")
		}
		p.Classes[class] = booking.Price{Basis: booking.Basis(c.Basis), Rate: c.Rate, Operator: c.Operator, Consumables: c.Consumables, Minimum: c.Minimum, Deposit: c.Deposit}
	}
	return p, nil
}

type bookedDutyOut struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	Name   string    `json:"name"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

type bookedCertificateOut struct {
	ID     string `json:"id"`
	Kind   string `json:"kind" doc:"what the person has learnt, as the plan calls it"`
	Person string `json:"person"`
	Name   string `json:"name"`
	Since  string `json:"since"`
	Until  string `json:"until" doc:"empty: without end"`
}

type bookedSourceOut struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	URL     string `json:"url" doc:"empty of a file"`
	Events  int    `json:"events" doc:"times that it takes, as read last"`
	Read    string `json:"read" doc:"when it was read last; empty: not yet"`
	Problem string `json:"problem" doc:"code of what was wrong with the last reading; empty: nothing"`
}

func bookedSourceOf(x booking.Source) bookedSourceOut {
	o := bookedSourceOut{ID: string(x.ID), Name: x.Name, URL: x.URL, Events: x.Events, Problem: x.Problem}
	if !x.Read.IsZero() {
		o.Read = x.Read.UTC().Format(time.RFC3339)
	}
	return o
}

type bookedPersonOut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// typedPlan reads a plan from its fields; one that no plan has is refused.
func typedPlan(typed map[string]string) (booking.Plan, error) {
	for _, field := range slices.Sorted(maps.Keys(typed)) {
		if !slices.Contains(booking.PlanFields, field) {
			return booking.Plan{}, fault.New(fault.Invalid, "booking.plan_field", "field", field).On("plan")
		}
	}
	return booking.ReadPlan(typed)
}

// apiBookSettings is what the owner of an instrument lays down, for programs: the instrument, its plan and prices, the rota,
// certificates and outside calendars. They are the acts of the page of its settings.
func (s *Server) apiBookSettings() {
	type bookedEnterIn struct {
		Body struct {
			Listing string `json:"listing,omitempty" doc:"id of its listing, whose owner, region and title it has; empty for one without"`
			Org     string `json:"org,omitempty" doc:"owner of one without a listing"`
			TitleZH string `json:"title_zh,omitempty"`
			TitleEN string `json:"title_en,omitempty"`
			Place   string `json:"place,omitempty" doc:"where its user goes"`
			Zone    string `json:"zone" doc:"IANA name of the zone of its wall clock" example:"Asia/Shanghai"`
		}
	}
	operateBooked(s, "POST", "/api/v1/instruments", access.BookingManage, "Put an instrument up for booking, or change what is said of it", func(ctx context.Context, b *booking.Service, a asked, i *bookedEnterIn) (o bookedInstrumentOut, err error) {
		x := booking.Instrument{Org: i.Body.Org, Title: fault.Words{i.Body.TitleZH, i.Body.TitleEN}, Place: i.Body.Place, Zone: i.Body.Zone}
		if x.Title[1] == "" {
			x.Title[1] = x.Title[0]
		}
		if i.Body.Listing != "" {
			if x.ID, err = unit.ParseID(i.Body.Listing); err != nil {
				return o, fault.Of(err).On("listing")
			}
		} else if org, err := s.orgOf(ctx, x.Org); err == nil {
			x.Region = org.Region
		}
		x, err = b.Enter(ctx, a.who, x)
		return bookedInstrumentOutOf(x, booking.Span{}), err
	})
	type bookedSettingsOut struct {
		Plan         map[string]string      `json:"plan" doc:"empty without one"`
		Version      int                    `json:"plan_version"`
		Prices       []bookedPricesBody     `json:"prices" doc:"the newest first"`
		Duties       []bookedDutyOut        `json:"duties"`
		Certificates []bookedCertificateOut `json:"certificates" doc:"of all instruments of the owner"`
		Sources      []bookedSourceOut      `json:"sources"`
		Conflicts    []bookedConflictOut    `json:"conflicts" doc:"bookings that an outside calendar says are taken by somebody else"`
		Staff        []bookedPersonOut      `json:"staff" doc:"who may be on duty"`
		Users        []bookedPersonOut      `json:"users" doc:"who may be vouched for"`
	}
	operateBooked(s, "GET", "/api/v1/instruments/{id}/settings", access.BookingManage, "What the owner has laid down for an instrument", func(ctx context.Context, b *booking.Service, a asked, i *listingAt) (o bookedSettingsOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		x, err := b.Settings(ctx, a.who, id)
		if err != nil {
			return o, err
		}
		o = bookedSettingsOut{Plan: map[string]string{}, Version: x.Version, Prices: each(x.Prices, bookedPricesOf), Sources: each(x.Sources, bookedSourceOf)}
		if x.Version > 0 {
			o.Plan = x.Plan.Typed()
		}
		o.Duties = each(x.Duties, func(d booking.Duty) bookedDutyOut {
			return bookedDutyOut{string(d.ID), string(d.Person), d.Name, d.From.UTC(), d.To.UTC()}
		})
		o.Certificates = each(x.Certificates, func(c booking.Certificate) bookedCertificateOut {
			return bookedCertificateOut{string(c.ID), c.Kind, string(c.Person), c.Name, c.Since.String(), c.Until.String()}
		})
		conflicts, err := b.Conflicts(ctx, a.who, id)
		if err != nil {
			return o, err
		}
		o.Conflicts = each(conflicts, func(c booking.Conflict) bookedConflictOut {
			return bookedConflictOut{string(c.Booking.ID), c.Shut.Why, c.Shut.From.UTC(), c.Shut.To.UTC()}
		})
		person := func(d booking.Duty) bookedPersonOut { return bookedPersonOut{string(d.Person), d.Name} }
		staff, err := b.Staff(ctx, a.who, id)
		if err != nil {
			return o, err
		}
		users, err := b.Users(ctx, a.who, id)
		o.Staff, o.Users = each(staff, person), each(users, person)
		return o, err
	})
	s.apiBookPlans()
	s.apiBookStaff()
	s.apiBookSources()
}

type bookedConflictOut struct {
	Booking string    `json:"booking"`
	Event   string    `json:"event" doc:"as the outside calendar calls it"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
}

func (s *Server) apiBookPlans() {
	type bookedPlanIn struct {
		ID   string `path:"id"`
		Body struct {
			Plan    map[string]string `json:"plan" doc:"by field, as people write it and as the instrument is read: weekly.1 to weekly.0 \"08:00-12:00, 13:00-18:00\"; exceptions a line each, \"2026-05-01 09:00-12:00 why\"; limits a line each, \"mon-fri 08:00-18:00 30-240\""`
			Version int               `json:"version" doc:"of the plan that this one follows; 0 for the first"`
			Look    bool              `json:"look,omitempty" doc:"only check it"`
		}
	}
	type bookedPlanOut struct {
		Version int               `json:"version" doc:"of the plan that holds"`
		Plan    map[string]string `json:"plan" doc:"as it was read"`
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/plan", access.BookingManage, "Lay down when and by whom an instrument is booked: opening hours, exceptions, limits; bookings that stand stay as they are", func(ctx context.Context, b *booking.Service, a asked, i *bookedPlanIn) (o bookedPlanOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		if _, err := b.Settings(ctx, a.who, id); err != nil { // who does not run it is told nothing of its plan
			return o, err
		}
		p, err := typedPlan(i.Body.Plan)
		if err != nil {
			return o, err
		}
		o = bookedPlanOut{i.Body.Version, p.Typed()}
		if i.Body.Look {
			return o, nil
		}
		o.Version++
		return o, b.PutPlan(ctx, a.who, id, p, i.Body.Version)
	})
	type bookedPricesIn struct {
		ID   string `path:"id"`
		Body bookedPricesBody
	}
	type bookedVersionsOut struct {
		Prices []bookedPricesBody `json:"prices" doc:"all versions, the newest first"`
	}
	all := func(ctx context.Context, b *booking.Service, id unit.ID) (o bookedVersionsOut, err error) {
		versions, err := b.Prices(ctx, id)
		return bookedVersionsOut{each(versions, bookedPricesOf)}, err
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/prices", access.BookingManage, "Lay down prices for uses from a day on", func(ctx context.Context, b *booking.Service, a asked, i *bookedPricesIn) (o bookedVersionsOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		p, err := i.Body.prices()
		if err != nil {
			return o, err
		}
		if err := b.PutPrices(ctx, a.who, id, p); err != nil {
			return o, err
		}
		return all(ctx, b, id)
	})
	operateBooked(s, "GET", "/api/v1/instruments/{id}/prices", access.ListingRead, "Prices of an instrument and how they changed", func(ctx context.Context, b *booking.Service, a asked, i *listingAt) (o bookedVersionsOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		return all(ctx, b, id)
	})
}

// bookedEntryAt is an entry of an instrument.
type bookedEntryAt struct {
	ID    string `path:"id"`
	Entry string `path:"entry"`
}

// ends takes an entry of an instrument back.
func (i *bookedEntryAt) ends(end func(instrument, entry unit.ID) error) (o nothing, err error) {
	id, err := idOf(i.ID)
	if err != nil {
		return o, err
	}
	entry, err := idOf(i.Entry)
	if err != nil {
		return o, err
	}
	return o, end(id, entry)
}

func (s *Server) apiBookStaff() {
	type bookedDutyIn struct {
		ID   string `path:"id"`
		Body struct {
			Person string    `json:"person"`
			From   time.Time `json:"from"`
			To     time.Time `json:"to"`
		}
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/duties", access.BookingManage, "Say when an operator is there", func(ctx context.Context, b *booking.Service, a asked, i *bookedDutyIn) (o nothing, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		return o, b.PutDuty(ctx, a.who, id, booking.Duty{Person: unit.ID(i.Body.Person), Span: booking.Span{From: i.Body.From.UTC(), To: i.Body.To.UTC()}})
	})
	operateBooked(s, "POST", "/api/v1/instruments/{id}/duties/{entry}/end", access.BookingManage, "Take hours of duty back", func(ctx context.Context, b *booking.Service, a asked, i *bookedEntryAt) (nothing, error) {
		return i.ends(func(id, entry unit.ID) error { return b.EndDuty(ctx, a.who, id, entry) })
	})
	type bookedCertificateIn struct {
		ID   string `path:"id"`
		Body struct {
			Kind   string `json:"kind" doc:"one of those that the plan asks for"`
			Person string `json:"person"`
			Since  string `json:"since" format:"date"`
			Until  string `json:"until,omitempty" doc:"empty: without end"`
		}
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/certificates", access.BookingManage, "Vouch that a person has learnt to use an instrument", func(ctx context.Context, b *booking.Service, a asked, i *bookedCertificateIn) (o nothing, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		c := booking.Certificate{Kind: i.Body.Kind, Person: unit.ID(i.Body.Person)}
		if c.Since, err = unit.ParseDay(i.Body.Since); err != nil {
			return o, fault.Of(err).On("since")
		}
		if i.Body.Until != "" {
			if c.Until, err = unit.ParseDay(i.Body.Until); err != nil {
				return o, fault.Of(err).On("until")
			}
		}
		return o, b.PutCertificate(ctx, a.who, id, c)
	})
	operateBooked(s, "POST", "/api/v1/instruments/{id}/certificates/{entry}/end", access.BookingManage, "Take a certificate back", func(ctx context.Context, b *booking.Service, a asked, i *bookedEntryAt) (nothing, error) {
		return i.ends(func(id, entry unit.ID) error { return b.EndCertificate(ctx, a.who, id, entry) })
	})
}

func (s *Server) apiBookSources() {
	type bookedSourceIn struct {
		ID   string `path:"id"`
		Body struct {
			Name string `json:"name"`
			URL  string `json:"url,omitempty" doc:"of the calendar; read again every hour"`
			Text string `json:"text,omitempty" doc:"iCalendar, instead of an address"`
		}
	}
	operateBooked(s, "POST", "/api/v1/instruments/{id}/sources", access.BookingManage, "Let an outside calendar block an instrument", func(ctx context.Context, b *booking.Service, a asked, i *bookedSourceIn) (o bookedSourceOut, err error) {
		id, err := idOf(i.ID)
		if err != nil {
			return o, err
		}
		x, err := b.AddSource(ctx, a.who, id, i.Body.Name, i.Body.URL, []byte(i.Body.Text))
		return bookedSourceOf(x), err
	})
	operateBooked(s, "POST", "/api/v1/instruments/{id}/sources/{entry}/end", access.BookingManage, "Take an outside calendar away, with what it blocked", func(ctx context.Context, b *booking.Service, a asked, i *bookedEntryAt) (nothing, error) {
		return i.ends(func(id, entry unit.ID) error { return b.EndSource(ctx, a.who, id, entry) })
	})
}
