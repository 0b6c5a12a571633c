package casework_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// province is the world of one jurisdiction's vouchers: its packs, a firm of it, a provider of another, a budget.
type province struct {
	*world
	code     string
	firm     string
	provider string
	cases    *casework.Service
	ids      map[string]unit.ID // of cases, by the name that a register gives them
}

func (w *world) province(code string) *province {
	w.t.Helper()
	ctx := context.Background()
	p := &province{world: w, code: code, ids: map[string]unit.ID{}}
	for _, x := range []struct {
		to     *string
		prefix string
	}{{&p.firm, "91" + code[:4] + "00MA0DEMQ3"}, {&p.provider, "12310000DEMQ00050"}} {
		prefix := (x.prefix + "00000000000")[:16]
		subject, err := unit.MakeSubject(prefix[8:])
		w.must(err)
		full, err := unit.MakeUSCC(prefix[:8] + subject)
		w.must(err)
		*x.to = string(full)
	}
	reg, err := registry.New(registry.Config{DB: w.db, Access: w.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar()})
	w.must(err)
	store, err := files.New(files.Config{DB: w.db, Dir: w.t.TempDir()})
	w.must(err)
	var packs []*scheme.Scheme
	for _, name := range []string{"voucher-entitlement", "voucher-order"} {
		s, problems := scheme.Load(schemes.FS, "cn-"+code+"/"+name+"/2026")
		if len(problems) > 0 {
			w.t.Fatal(problems[0])
		}
		packs = append(packs, s)
	}
	private, _ := corridorlog.NewKey("log.example/uses")
	uses, err := federation.New(federation.Config{DB: w.db, Self: code, Client: http.DefaultClient, Log: w.log, Key: private})
	w.must(err)
	p.cases, err = casework.New(casework.Config{DB: w.db, Access: w.access, Registry: reg, Ledger: w.ledger, Log: w.log, Files: store, Uses: uses,
		Regions: unit.GB2260(), Calendar: w.days, Node: code[:2], Schemes: packs})
	w.must(err)
	filed := unit.Date(2026, time.January, 20)
	city := map[string]unit.Region{"310000": "310115", "320000": "320500", "330000": "330100", "340000": "340100"}[code]
	w.must(w.db.Act(ctx, func(tx *db.Tx) error {
		for _, o := range []registry.Org{{Code: p.firm, Region: city}, {Code: p.provider, Region: "310115"}} {
			o.Name, o.Kind, o.Founded, o.Home, o.Synthetic = fault.Words{"虚构" + o.Code, "Fictitious " + o.Code}, "firm", unit.Date(2019, 5, 20), code, true
			if err := reg.Put(ctx, tx, admin, o); err != nil {
				return err
			}
			if err := reg.PutYear(ctx, tx, admin, o.Code, registry.YearFacts{Year: 2025, Staff: 46, Revenue: 28_600_000_00, Source: "test", Filed: filed}); err != nil {
				return err
			}
			for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true, "listed_untrustworthy": false} {
				if err := reg.PutMark(ctx, tx, admin, o.Code, m, is, filed, "test"); err != nil {
					return err
				}
			}
		}
		for org, label := range map[string]string{p.provider: "voucher_provider", p.firm: "tech_sme"} {
			if _, err := reg.IssueLabel(ctx, tx, admin, registry.Label{Org: org, Label: label, Issuer: "test", Since: filed}); err != nil {
				return err
			}
		}
		budget := code + "/voucher/2026/budget"
		for _, a := range []ledger.Account{{Path: code + "/treasury", Asset: "CNY"}, {Path: budget, Asset: "CNY", Floor: true}} {
			if err := w.ledger.Open(ctx, tx, a); err != nil {
				return err
			}
		}
		_, err := w.ledger.Apply(ctx, tx, ledger.Transfer{ID: "budget " + code, Kind: ledger.Post, Debit: code + "/treasury", Credit: budget, Amount: 1_000_000_00})
		return err
	}))
	return p
}

// actor is who plays a part in the province.
func (p *province) actor(name string) access.Actor {
	switch name {
	case "firm":
		return who(name, "org_admin", "", p.firm)
	case "provider":
		return who(name, "org_admin", "", p.provider)
	case "city":
		return who(name, "voucher_city", unit.Region(p.code), "")
	}
	return who(name, map[string]string{"reviewer": "voucher_review", "finance": "voucher_finance", "auditor": "voucher_audit"}[name], unit.Region(p.code), "")
}

// play goes through a register, a line for each step: who, what, which case, and what is typed or answered.
//
//	firm   open  E voucher-entitlement
//	firm   fill  E asked=60000
//	firm   submit E                      -> submitted
func (p *province) play(register string) {
	p.t.Helper()
	ctx := context.Background()
	for _, line := range strings.Split(register, "\n") {
		line, want, _ := strings.Cut(line, "->")
		c := strings.Fields(line)
		if len(c) == 0 {
			continue
		}
		a, rest := p.actor(c[0]), c[3:]
		err := p.step(ctx, a, c[1], c[2], rest)
		got := ""
		if id := p.ids[c[2]]; err == nil {
			one, e := p.cases.Get(ctx, access.Actor{Person: "ALL", Name: "all", Session: "all", Grants: []access.Grant{{Role: "auditor"}}}, id)
			p.must(e)
			got = one.Stage
		} else {
			got = fault.Of(err).Code
		}
		if want = strings.TrimSpace(want); want != "" && got != want || want == "" && err != nil {
			p.t.Errorf("%s: %q, wanted %q (%v)", strings.TrimSpace(line), got, want, err)
		}
	}
}

func (p *province) step(ctx context.Context, a access.Actor, what, name string, rest []string) (err error) {
	var c casework.Case
	switch what {
	case "open":
		c, err = p.cases.Create(ctx, a, rest[0], p.firm, "")
		p.ids[name] = c.ID
	case "under":
		c, err = p.cases.CreateUnder(ctx, a, p.ids[rest[0]], rest[1], "")
		if err == nil {
			p.ids[name] = c.ID
		}
	case "fill":
		typed := map[string]string{}
		for _, x := range rest {
			k, v, _ := strings.Cut(x, "=")
			if content, isFile := strings.CutPrefix(v, "file:"); isFile {
				f, err := p.cases.Attach(ctx, a, p.ids[name], k+".txt", strings.NewReader(content))
				if err != nil {
					return err
				}
				v = string(f.Digest)
			}
			typed[k] = v
		}
		_, err = p.cases.Save(ctx, a, p.ids[name], 0, typed)
	default:
		answers := map[string]bool{}
		reason := ""
		for _, x := range rest {
			if k, v, ok := strings.Cut(x, "="); ok {
				answers[k] = v == "yes"
			} else {
				reason = x
			}
		}
		_, err = p.cases.Act(ctx, a, p.ids[name], casework.Action{Name: what, Reason: reason, Answers: answers})
	}
	return err
}

func (p *province) balance(path string) string {
	p.t.Helper()
	var b ledger.Balance
	p.must(p.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		b, err = p.ledger.Balance(context.Background(), tx, path)
		return err
	}))
	return b.Posted.Yuan()
}

func TestVoucherFromEntitlementToPaidOrderInEachJurisdiction(t *testing.T) {
	for _, code := range []string{"310000", "320000", "330000", "340000"} {
		t.Run(code, func(t *testing.T) {
			timed(t, func(t *testing.T, w *world, h *hand) {
				p := w.province(code)
				before := p.balance(code + "/voucher/2026/budget")
				recommend, paid := "", 60000
				if code == "340000" {
					recommend = "city recommend E -> recommended"
				}
				if code == "330000" {
					paid = 30000 // the firm pays its share, the provider is paid the rest
				}
				p.play(`
firm  under O nothing voucher-order               -> casework.unknown
firm  open  O voucher-order                       -> casework.parent_missing
firm  open  E voucher-entitlement                 -> draft
firm  under O E voucher-order                     -> casework.parent_stage
firm  fill  E asked=80000 planned_use=检测 bank_account=A1 tax_consent=是
firm  submit E                                    -> submitted
` + recommend + `
reviewer grant E                                  -> open
firm  under O E voucher-order                     -> draft
firm  fill  O provider=` + p.provider + ` service=testing quote=60000 purpose=材料
firm  file  O                                     -> filed
provider accept O                                 -> accepted
provider fill O report=file:report
provider deliver O                                -> delivered
firm  fill  O contract=file:c signed=2026-03-02 contract_sum=60000 invoices=file:i invoice_lines=[{"seller":"` + p.provider + `","number":"26312000000012345678","line":"1","total":"60000","amount":"60000"}] invoiced=60000 slip=file:s paid=` + fmt.Sprint(paid) + ` other_subsidy=0 rating=5
firm  claim O                                     -> claimed
reviewer approve O for_research=yes               -> noticed
firm  open  E2 voucher-entitlement                -> draft
firm  fill  E2 asked=1 planned_use=x bank_account=A1 tax_consent=是
firm  submit E2                                   -> casework.rule_fails
firm  under O2 E voucher-order                    -> draft
firm  discard O2                                  -> discarded
`)
				h.move(14 * 24 * time.Hour)
				if _, err := p.cases.Tick(context.Background()); err != nil {
					t.Fatal(err)
				}
				p.play(`
reviewer mark_paid O -> casework.not_your_role
finance  mark_paid O -> paid
finance  bounced   O account_closed -> ordered
finance  mark_paid O -> paid
firm     hand_back E -> expiring
`)
				if got := p.balance(code + "/bank"); got != "30000.00" {
					t.Errorf("the bank has %s", got)
				}
				// The order is under audit for a year; then it closes, and the entitlement after it, by themselves.
				h.move(367 * 24 * time.Hour)
				if _, err := p.cases.Tick(context.Background()); err != nil {
					t.Fatal(err)
				}
				p.play("firm under O3 E voucher-order -> casework.not_in_force")
				if got := p.balance(code + "/voucher/2026/budget"); fen(t, before)-fen(t, got) != 30_000_00 {
					t.Errorf("the budget has %s, it had %s", got, before)
				}
				p.replays("E")
				p.replays("O")
				if lines, err := p.cases.Audit(context.Background()); err != nil || len(lines) > 0 {
					t.Error(lines, err)
				}
			})
		})
	}
}

func fen(t *testing.T, yuan string) unit.Fen {
	t.Helper()
	f, err := unit.ParseFen(yuan)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// replays judges all decisions of a case again, which must come out as they did, each under a digest of its own.
func (p *province) replays(name string) {
	p.t.Helper()
	c, all, err := p.cases.ReplayNo(context.Background(), string(p.ids[name]))
	p.must(err)
	digests := map[string]bool{}
	for _, r := range all {
		digests[r.Digest] = true
		if len(r.Differ) > 0 {
			p.t.Errorf("case %s, step %d, %s: %v", c.No, r.Step.No, r.Step.Action, r.Differ)
		}
	}
	if len(all) != len(c.History) || len(all) == 0 || len(digests) != len(all) {
		p.t.Errorf("case %s: %d steps, %d judged again, %d digests", c.No, len(c.History), len(all), len(digests))
	}
}
