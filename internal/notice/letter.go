package notice

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// The jobs that acts leave here.
const (
	jobMail = "notice.mail"
	jobHook = "notice.hook"
)

// Handlers does the jobs of this room; the node's worker calls them.
func (s *Service) Handlers() map[string]db.Handler {
	return map[string]db.Handler{
		jobMail: {Out: func(ctx context.Context, j db.Job) error { return s.carry(ctx, j.Key, s.mail) }},
		jobHook: {Out: func(ctx context.Context, j db.Job) error { return s.carry(ctx, j.Key, s.request) }},
	}
}

// leave writes down that a notice goes out by one more way, and leaves its job.
func leave(ctx context.Context, tx *db.Tx, kind string, notice unit.ID, person, hook string) error {
	id := string(unit.NewID(tx.Now()))
	if _, err := tx.Exec(ctx, sqlLetter, id, string(notice), person, hook, db.Micros(tx.Now())); err != nil {
		return fmt.Errorf("letter of notice %s: %w", notice, err)
	}
	_, err := tx.Leave(ctx, db.Job{Kind: kind, Key: id})
	return err
}

// leaveMail leaves a letter for a person who wishes e-mail, where the node has a courier.
func (s *Service) leaveMail(ctx context.Context, tx *db.Tx, notice, person unit.ID) error {
	if s.c.Courier == nil {
		return nil
	}
	w, err := wishOf(ctx, tx, person)
	if err != nil || !w.Mail {
		return err
	}
	return leave(ctx, tx, jobMail, notice, string(person), "")
}

// errNeedless is why a letter is not sent any more: there is nobody to send it to.
var errNeedless = errors.New("there is nobody to send it to any more")

// carry sends a letter by one way, outside the database, and writes down what became of it.
func (s *Service) carry(ctx context.Context, id string, way func(context.Context, outgoing) error) error {
	var o outgoing
	err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		o, err = outgoingBy(ctx, tx, id)
		return err
	})
	if err != nil || o.settled {
		return err
	}
	outcome := way(ctx, o)
	never := errors.Is(outcome, errNeedless) || outcome != nil && fault.KindOf(outcome) == fault.Invalid
	err = s.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
		now := db.Micros(tx.Now())
		switch {
		case outcome == nil:
			_, err = tx.Exec(ctx, sqlLetterSent, id, now)
		case never:
			_, err = tx.Exec(ctx, sqlLetterEnded, id, now, shortened(outcome.Error(), problemMax))
		default:
			_, err = tx.Exec(ctx, sqlLetterProblem, id, shortened(outcome.Error(), problemMax))
		}
		return err
	})
	switch {
	case errors.Is(outcome, errNeedless):
		return err
	case never:
		return db.GiveUp(errors.Join(outcome, err))
	}
	return errors.Join(outcome, err)
}

// mail sends a letter to a person by e-mail. The address is asked for now, so an account that is not in use gets none.
func (s *Service) mail(ctx context.Context, o outgoing) error {
	if s.c.Courier == nil {
		return errNeedless
	}
	l := Letter{ID: o.id}
	var w Wish
	err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if w, err = wishOf(ctx, tx, unit.ID(o.person)); err != nil {
			return err
		}
		l.Name, l.Address, err = s.c.People.Address(ctx, tx, unit.ID(o.person))
		return err
	})
	if err != nil {
		return err
	}
	if l.Address == "" || !w.Mail {
		return errNeedless
	}
	l.Subject, l.Text = s.written(o.told, w.Lang)
	return s.c.Courier.Carry(ctx, l)
}

// written is a notice as a letter, in one language or in both.
func (s *Service) written(t Told, lang fault.Lang) (subject, text string) {
	langs := []fault.Lang{fault.ZH, fault.EN}
	if lang != "" {
		langs = []fault.Lang{lang}
	}
	var b strings.Builder
	for i, l := range langs {
		if i > 0 {
			subject += " / "
			b.WriteString("\n")
		}
		subject += t.Title.In(l)
		fmt.Fprintln(&b, t.Title.In(l))
		if words := t.Text.In(l); words != "" {
			fmt.Fprintf(&b, "\n%s\n", words)
		}
	}
	if t.Path != "" {
		fmt.Fprintf(&b, "\n%s%s\n", s.c.Site, t.Path)
	}
	fmt.Fprintf(&b, "\n-- \n%s\n", s.c.Issuer)
	return subject, b.String()
}
