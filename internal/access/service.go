package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// How long things live, and how long texts may be. These are bounds of the house's safety, not of any policy.
const (
	sessionIdleMax   = 12 * time.Hour
	sessionLifeMax   = 7 * 24 * time.Hour
	seenEvery        = time.Minute // how often the time of the last request is written
	linkLife         = 72 * time.Hour
	tokenLifeMax     = 366 * 24 * time.Hour
	passwordMin      = 12 // characters; length over rules
	passwordBytesMax = 512
	nameMax          = 100 // characters
	secretBytes      = 32
	agentMax         = 200
)

// Config joins the room to its database.
type Config struct {
	DB *db.DB
	// NoCodes does not ask for one-time codes: only for a demonstration on one's own machine.
	NoCodes bool
	// Issuer names the node in an authenticator; "" is Corridor.
	Issuer string
	// Secret encrypts the seeds of one-time codes; it does not stand in the database.
	Secret string
}

// Service is the room. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	noCodes bool
	issuer  string
	secret  string
	decoy   func() string // a password hash that nothing matches, so that an unknown account costs the same time
}

// New makes the service; it connects to nothing.
func New(c Config) (*Service, error) {
	if c.DB == nil {
		return nil, fmt.Errorf("access: a database is needed")
	}
	if c.Issuer == "" {
		c.Issuer = "Corridor"
	}
	return &Service{db: c.DB, noCodes: c.NoCodes, issuer: c.Issuer, secret: c.Secret, decoy: sync.OnceValue(func() string {
		h, err := argon2id.CreateHash(newSecret(), argon2id.DefaultParams)
		if err != nil {
			return ""
		}
		return h
	})}, nil
}

// newSecret is 256 random bits, as they stand in a link, a cookie or a token.
func newSecret() string {
	b := make([]byte, secretBytes)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashOf is how a secret is kept.
func hashOf(secret string) string {
	h := sha256.Sum256([]byte("corridor/access/1\n" + secret))
	return hex.EncodeToString(h[:])
}

// System is the node itself acting, by a clock or by itself; name says which.
func System(name string) Actor { return Actor{Name: name, Session: "system"} }

// System says whether nobody but the node acts.
func (a Actor) System() bool { return a.Person == "" && a.Session == "system" }

// cleanEmail is the address as accounts are found by; a text that is none is refused.
func cleanEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > nameMax*2 {
		return "", fault.New(fault.Invalid, "access.email").On("email")
	}
	return s, nil
}

// hashPassword checks the length and makes the hash that is kept. It takes a tenth of a second, so it is never done inside
// an act.
func hashPassword(password string) (string, error) {
	if n := len([]rune(password)); n < passwordMin || len(password) > passwordBytesMax {
		return "", fault.New(fault.Invalid, "access.password_short", "least", passwordMin).On("password")
	}
	return argon2id.CreateHash(password, argon2id.DefaultParams)
}

// actorOf is a person with what they hold now.
func actorOf(ctx context.Context, tx *db.Tx, p personRow, session string) (Actor, error) {
	grants, err := grantsOf(ctx, tx, p.id)
	if err != nil {
		return Actor{}, err
	}
	return Actor{Person: unit.ID(p.id), Name: p.name, Email: p.email, Org: p.org, Grants: grants, Session: session}, nil
}

// step is what a sign-in still needs, for a person who holds these grants.
func (s *Service) step(p personRow, grants []Grant, strong bool) Step {
	if s.noCodes || strong {
		return Done
	}
	for _, g := range grants {
		if r, ok := RoleOf(g.Role); ok && r.Code {
			if p.seedConfirmed {
				return NeedsCode
			}
			return NeedsSeed
		}
	}
	if p.seedConfirmed {
		return NeedsCode
	}
	return Done
}
