package usage

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

const (
	pageRows      = 50
	importMax     = 5_000 // runs of one act; a larger file is taken in parts
	partRuns      = 1_000 // runs of one part
	fileRunsMax   = 200_000
	rowsMax       = 20_000 // runs of one month of one owner
	listedMax     = 5_000  // instruments of one owner
	textMax       = 200    // characters
	samplesMax    = 10_000
	runMinutesMax = 31 * 24 * 60
)

// Config joins the room. All but Bookings, Files and Notices are needed.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Listings Listings
	Bookings Bookings // nil: no bookings are known, every run waits for a person
	Ties     Ties
	Files    *files.Store // nil: no results are kept
	Days     *unit.Days
	Notices  *notice.Service // nil: nobody is told
}

// Listings is the catalogue as this room asks it, in the caller's act or reading.
type Listings interface {
	// Instrument returns fault.NotFound for what is not there.
	Instrument(ctx context.Context, tx *db.Tx, id unit.ID) (Instrument, error)
	// Owned are the instruments of an owner, published ones and those that were, page by page; next is "" at the end.
	Owned(ctx context.Context, tx *db.Tx, owner string, after unit.ID) (page []Instrument, next unit.ID, err error)
}

// Instrument is a listing as far as usage needs it.
type Instrument struct {
	ID        unit.ID
	Owner     string // credit code
	Region    unit.Region
	Title     fault.Words
	OwnNo     string   // innerId
	UnitNo    string   // insCode, given by the national platform
	Worth     unit.Fen // original value
	DutyFree  bool
	Customs   bool // the customs fields are complete
	Published time.Time
}

// Outside says whether the instrument may give hours to others: one that came in duty-free only with its customs fields.
func (i Instrument) Outside() bool { return !i.DutyFree || i.Customs }

// Bookings are those of the instruments, asked in the caller's act or reading.
type Bookings interface {
	// Touching are the bookings of an instrument that touch a time and were not given up before it, by their beginning.
	Touching(ctx context.Context, tx *db.Tx, instrument unit.ID, from, to time.Time) ([]Booked, error)
	// Asked are the requests for an instrument that were made in a time, with what became of them.
	Asked(ctx context.Context, tx *db.Tx, instrument unit.ID, from, to time.Time) ([]Asked, error)
	// About is which instrument a booking is of and for which organisation; fault.NotFound where there is none.
	About(ctx context.Context, tx *db.Tx, booking unit.ID) (instrument unit.ID, org string, err error)
}

// Booked is a booking.
type Booked struct {
	ID       unit.ID
	Org      string
	Person   unit.ID
	From, To time.Time
	Samples  int
	Operator bool // the owner's operator runs it: samples are sent
	Failed   bool // the instrument failed: not charged and not counted
	Charge   unit.Fen
}

// Asked is a request: accepted, declined, or not answered yet.
type Asked struct {
	Answered, Accepted bool
	After              time.Duration // how long the answer took; negative where that is not known any more
}

// Ties knows who belongs together. known is false where what is registered does not say.
type Ties interface {
	Related(ctx context.Context, tx *db.Tx, a, b string, day unit.Day) (related, known bool, err error)
}

// Service is the room. It is safe for concurrent use.
type Service struct {
	c     Config
	rules Rules
}

// New makes the room; it connects to nothing.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Access == nil || c.Listings == nil || c.Ties == nil || c.Days == nil {
		return nil, fmt.Errorf("usage: a database, access, listings, ties and days are needed")
	}
	r, err := loadRules(rulesFile)
	return &Service{c: c, rules: r}, err
}

// Rules are the numbers that the room counts with.
func (s *Service) Rules() Rules { return s.rules }

// Zone is where the days of the room begin and end.
func (s *Service) Zone() *time.Location { return s.c.Days.Location() }

func mayManage(who access.Actor, owner string) error {
	return access.May(who, access.BookingManage, access.Scope{Org: owner})
}

// mine loads an instrument that the actor runs; to others there is none.
func (s *Service) mine(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Instrument, error) {
	if err := access.MaySomewhere(who, access.BookingManage); err != nil {
		return Instrument{}, err
	}
	i, err := s.c.Listings.Instrument(ctx, tx, id)
	if err != nil {
		return i, err
	}
	if mayManage(who, i.Owner) != nil {
		return Instrument{}, fault.New(fault.NotFound, "usage.unknown")
	}
	return i, nil
}

func (s *Service) record(ctx context.Context, tx *db.Tx, who access.Actor, act, object, detail string) error {
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "usage." + act, Object: object, Detail: detail})
}

// line checks a text of one line.
func line(field, text string, needed bool) (string, error) {
	for _, r := range text {
		if r < ' ' || r == 0x7f {
			return "", fault.New(fault.Invalid, "usage.text", "most", textMax).On(field)
		}
	}
	if n := len([]rune(text)); n > textMax || needed && n == 0 {
		return "", fault.New(fault.Invalid, "usage.text", "most", textMax).On(field)
	}
	return text, nil
}

// Month is a month of the room's zone: [From, To).
type Month struct {
	Name     string // 2026-05
	From, To time.Time
}

// MonthOf reads 2026-05.
func (s *Service) MonthOf(text string) (Month, error) {
	at, err := time.ParseInLocation("2006-01", text, s.Zone())
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		return Month{}, fault.New(fault.Invalid, "usage.month").On("month")
	}
	return Month{text, at, at.AddDate(0, 1, 0)}, nil
}
