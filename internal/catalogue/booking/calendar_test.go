package booking

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

const calendarHead = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n"

// event is a calendar with one event of these lines.
func event(lines ...string) string {
	return calendarHead + "BEGIN:VEVENT\r\nUID:a@x\r\nDTSTAMP:20260101T000000Z\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

func TestAnOutsideCalendarIsReadByTheWallClock(t *testing.T) {
	shanghai := zoneOf(t, "Asia/Shanghai")
	within := Span{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		lines []string
		want  string // UTC
	}{
		{[]string{"DTSTART:20260302T010000Z", "DTEND:20260302T020000Z"}, "02 01:00-02:00"},
		{[]string{"DTSTART:20260302T090000", "DTEND:20260302T100000"}, "02 01:00-02:00"}, // of no zone: the instrument's
		{[]string{"DTSTART;TZID=Europe/Berlin:20260302T090000", "DURATION:PT90M"}, "02 08:00-09:30"},
		{[]string{"DTSTART;TZID=\"China Standard Time\":20260302T090000", "DURATION:PT1H"}, "02 01:00-02:00"},
		{[]string{"DTSTART;VALUE=DATE:20260303"}, "02 16:00-16:00"},                                                                                                          // a whole day
		{[]string{"DTSTART;TZID=Europe/Berlin:20260327T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4"}, "27 08:00-09:00 28 08:00-09:00 29 07:00-08:00 30 07:00-08:00"}, // over summer time
		{[]string{"DTSTART:20260302T010000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20260317T000000Z", "EXDATE:20260309T010000Z"}, "02 01:00-02:00 16 01:00-02:00"},
		{[]string{"DTSTART:20260302T010000Z", "DURATION:PT1H", "EXDATE:20260302T010000Z", "RDATE:20260305T010000Z,20260306T010000Z"}, "05 01:00-02:00 06 01:00-02:00"},
		{[]string{"DTSTART:20250101T010000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=20"}, "20 01:00-02:00"},
		{[]string{"DTSTART:20260302T010000Z", "DURATION:PT1H", "STATUS:CANCELLED"}, ""},
		{[]string{"DTSTART:20260302T010000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"}, ""},
		{[]string{"DTSTART:20250302T010000Z", "DURATION:PT1H"}, ""}, // long ago
		{[]string{"DTSTART;TZID=Mars/Olympus:20260302T090000", "DURATION:PT1H"}, "booking.ics_zone"},
		{[]string{"DTSTART:20260302T010000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"}, "booking.ics_rule"},
		{[]string{"DTSTART:tomorrow"}, "booking.ics"},
	} {
		events, err := readCalendar([]byte(event(c.lines...)), shanghai, within)
		var got []string
		for _, e := range events {
			got = append(got, e.Span.From.Format("02 15:04-")+e.Span.To.Format("15:04"))
		}
		if err != nil {
			got = []string{fault.CodeOf(err)}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v: %v, want %q", c.lines, got, c.want)
		}
	}
	// A date of its own replaces one of a rule; what we gave out ourselves blocks nothing.
	moved := strings.Replace(event("DTSTART:20260302T010000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"), "END:VCALENDAR", "BEGIN:VEVENT\r\nUID:a@x\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20260303T010000Z\r\nDTSTART:20260303T050000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR", 1)
	events, err := readCalendar([]byte(moved), shanghai, within)
	if err != nil || len(events) != 2 || events[1].Span.From.Hour() != 5 {
		t.Errorf("a moved date: %v %v", events, err)
	}
	own := calendarOf("x", []Event{{UID: "a" + ownUID, Span: Span{within.From, within.To}}}, within.From)
	if events, err := readCalendar([]byte(own), shanghai, within); err != nil || len(events) != 0 {
		t.Errorf("our own feed blocks: %v %v", events, err)
	}
	for name, bad := range map[string]string{"deep": strings.Repeat("BEGIN:VEVENT\r\n", 50_000), "long": event("SUMMARY;X=" + strings.Repeat("a", 100_000) + ":b"), "text": "<html>", "large": strings.Repeat("x\n", fileMax)} {
		if _, err := readCalendar([]byte(bad), shanghai, within); fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOutsideCalendar(f *testing.F) {
	f.Add(event("DTSTART:20260302T010000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=-1"))
	f.Add(event("DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260305"))
	within := Span{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC)}
	f.Fuzz(func(t *testing.T, text string) {
		events, err := readCalendar([]byte(text), time.UTC, within)
		for _, e := range events {
			if err != nil || !e.Span.From.Before(e.Span.To) || !e.Span.overlaps(within) {
				t.Errorf("an event at %v", e.Span)
			}
		}
	})
}

// An outside calendar blocks slots, is read again, says what it collides with, and is taken away.
func TestAnOutsideCalendarBlocksSlots(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		answer := event("SUMMARY:课题组", "DTSTART;TZID=Asia/Shanghai:20260303T090000", "DURATION:PT2H", "RRULE:FREQ=DAILY;COUNT=2")
		outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if answer == "" {
				w.WriteHeader(http.StatusBadGateway)
			}
			fmt.Fprint(w, answer)
		}))
		defer outside.Close()
		b := h.book(h.firm, h.id, "2026-03-04 09:00–10:00")
		_, err := h.AddSource(ctx, h.firm, h.id, "x", outside.URL, nil)
		if err == nil {
			t.Fatal("a user connected a calendar")
		}
		_, err = h.AddSource(ctx, h.lab, h.id, "x", "ftp://a.example/x", nil)
		h.refused(err, "booking.source_url")
		x, err := h.AddSource(ctx, h.lab, h.id, "课题组", outside.URL, nil)
		h.done(err)
		h.tick()
		_, err = h.Book(ctx, h.firm, h.ask(h.id, "2026-03-03 10:00–11:00"))
		h.says(h.refused(err, "booking.shut"), "2026-03-03 11:00–12:00")
		clash, err := h.Conflicts(ctx, h.lab, h.id)
		h.done(err)
		if len(clash) != 1 || clash[0].Booking.ID != b.ID || clash[0].Shut.Why != "课题组" {
			t.Errorf("in conflict: %+v", clash)
		}
		// What cannot be read leaves what was read before, and says so; later it is read again.
		answer = ""
		h.now = h.now.Add(2 * sourceEvery)
		h.tick()
		s, err := h.Settings(ctx, h.lab, h.id)
		h.done(err)
		if len(s.Sources) != 1 || s.Sources[0].Problem != "booking.source_read" || s.Sources[0].Events != 2 {
			t.Errorf("after a bad answer: %+v", s.Sources)
		}
		_, err = h.Book(ctx, h.firm, h.ask(h.id, "2026-03-03 10:00–11:00"))
		h.refused(err, "booking.shut")
		answer = event("DTSTART:20260310T010000Z", "DURATION:PT1H")
		h.now = h.now.Add(2 * sourceEvery)
		h.tick()
		h.book(h.firm, h.id, "2026-03-03 13:00–14:00")
		h.done(h.EndSource(ctx, h.lab, h.id, x.ID))
		h.book(h.firm, h.id, "2026-03-10 09:00–10:00")
		_, err = h.AddSource(ctx, h.lab, h.id, "file", "", []byte(event("DTSTART:20260311T010000Z", "DURATION:PT1H")))
		h.done(err)
		_, err = h.Book(ctx, h.firm, h.ask(h.id, "2026-03-11 09:00–10:00"))
		h.refused(err, "booking.shut")
		h.sound()
	})
}

// A calendar that is taken away while it is being read blocks nothing, whatever the answer says, and is not read again.
func TestAnOutsideCalendarThatEndsWhileItIsReadBlocksNothing(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		asked, goOn := make(chan struct{}), make(chan struct{})
		outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(asked)
			<-goOn
			fmt.Fprint(w, event("DTSTART;TZID=Asia/Shanghai:20260303T090000", "DURATION:PT2H"))
		}))
		defer outside.Close()
		x, err := h.AddSource(ctx, h.lab, h.id, "课题组", outside.URL, nil)
		h.done(err)
		read := make(chan error)
		go func() { read <- h.refresh(ctx, x.ID) }()
		<-asked
		ended := h.EndSource(ctx, h.lab, h.id, x.ID)
		close(goOn)
		h.done(<-read)
		h.done(ended)
		h.act(func(tx *db.Tx) error {
			shuts, err := selectShuts(ctx, tx, h.id, Span{h.now, h.now.AddDate(0, 0, outsideDays)})
			if len(shuts) > 0 {
				t.Errorf("a calendar that was taken away blocks %+v", shuts)
			}
			counts, jobs := tx.JobCounts(ctx)
			h.done(jobs)
			for _, c := range counts {
				if c.Kind == againJob {
					t.Error("a calendar that was taken away is read again")
				}
			}
			return err
		})
		h.book(h.firm, h.id, "2026-03-03 09:00–10:00")
		h.sound()
	})
}

// Outside calendars of a node in service are of the public network only.
func TestAnOutsideCalendarIsNotOfThisMachine(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.c.Local = false
	for _, url := range []string{"http://127.0.0.1/a.ics", "https://127.0.0.1/a.ics", "https://[::1]/a.ics", "https://192.168.1.1/a.ics", "file:///etc/passwd"} {
		_, err := h.AddSource(context.Background(), h.lab, h.id, "x", url, nil)
		h.refused(err, "booking.source_url")
	}
	if _, err := h.fetch(context.Background(), "https://localhost:1/a.ics"); err == nil {
		t.Error("a name of this machine was asked")
	}
}

// Feeds have secret addresses, shown once; what was revoked, and what its maker may not see any more, answers nothing.
func TestFeedsAreSecretAndRevocable(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		b := h.book(h.firm, h.id, "2026-03-03 09:00–11:00")
		f, secret, err := h.NewFeed(ctx, h.firm, "person", "")
		h.done(err)
		_, _, err = h.NewFeed(ctx, h.firm, "lab", labCode)
		if err == nil {
			t.Error("a user reads the laboratory's calendar")
		}
		_, lab, err := h.NewFeed(ctx, h.lab, "lab", labCode)
		h.done(err)
		mine, err := h.Service.Calendar(ctx, secret, fault.EN)
		h.done(err)
		theirs, err := h.Service.Calendar(ctx, lab, fault.ZH)
		h.done(err)
		for text, want := range map[string]string{mine: "DTSTART:20260303T010000Z\r\nDTEND:20260303T030000Z\r\nSUMMARY:Cryo-EM\r\n", theirs: "SUMMARY:冷冻电镜 · 电池公司\r\n"} {
			if !strings.Contains(text, want) || !strings.Contains(text, "UID:"+string(b.ID)) {
				t.Errorf("%s is not in\n%s", want, text)
			}
		}
		free, err := h.FreeBusy(ctx, h.id, false, fault.ZH)
		h.done(err)
		if !strings.Contains(free, "FREEBUSY;FBTYPE=BUSY:20260303T003000Z/20260303T033000Z") || strings.Contains(free, "电池") {
			t.Errorf("free and busy:\n%s", free)
		}
		h.refused(h.EndFeed(ctx, h.lab, f.ID), "booking.unknown")
		h.done(h.EndFeed(ctx, h.firm, f.ID))
		_, err = h.Service.Calendar(ctx, secret, fault.ZH)
		h.refused(err, "booking.unknown")
		h.act(func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE access_grant SET ended_at = 1 WHERE person = $1`, string(h.lab.Person))
			return err
		})
		_, err = h.Service.Calendar(ctx, lab, fault.ZH)
		h.refused(err, "booking.unknown")
	})
}
