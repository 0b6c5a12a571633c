package web

import (
	"net/url"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	planRows    = 2  // rows that the form for tasks begins with, and that "more" adds
	planRowsMax = 40 // rows of that form
)

type agreementsPage struct {
	All    []agreement.Agreement
	Total  int
	Pager  pager
	Typed  url.Values
	Forms  []choiceOf
	Frames []agreement.Frame
	Years  []int
	Plan   bool
}

// choiceOf is one answer of a choice, with its words and whether it is chosen.
type choiceOf struct {
	Value  string
	Words  fault.Words
	Chosen bool
}

// formWords is what people call a form of instrument.
func formWords(f agreement.Form) fault.Words {
	return wordOf(map[string]fault.Words{"framework": {"战略框架协议", "Framework agreement"}, "implementing": {"实施协议", "Implementing agreement"},
		"investment": {"投资项目", "Investment project"}, "plan": {"计划", "Plan"}}, string(f))
}

func stateWords(s agreement.State) fault.Words {
	return wordOf(map[string]fault.Words{"proposed": {"待签", "Proposed"}, "signed": {"已签约", "Signed"}, "started": {"已开工", "Started"},
		"operating": {"已投用", "Operating"}, "expired": {"已到期", "Expired"}}, string(s))
}

// listingOf reads from an address which agreements are asked for.
func listingOf(q url.Values) agreement.Listing {
	l := agreement.Listing{Form: agreement.Form(q.Get("form")), Text: q.Get("q"), Party: q.Get("party"), Event: unit.ID(q.Get("event")),
		Year: int(wholeNumber(q.Get("year")))}
	l.Tag, _ = agreement.ParseTag(q.Get("tag"))
	return l
}

func (v *visit) agreements() error {
	q := v.r.URL.Query()
	l := listingOf(q)
	l.Page, l.Rows = v.pageNo(), pageRows
	all, total, err := v.s.c.Agreements.List(v.ctx(), v.who, l)
	if err != nil {
		return err
	}
	p := agreementsPage{All: all, Total: total, Pager: v.pager(total, pageRows), Typed: q, Plan: access.MaySomewhere(v.who, access.AgreementPlan) == nil}
	for _, f := range agreement.Forms {
		p.Forms = append(p.Forms, choiceOf{string(f), formWords(f), f == l.Form})
	}
	for y := unit.DayOf(v.now(), beijing).Year(); len(p.Years) < 8; y-- {
		p.Years = append(p.Years, y)
	}
	if p.Frames, err = v.frames(); err != nil {
		return err
	}
	return v.show("agreements", v.t("协议登记", "Agreements"), p)
}

// exportAgreements is the register as a file.
func (v *visit) exportAgreements() error {
	l := listingOf(v.r.URL.Query())
	l.Rows = 200
	t := sheetOf{Name: v.t("协议登记", "Agreements"), Head: []string{v.t("名称", "Title"), v.t("类型", "Form"), v.t("签约方", "Parties"), v.t("签订日", "Signed"),
		v.t("有效至", "Valid until"), v.t("状态", "State"), v.t("投资（元）", "Investment (yuan)"), v.t("出处", "Source"), v.t("摘要", "Digest")}}
	for l.Page = 1; ; l.Page++ {
		all, total, err := v.s.c.Agreements.List(v.ctx(), v.who, l)
		if err != nil {
			return err
		}
		for _, a := range all {
			money := ""
			if a.Investment > 0 {
				money = a.Investment.String()
			}
			t.Rows = append(t.Rows, []string{a.Title, formWords(a.Form).In(v.lang), strings.Join(a.Parties, "、"), a.Signed.String(), a.Until.String(),
				stateWords(a.State).In(v.lang), money, a.Source.Title, a.Source.Digest})
		}
		if l.Page*l.Rows >= total {
			break
		}
	}
	return v.downloadTable("agreements", t)
}

type agreementPage struct {
	Agreement  agreement.Agreement
	Signers    []signerView
	Plan       bool // this person may set up tasks
	Source     bool // and open the document
	Digest     string
	Shared     []string
	Neighbours []choiceOf // nodes that the text can be given to
	Under      agreement.Agreement
	Event      agreement.Event
	Lists      []agreement.List
	Tags       []tagView
	Frames     []agreement.Frame
	States     []choiceOf
	Rows       tasksView // the first of them
	Counts     []countOf
	Total      int // tasks
	Form       *group
	Owners     []option
	Verifiers  []option
	Levels     []option
	Proposals  []agreement.Proposal
	Budgets    budgetsView
	Amends     []amendView
	Amend      amendForm
	Cases      []casework.Case // that carry it out
}

// signerView is a party of an agreement with what it signed.
type signerView struct {
	agreement.Party
	No        int
	Signature agreement.Signature
	May       bool // this person may sign for it now
	Link      string
}

// tagView is a goal that is served, in words.
type tagView struct {
	Tag         agreement.Tag
	Frame, Item fault.Words
}

func (v *visit) agreement() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showAgreement(id, v.blankPlan(), nil)
}

func (v *visit) showAgreement(id unit.ID, form *group, proposals []agreement.Proposal) error {
	r := v.s.c.Agreements
	a, err := r.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := agreementPage{Agreement: a, Form: form, Proposals: proposals}
	p.Verifiers = []option{{"", v.t("另一方；多方协议为办公室", "the other party; with several, the office")}}
	for _, name := range a.Parties {
		p.Owners, p.Verifiers = append(p.Owners, option{name, name}), append(p.Verifiers, option{name, name})
	}
	p.Verifiers = append(p.Verifiers, option{"office", v.t("办公室", "the office")})
	p.Levels = []option{{"", v.t("不分层级", "none")}}
	for _, l := range agreement.Levels {
		p.Levels = append(p.Levels, option{l, levelWords(l).In(v.lang)})
	}
	signed, digest, err := r.Signatures(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p.Digest = digest
	for i, party := range a.Signers {
		s := signerView{Party: party, No: i, Link: partyPath(party)}
		for _, g := range signed {
			if g.Party == i && g.Digest == digest {
				s.Signature = g
			}
		}
		_, err := agreement.SpeaksFor(v.who, access.AgreementSign, party)
		s.May = err == nil && s.Signature.At.IsZero()
		p.Signers = append(p.Signers, s)
	}
	if err := v.amendments(&p, signed); err != nil {
		return err
	}
	_, planErr := agreement.SpeaksFor(v.who, access.AgreementPlan, agreement.Party{})
	p.Plan = planErr == nil
	for _, party := range a.Signers {
		if _, err := agreement.SpeaksFor(v.who, access.AgreementPlan, party); err == nil {
			p.Plan = true
		}
	}
	p.Source = access.MaySomewhere(v.who, access.DocumentRead) == nil && a.Source.Document != ""
	if p.Shared, err = r.Shared(v.ctx(), v.who, id); err != nil {
		return err
	}
	if p.Plan {
		neighbours, err := v.s.c.Federation.Rail(v.ctx())
		if err != nil {
			return err
		}
		for _, n := range neighbours {
			p.Neighbours = append(p.Neighbours, choiceOf{n.Code, n.Name, false})
		}
	}
	if a.Under != "" {
		if p.Under, err = r.Get(v.ctx(), v.who, a.Under); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	if a.Event != "" {
		events, err := r.Events(v.ctx())
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.ID == a.Event {
				p.Event = e
			}
		}
	}
	if p.Lists, err = r.Lists(v.ctx(), v.who, id); err != nil {
		return err
	}
	if p.Frames, err = v.frames(); err != nil {
		return err
	}
	p.Tags = tagsOf(p.Frames, a.Tags)
	for _, s := range agreement.States {
		p.States = append(p.States, choiceOf{string(s), stateWords(s), s == a.State})
	}
	if p.Total = len(a.Tasks); p.Total > taskRows {
		sum, err := r.Sum(v.ctx(), v.who, agreement.Query{Agreement: id})
		if err != nil {
			return err
		}
		p.Counts, p.Total = countsOf(sum.Counts, "/tasks?agreement="+string(id)), sum.Counts.Total()
	}
	p.Rows = tasksView{Tasks: a.Tasks[:min(len(a.Tasks), taskRows)], Back: "/agreements/" + string(id)}
	if p.Budgets, err = v.budgets(agreement.Query{Agreement: id}); err != nil {
		return err
	}
	if p.Cases, err = v.casesOfPlan(id); err != nil {
		return err
	}
	v.under("/agreements", "协议登记", "Agreements")
	return v.show("agreement", a.Title, p)
}

func tagsOf(frames []agreement.Frame, tags []agreement.Tag) (all []tagView) {
	for _, t := range tags {
		if frame, item, ok := agreement.TagWords(frames, t); ok {
			all = append(all, tagView{t, frame, item})
		}
	}
	return all
}

// partyPath is the page of a party.
func partyPath(p agreement.Party) string { return "/parties?key=" + url.QueryEscape(p.Key()) }

// propose shows an agreement with a row for each task that its text seems to promise, the sentence beside each. Nothing is
// set up before a person has looked at the rows and sends them.
func (v *visit) propose() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	proposals, err := v.proposals(id)
	if err != nil {
		return err
	}
	rows, _ := v.blank("").group("tasks", nil, max(planRows, min(len(proposals), planRowsMax)), planRowsMax)
	for i, p := range proposals[:min(len(proposals), planRowsMax)] {
		for name, value := range map[string]string{"title": p.Title, "owner": p.Owner, "due": p.Due.String(), "sentence": p.Sentence, "from": strconv.Itoa(p.From), "to": strconv.Itoa(p.To)} {
			rows.Rows[i].Set(name, value)
		}
	}
	return v.showAgreement(id, rows, proposals)
}

// blankPlan is the form of tasks before somebody has filled it in.
func (v *visit) blankPlan() *group {
	rows, _ := v.blank("").group("tasks", nil, planRows, planRowsMax)
	return rows
}

// proposals reads the text around the place where an agreement stands and proposes tasks.
func (v *visit) proposals(id unit.ID) ([]agreement.Proposal, error) {
	a, err := v.s.c.Agreements.Get(v.ctx(), v.who, id)
	if err != nil {
		return nil, err
	}
	text := a.Text
	if a.Source.Document != "" && access.MaySomewhere(v.who, access.DocumentRead) == nil {
		d, _, whole, err := v.s.c.Reader.Get(v.ctx(), a.Source.Document)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		if err == nil && (d.Encoding == "" || strings.EqualFold(d.Encoding, "utf-8")) {
			text = whole
		}
	}
	return agreement.Propose(a, text), nil
}

// plan sets up the tasks whose rows are filled in, or only gives more rows.
func (v *visit) plan() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/agreements/" + string(id)
	rows, again := f.group("tasks", []string{"title", "owner?", "due", "indicator?", "baseline?", "target?", "unit?", "budget?", "partners?", "verifier?", "milestones?",
		"level?", "region?", "serves?", "sentence?", "from?", "to?", "skip?"}, planRows, planRowsMax)
	if again {
		return v.showAgreement(id, rows, nil)
	}
	for _, r := range rows.Rows {
		r.says = r.says && r.Get("skip") == ""
	}
	rows.count()
	var tasks []agreement.Task
	for _, r := range rows.filled() {
		t := plannedTask(r)
		if code := r.text("serves"); code != "" {
			if t.Serves, err = v.s.c.Agreements.ByCode(v.ctx(), v.who, code); err != nil {
				r.refuse("serves", err)
			}
		}
		tasks = append(tasks, t)
	}
	if err = f.err(); err == nil {
		_, err = v.s.c.Agreements.Plan(v.ctx(), v.who, id, tasks)
	}
	if err == nil {
		return v.to(v.back, "planned")
	}
	if !v.refusedForm(f, err) {
		return err
	}
	return v.showAgreement(id, rows, nil)
}

// plannedTask reads a task from its row; what cannot be read is refused on its field.
func plannedTask(r *form) agreement.Task {
	t := agreement.Task{Title: r.text("title"), Owner: r.text("owner"), Due: r.day("due"), Sentence: r.Get("sentence"), From: int(wholeNumber(r.Get("from"))),
		To: int(wholeNumber(r.Get("to"))), Verifier: verifierOf(r.text("verifier")), Level: r.text("level"), Region: unit.Region(r.text("region")),
		Measure: agreement.Measure{Indicator: r.text("indicator"), Baseline: r.text("baseline"), Target: r.text("target"), Unit: r.text("unit")}}
	sum, err := agreement.ParseBudget(r.Get("budget"), t.Owner)
	if err != nil {
		r.refuse("budget", err)
	}
	t.Lead = agreement.ParseParty(t.Owner)
	t.Lead.Budget = sum
	for _, name := range splitNames(r.Get("partners")) {
		p, err := agreement.ParsePartner(name)
		if err != nil {
			r.refuse("partners", err)
		}
		t.Partners = append(t.Partners, p)
	}
	for _, line := range strings.Split(r.Get("milestones"), "\n") {
		day, title, _ := strings.Cut(strings.TrimSpace(line), " ")
		if day == "" {
			continue
		}
		m := agreement.Milestone{Title: title}
		var err error
		if m.Due, err = unit.ParseDay(day); err != nil {
			r.refuse("milestones", err)
		}
		t.Milestones = append(t.Milestones, m)
	}
	return t
}

// splitNames are the names in a field, between commas of any kind.
func splitNames(s string) (all []string) {
	for _, n := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；;\n", r) }) {
		if n = strings.TrimSpace(n); n != "" {
			all = append(all, n)
		}
	}
	return all
}

// verifierOf reads who verifies: "office", "third:NAME", a party, or "" for the usual one.
func verifierOf(s string) (w agreement.Verifier) {
	switch name, third := strings.CutPrefix(s, "third:"); {
	case s == "":
	case s == "office":
		w.Kind = agreement.ByOffice
	case third:
		w.Kind, w.Party = agreement.ByThird, agreement.ParseParty(name)
	default:
		w.Kind, w.Party = agreement.ByParty, agreement.ParseParty(s)
	}
	return w
}

// linkParty says which entry of the registry a party is.
func (v *visit) linkParty() error {
	return v.onAgreement("linked", func(id unit.ID, f url.Values) error {
		no, err := strconv.Atoi(v.r.PathValue("no"))
		if err != nil {
			return fault.New(fault.NotFound, "web.no_page")
		}
		return v.s.c.Agreements.LinkParty(v.ctx(), v.who, id, no, f.Get("code"))
	})
}

func (v *visit) stateOfAgreement() error {
	return v.onAgreement("saved", func(id unit.ID, f url.Values) error {
		return v.s.c.Agreements.SetState(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))), agreement.State(f.Get("state")))
	})
}

// sign signs the text that the person has read: its digest comes with the form.
func (v *visit) sign() error {
	return v.onAgreement("signed", func(id unit.ID, f url.Values) error {
		_, err := v.s.c.Agreements.Sign(v.ctx(), v.who, id, int(wholeNumber(f.Get("party"))), f.Get("digest"))
		return err
	})
}

func (v *visit) shareAgreement() error {
	return v.onAgreement("shared", func(id unit.ID, f url.Values) error {
		return v.s.c.Agreements.Share(v.ctx(), v.who, id, f.Get("node"))
	})
}

func (v *visit) tagAgreement() error {
	return v.onAgreement("saved", func(id unit.ID, f url.Values) error {
		return v.s.c.Agreements.SetTags(v.ctx(), v.who, id, tagsTyped(f["tag"]))
	})
}

func tagsTyped(all []string) (tags []agreement.Tag) {
	for _, s := range all {
		if t, ok := agreement.ParseTag(s); ok {
			tags = append(tags, t)
		}
	}
	return tags
}

func (v *visit) newList() error {
	return v.onAgreement("saved", func(id unit.ID, f url.Values) error {
		_, err := v.s.c.Agreements.AddList(v.ctx(), v.who, agreement.List{Plan: id, Name: fault.Words{f.Get("zh"), f.Get("en")}, Public: f.Get("public") == "yes"})
		return err
	})
}

// onAgreement does something to an agreement and goes back to its page; a refusal is said there.
func (v *visit) onAgreement(done string, do func(id unit.ID, f url.Values) error) error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/agreements/" + string(id)
	if err := do(id, f.Values); err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.showAgreement(id, v.blankPlan(), nil)
	}
	return v.to(v.back, done)
}
