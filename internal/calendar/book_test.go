package calendar_test

import (
	"context"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/calendar"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	newYear = "date,day,zh,source\n2027-01-01,off,元旦,https://notice.example/2027\n2027-01-04,off,元旦,https://notice.example/2027\n"
	changed = "date,day,zh,source\n2027-01-09,work,元旦,https://notice.example/2027b\n"
)

// pieces is a room with two pieces of open work; it writes down what it was asked to count again.
type pieces struct{ asked []string }

func (p *pieces) Recount(_ context.Context, _ *db.Tx, _ unit.ID, before, after unit.Calendar, from unit.ID) (unit.ID, error) {
	was, _ := before.Working(unit.Date(2027, time.January, 4))
	is, _ := after.Working(unit.Date(2027, time.January, 4))
	p.asked = append(p.asked, string(from)+map[bool]string{true: " worked", false: " off"}[was]+map[bool]string{true: " worked", false: " off"}[is])
	if from == "" {
		return "second", nil
	}
	return "", nil
}

func TestANoticeIsLoadedCountedWithAndWorkedThroughOnce(t *testing.T) {
	at := unit.Date(2026, time.November, 2).Start(unit.Beijing()).Add(10 * time.Hour)
	now := func() time.Time { return at }
	dbtest.Each(t, now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		acc, err := access.New(access.Config{DB: d, NoCodes: true})
		must(t, err)
		days := unit.NewDays(unit.ChinaCalendar())
		book, err := calendar.New(calendar.Config{DB: d, Access: acc, Days: days})
		must(t, err)
		room := &pieces{}
		book.Join("room", room)
		must(t, book.Open(ctx))
		monday := unit.Date(2027, time.January, 4)
		works := func() bool { w, _ := days.Now().Working(monday); return w }
		admin := access.System("test")
		n := calendar.Notice{Title: "元旦安排", Source: "https://notice.example/2027", Text: newYear}
		for _, c := range []struct {
			name string
			who  access.Actor
			n    calendar.Notice
			want string
		}{
			{"nobody", access.Actor{}, n, "access.sign_in"},
			{"without a title", admin, calendar.Notice{Source: n.Source, Text: n.Text}, "calendar.title"},
			{"from nowhere", admin, calendar.Notice{Title: "x", Source: "a letter", Text: n.Text}, "calendar.source"},
			{"naming no day", admin, calendar.Notice{Title: "x", Source: n.Source, Text: "date,day,zh,source\n"}, "calendar.empty"},
		} {
			if _, _, err := book.Load(ctx, c.who, c.n); fault.CodeOf(err) != c.want {
				t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			}
		}
		plan, err := book.Try(newYear)
		must(t, err)
		if !plan.New || plan.Year != 2027 || plan.Moved != 2 || !works() {
			t.Errorf("trying it: %+v, and the Monday works: %v", plan, works())
		}
		kept, _, err := book.Load(ctx, admin, n)
		must(t, err)
		if works() || kept.Year != 2027 || len(kept.Digest) != 64 {
			t.Errorf("after loading %+v the Monday works: %v", kept, works())
		}
		if _, _, err := book.Load(ctx, admin, n); fault.CodeOf(err) != "calendar.nothing_new" {
			t.Errorf("the same again: %v", err)
		}
		worker, err := db.NewWorker(db.WorkerConfig{DB: d, Handlers: book.Handlers()})
		must(t, err)
		for n := 1; n > 0; {
			n, err = worker.Once(ctx)
			must(t, err)
		}
		if want := []string{" worked off", "second worked off"}; len(room.asked) != 2 || room.asked[0] != want[0] || room.asked[1] != want[1] {
			t.Errorf("the room was asked %q, want %q", room.asked, want)
		}
		_, _, err = book.Load(ctx, admin, calendar.Notice{Title: "调整", Source: "https://notice.example/2027b", Text: changed})
		must(t, err)
		if w, _ := days.Now().Working(unit.Date(2027, time.January, 9)); !w || works() {
			t.Error("a later notice of the year does not add to the earlier one")
		}
		// Another start of the node counts the same.
		again := unit.NewDays(unit.ChinaCalendar())
		other, err := calendar.New(calendar.Config{DB: d, Access: acc, Days: again})
		must(t, err)
		must(t, other.Open(ctx))
		all, err := other.Notices(ctx)
		must(t, err)
		if w, _ := again.Now().Working(monday); w || len(all) != 2 || all[0].ID != kept.ID {
			t.Errorf("after a start: %d notices, the Monday works: %v", len(all), w)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
