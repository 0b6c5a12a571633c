package soak

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"corridor/internal/demo"
	"corridor/internal/unit"
)

// What a lead and its payers say of each other, asked of both.

// stands waits until a case stands in a stage.
func (r *payersRun) stands(ctx context.Context, node, id, stage string) error {
	var k caseAnswer
	return every(ctx, func() (bool, error) {
		err := r.as(node, "desk").get(ctx, "/api/v1/cases/"+id, &k)
		return k.Stage == stage, err
	})
}

// shareOf finds the newest case that a topic has in a jurisdiction, once it is opened.
func (r *payersRun) shareOf(ctx context.Context, t *topic, node string) (x *share, err error) {
	err = every(ctx, func() (bool, error) {
		x, err = r.sought(ctx, t, node)
		return x != nil, err
	})
	return x, err
}

func (r *payersRun) sought(ctx context.Context, t *topic, node string) (*share, error) {
	p, err := r.payer(ctx, t, node)
	if err != nil || p.Opening == "" {
		return nil, err
	}
	if was := t.shares[node]; was != nil && was.opening == p.Opening {
		return was, nil
	}
	if node == demo.Anhui {
		t.shares[node] = &share{p.Opening, p.Case}
		return t.shares[node], nil
	}
	var list struct {
		Led []struct {
			Payer string `json:"payer"`
			Lead  struct {
				Opening string `json:"opening"`
			} `json:"lead"`
		} `json:"led"`
	}
	if err := r.as(node, "desk").get(ctx, "/api/v1/payers", &list); err != nil {
		return nil, err
	}
	for _, l := range list.Led {
		if l.Lead.Opening == p.Opening {
			t.shares[node] = &share{p.Opening, l.Payer}
			return t.shares[node], nil
		}
	}
	return nil, nil
}

type payerAnswer struct {
	Opening string `json:"opening"`
	Payer   string `json:"payer"`
	State   string `json:"state"`
	Case    string `json:"case"`
	EN      string `json:"en"`
	Gone    bool   `json:"gone"`
	Owed    bool   `json:"owed"`
}

// payer is how the lead says that a jurisdiction stands, by the newest that it asked of it.
func (r *payersRun) payer(ctx context.Context, t *topic, node string) (last payerAnswer, err error) {
	var all struct {
		Payers []payerAnswer `json:"payers"`
	}
	err = r.as(demo.Anhui, "desk").get(ctx, "/api/v1/cases/"+t.id+"/payers", &all)
	for _, p := range all.Payers { // the oldest first
		if p.Payer == node {
			last = p
		}
	}
	return last, err
}

// ready waits until what comes before a broken step has arrived on both sides, so that only the step itself meets the trouble.
func (r *payersRun) ready(ctx context.Context, t *topic, s topicStep) error {
	if s.action == "ask_payers" {
		return nil
	}
	end, differs := time.Now().Add(payersMost), ""
	return every(ctx, func() (bool, error) {
		for _, x := range sharesOfTopic {
			at, err := r.sought(ctx, t, x.node)
			if err == nil && at != nil {
				differs, err = r.differs(ctx, t, x.node, at)
			}
			if err == nil && (at == nil || differs != "") && time.Now().After(end) {
				err = fmt.Errorf("%s: %s", x.node, differs)
			}
			if err != nil || at == nil || differs != "" {
				return false, err
			}
		}
		return true, nil
	})
}

type leadAnswer struct {
	Lead *struct {
		Stage  string `json:"stage"`
		Gone   bool   `json:"gone"`
		Payers []struct {
			Payer string `json:"payer"`
			State string `json:"state"`
		} `json:"payers"`
	} `json:"lead"`
}

// differs says what the lead and a payer say differently of each other; "" is nothing.
func (r *payersRun) differs(ctx context.Context, t *topic, node string, at *share) (string, error) {
	var lead, payer caseAnswer
	var led leadAnswer
	p, err := r.payer(ctx, t, node)
	if err := errors.Join(err, r.as(demo.Anhui, "desk").get(ctx, "/api/v1/cases/"+t.id, &lead), r.as(node, "desk").get(ctx, "/api/v1/cases/"+at.id, &payer),
		r.as(node, "desk").get(ctx, "/api/v1/cases/"+at.id+"/lead", &led)); err != nil {
		return "", err
	}
	if led.Lead == nil {
		return "the payer's case knows no lead", nil
	}
	told := ""
	for _, x := range led.Lead.Payers {
		if x.Payer == node {
			told = x.State
		}
	}
	switch {
	case p.Owed || p.Case != at.id:
		return fmt.Sprintf("the lead has %+v", p), nil
	case led.Lead.Stage != lead.Stage:
		return "the lead stands in " + lead.Stage + ", the payer has " + led.Lead.Stage, nil
	case told != p.State || led.Lead.Gone != p.Gone:
		return "the lead has " + p.State + " of the payer, which was told " + told, nil
	}
	return "", nil
}

// agree waits until both sides stand as a step wants and say the same of each other, mending once the other side has done its part;
// what they came to instead is said.
func (r *payersRun) agree(ctx context.Context, t *topic, s topicStep, way *between, reached mend) (instead string, err error) {
	for end := time.Now().Add(payersMost); time.Now().Before(end); {
		var lead, payer caseAnswer
		var led leadAnswer
		at, err := r.sought(ctx, t, demo.Shanghai)
		if err == nil && at != nil {
			err = errors.Join(r.as(demo.Anhui, "desk").get(ctx, "/api/v1/cases/"+t.id, &lead), r.as(demo.Shanghai, "desk").get(ctx, "/api/v1/cases/"+at.id, &payer),
				r.as(demo.Shanghai, "desk").get(ctx, "/api/v1/cases/"+at.id+"/lead", &led))
		}
		if err != nil {
			return "", err
		}
		there := lead.Stage == s.lead && payer.Stage == s.payer // the act was taken on one side: the other has done its part
		if way.to.name == demo.Shanghai {
			there = there && led.Lead != nil && led.Lead.Stage == s.lead
		}
		if there && reached != nil {
			if err := reached(ctx, way); err != nil {
				return "", err
			}
			reached = nil
			continue
		}
		instead = fmt.Sprintf("the lead stands in %s, the payer in %s, want %s and %s", lead.Stage, payer.Stage, s.lead, s.payer)
		if there {
			if instead, err = r.differs(ctx, t, demo.Shanghai, at); err != nil {
				return "", err
			}
			p, err := r.payer(ctx, t, demo.Shanghai)
			if err != nil {
				return "", err
			}
			if instead == "" && p.EN == s.said {
				return "", nil
			}
			if instead == "" {
				instead = fmt.Sprintf("the lead says %q of the payer, want %q", p.EN, s.said)
			}
		}
		if !wait(ctx, payersLook) {
			return "", ctx.Err()
		}
	}
	return instead, nil
}

// books are what the banks of the three have paid, and what their budgets for such topics still hold.
func (r *payersRun) books(ctx context.Context) (paid, held map[string]unit.Fen, err error) {
	paid, held = map[string]unit.Fen{}, map[string]unit.Fen{}
	for _, x := range sharesOfTopic {
		var books struct {
			Accounts []struct {
				Path   string   `json:"path"`
				Posted unit.Fen `json:"posted"`
				Held   unit.Fen `json:"held"`
			} `json:"accounts"`
		}
		if err := r.as(x.node, "finance").get(ctx, "/api/v1/books/accounts", &books); err != nil {
			return nil, nil, fmt.Errorf("books of %s: %w", x.node, err)
		}
		for _, a := range books.Accounts {
			if a.Path == x.node+"/bank" {
				paid[x.node] += a.Posted
			}
			if strings.HasPrefix(a.Path, x.node+"/joint-fund/") {
				held[x.node] += a.Held
			}
		}
	}
	return paid, held, nil
}
