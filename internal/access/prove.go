package access

import (
	"context"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// proofLife is how long a proof of who one is stands for acts that are dangerous: money, rights, keys. A session lives longer, so
// that nobody who sits down at a screen left open can do them. OWASP ASVS 5.0, 7.5.
const proofLife = 15 * time.Minute

// Proven refuses an act that wants a person who has proved who they are within proofLife: by signing in, or by Prove. A program
// with an API token is no such person. Who is not signed in is refused by May.
func Proven(a Actor) error {
	switch {
	case a.Token:
		return fault.New(fault.Denied, "access.person_needed")
	case !a.Anonymous() && !a.Fresh:
		return fault.New(fault.SignIn, "access.prove_again", "minutes", int(proofLife/time.Minute))
	}
	return nil
}

// Prove takes a proof of who sits before an open session: a one-time code where the person has set codes up, else the password. The
// session counts as fresh from now, under a new token; the old one counts no more. Attempts are throttled. Who has neither (an
// account that is entered through a provider) signs in anew.
func (s *Service) Prove(ctx context.Context, who Actor, token, password, code string) (newToken string, err error) {
	by, err := s.ProvesBy(ctx, who)
	if err != nil {
		return "", err
	}
	again := func(tx *db.Tx, strong bool) error {
		newToken = newSecret()
		n, err := tx.Exec(ctx, sqlSessionProve, hashOf(token), hashOf(newToken), db.Micros(tx.Now()), strong, who.Session)
		if err == nil && n != 1 {
			err = fault.New(fault.SignIn, "access.session_ended")
		}
		if err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "session.prove", Object: "session/" + who.Session, Detail: by})
	}
	switch by {
	case "code":
		err = s.withCode(ctx, who, code, func(tx *db.Tx, _ personRow) error { return again(tx, true) })
	case "password":
		if err = s.confirm(ctx, who, password); err == nil {
			err = s.db.Act(ctx, func(tx *db.Tx) error { return again(tx, false) })
		}
	default:
		err = fault.New(fault.Conflict, "access.prove_signin")
	}
	return newToken, err
}

// ProvesBy says by what the actor proves themselves: "code", "password", or "" where there is neither.
func (s *Service) ProvesBy(ctx context.Context, who Actor) (by string, err error) {
	if who.Token || who.Anonymous() {
		return "", fault.New(fault.SignIn, "access.sign_in")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, _, err := personBy(ctx, tx, sqlPersonByID, string(who.Person))
		switch {
		case p.seedConfirmed:
			by = "code"
		case p.password != "":
			by = "password"
		}
		return err
	})
	return by, err
}
