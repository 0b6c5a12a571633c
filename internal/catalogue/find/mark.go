package find

import "slices"

// Marks are the terms that an answer's listings are highlighted by.
type Marks map[key]bool

// Span is a stretch of a text, in bytes.
type Span struct{ From, To int }

// In are the stretches of a text that have what was asked, in order and apart.
func (m Marks) In(text string) []Span {
	if len(m) == 0 || len(text) > textBytesMax {
		return nil
	}
	var all []Span
	scan(text, func(t token) {
		a, b := t.key.chars2()
		if m[t.key] || t.shape == tokPair && b != 0 && m[pairKey(a, 0)] {
			to := t.to
			if !m[t.key] { // one character was asked
				to = t.from + len(string(a))
			}
			all = append(all, Span{t.from, to})
		}
	})
	slices.SortFunc(all, func(a, b Span) int { return a.From - b.From })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
		} else {
			out = append(out, s)
		}
	}
	return out
}
