package casework_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type actor = access.Actor

var (
	chief = who("chief", "voucher_supervise", "340000", "")
	payer = who("payer", "voucher_review", "340000", "")
	all   = access.Actor{Person: "ALL", Name: "all", Session: "all", Grants: []access.Grant{{Role: "auditor"}}}
)

// made is a world that runs schemes made up for tests, each with so much in its budget.
type made struct {
	*world
	h     *hand
	reg   *registry.Registry
	cases *casework.Service
	ids   map[string]unit.ID
}

// pack loads a scheme of testdata, and refuses one that is not sound.
func pack(t *testing.T, name string) *scheme.Scheme {
	t.Helper()
	s, problems := scheme.Load(os.DirFS("testdata/packs"), name+".yaml")
	if len(problems) == 0 {
		problems = scheme.Prove(s)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", name, p.Words.In(fault.EN))
	}
	if t.Failed() {
		t.FailNow()
	}
	return s
}

// eachMade runs a test on both databases with a clock that begins on 2 March 2026 at ten.
func eachMade(t *testing.T, packs []string, budget map[string]unit.Fen, test func(t *testing.T, m *made)) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		m := &made{world: w, h: h, ids: map[string]unit.ID{}}
		var err error
		m.reg, err = registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
		w.must(err)
		var loaded []*scheme.Scheme
		for _, name := range packs {
			loaded = append(loaded, pack(t, name))
		}
		m.use(loaded...)
		ctx := context.Background()
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			for path, sum := range budget {
				if err := w.ledger.Open(ctx, tx, ledger.Account{Path: path, Asset: "CNY", Floor: true}); err != nil {
					return err
				}
				if _, err := w.ledger.Apply(ctx, tx, ledger.Transfer{ID: "fill " + path, Kind: ledger.Post, Debit: "340000/treasury", Credit: path, Amount: sum}); err != nil {
					return err
				}
			}
			return nil
		}))
		test(t, m)
		if found, err := m.cases.Audit(ctx); err != nil || len(found) > 0 {
			t.Errorf("audit of cases: %v %v", found, err)
		}
		if found, err := w.ledger.Audit(ctx); err != nil || len(found) > 0 {
			t.Errorf("audit of books: %v %v", found, err)
		}
	})
}

// use runs other editions on the same database, as a node that is started again.
func (m *made) use(loaded ...*scheme.Scheme) {
	m.t.Helper()
	var err error
	m.cases, err = casework.New(casework.Config{DB: m.db, Access: m.access, Registry: m.reg, Ledger: m.ledger, Log: m.log, Notices: m.told,
		Regions: unit.GB2260(), Calendar: m.days, Node: "34", Schemes: loaded})
	m.must(err)
}

// enter opens a case and fills in its form, fields as name=value.
func (m *made) enter(name, schemeID string, a access.Actor, org string, fields ...string) casework.Case {
	m.t.Helper()
	c, err := m.cases.Create(context.Background(), a, schemeID, org, "")
	m.must(err)
	m.ids[name] = c.ID
	return m.fill(name, a, fields...)
}

func (m *made) fill(name string, a access.Actor, fields ...string) casework.Case {
	m.t.Helper()
	typed := map[string]string{}
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		typed[k] = v
	}
	c, err := m.cases.Save(context.Background(), a, m.ids[name], 0, typed)
	m.must(err)
	return c
}

// do takes an action, and says the stage that the case came to, or the code of the refusal.
func (m *made) do(a access.Actor, name, action string) string {
	m.t.Helper()
	c, err := m.cases.Act(context.Background(), a, m.ids[name], casework.Action{Name: action, Reason: "测试"})
	if err != nil {
		return fault.CodeOf(err)
	}
	return c.Stage
}

func (m *made) get(id unit.ID) casework.Case {
	m.t.Helper()
	c, err := m.cases.Get(context.Background(), all, id)
	m.must(err)
	return c
}

// stage is where a case stands.
func (m *made) stage(name string) string { m.t.Helper(); return m.get(m.ids[name]).Stage }

func (m *made) want(what, got, want string) {
	m.t.Helper()
	if got != want {
		m.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// under names the cases that live under one by the order in which they were opened: A1, A2 …
func (m *made) under(name string) []casework.Case {
	m.t.Helper()
	list, err := m.cases.Under(context.Background(), all, m.ids[name])
	m.must(err)
	for i := range list {
		m.ids[name+string(rune('0'+len(list)-i))] = list[i].ID
	}
	return list
}

func (m *made) tick() int {
	m.t.Helper()
	n, err := m.cases.Tick(context.Background())
	m.must(err)
	return n
}

const twoBills = `bills=[{"payer":"340000","member":"` + small + `","line":"1000.01"},{"payer":"340000","member":"` + lab + `","line":"500"}]`

func TestOneActionOpensACaseForEachBillAndBillsAgainOnlyWhatWasRefused(t *testing.T) {
	eachMade(t, []string{"lead", "share"}, map[string]unit.Fen{"340000/share/2026": 10_000_00}, func(t *testing.T, m *made) {
		m.enter("A", "lead", firm, small, "topic=T", "leader=P1", "members="+small+","+lab, twoBills)
		m.want("enter", m.do(firm, "A", "enter"), "entered")
		m.fill("A", payer, "mark=88.5")
		m.want("admit", m.do(payer, "A", "admit"), "waiting")
		m.takeAll("A")
		if n := len(m.under("A")); n != 2 || m.stage("A") != "billing" {
			t.Fatalf("%d children, the lead case in %s", n, m.stage("A"))
		}
		c := m.get(m.ids["A1"])
		m.want("sum of the first bill", c.Fields["line"].String(), "1000.01 yuan")
		m.want("one agrees", m.do(payer, "A1", "agree"), "agreed")
		m.want("the lead waits", m.stage("A"), "billing")
		m.want("one refuses", m.do(payer, "A2", "refuse"), "away")
		m.want("billed again", m.do(payer, "A", "bill_again"), "billing")
		if n := len(m.under("A")); n != 3 {
			t.Fatalf("%d children after the refused bill was opened again, want 3", n)
		}
		m.want("the new bill", m.stage("A3"), "asked")
		m.want("the agreed one is left alone", m.stage("A1"), "agreed")
		m.want("agrees", m.do(payer, "A3", "agree"), "paying") // the lead runs, so the bill starts in the same act
		m.want("the lead runs", m.stage("A"), "running")
		m.want("the first bill starts with it", m.stage("A1"), "paying")
		m.want("held", m.balance("340000/share/2026"), "10,000.00 held 1,500.01")
		m.want("call", m.do(payer, "A1", "call"), "called")
		m.want("tranches taken", m.get(m.ids["A1"]).Purse.Lists["parts"].Parts[0].Yuan(), "500.00")
		m.want("remit", m.do(finance, "A1", "remit"), "paying")
		m.want("call", m.do(payer, "A1", "call"), "called")
		m.want("the last part ends it by itself", m.do(finance, "A1", "remit"), "settled")
		m.want("no part was called of the other", m.do(payer, "A3", "stop"), "casework.rule_fails")
		m.want("the lead gives up", m.do(payer, "A", "give_up"), "denied")
		m.want("a settled one stays", m.stage("A1"), "settled")
		m.want("the other may be stopped now", m.do(payer, "A3", "stop"), "off")
		m.want("paid", m.balance("340000/share/2026"), "8,999.99 held 0.00")
	})
}

func TestAPayerThatLeavesSendsTheLeadBackAndAnEndedLeadFreesItsBills(t *testing.T) {
	eachMade(t, []string{"lead", "share"}, map[string]unit.Fen{"340000/share/2026": 10_000_00}, func(t *testing.T, m *made) {
		m.enter("A", "lead", firm, small, "topic=T", "leader=P1", "members="+small+","+lab, twoBills)
		m.do(firm, "A", "enter")
		m.fill("A", payer, "mark=60")
		m.do(payer, "A", "admit")
		m.takeAll("A")
		m.under("A")
		m.want("first", m.do(payer, "A1", "agree"), "agreed")
		m.want("quits", m.do(payer, "A1", "quit"), "away")
		m.want("bill again", m.do(payer, "A", "bill_again"), "billing")
		m.under("A")
		m.want("agrees", m.do(payer, "A3", "agree"), "agreed")
		m.want("the last agrees and all start", m.do(payer, "A2", "agree"), "paying")
		m.want("the lead runs", m.stage("A"), "running")
		m.want("one leaves on the way", m.do(payer, "A2", "leave"), "away")
		m.want("and the lead is back by itself", m.stage("A"), "billing")
		m.want("nothing is called meanwhile", m.do(payer, "A3", "call"), "casework.rule_fails")
		m.want("bill again", m.do(payer, "A", "bill_again"), "billing")
		m.under("A")
		m.want("the lead gives up", m.do(payer, "A", "give_up"), "denied")
		m.want("asked ends by itself", m.stage("A4"), "off")
		m.want("what was paying may be stopped", m.do(payer, "A3", "stop"), "off")
		m.want("nothing is held", m.balance("340000/share/2026"), "10,000.00 held 0.00")
	})
}

func TestALeaderLeadsOneAtATimeAndMembersComeFromTwoPlaces(t *testing.T) {
	eachMade(t, []string{"lead", "share"}, nil, func(t *testing.T, m *made) {
		m.enter("A", "lead", firm, small, "topic=T", "leader=P1", "members="+small+","+lab, twoBills)
		m.enter("B", "lead", big, large, "topic=T", "leader=P1", "members="+large+","+lab, twoBills)
		m.enter("C", "lead", big, large, "topic=T", "leader=P2", "members="+large, twoBills)
		m.want("the first", m.do(firm, "A", "enter"), "entered")
		m.want("one leader, two entries", m.do(big, "B", "enter"), "casework.rule_fails")
		m.want("one region", m.do(big, "C", "enter"), "casework.rule_fails")
		m.want("the first is denied", m.do(payer, "A", "deny"), "denied")
		m.want("so the leader is free", m.do(big, "B", "enter"), "entered")
	})
}

// closeRound closes the only round that stands open, as it is ranked now.
func (m *made) closeRound(a access.Actor) (casework.Round, []casework.Ranked, error) {
	m.t.Helper()
	ctx := context.Background()
	rounds, err := m.cases.Rounds(ctx, a)
	m.must(err)
	if len(rounds) == 0 {
		m.t.Fatal("there is no round")
	}
	r, ranked, digest, err := m.cases.Ranking(ctx, a, rounds[0].ID)
	m.must(err)
	_, err = m.cases.CloseRound(ctx, a, r.ID, digest)
	return r, ranked, err
}

// takeAll lets the round's day come and closes it.
func (m *made) takeAll(string) {
	m.t.Helper()
	m.h.move(20 * 24 * time.Hour)
	_, _, err := m.closeRound(payer)
	m.must(err)
}

func codeOf(err error) string { return fault.CodeOf(err) }
