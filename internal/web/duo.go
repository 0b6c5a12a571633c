package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
)

// duoView is the way of a case that several nodes share, on one line: what was done here stands on one side, what was done
// elsewhere on the other, and what binds both across them.
type duoView struct {
	Sides [2]duoSide
	Items []duoItem
}

// duoSide is who stands on one side: a node, or several where a case has parties in several.
type duoSide struct {
	Nodes []duoNode
	Does  fault.Words
}

type duoNode struct {
	Code string
	Name fault.Words
}

// duoItem is one thing that happened, is now, or comes next.
type duoItem struct {
	Side  string // a: the first side, b: the second, ab: both
	Code  string // of the node that it happened in; of ab the home
	At    time.Time
	When  string // in place of a time
	Words string
	Link  string
	Says  []string
	Leaf  string // address of the public entry
	Now   bool
	Next  bool
	Late  bool
}

// Class are the classes of the item.
func (x duoItem) Class() string {
	if x.Side == "ab" {
		return "ab"
	}
	all := sealClass(x.Code)
	if x.Side == "b" {
		all = "b " + all
	}
	for _, c := range []struct {
		is   bool
		name string
	}{{x.Now, " now"}, {x.Next, " next"}} {
		if c.is {
			all += c.name
		}
	}
	return all
}

// duoLine puts items together: what happened by its time, then what is now, then what comes next.
type duoLine struct {
	v     *visit
	home  string
	names map[string]fault.Words
	orgs  map[string]fault.Words // parties elsewhere, by code
	past  []duoItem
	now   []duoItem
	next  []duoItem
	away  []string
}

// side is on which side of the home a node stands.
func (l *duoLine) side(node string) string {
	if node == l.home {
		return "a"
	}
	l.away = appendNew(l.away, node)
	return "b"
}

// view is the line; nothing where it has one side only.
func (l *duoLine) view(home, away fault.Words) *duoView {
	if len(l.away) == 0 {
		return nil
	}
	slices.SortStableFunc(l.past, func(a, b duoItem) int { return a.At.Compare(b.At) })
	out := &duoView{Items: slices.Concat(l.past, l.now, l.next)}
	out.Sides[0] = duoSide{[]duoNode{{l.home, l.names[l.home]}}, home}
	out.Sides[1].Does = away
	for _, code := range l.away {
		name, known := l.names[code]
		if !known {
			name = fault.Words{code, code}
		}
		out.Sides[1].Nodes = append(out.Sides[1].Nodes, duoNode{code, name})
	}
	return out
}

// duoOf is the way of a case of this node, where a party of it or the calendar of its slot is elsewhere.
func (v *visit) duoOf(c casework.Case, s *scheme.Scheme, p *casePage) (*duoView, error) {
	if len(p.Abroad) == 0 && !slices.ContainsFunc(p.Slots, func(x slotLine) bool { return x.Host != v.s.c.Node.Code }) {
		return nil, nil
	}
	names, err := v.nodeNames()
	if err != nil {
		return nil, err
	}
	l := &duoLine{v: v, home: v.s.c.Node.Code, names: names, orgs: map[string]fault.Words{}}
	parties := map[string]string{} // the node of each party elsewhere
	for _, x := range p.Abroad {
		parties[x.Org], l.orgs[x.Org] = x.Node, x.Name
		l.side(x.Node)
	}
	// where is the node in which a role acts.
	where := func(role string) string {
		if r, known := s.Roles.Get(role); known {
			if field, of := strings.CutPrefix(r.Party, "form."); of {
				if node := parties[c.Fields[field].Text]; node != "" {
					return node
				}
			}
		}
		return l.home
	}
	for _, h := range p.History {
		if h.Comment == nil {
			l.past = append(l.past, v.duoStep(l, c, s, h))
		}
	}
	for _, x := range p.Slots {
		if x.Host != l.home {
			v.duoSlot(l, p, x)
		}
	}
	if c.End == "" {
		now := duoItem{Side: l.side(where(firstRole(c.Waits))), Code: where(firstRole(c.Waits)), At: c.Changed, Words: p.Holder.Roles, Now: true, Late: p.Holder.Late,
			Says: []string{c.StageWords.In(v.lang) + v.t("：", ": ") + p.Holder.Actions}}
		if !p.Holder.Due.IsZero() {
			now.Says = append(now.Says, v.t("到什么时候：", "until ")+showDue(p.Holder.Due, v.lang))
		}
		l.now = append(l.now, now)
		l.next = v.duoNext(l, c, s, p, where)
	}
	return l.view(fault.Words{"办件、额度与拨付", "case, budget, payment"}, fault.Words{"对方机构与排期", "other party, calendar"}), nil
}

// firstRole is the role that has to act: the one with the earliest time limit, and not the clock.
func firstRole(waits []casework.Wait) string {
	var best casework.Wait
	for _, w := range waits {
		if w.Role != "clock" && (best.Role == "" || !w.Due.IsZero() && (best.Due.IsZero() || w.Due.Before(best.Due))) {
			best = w
		}
	}
	return best.Role
}

// duoStep is a step that was taken: its mandate names the node that vouched for whoever took it elsewhere.
func (v *visit) duoStep(l *duoLine, c casework.Case, s *scheme.Scheme, h stepView) duoItem {
	node, by := l.home, personName(v.lang, h.By)
	if _, after, abroad := strings.Cut(h.Mandate, "@"); abroad {
		var org string
		node, org, _ = strings.Cut(after, "/")
		if by = strings.TrimSuffix(by, " "+node); l.orgs[org] != (fault.Words{}) {
			by = l.orgs[org].In(v.lang)
		}
	}
	x := duoItem{Side: l.side(node), Code: node, At: h.At, Words: h.Words.In(v.lang), Link: fmt.Sprintf("#step-%d", h.No), Leaf: h.Leaf}
	if role := h.RoleWords.In(v.lang); role != "" {
		x.Says = append(x.Says, by+v.t("（"+role+"）", " ("+role+")"))
	} else {
		x.Says = append(x.Says, v.t("按时限自动办理", "by the clock"))
	}
	for _, name := range s.Amounts.Names() {
		a, _ := s.Amounts.Get(name)
		if fen, fixed := c.Purse.Sums[name]; fixed && a.At == h.Action {
			x.Says = append(x.Says, s.Say(name).In(v.lang)+" "+fen.String()+v.t(" 元", " yuan"))
		}
	}
	return x
}

// duoSlot is a slot at an instrument elsewhere: held, confirmed together with the money, and used.
func (v *visit) duoSlot(l *duoLine, p *casePage, x slotLine) {
	b := duoItem{Side: l.side(x.Host), Code: x.Host, At: x.Changed, Words: v.t("仪器时段：", "Slot at an instrument: ") + x.Is().In(v.lang), Link: "#slots", Says: []string{x.Title.In(v.lang) + v.t("，", ", ") + x.When()}}
	switch x.State {
	case federation.SlotConfirmed, federation.SlotUsed:
		both := duoItem{Side: "ab", Code: l.home, At: x.Changed, Words: v.t("两地同时占住", "Held on both sides"), Link: "#slots"}
		if fen, kept := reserved(p); kept {
			both.Says = append(both.Says, l.names[l.home].In(v.lang)+v.t("：额度 ", ": ")+fen+v.t(" 元", " yuan of the voucher"))
		}
		both.Says = append(both.Says, x.Who.In(v.lang)+v.t("：", ": ")+x.When()+v.t("，", ", ")+x.Is().In(v.lang))
		l.past = append(l.past, both)
		b.At, b.Words = x.From, v.t("上机", "The run")
		if x.Operator {
			b.Says = append(b.Says, v.t("机组操作", "run by the operator"))
		}
		if b.At.After(v.now()) {
			b.Next, b.When = true, x.When()
			b.Says = b.Says[1:]
			b.Says = slices.Insert(b.Says, 0, x.Title.In(v.lang))
			l.next = append(l.next, b)
			return
		}
	}
	l.past = append(l.past, b)
}

// reserved is the first sum that was fixed for the case.
func reserved(p *casePage) (string, bool) {
	if len(p.Amounts) == 0 {
		return "", false
	}
	return p.Amounts[0].Fen.String(), true
}

// duoNext is what comes after the step that waits: the rest of the way on which money goes out, else what the clock does.
func (v *visit) duoNext(l *duoLine, c casework.Case, s *scheme.Scheme, p *casePage, where func(role string) string) []duoItem {
	out := l.next
	way := v.s.c.Cases.MainWay(s)
	at := slices.IndexFunc(way, func(r scheme.Row) bool { return r.From == c.Stage })
	if at >= 0 {
		for _, r := range way[at:] {
			x := duoItem{Code: l.home, Words: s.Say(r.Action).In(v.lang), Next: true, When: v.t("然后", "then")}
			if r.ByPerson() && len(r.Who) > 0 {
				x.Code = where(r.Who[0])
				x.Says = []string{s.Say(r.Who[0]).In(v.lang)}
			} else {
				x.Says = []string{v.t("按时限自动办理", "by the clock")}
			}
			x.Side = l.side(x.Code)
			out = append(out, x)
		}
		return out
	}
	for _, w := range p.ByClock {
		out = append(out, duoItem{Side: "a", Code: l.home, Words: w.ActionWords.In(v.lang), Next: true, When: showDue(w.Due, v.lang), Says: []string{v.t("到期不办时自动办理", "by the clock, if nobody acts")}})
	}
	return out
}

// duoAbroad is the way of a case that lives elsewhere, as its home shows it to a party here.
func (v *visit) duoAbroad(p abroadPage, names map[string]fault.Words) *duoView {
	x, here := p.Case, v.s.c.Node
	l := &duoLine{v: v, home: x.Home, names: map[string]fault.Words{x.Home: x.Node, here.Code: here.Name}}
	for code, name := range names {
		l.names[code] = name
	}
	l.side(here.Code)
	for _, h := range x.Steps {
		y := duoItem{Side: "a", Code: x.Home, At: h.At, Words: h.Words.In(v.lang)}
		if h.Person != "" {
			y.Side, y.Code = "b", here.Code
		}
		if role := h.Role.In(v.lang); role != "" {
			y.Says = []string{role}
		} else {
			y.Says = []string{v.t("按时限自动办理", "by the clock")}
		}
		if h.Reason != "" {
			y.Says = append(y.Says, h.Reason)
		}
		l.past = append(l.past, y)
	}
	if x.End == "" {
		now := duoItem{Side: "a", Code: x.Home, At: x.Changed, Words: x.Roles, Says: []string{x.Words.In(v.lang)}, Now: true, Late: x.Late}
		if x.Mine {
			now.Side, now.Code = "b", here.Code
		}
		if !x.Due.IsZero() {
			now.Says = append(now.Says, v.t("到什么时候：", "until ")+showDue(x.Due, v.lang))
		}
		l.now = append(l.now, now)
		for _, w := range p.ByClock {
			l.next = append(l.next, duoItem{Side: "a", Code: x.Home, Words: w.ActionWords.In(v.lang), Next: true, When: showDue(w.Due, v.lang), Says: []string{v.t("到期不办时自动办理", "by the clock, if nobody acts")}})
		}
	}
	return l.view(fault.Words{"办件所在节点", "where the case lives"}, fault.Words{"我方", "we"})
}
