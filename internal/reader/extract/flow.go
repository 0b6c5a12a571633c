package extract

import (
	"strings"
	"unicode/utf8"
)

// flow is text in which every character still knows where it stands in the file. Repairs drop or replace
// characters; they never move one to another place, so a range of a flow is always a true range of the file.
type flow struct {
	r  []rune
	at []uint32 // byte offset of the character in the file
	n  []uint8  // bytes it takes there; an HTML entity takes many
}

func (f *flow) add(r rune, at, n int) {
	f.r = append(f.r, r)
	f.at = append(f.at, uint32(at))
	f.n = append(f.n, uint8(n))
}

func (f flow) len() int { return len(f.r) }

// cut is the part [i, j); it shares storage and cannot grow into what follows.
func (f flow) cut(i, j int) flow {
	return flow{f.r[i:j:j], f.at[i:j:j], f.n[i:j:j]}
}

func (f flow) String() string {
	size := 0
	for _, c := range f.r {
		size += utf8.RuneLen(max(c, 0))
	}
	var b strings.Builder
	b.Grow(size)
	var buf [192]byte
	n := 0
	for _, c := range f.r {
		if n > len(buf)-utf8.UTFMax {
			b.Write(buf[:n])
			n = 0
		}
		if c >= 0x800 && c < 0xD800 { // nearly all characters of a Chinese text
			buf[n], buf[n+1], buf[n+2] = 0xE0|byte(c>>12), 0x80|byte(c>>6)&0xBF, 0x80|byte(c)&0xBF
			n += 3
			continue
		}
		n += utf8.EncodeRune(buf[n:], c)
	}
	b.Write(buf[:n])
	return b.String()
}

func (f flow) text(i, j int) string { return string(f.r[i:j]) }

// span is the byte range of the characters [i, j).
func (f flow) span(i, j int) Span {
	if i >= j || j > len(f.r) {
		return Span{}
	}
	return Span{int(f.at[i]), int(f.at[j-1]) + int(f.n[j-1])}
}

func (f flow) whole() Span { return f.span(0, len(f.r)) }

// trim drops white space at both ends.
func (f flow) trim() flow {
	i, j := 0, len(f.r)
	for i < j && isSpace(f.r[i]) {
		i++
	}
	for j > i && isSpace(f.r[j-1]) {
		j--
	}
	return f.cut(i, j)
}

// keep compacts the flow in place to the characters for which ok is true and returns how many were dropped.
func (f *flow) keep(ok func(i int) bool) int {
	w := 0
	for i := range f.r {
		if ok(i) {
			f.r[w], f.at[w], f.n[w] = f.r[i], f.at[i], f.n[i]
			w++
		}
	}
	dropped := len(f.r) - w
	f.r, f.at, f.n = f.r[:w], f.at[:w], f.n[:w]
	return dropped
}

// join appends other, which must follow f in the file.
func (f *flow) join(other flow) {
	f.r = append(f.r, other.r...)
	f.at = append(f.at, other.at...)
	f.n = append(f.n, other.n...)
}
