package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/settlement/statement"
	"corridor/internal/unit"
	"corridor/internal/web"
)

// border is a treasury and the node of a laboratory beyond a border, which follow each other and write letters over HTTP, with
// one clock that the test moves.
type border struct {
	*testing.T
	pays, serves *node.Node
	moved        atomic.Int64
	firms        []string
	lab          string
	cases        map[string]casework.Case
}

func (b *border) now() time.Time {
	return time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC).Add(time.Since(started) + time.Duration(b.moved.Load()))
}

var started = time.Now()

// on moves the clock to the morning of a day.
func (b *border) on(m time.Month, d int) {
	b.moved.Add(int64(time.Date(2026, m, d, 1, 30, 0, 0, time.UTC).Sub(b.now())))
}

func eachBorder(t *testing.T, do func(b *border)) {
	dbtest.EachPair(t, func(t *testing.T, one, two string) {
		b := &border{T: t, cases: map[string]casework.Case{}}
		packs, err := node.Packs()
		if err != nil {
			t.Fatal(err)
		}
		type side struct{ code, dsn, address, private, public string }
		sides := []*side{{code: "340000", dsn: one}, {code: "310000", dsn: two}}
		for _, s := range sides {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s.address = l.Addr().String()
			l.Close()
			s.private, s.public = corridorlog.NewKey(s.code[:2] + ".corridor.example/log")
		}
		running, stop := context.WithCancel(context.Background())
		done := make(chan struct{}, 2)
		var nodes []*node.Node
		for i, s := range sides {
			o := sides[1-i]
			n, err := node.Open(t.Context(), node.Config{Node: web.Node{Code: s.code, Seal: "点", Class: "r" + s.code[:2], Name: fault.Words{"演示节点", "Demo node"}, Synthetic: true}, Dir: t.TempDir(), DSN: s.dsn,
				Address: s.address, Origin: s.code[:2] + ".corridor.example/log", Key: s.private, NoCodes: true, Site: "http://" + s.address, Now: b.now, Schemes: node.PacksOf(packs, s.code),
				Peers: []federation.Peer{{Code: o.code, Name: fault.Words{"邻站", "The other"}, URL: "http://" + o.address, Key: o.public}}, PeerNetworks: thisMachine})
			if err != nil {
				t.Fatal(err)
			}
			if err := n.Listen(); err != nil {
				t.Fatal(err)
			}
			nodes = append(nodes, n)
		}
		b.pays, b.serves = nodes[0], nodes[1]
		b.enter()
		for _, n := range nodes {
			go func() { n.Run(running); done <- struct{}{} }()
		}
		t.Cleanup(func() {
			stop()
			<-done
			<-done
			nodes[0].Close()
			nodes[1].Close()
		})
		do(b)
	})
}

func (b *border) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// enter makes firms and the laboratory known on both sides, and gives the treasury its budget.
func (b *border) enter() {
	ctx, filed := context.Background(), unit.Date(2026, time.January, 20)
	for i := range 3 {
		b.firms = append(b.firms, mustCode(b.T, fmt.Sprintf("9134010%dMA0DEMQ", i), i))
	}
	b.lab = mustCode(b.T, "91310115MA0DEMQ", 7)
	for _, n := range []*node.Node{b.pays, b.serves} {
		b.must(n.DB.Act(ctx, func(tx *db.Tx) error {
			for _, code := range append(b.firms, b.lab) {
				o := registry.Org{Code: code, Name: fault.Words{"虚构机构" + code, "Fictitious " + code}, Kind: "firm", Region: "340100", Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true}
				if code == b.lab {
					o.Region, o.Home, o.Kind = "310115", "310000", "lab"
				}
				if err := n.Registry.Put(ctx, tx, keeper, o); err != nil {
					return err
				}
				if err := n.Registry.PutYear(ctx, tx, keeper, code, registry.YearFacts{Year: 2025, Staff: 46, Revenue: 28_600_000_00, Source: "test", Filed: filed}); err != nil {
					return err
				}
				for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true, "listed_untrustworthy": false} {
					if err := n.Registry.PutMark(ctx, tx, keeper, code, m, is, filed, "test"); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
	b.must(b.pays.DB.Act(ctx, func(tx *db.Tx) error {
		for _, a := range []ledger.Account{{Path: "340000/treasury", Asset: "CNY"}, {Path: "340000/voucher/2026/budget", Asset: "CNY", Floor: true}} {
			if err := b.pays.Ledger.Open(ctx, tx, a); err != nil {
				return err
			}
		}
		_, err := b.pays.Ledger.Apply(ctx, tx, ledger.Transfer{ID: "budget", Kind: ledger.Post, Debit: "340000/treasury", Credit: "340000/voucher/2026/budget", Amount: 1_000_000_00})
		return err
	}))
}

func (b *border) act(a access.Actor, name, action, reason string) {
	b.Helper()
	_, err := b.pays.Cases.Act(context.Background(), a, b.cases[name].ID, casework.Action{Name: action, Reason: reason})
	b.must(err)
}

// order files a voucher of a firm for work of the laboratory, and takes the actions that follow.
func (b *border) order(name string, firm int, sum string, then ...string) {
	b.Helper()
	f := clerk(b.firms[firm])
	c, err := b.pays.Cases.Create(context.Background(), f, "voucher", b.firms[firm], "")
	b.must(err)
	b.cases[name] = c
	_, err = b.pays.Cases.Save(context.Background(), f, c.ID, 0, map[string]string{"provider": b.lab, "purpose": "测试", "contract_sum": sum, "invoiced": sum})
	b.must(err)
	b.act(f, name, "file", "")
	b.take(name, then...)
}

func (b *border) take(name string, then ...string) {
	b.Helper()
	for _, action := range then {
		switch action {
		case "approve":
			b.act(approver, name, action, "")
		case "refuse":
			b.act(approver, name, action, "材料不实")
		case "pay":
			b.act(maker, name, action, "")
		}
	}
}

// record enters what the laboratory billed, and waits until the other side knows of it.
func (b *border) record(name string, billed unit.Fen) {
	b.Helper()
	no := b.cases[name].No
	b.until("the order did not come to the laboratory", func() bool {
		_, err := b.serves.Statements.Enter(context.Background(), clerk(b.lab), "340000", no, billed, 0, "")
		return err == nil
	})
	b.settled()
}

// settled waits until no letter waits.
func (b *border) settled() {
	b.Helper()
	b.until("letters wait", func() bool {
		for _, n := range []*node.Node{b.pays, b.serves} {
			all, _, err := n.Federation.Letters(context.Background(), keeper, federation.LetterQuery{State: federation.LetterWaiting})
			if err != nil || len(all) > 0 {
				return false
			}
		}
		return true
	})
}

func (b *border) until(what string, holds func() bool) {
	b.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatal(what)
		}
	}
}

func desk(name, region string) access.Actor {
	return access.Actor{Person: unit.ID("01" + strings.ToUpper(name)), Name: name, Session: name, Strong: true, Grants: []access.Grant{{Role: "voucher_finance", Region: unit.Region(region)}}}
}

var (
	closer = desk("closer", "340000")
	signer = desk("signer", "340000")
	theirs = desk("theirs", "310000")
)

// closed closes a month and gives the statement as each side has it once both have compared.
func (b *border) closed(period string) (here, there statement.Detail) {
	b.Helper()
	s, err := b.pays.Statements.Close(context.Background(), closer, "310000", period)
	b.must(err)
	return b.seen(s.ID, statement.Compared)
}

func (b *border) seen(id, state string) (here, there statement.Detail) {
	b.Helper()
	b.until("the statement is not "+state+" on both sides", func() bool {
		var e1, e2 error
		here, e1 = b.pays.Statements.Get(context.Background(), signer, id)
		there, e2 = b.serves.Statements.Get(context.Background(), theirs, id)
		return e1 == nil && e2 == nil && here.State == state && there.State == state
	})
	return here, there
}

func (b *border) clean() {
	b.Helper()
	for _, n := range []*node.Node{b.pays, b.serves} {
		if found, err := n.Audit(context.Background(), func(string) {}); err != nil || len(found) > 0 {
			b.Errorf("audit of %s: %v, %v", n.Node.Code, found, err)
		}
	}
}

func (b *border) refused(code string, err error) {
	b.Helper()
	if got := fault.CodeOf(err); got != code {
		b.Errorf("got %q (%v), want %q", got, err, code)
	}
}

// A month is closed, computed by both from what each has, compared, signed by an officer of each side, and published by both.
func TestAStatementIsComputedByBothComparedAndSigned(t *testing.T) {
	eachBorder(t, func(b *border) {
		ctx := context.Background()
		b.order("paid", 0, "48000", "approve", "pay")
		b.order("again", 0, "20000", "approve")
		b.order("refused", 1, "9000", "refuse")
		b.order("open", 1, "7000")
		b.on(time.March, 6)
		b.take("again", "pay")
		b.record("paid", 48000_00)
		b.record("again", 20000_00)
		_, err := b.pays.Statements.Close(ctx, closer, "310000", "2026-03")
		b.refused("statement.month_open", err)
		b.on(time.April, 1)
		open, err := b.pays.Statements.Open(ctx, closer)
		if err != nil || len(open) != 1 || open[0] != (statement.Open{Host: "310000", Period: "2026-03", Orders: 4}) {
			t.Errorf("open are %+v, %v", open, err)
		}
		if n, err := b.pays.Statements.OpenMonths(ctx, closer); err != nil || n != len(open) {
			t.Errorf("%d months can be closed, %v", n, err)
		}
		here, there := b.closed("2026-03")
		// The first was paid on the day of its claim, the second four working days later: the median is two.
		want := statement.Totals{Orders: 4, Firms: 2, Pending: 1, Paid: 2, PaidFen: 34000_00, Rejected: 1, MedianWorkdays: 20, MedianDays: -1}
		if here.Text.Totals != want || here.Digest != there.Digest || here.Differences != 0 {
			t.Errorf("here %+v, there %+v", here.Text, there.Text)
		}
		b.refused("statement.own", b.pays.Statements.Sign(ctx, closer, here.ID, here.Digest))
		b.refused("statement.digest", b.pays.Statements.Sign(ctx, signer, here.ID, "sha256:other"))
		b.refused("access.denied", b.serves.Statements.Sign(ctx, signer, here.ID, here.Digest))
		b.must(b.pays.Statements.Sign(ctx, signer, here.ID, here.Digest))
		b.refused("statement.signed", b.pays.Statements.Sign(ctx, signer, here.ID, here.Digest))
		if s, _ := b.pays.Statements.Get(ctx, signer, here.ID); s.State != statement.Compared {
			t.Error("one signature is enough")
		}
		b.must(b.serves.Statements.Sign(ctx, theirs, here.ID, there.Digest))
		here, there = b.seen(here.ID, statement.Signed)
		if here.Signatures[0].Name != "signer" || here.Signatures[1].Name != "" || here.Signatures[1].Person != theirs.Person {
			t.Errorf("signed by %+v", here.Signatures)
		}
		for n, kind := range map[*node.Node]string{b.pays: "statement.signed", b.serves: "statement.countersigned"} {
			var fields map[string]any
			b.until("it is not published", func() bool {
				all, err := n.Log.Entries(ctx, 0, 100)
				for _, l := range all {
					if l.Kind == kind {
						return err == nil && json.Unmarshal(l.Fields, &fields) == nil
					}
				}
				return false
			})
			if fields["digest"] != here.Digest || fields["paid_fen"] != 3400000.0 || fields["firms"] != 2.0 {
				t.Errorf("%s: %v", kind, fields)
			}
		}
		_, err = b.pays.Statements.Close(ctx, closer, "310000", "2026-03")
		b.refused("statement.closed", err)
		b.clean()
	})
}

// What the two sides have of an order differs: it is named with both values, stands in no total, and comes again next month.
// What moves after its month was closed stands in the next statement as late, and adds only what was not agreed before.
func TestAPlantedDifferenceIsNamedAndComesAgain(t *testing.T) {
	eachBorder(t, func(b *border) {
		ctx := context.Background()
		b.order("right", 0, "48000", "approve", "pay")
		b.order("typo", 1, "30000", "approve", "pay")
		b.order("unrecorded", 2, "10000", "approve", "pay")
		b.order("slow", 2, "6000")
		b.record("right", 48000_00)
		b.record("typo", 3000_00)
		// A payment that the books have and no letter told of, as after a fault of the program.
		b.order("untold", 1, "16000", "approve", "pay")
		b.settled()
		b.must(b.serves.DB.Act(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE settlement_told SET paid_fen = 0, state = 'approved', paid_on = '' WHERE order_no = $1`, b.cases["untold"].No)
			return err
		}))
		b.record("untold", 16000_00)
		b.on(time.April, 1)
		here, there := b.closed("2026-03")
		want := map[string]bool{}
		for _, x := range []statement.Difference{
			{Order: b.cases["typo"].No, Field: "billed", Payer: "30000.00", Host: "3000.00"},
			{Order: b.cases["unrecorded"].No, Field: "billed", Payer: "10000.00", Host: ""},
			{Order: b.cases["untold"].No, Field: "state", Payer: "paid", Host: "approved"},
			{Order: b.cases["untold"].No, Field: "paid", Payer: "8000.00", Host: "0.00"},
			{Order: b.cases["untold"].No, Field: "days", Payer: "0 wd", Host: ""},
		} {
			want[fmt.Sprint(x)] = true
		}
		for _, x := range here.Text.Differences {
			if !want[fmt.Sprint(x)] {
				t.Errorf("not planted: %+v", x)
			}
			delete(want, fmt.Sprint(x))
		}
		if len(want) > 0 || here.Digest != there.Digest || here.Text.Totals.PaidFen != 24000_00 || here.Text.Totals.Orders != 2 {
			t.Errorf("not named: %v; totals %+v", want, here.Text.Totals)
		}
		b.must(b.pays.Statements.Sign(ctx, signer, here.ID, here.Digest))
		b.must(b.serves.Statements.Sign(ctx, theirs, here.ID, here.Digest))
		b.seen(here.ID, statement.Signed)

		b.record("typo", 30000_00)
		b.record("unrecorded", 10000_00)
		b.record("right", 48000_00) // nothing new of it, and it may be said
		b.take("slow", "approve")
		b.record("slow", 6000_00)
		b.take("slow", "pay")
		b.settled()
		b.on(time.May, 1)
		here, there = b.closed("2026-04")
		total := here.Text.Totals
		// Three are late, of which two were in dispute: all that they paid counts now; what was agreed counts no second time.
		if here.Digest != there.Digest || here.Differences != 3 || total.PaidFen != 15000_00+5000_00+3000_00 || total.Orders != 4 || total.Late != 2 || total.BackFen != 0 {
			t.Errorf("%+v", here.Text)
		}
		b.auditSees(b.serves)
	})
}

// auditSees wants the audit to find nothing, and then a line that somebody changed.
func (b *border) auditSees(n *node.Node) {
	b.Helper()
	if found, err := n.Statements.Audit(context.Background()); err != nil || len(found) > 0 {
		b.Errorf("%v, %v", found, err)
	}
	b.must(n.DB.Act(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE settlement_line SET paid_fen = paid_fen + 100 WHERE side = 'host' AND paid_fen > 0`)
		return err
	}))
	if found, _ := n.Statements.Audit(context.Background()); len(found) == 0 {
		b.Error("the audit does not see a line that was changed")
	}
}
