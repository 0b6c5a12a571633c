package casework_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// looks is the world of one made-up pack, with offices whose desks answer.
type looks struct {
	*world
	reg *registry.Registry
	dir string // of files
}

// eachLooks plays a test on each database, with a clock that the test moves.
func eachLooks(t *testing.T, pack string, test func(*testing.T, *looks, *hand)) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		test(t, w.looks(pack), h)
	})
}

func (w *world) looks(pack string) *looks {
	w.t.Helper()
	ctx := context.Background()
	l := &looks{world: w}
	s, problems := scheme.Load(os.DirFS("testdata"), pack)
	if len(problems) > 0 {
		w.t.Fatal(problems)
	}
	var err error
	l.reg, err = registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
	l.must(err)
	l.dir = w.t.TempDir()
	store, err := files.New(files.Config{DB: w.db, Dir: l.dir})
	l.must(err)
	uses, err := federation.New(federation.Config{DB: w.db, Self: "340000", Client: http.DefaultClient, Log: w.log})
	l.must(err)
	l.cases, err = casework.New(casework.Config{DB: w.db, Access: w.access, Registry: l.reg, Ledger: w.ledger, Log: w.log, Files: store, Notices: w.told, Uses: uses,
		Regions: unit.GB2260(), Calendar: w.days, Node: "34", Secret: "a secret of the test", Schemes: []*scheme.Scheme{s}})
	l.must(err)
	w.must(w.db.Act(ctx, func(tx *db.Tx) error {
		for _, o := range []string{"fire", "water", "build", "plans"} {
			if err := l.reg.PutAuthority(ctx, tx, admin, registry.Authority{ID: "340100." + o, Name: fault.Words{"虚构部门" + o, "Office of " + o}, Region: "340100", Source: "test"}); err != nil {
				return err
			}
		}
		return nil
	}))
	return l
}

// actor is who plays a part: a desk, or the desk of one office.
func (l *looks) actor(name string) access.Actor {
	switch name {
	case "firm":
		return firm
	case "other firm":
		return big
	case "window":
		return who(name, "acceptance_window", "340000", "")
	case "boss":
		return who(name, "construction_supervise", "340000", "")
	case "build":
		return who(name, "appeal_unit", "340100", "340100.build")
	case "plans":
		return who(name, "appeal_unit", "340100", "340100.plans")
	case "auditor":
		return who(name, "auditor", "", "")
	}
	return who(name, "acceptance_department", "340100", "340100."+name)
}

func (l *looks) save(name string, c casework.Case, typed map[string]string) casework.Case {
	l.t.Helper()
	c, err := l.cases.Save(context.Background(), l.actor(name), c.ID, 0, typed)
	l.must(err)
	return c
}

func (l *looks) do(name string, c casework.Case, action string) casework.Case {
	l.t.Helper()
	c, err := l.cases.Act(context.Background(), l.actor(name), c.ID, casework.Action{Name: action, Reason: "理由"})
	l.must(err)
	return c
}

// sent is a case that was sent out to offices.
func (l *looks) sent(quiet, offices string) casework.Case {
	l.t.Helper()
	c, err := l.cases.Create(context.Background(), firm, "look-over", small, "")
	l.must(err)
	l.save("firm", c, map[string]string{"thing": "秘密的内容", "size": "large", "quiet": quiet, "bid": "封标价九万"})
	l.do("firm", c, "hand_in")
	l.save("window", c, map[string]string{"offices": offices, "unit": "340100.build"})
	return l.do("window", c, "send_out")
}

func (l *looks) answer(name string, c casework.Case, in casework.Answer) (casework.Case, error) {
	in.Ask = "looks"
	return l.cases.Answer(context.Background(), l.actor(name), c.ID, in)
}

func says(verdict, safe, neat string) map[string]string {
	return map[string]string{"verdict": verdict, "score_safe": safe, "score_neat": neat}
}

func (l *looks) get(name string, c casework.Case) casework.Case {
	l.t.Helper()
	c, err := l.cases.Get(context.Background(), l.actor(name), c.ID)
	l.must(err)
	return c
}

// counts are the facts of the one ask of a case, as a reader sees them.
func counts(c casework.Case) string {
	a := c.Asks[0]
	return fmt.Sprintf("%d asked %d given %d missing %d passed %d failed score %s %s", a.Asked, a.Given, a.Missing, a.Passed, a.Failed, a.Score, a.Hidden)
}

func TestAllAreAskedAtOnceAndReadEachOtherWhenAllAreIn(t *testing.T) {
	eachLooks(t, "inspection.yaml", func(t *testing.T, l *looks, h *hand) {
		c := l.sent("false", "340100.fire\n340100.water")
		if got, want := counts(c), "2 asked 0 given 2 missing 0 passed 0 failed score unknown until_all"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		due := c.Asks[0].Seats[0].Due.In(unit.Beijing()).Add(-time.Second).Format(time.DateOnly)
		if due != "2026-03-05" {
			t.Errorf("three working days after Monday 2 March end on %s", due)
		}
		queue, _, err := l.cases.Queue(context.Background(), l.actor("fire"), 1)
		l.must(err)
		if len(queue) != 1 || queue[0].ID != c.ID {
			t.Errorf("the queue of an asked office has %d cases", len(queue))
		}
		for _, x := range []struct {
			who, seat, reason string
			typed             map[string]string
			want              string
		}{
			{"plans", "", "", says("passed", "90", "80"), "casework.unknown"},
			{"window", "340100.fire", "", says("passed", "90", "80"), "casework.not_your_seat"},
			{"fire", "340100.water", "", says("passed", "90", "80"), "casework.not_your_seat"},
			{"fire", "340100.plans", "", says("passed", "90", "80"), "casework.seat_unknown"},
			{"boss", "340100.fire", "催办无果", says("passed", "90", "80"), "casework.seat_has_time"},
			{"fire", "", "", says("", "90", "80"), "casework.answer_field_missing"},
			{"fire", "", "", says("passed", "100.01", "80"), "casework.score_high"},
			{"fire", "", "", says("perhaps", "90", "80"), "scheme.field_choice"},
			{"fire", "", "", map[string]string{"verdict": "passed", "score_safe": "1", "score_neat": "1", "colour": "red"}, "casework.field_unknown"},
		} {
			_, err := l.answer(x.who, c, casework.Answer{Seat: x.seat, Fields: x.typed, Reason: x.reason})
			if got := fault.CodeOf(err); got != x.want {
				t.Errorf("%s for %q: got %s (%v), want %s", x.who, x.seat, got, err, x.want)
			}
		}
		_, err = l.answer("fire", c, casework.Answer{Fields: says("passed", "90", "80"), Key: "k"})
		l.must(err)
		_, err = l.answer("fire", c, casework.Answer{Fields: says("passed", "90", "80"), Key: "k"})
		l.must(err)
		_, err = l.answer("fire", c, casework.Answer{Fields: says("failed", "1", "1")})
		code(t, err, "casework.seat_answered")
		for _, reader := range []string{"firm", "window", "boss", "water", "auditor"} {
			got := l.get(reader, c)
			if got.Asks[0].Seats[0].Answer != nil || !strings.Contains(counts(got), "1 given 1 missing 0 passed") || !strings.HasSuffix(counts(got), "until_all") {
				t.Errorf("%s reads an answer before all are in: %s", reader, counts(got))
			}
		}
		if own := l.get("fire", c).Asks[0].Seats[0]; own.Answer == nil || own.Answer.Verdict() != "passed" || own.Mine {
			t.Errorf("who answered reads their own answer: %+v", own)
		}
		c, err = l.answer("water", c, casework.Answer{Fields: says("failed", "70.5", "60")})
		l.must(err)
		if c.Stage != "seen" {
			t.Errorf("stands in %s: what goes by itself was not tried after the last answer", c.Stage)
		}
		if got, want := counts(l.get("fire", c)), "2 asked 2 given 0 missing 1 passed 1 failed score 76.15 "; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		_, err = l.answer("fire", c, casework.Answer{Fields: says("failed", "1", "1")})
		code(t, err, "casework.ask_closed")
		l.clean()
	})
}

func TestOnlyWhoFailedIsAskedAgainAndASilentSeatIsAnsweredFor(t *testing.T) {
	eachLooks(t, "inspection.yaml", func(t *testing.T, l *looks, h *hand) {
		c := l.sent("false", "340100.fire\n340100.water")
		_, err := l.answer("fire", c, casework.Answer{Fields: says("passed", "90", "80")})
		l.must(err)
		_, err = l.answer("water", c, casework.Answer{Fields: says("failed", "50", "50")})
		l.must(err)
		_, err = l.cases.Act(context.Background(), l.actor("plans"), c.ID, casework.Action{Name: "order"})
		code(t, err, "casework.unknown")
		l.do("build", c, "order")
		c = l.do("firm", c, "mended")
		if got, want := counts(c), "2 asked 1 given 1 missing 0 passed 0 failed score unknown until_all"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		_, err = l.answer("fire", c, casework.Answer{Fields: says("passed", "90", "80")})
		code(t, err, "casework.seat_answered")
		h.move(4 * 24 * time.Hour)
		_, err = l.cases.Tick(context.Background())
		l.must(err)
		if n, err := l.cases.Tick(context.Background()); n != 0 || err != nil {
			t.Errorf("a late seat was told of again: %d %v", n, err)
		}
		_, err = l.answer("boss", c, casework.Answer{Seat: "340100.water", Fields: says("passed", "60", "60")})
		code(t, err, "casework.reason_missing")
		c, err = l.answer("boss", c, casework.Answer{Seat: "340100.water", Fields: says("passed", "60", "60"), Reason: "三次催办未复，现场复核通过"})
		l.must(err)
		c = l.get("build", c)
		if x := c.Asks[0].Seats[1].Answer; c.Stage != "seen" || x.Instead != "boss" || x.Reason == "" || x.By != "boss" {
			t.Errorf("stands in %s, answered by %+v", c.Stage, x)
		}
		if c = l.do("build", c, "conclude"); c.End != scheme.Granted {
			t.Errorf("ends as %q", c.End)
		}
		_, again, err := l.cases.Replay(context.Background(), l.actor("window"), c.ID)
		l.must(err)
		for _, r := range again {
			if len(r.Differ) > 0 {
				t.Errorf("%s differs when judged again: %v", r.Step.Action, r.Differ)
			}
		}
		l.clean()
	})
}

func TestTwoSeatsAnswerAtOnce(t *testing.T) {
	eachLooks(t, "inspection.yaml", func(t *testing.T, l *looks, h *hand) {
		c := l.sent("false", "340100.fire\n340100.water\n340100.plans")
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i, name := range []string{"fire", "water", "plans", "fire", "water", "plans"} {
			wg.Go(func() { _, errs[i] = l.answer(name, c, casework.Answer{Fields: says("passed", "80", "80")}) })
		}
		wg.Wait()
		failed := 0
		for _, err := range errs {
			if err != nil {
				failed++
				if got := fault.CodeOf(err); got != "casework.seat_answered" && got != "casework.ask_closed" {
					t.Errorf("got %s (%v)", got, err)
				}
			}
		}
		if c = l.get("window", c); failed != 3 || c.Stage != "seen" || c.Asks[0].Given != 3 {
			t.Errorf("%d refused, stage %s, %d given", failed, c.Stage, c.Asks[0].Given)
		}
		l.clean()
	})
}

func TestWhoIsAskedActsOnRowsOfTheSeat(t *testing.T) {
	eachLooks(t, "inspection.yaml", func(t *testing.T, l *looks, h *hand) {
		c := l.sent("false", "340100.fire")
		if c = l.do("fire", c, "call_off"); c.Stage != "gone" {
			t.Errorf("stands in %s", c.Stage)
		}
		c = l.sent("false", "340100.fire")
		_, err := l.cases.Attach(context.Background(), l.actor("water"), c.ID, "x.txt", bytes.NewReader([]byte("看")))
		code(t, err, "casework.unknown")
		a, err := l.cases.Attach(context.Background(), l.actor("fire"), c.ID, "记录.txt", bytes.NewReader([]byte("看")))
		l.must(err)
		typed := says("passed", "80", "80")
		typed["sheet"] = string(a.Digest)
		c, err = l.answer("fire", c, casework.Answer{Fields: typed})
		l.must(err)
		_, err = l.cases.Save(context.Background(), l.actor("window"), c.ID, 0, map[string]string{"offices": "340100.nowhere"})
		code(t, err, "casework.field_not_yours")
		c, err = l.cases.Create(context.Background(), firm, "look-over", small, "")
		l.must(err)
		l.save("firm", c, map[string]string{"thing": "x", "size": "small", "bid": "1"})
		l.do("firm", c, "hand_in")
		_, err = l.cases.Save(context.Background(), l.actor("window"), c.ID, 0, map[string]string{"offices": "340100.nowhere"})
		code(t, err, "casework.office_unknown")
	})
}
