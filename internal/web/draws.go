package web

import (
	"encoding/json"
	"fmt"

	"corridor/internal/casework"
	"corridor/internal/unit"
)

type drawsPage struct {
	Case  casework.Case
	Draws []drawView
	Names bool // who the lots are is told to this reader
}

// drawView is a draw as its page shows it: what was promised, what came of it, and everybody in the pool.
type drawView struct {
	casework.Drawing
	Promised2, Drawn2 string // addresses of the public entries; "" while they have no number
	Out               int    // left out
	Rows              []lotView
}

type lotView struct {
	casework.DrawnLot
	Who   string
	Unit2 string
	Stand bool // stands by
	Why   []string
}

// draws shows how the people of a case were drawn, drawn again while it is shown.
func (v *visit) draws() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	c, all, err := v.s.c.Cases.Draws(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	p := drawsPage{Case: c}
	for _, d := range all {
		x := drawView{Drawing: d}
		x.Promised2, _ = v.entryPath(d.PromisedIn) // an entry that cannot be found is not linked
		x.Drawn2, _ = v.entryPath(d.DrawnIn)
		for _, l := range d.Lots {
			row := lotView{DrawnLot: l, Who: l.Name.In(v.lang), Stand: l.Place > d.Count, Unit2: v.orgName(l.Unit)}
			if len(l.Kept) > 0 {
				x.Out++
			}
			for _, t := range l.Kept {
				row.Why = append(row.Why, v.sayTied(t))
			}
			p.Names = p.Names || l.Unit != "" && !l.Mine
			x.Rows = append(x.Rows, row)
		}
		p.Draws = append(p.Draws, x)
	}
	v.under("/cases/"+string(id), s.Title[0]+" "+c.No, s.Title[1]+" "+c.No)
	return v.show("draws", v.t("抽取记录", "The draw"), p)
}

// sayTied is a reason for which somebody cannot be drawn.
func (v *visit) sayTied(t casework.Tied) string {
	out := wordOf(casework.TiedWords, t.Why).In(v.lang)
	if name := v.orgName(t.Org); name != "" {
		out += v.t("：", ": ") + name
	}
	return out
}

// strikeSeat takes somebody who was drawn off an ask.
func (v *visit) strikeSeat() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/cases/" + string(id)
	ask := v.r.PathValue("ask")
	c, err := v.s.c.Cases.Strike(v.ctx(), v.who, id, casework.Strike{Ask: ask, Seat: f.Get("seat"), Why: f.Get("why"), Reason: f.Get("reason")})
	if err != nil {
		if !v.refused(err, func(string) string { return "ask-" + ask }) {
			return err
		}
		return v.showCase(id, typed{})
	}
	if c.No == "" { // who declined sees the case no more
		return v.to("/queue", "seat_struck")
	}
	return v.to(v.back+"#ask-"+ask, "seat_struck")
}

// strikeForm is the form by which a seat is taken off.
type strikeForm struct {
	Case      unit.ID
	Ask, Seat string
	ID, Who   string
	Mine      bool
	Whys      []option
}

func (v *visit) strikeForm(c unit.ID, a casework.Asked, seat casework.Seat) strikeForm {
	f := strikeForm{Case: c, Ask: a.Ask, Seat: seat.ID, ID: fmt.Sprintf("s-%s-%d", a.Ask, seat.No), Who: v.seatName(seat)}
	for _, why := range seat.Strike {
		f.Mine = f.Mine || why == "declined"
		f.Whys = append(f.Whys, option{why, v.t(map[string]string{"declined": "推辞", "conflict": "有利害关系", "late": "逾期未答复"}[why],
			map[string]string{"declined": "declines", "conflict": "tied to a party", "late": "late"}[why])})
	}
	return f
}

// redrawn is a public entry of a draw, drawn again from itself; nil for other entries.
type redrawn struct {
	Same   bool
	Differ []string
}

func redrawnOf(fields []byte) *redrawn {
	var f map[string]any
	if json.Unmarshal(fields, &f) != nil {
		return nil
	}
	differ, ok := casework.Redrawn(f)
	if !ok {
		return nil
	}
	return &redrawn{len(differ) == 0, differ}
}

func (v *visit) orgName(code string) string {
	if code == "" {
		return ""
	}
	return v.orgWords(code).In(v.lang)
}
