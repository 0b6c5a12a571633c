package extract

import (
	"crypto/sha256"
	"slices"
)

const (
	// TwinBytesMax is the largest file that is looked at as a twin.
	TwinBytesMax = 2 << 20
	twinsMax     = 4096     // files of one run
	twinHeldMax  = 64 << 20 // bytes of files held for it
	twinShared   = 6        // different numbers that two tellings of one text share, at least
	gapMax       = 240      // characters between two shared numbers that are laid beside each other
	learnCellMax = 40 << 20 // cells of all tables laid out for one text
	learntMax    = 6        // characters of a word that is learnt
)

// Twins finds, among the files of one run, the clean telling of a spun text: numbers survive a spinner, so two tellings of
// one text share theirs. Add all files first; Of may then be called concurrently. The zero value is empty.
type Twins struct {
	all  []telling
	held int
}

type telling struct {
	sum     [32]byte
	content []byte
	numbers []string // sorted, each once
	spun    bool
}

// Add takes a file of the run. What is too large, packed or no text is passed over.
func (t *Twins) Add(content []byte) {
	if len(content) > TwinBytesMax || len(t.all) >= twinsMax || t.held+len(content) > twinHeldMax || Packed(content) {
		return
	}
	x, ok := tellingOf(content)
	if !ok || len(x.numbers) < twinShared {
		return
	}
	t.all = append(t.all, x)
	t.held += len(content)
}

func tellingOf(content []byte) (telling, bool) {
	blocks, ok := blocksOf(content)
	if !ok {
		return telling{}, false
	}
	x := telling{sum: sha256.Sum256(content), content: content, spun: spunWords().isSpun(blocks)}
	var parts [][]rune
	for i := range blocks {
		parts = append(parts, blocks[i].r)
	}
	x.numbers = Numbers(parts)
	return x, true
}

// Numbers are the different numbers of a text, sorted. Those of one digit are left out: many texts have all of them.
func Numbers(parts [][]rune) (all []string) {
	for _, r := range parts {
		for _, n := range numbersOf(r, 0, nil) {
			if len(n.word) > 1 {
				all = append(all, n.word)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Retold says how many numbers of one text another one tells, too; 0 where they are too few for two tellings of one.
func Retold(mine, theirs []string) int {
	if n := shared(mine, theirs); n >= twinShared && n*2 >= len(mine) {
		return n
	}
	return 0
}

// blocksOf reads a text or page as far as its mended lines, words as they stand.
func blocksOf(content []byte) ([]block, bool) {
	format, err := sniff("", content)
	if err != nil {
		return nil, false
	}
	r := &reading{opt: Options{KeepSpun: true}, doc: &Document{Format: format}}
	if format == FormatPDF || format == FormatDOCX || r.load(content) != nil {
		return nil, false
	}
	r.mend()
	return r.blocks, true
}

// Of returns the clean twin of a spun text, or nil: for a text that is not spun, or where no file shares enough numbers.
func (t *Twins) Of(content []byte) []byte {
	if len(t.all) == 0 || len(content) > TwinBytesMax || Packed(content) {
		return nil
	}
	sum := sha256.Sum256(content)
	i := slices.IndexFunc(t.all, func(x telling) bool { return x.sum == sum })
	if i < 0 || !t.all[i].spun {
		return nil
	}
	mine := t.all[i].numbers
	best, most := -1, 0
	for k := range t.all {
		if t.all[k].spun {
			continue
		}
		if n := Retold(mine, t.all[k].numbers); n > most {
			best, most = k, n
		}
	}
	if best < 0 {
		return nil
	}
	return t.all[best].content
}

// shared counts what two sorted lists have in common.
func shared(a, b []string) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			n++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return n
}

// anchor is a number of a text and where it stands.
type anchor struct {
	word       string
	start, end int
}

// numbersOf appends the numbers of a text, digits with their point.
func numbersOf(r []rune, shift int, out []anchor) []anchor {
	for i := 0; i < len(r); {
		if !isDigit(r[i]) {
			i++
			continue
		}
		j := i + 1
		for j < len(r) && j < i+16 && (isDigit(r[j]) || r[j] == '.' && j+1 < len(r) && isDigit(r[j+1])) {
			j++
		}
		out = append(out, anchor{string(r[i:j]), shift + i, shift + j})
		i = j
	}
	return out
}

// learntWords are the pairs that a twin taught.
type learntWords struct {
	lex *lexicon
	was [][]rune
}

func (l *learntWords) at(r []rune, i int) (end int, was []rune) {
	if l == nil {
		return i, nil
	}
	e, v := l.lex.longest(r, i)
	if v == 0 {
		return i, nil
	}
	return e, l.was[v]
}

// pairVotes counts how often a spun word stands where the twin has an original.
type pairVotes struct {
	order []string
	was   map[string]map[string]int
	kept  map[string]int // times that it stands in both
}

// learn lays a spun text beside its twin, number by number, and takes over the words that differ. A pair is learnt
// where the twin always has the same original for the word; where it has several, or keeps the word, it is not.
func learn(blocks []block, twin []byte) *learntWords {
	other, ok := blocksOf(twin)
	if !ok {
		return nil
	}
	a, b := oneRow(blocks), oneRow(other)
	v := &pairVotes{was: map[string]map[string]int{}, kept: map[string]int{}}
	cells := 0
	la, lb := 0, 0 // ends of the last shared numbers
	each := func(ea, eb int) {
		ga, gb := a[la:ea], b[lb:eb]
		if len(ga) > gapMax || len(gb) > gapMax {
			// the text right behind the number, and the text right before the next
			n := min(len(ga), len(gb), gapMax/2)
			cells += 2 * n * n
			if cells < learnCellMax {
				v.lay(ga[:n], gb[:n], false)
				v.lay(ga[len(ga)-n:], gb[len(gb)-n:], true)
			}
			return
		}
		if cells += len(ga) * len(gb); cells < learnCellMax {
			v.lay(ga, gb, true)
		}
	}
	for _, m := range sharedInOrder(numbersOf(a, 0, nil), numbersOf(b, 0, nil)) {
		each(m[0].start, m[1].start)
		la, lb = m[0].end, m[1].end
	}
	each(len(a), len(b))
	l := &learntWords{lex: newLexicon(), was: make([][]rune, 1)}
	for _, spun := range v.order {
		all, best, votes := v.kept[spun], "", 0
		for was, n := range v.was[spun] {
			all += n
			if n > votes || n == votes && was < best {
				best, votes = was, n
			}
		}
		if votes*5 >= all*4 {
			l.was = append(l.was, []rune(best))
			l.lex.add(spun, int32(len(l.was)-1))
		}
	}
	return l
}

func oneRow(blocks []block) []rune {
	var out []rune
	for i := range blocks {
		for _, c := range blocks[i].r {
			if !isSpace(c) {
				out = append(out, c)
			}
		}
		out = append(out, '\n')
	}
	return out
}

// sharedInOrder pairs numbers that stand once in each text, as long as their order is the same in both.
func sharedInOrder(a, b []anchor) [][2]anchor {
	once := func(all []anchor) map[string]int {
		m := map[string]int{}
		for i, x := range all {
			if _, ok := m[x.word]; ok {
				m[x.word] = -1
			} else {
				m[x.word] = i
			}
		}
		return m
	}
	inA, inB := once(a), once(b)
	var pairs [][2]int
	for i, x := range a {
		if j, ok := inB[x.word]; ok && j >= 0 && inA[x.word] == i {
			pairs = append(pairs, [2]int{i, j})
		}
	}
	// the longest row of pairs that rises in both: patience sorting
	var piles []int
	back := make([]int, len(pairs))
	for k, p := range pairs {
		at, _ := slices.BinarySearchFunc(piles, p[1], func(pile, j int) int { return pairs[pile][1] - j })
		back[k] = -1
		if at > 0 {
			back[k] = piles[at-1]
		}
		if at == len(piles) {
			piles = append(piles, k)
		} else {
			piles[at] = k
		}
	}
	if len(piles) == 0 {
		return nil
	}
	var out [][2]anchor
	for k := piles[len(piles)-1]; k >= 0; k = back[k] {
		out = append(out, [2]anchor{a[pairs[k][0]], b[pairs[k][1]]})
	}
	slices.Reverse(out)
	return out
}

// lay finds the longest common row of characters of two stretches and votes for what stands between; ended says that both
// end at the same number.
func (v *pairVotes) lay(a, b []rune, ended bool) {
	if len(a) < 4 || len(b) < 4 {
		return
	}
	w := len(b) + 1
	t := make([]uint16, (len(a)+1)*w)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				t[i*w+j] = t[(i+1)*w+j+1] + 1
			} else {
				t[i*w+j] = max(t[(i+1)*w+j], t[i*w+j+1])
			}
		}
	}
	if int(t[0])*100 < 45*max(len(a), len(b)) {
		return // two different texts
	}
	pa, pb := 0, 0 // where the stretch that differs began
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if a[i] != b[j] {
			if t[(i+1)*w+j] >= t[i*w+j+1] {
				i++
			} else {
				j++
			}
			continue
		}
		if i > pa && j > pb {
			v.vote(a, b, pa, i, pb, j)
		} else if i == pa && j == pb && i+1 < len(a) && j+1 < len(b) && a[i+1] == b[j+1] && isHan(a[i]) && isHan(a[i+1]) {
			v.kept[string(a[i:i+2])]++
		}
		i++
		j++
		pa, pb = i, j
	}
	if ended && pa < len(a) && pb < len(b) {
		v.vote(a, b, pa, len(a), pb, len(b))
	}
}

// vote takes a[i:e] for b[j:f]. A single character is no word: one of its neighbours belongs to it, and to the original;
// which one is not known, so both are voted for.
func (v *pairVotes) vote(a, b []rune, i, e, j, f int) {
	if e-i > learntMax || f-j > learntMax || !allHan(a[i:e]) || !allHan(b[j:f]) {
		return
	}
	if e-i > 1 && f-j > 1 {
		v.take(string(a[i:e]), string(b[j:f]))
		return
	}
	if i > 0 && j > 0 && isHan(a[i-1]) && a[i-1] == b[j-1] {
		v.take(string(a[i-1:e]), string(b[j-1:f]))
	}
	if e < len(a) && f < len(b) && isHan(a[e]) && a[e] == b[f] {
		v.take(string(a[i:e+1]), string(b[j:f+1]))
	}
}

func (v *pairVotes) take(spun, was string) {
	if v.was[spun] == nil {
		v.was[spun] = map[string]int{}
		v.order = append(v.order, spun)
	}
	v.was[spun][was]++
}

func allHan(r []rune) bool {
	for _, c := range r {
		if !isHan(c) {
			return false
		}
	}
	return len(r) > 0
}
