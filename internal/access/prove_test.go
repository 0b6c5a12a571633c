package access

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A session is fresh when it is made, for a while; then a proof makes it fresh again under a new token. An API token never is.
func TestASensitiveActAsksForProofAnew(t *testing.T) {
	each(t, Config{Secret: "test"}, func(h *house) {
		const email = "clerk@a.example"
		h.joins(h.admin, email, orgA, Grant{Role: "org_admin", Org: orgA})
		token, who := h.signIn(email)
		now := func(token string) Actor { return must(h.Session(h.Context(), token)) }
		h.ok(Proven(who))
		h.ok(Proven(now(token)))
		h.pass(proofLife + time.Second)
		h.refused(Proven(now(token)), "access.prove_again")
		h.refused(Proven(Actor{Person: who.Person, Token: true, Fresh: true}), "access.person_needed")
		h.ok(Proven(Actor{}))

		_, err := h.Prove(h.Context(), now(token), token, "a wrong pass phrase", "")
		h.refused(err, "access.confirm_wrong")
		h.refused(Proven(now(token)), "access.prove_again")
		fresh, err := h.Prove(h.Context(), now(token), token, pass, "")
		h.ok(err)
		h.ok(Proven(now(fresh)))
		_, err = h.Session(h.Context(), token)
		h.refused(err, "access.session_ended")

		other, _ := h.signIn(email) // a token of another session proves nothing here
		_, err = h.Prove(h.Context(), now(fresh), other, pass, "")
		h.refused(err, "access.session_ended")
		for range freeAccount + 1 {
			_, err = h.Prove(h.Context(), now(fresh), fresh, "a wrong pass phrase", "")
		}
		if err == nil {
			t.Error("a wrong pass phrase proves who somebody is")
		}
		_, err = h.Prove(h.Context(), now(fresh), fresh, pass, "")
		h.refused(err, "access.throttled")

		// Who has set codes up proves themselves by a code, and the password alone is not enough.
		adminToken, _ := h.signIn("admin@node.example")
		h.pass(proofLife + time.Second)
		_, err = h.Prove(h.Context(), now(adminToken), adminToken, pass, "")
		h.refused(err, "access.code_wrong")
		again, err := h.Prove(h.Context(), now(adminToken), adminToken, "", h.code("admin@node.example"))
		h.ok(err)
		h.ok(Proven(now(again)))
	})
}

// A refused sign-in stands in the log of the process, with the address that asked and one digest for one account; never a name, an
// e-mail address, a password, nor a line that somebody else wrote.
func TestARefusedSignInIsLoggedWithoutNames(t *testing.T) {
	var b bytes.Buffer
	each(t, Config{Secret: "test", Logger: slog.New(slog.NewJSONHandler(&b, nil))}, func(h *house) {
		b.Reset()
		for _, email := range []string{"admin@node.example", "Admin@node.example ", "nobody@node.example\n{\"level\":\"forged\"}"} {
			_, _, err := h.SignIn(h.Context(), SignIn{Email: email, Password: "a wrong pass phrase", Addr: "192.0.2.7"})
			h.refused(err, "access.wrong")
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != 3 {
			t.Fatalf("%d lines: %s", len(lines), b.String())
		}
		account := func(line string) string { return line[strings.Index(line, `"account":`):] }
		if account(lines[0]) != account(lines[1]) || account(lines[0]) == account(lines[2]) {
			t.Errorf("an account has no digest of its own: %s", b.String())
		}
		for _, never := range []string{"node.example", "wrong pass", "forged"} {
			if strings.Contains(b.String(), never) {
				t.Errorf("the log says %q: %s", never, b.String())
			}
		}
		if !strings.Contains(lines[0], `"from":"192.0.2.7"`) || !strings.Contains(lines[0], `"code":"access.wrong"`) {
			t.Errorf("the line does not say where from and why: %s", lines[0])
		}
	})
}
