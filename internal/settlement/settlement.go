package settlement

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

const (
	pageRows     = 50        // of lists and files on one page
	fileBytesMax = 20 << 20  // of a file of the bank
	unzipMax     = 200 << 20 // to which it may unfold
	fileRowsMax  = 20_000    // of a file of the bank
	badMax       = 500       // cells that are named
	headRows     = 10        // rows in which the names of the columns are looked for
	reasonMax    = 500       // characters
	holderMax    = 200       // characters of a payee's name and bank
	accountsMax  = 500       // entries that one page shows
	movesMax     = 20_000    // entries of one reconciliation
)

// Config joins the room. All but Notices are needed.
type Config struct {
	DB         *db.DB
	Access     *access.Service
	Cases      Cases
	Books      Books
	Notices    *notice.Service // nil: nobody is told
	Treasuries Treasuries      // nil: the node has its own alone
	Calendar   Calendar
	Region     unit.Region // of the node's jurisdiction
}

// Calendar is that of the node's jurisdiction.
type Calendar interface {
	AddWorkdays(from unit.Day, n int) (d unit.Day, provisional bool)
	Location() *time.Location
}

// Cases is casework as this room asks it. All run inside the caller's act or reading; nothing is kept of a refused one.
type Cases interface {
	// Due lists the payments that cases wait for and that the actor's desks make, the longest waiting first.
	Due(ctx context.Context, tx *db.Tx, who access.Actor) ([]Due, error)
	// DueOf is what one case waits for; fault.NotFound if the actor may not see it, fault.Conflict if it waits for none.
	DueOf(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Due, error)
	// Act takes an action of the case, once for a key.
	Act(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, action, reason, key string) error
	// WayBack is the action by which a payment goes back; false if the scheme has none where the case stands.
	WayBack(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, paid string) (action string, ok bool, err error)
	// GoOn takes what now goes by itself in a case: it waited for the bank's answer.
	GoOn(ctx context.Context, tx *db.Tx, id unit.ID) error
	// Owed lists what organisations have to pay back, of the cases that the actor may see.
	Owed(ctx context.Context, tx *db.Tx, who access.Actor) ([]Due, error)
	// OutAccounts are the accounts that leave the books.
	OutAccounts() []string
}

// Due is money that a case waits for: to be paid, or to be paid back.
type Due struct {
	Case      unit.ID
	No        string
	Scheme    string
	Edition   string
	Title     fault.Words
	Region    unit.Region
	Org       string // whose case it is
	OrgName   fault.Words
	Synthetic bool
	Action    string
	Words     fault.Words
	Desk      string // the role of access that takes the action
	Out       string // the account that leaves the books
	Sum       unit.Fen
	Payee     string
	PayeeName fault.Words
	Given     string  // the account as it was filled in; "" if nobody asked for one
	FixedBy   unit.ID // who fixed the sum, when, and by which action
	FixedName string
	FixedAt   time.Time
	FixedAct  fault.Words
	Reason    string    // of the step that led here
	Since     time.Time // when the case came here
	Due       time.Time // zero: no time limit
	Late      bool
	Refused   *fault.Error // why the action cannot be taken now
	Treasury  Treasury     // by which it is paid: filled in by this room, from Out
}

// Move is an entry of the books in an account that leaves them.
type Move struct {
	ID   string // of the entry
	Case unit.ID
	At   time.Time
	Out  unit.Fen // sent out; below zero: came back
	Note string
}

// Books is the ledger as this room asks it.
type Books interface {
	// Moves lists what moved in an account between two days, both included, oldest first, at most limit of them; an account
	// that is not opened yet has none.
	Moves(ctx context.Context, tx *db.Tx, path string, from, to unit.Day, limit int) ([]Move, error)
}

// Desk is the room. It is safe for concurrent use.
type Desk struct {
	c       Config
	formats formats
}

// New reads the formats; it connects to nothing.
func New(c Config) (*Desk, error) {
	if c.DB == nil || c.Access == nil || c.Cases == nil || c.Books == nil || c.Calendar == nil {
		return nil, fmt.Errorf("settlement: a database, access, cases, books and a calendar are needed")
	}
	f, err := readFormats()
	if err != nil {
		return nil, err
	}
	return &Desk{c: c, formats: f}, nil
}

// may says whether the actor keeps payments of a region; reading only asks for less.
func (d *Desk) may(who access.Actor, p access.Permission, region unit.Region) error {
	return access.May(who, p, access.Scope{Region: region})
}

func (d *Desk) today(at time.Time) unit.Day { return unit.DayOf(at, d.c.Calendar.Location()) }

func (d *Desk) record(ctx context.Context, tx *db.Tx, who access.Actor, act, object, detail string) error {
	return d.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: object, Region: d.c.Region, Detail: detail})
}

func (d *Desk) tell(ctx context.Context, tx *db.Tx, n notice.Notice) error {
	if d.c.Notices == nil {
		return nil
	}
	_, err := d.c.Notices.Tell(ctx, tx, n)
	return err
}
