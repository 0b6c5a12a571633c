package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	taskRows   = 50  // of a list on one page
	boardRows  = 60  // cards in a column of the board
	ganttRows  = 100 // bars of a timeline on one page
	lateRows   = 100 // late tasks on one page
	feedRows   = 1000
	leadsShown = 6 // beside the counts; the sheet of the quarter has all
)

// tasksView is a list of tasks as a part of a page.
type tasksView struct {
	Tasks []agreement.Task
	Of    bool   // say under which agreement each stands
	Back  string // the page it stands on
}

// countOf is how many tasks have a light, and the address of their list.
type countOf struct {
	Class string
	Words fault.Words
	N     int
	Path  string
	Share string // of all, 69.0%
}

// lightWords is what people call a light, and its class in the look.
func lightWords(l agreement.Light) (class string, words fault.Words) {
	switch l {
	case agreement.Red:
		return "stop", fault.Words{"逾期为红", "Late, red"}
	case agreement.Amber:
		return "warn", fault.Words{"临期或逾期为黄", "Due soon or late, amber"}
	case agreement.Green:
		return "ok", fault.Words{"按期", "On time"}
	case agreement.Check:
		return "none", fault.Words{"等待核验", "Being verified"}
	case agreement.Done:
		return "none", fault.Words{"已办结", "Done"}
	}
	return "none", fault.Words{"已终止", "Ended"}
}

// countsOf shows the numbers of each light with the list that each opens.
func countsOf(c agreement.Counts, path string) (all []countOf) {
	total := c.Total()
	for _, l := range agreement.Lights {
		class, words := lightWords(l)
		if l == agreement.Ended && c[l] == 0 {
			continue
		}
		n := countOf{Class: class, Words: words, N: c[l], Path: withQuery(path, "light", string(l))}
		if total > 0 {
			n.Share = fmt.Sprintf("%.1f%%", float64(c[l])*100/float64(total))
		}
		all = append(all, n)
	}
	return all
}

func withQuery(path, name, value string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set(name, value)
	q.Del("page")
	q.Del("done")
	u.RawQuery = q.Encode()
	return u.String()
}

// frames are the goal frames.
func (v *visit) frames() (all []agreement.Frame, err error) {
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		all, err = v.s.c.Agreements.Frames(v.ctx(), tx)
		return err
	})
	return all, err
}

// taskQuery reads from an address which tasks are asked for.
func taskQuery(q url.Values) agreement.Query {
	t := agreement.Query{Text: q.Get("q"), Party: q.Get("party"), Lead: q.Get("lead"), Agreement: unit.ID(q.Get("agreement")), List: unit.ID(q.Get("list")),
		Light: q.Get("light"), Level: q.Get("level"), Region: unit.Region(q.Get("region")), Problem: q.Get("problem") != "", Public: q.Get("public") != "",
		Sort: agreement.Sort(q.Get("sort"))}
	if !slices.Contains(agreement.Sorts, t.Sort) {
		t.Sort = agreement.ByUrgency
	}
	t.Tag, _ = agreement.ParseTag(q.Get("tag"))
	return t
}

type tasksPage struct {
	View    string
	Tabs    []navItem
	Rows    tasksView
	Counts  []countOf
	Open    int
	Total   int
	Leads   []leadView
	Pager   pager
	Typed   url.Values
	Lists   []agreement.List
	Frames  []agreement.Frame
	Levels  []choiceOf
	Sorts   []choiceOf
	Views   []agreement.View
	Feeds   []agreement.Feed
	Secret  string // address of a calendar that was just made
	Query   string // of this question, to be kept or exported
	Board   []boardColumn
	Gantt   *gantt
	Tiles   *tileMap
	Matrix  *matrix
	Late    []heldView
	Pending bool // the calendar of a year is not announced
	Known   bool // somebody is signed in
}

type leadView struct {
	agreement.LeadCounts
	Path string
}

// taskTabs are the ways to look at the same tasks.
var taskTabs = []struct {
	id    string
	words fault.Words
}{{"", fault.Words{"清单", "List"}}, {"board", fault.Words{"看板", "Board"}}, {"timeline", fault.Words{"时间轴", "Timeline"}}, {"map", fault.Words{"地图", "Map"}},
	{"matrix", fault.Words{"合作矩阵", "Who works with whom"}}, {"late", fault.Words{"逾期在谁手里", "What is late, and who holds it"}}}

func (v *visit) tasks() error { return v.showTasks("") }

func (v *visit) showTasks(secret string) error {
	r, typed := v.s.c.Agreements, v.r.URL.Query()
	q := taskQuery(typed)
	p := tasksPage{View: typed.Get("view"), Typed: typed, Known: !v.who.Anonymous(), Secret: secret}
	kept := url.Values{}
	for name, values := range typed {
		if name != "page" && name != "done" && name != "lang" && values[0] != "" {
			kept[name] = values
		}
	}
	p.Query = kept.Encode()
	for _, t := range taskTabs {
		p.Tabs = append(p.Tabs, navItem{withQuery("/tasks?"+p.Query, "view", t.id), t.words.In(v.lang), t.id == p.View})
	}
	sum, err := r.Sum(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	p.Open, p.Pending = sum.Counts.Open(), sum.Provisional
	p.Counts = countsOf(sum.Counts, "/tasks?"+p.Query)
	for _, l := range sum.Leads[:min(len(sum.Leads), leadsShown)] {
		p.Leads = append(p.Leads, leadView{l, withQuery("/tasks?"+p.Query, "lead", l.Lead.Key())})
	}
	if err := v.choicesOf(&p, q); err != nil {
		return err
	}
	if err := v.lookAt(&p, q, sum.Counts); err != nil {
		return err
	}
	return v.show("tasks", v.t("承诺与任务", "Promises and tasks"), p)
}

// choicesOf fills in what the tasks can be narrowed by, and what the person has kept.
func (v *visit) choicesOf(p *tasksPage, q agreement.Query) (err error) {
	if p.Lists, err = v.s.c.Agreements.Lists(v.ctx(), v.who, ""); err != nil {
		return err
	}
	if p.Frames, err = v.frames(); err != nil {
		return err
	}
	for _, l := range agreement.Levels {
		p.Levels = append(p.Levels, choiceOf{l, levelWords(l), l == q.Level})
	}
	for _, s := range agreement.Sorts {
		p.Sorts = append(p.Sorts, choiceOf{string(s), wordOf(map[string]fault.Words{"": {"要紧的在前", "most urgent first"}, "due": {"按期限", "by due day"}, "code": {"按编号", "by number"},
			"lead": {"按牵头方", "by lead"}, "new": {"新建的在前", "newest first"}}, string(s)), s == q.Sort})
	}
	if p.Views, err = v.s.c.Agreements.Views(v.ctx(), v.who); err != nil {
		return err
	}
	p.Feeds, err = v.s.c.Agreements.Feeds(v.ctx(), v.who)
	return err
}

// lookAt fills in the tasks in the way that is asked for.
func (v *visit) lookAt(p *tasksPage, q agreement.Query, counts agreement.Counts) (err error) {
	r := v.s.c.Agreements
	q.Page = v.pageNo()
	switch p.View {
	case "board":
		return v.board(p, q, counts)
	case "timeline":
		q.Rows = ganttRows
		if q.Sort == agreement.ByUrgency {
			q.Sort = agreement.ByDue
		}
		tasks, total, err := r.Timeline(v.ctx(), v.who, q)
		if err != nil {
			return err
		}
		p.Total, p.Pager = total, v.pager(total, ganttRows)
		p.Gantt = ganttOf(tasks, unit.DayOf(v.now(), beijing), v.lang)
		return nil
	case "map":
		places, err := r.Map(v.ctx(), v.who, q)
		p.Tiles = tilesOf(places, "/tasks?"+p.Query, v.lang)
		return err
	case "matrix":
		pairs, err := r.Matrix(v.ctx(), v.who, q)
		p.Matrix = matrixOf(pairs, "/tasks?"+p.Query)
		return err
	case "late":
		q.Rows = lateRows
		held, total, err := r.Late(v.ctx(), v.who, q)
		for _, h := range held {
			p.Late = append(p.Late, heldView{h, partyPath(h.Holder), tasksView{Tasks: h.Tasks, Of: true}})
		}
		p.Total, p.Pager = total, v.pager(total, lateRows)
		return err
	}
	p.View = ""
	q.Rows = taskRows
	tasks, err := r.Top(v.ctx(), v.who, q)
	p.Rows = tasksView{Tasks: tasks, Of: true, Back: "/tasks"}
	p.Total = counts.Total()
	p.Pager = v.pager(p.Total, taskRows)
	return err
}

// heldView is what is late in one holder's hands.
type heldView struct {
	agreement.Held
	Path string
	Rows tasksView
}

func levelWords(l string) fault.Words {
	return wordOf(map[string]fault.Words{"national": {"国家", "national"}, "region": {"区域", "region"}, "province": {"省市", "province"}, "city": {"城市", "city"},
		"district": {"区县", "district"}}, l)
}

// saveView keeps the question of the page under a name.
func (v *visit) saveView() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/tasks"
	if err := v.s.c.Agreements.SaveView(v.ctx(), v.who, f.Get("name"), f.Get("query")); err != nil {
		if !v.refused(err, func(string) string { return "view-name" }) {
			return err
		}
		return v.showTasks("")
	}
	return v.to("/tasks?"+f.Get("query"), "view_saved")
}

func (v *visit) dropView() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.s.c.Agreements.DropView(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/tasks", "saved")
}

// newFeed makes a calendar of the question of the page. Its address is shown once.
func (v *visit) newFeed() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/tasks"
	secret, err := v.s.c.Agreements.NewFeed(v.ctx(), v.who, f.Get("query"))
	if err != nil && !v.refused(err, nil) {
		return err
	}
	if secret != "" {
		secret = v.site() + "/feeds/" + secret + ".ics"
	}
	return v.showTasks(secret)
}

// site is the address at which the person reached us.
func (v *visit) site() string {
	scheme := "http"
	if v.s.c.Secure || v.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + v.r.Host
}

func (v *visit) revokeFeed() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.s.c.Agreements.RevokeFeed(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/tasks", "feed_revoked")
}

// feed answers a calendar program. The address proves nobody, so it shows what everyone may know.
func (v *visit) feed() error {
	secret, ok := strings.CutSuffix(v.r.PathValue("file"), ".ics")
	if !ok {
		return fault.New(fault.NotFound, "web.no_page")
	}
	query, err := v.s.c.Agreements.FeedQuery(v.ctx(), secret)
	if err != nil {
		return err
	}
	typed, err := url.ParseQuery(query)
	if err != nil {
		return fault.New(fault.NotFound, "web.no_page").Because(err)
	}
	q := taskQuery(typed)
	if q.Light == "" {
		q.Light = "open"
	}
	q.Rows = feedRows
	tasks, _, err := v.s.c.Agreements.Timeline(v.ctx(), access.Actor{}, q)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	v.w.Header().Set("Cache-Control", "private, max-age=900")
	_, err = v.w.Write([]byte(agreement.Calendar(tasks, v.lang, v.site(), v.now())))
	return err
}
