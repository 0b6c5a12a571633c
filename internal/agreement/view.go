package agreement

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	viewsMax     = 50 // of one person
	viewNameMax  = 40 // runes
	viewQueryMax = 1000
	secretBytes  = 20
)

// View is a question to the tasks that a person keeps under a name.
type View struct {
	ID    unit.ID
	Name  string
	Query string // as it stands in the address of the page
}

// SaveView keeps a question for who asks.
func (r *Register) SaveView(ctx context.Context, who access.Actor, name, query string) error {
	name = strings.TrimSpace(name)
	q, err := url.ParseQuery(query)
	if err != nil || len(query) > viewQueryMax {
		return fault.New(fault.Invalid, "agreement.view_query").On("query")
	}
	q.Del("page")
	q.Del("done")
	if name == "" || len([]rune(name)) > viewNameMax {
		return fault.New(fault.Invalid, "agreement.view_name", "most", viewNameMax).On("name")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		have, err := selectViews(ctx, tx, who.Person)
		if err != nil {
			return err
		}
		if len(have) >= viewsMax {
			return fault.New(fault.Invalid, "agreement.views_many", "most", viewsMax).On("name")
		}
		if err := insertView(ctx, tx, who.Person, View{unit.NewID(tx.Now()), name, q.Encode()}); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.view", "views", "")
	})
}

// Views are the questions that who asks has kept.
func (r *Register) Views(ctx context.Context, who access.Actor) (all []View, err error) {
	if who.Anonymous() {
		return nil, nil
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectViews(ctx, tx, who.Person)
		return err
	})
	return all, err
}

// DropView forgets one of one's own.
func (r *Register) DropView(ctx context.Context, who access.Actor, id unit.ID) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		if n, err := tx.Exec(ctx, sqlDropView, who.Person, id); err != nil || n == 0 {
			if err == nil {
				err = fault.New(fault.NotFound, "agreement.view_unknown")
			}
			return err
		}
		return r.record(ctx, tx, who, "task.view_drop", "views", "")
	})
}

// Feed is a calendar of due days that a calendar program reads at a secret address, until it is revoked. It holds public
// tasks only: the address proves nobody.
type Feed struct {
	ID      unit.ID
	Query   string
	At      time.Time
	Revoked time.Time
}

// NewFeed makes an address for a question and returns its secret, which is shown once and not kept.
func (r *Register) NewFeed(ctx context.Context, who access.Actor, query string) (secret string, err error) {
	if _, err := url.ParseQuery(query); err != nil || len(query) > viewQueryMax {
		return "", fault.New(fault.Invalid, "agreement.view_query").On("query")
	}
	var b [secretBytes]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	secret = strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
	return secret, r.c.DB.Act(ctx, func(tx *db.Tx) error {
		have, err := selectFeeds(ctx, tx, who.Person)
		if err != nil {
			return err
		}
		if len(have) >= viewsMax {
			return fault.New(fault.Invalid, "agreement.views_many", "most", viewsMax)
		}
		id := unit.NewID(tx.Now())
		if _, err := tx.Exec(ctx, sqlInsertFeed, id, who.Person, digestOf(secret), query, db.Micros(tx.Now())); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.feed", "feed/"+string(id), "")
	})
}

func digestOf(secret string) string {
	return sumOf([]byte("corridor/feed/1\n" + secret))
}

// Feeds are the calendars of who asks.
func (r *Register) Feeds(ctx context.Context, who access.Actor) (all []Feed, err error) {
	if who.Anonymous() {
		return nil, nil
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectFeeds(ctx, tx, who.Person)
		return err
	})
	return all, err
}

// RevokeFeed ends an address: it answers no more.
func (r *Register) RevokeFeed(ctx context.Context, who access.Actor, id unit.ID) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, sqlRevokeFeed, who.Person, id, db.Micros(tx.Now()))
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "agreement.feed_unknown")
		}
		if err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.feed_revoke", "feed/"+string(id), "")
	})
}

// FeedQuery is the question of the calendar at an address. One that was revoked, never made, or made by somebody whose
// account is not in use any more is not found.
func (r *Register) FeedQuery(ctx context.Context, secret string) (query string, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		var person unit.ID
		err := tx.QueryRow(ctx, sqlFeed, digestOf(secret)).Scan(&person, &query)
		if err == nil {
			var gone bool
			if gone, err = r.gone(ctx, tx, person); err != nil || !gone {
				return err
			}
		} else if !db.NoRows(err) {
			return err
		}
		return fault.New(fault.NotFound, "agreement.feed_unknown")
	})
	return query, err
}

// AboutPerson and ErasePerson are what this room keeps about a person's wishes, for access.Keeper.
func (r *Register) AboutPerson(ctx context.Context, tx *db.Tx, person unit.ID) (map[string]any, error) {
	views, err := selectViews(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	feeds, err := selectFeeds(ctx, tx, person)
	return map[string]any{"views": views, "feeds": len(feeds)}, err
}

// ErasePerson forgets a person's views and ends their calendars. Reports and verdicts keep the person's id, which no
// longer leads to a name: they are acts of an office.
func (r *Register) ErasePerson(ctx context.Context, tx *db.Tx, person unit.ID) ([]fault.Words, error) {
	if _, err := tx.Exec(ctx, sqlDropViews, person); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, sqlRevokeFeeds, person, db.Micros(tx.Now())); err != nil {
		return nil, err
	}
	return []fault.Words{{"任务的填报与核验记录保留，只存编号，不再对应姓名。", "Reports on tasks and what was verified stay, under an id that leads to no name."}}, nil
}

func insertView(ctx context.Context, tx *db.Tx, person unit.ID, v View) error {
	_, err := tx.Exec(ctx, sqlInsertView, v.ID, person, v.Name, v.Query, db.Micros(tx.Now()))
	return err
}

func selectViews(ctx context.Context, tx *db.Tx, person unit.ID) ([]View, error) {
	return collect(ctx, tx, func(row scanner) (v View, err error) {
		err = row.Scan(&v.ID, &v.Name, &v.Query)
		return v, err
	}, sqlViews, person, viewsMax)
}

func selectFeeds(ctx context.Context, tx *db.Tx, person unit.ID) ([]Feed, error) {
	return collect(ctx, tx, func(row scanner) (f Feed, err error) {
		var at int64
		var gone *int64
		err = row.Scan(&f.ID, &f.Query, &at, &gone)
		f.At, f.Revoked = db.Time(at), timeOf(gone)
		return f, err
	}, sqlFeeds, person, viewsMax)
}
