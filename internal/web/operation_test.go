package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// golden compares a file at the root of the repository, or writes it with CORRIDOR_UPDATE=1.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "..", filepath.FromSlash(name))
	if os.Getenv("CORRIDOR_UPDATE") == "1" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the program says; run make update and read the diff\n%s", name, diff)
	}
}

func TestGoldenOfOperations(t *testing.T) { golden(t, "api/operations.txt", open(t).s.Operations()) }

func TestGoldenOfOpenAPI(t *testing.T) {
	b, err := open(t).s.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "api/openapi.json", string(b)+"\n")
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("OpenAPI is %s, want 3.1", doc.OpenAPI)
	}
	for _, o := range open(t).s.ops {
		if !strings.HasPrefix(o.Pattern, "/api/v1/") {
			continue
		}
		if _, ok := doc.Paths[o.Pattern][strings.ToLower(o.Method)]; !ok {
			t.Errorf("%s %s is not described", o.Method, o.Pattern)
		}
	}
}

func TestEveryOperationHasAPermissionThatSomebodyHolds(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range open(t).s.ops {
		if len(access.Holders(o.Perm)) == 0 {
			t.Errorf("%s %s asks for %q, which nobody holds", o.Method, o.Pattern, o.Perm)
		}
		if line := o.Method + " " + o.Pattern; seen[line] {
			t.Errorf("%s stands twice", line)
		} else {
			seen[line] = true
		}
	}
}

var wild = regexp.MustCompile(`\{[^}]*\}`)

// address fits a pattern and names nothing that exists.
func address(pattern string) string {
	return wild.ReplaceAllString(strings.ReplaceAll(pattern, "{$}", ""), "0000000000000000000000000A")
}

// rule is the line of the table of permissions.
func rule(t *testing.T, p access.Permission) access.Rule {
	t.Helper()
	i := slices.IndexFunc(access.Rules, func(r access.Rule) bool { return r.Permission == p })
	if i < 0 {
		t.Fatalf("no permission %s", p)
	}
	return access.Rules[i]
}

func TestWhoIsNotSignedInIsToldToSignIn(t *testing.T) {
	h := open(t)
	for _, o := range h.s.ops {
		w := h.ask(o.Method, address(o.Pattern), "", strings.NewReader(""), "Sec-Fetch-Site", "same-origin")
		if rule(t, o.Perm).Open {
			if w.Code == 401 && !strings.Contains(o.Pattern, "sign") && !strings.Contains(o.Pattern, "codes") && o.Pattern != "/code" && o.Pattern != "/enrol" {
				t.Errorf("%s %s is open and answered %d", o.Method, o.Pattern, w.Code)
			}
			continue
		}
		want := 401
		if o.Method == "GET" && !strings.HasPrefix(o.Pattern, "/api/") {
			want = 303
		}
		if w.Code != want {
			t.Errorf("%s %s answered %d to nobody, want %d", o.Method, o.Pattern, w.Code, want)
		}
		if want == 303 && !strings.HasPrefix(w.Header().Get("Location"), "/signin?next=") {
			t.Errorf("%s leads to %s", o.Pattern, w.Header().Get("Location"))
		}
	}
}

func TestWhoMayNotIsRefusedAsTheTableSays(t *testing.T) {
	h := open(t)
	tokens := map[string]string{"expert": h.person("expert@node.example", "expert", ""), "planner": h.person("planner@node.example", "planner", "")}
	refused := 0
	for role, token := range tokens {
		who, err := h.c.Access.Session(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range h.s.ops {
			err := access.MaySomewhere(who, o.Perm)
			if err == nil {
				continue
			}
			refused++
			want := fault.KindOf(err).Status()
			if rule(t, o.Perm).Hidden != (want == 404) {
				t.Errorf("%s: refused with %d, hidden %v", o.Perm, want, rule(t, o.Perm).Hidden)
			}
			if w := h.ask(o.Method, address(o.Pattern), token, strings.NewReader("{}"), "Sec-Fetch-Site", "same-origin", "Content-Type", "application/json"); w.Code != want {
				t.Errorf("%s %s answered %d to %s, want %d", o.Method, o.Pattern, w.Code, role, want)
			}
		}
	}
	if refused < 20 {
		t.Errorf("only %d refusals were tried", refused)
	}
}

func TestARequestOfAnotherSiteIsRefused(t *testing.T) {
	h := open(t)
	token := h.person("", "node_admin", "")
	for _, o := range h.s.ops {
		if o.Method == "GET" {
			continue
		}
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
			w := h.ask(o.Method, address(o.Pattern), token, strings.NewReader("{}"), header...)
			if w.Code != 403 || !strings.Contains(w.Body.String(), "web.cross_site") {
				t.Errorf("%s %s with %v answered %d", o.Method, o.Pattern, header, w.Code)
			}
		}
		if w := h.ask(o.Method, address(o.Pattern), "", strings.NewReader("{}"), "Sec-Fetch-Site", "cross-site", "Authorization", "Bearer "+token); strings.Contains(w.Body.String(), "web.cross_site") {
			t.Errorf("%s %s refused a token for its site", o.Method, o.Pattern)
		}
	}
}

func TestABodyOverTheLimitIsSaidToBeTooLarge(t *testing.T) {
	h := open(t)
	token := h.person("editor@node.example", "editor", "")
	large := strings.Repeat("x", bodyBytesMax+bodySlack+1)
	for _, c := range []struct{ path, kind, body string }{
		{"/signin", "application/x-www-form-urlencoded", "email=" + large},
		{"/api/v1/sign-in", "application/json", `{"email":"` + large + `","password":"x"}`},
		{"/documents", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + strings.Repeat("y", uploadBytesMax) + "\r\n--b--\r\n"},
		{"/api/v1/documents", "application/json", `{"name":"a.txt","text":"` + strings.Repeat("y", uploadBytesMax) + `"}`},
	} {
		w := h.ask("POST", c.path, token, strings.NewReader(c.body), "Content-Type", c.kind)
		if w.Code != 413 || !strings.Contains(w.Body.String(), "MiB") {
			t.Errorf("%s answered %d: %.200s", c.path, w.Code, w.Body)
		}
	}
}

func TestAnUnknownPageIsNotFoundInBothLanguages(t *testing.T) {
	h := open(t)
	for lang, want := range map[string]string{"zh": "没有此页", "en": "There is no such page"} {
		for _, at := range []string{"/nowhere", "/api/v1/nowhere", "/agreements/none", "/static/000000000000/look.css"} {
			w := h.ask("GET", at, "", nil, "Accept-Language", lang)
			if w.Code != 404 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s in %s answered %d: %.200s", at, lang, w.Code, w.Body)
			}
		}
	}
}

func TestEveryAnswerCarriesTheGuardingHeaders(t *testing.T) {
	h := open(t)
	for _, at := range []string{"/", "/nowhere", "/healthz", "/api/v1/systems", "/log/checkpoint"} {
		w := h.ask("GET", at, "", nil)
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", at, w.Header())
		}
	}
}

func TestWhatIsStaticMayBeKeptForEver(t *testing.T) {
	h := open(t)
	for name, at := range h.s.assets {
		w := h.ask("GET", at, "", nil)
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s at %s answered %d, %v", name, at, w.Code, w.Header())
		}
	}
}

// There is one stylesheet, and pages are packed for who unpacks them; who does not gets the same.
func TestPagesAndStyleArePackedForWhoUnpacksThem(t *testing.T) {
	h := open(t)
	if len(regexp.MustCompile(`<link rel="stylesheet"`).FindAllString(h.ask("GET", "/", "", nil).Body.String(), -1)) != 1 {
		t.Error("a page has not one stylesheet")
	}
	for _, at := range []string{"/signin", "/nowhere", h.s.assets["look.css"]} {
		plain := h.ask("GET", at, "", nil, "Accept-Encoding", "br, gzip;q=0")
		packed := h.ask("GET", at, "", nil, "Accept-Encoding", "br, gzip;q=0.8")
		if packed.Code != plain.Code || packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Vary") != "Accept-Encoding" {
			t.Fatalf("%s answered %d %v and %d %v", at, plain.Code, plain.Header(), packed.Code, packed.Header())
		}
		r, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil || string(b) != plain.Body.String() || !bytes.Contains(b, []byte("}\n")) && !bytes.Contains(b, []byte("</html>")) {
			t.Errorf("%s: what is packed is not what is whole: %v", at, err)
		}
	}
}
