package httpsig

import (
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"
	"time"

	"corridor/internal/fault"
)

var now = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

const body = `{"letter": 7}`

var covers = []string{"@method", "@target-uri", "content-digest", "content-type"}

// letter is a signed request, as one node sends another.
func letter(t testing.TB, change func(*Signature)) (Message, ed25519.PublicKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest("POST", "https://31.corridor.example/letters?to=34", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	s := Signature{Covers: covers, Created: now, Expires: now.Add(5 * time.Minute), KeyID: "34.corridor.example", Nonce: "n7", Tag: "corridor-letter"}
	if change != nil {
		change(&s)
	}
	m := Request(r)
	if err := Sign(m, []byte(body), s, private); err != nil {
		t.Fatal(err)
	}
	return m, public
}

func policy(public ed25519.PublicKey) Policy {
	return Policy{Tag: "corridor-letter", Covers: covers, Now: now.Add(time.Minute), AgeMax: 5 * time.Minute, Skew: 30 * time.Second,
		Key: func(id string) (ed25519.PublicKey, bool) { return public, id == "34.corridor.example" }}
}

func TestALetterIsTakenAsItWasSigned(t *testing.T) {
	m, public := letter(t, nil)
	s, err := Verify(m, []byte(body), policy(public))
	if err != nil || s.Nonce != "n7" || s.KeyID != "34.corridor.example" || s.Tag != "corridor-letter" || !s.Created.Equal(now) {
		t.Errorf("%+v, %v", s, err)
	}
	if got := m.Header.Get("Content-Digest"); got != Digest([]byte(body)) || !strings.HasPrefix(got, "sha-256=:") {
		t.Errorf("digest %s", got)
	}
}

func TestALetterThatIsNotIsRefusedByName(t *testing.T) {
	for _, tc := range []struct {
		name, code string
		sign       func(*Signature)
		change     func(*Message, *Policy)
		body       string
	}{
		{"no signature", "missing", nil, func(m *Message, _ *Policy) { m.Header.Del("Signature") }, body},
		{"no input", "missing", nil, func(m *Message, _ *Policy) { m.Header.Del("Signature-Input") }, body},
		{"another label", "missing", nil, func(_ *Message, p *Policy) { p.Label = "other" }, body},
		{"two signatures and no label", "missing", nil, func(m *Message, _ *Policy) { m.Header.Add("Signature-Input", "x=()") }, body},
		{"a broken input", "form", nil, func(m *Message, _ *Policy) { m.Header.Set("Signature-Input", "sig1=(") }, body},
		{"a broken signature", "form", nil, func(m *Message, _ *Policy) { m.Header.Set("Signature", "sig1=:***:") }, body},
		{"another algorithm", "form", nil, func(m *Message, _ *Policy) { replace(m, "Signature-Input", `alg="ed25519"`, `alg="hmac-sha256"`) }, body},
		{"a time that is a text", "form", nil, func(m *Message, _ *Policy) { replace(m, "Signature-Input", ";created=", `;created="x";x=`) }, body},
		{"another kind", "tag", func(s *Signature) { s.Tag = "other" }, nil, body},
		{"the body not covered", "covers", func(s *Signature) { s.Covers = []string{"@method", "@target-uri", "content-type"} }, nil, body},
		{"an unknown key", "key", func(s *Signature) { s.KeyID = "33.corridor.example" }, nil, body},
		{"too old", "time", nil, func(_ *Message, p *Policy) { p.Now = now.Add(6 * time.Minute) }, body},
		{"of the future", "time", nil, func(_ *Message, p *Policy) { p.Now = now.Add(-time.Minute) }, body},
		{"expired", "time", func(s *Signature) { s.Expires = now.Add(10 * time.Second) }, nil, body},
		{"without a time", "time", func(s *Signature) { s.Created = time.Time{} }, nil, body},
		{"another address", "false", nil, func(m *Message, _ *Policy) { m.Query = "to=33" }, body},
		{"another method", "false", nil, func(m *Message, _ *Policy) { m.Method = "PUT" }, body},
		{"another type", "false", nil, func(m *Message, _ *Policy) { m.Header.Set("Content-Type", "text/html") }, body},
		{"a parameter changed", "false", nil, func(m *Message, _ *Policy) { replace(m, "Signature-Input", "n7", "n8") }, body},
		{"a field gone", "form", nil, func(m *Message, _ *Policy) { m.Header.Del("Content-Type") }, body},
		{"another signature", "false", nil, func(m *Message, _ *Policy) { m.Header.Set("Signature", "sig1="+serialize(make([]byte, 64))) }, body},
		{"another body", "digest", nil, nil, `{"letter": 8}`},
		{"another digest", "false", nil, func(m *Message, _ *Policy) { m.Header.Set("Content-Digest", Digest([]byte(`{"letter": 8}`))) }, `{"letter": 8}`},
	} {
		m, public := letter(t, tc.sign)
		p := policy(public)
		if tc.change != nil {
			tc.change(&m, &p)
		}
		_, err := Verify(m, []byte(tc.body), p)
		if got := fault.CodeOf(err); got != "federation.sig_"+tc.code {
			t.Errorf("%s: got %v, want %s", tc.name, err, tc.code)
		}
		if f := fault.Of(err); f != nil && (f.Sentence(fault.EN) == f.Code || strings.Contains(f.Sentence(fault.ZH), "{")) {
			t.Errorf("%s: its sentence is %q", tc.name, f.Sentence(fault.ZH))
		}
	}
}

func replace(m *Message, field, from, to string) {
	m.Header.Set(field, strings.Replace(m.Header.Get(field), from, to, 1))
}

func TestClocksMayDifferALittle(t *testing.T) {
	m, public := letter(t, nil)
	for _, at := range []time.Duration{-30 * time.Second, 0, 5*time.Minute + 30*time.Second} {
		p := policy(public)
		p.Now = now.Add(at)
		if _, err := Verify(m, []byte(body), p); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
}

func TestTwoSignaturesStandSideBySide(t *testing.T) {
	m, public := letter(t, nil)
	second, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Sign(m, []byte(body), Signature{Label: "proxy", Covers: covers, Created: now, KeyID: "proxy", Tag: "corridor-letter"}, private); err != nil {
		t.Fatal(err)
	}
	p := policy(public)
	p.Label = "sig1"
	if _, err := Verify(m, []byte(body), p); err != nil {
		t.Error(err)
	}
	p.Label, p.Key = "proxy", func(string) (ed25519.PublicKey, bool) { return second, true }
	if _, err := Verify(m, []byte(body), p); err != nil {
		t.Error(err)
	}
}

func FuzzVerify(f *testing.F) {
	m, public := letter(f, nil)
	input, sig := m.Header.Get("Signature-Input"), m.Header.Get("Signature")
	f.Add(input, sig)
	f.Add(`a=("x";y=1 "z");b=:YQ==:`, `a=:YQ==:, b=:Yg==:`)
	f.Fuzz(func(t *testing.T, i, s string) {
		m := m
		m.Header = m.Header.Clone()
		m.Header.Set("Signature-Input", i)
		m.Header.Set("Signature", s)
		got, err := Verify(m, []byte(body), policy(public))
		if err == nil && (got.Nonce != "n7" || got.KeyID != "34.corridor.example") {
			t.Errorf("%q %q verifies as %+v", i, s, got)
		}
		if d, err := parseDictionary(i); err == nil {
			for _, x := range d {
				if x.list == nil {
					continue
				}
				again, err := parseDictionary(x.label + "=" + listText(x.list, x.params))
				if err != nil || listText(again[0].list, again[0].params) != listText(x.list, x.params) {
					t.Errorf("%q does not come back: %v", i, err)
				}
			}
		}
	})
}
