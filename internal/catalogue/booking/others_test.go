package booking

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
)

// others are the programs that read our calendars, with a command that tells whether each is here and how it is installed.
var others = []struct {
	name, install string
	here          []string
}{
	{"python3-icalendar", "apt-get install python3-icalendar", []string{"/usr/bin/python3", "-c", "import icalendar"}},
	{"khal", "apt-get install khal", []string{"khal", "--version"}},
	{"vdirsyncer", "apt-get install vdirsyncer", []string{"vdirsyncer", "--version"}},
	{"ical.js", "(cd e2e && npm ci)", []string{"node", "../../../e2e/ical.mjs", "--here"}},
}

// missing says of each program that is not here that nothing was tested with it; where everything is required it fails.
func missing(t *testing.T) map[string]bool {
	out := map[string]bool{}
	for _, o := range others {
		if text, err := exec.Command(o.here[0], o.here[1:]...).CombinedOutput(); err != nil {
			if os.Getenv("CORRIDOR_REQUIRE") != "" {
				t.Fatalf("%s is missing: %s (%s)", o.name, o.install, text)
			}
			t.Logf("NOT TESTED with %s, which is missing: %s", o.name, o.install)
			out[o.name] = true
		}
	}
	return out
}

// Programs that we did not write read the same instants, whatever their zone, on both sides of the change to summer time
// and of the change back, and once more after a booking has moved and another is given up.
func TestOthersReadTheSameInstants(t *testing.T) {
	lack := missing(t)
	for name, c := range map[string]struct{ now, first, moved string }{
		"spring": {"2026-03-02 08:00", "2026-03-20 09:00–10:00", "2026-04-13 15:00–16:00"}, // the clocks of Berlin change on 29 March, those of New York on 8 March
		"autumn": {"2026-10-05 08:00", "2026-10-16 09:00–10:00", "2026-11-10 15:00–16:00"}, // on 25 October, and on 1 November
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, dbtest.SQLite(t))
			h.set(c.now)
			ctx := context.Background()
			i, err := h.Enter(ctx, h.lab, Instrument{Org: labCode, Region: "310115", Title: fault.Words{"柏林的分光计", "Spectrometer, in Berlin; a long name, with ümlauts that has to be folded over lines"}, Zone: "Europe/Berlin"})
			h.done(err)
			h.done(h.PutPlan(ctx, h.lab, i.ID, weekdays(), 0))
			h.done(h.PutPrices(ctx, h.lab, i.ID, prices()))
			dates, err := h.Series(ctx, h.firm, Ask{Instrument: i.ID, Span: span(t, i.Location(), c.first)}, 7, 4)
			h.done(err)
			_, secret, err := h.NewFeed(ctx, h.firm, "person", "")
			h.done(err)
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				text, err := h.Service.Calendar(r.Context(), strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".ics"), fault.EN)
				if r.URL.Path == "/busy.ics" {
					text, err = h.FreeBusy(r.Context(), i.ID, false, fault.EN)
				}
				if err != nil {
					w.WriteHeader(http.StatusNotFound)
				}
				w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
				_, _ = io.WriteString(w, text)
			}))
			defer site.Close()
			r := reader{T: t, dir: t.TempDir(), site: site.URL + "/", lack: lack}
			var want []Span
			for _, d := range dates {
				if d.Refused != nil {
					t.Fatal(d.Refused)
				}
				want = append(want, d.Booking.Span)
			}
			r.reads(secret, want, "Asia/Shanghai", "America/New_York", "Europe/Berlin")
			to := span(t, i.Location(), c.moved)
			_, err = h.Service.Change(ctx, h.firm, dates[3].Booking.ID, to)
			h.done(err)
			_, err = h.Service.Cancel(ctx, h.firm, dates[0].Booking.ID, "")
			h.done(err)
			r.reads(secret, []Span{want[1], want[2], to}, "Europe/Berlin")
		})
	}
}

// reader reads a calendar with every program.
type reader struct {
	*testing.T
	dir, site string
	lack      map[string]bool
}

func (r *reader) run(zone string, args ...string) string {
	r.Helper()
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+r.dir, "TZ="+zone)
	out, err := c.CombinedOutput()
	if err != nil {
		r.Fatalf("%v in %s: %v %s", args, zone, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *reader) file(name, text string) string {
	r.Helper()
	name = filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		r.Fatal(err)
	}
	return name
}

// readPython lists what is not cancelled as python3-icalendar reads it from files, in UTC.
const readPython = `import icalendar, sys
from datetime import timezone
utc = lambda e, k: e[k].dt.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
print("\n".join(sorted(utc(e, "DTSTART") + " " + utc(e, "DTEND") for f in sys.argv[1:] for e in icalendar.Calendar.from_ical(open(f, "rb").read()).walk("VEVENT") if e["STATUS"] != "CANCELLED")))`

// reads fails where a program in one of the zones does not read exactly these times of the secret address.
func (r *reader) reads(secret string, spans []Span, zones ...string) {
	r.Helper()
	var want []string
	for _, s := range spans {
		want = append(want, s.From.UTC().Format(time.RFC3339)+" "+s.To.UTC().Format(time.RFC3339))
	}
	is := func(program, zone, got string) {
		r.Helper()
		if got != strings.Join(want, "\n") {
			r.Errorf("%s in %s reads\n%s\nwant\n%s", program, zone, got, strings.Join(want, "\n"))
		}
	}
	answer, err := http.Get(r.site + secret + ".ics")
	if err != nil {
		r.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		r.Fatal(err)
	}
	file := r.file("a.ics", string(text))
	for _, zone := range zones {
		if !r.lack["python3-icalendar"] {
			is("python3-icalendar", zone, r.run(zone, "/usr/bin/python3", "-c", readPython, file))
		}
		if !r.lack["ical.js"] {
			is("ical.js", zone, r.run(zone, "node", "../../../e2e/ical.mjs", r.site+secret+".ics"))
		}
		if r.lack["vdirsyncer"] {
			continue
		}
		// vdirsyncer fetches the address into a folder of single events, and fetches again what has changed.
		home := strings.ReplaceAll(zone, "/", "-")
		folder := filepath.Dir(r.file(home+"/cal/color", "#000000"))
		config := r.file(home+"/vdirsyncer", "[general]\nstatus_path = \""+r.dir+"/"+home+"/status\"\n[pair p]\na = \"site\"\nb = \"here\"\ncollections = null\nconflict_resolution = \"a wins\"\n"+
			"[storage site]\ntype = \"http\"\nurl = \""+r.site+secret+".ics\"\n[storage here]\ntype = \"filesystem\"\npath = \""+folder+"\"\nfileext = \".ics\"\n")
		if _, err := os.Stat(filepath.Join(r.dir, home, "status")); err != nil {
			r.run(zone, "vdirsyncer", "-c", config, "discover")
		}
		r.run(zone, "vdirsyncer", "-c", config, "sync")
		files, err := filepath.Glob(folder + "/*.ics")
		if err != nil || len(files) == 0 {
			r.Fatalf("vdirsyncer brought nothing: %v", err)
		}
		if !r.lack["python3-icalendar"] {
			is("vdirsyncer", zone, r.run(zone, append([]string{"/usr/bin/python3", "-c", readPython}, files...)...))
		}
		if r.lack["khal"] {
			continue
		}
		// khal shows that folder by the wall clock of the zone that it is told.
		khal := r.file(home+"/khal", "[calendars]\n[[a]]\npath = "+folder+"\n[locale]\nlocal_timezone = "+zone+"\ndefault_timezone = "+zone+"\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"+
			"datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n[sqlite]\npath = "+r.dir+"/"+home+"/khal.db\n")
		shown := r.run(zone, "khal", "-c", khal, "list", "--format", "{start} {end} {status}", spans[0].From.AddDate(0, 0, -15).Format("2006-01-02"), "60d")
		for _, s := range spans {
			l := zoneOf(r, zone)
			if w := s.From.In(l).Format("2006-01-02 15:04") + " " + s.To.In(l).Format("2006-01-02 15:04"); !strings.Contains(shown, w) {
				r.Errorf("khal in %s does not show %s:\n%s", zone, w, shown)
			}
		}
	}
	// What everybody may read of the instrument names the same times, with set-up and clean-up around them.
	if !r.lack["ical.js"] {
		busy := r.run("UTC", "node", "../../../e2e/ical.mjs", r.site+"busy.ics")
		for _, s := range spans {
			p := weekdays().busy(s)
			if w := p.From.UTC().Format(time.RFC3339) + " " + p.To.UTC().Format(time.RFC3339); !strings.Contains(busy, w) {
				r.Errorf("free and busy does not say %s:\n%s", w, busy)
			}
		}
	}
}
