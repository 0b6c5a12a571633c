package web

import (
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type journalPage struct {
	Lines   []journalLine
	Next    string // address of the older ones
	Form    *form  // what the search asks for
	Regions []option
	Export  exportView
	Narrow  bool // something is asked for
}

// journalLine is a line with the addresses of lists that are narrowed to what it says.
type journalLine struct {
	access.Line
	ByPerson, ByAct, ByObject string
	Did                       fault.Words
}

// journalQuery reads a search out of an address; days are those of the node's zone, both included.
func journalQuery(f *form) access.JournalQuery {
	q := access.JournalQuery{Act: f.text("act"), Object: f.text("object"), Detail: f.text("detail"), Region: unit.Region(f.text("region")), After: f.Get("after")}
	who := f.text("who")
	if id, err := unit.ParseID(who); err == nil {
		q.Person = id
	} else {
		q.Name = who
	}
	q.From, q.To = f.period("from", "to")
	return q
}

// period is the time from the beginning of one day to the end of another, both of the node's zone; a day that was not
// given is no limit.
func (f *form) period(from, to string) (begins, ends time.Time) {
	a, b := f.day(from), f.day(to)
	if a.Valid() && b.Valid() && b < a {
		f.refuse(to, fault.New(fault.Invalid, "web.period"))
	}
	if a.Valid() {
		begins = a.Start(beijing)
	}
	if b.Valid() {
		ends = b.Add(1).Start(beijing)
	}
	return begins, ends
}

// asked is what a list's address asks for, as a form that its page shows again.
func (v *visit) asked() *form {
	return &form{Values: v.r.URL.Query(), lang: v.lang, bad: map[string]string{}}
}

// journal searches the acts. What is wrong with a search is said on the page.
func (v *visit) journal() error {
	f := v.asked()
	q := journalQuery(f)
	if v.wantsFile() {
		return v.journalFile(f, q)
	}
	p := journalPage{Form: f, Export: v.exports()}
	for name, all := range f.Values {
		p.Narrow = p.Narrow || strings.Join(all, "") != "" && name != "lang" && name != "after"
	}
	regions, err := v.regions()
	if err != nil {
		return err
	}
	p.Regions = []option{{"", v.t("全部辖区", "every region")}}
	for _, r := range regions {
		p.Regions = append(p.Regions, option{string(r.Code), r.Words.In(v.lang)})
	}
	var lines []access.Line
	next := ""
	if err = f.err(); err == nil {
		lines, next, err = v.s.acts(v.ctx(), v.who, q)
	}
	if err != nil && !v.refusedForm(f, err) {
		return err
	}
	words := v.packWords()
	for _, l := range lines {
		x := journalLine{Line: l, Did: words.act(l.Act), ByAct: v.filterLink("act", l.Act), ByObject: v.filterLink("object", l.Object)}
		if l.Person != "" {
			x.ByPerson = v.filterLink("who", string(l.Person))
		}
		p.Lines = append(p.Lines, x)
	}
	if next != "" {
		p.Next = v.filterLink("after", next)
	}
	return v.show("journal", v.t("操作日志", "Act journal"), p)
}

// journalFile is the whole of what a search finds.
func (v *visit) journalFile(f *form, q access.JournalQuery) error {
	if err := f.err(); err != nil {
		return err
	}
	s := &sheet{Name: "journal", Head: []string{v.t("时间", "When"), v.t("人员编号", "Person's id"), v.t("姓名", "Name"), v.t("接口令牌", "API token"), v.t("做了什么", "Act"),
		v.t("对象", "Object"), v.t("辖区", "Region"), v.t("凭什么", "Mandate"), v.t("细节", "Detail"), v.t("编号", "Id")}}
	for q.After = ""; ; {
		lines, next, err := v.s.acts(v.ctx(), v.who, q)
		if err != nil {
			return err
		}
		for _, l := range lines {
			token := ""
			if l.Token {
				token = v.t("是", "yes")
			}
			if err := s.put(iso(l.At), string(l.Person), l.Name, token, l.Act, l.Object, string(l.Region), l.Mandate, l.Detail, string(l.ID)); err != nil {
				return err
			}
		}
		if q.After = next; next == "" {
			return v.send(s)
		}
	}
}
