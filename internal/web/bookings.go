package web

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// bookingView is a booking as pages show it.
type bookingView struct{ booking.Seen }

// When is its time by the wall clock of the instrument.
func (x bookingView) When() string { return x.Span.Words(x.Inst.Location()) }

// Clock is when it begins and ends on its day.
func (x bookingView) Clock() string {
	if w := x.When(); len(w) > 11 {
		return w[11:]
	}
	return x.When()
}

// Is is its state in words.
func (x bookingView) Is() fault.Words { return booking.StateWords(x.State) }

// Chip is the class of its state.
func (x bookingView) Chip() string {
	switch x.State {
	case booking.Confirmed, booking.Done:
		return "ok"
	case booking.Requested, booking.Offered, booking.Held, booking.Running:
		return "hand"
	case booking.Displaced, booking.NoShow:
		return "warn"
	case booking.Declined, booking.Failed:
		return "stop"
	}
	return "none"
}

// As is its class in words.
func (x bookingView) As() fault.Words { return booking.ClassWords(x.Class) }

// local is a moment by the wall clock of the instrument.
func (x bookingView) local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(x.Inst.Location()).Format("2006-01-02 15:04")
}

// FreeBy is until when it is cancelled free of charge, UntilBy how long its slot is kept, UsedFrom and UsedTo when it was used.
func (x bookingView) FreeBy() string   { return x.local(x.FreeUntil) }
func (x bookingView) UntilBy() string  { return x.local(x.Until) }
func (x bookingView) UsedFrom() string { return x.local(x.Used.From) }
func (x bookingView) UsedTo() string   { return x.local(x.Used.To) }

type lineView struct {
	What fault.Words
	Qty  string
	Rate unit.Fen
	Unit fault.Words
	Sum  unit.Fen
}

func (v *visit) lineViews(all []booking.Line) (out []lineView) {
	for _, l := range all {
		x := lineView{What: booking.ItemWords(l.What), Rate: l.Rate, Sum: l.Sum}
		switch l.Unit {
		case "minute":
			x.Qty, x.Unit = booking.LengthWords(int(l.Qty)).In(v.lang), fault.Words{"小时", "hour"}
		case "sample":
			x.Qty, x.Unit = itoa(l.Qty)+v.t(" 个", ""), fault.Words{"样品", "sample"}
		case "day":
			x.Qty, x.Unit = itoa(l.Qty)+v.t(" 天", " d"), fault.Words{"天", "day"}
		}
		out = append(out, x)
	}
	return out
}

type bookPage struct {
	booking.Instrument
	Form     *form
	Wait     whenForm // when a slot is wanted
	Orgs     []option
	Quote    *booking.Quote
	Lines    []lineView
	Free     string // until when it is cancelled free of charge
	Stands   string // until when the quote stands
	When     string
	Why      string // why it cannot be booked
	Next     string // what would pass
	NextPath string
	Outcomes []outcomeView
	ByCount  bool // it is charged by sample
}

// whenForm is the part of a form that says when.
type whenForm struct{ Form *form }

type outcomeView struct {
	When, Why, Path string
	Is              fault.Words
}

// askOf reads what is wanted from the fields of a form, by the wall clock of the instrument.
func askOf(f *form, i booking.Instrument) (a booking.Ask) {
	zone := i.Location()
	a = booking.Ask{Instrument: i.ID, Org: f.Get("org"), Samples: int(f.count("samples", 0, 1_000_000)), Operator: f.Get("operator") != "", Purpose: f.text("purpose")}
	day := f.day("day")
	until := f.day("until")
	if !until.Valid() {
		until = day
	}
	from, to := f.wall("from"), f.wall("to")
	if !day.Valid() {
		f.refuse("day", fault.New(fault.Invalid, "web.needed"))
		return a
	}
	y, m, d := day.Date()
	a.From = time.Date(y, m, d, 0, int(from), 0, 0, zone).UTC()
	y, m, d = until.Date()
	a.To = time.Date(y, m, d, 0, int(to), 0, 0, zone).UTC()
	if q := f.text("quote"); q != "" {
		a.Quote = unit.ID(q)
	}
	return a
}

// wall is a field with a time of day; an empty one is refused.
func (f *form) wall(name string) booking.Wall {
	s := f.needed(name)
	if s == "" {
		return 0
	}
	w, err := booking.ParseWall(s)
	if err != nil {
		f.refuse(name, err)
	}
	return w
}

// bookForm asks for a booking: with times in the address it shows the quote, and what stands in the way.
func (v *visit) bookForm() error {
	f := v.asked()
	return v.showBook(f, f.Get("day") != "" && f.Get("from") != "" && f.Get("to") != "")
}

func (v *visit) showBook(f *form, quote bool) error {
	s, i, err := v.instrumentOf()
	if err != nil {
		return err
	}
	id := i.ID
	p := bookPage{Instrument: i, Form: f, Wait: whenForm{&form{Values: f.Values, ids: "wait", lang: v.lang, bad: map[string]string{}}}}
	if p.Orgs, err = v.orgOptions(access.BookingCreate); err != nil {
		return err
	}
	if f.Get("org") == "" && len(p.Orgs) > 0 {
		f.Set("org", p.Orgs[0].Value)
	}
	if quote && len(v.problems) == 0 {
		if err := v.quoted(s, &p, askOf(f, i)); err != nil && !v.refusedForm(f, err) {
			return err
		}
	}
	v.under("/instruments", "仪器预约", "Instruments to book")
	v.under("/instruments/"+string(id), i.Title[0], i.Title[1])
	return v.show("book", v.t("预约 ", "Book ")+i.Title.In(v.lang), p)
}

// quoted adds what was asked for, what it costs and what stands in the way.
func (v *visit) quoted(s *booking.Service, p *bookPage, a booking.Ask) error {
	if err := p.Form.err(); err != nil {
		return err
	}
	a.Quote = ""
	q, err := s.Try(v.ctx(), v.who, a)
	if err != nil {
		return err
	}
	zone := p.Location()
	p.Quote, p.Lines, p.When = &q, v.lineViews(q.Lines), a.Span.Words(zone)
	p.Free, p.Stands = q.FreeUntil.In(zone).Format("2006-01-02 15:04"), q.Until.In(zone).Format("2006-01-02 15:04")
	if q.Refused != nil {
		p.Why = q.Refused.Sentence(v.lang)
		if !q.Next.From.IsZero() {
			p.Next, p.NextPath = q.Next.Words(zone), v.bookPath(p.ID, q.Next, zone)
		}
	}
	return nil
}

// book books, keeps a quote, asks for several dates, or joins the waiting list.
func (v *visit) book() error {
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
	a := askOf(f, i)
	v.back = "/instruments/" + string(id) + "/book"
	err = f.err()
	var b booking.Booking
	switch do := f.Get("do"); {
	case err != nil:
	case do == "wait":
		if _, err = s.Join(v.ctx(), v.who, a, int(f.count("minutes", 0, 1_000_000))); err == nil {
			return v.to("/bookings#waits", "book_waits")
		}
	case do == "series":
		return v.bookSeries(s, f, i, a)
	case do == "quote":
		q, bad := s.Quote(v.ctx(), v.who, a)
		if err = bad; err == nil {
			f.Set("quote", string(q.ID))
			return v.showBook(f, true)
		}
	default:
		if b, err = s.Book(v.ctx(), v.who, a); err == nil {
			done := "book_asked"
			if b.State == booking.Confirmed {
				done = "book_confirmed"
			}
			return v.to("/bookings/"+string(b.ID), done)
		}
	}
	if !v.refusedForm(f, err) {
		return err
	}
	return v.showBook(f, false)
}

// bookSeries shows what became of each date.
func (v *visit) bookSeries(s *booking.Service, f *form, i booking.Instrument, a booking.Ask) error {
	all, err := s.Series(v.ctx(), v.who, a, int(f.count("every", 1, 366)), int(f.count("times", 2, 60)))
	if err == nil {
		err = f.err()
	}
	if err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showBook(f, false)
	}
	p := bookPage{Instrument: i, Form: f}
	for _, o := range all {
		x := outcomeView{When: o.Span.Words(i.Location())}
		if o.Refused != nil {
			x.Why = o.Refused.Sentence(v.lang)
		} else {
			x.Path, x.Is = "/bookings/"+string(o.Booking.ID), booking.StateWords(o.Booking.State)
		}
		p.Outcomes = append(p.Outcomes, x)
	}
	v.under("/instruments/"+string(i.ID), i.Title[0], i.Title[1])
	return v.show("book", v.t("多次预约 ", "Several dates ")+i.Title.In(v.lang), p)
}

type bookingsPage struct {
	All    []bookingView
	Waits  []waitView
	Tabs   []payTab
	More   string
	Before string
	Org    fault.Words
	Orgs   []option
	Form   *form
	Export exportView
	Labs   []payTab // what this person runs
}

type waitView struct {
	booking.Wait
	When, Long string
}

// bookings lists those of the person's organisation: ahead, past, only one's own.
func (v *visit) bookings() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	f := v.asked()
	view := f.Get("view")
	q := booking.Query{Org: f.Get("org"), Mine: view == "mine", Past: view == "past", Page: v.pageNo()}
	if reach := access.ReachOf(v.who, access.BookingCreate).Orgs; q.Org == "" && len(reach) > 0 {
		q.Org = reach[0]
	}
	p := bookingsPage{Form: f, Export: v.exports()}
	if q.Org != "" {
		all, more, err := s.Mine(v.ctx(), v.who, q)
		if err != nil {
			return err
		}
		for _, x := range all {
			p.All = append(p.All, bookingView{x})
		}
		pages := v.pager((q.Page)*pageRows+map[bool]int{true: 1}[more], pageRows)
		p.Before, p.More = pages.Before, pages.After
	}
	if v.wantsFile() {
		return v.bookingsFile(p.All)
	}
	if p.Orgs, err = v.orgOptions(access.BookingCreate); err != nil {
		return err
	}
	labs, err := v.orgOptions(access.BookingManage)
	if err != nil {
		return err
	}
	if labs, err = v.labsRun(s, labs); err != nil {
		return err
	}
	for _, l := range labs {
		p.Labs = append(p.Labs, payTab{Path: "/labs/" + l.Value + "/day", Name: l.Name})
	}
	for _, t := range []struct{ view, zh, en string }{{"", "本单位将来的", "Ahead"}, {"mine", "本人的", "My own"}, {"past", "以往的", "Past"}} {
		path := "/bookings"
		if t.view != "" {
			path += "?view=" + t.view
		}
		p.Tabs = append(p.Tabs, payTab{path, v.t(t.zh, t.en), view == t.view})
	}
	waits, err := s.Waits(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, w := range waits {
		i, err := s.Instrument(v.ctx(), w.Instrument)
		if err != nil {
			return err
		}
		p.Waits = append(p.Waits, waitView{w, w.Span.Words(i.Location()), booking.LengthWords(w.Length).In(v.lang)})
	}
	return v.show("bookings", v.t("我的预约", "My bookings"), p)
}

func (v *visit) bookingsFile(all []bookingView) error {
	t := &sheet{Name: "bookings", Head: []string{v.t("编号", "No."), v.t("仪器", "Instrument"), v.t("时间", "Time"), v.t("状态", "State"), v.t("使用人", "User"), v.t("样品", "Samples"), v.t("价格（元）", "Price (yuan)"), v.t("应收（元）", "Due (yuan)")}}
	for _, x := range all {
		if err := t.put(string(x.ID), x.Inst.Title.In(v.lang), x.When(), x.Is().In(v.lang), x.Who, x.Samples, x.Price, x.Charge); err != nil {
			return err
		}
	}
	return v.send(t)
}

type bookingPage struct {
	bookingView
	Lines      []lineView
	Form       *form
	Colleagues []option
	Charge     unit.Fen // what cancelling costs now
	NextPath   string
	For        *heldFor // nil: it is held for no case
	User       bool
	Owner      bool
	InPlaceOf  *moveView // of the offer of another instrument
	Moved      *moveView // of a booking that another instrument is offered for, or was taken
	Elsewhere  []option  // where its owner could move it
}

// booking shows one booking, with what can be done with it.
func (v *visit) booking() error { return v.showBooking(v.blank("")) }

func (v *visit) showBooking(f *form) error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	x, err := s.Booking(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := bookingPage{bookingView: bookingView{x}, Lines: v.lineViews(x.Lines), Form: f}
	if p.For, err = v.heldFor(x.Hold); err != nil {
		return err
	}
	if p.For != nil && p.For.Org[0] != "" { // an organisation that the other node vouches for
		p.OrgName = p.For.Org
	}
	for _, side := range x.Sides {
		p.User, p.Owner = p.User || side == booking.User, p.Owner || side == booking.Owner
	}
	if x.Can(string(booking.Cancel)) && p.User {
		if p.Charge, err = s.CancelCharge(v.ctx(), x.Booking); err != nil {
			return err
		}
	}
	if err := v.moving(s, &p); err != nil {
		return err
	}
	if x.Can(string(booking.HandOver)) {
		all, err := s.Colleagues(v.ctx(), v.who, id)
		if err != nil {
			return err
		}
		for _, c := range all {
			p.Colleagues = append(p.Colleagues, option{string(c.Person), c.Name})
		}
	}
	v.under("/bookings", "我的预约", "My bookings")
	return v.show("booking", x.Inst.Title.In(v.lang)+" "+p.When(), p)
}

// actBooking takes an action of a booking.
func (v *visit) actBooking() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	act := booking.Action(v.r.PathValue("act"))
	if act == "instead" {
		return v.offerInstead(s, id, f)
	}
	done, known := bookingDone[act]
	if !known {
		return fault.New(fault.NotFound, "web.no_page")
	}
	x := bookingAct{Reason: f.text("reason"), Person: unit.ID(f.Get("person")), Samples: int(f.count("samples", 0, 1_000_000))}
	if act == booking.Change {
		b, err := s.Booking(v.ctx(), v.who, id)
		if err != nil {
			return err
		}
		x.To = askOf(f, b.Inst).Span
	}
	if err = f.err(); err == nil {
		_, err = takeBooking(v.ctx(), s, v.who, id, act, x)
	}
	if err != nil {
		v.back = "/bookings/" + string(id)
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showBooking(f)
	}
	if back := f.Get("back"); back != "" {
		return v.to(next(back), done)
	}
	return v.to("/bookings/"+string(id), done)
}

// bookingDone are the acts of a booking that a person takes, with what is said when one is done.
var bookingDone = map[booking.Action]string{booking.Confirm: "book_confirmed", booking.Decline: "book_declined", booking.Accept: "book_accepted", booking.Cancel: "book_cancelled", booking.Change: "book_moved",
	booking.HandOver: "book_handed", booking.CheckIn: "book_in", booking.CheckOut: "book_out", booking.Missed: "book_missed", booking.Fail: "book_failed"}

// bookingAct is what an act of a booking may need.
type bookingAct struct {
	Reason  string
	To      booking.Span // of a change
	Person  unit.ID      // of a hand-over
	Samples int          // of a check-out
}

// takeBooking takes an act of a booking, for a page or a program.
func takeBooking(ctx context.Context, s *booking.Service, who access.Actor, id unit.ID, act booking.Action, x bookingAct) (booking.Seen, error) {
	switch act {
	case booking.Confirm:
		return s.Confirm(ctx, who, id)
	case booking.Decline:
		return s.Decline(ctx, who, id, x.Reason)
	case booking.Accept:
		return s.Accept(ctx, who, id)
	case booking.Cancel:
		return s.Cancel(ctx, who, id, x.Reason)
	case booking.Change:
		return s.Change(ctx, who, id, x.To)
	case booking.HandOver:
		return s.HandOver(ctx, who, id, x.Person)
	case booking.CheckIn:
		return s.CheckIn(ctx, who, id)
	case booking.CheckOut:
		return s.CheckOut(ctx, who, id, x.Samples)
	case booking.Missed:
		return s.Missed(ctx, who, id)
	case booking.Fail:
		return s.Fail(ctx, who, id, x.Reason)
	}
	return booking.Seen{}, fault.New(fault.NotFound, "web.no_page")
}

func (v *visit) leaveWait() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := s.Leave(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/bookings", "book_left")
}
