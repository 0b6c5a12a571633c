package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// APIToken lets a program act for a person, within scopes and until a day. The secret is shown once.
type APIToken struct {
	ID, Person  unit.ID
	Name        string
	Scopes      []Permission
	Made, Ends  time.Time
	Used, Ended time.Time // zero: not yet
	Strong      bool      // made by somebody who had shown a second factor
}

// tokenPrefix tells an API token from a session, and lets a scanner of leaked secrets know it.
const tokenPrefix = "corridor_"

func joinScopes(p []Permission) string {
	parts := make([]string, len(p))
	for i, x := range p {
		parts[i] = string(x)
	}
	return strings.Join(parts, " ")
}

func splitScopes(s string) []Permission {
	var out []Permission
	for _, p := range strings.Fields(s) {
		out = append(out, Permission(p))
	}
	return out
}

// NewToken makes an API token of the actor's own. Its scopes are permissions that tokens may carry; it ends at latest
// after a year.
func (s *Service) NewToken(ctx context.Context, who Actor, name string, scopes []Permission, life time.Duration) (secret string, t APIToken, err error) {
	if err := May(who, TokenManage, Scope{Person: who.Person}); err != nil {
		return "", t, err
	}
	if name, err = cleanName(name); err != nil {
		return "", t, err
	}
	if life <= 0 || life > tokenLifeMax {
		return "", t, fault.New(fault.Invalid, "access.token_life", "days", int(tokenLifeMax/(24*time.Hour))).On("days")
	}
	able := Tokenable()
	if len(scopes) == 0 {
		return "", t, fault.New(fault.Invalid, "access.token_scopes").On("scopes")
	}
	for _, p := range scopes {
		if !slices.Contains(able, p) {
			return "", t, fault.New(fault.Invalid, "access.token_scope", "permission", string(p)).On("scopes")
		}
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		var living int
		now := tx.Now()
		if err := tx.QueryRow(ctx, sqlTokenCount, string(who.Person), db.Micros(now)).Scan(&living); err != nil {
			return err
		}
		if living >= tokensMax {
			return fault.New(fault.Conflict, "access.tokens_many", "most", tokensMax)
		}
		secret = tokenPrefix + newSecret()
		t = APIToken{ID: unit.NewID(now), Person: who.Person, Name: name, Scopes: scopes, Made: now, Ends: now.Add(life), Strong: who.Strong}
		if _, err := tx.Exec(ctx, sqlTokenInsert, hashOf(secret), string(t.ID), string(who.Person), name, joinScopes(scopes), t.Strong,
			db.Micros(now), db.Micros(t.Ends)); err != nil {
			return fmt.Errorf("make a token: %w", err)
		}
		return s.Record(ctx, tx, who, Entry{Act: "token.create", Object: "token/" + string(t.ID), Detail: joinScopes(scopes)})
	})
	return secret, t, err
}

// Tokens lists the actor's API tokens, newest first.
func (s *Service) Tokens(ctx context.Context, who Actor) (all []APIToken, err error) {
	if err := May(who, TokenManage, Scope{Person: who.Person}); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = db.Collect(ctx, tx, "tokens", scanToken, sqlTokensOf, string(who.Person), tokensMax)
		return err
	})
	return all, err
}

// EndToken ends an API token of the actor's, or of a person whom the actor administers.
func (s *Service) EndToken(ctx context.Context, who Actor, id unit.ID) error {
	if err := MaySomewhere(who, TokenManage); err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		t, err := scanToken(tx.QueryRow(ctx, sqlTokenByID, string(id)).Scan)
		if db.NoRows(err) {
			return fault.New(fault.NotFound, "access.not_found")
		}
		if err != nil {
			return fmt.Errorf("read token %s: %w", id, err)
		}
		if _, err := known(ctx, tx, who, TokenManage, t.Person); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlTokenEnd, string(id), db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "token.end", Object: "token/" + string(id)})
	})
}
