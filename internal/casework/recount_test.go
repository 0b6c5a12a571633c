package casework_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/calendar"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// theNotice is made up; the year that it speaks of was not announced when this was written.
const theNotice = "date,day,zh,source\n2027-01-01,off,元旦,https://notice.example/2027\n2027-01-04,off,元旦,https://notice.example/2027\n2027-01-09,work,元旦,https://notice.example/2027\n"

func (w *world) book() *calendar.Book {
	w.t.Helper()
	b, err := calendar.New(calendar.Config{DB: w.db, Access: w.access, Days: w.days})
	w.must(err)
	b.Join("casework", w.cases)
	w.must(b.Open(context.Background()))
	return b
}

// work does every job that is due, as the node does.
func (w *world) work(b *calendar.Book) {
	w.t.Helper()
	worker, err := db.NewWorker(db.WorkerConfig{DB: w.db, Handlers: b.Handlers()})
	w.must(err)
	for {
		n, err := worker.Once(context.Background())
		w.must(err)
		if n == 0 {
			return
		}
	}
}

func (w *world) movedTo(who access.Actor) (titles []notice.Told) {
	w.t.Helper()
	page, _, err := w.told.List(context.Background(), who.Person, notice.Query{Kind: "case.due_moved"})
	w.must(err)
	return page
}

func until(c casework.Case, action string) (day string, provisional bool) {
	for _, x := range c.Waits {
		if x.Action == action {
			return x.Due.Add(-time.Second).In(unit.Beijing()).Format(time.DateOnly), x.Provisional
		}
	}
	return "", false
}

func TestAHolidayNoticeMovesOpenDueTimesAndTellsThePartiesOnce(t *testing.T) {
	h := &hand{at: unit.Date(2026, time.December, 21).Start(unit.Beijing()).Add(10 * time.Hour)}
	dbtest.Each(t, h.now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		w := &world{t: t, db: d}
		w.build()
		review, supervise := w.officer("review@node.example", "voucher_review"), w.officer("supervise@node.example", "voucher_supervise")
		b := w.book()
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		if day, provisional := until(c, "approve"); day != "2027-01-05" || !provisional {
			t.Fatalf("before the notice it is due %s, provisional %t", day, provisional)
		}
		// Another case ends before the new year, and nobody is told of it.
		near := w.open(firm, small)

		for _, x := range []struct {
			who  access.Actor
			n    calendar.Notice
			want string
		}{
			{review, calendar.Notice{Title: "t", Source: "https://x.example", Text: theNotice}, "access.denied"},
			{access.System("import"), calendar.Notice{Title: "t", Source: "https://x.example", Text: "date,day,zh,source\n2027-01-01,maybe,x,x\n"}, "unit.notice_word"},
			{access.System("import"), calendar.Notice{Title: "t", Source: "https://x.example", Text: strings.ReplaceAll(theNotice, "2027", "2029")}, "unit.calendar_year"},
			{access.System("import"), calendar.Notice{Source: "https://x.example", Text: theNotice}, "calendar.title"},
			{access.System("import"), calendar.Notice{Title: "t", Source: "gov", Text: theNotice}, "calendar.source"},
		} {
			_, _, err := b.Load(ctx, x.who, x.n)
			code(t, err, x.want)
		}
		p, err := b.Try(theNotice)
		w.must(err)
		if !p.New || len(p.Changes) < 2 || p.Changes[0].Day.String() != "2027-01-04" || p.Changes[0].Works || !p.Changes[1].Works {
			t.Errorf("the dry run says %+v", p)
		}
		if all, err := b.Notices(ctx); err != nil || len(all) != 0 {
			t.Fatalf("the dry run kept %v, %v", all, err)
		}

		_, _, err = b.Load(ctx, access.System("import"), calendar.Notice{Title: "元旦放假安排", Source: "https://notice.example/2027", Text: theNotice})
		w.must(err)
		w.work(b)
		_, _, err = b.Load(ctx, access.System("import"), calendar.Notice{Title: "again", Source: "https://notice.example/2027", Text: theNotice})
		code(t, err, "calendar.nothing_new")

		// The node starts again: the notice counts, and nobody is told twice.
		w.days.Replace(unit.ChinaCalendar())
		b = w.book()
		w.work(b)
		c, err = w.cases.Get(ctx, review, c.ID)
		w.must(err)
		if day, provisional := until(c, "approve"); day != "2027-01-06" || provisional {
			t.Errorf("after the notice it is due %s, provisional %t; want 2027-01-06", day, provisional)
		}
		told := w.movedTo(review)
		if len(told) != 1 || !strings.Contains(told[0].Text.In(fault.EN), "2027-01-05 → 2027-01-06") || told[0].Object != c.Object() {
			t.Errorf("the reviewer was told %+v", told)
		}
		if told := w.movedTo(supervise); len(told) != 0 {
			t.Errorf("the supervisor was told %+v, whose turn it is not", told)
		}
		if near, err = w.cases.Get(ctx, firm, near.ID); err != nil || near.Stage != "draft" {
			t.Errorf("the other case is %s, %v", near.Stage, err)
		}
		// What was provisional is now told of when it is late.
		h.at = unit.Date(2027, time.January, 7).Start(unit.Beijing()).Add(10 * time.Hour)
		defer func() { h.at = unit.Date(2026, time.December, 21).Start(unit.Beijing()).Add(10 * time.Hour) }()
		if n, err := w.cases.Tick(ctx); err != nil || n == 0 {
			t.Errorf("%d fired, %v; want that the supervisor is told", n, err)
		}
		w.clean()
	})
}

func TestAPersonTakesAwayWhatTheyDidInCasesAndDecisionsAreKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		_, err = w.act(reviewer, c, "refuse", "材料不符")
		w.must(err)
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			about, err := w.cases.AboutPerson(ctx, tx, reviewer.Person)
			w.must(err)
			parts, _ := about["parts"].([]casework.Part)
			if len(parts) != 1 || parts[0].Act != "refuse" || parts[0].Reason != "材料不符" || parts[0].Case != c.No {
				t.Errorf("the reviewer's part is %+v", about)
			}
			about, err = w.cases.AboutPerson(ctx, tx, firm.Person)
			w.must(err)
			if parts, _ := about["parts"].([]casework.Part); len(parts) != 2 || parts[0].Act != "open" {
				t.Errorf("the clerk's part is %+v", about)
			}
			kept, err := w.cases.ErasePerson(ctx, tx, reviewer.Person)
			w.must(err)
			if len(kept) != 1 {
				t.Errorf("kept %v", kept)
			}
			if kept, err = w.cases.ErasePerson(ctx, tx, "NOBODY"); err != nil || len(kept) != 0 {
				t.Errorf("of somebody who did nothing: %v %v", kept, err)
			}
			return nil
		}))
	})
}
