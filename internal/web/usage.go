package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/intake"
	"corridor/internal/catalogue/usage"
	"corridor/internal/sheets"
)

// labHead is what every page of an owner's usage shows: whose, and the way to the others.
type labHead struct {
	Org   string
	Orgs  []option // whose instruments this person runs
	Month string
	Tabs  []payTab
}

// lab reads whose usage is asked for, and the month: by default the first of this person, and this month.
func (v *visit) lab() (h labHead, err error) {
	if h.Orgs, err = v.orgOptions(access.BookingManage); err != nil {
		return h, err
	}
	q := v.r.URL.Query()
	if h.Org = q.Get("org"); h.Org == "" && len(h.Orgs) > 0 {
		h.Org = h.Orgs[0].Value
	}
	if h.Month = q.Get("month"); h.Month == "" {
		h.Month = v.now().In(beijing).Format("2006-01")
	}
	for _, x := range []struct{ path, zh, en string }{{"/usage", "本月运行", "Runs of a month"}, {"/usage/year", "年度", "The year"}, {"/usage/records", "服务记录报送", "Service records"}, {"/usage/charges", "收费与到账", "Charges and receipts"},
		{"/usage/samples", "样品与结果", "Samples and results"}, {"/usage/ratings", "用户评价", "Ratings"}} {
		h.Tabs = append(h.Tabs, payTab{h.at(x.path), v.t(x.zh, x.en), v.path() == x.path})
	}
	return h, nil
}

// at is the address of a page of the same lab and month.
func (h labHead) at(path string) string {
	return path + "?" + url.Values{"org": {h.Org}, "month": {h.Month}}.Encode()
}

// postedLab is what was sent to a page of an owner's usage, and whose and which month it is about.
func (v *visit) postedLab() (s *usage.Service, f *form, h labHead, err error) {
	if s, err = v.s.hours(); err != nil {
		return nil, nil, h, err
	}
	if f, err = v.form(); err != nil {
		return nil, nil, h, err
	}
	h, err = v.lab()
	return s, f, h, err
}

type usagePage struct {
	labHead
	Class   string
	Classes []option
	Runs    []runView
	Missing []usage.Unlogged
	Pager   pager
	Export  exportView
	Form    *form
	Uses    []option
}

type runView struct {
	usage.Run
	Hours string
	User  string
	Waits bool
}

func (v *visit) usageMonth() error { return v.showUsage(usagePage{Form: v.blank("")}) }

func (v *visit) showUsage(p usagePage) error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	if p.labHead, err = v.lab(); err != nil {
		return err
	}
	p.Class = v.r.URL.Query().Get("class")
	q := usage.Query{Owner: p.Org, Month: p.Month, Class: usage.Class(p.Class), Page: v.pageNo()}
	if v.wantsFile() {
		q.Page = 0
	}
	runs, total, err := s.Runs(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.runsFile(runs)
	}
	p.Pager, p.Export = v.pager(total, pageRows), v.exports()
	p.Classes = []option{{"", v.t("全部", "all")}}
	for _, c := range []usage.Class{usage.Open, usage.Unsure, usage.Inside, usage.Outside, usage.Void} {
		p.Classes = append(p.Classes, option{string(c), c.Words().In(v.lang)})
	}
	p.Uses = []option{{"", v.t("不改", "as it is")}}
	for _, code := range sortedKeys(usage.Directions()) {
		p.Uses = append(p.Uses, option{code, usage.Directions()[code].In(v.lang)})
	}
	var users []string
	for _, r := range runs {
		if r.UserOrg != "" {
			users = append(users, r.UserOrg)
		}
	}
	names, err := v.owners(users)
	if err != nil {
		return err
	}
	for _, r := range runs {
		p.Runs = append(p.Runs, runView{r, usage.HoursText(r.Minutes), names[r.UserOrg], r.Class == usage.Open || r.Class == usage.Unsure})
	}
	if p.Missing, err = s.Missing(v.ctx(), v.who, p.Org, p.Month); err != nil {
		return err
	}
	return v.show("usage", v.t("机时", "Hours"), p)
}

func (v *visit) runsFile(runs []usage.Run) error {
	out := &sheet{Name: "runs", Head: []string{v.t("仪器", "Instrument"), v.t("记录号", "Log no."), v.t("开始", "From"), v.t("结束", "To"), v.t("有效机时", "Effective hours"), v.t("类别", "Class"),
		v.t("用户单位", "User"), v.t("预约", "Booking"), v.t("超出预约（分钟）", "Minutes outside the booking"), v.t("样品数", "Samples"), v.t("项目编号", "Project"), v.t("费用（元）", "Charge (yuan)"), v.t("报送", "Record")}}
	for _, r := range runs {
		if err := out.put(r.Title.In(v.lang), r.LogNo, iso(r.From), iso(r.To), usage.HoursText(r.Minutes), r.Class.Words().In(v.lang), r.UserOrg, string(r.Booking), r.Over, r.Samples, r.Project, r.Price, r.Record); err != nil {
			return err
		}
	}
	return v.send(out)
}

func (v *visit) runsTemplate() error {
	b, err := (&sheets.Table{Head: usage.Template(v.lang)}).Bytes(sheets.XLSX)
	if err != nil {
		return err
	}
	return v.download("runs.xlsx", xlsxType, b)
}

// takeRuns brings a file of a machine's log, to be checked and, unless only that was asked for, taken in.
func (v *visit) takeRuns() error {
	_, f, h, err := v.postedLab()
	if err != nil {
		return err
	}
	v.back = "/usage"
	at, err := v.bringFile(f, "runs", h.Org, intake.Asks{Partial: f.Get("do") == "good", Dry: f.Get("do") == "check"})
	return v.importDone(f, at, err, func() error { return v.showUsage(usagePage{Form: f}) })
}

// settleRun says whose a run was.
func (v *visit) settleRun() error {
	s, f, h, err := v.postedLab()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	v.back = "/usage"
	x := usage.Settling{Class: usage.Class(f.Get("class")), UserOrg: f.text("org"), Project: f.text("project"), Direction: f.Get("direction"), Why: f.text("why")}
	if f.text("price") != "" {
		x.Price = f.fen("price")
	}
	if err = f.err(); err == nil {
		err = s.Settle(v.ctx(), v.who, id, x)
	}
	if err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.showUsage(usagePage{Form: v.blank("")})
	}
	return v.to(h.at(v.back), "run_settled")
}

type yearPage struct {
	labHead
	usage.Year
	Lines  []yearLine
	Years  []int
	Median string
	Idle   int
	Export exportView
}

type yearLine struct {
	usage.Hours
	EffectiveHours, OutsideHours, WaitingHours string
	Stars                                      string
}

// usageYear is what an owner's instruments did in a year, beside the standard hours.
func (v *visit) usageYear() error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	p := yearPage{}
	if p.labHead, err = v.lab(); err != nil {
		return err
	}
	now := v.now().In(beijing).Year()
	year, err := strconv.Atoi(v.r.URL.Query().Get("year"))
	if err != nil {
		year = now
	}
	if p.Year, err = s.OfYear(v.ctx(), v.who, p.Org, year); err != nil {
		return err
	}
	for y := now; y > now-5; y-- {
		p.Years = append(p.Years, y)
	}
	for _, h := range append(slices.Clone(p.Hours), p.Total) {
		x := yearLine{Hours: h, EffectiveHours: usage.HoursText(h.Effective), OutsideHours: usage.HoursText(h.Outside), WaitingHours: usage.HoursText(h.Waiting)}
		if h.Rating.N > 0 {
			x.Stars = strconv.FormatFloat(float64(h.Rating.Tenths)/10, 'f', 1, 64) + " (" + strconv.Itoa(h.Rating.N) + ")"
		}
		if h.Idle {
			p.Idle++
		}
		p.Lines = append(p.Lines, x)
	}
	if v.wantsFile() {
		return v.yearFile(p)
	}
	p.Export, p.Median = v.exports(), "–"
	if p.Answers.Answered > 0 {
		p.Median = hoursOf(p.Answers.Median)
	}
	return v.show("usageyear", v.t("年度机时", "The year's hours"), p)
}

// hoursOf is a time in hours with one decimal.
func hoursOf(d time.Duration) string {
	return strconv.FormatFloat(float64(d/(6*time.Minute))/10, 'f', 1, 64) + " h"
}

func (v *visit) yearFile(p yearPage) error {
	out := &sheet{Name: "usage-" + strconv.Itoa(p.Year.Year), Head: []string{v.t("内部编号", "Own no."), v.t("仪器", "Instrument"), v.t("原值（元）", "Original value (yuan)"), v.t("运行次数", "Runs"), v.t("有效机时", "Effective hours"),
		v.t("对外机时", "Outside hours"), v.t("利用率", "Utilisation"), v.t("共享率", "Sharing"), v.t("样品数", "Samples"), v.t("对外收入（元）", "Outside income (yuan)"), v.t("待认定机时", "Hours that wait"), v.t("评价", "Rating"), v.t("长期约不到", "Never to be had")}}
	for _, l := range p.Lines[:len(p.Lines)-1] {
		idle := ""
		if l.Idle {
			idle = v.t("是", "yes")
		}
		if err := out.put(l.OwnNo, l.Title.In(v.lang), l.Worth, l.Runs, l.EffectiveHours, l.OutsideHours, l.Utilisation().String(), l.Sharing().String(), l.Samples, l.Income, l.WaitingHours, l.Stars, idle); err != nil {
			return err
		}
	}
	return v.send(out)
}

type recordsPage struct {
	labHead
	State   string
	Records []usage.Record
	Ready   int
	Export  exportView
}

// usageRecords are the service records that wait to be sent to the national platform, or that it refused.
func (v *visit) usageRecords() error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	p := recordsPage{Export: v.exports()}
	if p.labHead, err = v.lab(); err != nil {
		return err
	}
	p.State = v.r.URL.Query().Get("state")
	if p.State != "failed" && p.State != "sent" {
		p.State = "unsent"
	}
	if p.Records, err = s.Records(v.ctx(), v.who, p.Org, p.Month, p.State); err != nil {
		return err
	}
	out := &sheet{Name: "service-records-" + p.Month, Head: usage.RecordHead}
	for _, r := range p.Records {
		if len(r.Lacking) > 0 {
			continue
		}
		p.Ready++
		if err := out.put(sheets.Texts(r.Cells)...); err != nil {
			return err
		}
	}
	if v.wantsFile() {
		return v.send(out)
	}
	return v.show("usagerecords", v.t("服务记录", "Service records"), p)
}

// markRecords keeps what the platform said of the chosen records.
func (v *visit) markRecords() error {
	s, f, h, err := v.postedLab()
	if err != nil {
		return err
	}
	v.back = "/usage/records"
	ids, err := idsOf(f.Values["run"])
	if err != nil {
		return err
	}
	switch f.Get("do") {
	case "retry":
		err = s.Retry(v.ctx(), v.who, ids)
	default:
		err = s.Mark(v.ctx(), v.who, ids, f.Get("do") == "sent", strings.TrimSpace(f.Get("problem")))
	}
	if err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.usageRecords()
	}
	return v.to(h.at(v.back), "records_kept")
}
