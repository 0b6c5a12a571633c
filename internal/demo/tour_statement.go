package demo

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/unit"
)

// By how many days the clock is moved at once so that the month of the payments has ended, and at most.
const (
	monthRuns = 14
	monthMax  = 60
)

type statementAnswer struct {
	ID          string   `json:"id"`
	State       string   `json:"state"`
	Digest      string   `json:"digest"`
	Differences int      `json:"differences"`
	Signed      []string `json:"signed"`
	Leaf        string   `json:"leaf"`
	Totals      struct {
		Orders int64    `json:"orders"`
		Paid   unit.Fen `json:"paid_sum"`
		Back   unit.Fen `json:"back_sum"`
	} `json:"totals"`
	Named []struct {
		Order string `json:"order"`
		Field string `json:"field"`
		Payer string `json:"payer"`
		Host  string `json:"host"`
	} `json:"named"`
}

type statementsAnswer struct {
	Statements []statementAnswer `json:"statements"`
	Open       []struct {
		Host   string `json:"host"`
		Period string `json:"period"`
	} `json:"open"`
}

// statement is the month between Anhui, which paid, and Shanghai, whose laboratory served: the laboratory records one bill rightly
// and one with a digit too few, both sides compute and compare, the wrong one is named, and an officer of each signs.
func (t *tour) statement(ctx context.Context) error {
	closer, err := signIn(ctx, t.at(Anhui), "release@anhui.example")
	if err != nil {
		return err
	}
	var all statementsAnswer
	list := func() error { return closer.get(ctx, "/api/v1/statements?way=paid&node="+Shanghai, &all) }
	if err := list(); err != nil {
		return err
	}
	if len(all.Statements) == 0 {
		if err := t.recordBills(ctx); err != nil {
			return err
		}
		period, days := "", 0
		for period == "" && days < monthMax { // no further than needed: drafts of the tour would lapse
			step := 1
			if days == 0 {
				step = monthRuns
			}
			days += step
			if err := nobody(t.at(Anhui)).post(ctx, "/api/v1/demo/clock", "", map[string]any{"days": step}, nil); err != nil {
				return err
			}
			if closer, err = signIn(ctx, t.at(Anhui), "release@anhui.example"); err != nil {
				return err
			}
			if err := list(); err != nil {
				return err
			}
			for _, o := range all.Open {
				if o.Host == Shanghai {
					period = o.Period
				}
			}
		}
		t.say("the clock was moved forward by %d days: %s has ended", days, period)
		var made statementAnswer
		if err := closer.post(ctx, "/api/v1/statements", "", map[string]any{"host": Shanghai, "period": period}, &made); err != nil {
			return err
		}
		all.Statements = append(all.Statements, made)
	}
	id := all.Statements[0].ID
	var here statementAnswer
	if err := wait(ctx, func() (bool, error) {
		err := closer.get(ctx, "/api/v1/statements/"+id, &here)
		return here.Digest != "", err
	}); err != nil {
		return fmt.Errorf("the other side's lines: %w", err)
	}
	for _, d := range here.Named {
		t.say("order %s, %s: Anhui says %q, Shanghai says %q", d.Order, d.Field, d.Payer, d.Host)
	}
	for _, side := range []struct{ node, email string }{{Anhui, "finance@anhui.example"}, {Shanghai, "finance@shanghai.example"}} {
		who, err := signIn(ctx, t.at(side.node), side.email)
		if err != nil {
			return err
		}
		var there statementAnswer
		if err := wait(ctx, func() (bool, error) {
			err := who.get(ctx, "/api/v1/statements/"+id, &there)
			return there.Digest != "", err
		}); err != nil {
			return err
		}
		if err := want(there.Digest == here.Digest, "the two sides hold different texts"); err != nil {
			return err
		}
		err = who.post(ctx, "/api/v1/statements/"+id+"/sign", "", map[string]any{"digest": there.Digest}, nil)
		if err != nil && codeOf(err) != "statement.signed" {
			return err
		}
	}
	if err := wait(ctx, func() (bool, error) {
		err := closer.get(ctx, "/api/v1/statements/"+id, &here)
		return here.State == "signed", err
	}); err != nil {
		return err
	}
	t.say("%s/statements/%s: signed by both, digest %s", t.at(Anhui), id, here.Digest)
	t.say("%d orders without a difference, %s yuan paid; leaf %s", here.Totals.Orders, here.Totals.Paid, here.Leaf)
	billed := false
	for _, d := range here.Named {
		billed = billed || d.Field == "billed" && d.Payer == "48000.00" && d.Host == "4800.00"
	}
	return want(billed && here.Differences == 1 && here.Leaf != "" && here.Totals.Paid > 0, "the planted difference is not the one that is named: %+v", here)
}

// recordBills is the laboratory, in its own node, entering what it billed for the orders that came by letter.
func (t *tour) recordBills(ctx context.Context) error {
	lab, err := signIn(ctx, t.at(Shanghai), "lab@shanghai.example")
	if err != nil {
		return err
	}
	var mine struct {
		Services []struct {
			Order string `json:"order"`
			State string `json:"state"`
		} `json:"services"`
	}
	if err := wait(ctx, func() (bool, error) {
		err := lab.get(ctx, "/api/v1/services", &mine)
		paid := 0
		for _, x := range mine.Services {
			if x.State == "paid" {
				paid++
			}
		}
		return paid >= 2, err
	}); err != nil {
		return fmt.Errorf("both orders at the laboratory's node: %w", err)
	}
	for _, x := range mine.Services {
		billed := "4800" // of 48000: a digit too few
		if x.Order == t.orderNo {
			billed = t.price
		}
		if err := lab.post(ctx, "/api/v1/services", "", map[string]any{"payer": Anhui, "order": x.Order, "billed": billed}, nil); err != nil {
			return err
		}
		t.say("%s/services: the laboratory records %s yuan for order %s", t.at(Shanghai), billed, x.Order)
	}
	// What is recorded after the month was cut off stands in the next one, so both letters are let arrive first.
	admin, err := signIn(ctx, t.at(Shanghai), "admin@shanghai.example")
	if err != nil {
		return err
	}
	return wait(ctx, func() (bool, error) {
		csv, err := admin.text(ctx, "/letters?state=waiting&kind=statement&format=csv")
		return strings.Count(string(csv), "\n") == 1, err
	})
}
