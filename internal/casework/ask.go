package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// seatsMax is how many one ask can have.
const seatsMax = 200

// Asked is an ask of a case, as its last opening stands: who is asked, until when, and what they answered, as far as the
// reader may see it.
type Asked struct {
	Ask     string
	Words   fault.Words
	Opening int // 1 for the first
	Opened  time.Time
	Closed  time.Time // when an action was taken on it; zero while it goes on

	Asked, Given, Missing int
	Silent                int          // of those that are missing: whose time is over
	Passed, Failed        int          // not counted for a reader while Hidden
	Score                 scheme.Value // unknown while Hidden, and where none is asked for
	Hidden                string       // why answers of others are not shown: "until_all" or "sight"; "" is shown
	Nameless              bool         // who is asked is not told to this reader either
	Drawn                 bool         // those who are asked were drawn
	Fields                []scheme.Field
	Seats                 []Seat

	decl scheme.Ask
	step int
}

// open says whether answers are still taken.
func (a Asked) open() bool { return a.Closed.IsZero() }

// settled says whether everybody may read the answers: all are in, or an action was taken on what is there.
func (a Asked) settled() bool { return !a.open() || a.Missing == 0 }

// OrderedBy is what people call the answer that the ask is ordered by; empty where it has no order.
func (a Asked) OrderedBy() fault.Words {
	for _, f := range a.Fields {
		if f.Name == a.decl.Order {
			return f.Words
		}
	}
	return fault.Words{}
}

// InOrder are the seats whose answers the reader may see, in the order of the ask: the smallest first, then those that did not answer what it
// is ordered by; where an ask has no order, as they were asked.
func (a Asked) InOrder() (out []Seat) {
	for _, x := range a.Seats {
		if x.Answer != nil && x.Struck == "" {
			out = append(out, x)
		}
	}
	if a.decl.Order == "" {
		return out
	}
	slices.SortStableFunc(out, func(x, y Seat) int {
		v, w := x.Answer.Given[a.decl.Order], y.Answer.Given[a.decl.Order]
		switch {
		case v.Known() && w.Known():
			return cmp.Compare(v.Int, w.Int)
		case v.Known():
			return -1
		case w.Known():
			return 1
		}
		return 0
	})
	return out
}

// Seat is one who is asked.
type Seat struct {
	ID          string // of an office of the registry, or of a person with an account; "" where it is not told
	Kind        string // office, org, person
	Name        fault.Words
	No          int
	Due         time.Time // zero: none
	Provisional bool
	Late        bool
	Waiting     bool        // for its answer
	Carried     bool        // not asked again: its answer of an earlier opening counts
	Struck      string      // why it fell out: declined, late, conflict; "" is asked
	StruckBy    string      // name of who struck it
	StruckWhy   string      // the reason that was given
	Vacant      bool        // somebody fell out and nobody stood by any more
	Strike      []string    // why the reader can take it off now: declined, conflict, late
	Answer      *SeatAnswer // nil: none yet, or not shown
	Mine        bool        // the reader speaks for it and can answer now
	Instead     bool        // the reader can answer now because it is silent

	opening, holds int
	asked          time.Time
}

// SeatAnswer is what a seat answered.
type SeatAnswer struct {
	At      time.Time
	Person  unit.ID
	By      string
	Mandate string
	Instead string // role that answered for the silent seat
	Reason  string
	Given   map[string]scheme.Value

	key string
}

// Verdict is the seat's verdict, "" where none is asked for.
func (a SeatAnswer) Verdict() string { return a.Given["verdict"].Text }

// asked is an ask of the case, as far as it was read.
func (c Case) asked(name string) Asked {
	for _, a := range c.Asks {
		if a.Ask == name {
			return a
		}
	}
	return Asked{}
}

// asksOf reads the asks of a case as they stand, whole: nothing is hidden yet.
func (s *Service) asksOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, id unit.ID) ([]Asked, error) {
	if len(sch.Asks.Names()) == 0 {
		return nil, nil
	}
	all, err := selectAsked(ctx, tx, id)
	if err != nil {
		return nil, fmt.Errorf("asks of case %s: %w", id, err)
	}
	for i := range all {
		a := &all[i]
		a.decl, _ = sch.Asks.Get(a.Ask)
		a.Words, a.Fields, a.Drawn = sch.Say(a.Ask), sch.AnswerFields(a.decl), a.decl.Draw != nil
		var scored []map[string]scheme.Value
		for j := range a.Seats {
			x := &a.Seats[j]
			x.Carried = x.holds != x.opening
			x.Late = x.Waiting && !x.Due.IsZero() && !tx.Now().Before(x.Due)
			if x.Struck != "" {
				continue
			}
			a.Asked++
			if x.Answer == nil {
				if x.Late && !x.Provisional {
					a.Silent++
				}
				continue
			}
			a.Given++
			switch x.Answer.Verdict() {
			case "passed":
				a.Passed++
			case "failed":
				a.Failed++
			}
			scored = append(scored, x.Answer.Given)
		}
		a.Missing = a.Asked - a.Given
		a.Score = sch.AskScore(a.decl, scored)
	}
	return all, nil
}

// nameSeats adds what people call those who are asked.
func (s *Service) nameSeats(ctx context.Context, tx *db.Tx, all []Asked) error {
	for _, a := range all {
		for i := range a.Seats {
			x := &a.Seats[i]
			x.Name = fault.Words{x.ID, x.ID}
			if x.Vacant {
				x.Name = fault.Words{"空缺", "vacant"}
				continue
			}
			if x.Kind == "person" {
				name, _, err := s.c.Access.Address(ctx, tx, unit.ID(x.ID))
				if err != nil {
					return fmt.Errorf("name of seat %s: %w", x.ID, err)
				}
				if name != "" {
					x.Name = fault.Words{name, name}
				}
				continue
			}
			if x.Kind == "org" {
				o, err := s.c.Registry.Org(ctx, tx, x.ID)
				if err != nil {
					return fmt.Errorf("name of seat %s: %w", x.ID, err)
				}
				x.Name = o.Name
				continue
			}
			switch o, err := s.c.Registry.Authority(ctx, tx, x.ID, s.today(tx.Now())); {
			case err == nil:
				x.Name = o.Name
			case fault.KindOf(err) != fault.NotFound:
				return err
			}
		}
	}
	return nil
}

// openAsks opens what an action opens, and closes what it was taken on: an ask of whose facts the action saw one, when
// the case leaves the stage by it, takes no more answers.
func (s *Service) openAsks(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case, step Step) error {
	if len(sch.Asks.Names()) == 0 {
		return nil
	}
	old, err := s.asksOf(ctx, tx, sch, c.ID)
	if err != nil {
		return err
	}
	was := map[string]Asked{}
	for _, a := range old {
		was[a.Ask] = a
		if a.open() && (c.End != "" || step.From != step.To && saw(step, a.Ask) || slices.Contains(a.decl.OpenedBy, step.Action)) {
			if err := closeAsked(ctx, tx, c.ID, a.Ask, a.Opening); err != nil {
				return fmt.Errorf("close ask %s: %w", a.Ask, err)
			}
		}
	}
	for name, decl := range sch.Asks.All() {
		if !slices.Contains(decl.OpenedBy, step.Action) || c.End != "" {
			continue
		}
		seats, err := s.seatsFor(ctx, tx, sch, *c, name, decl, was[name])
		if err != nil {
			return err
		}
		a := Asked{Ask: name, Words: sch.Say(name), Opening: was[name].Opening + 1, Opened: tx.Now(), decl: decl, step: step.No, Seats: seats}
		if err := s.ask(ctx, tx, sch, *c, a, was[name]); err != nil {
			return fmt.Errorf("open ask %s of case %s: %w", name, c.No, err)
		}
	}
	c.Asks, err = s.asksOf(ctx, tx, sch, c.ID)
	return err
}

// keepWaiting writes who has to act in a case after a seat has changed.
func (s *Service) keepWaiting(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) (err error) {
	if c.Asks, err = s.asksOf(ctx, tx, sch, c.ID); err != nil || c.End != "" {
		return err
	}
	at, err := s.times(ctx, tx, sch, *c)
	if err != nil {
		return err
	}
	return putWaits(ctx, tx, c.ID, at.waits)
}

// saw says whether a decision looked at what an ask brought.
func saw(h Step, ask string) bool {
	for _, f := range h.Decision.Seen {
		if strings.HasPrefix(f.Name, ask+".") {
			return true
		}
	}
	return false
}

// seatsFor is who is asked at an opening: the offices of the field, or who is drawn.
func (s *Service) seatsFor(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, name string, decl scheme.Ask, was Asked) (out []Seat, err error) {
	if decl.Draw != nil {
		return s.draw(ctx, tx, sch, c, name, decl, was)
	}
	v := c.Fields[strings.TrimPrefix(decl.Seats, "form.")]
	if len(v.List) > seatsMax {
		return nil, fault.New(fault.TooLarge, "casework.seats_many", "most", seatsMax).On(strings.TrimPrefix(decl.Seats, "form."))
	}
	seen := map[string]bool{}
	for _, x := range v.List {
		if !seen[x.Text] {
			seen[x.Text] = true
			kind := "office"
			if x.Kind == scheme.Org {
				kind = "org"
			}
			out = append(out, Seat{ID: x.Text, Kind: kind, No: len(out) + 1})
		}
	}
	return out, nil
}

// ask writes an opening down and tells whoever is asked. With `again: failed` a seat that has answered otherwise before
// keeps its answer.
func (s *Service) ask(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a, was Asked) error {
	before := map[string]Seat{}
	if a.decl.Again != "" {
		for _, x := range was.Seats {
			before[x.ID] = x
		}
	}
	if err := insertAsked(ctx, tx, c.ID, a); err != nil {
		return err
	}
	for _, x := range a.Seats {
		x.opening, x.holds, x.Waiting = a.Opening, a.Opening, true
		if old, there := before[x.ID]; there && old.Answer != nil && old.Answer.Verdict() != a.decl.Again {
			x.holds, x.Waiting = old.holds, false
		}
		if err := s.seat(ctx, tx, sch, c, a, x); err != nil {
			return err
		}
	}
	return nil
}

// seat asks one seat.
func (s *Service) seat(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Asked, x Seat) error {
	x.asked = tx.Now()
	if x.Waiting {
		due, err := sch.AskDue(a.decl, x.asked, s.c.Calendar, s.facts(ctx, tx, sch, c))
		if err != nil {
			return err
		}
		x.Due, x.Provisional = due.At, due.Provisional
	}
	if err := insertSeat(ctx, tx, c.ID, a.Ask, x); err != nil {
		return err
	}
	if err := insertReader(ctx, tx, c.ID, x.ID, "seat"); err != nil {
		return err
	}
	if !x.Waiting {
		return nil
	}
	return s.tellSeat(ctx, tx, sch, c, a, x, "case.asked",
		fault.Words{"请您提出" + a.Words[0], "You are asked: " + a.Words[1]}, "")
}

// tellSeat tells whoever speaks for a seat.
func (s *Service) tellSeat(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Asked, x Seat, kind string, what fault.Words, nth string) error {
	if s.c.Notices == nil {
		return nil
	}
	to := notice.Audience{Org: x.ID}
	if x.Kind == "person" {
		to = notice.Audience{Person: unit.ID(x.ID)}
	}
	_, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: to, Kind: kind, Object: c.Object(), Path: "/cases/" + string(c.ID) + "#ask-" + a.Ask,
		Title: fault.Words{fmt.Sprintf("%s：%s %s", what[0], sch.Title[0], c.No), fmt.Sprintf("%s: %s %s", what[1], sch.Title[1], c.No)},
		Text:  fault.Words{"期限：" + s.until(x.Due), "Until: " + s.until(x.Due)},
		Key:   fmt.Sprintf("%s/%s/%d/%s%s", c.Object(), a.Ask, a.Opening, x.ID, nth)})
	return err
}

// kept is how the table of seats names its kind: offices and organisations are one there, told apart by the credit code.
func (x Seat) kept() string {
	if x.Kind == "org" {
		return "office"
	}
	return x.Kind
}

// speaksFor says whether an actor answers for a seat, and by which grant: for an office whoever has a desk there, for an
// organisation whoever acts for it, for a person that person. A desk over a whole region speaks for no single office of it.
func speaksFor(who access.Actor, x Seat) (mandate string, ok bool) {
	switch x.Kind {
	case "person":
		return "", who.Person != "" && string(who.Person) == x.ID
	case "office":
		for _, g := range who.Grants {
			if g.Org == x.ID && access.IsDesk(g.Role) && (g.Region == "" || officeRegion(x.ID).In(g.Region)) {
				return g.String(), true
			}
		}
	case "org":
		for _, g := range who.Grants {
			if g.Org == x.ID && actsFor(who, x.ID) {
				return g.String(), true
			}
		}
	}
	return "", false
}

// officeRegion is where an office is: its id begins with it.
func officeRegion(id string) unit.Region {
	code, _, _ := strings.Cut(id, ".")
	return unit.Region(code)
}

// codesGiven are the codes that were answered in a field, each once, in their order: "credit, trade"; unknown where none was.
func (a Asked) codesGiven(field string) scheme.Value {
	var all []string
	for _, x := range a.Seats {
		if x.Answer != nil && x.Struck == "" && x.Answer.Given[field].Kind == scheme.Choice {
			all = append(all, x.Answer.Given[field].Text)
		}
	}
	if len(all) == 0 {
		return scheme.Value{}
	}
	slices.Sort(all)
	return scheme.TextValue(strings.Join(slices.Compact(all), ", "))
}

// firstDays are the days from the opening of an ask to the first answer that passed; unknown where none did.
func (w *world) firstDays(a Asked) scheme.Value {
	var first time.Time
	for _, x := range a.Seats {
		if x.Answer != nil && x.Struck == "" && x.Answer.Verdict() == "passed" && (first.IsZero() || x.Answer.At.Before(first)) {
			first = x.Answer.At
		}
	}
	if first.IsZero() {
		return scheme.Value{}
	}
	return scheme.CountValue(w.s.today(first).Epoch() - w.s.today(a.Opened).Epoch())
}

// askFact answers what an ask brought. Of one that was never opened nobody is asked and nobody is missing.
func (w *world) askFact(name string) (v scheme.Value, from scheme.Vouched, known bool, err error) {
	ask, part, _ := strings.Cut(name, ".")
	if !w.sch.Asks.Has(ask) {
		return v, from, false, nil
	}
	if w.asks == nil {
		all, err := w.s.asksOf(w.ctx, w.tx, w.sch, w.c.ID)
		if err != nil {
			return v, from, true, err
		}
		w.asks = &all
	}
	a := Case{Asks: *w.asks}.asked(ask)
	from = scheme.Vouched{By: "case", At: w.tx.Now()}
	if _, field, answers := w.sch.AnswerFact(name); answers && w.given != nil {
		return w.given[field], from, true, nil
	} else if answers {
		return a.codesGiven(field), from, true, nil
	}
	if part == "first_days" {
		return w.firstDays(a), from, true, nil
	}
	counts := map[string]int{"asked": a.Asked, "given": a.Given, "missing": a.Missing, "waiting": a.Missing - a.Silent, "passed": a.Passed, "failed": a.Failed}
	if n, counted := counts[part]; counted {
		return scheme.CountValue(int64(n)), from, true, nil
	}
	if part == "rank" {
		v, err = w.rank(ask, a)
		return v, from, true, err
	}
	return a.Score, from, true, nil
}
