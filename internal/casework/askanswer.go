package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Answer is what somebody answers to an ask, for a seat.
type Answer struct {
	Ask    string
	Seat   string            // "" is the one seat that the actor speaks for and that waits
	Fields map[string]string // as they were typed
	Reason string            // needed where a role answers for a silent seat
	Key    string            // idempotency key
}

// Answer takes a seat's answer: once. Whoever speaks for the seat gives it, or, when its time has passed, the role that
// the scheme names, with a reason. What then goes by itself goes in the same act. The order of refusals: the case is not
// to be seen, the request was answered already, no such ask, it takes no answers, no such seat, answered already, not
// one's seat, too early to answer for a silent one, no reason, the fields.
func (s *Service) Answer(ctx context.Context, who access.Actor, id unit.ID, in Answer) (Case, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return Case{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case len(in.Key) > keyMax:
		return Case{}, fault.New(fault.Invalid, "casework.key_long", "most", keyMax).On("key")
	case len([]rune(in.Reason)) > reasonMax:
		return Case{}, fault.New(fault.Invalid, "casework.reason_long", "most", reasonMax).On("reason")
	}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		return s.answer(ctx, tx, who, sch, &c, in)
	})
	if err != nil {
		return Case{}, err
	}
	return s.Get(ctx, who, id)
}

func (s *Service) answer(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c *Case, in Answer) error {
	all, err := s.asksOf(ctx, tx, sch, c.ID)
	if err != nil {
		return err
	}
	if done, err := answeredAsk(all, who, in); done || err != nil {
		return err
	}
	a, err := takesAnswers(sch, all, in.Ask)
	if err != nil {
		return err
	}
	x, mandate, instead, err := s.seatOf(sch, *c, a, who, in)
	if err != nil {
		return err
	}
	given, err := s.typedAnswer(ctx, tx, sch, *c, a, in.Fields, instead != "")
	if err != nil {
		return err
	}
	y := SeatAnswer{At: tx.Now(), Person: who.Person, By: who.Name, Mandate: mandate, Instead: instead, Reason: in.Reason, Given: given, key: in.Key}
	first, err := insertAnswer(ctx, tx, c.ID, a.Ask, x, y)
	if err != nil {
		return fmt.Errorf("answer of %s to %s in case %s: %w", x.ID, a.Ask, c.No, err)
	}
	if !first {
		return fault.New(fault.Conflict, "casework.seat_answered", "ask", a.Words)
	}
	if err := s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.answer", Object: c.Object(), Region: c.Region, Mandate: mandate,
		Detail: fmt.Sprintf("%s %d %s", a.Ask, a.Opening, x.ID)}); err != nil {
		return err
	}
	if err := s.keepWaiting(ctx, tx, sch, c); err != nil {
		return fmt.Errorf("who has to act in case %s: %w", c.No, err)
	}
	return s.onwards(ctx, tx, sch, c)
}

// answeredAsk says whether the same person's same request was answered before.
func answeredAsk(all []Asked, who access.Actor, in Answer) (bool, error) {
	if in.Key == "" {
		return false, nil
	}
	for _, a := range all {
		for _, x := range a.Seats {
			if y := x.Answer; y != nil && y.key == in.Key && y.Person == who.Person {
				if a.Ask != in.Ask || in.Seat != "" && in.Seat != x.ID {
					return false, fault.New(fault.Conflict, "casework.key_other").On("key")
				}
				return true, nil
			}
		}
	}
	return false, nil
}

// takesAnswers finds an ask that is open.
func takesAnswers(sch *scheme.Scheme, all []Asked, name string) (Asked, error) {
	if !sch.Asks.Has(name) {
		return Asked{}, fault.New(fault.NotFound, "casework.ask_unknown")
	}
	for _, a := range all {
		if a.Ask == name && a.open() {
			return a, nil
		}
	}
	return Asked{}, fault.New(fault.Conflict, "casework.ask_closed", "ask", sch.Say(name))
}

// seatOf finds the seat that the actor answers for. instead is the role by which it is answered for a silent one.
func (s *Service) seatOf(sch *scheme.Scheme, c Case, a Asked, who access.Actor, in Answer) (x Seat, mandate, instead string, err error) {
	at := -1
	for i := range a.Seats {
		_, mine := speaksFor(who, a.Seats[i])
		if in.Seat == a.Seats[i].ID || in.Seat == "" && mine && (at < 0 || a.Seats[i].Waiting && !a.Seats[at].Waiting) {
			at = i
		}
	}
	if (at < 0 || a.Seats[at].Struck != "") && a.Drawn && in.Seat != "" && !officer(who) {
		return x, "", "", fault.New(fault.Denied, "casework.not_your_seat", "ask", a.Words) // nobody learns by trying who was drawn
	}
	if at < 0 || a.Seats[at].Struck != "" {
		return x, "", "", fault.New(fault.NotFound, "casework.seat_unknown", "ask", a.Words)
	}
	x = a.Seats[at]
	mandate, mine := speaksFor(who, x)
	role, plays := "", false
	if a.decl.Instead != "" {
		role, plays = s.holds(sch, c, who, a.decl.Instead)
	}
	switch {
	case !mine && !plays:
		return x, "", "", fault.New(fault.Denied, "casework.not_your_seat", "ask", a.Words)
	case !x.Waiting:
		return x, "", "", fault.New(fault.Conflict, "casework.seat_answered", "ask", a.Words)
	case mine:
		return x, mandate, "", nil
	case x.Provisional || !x.Late:
		return x, "", "", fault.New(fault.Conflict, "casework.seat_has_time", "due", s.until(x.Due))
	case in.Reason == "":
		return x, "", "", fault.New(fault.Invalid, "casework.reason_missing").On("reason")
	}
	return x, role, a.decl.Instead, nil
}

// typedAnswer reads what a seat typed. A verdict and every score must be given, with what has to come with the verdict; where neither is asked for, something of
// the rest. The errors of all fields come together.
func (s *Service) typedAnswer(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Asked, typed map[string]string, instead bool) (map[string]scheme.Value, error) {
	given, left := map[string]scheme.Value{}, map[string]bool{}
	for name := range typed {
		left[name] = true
	}
	var wrong FieldErrors
	needed := false
	for _, f := range a.Fields {
		delete(left, f.Name)
		v, err := s.answerField(ctx, tx, c.ID, f, typed[f.Name])
		must := f.Name == "verdict" && len(a.decl.Verdict) > 0 || strings.HasPrefix(f.Name, "score_")
		needed = needed || must
		must = must || comesWith(a, typed, f.Name)
		if f.Name == scheme.NoConflict && a.Drawn && !instead && err == nil && !v.True() {
			err = fault.New(fault.Invalid, "casework.declare_or_decline")
		}
		if err == nil && must && !v.Known() {
			err = fault.New(fault.Invalid, "casework.answer_field_missing", "field", f.Words)
		}
		if err != nil {
			e := fault.Of(err)
			if e.Kind == fault.Internal {
				return nil, err
			}
			wrong = append(wrong, e.On(f.Name))
		} else if v.Known() {
			given[f.Name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		wrong = append(wrong, fault.New(fault.Invalid, "casework.field_unknown", "field", name).On(name))
	}
	if len(wrong) == 0 && !needed && len(given) == 0 && len(a.Fields) > 0 {
		f := a.Fields[0]
		wrong = append(wrong, fault.New(fault.Invalid, "casework.answer_field_missing", "field", f.Words).On(f.Name))
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return given, s.answerHolds(ctx, tx, sch, c, a, given)
}

// comesWith says whether a field has to come with the verdict or with a code that was typed.
func comesWith(a Asked, typed map[string]string, field string) bool {
	for _, f := range a.Fields {
		if f.Type == "choice" && slices.Contains(a.decl.Must[strings.TrimSpace(typed[f.Name])], field) {
			return true
		}
	}
	return false
}

// answerHolds asks the rules that the answers of an ask need. One that looks at something that was left out says nothing: whether it may be
// left out was said before. A refusal stands on the first field that the rule looks at.
func (s *Service) answerHolds(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Asked, given map[string]scheme.Value) error {
	if len(sch.Needs[a.Ask]) == 0 {
		return nil
	}
	w := s.facts(ctx, tx, sch, c).(*world)
	w.given = given
	j, err := sch.Judge(scheme.Question{Stage: c.Stage, Action: a.Ask, Answers: c.Answers, Purse: c.Purse, Facts: w})
	if err != nil {
		return err
	}
	var wrong FieldErrors
	for i, x := range j.Answers {
		on, left := a.Ask, false
		for _, f := range slices.Backward(x.Saw) {
			if _, field, ok := sch.AnswerFact(f.Name); ok {
				on, left = field, left || !f.Value.Known()
			}
		}
		if x.Result != scheme.Pass && !left {
			j.First = &j.Answers[i]
			wrong = append(wrong, fault.Of(refusal(sch, j)).On(on))
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

func (s *Service) answerField(ctx context.Context, tx *db.Tx, id unit.ID, f scheme.Field, text string) (scheme.Value, error) {
	if len(text) > fieldMax {
		return scheme.Value{}, fault.New(fault.Invalid, "casework.field_long", "field", f.Words, "most", fieldMax)
	}
	v, err := scheme.ParseField(f, text)
	if err != nil {
		return v, err
	}
	if v.Kind == scheme.Score && v.Int > scheme.ScoreMax {
		return v, fault.New(fault.Invalid, "casework.score_high", "field", f.Words, "most", scheme.ScoreMax/100)
	}
	if err := s.known(ctx, tx, f, v); err != nil {
		return v, err
	}
	return v, ownFiles(ctx, tx, id, v)
}

// known refuses an organisation or an office that the registry does not have.
func (s *Service) known(ctx context.Context, tx *db.Tx, f scheme.Field, v scheme.Value) error {
	switch v.Kind {
	case scheme.List:
		for _, x := range v.List {
			if err := s.known(ctx, tx, f, x); err != nil {
				return err
			}
		}
	case scheme.Org:
		if _, err := s.c.Registry.Org(ctx, tx, v.Text); fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, "casework.org_unknown", "field", f.Words, "code", v.Text)
		} else if err != nil {
			return err
		}
	case scheme.Office:
		if _, err := s.c.Registry.Authority(ctx, tx, v.Text, s.today(tx.Now())); fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, "casework.office_unknown", "field", f.Words, "code", v.Text)
		} else if err != nil {
			return err
		}
	}
	return nil
}
