package extract

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// flow is text in which every character still knows where it stands in the file. Repairs drop or replace
// characters; they never move one to another place, so a range of a flow is always a true range of the file.
type flow struct {
	r   []rune
	src *source // where the characters stand; other flows may share it
	off int     // of the first character in the source
}

// source says where the characters of flows stand in the file, in one of two ways. Of a UTF-8 text without fault it is
// enough to know where each stepChars-th character begins, because the others tell their width themselves; such a source
// takes less than half of the memory of the other. It holds while no character is exchanged for one of another width: who wants
// that must make the flow its own.
type source struct {
	at []uint32 // byte offset of each character
	n  []uint8  // bytes it takes there; an HTML entity takes many

	text  []rune   // of a faultless text: all its characters
	steps []uint32 // byte offset of each stepChars-th
}

const stepChars = 32

// add appends a character that takes n bytes at a place of the file. The flow's source must be its own.
func (f *flow) add(r rune, at, n int) {
	if f.src == nil {
		f.src = &source{}
	}
	end := f.off + len(f.r)
	f.r = append(f.r, r)
	f.src.at = append(f.src.at[:end], uint32(at))
	f.src.n = append(f.src.n[:end], uint8(n))
}

func (f flow) len() int { return len(f.r) }

// cut is the part [i, j); it shares storage and cannot grow into what follows.
func (f flow) cut(i, j int) flow { return flow{f.r[i:j:j], f.src, f.off + i} }

// begin is where character i begins in the file.
func (f flow) begin(i int) int {
	k := f.off + i
	if f.src.steps == nil {
		return int(f.src.at[k])
	}
	at := int(f.src.steps[k/stepChars])
	for _, c := range f.src.text[k/stepChars*stepChars : k] {
		at += utf8.RuneLen(c)
	}
	return at
}

// stop is where character i ends in the file.
func (f flow) stop(i int) int {
	if f.src.steps == nil {
		return int(f.src.at[f.off+i]) + int(f.src.n[f.off+i])
	}
	return f.begin(i) + utf8.RuneLen(f.src.text[f.off+i])
}

// placed is the flow with the place of each character written down.
func (f flow) placed() flow {
	if f.src == nil || f.src.steps == nil {
		return f
	}
	s := &source{at: make([]uint32, len(f.r)), n: make([]uint8, len(f.r))}
	if len(f.r) > 0 {
		at := f.begin(0)
		for i, c := range f.src.text[f.off : f.off+len(f.r)] {
			s.at[i], s.n[i] = uint32(at), uint8(utf8.RuneLen(c))
			at += utf8.RuneLen(c)
		}
	}
	return flow{f.r, s, 0}
}

// own gives the flow characters and places that no other flow shares.
func (f *flow) own() {
	g := f.placed()
	if g.src != f.src || g.src == nil {
		*f = flow{slices.Clone(f.r), g.src, 0}
		return
	}
	end := f.off + len(f.r)
	*f = flow{slices.Clone(f.r), &source{at: slices.Clone(f.src.at[f.off:end]), n: slices.Clone(f.src.n[f.off:end])}, 0}
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
	return Span{f.begin(i), f.stop(j - 1)}
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
	if f.src.steps != nil {
		f.own()
	}
	at, n := f.src.at[f.off:], f.src.n[f.off:]
	w := 0
	for i := range f.r {
		if ok(i) {
			f.r[w], at[w], n[w] = f.r[i], at[i], n[i]
			w++
		}
	}
	dropped := len(f.r) - w
	f.r = f.r[:w]
	return dropped
}

// join appends other, which must follow f in the file. The flow's source must be its own.
func (f *flow) join(other flow) {
	g := other.placed()
	end := f.off + len(f.r)
	f.r = append(f.r, g.r...)
	f.src.at = append(f.src.at[:end], g.src.at[g.off:g.off+len(g.r)]...)
	f.src.n = append(f.src.n[:end], g.src.n[g.off:g.off+len(g.r)]...)
}
