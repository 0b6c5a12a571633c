package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/settlement"
	"corridor/internal/unit"
)

// openCase opens a case for an organisation. The same key opens it once.
func (v *visit) openCase() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var c casework.Case
	if parent := f.Get("parent"); parent != "" {
		id, bad := idOf(parent)
		if bad != nil {
			return bad
		}
		c, err = v.s.c.Cases.CreateUnder(v.ctx(), v.who, id, f.Get("scheme"), f.Get("key"))
	} else {
		c, err = v.s.c.Cases.Create(v.ctx(), v.who, f.Get("scheme"), f.Get("org"), f.Get("key"))
	}
	if err != nil {
		return err
	}
	return v.to("/cases/"+string(c.ID), "opened")
}

type casePage struct {
	Case     casework.Case
	Holder   holderView
	ByClock  []casework.Wait // what happens when nobody acts
	Path     []passed
	Sections []sectionView
	Fills    bool // this person may fill something in now
	Orgs     []registry.Org
	Actions  []actionView
	History  []stepView
	Amounts  []amountView
	Doubt    bool
	Higher   *higherView // of several benefits the higher is kept
	Given    []fieldView
	Proofs   []stepView
	Offers   []casework.Offer // of which this person may open a case under this one
	Under    []casework.Case
	Moved    *casework.Move // how the draft came over to the edition in force
	Above    *casework.Case // the case that this one lives under
	Hands    handsView
	Talk     talkView
	Payments []settlement.Payment
	WithBank *withBankView // nothing goes by itself before the bank has answered
	Owes     bool          // the organisation has to pay something back
	Parts    int           // of the form that this person fills in
	Draft    bool          // nobody has submitted it yet
	Back     *returnedView // what is asked for, while it was sent back
	Joint    bool          // this person is of the applicant: who works on it and who changed what is theirs to see
	Asked    []askedView
	Joins    casework.Joins
	Round    *casework.RoundPlace // for which it waits, or that decided about it
	Veiled   []veiledField
	Uses     usesView
	Abroad   []toldLine
	Duo      *duoView // where it crosses to another node
	Payers   []payerLine
	Lead     *ledView
	Discard  discardView
	Kept     bool // what could be read of a form that was refused
	Slots    []slotLine
	Demand   *demandView // it stands among the needs of the catalogue
	Sealed   bool        // something was sealed: how it is opened has a page

	Objections []casework.Objection // for a desk
	Lost       []casework.LostLabel // labels that it rested on and that were revoked since
	Members    []casework.MemberOrg // of lists that actions change
}

// passed is a stage that the case came to.
type passed struct {
	Words fault.Words
	At    time.Time
	Now   bool
}

// actionView is what this person can do, with what the rules say of it.
type actionView struct {
	casework.Allowed
	Party    bool // of the applicant, not of a desk
	Verdicts []verdictView
	Asks     []askView
	Typed    string         // the reason that was typed
	Class    string         // of its button
	Askable  []scheme.Field // what it can ask for, where it sends the case back
}

type askView struct {
	casework.Ask
	Yes, No  bool
	Evidence besideView
}

type verdictView struct {
	scheme.Answer
	BasisTitle string
	Looked     fault.Words // what the rule looked at, choices by their words
	Link       string      // where the basis can be read: its clause, or a page elsewhere; "" for nowhere
	Evidence   besideView
}

type stepView struct {
	casework.Step
	Verdicts []verdictView
	Leaf     string            // address of the public entry; "" while it has no number
	Letter   string            // address of the letter that the decision gives; "" for none
	Comment  *casework.Comment // a message between the steps; then it is no step
}

type amountView struct {
	Words fault.Words
	Fen   unit.Fen
	Doubt bool
}

func (v *visit) oneCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showCase(id, typed{})
}

// typed is what was typed into a form of a case that was refused.
type typed struct {
	form   *form // the part of it that holds the case's fields
	kept   bool  // what could be read of it was saved
	action string
	reason string
	asks   map[string]bool
	talk   talkView
	answer *answered // to an ask
}

func (v *visit) showCase(id unit.ID, was typed) error {
	c, err := v.s.c.Cases.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	p := casePage{Kept: was.kept, Case: c, Holder: holderOf(append(seatsWait(c, s), c.Waits...), v.lang), Path: pathOf(c, s)}
	for _, w := range c.Waits {
		if w.Role == "clock" {
			p.ByClock = append(p.ByClock, w)
		}
	}
	if p.Actions, err = v.actions(c, s, was); err != nil {
		return err
	}
	if err := v.caseForm(&p, s, was.form); err != nil {
		return err
	}
	if err := v.asksIn(&p, s, was.answer); err != nil {
		return err
	}
	p.Veiled, p.Sealed = veiledFields(c, s), len(c.Seals) > 0
	p.Draft, p.Joint = len(c.History) == 0 && c.Stage == s.Start(), v.s.c.Cases.Joint(c, v.who)
	if p.Discard, err = v.discardOf(c); err != nil {
		return err
	}
	if p.Back, err = v.sentBack(c, s); err != nil {
		return err
	}
	for _, h := range c.History {
		x := stepView{Step: h, Verdicts: v.verdicts(s, h.Decision.Answers)}
		if h.Receipt != "" {
			if x.Leaf, err = v.entryPath(h.Receipt); err != nil {
				return err
			}
			p.Proofs = append(p.Proofs, x)
		}
		if _, gives := letterOf(s, h); gives {
			x.Letter = fmt.Sprintf("/cases/%s/letters/%d", c.ID, h.No)
		}
		p.History = append(p.History, x)
	}
	if p.Joins, err = v.s.c.Cases.JoinsOf(v.ctx(), v.who, c.ID); err != nil {
		return err
	}
	if p.Round, err = v.roundOf(c.ID); err != nil {
		return err
	}
	if len(s.Amends) > 0 {
		if p.Members, err = v.s.c.Cases.Membership(v.ctx(), v.who, c.ID); err != nil {
			return err
		}
	}
	if p.Lost, err = v.s.c.Cases.LostLabels(v.ctx(), v.who, c.ID); err != nil {
		return err
	}
	if p.Moved, err = v.moved(c); err != nil {
		return err
	}
	p.Offers = v.s.c.Cases.Offers(v.who, c)
	if p.Under, err = v.s.c.Cases.Under(v.ctx(), v.who, c.ID); err != nil {
		return err
	}
	if c.Parent != "" {
		above, err := v.s.c.Cases.Get(v.ctx(), v.who, c.Parent)
		if err == nil {
			p.Above = &above
		} else if fault.KindOf(err) != fault.NotFound { // a provider sees its order and not the entitlement above it
			return err
		}
	}
	if p.History, err = v.talk(c, p.History); err != nil {
		return err
	}
	if p.Objections, err = v.s.c.Cases.Objections(v.ctx(), v.who, c.ID); err != nil {
		return err
	}
	p.Talk = was.talk
	p.Talk.May, p.Talk.Desk = v.s.c.Cases.MaySay(v.who, c)
	if p.Hands, err = v.handsOf(c); err != nil {
		return err
	}
	p.Owes = v.s.c.Payments != nil && v.s.c.Cases.Owes(c)
	if p.Payments, err = v.paymentsOfCase(c.ID); err != nil {
		return err
	}
	p.WithBank = v.withBankOf(c, p.Payments)
	if p.Slots, err = v.slotsOf(c.ID); err != nil {
		return err
	}
	if p.Demand, err = v.demandOf(c, s, p.Joint); err != nil {
		return err
	}
	if p.Uses, err = v.usesOf(c.ID); err != nil {
		return err
	}
	if p.Abroad, err = v.toldAbroad(c.ID); err != nil {
		return err
	}
	if p.Payers, err = v.payersOf(c.ID); err != nil {
		return err
	}
	if p.Lead, err = v.leadOf(c.ID); err != nil {
		return err
	}
	p.Amounts, p.Higher = amountsOf(c, s), higherOf(c, s)
	for _, a := range p.Amounts {
		p.Doubt = p.Doubt || a.Doubt
	}
	if p.Duo, err = v.duoOf(c, s, &p); err != nil {
		return err
	}
	v.under("/cases", "申请与办件", "Cases")
	if p.Fills {
		v.script("casefile.js")
	}
	return v.show("case", s.Title.In(v.lang)+" "+c.No, p)
}

// pathOf are the stages that a case came to, in order.
func pathOf(c casework.Case, s *scheme.Scheme) []passed {
	out := []passed{{Words: s.Say(s.Start()), At: c.Opened}}
	for _, h := range c.History {
		if h.To != h.From {
			out = append(out, passed{Words: h.ToWords, At: h.At})
		}
	}
	out[len(out)-1].Now = true
	return out
}

func (v *visit) actions(c casework.Case, s *scheme.Scheme, was typed) ([]actionView, error) {
	allowed, err := v.s.c.Cases.Allowed(v.ctx(), v.who, c.ID)
	if err != nil {
		return nil, err
	}
	var have caseFiles // for those who look at evidence
	if slices.ContainsFunc(allowed, func(a casework.Allowed) bool { return !s.Party(a.Role) }) {
		if have, err = v.filesOf(c.ID); err != nil {
			return nil, err
		}
	}
	var out []actionView
	for _, a := range allowed {
		if throwsAway(s, c, a) { // every draft has it: discardOf
			continue
		}
		x := actionView{Allowed: a, Party: s.Party(a.Role), Verdicts: v.verdicts(s, withoutReason(a.Judgement.Answers))}
		if !x.Party {
			for i := range x.Verdicts {
				x.Verdicts[i].Evidence = v.evidenceOf(s, c, have, x.Verdicts[i].Answer)
			}
		}
		if a.Action == was.action {
			x.Typed = was.reason
		}
		switch end, _ := s.IsEnd(a.To); {
		case end == scheme.Refused:
			x.Class = "stop"
		case end != scheme.Ended:
			x.Class = "go"
		}
		x.Askable = v.s.c.Cases.Askable(c, a.Action)
		for _, ask := range a.Asks {
			y := askView{Ask: ask}
			yes, given := was.asks[ask.Rule]
			if !given && ask.Answered != nil {
				yes, given = *ask.Answered, true
			}
			y.Yes, y.No = given && yes, given && !yes
			y.Evidence = x.moveEvidence(ask.Rule)
			x.Asks = append(x.Asks, y)
		}
		out = append(out, x)
	}
	return out, nil
}

// withoutReason leaves out the need of a reason, which the form asks for itself.
func withoutReason(all []scheme.Answer) []scheme.Answer {
	return slices.DeleteFunc(slices.Clone(all), func(a scheme.Answer) bool { return a.Need == "reason" && a.Basis == "" })
}

// verdicts are the answers as a page shows them: what is open first, then what passes.
func verdicts(s *scheme.Scheme, all []scheme.Answer) []verdictView {
	var open, passes []verdictView
	for _, a := range all {
		x := verdictView{Answer: a, BasisTitle: s.SourceText(a.Basis), Looked: looked(s, a)}
		if a.Result == scheme.Pass {
			passes = append(passes, x)
		} else {
			open = append(open, x)
		}
	}
	return append(open, passes...)
}

// looked says what a rule looked at and found, with choices and places by their words.
func looked(s *scheme.Scheme, a scheme.Answer) (w fault.Words) {
	for i, lang := range []fault.Lang{fault.ZH, fault.EN} {
		w[i] = casework.Saw(toldIn(s, a, lang))[i]
	}
	return w
}

// toldIn is an answer whose facts say what people of a language call their values.
func toldIn(s *scheme.Scheme, a scheme.Answer, lang fault.Lang) scheme.Answer {
	i := slices.Index([]fault.Lang{fault.ZH, fault.EN}, lang)
	a.Saw = slices.Clone(a.Saw)
	for j, f := range a.Saw {
		switch {
		case f.Says == (fault.Words{}) && (f.Value.Kind == scheme.Choice || len(f.Value.List) > 0): // kept before facts said it
			a.Saw[j].Says[i] = s.Show(f.Value, lang)
		case f.Value.Kind == scheme.Region && f.Value.Text != "":
			a.Saw[j].Value = scheme.TextOf(scheme.Text, placeName(unit.Region(f.Value.Text)).In(lang))
		}
	}
	return a
}

// amountsOf are the sums that the case has fixed and what is held of them now.
func amountsOf(c casework.Case, s *scheme.Scheme) []amountView {
	var out []amountView
	for _, name := range s.Amounts.Names() {
		if fen, fixed := c.Purse.Sums[name]; fixed {
			out = append(out, amountView{s.Say(name), fen, doubtful(s, name)})
		}
	}
	for _, name := range sortedKeys(c.Purse.Holds) {
		h := c.Purse.Holds[name]
		out = append(out, amountView{fault.Words{"现占用", "held now"}, h.Left, false})
	}
	return out
}

// actCase takes an action with its reason and its answers.
func (v *visit) actCase() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	a := casework.Action{Name: v.r.PathValue("action"), Version: wholeNumber(f.Get("version")), Reason: f.Get("reason"), Key: f.Get("key"), Answers: map[string]bool{}, Wanted: f.Values["wanted"]}
	for name := range f.Values {
		if rule, ok := strings.CutPrefix(name, "ask."); ok && f.Get(name) != "" {
			a.Answers[rule] = f.Get(name) == "yes"
		}
	}
	if _, err := v.s.c.Cases.Act(v.ctx(), v.who, id, a); err != nil {
		v.back = "/cases/" + string(id)
		if !v.refused(err, func(field string) string { return "h-" + a.Name }) {
			return err
		}
		return v.showCase(id, typed{action: a.Name, reason: a.Reason, asks: a.Answers})
	}
	return v.to("/cases/"+string(id), "acted")
}
