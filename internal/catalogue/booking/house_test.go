package booking

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Organisations of the tests: an owner of instruments, two users.
const (
	labCode  = "12310000DEMQ000341"
	firmCode = "91340100MA0DEMQ19B"
	univCode = "12320000DEMQ00050T"
)

// house is the room over a real database, with people.
type house struct {
	*Service
	t     testing.TB
	now   time.Time
	zone  *time.Location
	db    *db.DB
	admin access.Actor
	lab   access.Actor // runs the instruments
	lab2  access.Actor // another who does
	firm  access.Actor
	firm2 access.Actor // a colleague
	univ  access.Actor
	id    unit.ID // of an instrument that is confirmed at once
	asked unit.ID // of one whose owner answers
}

func eachHouse(t *testing.T, test func(*house)) {
	t.Helper()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) { test(newHouse(t, dsn)) })
}

func newHouse(t testing.TB, dsn string) *house {
	h := &house{t: t, zone: zoneOf(t, "Asia/Shanghai")}
	h.set("2026-03-02 08:00") // a Monday
	h.db = dbtest.OpenAt(t, dsn, func() time.Time { return h.now })
	a, err := access.New(access.Config{DB: h.db, NoCodes: true, Secret: "test"})
	h.done(err)
	n, err := notice.New(notice.Config{DB: h.db, People: a, Secret: "test"})
	h.done(err)
	days := unit.NewDays(unit.ChinaCalendar())
	r, err := registry.New(registry.Config{DB: h.db, Access: a, Regions: unit.GB2260(), Calendar: days.Now(), Self: "310000"})
	h.done(err)
	h.Service, err = New(Config{DB: h.db, Access: a, Registry: r, Calendar: days, Notices: n, Local: true, Site: "https://node.example"})
	h.done(err)
	ctx := context.Background()
	link, err := a.FirstAdmin(ctx)
	h.done(err)
	h.done(a.AcceptFirst(ctx, link, "admin@node.example", "管理员", "a long enough password"))
	h.admin = h.signIn("admin@node.example")
	h.act(func(tx *db.Tx) error {
		for code, o := range map[string]registry.Org{labCode: {Name: fault.Words{"电镜中心", "EM Centre"}, Kind: "lab", Region: "310115"},
			firmCode: {Name: fault.Words{"电池公司", "Battery Ltd"}, Kind: "firm", Region: "340100"}, univCode: {Name: fault.Words{"大学", "University"}, Kind: "university", Region: "320500"}} {
			o.Code, o.Founded, o.Synthetic, o.Industry, o.Home = code, unit.Date(2010, 1, 1), true, "7320", string(o.Region[:2])+"0000"
			if err := r.Put(ctx, tx, h.admin, o); err != nil {
				return err
			}
		}
		return nil
	})
	h.lab, h.lab2 = h.person("lab@a.example", labCode, "lab_operator"), h.person("lab2@a.example", labCode, "org_admin")
	h.firm, h.firm2, h.univ = h.person("firm@a.example", firmCode, "org_member"), h.person("firm2@a.example", firmCode, "org_admin"), h.person("univ@a.example", univCode, "org_member")
	h.id = h.instrument(weekdays())
	ask := weekdays()
	ask.Instant = false
	h.asked = h.instrument(ask)
	return h
}

func (h *house) done(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) act(fn func(tx *db.Tx) error) {
	h.t.Helper()
	h.done(h.db.Act(context.Background(), fn))
}

func (h *house) set(s string) { h.now = at(h.t, h.zone, s) }

func (h *house) person(email, org, role string) access.Actor {
	h.t.Helper()
	ctx := context.Background()
	token, _, err := h.c.Access.Invite(ctx, h.admin, access.Invitation{Email: email, Name: email, Org: org, Roles: []access.Grant{{Role: role, Org: org}}})
	h.done(err)
	h.done(h.c.Access.AcceptInvitation(ctx, token, "a long enough password"))
	return h.signIn(email)
}

func (h *house) signIn(email string) access.Actor {
	h.t.Helper()
	_, who, err := h.c.Access.SignIn(context.Background(), access.SignIn{Email: email, Password: "a long enough password"})
	h.done(err)
	return who
}

func prices() Prices {
	return Prices{From: unit.Date(2026, 1, 1), QuoteHours: 48, FreeHours: 24, LateShare: 50, NoShow: 100, Classes: map[Class]Price{
		Inside: {Basis: ByHour, Rate: 10_000}, Academic: {Basis: ByHour, Rate: 60_000}, Enterprise: {Basis: ByHour, Rate: 120_000, Operator: 20_000, Consumables: 1_000, Deposit: 50_000}}}
}

func (h *house) instrument(p Plan) unit.ID {
	h.t.Helper()
	ctx := context.Background()
	i, err := h.Enter(ctx, h.lab, Instrument{Org: labCode, Region: "310115", Title: fault.Words{"冷冻电镜", "Cryo-EM"}, Place: "1 号楼", Zone: "Asia/Shanghai"})
	h.done(err)
	h.done(h.PutPlan(ctx, h.lab, i.ID, p, 0))
	h.done(h.PutPrices(ctx, h.lab, i.ID, prices()))
	return i.ID
}

func (h *house) ask(id unit.ID, s string) Ask {
	return Ask{Instrument: id, Span: span(h.t, h.zone, s), Samples: 2}
}

// book books, or ends the test.
func (h *house) book(who access.Actor, id unit.ID, s string) Booking {
	h.t.Helper()
	b, err := h.Book(context.Background(), who, h.ask(id, s))
	h.done(err)
	return b
}

func (h *house) refused(err error, code string) *fault.Error {
	h.t.Helper()
	if got := fault.CodeOf(err); got != code {
		h.t.Fatalf("refused with %q (%v), want %q", got, err, code)
	}
	return fault.Of(err)
}

// says is what a refusal tells in both languages.
func (h *house) says(err error, want string) {
	h.t.Helper()
	e := fault.Of(err)
	for _, l := range []fault.Lang{fault.ZH, fault.EN} {
		if s := e.Sentence(l); !strings.Contains(s, want) || strings.Contains(s, "{") {
			h.t.Errorf("%q does not say %q", s, want)
		}
	}
}

// is the state of a booking, with its times.
func (h *house) is(id unit.ID, want string) Booking {
	h.t.Helper()
	var b Booking
	h.done(h.db.Read(context.Background(), func(tx *db.Tx) (err error) { b, err = selectBooking(context.Background(), tx, id); return err }))
	if got := string(b.State) + " " + b.Span.Words(h.zone); got != want {
		h.t.Fatalf("the booking is %q, want %q", got, want)
	}
	return b
}

// told are the kinds of what a person was told of bookings, the newest first.
func (h *house) told(who access.Actor) (kinds string) {
	h.t.Helper()
	page, _, err := h.c.Notices.List(context.Background(), who.Person, notice.Query{})
	h.done(err)
	for _, n := range page {
		kinds += strings.TrimPrefix(n.Kind, "booking.") + " "
	}
	return kinds
}

// text is the Chinese title and text of the newest notice of a kind that a person has.
func (h *house) text(who access.Actor, kind string) string {
	h.t.Helper()
	page, _, err := h.c.Notices.List(context.Background(), who.Person, notice.Query{})
	h.done(err)
	for _, n := range page {
		if n.Kind == kind {
			return n.Title[0] + "\n" + n.Text[0]
		}
	}
	h.t.Fatalf("nobody told %s of %s", who.Name, kind)
	return ""
}

// tick does the jobs that are due.
func (h *house) tick() {
	h.t.Helper()
	w, err := db.NewWorker(db.WorkerConfig{DB: h.db, Handlers: h.Handlers()})
	h.done(err)
	for {
		n, err := w.Once(context.Background())
		h.done(err)
		if n == 0 {
			return
		}
	}
}

// sound is the audit without a finding.
func (h *house) sound() {
	h.t.Helper()
	found, err := h.Audit(context.Background())
	h.done(err)
	if len(found) > 0 {
		h.t.Errorf("the audit finds %q", found)
	}
}
