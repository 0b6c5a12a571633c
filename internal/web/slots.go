package web

import (
	"context"
	"net/url"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// slotFound is how many instruments one search offers.
const slotFound = 12

// slotWords are what people call the states of a slot.
var slotWords = map[string]fault.Words{federation.SlotAsked: {"等对方节点答复", "waits for the answer of its node"}, federation.SlotHeld: {"已保留", "held"}, federation.SlotRefused: {"未能保留", "refused"},
	federation.SlotConfirmed: {"已确认", "confirmed"}, federation.SlotLost: {"已落空", "lost"}, federation.SlotUsed: {"已使用", "used"}, federation.SlotReleased: {"已退回", "given back"}}

// slotLine is a slot as pages show it.
type slotLine struct {
	federation.Slot
	Who   fault.Words // the node whose calendar it is
	Field fault.Words
	Late  bool   // stale
	Link  string // to the booking, where it is here
}

func (l slotLine) clock(from, to time.Time) string { return slotTimes(from, to, l.Zone) }

// When is its time by the wall clock of the instrument, Next that of the first slot that would pass.
func (l slotLine) When() string { return l.clock(l.From, l.To) }
func (l slotLine) Next() string {
	if l.NextFrom.IsZero() {
		return ""
	}
	return l.clock(l.NextFrom, l.NextTo)
}

// Is is its state in words, Chip the class of it.
func (l slotLine) Is() fault.Words { return slotWords[l.shown()] }
func (l slotLine) Chip() string    { return slotChip(l.shown()) }

// shown is its state; one that was given back because it was lost is called lost.
func (l slotLine) shown() string {
	if l.State == federation.SlotReleased && l.Code != "" {
		return federation.SlotLost
	}
	return l.State
}

func slotChip(state string) string {
	switch state {
	case federation.SlotHeld, federation.SlotConfirmed, federation.SlotUsed:
		return "ok"
	case federation.SlotAsked:
		return "warn"
	case federation.SlotRefused, federation.SlotLost:
		return "stop"
	}
	return "none"
}

// Waiting says since when its node has been asked; zero when it owes no answer.
func (l slotLine) Waiting() time.Time {
	if l.State == federation.SlotAsked || l.Sent() {
		return l.Changed
	}
	return time.Time{}
}

// slotTimes is a time by the wall clock of a zone: of this community's where none is known.
func slotTimes(from, to time.Time, zone string) string {
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		at = beijing
	}
	from, to = from.In(at), to.In(at)
	out := from.Format("2006-01-02 15:04") + "–"
	if unit.DayOf(from, at) == unit.DayOf(to, at) {
		return out + to.Format("15:04")
	}
	return out + to.Format("2006-01-02 15:04")
}

// slotsOf is the part of a case's page about slots.
func (v *visit) slotsOf(id unit.ID) (out []slotLine, err error) {
	all, err := v.s.c.Cases.SlotsOf(v.ctx(), v.who, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	names, err := v.nodeNames()
	for _, x := range all {
		out = append(out, v.slotLine(x.Slot, x.Words, names))
	}
	return out, err
}

func (v *visit) slotLine(x federation.Slot, field fault.Words, names map[string]fault.Words) slotLine {
	l := slotLine{Slot: x, Who: names[x.Host], Field: field, Late: x.Stale(v.now(), v.s.c.Federation.StaleDays())}
	if x.Host == v.s.c.Node.Code && x.Booking != "" {
		l.Link = "/bookings/" + string(x.Booking)
	}
	if l.Title[0] == "" {
		l.Title = v.slotTitle(x.Host, x.Listing)
	}
	return l
}

// slotTitle is what the instrument of a slot is called, where it is listed or booked here, or mirrored; else its number.
func (v *visit) slotTitle(host string, id unit.ID) fault.Words {
	if host != v.s.c.Node.Code {
		id = v.s.mirroredAs(v.ctx(), host, id)
	}
	if l, err := v.s.c.Catalogue.Get(v.ctx(), v.who, id); err == nil {
		return l.Title
	}
	if s, err := v.s.booked(); err == nil {
		if i, err := s.Instrument(v.ctx(), id); err == nil {
			return i.Title
		}
	}
	return fault.Words{string(id), string(id)}
}

// calendarOf is the node that keeps the calendar of a listing, and the listing's number there: a mirrored one has another here.
func (s *Server) calendarOf(ctx context.Context, host string, id unit.ID) (node string, remote unit.ID, err error) {
	if host != "" && host != s.c.Node.Code {
		return host, id, nil
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		m, mirrored, err := s.c.Catalogue.MirroredIn(ctx, tx, id)
		if node, remote = s.c.Node.Code, id; mirrored {
			node, remote = m.Node, m.Remote
		}
		return err
	})
	return node, remote, err
}

// mirroredAs is the number that another node's listing has here; its own where it is not mirrored.
func (s *Server) mirroredAs(ctx context.Context, host string, remote unit.ID) unit.ID {
	id := remote
	_ = s.c.DB.Read(ctx, func(tx *db.Tx) error { // a title that cannot be looked up now is shown as a number
		here, mirrored, err := s.c.Catalogue.MirrorOf(ctx, tx, host, remote)
		if err == nil && mirrored {
			id = here
		}
		return err
	})
	return id
}

// slotShown is a slot that a form names.
func (v *visit) slotShown(r scheme.SlotRef) string {
	out := v.slotTitle(r.Node, unit.ID(r.Listing)).In(v.lang) + v.t("，", ", ") + slotTimes(r.From, r.To, "")
	if r.Samples > 0 {
		out += v.t("，样品 ", ", samples ") + itoa(int64(r.Samples))
	}
	if r.Operator {
		out += v.t("，机组操作", ", run by the operator")
	}
	return out
}

// slotField is a slot's part of a form: what stands in it, and where it is chosen.
type slotField struct {
	Path, Shown string
}

func (v *visit) slotField(c casework.Case, f scheme.Field) *slotField {
	x := &slotField{Path: "/cases/" + string(c.ID) + "/slots/" + f.Name}
	if r, ok := c.Fields[f.Name].Slot(); ok {
		x.Shown = v.slotShown(r)
	}
	return x
}

type pickSlotPage struct {
	Case   casework.Case
	Name   fault.Words // of the field
	Path   string
	Form   *form
	Chosen string
	Asked  bool // something was looked for
	Found  []slotListing
	Nodes  []option
	Free   *federation.FreeAnswer
	Who    fault.Words // the node of the instrument
	Offers []slotOffer
	Why    string // why there are none
}

type slotListing struct {
	catalogue.Listing
	Who  fault.Words
	Path string
}

type slotOffer struct {
	When  string
	Slot  string
	Price unit.Fen
	Lines []federation.PriceLine
}

// pickSlot offers instruments, and the free slots of one.
func (v *visit) pickSlot() error { return v.showSlots(v.asked()) }

func (v *visit) showSlots(f *form) error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	c, field, org, err := v.s.c.Cases.SlotField(v.ctx(), v.who, id, v.r.PathValue("field"))
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	p := pickSlotPage{Case: c, Name: field.Words, Path: "/cases/" + string(id) + "/slots/" + field.Name, Form: f}
	if r, ok := c.Fields[field.Name].Slot(); ok {
		p.Chosen = v.slotShown(r)
		if f.Get("listing") == "" && f.Get("q") == "" { // what is chosen is where one begins
			f.Set("host", r.Node)
			f.Set("listing", r.Listing)
			f.Set("minutes", itoa(int64(r.To.Sub(r.From)/time.Minute)))
			if r.Samples > 0 {
				f.Set("samples", itoa(int64(r.Samples)))
			}
			if r.Operator {
				f.Set("operator", "yes")
			}
		}
	}
	_, peers, err := v.peerWords()
	if err != nil {
		return err
	}
	p.Nodes = append([]option{{v.s.c.Node.Code, v.s.c.Node.Name.In(v.lang)}}, peers...)
	if p.Asked = f.text("q") != ""; p.Asked {
		if err := v.slotListings(&p, f.text("q"), names); err != nil {
			return err
		}
	}
	if f.text("listing") != "" {
		if err := v.freeSlots(&p, org, names); err != nil {
			return err
		}
	}
	v.underCase(c, s)
	return v.show("slotpick", v.t("选择", "Choose: ")+field.Words.In(v.lang), p)
}

// slotListings finds what can be booked, here and at the neighbours.
func (v *visit) slotListings(p *pickSlotPage, text string, names map[string]fault.Words) error {
	found, err := v.s.c.Finder.Search(v.ctx(), v.who, find.Query{Text: text, Filter: map[string][]string{}, Limit: 4 * slotFound})
	if err != nil {
		return err
	}
	for _, l := range found.Listings {
		k, ok := v.s.c.Catalogue.Kinds().Of(l.Kind)
		if !ok || !k.Can("book") || len(p.Found) == slotFound {
			continue
		}
		host, id, err := v.s.calendarOf(v.ctx(), "", l.ID)
		if err != nil {
			return err
		}
		q := url.Values{"host": {host}, "listing": {string(id)}, "q": {text}}
		p.Found = append(p.Found, slotListing{l, names[host], p.Path + "?" + q.Encode() + "#free"})
	}
	return nil
}

// freeSlots asks the node of an instrument for its free slots. What stands in the way is said on the page.
func (v *visit) freeSlots(p *pickSlotPage, org federation.SlotOrg, names map[string]fault.Words) error {
	f := p.Form
	q := federation.FreeQuestion{Org: org, Person: v.who.Person, Minutes: int(f.count("minutes", 0, 31*24*60)), Samples: int(f.count("samples", 0, 10_000)), Operator: f.Get("operator") != ""}
	var err error
	if q.Listing, err = unit.ParseID(f.text("listing")); err != nil {
		f.refuse("listing", err)
	}
	q.After = v.now().UTC().Truncate(time.Minute)
	if f.text("day") != "" {
		if d := f.day("day"); d.Valid() && d.Start(beijing).After(q.After) {
			q.After = d.Start(beijing).UTC()
		}
	}
	if f.err() != nil {
		return nil
	}
	host, id, err := v.s.calendarOf(v.ctx(), f.text("host"), q.Listing)
	if err != nil {
		return err
	}
	if id != q.Listing {
		f.Set("host", host)
		f.Set("listing", string(id))
	}
	q.Listing, p.Who = id, names[host]
	got, err := v.s.c.Federation.Free(v.ctx(), v.who, host, q)
	if err != nil {
		e := fault.Of(err)
		if e.Kind == fault.Internal {
			return err
		}
		p.Why = e.Sentence(v.lang)
		return nil
	}
	p.Free = &got
	if f.text("minutes") == "" {
		f.Set("minutes", itoa(int64(got.Minutes)))
	}
	for _, x := range got.Offers {
		ref := scheme.SlotRef{Node: host, Listing: string(q.Listing), From: x.From, To: x.To, Samples: q.Samples, Operator: q.Operator}
		p.Offers = append(p.Offers, slotOffer{slotTimes(x.From, x.To, got.Zone), ref.String(), x.Price, x.Lines})
	}
	return nil
}

// takeSlot puts a slot into the form, or takes it out again.
func (v *visit) takeSlot() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	c, field, _, err := v.s.c.Cases.SlotField(v.ctx(), v.who, id, v.r.PathValue("field"))
	if err != nil {
		return err
	}
	if _, err = v.s.c.Cases.Save(v.ctx(), v.who, id, c.Version, map[string]string{field.Name: f.text("slot")}); err != nil {
		v.back = "/cases/" + string(id) + "/slots/" + field.Name
		if !v.refused(err, func(string) string { return "h-pick" }) {
			return err
		}
		if r, err := scheme.ParseSlot(f.text("slot")); err == nil { // the free slots as they are now
			f.Set("host", r.Node)
			f.Set("listing", r.Listing)
		}
		return v.showSlots(f)
	}
	return v.to("/cases/"+string(id)+"#form", "saved")
}

type slotsPage struct {
	Days     int64
	Kept     []keptSlotLine
	Held     []slotLine
	KeptPage string // addresses of the next pages
	HeldPage string
	Form     *form
	Nodes    []option
	States   []option
	Narrow   bool
	Export   exportView
}

type keptSlotLine struct {
	federation.KeptSlot
	Who   fault.Words
	Title fault.Words
	Late  bool
}

// When is its time; Is its state in words, Chip the class of it.
func (l keptSlotLine) When() string    { return slotTimes(l.From, l.To, "") }
func (l keptSlotLine) Is() fault.Words { return slotWords[l.State] }
func (l keptSlotLine) Chip() string    { return slotChip(l.State) }

// slots shows what this node's calendars keep for cases of other nodes, and what its own cases hold.
func (v *visit) slots() error {
	f := v.asked()
	narrow := federation.UseQuery{Node: f.text("node"), State: f.text("state")}
	if v.wantsFile() {
		return v.slotsFile(narrow)
	}
	kept, held := narrow, narrow
	kept.After, held.After = f.Get("kept"), f.Get("held")
	r, err := v.s.c.Federation.Slots(v.ctx(), v.who, kept, held)
	if err != nil {
		return err
	}
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	_, peers, err := v.peerWords()
	if err != nil {
		return err
	}
	p := slotsPage{Days: r.Days, Form: f, Narrow: narrow.Node+narrow.State != "", Export: v.exports(),
		Nodes:  append([]option{{"", v.t("全部节点", "every node")}, {v.s.c.Node.Code, v.s.c.Node.Name.In(v.lang)}}, peers...),
		States: []option{{"", v.t("全部状态", "every state")}}}
	for _, k := range r.Kept {
		p.Kept = append(p.Kept, keptSlotLine{k, names[k.Node], v.slotTitle(v.s.c.Node.Code, k.Listing), k.Stale(v.now(), r.Days)})
	}
	for _, x := range r.Held {
		p.Held = append(p.Held, v.slotLine(x, fault.Words{}, names))
	}
	for _, next := range []struct {
		to         *string
		name, from string
	}{{&p.KeptPage, "kept", r.KeptNext}, {&p.HeldPage, "held", r.HeldNext}} {
		if next.from != "" {
			*next.to = v.filterLink(next.name, next.from)
		}
	}
	for _, s := range []string{federation.SlotAsked, federation.SlotHeld, federation.SlotRefused, federation.SlotConfirmed, federation.SlotLost, federation.SlotUsed, federation.SlotReleased} {
		p.States = append(p.States, option{s, slotWords[s].In(v.lang)})
	}
	return v.show("slots", v.t("跨节点时段", "Slots held together"), p)
}

// slotsFile is what the cases of this node hold and what it keeps for others, as a file: all that it is narrowed to.
func (v *visit) slotsFile(q federation.UseQuery) error {
	s := &sheet{Name: "slots", Head: []string{v.t("方向", "Way"), v.t("节点", "Node"), v.t("办件", "Case"), v.t("单位", "Organisation"), v.t("挂牌", "Listing"), v.t("起", "From"), v.t("止", "To"), v.t("价格", "Price"), v.t("状态", "State"), v.t("变动", "Changed")}}
	for kept := q; ; {
		r, err := v.s.c.Federation.Slots(v.ctx(), v.who, kept, federation.UseQuery{Rows: 1})
		if err != nil {
			return err
		}
		for _, k := range r.Kept {
			if err := s.put(v.t("为他方保留", "kept for others"), k.Node, k.CaseNo, k.Org.Code, string(k.Listing), iso(k.From), iso(k.To), k.Price, k.State, iso(k.Changed)); err != nil {
				return err
			}
		}
		if kept.After = r.KeptNext; kept.After == "" {
			break
		}
	}
	for held := q; ; {
		r, err := v.s.c.Federation.Slots(v.ctx(), v.who, federation.UseQuery{Rows: 1}, held)
		if err != nil {
			return err
		}
		for _, x := range r.Held {
			if err := s.put(v.t("本节点办件", "held by a case here"), x.Host, x.CaseNo, x.Org, string(x.Listing), iso(x.From), iso(x.To), x.Price, x.State, iso(x.Changed)); err != nil {
				return err
			}
		}
		if held.After = r.HeldNext; held.After == "" {
			return v.send(s)
		}
	}
}

// heldFor is the case that a booking is held for, as the page of the booking names it.
type heldFor struct {
	No, Path string // Path "": the case is in another node
	Who      fault.Words
	Org      fault.Words
}

func (v *visit) heldFor(hold string) (out *heldFor, err error) {
	node, id, ok := federation.SlotOfHold(hold)
	if !ok {
		return nil, nil
	}
	names, err := v.nodeNames()
	if err != nil {
		return nil, err
	}
	out = &heldFor{Who: names[node]}
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		if node != v.s.c.Node.Code {
			k, _, err := v.s.c.Federation.Kept(v.ctx(), tx, hold)
			out.No, out.Org = k.CaseNo, k.Org.Name
			return err
		}
		x, err := v.s.c.Federation.SlotOf(v.ctx(), tx, id)
		out.No = x.CaseNo
		if access.MaySomewhere(v.who, access.CaseRead) == nil {
			out.Path = "/cases/" + string(x.Case)
		}
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return out, err
}
