package reader

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

// Clause is a part of a regulation that can be named. Its Path is the name in an address: 第五条 is 5, 第五条之一 is 5-1;
// where a text has no 条, 一、（二）3. is 1.2.3. A text behind another one in the same file begins with x2, x3 and so on.
type Clause struct {
	Path     string
	Article  int
	Label    string // as it stands: 第五条
	Chapter  string // the chapter it stands in, "" for none
	Text     string // with the label
	From, To int    // bytes of the document's text
}

const (
	clausesMax     = 2000
	clauseTextMax  = 20_000 // bytes
	outlineLeast   = 3      // points of the first level from which on a text without 条 has clauses
	articlesLeast  = 2      // 条 from which on a text is a regulation
	sourceTitleMin = 6      // runes of a title from which on it is taken to be that of a document
)

const han = `〇零一二三四五六七八九十百两\d`

var (
	articleMark = regexp.MustCompile(`^\s*(第([` + han + `]{1,7})条(?:之([` + han + `]{1,3}))?)`)
	chapterMark = regexp.MustCompile(`^\s*第[` + han + `]{1,5}[章节编]`)
	englishMark = regexp.MustCompile(`^\s*((?:Article|Section)\s+(\d{1,4}))\b()`)
	outlines    = []*regexp.Regexp{
		regexp.MustCompile(`^\s*(([` + han + `]{1,4})、)`),
		regexp.MustCompile(`^\s*([（(]([` + han + `]{1,4})[)）])`),
		regexp.MustCompile(`^\s*((\d{1,3})[.．、])(?:\D|$)`),
	}
	outlineIn = regexp.MustCompile(`(?:^|[\s》号])([` + han + `]{1,4})、(?:[（(]([` + han + `]{1,4})[)）])?(?:(\d{1,3})[.．、]?)?\s*$`)
	articleIn = regexp.MustCompile(`第([` + han + `]{1,7})条(?:之([` + han + `]{1,3}))?`)
)

// clausesOf finds the clauses of every article of a document.
func clausesOf(d *extract.Document) []Clause {
	var all []Clause
	texts := 0
	for i, a := range d.Articles {
		found := numbered(i, a.Paragraphs)
		if found == nil {
			found = outlined(i, a.Paragraphs)
		}
		if found == nil {
			continue
		}
		if texts++; texts > 1 {
			for j := range found {
				found[j].Path = "x" + strconv.Itoa(texts) + "." + found[j].Path
			}
		}
		all = append(all, found...)
	}
	seen := map[string]bool{}
	out := all[:0]
	for _, c := range all {
		if !seen[c.Path] && len(out) < clausesMax {
			seen[c.Path] = true
			out = append(out, c)
		}
	}
	return out
}

// numbered reads 第一条 … A paragraph without a mark belongs to the clause before it.
func numbered(article int, all []extract.Paragraph) []Clause {
	var out []Clause
	chapter, open := "", false
	for _, p := range all {
		m := articleMark.FindStringSubmatch(p.Text)
		if m == nil {
			m = englishMark.FindStringSubmatch(p.Text)
		}
		switch {
		case m != nil:
			path := strconv.Itoa(hanNumber(m[2]))
			if m[3] != "" {
				path += "-" + strconv.Itoa(hanNumber(m[3]))
			}
			out, open = append(out, clauseFrom(article, path, m[1], chapter, p)), true
		case chapterMark.MatchString(p.Text):
			chapter, open = strings.TrimSpace(p.Text), false
		case open:
			out[len(out)-1].grow(p)
		}
	}
	if len(out) < articlesLeast {
		return nil
	}
	return out
}

// outlined reads 一、（一）1. of a text that has no 条.
func outlined(article int, all []extract.Paragraph) []Clause {
	var out []Clause
	var at [3]int
	first := 0
	for _, p := range all {
		level := -1
		var m []string
		for i, form := range outlines {
			if m = form.FindStringSubmatch(p.Text); m != nil {
				level = i
				break
			}
		}
		if level > 0 && at[level-1] == 0 && level < 2 || level == 2 && at[0] == 0 {
			level = -1 // a list before the first point is no part of the outline
		}
		if level < 0 {
			if len(out) > 0 {
				out[len(out)-1].grow(p)
			}
			continue
		}
		n := hanNumber(m[2])
		if level == 0 {
			if n != at[0]+1 {
				return nil
			}
			first++
		}
		at[level] = n
		for i := level + 1; i < len(at); i++ {
			at[i] = 0
		}
		var path []string
		for _, n := range at[:level+1] {
			if n > 0 {
				path = append(path, strconv.Itoa(n))
			}
		}
		out = append(out, clauseFrom(article, strings.Join(path, "."), m[1], "", p))
	}
	if first < outlineLeast {
		return nil
	}
	return out
}

func clauseFrom(article int, path, label, chapter string, p extract.Paragraph) Clause {
	return Clause{Path: path, Article: article, Label: strings.TrimSpace(label), Chapter: chapter, Text: strings.TrimSpace(p.Text), From: p.Span[0], To: p.Span[1]}
}

func (c *Clause) grow(p extract.Paragraph) {
	if len(c.Text)+len(p.Text) < clauseTextMax {
		c.Text += "\n" + strings.TrimSpace(p.Text)
		c.To = max(c.To, p.Span[1])
	}
}

// hanNumber reads a whole number below a thousand, in characters or digits; 0 for none.
func hanNumber(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	total, digit := 0, 0
	for _, c := range s {
		switch c {
		case '十', '百':
			unit := map[rune]int{'十': 10, '百': 100}[c]
			if digit == 0 {
				digit = 1
			}
			total, digit = total+digit*unit, 0
		case '两':
			digit = 2
		case '零', '〇':
			digit = 0
		default:
			digit = strings.IndexRune("一二三四五六七八九", c)/len("一") + 1
			if c >= '0' && c <= '9' {
				digit = int(c - '0')
			}
		}
	}
	return total + digit
}

// ClausePath is the path of a clause that a text names, "" for none: 《办法》第十条之一 is 10-1, 《通知》二、（三） at the end
// is 2.3.
func ClausePath(text string) string {
	if m := articleIn.FindStringSubmatch(text); m != nil {
		path := strconv.Itoa(hanNumber(m[1]))
		if m[2] != "" {
			path += "-" + strconv.Itoa(hanNumber(m[2]))
		}
		return path
	}
	var path []string
	if m := outlineIn.FindStringSubmatch(text); m != nil {
		for _, level := range m[1:] {
			if level != "" {
				path = append(path, strconv.Itoa(hanNumber(level)))
			}
		}
	}
	return strings.Join(path, ".")
}

// Regulation is a document that has clauses.
type Regulation struct {
	Document    unit.ID
	Title       string
	Clauses     int
	PublishedBy string
}

// Regulations lists the documents that have clauses, by title, at most regulationsMax.
func (k *Desk) Regulations(ctx context.Context, who access.Actor) (all []Regulation, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectRegulations(ctx, tx, visible(who))
		return err
	})
	return all, err
}

// Clauses lists the clauses of a document in their order.
func (k *Desk) Clauses(ctx context.Context, who access.Actor, document unit.ID) (d Document, all []Clause, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		if d, err = selectDocument(ctx, tx, document); err != nil {
			return err
		}
		if d.PublishedBy == "" && !visible(who) {
			return fault.New(fault.NotFound, "reader.unknown")
		}
		if all, err = selectClauses(ctx, tx, document); err == nil && len(all) == 0 {
			return fault.New(fault.NotFound, "reader.no_clauses")
		}
		return err
	})
	return d, all, err
}

// Source is what a scheme rests on, and where its text stands.
type Source struct {
	Title, Doc string
	Document   unit.ID // "" where no document is known to be its text
	Path       string  // of the clause, "" for the whole
	Told       string  // who said that the document is its text; "" where the titles agree
}

// Locate finds the documents that sources of schemes name: those that a person named, else one whose title is that of the
// source. What the one who asks may not see stays unknown.
func (k *Desk) Locate(ctx context.Context, who access.Actor, sources []Source) ([]Source, error) {
	out := append([]Source(nil), sources...)
	err := k.c.DB.Read(ctx, func(tx *db.Tx) error {
		regulations, err := selectRegulations(ctx, tx, visible(who))
		if err != nil {
			return err
		}
		told, err := selectClauseSources(ctx, tx)
		if err != nil {
			return err
		}
		for i := range out {
			s := &out[i]
			s.Document, s.Path, s.Told = "", "", ""
			key, best := sourceKey(s.Title), 0
			for _, r := range regulations {
				t, ok := told[key]
				switch rank := sameTitle(key, plain(r.Title)); {
				case ok && t.document == r.Document:
					s.Document, s.Told = r.Document, t.by
				case !ok && rank > 0 && rank >= best: // of several editions the one that was taken in last
					s.Document, best = r.Document, rank
				}
			}
			if s.Document != "" {
				if s.Path = ClausePath(s.Title); s.Path == "" {
					s.Path = ClausePath(s.Doc)
				}
			}
		}
		return nil
	})
	return out, err
}

// sourceKey is the compared title of a source without the clause that it names.
func sourceKey(title string) string {
	title = articleIn.ReplaceAllString(title, "")
	return plain(strings.TrimSuffix(title, outlineIn.FindString(title)))
}

// sameTitle says how well two titles agree: 2 for the same, 1 where one is the end of the other, as behind the name of who
// issued it; 0 for two titles.
func sameTitle(a, b string) int {
	switch {
	case len([]rune(a)) < sourceTitleMin || len([]rune(b)) < sourceTitleMin:
		return 0
	case a == b:
		return 2
	case strings.HasSuffix(a, b) || strings.HasSuffix(b, a):
		return 1
	}
	return 0
}

// NameSource says that a document is the text of a source; document "" takes that back.
func (k *Desk) NameSource(ctx context.Context, who access.Actor, title string, document unit.ID) error {
	key := sourceKey(title)
	if key == "" || len([]rune(title)) > titleMax {
		return fault.New(fault.Invalid, "reader.source_title").On("title")
	}
	return k.c.DB.Act(ctx, func(tx *db.Tx) error {
		if document == "" {
			if err := deleteClauseSource(ctx, tx, key); err != nil {
				return err
			}
			return k.c.Access.Record(ctx, tx, who, access.Entry{Act: "clause.unname", Detail: title})
		}
		if _, err := selectDocument(ctx, tx, document); err != nil {
			return err
		}
		if err := upsertClauseSource(ctx, tx, key, title, document, who.Name); err != nil {
			return fmt.Errorf("source %q: %w", title, err)
		}
		return k.c.Access.Record(ctx, tx, who, access.Entry{Act: "clause.name", Object: "document/" + string(document), Detail: title})
	})
}
