package reader

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

const (
	paragraphsAtOnce = 100 // that one act writes into the index
	lateMax          = 50  // documents that one round of Index finishes
	termsMax         = 4
	termRunesMax     = 40
	PassagePage      = 20   // of a page of Search
	passagesMax      = 1000 // are counted
	gramCountMax     = 2000 // paragraphs to which a pair is counted
)

// Paragraph is a paragraph of a document after repairs.
type Paragraph struct {
	No, Article int
	Heading     bool
	From, To    int
	Text        string
}

// Passage is a paragraph that was found.
type Passage struct {
	Paragraph
	Document unit.ID
	Title    string // of the document
	Findings []Finding
}

// index writes what is looked up into the index, a part at a time; what stands there already stays.
func (k *Desk) index(ctx context.Context, id unit.ID, read *extract.Document) error {
	all := paragraphs(read)
	err := k.c.DB.Act(ctx, func(tx *db.Tx) error {
		d, err := selectDocument(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(d.Articles) == 0 {
			d.Articles = heads(read)
			if err := updateArticles(ctx, tx, d); err != nil {
				return err
			}
		}
		finds, err := selectFindings(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := k.mentionAll(ctx, tx, d, finds); err != nil {
			return err
		}
		for i, c := range clausesOf(read) {
			if err := insertClause(ctx, tx, id, i, c); err != nil {
				return fmt.Errorf("clause %s: %w", c.Path, err)
			}
		}
		return nil
	})
	for done := 0; err == nil && done < len(all); {
		err = k.c.DB.Act(ctx, func(tx *db.Tx) error {
			n, err := countParagraphs(ctx, tx, id)
			if err != nil {
				return err
			}
			done = min(n+paragraphsAtOnce, len(all))
			return insertParagraphs(ctx, tx, id, all[min(n, len(all)):done])
		})
	}
	if err == nil {
		err = k.c.DB.Act(ctx, func(tx *db.Tx) error { return updateIndexed(ctx, tx, id) })
	}
	if err != nil {
		return fmt.Errorf("index document %s: %w", id, err)
	}
	return nil
}

// Index finishes documents whose index is not whole: taken before there was one, or cut off while it was written. It
// answers with how many it finished; a document that cannot be read any more is passed over and named in the error.
func (k *Desk) Index(ctx context.Context) (n int, err error) {
	var late []Document
	if err := k.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		late, err = selectNotIndexed(ctx, tx)
		return err
	}); err != nil {
		return 0, err
	}
	for _, d := range late {
		_, content, err := k.c.Files.Get(ctx, files.Digest(d.Digest))
		if err != nil {
			return n, fmt.Errorf("original of %s: %w", d.ID, err)
		}
		read, err := k.extract(ctx, d.Name, content)
		if err != nil {
			return n, fmt.Errorf("read %s again: %w", d.ID, err)
		}
		if err := k.index(ctx, d.ID, read); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func paragraphs(read *extract.Document) (all []Paragraph) {
	for i, a := range read.Articles {
		for _, p := range a.Paragraphs {
			all = append(all, Paragraph{len(all), i, p.Heading, p.Span[0], p.Span[1], p.Text})
		}
	}
	return all
}

// grams are the pairs of neighbouring characters of a compared text, each once.
func grams(s string) []string {
	var all []string
	var last rune
	for i, c := range s {
		if i > 0 {
			all = append(all, string([]rune{last, c}))
		}
		last = c
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Search finds the paragraphs that have all words of a text, the newest document first, one page counted from 1, with
// what was read in each. total is counted to passagesMax. It is for those who may read documents.
func (k *Desk) Search(ctx context.Context, words string, page int) (all []Passage, total int, err error) {
	terms, err := termsOf(words)
	if err != nil || len(terms) == 0 {
		return nil, 0, err
	}
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		rare, err := rarest(ctx, tx, terms)
		if err != nil {
			return err
		}
		if total, err = countPassages(ctx, tx, rare, terms); err != nil || total == 0 {
			return err
		}
		if all, err = selectPassages(ctx, tx, rare, terms, (max(page, 1)-1)*PassagePage); err != nil {
			return err
		}
		// Paragraphs come the youngest first, so that the index can stop early; those of one document are read in its order.
		for i, j := 0, 0; i < len(all); i = j {
			for j = i; j < len(all) && all[j].Document == all[i].Document; j++ {
			}
			slices.Reverse(all[i:j])
		}
		for i := range all {
			p := &all[i]
			if p.Findings, err = selectFindingsIn(ctx, tx, p.Document, p.From, p.To); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("look for %q: %w", words, err)
	}
	return all, total, nil
}

// termsOf cuts a question into compared words. One character is too short to be looked for.
func termsOf(words string) (terms []string, err error) {
	for _, w := range strings.FieldsFunc(words, unicode.IsSpace) {
		p := []rune(plain(w))
		if len(p) == 0 || len(terms) == termsMax {
			continue
		}
		if len(p) == 1 {
			return nil, fault.New(fault.Invalid, "reader.query_short").On("q")
		}
		terms = append(terms, string(p[:min(len(p), termRunesMax)]))
	}
	return terms, nil
}

// rarest are the two pairs of the terms that the fewest paragraphs have.
func rarest(ctx context.Context, tx *db.Tx, terms []string) ([2]string, error) {
	type pair struct {
		gram string
		n    int
	}
	var all []pair
	for _, t := range terms {
		for _, g := range grams(t) {
			n, err := countGram(ctx, tx, g)
			if err != nil {
				return [2]string{}, err
			}
			all = append(all, pair{g, n})
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return a.n - b.n })
	return [2]string{all[0].gram, all[min(1, len(all)-1)].gram}, nil
}

// visible says whether a person may see what no document was published with.
func visible(who access.Actor) bool {
	return who.System() || access.MaySomewhere(who, access.DocumentRead) == nil
}
