package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Replayed is a past decision, judged again from what it kept.
type Replayed struct {
	Step   Step
	Digest string   // of the decision: case, edition, action, who, every fact and every answer
	Differ []string // what does not come out as it did; none is the rule
}

// Replay judges every decision of a case again, in order, from the facts that each kept and by the edition that the case
// keeps, sums included. Nothing is read of the present world.
func (s *Service) Replay(ctx context.Context, who access.Actor, id unit.ID) (c Case, out []Replayed, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return c, nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = s.seen(ctx, tx, who, id); err != nil {
			return err
		}
		c, out, err = s.replayFor(ctx, tx, who, c)
		return err
	})
	return c, out, err
}

// replayFor judges a whole case again and shows of it what the reader may see.
func (s *Service) replayFor(ctx context.Context, tx *db.Tx, who access.Actor, c Case) (Case, []Replayed, error) {
	out, err := s.replay(c)
	if err != nil {
		return c, nil, err
	}
	if c, err = s.shown(ctx, tx, who, c); err != nil {
		return c, nil, err
	}
	for i := range out {
		out[i].Step = c.History[i]
	}
	return c, out, nil
}

// ReplayNo is Replay for the operator at the machine: by the number of a case, or its id. He reads
// nothing that a scheme narrows.
func (s *Service) ReplayNo(ctx context.Context, no string) (c Case, out []Replayed, err error) {
	if typed, bad := unit.ParseCaseNo(no); bad == nil {
		no = string(typed)
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := queryCases(ctx, tx, sqlByNo, no)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fault.New(fault.NotFound, "casework.unknown")
		}
		c = all[0]
		if err := s.fill(ctx, tx, &c); err != nil {
			return err
		}
		c, out, err = s.replayFor(ctx, tx, access.System("replay"), c)
		return err
	})
	return c, out, err
}

func (s *Service) replay(c Case) (out []Replayed, err error) {
	sch, err := s.edition(c)
	if err != nil {
		return nil, err
	}
	purse, stage := scheme.Purse{}, c.begun()
	for _, h := range c.History {
		r := Replayed{Step: h}
		if r.Digest, err = h.digest(c); err != nil {
			return nil, err
		}
		differs := func(format string, args ...any) { r.Differ = append(r.Differ, fmt.Sprintf(format, args...)) }
		if h.From != stage {
			differs("stage %s, kept %s", stage, h.From)
		}
		q := scheme.Question{Stage: h.From, Action: h.Action, Role: h.Role, Reason: h.Reason, Answers: map[string]bool{}, Purse: purse}
		for _, a := range h.Decision.Answers {
			if a.Ask != "" && (a.Result == scheme.Pass || a.Result == scheme.Fail) {
				q.Answers[a.Need] = a.Result == scheme.Pass
			}
		}
		j, err := sch.Replay(q, h.Decision.Seen)
		if err != nil {
			return nil, fmt.Errorf("replay step %d of case %s: %w", h.No, c.No, err)
		}
		if j.Verdict != h.Decision.Verdict {
			differs("verdict %s, kept %s", j.Verdict, h.Decision.Verdict)
		}
		for i, a := range j.Answers {
			if i >= len(h.Decision.Answers) || h.Decision.Answers[i].Need != a.Need || h.Decision.Answers[i].Result != a.Result {
				differs("%s answers %s", a.Need, a.Result)
			}
		}
		stood, err := standsAgain(sch, q, h.Decision.Stood)
		if err != nil {
			return nil, fmt.Errorf("replay step %d of case %s: %w", h.No, c.No, err)
		}
		r.Differ = append(r.Differ, stood...)
		q.Facts = scheme.Kept(h.Decision.Seen)
		eff, err := sch.Effects(q, fmt.Sprintf("%s.%d", c.ID, h.No))
		if err != nil {
			differs("effects: %v", err)
			return append(out, r), nil
		}
		purse, stage = eff.Purse, eff.To
		out = append(out, r)
	}
	if n := len(out); n > 0 {
		for name, sum := range c.Purse.Sums {
			if purse.Sums[name] != sum {
				out[n-1].Differ = append(out[n-1].Differ, fmt.Sprintf("%s is %s, kept %s", name, purse.Sums[name], sum))
			}
		}
	}
	return out, nil
}

// digest names a decision: whoever appeals against it or shows it can be held to it. It is that of the text that is kept,
// so that it stays the same when later programs keep more of a decision.
func (h Step) digest(c Case) (string, error) {
	raw := json.RawMessage(h.raw)
	if h.raw == "" {
		var err error
		if raw, err = json.Marshal(h.Decision); err != nil {
			return "", fmt.Errorf("decision of step %d of case %s: %w", h.No, c.No, err)
		}
	}
	b, err := json.Marshal(struct {
		Case, Edition string
		No            int
		At            int64
		Action, From  string
		To, Role      string
		Person        unit.ID
		Mandate       string
		Reason        string
		Decision      json.RawMessage
	}{string(c.ID), c.EditionDigest, h.No, db.Micros(h.At), h.Action, h.From, h.To, h.Role, h.Person, h.Mandate, h.Reason, raw})
	if err != nil {
		return "", fmt.Errorf("digest of step %d of case %s: %w", h.No, c.No, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
