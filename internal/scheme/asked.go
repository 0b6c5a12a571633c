package scheme

import (
	"math/big"
	"slices"
	"sort"
	"strings"
	"time"

	"corridor/internal/fault"
)

// ScoreMax is the highest score that a seat can give, in hundredths. It is the form of the type, as 100 % is of a ratio.
const ScoreMax = 100_00

// scorePart begins the name of the field in which a seat scores one of the weights.
const scorePart = "score_"

// NoConflict is the field in which whoever was drawn declares, with the answer, to be tied to no party.
const NoConflict = "no_conflict"

// AskDue is until when whoever is asked at a time has to answer. Facts are only read for a parameter that is a table.
func (s *Scheme) AskDue(a Ask, asked time.Time, cal Calendar, facts Facts) (Due, error) {
	r := s.reading(facts, "", &Purse{})
	term := r.fact(a.Within)
	if r.failed != nil {
		return Due{}, r.failed
	}
	if !term.Known() {
		return Due{}, fault.New(fault.Conflict, "scheme.clock_unknown", "clock", a.Within)
	}
	return dueAt(term, []stay{{in: asked}}, cal), nil
}

// AnswerFields is the form that each seat of an ask fills in: the verdict, a score for each weight, and what else is
// asked for.
func (s *Scheme) AnswerFields(a Ask) []Field {
	var out []Field
	if len(a.Verdict) > 0 {
		out = append(out, Field{Name: "verdict", Type: "choice", Of: a.Verdict, Words: fault.Words{"结论", "Verdict"}})
	}
	if p, ok := s.Params.Get(a.Scored); ok {
		for _, k := range p.Value.Keys {
			out = append(out, Field{Name: scorePart + k, Type: "score", Words: s.Say(k)})
		}
	}
	if a.Draw != nil {
		out = append(out, Field{Name: NoConflict, Type: "yesno", Words: fault.Words{"本人声明与各当事人无利害关系", "I declare that I am tied to no party"}})
	}
	for _, f := range a.Answers {
		out = append(out, Field{Name: f.Name, Type: f.Type, Of: f.Of, Words: s.Say(f.Name)})
	}
	return out
}

// codes are the codes of the answers that are choices.
func (a Ask) codes() (out []string) {
	for _, f := range a.Answers {
		out = append(out, f.Of...)
	}
	return out
}

// askParts are the facts of an ask that are counts; besides them it has a score, and in the rules that its answers need the answer itself.
// waiting are those that are missing and still have time, first_days the days from the opening to the first answer that passed.
var askParts = []string{"asked", "given", "missing", "waiting", "passed", "failed", "first_days"}

// tellsOfAll says whether a fact of an ask tells of all answers together, so that it may become public: a count, or the codes that were given.
func (s *Scheme) tellsOfAll(fact string) bool {
	ask, part, _ := strings.Cut(fact, ".")
	a, there := s.Asks.Get(ask)
	return there && (slices.Contains(askParts, part) || slices.ContainsFunc(a.Answers, func(f AnswerField) bool { return f.Name == part && len(f.Of) > 0 }))
}

// AnswerFact splits the fact that an answer of an ask is while it is given, "offers.rate".
func (s *Scheme) AnswerFact(fact string) (ask, field string, ok bool) {
	ask, field, _ = strings.Cut(fact, ".")
	a, there := s.Asks.Get(ask)
	return ask, field, there && slices.ContainsFunc(a.Answers, func(f AnswerField) bool { return f.Name == field })
}

// SayVerdict is what a verdict of an ask is called.
func (s *Scheme) SayVerdict(v string) fault.Words {
	if w, own := s.Words.Get(v); own {
		return w
	}
	if w, ours := verdictWords[v]; ours {
		return w
	}
	return fault.Words{v, v}
}

var verdictWords = map[string]fault.Words{"passed": {"通过", "passed"}, "failed": {"不通过", "failed"}}

// AskScore is the mean of the weighted scores that seats gave, in hundredths, after so many of the highest and as many of
// the lowest are left out. Sums are exact and rounded once, half up. Too few answers make it unknown.
func (s *Scheme) AskScore(a Ask, answers []map[string]Value) Value {
	p, ok := s.Params.Get(a.Scored)
	if !ok {
		return Value{}
	}
	var each []*big.Int // hundredths of billionths
	for _, given := range answers {
		sum := weighted(p, given)
		if sum == nil {
			return Value{}
		}
		each = append(each, sum)
	}
	sort.Slice(each, func(i, j int) bool { return each[i].Cmp(each[j]) < 0 })
	drop := 0
	if d, limited := s.Params.Get(a.Drop); limited {
		drop = int(d.Value.Int)
	}
	if len(each) <= 2*drop {
		return Value{}
	}
	each = each[drop : len(each)-drop]
	total := new(big.Int)
	for _, x := range each {
		total.Add(total, x)
	}
	by := big.NewInt(int64(len(each)) * 1_000_000_000)
	total.Add(total.Lsh(total, 1), by).Div(total, by.Lsh(by, 1))
	return Value{Kind: Score, Int: total.Int64()}
}
