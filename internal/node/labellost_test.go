package node_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/ledger"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// TestANeighbourTakesBackALabelThatABenefitRestsOn: a firm of Anhui has a benefit by a label of Shanghai that Anhui's list recognises under
// another name. Shanghai takes the label back; Anhui hears of it from the log, tells, and the scheme suspends the payment as it does for
// a label of its own.
func TestANeighbourTakesBackALabelThatABenefitRestsOn(t *testing.T) {
	t.Run("as it comes", func(t *testing.T) { labelTakenBack(t, false, "high_tech") })
	t.Run("the registry is behind the log", func(t *testing.T) { labelTakenBack(t, true, "high_tech") })
	t.Run("after another that stood beside it", func(t *testing.T) { labelTakenBack(t, false, "little_giant", "high_tech") })
}

// held is a way to the neighbour on which public records wait until something is closed.
type held struct {
	http.RoundTripper
	until chan struct{}
}

func (h held) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/log/records" {
		select {
		case <-h.until:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return h.RoundTripper.RoundTrip(r)
}

// labelTakenBack plays it. Where behind, Anhui's registry has written nothing of the label down when the log says that it is gone:
// rules ask the log, and the benefit rests on the label all the same. Of several labels that the list recognises the firm stands on it until
// the last was taken back.
func labelTakenBack(t *testing.T, behind bool, labels ...string) {
	records := make(chan struct{})
	packs, err := node.Packs()
	if err != nil {
		t.Fatal(err)
	}
	began, opens := time.Now(), time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)
	here, there := pairOn(t, func() string { return "" }, func(c *node.Config) {
		c.Schemes, c.Now = node.PacksOf(packs, c.Node.Code), func() time.Time { return opens.Add(time.Since(began)) }
		if behind && c.Node.Code == "340000" {
			c.Carry = func(next http.RoundTripper) http.RoundTripper { return held{next, records} }
		}
	})
	ctx := t.Context()
	firm, since := mustCode(t, "91340100MA0DEMQ", 0), unit.Date(2026, time.January, 20)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []*node.Node{here, there} {
		must(n.DB.Act(ctx, func(tx *db.Tx) error {
			return n.Registry.Put(ctx, tx, keeper, registry.Org{Code: firm, Name: fault.Words{"虚构企业", "Fictitious firm"}, Kind: "firm", Region: "340100", Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true})
		}))
	}
	must(here.DB.Act(ctx, func(tx *db.Tx) error {
		for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true, registry.Untrustworthy: false} {
			if err := here.Registry.PutMark(ctx, tx, keeper, firm, m, is, since, "test"); err != nil {
				return err
			}
		}
		const treasury, budget = "340000/treasury", "340000/instant-benefit/2026/budget"
		for _, a := range []ledger.Account{{Path: treasury, Asset: "CNY"}, {Path: budget, Asset: "CNY", Floor: true}} {
			if err := here.Ledger.Open(ctx, tx, a); err != nil {
				return err
			}
		}
		_, err := here.Ledger.Apply(ctx, tx, ledger.Transfer{ID: "budget", Kind: ledger.Post, Debit: treasury, Credit: budget, Amount: 1_000_000_00})
		return err
	}))
	for _, label := range labels {
		var l registry.Label
		must(there.DB.Act(ctx, func(tx *db.Tx) (err error) {
			l, err = there.Registry.IssueLabel(ctx, tx, keeper, registry.Label{Org: firm, Label: label, Issuer: "310000.science", Since: since})
			return err
		}))
		_, err = there.Federation.Certify(ctx, clerk(firm), access.Scope{Org: firm, Region: "340100"}, l.ID, federation.Certificate{Org: firm, Label: l.Label, Issuer: l.Issuer, Since: l.Since,
			Holder: fault.Words{"虚构企业", "Fictitious firm"}, Title: fault.Words{"示范资质", "Demo label"}})
		must(err)
		r, err := here.Federation.Propose(ctx, officer("science", "science"), federation.Recognition{List: "tech_sme", Kind: "label", From: "310000", What: label, Since: since})
		must(err)
		must(here.Federation.DecideRecognition(ctx, officer("head", "head"), r.ID, true))
	}
	certified := func(ended int) func() bool {
		return func() bool {
			n, over := 0, 0
			must(here.DB.Read(ctx, func(tx *db.Tx) error {
				all, err := here.Federation.Certificates(ctx, tx, firm)
				n, over = len(all), 0
				for _, c := range all {
					if c.Ended.Valid() {
						over++
					}
				}
				return err
			}))
			return n == len(labels) && over == ended
		}
	}
	entered := func(n int) func() bool {
		return func() (there bool) {
			must(here.DB.Read(ctx, func(tx *db.Tx) error {
				all, err := here.Registry.LabelsAbroad(ctx, tx, firm)
				there = len(all) == n
				return err
			}))
			return there
		}
	}
	eventually(t, "the log does not say that the labels are there", certified(0))
	if !behind {
		eventually(t, "the labels are not in the registry", entered(len(labels)))
	}

	c, err := here.Cases.Create(ctx, clerk(firm), "instant-benefit", firm, "")
	must(err)
	_, err = here.Cases.Save(ctx, clerk(firm), c.ID, 0, map[string]string{"account": "中国虚构银行6222021234567890"})
	must(err)
	_, err = here.Cases.Act(ctx, clerk(firm), c.ID, casework.Action{Name: "submit"})
	must(err)
	_, err = here.Cases.Act(ctx, officer("review", "benefit_review"), c.ID, casework.Action{Name: "approve"})
	must(err)
	revoke := func(label string) {
		must(there.DB.Act(ctx, func(tx *db.Tx) error {
			return there.Registry.RevokeLabel(ctx, tx, keeper, firm, label, there.Registry.Today(tx))
		}))
	}
	stage := func() string {
		_, err := here.Cases.Tick(context.Background())
		must(err)
		got, err := here.Cases.Get(ctx, clerk(firm), c.ID)
		must(err)
		return got.Stage
	}
	for i, label := range labels[:len(labels)-1] {
		revoke(label)
		eventually(t, "the log does not say that a label is gone", certified(i+1))
		eventually(t, "the registry does not say that a label is gone", entered(len(labels)-i-1))
		at := stage()
		if lost, err := here.Cases.LostLabels(ctx, clerk(firm), c.ID); at != "approved" || err != nil || len(lost) > 0 {
			t.Errorf("a label that another stands beside was lost: %s, %+v, %v", at, lost, err)
		}
	}
	revoke(labels[len(labels)-1])
	eventually(t, "the log does not say that the label is gone", certified(len(labels)))
	close(records)
	eventually(t, "the payment was not suspended", func() bool { return stage() == "suspended" })
	lost, err := here.Cases.LostLabels(ctx, clerk(firm), c.ID)
	if err != nil || len(lost) != 1 || lost[0].Label != "tech_sme" || lost[0].Stage[1] != "to be paid" {
		t.Errorf("what was lost is %+v, %v", lost, err)
	}
}
