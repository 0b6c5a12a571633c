package find

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Words is what a question may say: terms that mean the same, places, and wishes that are no text of a listing. The zero
// Words knows nothing. It does not change once an Index has it.
type Words struct {
	meaning map[string]meaning // by items
	longest int                // items of the longest term
	groups  [][]string         // terms that mean the same
	point   map[string]Point
	within  map[string]string   // the province of a city
	initial map[string][]string // initials of a term in pinyin, to the terms
	sound   map[string][]string // a term in pinyin without blanks, to the terms
	budget  []*regexp.Regexp    // that say a most: a number, and whether it counts ten thousands
}

// meaning is what a term of a question stands for.
type meaning struct {
	wish  Wish
	value string // of the wish; of a place the code
	facet string // of a place
	group int    // with Synonym
	weak  bool   // with Synonym: a group that is only asked for where nothing else is
}

// Wish is what a word of a question asks for beside the text.
type Wish string

// The wishes that a file of words may name; Synonym is a term of a group.
const (
	Synonym Wish = "synonym"
	Place   Wish = "place"  // value is the code of a facet
	Cheap   Wish = "cheap"  // sort by price
	Gratis  Wish = "gratis" // costs nothing
	When    Wish = "when"   // value says the time: today, tomorrow, weekend, week, soon
	Near    Wish = "near"   // sort by distance
	Newest  Wish = "newest"
	Filler  Wish = "filler" // says nothing: which, where, can, of
)

// Point is a place on the earth in degrees.
type Point struct{ Lat, Lon float64 }

const (
	termsMax     = 50_000 // of a Words
	termItemsMax = 16
)

// weakMark begins a line of synonyms that are weak: words of every test (test, analysis, machine) and of what is tested (powder, alloy).
// Beside other words they only help to sort; alone they are the question.
const weakMark = "~"

// NewWords reads a table of synonyms and a table of wishes, both CSV with # comments. A line of synonyms is a group of terms that mean
// the same, with weakMark before the first a weak one. A line of wishes is the wish, its value, and the words that say it.
func NewWords(synonyms, wishes io.Reader) (*Words, error) {
	w := &Words{meaning: map[string]meaning{}, point: map[string]Point{}, within: map[string]string{}, initial: map[string][]string{}, sound: map[string][]string{}}
	err := lines(synonyms, func(no int, cells []string) error {
		first, weak := strings.CutPrefix(cells[0], weakMark)
		if cells[0] = first; len(cells) < 2 && !weak {
			return fmt.Errorf("line %d: a group has two terms or more", no)
		}
		for _, t := range cells {
			if err := w.add(t, meaning{wish: Synonym, group: len(w.groups), weak: weak}); err != nil {
				return fmt.Errorf("line %d: %w", no, err)
			}
			if in, whole := inPinyin(t); len(in) >= initialsMin {
				w.initial[in] = append(w.initial[in], t)
				w.sound[whole] = append(w.sound[whole], t)
			} else if len(in) == syllablesMin {
				w.sound[whole] = append(w.sound[whole], t)
			}
		}
		w.groups = append(w.groups, cells)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("synonyms: %w", err)
	}
	err = lines(wishes, func(no int, cells []string) error {
		if len(cells) < 3 {
			return fmt.Errorf("line %d: wish, value, words", no)
		}
		switch wish := Wish(cells[0]); wish {
		case Cheap, Gratis, When, Near, Newest, Filler:
			for _, t := range cells[2:] {
				if err := w.add(t, meaning{wish: wish, value: cells[1]}); err != nil {
					return fmt.Errorf("line %d: %w", no, err)
				}
			}
		case Budget:
			for _, t := range cells[2:] {
				re, err := regexp.Compile(t)
				if err != nil || re.NumSubexp() != 2 {
					return fmt.Errorf("line %d: %q is no expression of a number and its ten thousands", no, t)
				}
				w.budget = append(w.budget, re)
			}
		default:
			return fmt.Errorf("line %d: %q is no wish", no, cells[0])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("wishes: %w", err)
	}
	return w, nil
}

func lines(from io.Reader, f func(no int, cells []string) error) error {
	r := csv.NewReader(from)
	r.Comment = '#'
	r.FieldsPerRecord = -1
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		no, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		if err := f(no, cells); err != nil {
			return err
		}
	}
}

// AddPlace makes names stand for a code of a facet. The first that has a name keeps it; false says that none was free.
func (w *Words) AddPlace(facet, code string, names ...string) bool {
	any := false
	for _, n := range names {
		any = w.add(n, meaning{wish: Place, facet: facet, value: code}) == nil || any
	}
	return any
}

// AddPoint says where a code of the facet Origin lies.
func (w *Words) AddPoint(code string, p Point) { w.point[code] = p }

// AddWithin says in which province a city lies, both by their codes.
func (w *Words) AddWithin(city, province string) { w.within[city] = province }

// provinceOf is the province that a place lies in: itself where it lies in none.
func (w *Words) provinceOf(place string) string {
	if in := w.within[place]; in != "" {
		return in
	}
	return place
}

// Points are the codes whose place on the earth is known, in their order.
func (w *Words) Points() []string { return slices.Sorted(maps.Keys(w.point)) }

// add takes a term; a term has one meaning.
func (w *Words) add(term string, m meaning) error {
	all := itemsOf(term)
	if len(all) == 0 || len(all) > termItemsMax || len(w.meaning) >= termsMax {
		return fmt.Errorf("term %q has no word or too many", term)
	}
	k := itemsKey(all)
	if had, twice := w.meaning[k]; twice && had == m {
		return nil // QTOF beside Q-TOF
	} else if twice {
		return fmt.Errorf("term %q stands twice", term)
	}
	w.meaning[k] = m
	w.longest = max(w.longest, len(all))
	// Words written together mean the same: cryoem of cryo-EM.
	if len(all) > 1 && !anyHan(all) {
		var b strings.Builder
		for _, i := range all {
			b.WriteString(i.text)
		}
		joined := string(stem([]byte(b.String())))
		if _, taken := w.meaning[joined]; !taken {
			w.meaning[joined] = m
		}
	}
	return nil
}

// match is the longest term that begins with the first item, and how many items it has; 0 for none.
func (w *Words) match(all []item) (meaning, int) {
	for n := min(w.longest, len(all)); n > 0; n-- {
		if m, ok := w.meaning[itemsKey(all[:n])]; ok && (n > 1 || m.wish != Filler || !all[0].han || all[0].edge) {
			return m, n
		}
	}
	return meaning{}, 0
}

// item is a word of a question or one of its characters.
type item struct {
	text     string // folded
	han      bool
	gap      bool // something that is no word stands before
	edge     bool // a character that begins or ends a run: only there may one character alone be a filler
	from, to int  // bytes of the question
}

// itemsOf cuts a question.
func itemsOf(s string) []item {
	t := table()
	var all []item
	gapBefore := true
	for i, r := range s {
		f := t.folded(r)
		end := i + len(string(r))
		switch t.of(r) {
		case gap:
			point := r == '.' && i > 0 && i+1 < len(s) && digitByte(s[i-1]) && digitByte(s[i+1]) && len(all) > 0 && !gapBefore
			if point {
				last := &all[len(all)-1]
				last.text += "."
				last.to = end
				continue
			}
			gapBefore = true
		case han:
			edge := gapBefore || !all[len(all)-1].han
			all = append(all, item{string(f), true, gapBefore, edge, i, end})
			gapBefore = false
		case alnum:
			if n := len(all) - 1; !gapBefore && n >= 0 && !all[n].han {
				if len(all[n].text) < wordMax {
					all[n].text += string(f)
				}
				all[n].to = end
				continue
			}
			all = append(all, item{string(f), false, gapBefore, false, i, end})
			gapBefore = false
		}
	}
	for i := range all {
		if all[i].han && (i+1 == len(all) || all[i+1].gap || !all[i+1].han) {
			all[i].edge = true
		}
	}
	return all
}

func anyHan(all []item) bool {
	for _, i := range all {
		if i.han {
			return true
		}
	}
	return false
}

// itemsKey is how Words finds a term: its items, plurals taken off, with nothing between them that was not there.
func itemsKey(all []item) string {
	if len(all) == 1 {
		return stemmed(all[0])
	}
	var b strings.Builder
	for i, it := range all {
		if i > 0 && !it.han && !all[i-1].han {
			b.WriteByte(' ')
		}
		b.WriteString(stemmed(it))
	}
	return b.String()
}

func stemmed(i item) string {
	if i.han {
		return i.text
	}
	return string(stem([]byte(i.text)))
}
