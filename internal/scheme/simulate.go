package scheme

import (
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
	"sort"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Limits of a simulation's report.
const (
	curvePoints  = 60   // of the cost curve
	cutsMax      = 200  // lines of one table
	changesMax   = 5000 // firms that change sides, listed one by one
	progressStep = 1000 // firms between two words on how far it is
	yearDays     = 365  // over which applications are spread where the edition has no end
)

// Firm is one organisation as the registry knows it: its facts by the names of the language. What is not in it is
// unknown.
type Firm struct {
	ID    string
	Facts map[string]Value
}

// Firms is a population, read once. An error stops the simulation.
type Firms = iter.Seq2[Firm, error]

// SimulateConfig says what a simulation assumes.
type SimulateConfig struct {
	Assume   map[string]Value // facts that no registry knows, over those that the pack's tests give: "form.contract_sum"
	Budget   unit.Fen         // 0: without end
	Progress func(done int)   // nil: nobody is told
}

// Simulation is what an edition would do to a population: every firm applies once, with the form that the pack's
// tests give, on a day of its own; every officer answers yes; what the registry knows decides.
type Simulation struct {
	Scheme       string               `json:"scheme"`
	Title        fault.Words          `json:"title"`
	Jurisdiction string               `json:"jurisdiction"`
	Edition      string               `json:"edition"`
	Digest       string               `json:"digest"`
	Way          []string             `json:"way"`     // the actions that were walked
	Assumed      map[string]string    `json:"assumed"` // facts that were assumed, the same for all
	Firms        int                  `json:"firms"`
	Qualify      int                  `json:"qualify"`
	ShutOut      int                  `json:"shut_out"`
	NotKnown     int                  `json:"unknown"` // nothing fails, but something cannot be had
	Sum          unit.Fen             `json:"sum_fen"` // of all that qualify
	Rules        []RuleCount          `json:"rules"`   // what shuts most out stands first
	Cuts         map[string][]Segment `json:"cuts"`    // city, size, industry
	Curve        []CurvePoint         `json:"curve"`
	Budget       unit.Fen             `json:"budget_fen,omitempty"`
	BudgetEnds   unit.Day             `json:"budget_ends,omitzero"` // the day on which the next sum no longer fits; none if all fit
	Served       int                  `json:"served"`               // firms that are paid before the budget ends

	firms []judged
	rules []string // names that judged.rule counts into
}

// RuleCount is how many firms a rule shuts out. Alone counts those that pass every other rule.
type RuleCount struct {
	Rule     string      `json:"rule"`
	Words    fault.Words `json:"words"`
	Basis    string      `json:"basis,omitempty"`
	Verified bool        `json:"verified"`
	Fails    int         `json:"fails"`
	Alone    int         `json:"alone"`
	Unknown  int         `json:"unknown"`
}

// Segment is a part of the population.
type Segment struct {
	Key     string   `json:"key"` // region, industry section or first number of staff; "" where it is not known
	Firms   int      `json:"firms"`
	Qualify int      `json:"qualify"`
	Sum     unit.Fen `json:"sum_fen"`
}

// CurvePoint is what has been granted up to the end of a day, without a look at the budget.
type CurvePoint struct {
	Day   unit.Day `json:"day"`
	Firms int      `json:"firms"`
	Sum   unit.Fen `json:"sum_fen"`
}

// judged is one firm in short.
type judged struct {
	id   string
	at   uint32 // where in the year it applies
	sum  unit.Fen
	rule int16 // of Simulation.rules: the first that stopped it; -1 if none did
	res  Result
}

// sizes are the lower bounds of the classes of staff that a report is cut by. They decide nothing.
var sizes = []int64{0, 10, 50, 100, 300, 500, 1000}

// Simulate runs the edition over a population before it is in force. It walks the shortest way on which the most
// leaves the budget, or for a scheme without money the shortest way to an end that is not a refusal.
func (s *Scheme) Simulate(firms Firms, c SimulateConfig) (*Simulation, error) {
	out := &Simulation{Scheme: s.ID, Title: s.Title, Jurisdiction: s.Jurisdiction, Edition: s.Edition, Digest: s.Digest, Budget: c.Budget,
		Assumed: map[string]string{}, Cuts: map[string][]Segment{}}
	given := s.assumedOf(c.Assume)
	for name, v := range given.values {
		out.Assumed[name] = v.String()
	}
	way, err := s.wayOfMost(given)
	if err != nil {
		return nil, err
	}
	for _, row := range way {
		out.Way = append(out.Way, row.Action)
	}
	return out, out.over(s, way, given, firms, c)
}

// assumedOf are the facts that are taken as the same for all: those of the pack's tests and others over them, but of the firm only
// what the registry knows; every officer answers yes.
func (s *Scheme) assumedOf(assume map[string]Value) *factSet {
	given := &factSet{values: map[string]Value{}}
	if s.tests != nil && s.tests.given != nil {
		given = s.tests.given.over(nil)
	}
	for name, v := range assume {
		given.values[name] = v
	}
	for name := range given.values {
		if strings.HasPrefix(name, "firm.") && !strings.HasPrefix(name, openCases) {
			delete(given.values, name)
		}
	}
	given.answers = map[string]bool{}
	for name, r := range s.Rules.All() {
		if r.Ask != "" {
			given.answers[name] = true
		}
	}
	given.reason = "-"
	return given
}

// simulated are the facts of one firm of a population.
type simulated struct {
	firm map[string]Value
	rest testFacts
}

func (f simulated) Fact(name string, args ...Value) (Value, Vouched, error) {
	if v, ok := f.firm[name]; ok && len(args) == 0 {
		return v, Vouched{By: "registry"}, nil
	}
	if strings.HasPrefix(name, "firm.") && len(args) == 0 {
		return Value{}, Vouched{}, nil
	}
	return f.rest.Fact(name, args...)
}

// wayOfMost is the way that the simulation walks, up to the action at which the most has left the budget.
func (s *Scheme) wayOfMost(given *factSet) (best []Row, err error) {
	most := unit.Fen(-1)
	for _, w := range s.Ways() {
		if end, _ := s.IsEnd(w.End); end == Refused {
			continue
		}
		var rows []Row
		stage, purse, books := s.Start(), Purse{}, newBooks()
		facts := testFacts{s: s, f: s.tests.given.over(given)}
		gone, cut := unit.Fen(0), 0
		for i, action := range w.Actions {
			row, ok := s.Row(stage, action)
			if !ok { // a scheme that is started over the population begins elsewhere
				break
			}
			rows = append(rows, row)
			q := facts.question(row, purse)
			out, err := s.Effects(q, fmt.Sprintf("w.%d", i))
			if err != nil {
				break
			}
			books.apply(facts, out.Postings)
			if g := s.goneFromBudgets(books, out.Purse); g > gone {
				gone, cut = g, i+1
			}
			purse, stage = out.Purse, out.To
		}
		if cut > 0 {
			rows = rows[:cut]
		}
		end, _ := s.IsEnd(w.End)
		granted := end == Granted
		if gone > most || gone == most && (len(rows) < len(best) || len(rows) == len(best) && granted) {
			most, best = gone, rows
		}
	}
	if best == nil {
		return nil, fault.New(fault.Conflict, "scheme.no_way", "scheme", s.ID)
	}
	return best, nil
}

// goneFromBudgets is what has left the budgets or is set aside there.
func (s *Scheme) goneFromBudgets(b *books, p Purse) (gone unit.Fen) {
	for name, a := range s.Accounts.All() {
		if a.Kind == Budget || a.Kind == FromParent {
			gone -= b.gains[name]
			for _, h := range p.Holds {
				if h.From.Name == name {
					gone += h.Left
				}
			}
		}
	}
	return gone
}

// over judges every firm.
func (out *Simulation) over(s *Scheme, way []Row, given *factSet, firms Firms, c SimulateConfig) error {
	counts := map[string]*RuleCount{}
	for name, r := range s.Rules.All() {
		if r.When == "" {
			continue
		}
		for _, row := range way {
			if slices.Contains(s.Needs[row.Action], name) && counts[name] == nil {
				counts[name] = &RuleCount{Rule: name, Words: r.Words, Basis: r.Basis, Verified: r.Verified}
				out.rules = append(out.rules, name)
			}
		}
	}
	cuts := map[string]map[string]*Segment{"city": {}, "size": {}, "industry": {}}
	judging := s.classes(way, testFacts{s: s, f: given}, out.rules)
	part := make([]Firm, 0, classBatch)
	judge := func() error {
		err := judging.each(part, func(f Firm, found fate) { out.add(found, f, counts, cuts, c.Progress) })
		part = part[:0]
		return err
	}
	for f, err := range firms {
		if err != nil {
			return err
		}
		if part = append(part, f); len(part) == classBatch {
			if err := judge(); err != nil {
				return err
			}
		}
	}
	if err := judge(); err != nil {
		return err
	}
	for _, name := range out.rules {
		out.Rules = append(out.Rules, *counts[name])
	}
	sort.SliceStable(out.Rules, func(i, k int) bool {
		a, b := out.Rules[i], out.Rules[k]
		if a.Fails != b.Fails {
			return a.Fails > b.Fails
		}
		return a.Alone > b.Alone
	})
	for name, by := range cuts {
		out.Cuts[name] = segments(by, name == "size")
	}
	out.spend(s)
	if c.Progress != nil {
		c.Progress(out.Firms)
	}
	return nil
}

// add counts one firm.
func (out *Simulation) add(found fate, f Firm, counts map[string]*RuleCount, cuts map[string]map[string]*Segment, progress func(int)) {
	h := fnv.New32a()
	h.Write([]byte(f.ID))
	j := judged{id: f.ID, at: h.Sum32(), sum: found.sum, rule: -1, res: found.res}
	for _, name := range found.fails {
		counts[name].Fails++
	}
	for _, name := range found.open {
		counts[name].Unknown++
	}
	if len(found.fails) == 1 && len(found.open) == 0 {
		counts[found.fails[0]].Alone++
	}
	if stopped := append(found.fails[:len(found.fails):len(found.fails)], found.open...); len(stopped) > 0 {
		j.rule = int16(slices.Index(out.rules, stopped[0]))
	}
	if out.Firms++; progress != nil && out.Firms%progressStep == 0 {
		progress(out.Firms)
	}
	switch j.res {
	case Pass:
		out.Qualify++
		out.Sum += j.sum
	case Fail:
		out.ShutOut++
	default:
		out.NotKnown++
	}
	out.firms = append(out.firms, j)
	size := ""
	if v := f.Facts["firm.staff"]; v.Known() {
		for _, from := range sizes {
			if v.Int >= from {
				size = fmt.Sprint(from)
			}
		}
	}
	city := f.Facts["firm.city"].Text
	if city == "" {
		city = f.Facts["firm.region"].Text
	}
	for name, key := range map[string]string{"city": city, "size": size, "industry": string(unit.Industry(f.Facts["firm.industry"].Text).Section())} {
		seg := cuts[name][key]
		if seg == nil {
			seg = &Segment{Key: key}
			cuts[name][key] = seg
		}
		seg.Firms++
		if j.res == Pass {
			seg.Qualify++
			seg.Sum += j.sum
		}
	}
}

// segments are the lines of one table: sizes in their order, others with the most firms first.
func segments(by map[string]*Segment, bySize bool) []Segment {
	out := make([]Segment, 0, len(by))
	for _, s := range by {
		out = append(out, *s)
	}
	sort.Slice(out, func(i, k int) bool {
		a, b := out[i], out[k]
		switch {
		case bySize && len(a.Key) != len(b.Key):
			return len(a.Key) < len(b.Key)
		case bySize || a.Firms == b.Firms:
			return a.Key < b.Key
		}
		return a.Firms > b.Firms
	})
	return out[:min(len(out), cutsMax)]
}

// spend spreads the applications over the time of the edition, each on a day that its firm's code decides, and adds
// up what they cost.
func (out *Simulation) spend(s *Scheme) {
	var paid []judged
	for _, j := range out.firms {
		if j.res == Pass {
			paid = append(paid, j)
		}
	}
	sort.Slice(paid, func(i, k int) bool {
		return paid[i].at < paid[k].at || paid[i].at == paid[k].at && paid[i].id < paid[k].id
	})
	from, days := s.InForce[0].Day(), yearDays
	if !from.Valid() {
		from = unit.Date(2000, 1, 1)
	}
	if to := s.InForce[1].Day(); to.Valid() && to > from {
		days = to.Sub(from) + 1
	}
	dayOf := func(j judged) unit.Day { return from.Add(int(uint64(j.at) * uint64(days) >> 32)) }
	sum, n := unit.Fen(0), 0
	for p := 1; p <= curvePoints; p++ {
		last := from.Add(days*p/curvePoints - 1)
		for n < len(paid) && dayOf(paid[n]) <= last {
			if out.Budget > 0 && !out.BudgetEnds.Valid() {
				if sum+paid[n].sum > out.Budget {
					out.BudgetEnds = dayOf(paid[n])
				} else {
					out.Served++
				}
			}
			sum += paid[n].sum
			n++
		}
		out.Curve = append(out.Curve, CurvePoint{last, n, sum})
	}
	if out.Budget == 0 {
		out.Served = n
	}
}

// Assume reads facts as they are written in tests, "form.contract_sum=48000 yuan".
func (s *Scheme) Assume(written []string) (map[string]Value, error) {
	out := map[string]Value{}
	for _, w := range written {
		name, text, _ := strings.Cut(w, "=")
		sh, known := s.factShape(name)
		v, ok := Value{}, false
		if known {
			v, ok = typed(&node{kind: textNode, text: text}, sh.kind, sh.elem)
		}
		if !ok {
			return nil, fault.New(fault.Invalid, "scheme.assumed", "text", w).On("assume")
		}
		out[name] = v
	}
	return out, nil
}

// Day is the first day that the simulation is of.
func (out *Simulation) Day() unit.Day {
	if len(out.Curve) > 0 {
		return out.Curve[0].Day
	}
	return unit.Date(2026, 1, 1)
}
