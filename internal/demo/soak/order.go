package soak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"corridor/internal/unit"
)

// Kind is how an order is meant to go.
type Kind string

// Kinds of orders. What a contested one comes to is decided by whoever is first.
const (
	Plain     Kind = "plain"     // claimed, approved, paid
	Declined  Kind = "declined"  // the laboratory says no
	Cancelled Kind = "cancelled" // the firm takes it back after the laboratory has said yes
	Contested Kind = "contested" // the whole of a line that another order, in another jurisdiction, claims too
	Shared    Kind = "shared"    // half of a line whose other half another order claims
)

const (
	contract  = 1000 * unit.FenPerYuan // what a service costs
	pollFirst = 100 * time.Millisecond
	pollMost  = 2 * time.Second
)

// line is a line of a laboratory's invoice.
type line struct {
	seller, number string
	total          unit.Fen
}

// order is one purchase.
type order struct {
	no     int
	kind   Kind
	firm   *firm
	lab    *lab
	line   line
	amount unit.Fen // claimed of the line

	id, called string // of its case at the firm's node: id, number
}

// plan makes the orders of a run, the same ones for the same seed. Those that meet on a line are of different jurisdictions and stand
// side by side, so that they are lived at the same time.
func (r *run) plan(random *rand.Rand) []*order {
	var all []*order
	byNode := map[string][]*firm{}
	for _, f := range r.firms {
		byNode[f.node] = append(byNode[f.node], f)
	}
	nodes := payers
	made := map[string]int{}
	next := func(node string) *firm {
		f := byNode[node][made[node]%len(byNode[node])]
		made[node]++
		return f
	}
	add := func(kind Kind, node string, l *lab, line line, amount unit.Fen) {
		all = append(all, &order{no: len(all), kind: kind, firm: next(node), lab: l, line: line, amount: amount})
	}
	for len(all) < r.Config.Orders {
		i := len(all)
		at := random.IntN(len(nodes))
		other := (at + 1 + random.IntN(len(nodes)-1)) % len(nodes)
		l := r.labs[random.IntN(len(r.labs))]
		n := line{l.org, fmt.Sprintf("2631%016d", i+1), contract}
		switch p := random.IntN(100); {
		case p < 5:
			add(Declined, nodes[at], l, n, contract)
		case p < 10:
			add(Cancelled, nodes[at], l, n, contract)
		case p < 25 && i+1 < r.Config.Orders:
			add(Contested, nodes[at], l, n, contract)
			add(Contested, nodes[other], l, n, contract)
		case p < 35 && i+1 < r.Config.Orders:
			n.total = 2 * contract
			add(Shared, nodes[at], l, n, contract)
			add(Shared, nodes[other], l, n, contract)
		default:
			add(Plain, nodes[at], l, n, contract)
		}
	}
	return all
}

// live lives an order until the public notice of its payment, or its end before that.
func (r *run) live(ctx context.Context, o *order) error {
	k, err := r.open(ctx, o)
	if err != nil {
		return err
	}
	o.id, o.called = k.ID, k.No
	if err := r.act(ctx, o, o.firm.client, "file"); err != nil {
		return err
	}
	if o.kind == Declined {
		return r.labActs(ctx, o, "decline")
	}
	if err := r.labActs(ctx, o, "accept"); err != nil {
		return err
	}
	if o.kind == Cancelled {
		return r.act(ctx, o, o.firm.client, "cancel")
	}
	if err := r.labActs(ctx, o, "deliver", "report"); err != nil {
		return err
	}
	if err := r.claim(ctx, o); err != nil {
		var f *refusal
		if errors.As(err, &f) && f.Code == "casework.rule_fails" && o.kind == Contested {
			return nil // another has used the line already; the order stays delivered
		}
		return err
	}
	if err := r.bill(ctx, o); err != nil {
		return fmt.Errorf("record the bill: %w", err)
	}
	return r.decide(ctx, o)
}

// open opens the case under the firm's entitlement and says what is wanted.
func (r *run) open(ctx context.Context, o *order) (k caseAnswer, err error) {
	if _, err = o.firm.until(ctx, http.MethodPost, "/api/v1/cases", fmt.Sprintf("soak-%d", o.no), map[string]any{"scheme": "voucher-order", "parent": o.firm.entitlement}, &k); err != nil {
		return k, fmt.Errorf("open: %w", err)
	}
	return k, r.fill(ctx, o.firm.client, k.ID, map[string]string{"provider": o.lab.org, "service": "testing", "quote": contract.Yuan(), "purpose": "soak"})
}

func (r *run) fill(ctx context.Context, c *client, id string, fields map[string]string) error {
	if _, err := c.until(ctx, http.MethodPut, "/api/v1/cases/"+id+"/form", "", map[string]any{"fields": fields}, nil); err != nil {
		return fmt.Errorf("fill in: %w", err)
	}
	return nil
}

// act takes an action under a key of its own and keeps what was answered.
func (r *run) act(ctx context.Context, o *order, c *client, action string, answers ...string) error {
	body := map[string]any{"reason": "soak", "answers": map[string]bool{}}
	for _, a := range answers {
		body["answers"].(map[string]bool)[a] = true
	}
	a := Act{Order: o.no, Node: o.firm.node, Action: action, Asked: time.Now()}
	tries, err := c.until(ctx, http.MethodPost, "/api/v1/cases/"+o.id+"/actions/"+action, fmt.Sprintf("soak-%d-%s", o.no, action), body, nil)
	a.Tries, a.Answered = tries, time.Now()
	var f *refusal
	switch {
	case err == nil:
		a.Outcome = Done
	case errors.As(err, &f) && ctx.Err() == nil:
		a.Outcome, a.Code = Refused, f.Code
	default:
		a.Outcome = Unknown
	}
	r.history.add(a)
	if err != nil {
		return fmt.Errorf("order %d, %s: %w", o.no, action, err)
	}
	return nil
}

// claim hands in what the firm claims with.
func (r *run) claim(ctx context.Context, o *order) error {
	digests := map[string]string{}
	for _, name := range []string{"contract", "invoices", "slip"} {
		d, err := o.firm.attach(ctx, "/api/v1/cases/"+o.id, name+".txt", fmt.Sprintf("%s %d", name, o.no))
		if err != nil {
			return fmt.Errorf("attach the %s: %w", name, err)
		}
		digests[name] = d
	}
	paid := contract
	if o.firm.node == payers[2] { // there the provider is paid, and the firm has paid its own half
		paid = contract / 2
	}
	lines, err := json.Marshal([]map[string]string{{"seller": o.line.seller, "number": o.line.number, "line": "1", "total": o.line.total.Yuan(), "amount": o.amount.Yuan()}})
	if err != nil {
		return err
	}
	if err := r.fill(ctx, o.firm.client, o.id, map[string]string{"contract": digests["contract"], "signed": o.firm.since, "contract_sum": contract.Yuan(),
		"invoices": digests["invoices"], "invoice_lines": string(lines), "invoiced": contract.Yuan(), "slip": digests["slip"],
		"paid": paid.Yuan(), "other_subsidy": "0", "rating": "5"}); err != nil {
		return err
	}
	return r.act(ctx, o, o.firm.client, "claim")
}

// decide is the reviewer, who waits until it is known whether the invoice was used anywhere before.
func (r *run) decide(ctx context.Context, o *order) error {
	c := r.desks[o.firm.node].review
	known := ""
	if err := every(ctx, func() (bool, error) {
		var k caseAnswer
		err := c.get(ctx, "/api/v1/cases/"+o.id, &k)
		known = k.invoice()
		return known == "pass" || known == "fail", err
	}); err != nil {
		return err
	}
	if known == "fail" {
		return r.act(ctx, o, c, "refuse")
	}
	return r.act(ctx, o, c, "approve", "for_research")
}

// pay is the finance officer, once the notice is over.
func (r *run) pay(ctx context.Context, o *order) error {
	c := r.desks[o.firm.node].finance
	var k caseAnswer
	if err := every(ctx, func() (bool, error) {
		err := c.get(ctx, "/api/v1/cases/"+o.id, &k)
		return k.Stage != "noticed", err // while it is, its clock has not fired
	}); err != nil || k.Stage != "ordered" {
		return err
	}
	return r.act(ctx, o, c, "mark_paid")
}

type caseAnswer struct {
	ID      string              `json:"id"`
	No      string              `json:"no"`
	Stage   string              `json:"stage"`
	End     string              `json:"end"`
	Amounts map[string]unit.Fen `json:"amounts"`
	History []struct {
		Action string `json:"action"`
		Role   string `json:"role"`
		At     string `json:"at"`
	} `json:"history"`
	Allowed []struct {
		Action  string `json:"action"`
		Answers []struct {
			Need   string `json:"need"`
			Result string `json:"result"`
		} `json:"answers"`
	} `json:"allowed"`
}

// invoice is what is known of the invoice where the reviewer may approve: pass, fail, unknown.
func (k caseAnswer) invoice() string {
	for _, a := range k.Allowed {
		for _, n := range a.Answers {
			if a.Action == "approve" && n.Need == "invoice_unused" {
				return n.Result
			}
		}
	}
	return ""
}
