package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Action is what somebody wants to do in a case.
type Action struct {
	Name    string
	Version int64           // the version that the actor saw; 0 asks for none
	Reason  string          // where the action needs one, or an answer is given
	Answers map[string]bool // to rules that ask this officer
	Wanted  []string        // fields that an action which sends the case back asks for
	Key     string          // idempotency key; the same again answers the same and does nothing
}

// Act takes an action. The order of refusals is that of the package comment.
func (s *Service) Act(ctx context.Context, who access.Actor, id unit.ID, a Action) (Case, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return Case{}, err
	}
	a.Reason = strings.TrimSpace(a.Reason)
	switch {
	case len(a.Key) > keyMax:
		return Case{}, fault.New(fault.Invalid, "casework.key_long", "most", keyMax).On("key")
	case len([]rune(a.Reason)) > reasonMax:
		return Case{}, fault.New(fault.Invalid, "casework.reason_long", "most", reasonMax).On("reason")
	}
	if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return s.ActIn(ctx, tx, who, id, a) }); err != nil {
		return Case{}, s.afterMove(ctx, who, id, err)
	}
	return s.Get(ctx, who, id)
}

// ActIn is Act within the caller's act, for a room that writes its own record beside the case's.
func (s *Service) ActIn(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, a Action) error {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return err
	}
	c, err := s.inHand(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if done, err := answered(c, a, who); done || err != nil {
		return err
	}
	if a.Version != 0 && a.Version != c.Version {
		return s.changed(c, who, a.Name)
	}
	if err := s.stays(ctx, tx, who, c, a.Name); err != nil {
		return err
	}
	return s.take(ctx, tx, who, &c, a)
}

// reasonGiven is the reason of an act that needs one, as it is kept.
func reasonGiven(typed string) (string, error) {
	reason := strings.TrimSpace(typed)
	switch {
	case reason == "":
		return "", fault.New(fault.Invalid, "casework.reason_missing").On("reason")
	case len([]rune(reason)) > reasonMax:
		return "", fault.New(fault.Invalid, "casework.reason_long", "most", reasonMax).On("reason")
	}
	return reason, nil
}

// answered says whether the request was answered before, by its key.
func answered(c Case, a Action, who access.Actor) (bool, error) {
	if a.Key == "" {
		return false, nil
	}
	for _, h := range c.History {
		if h.key == a.Key {
			if h.Action != a.Name || h.Person != who.Person {
				return false, fault.New(fault.Conflict, "casework.key_other").On("key")
			}
			return true, nil
		}
	}
	return false, nil
}

// take is the action of a person, and whatever then goes by itself.
func (s *Service) take(ctx context.Context, tx *db.Tx, who access.Actor, c *Case, a Action) error {
	sch, err := s.edition(*c)
	if err != nil {
		return err
	}
	j, p, q, err := s.judge(ctx, tx, sch, *c, who, a)
	if err == nil {
		err = errors.Join(s.notClosing(ctx, tx, sch, *c), s.notWithBank(ctx, tx, sch, *c, a.Name))
	}
	if err != nil {
		return err
	}
	if !j.Goes {
		v, err := s.veilFor(ctx, tx, sch, who, *c)
		if err != nil {
			return err
		}
		j = v.judgement(j)
		if err := s.facts(ctx, tx, sch, *c).(*world).nameOrgs(j); err != nil {
			return err
		}
		return refusal(sch, j)
	}
	if err := s.readable(ctx, tx, sch, *c, p.role, a.Name); err != nil {
		return err
	}
	if err := s.want(ctx, tx, sch, *c, a); err != nil {
		return err
	}
	if err := s.drawAhead(ctx, tx, who, sch, c, a.Name); err != nil {
		return err
	}
	if c.hat != nil {
		c.hat.writing = true
	}
	if err := s.commit(ctx, tx, who, sch, c, j, q, p, a); err != nil {
		return err
	}
	return s.onwards(ctx, tx, sch, c)
}

// judge says whether the actor may take the action here, and what the rules answer. It refuses in the
// documented order up to the rules, whose answers it returns.
func (s *Service) judge(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, who access.Actor, a Action) (j scheme.Judgement, p part, q scheme.Question, err error) {
	row, ok := sch.Row(c.Stage, a.Name)
	if !ok || !row.ByPerson() {
		return j, p, q, s.noRow(sch, c, who, a.Name)
	}
	if p, ok = s.plays(sch, c, who, row); !ok {
		return j, p, q, fault.New(fault.Denied, "casework.not_your_role", "role", sch.Say(row.Who[0]))
	}
	if err := sch.May(c.Stage, a.Name, p.role, c.done(a.Name)); err != nil {
		return j, p, q, err
	}
	if err := apart(sch, c, who, a.Name); err != nil {
		return j, p, q, err
	}
	answers := map[string]bool{}
	for k, v := range c.Answers {
		answers[k] = v
	}
	for k, v := range a.Answers {
		if r, ok := sch.Rules.Get(k); ok && r.Ask == p.role {
			answers[k] = v
		}
	}
	q = scheme.Question{Stage: c.Stage, Action: a.Name, Role: p.role, Reason: a.Reason, Answers: answers,
		Purse: c.Purse}
	q.Facts = s.facts(ctx, tx, sch, amended(sch, c, a.Name))
	for _, v := range c.Fields {
		if v.Kind == scheme.Org { // the rules ask where it lies, and who stands behind it
			s.c.Registry.WillAsk(ctx, tx, v.Text)
		}
	}
	j, err = sch.Judge(q)
	return j, p, q, err
}

// apart refuses who has done what must be done by another person.
func apart(sch *scheme.Scheme, c Case, who access.Actor, action string) error {
	for _, other := range sch.Apart(action) {
		for _, h := range c.History {
			if h.Action == other && h.Person == who.Person {
				return fault.New(fault.Denied, "casework.same_person", "action", sch.Say(other))
			}
		}
	}
	return nil
}

// done is how often the case has had an action.
func (c Case) done(action string) int {
	n := 0
	for _, h := range c.History {
		if h.Action == action {
			n++
		}
	}
	return n
}

// refusal names the need that stopped an action, what was seen, and what would have passed.
func refusal(sch *scheme.Scheme, j scheme.Judgement) error {
	a := j.First
	if a == nil {
		return fault.New(fault.Conflict, "casework.changed_meanwhile")
	}
	_, isRule := sch.Rules.Get(a.Need)
	switch {
	case a.Need == "reason" && !isRule:
		return fault.New(fault.Invalid, "casework.reason_missing").On("reason")
	case !isRule:
		return fault.New(fault.Invalid, "casework.field_missing", "rule", a.Words).On(a.Need)
	case a.Result == scheme.ManualAnswer:
		return fault.New(fault.Invalid, "casework.answer_missing", "rule", a.Words).On(a.Need)
	case a.Result == scheme.NotKnown:
		return fault.New(fault.Conflict, "casework.rule_unknown", "rule", a.Words, "saw", Saw(*a), "basis", basisOf(sch, *a)).On(a.Need)
	}
	return fault.New(fault.Conflict, "casework.rule_fails", "rule", a.Words, "saw", Saw(*a), "would", would(*a), "basis", basisOf(sch, *a)).On(a.Need)
}

// Saw says what a rule looked at and found, in both languages: «人数：320。», «Staff: 320. ». Of a row it names the columns in
// brackets: «发票（号码：0246；金额：60.00元），未曾使用：否。».
func Saw(a scheme.Answer) fault.Words {
	var zh, en []string
	for _, f := range a.Saw {
		name, says := Told(f)
		format := fault.Words{"%s：%s", "%s: %s"}
		if rows := f.Value.List; f.Value.Kind == scheme.Group || f.Value.Kind == scheme.List && len(rows) > 0 && rows[0].Kind == scheme.Group {
			format = fault.Words{"%s（%s）", "%s (%s)"}
		}
		zh = append(zh, fmt.Sprintf(format[0], name[0], says[0]))
		en = append(en, fmt.Sprintf(format[1], name[1], says[1]))
	}
	if len(zh) == 0 {
		return fault.Words{}
	}
	return fault.Words{strings.Join(zh, "，") + "。", strings.Join(en, "; ") + ". "}
}

// Told is what a fact is called and what it says, in both languages, with the cases of which a sum is.
func Told(f scheme.SeenFact) (name, says fault.Words) {
	if says = f.Says; says == (fault.Words{}) {
		says = fault.Words{f.Value.In(fault.ZH), f.Value.In(fault.EN)}
	}
	return fault.Words{f.Words[0], capital(f.Words[1])}, fault.Words{says[0] + madeOf(f.Value, "（", "）"), says[1] + madeOf(f.Value, " (", ")")}
}

// capital is a name as it begins a line: packs write their labels so, the words of the language of rules stand in sentences.
func capital(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}

// madeOf says of which cases a sum is: （34-26-0012-9 50,000.00 元）.
func madeOf(v scheme.Value, from, to string) string {
	var parts []string
	for _, x := range v.SumParts() {
		parts = append(parts, x.Key+" "+x.Fen.String())
	}
	if len(parts) == 0 {
		return ""
	}
	return from + strings.Join(parts, "; ") + to
}

// basisOf says where a rule comes from, and that nobody has compared it with that yet where it is so.
func basisOf(sch *scheme.Scheme, a scheme.Answer) fault.Words {
	title := sch.SourceText(a.Basis)
	if title == "" {
		return fault.Words{}
	}
	if a.Verified {
		return fault.Words{"依据：" + title + "。", "Basis: " + title + "."}
	}
	return fault.Words{"依据（未核实）：" + title + "。", "Basis, not verified: " + title + "."}
}

func would(a scheme.Answer) fault.Words {
	if a.WouldPass[0] == "" {
		return fault.Words{}
	}
	return fault.Words{"通过条件：" + a.WouldPass[0] + "。", "It passes when: " + a.WouldPass[1] + ". "}
}

// commit writes all that follows from an action that goes: books, public leaf, step, state, journal.
func (s *Service) commit(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c *Case, j scheme.Judgement, q scheme.Question, p part, a Action) error {
	if err := keepReaders(ctx, tx, c.ID, readersOf(sch, *c)); err != nil {
		return fmt.Errorf("readers of case %s: %w", c.No, err)
	}
	no := len(c.History) + 1
	out, err := sch.Effects(q, fmt.Sprintf("%s.%d", c.ID, no))
	if err != nil {
		return err
	}
	s.willTell(ctx, tx, sch, *c, out.To, out.End)
	if err := s.book(ctx, tx, *c, out); err != nil {
		return err
	}
	marked, err := s.mark(ctx, tx, who, sch, *c, out.Labels)
	if err != nil {
		return err
	}
	if err := s.amend(ctx, tx, sch, c, a.Name, no); err != nil {
		return err
	}
	step := Step{No: no, At: tx.Now(), Action: a.Name, From: c.Stage, To: out.To, Role: p.role, Person: who.Person,
		By: who.Name, Mandate: p.mandate, Reason: a.Reason,
		Decision: Decision{Verdict: j.Verdict, Answers: j.Answers, Seen: mergeSeen(j.Seen, out.Seen), Letter: out.Letter, Labels: marked}, key: a.Key}
	if out.End == scheme.Refused && p.role != "" {
		if step.Decision.Stood, err = s.stood(ctx, tx, sch, *c, q); err != nil {
			return err
		}
	}
	if out.Leaf != nil {
		step.Receipt, err = s.c.Log.Append(ctx, tx, s.leaf(sch, *c, a.Name, s.today(tx.Now()), *out.Leaf))
		if err != nil {
			return fmt.Errorf("public leaf of %s in case %s: %w", a.Name, c.No, err)
		}
	}
	if err := s.disclose(ctx, tx, sch, *c, &step); err != nil {
		return err
	}
	c.Stage, c.End, c.Purse, c.Answers = out.To, out.End, out.Purse, q.Answers
	c.History = append(c.History, step)
	c.Changed = tx.Now()
	if err := s.openAsks(ctx, tx, sch, c, step); err != nil {
		return err
	}
	at, err := s.times(ctx, tx, sch, *c)
	if err != nil {
		return err
	}
	if err := insertStep(ctx, tx, c.ID, step); err != nil {
		return fmt.Errorf("step %d of case %s: %w", no, c.No, err)
	}
	if err := updateCase(ctx, tx, c, at); err != nil {
		return fmt.Errorf("state of case %s: %w", c.No, err)
	}
	if err := errors.Join(s.keepSight(ctx, tx, sch, *c), s.keepGiven(ctx, tx, sch, *c, step)); err != nil {
		return err
	}
	if err := errors.Join(s.promise(ctx, tx, sch, *c), s.rely(ctx, tx, *c, step)); err != nil {
		return err
	}
	if err := s.announce(ctx, tx, sch, *c, step, out.Leaf); err != nil {
		return err
	}
	if err := s.join(ctx, tx, who, sch, *c, a.Name); err != nil {
		return err
	}
	if err := s.openChildren(ctx, tx, who, sch, *c, a.Name); err != nil {
		return err
	}
	if err := s.letGo(ctx, tx, sch, *c, a.Name); err != nil {
		return err
	}
	if err := s.endDisclosures(ctx, tx, sch, *c); err != nil {
		return err
	}
	if err := s.keepDemand(ctx, tx, sch, *c, step.From); err != nil {
		return err
	}
	if err := s.claimUses(ctx, tx, *c, j.Seen); err != nil {
		return err
	}
	if err := s.keepSlots(ctx, tx, who, sch, *c, out.Slots); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, who, sch, *c); err != nil {
		return fmt.Errorf("tell of %s in case %s: %w", a.Name, c.No, err)
	}
	if err := s.tellAbroad(ctx, tx, sch, *c); err != nil {
		return err
	}
	if err := s.tellLead(ctx, tx, sch, *c); err != nil {
		return err
	}
	if err := s.tellPayers(ctx, tx, sch, *c); err != nil {
		return err
	}
	if err := s.stepped(ctx, tx, sch, *c); err != nil {
		return fmt.Errorf("order of case %s: %w", c.No, err)
	}
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case." + a.Name, Object: c.Object(), Region: c.Region,
		Mandate: p.mandate, Detail: step.From + " -> " + step.To})
}

// leaf is what becomes public: scheme, edition, action, day and what the pack shows; the case only in the commitment.
func (s *Service) leaf(sch *scheme.Scheme, c Case, action string, day unit.Day, pub scheme.Published) corridorlog.Leaf {
	fields := map[string]any{"scheme": sch.ID, "edition": sch.Digest, "action": action}
	for _, v := range pub.Shows {
		fields[v.Name] = plain(v.Value)
	}
	return corridorlog.Leaf{Kind: pub.Name, Day: day, Fields: fields, Object: c.Object()}
}

// plain is a value as JSON readers take it: money as integer fen, the rest as text.
func plain(v scheme.Value) any {
	switch v.Kind {
	case scheme.Unknown:
		return nil
	case scheme.Money, scheme.Count:
		return v.Int
	case scheme.YesNo:
		return v.True()
	}
	return v.String()
}

// mergeSeen joins what the rules and the amounts saw, each fact once.
func mergeSeen(a, b []scheme.SeenFact) []scheme.SeenFact {
	have := map[string]bool{}
	out := append([]scheme.SeenFact(nil), a...)
	for _, f := range a {
		have[f.Key()] = true
	}
	for _, f := range b {
		if !have[f.Key()] {
			out = append(out, f)
		}
	}
	return out
}

// byItself takes the rows that go as soon as their rules pass, until none does.
func (s *Service) byItself(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) error {
	for range itselfMax {
		went := false
		for _, row := range sch.ItselfRows(c.Stage) {
			q := scheme.Question{Stage: c.Stage, Action: row.Action, Answers: c.Answers, Purse: c.Purse, Facts: s.facts(ctx, tx, sch, *c)}
			j, err := sch.Judge(q)
			if err != nil {
				return err
			}
			if j.Goes && j.Verdict == scheme.Pass {
				if f, err := asRefusal(s.notWithBank(ctx, tx, sch, *c, row.Action)); err != nil {
					return err
				} else if f != nil {
					continue // it goes when the bank has answered
				}
				if err := s.commit(ctx, tx, access.System("itself"), sch, c, j, q, part{}, Action{Name: row.Action}); err != nil {
					return err
				}
				went = true
				break
			}
		}
		if !went {
			return nil
		}
	}
	return fmt.Errorf("case %s goes round by itself more than %d times", c.No, itselfMax)
}
