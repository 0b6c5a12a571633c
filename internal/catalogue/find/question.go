package find

import (
	"math"
	"strings"
	"unicode/utf8"

	"corridor/internal/fault"
)

// Limits of a question. What is longer is refused, not cut: half a question has another answer.
const (
	QuestionMax = 200 // characters
	unitsMax    = 40
	clausesMax  = 12
)

// Note is how a word of the question was understood.
type Note struct {
	Wish  Wish   // a wish of Words, or one of the notes below
	Said  string // in the question
	Meant string // a code, a word, or several with " / "
	Facet string // of a place
}

// Notes beside the wishes.
const (
	Budget    Wish = "budget"    // Meant is the most, in fen
	Spelled   Wish = "spelled"   // a neighbour in spelling was taken
	Sounded   Wish = "sounded"   // read as pinyin
	Initials  Wish = "initials"  // read as initials of pinyin
	Beginning Wish = "beginning" // words that begin so were taken
	Split     Wish = "split"     // read as two words
	Dropped   Wish = "dropped"   // no listing has all; the nearest go without it
	Loosened  Wish = "loosened"  // no listing has so much of it; the nearest have less
)

// weighed is a node with its weight in a question.
type weighed struct {
	*node
	df     int
	weight uint16 // idf, in 1/64
}

// clause is what a listing must have: of the sum of its units' weights at least need.
type clause struct {
	text  string
	units []weighed
	need  int
	sum   int
}

// asked is a question read against a view.
type asked struct {
	clauses []clause
	notes   []Note
	places  map[string][]string // by facet
	cheap   bool
	near    bool
	newest  bool
	most    int64 // fen; 0 for no limit
	gratis  bool
	empty   bool // no text but perhaps wishes
}

// read understands a question. literal takes no wishes and no synonyms: the words as they stand.
func (x *Index) read(v *view, text string, literal bool) (*asked, error) {
	if utf8.RuneCountInString(text) > QuestionMax || len(text) > QuestionMax*utf8.UTFMax {
		return nil, fault.New(fault.Invalid, "find.question_long", "most", QuestionMax).On("q")
	}
	if !utf8.ValidString(text) {
		return nil, fault.New(fault.Invalid, "find.question_text").On("q")
	}
	q := &asked{places: map[string][]string{}}
	text, quoted := cutQuoted(text)
	for _, s := range quoted {
		if n := run(s); n != nil {
			q.add(clause{text: s, units: []weighed{v.unit(n)}})
		}
	}
	if !literal {
		text = q.budget(x.c.Words, text)
	}
	r := reading{x: x, v: v, q: q, text: text, items: itemsOf(text), literal: literal}
	r.all()
	if len(q.clauses) > clausesMax {
		return nil, fault.New(fault.Invalid, "find.question_words", "most", clausesMax).On("q")
	}
	units := 0
	for _, c := range q.clauses {
		units += len(c.units)
	}
	if units > unitsMax*clausesMax/2 {
		return nil, fault.New(fault.Invalid, "find.question_words", "most", clausesMax).On("q")
	}
	q.empty = len(q.clauses) == 0
	return q, nil
}

// coverage is how much of a clause of several units a listing must have, of 100.
const coverage = 50

func (q *asked) add(c clause) {
	if len(c.units) == 0 {
		return
	}
	for _, u := range c.units {
		c.sum += int(u.weight)
	}
	c.need = c.sum
	if len(c.units) > 1 {
		c.need = max(1, c.sum*coverage/100)
	}
	q.clauses = append(q.clauses, c)
}

// unit weighs a node by how rare it is.
func (v *view) unit(n *node) weighed {
	df := v.df(n)
	idf := math.Log(1 + (float64(v.alive)-float64(min(df, v.alive))+0.5)/(float64(df)+0.5))
	return weighed{n, df, uint16(max(1, idf*64))}
}

var quotes = map[rune]rune{'"': '"', '“': '”', '「': '」', '『': '』', '＂': '＂'}

// cutQuoted takes what stands in quotation marks out of a question.
func cutQuoted(text string) (rest string, quoted []string) {
	for {
		from := strings.IndexFunc(text, func(r rune) bool { return quotes[r] != 0 })
		if from < 0 {
			return text, quoted
		}
		open, size := utf8.DecodeRuneInString(text[from:])
		length := strings.IndexRune(text[from+size:], quotes[open])
		if length < 0 {
			return text[:from] + " " + text[from+size:], quoted
		}
		inner := text[from+size : from+size+length]
		quoted = append(quoted, inner)
		text = text[:from] + " " + text[from+size+length+utf8.RuneLen(quotes[open]):]
	}
}

// reading goes through the items of a question.
type reading struct {
	x       *Index
	v       *view
	q       *asked
	text    string
	items   []item
	literal bool
	open    clause // the piece between two gaps
}

func (r *reading) all() {
	for i := 0; i < len(r.items); {
		it := r.items[i]
		if it.gap {
			r.close()
		}
		if !r.literal {
			if m, n := r.x.c.Words.match(r.items[i:]); n > 0 {
				r.take(m, r.items[i:i+n])
				i += n
				continue
			}
		}
		if !it.han {
			i += r.word(i)
			continue
		}
		// A run of characters goes up to the next gap, word or known term.
		j := i + 1
		for j < len(r.items) && r.items[j].han && !r.items[j].gap {
			if !r.literal {
				if _, n := r.x.c.Words.match(r.items[j:]); n > 0 {
					break
				}
			}
			j++
		}
		r.run(r.items[i:j])
		i = j
	}
	r.close()
}

func (r *reading) said(all []item) string { return r.text[all[0].from:all[len(all)-1].to] }

// close ends the clause of a piece.
func (r *reading) close() {
	r.q.add(r.open)
	r.open = clause{}
}

// unit puts a node into the open clause.
func (r *reading) unit(n *node, said string) {
	if n != nil {
		r.open.units = append(r.open.units, r.v.unit(n))
		r.open.text += said
	}
}

// take does what a known term says.
func (r *reading) take(m meaning, all []item) {
	said := r.said(all)
	switch m.wish {
	case Synonym:
		r.unit(r.x.group(m.group), said)
		others := r.x.c.Words.groups[m.group]
		r.q.notes = append(r.q.notes, Note{Wish: Synonym, Said: said, Meant: strings.Join(others, " / ")})
		return
	case Place:
		r.q.places[m.facet] = append(r.q.places[m.facet], m.value)
	case Cheap:
		r.q.cheap = true
	case Gratis:
		r.q.gratis = true
	case Near:
		r.q.near = true
	case Newest:
		r.q.newest = true
	case Filler:
		return
	} // When stands in the notes only: which slots it means is the caller's to ask
	r.q.notes = append(r.q.notes, Note{Wish: m.wish, Said: said, Meant: m.value, Facet: m.facet})
}

// group is the node of terms that mean the same.
func (x *Index) group(i int) *node {
	n := &node{op: opAny}
	for _, t := range x.c.Words.groups[i] {
		if s := run(t); s != nil {
			n.subs = append(n.subs, s)
		}
	}
	return n
}

// run takes characters that no term knows: their pairs, which a listing need not all have.
func (r *reading) run(all []item) {
	if len(all) == 1 {
		// One character between known terms says too little to be asked for, alone it is the question.
		if all[0].gap && all[0].edge && (all[0].to == len(r.text) || r.text[all[0].to] == ' ') {
			r.unit(run(all[0].text), r.said(all))
		}
		return
	}
	for i := range len(all) - 1 {
		a, b := []rune(all[i].text)[0], []rune(all[i+1].text)[0]
		u := r.v.unit(one(pairKey(a, b)))
		if u.df == 0 && len(all) > 2 {
			continue // pairs across two words are in no listing, and no reason to find none
		}
		r.open.units = append(r.open.units, u)
	}
	if len(r.open.units) == 0 {
		r.open.units = append(r.open.units, r.v.unit(one(pairKey([]rune(all[0].text)[0], []rune(all[1].text)[0]))))
	}
	r.open.text += r.said(all)
}
