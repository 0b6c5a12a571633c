package casework_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// outlooks says each open scheme of an organisation on a line: verdict, the rules that do not pass, the sums.
func outlooks(t testing.TB, cases *casework.Service, who access.Actor, org string) (out []string, all []casework.Outlook) {
	t.Helper()
	_, all, err := cases.Outlooks(context.Background(), who, org)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		line := x.Scheme.ID + " " + string(x.Verdict)
		for _, r := range x.Rules {
			if r.Result != scheme.Pass && !r.Hangs {
				line += " " + r.Need + ":" + string(r.Result)
			}
		}
		for _, s := range x.Sums {
			switch {
			case s.Known:
				line += fmt.Sprintf(" %s=%s", s.Name, s.Sum.Yuan())
			case s.Bounded:
				line += fmt.Sprintf(" %s<=%s", s.Name, s.Sum.Yuan())
			default:
				line += " " + s.Name + "?"
			}
		}
		out = append(out, line)
	}
	return out, all
}

func TestWhatEveryOpenSchemeMeansForAFirm(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		p := w.province("340000")
		firm := p.actor("firm")
		got, all := outlooks(t, p.cases, firm, p.firm)
		want := []string{"voucher-entitlement pass granted<=200000.00", "voucher-order pass reserve? payable?"}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("a firm of Anhui:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if x := all[0]; !x.May || x.Median != -1 || len(x.Clocks) != 1 || x.Clocks[0].String() != "10 wd" || len(x.Fills) != 4 ||
			!strings.Contains(x.Sums[0].Says[0], "申领金额") || !strings.Contains(x.Sums[0].Says[0], "200,000.00") {
			t.Errorf("may %v, median %d, clocks %v, fills %d, says %v", x.May, x.Median, x.Clocks, len(x.Fills), x.Sums[0].Says)
		}
		if x := all[1]; x.May || x.Above[1] == "" {
			t.Errorf("an order can be begun without an entitlement: %+v", x)
		}
		p.play(`
firm  open  E voucher-entitlement                 -> draft
firm  fill  E asked=80000 planned_use=检测 bank_account=A1 tax_consent=是
firm  submit E                                    -> submitted
city  recommend E                                 -> recommended
reviewer grant E                                  -> open`)
		got, all = outlooks(t, p.cases, firm, p.firm)
		want = []string{"voucher-order pass reserve<=80000.00 payable<=80000.00", "voucher-entitlement fail once_a_year:fail granted<=120000.00"}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("with an entitlement:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if !all[0].May || all[0].Under == nil || all[0].Under.ID != p.ids["E"] || len(all[1].Running) != 1 {
			t.Errorf("under %v, running %d", all[0].Under, len(all[1].Running))
		}
		// What a register no longer says is unknown, and it is told from whom it can come.
		reg, err := registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
		w.must(err)
		quiet := p.other(reg)
		got, all = outlooks(t, p.cases, p.actor("reviewer"), quiet)
		if !strings.Contains(strings.Join(got, "\n"), "voucher-entitlement unknown small:unknown") || all[0].May {
			t.Errorf("a firm of which nothing was filed: %v", got)
		}
		for _, r := range all[0].Rules {
			if r.Need == "small" && !strings.Contains(r.From[1], "yearly report") {
				t.Errorf("who supplies it: %v", r.From)
			}
		}
		_, _, err = p.cases.Outlooks(context.Background(), firm, quiet)
		code(t, err, "casework.org_hidden")
		_, _, err = p.cases.Outlooks(context.Background(), access.Actor{}, p.firm)
		if fault.KindOf(err) != fault.SignIn {
			t.Errorf("a visitor: %v", err)
		}
	})
}

// other enters a firm that is in operation and has filed no figures.
func (p *province) other(reg *registry.Registry) string {
	p.t.Helper()
	ctx := context.Background()
	subject, err := unit.MakeSubject("MA0QUA9T")
	p.must(err)
	full, err := unit.MakeUSCC("91340100" + subject)
	p.must(err)
	p.must(p.db.Act(ctx, func(tx *db.Tx) error {
		if err := reg.Put(ctx, tx, admin, registry.Org{Code: string(full), Name: fault.Words{"虚构静默公司", "Fictitious Quiet Ltd"}, Kind: "firm", Region: "340100",
			Founded: unit.Date(2020, 1, 1), Home: "340000", Synthetic: true}); err != nil {
			return err
		}
		for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true, "listed_untrustworthy": false} {
			if err := reg.PutMark(ctx, tx, admin, string(full), m, is, unit.Date(2026, 1, 20), "test"); err != nil {
				return err
			}
		}
		_, err := reg.IssueLabel(ctx, tx, admin, registry.Label{Org: string(full), Label: "tech_sme", Issuer: "test", Since: unit.Date(2026, 1, 20)})
		return err
	}))
	return string(full)
}

// BenchmarkOutlooks is one firm's page of all open schemes, the proofs of the main ways done.
func BenchmarkOutlooks(b *testing.B) {
	h := &hand{at: unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(10 * time.Hour)}
	w := &world{t: b, db: dbtest.Open(b, h.now)}
	w.build()
	p := w.province("340000")
	outlooks(b, p.cases, p.actor("firm"), p.firm)
	for b.Loop() {
		outlooks(b, p.cases, p.actor("firm"), p.firm)
	}
}

func TestHowFarABudgetIsUsed(t *testing.T) {
	timedFrom(t, unit.Date(2026, time.March, 1).Start(unit.Beijing()).Add(10*time.Hour), func(t *testing.T, w *world, h *hand) {
		p := w.province("340000") // it gives another 1,000,000 to a budget that has 30,000
		p.play(`
firm  open  E voucher-entitlement                 -> draft
firm  fill  E asked=80000 planned_use=检测 bank_account=A1 tax_consent=是
firm  submit E                                    -> submitted
city  recommend E                                 -> recommended
reviewer grant E                                  -> open`)
		says := func() string {
			all, err := p.cases.Budgets(context.Background(), p.actor("reviewer"))
			w.must(err)
			out := ""
			for _, b := range all {
				out += fmt.Sprintf("%s given %s taken %s held %s left %s paid %s ends %s\n", b.Path, b.Given.Yuan(), b.Taken.Yuan(), b.Held.Yuan(), b.Left.Yuan(), b.Paid.Yuan(), b.Ends)
			}
			return out
		}
		// 80,000 in 60 days leave 950,000 for 712 days: beyond the year.
		if got, want := says(), "340000/voucher/2026/budget given 1030000.00 taken 80000.00 held 0.00 left 950000.00 paid 0.00 ends \n"; got != want {
			t.Errorf("got  %swant %s", got, want)
		}
		if _, err := p.cases.Budgets(context.Background(), p.actor("firm")); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a firm reads the budget: %v", err)
		}
	})
}
