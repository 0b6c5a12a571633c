package casework_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// staffed enters organisations of Anhui with so many people; with none, their figures are not known.
func (m *made) staffed(n int, staff int64) (codes []string) {
	m.t.Helper()
	ctx := context.Background()
	filed := unit.Date(2026, time.January, 20)
	m.must(m.db.Act(ctx, func(tx *db.Tx) error {
		for i := range n {
			code := fmt.Sprintf("local:T%d-%d", staff, i)
			codes = append(codes, code)
			if err := m.reg.Put(ctx, tx, admin, registry.Org{Code: code, Name: fault.Words{"虚构团队" + code, "Fictitious " + code}, Kind: "firm",
				Region: "340100", Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true}); err != nil {
				return err
			}
			if err := m.reg.PutMark(ctx, tx, admin, code, registry.Operating, true, filed, "test"); err != nil {
				return err
			}
			if staff == 0 {
				continue
			}
			if err := m.reg.PutYear(ctx, tx, admin, code, registry.YearFacts{Year: 2025, Staff: staff, Source: "test", Filed: filed}); err != nil {
				return err
			}
		}
		return nil
	}))
	return codes
}

func TestAStartOpensOneCaseForEachThatPassesHoweverOftenTheNodeIsStopped(t *testing.T) {
	eachMade(t, []string{"care"}, nil, func(t *testing.T, m *made) {
		ctx := context.Background()
		m.cases.Pieces(2, 2)
		m.staffed(5, 20)
		m.staffed(3, 900)
		unknown := m.staffed(2, 0)
		m.tick()
		starts, err := m.cases.Starts(ctx, payer)
		m.must(err)
		if len(starts) != 1 || starts[0].ID != "" {
			t.Fatalf("before its day: %+v", starts)
		}
		m.h.move(10 * 24 * time.Hour) // the node was down on the day
		for range 3 {                 // and is stopped after every piece
			m.use(pack(t, "care"))
			m.cases.Pieces(2, 2)
			m.tick()
		}
		for m.tick() > 0 {
		}
		m.use(pack(t, "care"))
		m.tick()
		starts, err = m.cases.Starts(ctx, payer)
		m.must(err)
		// Of the world's three organisations one is small and in Anhui, one large, one elsewhere.
		if len(starts) != 1 || starts[0].Opened != 6 || starts[0].Failed != 4 || starts[0].Waits != 2 || starts[0].Done.IsZero() || !starts[0].May {
			t.Fatalf("%+v", starts)
		}
		per := map[string]int{}
		all, total, err := m.cases.List(ctx, all, casework.Filter{Scheme: "care"})
		m.must(err)
		for _, c := range all {
			per[c.Org]++
			if c.Stage != "offered" || per[c.Org] != 1 {
				t.Errorf("%s has %d cases, the last in %s", c.Org, per[c.Org], c.Stage)
			}
		}
		if total != 6 {
			t.Errorf("%d cases, want 6", total)
		}
		id := starts[0].ID
		_, waits, n, err := m.cases.Start(ctx, payer, id, "", 1)
		m.must(err)
		if n != 2 || waits[0].Org != unknown[0] || len(waits[0].Answers) == 0 || waits[0].Answers[0].Need != "small" {
			t.Errorf("%d unknown: %+v", n, waits)
		}
		for _, x := range []struct {
			what, org, reason string
			a                 string
			open              bool
			want              string
		}{
			{"without a reason", unknown[0], " ", "", true, "casework.reason_missing"},
			{"who does not act there", unknown[0], "x", "finance", true, "casework.start_not_yours"},
			{"an organisation that is not on the list", large, "x", "", true, "casework.start_unknown"},
			{"opened by hand", unknown[0], "电话核实", "", true, ""},
			{"twice", unknown[0], "电话核实", "", true, "casework.start_decided"},
			{"dismissed", unknown[1], "已注销", "", false, ""},
		} {
			a := payer
			if x.a == "finance" {
				a = finance
			}
			_, err := m.cases.DecideStart(ctx, a, id, x.org, x.open, x.reason)
			m.want(x.what, codeOf(err), x.want)
		}
		_, opened, n, err := m.cases.Start(ctx, payer, id, "opened", 1)
		m.must(err)
		if n != 7 {
			t.Errorf("%d opened, want 7", n)
		}
		for _, x := range opened {
			if x.Org == unknown[0] && (x.By != payer.Name || m.get(x.Case).Org != unknown[0]) {
				t.Errorf("by hand: %+v", x)
			}
		}
		if st, _, _, err := m.cases.Start(ctx, stranger, id, "", 1); codeOf(err) != "casework.start_unknown" {
			t.Errorf("an office of another jurisdiction sees %+v, %v", st, err)
		}
	})
}

func TestAYearlyClockRingsInItsYearAndAWeeklyOneOnceHoweverLongTheNodeWasDown(t *testing.T) {
	eachMade(t, []string{"care", "watch"}, nil, func(t *testing.T, m *made) {
		ctx := context.Background()
		m.enter("W", "watch", firm, small)
		m.want("begin", m.do(firm, "W", "begin"), "open")
		rang := func(name, action string) (n int) {
			for _, h := range m.get(m.ids[name]).History {
				if h.Action == action {
					n++
				}
			}
			return n
		}
		for _, x := range []struct {
			days, want int
		}{{0, 1}, {1, 1}, {5, 1}, {1, 2}, {6, 2}, {1, 3}, {40, 4}, {0, 4}} { // it is Monday, 2 March; a Monday counts to its end
			m.h.move(time.Duration(x.days) * 24 * time.Hour)
			if x.days == 0 && x.want == 1 {
				m.h.move(14 * time.Hour) // Tuesday begins
			}
			for range 3 {
				m.tick()
			}
			if list, _, err := m.cases.List(ctx, firm, casework.Filter{Scheme: "care"}); err == nil && len(list) > 0 && m.ids["C"] == "" {
				m.ids["C"] = list[0].ID
				m.want("accept", m.do(firm, "C", "accept"), "taken")
			}
			if got := rang("W", "remind"); got != x.want {
				t.Fatalf("%d days on: rang %d times, want %d", x.days, got, x.want)
			}
		}
		m.h.move(200 * 24 * time.Hour)
		m.tick()
		m.want("in autumn", m.stage("C"), "taken")
		m.h.move(70 * 24 * time.Hour)
		m.tick()
		m.want("the year is over", m.stage("C"), "checking")
		m.want("keep", m.do(payer, "C", "keep"), "taken")
		m.tick()
		m.want("not twice in a year", m.stage("C"), "taken")
		m.h.move(350 * 24 * time.Hour)
		m.tick()
		m.want("the next year", m.stage("C"), "checking")
	})
}
