package casework_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// hand is a clock that a test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) move(by time.Duration) {
	h.mu.Lock()
	h.at = h.at.Add(by)
	h.mu.Unlock()
}

// timed is each with a clock that the test moves.
func timed(t *testing.T, test func(*testing.T, *world, *hand)) {
	timedFrom(t, unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(10*time.Hour), test)
}

// timedFrom is timed from another moment on.
func timedFrom(t *testing.T, start time.Time, test func(*testing.T, *world, *hand)) {
	h := &hand{at: start}
	dbtest.Each(t, h.now, func(t *testing.T, d *db.DB) {
		defer func() { h.at = start }() // the next database begins where this one did
		w := &world{t: t, db: d}
		w.build()
		test(t, w, h)
	})
}

func TestADraftLapsesOnceWhenItsTimeHasPassed(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		c := w.open(firm, small)
		filed := w.open(firm, small)
		_, err := w.act(firm, filed, "file", "")
		w.must(err)

		h.move(29 * 24 * time.Hour)
		if _, err := w.cases.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		if early, err := w.cases.Get(ctx, firm, c.ID); err != nil || early.Stage != "draft" {
			t.Fatalf("a day early it stands in %s, %v", early.Stage, err)
		}
		// The node was down for a year: the clock fires once, and only where the stage has one.
		h.move(365 * 24 * time.Hour)
		if n, err := w.cases.Tick(ctx); err != nil || n != 1 {
			t.Fatalf("%d fired, %v; want 1", n, err)
		}
		if n, err := w.cases.Tick(ctx); err != nil || n != 0 {
			t.Fatalf("%d fired again, %v", n, err)
		}
		c, err = w.cases.Get(ctx, firm, c.ID)
		w.must(err)
		if c.Stage != "lapsed" || c.End != scheme.Ended || c.History[0].Person != "" || c.History[0].Role != "" {
			t.Errorf("stage %s, end %s, step %+v", c.Stage, c.End, c.History[0])
		}
		filed, err = w.cases.Get(ctx, reviewer, filed.ID)
		w.must(err)
		if filed.Stage != "filed" || !filed.Waits[0].Late {
			t.Errorf("silence decided: %s, late %t", filed.Stage, filed.Waits[0].Late)
		}
		var f casework.Filter
		f.Stage = "lapsed"
		if _, n, err := w.cases.List(ctx, firm, f); err != nil || n != 1 {
			t.Errorf("%d lapsed, %v", n, err)
		}
		w.clean()
	})
}

// officer makes an account that holds a desk, and returns its person.
func (w *world) officer(email, role string) access.Actor {
	w.t.Helper()
	ctx := context.Background()
	const password = "a long enough password"
	link, err := w.access.FirstAdmin(ctx)
	w.must(err)
	if link != "" {
		w.must(w.access.AcceptFirst(ctx, link, "admin@node.example", "admin", password))
	}
	_, admin, err := w.access.SignIn(ctx, access.SignIn{Email: "admin@node.example", Password: password, Addr: "127.0.0.1"})
	w.must(err)
	token, _, err := w.access.Invite(ctx, admin, access.Invitation{Email: email, Name: role, Roles: []access.Grant{{Role: role, Region: "340000"}}})
	w.must(err)
	w.must(w.access.AcceptInvitation(ctx, token, password))
	_, who, err := w.access.SignIn(ctx, access.SignIn{Email: email, Password: password, Addr: "127.0.0.1"})
	w.must(err)
	return who
}

func TestTurnsAreToldAndLatenessOnce(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		review, supervise := w.officer("review@node.example", "voucher_review"), w.officer("supervise@node.example", "voucher_supervise")
		kinds := func(who access.Actor) (out []string) {
			page, _, err := w.told.List(ctx, who.Person, notice.Query{})
			w.must(err)
			for _, n := range page {
				out = append(out, n.Kind)
			}
			return out
		}
		c := w.open(firm, small)
		_, err := w.act(firm, c, "file", "")
		w.must(err)
		if got := kinds(review); len(got) != 1 || got[0] != "case.turn" {
			t.Errorf("the reviewer was told %v, want that it is their turn", got)
		}
		if got := kinds(supervise); len(got) != 0 {
			t.Errorf("the supervisor was told %v too early", got)
		}
		h.move(30 * 24 * time.Hour)
		for range 3 {
			if _, err := w.cases.Tick(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if got := kinds(supervise); len(got) != 1 || got[0] != "case.late" {
			t.Errorf("the supervisor was told %v, want once that it is late", got)
		}
	})
}
