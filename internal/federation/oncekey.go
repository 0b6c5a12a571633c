package federation

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// A line is named by an HMAC under the key of the invoice's year, so that the register learns neither invoice nor seller, and
// nobody outside the community can name a line at all. One node makes the key of each year and hands it to each member that
// asks, sealed to a key of that member (HPKE, RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM). The year is the
// invoice's own, so that two claims of one line meet whenever they are made; a key that became known names lines of one year.

const (
	onceKeyBytes  = 32
	onceLineLabel = "corridor once v1"
)

// OnceTerms is what the members agreed on for the used-once register; it stands in the community file.
type OnceTerms struct {
	Keeper        string  `json:"keeper"`         // node that makes the key of each year
	QuestionsHour int64   `json:"questions_hour"` // that one node may ask of a register
	StaleDays     int64   `json:"stale_days"`     // after which a hold is shown as stale
	AgainDays     []int64 `json:"again_days"`     // after payment, on which invoices are asked about again
	Basis         string  `json:"basis,omitempty"`
}

// OnceKey is that a key of a year is here; the key itself nobody reads.
type OnceKey struct {
	Year        int
	Fingerprint string
	MadeBy      string
	At          time.Time
}

// onceTerms are those of the newest community file, and what counts without one.
func (s *Service) onceTerms() OnceTerms {
	t := OnceTerms{QuestionsHour: onceQuestions, StaleDays: onceStaleDays}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.files); n > 0 && s.files[n-1].Once != nil {
		t = *s.files[n-1].Once
	}
	return t
}

// fileOf is the community file that says who answers for invoices of a year: that in force when the year began, else the first.
// So the register of a line never moves, whatever later versions say of who hosts whom. Version 0 is none.
func (s *Service) fileOf(year int) Community {
	s.mu.Lock()
	defer s.mu.Unlock()
	began := unit.Date(year, time.January, 1)
	var c Community
	for i, f := range s.files {
		if i == 0 || f.From <= began {
			c = f
		}
	}
	return c
}

// onceKeeper is the node that keeps the register of a line: by the region in which its seller is registered, GB 32100-2015
// characters 3 to 8, and for sellers outside the one that the file names. Without a file a node that is alone answers for all.
func (s *Service) onceKeeper(l InvoiceLine) string {
	const from, to = 2, 8
	if len(l.Seller) < to {
		return ""
	}
	region := unit.Region(l.Seller[from:to])
	c := s.fileOf(l.Number.Year())
	if c.Version > 0 {
		if host := c.hostOf(region); host != "" {
			return host
		}
		for _, n := range c.Nodes {
			if n.Outside {
				return n.Code
			}
		}
		return ""
	}
	peers := s.peers()
	if len(peers) == 0 || region.In(unit.Region(s.c.Self)) {
		return s.c.Self
	}
	for _, p := range peers {
		if region.In(unit.Region(p.Code)) {
			return p.Code
		}
	}
	return ""
}

// keyMaker is the node that makes the key of a year; "" is nobody.
func (s *Service) keyMaker(year int) string {
	c := s.fileOf(year)
	switch {
	case c.Version > 0 && c.Once != nil:
		return c.Once.Keeper
	case c.Version == 0 && len(s.peers()) == 0:
		return s.c.Self
	}
	return ""
}

// onceDigest names a line; "" while the key of its year is not here.
func (s *Service) onceDigest(ctx context.Context, tx *db.Tx, l InvoiceLine) (string, error) {
	key, err := s.onceKey(ctx, tx, l.Number.Year())
	if err != nil || key == nil {
		return "", err
	}
	return OnceDigest(key, l), nil
}

// OnceDigest is the name of a line under the key of its year: base64 of HMAC-SHA256 over label, seller, number and line, each
// on a line of its own.
func OnceDigest(key []byte, l InvoiceLine) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s\n%s\n%s\n%d\n", onceLineLabel, l.Seller, l.Number, l.Line)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// onceKey opens the key of a year; nil while it is not here.
func (s *Service) onceKey(ctx context.Context, tx *db.Tx, year int) ([]byte, error) {
	box, err := selectOnceKey(ctx, tx, year)
	if err != nil || box == "" {
		return nil, err
	}
	key, err := s.unboxKey(year, box)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "federation.once_key_closed", "year", year).Because(err)
	}
	return key, nil
}

// askKey has the key of a year made here, or asks the node that makes it.
func (s *Service) askKey(ctx context.Context, tx *db.Tx, year int) error {
	maker := s.keyMaker(year)
	if maker == "" {
		return nil
	}
	if maker == s.c.Self {
		_, err := s.makeKey(ctx, tx, year)
		return err
	}
	asked, err := selectKeyLetter(ctx, tx, maker)
	if err != nil || asked {
		return err
	}
	private, err := s.kemKey()
	if err != nil {
		return err
	}
	_, err = s.Send(ctx, tx, maker, onceKeyKind, Voucher{}, keyQuestion{Year: year, KEM: onceKEM, Key: base64.StdEncoding.EncodeToString(private.PublicKey().Bytes())})
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		return nil // no way there yet; it is tried again with the claim
	}
	return err
}

// onceKEM names the algorithms of a sealed key.
const onceKEM = "DHKEM-X25519-HKDF-SHA256/HKDF-SHA256/AES-256-GCM"

type keyQuestion struct {
	Year int    `json:"year"`
	KEM  string `json:"kem"`
	Key  string `json:"key"` // public, base64
}

type keyAnswer struct {
	Year        int    `json:"year"`
	Sealed      string `json:"sealed"` // base64
	Fingerprint string `json:"fingerprint"`
}

func (s *Service) kemKey() (*ecdh.PrivateKey, error) {
	k, err := corridorlog.SigningKey(s.c.Key, "once/kem")
	if err != nil {
		return nil, err
	}
	return ecdh.X25519().NewPrivateKey(k.Seed())
}

func keyInfo(from, to string, year int) []byte {
	return fmt.Appendf(nil, "corridor once key v1\n%s\n%s\n%d\n", from, to, year)
}

// makeKey is the key of a year that this node makes; the first asking makes it.
func (s *Service) makeKey(ctx context.Context, tx *db.Tx, year int) ([]byte, error) {
	key, err := s.onceKey(ctx, tx, year)
	if err != nil || key != nil {
		return key, err
	}
	key = make([]byte, onceKeyBytes)
	rand.Read(key)
	return key, s.keepKey(ctx, tx, year, key, s.c.Self)
}

func (s *Service) keepKey(ctx context.Context, tx *db.Tx, year int, key []byte, by string) error {
	box, err := s.boxKey(year, key)
	if err != nil {
		return err
	}
	return insertOnceKey(ctx, tx, OnceKey{Year: year, Fingerprint: corridorlog.Fingerprint(base64.StdEncoding.EncodeToString(key)), MadeBy: by}, box)
}

// takeKey hands the key of a year to a member that asks for it.
func (s *Service) takeKey(ctx context.Context, tx *db.Tx, l Letter) (any, error) {
	var q keyQuestion
	raw := []byte(nil)
	err := json.Unmarshal(l.Body, &q)
	if err == nil {
		raw, err = base64.StdEncoding.DecodeString(q.Key)
	}
	if err != nil || q.KEM != onceKEM {
		return nil, fault.New(fault.Invalid, "federation.letter_form", "what", "kem or key")
	}
	public, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "federation.letter_form", "what", clip(err.Error()))
	}
	c := s.fileOf(q.Year)
	_, member := c.node(l.Peer)
	if newest, err := currentCommunity(ctx, tx); err == nil && !member {
		_, member = newest.node(l.Peer)
	}
	if q.Year > tx.Now().Year()+1 || q.Year < 2000 || s.keyMaker(q.Year) != s.c.Self || !member {
		return nil, fault.New(fault.Denied, "federation.once_not_maker", "year", q.Year)
	}
	key, err := s.makeKey(ctx, tx, q.Year)
	if err != nil {
		return nil, err
	}
	to, err := hpke.NewDHKEMPublicKey(public)
	if err != nil {
		return nil, err
	}
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), keyInfo(s.c.Self, l.Peer, q.Year), key)
	if err != nil {
		return nil, err
	}
	return keyAnswer{q.Year, base64.StdEncoding.EncodeToString(sealed), corridorlog.Fingerprint(base64.StdEncoding.EncodeToString(key))},
		insertQuestion(ctx, tx, Question{At: tx.Now(), Node: l.Peer, Asked: "key", Answer: strconv.Itoa(q.Year)})
}

// hearKey opens a key that came. One that does not open is asked for again, under the key that this node has then.
func (s *Service) hearKey(ctx context.Context, tx *db.Tx, l Letter) error {
	var a keyAnswer
	if l.State != LetterDone {
		return nil
	}
	if err := json.Unmarshal(l.Answer, &a); err != nil {
		return err
	}
	if had, err := selectOnceKey(ctx, tx, a.Year); err != nil || had != "" {
		return err
	}
	sealed, err := base64.StdEncoding.DecodeString(a.Sealed)
	if err != nil {
		return err
	}
	private, err := s.kemKey()
	if err != nil {
		return err
	}
	mine, err := hpke.NewDHKEMPrivateKey(private)
	if err != nil {
		return err
	}
	key, err := hpke.Open(mine, hpke.HKDFSHA256(), hpke.AES256GCM(), keyInfo(l.Peer, s.c.Self, a.Year), sealed)
	if err != nil || len(key) != onceKeyBytes {
		s.c.Logger.Warn("the key of a year does not open; it is asked for again", "year", a.Year, "neighbour", l.Peer, "error", err)
		return nil
	}
	if err := s.keepKey(ctx, tx, a.Year, key, l.Peer); err != nil {
		return err
	}
	return wakeClaims(ctx, tx)
}

// keepKeys has the keys of this year and the last here before a claim needs them.
func (s *Service) keepKeys(ctx context.Context) error {
	year := unit.DayOf(s.c.Now(), unit.Beijing()).Year()
	var missing []int
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		missing = nil
		for _, y := range []int{year, year - 1} {
			if s.keyMaker(y) == "" {
				continue
			}
			have, err := selectOnceKey(ctx, tx, y)
			if err != nil {
				return err
			}
			if have == "" {
				missing = append(missing, y)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, y := range missing {
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return s.askKey(ctx, tx, y) }); err != nil {
			return fmt.Errorf("the key of %d: %w", y, err)
		}
	}
	return nil
}

// keySealer is how keys are encrypted in this node's database.
func keySealer(secret string) (cipher.AEAD, error) {
	sum := sha256.Sum256([]byte("corridor/federation/once/1\n" + secret))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (s *Service) boxKey(year int, key []byte) (string, error) {
	if s.c.Secret == "" {
		return "", fault.New(fault.Unavailable, "federation.letters_closed")
	}
	aead, err := keySealer(s.c.Secret)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(aead.Seal(nonce, nonce, key, []byte(strconv.Itoa(year)))), nil
}

func (s *Service) unboxKey(year int, box string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(box)
	if err != nil {
		return nil, err
	}
	for _, secret := range append([]string{s.c.Secret}, s.c.Former...) {
		aead, err := keySealer(secret)
		if err != nil || len(raw) < aead.NonceSize() {
			continue
		}
		if key, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(strconv.Itoa(year))); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("no secret of this node opens it")
}
