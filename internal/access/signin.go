package access

import (
	"context"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Failures that are free, and how long one more makes an account or an address wait: doubling up to a limit.
const (
	freeAccount  = 5
	freeAddress  = 30
	waitFirst    = 2 * time.Second
	waitMax      = 15 * time.Minute
	forgetsAfter = 24 * time.Hour
)

// SignIn is what somebody gives to be let in.
type SignIn struct {
	Email, Password string
	Code            string // one-time or recovery code; "" where none is asked for
	Addr, Agent     string // of the request, for the throttle and the list of sessions
}

// SignIn checks a password, and a code where the person holds a role that needs one, and makes a session. The attempt
// is counted before the password is looked at. An unknown account, a disabled one and a wrong password get the same
// refusal. A person who must first set up codes gets a session that can do that and nothing else (Actor.Needs).
func (s *Service) SignIn(ctx context.Context, in SignIn) (token string, who Actor, err error) {
	wrong := fault.New(fault.SignIn, "access.wrong").On("password")
	email, err := cleanEmail(in.Email)
	if err != nil || len(in.Password) > passwordBytesMax {
		return "", Actor{}, wrong
	}
	keys := []throttleKey{{hashOf("account " + email), freeAccount}, {hashOf("address " + in.Addr), freeAddress}}
	var p personRow
	found := false
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		if err := count(ctx, tx, keys); err != nil {
			return err
		}
		p, found, err = personBy(ctx, tx, sqlPersonByEmail, email)
		return err
	})
	if err != nil {
		return "", Actor{}, err
	}
	kept := p.password
	if !found || kept == "" || p.state != "active" {
		kept, found = s.decoy(), false
	}
	match, err := argon2id.ComparePasswordAndHash(in.Password, kept)
	if err != nil {
		return "", Actor{}, fmt.Errorf("compare a password: %w", err)
	}
	if !match || !found {
		return "", Actor{}, wrong
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		token, who, err = s.open(ctx, tx, p, in, keys)
		return err
	})
	return token, who, err
}

// open makes the session of a person whose password was right.
func (s *Service) open(ctx context.Context, tx *db.Tx, p personRow, in SignIn, keys []throttleKey) (string, Actor, error) {
	// The person is read again: the account may have changed while the password was compared.
	p, found, err := personBy(ctx, tx, sqlPersonByID, p.id)
	if err != nil {
		return "", Actor{}, err
	}
	if !found || p.state != "active" {
		return "", Actor{}, fault.New(fault.SignIn, "access.wrong").On("password")
	}
	strong := s.noCodes
	if !strong && p.seedConfirmed {
		if in.Code == "" {
			return "", Actor{}, fault.New(fault.SignIn, "access.code_needed").On("code")
		}
		if strong, err = s.checkCode(ctx, tx, p, in.Code); err != nil {
			return "", Actor{}, err
		}
		if !strong {
			return "", Actor{}, fault.New(fault.SignIn, "access.code_wrong").On("code")
		}
	}
	for _, k := range keys {
		if _, err := tx.Exec(ctx, sqlThrottleForget, k.key); err != nil {
			return "", Actor{}, err
		}
	}
	token, id := newSecret(), unit.NewID(tx.Now())
	now := db.Micros(tx.Now())
	if _, err := tx.Exec(ctx, sqlSessionInsert, hashOf(token), string(id), p.id, strong, now, db.Micros(tx.Now().Add(sessionLifeMax)),
		in.Addr, short(in.Agent, agentMax)); err != nil {
		return "", Actor{}, fmt.Errorf("make a session: %w", err)
	}
	who, err := actorOf(ctx, tx, p, string(id))
	if err != nil {
		return "", Actor{}, err
	}
	who.Needs = s.step(p, who.Grants, strong)
	return token, who, s.Record(ctx, tx, who, Entry{Act: "session.create", Object: "person/" + p.id})
}

type throttleKey struct {
	key  string
	free int64
}

// count counts an attempt, and refuses it while an earlier failure makes it wait. The count is given back by forgetting
// it when the sign-in holds.
func count(ctx context.Context, tx *db.Tx, keys []throttleKey) error {
	now := tx.Now()
	for _, k := range keys {
		var failures, last, until int64
		err := tx.QueryRow(ctx, sqlThrottle, k.key).Scan(&failures, &last, &until)
		if err != nil && !db.NoRows(err) {
			return fmt.Errorf("read the throttle: %w", err)
		}
		if db.NoRows(err) || now.Sub(db.Time(last)) > forgetsAfter {
			failures, until = 0, 0
		}
		if wait := db.Time(until).Sub(now); until > 0 && wait > 0 {
			return fault.New(fault.TooMany, "access.throttled", "seconds", int(wait/time.Second)+1)
		}
		failures++
		until = 0
		if over := failures - k.free; over > 0 {
			until = db.Micros(now.Add(min(waitFirst<<min(over-1, 20), waitMax)))
		}
		if _, err := tx.Exec(ctx, sqlThrottleSet, k.key, failures, db.Micros(now), until); err != nil {
			return fmt.Errorf("count an attempt: %w", err)
		}
	}
	return nil
}

// short cuts a text to so many characters.
func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
