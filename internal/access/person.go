package access

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Keeper is a room that keeps something about persons: what it has, and how it lets go of it. Both take part in the
// act of access; ErasePerson says in words what it keeps, and why.
type Keeper interface {
	AboutPerson(ctx context.Context, tx *db.Tx, person unit.ID) (map[string]any, error)
	ErasePerson(ctx context.Context, tx *db.Tx, person unit.ID) (kept []fault.Words, err error)
}

// Correction is what is to be changed; an empty text stays as it is.
type Correction struct {
	Name, Email string
	Org         string // by an administrator only
	Password    string // one's own, for a new address of one's own: it is by the address that an account is recovered
}

// Correct corrects a person's data: one's own, or those of somebody whom the actor administers.
func (s *Service) Correct(ctx context.Context, who Actor, id unit.ID, c Correction) (err error) {
	if err := MaySomewhere(who, PersonEdit); err != nil {
		return err
	}
	own := id == who.Person
	if c.Email != "" {
		if c.Email, err = cleanEmail(c.Email); err != nil {
			return err
		}
		if own {
			if err := s.confirm(ctx, who, c.Password); err != nil {
				return err
			}
		}
	}
	if c.Name != "" {
		if c.Name, err = cleanName(c.Name); err != nil {
			return err
		}
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		read := known
		if c.Email != "" {
			read = ruled // who can change the address can recover the account
		}
		p, err := read(ctx, tx, who, PersonEdit, id)
		if err != nil {
			return err
		}
		if p.state == "erased" {
			return fault.New(fault.Conflict, "access.not_active")
		}
		if c.Org != "" && c.Org != p.org {
			if err := May(who, PeopleManage, Scope{Org: c.Org}); err != nil {
				return fault.New(fault.Denied, "access.org_beyond").On("org")
			}
		}
		n, err := tx.Exec(ctx, sqlPersonCorrect, p.id, or(c.Name, p.name), or(c.Email, p.email), or(c.Org, p.org), db.Micros(tx.Now()))
		if err == nil && n != 1 {
			err = fault.New(fault.Conflict, "access.email_taken").On("email")
		}
		if err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.correct", Object: "person/" + p.id, Detail: c.fields()})
	})
}

// fields names what a correction changes; the journal holds no personal data.
func (c Correction) fields() string {
	s := ""
	for _, f := range []struct{ name, value string }{{"name", c.Name}, {"email", c.Email}, {"org", c.Org}} {
		if f.value != "" {
			s += " " + f.name
		}
	}
	return s[min(1, len(s)):]
}

func or(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

// confirm asks the actor for their own password, before something by which the account could be taken from them.
func (s *Service) confirm(ctx context.Context, who Actor, password string) error {
	if who.Token || who.Anonymous() {
		return fault.New(fault.SignIn, "access.sign_in")
	}
	key := throttleKey{key: hashOf("confirm " + string(who.Person)), free: freeAccount}
	var p personRow
	err := s.db.Act(ctx, func(tx *db.Tx) (err error) {
		if err := count(ctx, tx, key); err != nil {
			return err
		}
		p, _, err = personBy(ctx, tx, sqlPersonByID, string(who.Person))
		return err
	})
	if err != nil {
		return err
	}
	if len(password) > passwordBytesMax {
		password = ""
	}
	match, err := s.passwordIs(ctx, password, p.password)
	if err != nil {
		return err
	}
	if !match {
		return fault.New(fault.Invalid, "access.confirm_wrong").On("password")
	}
	return s.db.Act(ctx, func(tx *db.Tx) error { return forgive(ctx, tx, key) })
}

// confirmIfAny is confirm, except for an account that is only entered through a provider.
func (s *Service) confirmIfAny(ctx context.Context, who Actor, password string) error {
	without := false
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		p, found, err := personBy(ctx, tx, sqlPersonByID, string(who.Person))
		without = found && p.password == ""
		return err
	})
	if err != nil || without && !who.Token {
		return err
	}
	return s.confirm(ctx, who, password)
}

// ChangePassword sets a new password of the actor's own. All their other sessions end.
func (s *Service) ChangePassword(ctx context.Context, who Actor, old, fresh string) error {
	if err := s.confirm(ctx, who, old); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, fresh, who.Email, who.Name)
	if err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		now := db.Micros(tx.Now())
		n, err := tx.Exec(ctx, sqlPersonPassword, string(who.Person), hash, now)
		if err == nil && n != 1 {
			err = fault.New(fault.SignIn, "access.session_ended")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlSessionEndAll, string(who.Person), who.Session, now); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.password", Object: "person/" + string(who.Person)})
	})
}

// About is everything that this node keeps about a person, for them to take away. It holds no secret.
type About struct {
	Person   Profile
	Made     time.Time
	Past     []PastGrant // what they held, the newest first
	Sessions []OpenSession
	Tokens   []APIToken
	Accounts []Account      // at providers
	Acts     []Line         // what they did, the newest first
	More     bool           // there are older acts: the journal is read by pages
	Rooms    map[string]any // what other rooms keep
}

// PastGrant is a role with when it was held; Ended is zero while it is.
type PastGrant struct {
	Grant
	Given, Ended time.Time
}

// Account is an identity at a provider.
type Account struct {
	Issuer, Subject string
	Made            time.Time
}

// Export collects what is kept about a person: for themselves, or by who administers them.
func (s *Service) Export(ctx context.Context, who Actor, id unit.ID) (a About, err error) {
	if who.Token {
		return a, fault.New(fault.Denied, "access.token_scope", "permission", "person.export")
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		p, grants, err := knownWith(ctx, tx, who, PersonRead, id)
		if err != nil {
			return err
		}
		a = About{Person: profileOf(p, grants), Made: db.Time(p.madeAt), Rooms: map[string]any{}}
		if a.Past, err = db.Collect(ctx, tx, "past grants", scanPastGrant, sqlGrantsEver, p.id, exportMax); err != nil {
			return err
		}
		if a.Sessions, err = db.Collect(ctx, tx, "sessions", scanOpenSession(who.Session), sqlSessionsEver, p.id, exportMax); err != nil {
			return err
		}
		if a.Tokens, err = db.Collect(ctx, tx, "tokens", scanToken, sqlTokensOf, p.id, exportMax); err != nil {
			return err
		}
		if a.Accounts, err = db.Collect(ctx, tx, "identities", scanAccount, sqlIdentitiesOf, p.id, exportMax); err != nil {
			return err
		}
		if a.Acts, err = db.Collect(ctx, tx, "acts", scanEntry, sqlJournalOfPerson, p.id, exportMax+1); err != nil {
			return err
		}
		if a.More = len(a.Acts) > exportMax; a.More {
			a.Acts = a.Acts[:exportMax]
		}
		for _, k := range s.keepers {
			about, err := k.keeper.AboutPerson(ctx, tx, id)
			if err != nil {
				return fmt.Errorf("what %s keeps about %s: %w", k.room, id, err)
			}
			a.Rooms[k.room] = about
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.export", Object: "person/" + p.id})
	})
	return a, err
}

// Erase takes a person's data away: name, address, password, codes, accounts at providers, addresses of sessions, names
// of tokens. The account cannot be used again. What is kept is returned, each with why. The last administrator stays.
// One's own account asks for the password once more, where it has one.
func (s *Service) Erase(ctx context.Context, who Actor, id unit.ID, password string) (kept []fault.Words, err error) {
	if id == who.Person {
		if err := s.confirmIfAny(ctx, who, password); err != nil {
			return nil, err
		}
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		kept = nil
		p, err := ruled(ctx, tx, who, PersonEdit, id)
		if err != nil {
			return err
		}
		if p.state == "erased" {
			return fault.New(fault.Gone, "access.erased")
		}
		if err := s.shut(ctx, tx, p.id); err != nil {
			return err
		}
		now := db.Micros(tx.Now())
		if _, err := tx.Exec(ctx, sqlPersonErase, p.id, "erased:"+p.id, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlGrantEndAll, p.id, string(who.Person), now); err != nil {
			return err
		}
		for _, query := range []string{sqlSessionBlank, sqlTokenBlank, sqlIdentityErase, sqlRecoveryErase, sqlProviderErase} {
			if _, err := tx.Exec(ctx, query, p.id); err != nil {
				return err
			}
		}
		kept = append(kept,
			fault.Words{"操作日志以编号记录该人做过的事，不含姓名；日志只能追加，用于审计。", "The act journal keeps what the person did under their number, without the name: it is append only, for audit."},
			fault.Words{"曾任角色及起止时间以编号保留，用于说明每项操作的授权。", "The roles that they held, and when, stay under their number: they are the mandate of each act."})
		for _, k := range s.keepers {
			also, err := k.keeper.ErasePerson(ctx, tx, id)
			if err != nil {
				return fmt.Errorf("erase %s in %s: %w", id, k.room, err)
			}
			kept = append(kept, also...)
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.erase", Object: "person/" + p.id})
	})
	return kept, err
}
