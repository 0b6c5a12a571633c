package catalogue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Question is a search as it is kept: what was typed and chosen, without the order and the page.
type Question struct {
	Text    string              `json:"text,omitempty"`
	Literal bool                `json:"literal,omitempty"`
	Filter  map[string][]string `json:"filter,omitempty"`
	Least   unit.Fen            `json:"least,omitempty"`
	Most    unit.Fen            `json:"most,omitempty"`
}

// Query is the search that the question asks for.
func (q Question) Query() find.Query {
	return find.Query{Text: q.Text, Literal: q.Literal, Filter: q.Filter, PriceLeast: q.Least, PriceMost: q.Most}
}

// Saved is a search that a person keeps.
type Saved struct {
	ID       unit.ID
	Person   unit.ID
	Question Question
	Made     time.Time
	Seen     time.Time // what was published until then was told, or was there
	Told     int       // listings in all
}

const (
	savedMax    = 30      // of one person
	questionMax = 8 << 10 // bytes
	savedPage   = 200     // that one round reads at once
	savedTitle  = 40      // characters of the words in a notice
)

// NoticeSaved is the kind of the notice that tells of new listings.
const NoticeSaved = "catalogue.saved"

// Keep keeps a search for the person who asks; they are told of what is published from now on. The same search is kept once.
func (f *Finder) Keep(ctx context.Context, who access.Actor, q Question) (kept Saved, err error) {
	if who.Person == "" {
		return kept, fault.New(fault.SignIn, "catalogue.saved_whom")
	}
	if q.Text == "" && len(q.Filter) == 0 && q.Least == 0 && q.Most == 0 {
		return kept, fault.New(fault.Invalid, "catalogue.saved_empty").On("q")
	}
	// A question that cannot be asked is refused now and not when nobody looks.
	if _, err := f.Search(ctx, who, q.Query()); err != nil {
		return kept, err
	}
	text, err := json.Marshal(q)
	if err != nil {
		return kept, err
	}
	if len(text) > questionMax {
		return kept, fault.New(fault.Invalid, "catalogue.saved_long").On("q")
	}
	err = f.s.c.DB.Act(ctx, func(tx *db.Tx) error {
		all, err := selectSavedOf(ctx, tx, who.Person)
		if err != nil {
			return err
		}
		for _, s := range all {
			if again, _ := json.Marshal(s.Question); string(again) == string(text) {
				kept = s
				return nil
			}
		}
		if len(all) >= savedMax {
			return fault.New(fault.Conflict, "catalogue.saved_many", "most", savedMax)
		}
		kept = Saved{ID: unit.NewID(tx.Now()), Person: who.Person, Question: q, Made: tx.Now(), Seen: tx.Now().Truncate(time.Second)}
		if err := insertSaved(ctx, tx, kept, string(text)); err != nil {
			return err
		}
		return f.s.c.Access.Record(ctx, tx, who, access.Entry{Act: "search.keep", Object: "search/" + string(kept.ID)})
	})
	if err != nil {
		return kept, fmt.Errorf("keep a search: %w", err)
	}
	return kept, nil
}

// Saved lists the searches that a person keeps, the newest first.
func (f *Finder) Saved(ctx context.Context, who access.Actor) (all []Saved, err error) {
	err = f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectSavedOf(ctx, tx, who.Person)
		return err
	})
	return all, err
}

// Drop ends a search of one's own: its person is told no more. Dropped twice is dropped.
func (f *Finder) Drop(ctx context.Context, who access.Actor, id unit.ID) error {
	return f.s.c.DB.Act(ctx, func(tx *db.Tx) error {
		found, err := endSaved(ctx, tx, id, who.Person)
		if err != nil {
			return fmt.Errorf("drop search %s: %w", id, err)
		}
		if !found || who.Person == "" {
			return fault.New(fault.NotFound, "catalogue.saved_unknown")
		}
		return f.s.c.Access.Record(ctx, tx, who, access.Entry{Act: "search.drop", Object: "search/" + string(id)})
	})
}

// Tell tells everybody who keeps a search of what was published since and answers it, and says how many were told. Nothing
// new in the catalogue costs one question to the database. What is published in this very second is told in the next round,
// so that nothing is told twice or never.
func (f *Finder) Tell(ctx context.Context) (told int, err error) {
	x, err := f.upToDate(ctx)
	if err != nil {
		return 0, err
	}
	seq := x.Seq()
	if f.toldSeq.Load() == seq || f.s.c.Notices == nil {
		return 0, nil
	}
	var until time.Time
	var after unit.ID
	for {
		var page []Saved
		if err := f.s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if until.IsZero() {
				until = tx.Now().Truncate(time.Second).Add(-time.Second)
			}
			page, err = selectSavedOpen(ctx, tx, after, savedPage)
			return err
		}); err != nil {
			return told, err
		}
		for _, s := range page {
			ok, err := f.tellOf(ctx, x, s, until)
			if err != nil {
				return told, fmt.Errorf("tell of search %s: %w", s.ID, err)
			}
			if ok {
				told++
			}
		}
		if len(page) < savedPage {
			break
		}
		after = page[len(page)-1].ID
	}
	// Something of this second may still wait: the next round looks again unless it was quiet.
	if last := x.Newest(); last.IsZero() || !last.After(until) {
		f.toldSeq.Store(seq)
	}
	return told, nil
}

// tellOf tells of one search.
func (f *Finder) tellOf(ctx context.Context, x *find.Index, s Saved, until time.Time) (bool, error) {
	if !until.After(s.Seen) {
		return false, nil
	}
	q := s.Question.Query()
	q.Since, q.Until = s.Seen, until
	a, err := x.Search(ctx, q)
	if fault.KindOf(err) == fault.Invalid {
		return false, nil // of an older edition of the kinds: the person sees why when they open it
	}
	if err != nil || a.Total == 0 || a.Nearest {
		return false, err
	}
	return true, f.s.c.DB.Act(ctx, func(tx *db.Tx) error {
		there, err := updateSavedSeen(ctx, tx, s.ID, until, s.Told+a.Total)
		if err != nil || !there {
			return err // dropped meanwhile
		}
		words := shortenTo(s.Question.Text, savedTitle)
		if words == "" {
			words = "…"
		}
		_, err = f.s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Person: s.Person}, Kind: NoticeSaved, Object: "search/" + string(s.ID), Path: "/search/saved",
			Title: fault.Words{fmt.Sprintf("新发布 %d 项符合您保存的搜索“%s”", a.Total, words), fmt.Sprintf("%d new for your saved search “%s”", a.Total, words)},
			Text:  fault.Words{"打开“保存的搜索”查看，也可以在那里停止提醒。", "Open your saved searches to see them, or to be told no more."},
			Key:   "search/" + string(s.ID) + "/" + fmt.Sprint(until.Unix())})
		return err
	})
}

// AboutPerson is what this room keeps about a person: the searches they keep.
func (f *Finder) AboutPerson(ctx context.Context, tx *db.Tx, person unit.ID) (map[string]any, error) {
	all, err := selectSavedOf(ctx, tx, person)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var out []map[string]any
	for _, s := range all {
		out = append(out, map[string]any{"question": s.Question, "made": s.Made.UTC().Format(time.RFC3339)})
	}
	return map[string]any{"searches": out}, nil
}

// ErasePerson deletes them.
func (f *Finder) ErasePerson(ctx context.Context, tx *db.Tx, person unit.ID) ([]fault.Words, error) {
	return nil, deleteSavedOf(ctx, tx, person)
}
