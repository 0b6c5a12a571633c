package statement

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Query narrows the list of statements; the zero query is all of them.
type Query struct {
	Node  string // of one end
	State string
	Way   string // paid: this node pays; served: this node's providers serve
	Page  int    // from 1
}

// Statements is one page of them, the newest month first, and how many there are.
func (d *Desk) Statements(ctx context.Context, who access.Actor, q Query) (out []Statement, total int, err error) {
	if err := d.mayRead(who); err != nil {
		return nil, 0, err
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, total, err = selectStatements(ctx, tx, q, d.c.Self)
		return err
	})
	return out, total, err
}

func (d *Desk) mayRead(who access.Actor) error {
	return access.May(who, access.StatementRead, access.Scope{Region: unit.Region(d.c.Self)})
}

// Both is an order as the two sides put it; a side that does not have it is nil.
type Both struct {
	Order       string
	Payer, Host *Line
	Differs     []Difference
	Before      unit.Fen // what an earlier statement agreed had been paid
	Late        bool     // it stood in an earlier one
}

// Line is the side's line that there is, the payer's first.
func (b Both) Line() Line {
	if b.Payer != nil {
		return *b.Payer
	}
	return *b.Host
}

// Now is what the month adds to what was agreed before; below zero: it came back.
func (b Both) Now() unit.Fen { return b.Line().Paid - b.Before }

// Detail is a statement with its lines, both sides beside each other.
type Detail struct {
	Statement
	Lines []Both
	Names map[string]fault.Words // of organisations
	Own   bool                   // this person closed the month
	Signs bool                   // this person may sign for this node
	Mine  string                 // the side that this node is
}

// Get is one statement with all its lines.
func (d *Desk) Get(ctx context.Context, who access.Actor, id string) (x Detail, err error) {
	if err := d.mayRead(who); err != nil {
		return x, err
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		x = Detail{Names: map[string]fault.Words{}}
		if x.Statement, err = selectStatement(ctx, tx, id); err != nil {
			return err
		}
		x.Mine, x.Own = x.Side(d.c.Self), x.MadeBy == who.Person
		x.Signs = access.May(who, access.StatementSign, access.Scope{Region: unit.Region(d.c.Self)}) == nil
		x.Lines, err = d.both(ctx, tx, x.Statement)
		for _, b := range x.Lines {
			for _, org := range []string{b.Line().Org, b.Line().Provider} {
				if _, had := x.Names[org]; !had {
					x.Names[org] = d.c.Registry.Name(ctx, tx, org)
				}
			}
		}
		return err
	})
	return x, err
}

func (d *Desk) both(ctx context.Context, tx *db.Tx, s Statement) ([]Both, error) {
	payer, err := selectLines(ctx, tx, s.ID, Payer)
	if err != nil {
		return nil, err
	}
	host, err := selectLines(ctx, tx, s.ID, Host)
	if err != nil {
		return nil, err
	}
	before, err := d.before(ctx, tx, s, payer)
	if err != nil {
		return nil, err
	}
	differs := map[string][]Difference{}
	for _, x := range s.Text.Differences {
		differs[x.Order] = append(differs[x.Order], x)
	}
	var out []Both
	for i, j := 0, 0; i < len(payer) || j < len(host); {
		b := Both{}
		if j == len(host) || i < len(payer) && payer[i].Order <= host[j].Order {
			b.Order, b.Payer = payer[i].Order, &payer[i]
		} else {
			b.Order = host[j].Order
		}
		if j < len(host) && host[j].Order == b.Order {
			b.Host = &host[j]
			j++
		}
		if b.Payer != nil {
			i++
		}
		b.Differs = differs[b.Order]
		b.Before, b.Late = before[b.Order]
		out = append(out, b)
	}
	return out, nil
}
