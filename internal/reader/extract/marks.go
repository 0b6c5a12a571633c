package extract

import (
	"math/bits"
	"sync"
)

// Kinds of marks: where a rule has to look. A mark promises nothing; where there is none the rule would find nothing.
const (
	markStop    = iota // a sentence may end
	markMoment         // a time may begin, or a sentence has ended
	markNumber         // a figure may begin
	markPlace          // a place may begin
	markBody           // the ending of an organisation's name may begin
	markRole           // an office may begin
	markSpeaker        // a family name behind a mark or a blank
	markSign           // a verb of signing may begin
	markPact           // the ending of an agreement's name may begin
	markTitle          // 《
	markIssue          // a verb of issuing may begin
	markIssued         // 已 or 正 before such a verb
	markQuote          // an opening quotation mark
	markKinds

	flagNumeric = 13 // a numeral, 半 or 番
	flagLatin   = 14
	flagHan     = 15
)

// marks are the marks of one text, a set of bits for each kind. They are made in one pass, so that the rules, each of which
// concerns few places, need not look at every character again.
type marks struct {
	sets    []uint64 // markKinds sets, one after another
	words   int      // of each set
	numeric bool
	latin   bool // written in an alphabet
}

// next is the first mark of a kind at or behind i, -1 if there is none.
func (m *marks) next(kind, i int) int {
	w := i >> 6
	if w >= m.words {
		return -1
	}
	set := m.sets[kind*m.words : (kind+1)*m.words]
	for x := set[w] >> (i & 63) << (i & 63); ; x = set[w] {
		if x != 0 {
			return w<<6 | bits.TrailingZeros64(x)
		}
		if w++; w == len(set) {
			return -1
		}
	}
}

const pairSlots = 1 << 14

// markBook tells the marks of a character: the low half of alone holds those that it has by itself, the high half those
// that it has if the next character goes with it, as pairs says.
type markBook struct {
	alone [0x10000]uint32
	pairs [pairSlots]uint16
}

var markWords = sync.OnceValue(func() *markBook {
	b := new(markBook)
	each := func(kind int, list string) {
		for _, c := range list {
			b.alone[c] |= 1 << kind
		}
	}
	each(markStop, "。！？；!?;.")
	each(markMoment, "。")
	each(markTitle, "《")
	each(markQuote, "“‘「")
	each(flagNumeric, "半番")
	for c := range rune(0x10000) {
		if momentStart[c] {
			b.alone[c] |= 1 << markMoment
		}
		if is(c, cDigit|cNumeral) {
			b.alone[c] |= 1<<markNumber | 1<<flagNumeric
		}
		if isHan(c) {
			b.alone[c] |= 1 << flagHan
		}
		if isLatin(c) {
			b.alone[c] |= 1 << flagLatin
		}
		if surnames().starts(c) {
			b.alone[c] |= 1 << markSpeaker
		}
	}
	each(markNumber, "数上几翻第前每过超")
	b.list(markPlace, places().lex)
	b.list(markBody, orgs().ends)
	b.list(markRole, roleWords())
	b.list(markSign, signVerbs)
	b.list(markPact, pactEnds)
	b.list(markIssue, issueVerbs)
	b.list(markIssued, words("已正 已发 正式 已印"))
	return b
})

// list marks where the words of a lexicon begin.
func (b *markBook) list(kind int, l *lexicon) {
	for hi, page := range l.root {
		if page == nil {
			continue
		}
		for lo, at := range page {
			c := rune(hi<<8 | lo)
			if at == 0 {
				continue
			}
			if l.nodes[at].value != 0 {
				b.alone[c] |= 1 << kind
				continue
			}
			b.alone[c] |= 1 << (16 + kind)
			for _, e := range l.nodes[at].edges {
				b.pairs[pairHash(c, e.r)%pairSlots] |= 1 << kind
			}
		}
	}
}

// mark makes the marks of a text. The sets are taken from the arena, which may be nil.
func (t *text) mark(arena *[]uint64) {
	b := markWords()
	n := (len(t.r) + 63) >> 6
	t.words64(arena, n)
	var all uint16
	han, letters := 0, 0
	before, digit := true, false // what stands before allows a speaker; is a digit
	for w := range n {
		var set [16]uint64
		chunk := t.r[w<<6 : min(len(t.r), (w+1)<<6)]
		for i, c := range chunk {
			next := rune(0)
			if i+1 < len(chunk) {
				next = chunk[i+1]
			} else if k := w<<6 + i + 1; k < len(t.r) {
				next = t.r[k]
			}
			if uint32(c) >= 0x10000 {
				before, digit = false, false
				if isHan(c) {
					han++
				}
				continue
			}
			x := b.alone[c]
			m := uint16(x)
			if x >= 1<<16 {
				m |= uint16(x>>16) & b.pairs[pairHash(c, next)%pairSlots]
			}
			all |= m
			han += int(m >> flagHan)
			letters += int(m >> flagLatin & 1)
			m &= 1<<markKinds - 1
			if m&(1<<markSpeaker) != 0 && !before {
				m &^= 1 << markSpeaker
			}
			if m&(1<<markMoment) != 0 && (digit && isDigit(c) || !momentMay(c, next)) { // no time begins inside a number
				m &^= 1 << markMoment
			}
			digit = isDigit(c)
			before = is(c, cPause|cStop|cBracket|cSpace) || c == '、' || c == '—'
			for ; m != 0; m &= m - 1 {
				set[bits.TrailingZeros16(m)&15] |= 1 << i
			}
		}
		for k := range markKinds {
			t.marks.sets[k*n+w] = set[k]
		}
	}
	t.marks.numeric = all&(1<<flagNumeric) != 0
	t.marks.latin = letters > 20 && han*4 < letters
}

// words64 gives a text room for its marks.
func (t *text) words64(arena *[]uint64, n int) {
	t.marks.words = n
	n *= markKinds
	if arena == nil {
		t.marks.sets = make([]uint64, n)
		return
	}
	if len(*arena) < n {
		*arena = make([]uint64, max(n, 1<<12))
	}
	t.marks.sets, *arena = (*arena)[:n:n], (*arena)[n:]
}

// marked is a text that consists of some characters only.
func marked(r []rune) *text {
	t := &text{flow: flow{r: r}}
	t.mark(nil)
	return t
}

// momentMay says whether a time can begin with two characters, the first of which one can begin with.
func momentMay(c, next rune) bool {
	switch c {
	case '上', '下':
		return next == '半' || is(next, cNumeral)
	case '全', '去', '今', '同', '明', '历':
		return next == '年'
	case '“', '‘', '"':
		return next == '十'
	case '第':
		return next == '两' || digitOf(next) > 0
	case '一', '三', '四', '五', '六', '七', '八', '九':
		return !is(next, cHan) || is(next, cNumeral) || next == '年' || next == '月' || next == '季' || next == '个' || next == '点' || next == '几' || next == '余' || next == '多' || next == '至' || next == '到' || next == '来'
	case '到', '至', '自', '从':
		return !is(next, cHan) || is(next, cNumeral) || next == '几' || next == '日' || uint32(next) < 0x10000 && momentStart[next]
	}
	return true
}
