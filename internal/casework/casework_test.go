package casework_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// Organisations of these tests; the codes are well formed and given to nobody.
const (
	small = "91340100MA0DEMQ19B"
	large = "91340200MA0DEMQ27B"
	lab   = "12310000DEMQ000341"
)

// who builds an actor that holds one role.
func who(name, role string, region unit.Region, org string) access.Actor {
	return access.Actor{Person: unit.ID("PERSON-" + name), Name: name, Session: name, Grants: []access.Grant{{Role: role, Region: region, Org: org}}}
}

var (
	firm     = who("firm", "org_admin", "", small)
	big      = who("big", "org_admin", "", large)
	reviewer = who("reviewer", "voucher_review", "340000", "")
	finance  = who("finance", "voucher_finance", "340000", "")
	stranger = who("stranger", "voucher_review", "310000", "")
	admin    = who("admin", "node_admin", "", "")
)

// world is a node with a budget and three organisations, and a clock that the test moves.
type world struct {
	t      testing.TB
	db     *db.DB
	now    time.Time
	mu     sync.Mutex
	ledger *ledger.Ledger
	log    *corridorlog.Log
	access *access.Service
	told   *notice.Service
	cases  *casework.Service
	config casework.Config
	days   *unit.Days
	reg    *registry.Registry
}

func each(t *testing.T, test func(*testing.T, *world)) {
	w := &world{now: unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(10 * time.Hour)}
	dbtest.Each(t, w.clock, func(t *testing.T, d *db.DB) {
		w := &world{t: t, db: d, now: w.now}
		w.build()
		test(t, w)
	})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) build() {
	ctx := context.Background()
	private, _ := corridorlog.NewKey("log.example/34")
	acc, err := access.New(access.Config{DB: w.db, NoCodes: true})
	w.must(err)
	w.access = acc
	w.told, err = notice.New(notice.Config{DB: w.db, People: acc})
	w.must(err)
	reg, err := registry.New(registry.Config{DB: w.db, Access: acc, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
	w.must(err)
	w.reg = reg
	w.ledger, err = ledger.New(ledger.Config{DB: w.db})
	w.must(err)
	w.log, err = corridorlog.New(corridorlog.Config{DB: w.db, Origin: "log.example/34", Key: private})
	w.must(err)
	w.days = unit.NewDays(unit.ChinaCalendar())
	pack, problems := scheme.Load(schemes.FS, "cn-340000/voucher/2026")
	if len(problems) > 0 {
		w.t.Fatal(problems[0])
	}
	w.config = casework.Config{DB: w.db, Access: acc, Registry: reg, Ledger: w.ledger, Log: w.log, Notices: w.told,
		Regions: unit.GB2260(), Calendar: w.days, Node: "34", Schemes: []*scheme.Scheme{pack, display(w.t)}, Layers: schemes.FS}
	w.cases, err = casework.New(w.config)
	w.must(err)
	filed := unit.Date(2026, time.January, 20)
	w.must(w.db.Act(ctx, func(tx *db.Tx) error {
		for code, staff := range map[string]int64{small: 46, large: 5200, lab: 85} {
			region := unit.Region("340100")
			if code == lab {
				region = "310115"
			}
			if err := reg.Put(ctx, tx, admin, registry.Org{Code: code, Name: fault.Words{"虚构机构" + code, "Fictitious " + code}, Kind: "firm",
				Region: region, Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true}); err != nil {
				return err
			}
			if err := reg.PutYear(ctx, tx, admin, code, registry.YearFacts{Year: 2025, Staff: staff, Revenue: 28_600_000_00, Source: "test", Filed: filed}); err != nil {
				return err
			}
			for _, m := range []registry.Mark{registry.Operating, registry.TaxNormal} {
				if err := reg.PutMark(ctx, tx, admin, code, m, true, filed, "test"); err != nil {
					return err
				}
			}
		}
		for _, a := range []ledger.Account{{Path: "340000/treasury", Asset: "CNY"}, {Path: "340000/voucher/2026/budget", Asset: "CNY", Floor: true}} {
			if err := w.ledger.Open(ctx, tx, a); err != nil {
				return err
			}
		}
		_, err := w.ledger.Apply(ctx, tx, ledger.Transfer{ID: "budget", Kind: ledger.Post, Debit: "340000/treasury", Credit: "340000/voucher/2026/budget", Amount: 30_000_00})
		return err
	}))
}

// display is the scheme of testdata: a thing that is shown to the public before it is given.
func display(t testing.TB) *scheme.Scheme {
	s, problems := scheme.Load(os.DirFS("testdata"), "display.yaml")
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return s
}

// open opens a case and fills in its form.
func (w *world) open(a access.Actor, org string) casework.Case {
	w.t.Helper()
	c, err := w.cases.Create(context.Background(), a, "voucher", org, "")
	w.must(err)
	c, err = w.cases.Save(context.Background(), a, c.ID, c.Version, map[string]string{"provider": lab, "purpose": "测试", "contract_sum": "48000", "invoiced": "4.8万"})
	w.must(err)
	return c
}

func (w *world) act(a access.Actor, c casework.Case, name, reason string) (casework.Case, error) {
	return w.cases.Act(context.Background(), a, c.ID, casework.Action{Name: name, Reason: reason})
}

// balance is posted and held of an account.
func (w *world) balance(path string) string {
	w.t.Helper()
	var b ledger.Balance
	w.must(w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		b, err = w.ledger.Balance(context.Background(), tx, path)
		return err
	}))
	return b.Posted.String() + " held " + b.Held.String()
}

func (w *world) clean() {
	w.t.Helper()
	for what, audit := range map[string]func(context.Context) ([]string, error){"cases": w.cases.Audit, "books": w.ledger.Audit} {
		found, err := audit(context.Background())
		if err != nil || len(found) > 0 {
			w.t.Errorf("audit of %s: %v %v", what, found, err)
		}
	}
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	if got := fault.CodeOf(err); got != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestAVoucherIsHeldByOneOfficerAndPaidByAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		if c.Stage != "filed" || len(c.Waits) == 0 || c.Waits[0].Role != "reviewer" || c.Waits[0].Due.IsZero() {
			t.Errorf("stage %s, waits %+v", c.Stage, c.Waits)
		}
		c, err = w.act(reviewer, c, "approve", "")
		w.must(err)
		if got, want := w.balance("340000/voucher/2026/budget"), "30,000.00 held 24,000.00"; got != want {
			t.Errorf("budget %s, want %s", got, want)
		}
		_, err = w.act(reviewer, c, "approve", "")
		code(t, err, "scheme.no_row")
		c, err = w.act(finance, c, "pay", "")
		w.must(err)
		if c.Stage != "paid" || c.End != scheme.Granted || c.History[2].Receipt == "" {
			t.Errorf("stage %s, end %s, receipt %q", c.Stage, c.End, c.History[2].Receipt)
		}
		for path, want := range map[string]string{"340000/voucher/2026/budget": "6,000.00 held 0.00", "340000/bank": "24,000.00 held 0.00",
			c.Object() + "/own/payee": "0.00 held 0.00"} {
			if got := w.balance(path); got != want {
				t.Errorf("%s is %s, want %s", path, got, want)
			}
		}
		w.clean()
	})
}

func TestWhoDoesNotQualifyIsToldWhichRuleAndWhy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.open(big, large)
		_, err := w.act(big, c, "file", "")
		code(t, err, "casework.rule_fails")
		f := fault.Of(err)
		if f.Field != "small_staff" || !strings.Contains(f.Sentence(fault.ZH), "5200") || !strings.Contains(f.Sentence(fault.EN), "500") {
			t.Errorf("%s: %s / %s", f.Field, f.Sentence(fault.ZH), f.Sentence(fault.EN))
		}
		again, err := w.cases.Get(context.Background(), big, c.ID)
		w.must(err)
		if again.Stage != "draft" || len(again.History) != 0 || again.Version != c.Version {
			t.Errorf("a refused act left %s, %d steps, version %d", again.Stage, len(again.History), again.Version)
		}
	})
}

func TestTheSamePersonNeverApprovesAndPays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		both := reviewer
		both.Grants = append(both.Grants, finance.Grants...)
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		c, err = w.act(both, c, "approve", "")
		w.must(err)
		_, err = w.act(both, c, "pay", "")
		code(t, err, "casework.same_person")
		allowed, err := w.cases.Allowed(context.Background(), both, c.ID)
		w.must(err)
		for _, a := range allowed {
			if a.Action == "pay" && (a.Refused == nil || a.Refused.Code != "casework.same_person") {
				t.Errorf("the page does not say that another person has to: %+v", a.Refused)
			}
		}
	})
}

func TestOrderOfRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.open(firm, small)
		for _, x := range []struct {
			name string
			a    access.Actor
			act  casework.Action
			want string
		}{
			{"nobody", access.Actor{}, casework.Action{Name: "file"}, "access.sign_in"},
			{"an office of another jurisdiction", stranger, casework.Action{Name: "approve"}, "casework.unknown"},
			{"another firm", big, casework.Action{Name: "file"}, "casework.unknown"},
			{"an old version", firm, casework.Action{Name: "pay", Version: 1}, "casework.changed_meanwhile"},
			{"no such row", firm, casework.Action{Name: "pay"}, "scheme.no_row"},
			{"not one's role", reviewer, casework.Action{Name: "file"}, "casework.not_your_role"},
			{"a clock's action", firm, casework.Action{Name: "lapse"}, "scheme.no_row"},
			{"too long a reason", firm, casework.Action{Name: "file", Reason: strings.Repeat("长", 2001)}, "casework.reason_long"},
		} {
			_, err := w.cases.Act(ctx, x.a, c.ID, x.act)
			if got := fault.CodeOf(err); got != x.want {
				t.Errorf("%s: got %q (%v), want %q", x.name, got, err, x.want)
			}
		}
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		_, err = w.act(reviewer, c, "refuse", "  ")
		code(t, err, "casework.reason_missing")
		c, err = w.act(reviewer, c, "refuse", "材料不符")
		w.must(err)
		if c.End != scheme.Refused || c.History[1].Reason != "材料不符" {
			t.Errorf("end %s, reason %q", c.End, c.History[1].Reason)
		}
		w.clean()
	})
}

func TestTheSameRequestIsAnsweredOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		a, err := w.cases.Create(ctx, firm, "voucher", small, "k1")
		w.must(err)
		b, err := w.cases.Create(ctx, firm, "voucher", small, "k1")
		w.must(err)
		if a.ID != b.ID {
			t.Error("one key opened two cases")
		}
		c := w.open(firm, small)
		for range 2 {
			if c, err = w.cases.Act(ctx, firm, c.ID, casework.Action{Name: "file", Key: "k2"}); err != nil {
				t.Fatal(err)
			}
		}
		if len(c.History) != 1 {
			t.Errorf("%d steps, want 1", len(c.History))
		}
		_, err = w.cases.Act(ctx, firm, c.ID, casework.Action{Name: "withdraw", Key: "k2"})
		code(t, err, "casework.key_other")
	})
}

func TestTwoOfficersAtOnceApproveOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				_, errs[i] = w.act(who(fmt.Sprint("officer", i), "voucher_review", "340000", ""), c, "approve", "")
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			code(t, err, "casework.decided_meanwhile")
			if say := fault.Of(err).Sentence(fault.EN); !strings.Contains(say, "officer") || !strings.Contains(say, "2026-03-02 10:00:00") {
				t.Errorf("the other is not told by whom and when: %s", say)
			}
		}
		_, err = w.cases.Act(context.Background(), who("late", "voucher_review", "340000", ""), c.ID, casework.Action{Name: "approve", Version: c.Version})
		code(t, err, "casework.decided_meanwhile")
		if won != 1 {
			t.Errorf("%d approvals went, want 1", won)
		}
		if got, want := w.balance("340000/voucher/2026/budget"), "30,000.00 held 24,000.00"; got != want {
			t.Errorf("budget %s, want %s", got, want)
		}
		w.clean()
	})
}

func TestAnEmptyBudgetRefusesTheApprovalWhole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, second := w.open(firm, small), w.open(firm, small)
		for _, c := range []casework.Case{first, second} {
			_, err := w.act(firm, c, "file", "")
			w.must(err)
		}
		_, err := w.act(reviewer, first, "approve", "")
		w.must(err)
		_, err = w.act(reviewer, second, "approve", "")
		code(t, err, "ledger.overdrawn")
		c, err := w.cases.Get(context.Background(), reviewer, second.ID)
		w.must(err)
		if c.Stage != "filed" || len(c.Purse.Sums) != 0 {
			t.Errorf("half done: %s %v", c.Stage, c.Purse.Sums)
		}
		w.clean()
	})
}

func TestEveryWrongFieldIsNamedAndNothingIsSaved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c, err := w.cases.Create(ctx, firm, "voucher", small, "")
		w.must(err)
		_, err = w.cases.Save(ctx, firm, c.ID, c.Version, map[string]string{"contract_sum": "many", "provider": "123", "purpose": "ok", "colour": "red"})
		var all casework.FieldErrors
		if !errors.As(err, &all) {
			t.Fatalf("got %v", err)
		}
		var fields []string
		for _, f := range all {
			fields = append(fields, f.Field)
			if f.Sentence(fault.ZH) == f.Code {
				t.Errorf("%s has no sentence", f.Code)
			}
		}
		if got, want := strings.Join(fields, " "), "colour contract_sum provider"; got != want {
			t.Errorf("named %q, want %q", got, want)
		}
		again, err := w.cases.Get(ctx, firm, c.ID)
		w.must(err)
		if len(again.Fields) != 0 || again.Version != c.Version {
			t.Errorf("saved %v", again.Fields)
		}
		_, err = w.cases.Save(ctx, reviewer, c.ID, 0, map[string]string{"purpose": "x"})
		if fault.CodeOf(err) == "" {
			t.Error("an officer filled in the firm's form")
		}
	})
}

func TestADecisionIsJudgedAgainTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		c, err = w.act(reviewer, c, "approve", "")
		w.must(err)
		sch, err := w.cases.Edition(c)
		w.must(err)
		for _, h := range c.History {
			j, err := sch.Replay(scheme.Question{Stage: h.From, Action: h.Action, Role: h.Role, Reason: h.Reason, Answers: c.Answers}, h.Decision.Seen)
			w.must(err)
			if j.Verdict != h.Decision.Verdict || len(j.Answers) != len(h.Decision.Answers) {
				t.Errorf("%s was %s with %d answers, replayed %s with %d", h.Action, h.Decision.Verdict, len(h.Decision.Answers), j.Verdict, len(j.Answers))
			}
		}
	})
}

func TestListsShowWhatOneMaySee(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.open(firm, small)
		w.open(big, large)
		_, err := w.act(firm, c, "file", "")
		w.must(err)
		for _, x := range []struct {
			name        string
			a           access.Actor
			list, queue int
		}{
			{"the small firm", firm, 1, 1},
			{"the large firm", big, 1, 1},
			{"the reviewer", reviewer, 2, 1},
			{"the payment officer", finance, 2, 0},
			{"an office elsewhere", stranger, 0, 0},
		} {
			_, n, err := w.cases.List(ctx, x.a, casework.Filter{})
			w.must(err)
			_, q, err := w.cases.Queue(ctx, x.a, 1)
			w.must(err)
			if n != x.list || q != x.queue {
				t.Errorf("%s sees %d and has %d waiting, want %d and %d", x.name, n, q, x.list, x.queue)
			}
		}
	})
}

func TestAuditFindsAStageThatNobodyWalkedTo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.open(firm, small)
		w.clean()
		w.must(w.db.Act(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `UPDATE casework_case SET stage = 'paid', ending = 'granted' WHERE id = $1`, string(c.ID))
			return err
		}))
		if found, err := w.cases.Audit(context.Background()); err != nil || len(found) == 0 {
			t.Errorf("found %v, %v", found, err)
		}
	})
}
