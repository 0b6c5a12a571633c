package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// elsewhere is the jurisdiction that another node answers for, while packs are played: its letters are written here.
const elsewhere = "350000"

// wire is where letters to the other node go: it takes them and says nothing by itself.
type wire struct{ self string }

func (w wire) Send(context.Context, *db.Tx, string, string, federation.Voucher, any) (unit.ID, error) {
	return unit.NewID(time.Now()), nil
}

func (w wire) HostOf(region unit.Region) string {
	if region.In(unit.Region(w.self)) {
		return w.self
	}
	return elsewhere
}

func (w wire) FetchFile(context.Context, federation.FileRequest) ([]byte, error) {
	return nil, errors.New("no files elsewhere")
}

// letter is taken as if the other node had written it.
func (p *stage) letter(take func(context.Context, *db.Tx, federation.Letter) (any, error), body any) (answer any, err error) {
	b, err := json.Marshal(body)
	p.must(err)
	err = p.db.Act(context.Background(), func(tx *db.Tx) error {
		answer, err = take(context.Background(), tx, federation.Letter{Peer: elsewhere, Body: b})
		return err
	})
	return answer, err
}

// beginLed opens a case of a payer, asked for by a lead elsewhere.
func (p *stage) beginLed(w *walk) error {
	b := casework.ChildLetter{Run: w.s.ID, Payer: p.code, Org: w.firm, Fields: map[string]scheme.Value{},
		Lead: casework.LeadNews{Opening: unit.NewID(p.h.now()), Seq: 1, No: "35-26-0001-0", Scheme: w.s.Parent, Home: elsewhere, Opened: unit.DayOf(p.h.now(), unit.Beijing())}}
	for f := range w.s.Form.All() {
		if f.By != "parent" {
			continue
		}
		v, err := scheme.ParseField(f, p.typed(w.s, "", access.Actor{}, f, w.pick))
		p.must(err)
		b.Fields[f.Name] = v
	}
	answer, err := p.letter(p.cases.TakeChild, b)
	if err != nil {
		return err
	}
	w.led = &b.Lead
	w.c = p.whole(w.s, casework.Case{ID: answer.(casework.PayerNews).Case, Org: w.firm})
	return nil
}

// leadSays lets the lead elsewhere say what a row goes by.
func (p *stage) leadSays(w *walk, row scheme.Row) error {
	if w.led == nil || !row.ByItself() {
		return nil
	}
	w.led.Seq++
	w.led.End = scheme.Ended
	for _, f := range w.s.Reads(row.Action) {
		if f.Name == "parent.done" {
			w.led.End, w.led.Done = "", map[string]int{strings.Trim(f.Args[0], `"`): 1}
		}
	}
	_, err := p.letter(p.cases.TakeLead, w.led)
	return err
}

// payersSay lets payers elsewhere say what a row of their lead needs.
func (p *stage) payersSay(w *walk, row scheme.Row) error {
	for entry, ch := range w.s.Cases.All() {
		if !ch.Payers() {
			continue
		}
		all, _, err := p.cases.Payers(context.Background(), p.all(w.s, w.c), w.c.ID)
		if err != nil {
			return err
		}
		say := func(x casework.Payer, state string) error {
			p.numbers++
			n := casework.PayerNews{Opening: x.ID, Seq: int64(p.numbers), Case: x.ID, State: state}
			if scheme.PayerStands(state) {
				n.Fen = x.Asked
			}
			_, err := p.letter(p.cases.TakeChildState, n)
			return err
		}
		all = slices.DeleteFunc(all, func(x casework.Payer) bool { return x.Gone })
		for _, f := range w.s.Reads(row.Action) {
			_, part, _ := strings.Cut(f.Name, entry+".")
			for i, x := range all {
				switch {
				case part == "missing" && !scheme.PayerReached(x.State, strings.Trim(f.Args[0], `"`)):
					err = say(x, strings.Trim(f.Args[0], `"`))
				case part == "confirmed" && x.State == scheme.PayerAsked:
					err = say(x, part)
				case (part == "refused" || part == "clawed_back") && i == 0:
					err = say(x, part)
				}
				if code := fault.CodeOf(err); err != nil {
					return fmt.Errorf("payer %s says %s: %s %w", x.Payer, part, code, err)
				}
				if part == "missing" || part == "confirmed" {
					continue
				}
			}
		}
	}
	return nil
}
