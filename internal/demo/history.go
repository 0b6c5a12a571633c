package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// The past of a world: firms that bought services with vouchers in 2024 and 2025, each purchase a case of the made-up earlier edition
// that was filed, approved and paid on days of those years, by the acts that people have.

const (
	historyID      = "voucher"
	firmsOfPast    = 180 // of a province; one clerk acts for all, and holds at most 200 roles
	ownersOfPast   = 300 // providers of a province
	teamsOfPast    = 24  // firms of a province that the registries of its neighbours know too: they take part there
	historySeed    = 20240108
	firstPurchase  = 30 // days after the past begins
	stepsOfPast    = 48 // days of the past on which something happens
	daysOfPast     = 14 // between two of them
	actorsOfPast   = 8  // who act at once at one node
	budgetOfPast   = 100_000_000 * unit.FenPerYuan
	spreadOfPrices = 0.75 // of the logarithm of what a purchase costs
	dearest        = 8    // of what the middle one costs, so that none is cut by the cap of the edition
)

// purchase is one service that a firm bought.
type purchase struct {
	no         int
	node, firm string
	provider   string
	service    string
	pays       unit.Fen // what the voucher bears, whole yuan; the contract is twice that
}

// sharesOfPast says, in a hundred, how many purchases the firms of a province made, and of whose providers. Made up.
var sharesOfPast = []struct {
	node  string
	all   int
	hosts [4]int // Shanghai, Jiangsu, Zhejiang, Anhui
}{{Shanghai, 27, [4]int{62, 17, 13, 8}}, {Jiangsu, 30, [4]int{31, 49, 12, 8}}, {Zhejiang, 24, [4]int{28, 14, 52, 6}}, {Anhui, 19, [4]int{24, 21, 11, 44}}}

// purchases are all purchases of the past by the step on which they are filed, the same ones each time. They add up to what was published,
// or to a part of it.
func purchases(of pastPart) [][]purchase {
	r := rand.New(rand.NewPCG(historySeed, 1))
	weights, total := make([]float64, of.of(purchasesOfYRD)), 0.0
	for i := range weights {
		weights[i] = min(math.Exp(r.NormFloat64()*spreadOfPrices), dearest)
		total += weights[i]
	}
	hosts := map[string][]registry.Org{}
	for _, m := range Members[1:] {
		hosts[m.Code] = Owners(ownersOfPast, unit.Region(m.Code), offersSeed)
	}
	services := []string{"testing", "testing", "testing", "commissioned_research", "pilot_test", "computing"}
	all := make([][]purchase, stepsOfPast)
	const unitYuan = 10 // what is paid is in tens of yuan
	units, carried, before := float64(of.sum(supportOfYRD)/unit.FenPerYuan/unitYuan), 0.0, int64(0)
	for i := range weights {
		carried += weights[i] / total * units
		upTo := int64(math.Round(carried))
		at := drawn(r, func(j int) int { return sharesOfPast[j].all }, len(sharesOfPast))
		host := Members[1+drawn(r, func(j int) int { return sharesOfPast[at].hosts[j] }, 4)].Code
		p := purchase{no: i, node: sharesOfPast[at].node, provider: hosts[host][r.IntN(ownersOfPast)].Code, service: services[r.IntN(len(services))], pays: unit.Fen(upTo-before) * unitYuan * unit.FenPerYuan}
		p.firm = firmOfPast(p.node, r.IntN(firmsOfPast))
		before = upTo
		step := int(float64(stepsOfPast-1) * math.Sqrt(r.Float64())) // more and more, and none on the last day, which only pays
		all[step] = append(all[step], p)
	}
	return all
}

// drawn is an index with a chance of share(i) in a hundred.
func drawn(r *rand.Rand, share func(int) int, n int) int {
	x := r.IntN(100)
	for i := range n {
		if x -= share(i); x < 0 {
			return i
		}
	}
	return n - 1
}

// firmOfPast is the code of a province's n-th firm.
func firmOfPast(node string, n int) string { return firmsAt(node)[n].Code }

var firmsAt = func() func(string) []registry.Org {
	made := sync.OnceValue(func() map[string][]registry.Org {
		all := map[string][]registry.Org{}
		regions, today := unit.GB2260(), day(2024, time.January, 1)
		for _, m := range Members[1:] {
			r := rand.New(rand.NewPCG(historySeed, uint64(m.Port)))
			places := citiesOf(regions, unit.Region(m.Code), today)
			for i := range firmsOfPast {
				at := places[min(r.IntN(len(places)), r.IntN(len(places)))] // the first of the list is the largest
				subject, err := unit.MakeSubject(fmt.Sprintf("DEH%05d", i))
				if err != nil {
					panic(err) // eight digits and letters make a subject code
				}
				code, err := unit.MakeUSCC("91" + string(at) + subject)
				if err != nil {
					panic(err)
				}
				name := regions.Name(at, today)
				all[m.Code] = append(all[m.Code], registry.Org{Code: string(code), Kind: "firm", Region: at, Industry: unit.Industry(strings.TrimLeft(industriesOf[r.IntN(len(industriesOf))], "ACFIM")), Founded: day(2012, 1, 1).Add(r.IntN(3600)), Home: m.Code, Synthetic: true,
					Name: fault.Words{fmt.Sprintf("%s创新技术有限公司%d（演示）", strings.TrimSuffix(strings.TrimSuffix(name[0], "市"), "区"), i+1), fmt.Sprintf("%s Innovation Ltd %d (demo)", strings.TrimSuffix(strings.TrimSuffix(name[1], " City"), " District"), i+1)}})
			}
		}
		return all
	})
	return func(node string) []registry.Org { return made()[node] }
}()

// past lets the years before the world's first day happen.
func (w *Community) past(ctx context.Context, of pastPart, say func(string, ...any)) error {
	began := time.Now()
	say("过去两年：登记企业和机构 the two years before: firms and providers are entered")
	people2 := map[string]*pastPeople{}
	for _, n := range w.Nodes[1:] {
		people2[n.Node.Code] = &pastPeople{}
	}
	if err := w.each(func(n *node.Node) error {
		if n.Node.Code == Office {
			return nil
		}
		return people2[n.Node.Code].enter(ctx, n)
	}); err != nil {
		return err
	}
	all, beside := purchases(of), programmes(of)
	done := 0
	for step := range stepsOfPast {
		at := historyOpens().Add(time.Duration(firstPurchase+step*daysOfPast) * 24 * time.Hour)
		if w.Clock.Now().After(at.Add(daysOfPast / 2 * 24 * time.Hour)) {
			done += len(all[step])
			continue // that day was over before the world was cut off
		}
		if err := w.Clock.to(at); err != nil {
			return err
		}
		if err := w.each(func(n *node.Node) error {
			if n.Node.Code == Office {
				return nil
			}
			p := people2[n.Node.Code]
			if step > 0 {
				if err := p.pay(ctx, n, all[step-1]); err != nil {
					return fmt.Errorf("pay at %s: %w", n.Node.Code, err)
				}
			}
			if err := p.buy(ctx, n, all[step]); err != nil {
				return fmt.Errorf("buy at %s: %w", n.Node.Code, err)
			}
			if err := p.run(ctx, n, beside[step]); err != nil {
				return fmt.Errorf("programmes at %s: %w", n.Node.Code, err)
			}
			_, err := n.Log.Sequence(ctx)
			return err
		}); err != nil {
			return err
		}
		if done += len(all[step]); step%6 == 5 || step == stepsOfPast-1 {
			say("%s  %d / %d 笔用券购买 purchases with vouchers, %.0f s", unit.DayOf(at, unit.Beijing()), done, of.of(purchasesOfYRD), time.Since(began).Seconds())
		}
	}
	return nil
}

// pastPeople are who act at one node in the past.
type pastPeople struct {
	clerk, review, finance, desk access.Actor
	cases                        sync.Map // number of the purchase to the id of its case
	beside                       sync.Map // number of a case of the programmes to its id, until its last act
}

// enter enters a province's firms and all providers, the people, and the budgets.
func (p *pastPeople) enter(ctx context.Context, n *node.Node) error {
	admin, err := people(ctx, n)
	if err != nil {
		return err
	}
	rows := map[string][][]string{"organisations": {{"code", "name", "name_en", "kind", "region", "industry", "founded", "status", "home", "synthetic", "source"}},
		"marks": {{"code", "mark", "is", "since", "source"}}, "figures": {{"code", "year", "filed", "source", "staff", "revenue", "rnd_spend"}}}
	org := func(o registry.Org) {
		rows["organisations"] = append(rows["organisations"], []string{o.Code, o.Name[0], o.Name[1], o.Kind, string(o.Region), string(o.Industry), o.Founded.String(), "存续", o.Home, "true", "demo"})
	}
	r := rand.New(rand.NewPCG(historySeed, 7))
	var codes []string
	for _, o := range firmsAt(n.Node.Code) {
		org(o)
		codes = append(codes, o.Code)
		for _, m := range [][2]string{{"tax_normal", "true"}, {"listed_untrustworthy", "false"}} {
			rows["marks"] = append(rows["marks"], []string{o.Code, m[0], m[1], "2023-01-01", "demo"})
		}
		staff := 5 + r.IntN(200)
		rows["figures"] = append(rows["figures"], []string{o.Code, "2023", "2024-01-05", "demo", strconv.Itoa(staff), strconv.Itoa(staff * 600_000), strconv.Itoa(staff * 50_000)})
	}
	for _, m := range Members[1:] {
		for _, o := range Owners(ownersOfPast, unit.Region(m.Code), offersSeed) {
			org(o)
		}
		if m.Code == n.Node.Code {
			continue
		}
		for _, o := range firmsAt(m.Code)[:teamsOfPast] {
			org(o)
		}
	}
	for _, kind := range []string{"organisations", "marks", "figures"} {
		if err := takeRows(ctx, n, kind, rows[kind]); err != nil {
			return err
		}
	}
	email := "history@" + n.Node.Code[:2] + ".example"
	if p.clerk, err = actor(ctx, n, email); err != nil {
		in := access.Invitation{Email: email, Name: "往年经办人（演示） Clerk of the past (demo)", Org: codes[0]}
		for _, c := range codes {
			in.Roles = append(in.Roles, access.Grant{Role: "org_admin", Org: c})
		}
		token, _, err := n.Access.Invite(ctx, admin, in)
		if err == nil {
			err = n.Access.AcceptInvitation(ctx, token, Password)
		}
		if err == nil {
			p.clerk, err = actor(ctx, n, email)
		}
		if err != nil {
			return fmt.Errorf("clerk of the past: %w", err)
		}
	}
	for _, x := range []struct {
		desk string
		who  *access.Actor
	}{{"voucher_review", &p.review}, {"voucher_finance", &p.finance}, {"science", &p.desk}} {
		for _, q := range People {
			if q.Node == n.Node.Code && slices.Contains(strings.Split(q.Role, "|"), x.desk) {
				if *x.who, err = actor(ctx, n, q.Email); err != nil {
					return err
				}
				break
			}
		}
	}
	for _, year := range []string{"2024", "2025"} {
		for _, of := range []string{"voucher", "joint-fund"} {
			at := n.Node.Code + "/" + of + "/" + year + "/budget"
			if err := fill(ctx, n, admin, n.Node.Code+"/treasury/"+year, at, budgetOfPast); err != nil {
				return fmt.Errorf("budget %s: %w", at, err)
			}
		}
	}
	return nil
}

// takeRows takes rows into a node's registry by the import, the first of them the header.
func takeRows(ctx context.Context, n *node.Node, kind string, rows [][]string) error {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return err
	}
	if _, err := taken(func() (registry.Report, error) {
		return n.Registry.Take(ctx, access.System("demo"), registry.Import{Kind: kind, Name: kind + ".csv", File: bytes.NewReader(b.Bytes()), Source: "demo"})
	}); err != nil {
		return fmt.Errorf("import %s at %s: %w", kind, n.Node.Code, err)
	}
	return nil
}

// buy files and approves a day's purchases of a node.
func (p *pastPeople) buy(ctx context.Context, n *node.Node, all []purchase) error {
	return p.workers(n.Node.Code, all, func(x purchase) error {
		key := "past-" + strconv.Itoa(x.no)
		k, err := n.Cases.Create(ctx, p.clerk, historyID, x.firm, key)
		if err != nil {
			return err
		}
		p.cases.Store(x.no, k.ID)
		if k.Stage == "draft" {
			sum := (2 * x.pays).Yuan()
			if _, err := n.Cases.Save(ctx, p.clerk, k.ID, 0, map[string]string{"provider": x.provider, "service": x.service, "contract_sum": sum, "invoiced": sum}); err != nil {
				return err
			}
		}
		if _, err := n.Cases.Act(ctx, p.clerk, k.ID, casework.Action{Name: "file", Key: key + "-file"}); err != nil {
			return err
		}
		_, err = n.Cases.Act(ctx, p.review, k.ID, casework.Action{Name: "approve", Reason: "符合条件（演示）", Key: key + "-approve"})
		return err
	})
}

// pay pays a day's purchases of a node.
func (p *pastPeople) pay(ctx context.Context, n *node.Node, all []purchase) error {
	return p.workers(n.Node.Code, all, func(x purchase) error {
		key := "past-" + strconv.Itoa(x.no)
		id, known := p.cases.LoadAndDelete(x.no)
		if !known { // filed before the world was cut off
			k, err := n.Cases.Create(ctx, p.clerk, historyID, x.firm, key)
			if err != nil {
				return err
			}
			id = k.ID
		}
		_, err := n.Cases.Act(ctx, p.finance, id.(unit.ID), casework.Action{Name: "pay", Key: key + "-pay"})
		return err
	})
}

// workers does something for each purchase of a node.
func (p *pastPeople) workers(code string, all []purchase, do func(purchase) error) error {
	return abreast(all, func(x purchase) error {
		if x.node != code {
			return nil
		}
		if err := do(x); err != nil {
			return fmt.Errorf("purchase %d: %w", x.no, err)
		}
		return nil
	})
}
