package web

import (
	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// oursPage is what stands for an organisation over all schemes.
type oursPage struct {
	Form    *form
	Orgs    []option // whom this person speaks for
	Org     *registry.Org
	Open    []outlookView
	Nearly  []outlookView
	Far     []outlookView
	Running []casework.OwnCase
	Abroad  []casework.ShadowCase // its cases in other nodes
	There   []outlookThere        // schemes that neighbours run and that are open to it
	Paid    []casework.PaidYear
	Years   []yearSum
	Expires []expiryView
	Turns   []announcedView // announced editions
}

// yearSum is what one year brought.
type yearSum struct {
	Year  int
	Cases int
	Sum   unit.Fen
}

type expiryView struct {
	casework.Expiry
	Kind  fault.Words
	Path  string
	Ended bool // its last day has passed
}

// ofOurs finds the organisation that a page of one's own is about: the one that was asked for, else the first. ok is false
// where this person speaks for none that this node knows.
func (v *visit) ofOurs(f *form) (orgs []option, code string, ok bool, err error) {
	return v.ofTheirs(f, access.CaseCreate)
}

// ofTheirs finds, in the same way, an organisation for which this person holds a permission.
func (v *visit) ofTheirs(f *form, perm access.Permission) (orgs []option, code string, ok bool, err error) {
	for _, own := range access.ReachOf(v.who, perm).Orgs {
		o, err := v.org(own)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, "", false, err
		}
		orgs = append(orgs, option{own, o.Name.In(v.lang)})
	}
	if len(orgs) == 0 {
		return nil, "", false, nil
	}
	if code = f.text("org"); code == "" {
		code = orgs[0].Value
		f.Set("org", code)
	}
	return orgs, code, true, nil
}

// ours shows what is open to an organisation, what it nearly fits, what runs, what was paid, and what ends.
func (v *visit) ours() error {
	f := v.asked()
	p := oursPage{Form: f}
	orgs, code, ok, err := v.ofOurs(f)
	if err != nil {
		return err
	}
	p.Orgs = orgs
	if ok {
		if _, err := v.fillOurs(&p, code); err != nil {
			return err
		}
	}
	return v.show("ours", v.t("我单位", "Our organisation"), p)
}

// fillOurs puts what stands for an organisation on its page, and returns it as the room of cases says it.
func (v *visit) fillOurs(p *oursPage, code string) (o casework.Ours, err error) {
	if o, err = v.s.c.Cases.Ours(v.ctx(), v.who, code); err != nil {
		return o, err
	}
	p.Org, p.Running, p.Paid = &o.Org, o.Running, o.Paid
	if p.There, err = v.looksThere(o.Abroad); err != nil {
		return o, err
	}
	for _, x := range o.Looks {
		y := v.outlookOf(x)
		switch x.Fit() {
		case casework.Open:
			p.Open = append(p.Open, y)
		case casework.Nearly:
			p.Nearly = append(p.Nearly, y)
		default:
			p.Far = append(p.Far, y)
		}
	}
	for _, x := range o.Paid {
		if n := len(p.Years); n == 0 || p.Years[n-1].Year != x.Year {
			p.Years = append(p.Years, yearSum{Year: x.Year})
		}
		y := &p.Years[len(p.Years)-1]
		y.Cases, y.Sum = y.Cases+x.Cases, y.Sum+x.Sum
	}
	today := unit.DayOf(v.now(), beijing)
	for _, e := range o.Expires {
		p.Expires = append(p.Expires, v.expiryView(e, code, today))
	}
	if p.Abroad, _, err = v.s.c.Cases.Shadows(v.ctx(), v.who, casework.ShadowQuery{Sort: "due", Rows: oursAbroad}); err != nil {
		return o, err
	}
	_, changes, err := v.s.c.Cases.Announcements(v.ctx(), v.who, code)
	for _, c := range changes {
		p.Turns = append(p.Turns, v.announcedView(c))
	}
	return o, err
}

// outlookThere is a scheme that a neighbour runs, with where one would apply.
type outlookThere struct {
	outlookView
	Node string // code of the neighbour
	Path string // of the scheme there; "" while its address is not known
}

func (v *visit) looksThere(all []casework.Outlook) (out []outlookThere, err error) {
	if v.s.c.Federation == nil {
		return nil, nil
	}
	neighbours, err := v.s.c.Federation.Rail(v.ctx())
	for _, x := range all {
		y := outlookThere{outlookView: v.outlookOf(x), Node: x.Scheme.Jurisdiction}
		for _, n := range neighbours {
			if unit.Region(x.Scheme.Jurisdiction).In(unit.Region(n.Code)) {
				y.Node, y.Path = n.Code, n.URL+"/schemes/"+x.Scheme.ID
				if x.Above[0] != "" { // what is asked for under another's case: the open ones stand on one page there
					y.Path = n.URL + "/calls"
				}
			}
		}
		out = append(out, y)
	}
	return out, err
}

// oursAbroad is how many cases in other nodes the page shows.
const oursAbroad = 20

func (v *visit) expiryView(e casework.Expiry, org string, today unit.Day) expiryView {
	x := expiryView{Expiry: e, Ended: e.Last < today}
	switch e.Kind {
	case casework.LabelEnds:
		x.Kind, x.Path = fault.Words{"认定", "label"}, "/registry/"+org
		x.Note = placeName(unit.Region(x.Note)).In(v.lang)
	case casework.CaseEnds:
		x.Kind, x.Path = fault.Words{"办件", "case"}, "/cases/"+e.ID
	default:
		x.Kind, x.Path = fault.Words{"政策版本", "edition"}, "/schemes/"+e.ID
	}
	return x
}

// Missed are the rules that stand in the way, as a page shows them.
func (x outlookView) Missed() (out []ruleOf) {
	for _, r := range x.Open {
		if !r.Hangs {
			out = append(out, r)
		}
	}
	return out
}

// joinWords puts two texts into one, where both are there.
func joinWords(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}
