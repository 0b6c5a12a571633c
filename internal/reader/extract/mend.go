package extract

import (
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// Kinds of repair, in the order in which they are told.
const (
	RepairBadBytes    = "bad_bytes"      // bytes that are not of the encoding, left out
	RepairInvisible   = "invisible"      // characters that nobody sees, left out
	RepairPinyin      = "pinyin"         // readings in brackets after their character, left out
	RepairTraditional = "traditional"    // characters made simplified
	RepairSpacing     = "letter_spacing" // lines written l i k e this, closed up
	RepairDoubled     = "doubled"        // titles and lines that stand there twice
	RepairBreaks      = "hard_breaks"    // line ends inside a paragraph
	RepairRadicals    = "radicals"       // characters of a PDF that only look like Chinese ones
	RepairFileName    = "file_name"      // names of pictures glued to a sentence
	RepairSpun        = "spun"           // words that a spinner had put in, put back
	RepairSpunTwin    = "spun_twin"      // words put back as a clean telling of the same text has them
	RepairSpunLeft    = "spun_uncertain" // spun words with several originals, left as they stand
)

var repairOrder = []string{RepairBadBytes, RepairInvisible, RepairRadicals, RepairPinyin, RepairTraditional, RepairSpacing,
	RepairDoubled, RepairBreaks, RepairFileName, RepairSpunTwin, RepairSpun, RepairSpunLeft}

const (
	// pinyinMin is how many brackets with a tone mark make a text one that a broken encoder annotated.
	pinyinMin = 4
	// traditionalShare is the share of characters with another simplified form that makes a text traditional: one in 25.
	traditionalShare = 25
)

// mend repairs the characters of all blocks. Whether a text has readings in brackets, or is traditional, is a
// property of the whole text: a single bracket or character proves nothing.
func (r *reading) mend() {
	tones, traditional, han := 0, 0, 0
	var signs uint8
	for i := range r.blocks {
		b := &r.blocks[i]
		b.signs = signsOf(b.r)
		if b.signs&(sAltered|sUnseen) != 0 {
			r.clean(&b.flow)
			b.signs = signsOf(b.r)
		}
		if b.signs&sBracket != 0 {
			for j, c := range b.r {
				if isHan(c) && j+1 < len(b.r) && (b.r[j+1] == '(' || b.r[j+1] == '（') {
					if end, toned := pinyinBracket(b.r, j+1); end > 0 && toned {
						tones++
					}
				}
			}
		}
		signs |= b.signs
	}
	table := traditionalTable()
	for i := range r.blocks {
		if signs&sTraditional == 0 {
			break
		}
		for _, c := range r.blocks[i].r {
			if isHan(c) {
				han++
				if c < 0x10000 && table[c] != 0 {
					traditional++
				}
			}
		}
	}
	for i := range r.blocks {
		b := &r.blocks[i]
		if tones >= pinyinMin {
			r.repaired(RepairPinyin, r.dropPinyin(&b.flow))
		}
		if traditional*traditionalShare >= han && traditional > 0 {
			r.repaired(RepairTraditional, r.simplify(&b.flow, table))
		}
		if b.signs&sBlank != 0 {
			r.closeUp(b)
		}
		if b.signs&sPoint != 0 {
			r.dropFileNames(b)
		}
		r.halve(b)
		b.flow = b.trim()
	}
	r.unspin()
}

// Signs are what a block needs to have for a repair to be looked for.
const (
	sAltered     uint8 = 1 << iota // another form of a character
	sUnseen                        // a character that nobody sees
	sBlank                         // a blank
	sWideBlank                     // a blank as wide as a character
	sStroke                        // a tab or an upright stroke
	sPoint                         // a point
	sBracket                       // an opening bracket
	sTraditional                   // a character that has a simplified form
)

// signOf holds the signs of the characters of the basic plane.
var signOf = sync.OnceValue(func() *[0x10000]uint8 {
	t := new([0x10000]uint8)
	traditional := traditionalTable()
	for c := range rune(0x10000) {
		switch {
		case c < 0x20 && c != '\t', c == 0x00a0, c >= 0x2000 && c <= 0x200a, c == 0x202f, fullWidth(c), c >= 0x2e80 && c <= 0x2fdf:
			t[c] = sAltered
		case unseen(c):
			t[c] = sUnseen
		case c == ' ':
			t[c] = sBlank
		case c == 0x3000:
			t[c] = sWideBlank
		case c == '\t' || c == '|' || c == '│' || c == '┃':
			t[c] = sStroke
		case c == '.':
			t[c] = sPoint
		case c == '(' || c == '（':
			t[c] = sBracket
		case traditional[c] != 0:
			t[c] = sTraditional
		}
	}
	return t
})

func signsOf(r []rune) (s uint8) {
	t := signOf()
	for _, c := range r {
		if uint32(c) < 0x10000 {
			s |= t[c]
		}
	}
	return s
}

func unseen(c rune) bool {
	return c == 0x200b || c == 0xfeff || c == 0x00ad || c >= 0x200c && c <= 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2060 && c <= 0x2064
}

func fullWidth(c rune) bool {
	return c >= 0xff10 && c <= 0xff19 || c >= 0xff21 && c <= 0xff3a || c >= 0xff41 && c <= 0xff5a || c == 0xff05 || c == 0xff0b || c == 0xff0e
}

// clean drops what nobody sees and makes the forms of one character one: full-width digits and letters, and the
// Kangxi radicals that PDF writers put for characters.
func (r *reading) clean(f *flow) {
	f.own()
	dirty := false
	for i, c := range f.r {
		switch {
		case c < 0x80:
			if c < 0x20 && c != '\t' {
				f.r[i] = ' '
			}
		case c == 0x00a0 || c >= 0x2000 && c <= 0x200a || c == 0x202f:
			f.r[i] = ' '
		case unseen(c):
			dirty = true
		case fullWidth(c):
			f.r[i] = c - 0xfee0
		case c >= 0x2e80 && c <= 0x2fdf:
			if s := characterOf(c); s != c {
				r.mended(RepairRadicals, f.span(i, i+1), string(s))
				f.r[i] = s
				r.repaired(RepairRadicals, 1)
			}
		}
	}
	if dirty {
		r.mendedRuns(RepairInvisible, f, unseen, nil)
		r.repaired(RepairInvisible, f.keep(func(i int) bool {
			return !unseen(f.r[i])
		}))
	}
}

// radicals are those of Unicode's supplement that are characters of their own and that fonts take for them, each before its
// character (EquivalentUnifiedIdeograph); NFKC knows only the others.
const radicals = "⺁厂⺋卩⺝月⺟母⺠民⺩王⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻭歯⻮齿⻰龙⻳龟"

// characterOf is the character that a radical looks like, or what it was given.
func characterOf(c rune) rune {
	if s := []rune(norm.NFKC.String(string(c))); len(s) == 1 && s[0] != c {
		return s[0]
	}
	if _, behind, ok := strings.Cut(radicals, string(c)); ok {
		for _, s := range behind {
			return s
		}
	}
	return c
}

// traditionalTable maps a traditional character to its simplified form, 0 where there is none.
var traditionalTable = sync.OnceValue(func() []uint16 {
	t := make([]uint16, 0x10000)
	for _, line := range dataLines("trad.txt") {
		var from rune
		for _, c := range line {
			switch {
			case c == ' ':
				from = 0
			case from == 0:
				from = c
			default:
				if from < 0x10000 && c < 0x10000 {
					t[from] = uint16(c)
				}
			}
		}
	}
	return t
})

func (r *reading) simplify(f *flow, table []uint16) (n int) {
	r.mendedRuns(RepairTraditional, f, func(c rune) bool { return c < 0x10000 && table[c] != 0 }, func(c rune) rune { return rune(table[c]) })
	for i, c := range f.r {
		if c < 0x10000 && table[c] != 0 {
			f.r[i] = rune(table[c])
			n++
		}
	}
	return n
}

const pinyinMarks = "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿê"

// pinyinBracket returns the end of a bracket at i that holds one syllable, and whether it bears a tone.
func pinyinBracket(r []rune, i int) (end int, toned bool) {
	for j := i + 1; j < len(r) && j <= i+8; j++ {
		c := r[j]
		if c == ')' || c == '）' {
			if j == i+1 {
				return 0, false
			}
			return j + 1, toned
		}
		if c >= 'a' && c <= 'z' {
			continue
		}
		mark := false
		for _, m := range pinyinMarks {
			if c == m {
				mark = true
				break
			}
		}
		if !mark && !(c >= 0x300 && c <= 0x30c) {
			return 0, false
		}
		toned = true
	}
	return 0, false
}

func (r *reading) dropPinyin(f *flow) (n int) {
	drop := 0       // characters before this one are inside a bracket
	prev := rune(0) // last character that was kept; the flow is compacted while it is read
	f.keep(func(i int) bool {
		if i < drop {
			return false
		}
		if c := f.r[i]; (c == '(' || c == '（') && isHan(prev) {
			if end, _ := pinyinBracket(f.r, i); end > 0 {
				drop = end
				r.mended(RepairPinyin, f.span(i, end), "")
				n++
				return false
			}
		}
		prev = f.r[i]
		return true
	})
	return n
}

// closeUp takes the blanks out of a line that is written with a blank after each character, or of the part of it that is.
func (r *reading) closeUp(b *block) {
	pairs, spaced := 0, 0
	for i := 0; i+1 < len(b.r); i++ {
		if !wide(b.r[i]) {
			continue
		}
		if wide(b.r[i+1]) {
			pairs++
		} else if b.r[i+1] == ' ' && i+2 < len(b.r) && wide(b.r[i+2]) {
			pairs++
			spaced++
		}
	}
	if spaced < 3 || spaced*3 < pairs {
		return
	}
	all := spaced*10 >= pairs*8 // digits and letters are spaced, too
	prev, whole := rune(0), b.whole()
	n := b.keep(func(i int) bool {
		c := b.r[i]
		if all && c == ' ' && i > 0 && i+1 < len(b.r) && b.r[i+1] != ' ' && prev != ' ' {
			return false
		}
		if c == ' ' && wide(prev) && i+1 < len(b.r) && (wide(b.r[i+1]) || b.r[i+1] == ' ') {
			return false
		}
		prev = c
		return true
	})
	if n > 0 {
		r.repaired(RepairSpacing, 1)
		r.mended(RepairSpacing, whole, b.String())
	}
}

// wide says whether a character takes the width of a Chinese one: characters and their punctuation.
func wide(c rune) bool {
	return isHan(c) || c >= 0x3001 && c <= 0x303f || c >= 0xff01 && c <= 0xff5e || c >= 0x2018 && c <= 0x201d || c == '—' || c == '…' || c == '·'
}

var pictureEndings = words(".jpg .jpeg .png .gif .webp .bmp .mp4 .JPG .PNG .GIF")

// dropFileNames takes the names of pictures out of a sentence that they were glued to.
func (r *reading) dropFileNames(b *block) {
	for i := 1; i < len(b.r); i++ {
		if b.r[i] != '.' {
			continue
		}
		end, v := pictureEndings.longest(b.r, i)
		if v == 0 || end < len(b.r) && isLatin(b.r[end]) {
			continue
		}
		start := i
		for start > 0 && (isDigit(b.r[start-1]) || isLatin(b.r[start-1]) || b.r[start-1] == '_' || b.r[start-1] == '-' || b.r[start-1] == '(' || b.r[start-1] == ')') {
			start--
		}
		if start == i || start == 0 && end == len(b.r) || start > 0 && (b.r[start-1] == '/' || b.r[start-1] == '.') {
			continue
		}
		r.noise(b.span(start, end), NoiseImage)
		r.mended(RepairFileName, b.span(start, end), "")
		b.keep(func(j int) bool { return j < start || j >= end })
		r.repaired(RepairFileName, 1)
		i = start
	}
}

// halve keeps one half of a line that says the same twice over.
func (r *reading) halve(b *block) {
	n := len(b.r)
	if n < 6 || n > 2*titleMax {
		return
	}
	for _, gap := range []int{0, 1} {
		if (n-gap)%2 != 0 {
			continue
		}
		h := (n - gap) / 2
		if gap == 1 && !isSpace(b.r[h]) || h < 3 {
			continue
		}
		same, letters := true, 0
		for i := range h {
			if b.r[i] != b.r[h+gap+i] {
				same = false
				break
			}
			if isHan(b.r[i]) || isLatin(b.r[i]) {
				letters++
			}
		}
		if same && letters >= 3 {
			r.mended(RepairDoubled, b.span(h, n), "")
			b.flow, b.twice = b.cut(0, h), true
			r.repaired(RepairDoubled, 1)
			return
		}
	}
}
