package registry

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// mark begins the words of the index that are no pairs of characters, with a letter that says what they are. It is a private-use character, which no name has.
const mark = '\uE000'

// headsMax is how many places in front of a name are taken off: province, city, county, zone.
const headsMax = 4

// plain is a name as it is compared: full-width forms narrowed, lower case, letters and digits only.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 0xFF01 && c <= 0xFF5E {
			c -= 0xFEE0
		}
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) || c == mark {
			return -1
		}
		return unicode.ToLower(c)
	}, s)
}

// places are the names by which a region stands in front of a company's name: with its suffix and without.
func (r *Registry) places(region unit.Region) []string {
	var all []string
	for at := region; at != ""; at = r.c.Regions.Parent(at) {
		name := r.c.Regions.Name(at, unit.Date(9999, 12, 31))[0]
		all = append(all, name)
		for _, suffix := range []string{"省", "市", "区", "县", "自治区", "新区"} {
			if short, cut := strings.CutSuffix(name, suffix); cut && len([]rune(short)) > 1 {
				all = append(all, short)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// names is every name by which an organisation is found, compared form, as |name|name|: each as it is, and without the
// places in front of it, because people begin with the firm's own name.
func names(places []string, all ...string) string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, name := range all {
		s := plain(name)
		add(s)
		for range headsMax {
			i := slices.IndexFunc(places, func(p string) bool { return strings.HasPrefix(s, p) && len([]rune(s))-len([]rune(p)) > 1 })
			if i < 0 {
				break
			}
			s = s[len(places[i]):]
			add(s)
		}
	}
	return "|" + strings.Join(out, "|") + "|"
}

// cut is the names of |name|name|.
func cut(find string) []string { return strings.Split(strings.Trim(find, "|"), "|") }

// grams are the words under which an organisation stands in the index: of each name the whole, the first one and two
// characters, and every pair of neighbouring characters; and marks of its kind and of the places it lies in.
func grams(find, kind string, region unit.Region) []string {
	seen := make(map[string]bool, 64)
	out := make([]string, 0, 64)
	add := func(words ...string) {
		for _, w := range words {
			if !seen[w] {
				seen[w] = true
				out = append(out, w)
			}
		}
	}
	for _, name := range cut(find) {
		cs := []rune(name)
		add(wholeGram(name), beginGram(cs, 1), beginGram(cs, 2))
		add(pairs(name)...)
	}
	add(kindGram(kind))
	add(regionGrams(region)...)
	return out
}

func wholeGram(name string) string { return string(mark) + "w" + name }

// beginGram marks the first one or two characters of a name.
func beginGram(name []rune, n int) string {
	return string(mark) + "b" + string(name[:min(n, len(name))])
}

func kindGram(kind string) string { return string(mark) + "k" + plain(kind) }

// regionGrams marks a region and those above it by digits, so that a province finds what lies in its cities.
func regionGrams(r unit.Region) []string {
	all := []string{regionGram(r)}
	switch r.Level() {
	case unit.LevelCounty:
		all = append(all, regionGram(r[:4]+"00"), regionGram(r.Province()))
	case unit.LevelCity:
		all = append(all, regionGram(r.Province()))
	}
	return all
}

func regionGram(r unit.Region) string { return string(mark) + "r" + string(r) }

// pairs are the pairs of neighbouring characters of a text, in their order.
func pairs(s string) (all []string) {
	var last rune
	for i, c := range s {
		if i > 0 {
			all = append(all, string([]rune{last, c}))
		}
		last = c
	}
	return all
}

// namesOf gathers the names of an organisation: of today, of the past, and its aliases, places taken off.
func (r *Registry) namesOf(ctx context.Context, tx *db.Tx, o Org) (string, error) {
	all := []string{o.Name[0], o.Name[1]}
	states, err := selectStates(ctx, tx, o.Code)
	if err != nil {
		return "", err
	}
	for _, s := range states {
		all = append(all, s.Name[0], s.Name[1])
	}
	aliases, err := selectAliases(ctx, tx, o.Code)
	if err != nil {
		return "", err
	}
	return names(r.places(o.Region), append(all, aliases...)...), nil
}

// reindex writes the index entry of an organisation anew from what stands of it.
func (r *Registry) reindex(ctx context.Context, tx *db.Tx, code string) error {
	no, _, err := selectFind(ctx, tx, code)
	if err != nil {
		return err
	}
	o, err := selectOrg(ctx, tx, code)
	if err != nil {
		return err
	}
	find, err := r.namesOf(ctx, tx, o)
	if err != nil {
		return err
	}
	if err := updateFind(ctx, tx, code, find); err != nil {
		return err
	}
	return replaceGrams(ctx, tx, no, grams(find, o.Kind, o.Region))
}

// insert enters organisations that are not there yet, with their index entries.
func (r *Registry) insert(ctx context.Context, tx *db.Tx, orgs []Org) error {
	no, err := selectLastNo(ctx, tx)
	if err != nil {
		return err
	}
	places := map[unit.Region][]string{}
	finds, words := make([]string, len(orgs)), make([][]string, len(orgs))
	for i, o := range orgs {
		p, there := places[o.Region]
		if !there {
			p = r.places(o.Region)
			places[o.Region] = p
		}
		finds[i] = names(p, o.Name[0], o.Name[1])
		words[i] = grams(finds[i], o.Kind, o.Region)
	}
	if err := insertOrgs(ctx, tx, no+1, orgs, finds); err != nil {
		return err
	}
	return insertGrams(ctx, tx, no+1, words)
}
