package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	deadlineCases    = 200 // of a desk's queue that its calendar shows, the earliest due first
	deadlineListings = 200 // of an organisation that its calendar looks at
	deadlineAhead    = 400 // days ahead that a feed carries
	deadlineBack     = 60  // days back
)

// deadline is one moment of a calendar: until when something has to be done, or from when it no longer holds.
type deadline struct {
	At          time.Time // the moment after the last in time; of a booking, when it begins
	Kind        string
	What, Note  string
	Path        string
	Mine        bool // this person, or the own organisation, has to do it
	Late        bool
	Provisional bool
}

// Day is the last day in time.
func (d deadline) Day() unit.Day {
	if d.Kind == "booking" {
		return unit.DayOf(d.At, beijing)
	}
	return unit.DayOf(d.At.Add(-time.Second), beijing)
}

// deadlineKinds are the kinds in the order of the filter.
var deadlineKinds = []struct {
	id    string
	words fault.Words
}{
	{"case", fault.Words{"办件时限", "cases"}}, {"lapse", fault.Words{"逾期失效", "what lapses"}}, {"round", fault.Words{"轮次截止", "rounds"}},
	{"call", fault.Words{"征集截止", "calls"}}, {"label", fault.Words{"认定到期", "labels"}}, {"edition", fault.Words{"政策版本", "editions"}},
	{"booking", fault.Words{"预约", "bookings"}}, {"task", fault.Words{"任务与节点", "tasks and milestones"}}, {"statement", fault.Words{"对账单", "statements"}},
	{"listing", fault.Words{"需求与资源", "needs and listings"}},
}

func deadlineWords(kind string) fault.Words {
	for _, k := range deadlineKinds {
		if k.id == kind {
			return k.words
		}
	}
	return fault.Words{kind, kind}
}

// deadlines are all that this person has to keep in mind, the earliest first: each once.
func (v *visit) deadlines() (out []deadline, err error) {
	orgs := access.ReachOf(v.who, access.CaseCreate).Orgs
	for _, org := range orgs[:min(len(orgs), orgsShown)] {
		o, err := v.s.c.Cases.Ours(v.ctx(), v.who, org)
		if fault.KindOf(err) == fault.NotFound { // this node does not know it
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, v.ourDeadlines(o)...)
	}
	for _, look := range []struct {
		perm access.Permission
		find func() ([]deadline, error)
	}{
		{access.CaseQueue, v.deskDeadlines}, {access.CaseRead, v.callDeadlines}, {access.BookingCreate, v.bookingDeadlines}, {access.TaskUpdate, v.taskDeadlines},
		{access.StatementSign, v.statementDeadlines}, {access.ListingEdit, v.listingDeadlines},
	} {
		if access.MaySomewhere(v.who, look.perm) != nil {
			continue
		}
		found, err := look.find()
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	for i := range out {
		out[i].Late = out[i].Mine && !v.now().Before(out[i].At)
	}
	slices.SortStableFunc(out, func(a, b deadline) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Note, b.Note))
	})
	return slices.CompactFunc(out, func(a, b deadline) bool {
		return a.At.Equal(b.At) && a.Kind == b.Kind && a.Path == b.Path && a.What == b.What
	}), nil
}

// ourDeadlines are those of an organisation: its cases, what lapses or ends, and rounds that it could still join.
func (v *visit) ourDeadlines(o casework.Ours) (out []deadline) {
	for _, c := range o.Running {
		what := c.Title.In(v.lang) + " " + c.No
		if h := holderOf(c.Waits, v.lang); !h.Due.IsZero() {
			out = append(out, deadline{At: h.Due, Kind: "case", What: what, Note: joinWords(h.Roles, h.Actions), Path: "/cases/" + string(c.ID), Mine: c.Yours, Provisional: h.Provisional})
		}
		if c.Lapses && !c.Fires.IsZero() {
			out = append(out, deadline{At: c.Fires, Kind: "lapse", What: what, Note: c.Next.In(v.lang), Path: "/cases/" + string(c.ID)})
		}
	}
	for _, e := range o.Expires {
		x := deadline{At: e.Last.Add(1).Start(beijing), What: joinWords(e.Words.In(v.lang), e.Note)}
		switch e.Kind {
		case casework.LabelEnds:
			x.Kind, x.Path = "label", "/ours#ends"
		case casework.EditionEnds:
			x.Kind, x.Path = "edition", "/schemes/"+e.ID
		default:
			continue
		}
		out = append(out, x)
	}
	for _, r := range o.Rounds {
		out = append(out, deadline{At: r.At, Kind: "round", What: r.Title.In(v.lang), Note: v.t("这一轮的最后一天", "the last day of this round"), Path: "/schemes/" + r.Scheme, Provisional: r.Provisional})
	}
	return out
}

// deskDeadlines are those of an officer: the cases of the queue, and the rounds for which cases wait.
func (v *visit) deskDeadlines() (out []deadline, err error) {
	line, err := v.s.c.Cases.Line(v.ctx(), v.who, casework.QueueFilter{Page: 1, Rows: deadlineCases})
	if err != nil {
		return nil, err
	}
	for _, c := range line.Cases {
		if !c.Due.IsZero() {
			out = append(out, deadline{At: c.Due, Kind: "case", What: c.Title.In(v.lang) + " " + c.No, Note: joinWords(c.OrgName.In(v.lang), c.StageWords.In(v.lang)), Path: "/cases/" + string(c.ID), Mine: true, Provisional: c.Provisional})
		}
	}
	rounds, err := v.openRounds()
	for _, r := range rounds {
		out = append(out, deadline{At: r.Closes, Kind: "round", What: r.Title.In(v.lang), Note: fault.Count(r.Waiting, "件在等", "case waits", "cases wait").In(v.lang), Path: "/rounds/" + r.ID})
	}
	return out, err
}

func (v *visit) callDeadlines() (out []deadline, err error) {
	all, err := v.s.c.Cases.Calls(v.ctx(), v.who)
	for _, c := range all {
		if !c.Until.IsZero() {
			out = append(out, deadline{At: c.Until, Kind: "call", What: c.Title.In(v.lang) + " " + c.No, Note: c.OrgName.In(v.lang), Path: "/calls/" + string(c.ID), Provisional: c.Provisional})
		}
	}
	return out, err
}

func (v *visit) bookingDeadlines() (out []deadline, err error) {
	all, err := v.ourBookings()
	for _, x := range all {
		out = append(out, deadline{At: x.Span.From, Kind: "booking", What: x.Inst.Title.In(v.lang), Note: x.Span.Words(x.Inst.Location()), Path: "/bookings/" + string(x.ID)})
	}
	return out, err
}

// taskDeadlines are the tasks that are not done, and the milestones in them that are not reached.
func (v *visit) taskDeadlines() (out []deadline, err error) {
	all, _, err := v.s.c.Agreements.Tasks(v.ctx(), v.who, 0)
	for _, t := range all {
		if t.Lamp.Light == agreement.Done || t.Lamp.Light == agreement.Ended {
			continue
		}
		path := "/tasks#t-" + string(t.ID)
		if t.Due.Valid() {
			out = append(out, deadline{At: t.Due.Add(1).Start(beijing), Kind: "task", What: t.Title, Note: t.Owner, Path: path, Mine: true, Provisional: t.Lamp.Provisional})
		}
		for _, m := range t.Milestones {
			if m.Due.Valid() && !m.Done.Valid() {
				out = append(out, deadline{At: m.Due.Add(1).Start(beijing), Kind: "task", What: t.Title, Note: v.t("节点：", "milestone: ") + m.Title, Path: path, Mine: true})
			}
		}
	}
	return out, err
}

// statementDeadlines are the statements that wait for this side: they are due now.
func (v *visit) statementDeadlines() (out []deadline, err error) {
	all, err := v.waitingStatements()
	for _, w := range all {
		out = append(out, deadline{At: unit.DayOf(v.now(), beijing).Add(1).Start(beijing), Kind: "statement", What: joinWords(w.What, w.Note), Note: w.Do, Path: w.Path, Mine: true})
	}
	return out, err
}

// listingDeadlines are the last days of needs that stand open, and the days by which listings have to be published as their kinds say,
// of the organisations whose listings this person keeps.
func (v *visit) listingDeadlines() (out []deadline, err error) {
	if v.s.c.Catalogue == nil {
		return nil, nil
	}
	orgs := access.ReachOf(v.who, access.ListingEdit).Orgs
	today := unit.DayOf(v.now(), beijing)
	for _, org := range orgs[:min(len(orgs), orgsShown)] {
		all, _, err := v.s.c.Catalogue.List(v.ctx(), v.who, catalogue.Query{All: true, Owner: org, Rows: deadlineListings})
		if fault.KindOf(err) == fault.NotFound { // this node does not know it
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			out = append(out, v.listingDeadline(l, today)...)
		}
	}
	return out, nil
}

// listingDeadline is that of one listing, or none.
func (v *visit) listingDeadline(l catalogue.Listing, today unit.Day) []deadline {
	x := deadline{Kind: "listing", What: l.Title.In(v.lang), Path: "/listings/" + string(l.ID)}
	if k, ok := v.s.c.Catalogue.Kinds().Of(l.Kind); ok && k.Asking() && l.State == catalogue.Published {
		x.At, x.Note = catalogue.Until(k, l).Add(1).Start(beijing), v.t("需求的最后一天", "the last day of the need")
		if catalogue.Until(k, l).Valid() {
			return []deadline{x}
		}
	}
	due, _ := v.s.c.Catalogue.PublishBy(l, today)
	if !due.Valid() {
		return nil
	}
	x.At, x.Note, x.Mine = due.Add(1).Start(beijing), v.t("应当公开的最后一天", "the last day to publish it"), true
	return []deadline{x}
}

type deadlinesPage struct {
	Month      monthView
	Title      string
	Weekday    []string
	Weeks      [][7]dueDay
	Prev, Next string // addresses
	This       string
	Kind       string
	Kinds      []option
	Rows       []deadline
	Today      unit.Day
	Late       int // of all months
	Feed       string
}

// dueDay is a day of the month with how much falls on it.
type dueDay struct {
	dayView
	Date unit.Day
	N    int
	Late bool
	Here bool
}

// Words is the kind as people call it.
func (d deadline) Words() fault.Words { return deadlineWords(d.Kind) }

// deadlinesOf shows a month of this person's calendar.
func (v *visit) deadlinesOf() error {
	all, err := v.deadlines()
	if err != nil {
		return err
	}
	today := unit.DayOf(v.now(), beijing)
	q := v.r.URL.Query()
	first, err := unit.ParseDay(q.Get("month") + "-01")
	if err != nil {
		y, m, _ := today.Date()
		first = unit.Date(y, m, 1)
	}
	p := deadlinesPage{Today: today, Kind: q.Get("kind"), Kinds: []option{{"", v.t("全部", "all")}}, Feed: "/deadlines.ics"}
	for _, k := range deadlineKinds {
		if slices.ContainsFunc(all, func(d deadline) bool { return d.Kind == k.id }) {
			p.Kinds = append(p.Kinds, option{k.id, k.words.In(v.lang)})
		}
	}
	year, month, _ := first.Date()
	on := map[unit.Day][]deadline{}
	for _, d := range all {
		if p.Kind != "" && d.Kind != p.Kind {
			continue
		}
		if d.Late {
			p.Late++
		}
		if y, m, _ := d.Day().Date(); y == year && m == month {
			p.Rows = append(p.Rows, d)
			on[d.Day()] = append(on[d.Day()], d)
		}
	}
	for _, w := range weekdays {
		p.Weekday = append(p.Weekday, w.In(v.lang))
	}
	p.Month = v.monthsOf(v.s.c.Calendar.Days().Now(), year)[month-1]
	for _, week := range p.Month.Weeks {
		var days [7]dueDay
		for i, d := range week {
			x := dueDay{dayView: d}
			if d.Day > 0 {
				x.Date = unit.Date(year, month, d.Day)
				x.N, x.Here = len(on[x.Date]), x.Date == today
				x.Late = slices.ContainsFunc(on[x.Date], func(d deadline) bool { return d.Late })
			}
			days[i] = x
		}
		p.Weeks = append(p.Weeks, days)
	}
	at := func(d unit.Day) string {
		y, m, _ := d.Date()
		return p.address(fmt.Sprintf("%04d-%02d", y, m))
	}
	p.Prev, p.Next, p.This = at(first.Add(-1)), at(first.Add(40)), p.address("")
	p.Title = v.t(fmt.Sprintf("%d年%d月", year, month), fmt.Sprintf("%s %d", month, year))
	return v.show("deadlines", v.t("期限日历", "Deadlines"), p)
}

func (p deadlinesPage) address(month string) string {
	path := "/deadlines"
	if month != "" {
		path = withQuery(path, "month", month)
	}
	if p.Kind != "" {
		path = withQuery(path, "kind", p.Kind)
	}
	return path
}

// First says whether a row is the first of its day, which the month leads to.
func (p deadlinesPage) First(i int) bool { return i == 0 || p.Rows[i-1].Day() != p.Rows[i].Day() }

// deadlinesFile is the calendar as a file, for who is signed in.
func (v *visit) deadlinesFile() error {
	text, err := v.deadlinesText()
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="deadlines.ics"`)
	return v.calendarOfOne(text)
}

// deadlinesFeed is the calendar of whoever made a secret address, as that person may see it now.
func (v *visit) deadlinesFeed(person unit.ID) (text string, err error) {
	w := visit{s: v.s, w: v.w, r: v.r, lang: v.lang}
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		w.who, err = v.s.c.Access.ActorNow(v.ctx(), tx, person, false)
		return err
	})
	if err != nil {
		return "", err
	}
	return w.deadlinesText()
}

// uid names a deadline in calendars: several labels, or milestones of one task, stand at one address.
func (d deadline) uid() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{d.Kind, d.Path, d.What, d.Note}, "\n")))
	return hex.EncodeToString(sum[:12]) + "@deadlines.corridor"
}

// deadlinesText writes the calendar from a while ago to a year ahead, RFC 5545. What ends with a day is its last hour.
func (v *visit) deadlinesText() (string, error) {
	all, err := v.deadlines()
	if err != nil {
		return "", err
	}
	today := unit.DayOf(v.now(), beijing)
	var events []booking.Event
	for _, d := range all {
		if d.Day() < today.Add(-deadlineBack) || d.Day() > today.Add(deadlineAhead) {
			continue
		}
		e := booking.Event{UID: d.uid(), Span: booking.Span{From: d.At.Add(-time.Hour), To: d.At},
			Title: d.What, Text: joinWords(deadlineWords(d.Kind).In(v.lang), d.Note), URL: v.site() + d.Path, Status: "CONFIRMED"}
		if d.Kind == "booking" {
			e.Span = booking.Span{From: d.At, To: d.At.Add(time.Hour)}
		}
		if d.Provisional {
			e.Status = "TENTATIVE"
		}
		events = append(events, e)
	}
	return booking.CalendarOf(v.t("期限日历", "Deadlines"), events, v.now()), nil
}

// calendarOfOne answers with the calendar of one person, which no browser and no proxy keeps.
func (v *visit) calendarOfOne(text string) error {
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, err := v.w.Write([]byte(text))
	return err
}
