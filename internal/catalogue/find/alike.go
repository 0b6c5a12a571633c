package find

import (
	"cmp"
	"context"
	"math"
	"slices"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Likeness asks which listings say the same as some texts: those of a need, or those of an offer. Unlike a question it need not be
// satisfied: whatever a listing has of it counts, by how rare it is.
type Likeness struct {
	Texts  []Text              // a term counts by the heaviest text that says it, from the second half on more with each that repeats it
	Filter map[string][]string // by facet: any of the codes
	Limit  int                 // at most likeMax
}

// Like is a listing that says some of it.
type Like struct {
	ID    unit.ID
	Score float64  // compares within one answer only
	Share float64  // of the weight of all that was asked, 0 to 1
	Said  []string // what both say, as it was asked, the weightiest first; at most saidMax
}

const (
	likeMax   = 500   // listings of one answer
	likeUnits = 240   // terms that are looked for: the weightiest of the texts
	likeBytes = 20000 // of all texts
	saidMax   = 8
	knownPart = 1.6 // a term that Words knows counts so many times what a pair of characters does
)

// likeUnit is a term that is looked for.
type likeUnit struct {
	*node
	said     string
	from, to int // bytes of its text, so that neighbouring pairs are said as one
	text     int
	weight   float64
	times    int
	known    bool
}

// Alike lists what says most of it. It takes milliseconds; ctx is looked at between segments.
func (x *Index) Alike(ctx context.Context, l Likeness) ([]Like, error) {
	if l.Limit < 1 || l.Limit > likeMax {
		return nil, fault.New(fault.Invalid, "find.search_depth", "most", likeMax).On("page")
	}
	for f, codes := range l.Filter {
		if _, ok := x.facet[f]; !ok || len(codes) > filterMax {
			return nil, fault.New(fault.Invalid, "find.search_facet", "facet", f).On("filter")
		}
	}
	v := x.seen.Load()
	units := x.likeUnits(v, l.Texts)
	if len(units) == 0 {
		return nil, nil
	}
	var filters []filter
	for name, codes := range l.Filter {
		if len(codes) > 0 {
			filters = append(filters, x.filterOf(v, x.facet[name], codes))
		}
	}
	sc := x.free.Get().(*scratch)
	defer x.free.Put(sc)
	best := top{keep: l.Limit}
	for no := len(v.parts) - 1; no >= 0; no-- {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x.likePart(&v.parts[no], no, units, filters, sc, &best)
	}
	return likesOf(v, units, best.page(0, l.Limit), sc), nil
}

// likeScale makes a weight a whole number that fits the scores of a worker: 240 terms of at most 8,000 by an impact of 255.
const likeScale, likeWeightMax = 64, 8000

// likePart offers what one segment has.
func (x *Index) likePart(s *part, no int, units []likeUnit, filters []filter, sc *scratch, best *top) {
	clear(sc.score[:s.n])
	list := sc.take()
	defer sc.give(list)
	for _, u := range units {
		s.eval(u.node, sc, list)
		w := uint32(min(likeWeightMax, max(1, u.weight*likeScale)))
		for i, at := range list.at {
			sc.score[at] += w * uint32(list.impact[i])
		}
	}
	for at := range s.n {
		score := sc.score[at]
		if score == 0 || s.dead.has(at) {
			continue
		}
		if !x.passes(s, filters, uint16(at)) {
			continue
		}
		best.offer(entry{rank: uint64(score), id: s.ids[at], part: int32(no), at: uint16(at), score: score})
	}
}

// passes says whether a listing passes every filter.
func (x *Index) passes(s *part, filters []filter, at uint16) bool {
	for _, f := range filters {
		ok := false
		if f.many {
			ok = slices.ContainsFunc(s.many[f.seat].of(int(at)), func(n uint16) bool { return f.allowed[n] })
		} else {
			ok = f.allowed[s.value(f.seat, at)]
		}
		if !ok {
			return false
		}
	}
	return true
}

// likesOf says of the best what they have in common with the texts.
func likesOf(v *view, units []likeUnit, best []entry, sc *scratch) []Like {
	out := make([]Like, len(best))
	has := make([][]int, len(best)) // units
	whole := 0.0
	list := sc.take()
	defer sc.give(list)
	for i, u := range units {
		whole += u.weight
		for no := range v.parts {
			looked := false
			for e, b := range best {
				if int(b.part) != no {
					continue
				}
				if !looked {
					v.parts[no].eval(u.node, sc, list)
					looked = true
				}
				if _, ok := slices.BinarySearch(list.at, b.at); ok {
					out[e].Share += u.weight
					has[e] = append(has[e], i)
				}
			}
		}
	}
	for e, b := range best {
		out[e].ID, out[e].Score = v.parts[b.part].ids[b.at].unit(), float64(b.score)/likeScale
		if whole > 0 {
			out[e].Share /= whole
		}
		out[e].Said = saidOf(units, has[e])
	}
	return out
}

// saidOf puts pairs of characters that follow each other together again, and keeps what weighs most.
func saidOf(units []likeUnit, has []int) (all []string) {
	type piece struct {
		text     int
		from, to int
		said     string
		weight   float64
	}
	slices.SortFunc(has, func(a, b int) int {
		return cmp.Or(cmp.Compare(units[a].text, units[b].text), cmp.Compare(units[a].from, units[b].from), cmp.Compare(units[b].to, units[a].to))
	})
	var pieces []piece
	for _, i := range has {
		u := units[i]
		if n := len(pieces); n > 0 && pieces[n-1].text == u.text && u.from < pieces[n-1].to {
			last := &pieces[n-1]
			if u.to > last.to {
				last.said += u.said[len(u.said)-(u.to-last.to):]
				last.to = u.to
			}
			last.weight += u.weight
			continue
		}
		pieces = append(pieces, piece{u.text, u.from, u.to, u.said, u.weight})
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(b.weight, a.weight) })
	for _, p := range pieces {
		if !slices.Contains(all, p.said) && len(all) < saidMax {
			all = append(all, p.said)
		}
	}
	return all
}

// likeUnits are the terms of the texts, each once, the weightiest of them: terms that Words knows with all that mean the same, words,
// and pairs of neighbouring characters. What says nothing in a question, and the places, says nothing here.
func (x *Index) likeUnits(v *view, texts []Text) []likeUnit {
	seen := map[string]int{}
	var all []likeUnit
	left := likeBytes
	add := func(n *node, name string, u likeUnit) {
		if n == nil {
			return
		}
		if i, twice := seen[name]; twice {
			all[i].times++
			all[i].weight = max(all[i].weight, u.weight)
			return
		}
		u.node, u.times = n, 1
		seen[name] = len(all)
		all = append(all, u)
	}
	for no, t := range texts {
		if len(t.Text) > left {
			continue
		}
		left -= len(t.Text)
		r := reading{x: x, v: v, q: &asked{}, text: t.Text, items: itemsOf(t.Text)}
		for i := 0; i < len(r.items); {
			it := r.items[i]
			u := likeUnit{text: no, from: it.from, weight: math.Sqrt(float64(t.Weight))}
			if m, n := x.c.Words.match(r.items[i:]); n > 0 {
				if m.wish == Synonym {
					u.said, u.to, u.known = r.said(r.items[i:i+n]), r.items[i+n-1].to, true
					add(x.group(m.group), "g"+string(rune(m.group)), u)
				}
				if m.wish == Synonym && n > 1 && it.han { // its characters count, too: a text may say part of it
					for j := i; j+1 < i+n; j++ {
						x.likePair(&r, j, u, add)
					}
				}
				if m.wish != Cheap && m.wish != Gratis && m.wish != When && m.wish != Near && m.wish != Newest {
					i += n
					continue
				}
			}
			switch {
			case !it.han:
				u.said, u.to = it.text, it.to
				if len(it.text) > 1 {
					add(one(wordKey([]byte(it.text))), "w"+it.text, u)
				}
			case i+1 < len(r.items) && r.items[i+1].han && !r.items[i+1].gap:
				if m, n := x.c.Words.match(r.items[i+1:]); n == 0 || m.wish == Synonym {
					x.likePair(&r, i, u, add)
				}
			}
			i++
		}
	}
	out := all[:0]
	for _, u := range all {
		rare := v.rare(u.node)
		if rare == 0 {
			continue
		}
		idf := math.Log(1 + (float64(v.alive)-float64(min(rare, v.alive))+0.5)/(float64(rare)+0.5))
		u.weight *= idf * (1 + 0.25*math.Log(float64(u.times)))
		if u.known {
			u.weight *= knownPart
		}
		out = append(out, u)
	}
	slices.SortStableFunc(out, func(a, b likeUnit) int { return cmp.Compare(b.weight, a.weight) })
	return out[:min(likeUnits, len(out))]
}

// likePair adds the pair of characters that begins at an item.
func (x *Index) likePair(r *reading, i int, u likeUnit, add func(*node, string, likeUnit)) {
	a, b := r.items[i], r.items[i+1]
	u.said, u.from, u.to, u.known = r.text[a.from:b.to], a.from, b.to, false
	add(one(pairOf(a, b)), "p"+a.text+b.text, u)
}
