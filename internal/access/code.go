package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// One-time codes by RFC 6238: six digits, a new one every thirty seconds, one step of clock difference forgiven.
const (
	codeStep      = 30 * time.Second
	codeSkew      = 1
	recoveryCodes = 10
)

// Seed is what an authenticator is set up with.
type Seed struct {
	Secret string // for typing
	URL    string // for a QR code
}

// seal encrypts a seed for its person; the key is derived from the node's secret.
func (s *Service) seal(person string, seed []byte) ([]byte, error) {
	aead, err := s.aead()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, seed, []byte(person)), nil
}

func (s *Service) unseal(person string, sealed []byte) ([]byte, error) {
	aead, err := s.aead()
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, fmt.Errorf("the seed of person %s is cut short", person)
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(person))
}

func (s *Service) aead() (cipher.AEAD, error) {
	key := sha256.Sum256([]byte("corridor/access/seed/1\n" + s.secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// codeOwner is whose codes a session may set up: its person, also while the sign-in waits for just that.
func (s *Service) codeOwner(ctx context.Context, tx *db.Tx, who Actor) (personRow, error) {
	row, found, err := sessionBy(ctx, tx, sqlSessionByID, who.Session)
	if err != nil {
		return personRow{}, err
	}
	if !found || who.Token || who.Needs == NeedsCode {
		return personRow{}, fault.New(fault.SignIn, "access.sign_in")
	}
	p, _, err := personBy(ctx, tx, sqlPersonByID, row.person)
	return p, err
}

// NewSeed begins to set up codes for the person of a session. It counts once ConfirmSeed has seen a code of it; codes
// that are set up already go on until then.
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
		_, err = tx.Exec(ctx, sqlPersonSeed, p.id, sealed, false, 0, db.Micros(tx.Now()))
		return err
	})
	return seed, err
}

// ConfirmSeed ends setting up: with a right code the session counts fully under a new token, and the recovery codes are
// returned, to be shown once.
func (s *Service) ConfirmSeed(ctx context.Context, token, code string) (newToken string, recovery []string, err error) {
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		row, found, err := sessionBy(ctx, tx, sqlSessionByHash, hashOf(token))
		if err != nil {
			return err
		}
		if !found || row.endedAt != 0 {
			return fault.New(fault.SignIn, "access.session_ended")
		}
		p, _, err := personBy(ctx, tx, sqlPersonByID, row.person)
		if err != nil {
			return err
		}
		if p.seedConfirmed || len(p.seed) == 0 {
			return fault.New(fault.Conflict, "access.seed_there")
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
		newToken = newSecret()
		if _, err := tx.Exec(ctx, sqlSessionRotate, hashOf(token), hashOf(newToken), db.Micros(tx.Now())); err != nil {
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

// newRecovery makes the codes for the day on which the authenticator is lost; those before them count no more.
func newRecovery(ctx context.Context, tx *db.Tx, person string) ([]string, error) {
	if _, err := tx.Exec(ctx, sqlRecoveryErase, person); err != nil {
		return nil, err
	}
	out := make([]string, recoveryCodes)
	for i := range out {
		b := make([]byte, 10)
		rand.Read(b)
		text := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		out[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		if _, err := tx.Exec(ctx, sqlRecoveryInsert, hashOf(out[i]), person); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// matches says whether a code is of the person's seed now, and of which step of time.
func (s *Service) matches(p personRow, code string, now time.Time) (step int64, ok bool, err error) {
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
		if want == code {
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
