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
	"corridor/internal/db/measure"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// declare enters a tie of an expert as he or she does it.
func (j *jury) declare(name, org, kind string, until unit.Day) error {
	return j.db.Act(context.Background(), func(tx *db.Tx) error {
		_, err := j.looks.reg.DeclareTie(context.Background(), tx, j.who[name], registry.ExpertTie{Org: org, Kind: kind, Since: unit.Date(2025, 1, 1), Until: until})
		return err
	})
}

// TestADeclaredTieKeepsAnExpertOutOfTheDraw while it lasts, and the reason is kept; nobody declares for another.
func TestADeclaredTieKeepsAnExpertOutOfTheDraw(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury(clean)
		l.must(j.declare("a1", small, "coauthor", 0))
		l.must(j.declare("b1", small, "employer", unit.Date(2025, 12, 31)))
		code(t, j.declare("c1", small, "rumour", 0), "registry.tie_kind")
		code(t, j.declare("c1", "91340100MA0NOBODY0", "paid", 0), "registry.expert_unit")
		j.who["firm"] = firm
		code(t, j.declare("firm", small, "paid", 0), "registry.tie_own")
		c := j.do("window", j.proposal(""), "seat")
		why := map[unit.ID]string{}
		for _, x := range j.draws("boss", c)[0].Lots {
			for _, k := range x.Kept {
				why[x.Person] += k.Why + " " + k.Note
			}
		}
		if got := why[j.who["a1"].Person]; got != "declared coauthor" {
			t.Errorf("a1 is left out for %q", got)
		}
		if got := why[j.who["b1"].Person]; got != "" {
			t.Errorf("b1, whose tie is over, is left out for %q", got)
		}
		experts, person := registry.Experts{Registry: j.looks.reg}, j.who["a1"].Person
		l.must(j.db.Act(context.Background(), func(tx *db.Tx) error {
			before, err := experts.AboutPerson(context.Background(), tx, person)
			l.must(err)
			kept, err := experts.ErasePerson(context.Background(), tx, person)
			l.must(err)
			after, err := experts.AboutPerson(context.Background(), tx, person)
			l.must(err)
			if said := fmt.Sprint(before, after); !strings.Contains(said, "coauthor") || strings.Contains(fmt.Sprint(after), "coauthor") || len(kept) != 1 {
				t.Errorf("of an expert is told and kept: %v %v", said, kept)
			}
			return nil
		}))
	})
}

// TestThePanelIsLookedAtBeforeItIsDrawn says for each proposal how many are free and why others are not; and draws nobody.
func TestThePanelIsLookedAtBeforeItIsDrawn(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury(clean + "\nown " + small + " physics")
		j.proposal("")
		for _, name := range []string{"a1", "a2", "b1", "c1", "d1"} {
			l.must(j.declare(name, small, "paid", 0))
		}
		all, err := j.cases.Panels(context.Background(), l.actor("window"), "panel")
		l.must(err)
		if len(all) != 1 || all[0].All != 8 || all[0].Free != 2 || !all[0].Short || all[0].Why["declared"] != 5 || all[0].Why["unit"] != 1 {
			t.Errorf("looked at: %+v", all)
		}
		for _, who := range []access.Actor{firm, j.who["e1"]} {
			if all, err := j.cases.Panels(context.Background(), who, ""); err != nil || len(all) != 0 {
				t.Errorf("%s looks at %d: %v", who.Name, len(all), err)
			}
		}
	})
}

// TestTheMinutesTellHowFarScoresLieApart and which do not count, to whoever may read the opinions and only when all are in.
func TestTheMinutesTellHowFarScoresLieApart(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury(clean)
		c := j.do("window", j.proposal(""), "seat")
		seated := j.seated(c)
		l.must(j.judge(seated[0], c, "60"))
		minutes := func(who access.Actor) casework.AskMinutes {
			m, err := j.cases.Minutes(context.Background(), who, c.ID)
			l.must(err)
			return m.Asks[0]
		}
		if m := minutes(l.actor("boss")); m.Spread.Known() || m.Lines[0].Score.Known() {
			t.Errorf("before all are in the minutes say %+v", m)
		}
		l.must(j.judge(seated[1], c, "80"))
		l.must(j.judge(seated[2], c, "90"))
		m := minutes(l.actor("boss"))
		got := fmt.Sprint(m.Lowest, m.Highest, m.Spread, m.Deviation, m.Score, m.Owed)
		if got != "60 90 30 12.47 80 2,400.00" {
			t.Errorf("lowest, highest, spread, deviation, score, owed: %s", got)
		}
		for i, want := range []bool{true, false, true} {
			if m.Lines[i].LeftOut != want {
				t.Errorf("the score of seat %d is left out: %v", i+1, m.Lines[i].LeftOut)
			}
		}
		if apart := m.Lines[0].Apart.String(); apart != "-20" {
			t.Errorf("seat 1 lies %s from the mean", apart)
		}
		for _, x := range minutes(firm).Lines {
			if x.ID != "" || x.Name[0] != "" {
				t.Errorf("the firm is told who sat: %v", x.Name)
			}
		}
	})
}

// TestAnExpertReadsTheirOwnRecord: what was asked, answered, declined, and what is owed by the year.
func TestAnExpertReadsTheirOwnRecord(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		j := l.jury(clean)
		c := j.do("window", j.proposal(""), "seat")
		seated := j.seated(c)
		l.must(j.judge(seated[0], c, "70"))
		l.must(j.strike(j.who[seated[1]], c, "", "declined", "出国"))
		h.move(30 * 24 * time.Hour)
		record := func(name string) casework.ExpertRecord {
			r, err := j.cases.Record(context.Background(), j.who[name], 1)
			l.must(err)
			return r
		}
		if r := record(seated[0]); r.Total != 1 || r.Answered != 1 || r.Late != 0 || len(r.Fees) != 1 || r.Fees[0] != (casework.YearFee{Year: 2026, Answers: 1, Fee: 800_00}) || r.Seats[0].No != c.No {
			t.Errorf("who answered: %+v", r)
		}
		if r := record(seated[1]); r.Total != 1 || r.Off != 1 || r.Answered != 0 || len(r.Fees) != 0 {
			t.Errorf("who declined: %+v", r)
		}
		if r := record(seated[2]); r.Waits != 1 || r.Late != 1 {
			t.Errorf("who is late: %+v", r)
		}
		if _, err := j.cases.Record(context.Background(), access.Actor{}, 1); fault.CodeOf(err) != "access.sign_in" {
			t.Errorf("a stranger: %v", err)
		}
	})
}

// BenchmarkPanel looks at a panel of 500 proposals, each of another organisation with a partner, and 60 experts of 40
// organisations: who is tied to whom by registry, declarations, accounts and cases of the last years, and lots for each.
func BenchmarkPanel(b *testing.B) {
	benchEach(b, func(b *testing.B, w *world, _ string) {
		j := w.looks("panel.yaml").wide(60, 40, 500)
		before := measure.CPU()
		for b.Loop() {
			all, err := j.cases.Panels(context.Background(), j.actor("window"), "panel")
			w.must(err)
			if len(all) != 500 || all[0].Short || all[0].Free == 60 {
				b.Fatalf("%d proposals, first %+v", len(all), all[0])
			}
		}
		b.ReportMetric((measure.CPU()-before).Seconds()/float64(b.N), "cpu-s/op")
	})
}

// wide enters experts of so many organisations, and a proposal of each of so many others.
func (l *looks) wide(experts, units, proposals int) *jury {
	l.t.Helper()
	ctx, lines := context.Background(), ""
	for i := range experts {
		lines += fmt.Sprintf("\nx%d local:u%d physics", i, i%units)
	}
	j := l.jury(lines)
	for i := range proposals {
		org := fmt.Sprintf("local:p%d", i)
		l.must(l.db.Act(ctx, func(tx *db.Tx) error {
			return l.reg.Put(ctx, tx, admin, registry.Org{Code: org, Name: fault.Words{org, org}, Kind: "firm", Region: "340100", Home: "340000", Synthetic: true})
		}))
		a := who(org, "org_admin", "", org)
		c, err := j.cases.Create(ctx, a, "panel", org, "")
		l.must(err)
		_, err = j.cases.Save(ctx, a, c.ID, 0, map[string]string{"topic": "physics", "idea": "构想", "partner": fmt.Sprintf("local:u%d", i%units)})
		l.must(err)
		_, err = j.cases.Act(ctx, a, c.ID, casework.Action{Name: "hand_in"})
		l.must(err)
	}
	return j
}
