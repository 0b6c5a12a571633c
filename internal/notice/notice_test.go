package notice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// crowd is the people of a test: who holds which audience, and where they are written to.
type crowd struct {
	holds     map[string][]unit.ID
	addresses map[unit.ID]string
}

func (c *crowd) WillReach(context.Context, *db.Tx, Audience, int) {}

func (c *crowd) Reached(_ context.Context, _ *db.Tx, a Audience, limit int) ([]unit.ID, error) {
	all := c.holds[a.String()]
	return all[:min(len(all), limit)], nil
}

func (c *crowd) Address(_ context.Context, _ *db.Tx, p unit.ID) (string, string, error) {
	if c.addresses[p] == "" {
		return "", "", nil
	}
	return "Somebody (synthetic)", c.addresses[p], nil
}

// desk is a node for one test, with a clock that the test moves.
type desk struct {
	*testing.T
	*Service
	db     *db.DB
	clock  *time.Time
	worker *db.Worker
}

func each(t *testing.T, c Config, test func(*desk)) {
	t.Helper()
	start := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	clock := start
	dbtest.Each(t, func() time.Time { return clock }, func(t *testing.T, d *db.DB) {
		defer func() { clock = start }()
		c.DB, c.Secret = d, "a secret of the tests"
		if c.People == nil {
			c.People = &crowd{
				holds:     map[string][]unit.ID{"review@340000": {"P1", "P2", "P3"}, "/ORG-A": {"P4"}},
				addresses: map[unit.ID]string{"P1": "p1@x.example", "P2": "p2@x.example", "P4": "p4@x.example"},
			}
		}
		s, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		w, err := db.NewWorker(db.WorkerConfig{DB: d, Handlers: s.Handlers()})
		if err != nil {
			t.Fatal(err)
		}
		test(&desk{t, s, d, &clock, w})
	})
}

func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) refused(err error, code string) {
	d.Helper()
	if got := fault.CodeOf(err); got != code {
		d.Fatalf("got %q (%v), want a refusal %s", got, err, code)
	}
}

func (d *desk) pass(by time.Duration) { *d.clock = d.clock.Add(by) }

// tell tells a notice in an act of its own.
func (d *desk) tell(n Notice) (reached int) {
	d.Helper()
	d.ok(d.db.Act(d.Context(), func(tx *db.Tx) (err error) {
		reached, err = d.Tell(d.Context(), tx, n)
		return err
	}))
	return reached
}

func (d *desk) list(p unit.ID, q Query) []Told {
	d.Helper()
	page, next, err := d.List(d.Context(), p, q)
	d.ok(err)
	if next != "" {
		d.Fatalf("a next page after %d", len(page))
	}
	return page
}

func (d *desk) history(object string) (all []Sent) {
	d.Helper()
	d.ok(d.db.Read(d.Context(), func(tx *db.Tx) (err error) {
		all, err = d.History(d.Context(), tx, object)
		return err
	}))
	return all
}

// refusal is a notice of a test.
func refusal(to Audience) Notice {
	return Notice{To: to, Kind: "case.refused", Object: "case/1", Path: "/cases/1", Org: "ORG-A",
		Title: fault.Words{"申请未通过", "The application was refused"}, Text: fault.Words{"理由：材料不全", "Reason: papers are missing"}}
}

var reviewers = Audience{Role: "review", Region: "340000"}

func TestTell(t *testing.T) {
	each(t, Config{}, func(d *desk) {
		if n := d.tell(refusal(Audience{Person: "P1"})); n != 1 {
			t.Errorf("a person: reached %d", n)
		}
		if n := d.tell(refusal(reviewers)); n != 3 {
			t.Errorf("a role: reached %d", n)
		}
		acted := reviewers
		acted.Except = "P2"
		if n := d.tell(refusal(acted)); n != 2 {
			t.Errorf("without who acted: reached %d", n)
		}
		if n := d.tell(refusal(Audience{Role: "nobody", Region: "340000"})); n != 0 {
			t.Errorf("a role that nobody holds: reached %d", n)
		}
		for p, want := range map[unit.ID]int{"P1": 3, "P2": 1, "P3": 2, "P4": 0} {
			if got := d.list(p, Query{}); len(got) != want {
				t.Errorf("%s has %d, want %d", p, len(got), want)
			}
		}
		got := d.list("P1", Query{})[0]
		if got.Kind != "case.refused" || got.Object != "case/1" || got.Path != "/cases/1" || got.Title[0] != "申请未通过" || got.Text[1] != "Reason: papers are missing" || !got.Read.IsZero() {
			t.Errorf("got %+v", got)
		}
		all := d.history("case/1")
		if len(all) != 4 || all[0].Audience != "nobody@340000" || all[0].Reached != 0 || all[2].Audience != "review@340000" || len(all[2].People) != 3 || all[3].Audience != "person/P1" {
			t.Errorf("got %+v", all)
		}
	})
}

// A notice stands or falls with the act that it tells of.
func TestNoticeFallsWithItsAct(t *testing.T) {
	each(t, Config{Courier: &post{}, Site: "https://node.example"}, func(d *desk) {
		refused := errors.New("the act is refused after all")
		err := d.db.Act(d.Context(), func(tx *db.Tx) error {
			if _, err := d.Tell(d.Context(), tx, refusal(reviewers)); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) || len(d.list("P1", Query{})) != 0 || len(d.history("case/1")) != 0 {
			t.Errorf("something was told of an act that did not happen: %v", err)
		}
		if n, err := d.worker.Once(d.Context()); n != 0 || err != nil {
			t.Errorf("%d letters of an act that did not happen, %v", n, err)
		}
	})
}

// With a key a person is told once, however often it is told; who comes later is told then.
func TestToldOnceForEachKey(t *testing.T) {
	people := &crowd{holds: map[string][]unit.ID{"review@340000": {"P1"}}}
	each(t, Config{People: people}, func(d *desk) {
		people.holds["review@340000"] = []unit.ID{"P1"}
		n := refusal(reviewers)
		n.Key = "case/1/due/2026-03-09"
		for i, want := range []int{1, 0, 0} {
			if got := d.tell(n); got != want {
				t.Errorf("time %d: reached %d", i+1, got)
			}
		}
		people.holds["review@340000"] = []unit.ID{"P1", "P2"}
		if got := d.tell(n); got != 1 {
			t.Errorf("one more: reached %d", got)
		}
		n.Key = "case/1/due/2026-03-10"
		if got := d.tell(n); got != 2 {
			t.Errorf("another key: reached %d", got)
		}
		if a, b := len(d.list("P1", Query{})), len(d.list("P2", Query{})); a != 2 || b != 2 {
			t.Errorf("they have %d and %d", a, b)
		}
	})
}

func TestMoreThanOneNoticeReaches(t *testing.T) {
	many := make([]unit.ID, reachedMax+10)
	for i := range many {
		many[i] = unit.ID(fmt.Sprintf("P%04d", i))
	}
	each(t, Config{People: &crowd{holds: map[string][]unit.ID{"review@340000": many}}}, func(d *desk) {
		if n := d.tell(refusal(reviewers)); n != reachedMax {
			t.Errorf("reached %d", n)
		}
		if got := d.history("case/1")[0]; !got.Cut || got.Reached != reachedMax {
			t.Errorf("that some were not told is not kept: reached %d, cut %t", got.Reached, got.Cut)
		}
	})
}

func TestNoticeIsChecked(t *testing.T) {
	each(t, Config{}, func(d *desk) {
		for what, change := range map[string]func(*Notice){
			"nobody":                   func(n *Notice) { n.To = Audience{} },
			"a person and a role":      func(n *Notice) { n.To.Role = "review" },
			"no kind":                  func(n *Notice) { n.Kind = "" },
			"a kind of one word":       func(n *Notice) { n.Kind = "case" },
			"no English title":         func(n *Notice) { n.Title[1] = "" },
			"a title of two lines":     func(n *Notice) { n.Title[0] = "a\nb" },
			"no Chinese text":          func(n *Notice) { n.Text[0] = "" },
			"a page of somebody else":  func(n *Notice) { n.Path = "//evil.example/" },
			"an address for a page":    func(n *Notice) { n.Path = "https://evil.example/" },
			"a page with a line break": func(n *Notice) { n.Path = "/a\nb" },
			"a long key":               func(n *Notice) { n.Key = strings.Repeat("k", keyMax+1) },
		} {
			n := refusal(Audience{Person: "P1"})
			change(&n)
			err := d.db.Act(d.Context(), func(tx *db.Tx) error {
				_, err := d.Tell(d.Context(), tx, n)
				return err
			})
			if err == nil {
				t.Errorf("%s was taken", what)
			}
		}
		long := refusal(Audience{Person: "P1"})
		long.Title[0], long.Text[1] = strings.Repeat("长", titleMax+1), strings.Repeat("x", textMax+1)
		d.tell(long)
		if got := d.list("P1", Query{})[0]; len([]rune(got.Title[0])) != titleMax || len(got.Text[1]) > textMax+len("…") {
			t.Errorf("a title of %d and a text of %d", len([]rune(got.Title[0])), len(got.Text[1]))
		}
	})
}

func TestWhatWasToldIsAppendOnly(t *testing.T) {
	each(t, Config{}, func(d *desk) {
		d.tell(refusal(reviewers))
		for _, query := range []string{"UPDATE notice_notice SET title_en = 'x'", "DELETE FROM notice_notice"} {
			err := d.db.Act(d.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(d.Context(), query)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append only") {
				t.Errorf("%s: %v", query, err)
			}
		}
	})
}

func TestReadAndUnread(t *testing.T) {
	each(t, Config{}, func(d *desk) {
		for range 3 {
			d.tell(refusal(reviewers))
		}
		other := refusal(Audience{Person: "P1"})
		other.Kind = "task.late"
		d.tell(other)
		unread := func(p unit.ID) int {
			n, more, err := d.Unread(d.Context(), p)
			d.ok(err)
			if more {
				t.Errorf("more than %d", n)
			}
			return n
		}
		all := d.list("P1", Query{})
		if unread("P1") != 4 || len(d.list("P1", Query{Kind: "case"})) != 3 || len(d.list("P1", Query{Kind: "task.late"})) != 1 || len(d.list("P1", Query{Kind: "cas"})) != 0 {
			t.Errorf("%d unread of %d", unread("P1"), len(all))
		}
		d.pass(time.Minute)
		got, err := d.Read(d.Context(), "P1", all[1].ID)
		d.ok(err)
		if got.Path != "/cases/1" || got.Read.IsZero() {
			t.Errorf("got %+v", got)
		}
		d.pass(time.Minute)
		again, err := d.Read(d.Context(), "P1", all[1].ID)
		d.ok(err)
		if !again.Read.Equal(got.Read) {
			t.Error("reading it again changed when it was read")
		}
		_, err = d.Read(d.Context(), "P4", all[1].ID)
		d.refused(err, "notice.not_found") // somebody else's
		if unread("P1") != 3 || unread("P2") != 3 || len(d.list("P1", Query{Unread: true})) != 3 {
			t.Errorf("%d and %d are unread", unread("P1"), unread("P2"))
		}
		n, err := d.ReadAll(d.Context(), "P1", all[2].ID)
		d.ok(err)
		if n != 2 || unread("P1") != 1 {
			t.Errorf("marked %d, %d are unread", n, unread("P1")) // what came since stays unread
		}
		_, err = d.ReadAll(d.Context(), "P1", "x")
		d.refused(err, "notice.page")
	})
}

func TestPagesOfNotices(t *testing.T) {
	each(t, Config{}, func(d *desk) {
		const all = pageMax*2 + 3
		d.ok(d.db.Act(d.Context(), func(tx *db.Tx) error {
			for i := range all {
				n := refusal(Audience{Person: "P1"})
				n.Object = fmt.Sprint(i)
				if _, err := d.Tell(d.Context(), tx, n); err != nil {
					return err
				}
			}
			return nil
		}))
		var got []string
		for after := unit.ID(""); ; {
			page, next, err := d.List(d.Context(), "P1", Query{After: after})
			d.ok(err)
			for _, x := range page {
				got = append(got, x.Object)
			}
			if after = next; next == "" {
				break
			}
		}
		slices.Reverse(got)
		for i, object := range got {
			if object != fmt.Sprint(i) {
				t.Fatalf("at %d stands %s", i, object)
			}
		}
		if n, more, err := d.Unread(d.Context(), "P1"); len(got) != all || n != unreadMax || !more || err != nil {
			t.Errorf("listed %d, counted %d, more %t, %v", len(got), n, more, err)
		}
		_, _, err := d.List(d.Context(), "P1", Query{After: "x"})
		d.refused(err, "notice.page")
	})
}

func TestWhatIsKeptAboutAPerson(t *testing.T) {
	each(t, Config{}, func(d *desk) {
		d.tell(refusal(reviewers))
		d.ok(d.db.Act(d.Context(), func(tx *db.Tx) error {
			if err := d.SetWish(d.Context(), tx, "P1", Wish{Lang: fault.EN}); err != nil {
				return err
			}
			about, err := d.AboutPerson(d.Context(), tx, "P1")
			if err != nil {
				return err
			}
			if len(about["notices"].([]Told)) != 1 || about["wish"] != (Wish{Lang: fault.EN}) {
				t.Errorf("got %+v", about)
			}
			kept, err := d.ErasePerson(d.Context(), tx, "P1")
			if err != nil {
				return err
			}
			if len(kept) != 1 || kept[0][0] == "" || kept[0][1] == "" {
				t.Errorf("got %v", kept)
			}
			return nil
		}))
		w, err := d.Wish(d.Context(), "P1")
		d.ok(err)
		if w != (Wish{Mail: true}) {
			t.Errorf("got %+v", w)
		}
	})
}
