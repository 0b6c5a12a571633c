package booking

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

const (
	outsideJob  = "booking.outside"
	lineMax     = 16 << 10 // octets of an unfolded line of an outside calendar
	depthMax    = 6        // components inside each other
	datesMax    = 50_000   // of one repeated event that are gone through
	outsideDays = 400      // of the future that are read
)

// Source is an outside calendar of a laboratory: its events block the instrument.
type Source struct {
	ID         unit.ID
	Instrument unit.ID
	Name       string
	URL        string // "" of an uploaded file
	Digest     string // SHA-256 of what was read last
	Events     int
	Problem    string    // code of the refusal of the last reading, or ""
	Read       time.Time // zero: not yet
	At         time.Time
}

// Refusal is what was wrong with the last reading; nil when it went well.
func (x Source) Refusal() *fault.Error {
	if x.Problem == "" {
		return nil
	}
	return fault.New(fault.Unavailable, x.Problem)
}

// AddSource lets an outside calendar block an instrument: one at an address, which is read now and then, or the content
// of a file.
func (s *Service) AddSource(ctx context.Context, who access.Actor, instrument unit.ID, name, url string, content []byte) (x Source, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, instrument)
		if err != nil {
			return err
		}
		if name, err = plain(name, nameMax); err != nil || name == "" {
			return fault.New(fault.Invalid, "booking.name", "most", nameMax).On("name")
		}
		have, err := selectSources(ctx, tx, instrument)
		if err != nil {
			return err
		}
		if len(have) >= sourcesMax {
			return fault.New(fault.Conflict, "booking.many", "most", sourcesMax)
		}
		x = Source{ID: unit.NewID(tx.Now()), Instrument: instrument, Name: name, URL: url, At: tx.Now()}
		switch {
		case url != "" && len(content) == 0:
			if err := notice.CheckOutside(url, s.c.Local); err != nil {
				return fault.New(fault.Invalid, "booking.source_url").On("url")
			}
			if err := insertSource(ctx, tx, x, who.Person); err != nil {
				return err
			}
			if _, err := tx.Leave(ctx, db.Job{Kind: outsideJob, Key: string(x.ID)}); err != nil {
				return err
			}
		case url == "" && len(content) > 0:
			if err := insertSource(ctx, tx, x, who.Person); err != nil {
				return err
			}
			if err := s.take(ctx, tx, i, &x, content); err != nil {
				return fault.Of(err).On("file")
			}
		default:
			return fault.New(fault.Invalid, "booking.source").On("url")
		}
		return s.record(ctx, tx, who, "source", "instruments/"+string(instrument), i.Region, string(x.ID))
	})
	return x, err
}

// EndSource takes an outside calendar away, with what it blocked.
func (s *Service) EndSource(ctx context.Context, who access.Actor, instrument, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, instrument)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, sqlEndSource, string(id), string(instrument), db.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "booking.unknown")
		}
		if _, err := tx.Exec(ctx, sqlDropOutside, string(id)); err != nil {
			return err
		}
		if _, err := tx.Drop(ctx, outsideJob, string(id)); err != nil {
			return err
		}
		if err := s.offerNext(ctx, tx, i); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, instrument); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "source_end", "instruments/"+string(instrument), i.Region, string(id))
	})
}

// refresh reads an outside calendar again and leaves the job for the next time. What cannot be read leaves what was read
// before, and says so. One that is taken away, also while its server answers, is left alone.
func (s *Service) refresh(ctx context.Context, id unit.ID) error {
	var x Source
	err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		x, err = selectSource(ctx, tx, id)
		return err
	})
	if err != nil {
		return butNot(err, fault.NotFound)
	}
	content, readErr := s.fetch(ctx, x.URL)
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		x, err := selectSource(ctx, tx, id)
		if err != nil {
			return butNot(err, fault.NotFound)
		}
		i, err := selectInstrument(ctx, tx, x.Instrument)
		if err != nil {
			return err
		}
		y := x
		if err = readErr; err == nil {
			err = s.take(ctx, tx, i, &y, content)
		}
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				err = fault.New(fault.Unavailable, "booking.source_read").Because(err)
			}
			x.Problem = fault.CodeOf(err)
			if err := updateSource(ctx, tx, x); err != nil {
				return err
			}
		}
		// Under a key of its own: this job is still there while it is being done.
		_, err = tx.Leave(ctx, db.Job{Kind: againJob, Key: string(id), Due: tx.Now().Add(sourceEvery)})
		return err
	})
}

// againJob leaves the next reading of an outside calendar.
const againJob = "booking.outside_again"

// fetch asks for a calendar outside.
func (s *Service) fetch(ctx context.Context, url string) ([]byte, error) {
	gone := func(err error) error { return fault.New(fault.Unavailable, "booking.source_read").Because(err) }
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, gone(err)
	}
	r.Header.Set("Accept", "text/calendar")
	r.Header.Set("User-Agent", "Corridor")
	answer, err := notice.OutsideClient(s.c.Local).Do(r)
	if err != nil {
		return nil, gone(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, gone(fmt.Errorf("it answered %s", answer.Status))
	}
	content, err := io.ReadAll(io.LimitReader(answer.Body, fileMax+1))
	if err != nil {
		return nil, gone(err)
	}
	return content, nil
}

// take lets the events of a calendar block the instrument, in place of those that were read before.
func (s *Service) take(ctx context.Context, tx *db.Tx, i Instrument, x *Source, content []byte) error {
	now := tx.Now()
	events, err := readCalendar(content, i.Location(), Span{now.AddDate(0, 0, -1), now.AddDate(0, 0, outsideDays)})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	x.Digest, x.Events, x.Problem, x.Read = hex.EncodeToString(sum[:]), len(events), "", now
	if _, err := tx.Exec(ctx, sqlDropOutside, string(x.ID)); err != nil {
		return err
	}
	for _, e := range events {
		shut := Shut{ID: unit.NewID(now), Instrument: i.ID, Kind: Outside, Span: e.Span, Why: cut(e.Title, nameMax), Source: x.ID, UID: cut(e.UID, 2*nameMax)}
		if err := insertShut(ctx, tx, shut, ""); err != nil {
			return err
		}
	}
	if err := updateSource(ctx, tx, *x); err != nil {
		return err
	}
	if err := s.offerNext(ctx, tx, i); err != nil {
		return err
	}
	return s.changed(ctx, tx, i.ID)
}

// Conflict is an event of an outside calendar and a booking at one time.
type Conflict struct {
	Shut    Shut
	Booking Booking
}

// Conflicts are the bookings ahead that an outside calendar says are taken by somebody else. Nothing is moved: the owner
// decides.
func (s *Service) Conflicts(ctx context.Context, who access.Actor, instrument unit.ID) (all []Conflict, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, instrument)
		if err != nil {
			return err
		}
		ahead, err := s.ahead(ctx, tx, i)
		if err != nil {
			return err
		}
		shuts, err := selectShuts(ctx, tx, instrument, Span{tx.Now(), tx.Now().AddDate(0, 0, outsideDays)})
		for _, b := range ahead {
			for _, x := range shuts {
				if x.Kind == Outside && b.overlaps(x.Span) {
					all = append(all, Conflict{x, b})
				}
			}
		}
		return err
	})
	return all, err
}

// windowsZones are the names that Outlook gives to zones, as far as laboratories here have met them (CLDR windowsZones).
var windowsZones = map[string]string{"China Standard Time": "Asia/Shanghai", "Taipei Standard Time": "Asia/Taipei", "Tokyo Standard Time": "Asia/Tokyo", "Singapore Standard Time": "Asia/Singapore",
	"W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris", "GMT Standard Time": "Europe/London", "Eastern Standard Time": "America/New_York",
	"Pacific Standard Time": "America/Los_Angeles", "UTC": "UTC"}

// readCalendar reads the times that a calendar takes within a span: events with their repetitions, exceptions and moved
// dates; what is cancelled, transparent or our own takes none. Whole days and times without a zone are of the
// instrument's zone. Input is hostile: its size, lines, depth and repetitions are bounded.
func readCalendar(content []byte, zone *time.Location, within Span) (all []Event, err error) {
	if err := bounded(content); err != nil {
		return nil, err
	}
	cal, err := ical.NewDecoder(bytes.NewReader(content)).Decode()
	if err != nil {
		return nil, fault.New(fault.Invalid, "booking.ics").Because(err)
	}
	moved := map[string]bool{} // UID and time of dates that an event of their own replaces
	for _, e := range cal.Events() {
		if p := e.Props.Get(ical.PropRecurrenceID); p != nil {
			at, err := timeIn(p, zone)
			if err != nil {
				return nil, err
			}
			moved[textOf(e, ical.PropUID)+"\n"+icalTime(at)] = true
		}
	}
	for _, e := range cal.Events() {
		uid := textOf(e, ical.PropUID)
		if strings.HasSuffix(uid, ownUID) || strings.EqualFold(textOf(e, ical.PropStatus), "CANCELLED") || strings.EqualFold(textOf(e, ical.PropTransparency), "TRANSPARENT") {
			continue
		}
		single := e.Props.Get(ical.PropRecurrenceID) != nil
		spans, err := spansOf(e, zone, within)
		if err != nil {
			return nil, err
		}
		for _, s := range spans {
			if s.overlaps(within) && s.From.Before(s.To) && (single || !moved[uid+"\n"+icalTime(s.From)]) {
				all = append(all, Event{UID: uid, Span: s, Title: textOf(e, ical.PropSummary)})
			}
		}
		if len(all) > eventsMax {
			return nil, fault.New(fault.TooLarge, "booking.ics_many")
		}
	}
	return all, nil
}

// bounded refuses a calendar that is too large, or made to be expensive.
func bounded(content []byte) error {
	if len(content) > fileMax {
		return fault.New(fault.TooLarge, "booking.ics_large")
	}
	depth, line := 0, 0
	for _, l := range bytes.Split(content, []byte("\n")) {
		if line += len(l); len(l) > 0 && l[0] != ' ' && l[0] != '\t' {
			line = len(l)
		}
		up := bytes.ToUpper(bytes.TrimSpace(l))
		switch {
		case bytes.HasPrefix(up, []byte("BEGIN:")):
			depth++
		case bytes.HasPrefix(up, []byte("END:")):
			depth--
		}
		if line > lineMax || depth > depthMax {
			return fault.New(fault.Invalid, "booking.ics")
		}
	}
	return nil
}

func textOf(e ical.Event, name string) string {
	t, err := e.Props.Text(name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ToValidUTF8(t, ""))
}

// timeIn is the time of a property; a zone that is not known is refused, not guessed.
func timeIn(p *ical.Prop, zone *time.Location) (time.Time, error) {
	q := *p
	if tz := p.Params.Get(ical.PropTimezoneID); tz != "" {
		name := strings.TrimPrefix(tz, "/")
		if iana, ok := windowsZones[name]; ok {
			name = iana
		}
		l, err := time.LoadLocation(name)
		if err != nil || strings.EqualFold(name, "local") {
			return time.Time{}, fault.New(fault.Invalid, "booking.ics_zone")
		}
		q.Params, zone = ical.Params{}, l
		for k, v := range p.Params {
			if k != ical.PropTimezoneID {
				q.Params[k] = v
			}
		}
	}
	t, err := q.DateTime(zone)
	if err != nil || t.Year() < 1900 || t.Year() > 9000 {
		return t, fault.New(fault.Invalid, "booking.ics").Because(err)
	}
	return t, nil
}

// spansOf are the times of an event and its repetitions up to the end of the span. A repetition keeps the time of the
// wall clock in the zone of its beginning.
func spansOf(e ical.Event, zone *time.Location, within Span) ([]Span, error) {
	start := e.Props.Get(ical.PropDateTimeStart)
	if start == nil {
		return nil, fault.New(fault.Invalid, "booking.ics")
	}
	from, err := timeIn(start, zone)
	if err != nil {
		return nil, err
	}
	wholeDays := start.ValueType() == ical.ValueDate || len(start.Value) == len("20060102")
	length, days := time.Duration(0), 0
	switch end, d := e.Props.Get(ical.PropDateTimeEnd), e.Props.Get(ical.PropDuration); {
	case end != nil:
		to, err := timeIn(end, zone)
		if err != nil {
			return nil, err
		}
		length, days = to.Sub(from), unit.DayOf(to, from.Location()).Sub(unit.DayOf(from, from.Location()))
	case d != nil:
		if length, err = d.Duration(); err != nil {
			return nil, fault.New(fault.Invalid, "booking.ics").Because(err)
		}
		days = int(length / (24 * time.Hour))
	case wholeDays:
		days = 1
	}
	if length < 0 || length > horizonMax*24*time.Hour {
		return nil, fault.New(fault.Invalid, "booking.ics")
	}
	at := func(t time.Time) Span {
		if wholeDays {
			return Span{t.UTC(), t.AddDate(0, 0, days).UTC()}
		}
		return Span{t.UTC(), t.Add(length).UTC()}
	}
	starts, err := repeated(e, from, zone, within)
	if err != nil {
		return nil, err
	}
	out := make([]Span, len(starts))
	for n, t := range starts {
		out[n] = at(t)
	}
	return out, nil
}

// repeated are the beginnings of an event: its own, those of its rule up to the end of the span, those that are added;
// without those that are taken out.
func repeated(e ical.Event, from time.Time, zone *time.Location, within Span) ([]time.Time, error) {
	out := map[int64]bool{}
	for _, p := range e.Props[ical.PropExceptionDates] {
		all, err := timesIn(p, zone)
		if err != nil {
			return nil, err
		}
		for _, t := range all {
			out[t.Unix()] = true
		}
	}
	starts := []time.Time{from}
	if p := e.Props.Get(ical.PropRecurrenceRule); p != nil {
		o, err := rrule.StrToROptionInLocation(p.Value, from.Location())
		if err != nil || o.Freq > rrule.DAILY || o.Interval < 0 {
			return nil, fault.New(fault.Invalid, "booking.ics_rule").Because(err)
		}
		o.Dtstart = from
		if o.Until.IsZero() || o.Until.After(within.To) {
			o.Until = within.To
		}
		rule, err := rrule.NewRRule(*o)
		if err != nil {
			return nil, fault.New(fault.Invalid, "booking.ics_rule").Because(err)
		}
		starts = nil
		next := rule.Iterator()
		for n := 0; ; n++ {
			t, ok := next()
			if !ok || t.After(within.To) {
				break
			}
			if n > datesMax {
				return nil, fault.New(fault.Invalid, "booking.ics_rule")
			}
			if t.After(within.From.AddDate(0, 0, -horizonMax)) {
				starts = append(starts, t)
			}
		}
	}
	for _, p := range e.Props[ical.PropRecurrenceDates] {
		if strings.EqualFold(p.Params.Get(ical.ParamValue), "PERIOD") {
			return nil, fault.New(fault.Invalid, "booking.ics_rule")
		}
		all, err := timesIn(p, zone)
		if err != nil {
			return nil, err
		}
		starts = append(starts, all...)
	}
	kept := starts[:0]
	for _, t := range starts {
		if !out[t.Unix()] {
			kept = append(kept, t)
		}
	}
	return kept, nil
}

// timesIn are the times of a property that may have several.
func timesIn(p ical.Prop, zone *time.Location) (all []time.Time, err error) {
	for _, v := range strings.Split(p.Value, ",") {
		one := p
		one.Value = v
		t, err := timeIn(&one, zone)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}
