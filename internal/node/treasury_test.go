package node_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/settlement"
	"corridor/internal/unit"
	"corridor/schemes"
)

// hefei is the province's voucher as the city's own: the same scheme, another jurisdiction, another treasury.
func hefei(t *testing.T) *scheme.Scheme {
	t.Helper()
	const dir = "cn-340100/voucher/2026"
	files := scheme.Bundle{}
	for _, name := range []string{"scheme.yaml", "form.yaml", "tests.yaml"} {
		b, err := fs.ReadFile(schemes.FS, "cn-340000/voucher/2026/"+name)
		if err != nil {
			t.Fatal(err)
		}
		files[dir+"/"+name] = []byte(strings.Replace(string(b), `jurisdiction: "340000"`, `jurisdiction: "340100"`, 1))
	}
	s, problems := scheme.Load(files, dir)
	if len(problems) > 0 {
		t.Fatal(problems[0].Words.In(fault.EN))
	}
	return s
}

// inCity is an officer of Hefei alone.
func inCity(name, role string) access.Actor {
	a := officer(name, role)
	a.Grants = []access.Grant{{Role: role, Region: "340100"}}
	return a
}

// TestACityIsPaidForByItsOwnTreasury: one node, one scheme, two treasuries. Whose a payment is follows from the books; a
// list goes to one of them, with a series of numbers for each, and officers of the city see nothing of the province's.
func TestACityIsPaidForByItsOwnTreasury(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx := context.Background()
		_, err := t.Registry.LoadAuthorities(ctx, keeper, registry.Data(), "authorities/yrd.yaml")
		t.must(err)
		wuhu := mustCode(t.T, "91340200MA0DEMQ", 7)
		t.must(t.DB.Act(ctx, func(tx *db.Tx) error {
			filed := unit.Date(2026, 1, 20)
			if err := t.Registry.Put(ctx, tx, keeper, registry.Org{Code: wuhu, Name: fault.Words{"虚构机构芜湖", "Fictitious Wuhu"}, Kind: "firm", Region: "340200", Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true}); err != nil {
				return err
			}
			if err := t.Registry.PutYear(ctx, tx, keeper, wuhu, registry.YearFacts{Year: 2025, Staff: 46, Revenue: 28_600_000_00, Source: "test", Filed: filed}); err != nil {
				return err
			}
			for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true} {
				if err := t.Registry.PutMark(ctx, tx, keeper, wuhu, m, is, filed, "test"); err != nil {
					return err
				}
			}
			for _, a := range []ledger.Account{{Path: "340100/treasury", Asset: "CNY"}, {Path: "340100/voucher/2026/budget", Asset: "CNY", Floor: true}} {
				if err := t.Ledger.Open(ctx, tx, a); err != nil {
					return err
				}
			}
			_, err := t.Ledger.Apply(ctx, tx, ledger.Transfer{ID: "city", Kind: ledger.Post, Debit: "340100/treasury", Credit: "340100/voucher/2026/budget", Amount: 500_000_00})
			return err
		}))
		t.approved("H", t.firms[0], "48000") // of Hefei: the city's edition
		t.approved("W", wuhu, "20000")       // of Wuhu, which has none: the province's
		t.confirmed(t.firms[0], account+"0")
		t.confirmed(wuhu, account+"1")
		city, second := inCity("cityone", "voucher_finance"), inCity("citytwo", "voucher_finance")

		t.waits(maker, "", "H 340100 24000.00, W 340000 10000.00")
		t.waits(maker, "340000", "W 340000 10000.00")
		t.waits(city, "", "H 340100 24000.00")
		_, err = t.Payments.Gather(ctx, city, settlement.Gather{Treasury: "340000"})
		t.refused("settlement.treasury_unknown", err)
		_, err = t.Payments.Make(ctx, maker, []unit.ID{t.cases["H"], t.cases["W"]}, "")
		t.refused("settlement.treasuries_mixed", err)
		if _, err = t.Payments.Make(ctx, city, []unit.ID{t.cases["W"]}, ""); err == nil {
			t.Error("an officer of the city lists a payment of the province")
		}

		of := map[string]settlement.List{"W": t.released("W")}
		l, err := t.Payments.Make(ctx, city, []unit.ID{t.cases["H"]}, "")
		t.must(err)
		t.must(t.Payments.Close(ctx, city, l.ID))
		t.must(t.Payments.Release(ctx, second, l.ID))
		of["H"], err = t.Payments.List(ctx, city, l.ID)
		t.must(err)
		if got, want := of["W"].No+" "+of["H"].No+" "+of["H"].TreasuryName[0], "FK-34-2026-0001 FK-3401-2026-0001 合肥市人民政府"; got != want {
			t.Errorf("lists %s, want %s", got, want)
		}
		_, err = t.Payments.List(ctx, city, of["W"].ID)
		t.refused("settlement.unknown", err)
		t.lists(maker, "", "FK-3401-2026-0001 FK-34-2026-0001")
		t.lists(maker, "340100", "FK-3401-2026-0001")
		t.lists(city, "", "FK-3401-2026-0001")
		if accounts, err := t.Payments.Accounts(ctx, city); err != nil || len(accounts) != 1 || accounts[0].Org != t.firms[0] {
			t.Errorf("the city sees the accounts %+v (%v)", accounts, err)
		}
		all, _, err := t.Payments.Unanswered(ctx, city, "")
		if err != nil || len(all) != 1 || all[0].ListNo != "FK-3401-2026-0001" {
			t.Errorf("unanswered for the city %v (%v)", all, err)
		}
		name, file, err := t.Payments.Allocation(ctx, city, l.ID, "csv", "", fault.ZH)
		if err != nil || name != "FK-3401-2026-0001.csv" || !strings.Contains(string(file), "24000.00") || strings.Contains(string(file), "10000.00") {
			t.Errorf("file of the city %s (%v):\n%s", name, err, file)
		}

		answers := "付款编号,状态,金额\nFK-3401-2026-0001-001,已付,24000\nFK-34-2026-0001-001,已付,10000\n"
		rep, err := t.Payments.TakeAnswers(ctx, city, "回执.csv", []byte(answers), false)
		t.must(err)
		t.says(rep, "taken 1 same 0 bad 1 A3 answer_unknown") // the province's line is not the city's to answer
		if got, want := t.balance("340100/bank")+" "+t.stage("H")+" "+t.stage("W"), "24000.00 paid approved"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		rep, err = t.Payments.TakeAnswers(ctx, maker, "回执.csv", []byte(answers), false)
		t.must(err)
		t.says(rep, "taken 1 same 1 bad 0")
		for treasury, want := range map[string]unit.Fen{"": 34_000_00, "340000": 10_000_00, "340100": 24_000_00} {
			r, err := t.Payments.Reconcile(ctx, maker, treasury, unit.Date(2026, 3, 1), unit.Date(2026, 3, 31))
			if err != nil || r.Total.Out != want || r.Total.Paid != want || r.Total.Released != want || !r.Total.Holds() || len(r.Differences) > 0 {
				t.Errorf("treasury %q: %+v (%v), want %s", treasury, r, err, want)
			}
		}
		if files, err := t.Payments.Files(ctx, city, "answers"); err != nil || len(files) != 1 {
			t.Errorf("the city sees %d files (%v)", len(files), err)
		}
		one := t.signedIn("one@node.example", "voucher_finance", "")
		t.page(one, "/payments/lists?treasury=340100", "合肥市人民政府|Hefei Municipal", "FK-3401-2026-0001")
		if body := t.asks(one, "GET", "/payments/lists?treasury=340100", 200, "", nil); strings.Contains(body, "FK-34-2026-0001") {
			t.Error("the page of the city's lists shows the province's")
		}
		t.page(one, "/payments/lists/"+string(l.ID)+"/letter", "合肥市人民政府|Hefei Municipal", "24,000.00")
		t.page(one, "/payments/reconcile?treasury=340000&from=2026-03-01&to=2026-03-31", "10,000.00", "安徽省人民政府|Anhui Province")
		t.clean()
	}, hefei(t))
}

// TestMoneyOfNobodysTreasuryIsNotListed: an account of the books that belongs to no treasury known here is named.
func TestMoneyOfNobodysTreasuryIsNotListed(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		t.must(t.DB.Act(context.Background(), func(tx *db.Tx) error {
			for _, a := range []ledger.Account{{Path: "340100/treasury", Asset: "CNY"}, {Path: "340100/voucher/2026/budget", Asset: "CNY", Floor: true}} {
				if err := t.Ledger.Open(context.Background(), tx, a); err != nil {
					return err
				}
			}
			_, err := t.Ledger.Apply(context.Background(), tx, ledger.Transfer{ID: "city", Kind: ledger.Post, Debit: "340100/treasury", Credit: "340100/voucher/2026/budget", Amount: 500_000_00})
			return err
		}))
		t.approved("H", t.firms[0], "48000")
		t.confirmed(t.firms[0], account)
		_, err := t.Payments.Make(context.Background(), maker, []unit.ID{t.cases["H"]}, "")
		t.refused("settlement.no_treasury", err)
	}, hefei(t))
}

// waits compares what waits to be paid, as "case treasury sum" each.
func (t *treasury) waits(who access.Actor, treasury, want string) {
	t.Helper()
	g, err := t.Payments.Gather(context.Background(), who, settlement.Gather{Treasury: treasury})
	t.must(err)
	var got []string
	for _, w := range g.Waiting {
		for name, id := range t.cases {
			if id == w.Case {
				got = append(got, fmt.Sprintf("%s %s %s", name, w.Treasury.Path, w.Sum.Yuan()))
			}
		}
	}
	if strings.Join(got, ", ") != want {
		t.Errorf("%s with %q: %s, want %s", who.Name, treasury, strings.Join(got, ", "), want)
	}
}

func (t *treasury) lists(who access.Actor, treasury, want string) {
	t.Helper()
	all, total, err := t.Payments.Lists(context.Background(), who, "", treasury, 1)
	t.must(err)
	var got []string
	for _, l := range all {
		got = append(got, l.No)
	}
	if strings.Join(got, " ") != want || total != len(got) {
		t.Errorf("%s with %q sees %v (%d), want %s", who.Name, treasury, got, total, want)
	}
}
