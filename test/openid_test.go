package test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// said collects what a process prints.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// served is `corridor serve` with a configuration of its own.
type served struct {
	t    *testing.T
	site string
	out  said // what it prints
	log  said // its log, at its most talkative
}

func serve(t *testing.T, more string) *served {
	t.Helper()
	s := &served{t: t, site: fmt.Sprintf("http://127.0.0.1:%d", freePorts(t))}
	dir := t.TempDir()
	config := filepath.Join(dir, "node.yaml")
	text := "code: \"340000\"\nseal: 皖\nname: [安徽节点, Anhui node]\ncommunity: [演示共同体, Demonstration community]\norigin: log.example/34\nsecure: false\nlog_level: debug\n" +
		fmt.Sprintf("dir: %s\naddress: %s\nsite: %s\n", dir, strings.TrimPrefix(s.site, "http://"), s.site) + more
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "client.secret"), []byte("a client secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(binary, "key", "log.example/34", "--out", filepath.Join(dir, "log.key")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c := exec.Command(binary, "serve", "--config", config)
	c.Stdout, c.Stderr = &s.out, &s.log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			t.Errorf("the node ended with %v:\n%s", err, s.log.String())
		}
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get(s.site + "/healthz"); err == nil {
			r.Body.Close()
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("the node does not answer:\n%s%s", s.out.String(), s.log.String())
		}
	}
}

// browser is one person's.
type browser struct {
	s *served
	http.Client
}

func (s *served) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// page is what a request is answered with in the end, and where that is.
func (b *browser) page(r *http.Response, err error) (text, at string) {
	b.s.t.Helper()
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	if r.StatusCode >= 400 {
		b.s.t.Fatalf("%s %s: %s\n%s", r.Request.Method, r.Request.URL, r.Status, body)
	}
	return html.UnescapeString(string(body)), r.Request.URL.String()
}

func (b *browser) get(path string) (text, at string) {
	b.s.t.Helper()
	return b.page(b.Get(b.s.site + path))
}

func (b *browser) post(path string, pairs ...string) (text, at string) {
	b.s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.page(b.PostForm(b.s.site+path, form))
}

func (s *served) find(pattern, text string) string {
	s.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		s.t.Fatalf("no %s in:\n%s", pattern, text)
	}
	return m[1]
}

// TestAPersonComesInThroughAProviderAndNoSecretIsLogged plays the first administrator, who takes the one-time link, sets up
// codes and invites somebody; that person takes the invitation up through the example provider of zitadel/oidc. The log
// of the process, at its most talkative, holds none of the secrets that went over the line.
func TestAPersonComesInThroughAProviderAndNoSecretIsLogged(t *testing.T) {
	var handler http.Handler
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer provider.Close()
	issuer := provider.URL + "/"
	s := serve(t, "secret: a secret of this node alone, long enough\nopenid:\n  - {id: city, name: [城市身份, City sign-in], issuer: \""+issuer+"\", client_id: corridor, secret_file: DIR/client.secret}\n")
	storage.RegisterClients(storage.WebClient("corridor", "a client secret", s.site+"/signin/city"))
	handler = exampleop.SetupServer(issuer, storage.NewStorage(storage.NewUserStore(issuer)), slog.New(slog.DiscardHandler), false)

	const password = "the password of the administrator"
	first := s.find(`welcome\?first&token=(\S+)`, s.out.String())
	admin := s.browser()
	admin.get("/welcome?first&token=" + first)
	admin.post("/welcome", "first", "yes", "token", first, "email", "admin@node.example", "name", "管理员", "password", password)
	if _, at := admin.post("/signin", "email", "admin@node.example", "password", password); !strings.HasSuffix(at, "/enrol") {
		t.Fatalf("after the password the administrator is at %s", at)
	}
	page, _ := admin.post("/enrol")
	seed := s.find(`<code>([A-Z2-7]{16,})</code>`, page)
	code, err := totp.GenerateCode(seed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	admin.post("/enrol", "code", code)
	page, _ = admin.post("/people", "email", "member@firm.example", "name", "甲", "org", "91340100MA0DEMQ19B", "role", "org_member")
	invitation := s.find(`/welcome\?token=([\w-]+)`, page)

	member := s.browser()
	if page, _ := member.get("/signin?lang=en"); !strings.Contains(page, "City sign-in") || !strings.Contains(page, `href="/signin/city/leave"`) {
		t.Error("the sign-in page has no button of the provider")
	}
	page, _ = member.get("/welcome?token=" + invitation)
	leave := s.find(`href="(/signin/city/leave\?token=[^"]+)"`, page)
	_, at := member.get(leave)
	there, err := url.Parse(at)
	if err != nil || there.Query().Get("authRequestID") == "" {
		t.Fatalf("the provider asks nothing at %s", at)
	}
	page, at = member.page(member.PostForm(at, url.Values{"id": {there.Query().Get("authRequestID")}, "username": {"test-user@127.0.0.1"}, "password": {"verysecure"}}))
	if !strings.HasPrefix(at, s.site) || !strings.Contains(page, "甲") {
		t.Fatalf("the member came back to %s:\n%s", at, page)
	}
	if page, _ := member.get("/account"); !strings.Contains(page, issuer) {
		t.Error("the account does not show the provider")
	}

	// Wrong ones, too, and a token of the API, leave nothing.
	member.PostForm(s.site+"/signin", url.Values{"email": {"admin@node.example"}, "password": {"a wrong password, typed"}, "code": {"918273"}})
	r, _ := http.NewRequest("GET", s.site+"/api/v1/journal", nil)
	r.Header.Set("Authorization", "Bearer a-token-that-nobody-has")
	if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token that nobody has: %v %v", answer, err)
	}
	log := s.log.String()
	for _, secret := range []string{password, "a wrong password, typed", "918273", first, invitation, seed, code, "a client secret", "verysecure", "a secret of this node", "a-token-that-nobody-has", "PRIVATE+KEY"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	node, _ := url.Parse(s.site)
	for _, b := range []*browser{admin, member} {
		for _, c := range b.Jar.Cookies(node) {
			if len(c.Value) > 8 && strings.Contains(log, c.Value) {
				t.Errorf("the log holds the cookie %s", c.Name)
			}
		}
	}
	if !strings.Contains(log, `"msg":"refused"`) || !strings.Contains(log, `"path":"/welcome"`) {
		t.Errorf("the log does not say what was asked and refused:\n%s", log)
	}
}
