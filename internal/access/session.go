package access

import (
	"context"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Session finds who comes with a session's token or with an API token. Ended and unknown ones are refused alike.
func (s *Service) Session(ctx context.Context, token string) (who Actor, err error) {
	ended := fault.New(fault.SignIn, "access.session_ended")
	if token == "" || len(token) > 200 {
		return who, ended
	}
	hash := hashOf(token)
	touch := false
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		row, found, err := sessionBy(ctx, tx, sqlSessionByHash, hash)
		if err != nil {
			return err
		}
		if !found {
			who, touch, err = s.byAPIToken(ctx, tx, hash)
			return err
		}
		now := tx.Now()
		if row.endedAt != 0 || now.After(db.Time(row.endsAt)) || now.Sub(db.Time(row.seenAt)) > sessionIdleMax {
			return ended
		}
		p, found, err := personBy(ctx, tx, sqlPersonByID, row.person)
		if err != nil {
			return err
		}
		if !found || p.state != "active" {
			return ended
		}
		if who, err = actorOf(ctx, tx, p, row.id); err != nil {
			return err
		}
		if who.Needs = s.step(p, who.Grants, row.strong); who.Needs != Done {
			who = Actor{Needs: who.Needs, Session: row.id}
		}
		touch = now.Sub(db.Time(row.seenAt)) > seenEvery
		return nil
	})
	if err != nil {
		return Actor{}, err
	}
	if touch {
		err = s.db.Act(ctx, func(tx *db.Tx) error {
			now := db.Micros(tx.Now())
			if who.Token {
				_, err := tx.Exec(ctx, sqlTokenUsed, who.Session, now)
				return err
			}
			_, err := tx.Exec(ctx, sqlSessionSeen, hash, now)
			return err
		})
	}
	return who, err
}

// SignOut ends the session that the actor came with. An API token is not a session and is ended by EndToken.
func (s *Service) SignOut(ctx context.Context, who Actor) error {
	return s.db.Act(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, sqlSessionEnd, who.Session, db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "session.end", Object: "session/" + who.Session})
	})
}

// OpenSession is one of a person's sessions that still counts.
type OpenSession struct {
	ID          unit.ID
	Made, Seen  time.Time
	Addr, Agent string
	Here        bool // the one that the actor came with
}

// Sessions lists the actor's own sessions, newest first.
func (s *Service) Sessions(ctx context.Context, who Actor) (all []OpenSession, err error) {
	if err := May(who, SessionEnd, Scope{Person: who.Person}); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		all, err = collect(ctx, tx, "sessions", func(scan func(...any) error) (o OpenSession, err error) {
			var row sessionRow
			err = row.scan(scan)
			return OpenSession{ID: unit.ID(row.id), Made: db.Time(row.madeAt), Seen: db.Time(row.seenAt), Addr: row.addr,
				Agent: row.agent, Here: row.id == who.Session}, err
		}, sqlSessionsOf, string(who.Person), db.Micros(now), db.Micros(now.Add(-sessionIdleMax)), sessionsListed)
		return err
	})
	return all, err
}

// EndSession ends a session of the actor's, or of a person whom the actor administers.
func (s *Service) EndSession(ctx context.Context, who Actor, id unit.ID) error {
	return s.db.Act(ctx, func(tx *db.Tx) error {
		row, found, err := sessionBy(ctx, tx, sqlSessionByID, string(id))
		if err != nil {
			return err
		}
		if !found || May(who, SessionEnd, Scope{Person: unit.ID(row.person)}) != nil {
			return fault.New(fault.NotFound, "access.not_found")
		}
		if _, err := tx.Exec(ctx, sqlSessionEnd, string(id), db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "session.end", Object: "session/" + string(id)})
	})
}
