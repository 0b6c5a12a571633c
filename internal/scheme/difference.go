package scheme

import (
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Difference is what changes for a population from one edition to another.
type Difference struct {
	From     string   `json:"from"` // editions
	To       string   `json:"to"`
	Gain     int      `json:"gain"` // qualify now and did not
	Lose     int      `json:"lose"`
	More     int      `json:"more"` // qualify under both and are given more
	Less     int      `json:"less"`
	Same     int      `json:"same"`
	Sum      unit.Fen `json:"sum_fen"` // of the new edition less that of the old
	Changes  []Change `json:"changes"` // firms that change sides, at most 5000
	LeftOver int      `json:"left_out,omitempty"`
}

// Change is a firm that changes sides, with the rule that decides under the edition that shuts it out.
type Change struct {
	Firm      string      `json:"firm"`
	Was       Result      `json:"was"`
	Is        Result      `json:"is"`
	WasSum    unit.Fen    `json:"was_fen"`
	IsSum     unit.Fen    `json:"is_fen"`
	Rule      string      `json:"rule"`
	RuleWords fault.Words `json:"rule_words"`
}

// Against compares two simulations of the same population, the old one first.
func Against(old, now *Simulation) (Difference, error) {
	d := Difference{From: old.Edition, To: now.Edition, Sum: now.Sum - old.Sum, Changes: []Change{}}
	if len(old.firms) != len(now.firms) {
		return d, fault.New(fault.Conflict, "scheme.other_population", "a", len(old.firms), "b", len(now.firms))
	}
	for i, a := range old.firms {
		b := now.firms[i]
		if a.id != b.id {
			return d, fault.New(fault.Conflict, "scheme.other_population", "a", a.id, "b", b.id)
		}
		switch {
		case (a.res == Pass) == (b.res == Pass):
			switch {
			case b.sum > a.sum:
				d.More++
			case b.sum < a.sum:
				d.Less++
			default:
				d.Same++
			}
			continue
		case b.res == Pass:
			d.Gain++
		default:
			d.Lose++
		}
		if len(d.Changes) == changesMax {
			d.LeftOver++
			continue
		}
		c := Change{Firm: a.id, Was: a.res, Is: b.res, WasSum: a.sum, IsSum: b.sum}
		shut, by := b, now
		if b.res == Pass {
			shut, by = a, old
		}
		if shut.rule >= 0 {
			c.Rule = by.rules[shut.rule]
			for _, r := range by.Rules {
				if r.Rule == c.Rule {
					c.RuleWords = r.Words
				}
			}
		}
		d.Changes = append(d.Changes, c)
	}
	return d, nil
}
