package casework_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// ours says what stands for an organisation on a few lines.
func ours(t testing.TB, p *province) (o casework.Ours, says string) {
	t.Helper()
	o, err := p.cases.Ours(context.Background(), p.actor("firm"), p.firm)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range o.Looks {
		says += fmt.Sprintf("%s %s %d\n", x.Scheme.ID, x.Fit(), len(x.Missing()))
	}
	for _, c := range o.Running {
		lapses := ""
		if c.Lapses && !c.Fires.IsZero() {
			lapses = " lapses " + unit.DayOf(c.Fires.Add(-time.Second), unit.Beijing()).String()
		}
		says += fmt.Sprintf("running %s %s%s\n", c.Scheme, c.Stage, lapses)
	}
	for _, x := range o.Paid {
		says += fmt.Sprintf("paid %d %s %d %s\n", x.Year, x.Scheme, x.Cases, x.Sum.Yuan())
	}
	for _, x := range o.Expires {
		says += fmt.Sprintf("ends %s %s\n", x.Last, x.Kind)
	}
	return o, says
}

func TestWhatStandsForAnOrganisationOverAllSchemes(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		p := w.province("340000")
		reg, err := registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
		w.must(err)
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			_, err := reg.IssueLabel(ctx, tx, admin, registry.Label{Org: p.firm, Label: "high_tech", Issuer: "test", Since: unit.Date(2023, 6, 1), Until: unit.Date(2026, 5, 31)})
			return err
		}))
		expect := func(when, want string) {
			t.Helper()
			if _, got := ours(t, p); got != want[1:] {
				t.Errorf("%s:\n%s\nwant%s", when, got, want)
			}
		}
		expect("before anything", `
voucher-entitlement open 0
voucher-order nearly 0
ends 2026-05-31 label
ends 2026-12-31 edition
ends 2026-12-31 edition
`)
		p.play(`
firm  open  E voucher-entitlement                 -> draft
firm  fill  E asked=80000 planned_use=检测 bank_account=A1 tax_consent=是
firm  submit E                                    -> submitted
city  recommend E                                 -> recommended
reviewer grant E                                  -> open
firm  under O E voucher-order                     -> draft
firm  fill  O provider=` + p.provider + ` service=testing quote=60000 purpose=材料
firm  file  O                                     -> filed
provider accept O                                 -> accepted
provider fill O report=file:report
provider deliver O                                -> delivered
firm  fill  O contract=file:c signed=2026-03-02 contract_sum=60000 invoices=file:i invoice_lines=[{"seller":"` + p.provider + `","number":"26312000000012345678","line":"1","total":"60000","amount":"60000"}] invoiced=60000 slip=file:s paid=60000 other_subsidy=0 rating=5
firm  claim O                                     -> claimed
reviewer approve O for_research=yes               -> noticed`)
		h.move(14 * 24 * time.Hour)
		_, err = p.cases.Tick(ctx)
		w.must(err)
		p.play(`
finance  mark_paid O -> paid
finance  bounced   O account_closed -> ordered
finance  mark_paid O -> paid`)
		o, got := ours(t, p)
		want := "voucher-order open 0\nvoucher-entitlement nearly 1\n" // once a year
		if !strings.HasPrefix(got, want) || !strings.Contains(got, "running voucher-entitlement open lapses 2026-12-31\n") || !strings.Contains(got, "running voucher-order paid\n") ||
			!strings.Contains(got, "paid 2026 voucher-order 1 ") || len(o.Paid) != 1 {
			t.Errorf("after a payment that came back once:\n%s", got)
		}
		var inBooks unit.Fen
		w.must(w.db.Read(ctx, func(tx *db.Tx) error {
			b, err := w.ledger.Balance(ctx, tx, p.cases.OutAccounts()[0])
			inBooks = b.Posted
			return err
		}))
		if len(o.Paid) == 1 && o.Paid[0].Sum != inBooks {
			t.Errorf("paid %s where the books say %s", o.Paid[0].Sum, inBooks)
		}
		_, err = p.cases.Ours(ctx, p.actor("reviewer"), p.firm)
		code(t, err, "casework.org_hidden")
		_, err = p.cases.Ours(ctx, p.actor("firm"), p.provider)
		code(t, err, "casework.org_hidden")
	})
}

func TestWhatAnAnnouncedEditionChangesForAnOrganisation(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		says := func() (out string) {
			for _, org := range []string{small, large} {
				_, all, err := w.cases.Announcements(ctx, who("clerk", "org_admin", "", org), org)
				w.must(err)
				for _, c := range all {
					out += fmt.Sprintf("%s from %s %s -> %s turns %v:", c.Is.Edition, c.From, c.Before.Fit(), c.After.Fit(), c.Turns())
					for _, r := range c.Rules {
						out += fmt.Sprintf(" %s %s->%s %v", r.Name, r.Before.Result, r.After.Result, r.Reworded)
					}
					for _, s := range c.Sums {
						out += fmt.Sprintf(" %s %s->%s", s.Name, s.Before.Sum.Yuan(), s.After.Sum.Yuan())
					}
					out += "\n"
				}
			}
			return out
		}
		e, _, err := w.cases.Propose(ctx, proposer, nextYear(t), "放宽人数")
		w.must(err)
		if got := says(); got != "" {
			t.Errorf("a proposal is no announcement: %s", got)
		}
		_, err = w.cases.RunTrial(ctx)
		w.must(err)
		_, err = w.cases.Adopt(ctx, adopter, e.ID, "")
		w.must(err)
		want := `2027-1 from 2027-01-01 open -> open turns false: small_staff pass->pass true
2027-1 from 2027-01-01 nearly -> open turns true: small_staff fail->pass true
`
		if got := says(); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		h.toNextYear()
		if got := says(); got != "" {
			t.Errorf("in force it is announced no more: %s", got)
		}
	})
}
