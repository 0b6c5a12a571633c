package access

import (
	"context"
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"

	"corridor/internal/fault"
)

// Bounds of a password: length over rules, and a text that is no text is refused.
const (
	passwordMin      = 12 // characters
	passwordDistinct = 5  // different characters at least
	passwordBytesMax = 512
	hashesAtOnce     = 4 // at most, and as processors there are: each takes passwordCost.Memory; more wait, so that many sign-ins do not take the machine
)

// passwordCost is above the least that OWASP's Password Storage Cheat Sheet asks of Argon2id (46 MiB, one pass, one lane).
var passwordCost = &argon2id.Params{Memory: 64 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// lightCost is that of a demonstration, which makes many accounts at its start and hides nothing by their password.
var lightCost = &argon2id.Params{Memory: 256, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func costOf(demonstration bool) *argon2id.Params {
	if demonstration {
		return lightCost
	}
	return passwordCost
}

// turn waits for one of the few places in which a password is hashed; the caller gives it back.
func (s *Service) turn(ctx context.Context) (back func(), err error) {
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hashPassword checks the length and how early it would be guessed by who knows the words about its person, and makes the hash that
// is kept. It takes a tenth of a second, so it is never done inside an act.
func (s *Service) hashPassword(ctx context.Context, password string, about ...string) (string, error) {
	if n := len([]rune(password)); n < passwordMin || len(password) > passwordBytesMax {
		return "", fault.New(fault.Invalid, "access.password_short", "least", passwordMin).On("password")
	}
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	if len(distinct) < passwordDistinct || strings.TrimSpace(password) == "" {
		return "", fault.New(fault.Invalid, "access.password_plain").On("password")
	}
	if err := s.guessable(password, about...); err != nil {
		return "", err
	}
	back, err := s.turn(ctx)
	if err != nil {
		return "", err
	}
	defer back()
	return argon2id.CreateHash(password, costOf(s.noCodes))
}

// passwordIs compares a password with a kept hash; "" is compared with a decoy and is never right, so that an account
// without a password, or none at all, costs the same time.
func (s *Service) passwordIs(ctx context.Context, password, kept string) (bool, error) {
	back, err := s.turn(ctx)
	if err != nil {
		return false, err
	}
	defer back()
	against := kept
	if against == "" {
		if against, err = s.decoy(); err != nil {
			return false, fmt.Errorf("make a decoy: %w", err)
		}
	}
	match, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return match && kept != "", nil
}
