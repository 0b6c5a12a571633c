package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
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

// Found is one page. Total is how many there are, counted to hitsMax; More says that there are more: the order and the
// pages are then those of the best hitsMax, and the text should be narrowed.
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
	hits, err := q.gather(ctx, tx, terms)
	if err != nil {
		return f, fmt.Errorf("look for %q: %w", q.Text, err)
	}
	if f.More = len(hits) > hitsMax; f.More {
		hits = hits[:hitsMax]
	}
	f.Total = len(hits)
	q.sort(hits, terms)
	from := min((q.Page-1)*q.Rows, len(hits))
	for _, h := range hits[from:min(from+q.Rows, len(hits))] {
		c, stated, err := r.controllerOn(ctx, tx, h.Code, r.Today(tx))
		if err != nil {
			return f, err
		}
		if stated && c.Holder != h.Code {
			h.Controller = c.Holder
		}
		f.Orgs = append(f.Orgs, h.Org)
	}
	return f, nil
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

// gather reads at most one more than hitsMax: by code, then what begins with the text, then what contains it.
func (q *Query) gather(ctx context.Context, tx *db.Tx, terms []string) (hits []hit, err error) {
	if len(terms) == 0 {
		if strings.TrimSpace(q.Text) != "" {
			return nil, nil // nothing but signs
		}
		if q.Region == "" && q.Kind == "" {
			return selectHits(ctx, tx, "", "", hitsMax+1)
		}
	}
	seen := map[string]bool{}
	add := func(more []hit, err error) error {
		for _, h := range more {
			if !seen[h.Code] && q.fits(h.Org) {
				seen[h.Code] = true
				hits = append(hits, h)
			}
		}
		return err
	}
	if code := strings.TrimSpace(q.Text); len(terms) == 1 && isASCII(code) {
		for _, begin := range []string{strings.ToUpper(terms[0]), code} {
			if err := add(selectHits(ctx, tx, begin, begin+"\x7f", hitsMax+1)); err != nil {
				return nil, err
			}
		}
		if err := add(selectHitsByAlias(ctx, tx, code)); err != nil {
			return nil, err
		}
	}
	for _, begins := range []bool{true, false} {
		if len(hits) > hitsMax || len(terms) == 0 && begins {
			continue
		}
		words, like := q.words(terms, begins)
		if err := add(selectHitsByGrams(ctx, tx, words, like, hitsMax+1)); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// words is what is asked of the index, and the patterns by which its answers are checked.
func (q *Query) words(terms []string, begins bool) (words, like []string) {
	for i, t := range terms {
		first := begins && i == 0
		for _, w := range asked(t, first) {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
		pattern := "%" + t + "%"
		if first || len([]rune(t)) == 1 {
			pattern = "%|" + t + "%"
		}
		like = append(like, pattern)
	}
	if q.Kind != "" {
		words = append(words, kindGram(q.Kind))
	}
	if q.Region != "" {
		words = append(words, regionGram(q.Region))
	}
	return words, like
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
