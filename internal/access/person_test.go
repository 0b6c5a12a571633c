package access

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

func TestChangePassword(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		h.joins(h.admin, "a@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		token, who := h.signIn("a@a.example")
		other, _ := h.signIn("a@a.example")
		h.refused(h.ChangePassword(h.Context(), who, "a wrong pass phrase", "another pass phrase 2"), "access.confirm_wrong")
		h.refused(h.ChangePassword(h.Context(), who, pass, "short"), "access.password_short")
		h.refused(h.ChangePassword(h.Context(), Actor{}, pass, "another pass phrase 2"), "access.sign_in")
		h.ok(h.ChangePassword(h.Context(), who, pass, "another pass phrase 2"))
		must(h.Session(h.Context(), token))
		_, err := h.Session(h.Context(), other)
		h.refused(err, "access.session_ended")
		_, _, err = h.SignIn(h.Context(), SignIn{Email: "a@a.example", Password: pass})
		h.refused(err, "access.wrong")
		for range freeAccount + 1 {
			h.refused(h.ChangePassword(h.Context(), who, pass, "another pass phrase 3"), "access.confirm_wrong")
		}
		h.refused(h.ChangePassword(h.Context(), who, pass, "another pass phrase 3"), "access.throttled")
	})
}

func TestCorrect(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		c := h.cast()
		for _, x := range []struct {
			who, whom Actor
			c         Correction
			code      string
		}{
			{c.member, c.member, Correction{Name: "Another (synthetic)"}, ""},
			{c.member, c.member, Correction{Email: "new@a.example"}, "access.confirm_wrong"},
			{c.member, c.member, Correction{Email: "new@a.example", Password: pass}, ""},
			{c.member, c.member, Correction{Email: "admin@a.example", Password: pass}, "access.email_taken"},
			{c.member, c.member, Correction{Email: "none", Password: pass}, "access.email"},
			{c.member, c.member, Correction{Org: orgB}, "access.org_beyond"},
			{c.member, c.b, Correction{Name: "X"}, "access.not_found"},
			{c.region, c.officer, Correction{Name: "Officer (synthetic)", Email: "o2@ah.example"}, ""},
			{c.region, c.member, Correction{Name: "X"}, "access.not_found"},
			{h.admin, c.member, Correction{Org: orgB}, ""},
			{Actor{}, c.member, Correction{Name: "X"}, "access.sign_in"},
		} {
			err := h.Correct(h.Context(), x.who, x.whom.Person, x.c)
			if x.code == "" {
				h.ok(err)
				continue
			}
			h.refused(err, x.code)
		}
		got := must(h.Person(h.Context(), h.admin, c.member.Person))
		if got.Name != "Another (synthetic)" || got.Email != "new@a.example" || got.Org != orgB {
			t.Errorf("got %+v", got)
		}
		// The journal says what was corrected, not to what.
		auditor := h.joins(h.admin, "audit@node.example", "", Grant{Role: "auditor"})
		page, _, err := h.Journal(h.Context(), auditor, JournalQuery{Act: "person.correct", Object: "person/" + string(c.officer.Person)})
		h.ok(err)
		if len(page) != 1 || page[0].Detail != "name email" || page[0].Person != c.region.Person {
			t.Errorf("got %+v", page)
		}
	})
}

// room stands for a room that keeps something about persons.
type room struct{ erased []unit.ID }

func (r *room) AboutPerson(context.Context, *db.Tx, unit.ID) (map[string]any, error) {
	return map[string]any{"reviews": 2}, nil
}

func (r *room) ErasePerson(_ context.Context, _ *db.Tx, person unit.ID) ([]fault.Words, error) {
	r.erased = append(r.erased, person)
	return []fault.Words{{"评审意见留存", "Reviews are kept"}}, nil
}

func TestExport(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		h.Join("casework", &room{})
		c := h.cast()
		_, _, err := h.NewToken(h.Context(), c.member, "export", []Permission{CaseRead}, time.Hour)
		h.ok(err)
		h.ok(h.Revoke(h.Context(), c.a, c.member.Grants[0].ID))
		h.record(c.member, Entry{Act: "case.create", Object: "case/1"})
		a := must(h.Export(h.Context(), c.member, c.member.Person))
		if a.Person.Email != "member@a.example" || len(a.Past) != 1 || a.Past[0].Ended.IsZero() || len(a.Sessions) != 1 || len(a.Tokens) != 1 ||
			!slices.ContainsFunc(a.Acts, func(l Line) bool { return l.Object == "case/1" }) || a.Rooms["casework"] == nil {
			t.Errorf("got %+v", a)
		}
		text := string(must(json.Marshal(a)))
		for _, secret := range []string{"$argon2id", pass, hashOf(pass)} {
			if strings.Contains(text, secret) {
				t.Errorf("the export holds %q", secret)
			}
		}
		_, err = h.Export(h.Context(), c.officer, c.member.Person)
		h.refused(err, "access.not_found")
		_, err = h.Export(h.Context(), Actor{}, c.member.Person)
		h.refused(err, "access.sign_in")
	})
}

// Erasing takes everything that names a person; what they did stays under their number, and it is said why.
func TestErase(t *testing.T) {
	each(t, Config{}, func(h *house) {
		r := &room{}
		h.Join("casework", r)
		c := cast{
			a:       h.joins(h.admin, "admin@a.example", orgA, Grant{Role: "org_admin", Org: orgA}),
			officer: h.joins(h.admin, "officer@ah.example", "", Grant{Role: "finance", Region: ah}),
		}
		auditor := h.joins(h.admin, "audit@node.example", "", Grant{Role: "auditor"})
		token, officer := h.signIn("officer@ah.example")
		h.record(officer, Entry{Act: "case.approve", Object: "case/1", Region: ah})
		_, err := h.Erase(h.Context(), c.a, officer.Person, "")
		h.refused(err, "access.not_found")
		_, err = h.Erase(h.Context(), h.admin, h.admin.Person, pass)
		h.refused(err, "access.last_admin")
		_, err = h.Erase(h.Context(), officer, officer.Person, "a wrong pass phrase")
		h.refused(err, "access.confirm_wrong")

		kept := must(h.Erase(h.Context(), officer, officer.Person, pass))
		if len(kept) != 3 || !slices.Equal(r.erased, []unit.ID{officer.Person}) {
			t.Errorf("kept %v, erased %v", kept, r.erased)
		}
		_, err = h.Session(h.Context(), token)
		h.refused(err, "access.session_ended")
		_, _, err = h.SignIn(h.Context(), SignIn{Email: "officer@ah.example", Password: pass})
		h.refused(err, "access.wrong")
		_, err = h.Erase(h.Context(), h.admin, officer.Person, "")
		h.refused(err, "access.erased")
		_, err = h.Recover(h.Context(), h.admin, officer.Person)
		h.refused(err, "access.not_active")
		h.refused(h.SetActive(h.Context(), h.admin, officer.Person, true), "access.not_active")
		h.refused(h.Grant(h.Context(), h.admin, officer.Person, Grant{Role: "finance", Region: ah}), "access.not_active")
		page, _, err := h.Journal(h.Context(), auditor, JournalQuery{Object: "case/1"})
		h.ok(err)
		if len(page) != 1 || page[0].Person != officer.Person || page[0].Name != "" {
			t.Errorf("got %+v", page)
		}
		for _, query := range []string{
			"SELECT count(*) FROM access_person WHERE id = $1 AND (name <> '' OR password <> '' OR seed IS NOT NULL OR email <> 'erased:' || id)",
			"SELECT count(*) FROM access_session WHERE person = $1 AND (addr <> '' OR agent <> '' OR ended_at = 0)",
			"SELECT count(*) FROM access_grant WHERE person = $1 AND ended_at = 0",
			"SELECT count(*) FROM access_recovery_code WHERE person = $1",
			"SELECT count(*) FROM access_identity WHERE person = $1",
		} {
			h.ok(h.db.Read(h.Context(), func(tx *db.Tx) error {
				var n int
				err := tx.QueryRow(h.Context(), query, string(officer.Person)).Scan(&n)
				if n != 0 {
					t.Errorf("%s finds %d", query, n)
				}
				return err
			}))
		}
		h.joins(h.admin, "officer@ah.example", "", Grant{Role: "finance", Region: ah}) // the address is free
	})
}
