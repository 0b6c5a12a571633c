package casework_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/db/measure"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// owed is how many opinions each expert owes.
func (j *jury) owed() (least, most int) {
	j.t.Helper()
	n := map[unit.ID]int{}
	j.must(j.db.Read(context.Background(), func(tx *db.Tx) error {
		_, err := db.Collect(context.Background(), tx, "seats", func(scan func(...any) error) (id unit.ID, err error) {
			err = scan(&id)
			n[id]++
			return id, err
		}, `SELECT seat FROM casework_seat WHERE waiting ORDER BY seat LIMIT 10000`)
		return err
	}))
	least = 1 << 30
	for _, who := range j.who {
		least, most = min(least, n[who.Person]), max(most, n[who.Person])
	}
	return least, most
}

// TestManyAreDrawnInOneGo: the work is about even (nine each on the average), each draw comes out again from its public entry,
// and nobody sits who is tied.
func TestManyAreDrawnInOneGo(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		ctx := context.Background()
		j := l.wide(20, 12, 60)
		plan, err := j.cases.PlanDraws(ctx, j.actor("window"), "panel")
		l.must(err)
		if len(plan) != 1 || len(plan[0].Cases) != 60 || plan[0].Seats != 180 || plan[0].Short != 0 || plan[0].Action != "seat" || plan[0].Most != 30 || plan[0].Experts != 20 {
			t.Fatalf("planned %+v", plan)
		}
		done, err := j.cases.DrawMany(ctx, j.actor("window"), casework.DrawRound{Scheme: "panel"})
		l.must(err)
		if len(done) != 60 {
			t.Fatalf("%d cases", len(done))
		}
		for _, x := range done {
			if x.Refused != nil || x.Stage[1] != "being judged" {
				t.Fatalf("case %s: %v, stands in %s", x.No, x.Refused, x.Stage[1])
			}
			c := j.get("boss", casework.Case{ID: x.ID})
			partner := c.Fields["partner"].Text
			for _, d := range j.draws("boss", c) {
				if len(d.Differ) > 0 || len(d.Lots) != 20 {
					t.Errorf("case %s: %d lots, %v", x.No, len(d.Lots), d.Differ)
				}
				for _, lot := range d.Lots {
					if lot.Unit == partner && lot.Place > 0 {
						t.Errorf("case %s: drawn of the partner's", x.No)
					}
				}
			}
		}
		if least, most := j.owed(); most-least > 5 {
			t.Errorf("one reads %d and another %d", least, most)
		}
		_, err = j.cases.DrawMany(ctx, j.actor("window"), casework.DrawRound{Scheme: "panel"})
		code(t, err, "casework.draw_none")
		_, err = j.cases.DrawMany(ctx, firm, casework.DrawRound{Scheme: "panel"})
		code(t, err, "casework.draw_none")
		l.clean()
	})
}

// TestWhoeverReadsEnoughIsDrawnNoMore: the case for which nobody is left is named with the reasons, and stands as it stood.
func TestWhoeverReadsEnoughIsDrawnNoMore(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		ctx := context.Background()
		j := l.wide(3, 3, 0)
		for range 32 {
			j.proposal("")
		}
		done, err := j.cases.DrawMany(ctx, j.actor("window"), casework.DrawRound{Scheme: "panel", Action: "seat"})
		l.must(err)
		var refused []casework.Batched
		for _, x := range done {
			if x.Refused != nil {
				refused = append(refused, x)
			}
		}
		if len(done) != 32 || len(refused) != 2 {
			t.Fatalf("%d of %d refused", len(refused), len(done))
		}
		for _, x := range refused {
			if say := x.Refused.Sentence(fault.EN); x.Refused.Code != "casework.pool_small" || !strings.Contains(say, "owes more opinions already 3") {
				t.Errorf("case %s is refused with %s", x.No, say)
			}
			c := j.get("window", casework.Case{ID: x.ID})
			if d := j.draws("boss", c); c.Stage != "taken" || len(c.History) != 1 || len(d) != 1 || d[0].Seed != "" {
				t.Errorf("half done: %s, %d steps, %+v", c.Stage, len(c.History), d)
			}
		}
		if plan, err := j.cases.PlanDraws(ctx, j.actor("window"), "panel"); err != nil || len(plan) != 1 || plan[0].Short != 2 || plan[0].Cases[0].Why["busy"] != 3 {
			t.Errorf("afterwards: %v %+v", err, plan)
		}
		if least, most := j.owed(); least != 30 || most != 30 {
			t.Errorf("one reads %d and another %d", least, most)
		}
		l.clean()
	})
}

// BenchmarkDrawMany draws, seats, tells and publishes for 500 proposals, each of another organisation with a partner, out of
// 60 experts of 40 organisations.
func BenchmarkDrawMany(b *testing.B) {
	benchEach(b, func(b *testing.B, w *world, _ string) {
		j := w.looks("panel.yaml").wide(60, 40, 500*b.N)
		before := measure.CPU()
		b.ResetTimer()
		for range b.N {
			done, err := j.cases.DrawMany(context.Background(), j.actor("window"), casework.DrawRound{Scheme: "panel", Action: "seat"})
			w.must(err)
			for _, x := range done {
				if x.Refused != nil {
					b.Fatal(fmt.Sprint(x.No, x.Refused))
				}
			}
			if len(done) != 500 {
				b.Fatalf("%d drawn", len(done))
			}
		}
		b.StopTimer()
		b.ReportMetric((measure.CPU()-before).Seconds()/float64(b.N), "cpu-s/op")
		least, most := j.owed()
		b.ReportMetric(float64(most-least), "apart")
	})
}
