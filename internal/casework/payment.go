package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// paymentsMax is how many cases that wait for a payment are read at once.
const paymentsMax = 2000

// Payment is money that a case waits for somebody to move out of the books, or to enter as come back: a row of its
// stage by a desk, whose lines touch an account that leaves the books. It is computed as the action would, and nothing
// is moved.
type Payment struct {
	Case      Case
	Action    string
	Words     fault.Words
	Desk      string      // the role of access that takes the action
	Out       string      // path of the account that leaves the books
	Sum       unit.Fen    //
	Payee     string      // organisation; of money that comes back, who pays it back
	PayeeName fault.Words //
	Account   string      // what was filled in as the payee's account; "" if nobody asked for one
	Fixed     Step        // the step at which the sum was fixed; the zero Step if it cannot be told
	Due       time.Time
	Late      bool
	Refused   *fault.Error // why this actor, or anybody, cannot take the action now
}

// Payments lists what waits to be paid by the actor's desks; the longest waiting stands first.
func (s *Service) Payments(ctx context.Context, tx *db.Tx, who access.Actor) ([]Payment, error) {
	return s.moving(ctx, tx, who, func(sch *scheme.Scheme, r scheme.Row) bool { return sch.Pays(r) && deskHeld(sch, r, who) })
}

// Recoveries lists what organisations have to pay back, of the cases that the actor may see.
func (s *Service) Recoveries(ctx context.Context, tx *db.Tx, who access.Actor) ([]Payment, error) {
	return s.moving(ctx, tx, who, (*scheme.Scheme).Recovers)
}

// PaymentOf is what one case waits for to be paid; fault.Conflict if it waits for none.
func (s *Service) PaymentOf(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Payment, error) {
	return s.movingOf(ctx, tx, who, id, (*scheme.Scheme).Pays)
}

// RecoveryOf is what one case waits for to be paid back; fault.Conflict if it waits for none.
func (s *Service) RecoveryOf(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Payment, error) {
	return s.movingOf(ctx, tx, who, id, (*scheme.Scheme).Recovers)
}

func (s *Service) movingOf(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, is func(*scheme.Scheme, scheme.Row) bool) (Payment, error) {
	c, sch, err := s.seenWith(ctx, tx, who, id)
	if err != nil {
		return Payment{}, err
	}
	for _, r := range sch.RowsFrom(c.Stage) {
		if is(sch, r) {
			return s.payment(ctx, tx, who, sch, c, r)
		}
	}
	return Payment{}, fault.New(fault.Conflict, "casework.no_payment", "case", c.No, "stage", c.StageWords)
}

// WayBack is the action by which the last payment of a case goes back, if the case still stands where it led.
func (s *Service) WayBack(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, paid string) (action string, ok bool, err error) {
	c, sch, err := s.seenWith(ctx, tx, who, id)
	if err != nil {
		return "", false, err
	}
	for _, r := range sch.Stages {
		if r.Action == paid && r.To == c.Stage {
			if back, ok := sch.WayBack(r); ok {
				return back.Action, true, nil
			}
		}
	}
	return "", false, nil
}

// OutAccounts are the paths of accounts that leave the books, as far as editions name them without facts of a case.
func (s *Service) OutAccounts() []string {
	var out []string
	seen := map[string]bool{}
	for _, sch := range s.Schemes() {
		for _, path := range sch.OutPaths() {
			if !seen[path] {
				seen[path] = true
				out = append(out, path)
			}
		}
	}
	return out
}

// deskHeld says whether the actor holds, somewhere, a desk of the row.
func deskHeld(sch *scheme.Scheme, r scheme.Row, who access.Actor) bool {
	for _, name := range r.Who {
		if desk, ok := deskOf(sch, name); ok {
			for _, g := range who.Grants {
				if g.Role == desk {
					return true
				}
			}
		}
	}
	return false
}

func (s *Service) moving(ctx context.Context, tx *db.Tx, who access.Actor, is func(*scheme.Scheme, scheme.Row) bool) (out []Payment, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	var stages []string
	for _, sch := range s.Schemes() {
		for _, r := range sch.Stages {
			if is(sch, r) {
				stages = append(stages, sch.Digest+"/"+r.From)
			}
		}
	}
	all, err := selectStanding(ctx, tx, reachWhere(access.ReachOf(who, access.CaseRead), s.schemesOf(who)), stages, paymentsMax)
	if err != nil {
		return nil, fmt.Errorf("cases that wait for money: %w", err)
	}
	for _, c := range all {
		sch, err := s.edition(c)
		if err != nil {
			return nil, err
		}
		if err := s.fill(ctx, tx, &c); err != nil {
			return nil, err
		}
		for _, r := range sch.RowsFrom(c.Stage) {
			if !is(sch, r) {
				continue
			}
			p, err := s.payment(ctx, tx, who, sch, c, r)
			if err != nil {
				return nil, fmt.Errorf("payment of case %s: %w", c.No, err)
			}
			out = append(out, p)
			break
		}
	}
	return out, nil
}

// payment computes what an action would move over the edge of the books.
func (s *Service) payment(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, r scheme.Row) (Payment, error) {
	p := Payment{Case: c, Action: r.Action, Words: sch.Say(r.Action), Payee: c.Org}
	p.Desk, _ = deskOf(sch, r.Who[0])
	if out := sch.OutPaths(); len(out) > 0 {
		p.Out = out[0] // also of what cannot be computed now
	}
	for _, w := range c.Waits {
		if w.Action == r.Action {
			p.Due, p.Late = w.Due, w.Late
		}
	}
	j, _, q, err := s.judge(ctx, tx, sch, c, who, Action{Name: r.Action, Reason: "-"})
	if err == nil && !j.Goes {
		err = refusal(sch, j)
	}
	if p.Refused, err = asRefusal(err); err != nil {
		return p, err
	}
	if q.Facts == nil {
		q = scheme.Question{Stage: c.Stage, Action: r.Action, Answers: c.Answers, Purse: c.Purse, Facts: s.facts(ctx, tx, sch, c)}
	}
	out, err := sch.Effects(q, "-")
	refused, err := asRefusal(err)
	if err != nil {
		return p, err
	}
	if refused != nil {
		p.Refused = refused
		return p, nil
	}
	if err := s.sumUp(ctx, tx, sch, &p, out.Postings); err != nil {
		return p, err
	}
	if p.Account, err = s.accountOf(ctx, tx, sch, c, p.Payee); err != nil {
		return p, err
	}
	o, err := s.c.Registry.Org(ctx, tx, p.Payee)
	if fault.KindOf(err) == fault.NotFound {
		o, err = registry.Org{Name: fault.Words{p.Payee, p.Payee}}, nil
	}
	p.PayeeName = o.Name
	return p, err
}

// asRefusal parts what is said to people from what stops the reading.
func asRefusal(err error) (*fault.Error, error) {
	if err == nil {
		return nil, nil
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return nil, err
	}
	return f, nil
}

// sumUp adds up what goes over the edge, finds to whom, and who fixed it.
func (s *Service) sumUp(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, p *Payment, all []scheme.Posting) (err error) {
	payees := 0
	for _, x := range all {
		edge, other := x.To, x.From
		if x.From.Kind == scheme.Out {
			edge, other = x.From, x.To
		}
		if edge.Kind != scheme.Out {
			continue
		}
		sum := x.Amount
		if x.Rest {
			b, err := s.c.Ledger.Balance(ctx, tx, placePath(p.Case, x.From))
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			sum = b.Available
		}
		if p.Sum, err = p.Sum.Add(sum); err != nil {
			return err
		}
		p.Out = edge.Path
		if other.Kind == scheme.Own && other.Owner != "" {
			if payees++; payees > 1 && other.Owner != p.Payee {
				p.Refused = fault.New(fault.Conflict, "casework.payees_many", "case", p.Case.No)
				return nil
			}
			p.Payee = other.Owner
		}
		for i := len(p.Case.History) - 1; i >= 0; i-- {
			if h := p.Case.History[i]; h.Action == sch.FixedAt(x.Name) {
				p.Fixed = h
				break
			}
		}
	}
	return nil
}

// accountOf finds what was filled in as the account of an organisation: in the case, else in the one above it.
func (s *Service) accountOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, org string) (string, error) {
	for f := range sch.Form.All() {
		r, ok := sch.Roles.Get(f.By)
		if v := c.Fields[f.Name]; ok && f.Type == "account" && v.Known() && r.Party != "" && partyOf(c, r) == org {
			return v.Text, nil
		}
	}
	if c.Parent == "" {
		return "", nil
	}
	up, err := selectCase(ctx, tx, c.Parent)
	if err != nil {
		return "", err
	}
	above, err := s.edition(up)
	if err != nil {
		return "", err
	}
	return s.accountOf(ctx, tx, above, up, org)
}

// Owes says whether the organisation of a case has to pay something back where the case stands.
func (s *Service) Owes(c Case) bool {
	sch, err := s.edition(c)
	if err != nil || c.End != "" {
		return false
	}
	for _, r := range sch.RowsFrom(c.Stage) {
		if sch.Recovers(r) {
			return true
		}
	}
	return false
}

// tellOwed tells the organisation that it has to pay something back, with the demand to read.
func (s *Service) tellOwed(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if !s.Owes(c) {
		return nil
	}
	_, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Org: c.Org}, Kind: "case.owes", Object: c.Object(), Path: "/payments/owed/" + string(c.ID), Org: c.Org,
		Title: fault.Words{fmt.Sprintf("须退回资金，请看退款通知书：%s %s", sch.Title[0], c.No), fmt.Sprintf("Money has to be paid back; read the demand: %s %s", sch.Title[1], c.No)},
		Key:   fmt.Sprintf("%s/%d/owes", c.Object(), len(c.History))})
	return err
}
