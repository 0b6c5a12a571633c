package statement

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Kinds of letters.
const (
	orderKind  = "statement.order"  // payer to host: how an order stands
	recordKind = "statement.record" // host to payer: what the provider recorded
	linesKind  = "statement.lines"  // each to the other: a part of its lines
	signKind   = "statement.sign"
)

// LetterKinds are the kinds that Receive takes.
var LetterKinds = []string{orderKind, recordKind, linesKind, signKind}

var states = map[string]bool{"pending": true, "approved": true, "paid": true, "rejected": true, "dropped": true, "back": true}

// Tell tells the provider's node, in the act of a step, how an order stands after it. Orders within one jurisdiction, and of
// providers whose node is not known here, are nobody else's.
func (d *Desk) Tell(ctx context.Context, tx *db.Tx, o Order) error {
	host, err := d.c.Registry.Home(ctx, tx, o.Provider)
	if err != nil || host == "" || host == d.c.Self || !d.c.Letters.Reaches(host) {
		return err
	}
	n, err := d.c.Letters.Send(ctx, tx, host, orderKind, access.Actor{}, "", o)
	if err != nil {
		return fmt.Errorf("tell %s of order %s: %w", host, o.No, err)
	}
	return insertTold(ctx, tx, told{d.c.Self, host, n, tx.Now(), o})
}

// told is an order as a letter told it.
type told struct {
	payer, host string
	n           int64
	at          time.Time // by the payer's clock
	o           Order
}

// Record is what a provider has in its own books of an order.
type Record struct {
	Payer, Host string
	N           int64
	At          time.Time
	Order       string
	Provider    string
	Billed      unit.Fen
	Received    unit.Fen // of the payer's treasury
	Note        string
	Person      unit.ID
	Name        string
}

// recordBody is the layout of the letter; who recorded it stays at home.
type recordBody struct {
	Order    string   `json:"order"`
	Provider string   `json:"provider"`
	Billed   unit.Fen `json:"billed"`
	Received unit.Fen `json:"received"`
}

// Service is an order of another jurisdiction at a provider of this one, with the newest record of it.
type Service struct {
	Payer    string
	N        int64
	At       time.Time
	Order    Order
	Recorded bool
	Record   Record
}

// Services lists the orders of other jurisdictions at the providers that the actor speaks for, the newest letter first.
func (d *Desk) Services(ctx context.Context, who access.Actor, page int) (out []Service, more bool, err error) {
	if err := access.MaySomewhere(who, access.ServiceRecord); err != nil {
		return nil, false, err
	}
	reach := access.ReachOf(who, access.ServiceRecord)
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectServices(ctx, tx, d.c.Self, reach.Orgs, (max(page, 1)-1)*pageRows, pageRows+1)
		return err
	})
	if more = len(out) > pageRows; more {
		out = out[:pageRows]
	}
	return out, more, err
}

// Enter records what a provider billed and received for an order of another jurisdiction. A later record is the one that
// counts; the earlier ones stay.
func (d *Desk) Enter(ctx context.Context, who access.Actor, payer, order string, billed, received unit.Fen, note string) (r Record, err error) {
	note = strings.TrimSpace(note)
	switch {
	case billed < 0 || received < 0:
		return r, fault.New(fault.Invalid, "statement.sum").On("billed")
	case len([]rune(note)) > noteMax:
		return r, fault.New(fault.TooLarge, "statement.note", "most", noteMax).On("note")
	}
	err = d.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, ok, err := selectNewestTold(ctx, tx, payer, d.c.Self, order, -1)
		if err != nil {
			return err
		}
		if !ok || access.May(who, access.ServiceRecord, access.Scope{Org: t.o.Provider}) != nil {
			return fault.New(fault.NotFound, "statement.no_order")
		}
		mandate, err := access.Mandate(who, access.ServiceRecord, access.Scope{Org: t.o.Provider})
		if err != nil {
			return err
		}
		r = Record{Payer: payer, Host: d.c.Self, At: tx.Now(), Order: order, Provider: t.o.Provider, Billed: billed, Received: received, Note: note, Person: who.Person, Name: who.Name}
		if r.N, err = d.c.Letters.Send(ctx, tx, payer, recordKind, who, mandate, recordBody{order, r.Provider, billed, received}); err != nil {
			return err
		}
		if err := insertRecord(ctx, tx, r); err != nil {
			return fmt.Errorf("record of order %s: %w", order, err)
		}
		return d.c.Access.Record(ctx, tx, who, access.Entry{Act: "statement.record", Object: "order/" + order, Mandate: mandate, Detail: billed.Yuan() + " / " + received.Yuan()})
	})
	return r, err
}

// Letter is one that came from another node.
type Letter struct {
	From    string
	N       int64
	Kind    string
	Made    time.Time
	Person  string
	Mandate string
	Body    json.RawMessage
}

// Receive takes a letter of one of the kinds, in the act that takes it in.
func (d *Desk) Receive(ctx context.Context, tx *db.Tx, l Letter) error {
	switch l.Kind {
	case orderKind:
		return d.takeOrder(ctx, tx, l)
	case recordKind:
		return d.takeRecord(ctx, tx, l)
	case linesKind:
		return d.takeLines(ctx, tx, l)
	case signKind:
		return d.takeSign(ctx, tx, l)
	}
	return fault.New(fault.Invalid, "statement.letter", "what", l.Kind)
}

func read(l Letter, into any) error {
	if err := json.Unmarshal(l.Body, into); err != nil {
		return fault.New(fault.Invalid, "statement.letter", "what", l.Kind).Because(err)
	}
	return nil
}

func (d *Desk) takeOrder(ctx context.Context, tx *db.Tx, l Letter) error {
	var o Order
	if err := read(l, &o); err != nil {
		return err
	}
	if o.No == "" || len(o.No) > 64 || len(o.Org) > 32 || len(o.Provider) > 32 || !states[o.State] || o.Approved < 0 {
		return fault.New(fault.Invalid, "statement.letter", "what", "order")
	}
	home, err := d.c.Registry.Home(ctx, tx, o.Provider)
	if err != nil {
		return err
	}
	if home != d.c.Self {
		return fault.New(fault.Denied, "statement.not_ours", "provider", o.Provider)
	}
	return insertTold(ctx, tx, told{l.From, d.c.Self, l.N, l.Made, o})
}

func (d *Desk) takeRecord(ctx context.Context, tx *db.Tx, l Letter) error {
	var b recordBody
	if err := read(l, &b); err != nil {
		return err
	}
	t, ok, err := selectNewestTold(ctx, tx, d.c.Self, l.From, b.Order, -1)
	if err != nil {
		return err
	}
	if !ok || t.o.Provider != b.Provider || b.Billed < 0 || b.Received < 0 {
		return fault.New(fault.Invalid, "statement.letter", "what", "record")
	}
	return insertRecord(ctx, tx, Record{Payer: d.c.Self, Host: l.From, N: l.N, At: l.Made, Order: b.Order, Provider: b.Provider, Billed: b.Billed, Received: b.Received})
}
