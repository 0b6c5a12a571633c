package access

import (
	"os"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// realCost is what a node hashes with; the tests hash many passwords and use less.
var realCost = *passwordCost

func TestMain(m *testing.M) {
	passwordCost.Memory = 256
	os.Exit(m.Run())
}

const (
	sh   unit.Region = "310000"
	ah   unit.Region = "340000"
	hf   unit.Region = "340100" // a city of ah
	orgA             = "ORG-A"
	orgB             = "ORG-B"
	pass             = "a long pass phrase 1"
)

// house is a node for one test, with a clock that the test moves.
type house struct {
	*testing.T
	*Service
	db    *db.DB
	clock *time.Time
	admin Actor
	seeds map[string]string // of one-time codes, by address
}

// each runs a test on every database, in a house with a first administrator. c completes the Config.
func each(t *testing.T, c Config, test func(h *house)) {
	t.Helper()
	start := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	clock := start
	dbtest.Each(t, func() time.Time { return clock }, func(t *testing.T, d *db.DB) {
		defer func() { clock = start }() // before the next database is opened: its time never goes back
		c.DB, c.Secret = d, "a secret of the tests"
		s, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		h := &house{T: t, Service: s, db: d, clock: &clock}
		link := must(s.FirstAdmin(t.Context()))
		h.ok(s.AcceptFirst(t.Context(), link, "Admin@Node.example", "Administrator (synthetic)", pass))
		h.admin = h.in("admin@node.example")
		test(h)
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused wants a refusal by its code.
func (h *house) refused(err error, code string) {
	h.Helper()
	if got := fault.CodeOf(err); got != code {
		h.Fatalf("got %q (%v), want a refusal %s", got, err, code)
	}
}

// pass lets time go by.
func (h *house) pass(d time.Duration) { *h.clock = h.clock.Add(d) }

// in signs somebody in by password, setting codes up first where the role asks for them.
func (h *house) in(email string) Actor {
	h.Helper()
	_, who := h.signIn(email)
	return who
}

func (h *house) signIn(email string) (token string, who Actor) {
	h.Helper()
	in := SignIn{Email: email, Password: pass, Addr: "192.0.2.1", Agent: "test"}
	if h.seeds[email] != "" {
		h.pass(codeStep) // a code counts once
		in.Code = h.code(email)
	}
	token, who, err := h.SignIn(h.Context(), in)
	h.ok(err)
	if who.Needs != NeedsSeed {
		return token, who
	}
	seed := must(h.NewSeed(h.Context(), who))
	token, _, err = h.ConfirmSeed(h.Context(), token, must(totp.GenerateCode(seed.Secret, *h.clock)))
	h.ok(err)
	if h.seeds == nil {
		h.seeds = map[string]string{}
	}
	h.seeds[email] = seed.Secret
	return token, must(h.Session(h.Context(), token))
}

// code is a one-time code of now.
func (h *house) code(email string) string { return must(totp.GenerateCode(h.seeds[email], *h.clock)) }

// joins invites somebody and signs them in.
func (h *house) joins(by Actor, email, org string, roles ...Grant) Actor {
	h.Helper()
	token, _, err := h.Invite(h.Context(), by, Invitation{Email: email, Name: "Somebody (synthetic)", Org: org, Roles: roles})
	h.ok(err)
	h.ok(h.AcceptInvitation(h.Context(), token, pass))
	return h.in(email)
}

// bare is a house on SQLite without an administrator.
func bare(t *testing.T, c Config) *house {
	t.Helper()
	clock := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	h := &house{T: t, clock: &clock, db: dbtest.Open(t, func() time.Time { return clock })}
	c.DB = h.db
	h.Service = must(New(c))
	return h
}
