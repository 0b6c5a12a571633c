package usage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Query narrows the runs of an owner to a month.
type Query struct {
	Owner      string
	Month      string // 2026-05
	Instrument unit.ID
	Class      Class
	Record     string
	Page       int
}

// Runs is one page of the runs of a month, and how many there are. Page 0 is all of them.
func (s *Service) Runs(ctx context.Context, who access.Actor, q Query) (all []Run, total int, err error) {
	if err := mayManage(who, q.Owner); err != nil {
		return nil, 0, err
	}
	m, err := s.MonthOf(q.Month)
	if err != nil {
		return nil, 0, err
	}
	offset, limit := 0, rowsMax
	if q.Page > 0 {
		offset, limit = (q.Page-1)*pageRows, pageRows
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = selectRuns(ctx, tx, q, m.From, m.To, offset, limit); err != nil {
			return err
		}
		if total, err = countRuns(ctx, tx, q, m.From, m.To); err != nil {
			return err
		}
		return s.name(ctx, tx, all)
	})
	return all, total, err
}

// name gives runs the titles of their instruments.
func (s *Service) name(ctx context.Context, tx *db.Tx, all []Run) error {
	return entitle(ctx, tx, s, all, func(x *Run) (unit.ID, *fault.Words) { return x.Instrument, &x.Title })
}

// Hours are what one instrument did in a year.
type Hours struct {
	Instrument
	Runs      int
	Effective int // minutes, inside and outside
	Outside   int // minutes
	Waiting   int // minutes of runs that wait for a person; they count for nothing yet
	Samples   int
	Income    unit.Fen // of outside runs
	Rating    Rating   // by users from outside
	Idle      bool     // published for longer than idle_days, and nothing happened with it for as long
	Standard  int      // hours of a year that utilisation is counted by
}

// Utilisation is effective hours over the standard hours of a year, in tenths of a per cent.
func (h Hours) Utilisation() Share { return share(h.Effective, h.Standard*60) }

// Sharing is outside hours over effective hours, in tenths of a per cent.
func (h Hours) Sharing() Share { return share(h.Outside, h.Effective) }

// Share is a part in tenths of a per cent, rounded half up; -1 where there is nothing to divide by.
type Share int

func share(part, whole int) Share {
	if whole <= 0 {
		return -1
	}
	return Share((2000*part + whole) / (2 * whole))
}

// String is 62.5%, or – where there is none.
func (p Share) String() string {
	if p < 0 {
		return "–"
	}
	return strconv.FormatFloat(float64(p)/10, 'f', 1, 64) + "%"
}

// HoursText is minutes as hours with one decimal, as the national record counts them.
func HoursText(minutes int) string { return strconv.FormatFloat(float64((minutes+3)/6)/10, 'f', 1, 64) }

// Year is what an owner's instruments did in a year.
type Year struct {
	Owner   string
	Year    int
	Rules   Rules
	Hours   []Hours // by utilisation as listed; every published instrument, also what did nothing
	Total   Hours   // of all; Standard is that of all instruments together
	Missing int     // bookings that were used by the calendar and have no run
	Answers Answers
}

// Answers are how an owner answers requests.
type Answers struct {
	Asked    int
	Answered int
	Accepted int
	Median   time.Duration // from the request to the answer; of those that were answered
}

// count adds requests; waits are how long their answers took, where that is known.
func (a *Answers) count(asked []Asked, waits *[]time.Duration) {
	for _, x := range asked {
		a.Asked++
		if !x.Answered {
			continue
		}
		a.Answered++
		if x.After >= 0 {
			*waits = append(*waits, x.After)
		}
		if x.Accepted {
			a.Accepted++
		}
	}
}

// Accepting is the part of the answered requests that was accepted.
func (a Answers) Accepting() Share { return share(a.Accepted, a.Answered) }

// OfYear counts an owner's year, by the days of the room's zone. A run belongs to the year that it begins in.
func (s *Service) OfYear(ctx context.Context, who access.Actor, owner string, year int) (y Year, err error) {
	if err := mayManage(who, owner); err != nil && access.May(who, access.ListingPublish, access.Scope{Org: owner}) != nil {
		return y, err
	}
	if year < 2000 || year > 2200 {
		return y, fault.New(fault.Invalid, "usage.year").On("year")
	}
	from := time.Date(year, 1, 1, 0, 0, 0, 0, s.Zone())
	to := from.AddDate(1, 0, 0)
	y = Year{Owner: owner, Year: year, Rules: s.rules}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.owned(ctx, tx, owner)
		if err != nil {
			return err
		}
		did, err := selectHours(ctx, tx, owner, from, to)
		if err != nil {
			return err
		}
		by := map[unit.ID]*Hours{}
		for _, i := range all {
			y.Hours = append(y.Hours, Hours{Instrument: i, Standard: int(s.rules.StandardHours.Value)})
		}
		for k := range y.Hours {
			by[y.Hours[k].ID] = &y.Hours[k]
		}
		for _, d := range did {
			if h := by[d.instrument]; h != nil {
				h.add(d)
				y.Total.add(d)
			}
		}
		y.Total.Standard = len(all) * int(s.rules.StandardHours.Value)
		var waits []time.Duration
		for _, i := range all {
			if err := s.answersOf(ctx, tx, i.ID, from, to, &y, &waits); err != nil {
				return err
			}
		}
		y.Answers.Median = median(waits)
		if err := s.idle(ctx, tx, owner, by); err != nil {
			return err
		}
		rated, err := selectRatings(ctx, tx, owner)
		if err != nil {
			return err
		}
		for _, r := range rated {
			if h := by[r.instrument]; h != nil {
				h.Rating = ratingOf(r)
			}
		}
		return nil
	})
	return y, err
}

// idle marks what is listed and never to be had: published for longer than idle_days, with no run and no accepted request since.
func (s *Service) idle(ctx context.Context, tx *db.Tx, owner string, by map[unit.ID]*Hours) error {
	now := tx.Now()
	since := now.AddDate(0, 0, -int(s.rules.IdleDays.Value))
	did, err := selectHours(ctx, tx, owner, since, now)
	if err != nil {
		return err
	}
	busy := map[unit.ID]bool{}
	for _, d := range did {
		busy[d.instrument] = busy[d.instrument] || d.class != Void
	}
	for id, h := range by {
		if h.Idle = !busy[id] && !h.Published.IsZero() && h.Published.Before(since); !h.Idle || s.c.Bookings == nil {
			continue
		}
		asked, err := s.c.Bookings.Asked(ctx, tx, id, since, now)
		if err != nil {
			return err
		}
		for _, a := range asked {
			h.Idle = h.Idle && !a.Accepted
		}
	}
	return nil
}

// owned are all instruments of an owner.
func (s *Service) owned(ctx context.Context, tx *db.Tx, owner string) (all []Instrument, err error) {
	for after := unit.ID(""); ; {
		page, next, err := s.c.Listings.Owned(ctx, tx, owner, after)
		if err != nil {
			return nil, fmt.Errorf("instruments of %s: %w", owner, err)
		}
		all = append(all, page...)
		if next == "" || len(all) >= listedMax {
			return all, nil
		}
		after = next
	}
}

func (h *Hours) add(d hoursRow) {
	h.Runs += d.runs
	switch d.class {
	case Outside:
		h.Outside += d.minutes
		h.Income += d.price
		fallthrough
	case Inside:
		h.Effective += d.minutes
		h.Samples += d.samples
	case Open, Unsure:
		h.Waiting += d.minutes
	}
}

// answersOf adds the requests for one instrument, and its bookings without a run.
func (s *Service) answersOf(ctx context.Context, tx *db.Tx, id unit.ID, from, to time.Time, y *Year, waits *[]time.Duration) error {
	if s.c.Bookings == nil {
		return nil
	}
	asked, err := s.c.Bookings.Asked(ctx, tx, id, from, to)
	if err != nil {
		return fmt.Errorf("requests for %s: %w", id, err)
	}
	y.Answers.count(asked, waits)
	missing, err := s.missing(ctx, tx, id, from, to)
	y.Missing += len(missing)
	return err
}

// missing are the bookings of an instrument within a time that are over and that no run belongs to.
func (s *Service) missing(ctx context.Context, tx *db.Tx, id unit.ID, from, to time.Time) (out []Booked, err error) {
	if tx.Now().Before(to) {
		to = tx.Now()
	}
	if s.c.Bookings == nil || !from.Before(to) {
		return nil, nil
	}
	all, err := s.c.Bookings.Touching(ctx, tx, id, from, to)
	if err != nil {
		return nil, err
	}
	ran, err := selectBookingsOfRuns(ctx, tx, id, from.AddDate(0, -1, 0), to)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		if !ran[b.ID] && !b.Failed && b.To.Before(to) && !b.From.Before(from) {
			out = append(out, b)
		}
	}
	return out, nil
}

// Unlogged is a booking that is over and has no run.
type Unlogged struct {
	Title fault.Words // of the instrument
	Booked
}

// Missing are the bookings of a month that are over and have no run: a log that was not handed in, or somebody who did not come.
func (s *Service) Missing(ctx context.Context, who access.Actor, owner, month string) (out []Unlogged, err error) {
	if err := mayManage(who, owner); err != nil {
		return nil, err
	}
	m, err := s.MonthOf(month)
	if err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.owned(ctx, tx, owner)
		if err != nil {
			return err
		}
		for _, i := range all {
			missing, err := s.missing(ctx, tx, i.ID, m.From, m.To)
			if err != nil {
				return err
			}
			for _, b := range missing {
				out = append(out, Unlogged{i.Title, b})
			}
		}
		return nil
	})
	return out, err
}

// Shared is what an instrument of an owner earned from others in a year and how long it ran for them, in minutes, in the caller's
// act; instrument is the owner's own number or an id. known is false for one that is not the owner's. It asks for no permission.
func (s *Service) Shared(ctx context.Context, tx *db.Tx, owner, instrument string, year int) (income unit.Fen, minutes int, known bool, err error) {
	own, err := s.byOwnNo(ctx, tx, owner)
	if err != nil {
		return 0, 0, false, err
	}
	id, known := own[strings.TrimSpace(instrument)]
	if !known || year < 2000 || year > 2200 {
		return 0, 0, false, nil
	}
	from := time.Date(year, 1, 1, 0, 0, 0, 0, s.Zone())
	did, err := selectHours(ctx, tx, owner, from, from.AddDate(1, 0, 0))
	for _, d := range did {
		if d.instrument == id && d.class == Outside {
			income += d.price
			minutes += d.minutes
		}
	}
	return income, minutes, true, err
}
