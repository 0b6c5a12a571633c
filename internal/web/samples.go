package web

import (
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// labelsMax is how many labels one page prints; who sends more prints it again.
const labelsMax = 60

// sampleView is a line of a list of samples.
type sampleView struct {
	usage.Samples
	Other   string // the laboratory for the user, the user for the laboratory
	Hazards []string
}

// Chip is the class of the state of samples.
func (x sampleView) Chip() string { return sampleChip(x.State) }

func sampleChip(s usage.SampleState) string {
	switch s {
	case usage.Declared:
		return "warn"
	case usage.Received, usage.Stored:
		return "hand"
	case usage.Refused:
		return "stop"
	}
	return "ok"
}

type samplesPage struct {
	Tabs    []payTab
	Org     string
	Orgs    []option
	Lab     bool
	Here    string // the address of the list
	State   string
	States  []option
	Samples []sampleView
	Pager   pager
	Export  exportView
}

// mySamples are those that an organisation sent; labSamples those sent to a laboratory.
func (v *visit) mySamples() error  { return v.samplesList(false) }
func (v *visit) labSamples() error { return v.samplesList(true) }

func (v *visit) samplesList(lab bool) error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	p := samplesPage{Lab: lab, Here: "/samples", State: v.r.URL.Query().Get("state"), States: []option{{"", v.t("全部", "all")}}}
	if lab {
		h, err := v.lab()
		if err != nil {
			return err
		}
		p.Tabs, p.Org, p.Orgs, p.Here = h.Tabs, h.Org, h.Orgs, "/usage/samples"
	} else if p.Tabs, p.Org, p.Orgs, err = v.mine(); err != nil {
		return err
	}
	for _, x := range usage.SampleStates() {
		p.States = append(p.States, option{string(x), x.Words().In(v.lang)})
	}
	q := usage.SampleQuery{Org: p.Org, Lab: lab, State: usage.SampleState(p.State), Page: v.pageNo()}
	if v.wantsFile() {
		q.Page = 0
	}
	all, total, err := s.ListSamples(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	if p.Samples, err = v.sampleViews(all, lab); err != nil {
		return err
	}
	if v.wantsFile() {
		return v.samplesFile(p)
	}
	p.Pager, p.Export = v.pager(total, pageRows), v.exports()
	return v.show("samples", v.t("样品与结果", "Samples and results"), p)
}

func (v *visit) sampleViews(all []usage.Samples, lab bool) (out []sampleView, err error) {
	var codes []string
	other := func(x usage.Samples) string {
		if lab {
			return x.Org
		}
		return x.Owner
	}
	for _, x := range all {
		codes = append(codes, other(x))
	}
	names, err := v.owners(codes)
	for _, x := range all {
		out = append(out, sampleView{x, orCode(names, other(x)), v.hazards(x)})
	}
	return out, err
}

// orCode is the name of an organisation, or its code where the registry has none.
func orCode(names map[string]string, code string) string {
	if n := names[code]; n != "" {
		return n
	}
	return code
}

func (v *visit) hazards(x usage.Samples) (all []string) {
	for _, h := range x.Hazards {
		all = append(all, usage.Hazards[h].In(v.lang))
	}
	return all
}

func (v *visit) samplesFile(p samplesPage) error {
	other := v.t("实验室", "Laboratory")
	if p.Lab {
		other = v.t("送样单位", "Sent by")
	}
	out := &sheet{Name: "samples", Head: []string{v.t("编号", "No."), v.t("样品", "Samples"), v.t("数量", "Count"), v.t("仪器", "Instrument"), other, v.t("危险性", "Hazards"), v.t("保密", "Confidential"), v.t("留存至", "Keep until"), v.t("状态", "State"), v.t("申报时间", "Declared")}}
	for _, x := range p.Samples {
		secret := ""
		if x.Secret {
			secret = v.t("是", "yes")
		}
		if err := out.put(string(x.ID), x.What, x.Count, x.Title.In(v.lang), x.Other, strings.Join(x.Hazards, v.t("、", ", ")), secret, x.KeepUntil.String(), x.State.Words().In(v.lang), iso(x.At)); err != nil {
			return err
		}
	}
	return v.send(out)
}

type sampleNewPage struct {
	Form       *form
	Instrument unit.ID
	Title      fault.Words
	Booking    string
	Orgs       []option
	Hazards    []sampleHazard
}

type sampleHazard struct {
	Code, Name string
	On         bool
}

func (v *visit) declareForm() error { return v.showDeclare(v.asked()) }

func (v *visit) showDeclare(f *form) error {
	if _, err := v.s.hours(); err != nil {
		return err
	}
	p := sampleNewPage{Form: f, Booking: f.Get("booking")}
	var err error
	if p.Orgs, err = v.orgOptions(access.BookingCreate); err != nil {
		return err
	}
	if f.Get("instrument") != "" {
		if p.Instrument, err = idOf(f.Get("instrument")); err != nil {
			return err
		}
		if p.Title, _, err = v.instrumentAt(p.Instrument); err != nil {
			return err
		}
	}
	for _, code := range sortedKeys(usage.Hazards) {
		p.Hazards = append(p.Hazards, sampleHazard{code, usage.Hazards[code].In(v.lang), slices.Contains(f.Values["hazard"], code)})
	}
	v.under("/samples", "样品与结果", "Samples and results")
	return v.show("samplenew", v.t("申报样品", "Declare samples"), p)
}

// instrumentAt is what an instrument is called and the page where it stands: its listing, or else where it is booked.
func (v *visit) instrumentAt(id unit.ID) (fault.Words, string, error) {
	l, err := v.s.c.Catalogue.Get(v.ctx(), v.who, id)
	if fault.KindOf(err) != fault.NotFound || v.s.c.Bookings == nil {
		return l.Title, "/listings/" + string(id), err
	}
	i, err := v.s.c.Bookings.Instrument(v.ctx(), id)
	return i.Title, "/instruments/" + string(id), err
}

func (v *visit) declare() error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/samples/new"
	x := usage.Samples{Org: f.Get("org"), What: f.text("what"), Count: int(f.count("samples", 1, 1_000_000)), Hazards: f.Values["hazard"], Secret: f.Get("secret") != "", KeepUntil: f.day("keep"), Booking: unit.ID(f.text("booking"))}
	if x.Instrument, err = idOf(f.Get("instrument")); err != nil {
		return err
	}
	if f.Get("safe") == "" {
		f.refuse("safe", fault.New(fault.Invalid, "usage.hazard_unsaid"))
	}
	if f.Get("safe") == "none" && len(x.Hazards) > 0 {
		f.refuse("safe", fault.New(fault.Invalid, "usage.hazard_both"))
	}
	if f.Get("safe") == "some" && len(x.Hazards) == 0 {
		f.refuse("safe", fault.New(fault.Invalid, "usage.hazard_which"))
	}
	if err = f.err(); err == nil {
		x, err = s.Declare(v.ctx(), v.who, x)
	}
	if err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showDeclare(f)
	}
	return v.to("/samples/"+string(x.ID), "samples_declared")
}

type samplePage struct {
	usage.Samples
	Owner, Sender string
	Hazards       []string
	Chip          string
	Lab           bool // this person runs the laboratory
	Next          []option
	Had           int // how many there were at the last step
	Steps         []sampleStepView
	Results       []sampleResult
	Form          *form
}

type sampleStepView struct {
	usage.SampleStep
	By   string
	Chip string
}

type sampleResult struct {
	usage.Result
	Path  string
	Kind  fault.Words
	Over  bool // it cannot be taken any more
	Taken []takenView
}

type takenView struct {
	Who string
	At  time.Time
}

func (v *visit) sample() error { return v.showSample(v.blank("")) }

func (v *visit) showSample(f *form) error {
	s, id, err := v.hoursOf()
	if err != nil {
		return err
	}
	x, err := s.SamplesOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := samplePage{Samples: x, Hazards: v.hazards(x), Chip: sampleChip(x.State), Form: f, Lab: access.May(v.who, access.BookingManage, access.Scope{Org: x.Owner}) == nil}
	names, err := v.owners([]string{x.Owner, x.Org})
	if err != nil {
		return err
	}
	p.Owner, p.Sender = orCode(names, x.Owner), orCode(names, x.Org)
	for _, n := range x.Next() {
		p.Next = append(p.Next, option{string(n), n.Words().In(v.lang)})
	}
	for _, step := range x.Steps {
		org := x.Owner
		if step.State == usage.Declared {
			org = x.Org
		}
		by, err := v.nameAt(step.By, org, names)
		if err != nil {
			return err
		}
		p.Steps, p.Had = append(p.Steps, sampleStepView{step, by, sampleChip(step.State)}), step.Count
	}
	for _, r := range x.Results {
		one := sampleResult{Result: r, Path: "/samples/" + string(id) + "/results/" + string(r.ID), Kind: resultWords[r.Kind], Over: !v.now().Before(r.Until)}
		for _, t := range r.Taken {
			by, err := v.nameAt(t.Person, t.Org, names)
			if err != nil {
				return err
			}
			one.Taken = append(one.Taken, takenView{by, t.At})
		}
		p.Results = append(p.Results, one)
	}
	if p.Lab {
		v.under("/usage/samples", "样品与结果", "Samples and results")
	} else {
		v.under("/samples", "样品与结果", "Samples and results")
	}
	return v.show("sample", x.What, p)
}

var resultWords = map[string]fault.Words{"result": {"测试结果", "results"}, "report": {"检测报告", "report"}}

// nameAt is who acted for an organisation: to its own people by name, to the other side by the organisation alone.
func (v *visit) nameAt(person unit.ID, org string, names map[string]string) (string, error) {
	if access.May(v.who, access.BookingManage, access.Scope{Org: org}) != nil && access.May(v.who, access.BookingCreate, access.Scope{Org: org}) != nil {
		return orCode(names, org), nil
	}
	name, err := v.s.c.Catalogue.NameOf(v.ctx(), person)
	if err != nil || name == "" {
		return orCode(names, org), err
	}
	return orCode(names, org) + " · " + name, nil
}

// stepSamples says what was done with samples.
func (v *visit) stepSamples() error {
	s, id, f, err := v.hoursPosted()
	if err != nil {
		return err
	}
	v.back = "/samples/" + string(id)
	count := int(f.count("count", 0, 1_000_000))
	if err = f.err(); err == nil {
		_, err = s.Step(v.ctx(), v.who, id, usage.SampleState(f.Get("state")), count, f.text("note"))
	}
	return v.sampleDone(f, err, "samples_stepped")
}

// sampleDone goes back to the samples: with what was done, or with what was sent and why it was refused.
func (v *visit) sampleDone(f *form, err error, done string) error {
	switch {
	case err == nil:
		return v.to(v.back, done)
	case !v.refusedForm(f, err):
		return err
	}
	return v.showSample(f)
}

// deliverResult takes a file of results or a report for the user.
func (v *visit) deliverResult() error {
	s, id, f, err := v.hoursPosted()
	if err != nil {
		return err
	}
	v.back = "/samples/" + string(id)
	name, content, err := f.given("file")
	if err == nil {
		_, err = s.Deliver(v.ctx(), v.who, id, f.Get("kind"), name, strings.NewReader(string(content)))
	}
	return v.sampleDone(f, err, "result_delivered")
}

func (v *visit) takeResult() error {
	s, id, err := v.hoursOf()
	if err != nil {
		return err
	}
	result, err := idOf(v.r.PathValue("result"))
	if err != nil {
		return err
	}
	r, content, err := s.TakeResult(v.ctx(), v.who, id, result)
	if err != nil {
		return err
	}
	return v.download(r.Name, "application/octet-stream", content)
}

type sampleLabelPage struct {
	usage.Samples
	Owner, Sender string
	Hazards       []string
	QR            template.HTML
	Short         string
	Labels        []int // 1 … n
	Address       string
	More          bool
}

// sampleLabel is a label for each piece, to be printed and stuck on it.
func (v *visit) sampleLabel() error {
	s, id, err := v.hoursOf()
	if err != nil {
		return err
	}
	x, err := s.SamplesOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	names, err := v.owners([]string{x.Owner, x.Org})
	if err != nil {
		return err
	}
	p := sampleLabelPage{Samples: x, Owner: orCode(names, x.Owner), Sender: orCode(names, x.Org), Hazards: v.hazards(x), Address: v.site() + "/samples/" + string(id),
		Short: string(id[len(id)-8:]), More: x.Count > labelsMax}
	for n := range min(x.Count, labelsMax) {
		p.Labels = append(p.Labels, n+1)
	}
	if p.QR, err = drawQR(p.Address, v.t("二维码：样品页地址", "QR code: the address of the samples")); err != nil {
		return err
	}
	v.under("/samples/"+string(id), x.What, x.What)
	return v.show("samplelabel", v.t("样品标签", "Labels"), p)
}

// mine reads for which organisation this person looks at its uses, samples and bills.
func (v *visit) mine() (tabs []payTab, org string, orgs []option, err error) {
	if orgs, err = v.orgOptions(access.BookingCreate); err != nil {
		return nil, "", nil, err
	}
	if org = v.r.URL.Query().Get("org"); org == "" && len(orgs) > 0 {
		org = orgs[0].Value
	}
	for _, x := range []struct{ path, zh, en string }{{"/uses", "使用与评价", "Uses and ratings"}, {"/samples", "样品与结果", "Samples and results"}, {"/bills", "账单", "Bills"}} {
		tabs = append(tabs, payTab{x.path + "?" + url.Values{"org": {org}}.Encode(), v.t(x.zh, x.en), v.path() == x.path})
	}
	return tabs, org, orgs, nil
}
