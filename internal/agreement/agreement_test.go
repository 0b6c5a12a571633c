package agreement_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

var planner = access.Actor{Person: "PERSON-planner", Name: "planner", Session: "planner", Grants: []access.Grant{{Role: "planner"}}}

var editor = access.Actor{Person: "PERSON-editor", Name: "editor", Session: "editor", Grants: []access.Grant{{Role: "editor"}}}

// hand is a clock that a test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) set(d unit.Day) {
	h.mu.Lock()
	h.at = d.Start(unit.Beijing()).Add(10 * time.Hour)
	h.mu.Unlock()
}

func day(y int, m time.Month, d int) unit.Day { return unit.Date(y, m, d) }

func register(t *testing.T, d *db.DB) *agreement.Register {
	t.Helper()
	acc, err := access.New(access.Config{DB: d, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	r, err := agreement.New(agreement.Config{DB: d, Access: acc, Calendar: unit.ChinaCalendar()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sample is an agreement as the reader finds it.
func sample() agreement.Agreement {
	return agreement.Agreement{Kind: "合作协议", Parties: []string{"甲中心（虚构）", "乙大学（虚构）"}, Signed: day(2026, 2, 26),
		Source: agreement.Source{Document: "DOC", Digest: "d1", Title: "虚构报道", From: 10, To: 60, Quote: "甲中心与乙大学签署合作协议"}}
}

func enter(t *testing.T, d *db.DB, r *agreement.Register, a agreement.Agreement) (out agreement.Agreement, err error) {
	t.Helper()
	err = d.Act(context.Background(), func(tx *db.Tx) error {
		out, err = r.Enter(context.Background(), tx, planner, a)
		return err
	})
	return out, err
}

func each(t *testing.T, test func(*testing.T, *db.DB, *agreement.Register, *hand)) {
	h := &hand{}
	h.set(day(2026, 3, 2))
	dbtest.Each(t, h.now, func(t *testing.T, d *db.DB) {
		defer h.set(day(2026, 3, 2))
		test(t, d, register(t, d), h)
	})
}

func TestAPlaceInADocumentIsEnteredOnce(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *agreement.Register, _ *hand) {
		a, err := enter(t, d, r, sample())
		if err != nil {
			t.Fatal(err)
		}
		b, err := enter(t, d, r, sample())
		if err != nil || a.ID != b.ID {
			t.Errorf("two entries, %s and %s, %v", a.ID, b.ID, err)
		}
		all, _, err := r.List(context.Background(), planner, agreement.Listing{})
		if err != nil || len(all) != 1 || all[0].Source.Quote != sample().Source.Quote || all[0].Title != "合作协议" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestWhatIsNoAgreement(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *agreement.Register, _ *hand) {
		for _, c := range []struct {
			want string
			with func(*agreement.Agreement)
		}{
			{"agreement.parties_missing", func(a *agreement.Agreement) { a.Parties = []string{"甲", " "} }},
			{"agreement.parties_many", func(a *agreement.Agreement) {
				a.Parties = make([]string, 0, 60)
				for range 60 {
					a.Parties = append(a.Parties, "甲")
				}
			}},
			{"agreement.title_missing", func(a *agreement.Agreement) { a.Kind = "" }},
			{"agreement.source_missing", func(a *agreement.Agreement) { a.Source.To = a.Source.From }},
		} {
			a := sample()
			c.with(&a)
			if _, err := enter(t, d, r, a); fault.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		}
	})
}

func TestALampTurnsRedWhenItsDayPasses(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *agreement.Register, h *hand) {
		ctx := context.Background()
		a, err := enter(t, d, r, sample())
		if err != nil {
			t.Fatal(err)
		}
		tasks, err := r.Plan(ctx, planner, a.ID, []agreement.Task{
			{Title: "公布目录", Owner: "甲中心（虚构）", Due: day(2026, 3, 31)}, {Title: "开通预约", Owner: "乙大学（虚构）", Due: day(2026, 6, 30)}})
		if err != nil || len(tasks) != 2 {
			t.Fatal(tasks, err)
		}
		for _, x := range []struct {
			on    unit.Day
			light agreement.Light
			late  int
		}{
			{day(2026, 3, 2), agreement.Green, 0},
			{day(2026, 3, 27), agreement.Amber, 0},
			{day(2026, 3, 31), agreement.Amber, 0}, // the due day itself is on time
			{day(2026, 4, 1), agreement.Red, 1},
			{day(2026, 4, 7), agreement.Red, 4}, // the 4th to the 6th are days off in 2026
		} {
			h.set(x.on)
			got, err := r.Task(ctx, planner, tasks[0].ID)
			if err != nil || got.Lamp.Light != x.light || got.Lamp.LateDays != x.late {
				t.Errorf("on %s: %+v, %v; want %s, %d days late", x.on, got.Lamp, err, x.light, x.late)
			}
		}
		all, total, err := r.Tasks(ctx, planner, 0)
		if err != nil || total != 2 || all[0].ID != tasks[0].ID {
			t.Errorf("the most urgent does not come first: %+v, %d, %v", all, total, err)
		}
	})
}

func TestATaskIsFinishedOnceWithWhatShowsIt(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, r *agreement.Register, _ *hand) {
		ctx := context.Background()
		a, err := enter(t, d, r, sample())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			want string
			task agreement.Task
		}{
			{"agreement.task_title", agreement.Task{Owner: "甲中心（虚构）", Due: day(2026, 4, 1)}},
			{"agreement.owner_no_party", agreement.Task{Title: "x", Owner: "丙", Due: day(2026, 4, 1)}},
			{"agreement.due_missing", agreement.Task{Title: "x", Owner: "甲中心（虚构）"}},
			{"agreement.due_before_signing", agreement.Task{Title: "x", Owner: "甲中心（虚构）", Due: day(2026, 1, 1)}},
		} {
			good := agreement.Task{Title: "y", Owner: "甲中心（虚构）", Due: day(2026, 4, 1)}
			if _, err := r.Plan(ctx, planner, a.ID, []agreement.Task{good, c.task}); fault.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		}
		if got, err := r.Get(ctx, planner, a.ID); err != nil || len(got.Tasks) != 0 {
			t.Fatalf("a refused plan left %d tasks, %v", len(got.Tasks), err)
		}
		tasks, err := r.Plan(ctx, planner, a.ID, []agreement.Task{{Title: "y", Owner: "甲中心（虚构）", Due: day(2026, 4, 1)}})
		if err != nil {
			t.Fatal(err)
		}
		id := tasks[0].ID
		if err := r.Finish(ctx, planner, id, 1, " "); fault.CodeOf(err) != "agreement.evidence_missing" {
			t.Errorf("got %v", err)
		}
		if err := r.Finish(ctx, planner, id, 7, "目录已公布"); fault.CodeOf(err) != "agreement.changed_meanwhile" {
			t.Errorf("got %v", err)
		}
		if err := r.Finish(ctx, planner, id, 1, "目录已公布"); err != nil {
			t.Fatal(err)
		}
		if err := r.Finish(ctx, planner, id, 2, "再来一次"); fault.CodeOf(err) != "agreement.already_submitted" {
			t.Errorf("got %v", err)
		}
		if err := r.Verify(ctx, planner, id, 2, true, ""); fault.CodeOf(err) != "agreement.verifier_is_lead" && fault.KindOf(err) != fault.Denied {
			t.Errorf("who submitted verified: %v", err)
		}
		if err := r.Verify(ctx, editor, id, 2, true, "属实"); err != nil {
			t.Fatal(err)
		}
		if err := r.Finish(ctx, planner, id, 3, "再来一次"); fault.CodeOf(err) != "agreement.already_done" {
			t.Errorf("got %v", err)
		}
		if got, err := r.Task(ctx, planner, id); err != nil || got.Lamp.Light != agreement.Done || got.Evidence != "目录已公布" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// One sentence may tell of several agreements; each is entered with that sentence as its place, and once.
func TestASentenceTellsOfSeveralAgreements(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		ids := map[unit.ID]bool{}
		enter := func(parties ...string) (a agreement.Agreement) {
			t.Helper()
			a = sample()
			a.Parties = parties
			if err := h.db.Act(ctx, func(tx *db.Tx) (err error) { a, err = h.Enter(ctx, tx, editor, a); return err }); err != nil {
				t.Fatal(err)
			}
			ids[a.ID] = true
			return a
		}
		for range 2 { // the second time they stand there
			for _, firm := range []string{"甲企业（虚构）", "乙企业（虚构）", "丙企业（虚构）"} {
				enter("九城市（虚构）", firm)
				enter(firm, "九城市（虚构）")
			}
		}
		if len(ids) != 3 {
			t.Fatalf("%d agreements stand in the register", len(ids))
		}
		all, n, err := h.List(ctx, planner, agreement.Listing{})
		h.done(err)
		for _, a := range all {
			if n != 3 || a.Source != all[0].Source || a.Source.Digest != "d1" {
				t.Errorf("%d: %+v", n, a.Source)
			}
		}
		// Other words for one of them leave its place as it is.
		_, digest, err := h.Signatures(ctx, planner, all[0].ID)
		h.done(err)
		w := all[0].Wording()
		w.Clauses = []string{"第一条"}
		m, err := h.Amend(ctx, planner, all[0].ID, digest, 0, w, "补充")
		h.done(err)
		_, err = h.Sign(ctx, officer("OTHER", "planner", ""), all[0].ID, 1, m.Digest)
		h.done(err)
		if got, err := h.Get(ctx, planner, all[0].ID); err != nil || got.Source != all[0].Source || len(got.Clauses) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
