package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// One-time codes by RFC 6238: six digits, a new one every thirty seconds, one step of clock difference forgiven.
const (
	codeStep      = 30 * time.Second
	codeSkew      = 1
	recoveryCodes = 10
	codeBytesMax  = 64
)

// Seed is what an authenticator is set up with.
type Seed struct {
	Secret string // for typing
	URL    string // for a QR code
}

// seal encrypts a seed for its person; the key is derived from the node's secret.
func (s *Service) seal(person string, seed []byte) ([]byte, error) {
	aead, err := aeadOf(s.secret)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, seed, []byte(person)), nil
}

func (s *Service) unseal(person string, sealed []byte) ([]byte, error) {
	var first error
	for _, secret := range append([]string{s.secret}, s.former...) {
		aead, err := aeadOf(secret)
		if err != nil {
			return nil, err
		}
		if len(sealed) < aead.NonceSize() {
			return nil, fmt.Errorf("the seed of person %s is cut short", person)
		}
		seed, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(person))
		if err == nil {
			return seed, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func aeadOf(secret string) (cipher.AEAD, error) {
	if secret == "" {
		return nil, fault.New(fault.Unavailable, "access.no_secret")
	}
	key := sha256.Sum256([]byte("corridor/access/seed/1\n" + secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// codeOwner is whose codes a session may set up: its person, also while the sign-in waits for just that.
func (s *Service) codeOwner(ctx context.Context, tx *db.Tx, who Actor) (personRow, error) {
	if who.Token || who.Needs == NeedsCode {
		return personRow{}, fault.New(fault.SignIn, "access.sign_in")
	}
	row, found, err := sessionBy(ctx, tx, sqlSessionByID, who.Session)
	if err != nil {
		return personRow{}, err
	}
	if !found || row.endedAt != 0 {
		return personRow{}, fault.New(fault.SignIn, "access.session_ended")
	}
	p, _, err := personBy(ctx, tx, sqlPersonByID, row.person)
	return p, err
}

// NewSeed begins to set up codes for the person of a session. It counts once ConfirmSeed has seen a code of it. Codes
// that are set up already are taken away by DropCodes first.
func (s *Service) NewSeed(ctx context.Context, who Actor) (seed Seed, err error) {
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		p, err := s.codeOwner(ctx, tx, who)
		if err != nil {
			return err
		}
		if p.seedConfirmed {
			return fault.New(fault.Conflict, "access.seed_there")
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: s.issuer, AccountName: p.email, SecretSize: 20, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return fmt.Errorf("make a seed: %w", err)
		}
		sealed, err := s.seal(p.id, []byte(key.Secret()))
		if err != nil {
			return err
		}
		seed = Seed{Secret: key.Secret(), URL: key.URL()}
		_, err = tx.Exec(ctx, sqlPersonSeed, p.id, sealed, false, p.codeStep, db.Micros(tx.Now()))
		return err
	})
	return seed, err
}

// ConfirmSeed ends setting up: with a right code the session counts fully under a new token, and the recovery codes are
// returned, to be shown once.
func (s *Service) ConfirmSeed(ctx context.Context, token, code string) (newToken string, recovery []string, err error) {
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		row, err := livingSession(ctx, tx, token)
		if err != nil {
			return err
		}
		p, _, err := personBy(ctx, tx, sqlPersonByID, row.person)
		if err != nil {
			return err
		}
		switch {
		case p.seedConfirmed:
			return fault.New(fault.Conflict, "access.seed_there")
		case len(p.seed) == 0:
			return fault.New(fault.Conflict, "access.seed_missing")
		}
		step, ok, err := s.matches(p, code, tx.Now())
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Invalid, "access.code_wrong").On("code")
		}
		if _, err := tx.Exec(ctx, sqlPersonSeed, p.id, p.seed, true, step, db.Micros(tx.Now())); err != nil {
			return err
		}
		if recovery, err = newRecovery(ctx, tx, p.id); err != nil {
			return err
		}
		if newToken, err = rotate(ctx, tx, token); err != nil {
			return err
		}
		who, err := actorOf(ctx, tx, p, row.id)
		if err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.codes", Object: "person/" + p.id})
	})
	return newToken, recovery, err
}

// DropCodes takes the actor's own codes away, so that another authenticator can be set up. It asks for a code of the old
// one, or a recovery code. Their sessions are weaker from then on.
func (s *Service) DropCodes(ctx context.Context, who Actor, code string) error {
	return s.withCode(ctx, who, code, func(tx *db.Tx, p personRow) error { return s.dropCodes(ctx, tx, who, p) })
}

// NewRecovery makes new recovery codes of the actor's own, to be shown once; it asks for a code.
func (s *Service) NewRecovery(ctx context.Context, who Actor, code string) (recovery []string, err error) {
	err = s.withCode(ctx, who, code, func(tx *db.Tx, p personRow) error {
		if recovery, err = newRecovery(ctx, tx, p.id); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.recovery_codes", Object: "person/" + p.id})
	})
	return recovery, err
}

// withCode counts an attempt in one act and, in a second, takes the code and does what it was given for.
func (s *Service) withCode(ctx context.Context, who Actor, code string, do func(*db.Tx, personRow) error) error {
	if who.Token || who.Anonymous() {
		return fault.New(fault.SignIn, "access.sign_in")
	}
	key := codeKey(string(who.Person))
	if err := s.db.Act(ctx, func(tx *db.Tx) error { return count(ctx, tx, key) }); err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		p, _, err := personBy(ctx, tx, sqlPersonByID, string(who.Person))
		if err != nil {
			return err
		}
		if !p.seedConfirmed {
			return fault.New(fault.Conflict, "access.seed_missing")
		}
		ok, err := s.checkCode(ctx, tx, p, code)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Invalid, "access.code_wrong").On("code")
		}
		if err := forgive(ctx, tx, key); err != nil {
			return err
		}
		return do(tx, p)
	})
}

// ResetCodes takes a person's codes away when authenticator and recovery codes are lost: by an administrator, who has
// made sure of who asks. Their sessions end; at the next sign-in they set up new ones.
func (s *Service) ResetCodes(ctx context.Context, who Actor, id unit.ID) error {
	return s.db.Act(ctx, func(tx *db.Tx) error {
		p, err := ruled(ctx, tx, who, PeopleManage, id)
		if err != nil {
			return err
		}
		if id == who.Person {
			return fault.New(fault.Denied, "access.own_codes")
		}
		if _, err := tx.Exec(ctx, sqlSessionEndAll, p.id, "", db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.dropCodes(ctx, tx, who, p)
	})
}

func (s *Service) dropCodes(ctx context.Context, tx *db.Tx, who Actor, p personRow) error {
	now := db.Micros(tx.Now())
	if _, err := tx.Exec(ctx, sqlPersonSeed, p.id, nil, false, p.codeStep, now); err != nil {
		return err
	}
	for _, query := range []string{sqlRecoveryErase, sqlSessionWeaken, sqlTokenWeaken} {
		if _, err := tx.Exec(ctx, query, p.id); err != nil {
			return err
		}
	}
	return s.Record(ctx, tx, who, Entry{Act: "person.codes_drop", Object: "person/" + p.id})
}

// newRecovery makes the codes for the day on which the authenticator is lost; those before them count no more.
func newRecovery(ctx context.Context, tx *db.Tx, person string) ([]string, error) {
	if _, err := tx.Exec(ctx, sqlRecoveryErase, person); err != nil {
		return nil, err
	}
	out := make([]string, recoveryCodes)
	for i := range out {
		b := make([]byte, 15) // 120 bits, so that a digest keeps them
		rand.Read(b)
		text := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		out[i] = strings.Join([]string{text[:6], text[6:12], text[12:18], text[18:]}, "-")
		if _, err := tx.Exec(ctx, sqlRecoveryInsert, hashOf(out[i]), person); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// matches says whether a code is of the person's seed now, and of which step of time.
func (s *Service) matches(p personRow, code string, now time.Time) (step int64, ok bool, err error) {
	if len(code) > codeBytesMax {
		return 0, false, nil
	}
	secret, err := s.unseal(p.id, p.seed)
	if err != nil {
		return 0, false, fmt.Errorf("seed of person %s: %w", p.id, err)
	}
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	for skew := -codeSkew; skew <= codeSkew; skew++ {
		at := now.Add(time.Duration(skew) * codeStep)
		want, err := totp.GenerateCode(string(secret), at)
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at.Unix() / int64(codeStep/time.Second), true, nil
		}
	}
	return 0, false, nil
}

// checkCode takes a one-time code, once, or a recovery code, once. The attempt is counted by SignIn.
func (s *Service) checkCode(ctx context.Context, tx *db.Tx, p personRow, code string) (bool, error) {
	step, ok, err := s.matches(p, code, tx.Now())
	if err != nil {
		return false, err
	}
	if ok {
		n, err := tx.Exec(ctx, sqlPersonCodeStep, p.id, step)
		return n == 1, err // a code that was used before changes no row
	}
	n, err := tx.Exec(ctx, sqlRecoveryUse, hashOf(strings.ToLower(strings.TrimSpace(code))), p.id, db.Micros(tx.Now()))
	return n == 1, err
}
