package access

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// linkKind is what a one-time link is good for.
type linkKind string

const (
	linkFirst   linkKind = "first"   // to become the first administrator
	linkInvite  linkKind = "invite"  // to take up an invitation
	linkRecover linkKind = "recover" // to set a new password
)

// link makes a one-time link and voids the earlier ones of its kind.
func link(ctx context.Context, tx *db.Tx, kind linkKind, person, by string) (token string, err error) {
	now := db.Micros(tx.Now())
	if _, err := tx.Exec(ctx, sqlLinkVoid, person, string(kind), now); err != nil {
		return "", err
	}
	token = newSecret()
	_, err = tx.Exec(ctx, sqlLinkInsert, hashOf(token), string(kind), person, by, now, db.Micros(tx.Now().Add(linkLife)))
	return token, err
}

// useLink takes a one-time link of one of the kinds: it works once, and only in time. The refusal is the same whatever
// is wrong with it.
func useLink(ctx context.Context, tx *db.Tx, hash string, kinds ...linkKind) (person string, kind linkKind, err error) {
	gone := fault.New(fault.Gone, "access.link_gone")
	var of string
	var ends, used int64
	err = tx.QueryRow(ctx, sqlLinkByHash, hash).Scan(&of, &person, &ends, &used)
	if db.NoRows(err) {
		return "", "", gone
	}
	if err != nil {
		return "", "", fmt.Errorf("read a link: %w", err)
	}
	for _, kind = range kinds {
		if kind != linkKind(of) {
			continue
		}
		n, err := tx.Exec(ctx, sqlLinkUse, hash, db.Micros(tx.Now()))
		if err == nil && n != 1 {
			err = gone
		}
		return person, kind, err
	}
	return "", "", gone
}

// FirstAdmin makes the one-time link of the first administrator: a token for AcceptFirst. While there is an
// administrator it answers with "". A new link voids the one before it.
func (s *Service) FirstAdmin(ctx context.Context) (token string, err error) {
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		token = ""
		var admins int
		if err := tx.QueryRow(ctx, sqlAdminCount, "").Scan(&admins); err != nil || admins > 0 {
			return err
		}
		token, err = link(ctx, tx, linkFirst, "", "")
		return err
	})
	return token, err
}

// AcceptFirst makes the first administrator.
func (s *Service) AcceptFirst(ctx context.Context, token, email, name, password string) error {
	email, err := cleanEmail(email)
	if err != nil {
		return err
	}
	if name, err = cleanName(name); err != nil {
		return err
	}
	if _, err := s.livingLink(ctx, token); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password, email, name)
	if err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		if _, _, err := useLink(ctx, tx, hashOf(token), linkFirst); err != nil {
			return err
		}
		var admins int // since the link was made
		if err := tx.QueryRow(ctx, sqlAdminCount, "").Scan(&admins); err != nil {
			return err
		}
		if admins > 0 {
			return fault.New(fault.Gone, "access.link_gone")
		}
		id, err := insertPerson(ctx, tx, email, name, "", "active", hash)
		if err != nil {
			return err
		}
		if err := insertGrant(ctx, tx, id, Grant{Role: "node_admin"}, id); err != nil {
			return err
		}
		return s.Record(ctx, tx, Actor{Person: id}, Entry{Act: "person.first", Object: "person/" + string(id)})
	})
}

// livingLink refuses a link that cannot be used, before a password is hashed for it, and says whose it is; that of the first
// administrator is nobody's yet.
func (s *Service) livingLink(ctx context.Context, token string) (p personRow, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var kind, person string
		var ends, used int64
		err := tx.QueryRow(ctx, sqlLinkByHash, hashOf(token)).Scan(&kind, &person, &ends, &used)
		if db.NoRows(err) || err == nil && (used != 0 || ends <= db.Micros(tx.Now())) {
			return fault.New(fault.Gone, "access.link_gone")
		}
		if err == nil && person != "" {
			p, _, err = personBy(ctx, tx, sqlPersonByID, person)
		}
		return err
	})
	return p, err
}

// AcceptInvitation sets the first password of an invited person, or a new one through a link of recovery. All older
// sessions of the person end, and by a link of recovery their API tokens too. One-time codes stay as they are.
func (s *Service) AcceptInvitation(ctx context.Context, token, password string) error {
	about, err := s.livingLink(ctx, token)
	if err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password, about.email, about.name)
	if err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		person, kind, err := useLink(ctx, tx, hashOf(token), linkInvite, linkRecover)
		if err != nil {
			return err
		}
		now := db.Micros(tx.Now())
		n, err := tx.Exec(ctx, sqlPersonActivate, person, hash, now)
		if err == nil && n != 1 {
			err = fault.New(fault.Gone, "access.link_gone")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlSessionEndAll, person, "", now); err != nil {
			return err
		}
		if kind == linkRecover {
			if _, err := tx.Exec(ctx, sqlTokenEndAll, person, now); err != nil {
				return err
			}
		}
		return s.Record(ctx, tx, Actor{Person: unit.ID(person)}, Entry{Act: "person.password", Object: "person/" + person, Detail: string(kind)})
	})
}

// Recover makes the one-time link by which a person sets a new password, or takes up an invitation that has run out; an
// administrator hands it over.
func (s *Service) Recover(ctx context.Context, who Actor, id unit.ID) (token string, err error) {
	if err := MaySomewhere(who, PeopleManage); err != nil {
		return "", err
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		p, err := ruled(ctx, tx, who, PeopleManage, id)
		if err != nil {
			return err
		}
		if p.state != "active" && p.state != "invited" {
			return fault.New(fault.Conflict, "access.not_active")
		}
		if token, err = link(ctx, tx, linkRecover, string(id), string(who.Person)); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.recover", Object: "person/" + string(id)})
	})
	return token, err
}

// Forgot sends a link of recovery to the address of an account, where the node has a Courier. Who asks learns nothing
// about the account: the answer is the same, and comes before the letter leaves. The letter does not go by an outbox,
// because the secret of a link stands nowhere in the database; one that is lost is asked for again.
func (s *Service) Forgot(ctx context.Context, email, addr string) error {
	if s.courier == nil {
		return fault.New(fault.Unavailable, "access.no_courier")
	}
	email, err := cleanEmail(email)
	if err != nil {
		return err
	}
	var token string
	var p personRow
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		token = ""
		if err := count(ctx, tx, keysOf(addr, throttleKey{key: hashOf("forgot " + email), free: freeLetters})...); err != nil {
			return err
		}
		var found bool
		p, found, err = personBy(ctx, tx, sqlPersonByEmail, email)
		if err != nil || !found || p.state != "active" {
			return err
		}
		if token, err = link(ctx, tx, linkRecover, p.id, ""); err != nil {
			return err
		}
		return s.Record(ctx, tx, Actor{}, Entry{Act: "person.recover", Object: "person/" + p.id, Detail: "letter"})
	})
	if err != nil || token == "" {
		return err
	}
	s.letters.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), letterTimeMax)
		defer cancel()
		if err := s.courier.Carry(ctx, s.recoveryLetter(p, token)); err != nil {
			s.logger.Error("send a link of recovery", "person", p.id, "error", err)
		}
	})
	return nil
}

// recoveryLetter is in both languages: it is not known which one the person reads.
func (s *Service) recoveryLetter(p personRow, token string) notice.Letter {
	at := strings.TrimSuffix(s.site, "/") + "/welcome?token=" + url.QueryEscape(token)
	hours := int(linkLife.Hours())
	words := fault.Words{
		fmt.Sprintf("您好！有人请求为您在 %s 的账号设置新密码。如果是您本人，请在 %d 小时内打开以下链接；如果不是，请忽略本邮件，密码不会改变。\n\n%s\n", s.issuer, hours, at),
		fmt.Sprintf("Somebody asked to set a new password for your account at %s. If it was you, open this link within %s; if not, ignore this letter and nothing changes.\n\n%s\n", s.issuer, fault.Count(hours, "", "hour", "hours")[1], at),
	}
	return notice.Letter{Name: p.name, Address: p.email, Subject: s.issuer + "：设置新密码 / Set a new password",
		Text: words.In(fault.ZH) + "\n" + words.In(fault.EN)}
}

// Wait returns when every letter under way has left or failed.
func (s *Service) Wait() { s.letters.Wait() }
