package find

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	beginMin    = 3  // letters of a beginning that is completed
	beginWords  = 20 // words that a beginning stands for
	spellMin    = 5  // letters of a word whose neighbours are looked for
	spellWords  = 4
	splitMin    = 2
	pairKeysMax = 64 // pairs of characters that two syllables stand for
	guessShare  = 200
	unitLetters = "abcdefghijklmnopqrstuvwxyz"
)

// word takes the Latin word at i, or it and the next where the index knows both joined, and says how many it took.
func (r *reading) word(i int) int {
	it := r.items[i]
	if i+1 < len(r.items) && !r.items[i+1].han && joins(r.text[it.to:r.items[i+1].from]) {
		next := r.items[i+1]
		known := r.literal
		if !known {
			_, n := r.x.c.Words.match(r.items[i+1:])
			known = n > 0
		}
		if k := wordKey([]byte(it.text + next.text)); !known && r.v.df(one(k)) > 0 {
			apart := &node{op: opAll, share: guessShare, subs: []*node{one(wordKey([]byte(it.text))), one(wordKey([]byte(next.text)))}}
			r.unit(&node{op: opAny, subs: []*node{one(k), apart}}, r.said(r.items[i:i+2]))
			return 2
		}
	}
	n := one(wordKey([]byte(it.text)))
	if r.v.df(n) == 0 && !r.literal {
		if g := r.guess(it.text); g != nil {
			n = g
		}
	}
	r.unit(n, it.text)
	return 1
}

// joins says whether words with s between them are indexed joined too.
func joins(s string) bool {
	return strings.Trim(s, " -/_·‑–") == ""
}

// guess is what an unknown word may have meant; nil where nothing is near.
func (r *reading) guess(w string) *node {
	g := &node{op: opAny}
	try := func(how Wish, meant string, n *node) {
		if n == nil || r.v.df(n) == 0 {
			return
		}
		n.share = guessShare
		g.subs = append(g.subs, n)
		r.q.notes = append(r.q.notes, Note{Wish: how, Said: w, Meant: meant})
	}
	if len(w) >= beginMin {
		if begun := r.v.beginning(w, beginWords); len(begun) > 0 {
			n := &node{op: opAny}
			for _, b := range begun {
				n.subs = append(n.subs, one(wordKey([]byte(b))))
			}
			try(Beginning, strings.Join(begun[:min(3, len(begun))], " / "), n)
		}
	}
	if a, b, ok := r.v.split(w); ok {
		try(Split, a+" "+b, &node{op: opAll, subs: []*node{one(wordKey([]byte(a))), one(wordKey([]byte(b)))}})
	}
	if len(g.subs) == 0 && utf8.RuneCountInString(w) >= spellMin {
		if near := r.v.neighbours(w); len(near) > 0 {
			n := &node{op: opAny}
			for _, s := range near {
				n.subs = append(n.subs, one(wordKey([]byte(s))))
			}
			try(Spelled, strings.Join(near, " / "), n)
		}
	}
	known := func(how Wish, terms []string) {
		for _, t := range terms {
			if m, n := r.x.c.Words.match(itemsOf(t)); n > 0 && m.wish == Synonym {
				try(how, t, r.x.group(m.group))
			}
		}
	}
	known(Initials, r.x.c.Words.initial[w])
	known(Sounded, r.x.c.Words.sound[w])
	if digits := strings.TrimRight(w, unitLetters); len(g.subs) == 0 && len(digits) >= splitMin && len(digits) < len(w) && strings.Trim(digits, "0123456789.") == "" {
		try(Split, digits, one(wordKey([]byte(digits)))) // 400M of a model 400
	}
	if letters(w) {
		for _, so := range syllables(w) {
			try(Sounded, strings.Join(so, " "), r.v.spoken(so))
		}
	}
	if len(g.subs) == 0 {
		return nil
	}
	return g
}

func letters(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return true
}

// beginning are the words of the view that begin so, in the order of the alphabet.
func (v *view) beginning(w string, most int) []string {
	var all []string
	for _, p := range v.parts {
		for i := p.vocab.from(w); i < p.vocab.len() && len(all) < most*4; i++ {
			s := p.vocab.at(i)
			if !strings.HasPrefix(s, w) {
				break
			}
			all = append(all, s)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(most, len(all))]
}

// split reads a word as two that listings have, the pair whose rarer half is the most frequent.
func (v *view) split(w string) (a, b string, ok bool) {
	best := 0
	for i := splitMin; i+splitMin <= len(w); i++ {
		if !utf8.RuneStart(w[i]) {
			continue
		}
		n := min(v.df(one(wordKey([]byte(w[:i])))), v.df(one(wordKey([]byte(w[i:])))))
		if n > best {
			best, a, b, ok = n, w[:i], w[i:], true
		}
	}
	return a, b, ok
}

// neighbours are the words of the view that one letter more, less, other or exchanged makes of w, the most frequent first.
func (v *view) neighbours(w string) []string {
	var all []string
	for _, p := range v.parts {
		for i := range p.vocab.len() {
			if s := p.vocab.at(i); near(w, s) && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	df := map[string]int{}
	for _, s := range all {
		df[s] = v.df(one(wordKey([]byte(s))))
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(df[b]-df[a], strings.Compare(a, b))
	})
	return all[:min(spellWords, len(all))]
}

// near says whether one insertion, deletion, change or exchange of neighbours makes b of a. Digits are never mistaken:
// another number is another model.
func near(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		if digitByte(a[i]) || digitByte(b[i]) {
			return false
		}
		if a[i+1:] == b[i+1:] {
			return true
		}
		return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && !digitByte(a[i+1]) && a[i+2:] == b[i+2:]
	}
	return !digitByte(b[i]) && a[i:] == b[i+1:]
}

// spoken is the node of characters that sound so: each two neighbours any pair with these readings that a listing has.
func (v *view) spoken(so []string) *node {
	s := spoken()
	var seq []*node
	for i := range len(so) - 1 {
		second := map[rune]bool{}
		for _, r := range s.has[so[i+1]] {
			second[r] = true
		}
		df := map[key]int{}
		for _, a := range s.has[so[i]] {
			for _, p := range v.parts {
				from, to := p.keysFrom(pairKey(a, 1), pairKey(a, 1<<runeLen-1))
				for j := from; j < to; j++ {
					if _, b := p.keys[j].chars2(); second[b] {
						df[p.keys[j]] += count(p.blob[p.offs[j]:])
					}
				}
			}
		}
		if len(df) == 0 {
			return nil
		}
		var keys []key
		for k := range df {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b key) int {
			return cmp.Or(df[b]-df[a], cmp.Compare(a, b))
		})
		n := &node{op: opAny}
		for _, k := range keys[:min(pairKeysMax, len(keys))] {
			n.subs = append(n.subs, one(k))
		}
		seq = append(seq, n)
	}
	return &node{op: opAll, subs: seq}
}

// fenOf are the fen of a number in yuan, or in ten thousands of them.
func fenOf(number string, tenThousands bool) (int64, bool) {
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f < 0 || f > 1e9 {
		return 0, false
	}
	if tenThousands {
		f *= 10_000
	}
	return int64(f*100 + 0.5), true
}

// budget takes a most price out of a question.
func (q *asked) budget(w *Words, text string) string {
	folded := text
	if len(Fold(text)) == len(text) { // else places in the two texts differ
		folded = Fold(text)
	}
	for _, re := range w.budget {
		m := re.FindStringSubmatchIndex(folded)
		if m == nil {
			continue
		}
		if next, _ := utf8.DecodeRuneInString(folded[m[1]:]); m[1] < len(folded) && table().of(next) == alnum {
			continue // a number with another unit
		}
		fen, ok := fenOf(folded[m[2]:m[3]], m[5] > m[4])
		if !ok {
			continue
		}
		q.most = fen
		q.notes = append(q.notes, Note{Wish: Budget, Said: strings.TrimSpace(text[m[0]:m[1]]), Meant: strconv.FormatInt(fen, 10)})
		return text[:m[0]] + " " + text[m[1]:]
	}
	return text
}
