package agreement_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// house is the room joined to real rooms below it.
type house struct {
	*agreement.Register
	t    testing.TB
	db   *db.DB
	acc  *access.Service
	hand *hand

	notices *notice.Service
}

var (
	everybody  = access.Actor{}
	ofShanghai = officer("SHANGHAI", "science", "310000")
	ofAnhui    = officer("ANHUI", "science", "340000")
	headAnhui  = officer("HEAD", "head", "340000")
	ofJiangsu  = officer("JIANGSU", "science", "320000")
)

func officer(person, role, region string) access.Actor {
	return access.Actor{Person: unit.ID("PERSON-" + person), Name: person, Session: person, Grants: []access.Grant{{Role: role, Region: unit.Region(region)}}}
}

// eachHouse runs a test on every database, on 2 March 2026.
func eachHouse(t *testing.T, test func(h *house)) {
	clock := &hand{}
	clock.set(day(2026, 3, 2))
	dbtest.Each(t, clock.now, func(t *testing.T, d *db.DB) {
		defer clock.set(day(2026, 3, 2)) // the next database is opened on that day: its clock never goes back
		test(newHouse(t, d, clock, nil, ""))
	})
}

func newHouse(t testing.TB, d *db.DB, clock *hand, letters agreement.Letters, node string) *house {
	t.Helper()
	h := &house{t: t, db: d, hand: clock}
	var err error
	must := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h.acc, err = access.New(access.Config{DB: d, NoCodes: true, Secret: "test"})
	must()
	h.notices, err = notice.New(notice.Config{DB: d, People: h.acc, Secret: "test"})
	must()
	reg, err := registry.New(registry.Config{DB: d, Access: h.acc, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
	must()
	private, _ := log.NewKey("log.example/30")
	l, err := log.New(log.Config{DB: d, Origin: "log.example/30", Key: private})
	must()
	h.Register, err = agreement.New(agreement.Config{DB: d, Access: h.acc, Calendar: unit.ChinaCalendar(), Registry: reg, Regions: unit.GB2260(), Notices: h.notices, Log: l, Letters: letters, Node: node})
	must()
	return h
}

// framework is an agreement of Shanghai and Anhui.
func (h *house) framework(with ...func(*agreement.Agreement)) agreement.Agreement {
	h.t.Helper()
	a := agreement.Agreement{Title: "合作协议（虚构）", Form: agreement.Framework, Signers: []agreement.Party{{Code: "310000"}, {Code: "340000"}}, Signed: day(2026, 1, 5), Text: "双方合作。"}
	for _, f := range with {
		f(&a)
	}
	a, err := h.Add(context.Background(), planner, a)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// task sets up one task that Anhui leads and Shanghai verifies.
func (h *house) task(a agreement.Agreement, with ...func(*agreement.Task)) agreement.Task {
	h.t.Helper()
	t := agreement.Task{Title: "公布目录", Lead: agreement.Party{Code: "340000"}, Due: day(2026, 3, 31)}
	for _, f := range with {
		f(&t)
	}
	all, err := h.Plan(context.Background(), planner, a.ID, []agreement.Task{t})
	if err != nil {
		h.t.Fatal(err)
	}
	return all[0]
}

func (h *house) is(id unit.ID) agreement.Task {
	h.t.Helper()
	t, err := h.Task(context.Background(), planner, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return t
}

// refused wants a refusal by its code.
func (h *house) refused(err error, code string) {
	h.t.Helper()
	if fault.CodeOf(err) != code {
		h.t.Errorf("got %v, want %s", err, code)
	}
}

func (h *house) done(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestAPartyIsFoundInTheRegistryOrStaysAsItWasNamed(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework()
		if a.Parties[0] != "上海市" || a.Parties[1] != "安徽省" {
			t.Errorf("parties %v", a.Parties)
		}
		_, err := h.Add(ctx, planner, agreement.Agreement{Title: "x", Form: agreement.Framework, Text: "y", Signers: []agreement.Party{{Code: "310000"}, {Code: "999999"}}})
		h.refused(err, "agreement.party_unknown")
		_, err = h.Add(ctx, planner, agreement.Agreement{Title: "x", Form: agreement.Framework, Text: "y", Signers: []agreement.Party{{Code: "310000"}, {Name: "上海市"}}})
		h.refused(err, "agreement.party_twice")
		named, err := h.Add(ctx, planner, agreement.Agreement{Title: "z", Form: agreement.Framework, Text: "z", Signers: []agreement.Party{{Name: "江苏省"}, {Name: "某虚构公司"}}})
		h.done(err)
		if named.Signers[0].Code != "320000" || named.Signers[1].Code != "" {
			t.Errorf("%+v", named.Signers)
		}
		task := h.task(named, func(x *agreement.Task) { x.Lead = agreement.Party{Name: "某虚构公司"} })
		h.refused(h.LinkParty(ctx, planner, named.ID, 1, "999999"), "agreement.party_unknown")
		h.done(h.LinkParty(ctx, planner, named.ID, 1, "330000"))
		if got := h.is(task.ID); got.Lead.Code != "330000" || got.Lead.Name != "某虚构公司" {
			t.Errorf("the task was not linked: %+v", got.Lead)
		}
		_, err = h.Add(ctx, planner, agreement.Agreement{Title: "s", Form: agreement.Framework, Text: "s", Secrecy: "secret", Signers: []agreement.Party{{Code: "310000"}, {Code: "340000"}}})
		h.refused(err, "agreement.secrecy_barred")
	})
}

func TestWhatIsNotPublicIsNotFound(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework(func(a *agreement.Agreement) { a.Secrecy = agreement.Internal })
		task := h.task(a)
		for _, c := range []struct {
			name string
			who  access.Actor
			sees bool
		}{{"everybody", everybody, false}, {"Jiangsu", ofJiangsu, false}, {"Anhui, a party", ofAnhui, true}, {"the planner", planner, true}} {
			_, err := h.Get(ctx, c.who, a.ID)
			_, taskErr := h.Task(ctx, c.who, task.ID)
			all, n, _ := h.List(ctx, c.who, agreement.Listing{})
			tasks, m, _ := h.Find(ctx, c.who, agreement.Query{})
			if (err == nil) != c.sees || (taskErr == nil) != c.sees || (n == 1) != c.sees || (m == 1) != c.sees || len(all) != n || len(tasks) != m {
				t.Errorf("%s: %v, %v, %d agreements, %d tasks", c.name, err, taskErr, n, m)
			}
			if !c.sees && (fault.KindOf(err) != fault.NotFound || fault.KindOf(taskErr) != fault.NotFound) {
				t.Errorf("%s: %v, %v", c.name, err, taskErr)
			}
		}
		list, err := h.AddList(ctx, planner, agreement.List{Plan: a.ID, Name: fault.Words{"清单"}})
		h.done(err)
		if lists, err := h.Lists(ctx, everybody, ""); err != nil || len(lists) != 0 {
			t.Errorf("everybody finds %v, %v", lists, err)
		}
		_, err = h.OneList(ctx, everybody, list.ID)
		h.refused(err, "agreement.list_unknown")
		_, err = h.AddList(ctx, planner, agreement.List{Plan: a.ID, Name: fault.Words{"公开"}, Public: true})
		h.refused(err, "agreement.list_not_public")
	})
}

func TestAVagueTargetIsSentBackWithAHint(t *testing.T) {
	eachHouse(t, func(h *house) {
		a := h.framework()
		for _, c := range []struct {
			task agreement.Task
			want string
		}{
			{agreement.Task{Title: "加强科技合作"}, "agreement.target_vague"},
			{agreement.Task{Title: "Promote cooperation"}, "agreement.target_vague"},
			{agreement.Task{Title: "加强合作", Measure: agreement.Measure{Indicator: "机构", Target: "二十", Unit: "家"}}, "agreement.measure_half"},
			{agreement.Task{Title: "加强合作", Measure: agreement.Measure{Indicator: "机构", Target: "20", Unit: "家"}}, ""},
			{agreement.Task{Title: "推进互认", Milestones: []agreement.Milestone{{Title: "目录印发", Due: day(2026, 3, 20)}}}, ""},
			{agreement.Task{Title: "公布目录", Milestones: []agreement.Milestone{{Title: "晚了", Due: day(2026, 4, 20)}}}, "agreement.milestone"},
		} {
			c.task.Lead, c.task.Due = agreement.Party{Code: "340000"}, day(2026, 3, 31)
			_, err := h.Plan(context.Background(), planner, a.ID, []agreement.Task{c.task})
			h.refused(err, c.want)
			if c.want == "agreement.target_vague" {
				for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
					if s := fault.Of(err).Sentence(lang); strings.Contains(s, "{") || len(s) < 40 {
						t.Errorf("no hint: %s", s)
					}
				}
			}
		}
	})
}

func TestTheVerifierIsNeverTheLead(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework()
		_, err := h.Plan(ctx, planner, a.ID, []agreement.Task{{Title: "x", Lead: agreement.Party{Code: "340000"}, Due: day(2026, 3, 31), Verifier: agreement.Verifier{Kind: agreement.ByParty, Party: agreement.Party{Code: "340000"}}}})
		h.refused(err, "agreement.verifier_is_lead")
		_, err = h.Plan(ctx, planner, a.ID, []agreement.Task{{Title: "x", Lead: agreement.Party{Code: "340000"}, Due: day(2026, 3, 31), Verifier: agreement.Verifier{Kind: agreement.ByParty, Party: agreement.Party{Code: "320000"}}}})
		h.refused(err, "agreement.verifier_no_party")
		x := h.task(a)
		if x.Verifier.Kind != agreement.ByParty || x.Verifier.Party.Code != "310000" {
			t.Fatalf("of two parties the other verifies: %+v", x.Verifier)
		}
		h.refused(h.Finish(ctx, ofJiangsu, x.ID, 1, "办好了"), "agreement.not_your_task")
		h.done(h.Finish(ctx, ofAnhui, x.ID, 1, "办好了"))
		got := h.is(x.ID)
		if got.State != agreement.StateSubmitted || got.Lamp.Light != agreement.Check || got.VerifyBy != day(2026, 3, 16) {
			t.Errorf("%+v: ten working days from 2 March end on the 16th", got)
		}
		if p, _ := got.Holder(); p.Code != "310000" {
			t.Errorf("in the hands of %v", p)
		}
		for who, want := range map[*access.Actor]fault.Kind{&ofAnhui: fault.Denied, &headAnhui: fault.Denied, &ofJiangsu: fault.Denied, &everybody: fault.SignIn} {
			if err := h.Verify(ctx, *who, x.ID, 2, true, ""); fault.KindOf(err) != want {
				t.Errorf("%s verified: %v", who.Name, err)
			}
		}
		h.refused(h.Verify(ctx, ofShanghai, x.ID, 2, false, " "), "agreement.verdict_reason")
		h.refused(h.Verify(ctx, ofShanghai, x.ID, 1, true, ""), "agreement.changed_meanwhile")
		h.done(h.Verify(ctx, ofShanghai, x.ID, 2, false, "目录不全"))
		if got := h.is(x.ID); got.State != agreement.StateRunning {
			t.Errorf("sent back, it is %s", got.State)
		}
		h.done(h.Finish(ctx, ofAnhui, x.ID, 3, "补齐了"))
		h.done(h.Verify(ctx, ofShanghai, x.ID, 4, true, ""))
		if got := h.is(x.ID); got.State != agreement.StateDone || got.Lamp.Light != agreement.Done || got.Done.IsZero() {
			t.Errorf("%+v", got)
		}
	})
}

func TestANamedVerifierWhoLeavesIsReplacedByTheParty(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		// A named person who has an account verifies alone; one without falls to the party.
		link, err := h.acc.FirstAdmin(ctx)
		h.done(err)
		h.done(h.acc.AcceptFirst(ctx, link, "admin@node.example", "管理员", "a long enough password"))
		_, admin, err := h.acc.SignIn(ctx, access.SignIn{Email: "admin@node.example", Password: "a long enough password"})
		h.done(err)
		token, p, err := h.acc.Invite(ctx, admin, access.Invitation{Email: "v@node.example", Name: "核验人", Roles: []access.Grant{{Role: "science", Region: "310000"}}})
		h.done(err)
		h.done(h.acc.AcceptInvitation(ctx, token, "a long enough password"))
		a := h.framework()
		x := h.task(a, func(t *agreement.Task) {
			t.Verifier = agreement.Verifier{Kind: agreement.ByParty, Party: agreement.Party{Code: "310000"}, Person: p.ID}
		})
		h.done(h.Finish(ctx, ofAnhui, x.ID, 1, "办好了"))
		h.refused(h.Verify(ctx, ofShanghai, x.ID, 2, true, ""), "agreement.verifier_named")
		h.done(h.acc.SetActive(ctx, admin, p.ID, false))
		h.refused(h.NameVerifier(ctx, ofShanghai, x.ID, 2, p.ID), "agreement.verifier_left")
		if err := h.NameVerifier(ctx, ofAnhui, x.ID, 2, ""); fault.KindOf(err) != fault.Denied {
			t.Errorf("the lead named the verifier: %v", err)
		}
		h.done(h.Verify(ctx, ofShanghai, x.ID, 2, true, "核验人已离岗，由本方核验"))
		y := h.task(a, func(t *agreement.Task) { t.Verifier = x.Verifier })
		h.done(h.Finish(ctx, ofAnhui, y.ID, 1, "办好了"))
		h.done(h.NameVerifier(ctx, ofShanghai, y.ID, 2, ""))
		h.done(h.Verify(ctx, ofShanghai, y.ID, 3, true, ""))
	})
}

func TestWithdrawnEvidenceOpensTheTaskAgain(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		x := h.task(h.framework())
		h.done(h.AddEvidence(ctx, ofAnhui, x.ID, 1, agreement.Evidence{Title: "文件", Digest: strings.Repeat("a", 64)}))
		h.done(h.Submit(ctx, ofAnhui, x.ID, 1, agreement.Evidence{Title: "网页", Place: "https://example.org/x"}))
		h.done(h.Verify(ctx, ofShanghai, x.ID, 2, true, ""))
		all, _, err := h.Evidence(ctx, everybody, x.ID)
		h.done(err)
		h.refused(h.Withdraw(ctx, ofAnhui, x.ID, all[0].ID, ""), "agreement.withdraw_reason")
		h.done(h.Withdraw(ctx, ofAnhui, x.ID, all[0].ID, "文件有误"))
		if got := h.is(x.ID); got.State != agreement.StateDone {
			t.Errorf("other evidence stands, and the task is %s", got.State)
		}
		h.done(h.Withdraw(ctx, ofAnhui, x.ID, all[1].ID, "网页撤下"))
		h.hand.set(day(2026, 4, 2))
		if got := h.is(x.ID); got.State != agreement.StateRunning || got.Lamp.Light != agreement.Red || !got.Done.IsZero() {
			t.Errorf("%+v", got)
		}
		all, said, err := h.Evidence(ctx, everybody, x.ID)
		if err != nil || len(all) != 2 || all[0].Stands() || all[0].Why != "文件有误" || len(said) != 1 || said[0].Void.IsZero() {
			t.Errorf("%+v, %+v, %v", all, said, err)
		}
		h.refused(h.Withdraw(ctx, ofAnhui, x.ID, all[1].ID, "又撤"), "agreement.evidence_unknown")
		// The same file may not quietly stand for two tasks.
		y := h.task(h.framework(func(a *agreement.Agreement) { a.Text = "另一份" }))
		h.done(h.AddEvidence(ctx, ofAnhui, y.ID, 1, agreement.Evidence{Title: "文件", Digest: strings.Repeat("b", 64)}))
		h.done(h.AddEvidence(ctx, ofAnhui, x.ID, 0, agreement.Evidence{Title: "文件", Digest: strings.Repeat("b", 64)}))
		all, _, err = h.Evidence(ctx, everybody, y.ID)
		if err != nil || len(all[0].Also) != 1 || all[0].Also[0] != x.Code {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestAChangeNeedsAllPartiesAndKeepsTheFirstDay(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		x := h.task(h.framework(), func(t *agreement.Task) { t.Partners = []agreement.Party{{Code: "320000"}} })
		later := agreement.Content{Due: day(2026, 5, 29)}
		_, err := h.Propose(ctx, ofAnhui, x.ID, 1, "310000", later, "等接口")
		h.refused(err, "agreement.not_your_party")
		_, err = h.Propose(ctx, ofAnhui, x.ID, 1, "340000", agreement.Content{Due: x.Due}, "等接口")
		h.refused(err, "agreement.change_nothing")
		c, err := h.Propose(ctx, ofAnhui, x.ID, 1, "340000", later, "等接口")
		h.done(err)
		if len(c.Digest) != 64 || c.State != "open" {
			t.Errorf("%+v", c)
		}
		// Reports on the way do not get in the way of the change.
		h.done(h.Report(ctx, ofAnhui, x.ID, 1, agreement.Progress{Done: "开了会"}))
		_, err = h.Consent(ctx, headAnhui, c.ID, "310000", true)
		h.refused(err, "agreement.not_your_party")
		_, err = h.Consent(ctx, ofJiangsu, c.ID, "320000", true)
		h.done(err)
		_, err = h.Consent(ctx, ofJiangsu, c.ID, "320000", true)
		h.refused(err, "agreement.consent_given")
		if got := h.is(x.ID); got.Due != day(2026, 3, 31) {
			t.Errorf("before all agreed the day is %s", got.Due)
		}
		c, err = h.Consent(ctx, ofShanghai, c.ID, "310000", true)
		h.done(err)
		if got := h.is(x.ID); c.State != "agreed" || got.Due != day(2026, 5, 29) || got.Original != day(2026, 3, 31) {
			t.Errorf("%s: due %s, first %s", c.State, got.Due, got.Original)
		}
		// One person does not agree with themselves, whoever they may act for.
		c, err = h.Propose(ctx, planner, x.ID, h.is(x.ID).Version, "340000", agreement.Content{End: true}, "不再办")
		h.done(err)
		_, err = h.Consent(ctx, planner, c.ID, "310000", true)
		h.refused(err, "agreement.consent_twice")
		c, err = h.Consent(ctx, ofShanghai, c.ID, "310000", false)
		h.done(err)
		if got := h.is(x.ID); c.State != "refused" || got.State != agreement.StateRunning {
			t.Errorf("%s, %s", c.State, got.State)
		}
	})
}

func TestTwoPartiesChangeOneDateAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		x := h.task(h.framework())
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			who, party := ofAnhui, "340000"
			if i%2 == 1 {
				who, party = ofShanghai, "310000"
			}
			all.Go(func() {
				_, errs[i] = h.Propose(ctx, who, x.ID, 1, party, agreement.Content{Due: day(2026, 5, 1+i)}, "改期")
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			h.refused(err, "agreement.change_open")
		}
		changes, err := h.Changes(ctx, everybody, x.ID)
		if won != 1 || err != nil || len(changes) != 1 || len(changes[0].Consents) != 1 {
			t.Errorf("%d proposals won, %d stand, %v", won, len(changes), err)
		}
		h.done(h.WithdrawChange(ctx, map[string]access.Actor{"340000": ofAnhui, "310000": ofShanghai}[changes[0].Party], changes[0].ID))
		_, err = h.Propose(ctx, ofAnhui, x.ID, 1, "340000", agreement.Content{Due: day(2026, 6, 1)}, "改期")
		h.done(err)
	})
}

func TestTasksDoNotWaitForEachOtherInACircle(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework()
		x, y, z := h.task(a), h.task(a), h.task(a)
		h.done(h.Need(ctx, planner, x.ID, y.ID))
		h.done(h.Need(ctx, planner, x.ID, y.ID)) // again is nothing new
		h.done(h.Need(ctx, planner, y.ID, z.ID))
		err := h.Need(ctx, planner, z.ID, x.ID)
		h.refused(err, "agreement.circle")
		if s := fault.Of(err).Sentence(fault.ZH); !strings.Contains(s, x.Code+" → "+y.Code+" → "+z.Code) {
			t.Errorf("the refusal does not name the circle: %s", s)
		}
		h.refused(h.Need(ctx, planner, x.ID, x.ID), "agreement.circle")
		// What is late for another's sake is held by the other.
		h.hand.set(day(2026, 4, 2))
		held, total, err := h.Late(ctx, everybody, agreement.Query{})
		if err != nil || total != 3 || len(held) != 1 || len(held[0].Blocks) != 2 || len(held[0].Tasks) != 1 || held[0].Tasks[0].ID != z.ID {
			t.Errorf("%+v, %d, %v", held, total, err)
		}
		h.done(h.DropNeed(ctx, planner, y.ID, z.ID))
		h.done(h.Need(ctx, planner, z.ID, x.ID))
	})
}

func TestSeveralListsHoldOneTask(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		plan := h.framework(func(a *agreement.Agreement) { a.Form, a.Lamps = agreement.Plan, "regional" })
		x, y := h.task(plan), h.task(plan, func(t *agreement.Task) { t.Level = "province" })
		lists := make([]agreement.List, 2)
		for i, public := range []bool{false, true} {
			l, err := h.AddList(ctx, planner, agreement.List{Plan: plan.ID, Name: fault.Words{"清单"}, Public: public})
			h.done(err)
			lists[i] = l
		}
		h.done(h.Enlist(ctx, planner, lists[0].ID, "创新", []unit.ID{x.ID, y.ID}))
		h.done(h.Enlist(ctx, planner, lists[1].ID, "", []unit.ID{y.ID}))
		h.done(h.Enlist(ctx, planner, lists[1].ID, "", []unit.ID{y.ID, x.ID})) // y keeps its number
		in, err := h.ListsOf(ctx, everybody, y.ID)
		if err != nil || len(in) != 2 || in[0].No != 2 || in[1].No != 1 {
			t.Errorf("%+v, %v", in, err)
		}
		entries, err := h.Entries(ctx, everybody, lists[1].ID, 1, 50)
		if err != nil || len(entries) != 2 || entries[0].Task.ID != y.ID || entries[1].No != 2 {
			t.Errorf("%+v, %v", entries, err)
		}
		if _, n, _ := h.Find(ctx, everybody, agreement.Query{Public: true}); n != 2 {
			t.Errorf("%d public tasks", n)
		}
		// A city's task serves a province's, never the other way round.
		c := h.task(plan, func(t *agreement.Task) { t.Level, t.Serves, t.Lead = "city", y.ID, agreement.Party{Code: "340100"} })
		above, below, err := h.Cascade(ctx, everybody, h.is(y.ID))
		if err != nil || len(above) != 0 || len(below) != 1 || below[0].ID != c.ID {
			t.Errorf("%+v, %+v, %v", above, below, err)
		}
		_, err = h.Plan(ctx, planner, plan.ID, []agreement.Task{{Title: "x", Lead: agreement.Party{Code: "340000"}, Due: day(2026, 3, 31), Level: "province", Serves: c.ID}})
		h.refused(err, "agreement.level_order")
		// The colours of the plan are its own: thirty working days late are amber.
		h.hand.set(day(2026, 4, 10))
		if got := h.is(x.ID); got.Lamp.Light != agreement.Amber {
			t.Errorf("%+v", got.Lamp)
		}
	})
}

func TestTasksAreCountedAndFoundByColour(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		strict := h.framework()
		regional := h.framework(func(a *agreement.Agreement) { a.Text, a.Lamps = "计划", "regional" })
		for _, due := range []unit.Day{day(2026, 1, 9), day(2026, 1, 12), day(2026, 2, 13), day(2026, 2, 27), day(2026, 3, 1), day(2026, 3, 2), day(2026, 3, 9), day(2026, 3, 10), day(2026, 12, 31), day(2027, 3, 1)} {
			for _, a := range []agreement.Agreement{strict, regional} {
				h.task(a, func(t *agreement.Task) { t.Due = due })
			}
		}
		sum, err := h.Sum(ctx, everybody, agreement.Query{})
		h.done(err)
		for _, light := range []agreement.Light{agreement.Red, agreement.Amber, agreement.Green} {
			found, n, err := h.Find(ctx, everybody, agreement.Query{Light: string(light), Rows: 100})
			if err != nil || n != sum.Counts[light] || n == 0 {
				t.Errorf("%s: SQL finds %d, Go counts %d, %v", light, n, sum.Counts[light], err)
			}
			for _, x := range found {
				if x.Lamp.Light != light {
					t.Errorf("due %s (%s) is %s and was found as %s", x.Due, x.Lamps, x.Lamp.Light, light)
				}
			}
		}
		if sum.Counts.Total() != 20 || !sum.Provisional {
			t.Errorf("%+v", sum)
		}
		// A calendar that is not announced is said to be provisional.
		got, _, err := h.Find(ctx, everybody, agreement.Query{Sort: agreement.ByDue, Light: "open", Rows: 100})
		if err != nil || !got[len(got)-1].Lamp.Provisional || got[0].Lamp.Provisional {
			t.Errorf("%v", err)
		}
		for q, want := range map[agreement.Query]int{{Text: "目录"}: 20, {Text: "no such"}: 0, {Lead: "340000"}: 20, {Party: "310000"}: 20, {Party: "320000"}: 0, {Agreement: strict.ID}: 10, {Region: "340000"}: 20, {Region: "310000"}: 0} {
			if _, n, err := h.Find(ctx, everybody, q); err != nil || n != want {
				t.Errorf("%+v finds %d, want %d, %v", q, n, want, err)
			}
		}
	})
}

func TestASignatureIsUnderTheTextThatWasRead(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		a := h.framework()
		_, digest, err := h.Signatures(ctx, everybody, a.ID)
		h.done(err)
		_, err = h.Sign(ctx, headAnhui, a.ID, 1, strings.Repeat("0", 64))
		h.refused(err, "agreement.sign_changed")
		if _, err = h.Sign(ctx, headAnhui, a.ID, 0, digest); fault.KindOf(err) != fault.Denied {
			t.Errorf("Anhui signed for Shanghai: %v", err)
		}
		s, err := h.Sign(ctx, headAnhui, a.ID, 1, digest)
		h.done(err)
		if s.Leaf == "" {
			t.Error("the signature under a public agreement is not in the log")
		}
		_, err = h.Sign(ctx, planner, a.ID, 1, digest)
		h.refused(err, "agreement.signed_already")
		all, _, err := h.Signatures(ctx, everybody, a.ID)
		if err != nil || len(all) != 1 || all[0].Name != "安徽省" || all[0].Digest != digest {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestAViewAndACalendarAreOnesOwn(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		link, err := h.acc.FirstAdmin(ctx)
		h.done(err)
		h.done(h.acc.AcceptFirst(ctx, link, "admin@node.example", "管理员", "a long enough password"))
		_, me, err := h.acc.SignIn(ctx, access.SignIn{Email: "admin@node.example", Password: "a long enough password"})
		h.done(err)
		h.done(h.SaveView(ctx, me, "红灯", "light=red&page=3"))
		h.refused(h.SaveView(ctx, me, " ", ""), "agreement.view_name")
		views, err := h.Views(ctx, me)
		if err != nil || len(views) != 1 || views[0].Query != "light=red" {
			t.Fatalf("%+v, %v", views, err)
		}
		h.refused(h.DropView(ctx, planner, views[0].ID), "agreement.view_unknown")
		h.done(h.DropView(ctx, me, views[0].ID))
		secret, err := h.NewFeed(ctx, me, "light=open")
		h.done(err)
		if q, err := h.FeedQuery(ctx, secret); err != nil || q != "light=open" {
			t.Errorf("%q, %v", q, err)
		}
		_, err = h.FeedQuery(ctx, secret+"a")
		h.refused(err, "agreement.feed_unknown")
		feeds, err := h.Feeds(ctx, me)
		h.done(err)
		h.refused(h.RevokeFeed(ctx, planner, feeds[0].ID), "agreement.feed_unknown")
		h.done(h.RevokeFeed(ctx, me, feeds[0].ID))
		_, err = h.FeedQuery(ctx, secret)
		h.refused(err, "agreement.feed_unknown")
		if err := h.db.Act(ctx, func(tx *db.Tx) error { _, err := h.ErasePerson(ctx, tx, me.Person); return err }); err != nil {
			t.Error(err)
		}
	})
}

func TestACalendarIsOneThatCalendarsRead(t *testing.T) {
	task := agreement.Task{ID: "0000000000000000000000000A", Code: "T-2026-0001", Title: "公布目录；含，逗号" + strings.Repeat("长", 40), Owner: "甲", Due: day(2026, 3, 31),
		Milestones: []agreement.Milestone{{No: 1, Title: "定稿", Due: day(2026, 3, 10)}, {No: 2, Title: "过了", Due: day(2026, 3, 1), Done: day(2026, 3, 1)}}}
	text := agreement.Calendar([]agreement.Task{task}, fault.ZH, "https://node.example", time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	lines := strings.ReplaceAll(text, "\r\n", "\n")
	if os.Getenv("CORRIDOR_UPDATE") != "" {
		if err := os.WriteFile(filepath.Join("testdata", "calendar.ics"), []byte(lines), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.Join("testdata", "calendar.ics"))
	if err != nil || string(want) != lines {
		t.Errorf("another calendar than testdata/calendar.ics, %v:\n%s", err, text)
	}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 76 {
			t.Errorf("a line of %d octets: %s", len(line), line)
		}
	}
}
