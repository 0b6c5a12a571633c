package compare

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"corridor/internal/reader/extract"
)

// Fact is a figure and the document that tells it, by the caller's number.
type Fact struct {
	Source int
	extract.Figure
}

// Group is one figure that is told more than once: places in the list that was compared, in its order.
type Group struct{ Facts []int }

// Conflict is two tellings that cannot both be true. Each side lists all the places that tell it.
type Conflict struct{ A, B []int }

const (
	manyDigits  = 3    // from which on a number is hardly met by chance
	likeLoose   = 0.34 // of two names beside a number of many digits
	likeSame    = 0.6
	oneThingMax = 500 // figures of one subject and time that are compared with each other
	fullLeast   = 6   // characters of a whole name from which on it says enough
	likeStrict  = 0.8 // before two figures are said to contradict each other
	plansDiffer = "意向 计划 目标 拟 预计 力争 合同 签约 首批 累计 新增 planned intended target"
)

// Figures compares every figure with every other. Groups have at least two facts; conflicts are between documents only.
func Figures(all []Fact) (groups []Group, conflicts []Conflict) {
	names := make([]name, len(all))
	for i, f := range all {
		names[i] = nameOf(f.Figure)
	}
	join := newUnion(len(all))
	byUnit := map[string][]int{}
	for i, f := range all {
		byUnit[f.Unit] = append(byUnit[f.Unit], i)
	}
	for _, list := range byUnit {
		// In the order of their lowest likely value, so that only neighbours are looked at.
		low := make(map[int]bounds, len(list))
		for _, i := range list {
			low[i] = narrow(all[i].Figure)
		}
		sort.SliceStable(list, func(a, b int) bool { return low[list[a]].low < low[list[b]].low })
		for x, i := range list {
			for _, j := range list[x+1:] {
				if low[j].low > low[i].high && !low[i].meets(low[j]) {
					break
				}
				if join.root(i) != join.root(j) && low[i].meets(low[j]) && sameFigure(all[i].Figure, all[j].Figure, names[i], names[j]) {
					join.join(i, j)
				}
			}
		}
	}
	joinRows(all, join)
	members := map[int][]int{}
	for i := range all {
		r := join.root(i)
		members[r] = append(members[r], i)
	}
	for i := range all {
		if m := members[i]; join.root(i) == i && len(m) > 1 {
			groups = append(groups, Group{m})
		}
	}
	slices.SortFunc(groups, func(a, b Group) int { return a.Facts[0] - b.Facts[0] })
	return groups, contradictions(all, names, join, members)
}

// joinRows joins figures that stand beside each other in two places in the same order: 7000 times and 170 million, told
// twice, are the same two figures, whatever the words around them.
func joinRows(all []Fact, join *union) {
	type row struct {
		a, b         float64
		unitA, unitB string
	}
	seen := map[row][]int{}
	for i := 0; i+1 < len(all); i++ {
		a, b := all[i], all[i+1]
		if a.Source != b.Source || digits(a.Value)+digits(b.Value) < manyDigits || a.Value == b.Value {
			continue
		}
		key := row{a.Value, b.Value, a.Unit + counter(a.Counter) + a.Approx + a.Kind, b.Unit + counter(b.Counter) + b.Approx + b.Kind}
		for _, j := range seen[key] {
			if comparable(all[j].Figure, a.Figure) && comparable(all[j+1].Figure, b.Figure) && meet(all[j].Period, a.Period) && meet(all[j+1].Period, b.Period) {
				join.join(j, i)
				join.join(j+1, i+1)
				break
			}
		}
		seen[key] = append(seen[key], i)
	}
}

// contradictions are looked for among figures that are of one time and one subject, or bear the very same name.
func contradictions(all []Fact, names []name, join *union, members map[int][]int) (out []Conflict) {
	type about struct{ unit, period, whose string }
	by := map[about][]int{}
	for i, f := range all {
		if f.Period == nil {
			continue
		}
		if names[i].whose != "" {
			key := about{f.Unit, *f.Period, names[i].whose}
			by[key] = append(by[key], i)
		}
		key := about{f.Unit, *f.Period, "=" + names[i].full}
		by[key] = append(by[key], i)
	}
	tells := map[int]map[int]bool{} // by group, the documents that tell it
	for root, m := range members {
		tells[root] = map[int]bool{}
		for _, i := range m {
			tells[root][all[i].Source] = true
		}
	}
	done := map[[2]int]bool{}
	for _, list := range by {
		list = list[:min(len(list), oneThingMax)]
		for x, i := range list {
			for _, j := range list[x+1:] {
				pair := [2]int{join.root(i), join.root(j)}
				slices.Sort(pair[:])
				if all[i].Source == all[j].Source || pair[0] == pair[1] || done[pair] || !contradict(all[i].Figure, all[j].Figure, names[i], names[j]) {
					continue
				}
				done[pair] = true
				// A document that tells both values speaks of two things under one name.
				if !overlap(tells[pair[0]], tells[pair[1]]) {
					out = append(out, Conflict{members[pair[0]], members[pair[1]]})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Conflict) int {
		if d := a.A[0] - b.A[0]; d != 0 {
			return d
		}
		return a.B[0] - b.B[0]
	})
	return out
}

func overlap(a, b map[int]bool) bool {
	for x := range a {
		if b[x] {
			return true
		}
	}
	return false
}

// sameFigure says whether two figures whose values meet are one figure told twice.
func sameFigure(a, b extract.Figure, x, y name) bool {
	if !comparable(a, b) || !meet(a.Period, b.Period) {
		return false
	}
	like := x.like(y)
	if digits(a.Value) >= manyDigits && a.Value == b.Value && a.Approx == b.Approx || samePrinted(a, b) && digits(a.Value) >= manyDigits {
		return like >= likeLoose || x.whose != "" && x.whose == y.whose
	}
	return like >= likeSame && whoseMayBeOne(x, y)
}

func samePrinted(a, b extract.Figure) bool { return a.Quote == b.Quote }

// contradict says whether two figures about the same thing and time cannot both be true.
func contradict(a, b extract.Figure, x, y name) bool {
	return comparable(a, b) && a.Threshold == b.Threshold && a.Part == b.Part && sameModifiers(a, b) && same(a.Period, b.Period) &&
		x.oneThing(y) && !wide(a).meets(wide(b))
}

// comparable says whether two figures are of one sort at all: a level is no growth, a target no fact, a 家 no 项.
func comparable(a, b extract.Figure) bool {
	return a.Unit == b.Unit && a.Change == b.Change && a.Kind == b.Kind && counter(a.Counter) == counter(b.Counter) && samePlans(a, b)
}

// counter is a measure word without what stands in brackets: 台(套) is 台.
func counter(s string) string {
	if i := strings.IndexAny(s, "(（/／"); i > 0 {
		s = s[:i]
	}
	return s
}

// samePlans says whether both figures are intended or both are not.
func samePlans(a, b extract.Figure) bool {
	plan := func(f extract.Figure) string {
		for _, m := range f.Modifiers {
			for _, w := range []string{"意向", "计划", "目标", "拟", "预计", "力争"} {
				if strings.Contains(m, w) {
					return "plan"
				}
			}
		}
		return ""
	}
	return plan(a) == plan(b)
}

func sameModifiers(a, b extract.Figure) bool {
	key := func(f extract.Figure) string {
		var all []string
		for _, m := range f.Modifiers {
			if strings.Contains(plansDiffer, m) {
				all = append(all, m)
			}
		}
		sort.Strings(all)
		return strings.Join(all, " ")
	}
	return key(a) == key(b)
}

// name is what a figure is of, as it is compared.
type name struct {
	grams []string // pairs of characters of the indicator, sorted, each once
	whose string
	full  string // whose it is and what, since some writers put both into one
}

// empties are words of an indicator that say nothing of what is counted.
var empties = strings.NewReplacer("累计", "", "首批", "", "已经", "", "共计", "", "总计", "", "集聚", "", "拥有", "", "建成", "", "实现", "", "完成", "", "达到", "", "支持", "",
	"培育", "", "推出", "", "发布", "", "组建", "", "启动", "", "建设", "", "汇聚", "", "开展", "", "组织", "", "实施", "")

func nameOf(f extract.Figure) name {
	key := plain(f.Indicator)
	short := strings.TrimSuffix(empties.Replace(key), "数")
	if len([]rune(short)) < 2 {
		short = key
	}
	return name{pairs(short), plain(f.Subject), plain(f.Subject) + key}
}

// like is Dice's measure of two indicators: 1 for the same pairs of characters, 0 for none in common.
func (n name) like(m name) float64 { return dice(n.grams, m.grams) }

// oneThing says whether two names mean the very same thing: so that two values of it cannot both be true.
func (n name) oneThing(m name) bool {
	return n.full == m.full && len([]rune(n.full)) >= fullLeast || n.whose != "" && n.whose == m.whose && n.like(m) >= likeStrict
}

// whoseMayBeOne says whether two figures can be of one subject: the same, one inside the other, or one unsaid.
func whoseMayBeOne(a, b name) bool {
	return a.whose == b.whose || a.whose == "" || b.whose == "" || strings.Contains(a.whose, b.whose) || strings.Contains(b.whose, a.whose) ||
		dice(pairs(a.whose), pairs(b.whose)) >= likeLoose
}

func dice(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			n, i, j = n+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return 2 * float64(n) / float64(len(a)+len(b))
}

// plain is a text as it is compared: letters and digits in lower case, full-width forms narrowed.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 0xFF01 && c <= 0xFF5E {
			c -= 0xFEE0
		}
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, s)
}

func pairs(s string) []string {
	r := []rune(s)
	var all []string
	for i := 0; i+1 < len(r); i++ {
		all = append(all, string(r[i:i+2]))
	}
	sort.Strings(all)
	return slices.Compact(all)
}

// union is a forest of sets; the root of a set is its first member.
type union struct{ up []int }

func newUnion(n int) *union {
	u := &union{make([]int, n)}
	for i := range u.up {
		u.up[i] = i
	}
	return u
}

func (u *union) root(i int) int {
	for u.up[i] != i {
		u.up[i] = u.up[u.up[i]]
		i = u.up[i]
	}
	return i
}

func (u *union) join(i, j int) {
	a, b := u.root(i), u.root(j)
	u.up[max(a, b)] = min(a, b)
}
