package access

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

func TestSession(t *testing.T) {
	each(t, Config{}, func(h *house) {
		token, who := h.signIn("admin@node.example")
		got := must(h.Session(h.Context(), token))
		if d := cmp.Diff(who, got); d != "" {
			t.Errorf("the actor of the sign-in and of the session differ\n%s", d)
		}
		for _, wrong := range []string{"", "x", token + "x", hashOf(token), tokenPrefix + token, string(make([]byte, 300))} {
			_, err := h.Session(h.Context(), wrong)
			h.refused(err, "access.session_ended")
		}
		h.ok(h.SignOut(h.Context(), got))
		_, err := h.Session(h.Context(), token)
		h.refused(err, "access.session_ended")
		h.ok(h.SignOut(h.Context(), got)) // nothing more to end
	})
}

func TestSessionRunsOut(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		idle, _ := h.signIn("admin@node.example")
		used, _ := h.signIn("admin@node.example")
		for range 13 { // thirteen and a half hours, each under the idle limit
			h.pass(time.Hour)
			must(h.Session(h.Context(), used))
		}
		_, err := h.Session(h.Context(), idle)
		h.refused(err, "access.session_ended")
		for *h.clock = h.clock.Add(time.Hour); h.clock.Before(time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)); h.pass(time.Hour) {
			must(h.Session(h.Context(), used))
		}
		h.pass(time.Second)
		_, err = h.Session(h.Context(), used)
		h.refused(err, "access.session_ended") // after a week, however busy
	})
}

// The time of the last request is written once a minute, not at every request.
func TestSeenIsWrittenOnceAMinute(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		token, who := h.signIn("admin@node.example")
		seen := func() time.Time {
			must(h.Session(h.Context(), token))
			for _, s := range must(h.Sessions(h.Context(), who)) {
				if s.Here {
					return s.Seen
				}
			}
			t.Fatal("the session is not listed")
			return time.Time{}
		}
		first := seen()
		h.pass(seenEvery / 2)
		if got := seen(); !got.Equal(first) {
			t.Errorf("written after half a minute: %s, %s", first, got)
		}
		h.pass(seenEvery)
		if got := seen(); !got.After(first) {
			t.Error("not written after more than a minute")
		}
	})
}

// Who asks is one reading, and what has been taken away holds from the next request on.
func TestTakenAwayHoldsFromTheNextRequest(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		a := h.joins(h.admin, "a@ah.example", "", Grant{Role: "finance", Region: ah}, Grant{Role: "science", Region: ah})
		token, _ := h.signIn("a@ah.example")
		h.ok(h.Revoke(h.Context(), h.admin, a.Grants[0].ID))
		if got := spell(must(h.Session(h.Context(), token)).Grants); got != "science@340000" {
			t.Errorf("holds %q", got)
		}
		h.ok(h.Revoke(h.Context(), h.admin, a.Grants[1].ID))
		who := must(h.Session(h.Context(), token))
		if who.Person != a.Person || len(who.Grants) != 0 {
			t.Errorf("got %+v", who)
		}
		h.ok(h.Grant(h.Context(), h.admin, a.Person, Grant{Role: "auditor", Region: ah}))
		h.ok(h.Grant(h.Context(), h.admin, a.Person, Grant{Role: "auditor", Region: ah})) // held already
		if got := spell(must(h.Session(h.Context(), token)).Grants); got != "auditor@340000" {
			t.Errorf("holds %q", got)
		}
		h.ok(h.SetActive(h.Context(), h.admin, a.Person, false))
		_, err := h.Session(h.Context(), token)
		h.refused(err, "access.session_ended")
		h.ok(h.SetActive(h.Context(), h.admin, a.Person, true))
		_, err = h.Session(h.Context(), token)
		h.refused(err, "access.session_ended") // ended is ended
	})
}

// Somebody who signed in without a code and is given a desk then has to show one.
func TestRoleThatAsksForCodesWeakensAnOpenSession(t *testing.T) {
	each(t, Config{}, func(h *house) {
		h.joins(h.admin, "m@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		token, who := h.signIn("m@a.example")
		if who.Strong || who.Needs != Done {
			t.Fatalf("got %+v", who)
		}
		secret, _, err := h.NewToken(h.Context(), who, "nightly export", []Permission{CaseRead}, time.Hour)
		h.ok(err)
		h.ok(h.Grant(h.Context(), h.admin, who.Person, Grant{Role: "finance", Region: ah}))
		for _, from := range []string{token, secret} {
			who = must(h.Session(h.Context(), from))
			if !who.Anonymous() || who.Needs != NeedsSeed {
				t.Errorf("got %+v", who)
			}
			h.refused(MaySomewhere(who, CaseRead), "access.seed_needed")
		}
		other, _ := h.signIn("m@a.example") // sets codes up
		if who := must(h.Session(h.Context(), other)); !who.Strong {
			t.Errorf("got %+v", who)
		}
		who = must(h.Session(h.Context(), token))
		if who.Needs != NeedsCode {
			t.Fatalf("got %+v", who)
		}
		_, _, err = h.GiveCode(h.Context(), token, "000000")
		h.refused(err, "access.code_wrong")
		h.pass(codeStep)
		fresh, who, err := h.GiveCode(h.Context(), token, h.code("m@a.example"))
		h.ok(err)
		if who.Needs != Done || must(h.Session(h.Context(), fresh)).Person != who.Person {
			t.Errorf("got %+v", who)
		}
		_, err = h.Session(h.Context(), token)
		h.refused(err, "access.session_ended")
	})
}

func TestListAndEndSessions(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		h.joins(h.admin, "a@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		b := h.joins(h.admin, "b@b.example", orgB, Grant{Role: "org_admin", Org: orgB})
		token, here := h.signIn("a@a.example")
		other, _ := h.signIn("a@a.example")
		all := must(h.Sessions(h.Context(), here))
		if len(all) != 3 || all[0].Here || !all[1].Here || all[1].Addr != "192.0.2.1" || all[1].Agent != "test" {
			t.Errorf("got %+v", all)
		}
		h.refused(h.EndSession(h.Context(), b, all[0].ID), "access.not_found") // somebody else's
		h.refused(h.EndSession(h.Context(), here, "NONE"), "access.not_found")
		h.refused(h.EndSession(h.Context(), Actor{}, "NONE"), "access.sign_in")
		h.ok(h.EndSession(h.Context(), here, all[0].ID))
		_, err := h.Session(h.Context(), other)
		h.refused(err, "access.session_ended")
		if n := must(h.EndOtherSessions(h.Context(), here)); n != 1 {
			t.Errorf("ended %d", n)
		}
		must(h.Session(h.Context(), token))
		h.ok(h.EndSession(h.Context(), h.admin, all[1].ID))
		_, err = h.Session(h.Context(), token)
		h.refused(err, "access.session_ended")
	})
}

func TestPersonWithoutARole(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		a := h.joins(h.admin, "a@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		h.ok(h.Revoke(h.Context(), h.admin, a.Grants[0].ID))
		who := h.in("a@a.example")
		if who.Anonymous() || len(who.Grants) != 0 {
			t.Errorf("got %+v", who)
		}
		must(h.Sessions(h.Context(), who)) // what is their own
		h.refused(May(who, CaseCreate, Scope{Org: orgA}), "access.denied")
	})
}

// No secret stands in the database: neither a session's, nor a link's, nor an API token's, nor a password.
func TestSecretsAreKeptAsDigests(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		session, who := h.signIn("admin@node.example")
		link, _, err := h.Invite(h.Context(), h.admin, Invitation{Email: "a@a.example", Name: "A (synthetic)", Org: orgA, Roles: []Grant{{Role: "org_member", Org: orgA}}})
		h.ok(err)
		token, _, err := h.NewToken(h.Context(), who, "export", []Permission{CaseRead}, time.Hour)
		h.ok(err)
		for _, secret := range []string{session, link, token, pass} {
			for _, column := range []string{
				"SELECT count(*) FROM access_session WHERE hash = $1 OR id = $1",
				"SELECT count(*) FROM access_link WHERE hash = $1",
				"SELECT count(*) FROM access_token WHERE hash = $1 OR id = $1",
				"SELECT count(*) FROM access_person WHERE password = $1",
				"SELECT count(*) FROM access_journal WHERE replace(detail, $1, '') <> detail OR replace(object, $1, '') <> object",
			} {
				h.ok(h.db.Read(h.Context(), func(tx *db.Tx) error {
					var n int
					if err := tx.QueryRow(h.Context(), column, secret).Scan(&n); err != nil {
						return err
					}
					if n != 0 {
						t.Errorf("%s finds a secret", column)
					}
					return nil
				}))
			}
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		h.refused(try(h.SignIn(h.Context(), SignIn{Email: "nobody@a.example", Password: pass})), "access.wrong")
		h.ok(h.Sweep(h.Context()))
		if n := h.count("access_session") + h.count("access_link") + h.count("access_throttle"); n != 4 {
			t.Errorf("a sweep took what still counts: %d left", n)
		}
		h.pass(keepsEnded + sessionLifeMax + time.Hour)
		h.ok(h.Sweep(h.Context()))
		if n := h.count("access_session") + h.count("access_link") + h.count("access_throttle"); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

func try(_ string, _ Actor, err error) error { return err }

func (h *house) count(table string) (n int) {
	h.ok(h.db.Read(h.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(h.Context(), "SELECT count(*) FROM "+table).Scan(&n)
	}))
	return n
}

// A node that cannot write still knows who asks.
func TestSessionWithoutWriting(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		if h.db.Dialect() != "sqlite" {
			return
		}
		token, _ := h.signIn("admin@node.example")
		h.ok(h.db.Act(h.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(h.Context(), "CREATE TRIGGER full BEFORE UPDATE ON access_session BEGIN SELECT RAISE(ABORT, 'disk full'); END")
			return err
		}))
		h.pass(2 * seenEvery)
		if who, err := h.Session(h.Context(), token); err != nil || who.Anonymous() {
			t.Errorf("got %+v, %v", who, err)
		}
	})
}

// BenchmarkSession is what every request pays to know who asks.
func BenchmarkSession(b *testing.B) {
	s := must(New(Config{DB: dbtest.Open(b, nil), NoCodes: true}))
	if err := s.AcceptFirst(b.Context(), must(s.FirstAdmin(b.Context())), "a@node.example", "A (synthetic)", pass); err != nil {
		b.Fatal(err)
	}
	token, _, err := s.SignIn(b.Context(), SignIn{Email: "a@node.example", Password: pass})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		must(s.Session(b.Context(), token))
	}
}
