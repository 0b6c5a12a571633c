package casework

import (
	"context"
	"fmt"
	"math"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Minutes are those of the opinions of a case: who sat and who fell out and why, what each gave, which scores do not count,
// how far the scores lie apart, the place among the others, and what is owed for the answers.
type Minutes struct {
	Case Case
	Asks []AskMinutes
}

// AskMinutes are those of one ask. Scores are in hundredths.
type AskMinutes struct {
	Asked
	Lines     []SeatLine
	Lowest    scheme.Value // of all that were given, those that do not count too; unknown while answers are hidden
	Highest   scheme.Value
	Spread    scheme.Value // highest less lowest
	Deviation scheme.Value // standard deviation of all that were given, rounded half up
	Rank      int64        // place among the cases of the scheme under the same case; 0 where there is none yet
	Fee       unit.Fen     // for one answer
	Owed      unit.Fen     // for all that were given by whoever was asked
}

// SeatLine is a seat with its score.
type SeatLine struct {
	Seat
	Score   scheme.Value // unknown where none is shown
	LeftOut bool         // one of the highest or lowest that do not count
	Apart   scheme.Value // how far the score lies from the mean of the ask; unknown where either is
	Fee     unit.Fen     // that is owed to it
}

// Minutes are those of a case, as far as the reader may see the opinions: before all are in nobody reads another's, and who
// sat is told to officers only.
func (s *Service) Minutes(ctx context.Context, who access.Actor, id unit.ID) (out Minutes, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return out, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		whole, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if out.Case, err = s.shown(ctx, tx, who, whole); err != nil {
			return err
		}
		facts := s.facts(ctx, tx, sch, whole)
		out.Asks = nil
		for _, a := range out.Case.Asks {
			m := minutesOf(sch, a)
			if a.Hidden == "" && sch.Parent != "" && a.Score.Known() {
				v, _, err := facts.Fact(a.Ask + ".rank")
				if err != nil {
					return fmt.Errorf("place of case %s: %w", whole.No, err)
				}
				m.Rank = v.Int
			}
			out.Asks = append(out.Asks, m)
		}
		return nil
	})
	return out, err
}

// minutesOf are those of an ask as a reader may see it.
func minutesOf(sch *scheme.Scheme, a Asked) AskMinutes {
	m := AskMinutes{Asked: a, Fee: sch.SeatFee(a.decl)}
	var scores []scheme.Value
	var at []int
	for _, x := range a.Seats {
		l := SeatLine{Seat: x}
		if x.Answer != nil && x.Struck == "" {
			l.Score = sch.SeatScore(a.decl, x.Answer.Given)
			if x.Answer.Instead == "" {
				l.Fee = m.Fee
				m.Owed += m.Fee
			}
		}
		if l.Score.Known() && a.Hidden == "" {
			scores, at = append(scores, l.Score), append(at, len(m.Lines))
		}
		m.Lines = append(m.Lines, l)
	}
	if len(scores) == 0 {
		return m
	}
	for i := range sch.LeftOut(a.decl, scores) {
		m.Lines[at[i]].LeftOut = true
	}
	low, high, sum := scores[0].Int, scores[0].Int, int64(0)
	for _, x := range scores {
		low, high, sum = min(low, x.Int), max(high, x.Int), sum+x.Int
	}
	mean, square := float64(sum)/float64(len(scores)), 0.0
	for i, x := range scores {
		square += (float64(x.Int) - mean) * (float64(x.Int) - mean)
		if a.Score.Known() {
			m.Lines[at[i]].Apart = scoreOf(x.Int - a.Score.Int)
		}
	}
	m.Lowest, m.Highest, m.Spread = scoreOf(low), scoreOf(high), scoreOf(high-low)
	m.Deviation = scoreOf(int64(math.Floor(math.Sqrt(square/float64(len(scores))) + 0.5)))
	return m
}

func scoreOf(hundredths int64) scheme.Value { return scheme.Value{Kind: scheme.Score, Int: hundredths} }
