package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"corridor/internal/casework"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	soughtMax   = 60 // values of one form that are looked for in a file
	needleShort = 3  // characters: what is shorter stands everywhere
	needleLong  = 60
)

// sought is a value of the form, and where it stands in the file.
type sought struct {
	Name, Shown string
	In          []place

	needles []string // in how many ways it may be written
}

// place is a leaf in which a value stands, and the address of it.
type place struct {
	No, Page int // as of the leaf
	To       string
}

// leaf is a page of a file, or a piece of one that has no pages or long ones.
type leaf struct {
	No     int // of the leaf, from 1
	Page   int // of the file, from 1
	Pieces []passage
}

// passage is a run of text; Is names the value of the form that it says.
type passage struct{ Text, Is string }

// leavesOf cuts what is longer than a leaf at the ends of lines.
func leavesOf(pages []string, paged bool) (out []leaf) {
	for i, page := range pages {
		for first := true; first || page != ""; first = false {
			var text string
			if text, page = cutLeaf(page); text == "" && !paged {
				continue
			}
			out = append(out, leaf{No: len(out) + 1, Page: i + 1, Pieces: []passage{{text, ""}}})
		}
	}
	return out
}

// cutLeaf parts the first leaf of a text from the rest.
func cutLeaf(text string) (head, rest string) {
	end, n := len(text), 0
	for i := range text {
		if n++; n > leafRunes {
			end = i
			break
		}
	}
	if end == len(text) {
		return text, ""
	}
	if line := strings.LastIndexByte(text[:end], '\n'); line > 0 {
		end = line + 1
	}
	return text[:end], text[end:]
}

// soughtOf are the values of the form that may stand in a file, each once.
func (v *visit) soughtOf(s *scheme.Scheme, c casework.Case) (out []sought) {
	for f := range s.Form.All() {
		v.seek(&out, s, f.Words.In(v.lang), c.Fields[f.Name])
	}
	return out
}

func (v *visit) seek(out *[]sought, s *scheme.Scheme, name string, x scheme.Value) {
	for i, e := range x.List {
		if x.Kind == scheme.Group {
			v.seek(out, s, name+v.t("：", ": ")+s.ColumnWords(x.Keys[i]).In(v.lang), e)
		} else if x.Kind == scheme.List {
			v.seek(out, s, name, e)
		}
	}
	ways := waysOf(x)
	if o, err := v.org(x.Text); x.Kind == scheme.Org && err == nil {
		ways = append([]string{o.Name[0], o.Name[1]}, ways...)
	}
	seekWays(out, name, v.shown(s, x), ways)
}

// seekWays adds a value by the ways in which it may be written, while there are not enough. One that stands there already lends it
// its ways.
func seekWays(out *[]sought, name, shown string, ways []string) {
	ways = longEnough(ways)
	if len(ways) == 0 {
		return
	}
	if i := slices.IndexFunc(*out, func(y sought) bool { return slices.Contains(y.needles, ways[0]) }); i >= 0 {
		for _, w := range ways {
			(*out)[i].needles = appendNew((*out)[i].needles, w)
		}
	} else if len(*out) < soughtMax {
		*out = append(*out, sought{Name: name, Shown: shown, needles: ways})
	}
}

// longEnough leaves out what is so short that it stands everywhere, or so long that it stands nowhere.
func longEnough(ways []string) []string {
	return slices.DeleteFunc(ways, func(w string) bool { n := utf8.RuneCountInString(w); return n < needleShort || n > needleLong })
}

// waysOf are the ways in which a value is written in documents: 48000, 48,000.00, 4.8万; 2026-03-05, 2026年3月5日.
func waysOf(x scheme.Value) []string {
	switch x.Kind {
	case scheme.Money:
		return waysOfMoney(x.Fen())
	case scheme.Day:
		d := x.Day().Start(time.UTC)
		var out []string
		for _, layout := range []string{"2006-01-02", "2006年1月2日", "2006年01月02日", "2006/1/2", "2006/01/02", "2006.1.2", "2006.01.02", "20060102"} {
			out = append(out, d.Format(layout))
		}
		return out
	case scheme.Text, scheme.Org:
		if text := strings.TrimSpace(x.Text); !strings.Contains(text, "\n") {
			return []string{text}
		}
	case scheme.Count:
		return []string{x.String()}
	}
	return nil
}

func waysOfMoney(sum unit.Fen) []string {
	out := []string{sum.String(), sum.Yuan()}
	if sum%100 == 0 {
		out = append(out, strings.TrimSuffix(sum.String(), ".00"), strings.TrimSuffix(sum.Yuan(), ".00"))
	}
	if tenth := unit.Fen(100_000); sum >= 10*tenth && sum%(tenth/100) == 0 { // to a thousandth of ten thousand yuan
		wan := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%03d", sum/(10*tenth), sum%(10*tenth)/(tenth/100)), "0"), ".")
		out = append(out, wan+"万", wan+" 万")
	}
	return out
}

// mark marks in the leaves what the form says, and writes beside each value where it stands. The longest of what begins at one
// place is meant.
func mark(leaves []leaf, all []sought, at string) {
	for i := range leaves {
		l := &leaves[i]
		text := l.Pieces[0].Text
		var hits []hit
		for k, s := range all {
			for _, needle := range s.needles {
				hits = append(hits, hitsOf(text, needle, k)...)
			}
		}
		slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(a.from-b.from, b.to-a.to, a.of-b.of) })
		l.Pieces = nil
		end := 0
		for _, h := range hits {
			if h.from < end {
				continue
			}
			s := &all[h.of]
			l.Pieces = append(l.Pieces, passage{text[end:h.from], ""}, passage{text[h.from:h.to], s.Name})
			if end = h.to; len(s.In) == 0 || s.In[len(s.In)-1].No != l.No {
				s.In = append(s.In, place{l.No, l.Page, fmt.Sprintf("%s?page=%d#p-%d", at, (l.No-1)/leavesShown+1, l.No)})
			}
		}
		l.Pieces = append(l.Pieces, passage{text[end:], ""})
	}
}

// hit is a run of text that says the value of.
type hit struct{ from, to, of int }

// hitsOf are the places where a needle stands by itself: not as a part of a longer number or word of letters.
func hitsOf(text, needle string, of int) (out []hit) {
	for at := 0; ; {
		i := strings.Index(text[at:], needle)
		if i < 0 {
			return out
		}
		from := at + i
		to := from + len(needle)
		if at = to; alone(text[:from], needle, text[to:]) {
			out = append(out, hit{from, to, of})
		}
	}
}

// alone says whether neither neighbour of the needle goes on with it: a digit, a letter of the alphabet, or a point or comma and
// a digit behind it.
func alone(before, needle, after string) bool {
	word := func(r rune) bool { return unicode.IsDigit(r) || r < unicode.MaxASCII && unicode.IsLetter(r) }
	first, _ := utf8.DecodeRuneInString(needle)
	last, _ := utf8.DecodeLastRuneInString(needle)
	if word(first) {
		r, n := utf8.DecodeLastRuneInString(before)
		if (r == ',' || r == '.') && unicode.IsDigit(first) {
			r, _ = utf8.DecodeLastRuneInString(before[:len(before)-n])
			if unicode.IsDigit(r) {
				return false
			}
		} else if word(r) {
			return false
		}
	}
	if word(last) {
		r, n := utf8.DecodeRuneInString(after)
		if (r == ',' || r == '.') && unicode.IsDigit(last) {
			r, _ = utf8.DecodeRuneInString(after[n:])
			return !unicode.IsDigit(r)
		}
		return !word(r)
	}
	return true
}
