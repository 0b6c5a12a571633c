package notice

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const exportMax = 5000 // notices that a person takes away

const (
	sqlNotice = `
INSERT INTO notice_notice (id, at, kind, object, path, org, audience, title_zh, title_en, text_zh, text_en, reached, cut)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlTold  = `INSERT INTO notice_told (person, notice, told_key, read_at) VALUES ($1, $2, $3, 0)`
	sqlKnows = `SELECT 1 FROM notice_told WHERE person = $1 AND told_key = $2 AND told_key <> '' ORDER BY notice LIMIT 1`
)

const toldColumns = `n.id, n.at, n.kind, n.object, n.path, n.title_zh, n.title_en, n.text_zh, n.text_en, t.read_at`

const (
	sqlList = `
SELECT ` + toldColumns + ` FROM notice_told t JOIN notice_notice n ON n.id = t.notice
WHERE t.person = $1 AND t.notice < $2 AND ($3 = '' OR n.kind = $3 OR n.kind LIKE $3 || '.%')
ORDER BY t.notice DESC LIMIT $4`
	sqlListUnread = `
SELECT ` + toldColumns + ` FROM notice_told t JOIN notice_notice n ON n.id = t.notice
WHERE t.person = $1 AND t.notice < $2 AND ($3 = '' OR n.kind = $3 OR n.kind LIKE $3 || '.%') AND t.read_at = 0
ORDER BY t.notice DESC LIMIT $4`
	sqlOne = `
SELECT ` + toldColumns + ` FROM notice_told t JOIN notice_notice n ON n.id = t.notice
WHERE t.person = $1 AND t.notice = $2 ORDER BY t.notice LIMIT 1`
	sqlUnread = `
SELECT count(*) FROM (SELECT 1 FROM notice_told WHERE person = $1 AND read_at = 0 ORDER BY notice DESC LIMIT $2) u`
	sqlRead    = `UPDATE notice_told SET read_at = $3 WHERE person = $1 AND notice = $2 AND read_at = 0`
	sqlReadAll = `UPDATE notice_told SET read_at = $3 WHERE person = $1 AND notice <= $2 AND read_at = 0`

	sqlHistory = `
SELECT id, at, kind, audience, title_zh, title_en, reached, cut FROM notice_notice WHERE object = $1 ORDER BY id DESC LIMIT $2`
	sqlReadings = `SELECT person, read_at FROM notice_told WHERE notice = $1 ORDER BY person LIMIT $2`
	sqlWays     = `
SELECT person, hook, made_at, sent_at, ended_at, problem FROM notice_letter WHERE notice = $1 ORDER BY id LIMIT $2`

	sqlWish    = `SELECT mail, lang FROM notice_wish WHERE person = $1 ORDER BY person LIMIT 1`
	sqlWishSet = `
INSERT INTO notice_wish (person, mail, lang, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person) DO UPDATE SET mail = excluded.mail, lang = excluded.lang, changed_at = excluded.changed_at`
	sqlWishErase = `DELETE FROM notice_wish WHERE person = $1`
)

const (
	sqlLetter = `
INSERT INTO notice_letter (id, notice, person, hook, made_at, sent_at, ended_at, problem) VALUES ($1, $2, $3, $4, $5, 0, 0, '')`
	sqlLetterOf = `
SELECT l.person, l.hook, l.sent_at, l.ended_at, n.id, n.at, n.kind, n.object, n.path, n.title_zh, n.title_en, n.text_zh, n.text_en, n.org
FROM notice_letter l JOIN notice_notice n ON n.id = l.notice WHERE l.id = $1 ORDER BY l.id LIMIT 1`
	sqlLetterSent    = `UPDATE notice_letter SET sent_at = $2, problem = '' WHERE id = $1 AND sent_at = 0 AND ended_at = 0`
	sqlLetterEnded   = `UPDATE notice_letter SET ended_at = $2, problem = $3 WHERE id = $1 AND sent_at = 0 AND ended_at = 0`
	sqlLetterProblem = `UPDATE notice_letter SET problem = $2 WHERE id = $1 AND sent_at = 0 AND ended_at = 0`
)

const hookColumns = `id, org, url, kinds, secret, made_by, made_at, ended_at`

const (
	sqlHookInsert = `
INSERT INTO notice_hook (id, org, url, kinds, secret, made_by, made_at, ended_by, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0)`
	sqlHooksOf   = `SELECT ` + hookColumns + ` FROM notice_hook WHERE org = $1 AND ended_at = 0 ORDER BY id LIMIT $2`
	sqlHooksHear = `SELECT ` + hookColumns + ` FROM notice_hook WHERE org IN ($1, '') AND ended_at = 0 ORDER BY id LIMIT $2`
	sqlHookByID  = `SELECT ` + hookColumns + ` FROM notice_hook WHERE id = $1 ORDER BY id LIMIT 1`
	sqlHookEnd   = `UPDATE notice_hook SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at = 0`
)

func insertNotice(ctx context.Context, tx *db.Tx, id unit.ID, n Notice, reached int, cut bool) error {
	err := tx.Later(ctx, sqlNotice, string(id), db.Micros(tx.Now()), n.Kind, n.Object, n.Path, n.Org, n.To.String(),
		shortened(n.Title[0], titleMax), shortened(n.Title[1], titleMax), shortened(n.Text[0], textMax), shortened(n.Text[1], textMax), reached, cut)
	if err != nil {
		return fmt.Errorf("notice %s of %s: %w", n.Kind, n.Object, err)
	}
	return nil
}

// untold leaves out who has been told a notice of the key.
func untold(ctx context.Context, tx *db.Tx, key string, people []unit.ID) (out []unit.ID, err error) {
	if key == "" {
		return people, nil
	}
	for _, p := range people {
		tx.Ahead(ctx, sqlKnows, string(p), key)
	}
	for _, p := range people {
		var one int
		switch err := tx.QueryRow(ctx, sqlKnows, string(p), key).Scan(&one); {
		case db.NoRows(err):
			out = append(out, p)
		case err != nil:
			return nil, fmt.Errorf("was %s told %s: %w", p, key, err)
		}
	}
	return out, nil
}

// wishOf reads a person's wish, or the one that everybody has at first.
func wishOf(ctx context.Context, tx *db.Tx, person unit.ID) (w Wish, err error) {
	var lang string
	err = tx.QueryRow(ctx, sqlWish, string(person)).Scan(&w.Mail, &lang)
	if db.NoRows(err) {
		return Wish{Mail: true}, nil
	}
	w.Lang = fault.Lang(lang)
	if err != nil {
		err = fmt.Errorf("wish of %s: %w", person, err)
	}
	return w, err
}

func scanTold(scan func(...any) error) (t Told, err error) {
	var id string
	var at, read int64
	err = scan(&id, &at, &t.Kind, &t.Object, &t.Path, &t.Title[0], &t.Title[1], &t.Text[0], &t.Text[1], &read)
	t.ID, t.At, t.Read = unit.ID(id), db.Time(at), orZero(read)
	return t, err
}

func scanSent(scan func(...any) error) (s Sent, err error) {
	var id string
	var at int64
	err = scan(&id, &at, &s.Kind, &s.Audience, &s.Title[0], &s.Title[1], &s.Reached, &s.Cut)
	s.ID, s.At = unit.ID(id), db.Time(at)
	return s, err
}

func scanReading(scan func(...any) error) (r Reading, err error) {
	var person string
	var read int64
	err = scan(&person, &read)
	r.Person, r.Read = unit.ID(person), orZero(read)
	return r, err
}

func scanWay(scan func(...any) error) (w Way, err error) {
	var person, hook string
	var made, sent, ended int64
	err = scan(&person, &hook, &made, &sent, &ended, &w.Problem)
	w.Person, w.Hook, w.Made, w.Sent, w.GaveUp = unit.ID(person), unit.ID(hook), db.Time(made), orZero(sent), orZero(ended)
	return w, err
}

func scanHook(scan func(...any) error) (h Hook, err error) {
	var id, kinds, by string
	var made, ended int64
	err = scan(&id, &h.Org, &h.URL, &kinds, &h.sealed, &by, &made, &ended)
	h.ID, h.Kinds, h.By, h.Made, h.Ended = unit.ID(id), splitKinds(kinds), unit.ID(by), db.Time(made), orZero(ended)
	return h, err
}

// outgoing is a letter with its notice, read when it is about to leave.
type outgoing struct {
	id, person, hook string
	settled          bool // sent, or given up
	told             Told
	org              string
}

func outgoingBy(ctx context.Context, tx *db.Tx, id string) (o outgoing, err error) {
	var notice string
	var sent, ended, at int64
	t := &o.told
	err = tx.QueryRow(ctx, sqlLetterOf, id).Scan(&o.person, &o.hook, &sent, &ended, &notice, &at, &t.Kind, &t.Object, &t.Path,
		&t.Title[0], &t.Title[1], &t.Text[0], &t.Text[1], &o.org)
	if err != nil {
		return o, fmt.Errorf("read letter %s: %w", id, err)
	}
	o.id, o.settled, t.ID, t.At = id, sent != 0 || ended != 0, unit.ID(notice), db.Time(at)
	return o, nil
}

// orZero is a stored time where 0 is "not yet".
func orZero(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.Time(us)
}
