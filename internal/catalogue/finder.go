package catalogue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// FinderConfig joins a Finder. Catalogue is needed.
type FinderConfig struct {
	Catalogue *Service
	Path      string // of the snapshot; "" keeps none
	// Recognises says what is recognised from others; nil: nothing is.
	Recognises Recognises
	// Academic says whether organisations of a kind pay what universities pay; nil: none does.
	Academic func(kind string) bool
	// Past says what owners have delivered, for matches; nil: nothing is known.
	Past   Past
	Logger *slog.Logger // nil: slog.Default
}

// Finder keeps an index of the published listings in step with the table and answers from it. The table is the truth: before
// each answer the order of changes is asked for what the index has not seen, so an act that was answered is found by the
// next search, after a restart and a kill as well. It is safe for concurrent use.
type Finder struct {
	c      FinderConfig
	s      *Service
	facets []find.Facet
	words  *find.Words
	digest string // of what listings become index entries by

	index atomic.Pointer[find.Index] // nil before the first use
	saved atomic.Int64               // seq of the last snapshot

	toldSeq atomic.Int64 // up to which kept searches were looked at
	expired atomic.Int64 // the day on which needs were last looked at
	swept   atomic.Bool  // the free slots of a snapshot were looked at again
	recheck db.Bell      // rung when labels are to be looked at again now

	mu     sync.Mutex            // of who brings the index up to date; guards what follows
	labels map[string][]string   // of owners, since the last sweep
	again  map[unit.ID]time.Time // when time alone makes the next free slot of a listing another
	due    atomic.Int64          // the earliest of them in microseconds; 0 for none
	// kindsOf says of a node and a kind whether it is recognised, since the last sweep.
	kindsOf map[string]bool
}

const (
	followPage  = 1000             // changes that are read at once
	buildPage   = 1000             // listings
	saveEvery   = 10 * time.Minute // while something changes
	followEvery = 2 * time.Second  // without a search
	sweepEvery  = time.Hour        // labels and free slots, which leave no change of a listing
	mapping     = 3                // counts up when entries are made otherwise (entry.go)
)

// NewFinder prepares the words; the index comes with Run or the first search.
func NewFinder(c FinderConfig) (*Finder, error) {
	if c.Catalogue == nil {
		return nil, errors.New("catalogue: a finder needs the catalogue")
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	f := &Finder{c: c, s: c.Catalogue, labels: map[string][]string{}, again: map[unit.ID]time.Time{}, kindsOf: map[string]bool{}, recheck: db.NewBell()}
	f.toldSeq.Store(-1)
	f.facets = Facets(f.s.kinds)
	today := unit.DayOf(time.Now(), f.s.c.Days.Location())
	var err error
	if f.words, err = find.StandardWords(f.s.c.Regions, today); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	text, err := json.Marshal(f.s.kinds.All)
	if err != nil {
		return nil, fmt.Errorf("catalogue: digest of the kinds: %w", err)
	}
	sum := sha256.Sum256(text)
	f.digest = fmt.Sprintf("%d %s", mapping, hex.EncodeToString(sum[:]))
	return f, nil
}

// config is the index's; restored tells databases apart that were put back to an earlier day.
func (f *Finder) config(restored string) find.Config {
	return find.Config{Facets: f.facets, Words: f.words, Origin: find.FacetCity, Unit: FacetPer, Digest: f.digest + " " + restored}
}

// Run opens the index, follows the changes, looks again at what leaves none, and saves snapshots, until ctx ends.
func (f *Finder) Run(ctx context.Context) error {
	t := time.NewTicker(followEvery)
	defer t.Stop()
	save, sweep := time.Now(), time.Now()
	slots := false // those of the snapshot were looked at again
	now := false   // labels are to be looked at again
	for {
		x, err := f.upToDate(ctx)
		if err == nil && !slots {
			err = f.sweepSlots(ctx)
			slots = err == nil
		}
		if err == nil && (now || time.Since(sweep) > sweepEvery) {
			sweep = time.Now()
			err = f.sweep(ctx)
			now = now && err != nil
		}
		if err == nil {
			err = f.expireDaily(ctx)
		}
		if err == nil {
			_, err = f.Tell(ctx)
		}
		if err == nil && time.Since(save) > saveEvery {
			save = time.Now()
			err = f.save(x)
		}
		if err != nil && ctx.Err() == nil {
			f.c.Logger.Error("follow the catalogue", "error", err)
		}
		select {
		case <-ctx.Done():
			if x := f.index.Load(); x != nil {
				return f.save(x)
			}
			return nil
		case <-f.recheck:
			now = true
		case <-t.C:
		}
	}
}

// Recheck lets Run look again at the labels of all owners now: what is recognised here has changed, which no listing says.
func (f *Finder) Recheck() { f.recheck.Ring() }

// save writes a snapshot if there is something new.
func (f *Finder) save(x *find.Index) error {
	if f.c.Path == "" || x.Seq() == f.saved.Load() {
		return nil
	}
	seq := x.Seq()
	if err := x.Save(f.c.Path); err != nil {
		return err
	}
	f.saved.Store(seq)
	return nil
}

// upToDate is the index with every change that was committed before the call.
func (f *Finder) upToDate(ctx context.Context) (*find.Index, error) {
	seq, now, err := f.seqAt(ctx)
	if err != nil {
		return nil, err
	}
	// The usual case waits for nobody.
	if x := f.index.Load(); x != nil && x.Seq() == seq && !f.slotsDue(now) {
		return x, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.index.Load()
	if x == nil || x.Seq() > seq && x.Seq() > f.seqNow(ctx) {
		if x, err = f.open(ctx); err != nil {
			return nil, err
		}
	}
	for x.Seq() < seq {
		before := x.Seq()
		err := f.s.c.DB.Read(ctx, func(tx *db.Tx) error { return f.follow(ctx, tx, x) })
		if err == nil && x.Seq() == before {
			err = fmt.Errorf("the order of changes ends at %d before %d", before, seq) // never asked for again and again
		}
		if err != nil {
			return nil, fmt.Errorf("follow the catalogue: %w", err)
		}
	}
	if f.slotsDue(now) { // and stays so until they stand in the index: who comes meanwhile waits
		if err := f.retake(ctx, x, f.slotsAgain(now)); err != nil {
			return nil, err
		}
		f.due.Store(f.soonest())
	}
	f.index.Store(x)
	return x, nil
}

// seqAt is the number of the newest change, and the moment.
func (f *Finder) seqAt(ctx context.Context) (seq int64, now time.Time, err error) {
	err = f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		seq, err = f.s.Seq(ctx, tx)
		return err
	})
	return seq, now, err
}

// seqNow is seq, asked again by who may have waited; what cannot be asked is not behind.
func (f *Finder) seqNow(ctx context.Context) int64 {
	seq, _, err := f.seqAt(ctx)
	if err != nil {
		return math.MaxInt64
	}
	return seq
}

// follow takes one page of changes. Under mu.
func (f *Finder) follow(ctx context.Context, tx *db.Tx, x *find.Index) error {
	all, err := f.s.Changes(ctx, tx, x.Seq(), followPage)
	if err != nil || len(all) == 0 {
		return err
	}
	listings := make([]Listing, len(all))
	for i, c := range all {
		listings[i] = c.Listing
	}
	changes, err := f.entries(ctx, tx, listings)
	if err != nil {
		return err
	}
	return x.Apply(all[len(all)-1].Seq, changes)
}

// open takes the snapshot, or makes the index anew where there is none that fits. Under mu.
func (f *Finder) open(ctx context.Context) (*find.Index, error) {
	var restored string
	var seq int64
	if err := f.s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if restored, err = tx.Restored(ctx); err == nil {
			seq, err = f.s.Seq(ctx, tx)
		}
		return err
	}); err != nil {
		return nil, err
	}
	if f.c.Path != "" {
		x, err := find.Load(f.config(restored), f.c.Path)
		switch {
		case err == nil && x.Seq() <= seq:
			f.saved.Store(x.Seq())
			return x, nil
		case err == nil:
			f.c.Logger.Warn("the index is of another database and is made anew", "index", x.Seq(), "table", seq)
		case errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, find.ErrOther):
			f.c.Logger.Info("the index was made by other kinds and is made anew")
		default:
			f.c.Logger.Warn("the snapshot of the index is damaged and is made anew", "error", err)
		}
	}
	x, err := find.New(f.config(restored))
	if err != nil {
		return nil, err
	}
	// Changes made while it is built have a number after seq and are taken again.
	var after unit.ID
	var batch []find.Change
	for {
		var page []Listing
		err := f.s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if page, err = f.s.Every(ctx, tx, after, buildPage); err != nil {
				return err
			}
			all, err := f.entries(ctx, tx, page)
			batch = append(batch, all...)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("build the index: %w", err)
		}
		if len(batch) >= buildBatch || len(page) < buildPage {
			if err := x.Apply(seq, batch); err != nil {
				return nil, fmt.Errorf("build the index: %w", err)
			}
			batch = batch[:0]
		}
		if len(page) < buildPage {
			return x, nil
		}
		after = page[len(page)-1].ID
	}
}

// buildBatch is how many listings go into the index at once: a whole segment.
const buildBatch = 1 << 16

// sweep takes again the listings whose owner got or lost a label, and those whose next free slot is another.
func (f *Finder) sweep(ctx context.Context) error {
	f.mu.Lock()
	f.labels, f.kindsOf = map[string][]string{}, map[string]bool{}
	f.mu.Unlock()
	var after unit.ID
	for {
		last, more, err := f.sweepPage(ctx, after)
		if err != nil {
			return fmt.Errorf("look again at labels and free slots: %w", err)
		}
		if !more {
			return nil
		}
		after = last
	}
}

func (f *Finder) sweepPage(ctx context.Context, after unit.ID) (last unit.ID, more bool, err error) {
	x, err := f.upToDate(ctx)
	if err != nil {
		return "", false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var changes []find.Change
	var page []Listing
	err = f.s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if page, err = f.s.Every(ctx, tx, after, buildPage); err != nil {
			return err
		}
		all, err := f.entries(ctx, tx, page)
		if err != nil {
			return err
		}
		for _, e := range all {
			if !e.Gone && !x.Same(e.Listing, FacetLabel) {
				changes = append(changes, e)
			}
		}
		return nil
	})
	if err == nil && len(changes) > 0 {
		err = x.Apply(x.Seq(), changes)
	}
	if err != nil || len(page) < buildPage {
		return "", false, err
	}
	return page[len(page)-1].ID, true, nil
}

// Audit compares the index with the table, and the snapshot on disk with itself: every published listing is in the index in
// its version, with its next free slot, and nothing else is. It returns a line for each difference, at most auditLines.
func (f *Finder) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
	x, err := f.upToDate(ctx)
	if err != nil {
		return nil, err
	}
	seq := x.Seq()
	have := map[unit.ID]int64{}
	x.Each(func(id unit.ID, version int64) { have[id] = version })
	say := func(format string, args ...any) {
		if len(found) < auditLines {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	differ := map[unit.ID]string{}
	var after unit.ID
	for {
		var page []Listing
		if err := f.s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = f.s.Every(ctx, tx, after, buildPage)
			return err
		}); err != nil {
			return found, err
		}
		for _, l := range page {
			version, in := have[l.ID]
			delete(have, l.ID)
			switch {
			case listed(l) && !in:
				differ[l.ID] = "is published and not in the index"
			case !listed(l) && in:
				differ[l.ID] = "is in the index and not published"
			case in && version != int64(l.Version):
				differ[l.ID] = fmt.Sprintf("is version %d, in the index %d", l.Version, version)
			}
		}
		if len(page) < buildPage {
			break
		}
		after = page[len(page)-1].ID
	}
	for id := range have {
		differ[id] = "is in the index and not in the table"
	}
	if err := f.checkSlots(ctx, say); err != nil {
		return found, err
	}
	if len(differ) == 0 {
		return found, nil
	}
	// What changed while it was compared is no difference.
	late := map[unit.ID]bool{}
	err = f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		for {
			all, err := f.s.Changes(ctx, tx, seq, followPage)
			if err != nil || len(all) == 0 {
				return err
			}
			for _, c := range all {
				late[c.Listing.ID], seq = true, c.Seq
			}
		}
	})
	ids := make([]unit.ID, 0, len(differ))
	for id := range differ {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if !late[id] {
			say("listing %s %s", id, differ[id])
		}
	}
	return found, err
}

const auditLines = 200

// Places are the codes of cities that distances can be measured from.
func (f *Finder) Places() []string { return f.words.Points() }

// Found is an answer with the listings themselves.
type Found struct {
	*find.Answer
	Slots    Slots
	Reduced  bool      // prices are those that universities and institutes pay: the asker's organisation is one
	Listings []Listing // of Hits, in their order; those withdrawn this very moment are left out
}

// paysLess says whether the organisation of who asks pays what universities pay. Whoever is not signed in is told what firms pay.
func (f *Finder) paysLess(ctx context.Context, who access.Actor) (less bool, err error) {
	if f.c.Academic == nil || who.Org == "" {
		return false, nil
	}
	err = f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
		o, err := f.s.c.Registry.Org(ctx, tx, who.Org)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		less = err == nil && f.c.Academic(o.Kind)
		return err
	})
	return less, err
}

// Search answers a question over the published listings. Everybody may search.
func (f *Finder) Search(ctx context.Context, who access.Actor, q find.Query) (*Found, error) {
	x, err := f.upToDate(ctx)
	if err != nil {
		return nil, err
	}
	if q.Reduced, err = f.paysLess(ctx, who); err != nil {
		return nil, err
	}
	a, err := x.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &Found{Answer: a, Reduced: q.Reduced}
	slots, from, to, err := f.wish(ctx, x, q, a)
	if err != nil {
		return nil, fmt.Errorf("free slots that were wished for: %w", err)
	}
	if slots != nil {
		out.Slots.From, out.Slots.To, out.Slots.Wished = from, to, []time.Time{}
	}
	hits := a.Hits[:0:0]
	for chunk := range slices.Chunk(a.Hits, buildPage) {
		err = f.s.c.DB.Read(ctx, func(tx *db.Tx) error {
			for _, h := range chunk {
				l, err := f.s.GetIn(ctx, tx, who, h.ID)
				if fault.KindOf(err) == fault.NotFound {
					continue
				}
				if err != nil {
					return err
				}
				hits = append(hits, h)
				out.Listings = append(out.Listings, l)
				out.Slots.Next = append(out.Slots.Next, x.FreeOf(h.ID))
				if slots != nil {
					out.Slots.Wished = append(out.Slots.Wished, slots[h.ID])
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("listings that were found: %w", err)
		}
	}
	a.Hits = hits
	return out, nil
}

// Counts says whether there is a facet of this name.
func (f *Finder) Counts(facet string) bool {
	return slices.ContainsFunc(f.facets, func(x find.Facet) bool { return x.Name == facet })
}
