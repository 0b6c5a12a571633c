package booking

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata" // the zones of instruments are known wherever the program runs

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Bounds of the room.
const (
	pageRows    = 50
	rowsMax     = 5_000 // bookings, blackouts or hours of duty of one instrument that are looked at together
	labMax      = 60    // instruments side by side
	textMax     = 500   // characters of a purpose or a reason
	samplesMax  = 10_000
	seriesMax   = 60 // dates of a recurring booking
	waitingMax  = 20 // places that one person has in waiting lists
	feedsMax    = 20 // calendars of one person
	sourcesMax  = 5  // outside calendars of one instrument
	fileMax     = 1 << 20
	eventsMax   = 2_000 // of an outside calendar within its horizon
	sourceEvery = time.Hour
	feedBack    = 92 // days of the past that a feed has
)

// Config joins the room. All but Notices and Offers are needed.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Registry *registry.Registry
	Calendar *unit.Days
	Notices  *notice.Service // nil: nobody is told
	Offers   Offers          // nil: instruments are entered without a listing
	Site     string          // the node's address, for links in calendars
	// Changed is told, in the act itself, that an instrument may be free at other times than before; nil: nobody is.
	Changed func(ctx context.Context, tx *db.Tx, instrument unit.ID) error
	// HeldChanged is told, in its act, of what people did to a booking that is held for another act: given up, moved. nil: nobody.
	HeldChanged func(ctx context.Context, tx *db.Tx, hold string, b Booking) error
	Local       bool // outside calendars may stand on this machine: for demonstrations and tests
}

// Offers is the catalogue as this room asks it, in the caller's act or reading: whose listing it is, and what it is called.
// It returns fault.NotFound for a listing that is not there, and fault.Conflict for one of a kind that is not booked.
type Offers interface {
	Offer(ctx context.Context, tx *db.Tx, id unit.ID) (Offer, error)
}

// Offer is a listing that may be booked.
type Offer struct {
	ID     unit.ID
	Org    string
	Region unit.Region
	Title  fault.Words
	Closed *fault.Error // why nothing new is booked now, as of one that is under repair; nil: it can be
	Inside *fault.Error // why only the owner's own people may use it; nil: everybody may
}

// Instrument is what is booked.
type Instrument struct {
	ID     unit.ID
	No     int64
	Org    string // credit code of the owner
	Region unit.Region
	Title  fault.Words
	Place  string // where the user goes
	Zone   string // IANA name: Asia/Shanghai
	State  string // open or withdrawn
	Reason string // why it was withdrawn
	At     time.Time
}

// Open says whether it may be booked at all.
func (i Instrument) Open() bool { return i.State == "open" }

// Location is the zone of the instrument's wall clock; UTC for one that is unknown here.
func (i Instrument) Location() *time.Location {
	l, err := time.LoadLocation(i.Zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// Booking is one use of one instrument for the half-open interval [From, To). Bookings that take time never overlap,
// set-up and clean-up included.
type Booking struct {
	ID         unit.ID
	Instrument unit.ID
	State      State
	Org        string // unified social credit code of the user's organisation, GB 32100-2015
	Person     unit.ID
	Span
	Samples      int
	Operator     bool
	Supervised   bool
	Purpose      string
	Class        Class
	Price        unit.Fen // fixed when it is asked for
	Deposit      unit.Fen
	Lines        []Line
	PriceVersion int
	FreeUntil    time.Time
	Series       unit.ID
	Wait         unit.ID
	Until        time.Time // how long an offer stands; zero: no offer
	Reason       string
	Charge       unit.Fen // what is due in the end
	Used         Span     // from check-in to check-out; zero before
	UsedSamples  int
	Made         time.Time
	DecidedBy    unit.ID
	Decided      time.Time
}

// Ask is what somebody wants.
type Ask struct {
	Instrument unit.ID
	Org        string  // for whom; one that the actor may book for
	Person     unit.ID // who uses it; "": who asks
	Span
	Samples  int
	Operator bool
	Purpose  string
	Quote    unit.ID // whose price is wanted; "": that of the moment
	Class    Class   // of an organisation that the registry does not have and another node vouches for
	series   unit.ID // of a recurring booking
	settled  bool    // it was asked for in time, so lead time has been kept
}

// Shut is a time in which an instrument cannot be used.
type Shut struct {
	ID         unit.ID
	Instrument unit.ID
	Kind       ShutKind
	Span
	Why     string
	Source  unit.ID
	UID     string
	At      time.Time
	Ended   time.Time
	Instead MoveAsk // what is offered to who is hit, besides the next slot; zero: nothing. It is not kept
}

// ShutKind says why.
type ShutKind string

// The kinds.
const (
	Closure     ShutKind = "shut"
	Fault       ShutKind = "fault"
	Calibration ShutKind = "calibration"
	Outside     ShutKind = "outside"
)

// Service is the room. It is safe for concurrent use.
type Service struct{ c Config }

// New makes the room; it connects to nothing.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Access == nil || c.Registry == nil || c.Calendar == nil {
		return nil, fmt.Errorf("booking: a database, access, the registry and a calendar are needed")
	}
	return &Service{c: c}, nil
}

// manages says whether the actor runs the instruments of an organisation.
func manages(who access.Actor, org string) bool {
	return access.May(who, access.BookingManage, access.Scope{Org: org}) == nil
}

// mayManage refuses who does not run the instrument. The node itself, building a world, may.
func mayManage(who access.Actor, i Instrument) error {
	if who.System() {
		return nil
	}
	return access.May(who, access.BookingManage, access.Scope{Org: i.Org})
}

// runsSome refuses who runs no instrument at all, before anything is told of one.
func runsSome(who access.Actor) error {
	if who.System() {
		return nil
	}
	return access.MaySomewhere(who, access.BookingManage)
}

// Manages says whether the actor runs the instrument.
func (s *Service) Manages(who access.Actor, i Instrument) bool { return manages(who, i.Org) }

func (s *Service) record(ctx context.Context, tx *db.Tx, who access.Actor, act, object string, region unit.Region, detail string) error {
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "booking." + act, Object: object, Region: region, Detail: detail})
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, n notice.Notice) error {
	if s.c.Notices == nil {
		return nil
	}
	_, err := s.c.Notices.Tell(ctx, tx, n)
	return err
}

// text checks what a person wrote.
func text(field, s string, needed bool) (string, error) {
	t, err := plain(s, textMax)
	if err != nil || needed && t == "" {
		return "", fault.New(fault.Invalid, "booking.text", "most", textMax).On(field)
	}
	return t, nil
}
