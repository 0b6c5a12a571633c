package web

import (
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type usesPage struct {
	Tabs   []payTab
	Org    string
	Orgs   []option
	Uses   []useView
	Pager  pager
	Export exportView
	Stars  []option
}

// useView is a use of an instrument as its user sees it.
type useView struct {
	usage.Use
	Owner, Hours string
	Path         string // of the instrument; "" where it is gone
	May          bool   // it can be rated
	Problem      string
}

// uses are what an organisation did at instruments of others, to be rated.
func (v *visit) uses() error { return v.showUses("", "") }

// showUses shows them; problem is what is wrong with the rating of a run.
func (v *visit) showUses(run unit.ID, problem string) error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	p := usesPage{}
	if p.Tabs, p.Org, p.Orgs, err = v.mine(); err != nil {
		return err
	}
	page := v.pageNo()
	if v.wantsFile() {
		page = 0
	}
	all, total, err := s.Uses(v.ctx(), v.who, p.Org, page)
	if err != nil {
		return err
	}
	var codes []string
	for _, u := range all {
		codes = append(codes, u.Run.Owner)
	}
	names, err := v.owners(codes)
	if err != nil {
		return err
	}
	for _, u := range all {
		x := useView{Use: u, Owner: orCode(names, u.Run.Owner), Hours: usage.HoursText(u.Minutes), May: u.Class == usage.Outside}
		if _, at, err := v.instrumentAt(u.Instrument); err == nil {
			x.Path = at
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		if u.ID == run {
			x.Problem = problem
		}
		p.Uses = append(p.Uses, x)
	}
	if v.wantsFile() {
		return v.usesFile(p)
	}
	for n := 5; n >= 1; n-- {
		p.Stars = append(p.Stars, option{itoa(int64(n)), itoa(int64(n)) + v.t(" 星", map[bool]string{true: " star", false: " stars"}[n == 1])})
	}
	p.Pager, p.Export = v.pager(total, pageRows), v.exports()
	return v.show("uses", v.t("使用与评价", "Uses and ratings"), p)
}

func (v *visit) usesFile(p usesPage) error {
	out := &sheet{Name: "uses", Head: []string{v.t("仪器", "Instrument"), v.t("单位", "Owner"), v.t("开始", "From"), v.t("结束", "To"), v.t("有效机时", "Effective hours"), v.t("样品数", "Samples"), v.t("费用（元）", "Charge (yuan)"), v.t("预约", "Booking"), v.t("类别", "Class"), v.t("评价", "Stars"), v.t("评语", "Words")}}
	for _, u := range p.Uses {
		stars := ""
		if u.Stars > 0 {
			stars = itoa(int64(u.Stars))
		}
		if err := out.put(u.Title.In(v.lang), u.Owner, iso(u.From), iso(u.To), u.Hours, u.Samples, u.Price, string(u.Booking), u.Class.Words().In(v.lang), stars, u.Words); err != nil {
			return err
		}
	}
	return v.send(out)
}

// rateUse keeps what the user says of a use.
func (v *visit) rateUse() error {
	s, id, f, err := v.hoursPosted()
	if err != nil {
		return err
	}
	v.back = "/uses"
	if err := s.Rate(v.ctx(), v.who, id, int(wholeNumber(f.Get("stars"))), f.text("words")); err != nil {
		sentence := fault.Of(err).Sentence(v.lang)
		if !v.refused(err, nil) {
			return err
		}
		return v.showUses(id, sentence)
	}
	return v.to("/uses?"+v.r.URL.RawQuery+"#u-"+string(id), "use_rated")
}

type billsPage struct {
	Tabs   []payTab
	Org    string
	Orgs   []option
	Bills  []billView
	Pager  pager
	Export exportView
}

type billView struct {
	usage.Sheet
	Owner string
}

// bills are the charge sheets that an organisation pays.
func (v *visit) bills() error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	p := billsPage{}
	if p.Tabs, p.Org, p.Orgs, err = v.mine(); err != nil {
		return err
	}
	page := v.pageNo()
	if v.wantsFile() {
		page = 0
	}
	all, total, err := s.Bills(v.ctx(), v.who, p.Org, page)
	if err != nil {
		return err
	}
	var codes []string
	for _, x := range all {
		codes = append(codes, x.Owner)
	}
	names, err := v.owners(codes)
	if err != nil {
		return err
	}
	for _, x := range all {
		p.Bills = append(p.Bills, billView{x, orCode(names, x.Owner)})
	}
	if v.wantsFile() {
		out := &sheet{Name: "bills", Head: []string{v.t("收费单号", "Sheet"), v.t("收费单位", "Owner"), v.t("月份", "Month"), v.t("金额（元）", "Sum (yuan)"), v.t("已付（元）", "Paid (yuan)"), v.t("状态", "State"), v.t("发票号", "Invoice")}}
		for _, x := range p.Bills {
			if err := out.put(x.No, x.Owner, x.Month, x.Total, x.Paid, sheetState(x.State).In(v.lang), x.Invoice); err != nil {
				return err
			}
		}
		return v.send(out)
	}
	p.Pager, p.Export = v.pager(total, pageRows), v.exports()
	return v.show("bills", v.t("账单", "Bills"), p)
}

type ratingsPage struct {
	labHead
	Ratings []ratedView
	Pager   pager
	Export  exportView
}

type ratedView struct {
	usage.Rated
	User string
	Path string // of the instrument; "" where it is gone
}

// ratings are what users said of an owner's instruments.
func (v *visit) ratings() error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	p := ratingsPage{}
	if p.labHead, err = v.lab(); err != nil {
		return err
	}
	page := v.pageNo()
	if v.wantsFile() {
		page = 0
	}
	all, total, err := s.Ratings(v.ctx(), v.who, p.Org, page)
	if err != nil {
		return err
	}
	var codes []string
	for _, r := range all {
		codes = append(codes, r.Org)
	}
	names, err := v.owners(codes)
	if err != nil {
		return err
	}
	for _, r := range all {
		x := ratedView{Rated: r, User: orCode(names, r.Org)}
		if _, at, err := v.instrumentAt(r.Instrument); err == nil {
			x.Path = at
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		p.Ratings = append(p.Ratings, x)
	}
	if v.wantsFile() {
		out := &sheet{Name: "ratings", Head: []string{v.t("仪器", "Instrument"), v.t("用户单位", "User"), v.t("星级", "Stars"), v.t("评语", "Words"), v.t("时间", "When")}}
		for _, r := range p.Ratings {
			if err := out.put(r.Title.In(v.lang), r.User, r.Stars, r.Words, iso(r.At)); err != nil {
				return err
			}
		}
		return v.send(out)
	}
	p.Pager, p.Export = v.pager(total, pageRows), v.exports()
	return v.show("ratings", v.t("用户评价", "Ratings"), p)
}
