package notice

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Told is a notice as the person has it.
type Told struct {
	ID          unit.ID
	At          time.Time
	Kind        string
	Object      string
	Path        string
	Title, Text fault.Words
	Read        time.Time // zero: not yet
}

// Query narrows a person's notices; the zero query is all of them, newest first.
type Query struct {
	Unread bool
	Kind   string  // "case" finds case.refused too
	After  unit.ID // the last of the page before
}

// List returns one page of a person's notices, and where the next begins, "" at the end.
func (s *Service) List(ctx context.Context, person unit.ID, q Query) (page []Told, next unit.ID, err error) {
	after := "~" // after every id
	if q.After != "" {
		id, err := unit.ParseID(string(q.After))
		if err != nil {
			return nil, "", fault.New(fault.Invalid, "notice.page").On("after")
		}
		after = string(id)
	}
	query := sqlList
	if q.Unread {
		query = sqlListUnread
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		page, err = db.Collect(ctx, tx, "notices of "+string(person), scanTold, query, string(person), after, q.Kind, pageMax+1)
		return err
	})
	if len(page) > pageMax {
		page = page[:pageMax]
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// Unread counts a person's unread notices, up to a hundred; more says that there are more.
func (s *Service) Unread(ctx context.Context, person unit.ID) (n int, more bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, sqlUnread, string(person), unreadMax+1).Scan(&n)
	})
	if err != nil {
		return 0, false, fmt.Errorf("count the notices of %s: %w", person, err)
	}
	return min(n, unreadMax), n > unreadMax, nil
}

// Read marks one of a person's notices as read and returns it, so that a link can lead on to its page. One of somebody
// else's is not found.
func (s *Service) Read(ctx context.Context, person, id unit.ID) (t Told, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, sqlRead, string(person), string(id), db.Micros(tx.Now())); err != nil {
			return err
		}
		t, err = scanTold(tx.QueryRow(ctx, sqlOne, string(person), string(id)).Scan)
		if db.NoRows(err) {
			return fault.New(fault.NotFound, "notice.not_found")
		}
		return err
	})
	return t, err
}

// ReadAll marks everything as read up to and including a notice, the newest that the person has seen, and says how many.
func (s *Service) ReadAll(ctx context.Context, person, upTo unit.ID) (n int64, err error) {
	if upTo, err = unit.ParseID(string(upTo)); err != nil {
		return 0, fault.New(fault.Invalid, "notice.page").On("upto")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, sqlReadAll, string(person), string(upTo), db.Micros(tx.Now()))
		return err
	})
	return n, err
}

// Sent is what was told of an object: the notice, who has it, and the ways that it took out of the node.
type Sent struct {
	ID       unit.ID
	At       time.Time
	Kind     string
	Audience string
	Title    fault.Words
	Reached  int
	Cut      bool // there were more people than one notice reaches
	People   []Reading
	Letters  []Way
}

// Reading is one person's copy.
type Reading struct {
	Person unit.ID
	Read   time.Time // zero: not yet
}

// Way is one letter of a notice: to a person by e-mail, or to a system.
type Way struct {
	Person, Hook       unit.ID
	Made, Sent, GaveUp time.Time // zero: not yet
	Problem            string    // of the last attempt
}

// History returns what was told of an object, newest first, for whoever may audit it.
func (s *Service) History(ctx context.Context, tx *db.Tx, object string) ([]Sent, error) {
	all, err := db.Collect(ctx, tx, "what was told of "+object, scanSent, sqlHistory, object, pageMax)
	if err != nil {
		return nil, err
	}
	for i := range all {
		id := string(all[i].ID)
		if all[i].People, err = db.Collect(ctx, tx, "readers of "+id, scanReading, sqlReadings, id, reachedMax); err != nil {
			return nil, err
		}
		if all[i].Letters, err = db.Collect(ctx, tx, "letters of "+id, scanWay, sqlWays, id, reachedMax+hooksMax); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Wish is by which way a person wants to be told besides the node, and in which language; "" is both.
type Wish struct {
	Mail bool
	Lang fault.Lang
}

// Wish returns a person's wish: e-mail in both languages until they said otherwise.
func (s *Service) Wish(ctx context.Context, person unit.ID) (w Wish, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		w, err = wishOf(ctx, tx, person)
		return err
	})
	return w, err
}

// SetWish keeps a person's wish, in the caller's act.
func (s *Service) SetWish(ctx context.Context, tx *db.Tx, person unit.ID, w Wish) error {
	if w.Lang != "" && w.Lang != fault.ZH && w.Lang != fault.EN {
		return fault.New(fault.Invalid, "notice.lang", "lang", string(w.Lang)).On("lang")
	}
	_, err := tx.Exec(ctx, sqlWishSet, string(person), w.Mail, string(w.Lang), db.Micros(tx.Now()))
	return err
}

// AboutPerson is what this room keeps about a person, for them to take away.
func (s *Service) AboutPerson(ctx context.Context, tx *db.Tx, person unit.ID) (map[string]any, error) {
	told, err := db.Collect(ctx, tx, "notices of "+string(person), scanTold, sqlList, string(person), "~", "", exportMax)
	if err != nil {
		return nil, err
	}
	wish, err := wishOf(ctx, tx, person)
	return map[string]any{"notices": told, "wish": wish}, err
}

// ErasePerson takes a person's wish away. That they were told is kept under their number.
func (s *Service) ErasePerson(ctx context.Context, tx *db.Tx, person unit.ID) ([]fault.Words, error) {
	if _, err := tx.Exec(ctx, sqlWishErase, string(person)); err != nil {
		return nil, err
	}
	return []fault.Words{{"收到过哪些通知、何时阅读，以编号保留，作为已通知的凭据。", "Which notices they had and when they read them stays under their number, as evidence that they were told."}}, nil
}
