package node_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/settlement"
	"corridor/internal/unit"
	"corridor/internal/web"
)

// treasury is a node that has vouchers to pay.
type treasury struct {
	*testing.T
	*node.Node
	now   time.Time
	firms []string
	cases map[string]unit.ID // by the name a register gives them
}

func officer(name string, role string) access.Actor {
	return access.Actor{Person: unit.ID("01" + strings.ToUpper(name)), Name: name, Session: name, Strong: true, Grants: []access.Grant{{Role: role, Region: "340000"}}}
}

func clerk(org string) access.Actor {
	return access.Actor{Person: unit.ID("01FIRM" + org[len(org)-4:]), Name: "经办人", Session: org, Strong: true, Grants: []access.Grant{{Role: "org_admin", Org: org}}}
}

var (
	approver = officer("approver", "voucher_review")
	maker    = officer("maker", "voucher_finance")
	releaser = officer("releaser", "voucher_finance")
	keeper   = access.Actor{Person: "01KEEPER", Name: "keeper", Session: "keeper", Strong: true, Grants: []access.Grant{{Role: "node_admin"}}}
)

// eachTreasury opens the node of Anhui on each database, with further packs beside its own.
func eachTreasury(t *testing.T, do func(t *treasury), more ...*scheme.Scheme) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		x := &treasury{T: t, now: time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), cases: map[string]unit.ID{}}
		packs, err := node.Packs()
		if err != nil {
			t.Fatal(err)
		}
		private, _ := corridorlog.NewKey("34.corridor.example/log")
		x.Node, err = node.Open(t.Context(), node.Config{Node: web.Node{Code: "340000", Seal: "皖", Class: "r34", Name: fault.Words{"演示节点", "Demo node"}, Synthetic: true},
			Dir: t.TempDir(), DSN: dsn, Origin: "34.corridor.example/log", Key: private, NoCodes: true, Schemes: append(node.PacksOf(packs, "340000"), more...), Now: func() time.Time { return x.now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x.Node.Close() })
		x.fund()
		do(x)
	})
}

func (t *treasury) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused wants a refusal of the code.
func (t *treasury) refused(code string, err error) {
	t.Helper()
	if got := fault.CodeOf(err); got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}

// fund enters firms, a laboratory, the year's budget.
func (t *treasury) fund() {
	ctx := context.Background()
	filed := unit.Date(2026, time.January, 20)
	t.must(t.DB.Act(ctx, func(tx *db.Tx) error {
		for i := range 4 {
			code := mustCode(t.T, fmt.Sprintf("9134010%dMA0DEMQ", i), i)
			t.firms = append(t.firms, code)
			region := unit.Region("340100")
			if i == 3 { // the laboratory
				region = "310115"
			}
			if err := t.Registry.Put(ctx, tx, keeper, registry.Org{Code: code, Name: fault.Words{"虚构机构" + code, "Fictitious " + code}, Kind: "firm", Region: region,
				Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true}); err != nil {
				return err
			}
			if err := t.Registry.PutYear(ctx, tx, keeper, code, registry.YearFacts{Year: 2025, Staff: 46, Revenue: 28_600_000_00, Source: "test", Filed: filed}); err != nil {
				return err
			}
			for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true, "listed_untrustworthy": false} {
				if err := t.Registry.PutMark(ctx, tx, keeper, code, m, is, filed, "test"); err != nil {
					return err
				}
			}
		}
		for org, label := range map[string]string{t.firms[3]: "voucher_provider", t.firms[0]: "tech_sme", t.firms[1]: "tech_sme"} {
			if _, err := t.Registry.IssueLabel(ctx, tx, keeper, registry.Label{Org: org, Label: label, Issuer: "test", Since: filed}); err != nil {
				return err
			}
		}
		for _, a := range []ledger.Account{{Path: "340000/treasury", Asset: "CNY"}, {Path: "340000/voucher/2026/budget", Asset: "CNY", Floor: true}} {
			if err := t.Ledger.Open(ctx, tx, a); err != nil {
				return err
			}
		}
		_, err := t.Ledger.Apply(ctx, tx, ledger.Transfer{ID: "budget", Kind: ledger.Post, Debit: "340000/treasury", Credit: "340000/voucher/2026/budget", Amount: 1_000_000_00})
		return err
	}))
}

func mustCode(t *testing.T, prefix string, i int) string {
	t.Helper()
	subject, err := unit.MakeSubject((prefix[8:] + "00000000")[:8])
	if err != nil {
		t.Fatal(err)
	}
	full, err := unit.MakeUSCC(prefix[:8] + subject)
	if err != nil {
		t.Fatal(err)
	}
	return string(full)
}

func (t *treasury) act(a access.Actor, name, action, reason string, answers map[string]bool) {
	t.Helper()
	_, err := t.Cases.Act(context.Background(), a, t.cases[name], casework.Action{Name: action, Reason: reason, Answers: answers})
	t.must(err)
}

func (t *treasury) save(a access.Actor, name string, typed map[string]string) {
	t.Helper()
	_, err := t.Cases.Save(context.Background(), a, t.cases[name], 0, typed)
	t.must(err)
}

// approved opens a voucher of a firm and brings it to where it waits to be paid. The pack asks for no account.
func (t *treasury) approved(name, firm, sum string) {
	t.Helper()
	c, err := t.Cases.Create(context.Background(), clerk(firm), "voucher", firm, "")
	t.must(err)
	t.cases[name] = c.ID
	t.save(clerk(firm), name, map[string]string{"provider": t.firms[3], "purpose": "测试", "contract_sum": sum, "invoiced": sum})
	t.act(clerk(firm), name, "file", "", nil)
	t.act(approver, name, "approve", "", nil)
}

// ordered brings an order under a yearly entitlement to where it waits to be paid; the account was given with the entitlement.
func (t *treasury) ordered(name, firm, account, sum string) {
	t.Helper()
	ctx := context.Background()
	f, lab := clerk(firm), clerk(t.firms[3])
	c, err := t.Cases.Create(ctx, f, "voucher-entitlement", firm, "")
	t.must(err)
	up := "E of " + name
	t.cases[up] = c.ID
	t.save(f, up, map[string]string{"asked": "80000", "planned_use": "检测", "bank_account": account, "tax_consent": "是"})
	t.act(f, up, "submit", "", nil)
	t.act(officer("city", "voucher_city"), up, "recommend", "", nil)
	t.act(approver, up, "grant", "", nil)
	o, err := t.Cases.CreateUnder(ctx, f, c.ID, "voucher-order", "")
	t.must(err)
	t.cases[name] = o.ID
	t.save(f, name, map[string]string{"provider": t.firms[3], "service": "testing", "quote": sum, "purpose": "材料"})
	t.act(f, name, "file", "", nil)
	t.act(lab, name, "accept", "", nil)
	t.save(lab, name, map[string]string{"report": t.file(lab, name, "report")})
	t.act(lab, name, "deliver", "", nil)
	t.save(f, name, map[string]string{"contract": t.file(f, name, "c"), "signed": "2026-03-02", "contract_sum": sum, "invoices": t.file(f, name, "i"), "invoiced": sum,
		"invoice_lines": fmt.Sprintf(`[{"seller":%q,"number":"26312000%012d","line":"1","total":%q,"amount":%q}]`, t.firms[3], len(t.cases), sum, sum),
		"slip":          t.file(f, name, "s"), "paid": sum, "other_subsidy": "0", "rating": "5"})
	t.act(f, name, "claim", "", nil)
	t.act(approver, name, "approve", "", map[string]bool{"for_research": true})
	t.now = t.now.Add(14 * 24 * time.Hour) // the public notice runs out
	_, err = t.Cases.Tick(ctx)
	t.must(err)
}

func (t *treasury) file(a access.Actor, name, what string) string {
	t.Helper()
	f, err := t.Cases.Attach(context.Background(), a, t.cases[name], what+".txt", strings.NewReader(what+name))
	t.must(err)
	return string(f.Digest)
}

func (t *treasury) stage(name string) string {
	t.Helper()
	c, err := t.Cases.Get(context.Background(), access.Actor{Person: "01ALL", Name: "all", Session: "all", Strong: true, Grants: []access.Grant{{Role: "auditor"}}}, t.cases[name])
	t.must(err)
	return c.Stage
}

func (t *treasury) balance(path string) string {
	t.Helper()
	var b ledger.Balance
	t.must(t.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		b, err = t.Ledger.Balance(context.Background(), tx, path)
		return err
	}))
	return b.Posted.Yuan()
}

// released makes a list of cases, closes and releases it.
func (t *treasury) released(names ...string) settlement.List {
	t.Helper()
	ctx := context.Background()
	var ids []unit.ID
	for _, n := range names {
		ids = append(ids, t.cases[n])
	}
	l, err := t.Payments.Make(ctx, maker, ids, "")
	t.must(err)
	t.must(t.Payments.Close(ctx, maker, l.ID))
	t.must(t.Payments.Release(ctx, releaser, l.ID))
	l, err = t.Payments.List(ctx, maker, l.ID)
	t.must(err)
	return l
}

// answers sends a bank's file of lines "ref|result|sum|account|reason" and says of each line what became of it.
func (t *treasury) answers(dry bool, lines ...string) settlement.Report {
	t.Helper()
	file := "付款编号,状态,金额（元）,收款账号,原因\n"
	for _, l := range lines {
		file += strings.ReplaceAll(l, "|", ",") + "\n"
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(file))
	t.must(err)
	rep, err := t.Payments.TakeAnswers(context.Background(), maker, "回执.csv", gb, dry)
	t.must(err)
	return rep
}

func (t *treasury) says(rep settlement.Report, want string) {
	t.Helper()
	got := fmt.Sprintf("taken %d same %d bad %d", rep.Taken, rep.Same, rep.Bad)
	for _, c := range rep.Cells {
		got += fmt.Sprintf(" %s%d %s", c.Column, c.Row, strings.TrimPrefix(c.Fault.Code, "settlement."))
	}
	if got != want {
		t.Errorf("the file is %q, want %q", got, want)
	}
}

func (t *treasury) clean() {
	t.Helper()
	if found, err := t.Audit(context.Background(), func(string) {}); err != nil || len(found) > 0 {
		t.Errorf("audit %v, %v", found, err)
	}
}

const account = "6217000012345678901"

func (t *treasury) confirmed(firm, number string) {
	t.Helper()
	a, err := t.Payments.GiveAccount(context.Background(), clerk(firm), settlement.Account{Org: firm, Holder: "虚构", Bank: "演示银行", Number: number})
	t.must(err)
	_, err = t.Payments.DecideAccount(context.Background(), maker, a.ID, true, "")
	t.must(err)
}

func TestAPaymentDayFromTheListToTheBanksAnswer(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx := context.Background()
		t.approved("A", t.firms[0], "48000")
		t.approved("B", t.firms[1], "20000")
		g, err := t.Payments.Gather(ctx, maker, settlement.Gather{})
		t.must(err)
		if len(g.Waiting) != 2 || g.Ready != 0 || g.Waiting[0].Problems[0].Code != "settlement.account_missing" || g.Waiting[0].FixedName != "approver" {
			t.Errorf("gathered %+v", g)
		}
		_, err = t.Payments.Make(ctx, maker, []unit.ID{t.cases["A"]}, "")
		t.refused("settlement.account_missing", err)
		for i := range 2 {
			t.confirmed(t.firms[i], account+fmt.Sprint(i))
		}
		if g, err = t.Payments.Gather(ctx, maker, settlement.Gather{Limit: 25_000_00}); err != nil || g.Ready != 1 || g.Beyond != 1 || g.Sum != 24_000_00 {
			t.Errorf("with a limit %d ready, %d beyond, %s (%v)", g.Ready, g.Beyond, g.Sum, err)
		}
		both := officer("approver", "voucher_review")
		both.Grants = append(both.Grants, access.Grant{Role: "voucher_finance", Region: "340000"})
		_, err = t.Payments.Make(ctx, both, []unit.ID{t.cases["A"]}, "")
		t.refused("casework.same_person", err)
		l, err := t.Payments.Make(ctx, maker, []unit.ID{t.cases["A"], t.cases["B"]}, "三月")
		t.must(err)
		_, err = t.Payments.Make(ctx, releaser, []unit.ID{t.cases["B"]}, "")
		t.refused("settlement.on_list", err)
		t.refused("settlement.not_closed", t.Payments.Release(ctx, releaser, l.ID))
		t.must(t.Payments.Close(ctx, maker, l.ID))
		t.refused("settlement.not_open", t.Payments.Drop(ctx, maker, l.ID, 1))
		t.refused("settlement.own_list", t.Payments.Release(ctx, maker, l.ID))
		t.refused("casework.same_person", t.Payments.Release(ctx, both, l.ID))
		_, _, err = t.Payments.Allocation(ctx, maker, l.ID, "csv", "", fault.ZH)
		t.refused("settlement.not_released", err)
		t.must(t.Payments.Release(ctx, releaser, l.ID))
		t.refused("settlement.released", t.Payments.Withdraw(ctx, maker, l.ID))
		t.refused("access.denied", t.Payments.Release(ctx, officer("city", "voucher_city"), l.ID))
		elsewhere := releaser
		elsewhere.Grants = []access.Grant{{Role: "voucher_finance", Region: "310000"}}
		t.refused("settlement.unknown", t.Payments.Release(ctx, elsewhere, l.ID))
		l, err = t.Payments.List(ctx, maker, l.ID)
		t.must(err)
		t.fileHolds(l)

		one, two := l.No+"-001", l.No+"-002"
		bad := []string{"FK-34-2026-0099-001|已付|1||", one + "|已付|24000.01||", two + "|退票|10000||", one + "|或许|24000||"}
		t.says(t.answers(true, bad...), "taken 0 same 0 bad 4 A2 answer_unknown C3 answer_sum E4 reason_missing A5 answer_twice")
		t.says(t.answers(true, one+"|成功|24000.00|"+account+"9|"), "taken 0 same 0 bad 1 D2 answer_account")
		t.says(t.answers(true, one+"|成功|24000.00|"+account+"0|"), "taken 1 same 0 bad 0")
		if got := t.stage("A"); got != "approved" {
			t.Errorf("a dry run left the case in %s", got)
		}
		t.says(t.answers(false, one+"|成功|24000|"+account+"0|", two+"|怎么|10000||"), "taken 1 same 0 bad 1 B3 answer_result")
		t.says(t.answers(false, one+"|成功|24000|"+account+"0|"), "taken 0 same 1 bad 0")
		if got, want := t.stage("A")+" "+t.stage("B")+" "+t.balance("340000/bank"), "paid approved 24000.00"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		all, late, err := t.Payments.Unanswered(ctx, maker, "")
		if err != nil || len(all) != 1 || all[0].Ref() != two || late[all[0].ID] {
			t.Errorf("unanswered %v %v %v", all, late, err)
		}
		t.now = t.now.Add(6 * 24 * time.Hour)
		if all, late, err = t.Payments.Unanswered(ctx, maker, ""); err != nil || !late[all[0].ID] {
			t.Errorf("after six days %v %v %v", all, late, err)
		}
		t.clean()
	})
}

// fileHolds reads the file for the treasury in its three forms: a line for each payment, the control total, the digest.
func (t *treasury) fileHolds(l settlement.List) {
	t.Helper()
	ctx := context.Background()
	_, utf, err := t.Payments.Allocation(ctx, maker, l.ID, "csv", "", fault.ZH)
	t.must(err)
	_, gb, err := t.Payments.Allocation(ctx, maker, l.ID, "csv", "gb18030", fault.ZH)
	t.must(err)
	gb, err = simplifiedchinese.GB18030.NewDecoder().Bytes(gb)
	t.must(err)
	_, sheet, err := t.Payments.Allocation(ctx, maker, l.ID, "xlsx", "", fault.ZH)
	t.must(err)
	x, err := excelize.OpenReader(bytes.NewReader(sheet))
	t.must(err)
	cells, err := x.GetRows(x.GetSheetName(0))
	t.must(err)
	for name, rows := range map[string][][]string{"utf-8": csvOf(t, bytes.TrimPrefix(utf, []byte("\uFEFF"))), "gb18030": csvOf(t, gb), "xlsx": cells} {
		if len(rows) != 5 {
			t.Fatalf("%s has %d rows", name, len(rows))
		}
		want := []string{"1 " + l.No + "-001 " + account + "0 24000.00", "2 " + l.No + "-002 " + account + "1 10000.00"}
		for i, w := range want {
			if r := rows[i+1]; strings.Join([]string{r[0], r[1], r[5], r[6]}, " ") != w {
				t.Errorf("%s line %d is %v, want %s", name, i+1, r, w)
			}
		}
		if total, digest := rows[3], rows[4]; total[2] != "2" || total[6] != "34000.00" || digest[2] != l.Digest || len(l.Digest) != 64 {
			t.Errorf("%s ends with %v %v", name, total, digest)
		}
	}
}

func csvOf(t *treasury, b []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	t.must(err)
	return rows
}

func TestWhatTheBankSendsBackGoesTheSchemesWayBackAndIsPaidAgain(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx := context.Background()
		t.ordered("O", t.firms[0], "演示银行合肥分行 6217 0000 1234 5678", "60000")
		l := t.released("O")
		ref := l.No + "-001"
		if p := l.Lines[0]; p.Account != "6217000012345678" || p.Bank != "演示银行合肥分行" || p.AccountFrom != "case" {
			t.Errorf("line %+v", p)
		}
		t.says(t.answers(false, ref+"|已付|30000||"), "taken 1 same 0 bad 0")
		t.says(t.answers(false, ref+"|退票|30000||账号与户名不符"), "taken 1 same 0 bad 0")
		t.says(t.answers(false, ref+"|退票|30000||账号与户名不符"), "taken 0 same 1 bad 0")
		t.says(t.answers(false, ref+"|已付|30000||"), "taken 0 same 0 bad 1 A2 answered")
		if got, want := t.stage("O")+" "+t.balance("340000/bank"), "ordered 0.00"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		_, err := t.Payments.Make(ctx, maker, []unit.ID{t.cases["O"]}, "")
		t.refused("settlement.account_returned", err)
		_, err = t.Payments.GiveAccount(ctx, clerk(t.firms[1]), settlement.Account{Org: t.firms[0], Holder: "别家", Bank: "演示银行", Number: account})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("another firm gave the account: %v", err)
		}
		a, err := t.Payments.GiveAccount(ctx, clerk(t.firms[0]), settlement.Account{Org: t.firms[0], Holder: "虚构", Bank: "演示银行", Number: "6217-0000-9999"})
		t.must(err)
		_, err = t.Payments.Make(ctx, maker, []unit.ID{t.cases["O"]}, "")
		t.refused("settlement.account_returned", err)
		_, err = t.Payments.DecideAccount(ctx, maker, a.ID, true, "")
		t.must(err)
		_, err = t.Payments.DecideAccount(ctx, releaser, a.ID, false, "x")
		t.refused("settlement.account_decided", err)
		again := t.released("O")
		if p := again.Lines[0]; p.Account != "621700009999" || p.Again != l.Lines[0].ID || again.No == l.No {
			t.Errorf("again %+v", p)
		}
		t.says(t.answers(false, again.No+"-001|已付|30000|621700009999|"), "taken 1 same 0 bad 0")
		if got, want := t.stage("O")+" "+t.balance("340000/bank"), "paid 30000.00"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		// What comes back before it was ever marked as paid moves nothing in the books.
		t.approved("A", t.firms[0], "48000")
		b := t.released("A")
		t.says(t.answers(false, b.No+"-001|退回|24000||户名不符"), "taken 1 same 0 bad 0")
		if got, want := t.stage("A")+" "+t.balance("340000/bank"), "approved 30000.00"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		past, err := t.Payments.OfCase(ctx, maker, t.cases["O"])
		t.must(err)
		if states := slices.Collect(func(yield func(string) bool) {
			for _, p := range past {
				yield(p.State)
			}
		}); strings.Join(states, " ") != "returned paid" {
			t.Errorf("payments of the case are %v", states)
		}
		t.clean()
	})
}

// receipts sends a bank's file of lines "case|sum|reference".
func (t *treasury) receipts(dry bool, lines ...string) settlement.Report {
	t.Helper()
	file := "附言,到账金额,银行流水号\n" + strings.ReplaceAll(strings.Join(lines, "\n"), "|", ",") + "\n"
	rep, err := t.Payments.TakeReceipts(context.Background(), maker, "到账.csv", []byte(file), dry)
	t.must(err)
	return rep
}

func TestWhatWasWronglyPaidComesBackInPartsAndTheBooksAgree(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx := context.Background()
		t.ordered("O", t.firms[0], account, "60000")
		paidOn := t.now
		t.says(t.answers(false, t.released("O").No+"-001|已付|30000||"), "taken 1 same 0 bad 0")
		auditor := officer("checker", "voucher_audit")
		t.save(auditor, "O", map[string]string{"wrongly_paid": "5000"})
		t.act(auditor, "O", "recover", "重复报销", nil)
		owed, err := t.Payments.Owed(ctx, maker)
		t.must(err)
		if len(owed) != 1 || owed[0].Sum != 5_000_00 || owed[0].Reason != "重复报销" || owed[0].Due.Due.IsZero() {
			t.Fatalf("owed %+v", owed)
		}
		if c, err := t.Cases.Get(ctx, clerk(t.firms[0]), t.cases["O"]); err != nil || !t.Cases.Owes(c) {
			t.Errorf("the firm does not see that it owes: %v", err)
		}
		mine, err := t.Payments.Owed(ctx, clerk(t.firms[0]))
		if err != nil || len(mine) != 1 {
			t.Errorf("the firm reads %d demands, %v", len(mine), err)
		}
		if others, err := t.Payments.Owed(ctx, clerk(t.firms[1])); err != nil || len(others) != 0 {
			t.Errorf("another firm reads %d demands, %v", len(others), err)
		}
		no := owed[0].No
		t.says(t.receipts(true, "退券款 "+no+"|5000.01|B1", "别的|1|B2", no+"|0|B3"), "taken 0 same 0 bad 3 B2 receipt_over A3 receipt_unknown B4 receipt_sum")
		t.says(t.receipts(false, "退券款 "+no+"|2000|B1"), "taken 1 same 0 bad 0")
		t.says(t.receipts(false, "退券款 "+no+"|2000|B1", no+"|3000.01|B2"), "taken 0 same 1 bad 1 B3 receipt_over")
		if got, want := t.stage("O")+" "+t.balance("340000/bank"), "recovering 30000.00"; got != want {
			t.Errorf("after a part %s, want %s", got, want)
		}
		day := func(at time.Time) unit.Day { return unit.DayOf(at, unit.Beijing()) }
		r, err := t.Payments.Reconcile(ctx, maker, "", day(paidOn), day(t.now))
		t.must(err)
		if len(r.Differences) != 1 || r.Differences[0].Kind != "part" || !r.Total.Holds() {
			t.Errorf("with a part %+v", r)
		}
		t.says(t.receipts(false, no+"|3000|B2"), "taken 1 same 0 bad 0")
		if got, want := t.stage("O")+" "+t.balance("340000/bank"), "recovered 25000.00"; got != want {
			t.Errorf("after the rest %s, want %s", got, want)
		}
		t.says(t.receipts(false, no+"|3000|B2"), "taken 0 same 1 bad 0")
		// A case that somebody marks as paid by hand is named.
		t.approved("A", t.firms[1], "20000")
		t.act(maker, "A", "pay", "", nil)
		// What comes back where the scheme has no way back is named, and the firm told.
		t.approved("B", t.firms[0], "10000")
		t.confirmed(t.firms[0], account)
		b := t.released("B").No + "-001"
		t.says(t.answers(false, b+"|已付|5000||"), "taken 1 same 0 bad 0")
		t.says(t.answers(false, b+"|退票|5000||户名不符"), "taken 1 same 0 bad 0")
		r, err = t.Payments.Reconcile(ctx, maker, "", day(paidOn), day(t.now))
		t.must(err)
		var kinds []string
		for _, x := range r.Differences {
			kinds = append(kinds, x.Kind+" "+x.Sum.Yuan())
		}
		slices.Sort(kinds)
		if got, want := strings.Join(kinds, ", "), "by_hand 10000.00, stuck 5000.00"; got != want {
			t.Errorf("differences %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(r.Total.Out, r.Total.Back, r.Total.Paid, r.Total.Received, r.Total.ByHand, r.Total.Holds()),
			fmt.Sprint(unit.Fen(45_000_00), unit.Fen(5_000_00), unit.Fen(35_000_00), unit.Fen(5_000_00), unit.Fen(10_000_00), true); got != want {
			t.Errorf("sums %s, want %s", got, want)
		}
		t.clean()
	})
}
