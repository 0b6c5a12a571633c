package access

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"corridor/internal/fault"
)

const comesBack = "http://127.0.0.1/signin/city"

// realProvider runs the example provider of zitadel/oidc over real HTTP. Its people are test-user@127.0.0.1 and test-user2.
func realProvider(t *testing.T) (issuer string) {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	issuer = server.URL + "/"
	storage.RegisterClients(storage.WebClient("corridor", "a client secret", comesBack))
	handler = exampleop.SetupServer(issuer, storage.NewStorage(storage.NewUserStore(issuer)), slog.New(slog.DiscardHandler), false)
	return issuer
}

// provided is a Config with the real provider.
func provided(t *testing.T, change func(*Provider)) Config {
	p := Provider{ID: "city", Name: fault.Words{"城市统一身份", "City sign-in"}, Issuer: realProvider(t), ClientID: "corridor",
		ClientSecret: "a client secret", RedirectURL: comesBack}
	if change != nil {
		change(&p)
	}
	return Config{Providers: []Provider{p}}
}

// signsInAt plays the browser: it goes where Leave said, gives name and password there, and stops where it is sent back.
func (h *house) signsInAt(address, name string) (back Returned) {
	h.Helper()
	here := errors.New("back")
	browser := &http.Client{Jar: must(cookiejar.New(nil)), CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), comesBack) {
			return nil
		}
		q := r.URL.Query()
		back = Returned{Provider: "city", State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error"), Issuer: q.Get("iss"), Addr: "192.0.2.1", Agent: "test"}
		return here
	}}
	page := must(browser.Get(address))
	defer page.Body.Close()
	id := page.Request.URL.Query().Get("authRequestID")
	if id == "" {
		h.Fatalf("no sign-in page at the provider: %s %s", page.Status, must(io.ReadAll(page.Body)))
	}
	form := url.Values{"id": {id}, "username": {name}, "password": {"verysecure"}}
	if _, err := browser.PostForm(page.Request.URL.String(), form); !errors.Is(err, here) {
		h.Fatalf("did not come back: %v", err)
	}
	return back
}

// through signs somebody in through the provider.
func (h *house) through(who Actor, invitation, name string) (token string, got Actor, err error) {
	h.Helper()
	address, ticket, err := h.Leave(h.Context(), who, "city", invitation)
	h.ok(err)
	back := h.signsInAt(address, name)
	back.Ticket = ticket
	return h.Return(h.Context(), back)
}

const alice, bob = "test-user@127.0.0.1", "test-user2" // at the provider; synthetic

func TestInvitationThroughAProvider(t *testing.T) {
	each(t, provided(t, nil), func(h *house) {
		member := []Grant{{Role: "org_member", Org: orgA}}
		_, _, err := h.through(Actor{}, "", alice)
		h.refused(err, "access.identity_unknown") // an identity gives nobody an account

		invitation, p, err := h.Invite(h.Context(), h.admin, Invitation{Email: "a@a.example", Name: "A (synthetic)", Org: orgA, Roles: member})
		h.ok(err)
		token, who, err := h.through(Actor{}, invitation, alice)
		h.ok(err)
		if who.Person != p.ID || must(h.Session(h.Context(), token)).Person != p.ID {
			t.Errorf("got %+v", who)
		}
		_, who, err = h.through(Actor{}, "", alice)
		h.ok(err)
		if who.Person != p.ID {
			t.Errorf("got %+v", who)
		}

		// The link is used, and the identity belongs to one account.
		_, _, err = h.Leave(h.Context(), Actor{}, "city", invitation)
		h.refused(err, "access.link_gone")
		invitation, _, err = h.Invite(h.Context(), h.admin, Invitation{Email: "b@a.example", Name: "B (synthetic)", Org: orgA, Roles: member})
		h.ok(err)
		_, _, err = h.through(Actor{}, invitation, alice)
		h.refused(err, "access.identity_taken")
		_, _, err = h.through(Actor{}, invitation, bob)
		h.ok(err) // a refused try did not use the link up

		// There is no password to guess, and the only way in stays.
		_, _, err = h.SignIn(h.Context(), SignIn{Email: "a@a.example", Password: ""})
		h.refused(err, "access.wrong")
		accounts := must(h.Accounts(h.Context(), who))
		h.refused(h.Unlink(h.Context(), who, accounts[0]), "access.last_way_in")

		h.ok(h.SetActive(h.Context(), h.admin, who.Person, false))
		_, _, err = h.through(Actor{}, "", alice)
		h.refused(err, "access.identity_unknown")
	})
}

// An officer links an identity; what the provider does not tell of a second factor is asked for here.
func TestProviderAndACode(t *testing.T) {
	each(t, provided(t, nil), func(h *house) {
		_, _, err := h.through(h.admin, "", bob)
		h.ok(err)
		token, who, err := h.through(Actor{}, "", bob)
		h.ok(err)
		if !who.Anonymous() || who.Needs != NeedsCode {
			t.Fatalf("got %+v", who)
		}
		h.refused(MaySomewhere(must(h.Session(h.Context(), token)), PeopleManage), "access.code_needed")
		h.pass(codeStep)
		token, who, err = h.GiveCode(h.Context(), token, h.code("admin@node.example"))
		h.ok(err)
		if who.Person != h.admin.Person {
			t.Errorf("got %+v", who)
		}
		h.ok(MaySomewhere(must(h.Session(h.Context(), token)), PeopleManage))

		h.ok(h.Unlink(h.Context(), who, must(h.Accounts(h.Context(), who))[0])) // there is a password
		_, _, err = h.through(Actor{}, "", bob)
		h.refused(err, "access.identity_unknown")
	})
}

// Where the Config says so, the provider's word for a second factor counts. (The example provider says pwd.)
func TestProviderThatTellsOfASecondFactor(t *testing.T) {
	each(t, provided(t, func(p *Provider) { p.Strong = []string{"pwd"} }), func(h *house) {
		_, _, err := h.through(h.admin, "", bob)
		h.ok(err)
		_, who, err := h.through(Actor{}, "", bob)
		h.ok(err)
		if who.Person != h.admin.Person || !who.Strong {
			t.Errorf("got %+v", who)
		}
	})
}

// What comes back must be what left from this browser, once, in time and from the same provider.
func TestWhatComesBackIsChecked(t *testing.T) {
	each(t, provided(t, nil), func(h *house) {
		_, _, err := h.through(h.admin, "", alice)
		h.ok(err)
		address, ticket, err := h.Leave(h.Context(), Actor{}, "city", "")
		h.ok(err)
		_, another, err := h.Leave(h.Context(), Actor{}, "city", "")
		h.ok(err)
		good := h.signsInAt(address, alice)
		good.Ticket = ticket
		for what, change := range map[string]func(*Returned){
			"another browser's ticket": func(r *Returned) { r.Ticket = another },
			"no ticket":                func(r *Returned) { r.Ticket = "" },
			"the state as ticket":      func(r *Returned) { r.Ticket = r.State },
			"another state":            func(r *Returned) { r.State = stateOf(another) },
		} {
			r := good
			change(&r)
			if _, _, err := h.Return(h.Context(), r); fault.CodeOf(err) != "access.provider_state" {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, _, err = h.Return(h.Context(), good)
		h.ok(err)
		_, _, err = h.Return(h.Context(), good)
		h.refused(err, "access.provider_state") // once

		for _, x := range []struct {
			change func(*Returned)
			code   string
		}{
			{func(r *Returned) { r.Code = "made up" }, "access.provider_failed"},
			{func(r *Returned) { r.Issuer = "https://another.example" }, "access.provider_state"},
			{func(r *Returned) { r.Error = "access_denied" }, "access.provider_refused"},
			{func(r *Returned) { r.Provider = "none" }, "access.provider_unknown"},
			{func(*Returned) { h.pass(providerStateMax + time.Second) }, "access.provider_state"},
		} {
			address, ticket, err := h.Leave(h.Context(), Actor{}, "city", "")
			h.ok(err)
			r := h.signsInAt(address, alice)
			r.Ticket = ticket
			x.change(&r)
			_, _, err = h.Return(h.Context(), r)
			h.refused(err, x.code)
		}
	})
}

// A code of one sign-in does not finish another: the verifier of PKCE and the nonce are of their own trip.
func TestCodesAreNotSwapped(t *testing.T) {
	each(t, provided(t, nil), func(h *house) {
		_, _, err := h.through(h.admin, "", alice)
		h.ok(err)
		first, mine, err := h.Leave(h.Context(), Actor{}, "city", "")
		h.ok(err)
		second, _, err := h.Leave(h.Context(), Actor{}, "city", "")
		h.ok(err)
		r := h.signsInAt(first, alice)
		r.Ticket = mine
		r.Code = h.signsInAt(second, alice).Code
		_, _, err = h.Return(h.Context(), r)
		h.refused(err, "access.provider_failed")
	})
}

func TestProviderThatIsGone(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	each(t, provided(t, func(p *Provider) { p.Issuer = gone.URL }), func(h *house) {
		_, _, err := h.Leave(h.Context(), Actor{}, "city", "")
		h.refused(err, "access.provider_failed")
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %s", fault.KindOf(err))
		}
		_, _, err = h.Leave(h.Context(), Actor{}, "none", "")
		h.refused(err, "access.provider_unknown")
	})
}

func TestProvidersAreChecked(t *testing.T) {
	good := Provider{ID: "city", Issuer: "https://id.example", ClientID: "c", RedirectURL: comesBack}
	for what, change := range map[string]func(*Provider){
		"a bad id":         func(p *Provider) { p.ID = "City SSO" },
		"no issuer":        func(p *Provider) { p.Issuer = "" },
		"no client":        func(p *Provider) { p.ClientID = "" },
		"no way back":      func(p *Provider) { p.RedirectURL = "" },
		"no transport key": func(p *Provider) { p.Issuer = "http://id.example" },
	} {
		p := good
		change(&p)
		if _, err := newProviders([]Provider{p}, nil); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	if _, err := newProviders([]Provider{good, good}, nil); err == nil {
		t.Error("the same provider twice was taken")
	}
	s := must(New(Config{DB: bare(t, Config{}).db, Providers: []Provider{good}}))
	if all := s.Providers(); len(all) != 1 || all[0].ClientID != "" {
		t.Errorf("got %+v", all)
	}
}
