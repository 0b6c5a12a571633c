package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Sort is the order of what was found.
type Sort string

const (
	ByMatch   Sort = ""        // the whole name or code, then what begins with the text, then what contains it
	ByName    Sort = "name"    // by the characters of the Chinese name
	ByCode    Sort = "code"    // by code
	ByFounded Sort = "founded" // the youngest first
	ByRegion  Sort = "region"  // by region, then code
)

// Query says what to look for. The zero Query is everybody, by code.
type Query struct {
	Text   string      // words that all stand in a name (today's, a former one, an alias), or the beginning of a code
	Region unit.Region // with everything in it by digits
	Kind   string
	Sort   Sort
	Page   int // from 1
	Rows   int // on a page; 0 is 50
}

// Bounds of a search.
const (
	endOfCodes  = "~"    // after every code
	codesLooked = 5000   // codes with one beginning that are looked at for a region or a kind
	wholeName   = 6      // characters from which on a whole name is not looked for inside longer ones, too
	fewMax      = 300    // organisations with a word that are looked at without asking for more
	countMax    = 3000   // organisations to which a word is counted
	markMax     = 30_000 // organisations to which a mark of region or kind is counted
	wordsMax    = 2      // pairs that are asked for together
	rarityMax   = 50_000
)

// Found is one page. Total is how many there are, counted to hitsMax; More says that there are more: the order and the
// pages are then those of hitsMax of them, those that begin with the text among them, and the text should be narrowed.
type Found struct {
	Orgs  []Org
	Total int
	More  bool
}

// Find is Search by text alone: one page of 50, counted from 1, and how many there are.
func (r *Registry) Find(ctx context.Context, text string, page int) (all []Org, total int, err error) {
	f, err := r.Search(ctx, Query{Text: text, Page: page})
	return f.Orgs, f.Total, err
}

// Search finds organisations by name or code as they stand today.
func (r *Registry) Search(ctx context.Context, q Query) (f Found, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		f, err = r.SearchIn(ctx, tx, q)
		return err
	})
	return f, err
}

// SearchIn is Search within a transaction.
func (r *Registry) SearchIn(ctx context.Context, tx *db.Tx, q Query) (f Found, err error) {
	terms, err := q.check()
	if err != nil {
		return f, err
	}
	hits, err := r.gather(ctx, tx, &q, terms)
	if err != nil {
		return f, fmt.Errorf("look for %q: %w", q.Text, err)
	}
	q.sort(hits, terms)
	if f.More = len(hits) > hitsMax; f.More {
		hits = hits[:hitsMax]
	}
	f.Total = len(hits)
	from := min((q.Page-1)*q.Rows, len(hits))
	for _, h := range hits[from:min(from+q.Rows, len(hits))] {
		f.Orgs = append(f.Orgs, h.Org)
	}
	return f, r.fillControllers(ctx, tx, f.Orgs)
}

// fillControllers sets who controls each organisation today.
func (r *Registry) fillControllers(ctx context.Context, tx *db.Tx, orgs []Org) error {
	codes := make([]string, len(orgs))
	for i, o := range orgs {
		codes[i] = o.Code
	}
	day := r.Today(tx)
	stated, err := selectControllers(ctx, tx, codes, day)
	if err != nil {
		return fmt.Errorf("controllers: %w", err)
	}
	for i := range orgs {
		for _, x := range standing(stated[orgs[i].Code], day) {
			if x.Holder != x.Org {
				orgs[i].Controller = x.Holder
			}
		}
	}
	return nil
}

// check refuses what cannot be looked for, sets what was left out and cuts the text into words.
func (q *Query) check() (terms []string, err error) {
	if len(q.Text) > codeMax || strings.ContainsRune(q.Text, 0) {
		return nil, fault.New(fault.Invalid, "registry.query", "most", codeMax).On("q")
	}
	if !slices.Contains([]Sort{ByMatch, ByName, ByCode, ByFounded, ByRegion}, q.Sort) {
		return nil, fault.New(fault.Invalid, "registry.sort", "sort", string(q.Sort)).On("sort")
	}
	if q.Kind != "" && !slices.Contains(Kinds, q.Kind) {
		return nil, fault.New(fault.Invalid, "registry.kind", "kind", q.Kind).On("kind")
	}
	if q.Region != "" {
		if q.Region, err = unit.ParseRegion(string(q.Region)); err != nil {
			return nil, fault.Of(err).On("region")
		}
	}
	if q.Rows <= 0 || q.Rows > pageRowsMax {
		q.Rows = pageRows
	}
	q.Page = min(max(q.Page, 1), pageMax)
	for _, word := range strings.FieldsFunc(q.Text, unicode.IsSpace) {
		if p := plain(word); p != "" && len(terms) < termsMax {
			terms = append(terms, p)
		}
	}
	return terms, nil
}

// hit is an organisation with the names it was found by.
type hit struct {
	Org
	find string
}

// gather reads the best, more than hitsMax when there are more: by code, by the whole name, by how a name begins, by what
// stands in it.
func (r *Registry) gather(ctx context.Context, tx *db.Tx, q *Query, terms []string) (hits []hit, err error) {
	filtered := q.Region != "" || q.Kind != ""
	if len(terms) == 0 && (strings.TrimSpace(q.Text) != "" || !filtered) {
		if strings.TrimSpace(q.Text) != "" {
			return nil, nil // nothing but signs
		}
		return selectHits(ctx, tx, "", endOfCodes, hitsMax+1)
	}
	seen := map[string]bool{}
	whole := false
	add := func(more []hit, err error) error {
		for _, h := range more {
			if !seen[h.Code] && q.fits(h.Org) {
				seen[h.Code] = true
				hits = append(hits, h)
				whole = whole || len(terms) == 1 && h.rank(strings.TrimSpace(q.Text), terms[0]) == 0
			}
		}
		return err
	}
	if code := strings.TrimSpace(q.Text); len(terms) == 1 && isASCII(code) {
		limit := hitsMax + 1
		if filtered {
			limit = codesLooked
		}
		for _, begin := range []string{strings.ToUpper(terms[0]), code} {
			if err := add(selectHits(ctx, tx, begin, begin+"\x7f", limit)); err != nil {
				return nil, err
			}
		}
		if err := add(selectHitsByAlias(ctx, tx, code)); err != nil {
			return nil, err
		}
		if whole {
			return hits, nil
		}
	}
	if len(terms) == 1 {
		if err := add(selectHitsByGrams(ctx, tx, asks{words: []string{wholeGram(terms[0])}, kind: q.Kind, region: q.Region}, hitsMax+1)); err != nil {
			return nil, err
		}
		if whole && len([]rune(terms[0])) >= wholeName {
			return hits, nil
		}
	}
	// Where few have it all, all of them are looked at, and those whose name begins so are among them.
	words, few, err := r.words(ctx, tx, q, terms)
	if err != nil {
		return nil, err
	}
	ask := asks{words: words, like: patterns(terms, false), kind: q.Kind, region: q.Region}
	if few {
		return hits, add(selectHitsByGrams(ctx, tx, ask, fewMax+1))
	}
	if len(terms) == 1 {
		first := ask
		first.words = append([]string{beginGram([]rune(terms[0]), 2)}, words...)
		first.like = patterns(terms, true)
		if err := add(selectHitsByGrams(ctx, tx, first, hitsMax+1)); err != nil {
			return nil, err
		}
		if len([]rune(terms[0])) == 1 {
			return hits, nil // a single character finds beginnings only
		}
	}
	if len(words) == 0 || len(hits) > hitsMax {
		return hits, nil
	}
	return hits, add(selectHitsByGrams(ctx, tx, ask, hitsMax+1))
}

// asks is what is asked of the index: organisations that have all the words and fit the rest.
type asks struct {
	words  []string
	like   []string
	kind   string
	region unit.Region
}

// words is what to ask of the index for what stands in names: the rarest word alone where it leaves few, and whoever has it
// is looked at; else with some pairs, and with the marks of region and kind as far as they leave much out. To walk a long
// list of whoever has a word can cost more than it saves.
func (r *Registry) words(ctx context.Context, tx *db.Tx, q *Query, terms []string) (words []string, few bool, err error) {
	var ps []string
	for _, t := range terms {
		for _, w := range pairs(t) {
			if !slices.Contains(ps, w) {
				ps = append(ps, w)
			}
		}
	}
	var marks []string
	if q.Region != "" {
		marks = append(marks, regionGram(q.Region))
	}
	if q.Kind != "" {
		marks = append(marks, kindGram(q.Kind))
	}
	if tx.Dialect() != "sqlite" {
		return slices.Concat(ps, marks), false, nil // PostgreSQL knows by itself what is rare
	}
	rarest, least := "", countMax+1
	for i, most := range append(repeated(markMax, len(marks)), repeated(countMax, len(ps))...) {
		w := ""
		if i < len(marks) {
			w = marks[i]
		} else {
			w = ps[len(ps)-1-(i-len(marks))] // names begin with their place, so the end says more
		}
		n, err := r.rarity.of(ctx, tx, w, most+1)
		if err != nil {
			return nil, false, err
		}
		if n <= fewMax {
			return []string{w}, true, nil
		}
		if n < least {
			rarest, least = w, n
		}
		if i < len(marks) && (n <= markMax || len(ps) == 0) {
			words = append(words, w)
		}
	}
	words = append(words, ps[:min(len(ps), wordsMax)]...)
	if rarest != "" && !slices.Contains(words, rarest) {
		words = append(words, rarest)
	}
	return words, false, nil
}

func repeated(n, times int) []int {
	all := make([]int, times)
	for i := range all {
		all[i] = n
	}
	return all
}

// patterns are what the names of an answer have to fit: the index knows of pairs, not of their order.
func patterns(terms []string, begins bool) (like []string) {
	for _, t := range terms {
		if begins || len([]rune(t)) == 1 {
			t = "|" + t
		}
		like = append(like, "%"+t+"%")
	}
	return like
}

func (q *Query) fits(o Org) bool {
	return (q.Kind == "" || o.Kind == q.Kind) && (q.Region == "" || o.Region.In(q.Region))
}

// sort orders what was found. Equals stand by code.
func (q *Query) sort(hits []hit, terms []string) {
	rank := make(map[string]int, len(hits))
	if q.Sort == ByMatch && len(terms) > 0 {
		for _, h := range hits {
			rank[h.Code] = h.rank(strings.TrimSpace(q.Text), terms[0])
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		by := 0
		switch q.Sort {
		case ByMatch:
			by = cmp.Or(cmp.Compare(rank[a.Code], rank[b.Code]), cmp.Compare(len(a.Name[0]), len(b.Name[0])))
			if len(terms) == 0 {
				by = 0
			}
		case ByName:
			by = cmp.Compare(a.Name[0], b.Name[0])
		case ByFounded:
			by = cmp.Compare(b.Founded, a.Founded)
		case ByRegion:
			by = cmp.Compare(a.Region, b.Region)
		}
		return cmp.Or(by, cmp.Compare(a.Code, b.Code))
	})
}

// rank is how well a text fits: 0 the whole of the code or a name, 1 its beginning, 2 somewhere in it.
func (h hit) rank(text, term string) int {
	switch {
	case strings.EqualFold(h.Code, text), plain(h.Name[0]) == term, strings.Contains(h.find, "|"+term+"|"):
		return 0
	case strings.HasPrefix(h.Code, strings.ToUpper(text)), strings.Contains(h.find, "|"+term):
		return 1
	}
	return 2
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return s != ""
}

// Each lists organisations by code after one, at most limit; for whoever goes through all of them. Controllers are not
// filled in.
func (r *Registry) Each(ctx context.Context, tx *db.Tx, after string, limit int) ([]Org, error) {
	all, err := selectAfter(ctx, tx, after, min(max(limit, 1), eachMax))
	if err != nil {
		return nil, fmt.Errorf("organisations after %s: %w", after, err)
	}
	return all, nil
}

// rarity remembers how many organisations have a word, as far as they were counted. It only says what to ask first, so it
// may be old.
type rarity struct {
	mu    sync.Mutex
	known map[string]int // guarded by mu
}

func (r *rarity) of(ctx context.Context, tx *db.Tx, word string, most int) (int, error) {
	r.mu.Lock()
	n, there := r.known[word]
	r.mu.Unlock()
	if there {
		return n, nil
	}
	n, err := countGram(ctx, tx, word, most)
	if err != nil || n < most { // what is rare now may be so no longer when the next one asks
		return n, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= rarityMax {
		clear(r.known)
	}
	r.known[word] = n
	return n, nil
}
