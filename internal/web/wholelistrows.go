package web

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// rowOfList is a row of a whole list: as it lies in the page, and what its cells say.
type rowOfList struct {
	raw   []byte
	cells []cellOfList // a cell that spans columns stands in the first
}

type cellOfList struct {
	text string // without what is pressed or filled in
	key  string // data-v, or the moment of a time; "" for neither
}

func (r rowOfList) cell(i int) cellOfList {
	if i < len(r.cells) {
		return r.cells[i]
	}
	return cellOfList{}
}

// says tells whether every word stands somewhere in the row, whatever its case.
func (r rowOfList) says(words string) bool {
	var all strings.Builder
	for _, c := range r.cells {
		all.WriteString(strings.ToLower(c.text))
		all.WriteByte('\n')
	}
	for _, w := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(all.String(), w) {
			return false
		}
	}
	return true
}

var (
	sumText   = regexp.MustCompile(`^-?[\d,]+\.\d\d$`)
	wholeText = regexp.MustCompile(`^-?[\d,]+$`)
	numeral   = regexp.MustCompile(`^[^\d-]{0,3}(-?\d[\d,]*(?:\.\d+)?)`)
	isoDay    = regexp.MustCompile(`\b\d{4}-\d{2}(-\d{2})?\b`)
)

// value is what is written into a file: a sum, a whole number, a day, or the text.
func (c cellOfList) value() any {
	switch {
	case sumText.MatchString(c.text):
		if f, err := unit.ParseFen(c.text); err == nil {
			return f
		}
	case wholeText.MatchString(c.text) && len(c.text) < 16 && (c.text == "0" || c.text[0] != '0'): // a code begins with a nought
		if n, err := strconv.ParseInt(strings.ReplaceAll(c.text, ",", ""), 10, 64); err == nil {
			return n
		}
	case len(c.text) == len("2026-03-01"):
		if d, err := unit.ParseDay(c.text); err == nil {
			return d
		}
	}
	return c.text
}

// sortKey is what a cell is sorted by: its rank (what says nothing comes last), a number, then text.
type sortKey struct {
	rank int
	n    float64
	text string
}

// sortRows sorts by one column. It is taken for numbers, days or times if at least half of what it says is; else for words,
// in the order of GB 18030, which for the usual characters is that of their pinyin. Equal rows stay as the room had them.
func sortRows(rows []rowOfList, column int, number, down bool) {
	read := []func(cellOfList) (sortKey, bool){keyOfMark, keyOfTime, keyOfDay, keyOfNumber(number)}
	says := 0
	got := make([]int, len(read))
	for _, r := range rows {
		if c := r.cell(column); c.text != "" && c.text != "—" && c.text != "–" {
			says++
			for i, f := range read {
				if _, ok := f(c); ok {
					got[i]++
				}
			}
		}
	}
	by := func(c cellOfList) (sortKey, bool) { return sortKey{}, false }
	for i, f := range read {
		if got[i] > 0 && got[i]*2 >= says {
			by = f
			break
		}
	}
	key := func(c cellOfList) sortKey {
		if c.text == "" || c.text == "—" || c.text == "–" {
			return sortKey{rank: 2}
		}
		if k, ok := by(c); ok {
			return k
		}
		b, err := simplifiedchinese.GB18030.NewEncoder().String(strings.ToLower(c.text))
		if err != nil {
			b = c.text
		}
		return sortKey{rank: 1, text: b}
	}
	type keyed struct {
		key sortKey
		row rowOfList
	}
	all := make([]keyed, len(rows))
	for i, r := range rows {
		all[i] = keyed{key(r.cell(column)), r}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if a.key.rank != b.key.rank {
			return cmp.Compare(a.key.rank, b.key.rank) // in both directions
		}
		order := cmp.Or(cmp.Compare(a.key.n, b.key.n), strings.Compare(a.key.text, b.key.text))
		if down {
			return -order
		}
		return order
	})
	for i := range all {
		rows[i] = all[i].row
	}
}

func keyOfMark(c cellOfList) (sortKey, bool) {
	if c.key == "" {
		return sortKey{}, false
	}
	if n, err := strconv.ParseFloat(c.key, 64); err == nil {
		return sortKey{n: n}, true
	}
	return sortKey{text: c.key}, true
}

// keyOfTime reads a moment as our pages write it (showTime).
func keyOfTime(c cellOfList) (sortKey, bool) {
	for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
		layout := map[fault.Lang]string{fault.ZH: "2006年1月2日 15:04", fault.EN: "2 Jan 2006 15:04"}[lang]
		words := strings.Fields(c.text)
		for _, n := range []int{2, 4} {
			if len(words) >= n {
				if at, err := time.ParseInLocation(layout, strings.Join(words[:n], " "), beijing); err == nil {
					return sortKey{n: float64(at.Unix())}, true
				}
			}
		}
	}
	return sortKey{}, false
}

// keyOfDay reads the first day in a cell; a lamp or a word may stand before it.
func keyOfDay(c cellOfList) (sortKey, bool) {
	at := isoDay.FindStringIndex(c.text)
	if at == nil {
		return sortKey{}, false
	}
	return sortKey{text: c.text[at[0]:]}, true
}

// keyOfNumber reads what begins with a number in a column of numbers, and only whole numbers in another.
func keyOfNumber(column bool) func(cellOfList) (sortKey, bool) {
	return func(c cellOfList) (sortKey, bool) {
		m := numeral.FindStringSubmatch(strings.ReplaceAll(c.text, "−", "-"))
		if m == nil || !column && !wholeText.MatchString(c.text) && !sumText.MatchString(c.text) {
			return sortKey{}, false
		}
		n, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
		return sortKey{n: n}, err == nil
	}
}

// readList reads a table of a page: the name that it has in its template, its headings and its rows. A table that has no
// row of headings, that is filled in, or whose cells reach over rows is no list.
func readList(page []byte, start, end int) (named string, l wholeList) {
	l = wholeList{start: start, end: end, sorts: true}
	z := html.NewTokenizer(bytes.NewReader(page[start:end]))
	var (
		at, rowAt, bodies, skip, span  int
		head, body, cell, pile, filled bool
		row                            rowOfList
		text                           strings.Builder
		key                            string
		h                              headCell
	)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		before := start + at
		at += len(z.Raw())
		after := start + at
		if kind == html.TextToken {
			if cell && skip == 0 {
				text.WriteString(html.UnescapeString(string(z.Raw())))
			}
			continue
		}
		raw, more := z.TagName()
		name, attrs := string(raw), map[string]string{}
		for more {
			var k, v []byte
			k, v, more = z.TagAttr()
			attrs[string(k)] = string(v)
		}
		opens := kind == html.StartTagToken
		switch name {
		case "table":
			if opens && before == start {
				pile, named = slices.Contains(strings.Fields(attrs["class"]), "pile"), attrs["data-list"]
			} else if opens {
				return named, wholeList{} // a table in a table
			}
		case "thead":
			head = opens
		case "tbody":
			if body = opens; opens {
				bodies++
				l.body[0] = after
			} else {
				l.body[1] = before
			}
		case "tfoot":
			if opens {
				l.foot[0] = before
			} else {
				l.foot[1] = after
			}
		case "tr":
			switch {
			case opens && body:
				rowAt, row = before, rowOfList{}
			case !opens && body:
				row.raw = page[rowAt:after]
				l.rows = append(l.rows, row)
			case opens && head && len(l.heads) > 0:
				return named, wholeList{} // headings over headings
			}
		case "th", "td":
			if opens {
				cell, key, span = true, attrs["data-v"], 1
				text.Reset()
				if n, err := strconv.Atoi(attrs["colspan"]); err == nil && n > 1 {
					span = n
				}
				if attrs["rowspan"] != "" || head && span > 1 {
					return named, wholeList{}
				}
				h = headCell{tag: [2]int{before, after}, inner: [2]int{after, after}, number: slices.Contains(strings.Fields(attrs["class"]), "n")}
				if h.order = attrs["aria-sort"]; h.order != "" {
					l.sorts = false // the room does it
				}
				break
			}
			cell = false
			words := strings.Join(strings.Fields(text.String()), " ")
			if head {
				h.inner[1], h.text = before, words
				h.links = bytes.Contains(page[h.inner[0]:h.inner[1]], []byte("<a "))
				l.heads = append(l.heads, h)
			} else if body {
				row.cells = append(row.cells, cellOfList{words, key})
				for range span - 1 {
					row.cells = append(row.cells, cellOfList{})
				}
			}
		case "a":
			if opens && head && cell {
				h.to = attrs["href"]
			}
		case "time":
			if opens && cell && key == "" {
				key = attrs["datetime"]
			}
		case "form", "button", "select", "textarea":
			if name != "form" && name != "button" && skip == 0 {
				filled = true
			}
			if opens {
				skip++
			} else {
				skip--
			}
		case "input":
			if t := attrs["type"]; skip == 0 && t != "checkbox" && t != "radio" && t != "hidden" {
				filled = true
			}
		case "br", "p", "div", "li", "small", "summary", "span":
			if cell {
				text.WriteByte(' ')
			}
		}
	}
	l.headsAsked = pile && !filled && len(l.heads) > 1 && bodies == 1 && l.body[1] > l.body[0]
	return named, l
}
