package access

import (
	"context"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Session finds who comes with a session's token or with an API token, by one statement. Ended and unknown ones are
// refused alike. The time of the last request is written at most once in seenEvery, and a node that cannot write still
// knows who asks.
func (s *Service) Session(ctx context.Context, token string) (who Actor, err error) {
	ended := fault.New(fault.SignIn, "access.session_ended")
	if token == "" || len(token) > 200 {
		return Actor{}, ended
	}
	hash, program := hashOf(token), strings.HasPrefix(token, tokenPrefix)
	var a arrival
	touch, fresh := false, false
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		query := sqlSessionArrives
		if program {
			query = sqlTokenArrives
		}
		var found bool
		if a, found, err = arrives(ctx, tx, query, hash); err != nil {
			return err
		}
		now := tx.Now()
		idle := !program && now.Sub(db.Time(a.seenAt)) > sessionIdleMax
		if !found || a.endedAt != 0 || !now.Before(db.Time(a.endsAt)) || idle || a.person.state != "active" {
			return ended
		}
		touch = now.Sub(db.Time(a.seenAt)) > seenEvery
		fresh = !program && now.Sub(db.Time(a.provedAt)) <= proofLife
		return nil
	})
	if err != nil {
		return Actor{}, err
	}
	if touch {
		// Only the list of sessions and the idle limit are the poorer if this fails.
		_ = s.db.Act(ctx, func(tx *db.Tx) error {
			query := sqlSessionSeen
			if program {
				query = sqlTokenSeen
			}
			_, err := tx.Exec(ctx, query, a.id, db.Micros(tx.Now()))
			return err
		})
	}
	who = a.actor()
	who.Token, who.Scopes, who.Fresh = program, splitScopes(a.scopes), fresh || s.noCodes && !program
	return s.finished(a.person, who), nil
}

// livingSession finds the session of a token that still counts, finished or not.
func livingSession(ctx context.Context, tx *db.Tx, token string) (sessionRow, error) {
	row, found, err := sessionBy(ctx, tx, sqlSessionByHash, hashOf(token))
	if err != nil {
		return row, err
	}
	now := tx.Now()
	if !found || row.endedAt != 0 || !now.Before(db.Time(row.endsAt)) || now.Sub(db.Time(row.seenAt)) > sessionIdleMax {
		return row, fault.New(fault.SignIn, "access.session_ended")
	}
	return row, nil
}

// rotate gives a session that has grown a new token; the old one, which may have been seen, counts no more.
func rotate(ctx context.Context, tx *db.Tx, token string) (string, error) {
	fresh := newSecret()
	n, err := tx.Exec(ctx, sqlSessionRotate, hashOf(token), hashOf(fresh), db.Micros(tx.Now()))
	if err == nil && n != 1 {
		err = fault.New(fault.SignIn, "access.session_ended")
	}
	return fresh, err
}

// SignOut ends the session that the actor came with; a session that has ended stays so. An API token is not a session
// and is ended by EndToken.
func (s *Service) SignOut(ctx context.Context, who Actor) error {
	if who.Token {
		return fault.New(fault.Denied, "access.token_scope", "permission", string(SessionEnd))
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		row, found, err := sessionBy(ctx, tx, sqlSessionByID, who.Session)
		if err != nil || !found || row.endedAt != 0 {
			return err
		}
		return s.end(ctx, tx, Actor{Person: unit.ID(row.person), Session: row.id}, row)
	})
}

// end ends one session, and says so in the journal.
func (s *Service) end(ctx context.Context, tx *db.Tx, who Actor, row sessionRow) error {
	if _, err := tx.Exec(ctx, sqlSessionEnd, row.id, db.Micros(tx.Now())); err != nil {
		return err
	}
	return s.Record(ctx, tx, who, Entry{Act: "session.end", Object: "session/" + row.id})
}

// OpenSession is one of a person's sessions that still counts.
type OpenSession struct {
	ID          unit.ID
	Made, Seen  time.Time
	Addr, Agent string
	Strong      bool // a second factor was shown
	Here        bool // the one that the actor came with
}

// Sessions lists the actor's own sessions, newest first.
func (s *Service) Sessions(ctx context.Context, who Actor) (all []OpenSession, err error) {
	if err := May(who, SessionEnd, Scope{Person: who.Person}); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		all, err = db.Collect(ctx, tx, "sessions", scanOpenSession(who.Session), sqlSessionsOf, string(who.Person), db.Micros(now),
			db.Micros(now.Add(-sessionIdleMax)), sessionsListed)
		return err
	})
	return all, err
}

// EndSession ends a session of the actor's, or of a person whom the actor administers.
func (s *Service) EndSession(ctx context.Context, who Actor, id unit.ID) error {
	if err := MaySomewhere(who, SessionEnd); err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		row, found, err := sessionBy(ctx, tx, sqlSessionByID, string(id))
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "access.not_found")
		}
		if _, err := known(ctx, tx, who, SessionEnd, unit.ID(row.person)); err != nil {
			return err
		}
		return s.end(ctx, tx, who, row)
	})
}

// EndOtherSessions ends all of the actor's sessions except the one that they came with, and says how many.
func (s *Service) EndOtherSessions(ctx context.Context, who Actor) (ended int64, err error) {
	if err := May(who, SessionEnd, Scope{Person: who.Person}); err != nil {
		return 0, err
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		if ended, err = tx.Exec(ctx, sqlSessionEndAll, string(who.Person), who.Session, db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "session.end_others", Object: "person/" + string(who.Person)})
	})
	return ended, err
}
