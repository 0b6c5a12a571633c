package access

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/notice"
)

// post is a courier that keeps what it was given; with a failure it loses it.
type post struct {
	mu      sync.Mutex
	letters []notice.Letter
	failure error
}

func (p *post) Carry(_ context.Context, l notice.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	return p.failure
}

var linkIn = regexp.MustCompile(`https://node\.example/welcome\?token=([A-Za-z0-9_-]+)\n`)

func TestForgottenPassword(t *testing.T) {
	p := &post{}
	each(t, Config{NoCodes: true, Courier: p, Site: "https://node.example/", Issuer: "Test node"}, func(h *house) {
		p.letters = nil
		a := h.joins(h.admin, "a@a.example", orgA, Grant{Role: "org_member", Org: orgA})
		session, who := h.signIn("a@a.example")
		token, _, err := h.NewToken(h.Context(), who, "export", []Permission{CaseRead}, tokenLifeMax)
		h.ok(err)
		h.ok(h.Forgot(h.Context(), "A@a.example", "192.0.2.9"))
		h.ok(h.Forgot(h.Context(), "nobody@a.example", "192.0.2.9")) // the same answer
		h.refused(h.Forgot(h.Context(), "none", "192.0.2.9"), "access.email")
		h.Wait()
		if len(p.letters) != 1 || p.letters[0].Address != "a@a.example" {
			t.Fatalf("got %+v", p.letters)
		}
		text := p.letters[0].Text
		found := linkIn.FindAllStringSubmatch(text, -1)
		if len(found) != 2 || found[0][1] != found[1][1] || !strings.Contains(text, "Test node") || !strings.Contains(text, "72") {
			t.Fatalf("got %q", text)
		}
		h.ok(h.AcceptInvitation(h.Context(), found[0][1], "another pass phrase 2"))
		for _, from := range []string{session, token} {
			_, err := h.Session(h.Context(), from)
			h.refused(err, "access.session_ended")
		}
		_, _, err = h.SignIn(h.Context(), SignIn{Email: a.Email, Password: pass})
		h.refused(err, "access.wrong")
		_, _, err = h.SignIn(h.Context(), SignIn{Email: a.Email, Password: "another pass phrase 2"})
		h.ok(err)

		// The link is no way back for an account that was disabled, and letters are not sent without end.
		h.ok(h.SetActive(h.Context(), h.admin, a.Person, false))
		h.ok(h.Forgot(h.Context(), a.Email, "192.0.2.9"))
		h.Wait()
		if len(p.letters) != 1 {
			t.Errorf("a letter to a disabled account: %+v", p.letters[1:])
		}
		code := ""
		for range freeLetters {
			code = fault.CodeOf(h.Forgot(h.Context(), a.Email, "192.0.2.10"))
		}
		if code != "access.throttled" {
			t.Errorf("letters without end: %q", code)
		}
	})
}

// A letter that cannot leave is the operator's trouble; who asked learns nothing, and the secret is not logged.
func TestLetterThatCannotLeave(t *testing.T) {
	var logged strings.Builder
	p := &post{failure: errors.New("the mail server is gone")}
	each(t, Config{NoCodes: true, Courier: p, Site: "https://node.example", Logger: slog.New(slog.NewTextHandler(&logged, nil))}, func(h *house) {
		logged.Reset()
		p.letters = nil
		h.ok(h.Forgot(h.Context(), "admin@node.example", ""))
		h.Wait()
		token := linkIn.FindStringSubmatch(p.letters[0].Text)[1]
		if got := logged.String(); !strings.Contains(got, "the mail server is gone") || strings.Contains(got, token) || strings.Contains(got, "admin@node.example") {
			t.Errorf("logged %q", got)
		}
	})
}

func TestNodeWithoutACourier(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		h.refused(h.Forgot(h.Context(), "admin@node.example", ""), "access.no_courier")
	})
	if _, err := New(Config{DB: bare(t, Config{}).db, Courier: &post{}}); err == nil {
		t.Error("a courier without the node's address was taken")
	}
}
