package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
)

// rebuilt is the same house with other settings.
func (h *house) rebuilt(change func(*Config)) {
	h.t.Helper()
	change(&h.c)
	var err error
	if h.s, err = New(h.c); err != nil {
		h.t.Fatal(err)
	}
}

func TestASecureNodeGuardsItsCookies(t *testing.T) {
	h := open(t)
	h.person("", "node_admin", "")
	h.rebuilt(func(c *Config) { c.Secure = true })
	w := h.post("/signin", "", url.Values{"email": {"admin@node.example"}, "password": {testPassword}})
	h.wants(w, 303)
	i := slices.IndexFunc(w.Result().Cookies(), func(c *http.Cookie) bool { return c.Name == h.s.cookie() })
	if i < 0 {
		t.Fatal("no cookie is given")
	}
	c := w.Result().Cookies()[i]
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %+v", c)
	}
	if got := w.Header().Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		t.Errorf("Strict-Transport-Security: %q", got)
	}
	if got := h.post("/signout", c.Value, nil).Header().Get("Clear-Site-Data"); !strings.Contains(got, `"cache"`) {
		t.Errorf("Clear-Site-Data: %q", got)
	}
}

func TestEveryAnswerSaysItsType(t *testing.T) {
	h := open(t)
	admin := h.person("", "node_admin", "")
	for _, o := range h.s.ops {
		if o.Method != "GET" {
			continue
		}
		w := h.ask("GET", address(o.Pattern), admin, nil)
		kind := w.Header().Get("Content-Type")
		if w.Body.Len() > 0 && (kind == "" || strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset=utf-8")) {
			t.Errorf("%s answers %d with the type %q", o.Pattern, w.Code, kind)
		}
	}
}

func TestOnlyTheMethodsOfTheTableAnswer(t *testing.T) {
	h := open(t)
	for _, method := range []string{"TRACE", "CONNECT", "PROPFIND"} {
		for _, at := range []string{"/", "/signin", "/api/v1/systems"} {
			if w := h.ask(method, at, "", nil); w.Code != 405 && w.Code != 404 {
				t.Errorf("%s %s answered %d", method, at, w.Code)
			}
		}
	}
}

// What somebody signed in sees is kept by no browser and no proxy; what everybody may keep says so itself.
func TestWhatIsNotPublicIsNotKeptByBrowsers(t *testing.T) {
	h := open(t)
	admin := h.person("", "node_admin", "")
	for _, o := range h.s.ops {
		if o.Method != "GET" || rule(t, o.Perm).Open {
			continue
		}
		w := h.ask("GET", address(o.Pattern), admin, nil)
		if kept := w.Header().Get("Cache-Control"); !strings.Contains(kept, "no-store") && !strings.Contains(kept, "private") {
			t.Errorf("%s answers %d with Cache-Control %q", o.Pattern, w.Code, kept)
		}
	}
}

func TestTheAddressOfWhoAsksIsThatBeforeOurProxies(t *testing.T) {
	ours := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}
	for _, x := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"203.0.113.9:5000", nil, "203.0.113.9"},
		{"203.0.113.9:5000", []string{"192.0.2.1"}, "203.0.113.9"}, // not ours: what it says is its own
		{"127.0.0.1:5000", nil, "127.0.0.1"},
		{"127.0.0.1:5000", []string{"192.0.2.1"}, "192.0.2.1"},
		{"127.0.0.1:5000", []string{"198.51.100.1, 192.0.2.1"}, "192.0.2.1"}, // the first was written by the asker
		{"127.0.0.1:5000", []string{"192.0.2.1, 10.1.1.1"}, "192.0.2.1"},
		{"127.0.0.1:5000", []string{"198.51.100.1", "192.0.2.1, 10.1.1.1"}, "192.0.2.1"},
		{"127.0.0.1:5000", []string{"192.0.2.1, nonsense"}, "127.0.0.1"},
		{"[::ffff:127.0.0.1]:5000", []string{"2001:db8::1"}, "2001:db8::1"},
	} {
		r := httptest.NewRequest("POST", "/signin", nil)
		r.RemoteAddr = x.remote
		r.Header["X-Forwarded-For"] = x.forwarded
		if got := (&Server{c: Config{Proxies: ours}}).from(r); got != x.want {
			t.Errorf("%s with %v is %s, want %s", x.remote, x.forwarded, got, x.want)
		}
	}
}

// A page that was left open does nothing dangerous for whoever sits down before it: it asks who that is, and leads back.
func TestAPageLeftOpenAsksWhoSitsThere(t *testing.T) {
	h := open(t)
	h.person("clerk@firm.example", "org_admin", testFirm)
	h.rebuilt(func(c *Config) {
		strict, err := access.New(access.Config{DB: c.DB, Secret: "test"})
		if err != nil {
			t.Fatal(err)
		}
		c.Access = strict
	})
	firm := h.cookieOf(h.post("/signin", "", url.Values{"email": {"clerk@firm.example"}, "password": {testPassword}}))
	token := url.Values{"name": {"机器"}, "days": {"30"}, "scope": {"case.read"}}
	h.wants(h.post("/account/tokens", firm, token), 200, "corridor_")
	_ = h.c.Clock.Advance(16 * time.Minute)

	w := h.ask("POST", "/account/tokens", firm, strings.NewReader(token.Encode()), "Content-Type", "application/x-www-form-urlencoded",
		"Sec-Fetch-Site", "same-origin", "Referer", "http://example.com/account#tokens")
	h.wants(w, 303)
	if to := w.Header().Get("Location"); to != "/again?next=%2Faccount" {
		t.Fatalf("it leads to %s", to)
	}
	h.wants(h.ask("GET", "/again?next=/account", firm, nil), 200, `type="password"`, `value="/account"`)
	h.wants(h.ask("GET", "/account", firm, nil), 200) // reading goes on
	h.wants(h.call("POST", "/api/v1/account/tokens", firm, `{"name":"x","days":3,"scopes":["case.read"]}`), 401, "access.prove_again")
	h.wants(h.post("/again", firm, url.Values{"password": {"wrong"}, "next": {"/account"}}), 422, "当前密码不对")
	w = h.post("/again", firm, url.Values{"password": {testPassword}, "next": {"/account"}})
	h.wants(w, 303)
	fresh := h.cookieOf(w)
	if fresh == "" || fresh == firm {
		t.Error("the session goes on under the old token")
	}
	h.wants(h.ask("GET", "/account", firm, nil), 303)
	h.wants(h.post("/account/tokens", fresh, token), 200, "corridor_")
	for _, o := range proves {
		method, pattern, _ := strings.Cut(o, " ")
		if !slices.ContainsFunc(h.s.ops, func(x operation) bool { return x.Method == method && x.Pattern == pattern }) {
			t.Errorf("%s is no operation", o)
		}
	}
}
