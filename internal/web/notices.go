package web

import (
	"fmt"
	"net/http"

	"corridor/internal/notice"
	"corridor/internal/unit"
)

type noticesPage struct {
	All    []notice.Told
	Unread bool   // only these are listed
	Newest string // the newest on the page, up to which all may be marked as read
	Next   string // address of the older ones
	Export exportView
}

func (v *visit) notices() error {
	q := v.r.URL.Query()
	query := notice.Query{Unread: q.Get("show") == "unread", After: unit.ID(q.Get("after"))}
	if v.wantsFile() {
		return v.noticesFile(query)
	}
	page, next, err := v.s.c.Notices.List(v.ctx(), v.who.Person, query)
	if err != nil {
		return err
	}
	p := noticesPage{All: page, Unread: query.Unread, Export: v.exports()}
	if len(page) > 0 {
		p.Newest = string(page[0].ID)
	}
	if next != "" {
		q.Set("after", string(next))
		p.Next = "/notices?" + q.Encode()
	}
	return v.show("notices", v.t("通知", "Notices"), p)
}

// openNotice marks a notice as read and leads on to the page that it is about.
func (v *visit) openNotice() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	t, err := v.s.c.Notices.Read(v.ctx(), v.who.Person, id)
	if err != nil {
		return err
	}
	to := "/notices"
	if t.Path != "" {
		to = next(t.Path)
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

func (v *visit) readNotices() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if _, err := v.s.c.Notices.ReadAll(v.ctx(), v.who.Person, unit.ID(f.Get("upto"))); err != nil {
		return err
	}
	return v.to("/notices", "")
}

// unread says how many notices wait for who is signed in.
func (v *visit) unread() (string, error) {
	if v.s.c.Notices == nil || v.who.Anonymous() {
		return "", nil
	}
	n, more, err := v.s.c.Notices.Unread(v.ctx(), v.who.Person)
	switch {
	case err != nil || n == 0:
		return "", err
	case more:
		return fmt.Sprintf("%d+", n), nil
	}
	return fmt.Sprint(n), nil
}
