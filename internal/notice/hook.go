package notice

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Hook is a system of an organisation that hears what the organisation is told. Without an organisation it hears
// everything that this node tells.
type Hook struct {
	ID          unit.ID
	Org         string
	URL         string
	Kinds       []string // "case" hears case.refused too; none is all
	By          unit.ID  // who made it
	Made, Ended time.Time
	sealed      []byte
}

// secretPrefix tells the secret of a hook, as Standard Webhooks writes it.
const secretPrefix = "whsec_"

// AddHook makes a hook in the caller's act, and returns the secret that its requests are signed with, once. The caller has
// asked access whether by may.
func (s *Service) AddHook(ctx context.Context, tx *db.Tx, by unit.ID, h Hook) (Hook, string, error) {
	if s.c.Secret == "" {
		return h, "", fault.New(fault.Unavailable, "notice.no_secret")
	}
	if err := CheckOutside(h.URL, s.c.HookLocal); err != nil {
		return h, "", err
	}
	if len(h.Kinds) > hookKindsMax {
		return h, "", fault.New(fault.TooLarge, "notice.hook_kinds", "most", hookKindsMax).On("kinds")
	}
	for _, k := range h.Kinds {
		if !kindForm.MatchString(k) && !kindForm.MatchString(k+".x") {
			return h, "", fault.New(fault.Invalid, "notice.hook_kind", "kind", k).On("kinds")
		}
	}
	there, err := s.Hooks(ctx, tx, h.Org)
	if err != nil {
		return h, "", err
	}
	if len(there) >= hooksMax {
		return h, "", fault.New(fault.Conflict, "notice.hooks_many", "most", hooksMax)
	}
	h.ID, h.By, h.Made = unit.NewID(tx.Now()), by, tx.Now()
	key := make([]byte, 32)
	rand.Read(key)
	sealed, err := s.seal(h.ID, key)
	if err != nil {
		return h, "", err
	}
	_, err = tx.Exec(ctx, sqlHookInsert, string(h.ID), h.Org, h.URL, strings.Join(h.Kinds, " "), sealed, string(by), db.Micros(tx.Now()))
	if err != nil {
		return h, "", fmt.Errorf("make a hook of %q: %w", h.Org, err)
	}
	return h, secretPrefix + base64.StdEncoding.EncodeToString(key), nil
}

// Hooks lists the hooks of an organisation that are in use.
func (s *Service) Hooks(ctx context.Context, tx *db.Tx, org string) ([]Hook, error) {
	return db.Collect(ctx, tx, "hooks of "+org, scanHook, sqlHooksOf, org, hooksMax)
}

// EndHook ends a hook of an organisation, in the caller's act. What has not left yet is not sent.
func (s *Service) EndHook(ctx context.Context, tx *db.Tx, by unit.ID, org string, id unit.ID) error {
	h, err := scanHook(tx.QueryRow(ctx, sqlHookByID, string(id)).Scan)
	if db.NoRows(err) || err == nil && (h.Org != org || !h.Ended.IsZero()) {
		return fault.New(fault.NotFound, "notice.not_found")
	}
	if err != nil {
		return fmt.Errorf("read hook %s: %w", id, err)
	}
	_, err = tx.Exec(ctx, sqlHookEnd, string(id), string(by), db.Micros(tx.Now()))
	return err
}

// leaveHooks leaves a request for every hook that hears the notice.
func (s *Service) leaveHooks(ctx context.Context, tx *db.Tx, id unit.ID, n Notice, hooks []Hook) error {
	for _, h := range hooks {
		if h.hears(n.Kind) {
			if err := leave(ctx, tx, jobHook, id, "", string(h.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h Hook) hears(kind string) bool {
	for _, k := range h.Kinds {
		if kind == k || strings.HasPrefix(kind, k+".") {
			return true
		}
	}
	return len(h.Kinds) == 0
}

func splitKinds(s string) []string { return strings.Fields(s) }

// event is the body of a request. It names no person.
type event struct {
	Type string    `json:"type"`
	Time time.Time `json:"timestamp"`
	Data eventData `json:"data"`
}

type eventData struct {
	ID     unit.ID           `json:"id"`
	Object string            `json:"object"`
	Org    string            `json:"org,omitempty"`
	URL    string            `json:"url,omitempty"`
	Title  map[string]string `json:"title"`
	Text   map[string]string `json:"text,omitempty"`
}

func inBoth(w fault.Words) map[string]string {
	if w[0] == "" {
		return nil
	}
	return map[string]string{"zh": w[0], "en": w[1]}
}

// request sends a letter to a system. A 410 ends it, and so does the end of the hook; everything but 2xx is tried again.
func (s *Service) request(ctx context.Context, o outgoing) error {
	var h Hook
	var now time.Time
	err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		h, err = scanHook(tx.QueryRow(ctx, sqlHookByID, o.hook).Scan)
		return err
	})
	if err != nil {
		return fmt.Errorf("read hook %s: %w", o.hook, err)
	}
	if !h.Ended.IsZero() {
		return errNeedless
	}
	key, err := s.unseal(h.ID, h.sealed)
	if err != nil {
		return fmt.Errorf("secret of hook %s: %w", h.ID, err)
	}
	t := o.told
	e := event{Type: t.Kind, Time: t.At, Data: eventData{ID: t.ID, Object: t.Object, Org: o.org, Title: inBoth(t.Title), Text: inBoth(t.Text)}}
	if t.Path != "" {
		e.Data.URL = s.c.Site + t.Path
	}
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Corridor")
	r.Header.Set("webhook-id", o.id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("webhook-signature", sign(key, o.id, now, body))
	answer, err := s.http.Do(r)
	if err != nil {
		return fmt.Errorf("ask hook %s: %w", h.ID, err)
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // so that the connection can be used again
	switch {
	case answer.StatusCode/100 == 2:
		return nil
	case answer.StatusCode == http.StatusGone:
		return errNeedless
	}
	return fmt.Errorf("hook %s answered %s", h.ID, answer.Status)
}

// sign is the signature of Standard Webhooks: HMAC-SHA256 over id, time and body.
func sign(key []byte, id string, at time.Time, body []byte) string {
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "%s.%d.%s", id, at.Unix(), body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// CheckOutside refuses what is no address of a system outside: HTTPS on the public network, and with local also HTTP and
// addresses of the own. That it leads to the public network is checked again when the connection is made, because a name
// may change where it leads.
func CheckOutside(text string, local bool) error {
	u, err := url.Parse(text)
	plain := local && err == nil && u.Scheme == "http"
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(text) > hookURLMax || u.Scheme != "https" && !plain {
		return fault.New(fault.Invalid, "notice.hook_url").On("url")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !local && !Public(ip) {
		return fault.New(fault.Invalid, "notice.hook_url").On("url")
	}
	return nil
}

var errPrivate = errors.New("the address is not of the public network")

// OutsideClient asks systems outside: no redirect, no proxy, and unless local is set only addresses of the public network,
// so that nobody reaches what stands beside the node through it.
func OutsideClient(local bool) *http.Client {
	d := &net.Dialer{Timeout: hookTimeMax}
	if !local {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !Public(at.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{Timeout: hookTimeMax, Transport: &http.Transport{DialContext: d.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: hookTimeMax, MaxIdleConns: 20, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// special are the blocks that the address families set aside (IANA special-purpose registries) and netip does not name.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

// Public says whether an address is of the public network.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

func (s *Service) seal(hook unit.ID, key []byte) ([]byte, error) {
	aead, err := aeadOf(s.c.Secret)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, key, []byte(hook)), nil
}

func (s *Service) unseal(hook unit.ID, sealed []byte) ([]byte, error) {
	var first error
	for _, secret := range append([]string{s.c.Secret}, s.c.Former...) {
		aead, err := aeadOf(secret)
		if err != nil {
			return nil, err
		}
		if len(sealed) < aead.NonceSize() {
			return nil, errors.New("it is cut short")
		}
		key, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(hook))
		if err == nil {
			return key, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func aeadOf(secret string) (cipher.AEAD, error) {
	key := sha256.Sum256([]byte("corridor/notice/hook/1\n" + secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
