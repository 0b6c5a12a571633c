package web

import (
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type instrumentsPage struct {
	All    []instrumentView
	More   string
	Form   *form
	Enter  bool
	Orgs   []option
	Labs   []option // whose instruments this person runs
	Export exportView
}

type instrumentView struct {
	booking.Instrument
	Owner fault.Words
	Next  string // the next free slot
	Path  string // the form to book it
	Price string
}

// instruments lists what can be booked, with the next free slot of each.
func (v *visit) instruments() error { return v.showInstruments(nil) }

func (v *visit) showInstruments(f *form) error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.instrumentsFile()
	}
	p := instrumentsPage{Form: f, Enter: access.MaySomewhere(v.who, access.BookingManage) == nil, Export: v.exports()}
	next := unit.ID("")
	if p.All, next, err = v.bookable(unit.ID(v.r.URL.Query().Get("after"))); err != nil {
		return err
	}
	if next != "" {
		p.More = v.afterLink(next)
	}
	if p.Orgs, err = v.orgOptions(access.BookingManage); err != nil {
		return err
	}
	if p.Labs, err = v.labsRun(s, p.Orgs); err != nil {
		return err
	}
	return v.show("instruments", v.t("仪器预约", "Instruments to book"), p)
}

// bookable is a page of what can be booked, and where the next one begins.
func (v *visit) bookable(after unit.ID) (out []instrumentView, next unit.ID, err error) {
	s, err := v.s.booked()
	if err != nil {
		return nil, "", err
	}
	all, more, err := s.Instruments(v.ctx(), v.who, v.r.URL.Query().Get("org"), after)
	if err != nil {
		return nil, "", err
	}
	owners := map[string]fault.Words{}
	for _, i := range all {
		x := instrumentView{Instrument: i}
		if x.Owner, err = v.ownerName(owners, i.Org); err != nil {
			return nil, "", err
		}
		slot, ok, err := s.NextFree(v.ctx(), i.ID)
		if err != nil {
			return nil, "", err
		}
		if ok {
			x.Next, x.Path = slot.Words(i.Location()), v.bookPath(i.ID, slot, i.Location())
		}
		out = append(out, x)
	}
	if more {
		next = all[len(all)-1].ID
	}
	return out, next, nil
}

// instrumentsFile is every page of it.
func (v *visit) instrumentsFile() error {
	t := &sheet{Name: "instruments", Head: []string{v.t("仪器", "Instrument"), v.t("管理单位", "Owner"), v.t("地点", "Place"), v.t("下一个空闲时段", "Next free slot")}}
	err := gather(func(after unit.ID) (unit.ID, error) {
		page, next, err := v.bookable(after)
		if err != nil {
			return "", err
		}
		for _, x := range page {
			if err := t.put(x.Title.In(v.lang), x.Owner.In(v.lang), x.Place, x.Next); err != nil {
				return "", err
			}
		}
		return next, nil
	})
	if err != nil {
		return err
	}
	return v.send(t)
}

// labsRun are those of the organisations that have instruments to run.
func (v *visit) labsRun(s *booking.Service, orgs []option) (labs []option, err error) {
	for _, o := range orgs {
		has, _, err := s.Instruments(v.ctx(), v.who, o.Value, "")
		if err != nil {
			return nil, err
		}
		if len(has) > 0 {
			labs = append(labs, o)
		}
	}
	return labs, nil
}

// ownerName is the name of an organisation, kept in known; one that is not in the registry is called by its code.
func (v *visit) ownerName(known map[string]fault.Words, code string) (fault.Words, error) {
	if w, ok := known[code]; ok {
		return w, nil
	}
	o, err := v.org(code)
	if fault.KindOf(err) == fault.NotFound {
		o.Name, err = fault.Words{code, code}, nil
	}
	known[code] = o.Name
	return o.Name, err
}

// enterInstrument puts an instrument up for booking.
func (v *visit) enterInstrument() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	i := booking.Instrument{Org: f.Get("org"), Title: fault.Words{f.text("title_zh"), f.text("title_en")}, Place: f.text("place"), Zone: f.text("zone")}
	if i.Title[1] == "" {
		i.Title[1] = i.Title[0]
	}
	if listing := f.text("listing"); listing != "" {
		if i.ID, err = unit.ParseID(listing); err != nil {
			f.refuse("listing", err)
		}
	}
	if o, err := v.org(i.Org); err == nil {
		i.Region = o.Region
	}
	if err = f.err(); err == nil {
		i, err = s.Enter(v.ctx(), v.who, i)
	}
	if err != nil {
		v.back = "/instruments"
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showInstruments(f)
	}
	return v.to("/instruments/"+string(i.ID)+"/settings", "book_entered")
}

type instrumentPage struct {
	booking.Instrument
	Owner    fault.Words
	Week     weekView
	Plan     booking.Plan
	Has      bool
	Rules    []string
	Prices   []priceView
	Standing *standingView // nil: nothing is known of it
	Next     string
	NextPath string
	Manages  bool
	Books    bool
	Listed   bool
	Settings string
}

type priceView struct {
	From    string
	Current bool
	Rows    []priceRow
	Free    string
}

type priceRow struct {
	Class, Basis                                  fault.Words
	Rate, Operator, Consumables, Minimum, Deposit unit.Fen
}

// instrument shows the week of one instrument, its rules and how its prices changed.
func (v *visit) instrument() error {
	s, i, err := v.instrumentOf()
	if err != nil {
		return err
	}
	id := i.ID
	p := instrumentPage{Instrument: i, Manages: s.Manages(v.who, i), Books: v.ledToBook()}
	if p.Owner, err = v.ownerName(map[string]fault.Words{}, i.Org); err != nil {
		return err
	}
	if p.Week, err = v.week(s, "/instruments/"+string(id), []unit.ID{id}, i.Location()); err != nil {
		return err
	}
	version := 0
	if p.Plan, version, err = s.Plan(v.ctx(), id); err != nil {
		return err
	}
	if p.Has = version > 0; p.Has {
		p.Rules = v.rules(p.Plan)
	}
	if slot, ok, err := s.NextFree(v.ctx(), id); err != nil {
		return err
	} else if ok {
		p.Next, p.NextPath = slot.Words(i.Location()), v.bookPath(id, slot, i.Location())
	}
	all, err := s.Prices(v.ctx(), id)
	if err != nil {
		return err
	}
	p.Prices = v.priceViews(all, unit.DayOf(v.now(), i.Location()))
	if p.Standing, err = v.standing(id, []string{"book"}); err != nil {
		return err
	}
	if v.s.c.Catalogue != nil {
		_, err := v.s.c.Catalogue.Get(v.ctx(), v.who, id)
		p.Listed = err == nil
	}
	v.under("/instruments", "仪器预约", "Instruments to book")
	return v.show("instrument", i.Title.In(v.lang), p)
}

var basisWords = map[booking.Basis]fault.Words{booking.ByHour: {"小时", "hour"}, booking.BySample: {"样品", "sample"}, booking.ByDay: {"天", "day"}}

func (v *visit) hours(n int) string { return fault.Count(n, "小时", "hour", "hours").In(v.lang) }

func (v *visit) priceViews(all []booking.Prices, today unit.Day) (out []priceView) {
	current := false
	for _, p := range all {
		x := priceView{From: p.From.String(), Free: fmt.Sprintf(v.t("报价 %s内有效；开始前 %s可免费取消，其后收 %d%%，未到场收 %d%%。", "A quote stands for %s; cancelling is free until %s before, then %d%% of the price, and %d%% for not coming."),
			v.hours(p.QuoteHours), v.hours(p.FreeHours), p.LateShare, p.NoShow)}
		if !current && p.From <= today {
			x.Current, current = true, true
		}
		for _, c := range booking.Classes {
			if r, ok := p.Classes[c]; ok {
				x.Rows = append(x.Rows, priceRow{booking.ClassWords(c), basisWords[r.Basis], r.Rate, r.Operator, r.Consumables, r.Minimum, r.Deposit})
			}
		}
		out = append(out, x)
	}
	return out
}

// rules says a plan in sentences.
func (v *visit) rules(p booking.Plan) (out []string) {
	say := func(zh, en string, args ...any) { out = append(out, fmt.Sprintf(v.t(zh, en), args...)) }
	length := func(n int) string { return booking.LengthWords(n).In(v.lang) }
	for _, d := range []time.Weekday{1, 2, 3, 4, 5, 6, 0} {
		if all := p.Weekly[d]; len(all) > 0 {
			parts := make([]string, len(all))
			for i, x := range all {
				parts[i] = x.From.String() + "–" + x.To.String()
			}
			out = append(out, weekdayWords[d].In(v.lang)+" "+strings.Join(parts, v.t("、", ", ")))
		}
	}
	if p.Holidays {
		say("法定节假日不开放，调休上班日按周一开放。", "Closed on public holidays; a weekend that is worked has the hours of a Monday.")
	}
	for _, l := range p.Limits {
		days := v.t("每天", "every day")
		if len(l.Days) > 0 {
			parts := make([]string, len(l.Days))
			for i, d := range l.Days {
				parts[i] = weekdayWords[d].In(v.lang)
			}
			days = strings.Join(parts, v.t("、", ", "))
		}
		say("%s %s–%s 开始的：每次 %s 至 %s。", "Beginning %s %s–%s: from %s to %s.", days, l.From, l.To, length(l.Least), length(l.Most))
	}
	say("起始时刻为 %d 分钟的整数倍；两次使用之间留准备 %d 分钟、清理 %d 分钟。", "It begins at multiples of %d min; %d min of set-up and %d of clean-up lie between two uses.", p.Grid, p.SetUp, p.CleanUp)
	say("至少提前 %s，最多提前 %s。", "Booked at least %s and at most %s ahead.", length(p.Lead), fault.Count(p.Horizon, "天", "day", "days").In(v.lang))
	if p.Remind > 0 {
		say("开始前 %s提醒使用人。", "Its user is reminded %s before.", v.hours(p.Remind))
	}
	if p.WeekMost > 0 {
		say("每人每周最多 %s。", "At most %s for a person in a week.", length(p.WeekMost))
	}
	if len(p.Training) > 0 {
		say("自行上机须持有：%s。", "To run it yourself: %s.", strings.Join(p.Training, v.t("、", ", ")))
	}
	if p.Supervised {
		say("首次使用由机组陪同，须经答复。", "The first use is beside an operator and has to be answered.")
	}
	if p.Instant {
		say("预约即时确认。", "Bookings are confirmed at once.")
	} else {
		say("预约由管理单位答复。", "The owner answers each request.")
	}
	if p.Calibrated.Valid() {
		say("校准有效期到 %s。", "The calibration is valid until %s.", p.Calibrated)
	}
	return out
}

type labPage struct {
	Code    string
	Name    fault.Words
	Week    weekView
	Figs    []figView
	Asked   int
	Manages bool
	More    bool
}

type figView struct{ Name, Value, Unit, Note string }

// labWeek shows the instruments of an owner side by side.
func (v *visit) labWeek() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	p := labPage{Code: v.r.PathValue("code")}
	o, err := v.org(p.Code)
	if err != nil {
		return err
	}
	p.Name = o.Name
	all, more, err := s.Instruments(v.ctx(), v.who, p.Code, "")
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fault.New(fault.NotFound, "web.no_page")
	}
	p.More = more
	p.Manages = s.Manages(v.who, all[0])
	if p.Week, err = v.week(s, "/labs/"+p.Code, idsOfInstruments(all), all[0].Location()); err != nil {
		return err
	}
	open, booked, inside := 0, 0, 0
	for _, l := range p.Week.Lanes {
		open, booked, inside = open+l.Open, booked+l.Booked, inside+l.Inside
	}
	if p.Manages { // requests of any week
		_, asked, err := s.Day(v.ctx(), v.who, p.Code, v.askedDay(beijing))
		if err != nil {
			return err
		}
		p.Asked = len(asked)
	}
	p.Figs = v.labFigs(open, booked, inside, p.Asked)
	v.under("/instruments", "仪器预约", "Instruments to book")
	return v.show("lab", p.Name.In(v.lang), p)
}

func idsOfInstruments(all []booking.Instrument) []unit.ID {
	ids := make([]unit.ID, len(all))
	for n, i := range all {
		ids[n] = i.ID
	}
	return ids
}

// clockHours are minutes as hours, to a tenth.
func clockHours(minutes int) string { return fmt.Sprintf("%.1f", float64(minutes)/60) }

// labFigs are the hours of a period: open, booked, for others.
func (v *visit) labFigs(open, booked, inside, asked int) []figView {
	percent := func(a, b int) string {
		if b == 0 {
			return "—"
		}
		return fmt.Sprintf("%.1f%%", 100*float64(a)/float64(b))
	}
	return []figView{
		{v.t("已约机时", "Booked"), clockHours(booked), v.t("小时", "h"), v.t("开放 ", "of ") + clockHours(open) + v.t(" 小时，占 ", " h open: ") + percent(booked, open)},
		{v.t("对外服务机时", "For others"), clockHours(booked - inside), v.t("小时", "h"), v.t("占已约 ", "of what is booked: ") + percent(booked-inside, booked)},
		{v.t("待答复", "To be answered"), fmt.Sprint(asked), v.t("件", ""), ""},
	}
}

type monthPage struct {
	Code       string
	Name       fault.Words
	Month      string
	Prev, Next string
	Rows       []monthRow
	Days       []int
	Figs       []figView
	Export     exportView
}

type monthRow struct {
	booking.Instrument
	Hours                []string // booked hours by day
	Open, Booked, Inside string
}

// labMonth shows the booked hours of each instrument by day, for who runs them.
func (v *visit) labMonth() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	p := monthPage{Code: v.r.PathValue("code"), Export: v.exports()}
	if err := access.May(v.who, access.BookingManage, access.Scope{Org: p.Code}); err != nil {
		return err
	}
	o, err := v.org(p.Code)
	if err != nil {
		return err
	}
	p.Name = o.Name
	first := v.askedMonth()
	year, month, _ := first.Date()
	next := unit.Date(year+int(month)/12, month%12+1, 1)
	days := next.Sub(first)
	p.Month = first.String()[:7]
	p.Prev, p.Next = "?month="+first.Add(-1).String()[:7], "?month="+next.String()[:7]
	all, _, err := s.Instruments(v.ctx(), v.who, p.Code, "")
	if err != nil {
		return err
	}
	for n := range days {
		p.Days = append(p.Days, n+1)
	}
	var open, booked, inside int
	lanes, err := s.Lanes(v.ctx(), v.who, idsOfInstruments(all), first, days)
	if err != nil {
		return err
	}
	for n, l := range lanes {
		r := monthRow{Instrument: all[n], Open: clockHours(l.Open), Booked: clockHours(l.Booked), Inside: clockHours(l.Inside)}
		open, booked, inside = open+l.Open, booked+l.Booked, inside+l.Inside
		for _, d := range l.Days {
			m := 0
			for _, c := range d.Chips {
				if c.Kind == "booking" && c.Booking.State != booking.Requested && c.Booking.State != booking.Displaced {
					m += c.Span.Minutes()
				}
			}
			text := ""
			if m > 0 {
				text = clockHours(m)
			}
			r.Hours = append(r.Hours, text)
		}
		p.Rows = append(p.Rows, r)
	}
	p.Figs = v.labFigs(open, booked, inside, 0)[:2]
	if v.wantsFile() {
		t := &sheet{Name: "month-" + p.Month, Head: []string{v.t("仪器", "Instrument"), v.t("开放小时", "Open hours"), v.t("已约小时", "Booked hours"), v.t("自用小时", "Own hours")}}
		for _, r := range p.Rows {
			if err := t.put(r.Title.In(v.lang), r.Open, r.Booked, r.Inside); err != nil {
				return err
			}
		}
		return v.send(t)
	}
	v.under("/labs/"+p.Code, p.Name[0], p.Name[1])
	return v.show("labmonth", v.t("月度机时 ", "Hours of ")+p.Month, p)
}

// askedMonth is the first day of the month that the address asks for, else of this month.
func (v *visit) askedMonth() unit.Day {
	if d, err := unit.ParseDay(v.r.URL.Query().Get("month") + "-01"); err == nil {
		return d
	}
	y, m, _ := unit.DayOf(v.now(), beijing).Date()
	return unit.Date(y, m, 1)
}

type dayPage struct {
	Code        string
	Name        fault.Words
	Day, Dated  string
	Prev, Next  string
	Today       []bookingView
	Asked       []bookingView
	Samples     int
	Instruments int
}

// labDay is the operator's day: who comes, with what, and what waits for an answer.
func (v *visit) labDay() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	p := dayPage{Code: v.r.PathValue("code")}
	d := v.askedDay(beijing)
	today, asked, err := s.Day(v.ctx(), v.who, p.Code, d)
	if err != nil {
		return err
	}
	o, err := v.org(p.Code)
	if err != nil {
		return err
	}
	p.Name, p.Day, p.Dated = o.Name, d.String(), v.dayName(d)+" "+weekdayWords[d.Weekday()].In(v.lang)
	p.Prev, p.Next = "?day="+d.Add(-1).String(), "?day="+d.Add(1).String()
	for _, x := range today {
		p.Today = append(p.Today, bookingView{Seen: x})
		if !x.State.Over() {
			p.Samples += x.Samples
		}
	}
	for _, x := range asked {
		p.Asked = append(p.Asked, bookingView{Seen: x})
	}
	v.under("/labs/"+p.Code, p.Name[0], p.Name[1])
	return v.show("labday", v.t("机组的一天 ", "The operator's day ")+p.Dated, p)
}

// freeBusy is when an instrument is taken, for calendars, without names.
func (v *visit) freeBusy() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	text, err := s.FreeBusy(v.ctx(), id, strings.HasSuffix(v.r.URL.Path, "/busy.ics"), v.lang)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	return v.plain([]byte(text), false)
}
