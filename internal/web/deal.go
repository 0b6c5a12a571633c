package web

import (
	"context"
	"slices"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// dealPage is what the schemes of this node would do for an organisation that buys what a listing offers.
type dealPage struct {
	L       catalogue.Listing
	Form    *form
	Orgs    []option
	Org     string
	Slot    string      // the free slot whose price is taken; "" where the price was typed
	Node    fault.Words // whose calendar said so
	Why     string      // why no slot was found
	Price   unit.Fen    // 0: not known
	Schemes []purchaseView
	Judged  bool
}

// purchaseView is one scheme through which it can be bought.
type purchaseView struct {
	outlookView
	Deals []dealView
}

// dealView is one way of paying: what leaves the buyer's account at once, and what comes back to it.
type dealView struct {
	Words   fault.Words // of the choice
	InForce bool
	ToBuyer bool
	Now     unit.Fen // to be paid at once
	Back    unit.Fen // comes back later
	Paid    unit.Fen // by the treasury
	Exact   bool     // Now and Back are what they will be; else at most that much is borne by the treasury
	Known   bool
}

// orgsOf are the organisations for which somebody begins cases.
func (v *visit) orgsOf() (out []option, err error) {
	for _, code := range access.ReachOf(v.who, access.CaseCreate).Orgs {
		o, err := v.org(code)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, option{code, o.Name.In(v.lang)})
	}
	return out, nil
}

// dealOf says whether the page of a listing leads to what a scheme would pay of it: for who buys for an organisation, where it can be
// booked.
func (v *visit) dealOf(p *listingPage) bool {
	return p.L.State == catalogue.Published && (p.Book.On || p.There != nil) && len(access.ReachOf(v.who, access.CaseCreate).Orgs) > 0 && v.s.c.Cases.Buys()
}

// deal shows what buying a listing costs an organisation of this node under each scheme, in each way of paying, and why it qualifies.
func (v *visit) deal() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	f := v.asked()
	p := dealPage{Form: f}
	if p.L, err = v.s.c.Catalogue.Get(v.ctx(), v.who, id); err != nil {
		return err
	}
	if p.Orgs, err = v.orgsOf(); err != nil {
		return err
	}
	if p.Org = f.text("org"); p.Org == "" && len(p.Orgs) > 0 {
		p.Org = p.Orgs[0].Value
		f.Set("org", p.Org)
	}
	v.under("/listings/"+string(id), p.L.Title[0], p.L.Title[1])
	title := v.t("用本地政策购买：", "Buying it with a scheme: ") + p.L.Title.In(v.lang)
	typed := f.text("price")
	if typed != "" {
		p.Price = f.fen("price")
	}
	if !slices.ContainsFunc(p.Orgs, func(o option) bool { return o.Value == p.Org }) {
		f.refuse("org", fault.New(fault.Invalid, "casework.org_hidden"))
	}
	if err := f.err(); err != nil {
		v.refusedForm(f, err)
		return v.show("deal", title, p)
	}
	if typed == "" {
		if err := v.priced(&p, id); err != nil {
			return err
		}
	}
	p.Judged = true
	_, all, err := v.s.c.Cases.Purchases(v.ctx(), v.who, p.Org, p.L.Owner, p.Price)
	if err != nil {
		return err
	}
	for _, x := range all {
		p.Schemes = append(p.Schemes, purchaseView{v.outlookOf(x.Outlook), dealsOf(x, p.Org, p.Price)})
	}
	return v.show("deal", title, p)
}

// priced takes the price of the next free slot, for the organisation, from the node that keeps the calendar.
func (v *visit) priced(p *dealPage, id unit.ID) error {
	o, err := v.org(p.Org)
	if err != nil {
		return err
	}
	a, host, err := v.s.firstFree(v.ctx(), v.who, id, federation.SlotOrg{Code: p.Org, Name: o.Name, Kind: o.Kind})
	if err != nil {
		e := fault.Of(err)
		if e.Kind == fault.Internal {
			return err
		}
		p.Why = e.Sentence(v.lang)
		return nil
	}
	names, err := v.nodeNames()
	if err != nil {
		return err
	}
	p.Node = names[host]
	if len(a.Offers) > 0 {
		p.Price, p.Slot = a.Offers[0].Price, slotTimes(a.Offers[0].From, a.Offers[0].To, a.Zone)
		p.Form.Set("price", p.Price.Yuan())
	} else {
		p.Why = v.t("近期没有空闲时段。", "No slot is free soon.")
	}
	return nil
}

// firstFree asks the calendar of a listing, of this node or a neighbour, for its next free slots.
func (s *Server) firstFree(ctx context.Context, who access.Actor, id unit.ID, org federation.SlotOrg) (a federation.FreeAnswer, host string, err error) {
	host, remote, err := s.calendarOf(ctx, "", id)
	if err != nil {
		return a, host, err
	}
	a, err = s.c.Federation.Free(ctx, who, host, federation.FreeQuestion{Listing: remote, Org: org, Person: who.Person})
	return a, host, err
}

// dealsOf says of each way of paying what the buyer pays at once and gets back. Where the provider is paid, the treasury's part is
// never the buyer's to pay; where the buyer is paid, it pays all and waits.
func dealsOf(x casework.Purchase, org string, price unit.Fen) (out []dealView) {
	for _, d := range x.Deals {
		y := dealView{Words: x.Scheme.Say(d.Value), InForce: d.InForce, ToBuyer: d.Payee == org, Known: price > 0 && (d.Pays.Known || d.Pays.Bounded), Exact: d.Pays.Known, Paid: min(d.Pays.Sum, price)}
		if y.Now = price; y.ToBuyer {
			y.Back = y.Paid
		} else {
			y.Now -= y.Paid
		}
		out = append(out, y)
	}
	return out
}

// dealRoutes are the addresses of it.
func (s *Server) dealRoutes() {
	s.page("GET", "/listings/{id}/deal", access.CaseCreate, (*visit).deal)
}

// apiDeal tells programs the same.
func (s *Server) apiDeal() {
	type dealIn struct {
		ID    string `path:"id"`
		Org   string `query:"org" required:"true" doc:"credit code of who buys"`
		Price string `query:"price" doc:"yuan; empty: that of the next free slot"`
	}
	type dealWayOut struct {
		Value   string   `json:"pays_to" doc:"the choice of the scheme"`
		InForce bool     `json:"in_force" doc:"the edition pays so"`
		ToBuyer bool     `json:"to_buyer"`
		Known   bool     `json:"known"`
		Exact   bool     `json:"exact" doc:"else the treasury bears at most that much"`
		Now     unit.Fen `json:"now" doc:"yuan that the buyer pays at once"`
		Back    unit.Fen `json:"back" doc:"yuan that come back to it"`
	}
	type dealSchemeOut struct {
		Scheme  string       `json:"scheme"`
		Edition string       `json:"edition"`
		Verdict string       `json:"verdict" enum:"pass,fail,unknown"`
		Deals   []dealWayOut `json:"deals"`
		Median  int          `json:"median_days" doc:"from the first step to the payment, of past cases; -1: too few were paid"`
		Past    int          `json:"past"`
		Answers []answerOut  `json:"answers"`
	}
	type listingDealOut struct {
		Price   unit.Fen        `json:"price" doc:"yuan; 0: not known"`
		Schemes []dealSchemeOut `json:"schemes"`
	}
	operate(s, "GET", "/api/v1/listings/{id}/deal", access.CaseCreate, "What the schemes of this node would pay of a listing, for an organisation of one's own", func(ctx context.Context, a asked, i *dealIn) (*body[listingDealOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		l, err := s.c.Catalogue.Get(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(access.ReachOf(a.who, access.CaseCreate).Orgs, i.Org) {
			return nil, fault.New(fault.Invalid, "casework.org_hidden").On("org")
		}
		o := listingDealOut{Schemes: []dealSchemeOut{}}
		if i.Price != "" {
			if o.Price, err = unit.ParseFen(i.Price); err != nil {
				return nil, fault.Of(err).On("price")
			}
		} else {
			org, err := s.orgOf(ctx, i.Org)
			if err != nil {
				return nil, err
			}
			free, _, err := s.firstFree(ctx, a.who, id, federation.SlotOrg{Code: i.Org, Name: org.Name, Kind: org.Kind})
			if err != nil {
				return nil, err
			}
			if len(free.Offers) > 0 {
				o.Price = free.Offers[0].Price
			}
		}
		_, all, err := s.c.Cases.Purchases(ctx, a.who, i.Org, l.Owner, o.Price)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			y := dealSchemeOut{Scheme: x.Scheme.ID, Edition: x.Scheme.Edition, Verdict: string(x.Verdict), Median: x.Median, Past: x.Past, Deals: []dealWayOut{}}
			for n, d := range dealsOf(x, i.Org, o.Price) {
				y.Deals = append(y.Deals, dealWayOut{x.Deals[n].Value, d.InForce, d.ToBuyer, d.Known, d.Exact, d.Now, d.Back})
			}
			for _, r := range x.Rules {
				y.Answers = append(y.Answers, answersOf(x.Scheme, []scheme.Answer{r.Answer}, a.lang)...)
			}
			o.Schemes = append(o.Schemes, y)
		}
		return answer(o)
	})
}
