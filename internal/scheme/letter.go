package scheme

import (
	"slices"
	"strings"

	"corridor/internal/fault"
)

// Letter is what a decision says to whoever it is for, in the words of the pack. Between braces stand names: params,
// amounts and public fields, which are read when the decision is taken and kept with it.
type Letter struct {
	Words fault.Words
	Names []string // between the braces, each once, in the order of the Chinese text
	At    Pos
}

// holes are the names between braces of a text, each once.
func holes(text string) (names []string) {
	for _, h := range hole.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, h[1]) {
			names = append(names, h[1])
		}
	}
	return names
}

func (d *decoder) letters() {
	d.s.Letters = map[string]Letter{}
	d.each("letters", isWord, func(name string, k, v *node) {
		if !d.keys(v, letterKeys) {
			return
		}
		w := d.zhEn(v, k.pos, name)
		w = fault.Words{strings.TrimSpace(w[0]), strings.TrimSpace(w[1])}
		d.s.Letters[name] = Letter{Words: w, Names: holes(w[0]), At: k.pos}
	})
}

// letterNames: a letter is given by a desk, names nothing that is not public, and names the same in both languages.
func (c *checker) letterNames() {
	s := c.s
	for _, a := range sortedKeys(s.Letters) {
		l := s.Letters[a]
		c.action(l.At, a)
		if contains(s.Actions(), a) && !slices.ContainsFunc(s.Stages, func(r Row) bool {
			return r.Action == a && (r.ByRound() || slices.ContainsFunc(r.Who, s.Desk))
		}) {
			c.at(l.At, "letter.no_desk", "action", a)
		}
		en := holes(l.Words[1])
		for _, n := range l.Names {
			c.shown(l.At, n, "letter.private")
			if field, _, isField := formFact(n); isField && c.narrowed(field) || n == "firm.region" && c.narrowed("firm") {
				c.at(l.At, "letter.private", "name", n)
			}
			if !slices.Contains(en, n) {
				c.at(l.At, "letter.differs", "name", n)
			}
		}
		for _, n := range en {
			if !slices.Contains(l.Names, n) {
				c.at(l.At, "letter.differs", "name", n)
			}
		}
	}
}

// narrowed says whether not everybody who reads a case reads the field.
func (c *checker) narrowed(field string) bool {
	_, sealed := c.s.Sealed[field]
	_, narrowed := c.s.See[field]
	return sealed || narrowed
}

// letterFixed: an amount that a letter names is fixed when the letter is written.
func (p *prover) letterFixed(st *state, action string) {
	l, ok := p.s.Letters[action]
	if !ok {
		return
	}
	for _, n := range l.Names {
		if p.s.Amounts.Has(n) && !st.frozen[n] {
			p.say(st, l.At, "amount.unfrozen", "name", n)
		}
	}
}

// letter are the values of a letter at its action.
func (s *Scheme) letter(r *reading, l Letter, purse Purse) (out []Shown) {
	for _, name := range l.Names {
		out = append(out, s.shownValue(r, name, purse))
	}
	return out
}

// LetterText is what the letter of an action says, with the values that were kept when it was taken; what was not known is
// a dash. There is none where the pack has no words for it.
func (s *Scheme) LetterText(action string, kept []Shown) (text fault.Words, ok bool) {
	l, ok := s.Letters[action]
	for i, lang := range []fault.Lang{fault.ZH, fault.EN} {
		var fill []string
		for _, name := range l.Names {
			fill = append(fill, "{"+name+"}", s.shownIn(name, kept, lang))
		}
		text[i] = strings.NewReplacer(fill...).Replace(l.Words[i])
	}
	return text, ok
}

func (s *Scheme) shownIn(name string, kept []Shown, lang fault.Lang) string {
	i := slices.IndexFunc(kept, func(x Shown) bool { return x.Name == name })
	switch {
	case i < 0 || !kept[i].Value.Known():
		return "—"
	case name == "stage":
		return s.Say(kept[i].Value.Text).In(lang)
	}
	return s.Show(kept[i].Value, lang)
}
