package web

import (
	"fmt"
	"time"

	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type bookSettingsPage struct {
	booking.Settings
	Plan      *form // the fields of the plan
	Price     *form
	Shut      *form
	Duty      *form
	Cert      *form
	Source    *form
	Gone      *form
	Preview   *weekView // of the plan as typed
	Shuts     []shutView
	Duties    []dutyView
	Staff     []option
	Users     []option
	Kinds     []option // certificates of the plan
	Hits      []bookHit
	Looked    bool // the blackout was tried
	Ahead     []bookingView
	Conflicts []bookClash
	Others    []option // instruments that could be offered instead
	Prices    []priceView
	Classes   []classField
	Weekdays  []weekdayField
}

type weekdayField struct{ Name, Label string }

type classField struct {
	ID    string
	Words fault.Words
}

type shutView struct {
	booking.Shut
	When string
	Kind fault.Words
	May  bool
}

type dutyView struct {
	booking.Duty
	When string
}

type bookHit struct {
	bookingView
	Next string
}

type bookClash struct {
	When, Event, Path string
}

func (v *visit) bookSettings() error { return v.showBookSettings(bookSettingsPage{}) }

func (v *visit) showBookSettings(p bookSettingsPage) error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if p.Settings, err = s.Settings(v.ctx(), v.who, id); err != nil {
		return err
	}
	zone := p.Location()
	if p.Plan == nil {
		plan := p.Settings.Plan
		if p.Version == 0 {
			plan = firstPlan()
		}
		p.Plan = v.blank("plan")
		for name, value := range plan.Typed() {
			p.Plan.Set(name, value)
		}
	}
	for _, to := range []struct {
		f    **form
		name string
	}{{&p.Price, "price"}, {&p.Shut, "shut"}, {&p.Duty, "duty"}, {&p.Cert, "cert"}, {&p.Source, "source"}, {&p.Gone, "gone"}} {
		if *to.f == nil {
			*to.f = v.blank(to.name)
		}
	}
	if p.Others, err = v.othersOf(s, p.Instrument); err != nil {
		return err
	}
	for _, x := range p.Settings.Shuts {
		p.Shuts = append(p.Shuts, shutView{x, x.Span.Words(zone), booking.ShutWords(x.Kind), x.Kind != booking.Outside})
	}
	for _, x := range p.Settings.Duties {
		p.Duties = append(p.Duties, dutyView{x, x.Span.Words(zone)})
	}
	if err := v.bookChoices(s, &p); err != nil {
		return err
	}
	p.Prices = v.priceViews(p.Settings.Prices, unit.DayOf(v.now(), zone))
	for _, c := range booking.Classes {
		p.Classes = append(p.Classes, classField{string(c), booking.ClassWords(c)})
	}
	for _, d := range []int{1, 2, 3, 4, 5, 6, 0} {
		p.Weekdays = append(p.Weekdays, weekdayField{fmt.Sprint("weekly.", d), weekdayWords[d].In(v.lang)})
	}
	v.under("/instruments/"+string(id), p.Title[0], p.Title[1])
	return v.show("bookplan", v.t("预约规则 ", "Plan of ")+p.Title.In(v.lang), p)
}

// bookChoices are the people, certificates, bookings ahead and conflicts of an instrument.
func (v *visit) bookChoices(s *booking.Service, p *bookSettingsPage) error {
	staff, err := s.Staff(v.ctx(), v.who, p.ID)
	if err != nil {
		return err
	}
	for _, x := range staff {
		p.Staff = append(p.Staff, option{string(x.Person), x.Name})
	}
	users, err := s.Users(v.ctx(), v.who, p.ID)
	if err != nil {
		return err
	}
	for _, x := range users {
		p.Users = append(p.Users, option{string(x.Person), x.Name})
	}
	for _, k := range p.Settings.Plan.Training {
		p.Kinds = append(p.Kinds, option{k, k})
	}
	ahead, err := s.Ahead(v.ctx(), v.who, p.ID)
	if err != nil {
		return err
	}
	for _, x := range ahead {
		p.Ahead = append(p.Ahead, bookingView{x})
	}
	conflicts, err := s.Conflicts(v.ctx(), v.who, p.ID)
	for _, c := range conflicts {
		p.Conflicts = append(p.Conflicts, bookClash{c.Booking.Span.Words(p.Location()), c.Shut.Why + " " + c.Shut.Span.Words(p.Location()), "/bookings/" + string(c.Booking.ID)})
	}
	return err
}

// firstPlan is what the form of an instrument without a plan begins with: the owner changes it and answers for it.
func firstPlan() booking.Plan {
	p := booking.Plan{Grid: 30, Horizon: 60, OfferHours: 24, Remind: 24, Lead: 24 * 60, Holidays: true, Limits: []booking.Limit{{To: 1440, Least: 60, Most: 600}}}
	for d := time.Monday; d <= time.Friday; d++ {
		p.Weekly[d] = []booking.Period{{From: 480, To: 1080}}
	}
	return p
}

// putBookPlan checks a plan, shows a week of it, or lays it down.
func (v *visit) putBookPlan() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	f.on("plan")
	typed := map[string]string{}
	for _, name := range booking.PlanFields {
		typed[name] = f.Get(name)
	}
	plan, err := booking.ReadPlan(typed)
	if err == nil && f.Get("do") != "preview" {
		if err = s.PutPlan(v.ctx(), v.who, id, plan, int(wholeNumber(f.Get("version")))); err == nil {
			return v.to("/instruments/"+string(id)+"/settings", "book_plan")
		}
	}
	v.back = "/instruments/" + string(id) + "/settings"
	if err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showBookSettings(bookSettingsPage{Plan: f})
	}
	i, err := s.Instrument(v.ctx(), id)
	if err != nil {
		return err
	}
	w := v.planWeek(i, plan)
	return v.showBookSettings(bookSettingsPage{Plan: f, Preview: &w})
}

// planWeek is the next week of a plan that does not hold yet: the hours in which it would be open.
func (v *visit) planWeek(i booking.Instrument, p booking.Plan) (w weekView) {
	zone := i.Location()
	first := v.monday(zone) + 7
	x := laneView{Lane: booking.Lane{Instrument: i, Plan: p, Has: true}}
	w.Days = v.weekDays(first, zone)
	calendar := v.s.c.Calendar.Days().Now()
	for n := range 7 {
		c := w.Days[n].cell()
		for _, open := range p.On(first.Add(n), calendar) {
			c.Chips = append(c.Chips, chipView{Class: "free", When: open.From.String() + "–" + open.To.String(), What: v.t("开放", "open")})
		}
		c.Void = len(c.Chips) == 0
		x.Cells = append(x.Cells, c)
	}
	w.Lanes = []laneView{x}
	return w
}

// changeInstrument does what else an owner does with an instrument.
func (v *visit) changeInstrument() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	i, err := s.Instrument(v.ctx(), id)
	if err != nil {
		return err
	}
	p, done := bookSettingsPage{}, ""
	switch v.r.PathValue("act") {
	case "prices":
		p.Price, done = f.on("price"), "book_prices"
		prices := pricesOf(f)
		if err = f.err(); err == nil {
			err = s.PutPrices(v.ctx(), v.who, id, prices)
		}
	case "shut":
		p.Shut, done = f.on("shut"), "book_shut"
		a := askOf(f, i)
		x := booking.Shut{Instrument: id, Kind: booking.ShutKind(f.Get("kind")), Span: a.Span, Why: f.text("why"), Instead: moveAsked(f)}
		if err = f.err(); err != nil {
			break
		}
		if f.Get("do") == "look" {
			hits, bad := s.Hits(v.ctx(), v.who, x)
			if err = bad; err == nil {
				p.Looked = true
				for _, h := range hits {
					y := bookHit{bookingView: bookingView{booking.Seen{Booking: h.Booking, Inst: i}}}
					if !h.Next.From.IsZero() {
						y.Next = h.Next.Words(i.Location())
					}
					p.Hits = append(p.Hits, y)
				}
				v.back = "/instruments/" + string(id) + "/settings"
				return v.showBookSettings(p)
			}
			break
		}
		_, _, err = s.Close(v.ctx(), v.who, x)
	case "reopen":
		done, err = "book_reopened", s.Reopen(v.ctx(), v.who, unit.ID(f.Get("shut")))
	case "duty":
		p.Duty, done = f.on("duty"), "book_duty"
		a := askOf(f, i)
		if err = f.err(); err == nil {
			err = s.PutDuty(v.ctx(), v.who, id, booking.Duty{Person: unit.ID(f.Get("person")), Span: a.Span})
		}
	case "duty_end":
		done, err = "book_gone", s.EndDuty(v.ctx(), v.who, id, unit.ID(f.Get("id")))
	case "certificate":
		p.Cert, done = f.on("cert"), "book_cert"
		c := booking.Certificate{Kind: f.Get("kind"), Person: unit.ID(f.Get("person")), Since: f.day("since"), Until: f.day("until")}
		if err = f.err(); err == nil {
			err = s.PutCertificate(v.ctx(), v.who, id, c)
		}
	case "certificate_end":
		done, err = "book_gone", s.EndCertificate(v.ctx(), v.who, id, unit.ID(f.Get("id")))
	case "source":
		p.Source, done = f.on("source"), "book_source"
		err = v.addSource(s, id, f)
	case "source_end":
		done, err = "book_gone", s.EndSource(v.ctx(), v.who, id, unit.ID(f.Get("id")))
	case "withdraw":
		p.Gone, done = f.on("gone"), "book_withdrawn"
		_, err = s.Withdraw(v.ctx(), v.who, id, f.text("reason"), int(wholeNumber(f.Get("seen"))), moveAsked(f))
	default:
		return fault.New(fault.NotFound, "web.no_page")
	}
	if err != nil {
		v.back = "/instruments/" + string(id) + "/settings"
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showBookSettings(p)
	}
	return v.to("/instruments/"+string(id)+"/settings", done)
}

func (v *visit) addSource(s *booking.Service, id unit.ID, f *form) error {
	_, content, err := f.file("file")
	if err != nil {
		return err
	}
	_, err = s.AddSource(v.ctx(), v.who, id, f.text("name"), f.text("url"), content)
	return err
}

// pricesOf reads prices by class; a class whose basis is left out is not served.
func pricesOf(f *form) booking.Prices {
	p := booking.Prices{From: f.day("from"), QuoteHours: int(f.count("quote_hours", 0, 10_000)), FreeHours: int(f.count("free_hours", 0, 10_000)), LateShare: int(f.count("late_share", 0, 1000)),
		NoShow: int(f.count("no_show_share", 0, 1000)), Classes: map[booking.Class]booking.Price{}}
	for _, c := range booking.Classes {
		k := string(c) + "."
		if f.Get(k+"basis") == "" {
			continue
		}
		p.Classes[c] = booking.Price{Basis: booking.Basis(f.Get(k + "basis")), Rate: f.fen(k + "rate"), Operator: f.fen(k + "operator"), Consumables: f.fen(k + "consumables"), Minimum: f.fen(k + "minimum"), Deposit: f.fen(k + "deposit")}
	}
	return p
}
