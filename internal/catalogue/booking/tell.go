package booking

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
)

// told is what people read of what became of a booking: kind, and a title after the time and the instrument.
var told = map[string]fault.Words{
	"asked":           {"新的预约", "a new booking"},
	"held":            {"为一件订单保留了时段", "a slot is held for an order"},
	"confirmed":       {"预约已确认", "your booking is confirmed"},
	"declined":        {"预约未被接受", "your request was declined"},
	"accepted":        {"用户已接受保留的时段", "the user has accepted the slot"},
	"cancelled":       {"预约已取消", "a booking was cancelled"},
	"moved":           {"预约已改期", "a booking was moved"},
	"handed":          {"预约已转给同事", "a booking was handed to a colleague"},
	"offered":         {"候补的时段空出来了，请尽快接受", "a slot that you waited for came free: accept it soon"},
	"instead":         {"为您保留了另一台仪器，请答复是否改用", "another instrument is kept for you: say whether you take it"},
	"instead_no":      {"用户不改用另一台仪器，原预约不变", "the user does not take the other instrument; the booking before stays"},
	"offer_over":      {"为您保留的时段已过期，请另选时间", "the slot kept for you is given up: choose another time"},
	"lapsed":          {"预约已失效", "a booking or an offer has lapsed"},
	"displaced":       {"仪器不能使用，请为预约另选时间", "the instrument cannot be used: choose another time for your booking"},
	"displaced_offer": {"仪器不能使用，已为您保留下一个空闲时段", "the instrument cannot be used: the next free slot is kept for you"},
	"withdrawn":       {"仪器已撤下，预约取消，不收费", "the instrument is withdrawn and your booking cancelled, free of charge"},
	"wait_over":       {"仪器已撤下，候补结束", "the instrument is withdrawn and its waiting list ended"},
	"done":            {"使用已完成", "the use has ended"},
	"failed":          {"使用未成功，不收费", "the use failed and is not charged"},
	"remind":          {"即将使用，请按时签到", "your booking is near: check in on time"},
	"not_come":        {"预约时间已过，没有人签到：请补签或记为未到场", "nobody checked in to a booking that is over: check in late, or enter that nobody came"},
	"missed":          {"预约未到场", "nobody came to a booking"},
}

// tellUser tells who uses the instrument, and the systems of the user's organisation.
func (s *Service) tellUser(ctx context.Context, tx *db.Tx, who access.Actor, i Instrument, b Booking, what string) error {
	n := s.told(i, b, what)
	n.To, n.Org = notice.Audience{Person: b.Person, Except: who.Person}, b.Org
	return s.tell(ctx, tx, n)
}

// tellOwner tells the people of the organisation that runs the instrument, and its systems.
func (s *Service) tellOwner(ctx context.Context, tx *db.Tx, who access.Actor, i Instrument, b Booking, what string) error {
	n := s.told(i, b, what)
	n.To, n.Org = notice.Audience{Org: i.Org, Except: who.Person}, i.Org
	return s.tell(ctx, tx, n)
}

// tellOther tells the side that did not act.
func (s *Service) tellOther(ctx context.Context, tx *db.Tx, who access.Actor, side Side, x *Seen, what string) error {
	if side == Owner {
		return s.tellUser(ctx, tx, who, x.Inst, x.Booking, what)
	}
	return s.tellOwner(ctx, tx, who, x.Inst, x.Booking, what)
}

func (s *Service) told(i Instrument, b Booking, what string) notice.Notice {
	at := b.Span.Words(i.Location())
	n := notice.Notice{Kind: "booking." + what, Object: "bookings/" + string(b.ID), Path: "/bookings/" + string(b.ID)}
	for l := range n.Title {
		n.Title[l] = told[what][l] + fault.Words{"：", ": "}[l] + cut(i.Title[l], nameMax) + " " + at
	}
	if b.Reason != "" {
		n.Text = fault.Words{"原因：" + b.Reason, "Reason: " + b.Reason}
	}
	if !b.Until.IsZero() {
		until := localTime(b.Until, i.Location())
		n.Text[0] += "\n保留到 " + until
		n.Text[1] += "\nKept until " + until
	}
	return n
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
