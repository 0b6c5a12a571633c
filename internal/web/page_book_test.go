package web

import (
	"time"

	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
)

// bookingBodies are the values of the pages of bookings, as bodies.
func bookingBodies(pages pager) map[string][]any {
	inst := booking.Instrument{ID: someID, Org: "310000", Title: someWords, Place: "1 号楼 <b>", Zone: "Asia/Shanghai", State: "open"}
	gone := inst
	gone.State, gone.Reason = "withdrawn", "已售 <b>"
	span := booking.Span{From: someTime, To: someTime.Add(2 * time.Hour)}
	lines := []lineView{{someWords, "2 小时", 100, someWords, 200}, {What: someWords, Sum: 5}}
	view := func(state booking.State, can ...booking.Action) bookingView {
		return bookingView{booking.Seen{Booking: booking.Booking{ID: someID, Instrument: someID, State: state, Span: span, Samples: 3, Operator: true, Supervised: true, Purpose: "隔膜 <b>", Price: 205, Deposit: 5, Charge: 7, Class: booking.Academic,
			FreeUntil: someTime, Used: span, Reason: "故障 <b>"}, Inst: inst, OrgName: someWords, Who: "甲", Hold: "O1", Allowed: can}}
	}
	full := view(booking.Confirmed, booking.Actions...)
	kept := view(booking.Displaced, booking.Accept, booking.Cancel)
	kept.Until = someTime
	asked := view(booking.Requested, booking.Confirm, booking.Decline)
	asked.ID += "2"
	running := view(booking.Running, booking.CheckOut, booking.Fail)
	running.ID += "3"
	all := []bookingView{full, asked, running}
	w := weekView{Prev: "/a", This: "/b", Next: "/c", Title: "5月18日–5月24日", Days: []weekDay{{"周一", "5月18日", true, false}, {"周六", "5月23日", false, true}},
		Lanes: []laneView{{Lane: booking.Lane{Instrument: inst}, Note: []string{"本周已约 10%"}, Cells: []cellView{{K: "周一 5月18日", Today: true, Chips: []chipView{{Class: "free", When: "08:00–10:00", What: "可约", Path: "/x?a=1"}, {Class: "shut", When: "10:00–11:00", What: "故障", Note: "泵 <b>"}, {Class: "run", When: "11:00–12:00", What: "甲", Path: "/y", Note: "使用中"}}}, {K: "周六", Rest: true, Void: true}}}}}
	prices := []priceView{{From: "2026-01-01", Current: true, Free: "…", Rows: []priceRow{{someWords, someWords, 1, 2, 3, 4, 5}}}, {From: "2025-01-01"}}
	figs := []figView{{"已约", "12.0", "小时", "占 10%"}, {Name: "待答复", Value: "2"}}
	f := &form{ids: "a"}
	refused := fault.New(fault.Conflict, "booking.withdrawn", "reason", "x")
	quote := &booking.Quote{Price: 205, Deposit: 5, Supervised: true}
	source := booking.Source{ID: someID, Name: "课题组", URL: "https://a.example/c.ics", Events: 3, Problem: "booking.ics_zone"}
	settings := booking.Settings{Instrument: inst, Version: 2, Certificates: []booking.Certificate{{ID: someID, Kind: "SEM", Name: "甲", Since: someDay}}, Sources: []booking.Source{source, {ID: someID, Name: "x"}}}
	fields := bookSettingsPage{Plan: f, Price: &form{ids: "price"}, Shut: &form{ids: "shut"}, Duty: &form{ids: "duty"}, Cert: &form{ids: "cert"}, Source: &form{ids: "source"}, Gone: &form{ids: "gone"}}
	plan := fields
	plan.Settings, plan.Preview, plan.Prices, plan.Looked, plan.Ahead, plan.Kinds, plan.Staff, plan.Users = settings, &w, prices, true, []bookingView{asked}, []option{{"SEM", "SEM"}}, []option{{"1", "甲"}}, []option{{"1", "甲"}}
	plan.Hits, plan.Conflicts = []bookHit{{full, "2026-05-19"}, {bookingView: kept}}, []bookClash{{"5月18日", "会议 <b>", "/bookings/x"}}
	plan.Shuts = []shutView{{booking.Shut{ID: someID, Why: "泵"}, "5月18日", someWords, true}, {Kind: someWords}}
	plan.Duties, plan.Classes, plan.Weekdays = []dutyView{{booking.Duty{ID: someID, Name: "甲"}, "5月18日"}}, []classField{{"inside", someWords}}, []weekdayField{{"weekly.1", "周一"}}
	return map[string][]any{
		"instruments": {instrumentsPage{}, instrumentsPage{Export: exportView{"/a", "/b"}, All: []instrumentView{{inst, someWords, "2026-05-18", "/x", ""}, {Instrument: gone}, {Instrument: inst}}, More: "/m", Enter: true, Form: &form{}, Orgs: []option{{"a", "甲"}}}},
		"instrument":  {instrumentPage{Week: weekView{Prev: "/a", This: "/b", Next: "/c"}}, instrumentPage{Instrument: inst, Owner: someWords, Week: w, Has: true, Rules: []string{"每次 1 小时"}, Prices: prices, Next: "5月18日", NextPath: "/x", Manages: true, Books: true, Listed: true}, instrumentPage{Instrument: gone, Week: w}},
		"lab":         {labPage{Week: weekView{Prev: "/a", This: "/b", Next: "/c"}}, labPage{Code: "310000", Name: someWords, Week: w, Figs: figs, Asked: 2, Manages: true, More: true}},
		"labmonth":    {monthPage{Prev: "?a", Next: "?b", Export: exportView{"/a", "/b"}}, monthPage{Code: "310000", Name: someWords, Month: "2026-05", Prev: "?a", Next: "?b", Days: []int{1, 2}, Export: exportView{"/a", "/b"}, Figs: figs, Rows: []monthRow{{inst, []string{"1.0", ""}, "10.0", "1.0", "0.0"}}}},
		"labday":      {dayPage{Prev: "?a", Next: "?b"}, dayPage{Code: "310000", Name: someWords, Day: "2026-05-18", Prev: "?a", Next: "?b", Today: []bookingView{full, running}, Asked: []bookingView{asked}, Samples: 3}},
		"book": {bookPage{}, bookPage{Instrument: inst, Form: f, Wait: whenForm{&form{ids: "wait"}}, Orgs: []option{{"a", "甲"}}, Quote: quote, Lines: lines, When: "5月18日", Free: "5月17日", Stands: "5月16日"},
			bookPage{Instrument: inst, Form: f, Wait: whenForm{&form{ids: "wait"}}, Orgs: []option{{"a", "甲"}}, Quote: &booking.Quote{Refused: refused, Instant: true}, Why: "已撤下", Next: "5月19日", NextPath: "/x", Outcomes: []outcomeView{{"5月18日", "已被预约", "", someWords}, {"5月25日", "", "/b", someWords}}}},
		"bookings": {bookingsPage{}, bookingsPage{Export: exportView{"/a", "/b"}, All: all, Tabs: []payTab{{"/a", "将来", true}}, More: "/m", Before: "/n", Orgs: []option{{"a", "甲"}, {"b", "乙"}}, Form: f, Labs: []payTab{{Path: "/l", Name: "中心"}},
			Waits: []waitView{{booking.Wait{ID: someID, Instrument: someID, Title: someWords, State: "waiting"}, "5月18日", "1 小时"}, {booking.Wait{State: "offered"}, "x", "y"}}}},
		"booking":   {bookingPage{}, bookingPage{bookingView: full, Lines: lines, Form: f, Colleagues: []option{{"1", "乙"}}, Charge: 7, User: true}, bookingPage{bookingView: kept, Form: f, User: true}, bookingPage{bookingView: view(booking.Displaced, booking.Cancel), Form: f, Owner: true}, bookingPage{bookingView: running, Form: f}, bookingPage{bookingView: view(booking.Done)}, bookingPage{bookingView: asked, Form: f, Owner: true}},
		"bookfeeds": {bookFeedsPage{}, bookFeedsPage{Feeds: []booking.Feed{{ID: someID, Title: someWords, At: someTime}}, Kinds: []option{{"person ", "我的"}}, Form: &form{}, Secret: "https://x/calendars/a.ics"}},
		"bookplan":  {fields, plan},
	}
}
