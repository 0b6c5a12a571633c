package casework_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/unit"
)

// table is a ranking as people read it: the cases by their names in the test, a line between those that are in and out.
func (m *made) table(ranked []casework.Ranked) string {
	names := map[unit.ID]string{}
	for name, id := range m.ids {
		names[id] = name
	}
	var in, out []string
	for _, r := range ranked {
		switch {
		case r.Unknown:
			out = append(out, names[r.Case.ID]+"?")
		case r.Takes:
			in = append(in, names[r.Case.ID])
		default:
			out = append(out, names[r.Case.ID])
		}
	}
	return strings.Join(in, " ") + " | " + strings.Join(out, " ")
}

func TestARoundTakesTheBestWhilePlacesLastAndOfEqualsTheEarlier(t *testing.T) {
	eachMade(t, []string{"lead", "share"}, nil, func(t *testing.T, m *made) {
		ctx := context.Background()
		for _, x := range []struct{ name, mark string }{{"A", "70"}, {"B", "88.5"}, {"C", "70"}, {"D", "12"}} {
			m.enter(x.name, "lead", firm, small, "topic=T", "leader=P"+x.name, "members="+small+","+lab, twoBills)
			m.want(x.name, m.do(firm, x.name, "enter"), "entered")
			m.fill(x.name, payer, "mark="+x.mark)
			m.want(x.name, m.do(payer, x.name, "admit"), "waiting")
		}
		_, ranked, err := m.closeRound(payer)
		m.want("before its day", codeOf(err), "casework.round_early")
		m.want("the ranking", m.table(ranked), "B A | C D")
		m.h.move(20 * 24 * time.Hour)
		_, _, err = m.closeRound(who("elsewhere", "voucher_finance", "340000", ""))
		m.want("another desk", codeOf(err), "casework.not_your_role")
		rounds, err := m.cases.Rounds(ctx, stranger)
		m.must(err)
		if len(rounds) != 0 {
			t.Errorf("an office of another jurisdiction sees %d rounds", len(rounds))
		}
		r, _, old, err := m.cases.Ranking(ctx, payer, rounds0(m))
		m.must(err)
		m.enter("E", "lead", firm, small, "topic=T", "leader=PE", "members="+small+","+lab, twoBills)
		m.do(firm, "E", "enter")
		m.fill("E", payer, "mark=99")
		m.do(payer, "E", "admit")
		_, err = m.cases.CloseRound(ctx, payer, r.ID, old)
		m.want("a ranking that is no longer the one seen", codeOf(err), "casework.round_changed")
		_, ranked, err = m.closeRound(payer)
		m.must(err)
		m.want("closed", m.table(ranked), "E B | A C D")
		for name, want := range map[string]string{"E": "billing", "B": "billing", "A": "denied", "C": "denied", "D": "denied"} {
			m.want(name, m.stage(name), want)
		}
		c := m.get(m.ids["E"])
		if h := c.History[2]; h.Person != payer.Person || h.Role != "clerk" || h.Mandate == "" {
			t.Errorf("who decided: %+v", h)
		}
		// What comes late is ranked by itself, and the places that were given are gone.
		m.enter("F", "lead", firm, small, "topic=T", "leader=PF", "members="+small+","+lab, twoBills)
		m.do(firm, "F", "enter")
		m.fill("F", payer, "mark=100")
		m.do(payer, "F", "admit")
		_, ranked, err = m.closeRound(payer)
		m.must(err)
		m.want("late", m.table(ranked), " | F")
		r, _, _, err = m.cases.Ranking(ctx, payer, r.ID)
		m.must(err)
		if len(r.Closings) != 2 || r.Closings[0].Taken != 2 || !r.Closings[0].Over {
			t.Errorf("closings %+v", r.Closings)
		}
		closed, err := m.cases.Closed(ctx, payer, r.ID, r.Closings[0].ID)
		m.must(err)
		m.want("as it was closed", m.table(closed), "E B | A C D")
	})
}

func rounds0(m *made) string {
	m.t.Helper()
	all, err := m.cases.Rounds(context.Background(), payer)
	m.must(err)
	return all[0].ID
}

func TestARoundPaysWhileTheMoneyLastsAndItsDecisionIsWholeHoweverManyCasesThereAre(t *testing.T) {
	budget := map[string]unit.Fen{"340000/batch/2026": 6_000_00}
	for _, pieces := range []int{200, 2} {
		t.Run(fmt.Sprintf("%d at once", pieces), func(t *testing.T) {
			eachMade(t, []string{"batch"}, budget, func(t *testing.T, m *made) {
				m.cases.Pieces(pieces, pieces)
				ctx := context.Background()
				for i, asked := range []string{"1000", "5000", "900", "2200", "4000", "100"} {
					name := string(rune('A' + i))
					m.enter(name, "batch", firm, small, "asked="+asked)
					m.want(name, m.do(firm, name, "enter"), "waiting")
				}
				m.h.move(20 * 24 * time.Hour)
				_, ranked, err := m.closeRound(payer)
				m.must(err)
				// 100, 900, 1000 and 2200 are 4200; the next asks for 4000 and is capped at 3000.
				m.want("ranking", m.table(ranked), "F C A D | E B")
				if pieces < 6 {
					m.want("decided, and nothing of it can be taken by others", m.balance("340000/batch/2026"), "6,000.00 held 4,200.00")
					m.want("a case that is decided about", m.do(firm, "A", "leave"), "casework.round_closing")
					for n := 0; n < 3; n++ { // the node may be stopped between any two pieces
						m.use(pack(t, "batch"))
						m.cases.Pieces(pieces, pieces)
						m.tick()
						if n == 0 {
							m.want("first", m.stage("F"), "chosen")
							m.want("last", m.stage("B"), "waiting")
							m.want("still all of it", m.balance("340000/batch/2026"), "6,000.00 held 4,200.00")
						}
					}
					m.tick()
				}
				for name, want := range map[string]string{"F": "chosen", "C": "chosen", "A": "chosen", "D": "chosen", "E": "denied", "B": "denied"} {
					m.want(name, m.stage(name), want)
				}
				m.want("held", m.balance("340000/batch/2026"), "6,000.00 held 4,200.00")
				m.want("who decided does not pay", m.do(who("payer", "voucher_finance", "340000", ""), "F", "pay"), "casework.same_person")
				m.want("paid", m.do(finance, "F", "pay"), "paid")
				m.want("paid", m.balance("340000/batch/2026"), "5,900.00 held 4,100.00")
				rounds, err := m.cases.Rounds(ctx, payer)
				m.must(err)
				if len(rounds) != 1 || rounds[0].Waiting != 0 || !rounds[0].Closings[0].Over || rounds[0].Closings[0].Done != 6 {
					t.Errorf("%+v", rounds)
				}
			})
		})
	}
}
