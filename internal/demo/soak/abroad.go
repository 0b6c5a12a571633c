package soak

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// healMost is how long the two sides may take to agree once everything is healed.
const healMost = 2 * time.Minute

// shadow is an order as the laboratory's node shows it.
type shadow struct {
	ID      string   `json:"id"`
	Stage   string   `json:"stage"`
	Version int64    `json:"version"`
	Actions []string `json:"actions"`
	Acts    []struct {
		Action string `json:"action"`
		State  string `json:"state"`
		Code   string `json:"code"`
	} `json:"acts"`
}

// labActs takes an action for the laboratory, at its own node: on the case itself where the firm's is the same node, else by letter.
// files are fields that get a file.
func (r *run) labActs(ctx context.Context, o *order, action string, files ...string) error {
	if o.lab.node == o.firm.node {
		fields := map[string]string{}
		for _, name := range files {
			digest, err := o.lab.attach(ctx, "/api/v1/cases/"+o.id, name+".txt", fmt.Sprintf("%s %d", name, o.no))
			if err != nil {
				return fmt.Errorf("attach the %s: %w", name, err)
			}
			fields[name] = digest
		}
		if len(fields) > 0 {
			if err := r.fill(ctx, o.lab.client, o.id, fields); err != nil {
				return err
			}
		}
		return r.act(ctx, o, o.lab.client, action)
	}
	x, err := r.offered(ctx, o, action)
	if err != nil {
		return err
	}
	fields := map[string]string{}
	for _, name := range files {
		if fields[name], err = o.lab.attach(ctx, "/api/v1/abroad/"+x.ID, name+".txt", fmt.Sprintf("%s %d", name, o.no)); err != nil {
			return fmt.Errorf("attach the %s abroad: %w", name, err)
		}
	}
	a := Act{Order: o.no, Node: o.lab.node, Action: action, Asked: time.Now(), Outcome: Unknown}
	a.Tries, err = o.lab.until(ctx, http.MethodPost, "/api/v1/abroad/"+x.ID+"/actions/"+action, fmt.Sprintf("soak-%d-%s", o.no, action),
		map[string]any{"version": x.Version, "fields": fields, "reason": "soak"}, nil)
	if err == nil {
		a.Outcome, a.Code, err = r.answerTo(ctx, o, x.ID, action)
	}
	a.Answered = time.Now()
	r.history.add(a)
	if err == nil && a.Outcome != Done {
		err = fmt.Errorf("refused by the firm's node: %s", a.Code)
	}
	if err != nil {
		return fmt.Errorf("order %d, %s by letter: %w", o.no, action, err)
	}
	return nil
}

// look reads what the laboratory's node shows of an order; an empty id is one that it does not show.
func (r *run) look(ctx context.Context, o *order) (x shadow, err error) {
	var list struct {
		Cases []shadow `json:"cases"`
	}
	if err := o.lab.get(ctx, "/api/v1/abroad?home="+o.firm.node+"&no="+url.QueryEscape(o.called), &list); err != nil || len(list.Cases) == 0 {
		return x, err
	}
	return list.Cases[0], nil
}

// offered waits until the laboratory's node offers an action.
func (r *run) offered(ctx context.Context, o *order, action string) (x shadow, err error) {
	err = every(ctx, func() (bool, error) {
		x, err = r.look(ctx, o)
		return slices.Contains(x.Actions, action), err
	})
	return x, err
}

// answerTo waits for the answer to a letter.
func (r *run) answerTo(ctx context.Context, o *order, id, action string) (out Outcome, code string, err error) {
	out = Unknown
	err = every(ctx, func() (bool, error) {
		var x shadow
		if err := o.lab.get(ctx, "/api/v1/abroad/"+id, &x); err != nil {
			return false, err
		}
		for _, a := range x.Acts {
			if a.Action == action && a.State != "sent" {
				out, code = Refused, a.Code
				if a.State == "done" {
					out = Done
				}
				return true, nil
			}
		}
		return false, nil
	})
	return out, code, err
}

// shown waits until the laboratory's node shows an order in a stage, for as long as a healed link may take, and returns in which it does.
func (r *run) shown(ctx context.Context, o *order, stage string) (last string, err error) {
	soon, end := context.WithTimeout(ctx, healMost)
	defer end()
	err = every(soon, func() (bool, error) {
		x, err := r.look(ctx, o)
		last = x.Stage
		return last == stage, err
	})
	if soon.Err() != nil && ctx.Err() == nil {
		return last, nil // the model says what it thinks of that
	}
	return last, err
}

// every looks again, less and less often, until what is waited for is there.
func every(ctx context.Context, there func() (bool, error)) error {
	for pause := pollFirst; ; pause = min(pause*2, pollMost) {
		if ok, err := there(); ok || err != nil {
			return err
		}
		if !wait(ctx, pause) {
			return ctx.Err()
		}
	}
}
