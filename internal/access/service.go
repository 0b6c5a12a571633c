package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/mail"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// How long things live, and how long texts may be. These are bounds of the house's safety, not of any policy.
const (
	sessionIdleMax = 12 * time.Hour
	sessionLifeMax = 7 * 24 * time.Hour
	seenEvery      = time.Minute // how often the time of the last request is written
	linkLife       = 72 * time.Hour
	tokenLifeMax   = 366 * 24 * time.Hour
	keepsEnded     = 90 * 24 * time.Hour // sessions and links that have ended are kept so long
	letterTimeMax  = 30 * time.Second
	nameMax        = 100 // characters
	secretBytes    = 32
	agentMax       = 200
)

// Config joins the room to its database and to what it needs from outside.
type Config struct {
	DB *db.DB
	// NoCodes does not ask for one-time codes and hashes passwords lightly: only for a demonstration on one's own machine,
	// whose password everybody knows.
	NoCodes bool
	// Issuer names the node in an authenticator and in letters; "" is Corridor.
	Issuer string
	// Secret encrypts the seeds of one-time codes; it does not stand in the database. "" allows no codes to be set up,
	// except where NoCodes is set.
	Secret string
	// Former are secrets that seeds may still be encrypted with; a new seed is encrypted with Secret.
	Former []string
	// Site is the node's address, for links in letters: https://node.example.
	Site string
	// Courier sends links of recovery; nil: administrators hand them over.
	Courier notice.Courier
	// Providers are the OpenID providers through which people may come in.
	Providers []Provider
	// HTTP asks the providers; nil is a client with a time limit.
	HTTP *http.Client
	// Breached is a file of digests of breached passwords, see breachList; "" knows only what guessable does.
	Breached string
	// Logger gets what cannot be answered to anybody; nil is slog.Default.
	Logger *slog.Logger
}

// Service is the room. It is safe for concurrent use.
type Service struct {
	db        *db.DB
	noCodes   bool
	issuer    string
	secret    string
	former    []string
	site      string
	courier   notice.Courier
	keepers   []namedKeeper
	breached  breachList
	logger    *slog.Logger
	providers []*provider
	hashing   chan struct{}          // places for those who hash a password
	decoy     func() (string, error) // a password hash that nothing matches
	letters   sync.WaitGroup
}

// New makes the service; it connects to nothing.
func New(c Config) (*Service, error) {
	if c.DB == nil {
		return nil, fmt.Errorf("access: a database is needed")
	}
	if c.Courier != nil && c.Site == "" {
		return nil, fmt.Errorf("access: a courier needs the node's address for its links")
	}
	if c.Issuer == "" {
		c.Issuer = "Corridor"
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: providerTimeMax}
	}
	if err := breachList(c.Breached).check(); err != nil {
		return nil, fmt.Errorf("access: list of breached passwords: %w", err)
	}
	providers, err := newProviders(c.Providers, c.HTTP)
	if err != nil {
		return nil, err
	}
	return &Service{db: c.DB, noCodes: c.NoCodes, issuer: c.Issuer, secret: c.Secret, former: c.Former, site: c.Site, courier: c.Courier,
		breached: breachList(c.Breached), logger: c.Logger, providers: providers, hashing: make(chan struct{}, min(hashesAtOnce, max(1, runtime.GOMAXPROCS(0)))),
		decoy: sync.OnceValues(func() (string, error) { return argon2id.CreateHash(newSecret(), costOf(c.NoCodes)) })}, nil
}

// namedKeeper is a room with its name, as it stands in what a person takes away.
type namedKeeper struct {
	room   string
	keeper Keeper
}

// Join makes a room known that keeps something about persons. The rooms above are made after this one, so they join it
// while the node is being joined, before it serves.
func (s *Service) Join(room string, k Keeper) { s.keepers = append(s.keepers, namedKeeper{room, k}) }

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

// systemSession stands in the journal for the node itself.
const systemSession = "system"

// System is the node itself acting, by a clock or by itself; name says which. It holds no role and passes no May: whoever
// lets the node act does so in code. The journal accepts it.
func System(name string) Actor { return Actor{Name: name, Session: systemSession} }

// cleanEmail is the address as accounts are found by; a text that is none is refused.
func cleanEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) <= nameMax*2 {
		if a, err := mail.ParseAddress(s); err == nil && a.Address == s {
			return s, nil
		}
	}
	return "", fault.New(fault.Invalid, "access.email").On("email")
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len([]rune(name)) > nameMax || strings.ContainsAny(name, "\r\n\x00") {
		return "", fault.New(fault.Invalid, "access.name", "most", nameMax).On("name")
	}
	return name, nil
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
func (s *Service) step(seedConfirmed bool, grants []Grant, strong bool) Step {
	switch {
	case s.noCodes || strong:
		return Done
	case seedConfirmed:
		return NeedsCode
	}
	for _, g := range grants {
		if r, ok := RoleOf(g.Role); ok && r.Code {
			return NeedsSeed
		}
	}
	return Done
}

// Sweep deletes what no longer counts and nobody asks for: sign-ins through a provider that were never finished,
// counts of attempts that are forgotten, sessions and links that ended long ago. It is run now and then.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Act(ctx, func(tx *db.Tx) error {
		for _, q := range []struct {
			query  string
			before time.Time
		}{
			{sqlProviderSweep, tx.Now()},
			{sqlThrottleSweep, tx.Now().Add(-forgetsAfter)},
			{sqlSessionSweep, tx.Now().Add(-keepsEnded)},
			{sqlLinkSweep, tx.Now().Add(-keepsEnded)},
		} {
			if _, err := tx.Exec(ctx, q.query, db.Micros(q.before), sweepMax); err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
		}
		return nil
	})
}
