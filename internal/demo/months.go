package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/node"
	"corridor/internal/settlement/statement"
	"corridor/internal/unit"
)

// Two months lie before the first morning of a demonstration: a firm of Anhui that appears nowhere else orders from the laboratory in
// Shanghai, so that who opens the statements between the two finds January signed by both, and February compared, with one difference
// and one late correction, waiting to be signed. Everything is done by the acts that people have, while the nodes run and write to
// each other.

const monthsFirm = "DEC00001" // subject of the firm's credit code

// monthsOpen is the first morning of the two months.
func monthsOpen() time.Time { return morning(time.January, 5) }

// morning is half past nine in Beijing on a day of the world's year.
func morning(m time.Month, d int) time.Time {
	return unit.Date(2026, m, d).Start(unit.Beijing()).Add(9*time.Hour + 30*time.Minute)
}

// months are the two nodes and who acts there.
type months struct {
	w          *Community
	pays, host *node.Node
	firm       string
	lab        access.Actor                    // at the host
	who        map[string]access.Actor         // at the payer, by the first part of their address
	desks      map[*node.Node]*[2]access.Actor // who keeps each node, and who signs there
	entitled   unit.ID
	orders     map[string]unit.ID
}

// monthsBefore lets the two months happen. It goes on where it was cut off: days that are over are not played again, and each act of the
// day has a key.
func (w *Community) monthsBefore(ctx context.Context, signed []byte) (err error) {
	m := &months{w: w, pays: w.Node(Anhui), host: w.Node(Shanghai), who: map[string]access.Actor{}, orders: map[string]unit.ID{}}
	m.desks = map[*node.Node]*[2]access.Actor{m.pays: {}, m.host: {}}
	if err := w.each(func(n *node.Node) error {
		admin, err := found(ctx, n, signed)
		if err == nil && (n == m.pays || n == m.host) {
			err = m.enter(ctx, n, admin)
		}
		if err == nil && n == m.pays {
			err = fund(ctx, n, admin)
		}
		return err
	}); err != nil {
		return err
	}
	if err := w.each((*node.Node).Listen); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	errs := make([]error, len(w.Nodes))
	for i, n := range w.Nodes {
		all.Go(func() { errs[i] = n.Run(running) })
	}
	err = m.happen(ctx)
	stop()
	all.Wait()
	return errors.Join(append(errs, err)...)
}

// enter enters the firm and the laboratory at a node, and finds who acts there.
func (m *months) enter(ctx context.Context, n *node.Node, admin access.Actor) error {
	subject, err := unit.MakeSubject(monthsFirm)
	if err != nil {
		return err
	}
	code, err := unit.MakeUSCC("91" + "340100" + subject)
	if err != nil {
		return err
	}
	firm := likeAt(Anhui)
	firm.Code, firm.Region = string(code), "340100"
	firm.Name = fault.Words{"合肥隔膜材料有限公司（演示）", "Hefei Separator Materials Ltd (demo)"}
	for _, o := range append(organisations(), firm) {
		if o.Code == Lab || o.Code == firm.Code {
			o.year.Filed = day(2026, 1, 4) // before the first order
			if err := enterOrganisation(ctx, n, admin, o); err != nil {
				return fmt.Errorf("organisation %s: %w", o.Code, err)
			}
		}
	}
	m.desks[n][0] = admin
	if n == m.host {
		if m.desks[n][1], err = actor(ctx, n, "finance@shanghai.example"); err == nil {
			m.lab, err = actor(ctx, n, "lab@shanghai.example")
		}
		return err
	}
	m.firm = string(code)
	for _, name := range []string{"city", "review", "finance", "release", "check", "supervise"} {
		if m.who[name], err = actor(ctx, n, name+"@anhui.example"); err != nil {
			return err
		}
	}
	m.desks[n][1] = m.who["finance"]
	m.who["lab"], err = actor(ctx, n, "lab@anhui.example")
	if err == nil {
		m.who["firm"], err = m.clerk(ctx)
	}
	return err
}

// clerk is who acts for the firm.
func (m *months) clerk(ctx context.Context) (access.Actor, error) {
	if _, err := m.w.AddClerk(ctx, Anhui, m.firm); err != nil && fault.CodeOf(err) != "access.email_taken" { // taken: the world was cut off
		return access.Actor{}, err
	}
	return actor(ctx, m.pays, "clerk."+m.firm+"@"+memberOf(Anhui).Short()+".example")
}

// happen is what happens, in the order of the days.
func (m *months) happen(ctx context.Context) error {
	return m.play(ctx, `
01-05 entitled
01-06 order  A 36000 commissioned_research
01-06 order  B 9800  testing
01-12 claim  A 36000
01-12 claim  B 9800
01-13 refuse B 合同与发票不符
01-13 approve A
01-22 paid   A
01-23 order  C 24000 testing
02-02 close  2026-01
02-02 sign   2026-01
02-03 claim  C 24000
02-03 order  D 48000 pilot_test
02-04 approve C
02-04 claim  D 4800
02-05 approve D
02-12 paid   C
02-13 paid   D
02-25 back   A 抽查发现多付
02-26 order  E 15000 testing
03-02 close  2026-02`)
}

// play goes through a register: the day, what is done, in which order, with what.
func (m *months) play(ctx context.Context, register string) error {
	for _, line := range strings.Split(strings.TrimSpace(register), "\n") {
		c := strings.Fields(line)
		on, err := time.Parse("01-02", c[0])
		if err != nil {
			return err
		}
		at := morning(on.Month(), on.Day())
		over := unit.DayOf(at, unit.Beijing()) < unit.DayOf(m.w.Clock.Now(), unit.Beijing())
		if over && c[1] != "entitled" && c[1] != "order" {
			continue
		}
		if err := m.w.Clock.to(at); err != nil {
			return err
		}
		if err := m.step(ctx, over, c[1], c[2:]); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	return m.quiet(ctx)
}

// step does one line; of a day that is over it only finds the case.
func (m *months) step(ctx context.Context, over bool, verb string, c []string) error {
	switch verb {
	case "entitled":
		return m.entitle(ctx, over)
	case "order":
		return m.order(ctx, over, c[0], c[1], c[2])
	case "claim":
		return m.claim(ctx, c[0], c[1])
	case "approve":
		if err := wait(ctx, func() (bool, error) { // the register in Shanghai answers for the invoice
			all, err := m.pays.Cases.UsesOf(ctx, m.who["review"], m.orders[c[0]])
			return len(all) > 0 && all[0].State == federation.UseHeld, err
		}); err != nil {
			return err
		}
		return m.act(ctx, "review", c[0], casework.Action{Name: "approve", Answers: map[string]bool{"for_research": true}})
	case "refuse":
		return m.act(ctx, "review", c[0], casework.Action{Name: "refuse", Reason: c[1]})
	case "paid":
		if err := wait(ctx, func() (bool, error) { // the public notice has run out
			if _, err := m.pays.Cases.Tick(ctx); err != nil {
				return false, err
			}
			k, err := m.pays.Cases.Get(ctx, m.who["finance"], m.orders[c[0]])
			return k.Stage == "ordered" || k.Stage == "paid", err
		}); err != nil {
			return err
		}
		return m.act(ctx, "finance", c[0], casework.Action{Name: "mark_paid"})
	case "back":
		k, err := m.pays.Cases.Get(ctx, m.who["check"], m.orders[c[0]])
		if err == nil && k.Stage == "paid" {
			_, err = m.pays.Cases.Save(ctx, m.who["check"], k.ID, 0, map[string]string{"wrongly_paid": "1200"})
		}
		if err != nil {
			return err
		}
		if err := m.act(ctx, "check", c[0], casework.Action{Name: "recover", Reason: c[1]}); err != nil {
			return err
		}
		return m.act(ctx, "finance", c[0], casework.Action{Name: "repaid"})
	case "close":
		return m.close(ctx, c[0])
	case "sign":
		return m.sign(ctx, c[0])
	}
	return fmt.Errorf("no verb %s", verb)
}

func (m *months) act(ctx context.Context, who, order string, a casework.Action) error {
	a.Key = "months-" + order + "-" + a.Name
	_, err := m.pays.Cases.Act(ctx, m.who[who], m.orders[order], a)
	if err != nil {
		return fmt.Errorf("%s of order %s: %w", a.Name, order, err)
	}
	return nil
}

func (m *months) entitle(ctx context.Context, over bool) error {
	k, err := m.pays.Cases.Create(ctx, m.who["firm"], "voucher-entitlement", m.firm, "months-entitlement")
	if err != nil {
		return err
	}
	if m.entitled, m.orders["entitlement"] = k.ID, k.ID; over {
		return nil
	}
	if k.Stage == "draft" {
		if _, err := m.pays.Cases.Save(ctx, m.who["firm"], k.ID, 0, map[string]string{"asked": "90000", "planned_use": "委托研发与检测（演示）", "bank_account": "6222021234567890", "tax_consent": "true"}); err != nil {
			return err
		}
	}
	for _, x := range [][2]string{{"firm", "submit"}, {"city", "recommend"}, {"review", "grant"}} {
		if err := m.act(ctx, x[0], "entitlement", casework.Action{Name: x[1]}); err != nil {
			return err
		}
	}
	return nil
}

// order files an order, and the laboratory takes it.
func (m *months) order(ctx context.Context, over bool, name, quote, service string) error {
	k, err := m.pays.Cases.CreateUnder(ctx, m.who["firm"], m.entitled, "voucher-order", "months-"+name)
	if err != nil {
		return err
	}
	if m.orders[name] = k.ID; over {
		return nil
	}
	if k.Stage == "draft" {
		if _, err := m.pays.Cases.Save(ctx, m.who["firm"], k.ID, 0, map[string]string{"provider": Lab, "service": service, "quote": quote, "purpose": "隔膜孔结构表征（演示）"}); err != nil {
			return err
		}
	}
	if err := m.act(ctx, "firm", name, casework.Action{Name: "file"}); err != nil {
		return err
	}
	return m.act(ctx, "lab", name, casework.Action{Name: "accept"})
}

// claim is the delivery with its report, the claim with its papers, and what the laboratory says in its own node that it has billed.
func (m *months) claim(ctx context.Context, name, billed string) error {
	id := m.orders[name]
	k, err := m.pays.Cases.Get(ctx, m.who["firm"], id)
	if err != nil {
		return err
	}
	file := func(who, name string) (string, error) {
		a, err := m.pays.Cases.Attach(ctx, m.who[who], id, name+".txt", strings.NewReader(name+"（演示） "+k.No))
		return string(a.Digest), err
	}
	if k.Stage == "accepted" {
		report, err := file("lab", "报告")
		if err == nil {
			_, err = m.pays.Cases.Save(ctx, m.who["lab"], id, 0, map[string]string{"report": report})
		}
		if err != nil {
			return err
		}
	}
	if err := m.act(ctx, "lab", name, casework.Action{Name: "deliver"}); err != nil {
		return err
	}
	if k, err = m.pays.Cases.Get(ctx, m.who["firm"], id); err != nil {
		return err
	}
	if k.Stage == "delivered" {
		typed := map[string]string{"signed": unit.DayOf(m.w.Clock.Now(), unit.Beijing()).String(), "other_subsidy": "0", "rating": "5"}
		for _, f := range []string{"contract", "invoices", "slip"} {
			if typed[f], err = file("firm", f); err != nil {
				return err
			}
		}
		sum := k.Fields["quote"].Fen().Yuan()
		for _, f := range []string{"contract_sum", "invoiced", "paid"} {
			typed[f] = sum
		}
		typed["invoice_lines"] = fmt.Sprintf(`[{"seller":%q,"number":"2631200000002026%04d","line":"1","total":%q,"amount":%q}]`, Lab, int(name[0]), sum, sum)
		if _, err := m.pays.Cases.Save(ctx, m.who["firm"], id, 0, typed); err != nil {
			return err
		}
	}
	if err := m.act(ctx, "firm", name, casework.Action{Name: "claim"}); err != nil {
		return err
	}
	sum, err := unit.ParseFen(billed)
	if err != nil {
		return err
	}
	if err := wait(ctx, func() (bool, error) {
		all, _, err := m.host.Statements.Services(ctx, m.lab, 1)
		for _, x := range all {
			if x.Order.No == k.No {
				return true, err
			}
		}
		return false, err
	}); err != nil {
		return fmt.Errorf("the order at the laboratory's node: %w", err)
	}
	if _, err := m.host.Statements.Enter(ctx, m.lab, Anhui, k.No, sum, 0, ""); err != nil {
		return err
	}
	return m.quiet(ctx)
}

// close closes a month, and waits until both have compared it.
func (m *months) close(ctx context.Context, period string) error {
	if err := m.quiet(ctx); err != nil {
		return err
	}
	_, err := m.pays.Statements.Close(ctx, m.who["release"], Shanghai, period)
	if err != nil && fault.CodeOf(err) != "statement.closed" {
		return err
	}
	return m.both(ctx, period, func(s statement.Statement) bool { return s.State != statement.Sent })
}

// sign signs a month for both sides.
func (m *months) sign(ctx context.Context, period string) error {
	id := Anhui + "-" + Shanghai + "-" + period
	for _, n := range []*node.Node{m.pays, m.host} {
		s, err := n.Statements.Get(ctx, m.desks[n][1], id)
		if err == nil {
			err = n.Statements.Sign(ctx, m.desks[n][1], id, s.Digest)
		}
		if err != nil && fault.CodeOf(err) != "statement.signed" {
			return err
		}
	}
	return m.both(ctx, period, func(s statement.Statement) bool { return s.State == statement.Signed })
}

// both waits until a month's statement is so at both nodes.
func (m *months) both(ctx context.Context, period string, so func(statement.Statement) bool) error {
	for _, n := range []*node.Node{m.pays, m.host} {
		if err := wait(ctx, func() (bool, error) {
			all, _, err := n.Statements.Statements(ctx, m.desks[n][1], statement.Query{Page: 1})
			return slices.ContainsFunc(all, func(s statement.Statement) bool { return s.Period == period && so(s) }), err
		}); err != nil {
			return fmt.Errorf("statement of %s at %s: %w", period, n.Node.Code, err)
		}
	}
	return nil
}

// quiet waits until no letter between the two waits: a month is cut off by the letters that have come.
func (m *months) quiet(ctx context.Context) error {
	for _, n := range []*node.Node{m.pays, m.host} {
		if err := wait(ctx, func() (bool, error) {
			all, _, err := n.Federation.Letters(ctx, m.desks[n][0], federation.LetterQuery{State: federation.LetterWaiting})
			return len(all) == 0, err
		}); err != nil {
			return fmt.Errorf("letters of %s: %w", n.Node.Code, err)
		}
	}
	return nil
}
