package node

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/registry"
	"corridor/internal/settlement/statement"
	"corridor/internal/unit"
)

// state joins the room of statements to those that it asks.
func (n *Node) state(days statement.Calendar) (err error) {
	n.Statements, err = statement.New(statement.Config{DB: n.DB, Access: n.Access, Orders: ordered{n.Cases}, Letters: stated{n.Federation}, Registry: homes{n.Registry},
		Log: n.Log, Calendar: days, Notices: n.Notices, Self: n.Node.Code})
	if err != nil {
		return err
	}
	for _, kind := range statement.LetterKinds {
		n.Federation.Handle(kind, func(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
			return struct{}{}, n.Statements.Receive(ctx, tx, statement.Letter{From: l.Peer, N: l.N, Kind: l.Kind, Made: l.Made, Person: l.By.Person, Mandate: l.By.Mandate, Body: l.Body})
		})
	}
	return nil
}

// ordered is casework as statements ask it.
type ordered struct{ cases *casework.Service }

func (o ordered) Touched(ctx context.Context, tx *db.Tx, from, to time.Time, each func(statement.Order) error) error {
	for after := unit.ID(""); ; {
		all, next, err := o.cases.OrdersTouched(ctx, tx, from, to, after)
		if err != nil {
			return err
		}
		for _, x := range all {
			if err := each(orderOf(x)); err != nil {
				return err
			}
		}
		if after = next; next == "" {
			return nil
		}
	}
}

func (o ordered) At(ctx context.Context, tx *db.Tx, no string, at time.Time) (statement.Order, bool, error) {
	x, ok, err := o.cases.OrderOfNo(ctx, tx, no, at)
	return orderOf(x), ok, err
}

func orderOf(o casework.Order) statement.Order {
	return statement.Order{No: o.No, Org: o.Org, Provider: o.Provider, ToProvider: o.ToProvider, State: string(o.State), Approved: o.Approved, Paid: o.Paid,
		Since: o.Since, PaidOn: o.PaidOn, Workdays: o.Workdays, Billed: o.Invoiced}
}

// stated is the federation as statements write by it.
type stated struct{ f *federation.Service }

func (s stated) Send(ctx context.Context, tx *db.Tx, to, kind string, by access.Actor, mandate string, body any) (int64, error) {
	id, err := s.f.Send(ctx, tx, to, kind, federation.Voucher{Person: string(by.Person), Mandate: mandate}, body)
	if err != nil {
		return 0, err
	}
	return s.f.Number(ctx, tx, id)
}

func (s stated) Reaches(to string) bool { return s.f.Reaches(to) }

// homes is the registry as statements ask it.
type homes struct{ of *registry.Registry }

func (h homes) Home(ctx context.Context, tx *db.Tx, org string) (string, error) {
	o, err := h.of.Org(ctx, tx, org)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	return o.Home, err
}

func (h homes) Name(ctx context.Context, tx *db.Tx, org string) fault.Words {
	if o, err := h.of.Org(ctx, tx, org); err == nil {
		return o.Name
	}
	return fault.Words{org, org}
}
