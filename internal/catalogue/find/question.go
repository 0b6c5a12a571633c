package find

import (
	"math"
	"slices"
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
	said   string // in the question; "" where it stands for a part of a piece
	guess  bool   // what a word that no listing has may have meant
	known  bool   // a term of Words
}

// clause is what a listing must have: of the sum of its units' weights at least need. A need of 0 only adds to the score.
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
	missing bool // a part is left out that no listing has
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
	q.settle(v, r.weak, literal)
	q.empty = len(q.clauses) == 0
	return q, nil
}

// settle leaves out the clauses that no listing has where another has some, and puts what is weak behind the others.
func (q *asked) settle(v *view, weak []weighed, literal bool) {
	known := func(c clause) bool { return c.reach() > 0 }
	some := slices.ContainsFunc(q.clauses, known)
	if !literal && (some || len(weak) > 0) {
		q.clauses = slices.DeleteFunc(q.clauses, func(c clause) bool {
			if known(c) {
				return false
			}
			q.leave(c.text)
			return true
		})
	}
	if len(q.clauses) == 0 {
		some := slices.ContainsFunc(weak, func(u weighed) bool { return u.df > 0 })
		for _, u := range weak {
			if u.df > 0 || !some && u.said != "" {
				q.add(clause{text: u.said, units: []weighed{u}})
			}
		}
		return
	}
	for _, u := range weak {
		if u.df > 0 && u.df*weakShare < v.alive {
			u.weight = max(1, u.weight/weakCounts)
			q.clauses = append(q.clauses, clause{text: u.said, units: []weighed{u}})
		}
	}
}

// leave notes what is left out because no listing has it.
func (q *asked) leave(said string) {
	q.missing = true
	q.notes = append(q.notes, Note{Wish: Dropped, Said: said})
}

const (
	weakShare  = 8 // a weak word that more than one listing of so many has sorts nothing
	weakCounts = 3 // one of so many parts of its weight counts
)

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
	rare := v.rare(n)
	idf := math.Log(1 + (float64(v.alive)-float64(min(rare, v.alive))+0.5)/(float64(rare)+0.5))
	return weighed{node: n, df: df, weight: uint16(max(1, idf*64))}
}

// rare is how many listings have what the node looks for, at least: of terms that mean the same those of the most frequent, since
// they stand in the same texts. A term must not lose weight by every synonym that it is given.
func (v *view) rare(n *node) int {
	if n.op != opAny {
		return v.df(n)
	}
	most := 0
	for _, s := range n.subs {
		most = max(most, v.rare(s))
	}
	return most
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
	open    clause    // the piece between two gaps
	weak    []weighed // of the whole question
}

func (r *reading) all() {
	for i := 0; i < len(r.items); {
		it := r.items[i]
		// Where one piece meets the next, their pair helps those that say the whole as it stands: 材料失效分析, 钛合金.
		if i > 0 && it.han && r.items[i-1].han && !it.gap {
			if u := r.v.unit(one(pairOf(r.items[i-1], it))); u.df > 0 {
				r.weak = append(r.weak, u)
			}
		}
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
		r.run(i, j)
		i = j
	}
	r.close()
}

func (r *reading) said(all []item) string { return r.text[all[0].from:all[len(all)-1].to] }

// close ends the clause of a piece: what no listing has is no reason to find none of the rest.
func (r *reading) close() {
	c := r.open
	r.open = clause{}
	unknown := func(u weighed) bool { return u.df == 0 }
	if some := slices.ContainsFunc(c.units, func(u weighed) bool { return !unknown(u) }); some && !r.literal {
		c.units = slices.DeleteFunc(c.units, func(u weighed) bool {
			if unknown(u) && u.said != "" {
				r.q.leave(u.said)
			}
			return unknown(u)
		})
	}
	// What stands between known terms says less than they do.
	if slices.ContainsFunc(c.units, func(u weighed) bool { return u.known }) {
		for i, u := range c.units {
			if !u.known && u.said == "" {
				c.units[i].weight = max(1, u.weight/2)
			}
		}
	}
	r.q.add(c)
}

// unit puts a node into the open clause.
func (r *reading) unit(n *node, said string) {
	if n != nil {
		u := r.v.unit(n)
		u.said, u.guess = said, len(n.subs) > 0 && n.subs[0].share == guessShare
		r.open.units = append(r.open.units, u)
		r.open.text += said
	}
}

// take does what a known term says.
func (r *reading) take(m meaning, all []item) {
	said := r.said(all)
	switch m.wish {
	case Synonym:
		if m.weak {
			u := r.v.unit(r.x.group(m.group))
			u.said = said
			r.weak = append(r.weak, u)
			return
		}
		r.unit(r.x.groupSaid(m.group, said), said)
		r.open.units[len(r.open.units)-1].known = true
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

const (
	otherShare = 180 // of 255: how much a term counts that was not said itself but means the same
	shortMost  = 6   // letters of an abbreviation: texts have it beside what it is short for, so it is not preferred
)

// groupSaid is the node of terms that mean the same, where one of them was said.
func (x *Index) groupSaid(i int, said string) *node {
	n := x.group(i)
	own := run(said)
	if items := itemsOf(said); own == nil || len(items) == 1 && !items[0].han && len(said) <= shortMost {
		return n
	}
	for _, s := range n.subs {
		s.share = otherShare
	}
	n.subs = append(n.subs, own)
	return n
}

// run takes characters that no term knows, items i to j: their pairs, which a listing need not all have.
func (r *reading) run(i, j int) {
	all := r.items[i:j]
	if len(all) == 1 {
		// One character between known terms says too little to be asked for, alone it is the question.
		if all[0].gap && all[0].edge && (all[0].to == len(r.text) || r.text[all[0].to] == ' ') {
			r.unit(run(all[0].text), r.said(all))
		}
		return
	}
	var units []weighed
	for i := range len(all) - 1 {
		// Pairs across two words are in no listing, and no reason to find none.
		if u := r.v.unit(one(pairOf(all[i], all[i+1]))); u.df > 0 {
			units = append(units, u)
		}
	}
	if len(units) == 0 {
		u := r.v.unit(one(pairOf(all[0], all[1])))
		u.said = r.said(all)
		units = append(units, u)
	}
	r.open.units = append(r.open.units, units...)
	r.open.text += r.said(all)
}

// pairOf is the term of two neighbouring characters of a question.
func pairOf(a, b item) key { return pairKey([]rune(a.text)[0], []rune(b.text)[0]) }
