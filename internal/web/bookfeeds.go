package web

import (
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

type bookFeedsPage struct {
	Feeds  []booking.Feed
	Kinds  []option // what a calendar can be made of: kind and object
	Form   *form
	Secret string // the address, shown once
}

func (v *visit) bookFeeds() error { return v.showFeeds(nil, "") }

func (v *visit) showFeeds(f *form, secret string) error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	p := bookFeedsPage{Form: f, Secret: secret, Kinds: []option{{"person ", v.t("我的预约", "My bookings")}, {"person " + booking.Deadlines, v.t("期限日历", "Deadlines")}}}
	if p.Feeds, err = s.Feeds(v.ctx(), v.who); err != nil {
		return err
	}
	labs, err := v.orgOptions(access.BookingManage)
	if err != nil {
		return err
	}
	for _, l := range labs {
		p.Kinds = append(p.Kinds, option{"lab " + l.Value, l.Name})
		all, _, err := s.Instruments(v.ctx(), v.who, l.Value, "")
		if err != nil {
			return err
		}
		for _, i := range all {
			p.Kinds = append(p.Kinds, option{"instrument " + string(i.ID), i.Title.In(v.lang)})
		}
	}
	v.under("/bookings", "我的预约", "My bookings")
	return v.show("bookfeeds", v.t("订阅日历", "Calendars to subscribe to"), p)
}

// newBookFeed makes a calendar and shows its address once.
func (v *visit) newBookFeed() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	kind, object, _ := strings.Cut(f.Get("of"), " ")
	_, secret, err := s.NewFeed(v.ctx(), v.who, kind, object)
	v.back = "/calendars"
	if err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showFeeds(f, "")
	}
	return v.showFeeds(nil, v.site()+"/calendars/"+secret+".ics")
}

func (v *visit) endBookFeed() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := s.EndFeed(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/calendars", "feed_gone")
}

// bookFeed is a calendar by its secret address.
func (v *visit) bookFeed() error {
	s, err := v.s.booked()
	if err != nil {
		return err
	}
	secret, ok := strings.CutSuffix(v.r.PathValue("file"), ".ics")
	if !ok {
		return fault.New(fault.NotFound, "web.no_page")
	}
	feed, err := s.FeedOf(v.ctx(), secret)
	if err != nil {
		return err
	}
	var text string
	if feed.Object == booking.Deadlines {
		text, err = v.deadlinesFeed(feed.Person)
	} else {
		text, err = s.Calendar(v.ctx(), secret, v.lang)
	}
	if err != nil {
		return err
	}
	return v.calendarOfOne(text)
}
