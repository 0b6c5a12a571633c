package casework

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	countMax   = 10_000 // cases of a list are counted up to here
	stageMax   = 1000   // and those of one stage in a queue up to here
	rolesMax   = 250    // roles that wait in one stage of a case
	catchupMax = 200    // cases that one Tick catches up with
)

// QueueFilter narrows a queue. The zero QueueFilter is all that waits for the actor, the earliest due first.
type QueueFilter struct {
	Scheme, Stage string
	Due           string // "late", "soon"; "" is any
	Hands         string // "mine": taken by the actor; "free": by nobody; "" is any
	Sort          string // "age": the oldest case first; "" is by due time
	Page          int    // from 1
	Rows          int    // of a page, at most RowsMax; 0 is 50

	person    unit.ID
	soon      time.Duration
	uncounted bool // the counts by stage are not wanted: each takes a statement
}

// QueuePage is one page of what waits for an actor.
type QueuePage struct {
	Cases  []Waiting
	Total  int  // of what is narrowed to; not more than countMax
	More   bool // there are more than Total
	Stages []StageCount
}

// Waiting is a case with the role that has to act in it. Its history is not read.
type Waiting struct {
	Case
	Due         time.Time // of the actor's role; zero when no time is counted
	Provisional bool
	Late        bool
	Taken       Taken
}

// StageCount says how many cases wait for the actor in a stage, and how many of them are late.
type StageCount struct {
	Scheme string
	Title  fault.Words
	Stage  string
	Words  fault.Words
	N      int
	Late   int
	More   bool // there are more than N
}

// place is a stage of an edition.
type place struct{ digest, stage string }

// standing is a place in which a desk, or a party, of the actor's can act.
type standing struct {
	place
	desk string // "" for parties
	sch  *scheme.Scheme
}

// Queue returns one page of the cases in which the actor's role can act now, the earliest due first, and how many
// there are, counted up to a limit.
func (s *Service) Queue(ctx context.Context, who access.Actor, page int) ([]Case, int, error) {
	p, err := s.Line(ctx, who, QueueFilter{Page: page, uncounted: true})
	out := make([]Case, len(p.Cases))
	for i, w := range p.Cases {
		out[i] = w.Case
	}
	return out, p.Total, err
}

// Line is the queue of an actor as it is narrowed, with the counts of all of it by stage.
func (s *Service) Line(ctx context.Context, who access.Actor, f QueueFilter) (p QueuePage, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return p, err
	}
	f.person, f.soon = who.Person, s.c.Soon
	orgs := append(orgsOf(who), seatsOf(who)...)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := occupied(ctx, tx, s.standings(who))
		if err != nil {
			return fmt.Errorf("queue of %s: %w", who.Person, err)
		}
		rows := rowsOf(f.Rows)
		offset := min((max(f.Page, 1)-1)*rows, countMax)
		ids, err := selectLine(ctx, tx, lineOf(who, all, orgs, f, tx.Now(), offset+rows), offset, rows)
		if err != nil {
			return fmt.Errorf("queue of %s: %w", who.Person, err)
		}
		if p.Total, err = countLine(ctx, tx, lineOf(who, all, orgs, f, tx.Now(), countMax+1)); err != nil {
			return err
		}
		if p.More = p.Total > countMax; p.More {
			p.Total = countMax
		}
		if everything := f.Scheme == "" && f.Stage == "" && f.Due == "" && f.Hands == ""; !f.uncounted && (p.Total > 0 || !everything) {
			if p.Stages, err = s.stageCounts(ctx, tx, who, all, orgs); err != nil {
				return err
			}
		}
		p.Cases, err = s.waiting(ctx, tx, who, ids)
		return err
	})
	return p, err
}

// waiting are the cases with these ids as lines of a queue.
func (s *Service) waiting(ctx context.Context, tx *db.Tx, who access.Actor, ids []unit.ID) ([]Waiting, error) {
	cases, err := selectByIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	taken, err := selectTakenOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if err := s.lines(ctx, tx, cases); err != nil {
		return nil, err
	}
	seats := seatsOf(who)
	out := make([]Waiting, len(cases))
	for i, c := range cases {
		w := Waiting{Case: c, Taken: taken[c.ID]}
		sch, err := s.edition(c)
		if err != nil {
			return nil, err
		}
		for _, x := range c.Waits {
			_, mine := s.holds(sch, c, who, x.Role)
			_, seat := seatRole(x.Role)
			if (mine || slices.Contains(seats, seat)) && !x.Due.IsZero() && (w.Due.IsZero() || x.Due.Before(w.Due)) {
				w.Due, w.Provisional, w.Late = x.Due, x.Provisional, x.Late
			}
		}
		if w.Case, err = s.shownLine(ctx, tx, who, c); err != nil {
			return nil, err
		}
		out[i] = w
	}
	return out, nil
}

// standings are the stages out of which a row leads that a role of the actor may take.
func (s *Service) standings(who access.Actor) (out []standing) {
	party, holds := len(orgsOf(who)) > 0, map[string]bool{}
	for _, x := range s.shelf.Load().standings {
		if x.desk == "" {
			if party || x.asked {
				out = append(out, x.standing)
			}
			continue
		}
		held, known := holds[x.desk]
		if !known {
			held = who.Holds(x.desk)
			holds[x.desk] = held
		}
		if held {
			out = append(out, x.standing)
		}
	}
	return out
}

// occupied are those of the standings at which anything waits for anybody, and those of parties. A desk has hundreds of places in
// all schemes, at a few of which something waits: a queue that named each would take PostgreSQL longer to plan than to answer.
func occupied(ctx context.Context, tx *db.Tx, all []standing) (out []standing, err error) {
	for _, x := range all {
		if x.desk != "" {
			tx.Ahead(ctx, sqlOccupied, x.desk, x.digest, x.stage)
		}
	}
	for _, x := range all {
		there := x.desk == ""
		if !there {
			if there, err = selectOccupied(ctx, tx, x.desk, x.digest, x.stage); err != nil {
				return nil, err
			}
		}
		if there {
			out = append(out, x)
		}
	}
	return out, nil
}

// openStanding is a standing of some desk or party; in a scheme that asks, whoever is asked has one, too.
type openStanding struct {
	standing
	asked bool
}

// standingsOf are those of everybody in a scheme: of each stage each desk once, and the parties once.
func standingsOf(sch *scheme.Scheme) (out []openStanding) {
	asks := len(sch.Asks.Names()) > 0
	for _, stage := range sch.AllStages() {
		seen := map[string]bool{}
		add := func(desk string) {
			if !seen[desk] {
				seen[desk] = true
				out = append(out, openStanding{standing{place{sch.Digest, stage}, desk, sch}, asks})
			}
		}
		if asks {
			add("")
		}
		for _, row := range sch.RowsFrom(stage) {
			for _, name := range row.Who {
				if r, ok := sch.Roles.Get(name); ok && (r.Desk != "" || r.Party != "") {
					add(r.Desk)
				}
			}
		}
	}
	return out
}

// orgsOf are the organisations for which an actor may act.
func orgsOf(who access.Actor) []string { return access.ReachOf(who, access.CaseAct).Orgs }

// lineOf joins the parts of a queue: each desk and stage, each organisation.
func lineOf(who access.Actor, all []standing, orgs []string, f QueueFilter, now time.Time, limit int) (l line) {
	var parties []place
	for _, x := range all {
		if f.Scheme != "" && x.sch.ID != f.Scheme || f.Stage != "" && x.stage != f.Stage {
			continue
		}
		if x.desk == "" {
			parties = append(parties, x.place)
			continue
		}
		regions, offices := placesOf(who, x.desk)
		l.deskPart(x.desk, regions, offices, x.place, f, now, limit)
	}
	for _, org := range orgs {
		l.orgPart(org, parties, f, now, limit)
	}
	return l
}

// stageCounts counts the whole queue by scheme and stage; editions of one scheme are counted together.
func (s *Service) stageCounts(ctx context.Context, tx *db.Tx, who access.Actor, all []standing, orgs []string) (out []StageCount, err error) {
	at := map[[2]string]int{}
	for _, x := range all {
		key := [2]string{x.sch.ID, x.stage}
		if _, counted := at[key]; counted {
			continue
		}
		at[key] = len(out)
		f := QueueFilter{Scheme: x.sch.ID, Stage: x.stage}
		n, err := countLine(ctx, tx, lineOf(who, all, orgs, f, tx.Now(), stageMax+1))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		f.Due = "late"
		late, err := countLine(ctx, tx, lineOf(who, all, orgs, f, tx.Now(), stageMax+1))
		if err != nil {
			return nil, err
		}
		out = append(out, StageCount{Scheme: x.sch.ID, Title: x.sch.Title, Stage: x.stage, Words: x.sch.Say(x.stage), N: min(n, stageMax), Late: min(late, stageMax), More: n > stageMax})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Scheme < out[j].Scheme })
	return out, nil
}

// waitRows are who has to act in a case, as rows to keep.
func (s *Service) waitRows(sch *scheme.Scheme, c Case, waits []Wait, now time.Time) (out []waitRow) {
	at := map[string]int{}
	for _, w := range waits {
		r, ok := sch.Roles.Get(w.Role)
		if !ok || r.Desk == "" && partyOf(c, r) == "" || r.Anyone {
			continue
		}
		row := waitRow{caseID: c.ID, role: w.Role, desk: r.Desk, region: c.Region, digest: sch.Digest, stage: c.Stage, until: never, provisional: w.Provisional}
		if r.Desk != "" {
			region, office, there := s.deskPlace(r, c, sch)
			if !there {
				continue
			}
			row.region, row.org = region, office
		} else {
			row.org = partyOf(c, r)
		}
		if !w.Due.IsZero() {
			row.until = db.Micros(w.Due)
			row.dueSoon = w.Due.Before(now.Add(s.c.Soon))
		}
		if i, have := at[w.Role]; have {
			if row.until < out[i].until {
				out[i] = row
			}
			continue
		}
		at[w.Role] = len(out)
		out = append(out, row)
	}
	for _, a := range c.Asks {
		for _, x := range a.Seats {
			if !x.Waiting || c.End != "" {
				continue
			}
			row := waitRow{caseID: c.ID, role: a.Ask + "/" + x.ID, org: x.ID, region: c.Region, digest: sch.Digest, stage: c.Stage, until: never, provisional: x.Provisional}
			if !x.Due.IsZero() {
				row.until, row.dueSoon = db.Micros(x.Due), x.Due.Before(now.Add(s.c.Soon))
			}
			out = append(out, row)
		}
	}
	return out
}

// lines adds what a list shows of its cases: words, names, and who has to act, as it is kept beside them.
func (s *Service) lines(ctx context.Context, tx *db.Tx, cases []Case) error {
	ids := make([]unit.ID, len(cases))
	for i, c := range cases {
		ids[i] = c.ID
	}
	kept, err := selectWaits(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i := range cases {
		c := &cases[i]
		sch, err := s.edition(*c)
		if err != nil {
			return err
		}
		if err := s.name(ctx, tx, sch, c); err != nil {
			return err
		}
		until := map[string]waitRow{}
		for _, k := range kept[c.ID] {
			until[k.role] = k
		}
		for _, row := range sch.RowsFrom(c.Stage) {
			if !row.ByPerson() {
				continue
			}
			for _, role := range row.Who {
				k, ok := until[role]
				if !ok {
					continue
				}
				w := Wait{Role: role, Words: sch.Say(role), Action: row.Action, ActionWords: sch.Say(row.Action), Provisional: k.provisional}
				if k.until != never && row.Clock != "" {
					w.Due = db.Time(k.until)
					w.Late = !tx.Now().Before(w.Due)
				}
				c.Waits = append(c.Waits, w)
			}
		}
		for _, k := range kept[c.ID] {
			if ask, seat := seatRole(k.role); seat != "" {
				w := Wait{Role: k.role, Words: sayAsked(sch, ask), Action: ask, ActionWords: sch.Say(ask), Provisional: k.provisional}
				if k.until != never {
					w.Due = db.Time(k.until)
					w.Late = !tx.Now().Before(w.Due)
				}
				c.Waits = append(c.Waits, w)
			}
		}
	}
	return nil
}

// catchUp writes who has to act in cases that were there before that was kept; false says that all are done.
func (s *Service) catchUp(ctx context.Context) (bool, error) {
	const what = "waits"
	more := false
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		after, done, err := selectCatchup(ctx, tx, what)
		if more = !done; err != nil || done {
			return err
		}
		open, err := selectOpen(ctx, tx, after, catchupMax)
		if err != nil {
			return err
		}
		next := unit.ID("")
		for i := range open {
			c := &open[i]
			next = c.ID
			sch, err := s.edition(*c)
			if err != nil {
				continue // as long as its edition is not there, nobody can act in it
			}
			if c.History, err = selectSteps(ctx, tx, c.ID); err != nil {
				return err
			}
			at, err := s.times(ctx, tx, sch, *c)
			if err != nil {
				return fmt.Errorf("who has to act in case %s: %w", c.No, err)
			}
			if err := putWaits(ctx, tx, c.ID, at.waits); err != nil {
				return err
			}
		}
		if len(open) < catchupMax {
			next = ""
		}
		return putCatchup(ctx, tx, what, next)
	})
	return more, err
}
