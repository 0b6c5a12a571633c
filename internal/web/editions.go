package web

import (
	"bytes"
	"html/template"
	"io"
	"mime/multipart"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// problemsShown is how many problems of a pack one page shows.
const problemsShown = 200

type editionsPage struct {
	All      []editionLine
	May      bool // this person may propose an edition
	Form     *form
	Problems scheme.Problems // of the pack that was just brought
	More     int             // problems that are not shown
	Sound    *casework.Checked
}

// editionLine is an edition with whether it is in force today.
type editionLine struct {
	casework.Edition
	Running bool
	Path    string
}

func (v *visit) editions() error { return v.showEditions(editionsPage{}) }

func (v *visit) showEditions(p editionsPage) error {
	all, err := v.s.c.Cases.Editions(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, e := range all {
		p.All = append(p.All, v.editionLine(e))
	}
	p.May = access.MaySomewhere(v.who, access.SchemePropose) == nil
	v.back = "/editions"
	v.under("/schemes", "事项", "Schemes")
	return v.show("editions", v.t("版本", "Editions"), p)
}

func (v *visit) editionLine(e casework.Edition) editionLine {
	return editionLine{e, e.Running(unit.DayOf(v.now(), beijing)), "/editions/" + editionKey(e)}
}

// editionKey is how addresses name an edition: by its id, or by its digest if the program carries it.
func editionKey(e casework.Edition) string {
	if e.ID != "" {
		return string(e.ID)
	}
	return e.Digest
}

// packs are the files of a pack that a form brings.
func packFiles(sent []*multipart.FileHeader) (out []scheme.GivenFile, err error) {
	for _, h := range sent {
		if h.Size == 0 && h.Filename == "" {
			continue
		}
		r, err := h.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(io.LimitReader(r, files.BytesMax+1))
		r.Close()
		if err != nil {
			return nil, err
		}
		out = append(out, scheme.GivenFile{Name: h.Filename, Content: b})
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "web.nothing_given").On("file")
	}
	return out, nil
}

// problemsTold answers a form that brought a pack or a sheet: the problems that one page shows and how many more there are, with the status
// that they call for. What was refused stands in the form; other errors are returned.
func (v *visit) problemsTold(f *form, all scheme.Problems, err error) (shown scheme.Problems, more int, _ error) {
	if err != nil && !v.refusedForm(f, err) {
		return nil, 0, err
	}
	if len(all) > 0 {
		v.status(fault.Invalid.Status())
	}
	if n := len(all); n > problemsShown {
		return all[:problemsShown], n - problemsShown, nil
	}
	return all, 0, nil
}

// proposeEdition checks a pack that was brought, and keeps it as a proposal if that was asked for and nothing is wrong.
func (v *visit) proposeEdition() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/editions"
	p := editionsPage{Form: f}
	given, err := packFiles(f.files("file"))
	var checked casework.Checked
	var e casework.Edition
	switch {
	case err != nil:
	case f.Get("do") == "propose":
		e, checked, err = v.s.c.Cases.Propose(v.ctx(), v.who, given, f.Get("note"))
	default:
		if checked, err = v.s.c.Cases.CheckEdition(v.who, given); err == nil && len(checked.Problems) == 0 {
			p.Sound = &checked
		}
	}
	if err == nil && e.ID != "" {
		return v.to("/editions/"+string(e.ID), "edition_proposed")
	}
	if p.Problems, p.More, err = v.problemsTold(f, checked.Problems, err); err != nil {
		return err
	}
	return v.showEditions(p)
}

type editionPage struct {
	Edition  editionLine
	Scheme   *scheme.Scheme
	Was      *scheme.Scheme // the edition that it follows
	Changes  []paramChange
	Files    []string
	Trials   []casework.Trial
	Others   []editionLine // of the same scheme, to compare with
	Leaf     string        // address of the public entry
	Adopt    bool          // this person may adopt it, but for having proposed it
	Own      bool          // this person proposed it
	Withdraw bool
	Try      bool
	Form     *form
	End      endingView
}

// paramChange is a policy number that differs from the edition before.
type paramChange struct {
	Name     string
	Words    fault.Words
	Was, Is  string // "" where there is none
	Verified bool
}

// findEdition finds the edition of an address, with its scheme.
func (v *visit) findEdition() (e casework.Edition, sch *scheme.Scheme, err error) {
	key := v.r.PathValue("id")
	if id, bad := idOf(key); bad == nil {
		return v.s.c.Cases.OneEdition(v.ctx(), v.who, id)
	}
	if e, err = v.s.c.Cases.EditionByDigest(v.ctx(), key); err != nil {
		return e, nil, err
	}
	for _, x := range v.s.c.Cases.Schemes() {
		if x.Digest == e.Digest {
			return e, x, nil
		}
	}
	return e, nil, fault.New(fault.NotFound, "casework.edition_unknown")
}

func (v *visit) edition() error { return v.showEdition(nil) }

func (v *visit) showEdition(f *form) error {
	e, sch, err := v.findEdition()
	if err != nil {
		return err
	}
	p := editionPage{Edition: v.editionLine(e), Scheme: sch, Form: f, Own: e.Proposed.Person == v.who.Person && e.ID != ""}
	place := access.Scope{Region: unit.Region(e.Jurisdiction)}
	may := func(perm access.Permission) bool { return access.May(v.who, perm, place) == nil }
	p.Adopt = e.State == casework.Proposed && may(access.SchemeAdopt)
	p.Withdraw = e.State == casework.Proposed && may(access.SchemePropose)
	p.Try = may(access.SchemeTrial)
	kept, err := v.s.c.Cases.EditionFiles(v.ctx(), v.who, e)
	if err != nil {
		return err
	}
	p.Files = kept.Paths()
	all, err := v.s.c.Cases.Editions(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Scheme == e.Scheme && x.Digest != e.Digest && x.State != casework.Withdrawn {
			p.Others = append(p.Others, v.editionLine(x))
		}
	}
	if p.Was = v.before(sch); p.Was != nil {
		p.Changes = paramChanges(p.Was, sch, v.lang)
	}
	if p.Try {
		if p.Trials, err = v.s.c.Cases.Trials(v.ctx(), v.who, e.Digest); err != nil {
			return err
		}
	}
	if p.Leaf, err = v.entryPath(e.Leaf); err != nil {
		return err
	}
	if p.End, err = v.endingOf(e); err != nil {
		return err
	}
	v.back = "/editions/" + editionKey(e)
	v.under("/schemes", "事项", "Schemes")
	v.under("/editions", "版本", "Editions")
	return v.show("edition", e.Title.In(v.lang)+" "+e.Edition, p)
}

// before is the edition of the same scheme that stands here and begins last before this one.
func (v *visit) before(s *scheme.Scheme) (was *scheme.Scheme) {
	for _, x := range v.s.c.Cases.Schemes() {
		if x.ID == s.ID && x.Digest != s.Digest && x.InForce[0].Int < s.InForce[0].Int && (was == nil || x.InForce[0].Int > was.InForce[0].Int) {
			was = x
		}
	}
	return was
}

// paramChanges are the policy numbers that differ, in the order of the new edition, those that are gone last.
func paramChanges(was, is *scheme.Scheme, lang fault.Lang) (out []paramChange) {
	for name, p := range is.Params.All() {
		old, there := was.Params.Get(name)
		if there && old.Value.Equal(p.Value) {
			continue
		}
		c := paramChange{Name: name, Words: is.Say(name), Is: is.Show(p.Value, lang), Verified: p.Verified}
		if there {
			c.Was = was.Show(old.Value, lang)
		}
		out = append(out, c)
	}
	for name, p := range was.Params.All() {
		if !is.Params.Has(name) {
			out = append(out, paramChange{Name: name, Words: was.Say(name), Was: was.Show(p.Value, lang), Verified: true})
		}
	}
	return out
}

// editionPack answers with the kept files in one ZIP.
func (v *visit) editionPack() error {
	e, _, err := v.findEdition()
	if err != nil {
		return err
	}
	kept, err := v.s.c.Cases.EditionFiles(v.ctx(), v.who, e)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := kept.Zip(&b); err != nil {
		return err
	}
	return v.download(e.Scheme+"-"+e.Edition+".zip", "application/zip", b.Bytes())
}

func (v *visit) adoptEdition() error {
	return v.decideOnEdition("edition_adopted", func(id unit.ID, reason string) error {
		_, err := v.s.c.Cases.Adopt(v.ctx(), v.who, id, reason)
		return err
	})
}

func (v *visit) withdrawEdition() error {
	return v.decideOnEdition("edition_withdrawn", func(id unit.ID, reason string) error {
		_, err := v.s.c.Cases.Withdraw(v.ctx(), v.who, id, reason)
		return err
	})
}

func (v *visit) decideOnEdition(done string, decide func(unit.ID, string) error) error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/editions/" + string(id)
	if err := decide(id, f.Get("reason")); err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showEdition(f)
	}
	return v.to(v.back, done)
}

// tryEdition asks for a trial and goes to its page, which tells how far it is.
func (v *visit) tryEdition() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var assume []string
	for _, line := range strings.Split(f.Get("assume"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			assume = append(assume, line)
		}
	}
	budget := f.fen("budget")
	err = f.err()
	var t casework.Trial
	if err == nil {
		t, err = v.s.c.Cases.Try(v.ctx(), v.who, f.Get("digest"), f.Get("against"), budget, assume)
	}
	if err != nil {
		v.r.SetPathValue("id", f.Get("edition"))
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showEdition(f)
	}
	return v.to("/trials/"+string(t.ID), "tried")
}

type trialPage struct {
	Trial   casework.Trial
	Going   bool
	Percent int
	Edition string // address of the edition
	Sim     *scheme.Simulation
	Diff    *scheme.Difference
	Sides   []casework.Side
	Pager   pager
	Exports exportView
	Rules   template.HTML
	Curve   template.HTML
	Cuts    []cutView
	Assumed []namedValue
}

// cutView is the population by one of its sides.
type cutView struct {
	Name  string
	Plot  template.HTML
	Lines []cutLine
}

type cutLine struct {
	Name string
	scheme.Segment
}

// trial shows how far a trial is, or what came out; while it goes on the page asks again by itself.
func (v *visit) trial() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	t, err := v.s.c.Cases.GetTrial(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := trialPage{Trial: t, Going: t.State == casework.TrialWaiting || t.State == casework.TrialRunning, Edition: "/editions/" + t.Digest}
	if t.Total > 0 {
		p.Percent = int(t.Done * 100 / t.Total)
	}
	all, err := v.s.c.Cases.Editions(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.Digest == t.Digest {
			p.Edition = "/editions/" + editionKey(e)
		}
	}
	if p.Going {
		v.w.Header().Set("Refresh", "3")
	}
	if t.Result != nil {
		if err := v.trialResult(&p, id); err != nil {
			return err
		}
	}
	v.under("/editions", "版本", "Editions")
	v.under(p.Edition, t.Scheme+" "+t.Edition, t.Scheme+" "+t.Edition)
	return v.show("trial", v.t("试算", "Trial"), p)
}

func (v *visit) trialResult(p *trialPage, id unit.ID) (err error) {
	x := p.Trial.Result.Simulation
	p.Sim, p.Diff = x, p.Trial.Result.Difference
	name := scheme.SegmentName(unit.GB2260(), x.Day(), v.lang)
	// The plots are drawn by our own code, with every word of them escaped.
	p.Rules = template.HTML(scheme.Bars(v.t("规则", "Rules"), x.RuleBars(v.lang)))
	p.Curve = template.HTML(scheme.CostCurve(x, v.lang))
	for _, cut := range []struct {
		key   string
		words fault.Words
	}{{"city", fault.Words{"按城市", "By city"}}, {"size", fault.Words{"按规模", "By size"}}, {"industry", fault.Words{"按行业门类", "By industry"}}} {
		c := cutView{Name: cut.words.In(v.lang), Plot: template.HTML(scheme.Bars(cut.words.In(v.lang), x.CutBars(cut.key, name)))}
		for _, s := range x.Cuts[cut.key] {
			c.Lines = append(c.Lines, cutLine{name(cut.key, s.Key), s})
		}
		p.Cuts = append(p.Cuts, c)
	}
	for _, k := range sortedKeys(x.Assumed) {
		p.Assumed = append(p.Assumed, namedValue{Name: k, Value: x.Assumed[k]})
	}
	if p.Diff == nil {
		return nil
	}
	var total int
	if p.Sides, total, err = v.s.c.Cases.Sides(v.ctx(), v.who, id, v.pageNo()); err != nil {
		return err
	}
	p.Pager = v.pager(total, pageRows)
	at := "/trials/" + string(id) + "/sides?format="
	p.Exports = exportView{at + "csv", at + "xlsx"}
	return nil
}

// exportSides hands out all organisations that change sides.
func (v *visit) exportSides() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	t := sheetOf{Head: []string{v.t("主体", "Organisation"), v.t("名称", "Name"), v.t("原来", "Was"), v.t("现在", "Is"), v.t("原金额（元）", "Was (yuan)"), v.t("现金额（元）", "Is (yuan)"), v.t("由哪条规则", "By which rule")}}
	for page := 1; ; page++ {
		all, total, err := v.s.c.Cases.Sides(v.ctx(), v.who, id, page)
		if err != nil {
			return err
		}
		for _, s := range all {
			t.Rows = append(t.Rows, []string{s.Firm, s.Name.In(v.lang), string(s.Was), string(s.Is), s.WasSum.Yuan(), s.IsSum.Yuan(), s.RuleWords.In(v.lang)})
		}
		if len(all) == 0 || len(t.Rows) >= total {
			return v.downloadTable("sides-"+string(id), t)
		}
	}
}

func (v *visit) stopTrial() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.s.c.Cases.StopTrial(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/trials/"+string(id), "stopped")
}
