package casework

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Decisions and fields are kept as JSON, and whoever opens a case reads those of every step: that was half of what opening a
// case cost. The readers here take the form in which the room writes them, five times as fast as encoding/json; a text of any
// other form (null, a key they do not know, a key twice, a number with a fraction) is left to encoding/json, so both always say the same.

// readDecision reads the decision of a step.
func readDecision(text string) (d Decision, err error) {
	r := jsonReader{s: text}
	if r.decision(&d); r.whole() {
		return d, nil
	}
	d = Decision{}
	err = json.Unmarshal([]byte(text), &d)
	return d, err
}

// readFields reads the fields of a form; there is always a map.
func readFields(text string) (m map[string]scheme.Value, err error) {
	m = map[string]scheme.Value{}
	r := jsonReader{s: text}
	r.object(nil, func(_ int, key string) {
		var v scheme.Value
		r.value(&v)
		m[key] = v
	})
	if r.whole() {
		return m, nil
	}
	m = map[string]scheme.Value{}
	err = json.Unmarshal([]byte(text), &m)
	return m, err
}

// readAnswers reads what officers answered; there is always a map.
func readAnswers(text string) (m map[string]bool, err error) {
	m = map[string]bool{}
	if text == "{}" {
		return m, nil
	}
	err = json.Unmarshal([]byte(text), &m)
	return m, err
}

// readPurse reads what a case has fixed, holds and sent.
func readPurse(text string) (p scheme.Purse, err error) {
	r := jsonReader{s: text}
	if r.purse(&p); r.whole() {
		return p, nil
	}
	p = scheme.Purse{}
	err = json.Unmarshal([]byte(text), &p)
	return p, err
}

// jsonReader goes through a text once. odd is set by what it does not take.
type jsonReader struct {
	s   string
	i   int
	odd bool
}

var (
	decisionKeys = []string{"verdict", "answers", "seen", "stood", "letter", "labels"}
	stoodKeys    = []string{"action", "verdict", "answers"}
	markedKeys   = []string{"verb", "label", "org", "until", "gone", "anew"}
	answerKeys   = []string{"Need", "Result", "Saw", "Words", "Basis", "Verified", "WouldPass", "Ask"}
	seenKeys     = []string{"name", "args", "value", "vouched", "words", "says"}
	vouchedKeys  = []string{"by", "at"}
	valueKeys    = []string{"kind", "int", "text", "keys", "list"}
	shownKeys    = []string{"name", "value"}
	purseKeys    = []string{"sums", "lists", "holds", "out"}
	heldKeys     = []string{"id", "left", "from"}
	placeKeys    = []string{"name", "kind", "path", "owner", "opens", "lent_to"}
)

func (r *jsonReader) decision(d *Decision) {
	r.object(decisionKeys, func(k int, _ string) {
		switch k {
		case 0:
			d.Verdict = scheme.Result(r.text())
		case 1:
			d.Answers = r.answers()
		case 2:
			d.Seen = list(r, r.seen)
		case 3:
			d.Stood = list(r, r.stood)
		case 4:
			d.Letter = list(r, r.shown)
		case 5:
			d.Labels = list(r, r.marked)
		}
	})
}

func (r *jsonReader) stood(t *Stood) {
	r.object(stoodKeys, func(k int, _ string) {
		switch k {
		case 0:
			t.Action = r.text()
		case 1:
			t.Verdict = scheme.Result(r.text())
		case 2:
			t.Answers = r.answers()
		}
	})
}

func (r *jsonReader) marked(m *Marked) {
	r.object(markedKeys, func(k int, _ string) {
		switch k {
		case 0:
			m.Verb = r.text()
		case 1:
			m.Label = r.text()
		case 2:
			m.Org = r.text()
		case 3:
			r.day(&m.Until)
		case 4:
			r.day(&m.Gone)
		case 5:
			m.Anew = r.yes()
		}
	})
}

func (r *jsonReader) day(d *unit.Day) {
	if d.UnmarshalText([]byte(r.text())) != nil {
		r.odd = true
	}
}

// answers may be null: of a step without needs.
func (r *jsonReader) answers() []scheme.Answer {
	if r.null() {
		return nil
	}
	return list(r, r.answer)
}

func (r *jsonReader) answer(a *scheme.Answer) {
	r.object(answerKeys, func(k int, _ string) {
		switch k {
		case 0:
			a.Need = r.text()
		case 1:
			a.Result = scheme.Result(r.text())
		case 2:
			if !r.null() {
				a.Saw = list(r, r.seen)
			}
		case 3:
			r.words(&a.Words)
		case 4:
			a.Basis = r.text()
		case 5:
			a.Verified = r.yes()
		case 6:
			r.words(&a.WouldPass)
		case 7:
			a.Ask = r.text()
		}
	})
}

func (r *jsonReader) seen(f *scheme.SeenFact) {
	r.object(seenKeys, func(k int, _ string) {
		switch k {
		case 0:
			f.Name = r.text()
		case 1:
			f.Args = list(r, r.value)
		case 2:
			r.value(&f.Value)
		case 3:
			r.vouched(&f.Vouched)
		case 4:
			r.words(&f.Words)
		case 5:
			r.words(&f.Says)
		}
	})
}

func (r *jsonReader) vouched(v *scheme.Vouched) {
	r.object(vouchedKeys, func(k int, _ string) {
		switch k {
		case 0:
			v.By = r.text()
		case 1:
			from := r.i
			text := r.text()
			var err error
			v.At, err = time.Parse(time.RFC3339, text)
			r.odd = r.odd || err != nil || !strings.HasSuffix(text, "Z") || r.i-from != len(text)+2 // other zones and escapes are encoding/json's
		}
	})
}

func (r *jsonReader) value(v *scheme.Value) {
	r.object(valueKeys, func(k int, _ string) {
		switch k {
		case 0:
			v.Kind = scheme.Kind(r.text())
		case 1:
			v.Int = r.integer()
		case 2:
			v.Text = r.text()
		case 3:
			v.Keys = list(r, func(s *string) { *s = r.text() })
		case 4:
			v.List = list(r, r.value)
		}
	})
}

func (r *jsonReader) shown(s *scheme.Shown) {
	r.object(shownKeys, func(k int, _ string) {
		if k == 0 {
			s.Name = r.text()
		} else {
			r.value(&s.Value)
		}
	})
}

func (r *jsonReader) words(w *fault.Words) {
	two := list(r, func(s *string) { *s = r.text() })
	if len(two) != len(w) {
		r.odd = true
		return
	}
	copy(w[:], two)
}

func (r *jsonReader) purse(p *scheme.Purse) {
	r.object(purseKeys, func(k int, _ string) {
		switch k {
		case 0:
			p.Sums = r.sums()
		case 1:
			r.odd = true // rare: encoding/json
		case 2:
			p.Holds = map[string]scheme.Held{}
			r.object(nil, func(_ int, key string) {
				var h scheme.Held
				r.held(&h)
				p.Holds[key] = h
			})
		case 3:
			p.Out = r.sums()
		}
	})
}

func (r *jsonReader) held(h *scheme.Held) {
	r.object(heldKeys, func(k int, _ string) {
		switch k {
		case 0:
			h.ID = r.text()
		case 1:
			h.Left = r.fen()
		case 2:
			r.place(&h.From)
		}
	})
}

func (r *jsonReader) place(p *scheme.Place) {
	r.object(placeKeys, func(k int, _ string) {
		switch k {
		case 0:
			p.Name = r.text()
		case 1:
			p.Kind = scheme.AccountKind(r.text())
		case 2:
			p.Path = r.text()
		case 3:
			p.Owner = r.text()
		case 4:
			with := r.fen()
			p.OpensWith = &with
		case 5:
			p.LentTo = r.text()
		}
	})
}

func (r *jsonReader) sums() map[string]unit.Fen {
	m := map[string]unit.Fen{}
	r.object(nil, func(_ int, key string) { m[key] = r.fen() })
	return m
}

func (r *jsonReader) fen() unit.Fen {
	f, err := unit.ParseFen(r.text())
	r.odd = r.odd || err != nil
	return f
}

// object calls each for every key, with its place among known, which are all there may be; nil is a map of any keys. Keys come in
// the order in which they are known, or sorted, as they are written: another order is odd, and so is a key that comes twice.
func (r *jsonReader) object(known []string, each func(k int, key string)) {
	if !r.is('{') || r.is('}') {
		return
	}
	next, before := 0, ""
	for first := true; !r.odd; first = false {
		key := r.text()
		if known == nil {
			r.odd = r.odd || !first && key <= before
			before = key
		} else {
			for next < len(known) && known[next] != key {
				next++
			}
			r.odd = r.odd || next == len(known)
		}
		if !r.must(':') {
			return
		}
		each(next, key)
		next++
		if r.peek() == '}' {
			r.i++
			return
		}
		r.must(',')
	}
}

// list reads an array.
func list[T any](r *jsonReader, one func(*T)) []T {
	out := []T{}
	if !r.is('[') || r.is(']') {
		return out
	}
	for !r.odd {
		var x T
		one(&x)
		out = append(out, x)
		if r.peek() == ']' {
			r.i++
			return out
		}
		r.must(',')
	}
	return out
}

func (r *jsonReader) peek() byte {
	if r.i < len(r.s) {
		return r.s[r.i]
	}
	return 0
}

// is takes a byte if it stands here; an opening one that does not is odd.
func (r *jsonReader) is(c byte) bool {
	if r.peek() == c && !r.odd {
		r.i++
		return true
	}
	r.odd = r.odd || c == '{' || c == '['
	return false
}

func (r *jsonReader) must(c byte) bool {
	if r.peek() != c {
		r.odd = true
		return false
	}
	r.i++
	return !r.odd
}

func (r *jsonReader) word(w string) bool {
	if r.i < len(r.s) && strings.HasPrefix(r.s[r.i:], w) {
		r.i += len(w)
		return true
	}
	return false
}

func (r *jsonReader) null() bool { return r.word("null") }

func (r *jsonReader) yes() bool {
	if r.word("true") {
		return true
	}
	r.odd = r.odd || !r.word("false")
	return false
}

// integer reads up to 18 digits.
func (r *jsonReader) integer() int64 {
	negative := r.peek() == '-'
	if negative {
		r.i++
	}
	from, n := r.i, int64(0)
	for c := r.peek(); '0' <= c && c <= '9' && r.i-from < 19; c = r.peek() {
		n = 10*n + int64(c-'0')
		r.i++
	}
	digits := r.i - from
	c := r.peek()
	r.odd = r.odd || digits == 0 || digits > 18 || digits > 1 && r.s[from] == '0' || c == '.' || c == 'e' || c == 'E'
	if negative {
		return -n
	}
	return n
}

// text reads a string. One without escapes is a part of the text that is read.
func (r *jsonReader) text() string {
	if !r.must('"') {
		return ""
	}
	from := r.i
	for ; r.i < len(r.s); r.i++ {
		switch c := r.s[r.i]; {
		case c == '"':
			s := r.s[from:r.i]
			r.i++
			return s
		case c == '\\':
			return r.escaped(from)
		case c < ' ':
			r.odd = true
			return ""
		}
	}
	r.odd = true
	return ""
}

// escaped is text where there is an escape: encoding/json reads that one string.
func (r *jsonReader) escaped(from int) (s string) {
	for ; r.i < len(r.s); r.i++ {
		switch r.s[r.i] {
		case '"':
			r.i++
			r.odd = r.odd || json.Unmarshal([]byte(r.s[from-1:r.i]), &s) != nil
			return s
		case '\\':
			r.i++
		}
	}
	r.odd = true
	return ""
}

// whole says whether all of the text was taken, and could be.
func (r *jsonReader) whole() bool { return !r.odd && r.i == len(r.s) && utf8.ValidString(r.s) }
