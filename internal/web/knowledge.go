package web

import (
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/reader"
	"corridor/internal/unit"
)

type knowledgePage struct {
	Query    reader.SubjectQuery
	Kinds    []subjectKindCount
	Subjects []reader.Subject
	Pager    pager
	Passages []passageView
	Export   exportView
	Found    int // passages
	Read     bool
	ByName   string // address of the list by name, and by how much is said
	ByCount  string
}

type subjectKindCount struct {
	Kind  string
	Words fault.Words
	Count int
	Path  string
	On    bool
}

// passageView is a paragraph that was found, cut at the words that were asked for.
type passageView struct {
	Document unit.ID
	Title    string
	From     int
	Runs     []run
	Facts    []passageFact
}

type passageFact struct {
	No         int
	Class, Say string
}

func subjectKindWords(k reader.SubjectKind) fault.Words {
	return wordOf(map[string]fault.Words{"organisation": {"机构", "organisation"}, "policy": {"政策", "policy"}, "programme": {"项目与平台", "programme"}, "place": {"地点", "place"},
		"indicator": {"指标", "indicator"}}, string(k))
}

// knowledge lists what documents speak of, and finds what they say.
func (v *visit) knowledge() error {
	q := v.r.URL.Query()
	p := knowledgePage{Query: reader.SubjectQuery{Kind: reader.SubjectKind(q.Get("kind")), Text: strings.TrimSpace(q.Get("q")), ByName: q.Get("sort") == "name", Page: v.pageNo()},
		Read: access.MaySomewhere(v.who, access.DocumentRead) == nil}
	if v.wantsFile() {
		return v.subjectsFile(p.Query)
	}
	all, total, kinds, err := v.s.c.Reader.Subjects(v.ctx(), v.who, p.Query)
	if err != nil {
		return err
	}
	p.Subjects, p.Pager, p.Export = all, v.pager(total, pageRows), v.exports()
	for _, k := range reader.SubjectKinds {
		p.Kinds = append(p.Kinds, subjectKindCount{string(k), subjectKindWords(k), kinds[k], v.knowledgePath("kind", string(k)), p.Query.Kind == k})
	}
	p.ByName, p.ByCount = v.knowledgePath("sort", "name"), v.knowledgePath("sort", "")
	if p.Read && p.Query.Text != "" {
		found, n, err := v.s.c.Reader.Search(v.ctx(), p.Query.Text, 1)
		if err != nil && !v.refused(err, func(string) string { return "q" }) {
			return err
		}
		p.Found = n
		for _, x := range found {
			p.Passages = append(p.Passages, v.passage(x, p.Query.Text))
		}
	}
	return v.show("knowledge", v.t("知识库", "Knowledge base"), p)
}

// subjectsFile is what documents speak of as it is narrowed, whole.
func (v *visit) subjectsFile(q reader.SubjectQuery) error {
	out := &sheet{Name: "knowledge", Head: []string{v.t("名称", "Name"), v.t("代码", "Code"), v.t("类别", "Kind"), v.t("文件", "Documents"), v.t("说到", "Statements")}}
	return v.sendPages(out, func(n int) (rows [][]any, total int, err error) {
		q.Page = n
		all, total, _, err := v.s.c.Reader.Subjects(v.ctx(), v.who, q)
		for _, x := range all {
			rows = append(rows, []any{x.Name, x.Code, subjectKindWords(x.Kind).In(v.lang), x.Documents, x.Mentions})
		}
		return rows, total, err
	})
}

func (v *visit) knowledgePath(key, value string) string {
	q := v.r.URL.Query()
	q.Del("page")
	q.Del("done")
	q.Set(key, value)
	if value == "" {
		q.Del(key)
	}
	return "/knowledge?" + q.Encode()
}

// passages is the whole list of what a search finds in the documents.
func (v *visit) passages() error {
	words := strings.TrimSpace(v.r.URL.Query().Get("q"))
	found, n, err := v.s.c.Reader.Search(v.ctx(), words, v.pageNo())
	if err != nil && !v.refused(err, func(string) string { return "q" }) {
		return err
	}
	p := passagesPage{Words: words, Pager: v.pager(n, reader.PassagePage)}
	for _, x := range found {
		p.Passages = append(p.Passages, v.passage(x, words))
	}
	v.under("/knowledge", "知识库", "Knowledge base")
	return v.show("passages", v.t("查文件里的话", "Search what documents say"), p)
}

type passagesPage struct {
	Words    string
	Passages []passageView
	Pager    pager
}

func (v *visit) passage(x reader.Passage, words string) passageView {
	p := passageView{Document: x.Document, Title: x.Title, From: x.From, Runs: marked(x.Text, strings.Fields(words))}
	for _, f := range x.Findings {
		if isFact(f.Kind) {
			head, lines, _ := v.said(f)
			if len(lines) > 0 {
				head += " " + lines[0].Value
			}
			p.Facts = append(p.Facts, passageFact{f.No, markClass[f.Kind], head})
		}
	}
	return p
}

// marked cuts a text at words, whatever their case.
func marked(text string, words []string) (out []run) {
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		lower = text // a letter whose small form is longer
	}
	for at := 0; at < len(text); {
		next, end := len(text), len(text)
		for _, w := range words {
			if i := strings.Index(lower[at:], strings.ToLower(w)); w != "" && i >= 0 && at+i < next {
				next, end = at+i, at+i+len(w)
			}
		}
		if next > at {
			out = append(out, run{Text: text[at:next]})
		}
		if next < len(text) {
			out = append(out, run{Text: text[next:min(end, len(text))], On: true})
		}
		at = max(end, next)
	}
	return out
}

type subjectPage struct {
	reader.Dossier
	KindWords fault.Words
	Times     []timeView
	Figures   []placeView // each once, in the order of what they count and when
	Twice     []toldView
	Conflicts []conflictView
	Missing   []string
	Edit      bool
	Read      bool // may open the documents
	Suggested []reader.Registered
	Place     fault.Words
	Others    []reader.Subject // of its kind, to join with
	Search    string
}

// timeView is what is said of one time.
type timeView struct {
	Of   string // a year, or "" for what has no time
	Says []sayView
}

type sayView struct {
	placeView
	Class   string
	Head    string
	Of      string
	OfBy    string
	Part    string
	Digest  string
	Waiting bool
	Public  bool
}

func (v *visit) subject() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showSubject(id)
}

func (v *visit) showSubject(id unit.ID) error {
	d, err := v.s.c.Reader.Subject(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := subjectPage{Dossier: d, KindWords: subjectKindWords(d.Kind), Edit: access.MaySomewhere(v.who, access.KnowledgeEdit) == nil,
		Read: access.MaySomewhere(v.who, access.DocumentRead) == nil}
	seen := map[string]bool{}
	place := map[int]placeView{}
	for i, s := range d.Statements {
		key := fmt.Sprintf("%s/%d", s.Document, s.No)
		x := v.placeOf(s.Finding, s.Title)
		place[i] = x
		if seen[key] {
			continue
		}
		seen[key] = true
		if s.Figure != nil {
			p.Figures = append(p.Figures, x)
		}
		head, _, _ := v.said(s.Finding)
		say := sayView{placeView: x, Class: markClass[s.Kind], Head: head, Of: s.Of, OfBy: s.OfBy, Part: partWords(s.Part).In(v.lang), Digest: s.Digest,
			Waiting: s.State == reader.Waiting, Public: s.PublishedBy != ""}
		of := s.Of[:min(len(s.Of), len("2006"))]
		if strings.HasPrefix(s.Of, "..") {
			of = strings.TrimPrefix(s.Of, "..")[:min(len(s.Of)-2, len("2006"))]
		}
		if n := len(p.Times); n == 0 || p.Times[n-1].Of != of {
			p.Times = append(p.Times, timeView{Of: of})
		}
		t := &p.Times[len(p.Times)-1]
		t.Says = append(t.Says, say)
	}
	// What has no time stands last, the youngest time first.
	slices.SortStableFunc(p.Times, func(a, b timeView) int { return strings.Compare(b.Of, a.Of) })
	slices.SortStableFunc(p.Figures, func(a, b placeView) int {
		if c := strings.Compare(a.Indicator, b.Indicator); c != 0 {
			return c
		}
		return strings.Compare(a.Period, b.Period)
	})
	side := func(places []int) (t toldView) {
		for _, i := range places {
			t.Places = append(t.Places, place[i])
		}
		t.Head = t.Places[0].head(v)
		return t
	}
	for _, g := range d.Twice {
		p.Twice = append(p.Twice, side(g))
	}
	for _, c := range d.Conflicts {
		p.Conflicts = append(p.Conflicts, conflictView{side(c[:1]), side(c[1:])})
	}
	for _, m := range d.Missing {
		p.Missing = append(p.Missing, gapWords(m).In(v.lang))
	}
	if d.Kind == reader.PlaceSubject && d.Code != "" {
		p.Place = placeName(unit.Region(d.Code))
	}
	if p.Edit {
		if err := v.offers(&p); err != nil {
			return err
		}
	}
	v.under("/knowledge", "知识库", "Knowledge base")
	return v.show("subject", d.Name, p)
}

// offers are what a person may join a subject with or link it to.
func (v *visit) offers(p *subjectPage) (err error) {
	if p.Kind == reader.OrganisationSubject && p.Code == "" {
		if p.Suggested, err = v.s.c.Reader.Suggest(v.ctx(), p.Name); err != nil {
			return err
		}
	}
	p.Search = strings.TrimSpace(v.r.URL.Query().Get("with"))
	if p.Search == "" {
		name := []rune(p.Name)
		p.Search = string(name[:min(len(name), 2)])
	}
	others, _, _, err := v.s.c.Reader.Subjects(v.ctx(), v.who, reader.SubjectQuery{Kind: p.Kind, Text: p.Search})
	for _, o := range others {
		if o.ID != p.ID {
			p.Others = append(p.Others, o)
		}
	}
	// The name that has the most characters of this one stands first.
	slices.SortStableFunc(p.Others, func(a, b reader.Subject) int { return common(b.Name, p.Name) - common(a.Name, p.Name) })
	return err
}

// common is how many characters of a name stand in another, in hundredths of the longer one.
func common(a, b string) int {
	n := 0
	for _, c := range a {
		if strings.ContainsRune(b, c) {
			n++
		}
	}
	return 100 * n / max(len([]rune(a)), len([]rune(b)), 1)
}

func partWords(p reader.Part) fault.Words {
	return wordOf(map[string]fault.Words{"self": {"", ""}, "party": {"签约方", "party"}, "whose": {"数字所属", "whose figure"}, "issuer": {"发布机构", "issuer"}}, string(p))
}

func gapWords(m reader.Missing) fault.Words {
	n := fmt.Sprint(m.Count)
	switch m.Gap {
	case reader.GapWaiting:
		return fault.Words{"有 " + n + " 条还没有人核定", n + " statements nobody has decided"}
	case reader.GapPeriod:
		return fault.Words{"有 " + n + " 个数字没有说明期间", n + " figures without a period"}
	case reader.GapDate:
		return fault.Words{"有 " + n + " 份协议没有写明日期", n + " agreements without a day"}
	case reader.GapYear:
		return fault.Words{"年份之间缺 " + m.Years, "years without a value: " + m.Years}
	case reader.GapSource:
		return fault.Words{"只有一份文件提到", "only one document speaks of it"}
	}
	return fault.Words{"还没有对应到主体登记", "not linked to the registry"}
}

// keepSubject runs one of the acts on a subject and shows its page again when the act is refused.
func (v *visit) keepSubject(do func(id unit.ID) (to, done string, err error)) error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if _, err := v.form(); err != nil {
		return err
	}
	to, done, err := do(id)
	if err != nil {
		v.back = "/knowledge/" + string(id)
		if !v.refused(err, func(f string) string { return f }) {
			return err
		}
		return v.showSubject(id)
	}
	return v.to(to, done)
}

func (v *visit) joinSubject() error {
	return v.keepSubject(func(id unit.ID) (string, string, error) {
		into, err := unit.ParseID(v.r.PostFormValue("into"))
		if err != nil {
			return "", "", fault.New(fault.Invalid, "reader.join_other").On("into")
		}
		return "/knowledge/" + string(into), "joined", v.s.c.Reader.Join(v.ctx(), v.who, id, into, v.r.PostFormValue("reason"))
	})
}

func (v *visit) splitSubject() error {
	return v.keepSubject(func(id unit.ID) (string, string, error) {
		own, err := v.s.c.Reader.Split(v.ctx(), v.who, id, v.r.PostFormValue("name"), v.r.PostFormValue("reason"))
		return "/knowledge/" + string(own), "split", err
	})
}

func (v *visit) linkSubject() error {
	return v.keepSubject(func(id unit.ID) (string, string, error) {
		code := v.r.PostFormValue("code")
		done := "linked"
		if strings.TrimSpace(code) == "" {
			done = "unlinked"
		}
		to := "/knowledge/" + string(id)
		if n := next(v.r.PostFormValue("next")); n != "/" {
			to = n
		}
		return to, done, v.s.c.Reader.Link(v.ctx(), v.who, id, code)
	})
}
