package extract

import (
	"regexp"
	"strings"
)

var (
	signing = regexp.MustCompile(`([^，。；：,;\s]{2,60}?)(?:与|和|同)([^，。；,;\s]{2,60}?)(?:在[^，。；,;\s]{1,12}?)?(?:共同|正式|现场)?(?:签署|签订|签)(?:了)?(?:《)?([^，。；,;《》\s]{2,60}?(?:协议|备忘录|合同|意向书|协定|合约))(?:书)?`)
	dayHere = regexp.MustCompile(`(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日`)
)

// agreements finds what is said in the form A与B签署C.
func (t stretch) agreements() []Agreement {
	var out []Agreement
	for _, m := range signing.FindAllStringSubmatchIndex(t.text, -1) {
		parties := append(names(t.text[m[2]:m[3]]), names(t.text[m[4]:m[5]])...)
		if len(parties) < 2 {
			continue
		}
		from, to := t.sentence(m[2])
		a := Agreement{Parties: parties, Kind: t.text[m[6]:m[7]], Span: t.at(m[2], m[7])}
		if d := dayHere.FindStringSubmatch(t.text[from:to]); d != nil && d[1] != "" {
			a.Date = orNil(d[1] + "-" + two(d[2]) + "-" + two(d[3]))
		}
		out = append(out, a)
	}
	return out
}

// names takes a row of parties apart, and drops what is no name: a day, an adverb.
func names(s string) []string {
	var out []string
	for _, n := range strings.Split(s, "、") {
		n = strings.TrimSpace(dayHere.ReplaceAllString(n, ""))
		for _, w := range []string{"当日", "当天", "日前", "近日", "会上", "其中", "由"} {
			n = strings.TrimPrefix(n, w)
		}
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}
