package access

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// SignIn is what somebody gives to be let in.
type SignIn struct {
	Email, Password string
	Code            string // one-time or recovery code; "" where none is asked for
	Addr, Agent     string // of the request, for the throttle and the list of sessions
}

// SignIn checks a password, and a code where the person has set codes up, and makes a session. The attempt is counted
// before the password is looked at. An unknown account, a disabled one and a wrong password get the same refusal. A
// person whose role asks for codes and who has none gets a session that can set them up and do nothing else: the Actor is
// anonymous and its Needs says so.
func (s *Service) SignIn(ctx context.Context, in SignIn) (token string, who Actor, err error) {
	defer func() { s.logRefused(in, err) }()
	wrong := fault.New(fault.SignIn, "access.wrong").On("password")
	email, err := cleanEmail(in.Email)
	if err != nil || len(in.Password) > passwordBytesMax {
		return "", Actor{}, wrong
	}
	keys := keysOf(in.Addr, throttleKey{key: hashOf("account " + email), free: freeAccount})
	var p personRow
	var found bool
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		if err := count(ctx, tx, keys...); err != nil {
			return err
		}
		p, found, err = personBy(ctx, tx, sqlPersonByEmail, email)
		return err
	})
	if err != nil {
		return "", Actor{}, err
	}
	if !found || p.state != "active" {
		p.password = ""
	}
	match, err := s.passwordIs(ctx, in.Password, p.password)
	if err != nil {
		return "", Actor{}, err
	}
	if !match {
		return "", Actor{}, wrong
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		// The person is read again: the account may have changed while the password was compared.
		now, found, err := personBy(ctx, tx, sqlPersonByID, p.id)
		if err != nil {
			return err
		}
		if !found || now.state != "active" || now.password != p.password {
			return wrong
		}
		strong, err := s.secondFactor(ctx, tx, now, in.Code)
		if err != nil {
			return err
		}
		if err := forgive(ctx, tx, keys...); err != nil {
			return err
		}
		token, who, err = s.open(ctx, tx, now, strong, in.Addr, in.Agent, "password")
		return err
	})
	return token, who, err
}

// logRefused writes a sign-in that was refused to the log of the process: with the address that asked and a digest of the account, so
// that attempts at one account are seen together and nobody is named.
func (s *Service) logRefused(in SignIn, err error) {
	if err == nil || fault.KindOf(err) == fault.Internal || fault.CodeOf(err) == "access.code_needed" {
		return // told elsewhere; and who has not been asked for a code yet has not failed
	}
	s.logger.Warn("sign-in refused", "code", fault.CodeOf(err), "from", in.Addr, "account", hashOf("account " + strings.ToLower(strings.TrimSpace(in.Email)))[:16])
}

// secondFactor takes the code of a person who has set codes up. Without codes there is none to show; whether that is
// enough is for step to say.
func (s *Service) secondFactor(ctx context.Context, tx *db.Tx, p personRow, code string) (strong bool, err error) {
	if s.noCodes || !p.seedConfirmed {
		return false, nil
	}
	if code == "" {
		return false, fault.New(fault.SignIn, "access.code_needed").On("code")
	}
	strong, err = s.checkCode(ctx, tx, p, code)
	if err == nil && !strong {
		err = fault.New(fault.SignIn, "access.code_wrong").On("code")
	}
	return strong, err
}

// open makes the session of a person who has proved to be them; way says how, for the journal.
func (s *Service) open(ctx context.Context, tx *db.Tx, p personRow, strong bool, addr, agent, way string) (string, Actor, error) {
	token, id := newSecret(), unit.NewID(tx.Now())
	if _, err := tx.Exec(ctx, sqlSessionInsert, hashOf(token), string(id), p.id, strong, db.Micros(tx.Now()),
		db.Micros(tx.Now().Add(sessionLifeMax)), short(addr, agentMax), short(agent, agentMax)); err != nil {
		return "", Actor{}, fmt.Errorf("make a session: %w", err)
	}
	who, err := actorOf(ctx, tx, p, string(id))
	if err != nil {
		return "", Actor{}, err
	}
	if err := s.Record(ctx, tx, who, Entry{Act: "session.create", Object: "person/" + p.id, Detail: way}); err != nil {
		return "", Actor{}, err
	}
	who.Strong, who.Fresh = strong, true
	return token, s.finished(p, who), nil
}

// finished is the actor when nothing is missing, and else one who is nobody yet and knows what is missing.
func (s *Service) finished(p personRow, who Actor) Actor {
	if needs := s.step(p.seedConfirmed, who.Grants, who.Strong); needs != Done {
		return Actor{Needs: needs, Session: who.Session}
	}
	return who
}

// GiveCode finishes a sign-in that still needs a one-time code (through a provider, or a session older than the codes):
// the session counts fully under a new token.
func (s *Service) GiveCode(ctx context.Context, token, code string) (newToken string, who Actor, err error) {
	var row sessionRow
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		row, err = livingSession(ctx, tx, token)
		if err != nil {
			return err
		}
		return count(ctx, tx, codeKey(row.person))
	})
	if err != nil {
		return "", Actor{}, err
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		p, found, err := personBy(ctx, tx, sqlPersonByID, row.person)
		if err != nil {
			return err
		}
		if !found || p.state != "active" || !p.seedConfirmed {
			return fault.New(fault.SignIn, "access.session_ended")
		}
		ok, err := s.checkCode(ctx, tx, p, code)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.SignIn, "access.code_wrong").On("code")
		}
		if err := forgive(ctx, tx, codeKey(row.person)); err != nil {
			return err
		}
		if newToken, err = rotate(ctx, tx, token); err != nil {
			return err
		}
		if who, err = actorOf(ctx, tx, p, row.id); err != nil {
			return err
		}
		who.Strong, who.Fresh = true, true
		return s.Record(ctx, tx, who, Entry{Act: "session.code", Object: "session/" + row.id})
	})
	return newToken, who, err
}

// short cuts a text to so many characters.
func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
