package extract

import (
	"strings"
	"sync"
)

const (
	spunMarks  = 6    // different words that only spinners write, in a spun text
	spunShare  = 400  // characters of text for each of them, at most
	spunCopies = 1000 // times that one word is counted
)

// spunBook is data/spun.txt: what a spinner wrote, and what stood there.
type spunBook struct {
	lex  *lexicon
	was  [][]rune // nil: several originals
	mark []bool
}

var spunWords = sync.OnceValue(func() *spunBook {
	b := &spunBook{lex: newLexicon(), was: make([][]rune, 1), mark: make([]bool, 1)}
	for _, line := range dataLines("spun.txt") {
		spun, was, _ := strings.Cut(line, " ")
		mark := strings.HasPrefix(spun, "!")
		unsure := strings.HasPrefix(spun, "?")
		spun = strings.TrimLeft(spun, "!?")
		w := []rune(was)
		if unsure {
			w = nil
		}
		b.was, b.mark = append(b.was, w), append(b.mark, mark)
		b.lex.add(spun, int32(len(b.was)-1))
	}
	return b
})

// unspin tells a text whose words a program replaced by others, and puts back those of which it is sure.
func (r *reading) unspin() {
	book := spunWords()
	marks := map[int32]int{}
	han, hits := 0, 0
	for i := range r.blocks {
		for j, c := range r.blocks[i].r {
			if !isHan(c) {
				continue
			}
			han++
			if book.lex.root[c&0xffff] == 0 {
				continue
			}
			if _, v := book.lex.longest(r.blocks[i].r, j); v != 0 && book.mark[v] && marks[v] < spunCopies {
				marks[v]++
				hits++
			}
		}
	}
	if len(marks) < spunMarks || hits*spunShare < han {
		return
	}
	r.spun = true
	r.doc.Warnings = append(r.doc.Warnings, "the text looks machine-spun")
	if r.opt.KeepSpun {
		return
	}
	for i := range r.blocks {
		back, left := book.putBack(&r.blocks[i].flow)
		r.repaired(RepairSpun, back)
		r.repaired(RepairSpunLeft, left)
	}
}

// putBack replaces spun words by what stood there. A character that is put in stands where the spun word stands.
func (b *spunBook) putBack(f *flow) (back, left int) {
	out := newFlow(len(f.r))
	changed := false
	for i := 0; i < len(f.r); {
		c := f.r[i]
		if uint32(c) >= 0x10000 || b.lex.root[c] == 0 {
			out.add(c, int(f.at[i]), int(f.n[i]))
			i++
			continue
		}
		e, v := b.lex.longest(f.r, i)
		if v == 0 || b.was[v] == nil {
			if v != 0 {
				left++
			}
			for e = max(e, i+1); i < e; i++ {
				out.add(f.r[i], int(f.at[i]), int(f.n[i]))
			}
			continue
		}
		was := b.was[v]
		n := e - i
		for k, w := range was {
			from := i + min(k*n/len(was), n-1)
			to := i + min((k+1)*n/len(was), n)
			to = max(to, from+1)
			if k > 0 && len(was) > n && from == i+min((k-1)*n/len(was), n-1) {
				out.add(w, int(f.at[from])+int(f.n[from]), 0) // more characters than places: this one has no width
				continue
			}
			out.add(w, int(f.at[from]), int(f.at[to-1])+int(f.n[to-1])-int(f.at[from]))
		}
		changed = true
		back++
		i = e
	}
	if changed {
		*f = out
	}
	return back, left
}
