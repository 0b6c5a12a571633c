package statement

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

const (
	pageRows    = 50     // statements, lines or orders on one page
	linesMax    = 50_000 // of one side of a statement
	linesLetter = 500    // lines in one letter
	noteMax     = 500    // characters
	differsMax  = 5_000  // that are kept of one statement
	monthLayout = "2006-01"
)

// The sides of a statement.
const (
	Payer = "payer" // whose treasury pays
	Host  = "host"  // where the providers are
)

// States of a statement.
const (
	Sent     = "sent"     // the other side's lines have not come
	Compared = "compared" // both lists are here
	Signed   = "signed"   // by both sides
)

// Order is how an order stands, as the payer's side has it.
type Order struct {
	No         string   `json:"order"`
	Org        string   `json:"org"`
	Provider   string   `json:"provider"`
	ToProvider bool     `json:"to_provider"`
	State      string   `json:"state"`
	Approved   unit.Fen `json:"approved"` // in letters and texts sums are yuan with two decimals
	Paid       unit.Fen `json:"paid"`
	Since      unit.Day `json:"since"`
	PaidOn     unit.Day `json:"paid_on"`
	Workdays   bool     `json:"workdays"`

	Billed unit.Fen `json:"-"` // of the form; it is not told, so that the provider's own record can be compared with it
}

// Orders is casework as this room asks it.
type Orders interface {
	// Touched lists the orders that had a step in [from, to), each as it stood at to, from the cases and the books.
	Touched(ctx context.Context, tx *db.Tx, from, to time.Time, each func(Order) error) error
	// At is one order as it stood at a moment; false if there is none of this number.
	At(ctx context.Context, tx *db.Tx, no string, at time.Time) (Order, bool, error)
}

// Letters carries what the other node has to know. Send is part of the caller's act: the letter leaves if and only if the act
// does, is delivered once, in the order of sending. It returns the letter's number for the pair.
type Letters interface {
	Send(ctx context.Context, tx *db.Tx, to, kind string, by access.Actor, mandate string, body any) (n int64, err error)
	// Reaches says whether letters can be sent to a node.
	Reaches(to string) bool
}

// Registry says who answers for an organisation.
type Registry interface {
	// Home is the node that an organisation belongs to; "" if it is not known.
	Home(ctx context.Context, tx *db.Tx, org string) (string, error)
	Name(ctx context.Context, tx *db.Tx, org string) fault.Words
}

// Log publishes what is signed.
type Log interface {
	Append(ctx context.Context, tx *db.Tx, leaf corridorlog.Leaf) (unit.ID, error)
}

// Calendar is that of the node's jurisdiction.
type Calendar interface {
	WorkdaysBetween(from, to unit.Day) (n int, provisional bool)
	Location() *time.Location
}

// Config joins the room. All but Notices are needed.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Orders   Orders
	Letters  Letters
	Registry Registry
	Log      Log
	Calendar Calendar
	Notices  *notice.Service // nil: nobody is told
	Self     string          // region code of the node
}

// Desk is the room. It is safe for concurrent use.
type Desk struct{ c Config }

// New checks the settings.
func New(c Config) (*Desk, error) {
	if c.DB == nil || c.Access == nil || c.Orders == nil || c.Letters == nil || c.Registry == nil || c.Log == nil || c.Calendar == nil || c.Self == "" {
		return nil, fmt.Errorf("statement: a database, access, orders, letters, a registry, a log, a calendar and a node are needed")
	}
	return &Desk{c}, nil
}

// Statement is one month between a payer and a host.
type Statement struct {
	ID          string
	Payer, Host string
	Period      string // 2026-03
	From, Until time.Time
	Told        [2]int64 // letters payer to host: behind the first, up to the second
	Records     [2]int64 // letters host to payer
	State       string
	MadeBy      unit.ID
	MadeName    string
	MadeAt      time.Time
	Text        Text   // the zero Text until it is compared
	Digest      string // of the text
	Differences int
	Signatures  []Signature

	raw   string
	parts int64
}

// Side is which side of it a node is; "" for neither.
func (s Statement) Side(node string) string {
	switch node {
	case s.Payer:
		return Payer
	case s.Host:
		return Host
	}
	return ""
}

// Other is the node at the other end.
func (s Statement) Other(node string) string {
	if node == s.Payer {
		return s.Host
	}
	return s.Payer
}

// SignedBy says whether a side has signed.
func (s Statement) SignedBy(side string) bool {
	for _, g := range s.Signatures {
		if g.Side == side {
			return true
		}
	}
	return false
}

// Object is how the journal and the log name it.
func (s Statement) Object() string { return "statement/" + s.ID }

// Signature is an officer's word for a side.
type Signature struct {
	Side    string
	Digest  string
	Person  unit.ID
	Name    string // "" of the other side
	Mandate string
	At      time.Time
	Leaf    unit.ID // in the own log; "" until both have signed, and of the other side
}

// Line is one order of one side. Money is what the order amounts to by the end of the month, not the month's part of it.
type Line struct {
	Order    string   `json:"order"`
	Org      string   `json:"org"`
	Provider string   `json:"provider"`
	State    string   `json:"state"`
	Approved unit.Fen `json:"approved"`
	Paid     unit.Fen `json:"paid"`
	Billed   unit.Fen `json:"billed"`
	Recorded bool     `json:"recorded"` // this side has a record of what was billed
	Days     int64    `json:"days"`     // from the claim to the payment; -1: not paid
	Workdays bool     `json:"workdays"`
}

// Difference is a thing of one order on which the sides do not agree, with both values. Field is "line" where one side does
// not have the order at all.
type Difference struct {
	Order string `json:"order"`
	Field string `json:"field"`
	Payer string `json:"payer"`
	Host  string `json:"host"`
}

// Text is what both sides sign: they compute the same one, or there is something to find out first.
type Text struct {
	V           int               `json:"v"`
	Payer       string            `json:"payer"`
	Host        string            `json:"host"`
	Period      string            `json:"period"`
	Told        [2]int64          `json:"orders_by_letter"`  // payer to host, behind the first, up to the second
	Records     [2]int64          `json:"records_by_letter"` // host to payer
	Lines       map[string]string `json:"lines"`             // digest of each side's list
	Totals      Totals            `json:"totals"`
	Differences []Difference      `json:"differences"`
}

// Totals are of the lines on which both agree. Payments of the month are what is out by now less what was signed for before.
type Totals struct {
	Orders         int64    `json:"orders"`
	Firms          int64    `json:"firms"`
	Pending        int64    `json:"pending"`
	Approved       int64    `json:"approved"` // fixed and not paid yet
	ApprovedFen    unit.Fen `json:"approved_sum"`
	Paid           int64    `json:"paid"` // orders with a payment of this month
	PaidFen        unit.Fen `json:"paid_sum"`
	BackFen        unit.Fen `json:"back_sum"` // of what was signed for before, never set off
	Rejected       int64    `json:"rejected"`
	Dropped        int64    `json:"dropped"`
	Late           int64    `json:"late"`                   // orders that stood in an earlier statement
	MedianWorkdays int64    `json:"median_workdays_tenths"` // of orders whose time to pay is counted in them; -1: there is none
	MedianDays     int64    `json:"median_days_tenths"`
}

// read puts the kept text into its parts.
func (s *Statement) read() error {
	if s.raw == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s.raw), &s.Text); err != nil {
		return fmt.Errorf("text of statement %s: %w", s.ID, err)
	}
	return nil
}

// month is the half-open time of a month by the calendar's zone.
func (d *Desk) month(period string) (from, until time.Time, err error) {
	from, err = time.ParseInLocation(monthLayout, period, d.c.Calendar.Location())
	if err != nil || from.Format(monthLayout) != period {
		return from, until, fault.New(fault.Invalid, "statement.period", "period", period).On("period")
	}
	return from.UTC(), from.AddDate(0, 1, 0).UTC(), nil
}

// idOf names a statement.
func idOf(payer, host, period string) string { return payer + "-" + host + "-" + period }
