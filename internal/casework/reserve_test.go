package casework_test

import (
	"context"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// label gives the firm the label and puts its industry on the list that the rules ask for.
func (m *made) listed(org string) {
	m.t.Helper()
	ctx := context.Background()
	m.must(m.db.Act(ctx, func(tx *db.Tx) error {
		o, err := m.reg.Org(ctx, tx, org)
		if err != nil {
			return err
		}
		o.Industry = "3912"
		if err := m.reg.Put(ctx, tx, admin, o); err != nil {
			return err
		}
		_, err = m.reg.IssueLabel(ctx, tx, admin, registry.Label{Org: org, Label: "laurel", Issuer: "test", Since: unit.Date(2026, 1, 1), Until: unit.Date(2026, 3, 10)})
		return err
	}))
}

func TestMoneyIsReservedAtTheGrantAtTheOrderOrAtApprovalAsTheEditionSays(t *testing.T) {
	type step struct {
		who, name, action, want string
		purse                   string // after it
	}
	for _, x := range []struct {
		variant string
		packs   []string
		purse   string
		steps   []step
	}{
		{"at the grant", []string{"reserve-grant", "reserve-spend"}, "340000/grant/2026", []step{
			{"firm", "G", "ask", "asked", "9,000.00 held 0.00"},
			{"clerk", "G", "grant", "open", "3,000.00 held 0.00"},
			{"firm", "A", "file", "filed", "3,000.00 held 0.00"},
			{"clerk", "A", "approve", "approved", "3,000.00 held 0.00"},
			{"firm", "B", "file", "filed", "3,000.00 held 0.00"},
			{"clerk", "B", "refuse", "refused", "3,000.00 held 0.00"},
			{"clerk", "G", "finish", "ending", "3,000.00 held 0.00"},
			{"cashier", "A", "pay", "paid", "6,500.00 held 0.00"}, // the last order is paid, and the rest goes back by itself
		}},
		{"at the order", []string{"reserve-order"}, "340000/order/2026", []step{
			{"firm", "A", "file", "filed", "9,000.00 held 3,000.00"},
			{"clerk", "A", "approve", "approved", "9,000.00 held 3,000.00"},
			{"firm", "B", "file", "casework.rule_fails", "9,000.00 held 3,000.00"}, // 3000 of the group and 3000 more are over 4000
			{"cashier", "A", "pay", "paid", "6,500.00 held 0.00"},
			{"firm", "B", "file", "casework.rule_fails", "6,500.00 held 0.00"}, // 2500 were given
		}},
		{"at approval", []string{"reserve-approval"}, "340000/approval/2026", []step{
			{"firm", "A", "file", "filed", "9,000.00 held 0.00"},
			{"clerk", "A", "approve", "approved", "9,000.00 held 2,500.00"},
			{"firm", "B", "file", "filed", "9,000.00 held 2,500.00"},
			{"clerk", "B", "refuse", "refused", "9,000.00 held 2,500.00"},
			{"cashier", "A", "pay", "paid", "6,500.00 held 0.00"},
		}},
	} {
		t.Run(x.variant, func(t *testing.T) {
			eachMade(t, x.packs, map[string]unit.Fen{x.purse: 9_000_00}, func(t *testing.T, m *made) {
				m.listed(small)
				m.must(m.db.Act(context.Background(), func(tx *db.Tx) error {
					_, err := m.reg.PutList(context.Background(), tx, admin, registry.CodeList{List: "encouraged", Since: unit.Date(2026, 1, 1), Source: "test"}, []registry.ListedCode{{Code: "3912", Words: "x"}})
					return err
				}))
				last := x.packs[len(x.packs)-1]
				for _, s := range x.steps {
					if _, open := m.ids[s.name]; !open {
						switch {
						case s.name == "G":
							m.enter("G", x.packs[0], firm, small)
						case len(x.packs) > 1:
							c, err := m.cases.CreateUnder(context.Background(), firm, m.ids["G"], last, "")
							m.must(err)
							m.ids[s.name] = c.ID
							m.fill(s.name, firm, "asked=3000", "invoiced=2500")
						default:
							m.enter(s.name, last, firm, small, "asked=3000", "invoiced=2500")
						}
					}
					a := map[string]int{"firm": 0, "clerk": 1, "cashier": 2}[s.who]
					m.want(s.name+" "+s.action, m.do([]actor{firm, payer, finance}[a], s.name, s.action), s.want)
					m.want("the budget after "+s.name+" "+s.action, m.balance(x.purse), s.purse)
				}
			})
		})
	}
}

func TestAListAndALabelAreReadAsOfTheDay(t *testing.T) {
	eachMade(t, []string{"reserve-order"}, map[string]unit.Fen{"340000/order/2026": 9_000_00}, func(t *testing.T, m *made) {
		ctx := context.Background()
		put := func(since unit.Day, code string) {
			m.must(m.db.Act(ctx, func(tx *db.Tx) error {
				_, err := m.reg.PutList(ctx, tx, admin, registry.CodeList{List: "encouraged", Since: since, Source: "test"}, []registry.ListedCode{{Code: code}})
				return err
			}))
		}
		m.listed(small)
		m.enter("A", "reserve-order", firm, small, "asked=100", "invoiced=100")
		m.want("no such list yet", m.do(firm, "A", "file"), "casework.rule_unknown")
		put(unit.Date(2026, 1, 1), "6510")
		m.want("another code", m.do(firm, "A", "file"), "casework.rule_fails")
		put(unit.Date(2026, 3, 5), "3912")
		m.want("not before its day", m.do(firm, "A", "file"), "casework.rule_fails")
		m.h.move(3 * 24 * time.Hour)
		m.want("on its day", m.do(firm, "A", "file"), "filed")
		m.enter("B", "reserve-order", firm, small, "asked=100", "invoiced=100")
		m.h.move(6 * 24 * time.Hour)
		m.want("the label ended yesterday", m.do(firm, "B", "file"), "casework.rule_fails")
	})
}

func TestALabelIsIssuedRenewedAndRevokedByTheCaseThatDecidedIt(t *testing.T) {
	eachMade(t, []string{"lead", "share"}, map[string]unit.Fen{"340000/share/2026": 10_000_00}, func(t *testing.T, m *made) {
		ctx := context.Background()
		m.enter("A", "lead", firm, small, "topic=T", "leader=P1", "members="+small+","+lab, twoBills)
		m.do(firm, "A", "enter")
		m.fill("A", payer, "mark=88")
		m.do(payer, "A", "admit")
		m.takeAll("A")
		m.under("A")
		m.do(payer, "A1", "agree")
		m.do(payer, "A2", "agree")
		has := func(day unit.Day) (out string) {
			m.must(m.db.Read(ctx, func(tx *db.Tx) error {
				yes, known, err := m.reg.HasLabel(ctx, tx, small, "laurel", day)
				if out = "no"; yes && known {
					out = "yes"
				}
				return err
			}))
			return out
		}
		m.want("before", has(unit.Date(2026, 3, 22)), "no")
		m.want("crown", m.do(chief, "A", "crown"), "crowned")
		m.want("on the day", has(unit.Date(2026, 3, 22)), "yes")
		m.want("on its last day, two years on", has(unit.Date(2028, 3, 21)), "yes")
		m.want("the day after", has(unit.Date(2028, 3, 22)), "no")
		m.h.move(24 * time.Hour)
		m.want("lengthen", m.do(chief, "A", "lengthen"), "crowned")
		m.want("on the last day of another two years", has(unit.Date(2030, 3, 21)), "yes")
		m.want("the day after those", has(unit.Date(2030, 3, 22)), "no")
		m.h.move(24 * time.Hour)
		m.want("strip", m.do(chief, "A", "strip"), "fallen")
		m.want("the day before", has(unit.Date(2026, 3, 23)), "yes")
		m.want("from that day", has(unit.Date(2026, 3, 24)), "no")
		var kept []registry.Label
		m.must(m.db.Read(ctx, func(tx *db.Tx) (err error) {
			kept, err = m.reg.Labels(ctx, tx, small)
			return err
		}))
		if len(kept) != 1 || kept[0].Basis != m.get(m.ids["A"]).Object() || kept[0].Issuer != "340000" {
			t.Errorf("the registry shows %+v", kept)
		}
	})
}
