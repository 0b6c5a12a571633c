package extract

import (
	"strings"
	"sync"
)

const (
	spunMarks     = 6      // different words that only spinners write, in a spun text
	spunShare     = 400    // characters of text for each of them, at most
	spunCopies    = 1000   // times that one word is counted
	spunDoubtsMax = 20_000 // words of one text that are weighed by their neighbours
	originalsMax  = 8      // that one spun word is tried with
)

// spunBook is data/spun.txt the other way round: what a spinner wrote, and what may have stood there; and the compounds
// that tell which of them did.
type spunBook struct {
	lex   *lexicon
	words []spunWord
	marks *lexicon // the words that tell that a text is spun
	joint *lexicon
}

// spunWord is one word of a spinner.
type spunWord struct {
	was  [][]rune
	sure bool // one original, and no word in its own right
	mark bool // tells that a text is spun
}

var spunWords = sync.OnceValue(func() *spunBook {
	b := &spunBook{lex: newLexicon(), words: make([]spunWord, 1), marks: newLexicon(), joint: newLexicon()}
	index := map[string]int32{}
	for _, line := range dataLines("spun.txt") {
		f := strings.Fields(line)
		for _, w := range f[1:] {
			spun := strings.TrimLeft(w, "!?")
			if spun == f[0] {
				continue
			}
			at, ok := index[spun]
			if !ok {
				at = int32(len(b.words))
				index[spun] = at
				b.words = append(b.words, spunWord{sure: true})
				b.lex.add(spun, at)
			}
			k := &b.words[at]
			if w[0] == '!' {
				k.mark = true
				b.marks.add(spun, at)
			}
			k.sure = k.sure && w[0] == '!' && len(k.was) == 0
			if len(k.was) < originalsMax {
				k.was = append(k.was, []rune(f[0]))
			}
		}
	}
	for _, line := range dataLines("compounds.txt") {
		b.joint.addAll(line, 1)
	}
	return b
})

// spunWarning is the warning of a spun text.
const spunWarning = "the text looks machine-spun"

// Spun says whether the text was found to be written by a program that replaces words.
func (d *Document) Spun() bool {
	for _, w := range d.Warnings {
		if w == spunWarning {
			return true
		}
	}
	return false
}

// isSpun says whether the words that only spinners write stand close enough in a text.
func (b *spunBook) isSpun(blocks []block) bool {
	marks := map[int32]int{}
	han, hits := 0, 0
	for i := range blocks {
		r := blocks[i].r
		for j, c := range r {
			if !b.marks.starts(c) || !b.marks.at(r, j) || !isHan(c) {
				continue
			}
			if _, v := b.lex.longest(r, j); v != 0 && b.words[v].mark && marks[v] < spunCopies {
				marks[v]++
				hits++
			}
		}
	}
	if len(marks) < spunMarks {
		return false
	}
	for i := range blocks {
		for _, c := range blocks[i].r {
			if isHan(c) {
				han++
			}
		}
	}
	return hits*spunShare >= han
}

// unspin tells a text whose words a program replaced by others. It puts back what a clean twin shows, what has one
// original only, and what a compound proves; the rest stays and is marked.
func (r *reading) unspin() {
	book := spunWords()
	if !book.isSpun(r.blocks) {
		return
	}
	r.spun = true
	r.doc.Warnings = append(r.doc.Warnings, spunWarning)
	if r.opt.KeepSpun {
		return
	}
	u := &unspinner{r: r, book: book, left: spunDoubtsMax}
	if len(r.opt.Twin) > 0 {
		u.learnt = learn(r.blocks, r.opt.Twin)
	}
	for i := range r.blocks {
		u.putBack(&r.blocks[i].flow)
	}
	r.doubts = u.doubts
	r.repaired(RepairSpunTwin, u.fromTwin)
	r.repaired(RepairSpun, u.back)
	r.repaired(RepairSpunLeft, len(u.doubts))
}

// unspinner is one text on its way back.
type unspinner struct {
	r              *reading
	book           *spunBook
	learnt         *learntWords // from a twin; nil is none
	left           int          // words that may still be weighed
	back, fromTwin int
	doubts         []Span
}

// putBack replaces spun words by what stood there. A character that is put in stands where the spun word stands.
func (u *unspinner) putBack(f *flow) {
	*f = f.placed()
	out := newFlow(len(f.r))
	changed := false
	for i := 0; i < len(f.r); {
		if e, was := u.learnt.at(f.r, i); e > i {
			out.replace(f, i, e, was)
			u.fromTwin++
			u.r.mended(RepairSpunTwin, f.span(i, e), string(was))
			changed, i = true, e
			continue
		}
		e, v := u.book.lex.longest(f.r, i)
		if v == 0 {
			out.add(f.r[i], f.begin(i), f.stop(i)-f.begin(i))
			i++
			continue
		}
		was := u.original(out.r, f.r, i, e, v)
		switch {
		case was == nil:
			u.doubts = append(u.doubts, f.span(i, e))
			u.r.mended(RepairSpunLeft, f.span(i, e), "")
			fallthrough
		case same(was, f.r[i:e]): // the neighbours say that the word is its own
			for ; i < e; i++ {
				out.add(f.r[i], f.begin(i), f.stop(i)-f.begin(i))
			}
		default:
			out.replace(f, i, e, was)
			u.back++
			u.r.mended(RepairSpun, f.span(i, e), string(was))
			changed, i = true, e
		}
	}
	if changed {
		*f = out
	}
}

// original is what stood at [i, e): the word's only original, or the one that makes the longest compound with what stands
// before and behind it; nil where nothing proves one, or two equally.
func (u *unspinner) original(before, r []rune, i, e int, v int32) []rune {
	w := &u.book.words[v]
	if w.sure {
		return w.was[0]
	}
	if u.left--; u.left < 0 {
		return nil
	}
	rights := [][]rune{r[e:min(len(r), e+compoundMax)]}
	if e2, v2 := u.book.lex.longest(r, e); v2 != 0 { // the next word is a spinner's, too
		rest := r[e2:min(len(r), e2+compoundMax)]
		for _, was := range u.book.words[v2].was {
			rights = append(rights, append(append([]rune(nil), was...), rest...))
		}
	}
	left := before[max(0, len(before)-compoundMax):]
	self := u.book.bond(left, r[i:e], rights)
	best, most, twice := []rune(nil), 0, false
	for _, was := range w.was {
		n := max(u.book.bond(left, was, rights), frame(was, r, e))
		if n > most {
			best, most, twice = was, n, false
		} else if n == most && n > 0 {
			twice = true
		}
	}
	switch {
	case self > most:
		return r[i:e]
	case most == 0 || twice:
		return nil
	}
	return best
}

// frame is the weight of a word that its place asks for: a word of measuring before digits, a verb of saying before what
// is said.
func frame(word, r []rune, e int) int {
	switch {
	case e >= len(r):
	case isDigit(r[e]) && approxBefore.whole(word):
		return len(word) + 1
	case is(r[e], cPause) && r[e] != '；' && speech.whole(word):
		return len(word) + 1
	}
	return 0
}

const compoundMax = 6 // characters to each side of a word that are looked at

// bond is the length of the longest compound that a word makes with its neighbours and that is longer than the word.
func (b *spunBook) bond(left, word []rune, rights [][]rune) int {
	best := 0
	buf := make([]rune, 0, 3*compoundMax)
	for _, right := range rights {
		buf = append(append(append(buf[:0], left...), word...), right...)
		from, to := len(left), len(left)+len(word)
		for i := max(0, from-compoundMax); i <= from; i++ {
			if e, v := b.joint.longest(buf, i); v != 0 && e >= to && e-i > len(word) && e-i > best {
				best = e - i
			}
		}
	}
	return best
}

// replace puts other characters for [i, e) of a flow; together they stand where the old ones stand.
func (f *flow) replace(from *flow, i, e int, was []rune) {
	n := e - i
	for k, w := range was {
		a := i + min(k*n/len(was), n-1)
		z := max(i+min((k+1)*n/len(was), n), a+1)
		if k > 0 && len(was) > n && a == i+min((k-1)*n/len(was), n-1) {
			f.add(w, from.stop(a), 0) // more characters than places: this one has no width
			continue
		}
		f.add(w, from.begin(a), from.stop(z-1)-from.begin(a))
	}
}
