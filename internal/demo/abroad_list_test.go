package demo

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// The list of cases of other nodes is narrowed, sorted and paged alike on every database, and shows each organisation its own.
func TestTheListOfCasesOfOtherNodes(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		ctx := context.Background()
		for i, no := range []string{"34-26-0001-8", "34-26-0002-6", "33-26-0003-1"} {
			x := casework.Shadow{Case: unit.NewID(w.now), Seq: int64(i + 1), Org: Lab, No: no, Title: fault.Words{"券", "voucher"}, Stage: "filed", Words: fault.Words{"已备案", "filed"}, Version: 1, Opened: w.now, Changed: w.now}
			if i == 0 {
				x.Actions = []casework.ShadowAction{{Action: "accept", Words: fault.Words{"接单", "accept"}, Due: w.now.AddDate(0, 0, 3)}}
			}
			if i == 2 {
				x.End = "ended"
			}
			body, err := json.Marshal(x)
			w.must(err)
			for range 2 { // the same again changes nothing
				w.must(w.node.DB.Act(ctx, func(tx *db.Tx) error {
					_, err := w.node.Cases.TakeShadow(ctx, tx, federation.Letter{Peer: no[:2] + "0000", Body: body})
					return err
				}))
			}
		}
		for query, want := range map[string]string{"": "34-26-0001-8 34-26-0002-6 33-26-0003-1", "?state=mine": "34-26-0001-8", "?state=ended": "33-26-0003-1", "?state=open&sort=no": "34-26-0001-8 34-26-0002-6",
			"?home=330000": "33-26-0003-1", "?no=34-26-0002-6": "34-26-0002-6", "?sort=due": "34-26-0001-8", "?sort=opened&page=2": ""} {
			page := w.get(w.client("lab"), "/cases/abroad"+query)
			for _, no := range strings.Fields(want) {
				if !strings.Contains(page, no+"</a>") {
					t.Errorf("%q lacks %s", query, no)
				}
			}
			if n := strings.Count(page, `href="/abroad/`); query != "?sort=due" && n != len(strings.Fields(want)) {
				t.Errorf("%q lists %d cases", query, n)
			}
		}
		if page := w.get(w.client("firm"), "/cases/abroad"); strings.Contains(page, `href="/abroad/`) {
			t.Error("a firm sees the cases of the laboratory")
		}
	})
}
