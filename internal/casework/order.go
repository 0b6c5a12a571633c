package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// ordersMax is how many orders one reading takes; the caller goes on behind the last.
const ordersMax = 500

// billed is the name of the field by which a form says what the provider billed. A form that has none says nothing of it.
const billed = "invoiced"

// OrderState is how far an order is, whatever the stages of its scheme are called.
type OrderState string

const (
	OrderPending  OrderState = "pending"  // no sum is fixed yet
	OrderApproved OrderState = "approved" // a sum is fixed and has not left the books
	OrderPaid     OrderState = "paid"     // money is out
	OrderRejected OrderState = "rejected" // refused
	OrderDropped  OrderState = "dropped"  // ended without payment and without a refusal
	OrderBack     OrderState = "back"     // ended, and what was paid came back whole
)

// Order is how a case that pays for what another organisation does stood at a moment: from its own steps and the books.
type Order struct {
	Case       unit.ID
	No         string
	Scheme     string
	Org        string // whose case it is
	Provider   string // the organisation that the form names
	ToProvider bool   // the money goes to the provider
	State      OrderState
	Approved   unit.Fen // as it is fixed
	Paid       unit.Fen // out of the books, less what came back
	Invoiced   unit.Fen
	Since      unit.Day // when the claim was made on which the sum is decided; the zero day before
	PaidOn     unit.Day // of the last payment
	Workdays   bool     // the time to pay is counted in working days
}

// OrdersTouched lists the orders that had a step in the half-open time [from, to), in the order of their cases behind
// after, each as it stood at to. next is "" at the end.
func (s *Service) OrdersTouched(ctx context.Context, tx *db.Tx, from, to time.Time, after unit.ID) (out []Order, next unit.ID, err error) {
	ids, err := selectStepped(ctx, tx, from, to, after, ordersMax)
	if err != nil {
		return nil, "", fmt.Errorf("cases with steps: %w", err)
	}
	for _, id := range ids {
		o, ok, err := s.OrderAt(ctx, tx, id, to)
		if err != nil {
			return nil, "", err
		}
		if ok {
			out = append(out, o)
		}
	}
	if len(ids) == ordersMax {
		next = ids[len(ids)-1]
	}
	return out, next, nil
}

// OrderAt is one case as an order at a moment; false if it is none, or was none yet. A sum that was fixed twice is told
// as it was fixed last.
func (s *Service) OrderAt(ctx context.Context, tx *db.Tx, id unit.ID, at time.Time) (Order, bool, error) {
	c, err := selectCase(ctx, tx, id)
	if err != nil {
		return Order{}, false, err
	}
	sch, err := s.edition(c)
	if err != nil {
		return Order{}, false, err
	}
	if c.History, err = selectSteps(ctx, tx, id); err != nil {
		return Order{}, false, err
	}
	return s.orderAt(ctx, tx, sch, c, at)
}

// OrderOfNo is OrderAt by the number of the case.
func (s *Service) OrderOfNo(ctx context.Context, tx *db.Tx, no string, at time.Time) (Order, bool, error) {
	all, err := queryCases(ctx, tx, sqlByNo, no)
	if err != nil || len(all) == 0 {
		return Order{}, false, err
	}
	return s.OrderAt(ctx, tx, all[0].ID, at)
}

func (s *Service) orderAt(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, at time.Time) (o Order, is bool, err error) {
	pays, amount := payRow(sch)
	provider := providerOf(sch, c)
	if amount == "" || provider == "" || provider == c.Org {
		return o, false, nil
	}
	o = Order{Case: c.ID, No: c.No, Scheme: c.Scheme, Org: c.Org, Provider: provider, Invoiced: c.field(billed).Fen(),
		Workdays: sch.CountsWorkdays(pays.Clock)}
	judged := ""
	for _, r := range sch.Stages {
		if r.Action == sch.FixedAt(amount) {
			judged = r.From
			break
		}
	}
	stage, paid, fixed := sch.Start(), false, false
	for _, h := range c.History {
		if !h.At.Before(at) {
			break
		}
		stage = h.To
		day := s.today(h.At)
		if h.To == judged && h.From != judged && !o.Since.Valid() {
			o.Since = day
		}
		if row, ok := sch.Row(h.From, h.Action); ok && sch.Pays(row) {
			o.PaidOn, paid = day, true
		}
		fixed = fixed || h.Action == sch.FixedAt(amount)
	}
	if stage == sch.Start() {
		return o, false, nil // a draft is nobody's but its writer's
	}
	if fixed {
		o.Approved = c.Purse.Sums[amount]
	}
	entries, err := s.c.Ledger.Find(ctx, tx, c.Object())
	if err != nil {
		return o, false, fmt.Errorf("books of case %s: %w", c.No, err)
	}
	for _, e := range entries {
		if !e.At.Before(at) {
			continue
		}
		for path := range c.Purse.Out {
			if o.Paid, err = o.Paid.Add(e.Change(path)); err != nil {
				return o, false, err
			}
			o.ToProvider = o.ToProvider || e.Credit == path && strings.Contains(e.Debit, provider)
		}
	}
	end, ended := sch.IsEnd(stage)
	switch {
	case o.Paid > 0:
		o.State = OrderPaid
	case ended && paid:
		o.State = OrderBack
	case ended && end == scheme.Refused:
		o.State = OrderRejected
	case ended:
		o.State = OrderDropped
	case o.Approved > 0:
		o.State = OrderApproved
	default:
		o.State = OrderPending
	}
	if o.State != OrderPaid && o.State != OrderBack {
		o.PaidOn = 0
	}
	return o, true, nil
}

// payRow is the row by which a desk pays, with the amount that leaves; "" where a scheme pays nothing that it fixed.
func payRow(sch *scheme.Scheme) (scheme.Row, string) {
	for _, r := range sch.Stages {
		if !sch.Pays(r) {
			continue
		}
		for _, l := range sch.MoneyAt(r.Action) {
			if a, ok := sch.Accounts.Get(l.To); ok && a.Kind == scheme.Out && l.Amount != "" {
				return r, l.Amount
			}
		}
	}
	return scheme.Row{}, ""
}

// providerOf is the organisation that the case pays for: the party that a field names, else the first organisation of the form.
func providerOf(sch *scheme.Scheme, c Case) string {
	for _, r := range sch.Roles.All() {
		if r.Party != "" && r.Party != "firm" {
			if org := partyOf(c, r); org != c.Org {
				return org
			}
		}
	}
	for f := range sch.Form.All() {
		if f.Type == "org" {
			return c.field(f.Name).Text
		}
	}
	return ""
}

// stepped tells who keeps count between jurisdictions how an order stands after a step.
func (s *Service) stepped(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if s.c.Stepped == nil {
		return nil
	}
	o, is, err := s.orderAt(ctx, tx, sch, c, tx.Now().Add(time.Microsecond))
	if err != nil || !is {
		return err
	}
	return s.c.Stepped(ctx, tx, o)
}
