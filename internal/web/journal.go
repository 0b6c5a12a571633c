package web

import "corridor/internal/access"

type journalPage struct {
	Lines []access.Line
	Next  string // address of the older ones
	Query access.JournalQuery
}

func (v *visit) journal() error {
	q := v.r.URL.Query()
	p := journalPage{Query: access.JournalQuery{Act: q.Get("act"), Object: q.Get("object"), After: q.Get("after")}}
	var after string
	var err error
	if p.Lines, after, err = v.s.c.Access.Journal(v.ctx(), v.who, p.Query); err != nil {
		return err
	}
	if after != "" {
		q.Set("after", after)
		p.Next = "/journal?" + q.Encode()
	}
	return v.show("journal", v.t("操作日志", "Act journal"), p)
}
