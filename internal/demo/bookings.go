package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// bookable is an instrument of the world that can be booked.
type bookable struct {
	class string // of its listing
	title fault.Words
	place string
	plan  func(*booking.Plan)
	rate  unit.Fen // an hour for an enterprise; an academic pays half, the owner's own people a fifth
}

// bookables are the instruments of each laboratory, by the e-mail address of who runs them.
var bookables = map[string][]bookable{
	"lab@shanghai.example": {
		{"010101", fault.Words{"300 kV 冷冻透射电镜", "300 kV cryo transmission electron microscope"}, "浦江楼 101", func(p *booking.Plan) {
			p.Through, p.SetUp, p.CleanUp, p.Supervised = true, 60, 60, true
			p.Steps, p.Limits = []booking.Step{{UpTo: 600, Step: 60}, {Step: 120}}, []booking.Limit{{To: 1440, Least: 120, Most: 4 * 1440}}
			p.Weekly[time.Saturday] = []booking.Period{{From: 540, To: 1020}}
		}, 3000_00},
		{"010102", fault.Words{"120 kV 透射电镜", "120 kV transmission electron microscope"}, "浦江楼 102", func(p *booking.Plan) { p.Instant, p.Lead = true, 120 }, 600_00},
		{"010105", fault.Words{"冷冻双束电镜", "Cryo dual-beam microscope"}, "浦江楼 103", func(p *booking.Plan) {
			p.Training = []string{"双束电镜上机证 FIB licence"}
			p.Limits = []booking.Limit{{Days: []time.Weekday{time.Saturday, time.Sunday}, To: 1440, Least: 120, Most: 600}, {To: 1440, Least: 60, Most: 480}}
		}, 1800_00},
		{"010202", fault.Words{"高分辨质谱仪", "High-resolution mass spectrometer"}, "浦江楼 205", func(p *booking.Plan) { p.Instant, p.Grid, p.Lead = true, 15, 60 }, 900_00},
	},
	"lab@jiangsu.example": {
		{"010202", fault.Words{"三重四极杆质谱仪", "Triple quadrupole mass spectrometer"}, "质谱楼 3 层", func(p *booking.Plan) { p.Instant = true }, 800_00},
		{"010201", fault.Words{"电感耦合等离子体质谱仪 ICP-MS", "ICP mass spectrometer"}, "质谱楼 2 层", func(p *booking.Plan) {}, 700_00},
	},
	"lab@zhejiang.example": {
		{"020401", fault.Words{"三轴振动试验台", "Three-axis vibration table"}, "试验大厅", func(p *booking.Plan) { p.Through = true; p.Limits[0].Most = 3 * 1440 }, 1200_00},
	},
}

// enterBookings puts the instruments of the node's laboratories up for booking and books some of them, once.
func enterBookings(ctx context.Context, n *node.Node) error {
	for _, p := range People {
		if p.Node != n.Node.Code || bookables[p.Email] == nil {
			continue
		}
		lab, err := actor(ctx, n, p.Email)
		if err != nil {
			return fmt.Errorf("sign in %s: %w", p.Email, err)
		}
		have, _, err := n.Bookings.Instruments(ctx, lab, p.Org, "")
		if err != nil || len(have) > 0 {
			return err
		}
		var ids []unit.ID
		err = n.DB.Act(ctx, func(tx *db.Tx) error {
			ids = nil
			for no, b := range bookables[p.Email] {
				id, err := putUp(ctx, tx, n, lab, p.Org, b, no)
				if err != nil {
					return fmt.Errorf("instrument %s: %w", b.title[1], err)
				}
				ids = append(ids, id)
			}
			return openOthers(ctx, tx, n)
		})
		if err != nil {
			return err
		}
		if n.Node.Code == Shanghai {
			return bookSome(ctx, n, lab, ids)
		}
	}
	return nil
}

// putUp lists one instrument and opens it for booking.
func putUp(ctx context.Context, tx *db.Tx, n *node.Node, lab access.Actor, org string, b bookable, no int) (unit.ID, error) {
	row := slices.IndexFunc(instrumentRows(), func(t template) bool { return t["class"] == b.class })
	o, err := n.Registry.Org(ctx, tx, org)
	if err != nil {
		return "", err
	}
	offer := anInstrument(rand.New(rand.NewPCG(offersSeed, uint64(no))), instrumentRows()[row], o, 900_000+no)
	hour := strconv.FormatInt(int64(b.rate/unit.FenPerYuan), 10)
	offer.Typed["name"], offer.Typed["ename"], offer.Typed["price_hour"], offer.Typed["duty_free"] = b.title[0], b.title[1], hour, "否"
	offer.Typed["fee"] = "企业 " + hour + " 元/小时，院校减半；以预约时的报价为准"
	l, err := n.Catalogue.AddIn(ctx, tx, lab, catalogue.Draft{Kind: offer.Kind, Owner: org, Typed: offer.Typed})
	for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Publish} {
		if err == nil {
			l, err = n.Catalogue.StepIn(ctx, tx, lab, l.ID, l.Version, act, "")
		}
	}
	if err != nil {
		return "", err
	}
	plan := weekdayPlan()
	b.plan(&plan)
	return l.ID, opened(ctx, tx, n, lab, booking.Instrument{ID: l.ID, Place: b.place, Zone: "Asia/Shanghai"}, plan, b.rate)
}

// weekdayPlan is open on working days from eight to six.
func weekdayPlan() booking.Plan {
	plan := booking.Plan{Grid: 30, Horizon: 90, OfferHours: 24, Remind: 24, Lead: 24 * 60, Holidays: true, SetUp: 15, CleanUp: 15, Limits: []booking.Limit{{To: 1440, Least: 60, Most: 600}}}
	for d := time.Monday; d <= time.Friday; d++ {
		plan.Weekly[d] = []booking.Period{{From: 480, To: 1080}}
	}
	return plan
}

// opened opens an instrument for booking with its plan and prices.
func opened(ctx context.Context, tx *db.Tx, n *node.Node, who access.Actor, i booking.Instrument, plan booking.Plan, rate unit.Fen) error {
	if _, err := n.Bookings.EnterIn(ctx, tx, who, i); err != nil {
		return err
	}
	if err := n.Bookings.PutPlanIn(ctx, tx, who, i.ID, plan, 0); err != nil {
		return err
	}
	return n.Bookings.PutPricesIn(ctx, tx, who, i.ID, booking.Prices{From: day(2026, 1, 1), QuoteHours: 72, FreeHours: 24, LateShare: 50, NoShow: 100, Classes: map[booking.Class]booking.Price{
		booking.Inside:     {Basis: booking.ByHour, Rate: rate / 5},
		booking.Academic:   {Basis: booking.ByHour, Rate: rate / 2, Operator: 150_00, Consumables: 20_00},
		booking.Enterprise: {Basis: booking.ByHour, Rate: rate, Operator: 200_00, Consumables: 30_00, Minimum: rate, Deposit: 500_00}}})
}

// openOthers opens every third instrument that the other owners of a node offer, each with lead time and hours of its own,
// so that a search shows what is free today, this week and later.
func openOthers(ctx context.Context, tx *db.Tx, n *node.Node) error {
	all, err := n.Catalogue.Every(ctx, tx, "", 1000)
	if err != nil {
		return err
	}
	no := 0
	for _, l := range all {
		if l.Kind != "instrument" || l.Origin != "" || l.State != catalogue.Published {
			continue
		}
		_, err := n.Bookings.InstrumentIn(ctx, tx, l.ID)
		if no++; err == nil || no%3 != 0 {
			continue
		}
		plan := weekdayPlan()
		plan.Lead, plan.Instant = []int{60, 24 * 60, 3 * 24 * 60, 9 * 24 * 60}[no/3%4], no%2 == 0
		if no%4 == 0 {
			plan.Weekly[time.Saturday] = []booking.Period{{From: 540, To: 1020}}
		}
		rate, err := strconv.ParseInt(l.Fields["price_hour"], 10, 64)
		if err != nil {
			return fmt.Errorf("price of %s: %w", l.ID, err)
		}
		if err := opened(ctx, tx, n, access.System("demo"), booking.Instrument{ID: l.ID, Zone: "Asia/Shanghai"}, plan, unit.Fen(rate)); err != nil {
			return fmt.Errorf("open %s: %w", l.Title[1], err)
		}
	}
	return nil
}

// bookSome books the coming two weeks: own uses, a firm's, a request that waits, a day of maintenance.
func bookSome(ctx context.Context, n *node.Node, lab access.Actor, ids []unit.ID) error {
	firm, err := actor(ctx, n, "firm@shanghai.example")
	if err != nil {
		return err
	}
	var today unit.Day
	if err := n.DB.Read(ctx, func(tx *db.Tx) error { today = unit.DayOf(tx.Now(), unit.Beijing()); return nil }); err != nil {
		return err
	}
	days := n.Calendar.Days()
	// at is a span of hours on the n-th working day from today on.
	at := func(workdays, from, to int) booking.Span {
		d, _ := days.AddWorkdays(today, workdays)
		start := d.Start(unit.Beijing())
		return booking.Span{From: start.Add(time.Duration(from) * time.Hour).UTC(), To: start.Add(time.Duration(to) * time.Hour).UTC()}
	}
	for _, b := range []struct {
		who      access.Actor
		n        int
		span     booking.Span
		samples  int
		operator bool
		purpose  string
		answered bool
	}{
		{lab, 0, at(2, 8, 18), 0, true, "本中心结构组", true},
		{firm, 0, at(4, 8, 18), 3, true, "传感器薄膜截面", true},
		{firm, 0, at(6, 8, 12), 1, true, "复测", false},
		{firm, 1, at(2, 9, 12), 4, false, "颗粒形貌", false},
		{lab, 1, at(3, 8, 12), 0, false, "形貌组", false},
		{firm, 1, at(4, 13, 17), 2, true, "膜层厚度", false},
		{lab, 3, at(1, 13, 18), 0, false, "蛋白组", false},
		{firm, 3, at(2, 8, 12), 12, false, "残留溶剂", false},
		{firm, 3, at(5, 13, 18), 8, false, "残留溶剂", false},
	} {
		x, err := n.Bookings.Book(ctx, b.who, booking.Ask{Instrument: ids[b.n], Org: b.who.Org, Span: b.span, Samples: b.samples, Operator: b.operator, Purpose: b.purpose})
		if err != nil {
			return fmt.Errorf("book %s: %w", b.purpose, err)
		}
		if b.answered {
			if _, err := n.Bookings.Confirm(ctx, lab, x.ID); err != nil {
				return fmt.Errorf("confirm %s: %w", b.purpose, err)
			}
		}
	}
	_, _, err = n.Bookings.Close(ctx, lab, booking.Shut{Instrument: ids[2], Kind: booking.Calibration, Span: at(3, 8, 12), Why: "离子束校准 ion beam calibration"})
	return err
}
