package web

import (
	"maps"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
)

// bookPages are the addresses of instruments that are booked, of bookings, and of their calendars.
func (s *Server) bookPages() {
	s.page("GET", "/instruments", access.ListingRead, (*visit).instruments)
	s.page("GET", "/instruments/{id}", access.ListingRead, (*visit).instrument)
	s.page("GET", "/instruments/{id}/freebusy.ics", access.ListingRead, (*visit).freeBusy)
	s.page("GET", "/instruments/{id}/busy.ics", access.ListingRead, (*visit).freeBusy)
	s.page("GET", "/instruments/{id}/book", access.BookingCreate, (*visit).bookForm)
	s.page("POST", "/instruments/{id}/book", access.BookingCreate, (*visit).book)
	s.page("GET", "/instruments/{id}/settings", access.BookingManage, (*visit).bookSettings)
	s.page("POST", "/instruments/{id}/settings", access.BookingManage, (*visit).putBookPlan)
	s.page("POST", "/instruments/{id}/settings/{act}", access.BookingManage, (*visit).changeInstrument)
	s.page("POST", "/instruments", access.BookingManage, (*visit).enterInstrument)
	s.page("GET", "/labs/{code}", access.ListingRead, (*visit).labWeek)
	s.page("GET", "/labs/{code}/month", access.BookingManage, (*visit).labMonth)
	s.page("GET", "/labs/{code}/day", access.BookingManage, (*visit).labDay)
	s.page("GET", "/bookings", access.BookingCreate, (*visit).bookings)
	s.page("GET", "/bookings/{id}", access.NoticeRead, (*visit).booking)
	s.page("POST", "/bookings/{id}/{act}", access.NoticeRead, (*visit).actBooking)
	s.page("POST", "/waits/{id}/leave", access.BookingCreate, (*visit).leaveWait)
	s.page("GET", "/calendars", access.NoticeRead, (*visit).bookFeeds)
	s.page("POST", "/calendars", access.NoticeRead, (*visit).newBookFeed)
	s.page("POST", "/calendars/{id}/revoke", access.NoticeRead, (*visit).endBookFeed)
	s.page("GET", "/calendars/{file}", access.ListingRead, (*visit).bookFeed)
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"book_asked":     {"预约已提交，等管理单位答复。", "Your request is sent; the owner answers."},
		"book_confirmed": {"预约已确认。", "The booking is confirmed."},
		"book_series":    {"各次预约的结果见下表。", "What became of each date stands below."},
		"book_declined":  {"已答复不接受。", "The request is declined."},
		"book_accepted":  {"时段归您了。", "The slot is yours."},
		"book_cancelled": {"预约已取消。", "The booking is cancelled."},
		"book_moved":     {"预约已改期。", "The booking is moved."},
		"book_handed":    {"预约已转给同事。", "The booking is handed over."},
		"book_in":        {"已签到。", "Checked in."},
		"book_out":       {"已签退，费用见下。", "Checked out; what is due stands below."},
		"book_instead":   {"已为用户保留那台仪器，并已通知用户答复。", "The other instrument is kept for the user, who is told and asked."},
		"book_missed":    {"已记为未到场。", "Entered as not come."},
		"book_failed":    {"已记为未成功，不收费。", "Entered as failed; nothing is charged."},
		"book_waits":     {"已加入候补；有空闲时段会通知您，并为您保留一段时间。", "You are on the waiting list; when a slot comes free you are told and it is kept for you for a while."},
		"book_left":      {"已退出候补。", "You have left the waiting list."},
		"book_plan":      {"预约规则已发布新版，已有的预约不变。", "A new version of the plan holds; bookings that stand stay as they are."},
		"book_prices":    {"价格已登记，从所写日期的使用起执行。", "The prices are laid down for uses from that day on."},
		"book_shut":      {"已停用，受影响的预约已处理并通知。", "It is closed; the bookings that it hits were seen to and the people told."},
		"book_reopened":  {"已恢复使用。", "It can be used again."},
		"book_duty":      {"值班已登记。", "The hours of duty are entered."},
		"book_gone":      {"已撤销。", "It is taken back."},
		"book_cert":      {"证书已登记。", "The certificate is entered."},
		"book_source":    {"外部日历已接入。", "The outside calendar is connected."},
		"book_withdrawn": {"仪器已撤下，预约已取消并通知。", "The instrument is withdrawn; bookings are cancelled and the people told."},
		"book_entered":   {"已登记，请接着填预约规则和价格。", "It is entered; lay down its plan and prices next."},
		"feed_gone":      {"这个日历地址已停用。", "The address of that calendar answers nothing any more."},
	})
}

// booked is the room of bookings; a node without it has no such pages.
func (s *Server) booked() (*booking.Service, error) {
	if s.c.Bookings == nil {
		return nil, fault.New(fault.NotFound, "web.no_page")
	}
	return s.c.Bookings, nil
}

// instrumentOf are the room and the instrument in the address.
func (v *visit) instrumentOf() (s *booking.Service, i booking.Instrument, err error) {
	if s, err = v.s.booked(); err != nil {
		return s, i, err
	}
	id, err := v.pathID()
	if err != nil {
		return s, i, err
	}
	i, err = s.Instrument(v.ctx(), id)
	return s, i, err
}
