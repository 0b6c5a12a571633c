package usage

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Class says what the time of a run counts as.
type Class string

// The classes.
const (
	Open    Class = "open"   // no booking explains it: a person says whose it was
	Unsure  Class = "unsure" // whether the user is affiliated with the owner is not known: a person says so
	Inside  Class = "inside"
	Outside Class = "outside"
	Void    Class = "void" // counts for nothing: a failed run, a test of the machine
)

var classes = map[Class]fault.Words{Open: {"待认定", "open"}, Unsure: {"关系待认定", "unsure"}, Inside: {"对内", "inside"}, Outside: {"对外", "outside"}, Void: {"不计", "not counted"}}

// Words are what people call the class.
func (c Class) Words() fault.Words { return classes[c] }

// Run is one use of one instrument by its own log.
type Run struct {
	ID         unit.ID
	Owner      string
	Instrument unit.ID
	Title      fault.Words // of the instrument; only where it is shown
	LogNo      string
	From, To   time.Time
	Minutes    int // effective ones
	Account    string
	Samples    int
	Project    string
	Direction  string // serviceDirection of the national record: 135 research … 138 other
	Booking    unit.ID
	UserOrg    string
	Way        string // serviceWay: 1 the user operates, 3 samples are sent
	Class      Class
	Why        string
	Over       int // minutes outside the booked time
	Price      unit.Fen
	Record     string // unsent, sent, failed
	Problem    string
	Tries      int
	Sheet      unit.ID
	At         time.Time
}

// Entry is a line of a machine log.
type Entry struct {
	Instrument unit.ID
	LogNo      string
	From, To   time.Time
	Minutes    int // effective; 0 is all of it
	Account    string
	Samples    int
	Project    string
	Direction  string
}

func (e Entry) same(r Run) bool {
	minutes := cmp.Or(e.Minutes, int(e.To.Sub(e.From)/time.Minute))
	return r.From.Equal(e.From) && r.To.Equal(e.To) && r.Minutes == minutes && r.Account == e.Account && r.Samples == e.Samples
}

// Take enters runs of machine logs, all or none, and says how many are new. A run that is there already with the same content is
// passed over.
func (s *Service) Take(ctx context.Context, who access.Actor, all []Entry) (taken int, err error) {
	if err := access.MaySomewhere(who, access.BookingManage); err != nil {
		return 0, err
	}
	if len(all) > importMax {
		return 0, fault.New(fault.TooLarge, "usage.rows", "most", importMax)
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		taken = 0
		owners := map[string]int{}
		for i, e := range all {
			r, fresh, err := s.enter(ctx, tx, who, e)
			if err != nil {
				f := fault.Of(err)
				return f.On(fmt.Sprintf("rows.%d.%s", i+1, f.Field))
			}
			if fresh {
				taken++
				owners[r.Owner]++
			}
		}
		for owner, n := range owners {
			if err := s.record(ctx, tx, who, "log", "owner/"+owner, fmt.Sprint(n)); err != nil {
				return err
			}
		}
		return nil
	})
	return taken, err
}

// enter keeps one run; fresh is false where it was there already.
func (s *Service) enter(ctx context.Context, tx *db.Tx, who access.Actor, e Entry) (r Run, fresh bool, err error) {
	i, err := s.mine(ctx, tx, who, e.Instrument)
	if err != nil {
		return r, false, fault.Of(err).On("instrument")
	}
	if err := e.check(tx.Now()); err != nil {
		return r, false, err
	}
	was, found, err := selectByLog(ctx, tx, i.ID, e.LogNo)
	switch {
	case err != nil:
		return r, false, err
	case found && e.same(was):
		return was, false, nil
	case found:
		return r, false, fault.New(fault.Conflict, "usage.log_changed", "no", e.LogNo).On("log_no")
	}
	over, found, err := selectOverlap(ctx, tx, i.ID, e.From, e.To)
	if err != nil {
		return r, false, err
	}
	if found {
		return r, false, fault.New(fault.Conflict, "usage.overlap", "no", over.LogNo, "from", s.local(over.From), "to", s.local(over.To)).On("from")
	}
	r = Run{ID: unit.NewID(tx.Now()), Owner: i.Owner, Instrument: i.ID, LogNo: e.LogNo, From: e.From, To: e.To, Minutes: cmp.Or(e.Minutes, int(e.To.Sub(e.From)/time.Minute)),
		Account: e.Account, Samples: e.Samples, Project: e.Project, Direction: e.Direction, Class: Open, Record: "unsent", At: tx.Now()}
	if err := s.reconcile(ctx, tx, i, &r); err != nil {
		return r, false, err
	}
	return r, true, insertRun(ctx, tx, r, who.Person)
}

func (s *Service) local(at time.Time) string { return at.In(s.Zone()).Format("2006-01-02 15:04") }

// check refuses what cannot be a line of a log.
func (e *Entry) check(now time.Time) (err error) {
	for _, t := range []struct {
		field  string
		text   *string
		needed bool
	}{{"log_no", &e.LogNo, true}, {"account", &e.Account, false}, {"project", &e.Project, false}} {
		if *t.text, err = line(t.field, strings.TrimSpace(*t.text), t.needed); err != nil {
			return err
		}
	}
	minutes := int(e.To.Sub(e.From) / time.Minute)
	switch {
	case !e.From.Before(e.To) || minutes < 1:
		return fault.New(fault.Invalid, "usage.times").On("to")
	case minutes > runMinutesMax:
		return fault.New(fault.Invalid, "usage.long", "most", runMinutesMax/60).On("to")
	case e.To.After(now):
		return fault.New(fault.Invalid, "usage.future").On("to")
	case e.Minutes < 0 || e.Minutes > minutes:
		return fault.New(fault.Invalid, "usage.minutes", "most", minutes).On("minutes")
	case e.Samples < 0 || e.Samples > samplesMax:
		return fault.New(fault.Invalid, "usage.number", "most", samplesMax).On("samples")
	case e.Direction != "" && directions[e.Direction][0] == "":
		return fault.New(fault.Invalid, "usage.direction").On("direction")
	}
	e.From, e.To = e.From.UTC(), e.To.UTC()
	return nil
}

// reconcile lays a run beside the bookings of its instrument.
func (s *Service) reconcile(ctx context.Context, tx *db.Tx, i Instrument, r *Run) error {
	if s.c.Bookings == nil {
		return nil
	}
	all, err := s.c.Bookings.Touching(ctx, tx, r.Instrument, r.From, r.To)
	if err != nil {
		return fmt.Errorf("bookings beside run %s: %w", r.LogNo, err)
	}
	b, shared := longest(all, r.From, r.To)
	if shared < time.Minute {
		return nil
	}
	r.Booking, r.UserOrg, r.Price, r.Way = b.ID, b.Org, b.Charge, "1"
	if b.Operator {
		r.Way = "3"
	}
	r.Over = int((r.To.Sub(r.From) - shared) / time.Minute)
	if b.Failed {
		r.Class, r.Price = Void, 0
		return nil
	}
	return s.classify(ctx, tx, i, r)
}

// longest is the booking that a time shares most with.
func longest(all []Booked, from, to time.Time) (best Booked, most time.Duration) {
	for _, b := range all {
		shared := min(b.To.UnixMicro(), to.UnixMicro()) - max(b.From.UnixMicro(), from.UnixMicro())
		if d := time.Duration(shared) * time.Microsecond; d > most {
			best, most = b, d
		}
	}
	return best, most
}

// classify says whether the user of a run is inside or outside, and refuses outside hours that customs do not allow.
func (s *Service) classify(ctx context.Context, tx *db.Tx, i Instrument, r *Run) error {
	if r.UserOrg == i.Owner {
		r.Class = Inside
		return nil
	}
	related, known, err := s.c.Ties.Related(ctx, tx, i.Owner, r.UserOrg, unit.DayOf(r.From, s.Zone()))
	switch {
	case err != nil:
		return fmt.Errorf("ties of %s and %s: %w", i.Owner, r.UserOrg, err)
	case related:
		r.Class = Inside
		return nil
	case !i.Outside():
		return fault.New(fault.Conflict, "usage.customs", "instrument", i.Title).On("instrument")
	case !known:
		r.Class = Unsure
	default:
		r.Class = Outside
	}
	return nil
}

// Settling is what a person says of a run.
type Settling struct {
	Class     Class
	UserOrg   string // of an outside run
	Project   string // of an inside run
	Direction string
	Price     unit.Fen // of one without a booking
	Why       string
}

// Settle says of a run that waits whose it was. A run on a charge sheet or one that was reported does not change.
func (s *Service) Settle(ctx context.Context, who access.Actor, id unit.ID, x Settling) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		r, i, err := s.run(ctx, tx, who, id)
		if err != nil {
			return err
		}
		switch {
		case r.Sheet != "":
			return fault.New(fault.Conflict, "usage.charged")
		case r.Record == "sent":
			return fault.New(fault.Conflict, "usage.reported")
		case x.Class != Inside && x.Class != Outside && x.Class != Void:
			return fault.New(fault.Invalid, "usage.class").On("class")
		case x.Class == Outside && !i.Outside():
			return fault.New(fault.Conflict, "usage.customs", "instrument", i.Title).On("class")
		case x.Direction != "" && directions[x.Direction][0] == "":
			return fault.New(fault.Invalid, "usage.direction").On("direction")
		case x.Price < 0:
			return fault.New(fault.Invalid, "usage.price").On("price")
		}
		if r.Why, err = line("why", strings.TrimSpace(x.Why), true); err != nil {
			return err
		}
		if r.Project, err = line("project", cmp.Or(strings.TrimSpace(x.Project), r.Project), false); err != nil {
			return err
		}
		if x.Class == Outside {
			if r.UserOrg, err = s.outsider(ctx, tx, i, r, cmp.Or(strings.TrimSpace(x.UserOrg), r.UserOrg)); err != nil {
				return err
			}
		} else if x.Class == Inside {
			r.UserOrg = cmp.Or(r.UserOrg, i.Owner)
		}
		r.Class, r.Direction = x.Class, cmp.Or(x.Direction, r.Direction)
		if r.Booking == "" {
			r.Price, r.Way = x.Price, cmp.Or(r.Way, "1")
		}
		if err := updateRun(ctx, tx, r); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "settle", "run/"+string(r.ID), string(r.Class))
	})
}

// outsider is a user of whom nothing says that they belong to the owner.
func (s *Service) outsider(ctx context.Context, tx *db.Tx, i Instrument, r Run, org string) (string, error) {
	code, err := unit.ParseUSCC(org)
	if err != nil {
		return "", fault.Of(err).On("org")
	}
	related, _, err := s.c.Ties.Related(ctx, tx, i.Owner, string(code), unit.DayOf(r.From, s.Zone()))
	if err != nil {
		return "", err
	}
	if related {
		return "", fault.New(fault.Conflict, "usage.related", "org", string(code)).On("org")
	}
	return string(code), nil
}

func (s *Service) run(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Run, Instrument, error) {
	r, err := selectRun(ctx, tx, id)
	if err != nil {
		return r, Instrument{}, err
	}
	i, err := s.mine(ctx, tx, who, r.Instrument)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "usage.unknown")
	}
	return r, i, err
}
