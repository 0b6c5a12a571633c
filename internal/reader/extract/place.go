package extract

import (
	"strings"
	"sync"
)

// placeBook finds the names of GB/T 2260, and of regions that have no code.
type placeBook struct {
	lex   *lexicon
	names []string // full name by value
	codes []string
}

// regions are places without a code of their own.
const regions = "长三角 长江三角洲 京津冀 粤港澳大湾区 长江经济带 成渝地区双城经济圈 珠三角 环渤海 长三角生态绿色一体化发展示范区 长三角一体化示范区"

// cityEndings make the long name of a place; without them it is the name that people use.
var cityEndings = []string{"壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "省", "市"}

var places = sync.OnceValue(func() *placeBook {
	b := &placeBook{lex: newLexicon(), names: make([]string, 1), codes: make([]string, 1)}
	add := func(word, name, code string) {
		if b.lex.whole([]rune(word)) {
			return // the higher place, which comes first, keeps the name
		}
		b.names, b.codes = append(b.names, name), append(b.codes, code)
		b.lex.add(word, int32(len(b.names)-1))
	}
	for _, line := range dataLines("places.txt") {
		code, name, _ := strings.Cut(line, " ")
		if len([]rune(name)) < 2 {
			continue
		}
		if strings.HasSuffix(code, "00") { // provinces and cities
			for _, end := range cityEndings {
				if short, ok := strings.CutSuffix(name, end); ok && len([]rune(short)) >= 2 && short != "吉林" {
					add(short, name, code)
					break
				}
			}
			add(name, name, code)
		} else if len([]rune(name)) >= 3 {
			add(name, name, code)
		}
	}
	for _, name := range strings.Fields(regions) {
		add(name, name, "")
	}
	return b
})

// falsePlaces are words that contain a place and mean something else.
var falsePlaces = words("海南岛 南京路 北京路 上海路 南昌路 长春花 海口岸 河南岸 河北岸 湖南路 山西路 大连接 三明治 中山装 文山会海 北海道 西安装 大同小异 保山水 东方明珠 东方 海东 山南 日照时数 日照充足 基隆隆")

// place is a place of a text: where it stands and which it is.
type place struct {
	start, end int
	value      int32
}

// placesIn finds the places of a text, the longest name at each character.
func placesIn(t *text) []place {
	b := places()
	var out []place
	r := t.r
	for i := 0; ; {
		if i = t.marks.next(markPlace, i); i < 0 {
			return out
		}
		e, v := b.lex.longest(r, i)
		if v == 0 {
			i++
			continue
		}
		if fe, f := falsePlaces.longest(r, i); f != 0 && fe >= e {
			i = fe
			continue
		}
		out = append(out, place{i, e, v})
		i = e
	}
}

// places lists the places of an article, each once, where it is first named.
func (a *analysis) places() []Place {
	out := []Place{}
	seen := map[string]bool{}
	for _, t := range a.texts {
		for _, p := range t.places {
			name, code := places().names[p.value], places().codes[p.value]
			if seen[name] {
				continue
			}
			seen[name] = true
			out = append(out, Place{Name: name, Code: code, Span: t.span(p.start, p.end)})
		}
	}
	return out
}

// mainName is whom the article is about where its sentences do not say: the place of the title, or the name that the
// title begins with, or the place that is named most.
func (a *analysis) mainName() string {
	r := []rune(a.title)
	t := marked(r)
	if ps := placesIn(t); len(ps) > 0 {
		return places().names[ps[0].value]
	}
	ck := a.clock
	t.times = moments(t, &ck)
	from := t.skipLead(0, len(r))
	if from < len(r) && (r[from] == '在' || hasAt(r, from, "关于")) {
		return a.mainPlace()
	}
	if n := adminName(r[from:]); n > 0 {
		return string(r[from : from+n])
	}
	if all := t.tokens(from, len(r)); len(all) > 0 && all[0].kind == wordName {
		k := all[0]
		if n := k.end - k.start; n >= 3 && n <= 14 && (nameLike(r[k.start:k.end]) || k.end < len(r) && t.timeAt(k.end) != nil) {
			return string(r[k.start:k.end])
		}
	}
	return a.mainPlace()
}

// mainPlace is the place of the title, or the one that the article names most.
func (a *analysis) mainPlace() string {
	if ps := placesIn(marked([]rune(a.title))); len(ps) > 0 {
		return places().names[ps[0].value]
	}
	n := map[int32]int{}
	var best int32
	for _, t := range a.texts {
		for _, p := range t.places {
			n[p.value]++
			if n[p.value] > n[best] || n[p.value] == n[best] && p.value < best {
				best = p.value
			}
		}
	}
	return places().names[best]
}
