package access

import (
	"strings"
	"testing"
	"time"
)

func TestAPIToken(t *testing.T) {
	each(t, Config{}, func(h *house) {
		o := h.joins(h.admin, "o@ah.example", "", Grant{Role: "finance", Region: ah})
		secret, made, err := h.NewToken(h.Context(), o, " nightly export ", []Permission{CaseRead, BooksRead}, 24*time.Hour)
		h.ok(err)
		if !strings.HasPrefix(secret, tokenPrefix) || made.Name != "nightly export" {
			t.Errorf("got %q %+v", secret, made)
		}
		who := must(h.Session(h.Context(), secret))
		if !who.Token || who.Person != o.Person || who.Session != string(made.ID) {
			t.Fatalf("got %+v", who)
		}
		for _, x := range []struct {
			perm  Permission
			scope Scope
			code  string
		}{
			{CaseRead, Scope{Region: ah}, ""},
			{BooksRead, Scope{Region: hf}, ""},
			{CaseRead, Scope{Region: sh}, "access.not_found"},  // no more than its owner
			{CaseAct, Scope{Region: ah}, "access.token_scope"}, // no more than its scopes
			{PersonRead, Scope{Person: o.Person}, "access.token_scope"},
			{HomeRead, Scope{}, ""},
		} {
			err := May(who, x.perm, x.scope)
			if x.code == "" {
				h.ok(err)
				continue
			}
			h.refused(err, x.code)
		}

		// A token cannot make tokens, end sessions, manage people or change the account.
		_, _, err = h.NewToken(h.Context(), who, "more", []Permission{CaseRead}, time.Hour)
		h.refused(err, "access.token_scope")
		h.refused(h.SignOut(h.Context(), who), "access.token_scope")
		h.refused(h.EndToken(h.Context(), who, made.ID), "access.token_scope")
		h.refused(h.Correct(h.Context(), who, o.Person, Correction{Name: "X"}), "access.token_scope")
		h.refused(h.ChangePassword(h.Context(), who, pass, "another pass phrase 2"), "access.sign_in")
		h.refused(h.DropCodes(h.Context(), who, "000000"), "access.sign_in")
		_, err = h.NewSeed(h.Context(), who)
		h.refused(err, "access.sign_in")
		_, err = h.Export(h.Context(), who, o.Person)
		h.refused(err, "access.token_scope")
		_, err = h.Erase(h.Context(), who, o.Person, pass)
		h.refused(err, "access.sign_in")

		used := must(h.Tokens(h.Context(), o))
		if len(used) != 1 || used[0].Used.IsZero() {
			t.Errorf("got %+v", used)
		}
		h.pass(24*time.Hour + time.Second)
		_, err = h.Session(h.Context(), secret)
		h.refused(err, "access.session_ended")
	})
}

func TestTokenIsEnded(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		a := h.joins(h.admin, "a@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		b := h.joins(h.admin, "b@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		secret, made, err := h.NewToken(h.Context(), a, "export", []Permission{CaseRead}, time.Hour)
		h.ok(err)
		h.refused(h.EndToken(h.Context(), b, made.ID), "access.not_found")
		h.refused(h.EndToken(h.Context(), a, "NONE"), "access.not_found")
		must(h.Session(h.Context(), secret))
		h.ok(h.EndToken(h.Context(), a, made.ID))
		_, err = h.Session(h.Context(), secret)
		h.refused(err, "access.session_ended")

		secret, _, err = h.NewToken(h.Context(), a, "export", []Permission{CaseRead}, time.Hour)
		h.ok(err)
		h.ok(h.SetActive(h.Context(), h.admin, a.Person, false))
		_, err = h.Session(h.Context(), secret)
		h.refused(err, "access.session_ended")
	})
}

func TestTokenIsChecked(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		for _, x := range []struct {
			name   string
			scopes []Permission
			life   time.Duration
			code   string
		}{
			{"", []Permission{CaseRead}, time.Hour, "access.name"},
			{"export", nil, time.Hour, "access.token_scopes"},
			{"export", []Permission{PeopleManage}, time.Hour, "access.token_scope"},
			{"export", []Permission{"case.destroy"}, time.Hour, "access.token_scope"},
			{"export", []Permission{CaseRead}, 0, "access.token_life"},
			{"export", []Permission{CaseRead}, tokenLifeMax + 1, "access.token_life"},
		} {
			_, _, err := h.NewToken(h.Context(), h.admin, x.name, x.scopes, x.life)
			h.refused(err, x.code)
		}
		for range tokensMax {
			_, _, err := h.NewToken(h.Context(), h.admin, "export", []Permission{CaseRead}, time.Hour)
			h.ok(err)
		}
		_, _, err := h.NewToken(h.Context(), h.admin, "export", []Permission{CaseRead}, time.Hour)
		h.refused(err, "access.tokens_many")
		_, _, err = h.NewToken(h.Context(), Actor{}, "export", []Permission{CaseRead}, time.Hour)
		h.refused(err, "access.sign_in")
	})
}
