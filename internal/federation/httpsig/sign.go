package httpsig

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"corridor/internal/fault"
)

const (
	algorithm    = "ed25519"
	defaultLabel = "sig1"
	digestField  = "Content-Digest"
	inputField   = "Signature-Input"
	sigField     = "Signature"
)

// Signature is what a signature says of itself.
type Signature struct {
	Label   string   // "" is sig1
	Covers  []string // components, such as @method, content-digest or @query-param;name="x"
	Created time.Time
	Expires time.Time // zero: not said
	KeyID   string
	Nonce   string // "" is none
	Tag     string // what kind of message it is; "" is none
	Plain   bool   // leaves the algorithm out of the parameters
}

// Digest is the value of Content-Digest for a body (RFC 9530).
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=" + serialize(sum[:])
}

// Sign adds a signature to a message. When it covers content-digest, that field is set from the body. A signature of the same
// label is replaced; others stay.
func Sign(m Message, body []byte, s Signature, key ed25519.PrivateKey) error {
	if s.Label == "" {
		s.Label = defaultLabel
	}
	covered, err := parseCovers(s.Covers)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(covered, func(i item) bool { return i.text == "content-digest" }) && m.Header.Get(digestField) == "" {
		m.Header.Set(digestField, Digest(body))
	}
	p := s.params()
	text, err := m.base(covered, p)
	if err != nil {
		return fmt.Errorf("sign a message: %w", err)
	}
	put(m.Header, inputField, s.Label, listText(covered, p))
	put(m.Header, sigField, s.Label, serialize(ed25519.Sign(key, []byte(text))))
	return nil
}

func (s Signature) params() (p params) {
	if !s.Created.IsZero() {
		p = append(p, param{"created", s.Created.Unix()})
	}
	if !s.Expires.IsZero() {
		p = append(p, param{"expires", s.Expires.Unix()})
	}
	p = append(p, param{"keyid", s.KeyID})
	if !s.Plain {
		p = append(p, param{"alg", algorithm})
	}
	if s.Nonce != "" {
		p = append(p, param{"nonce", s.Nonce})
	}
	if s.Tag != "" {
		p = append(p, param{"tag", s.Tag})
	}
	return p
}

// put sets one member of a dictionary field.
func put(h http.Header, field, label, text string) {
	var parts []string
	for _, m := range h.Values(field) {
		if m = strings.TrimSpace(m); m != "" && !strings.HasPrefix(m, label+"=") {
			parts = append(parts, m)
		}
	}
	h[http.CanonicalHeaderKey(field)] = append(parts, label+"="+text)
}

// parseCovers reads components as they are written in a signature's input, the quotes around the name left off.
func parseCovers(names []string) (out []item, err error) {
	for _, name := range names {
		text, rest, _ := strings.Cut(name, ";")
		i := item{text: text}
		if rest != "" {
			s := &scanner{";" + rest}
			if i.params, err = s.params(); err != nil || s.rest != "" {
				return nil, fmt.Errorf("component %q: %w", name, errField)
			}
		}
		out = append(out, i)
	}
	return out, nil
}

// Policy is what a signature has to be to count.
type Policy struct {
	Label  string                                       // which one; "" takes the only one
	Tag    string                                       // that it has to carry; "" asks for none
	Covers []string                                     // components that it has to cover
	Now    time.Time                                    // of the one who verifies
	AgeMax time.Duration                                // since it was made
	Skew   time.Duration                                // by which clocks may differ
	Key    func(keyid string) (ed25519.PublicKey, bool) // the keys that count now
}

// Verify checks the one signature of a message that the policy is about, and the digest of the body if it is covered. The
// refusals, first that fails: missing, form, tag, covers, key, time, signature, digest.
func Verify(m Message, body []byte, p Policy) (s Signature, err error) {
	refuse := func(code string, cause error, args ...any) (Signature, error) {
		return Signature{}, fault.New(fault.Denied, code, args...).Because(cause)
	}
	input, sig, missing, err := p.find(m.Header)
	if err != nil {
		return refuse("federation.sig_form", err)
	}
	if missing {
		return refuse("federation.sig_missing", nil)
	}
	if s, err = readSignature(input); err != nil {
		return refuse("federation.sig_form", err)
	}
	if s.Tag != p.Tag && p.Tag != "" {
		return refuse("federation.sig_tag", nil, "tag", p.Tag)
	}
	for _, want := range p.Covers {
		if !slices.Contains(s.Covers, want) {
			return refuse("federation.sig_covers", nil, "component", want)
		}
	}
	public, ok := p.Key(s.KeyID)
	if !ok {
		return refuse("federation.sig_key", nil, "key", clip(s.KeyID))
	}
	if late := p.Now.Sub(s.Created); s.Created.IsZero() || late < -p.Skew || late > p.AgeMax+p.Skew || !s.Expires.IsZero() && p.Now.After(s.Expires.Add(p.Skew)) {
		return refuse("federation.sig_time", nil, "created", s.Created.UTC().Format(time.RFC3339), "now", p.Now.UTC().Format(time.RFC3339))
	}
	text, err := m.base(input.list, input.params)
	if err != nil {
		return refuse("federation.sig_form", err)
	}
	if len(sig) != ed25519.SignatureSize || !ed25519.Verify(public, []byte(text), sig) {
		return refuse("federation.sig_false", nil)
	}
	if slices.Contains(s.Covers, "content-digest") && subtle.ConstantTimeCompare([]byte(m.Header.Get(digestField)), []byte(Digest(body))) != 1 {
		return refuse("federation.sig_digest", nil)
	}
	return s, nil
}

// find takes the signature out of the fields of a message.
func (p Policy) find(h http.Header) (input member, sig []byte, missing bool, err error) {
	inputs, err := parseDictionary(strings.Join(h.Values(inputField), ", "))
	if err != nil {
		return member{}, nil, false, err
	}
	sigs, err := parseDictionary(strings.Join(h.Values(sigField), ", "))
	if err != nil {
		return member{}, nil, false, err
	}
	label := p.Label
	if label == "" {
		if len(inputs) != 1 {
			return member{}, nil, true, nil
		}
		label = inputs[0].label
	}
	i := slices.IndexFunc(inputs, func(m member) bool { return m.label == label && m.list != nil })
	k := slices.IndexFunc(sigs, func(m member) bool { return m.label == label && m.bytes != nil })
	if i < 0 || k < 0 {
		return member{}, nil, true, nil
	}
	return inputs[i], sigs[k].bytes, false, nil
}

// readSignature reads the parameters that are known; one of a false type, or an algorithm that is not ours, is an error.
func readSignature(input member) (s Signature, err error) {
	s.Label, s.Plain = input.label, true
	for _, i := range input.list {
		s.Covers = append(s.Covers, i.text+i.params.String())
	}
	for _, x := range input.params {
		text, isText := x.value.(string)
		n, isInt := x.value.(int64)
		ok := isText
		switch x.name {
		case "created":
			s.Created, ok = time.Unix(n, 0).UTC(), isInt
		case "expires":
			s.Expires, ok = time.Unix(n, 0).UTC(), isInt
		case "keyid":
			s.KeyID = text
		case "nonce":
			s.Nonce = text
		case "tag":
			s.Tag = text
		case "alg":
			s.Plain, ok = false, text == algorithm
		default:
			ok = true // signed, and nothing to us
		}
		if !ok {
			return s, fmt.Errorf("parameter %s is not as it should be", x.name)
		}
	}
	return s, nil
}

// clip shortens a text that a refusal shows.
func clip(s string) string {
	const shown = 80
	if len(s) > shown {
		return s[:shown] + "…"
	}
	return s
}
