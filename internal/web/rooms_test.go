package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/calendar"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/intake"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/indicator"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/reader"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// loopback is where the servers of these tests are.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

const (
	testPassword = "a long enough password"
	testOrigin   = "log.example/34"
)

// testClock is the clock of a node of a test.
type testClock struct{ now time.Time }

func (c *testClock) Now() time.Time { return c.now }
func (c *testClock) Advance(d time.Duration) error {
	c.now = c.now.Add(d)
	return nil
}

// house is a node of a test: real rooms over a real database.
type house struct {
	t testing.TB
	s *Server
	c Config
}

// open joins the rooms of a node that runs one scheme.
func open(t testing.TB) *house {
	t.Helper()
	clock := &testClock{time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)}
	d := dbtest.Open(t, clock.Now)
	private, _ := corridorlog.NewKey(testOrigin)
	c := Config{Node: Node{Code: "340000", Seal: "皖", Class: "r34", Name: fault.Words{"安徽节点", "Anhui node"},
		Community: fault.Words{"演示共同体", "Demonstration community"}, Synthetic: true},
		DB: d, Clock: clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	h := &house{t: t}
	var err error
	must := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	days := unit.NewDays(unit.ChinaCalendar())
	c.Files, err = files.New(files.Config{DB: d, Dir: t.TempDir()})
	must()
	c.Log, err = corridorlog.New(corridorlog.Config{DB: d, Origin: testOrigin, Key: private})
	must()
	c.Access, err = access.New(access.Config{DB: d, NoCodes: true, Secret: "test"})
	must()
	c.Notices, err = notice.New(notice.Config{DB: d, People: c.Access, Secret: "test"})
	must()
	c.Registry, err = registry.New(registry.Config{DB: d, Access: c.Access, Regions: unit.GB2260(), Calendar: days.Now(), Notices: c.Notices})
	must()
	c.Calendar, err = calendar.New(calendar.Config{DB: d, Access: c.Access, Days: days})
	must()
	c.Ledger, err = ledger.New(ledger.Config{DB: d})
	must()
	c.Federation, err = federation.New(federation.Config{DB: d, Self: "340000", Networks: loopback, Now: clock.Now, Access: c.Access})
	must()
	c.Cases, err = casework.New(casework.Config{DB: d, Access: c.Access, Registry: c.Registry, Ledger: c.Ledger, Log: c.Log,
		Files: c.Files, Regions: unit.GB2260(), Calendar: days, Node: "34", Notices: c.Notices, Schemes: []*scheme.Scheme{packWithFiles(t), displayPack(t)}})
	must()
	c.Agreements, err = agreement.New(agreement.Config{DB: d, Access: c.Access, Calendar: days.Now(), Registry: c.Registry, Regions: unit.GB2260(), Notices: c.Notices, Log: c.Log})
	must()
	c.Catalogue, err = catalogue.New(catalogue.Config{DB: d, Access: c.Access, Registry: c.Registry, Files: c.Files, Log: c.Log, Notices: c.Notices, Regions: unit.GB2260(), Days: days, Kinds: kindsWith(t)})
	must()
	c.Intake, err = intake.New(intake.Config{DB: d, Access: c.Access, Files: c.Files, Takers: map[string]intake.Taker{"listings": c.Catalogue.Taker()}})
	must()
	c.Indicators, err = indicator.New(indicator.Config{DB: d, Access: c.Access})
	must()
	c.Reader = reader.New(reader.Config{DB: d, Files: c.Files, Access: c.Access})
	h.c = c
	h.s, err = New(c)
	must()
	_, err = c.Log.Sequence(context.Background())
	must()
	return h
}

// person makes an account with a role and returns the token of its session. The first is the administrator.
func (h *house) person(email, role, org string) string {
	h.t.Helper()
	ctx := context.Background()
	link, err := h.c.Access.FirstAdmin(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	if link != "" {
		if err := h.c.Access.AcceptFirst(ctx, link, "admin@node.example", "管理员", testPassword); err != nil {
			h.t.Fatal(err)
		}
	}
	admin := h.signIn("admin@node.example")
	if role == "node_admin" {
		return admin
	}
	who, err := h.c.Access.Session(ctx, admin)
	if err != nil {
		h.t.Fatal(err)
	}
	token, _, err := h.c.Access.Invite(ctx, who, access.Invitation{Email: email, Name: "甲", Org: org, Roles: []access.Grant{{Role: role, Org: org}}})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.c.Access.AcceptInvitation(ctx, token, testPassword); err != nil {
		h.t.Fatal(err)
	}
	return h.signIn(email)
}

func (h *house) signIn(email string) string {
	h.t.Helper()
	token, _, err := h.c.Access.SignIn(context.Background(), access.SignIn{Email: email, Password: testPassword})
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// ask sends a request; token, if given, comes as the cookie of a browser. header is alternating names and values.
func (h *house) ask(method, path, token string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(method, path, body)
	if token != "" {
		r.AddCookie(&http.Cookie{Name: h.s.cookie(), Value: token})
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.s.ServeHTTP(w, r)
	return w
}

// post sends a form as a browser does from our own page.
func (h *house) post(path, token string, form url.Values) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.ask("POST", path, token, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}
