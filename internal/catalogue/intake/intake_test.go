package intake_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/intake"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/files"
)

// lines takes files whose rows are lines: "bad" is a bad one, "broken" a mistake of the node.
type lines struct {
	took  []string
	at    func(writing bool, done int) // called before each row
	by    access.Actor
	allow bool
}

func (l *lines) May(access.Actor, string, intake.Asks) error {
	if !l.allow {
		return fault.New(fault.Denied, "access.denied", "what", "")
	}
	return nil
}

func (l *lines) Take(ctx context.Context, who access.Actor, w intake.Work, file io.ReadSeeker, progress func(bool, int, int)) (rep intake.Report, err error) {
	l.by = who
	b, err := io.ReadAll(file)
	if err != nil {
		return rep, err
	}
	rows := strings.Fields(string(b))
	rep.Rows = len(rows)
	for k, r := range rows {
		if r == "broken" {
			return rep, fmt.Errorf("the disk is gone")
		}
		if r == "bad" {
			rep.BadRows++
			rep.Bad = append(rep.Bad, intake.Bad{Place: fmt.Sprint("A", k+1), Why: fault.Words{"错", "wrong"}})
		}
		progress(false, k+1, len(rows))
	}
	if rep.BadRows > 0 {
		return rep, fault.New(fault.Invalid, "catalogue.import_bad", "rows", rep.BadRows, "of", rep.Rows)
	}
	for k, r := range rows {
		if l.at != nil {
			l.at(true, k)
		}
		if ctx.Err() != nil {
			return rep, ctx.Err()
		}
		l.took = append(l.took, r)
		rep.Written++
		progress(true, k+1, len(rows))
		time.Sleep(time.Millisecond)
	}
	return rep, nil
}

func TestAFileIsTakenInWhileItsBringerIsAway(t *testing.T) {
	dbtest.Each(t, time.Now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		a, err := access.New(access.Config{DB: d, NoCodes: true})
		ok(err)
		link, err := a.FirstAdmin(ctx)
		ok(err)
		ok(a.AcceptFirst(ctx, link, "a@node.example", "甲", "a long enough password"))
		_, who, err := a.SignIn(ctx, access.SignIn{Email: "a@node.example", Password: "a long enough password"})
		ok(err)
		store, err := files.New(files.Config{DB: d, Dir: t.TempDir()})
		ok(err)
		taker := &lines{allow: true}
		s, err := intake.New(intake.Config{DB: d, Access: a, Files: store, Takers: map[string]intake.Taker{"lines": taker}})
		ok(err)
		bring := func(text string) intake.Work {
			t.Helper()
			w, err := s.Bring(ctx, who, "lines", "", intake.Asks{}, "a.txt", strings.NewReader(text))
			ok(err)
			return w
		}
		is := func(w intake.Work, state intake.State, written int) intake.Work {
			t.Helper()
			w, err := s.Get(ctx, who, w.ID)
			ok(err)
			if got := 0; w.State != state || w.Report != nil && w.Report.Written != written || w.Report == nil && written != got {
				t.Errorf("%s %+v (%v), want %s with %d written", w.State, w.Report, w.Problem, state, written)
			}
			return w
		}
		next := func(want bool) {
			t.Helper()
			if worked, err := s.Next(ctx); err != nil || worked != want {
				t.Fatalf("worked %v, %v; want %v", worked, err, want)
			}
		}
		// Files are worked on in the order in which they came, by who brought them.
		one, two := bring("a b c"), bring("d bad e")
		is(one, intake.Waiting, 0)
		next(true)
		next(true)
		next(false)
		if w := is(one, intake.Done, 3); w.Rows != 3 || w.Total != 3 || strings.Join(taker.took, "") != "abc" || taker.by.Person != who.Person || len(taker.by.Grants) == 0 {
			t.Errorf("%+v took %v by %+v", w, taker.took, taker.by)
		}
		if w := is(two, intake.Refused, 0); w.Report.Bad[0].Place != "A2" || w.Problem[1] == "" {
			t.Errorf("%+v", w)
		}
		// One that its bringer waits for is taken at once, beside those that wait.
		taker.took = nil
		now, err := s.BringNow(ctx, who, "lines", "", intake.Asks{}, "b.txt", strings.NewReader("y z"))
		ok(err)
		is(now, intake.Done, 2)
		next(false)
		// A mistake of the node is not the file's: it says so, and may be done again.
		three := bring("f broken")
		if worked, err := s.Next(ctx); !worked || err == nil {
			t.Errorf("the operator is told nothing: %v %v", worked, err)
		}
		if w := is(three, intake.Failed, 0); strings.Contains(w.Problem[0]+w.Problem[1], "disk") {
			t.Errorf("the user is told %q", w.Problem)
		}
		ok(s.Again(ctx, who, three.ID))
		ok(s.Stop(ctx, who, three.ID))
		next(false)
		is(three, intake.Stopped, 0)
		// Who stops it while rows are written keeps what was written.
		four := bring(strings.Repeat("x ", 2000))
		taker.took, taker.at = nil, func(_ bool, done int) {
			if done == 1 {
				ok(s.Stop(ctx, who, four.ID))
			}
		}
		next(true)
		is(four, intake.Stopped, 0)
		if n := len(taker.took); n == 0 || n == 2000 {
			t.Errorf("%d rows were written after it was stopped", n)
		}
		// The process ends while rows are written: the next one marks it as cut, and it can be done again.
		taker.took, taker.at = nil, nil
		five := bring("g h")
		end, cancel := context.WithCancel(ctx)
		taker.at = func(bool, int) { cancel() }
		if _, err := s.Next(end); err == nil {
			t.Error("a work that was cut off has no error")
		}
		taker.at = nil
		ran, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { s.Run(ran, func(err error) { t.Error(err) }); close(done) }()
		for k := 0; ; k++ {
			w, err := s.Get(ctx, who, five.ID)
			ok(err)
			if w.State == intake.Cut || w.State == intake.Done {
				break
			}
			if k > 2000 {
				t.Fatalf("left as %s", w.State)
			}
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		<-done
		// What somebody may not do any more when it is worked on is not done.
		six := bring("i")
		taker.allow, taker.took = false, nil
		next(true)
		if is(six, intake.Refused, 0); len(taker.took) != 0 {
			t.Errorf("took %v", taker.took)
		}
		// To others there is no such file.
		other := access.Actor{Person: "01H00000000000000000000005", Grants: who.Grants}
		if _, err := s.Get(ctx, other, one.ID); fault.CodeOf(err) != "intake.unknown" {
			t.Errorf("%v", err)
		}
		all, n, err := s.List(ctx, who, 1)
		if ok(err); n != 7 || all[0].ID != six.ID {
			t.Errorf("%d works, the newest %s", n, all[0].ID)
		}
		if _, n, err = s.List(ctx, other, 1); n != 0 || err != nil {
			t.Errorf("somebody else lists %d (%v)", n, err)
		}
	})
}
