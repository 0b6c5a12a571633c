package web

import (
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/reader"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/internal/web/systems"
)

// waitingShown is how many cases the home page shows of those that wait.
const waitingShown = 8

type homePage struct {
	Waits         []waiting       // what this person has to do, the earliest due first
	More          int             // cases that wait beyond those that are shown
	Others        []casework.Case // open cases of this person's organisations that somebody else has
	Figures       []indicator.Figure
	Schemes       []*scheme.Scheme
	Log           int64
	Systems       int
	Works, Partly int
	Open          []outlookView // what is open to this person's first organisation, what fits first
	OpenTo        string        // its credit code
}

// waiting is one thing that somebody has to do, and until when.
type waiting struct {
	Path, What, Note string
	Demo             bool   // it is about a made-up organisation
	Do               string // what is to be done
	Due              time.Time
	Late             bool
	Provisional      bool // the due time is counted beyond the published calendar
}

// home shows what waits for this person, the figures of the community, and what this node does.
func (v *visit) home() error {
	p := homePage{Schemes: v.s.c.Cases.Schemes()}
	var err error
	if p.Waits, p.More, err = v.waits(); err != nil {
		return err
	}
	if p.Others, err = v.withOthers(p.Waits); err != nil {
		return err
	}
	if orgs := access.ReachOf(v.who, access.CaseCreate).Orgs; len(orgs) > 0 {
		if p.OpenTo, p.Open, err = v.openTo(orgs[0]); err != nil {
			return err
		}
	}
	if p.Log, err = v.s.c.Log.Size(v.ctx()); err != nil {
		return err
	}
	if p.Figures, err = v.s.homeFigures(v.ctx(), p.Log); err != nil {
		return err
	}
	counts := systems.Counts(systems.All())
	for _, n := range counts {
		p.Systems += n
	}
	p.Works, p.Partly = counts[systems.Works], counts[systems.Partly]
	return v.show("home", v.t("首页", "Home"), p)
}

// waits finds what this person has to do: cases, tasks near or past their day, documents, and what an administrator
// looks after. Who holds nothing has nothing to do. What is late comes first, then the earliest due.
func (v *visit) waits() (out []waiting, more int, err error) {
	may := func(p access.Permission) bool { return access.MaySomewhere(v.who, p) == nil }
	for _, look := range []struct {
		perm access.Permission
		find func() ([]waiting, error)
	}{
		{access.CaseAct, func() (found []waiting, err error) { found, more, err = v.waitingCases(); return found, err }},
		{access.CaseAct, v.waitingAbroad}, {access.TaskUpdate, v.waitingTasks}, {access.DocumentDecide, v.waitingDocuments},
		{access.JobsManage, v.waitingJobs}, {access.FederationKeep, v.waitingNeighbours},
		{access.BookingManage, v.waitingBookings}, {access.BookingCreate, v.waitingOffers}, {access.ListingPublish, v.waitingListings},
		{access.PaymentManage, v.waitingMoney}, {access.StatementSign, v.waitingStatements}, {access.RecognitionEdit, v.waitingRecognitions},
		{access.LabelEdit, v.waitingLabels},
		{access.SchemeAdopt, v.waitingEditions},
	} {
		if !may(look.perm) {
			continue
		}
		found, err := look.find()
		if err != nil {
			return nil, 0, err
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b waiting) int {
		if a.Late != b.Late {
			return map[bool]int{true: -1, false: 1}[a.Late]
		}
		return unit.Sooner(a.Due, b.Due)
	})
	return out, more, nil
}

func (v *visit) waitingCases() (out []waiting, more int, err error) {
	queue, total, err := v.s.c.Cases.Queue(v.ctx(), v.who, 1)
	for _, c := range queue {
		h := holderOf(c.Waits, v.lang)
		out = append(out, waiting{Path: "/cases/" + string(c.ID), What: c.Title.In(v.lang) + " " + c.No, Note: c.OrgName.In(v.lang), Demo: c.Synthetic,
			Do: h.Actions, Due: h.Due, Late: h.Late, Provisional: h.Provisional})
	}
	slices.SortStableFunc(out, func(a, b waiting) int { return unit.Sooner(a.Due, b.Due) })
	out = out[:min(len(out), waitingShown)]
	return out, total - len(out), err
}

// waitingTasks are the tasks whose lamp is no longer green, the earliest first.
func (v *visit) waitingTasks() (out []waiting, err error) {
	all, _, err := v.s.c.Agreements.Tasks(v.ctx(), v.who, 0)
	for _, t := range all {
		if t.Lamp.Light != agreement.Red && t.Lamp.Light != agreement.Amber {
			continue
		}
		out = append(out, waiting{Path: "/tasks#t-" + string(t.ID), What: t.Title, Note: t.Owner, Do: v.t("完成，或报告进展", "finish it, or say how it stands"),
			Due: t.Due.Add(1).Start(beijing), Late: t.Lamp.LateDays > 0, Provisional: t.Lamp.Provisional})
	}
	slices.SortStableFunc(out, func(a, b waiting) int { return a.Due.Compare(b.Due) })
	return out[:min(len(out), waitingShown)], err
}

func (v *visit) waitingDocuments() ([]waiting, error) {
	_, n, err := v.s.c.Reader.Documents(v.ctx(), reader.Query{State: "open"})
	if err != nil || n == 0 {
		return nil, err
	}
	return []waiting{{Path: "/documents", What: v.t("文件审阅", "Documents"), Do: fault.Count(n, "份文件有待定的内容", "document with open findings", "documents with open findings").In(v.lang)}}, nil
}

func (v *visit) waitingJobs() ([]waiting, error) {
	n := 0
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		counts, err := tx.JobCounts(v.ctx())
		for _, c := range counts {
			n += int(c.Dead)
		}
		return err
	})
	if err != nil || n == 0 {
		return nil, err
	}
	return []waiting{{Path: "/jobs", What: v.t("后台作业", "Jobs"), Do: fmt.Sprint(n, v.t(" 件停下，等人决定再试或放弃", " given up: try again, or drop"))}}, nil
}

func (v *visit) waitingNeighbours() ([]waiting, error) {
	all, err := v.s.c.Federation.Requests(v.ctx(), v.who)
	n := 0
	for _, r := range all {
		if r.State == "waiting" {
			n++
		}
	}
	if err != nil || n == 0 {
		return nil, err
	}
	return []waiting{{Path: "/neighbours#requests", What: v.t("邻站", "Neighbours"), Do: fault.Count(n, "项请求待核对指纹", "request whose fingerprint is to be compared", "requests whose fingerprint is to be compared").In(v.lang)}}, nil
}

// alive says that the process answers, whatever its database does.
func (v *visit) alive() error { return v.plain([]byte("ok\n"), false) }

// health says that the node answers, its database does, and that this process is the one that serves it.
func (v *visit) health() error {
	select {
	case <-v.s.c.DB.Lost():
		return fault.New(fault.Unavailable, "web.unwell")
	default:
	}
	if _, err := v.s.c.Log.Size(v.ctx()); err != nil {
		return fault.New(fault.Unavailable, "web.unwell").Because(err)
	}
	return v.plain([]byte("ok\n"), false)
}

// moveClock moves the clock of a demonstration forward by days.
func (v *visit) moveClock() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	d, err := days(wholeNumber(f.Get("days")))
	if err != nil {
		return err
	}
	if err := v.s.c.Clock.Advance(d); err != nil {
		return err
	}
	return v.to(next(f.Get("next")), "clock")
}

// daysMax is the furthest that the clock of a demonstration is moved at once.
const daysMax = 366

func days(n int64) (time.Duration, error) {
	if n < 1 || n > daysMax {
		return 0, fault.New(fault.Invalid, "web.days", "most", daysMax).On("days")
	}
	return time.Duration(n) * 24 * time.Hour, nil
}
