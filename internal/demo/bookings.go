package demo

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// bookable is an instrument of the world that can be booked.
type bookable struct {
	title fault.Words
	place string
	plan  func(*booking.Plan)
	rate  unit.Fen // an hour for an enterprise; an academic pays half, the owner's own people a fifth
}

// bookables are the instruments of each laboratory, by the e-mail address of who runs them.
var bookables = map[string][]bookable{
	"lab@shanghai.example": {
		{fault.Words{"300 kV 冷冻透射电镜", "300 kV cryo transmission electron microscope"}, "浦江楼 101", func(p *booking.Plan) {
			p.Through, p.SetUp, p.CleanUp, p.Supervised = true, 60, 60, true
			p.Steps, p.Limits = []booking.Step{{UpTo: 600, Step: 60}, {Step: 120}}, []booking.Limit{{To: 1440, Least: 120, Most: 4 * 1440}}
			p.Weekly[time.Saturday] = []booking.Period{{From: 540, To: 1020}}
		}, 3000_00},
		{fault.Words{"120 kV 透射电镜", "120 kV transmission electron microscope"}, "浦江楼 102", func(p *booking.Plan) { p.Instant, p.Lead = true, 120 }, 600_00},
		{fault.Words{"冷冻双束电镜", "Cryo dual-beam microscope"}, "浦江楼 103", func(p *booking.Plan) {
			p.Training = []string{"双束电镜上机证 FIB licence"}
			p.Limits = []booking.Limit{{Days: []time.Weekday{time.Saturday, time.Sunday}, To: 1440, Least: 120, Most: 600}, {To: 1440, Least: 60, Most: 480}}
		}, 1800_00},
		{fault.Words{"高分辨质谱仪", "High-resolution mass spectrometer"}, "浦江楼 205", func(p *booking.Plan) { p.Instant, p.Grid, p.Lead = true, 15, 60 }, 900_00},
	},
	"lab@jiangsu.example": {
		{fault.Words{"三重四极杆质谱仪", "Triple quadrupole mass spectrometer"}, "质谱楼 3 层", func(p *booking.Plan) { p.Instant = true }, 800_00},
		{fault.Words{"电感耦合等离子体质谱仪 ICP-MS", "ICP mass spectrometer"}, "质谱楼 2 层", func(p *booking.Plan) {}, 700_00},
	},
	"lab@zhejiang.example": {
		{fault.Words{"三轴振动试验台", "Three-axis vibration table"}, "试验大厅", func(p *booking.Plan) { p.Through = true; p.Limits[0].Most = 3 * 1440 }, 1200_00},
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
		for _, b := range bookables[p.Email] {
			id, err := putUp(ctx, n, lab, p.Org, b)
			if err != nil {
				return fmt.Errorf("instrument %s: %w", b.title[1], err)
			}
			ids = append(ids, id)
		}
		if n.Node.Code == Shanghai {
			return bookSome(ctx, n, lab, ids)
		}
	}
	return nil
}

// putUp enters one instrument with its plan and prices.
func putUp(ctx context.Context, n *node.Node, lab access.Actor, org string, b bookable) (unit.ID, error) {
	region := unit.Region(n.Node.Code)
	i, err := n.Bookings.Enter(ctx, lab, booking.Instrument{Org: org, Region: region, Title: b.title, Place: b.place, Zone: "Asia/Shanghai"})
	if err != nil {
		return "", err
	}
	plan := booking.Plan{Grid: 30, Horizon: 90, OfferHours: 24, Lead: 24 * 60, Holidays: true, SetUp: 15, CleanUp: 15, Limits: []booking.Limit{{To: 1440, Least: 60, Most: 600}}}
	for d := time.Monday; d <= time.Friday; d++ {
		plan.Weekly[d] = []booking.Period{{From: 480, To: 1080}}
	}
	b.plan(&plan)
	if err := n.Bookings.PutPlan(ctx, lab, i.ID, plan, 0); err != nil {
		return "", err
	}
	prices := booking.Prices{From: day(2026, 1, 1), QuoteHours: 72, FreeHours: 24, LateShare: 50, NoShow: 100, Classes: map[booking.Class]booking.Price{
		booking.Inside:     {Basis: booking.ByHour, Rate: b.rate / 5},
		booking.Academic:   {Basis: booking.ByHour, Rate: b.rate / 2, Operator: 150_00, Consumables: 20_00},
		booking.Enterprise: {Basis: booking.ByHour, Rate: b.rate, Operator: 200_00, Consumables: 30_00, Minimum: b.rate, Deposit: 500_00}}}
	return i.ID, n.Bookings.PutPrices(ctx, lab, i.ID, prices)
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
