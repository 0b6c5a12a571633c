package web

import (
	"cmp"
	"fmt"
	"slices"

	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type pricesPage struct {
	ID     unit.ID
	Name   fault.Words
	Lines  []priceChange
	Export exportView
}

// priceChange is the price of one class from a day on, beside the one before.
type priceChange struct {
	From    unit.Day
	Class   fault.Words
	Rate    unit.Fen
	Basis   fault.Words
	Minimum unit.Fen
	Change  string // +12.5%; "" for the first, or where the basis is another
	Current bool
	Coming  bool
	Ended   bool // the class is not served any more
}

// priceHistory is how the prices of an instrument changed, the newest first.
func (v *visit) priceHistory() error {
	s, i, err := v.instrumentOf()
	if err != nil {
		return err
	}
	id := i.ID
	all, err := s.Prices(v.ctx(), id)
	if err != nil {
		return err
	}
	p := pricesPage{ID: id, Name: i.Title, Lines: priceChanges(all, unit.DayOf(v.now(), i.Location())), Export: v.exports()}
	if v.wantsFile() {
		out := &sheet{Name: "prices", Head: []string{v.t("使用日期自", "For uses from"), v.t("用户", "User"), v.t("单价（元）", "Rate (yuan)"), v.t("计价单位", "For"), v.t("最低收费（元）", "Minimum (yuan)"), v.t("变动", "Change")}}
		for _, x := range p.Lines {
			if err := out.put(x.From.String(), x.Class.In(v.lang), x.Rate, x.Basis.In(v.lang), x.Minimum, x.Change); err != nil {
				return err
			}
		}
		return v.send(out)
	}
	v.under("/instruments", "仪器预约", "Instruments to book")
	v.under("/instruments/"+string(id), i.Title[0], i.Title[1])
	return v.show("prices", v.t("价格变动", "How prices changed"), p)
}

// priceChanges lays each list of prices beside the one that held before it.
func priceChanges(all []booking.Prices, today unit.Day) (out []priceChange) {
	held := heldPrices(all)
	current := -1
	for k, p := range held {
		if p.From <= today {
			current = k
		}
	}
	for k := len(held) - 1; k >= 0; k-- {
		for _, c := range booking.Classes {
			now, serves := held[k].Classes[c]
			var was booking.Price
			before := false
			if k > 0 {
				was, before = held[k-1].Classes[c]
			}
			if !serves && !before {
				continue
			}
			x := priceChange{From: held[k].From, Class: booking.ClassWords(c), Rate: now.Rate, Minimum: now.Minimum, Current: k == current, Coming: k > current, Ended: !serves}
			if serves {
				x.Basis = basisWords[now.Basis]
				x.Change = changeText(was, now, before)
			}
			out = append(out, x)
		}
	}
	return out
}

// changeText is by how much a price went up or down, in tenths of a per cent; "" where there is nothing to compare.
func changeText(was, now booking.Price, before bool) string {
	if !before || was.Basis != now.Basis || was.Rate == 0 {
		return ""
	}
	return fmt.Sprintf("%+.1f%%", 100*float64(now.Rate-was.Rate)/float64(was.Rate))
}

// heldPrices are the lists by the day from which they hold; of two for one day the later one counts.
func heldPrices(all []booking.Prices) (out []booking.Prices) {
	byDay := map[unit.Day]booking.Prices{}
	for _, p := range all {
		if was, there := byDay[p.From]; !there || p.Version > was.Version {
			byDay[p.From] = p
		}
	}
	for _, p := range byDay {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b booking.Prices) int { return cmp.Compare(a.From, b.From) })
	return out
}

// standingView is what everybody may know of an instrument before they ask for it.
type standingView struct {
	usage.Standing
	ID     unit.ID
	Median string
	Prices bool // there is a history of prices
}

// standing is nil for what cannot be booked, and for listings of other nodes.
func (v *visit) standing(id unit.ID, does []string) (*standingView, error) {
	if v.s.c.Usage == nil || v.s.c.Bookings == nil || !slices.Contains(does, "book") {
		return nil, nil
	}
	x, err := v.s.c.Usage.StandingOf(v.ctx(), id)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &standingView{Standing: x, ID: id, Median: "–"}
	if x.Answers.Answered > 0 {
		out.Median = hoursOf(x.Answers.Median)
	}
	if _, err := v.s.c.Bookings.Instrument(v.ctx(), id); err == nil {
		all, err := v.s.c.Bookings.Prices(v.ctx(), id)
		if err != nil {
			return nil, err
		}
		out.Prices = len(all) > 0
	} else if fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	return out, nil
}
