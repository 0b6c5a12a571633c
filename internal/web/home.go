package web

import (
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/reader"
	"corridor/internal/scheme"
	"corridor/internal/web/systems"
)

// waitingShown is how many cases the home page shows of those that wait.
const waitingShown = 8

type homePage struct {
	Queue         []casework.Case
	Waiting       int // all that wait
	Documents     int // with findings that wait
	Late          int // tasks
	Figures       []indicator.Figure
	Schemes       []*scheme.Scheme
	Log           int64
	Systems       int
	Works, Partly int
}

// home shows what waits for this person, the figures of the community, and what this node does.
func (v *visit) home() error {
	p := homePage{Schemes: v.s.c.Cases.Schemes()}
	if err := v.waiting(&p); err != nil {
		return err
	}
	var err error
	if p.Figures, err = v.s.allFigures(v.ctx()); err != nil {
		return err
	}
	if p.Log, err = v.s.c.Log.Size(v.ctx()); err != nil {
		return err
	}
	counts := systems.Counts(systems.All())
	for _, n := range counts {
		p.Systems += n
	}
	p.Works, p.Partly = counts[systems.Works], counts[systems.Partly]
	return v.show("home", v.t("首页", "Home"), p)
}

// waiting finds what this person has to do. Who holds nothing has nothing to do.
func (v *visit) waiting(p *homePage) (err error) {
	if access.MaySomewhere(v.who, access.CaseAct) == nil {
		if p.Queue, p.Waiting, err = v.s.c.Cases.Queue(v.ctx(), v.who, 1); err != nil {
			return err
		}
		p.Queue = p.Queue[:min(len(p.Queue), waitingShown)]
	}
	if access.MaySomewhere(v.who, access.DocumentDecide) == nil {
		all, _, err := v.s.c.Reader.Documents(v.ctx(), reader.Query{})
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.Open > 0 {
				p.Documents++
			}
		}
	}
	if access.MaySomewhere(v.who, access.TaskUpdate) == nil {
		all, _, err := v.s.c.Agreements.Tasks(v.ctx(), 0)
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.Lamp.Light == agreement.Red {
				p.Late++
			}
		}
	}
	return nil
}

// health says that the node answers and its database does.
func (v *visit) health() error {
	if _, err := v.s.c.Log.Size(v.ctx()); err != nil {
		return fault.New(fault.Unavailable, "web.unwell").Because(err)
	}
	return v.plain([]byte("ok\n"), false)
}

// moveClock moves the clock of a demonstration forward by days.
func (v *visit) moveClock() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	d, err := days(wholeNumber(f.Get("days")))
	if err != nil {
		return err
	}
	if err := v.s.c.Clock.Advance(d); err != nil {
		return err
	}
	return v.to(next(f.Get("next")), "clock")
}

// daysMax is the furthest that the clock of a demonstration is moved at once.
const daysMax = 366

func days(n int64) (time.Duration, error) {
	if n < 1 || n > daysMax {
		return 0, fault.New(fault.Invalid, "web.days", "most", daysMax).On("days")
	}
	return time.Duration(n) * 24 * time.Hour, nil
}
