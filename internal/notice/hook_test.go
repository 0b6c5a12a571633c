package notice

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// The example of the Standard Webhooks libraries.
func TestSignatureVector(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// system is one that hears.
type system struct {
	*httptest.Server
	mu     sync.Mutex
	heard  []*http.Request
	bodies [][]byte
	status int
}

func newSystem(t *testing.T) *system {
	s := &system{status: http.StatusNoContent}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		s.heard, s.bodies = append(s.heard, r), append(s.bodies, body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(s.status)
	}))
	t.Cleanup(s.Close)
	return s
}

func (d *desk) hook(h Hook) (made Hook, secret string) {
	d.Helper()
	d.ok(d.db.Act(d.Context(), func(tx *db.Tx) (err error) {
		made, secret, err = d.AddHook(d.Context(), tx, "ADMIN", h)
		return err
	}))
	return made, secret
}

func TestHook(t *testing.T) {
	each(t, Config{HookLocal: true, Site: "https://node.example"}, func(d *desk) {
		s := newSystem(t)
		made, secret := d.hook(Hook{Org: "ORG-A", URL: s.URL + "/in", Kinds: []string{"case"}})
		d.tell(refusal(reviewers))
		other := refusal(reviewers)
		other.Org = "ORG-B"
		d.tell(other)
		other = refusal(reviewers)
		other.Kind = "caseload.high"
		d.tell(other)
		d.work()
		if len(s.heard) != 1 {
			t.Fatalf("heard %d requests", len(s.heard))
		}
		r, body := s.heard[0], s.bodies[0]
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		d.ok(err)
		at, err := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
		d.ok(err)
		if r.Header.Get("webhook-signature") != sign(key, r.Header.Get("webhook-id"), time.Unix(at, 0), body) {
			t.Error("the signature is not of what came")
		}
		var got map[string]any
		d.ok(json.Unmarshal(body, &got))
		data := got["data"].(map[string]any)
		delete(data, "id")
		delete(got, "timestamp")
		if diff := cmp.Diff(map[string]any{"type": "case.refused", "data": map[string]any{"object": "case/1", "org": "ORG-A", "url": "https://node.example/cases/1",
			"title": map[string]any{"zh": "申请未通过", "en": "The application was refused"},
			"text":  map[string]any{"zh": "理由：材料不全", "en": "Reason: papers are missing"}}}, got); diff != "" {
			t.Error(diff)
		}
		if w := d.history("case/1")[2].Letters; len(w) != 1 || w[0].Hook != made.ID || w[0].Sent.IsZero() {
			t.Errorf("got %+v", w)
		}
	})
}

// A hook without an organisation hears everything that the node tells.
func TestHookOfTheNode(t *testing.T) {
	each(t, Config{HookLocal: true}, func(d *desk) {
		s := newSystem(t)
		d.hook(Hook{URL: s.URL})
		for _, org := range []string{"ORG-A", "ORG-B", ""} {
			n := refusal(reviewers)
			n.Org = org
			d.tell(n)
		}
		d.work()
		if len(s.heard) != 3 {
			t.Errorf("heard %d requests", len(s.heard))
		}
	})
}

// A system that fails is asked again under the same id; one that says 410, or whose hook has ended, is not.
func TestHookThatFails(t *testing.T) {
	each(t, Config{HookLocal: true}, func(d *desk) {
		s := newSystem(t)
		made, _ := d.hook(Hook{Org: "ORG-A", URL: s.URL})
		s.status = http.StatusFound // a redirect is followed by nobody
		d.tell(refusal(reviewers))
		d.work()
		s.status = http.StatusOK
		d.pass(time.Hour)
		d.work()
		d.work()
		if len(s.heard) != 2 || s.heard[0].Header.Get("webhook-id") != s.heard[1].Header.Get("webhook-id") || s.heard[1].URL.Path != "/" {
			t.Errorf("heard %d requests", len(s.heard))
		}
		if s.heard[0].Header.Get("webhook-timestamp") == s.heard[1].Header.Get("webhook-timestamp") {
			t.Error("the second attempt has the time of the first")
		}

		s.status = http.StatusGone
		d.tell(refusal(reviewers))
		d.work()
		d.pass(time.Hour)
		d.work()
		if len(s.heard) != 3 {
			t.Errorf("asked again after a 410: %d", len(s.heard))
		}

		d.tell(refusal(reviewers))
		d.ok(d.db.Act(d.Context(), func(tx *db.Tx) error { return d.EndHook(d.Context(), tx, "ADMIN", "ORG-A", made.ID) }))
		d.work()
		if len(s.heard) != 3 {
			t.Error("asked though the hook had ended")
		}
		d.refused(d.db.Act(d.Context(), func(tx *db.Tx) error { return d.EndHook(d.Context(), tx, "ADMIN", "ORG-A", made.ID) }), "notice.not_found")
	})
}

func TestHooksAreChecked(t *testing.T) {
	each(t, Config{}, func(d *desk) {
		add := func(h Hook) error {
			return d.db.Act(d.Context(), func(tx *db.Tx) error {
				_, _, err := d.AddHook(d.Context(), tx, "ADMIN", h)
				return err
			})
		}
		for _, url := range []string{"", "http://x.example/", "https://", "https://u:p@x.example/", "https://x.example/#a", "ftp://x.example/",
			"https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://x.example/" + strings.Repeat("a", hookURLMax)} {
			if err := add(Hook{Org: "ORG-A", URL: url}); err == nil {
				t.Errorf("%s was taken", url)
			}
		}
		d.refused(add(Hook{Org: "ORG-A", URL: "https://x.example/", Kinds: []string{"a b"}}), "notice.hook_kind")
		d.refused(add(Hook{Org: "ORG-A", URL: "https://x.example/", Kinds: make([]string, hookKindsMax+1)}), "notice.hook_kinds")
		for range hooksMax {
			d.ok(add(Hook{Org: "ORG-A", URL: "https://x.example/"}))
		}
		d.refused(add(Hook{Org: "ORG-A", URL: "https://x.example/"}), "notice.hooks_many")
		d.ok(d.db.Read(d.Context(), func(tx *db.Tx) error {
			hooks, err := d.Hooks(d.Context(), tx, "ORG-A")
			if len(hooks) != hooksMax || hooks[0].By != "ADMIN" {
				t.Errorf("got %+v", hooks)
			}
			return err
		}))
		made := Hook{}
		d.ok(d.db.Read(d.Context(), func(tx *db.Tx) error {
			hooks, err := d.Hooks(d.Context(), tx, "ORG-A")
			made = hooks[0]
			return err
		}))
		d.refused(d.db.Act(d.Context(), func(tx *db.Tx) error { return d.EndHook(d.Context(), tx, "ADMIN", "ORG-B", made.ID) }), "notice.not_found")
		d.c.Secret = ""
		d.refused(add(Hook{Org: "ORG-B", URL: "https://x.example/"}), "notice.no_secret")
	})
}

// A request never reaches what stands beside the node, wherever a name leads.
func TestHookStaysOutside(t *testing.T) {
	s := newSystem(t)
	if _, err := OutsideClient(false).Post(s.URL, "text/plain", nil); err == nil || !strings.Contains(err.Error(), errPrivate.Error()) {
		t.Errorf("reached this machine: %v", err)
	}
	if _, err := OutsideClient(false).Post(strings.Replace(s.URL, "127.0.0.1", "localhost", 1), "text/plain", nil); err == nil {
		t.Error("reached this machine by name")
	}
	for ip, want := range map[string]bool{
		"8.8.8.8": true, "2001:4860:4860::8888": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false,
		"fe80::1": false, "fc00::1": false, "::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false, "198.18.0.1": false,
	} {
		if got := Public(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s: public is %t", ip, got)
		}
	}
	if len(s.heard) != 0 {
		t.Error("something was heard")
	}
}

// The secret of a hook stands in the database only encrypted, for its hook and with the node's secret.
func TestSecretOfAHookIsSealed(t *testing.T) {
	each(t, Config{HookLocal: true}, func(d *desk) {
		_, secret := d.hook(Hook{Org: "ORG-A", URL: "http://127.0.0.1:1/"})
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		d.ok(err)
		d.ok(d.db.Read(d.Context(), func(tx *db.Tx) error {
			hooks, err := d.Hooks(d.Context(), tx, "ORG-A")
			if err != nil {
				return err
			}
			h := hooks[0]
			if strings.Contains(string(h.sealed), string(key)) {
				t.Error("the secret can be read")
			}
			if got, err := d.unseal(h.ID, h.sealed); err != nil || string(got) != string(key) {
				t.Errorf("it does not open: %v", err)
			}
			if _, err := d.unseal(unit.ID("ANOTHER"), h.sealed); err == nil {
				t.Error("it opens for another hook")
			}
			return nil
		}))
	})
}
