package node_test

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/ledger"
	"corridor/internal/unit"
)

// payingAll and releasingAll are the payment officers of both schemes that are paid here.
var (
	payingAll    = also(maker, "benefit_finance")
	releasingAll = also(releaser, "benefit_finance")
)

func also(a access.Actor, role string) access.Actor {
	a.Grants = append(a.Grants[:len(a.Grants):len(a.Grants)], access.Grant{Role: role, Region: "340000"})
	return a
}

// benefitWithBank brings an instant benefit to where it waits to be paid and gives it to the bank; it says by which reference.
func (t *treasury) benefitWithBank(name string) (ref string) {
	t.Helper()
	ctx := context.Background()
	const budget = "340000/instant-benefit/2026/budget"
	t.must(t.DB.Act(ctx, func(tx *db.Tx) error {
		if err := t.Ledger.Open(ctx, tx, ledger.Account{Path: budget, Asset: "CNY", Floor: true}); err != nil {
			return err
		}
		_, err := t.Ledger.Apply(ctx, tx, ledger.Transfer{ID: "benefits", Kind: ledger.Post, Debit: "340000/treasury", Credit: budget, Amount: 1_000_000_00})
		return err
	}))
	firm := t.firms[0]
	c, err := t.Cases.Create(ctx, clerk(firm), "instant-benefit", firm, "")
	t.must(err)
	t.cases[name] = c.ID
	t.save(clerk(firm), name, map[string]string{"account": "中国虚构银行6222021234567890"})
	t.act(clerk(firm), name, "submit", "", nil)
	t.act(officer("review", "benefit_review"), name, "approve", "", nil)
	return t.toBank(name)
}

// toBank puts a case on a list alone and releases it.
func (t *treasury) toBank(name string) (ref string) {
	t.Helper()
	ctx := context.Background()
	l, err := t.Payments.Make(ctx, payingAll, []unit.ID{t.cases[name]}, "")
	t.must(err)
	t.must(t.Payments.Close(ctx, payingAll, l.ID))
	t.must(t.Payments.Release(ctx, releasingAll, l.ID))
	l, err = t.Payments.List(ctx, payingAll, l.ID)
	t.must(err)
	return l.Lines[0].Ref()
}

// loses takes the label of the firm back, and lets the node go on until nothing more follows from it.
func (t *treasury) loses(firm string) {
	t.Helper()
	ctx := context.Background()
	t.must(t.DB.Act(ctx, func(tx *db.Tx) error {
		return t.Registry.RevokeLabel(ctx, tx, keeper, firm, "tech_sme", t.Registry.Today(tx))
	}))
	_, err := t.Cases.Tick(ctx)
	t.must(err)
}

// bankSays takes one line of the bank.
func (t *treasury) bankSays(line, want string) {
	t.Helper()
	rep, err := t.Payments.TakeAnswers(context.Background(), payingAll, "answers.csv", []byte("付款编号,状态,金额（元）,原因\n"+strings.ReplaceAll(line, "|", ",")+"\n"), false)
	t.must(err)
	t.says(rep, want)
}

func (t *treasury) try(a access.Actor, name, action string) error {
	_, err := t.Cases.Act(context.Background(), a, t.cases[name], casework.Action{Name: action, Reason: "理由"})
	return err
}

// TestWhatWaitsForTheBankIsNotTakenBeforeItsAnswer: the label of a firm goes while the bank has the payment. The case stays until the
// bank has said what became of it, is booked as the bank says, and only then goes the way that the lost label asks for.
func TestWhatWaitsForTheBankIsNotTakenBeforeItsAnswer(t *testing.T) {
	t.Run("paid", func(t *testing.T) {
		eachTreasury(t, func(t *treasury) {
			ref := t.benefitWithBank("I")
			t.loses(t.firms[0])
			if got := t.stage("I"); got != "approved" {
				t.Errorf("while the bank has the payment the case went to %s", got)
			}
			t.refused("casework.with_bank", t.try(payingAll, "I", "mark_paid"))
			firm := t.signedIn("firm@corridor.example", "org_admin", t.firms[0])
			t.page(firm, "/cases/"+string(t.cases["I"]), "款项已交银行，等待回执|The bank has the payment", ref, "登记银行回执之后自动办理|is done when the bank")
			t.bankSays(ref+"|已付|50000|", "taken 1 same 0 bad 0")
			if got, want := t.stage("I")+" "+t.balance("340000/bank"), "in_doubt 50000.00"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if page := t.asks(firm, "GET", "/cases/"+string(t.cases["I"]), 200, "", nil); strings.Contains(page, "等待回执") {
				t.Error("the page still waits for the bank")
			}
			t.must(t.try(officer("head", "head"), "I", "claw_back"))
			t.clean()
		})
	})
	t.Run("returned", func(t *testing.T) {
		eachTreasury(t, func(t *treasury) {
			ref := t.benefitWithBank("I")
			t.loses(t.firms[0])
			t.bankSays(ref+"|退票|50000|户名不符", "taken 1 same 0 bad 0")
			if got := t.stage("I"); got != "suspended" {
				t.Errorf("after the money came back the case is %s", got)
			}
			t.must(t.try(officer("head", "head"), "I", "cancel"))
			t.clean()
		})
	})
	t.Run("by people", func(t *testing.T) {
		eachTreasury(t, func(t *treasury) {
			ctx := context.Background()
			supervisor := officer("supervisor", "voucher_supervise")
			t.confirmed(t.firms[0], account)
			t.approved("A", t.firms[0], "48000")
			ref := t.toBank("A")
			for _, action := range []string{"revoke", "send_back"} {
				t.refused("casework.with_bank", t.try(supervisor, "A", action))
			}
			all, err := t.Cases.Allowed(ctx, supervisor, t.cases["A"])
			t.must(err)
			for _, a := range all {
				if a.Refused == nil || a.Refused.Code != "casework.with_bank" {
					t.Errorf("%s is offered while the bank has the payment: %v", a.Action, a.Refused)
				}
			}
			if len(all) != 2 {
				t.Errorf("the supervisor has %d actions", len(all))
			}
			t.bankSays(ref+"|退票|24000|户名不符", "taken 1 same 0 bad 0")
			t.must(t.try(supervisor, "A", "revoke"))
			if got := t.stage("A"); got != "refused" {
				t.Errorf("after the money came back the case is %s", got)
			}
			t.clean()
		})
	})
}
