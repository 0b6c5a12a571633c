package agreement

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/unit"
)

const (
	proposalsMax = 30
	aheadMax     = 4000 // bytes after an agreement's place that are looked at
	aheadLines   = 14   // sentences
	clauseMin    = 4    // runes
	fieldMin     = 2
	clauseMax    = 60
)

// Proposal is a task that a text seems to promise. It is only a proposal: a person edits and confirms it.
type Proposal struct {
	Title    string
	Owner    string   // the party that the clause names, else the first
	Due      unit.Day // no day where the clause names none
	Sentence string   // where it stands, word for word
	From, To int      // bytes of the text
}

var (
	promiseVerb = regexp.MustCompile(`^(?:共同|联合|合作|携手|率先|全力|积极|加快|全面|进一步)*(建设|共建|打造|设立|成立|组建|开展|推进|推动|支持|落地|布局|投资|建立|建成|开通|公布|发布|举办|实现|完成|编制|制定|共享|培养|引进|开放|搭建|构建|形成|探索|加强|深化|拓展|提升|促进|参与|提供|启动|出台|研制|研发|实施|攻关|新建|扩建|培育|集聚|申报|试点|推广|加大|优化|完善|提高|扩大|创建|运营|投产)`)
	fieldsForm  = regexp.MustCompile(`(?:围绕|聚焦|在|就|涵盖|包括|包含)([^。；;，在围聚就]{4,120}?)(?:等)?(?:[一二三四五六七八九十两0-9]+个?大?)?(?:重点)?(?:方面|领域|板块|方向)`)
	laterForm   = regexp.MustCompile(`双方|各方|三方|四方|五方|协议|将|共同|合作|约定|明确|计划|力争|确保`)
	signForm    = regexp.MustCompile(`签署|签订|签约`)
	leadForm    = regexp.MustCompile(`^(?:根据|按照|依据)[^，,]{0,30}[，,]|^(?:其中|此外|同时|下一步|未来|今后)[，,]?|^(?:双方|各方|三方|四方|两地|三地|四地)?(?:还|也)?(?:将|拟|约定|同意|商定|计划|决定|要)?(?:在[^，,]{0,12}内)?(?:进一步)?(?:将|并|与|和)?`)
	untilMonth  = regexp.MustCompile(`(20[0-9]{2})年(1[0-2]|[1-9])月(?:([0-9]{1,2})日)?`)
	untilYear   = regexp.MustCompile(`(20[0-9]{2})年`)
	withinYears = regexp.MustCompile(`([一二两三四五六七八九十]|[0-9]{1,2})年(?:之)?内`)
	monthAlone  = regexp.MustCompile(`(十[一二]?|[一二三四五六七八九]|1[0-2]|[1-9])月(?:底|末)`)
	timeForm    = regexp.MustCompile(`^(?:力争|争取|计划|确保)?(?:到|在|于|至)?(?:20[0-9]{2}年)?(?:(?:十[一二]?|[一二三四五六七八九]|1[0-2]|[1-9])月(?:[0-9]{1,2}日)?)?(?:上半年|下半年|年)?(?:底|末|中|内)?(?:之前|以前|前)?`)
	englishWill = regexp.MustCompile(`(?i)\b(?:will|shall|agreed to|agree to|plans? to)\s+(?:jointly |together )?([^.;]{6,160})`)
)

// Propose reads the tasks that an agreement seems to promise: in the sentence where it stands and in those after it that
// still speak of it, up to the next signing. text is what the agreement's place points into; of an agreement with its own
// text it is that text. It is pure.
func Propose(a Agreement, text string) (all []Proposal) {
	begin, end := 0, len(text)
	if a.Source.Document != "" && a.Source.To <= len(text) {
		begin = lineStart(text, a.Source.From)
		end = min(len(text), a.Source.To+aheadMax)
	}
	seen := map[string]bool{}
	add := func(title, owner string, least int, s span) {
		title = strings.Trim(title, " 　，,、：:“”\"")
		n := utf8.RuneCountInString(title)
		if n < least || n > clauseMax || seen[title] || len(all) >= proposalsMax {
			return
		}
		seen[title] = true
		sentence := text[s.from:s.to]
		p := Proposal{Title: title, Sentence: strings.TrimSpace(sentence), From: s.from, To: s.to, Due: dueIn(clauseOf(sentence, title), a.Signed)}
		if !p.Due.Valid() {
			p.Due = dueIn(sentence, a.Signed)
		}
		if p.Owner = owner; owner == "" && len(a.Signers) > 0 {
			p.Owner = a.Signers[0].Name
		}
		all = append(all, p)
	}
	for i, s := range sentences(text, begin, end) {
		sentence := text[s.from:s.to]
		own := a.Source.Document == "" || s.from < a.Source.To && s.to > a.Source.From
		if !own && (i > aheadLines || signForm.MatchString(sentence)) {
			if s.from >= a.Source.To {
				break
			}
			continue
		}
		if !own && !laterForm.MatchString(sentence) {
			continue
		}
		for _, m := range fieldsForm.FindAllStringSubmatch(sentence, -1) {
			parts := strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune("、和及与", r) })
			if len(parts) > 1 {
				for _, field := range parts {
					add(strings.TrimSuffix(field, "等"), "", fieldMin, s)
				}
			}
		}
		for _, clause := range strings.FieldsFunc(sentence, func(r rune) bool { return strings.ContainsRune("，,；;。", r) }) {
			clause = strings.TrimSpace(clause)
			clause = strings.TrimPrefix(clause, leadForm.FindString(clause))
			clause = strings.TrimPrefix(clause, timeForm.FindString(clause))
			if strings.Contains(clause, "月底前") || strings.Contains(clause, "月末前") {
				_, clause, _ = strings.Cut(clause, "前")
			}
			clause, owner := a.named(clause)
			if m := promiseVerb.FindString(clause); m != "" && !strings.HasPrefix(clause[len(m):], "于") { // 成立于 tells a past
				add(clause, owner, clauseMin, s)
			}
		}
		for _, m := range englishWill.FindAllStringSubmatch(sentence, -1) {
			add(m[1], "", clauseMin, s)
		}
	}
	return all
}

// named takes the parties from the beginning of a clause: what is left, and who it is that does it where only one is named.
func (a Agreement) named(clause string) (rest, owner string) {
	n := 0
	for found := true; found; {
		found = false
		for _, party := range a.Signers {
			if after, ok := strings.CutPrefix(clause, party.Name); ok {
				for _, joint := range []string{"与", "和", "、", "将", "拟", "共同", "联合"} {
					after = strings.TrimPrefix(after, joint)
				}
				clause, owner, found = after, party.Name, true
				n++
			}
		}
	}
	if n != 1 {
		owner = ""
	}
	return clause, owner
}

// clauseOf is the part of a sentence in which a title stands, between its commas.
func clauseOf(sentence, title string) string {
	at := strings.Index(sentence, title)
	if at < 0 {
		return sentence
	}
	begin := strings.LastIndexAny(sentence[:at], "，,；;。")
	if begin >= 0 {
		_, n := utf8.DecodeRuneInString(sentence[begin:])
		return sentence[begin+n : at+len(title)]
	}
	return sentence[:at+len(title)]
}

type span struct{ from, to int }

// lineStart is where the line of a place begins.
func lineStart(text string, at int) int {
	return strings.LastIndexByte(text[:min(at, len(text))], '\n') + 1
}

// sentences are the sentences of a part of a text, each to its stop, with their bytes.
func sentences(text string, begin, end int) (all []span) {
	from := begin
	for i := begin; i < end; {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		stop := r == '。' || r == '！' || r == '？' || r == '\n' || r == '；' ||
			r == '.' && (i >= len(text) || text[i] == ' ' || text[i] == '\n')
		if stop || i >= end {
			s := span{from, i}
			for s.from < s.to && (text[s.from] == ' ' || text[s.from] == '\n' || text[s.from] == '\r' || text[s.from] == '\t') {
				s.from++
			}
			if s.to > s.from && text[s.to-1] == '\n' {
				s.to--
			}
			if s.to-s.from > 3 {
				all = append(all, s)
			}
			from = i
		}
	}
	return all
}

// dueIn is the day by which a sentence promises something; no day where it names none. A year alone is its last day.
func dueIn(sentence string, signed unit.Day) (due unit.Day) {
	for _, m := range untilMonth.FindAllStringSubmatch(sentence, -1) {
		y, _ := strconv.Atoi(m[1])
		month, _ := strconv.Atoi(m[2])
		d := unit.DayOf(time.Date(y, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC), time.UTC)
		if m[3] != "" {
			n, _ := strconv.Atoi(m[3])
			d = unit.Date(y, time.Month(month), n)
		}
		if d.Valid() && d > signed {
			return d
		}
	}
	for _, m := range untilYear.FindAllStringSubmatch(sentence, -1) {
		y, _ := strconv.Atoi(m[1])
		if d := unit.Date(y, time.December, 31); d > signed {
			return d
		}
	}
	if !signed.Valid() {
		return 0
	}
	if m := monthAlone.FindStringSubmatch(sentence); m != nil { // of the year of signing, or of the next where it has passed
		y, _, _ := signed.Date()
		for {
			d := unit.DayOf(time.Date(y, time.Month(numeral(m[1]))+1, 0, 0, 0, 0, 0, time.UTC), time.UTC)
			if d >= signed {
				return d
			}
			y++
		}
	}
	if m := withinYears.FindStringSubmatch(sentence); m != nil {
		n := numeral(m[1])
		y, month, day := signed.Date()
		return unit.DayOf(time.Date(y+n, month, day, 0, 0, 0, 0, time.UTC), time.UTC)
	}
	if strings.Contains(sentence, "年内") || strings.Contains(sentence, "年底前") {
		return unit.Date(signed.Year(), time.December, 31)
	}
	return 0
}

// numeral is a number up to twelve, in figures or as a word; 1 for what is none.
func numeral(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	if n, ok := map[string]int{"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12}[s]; ok {
		return n
	}
	return 1
}
