package web

import (
	"strings"
	"time"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// payerWords are what people call the states of a payer.
var payerWords = map[string]fault.Words{scheme.PayerAsked: {"待其确认", "to be confirmed"}, scheme.PayerConfirmed: {"已确认", "confirmed"}, scheme.PayerPaid: {"已拨付", "paid"},
	scheme.PayerBounced: {"银行退回", "returned by the bank"}, scheme.PayerRefused: {"不出资", "does not pay"}, scheme.PayerWithdrawn: {"已撤回", "withdrawn"}, scheme.PayerClawedBack: {"已追回", "clawed back"}}

func payerChip(state string) string {
	switch state {
	case scheme.PayerConfirmed, scheme.PayerPaid:
		return "ok"
	case scheme.PayerAsked:
		return "note"
	case scheme.PayerBounced, scheme.PayerClawedBack:
		return "warn"
	}
	return "stop"
}

// payerLine is a payer of a lead case as pages show it.
type payerLine struct {
	casework.Payer
	Who  fault.Words // the jurisdiction
	Hand payerHand
	Lead casework.Case // in a list of several leads
}

// Is is its state in words, Chip the class of it.
func (l payerLine) Is() fault.Words { return payerWords[l.State] }
func (l payerLine) Chip() string    { return payerChip(l.State) }

// Silent says that its node has not answered at all.
func (l payerLine) Silent() bool { return l.News.Case == "" && l.State == scheme.PayerAsked }

// payerHand is in whose hands something is that another node told of, and until when.
type payerHand struct {
	Roles string
	Due   time.Time
	Late  bool
}

func (v *visit) handOf(all []casework.ShadowWait) (h payerHand) {
	var roles []string
	for _, w := range all {
		if w.Clock {
			continue
		}
		roles = appendNew(roles, w.Words.In(v.lang))
		if !w.Due.IsZero() && (h.Due.IsZero() || w.Due.Before(h.Due)) {
			h.Due = w.Due
		}
	}
	h.Roles, h.Late = strings.Join(roles, v.t("、", ", ")), !h.Due.IsZero() && !v.now().Before(h.Due)
	return h
}

func (v *visit) payerLine(p casework.Payer, names map[string]fault.Words) payerLine {
	return payerLine{Payer: p, Who: v.placeWords(p.Payer, names), Hand: v.handOf(p.News.Waits)}
}

// placeWords is a jurisdiction by the name of its node, or by its code.
func (v *visit) placeWords(region string, names map[string]fault.Words) fault.Words {
	if w, known := names[region]; known {
		return w
	}
	return placeName(unit.Region(region))
}

// payersOf is the part of a lead's page about its payers.
func (v *visit) payersOf(id unit.ID) (out []payerLine, err error) {
	all, _, err := v.s.c.Cases.Payers(v.ctx(), v.who, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	names, err := v.nodeNames()
	for _, p := range all {
		out = append(out, v.payerLine(p, names))
	}
	return out, err
}

// ledView is the part of a payer's page about its lead.
type ledView struct {
	casework.Lead
	Who    fault.Words // the node in which it lives
	Hand   payerHand
	Payers []leadPayer
	Mine   casework.Case // in a list: the case here
}

type leadPayer struct {
	casework.PayerLine
	Who fault.Words
}

func (l leadPayer) Is() fault.Words { return payerWords[l.State] }
func (l leadPayer) Chip() string    { return payerChip(l.State) }

func (v *visit) ledView(x casework.Lead, names map[string]fault.Words) ledView {
	l := ledView{Lead: x, Who: v.placeWords(x.Node, names), Hand: v.handOf(x.News.Waits)}
	for _, p := range x.News.Payers {
		l.Payers = append(l.Payers, leadPayer{p, v.placeWords(p.Payer, names)})
	}
	return l
}

func (v *visit) leadOf(id unit.ID) (*ledView, error) {
	x, ok, err := v.s.c.Cases.LeadOf(v.ctx(), v.who, id)
	if err != nil || !ok {
		return nil, err
	}
	names, err := v.nodeNames()
	l := v.ledView(x, names)
	return &l, err
}

// payersPage is the list of payers asked by leads here, and of cases here that answer a lead.
type payersPage struct {
	Asked []payerLine
	Led   []ledView
}

func (v *visit) payers() error {
	asked, led, err := v.s.c.Cases.LeadsAndPayers(v.ctx(), v.who)
	if err != nil {
		return err
	}
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	p := payersPage{}
	for _, x := range asked {
		l := v.payerLine(x.Payer, names)
		l.Lead = x.LeadCase
		p.Asked = append(p.Asked, l)
	}
	for _, x := range led {
		l := v.ledView(x.Lead, names)
		l.Mine = x.Payer
		p.Led = append(p.Led, l)
	}
	v.under("/cases", "申请与办件", "Cases")
	return v.show("casespayers", v.t("多方出资", "Several payers"), p)
}
