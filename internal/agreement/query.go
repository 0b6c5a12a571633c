package agreement

import (
	"context"
	"sort"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	summaryRows = 50_000 // groups of lead or place and light that a summary reads
	pairsMax    = 2000   // pairs of a matrix
	placesMax   = 2000   // places of a map
	openMax     = 2000   // tasks in one answer
)

// Sort is an order of tasks.
type Sort string

const (
	ByUrgency Sort = ""     // what is open first, by due day
	ByDue     Sort = "due"  // by due day
	ByCodeNo  Sort = "code" // by code
	ByLead    Sort = "lead" // by the lead's name
	ByNewest  Sort = "new"  // what was set up last first
)

// Sorts are the orders that can be asked for.
var Sorts = []Sort{ByUrgency, ByDue, ByCodeNo, ByLead, ByNewest}

// Query says which tasks to look for; the zero value is all.
type Query struct {
	Text      string // in title, source sentence, indicator, code or names of parties
	Party     string // key of a party with any part in it
	Lead      string // key of the lead
	Agreement unit.ID
	List      unit.ID
	Tag       Tag
	Light     string // a Light, or "late": past its day, or "open": neither done nor ended
	Level     string
	Region    unit.Region // where it is done, with everything inside
	Problem   bool        // with a problem to be coordinated
	Public    bool        // in a list that the public follows
	Sort      Sort
	Page      int // from 1
	Rows      int // 0 is 50
}

// Find returns one page of the tasks that the actor may know of, and how many there are.
func (r *Register) Find(ctx context.Context, who access.Actor, q Query) (all []Task, total int, err error) {
	if q.Rows < 1 || q.Rows > openMax {
		q.Rows = 50
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		args := r.filter(tx, who, q)
		if total, err = countTasks(ctx, tx, args); err != nil {
			return err
		}
		if all, err = findTasks(ctx, tx, q, args); err != nil {
			return err
		}
		r.light(all, tx.Now())
		return nil
	})
	return all, total, err
}

// Tasks returns all tasks that the actor may know of, the most urgent first, at most taskPageMax from an offset.
func (r *Register) Tasks(ctx context.Context, who access.Actor, offset int) (all []Task, total int, err error) {
	return r.Find(ctx, who, Query{Page: offset/taskPageMax + 1, Rows: taskPageMax})
}

// filter is what the statements are given: the query, what the actor reaches, and the days at which colours change.
func (r *Register) filter(tx *db.Tx, who access.Actor, q Query) []any {
	today, cal := r.today(tx), r.calendar()
	sr, sa := r.lamps.Strict.cutoff(cal, today)
	rr, ra := r.lamps.Regional.cutoff(cal, today)
	region := ""
	if q.Region != "" {
		region = regionPrefix(q.Region) + "%"
	}
	flag := func(b bool) string {
		if b {
			return "1"
		}
		return ""
	}
	return []any{like(q.Text), q.Party, q.Lead, string(q.Agreement), string(q.List), q.Tag.Frame, q.Tag.Item, q.Light, q.Level, region,
		reachText(who), flag(q.Problem), sr.String(), sa.String(), rr.String(), ra.String(), today.String(), flag(q.Public)}
}

func regionPrefix(g unit.Region) string {
	switch {
	case len(g) == 6 && g[2:] == "0000":
		return string(g[:2])
	case len(g) == 6 && g[4:] == "00":
		return string(g[:4])
	}
	return string(g)
}

// Counts are tasks by light.
type Counts map[Light]int

// Total is all of them.
func (c Counts) Total() (n int) {
	for _, k := range c {
		n += k
	}
	return n
}

// Of is the number of one light by its name.
func (c Counts) Of(light string) int { return c[Light(light)] }

// Open is what is neither done nor ended.
func (c Counts) Open() int { return c[Red] + c[Amber] + c[Green] + c[Check] }

// LeadCounts are the tasks of one lead.
type LeadCounts struct {
	Lead   Party
	Counts Counts
}

// Summary is what the tasks of a query come to: all together, and by lead, who holds most that is late first.
type Summary struct {
	Counts      Counts
	Leads       []LeadCounts
	Provisional bool // the calendar of some day is not announced
}

// Sum counts the tasks of a query by colour.
func (r *Register) Sum(ctx context.Context, who access.Actor, q Query) (s Summary, err error) {
	s.Counts = Counts{}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		leads := map[string]*LeadCounts{}
		groups, err := sumTasks(ctx, tx, r.filter(tx, who, q))
		if err != nil {
			return err
		}
		today, cal := r.today(tx), r.calendar()
		for _, g := range groups {
			key := g.lead.Key()
			l := leads[key]
			if l == nil {
				l = &LeadCounts{Lead: g.lead, Counts: Counts{}}
				leads[key] = l
			}
			l.Counts[g.light] += g.n
			s.Counts[g.light] += g.n
			if g.light != Done && g.light != Ended && !s.Provisional {
				s.Provisional = r.lamps.Strict.on(cal, g.first, today).Provisional || r.lamps.Strict.on(cal, g.last, today).Provisional
			}
		}
		for _, l := range leads {
			s.Leads = append(s.Leads, *l)
		}
		sort.Slice(s.Leads, func(i, j int) bool {
			a, b := s.Leads[i], s.Leads[j]
			if a.Counts[Red] != b.Counts[Red] {
				return a.Counts[Red] > b.Counts[Red]
			}
			if x, y := a.Counts.Total(), b.Counts.Total(); x != y {
				return x > y
			}
			return a.Lead.Name < b.Lead.Name
		})
		return nil
	})
	return s, err
}

// Pair is how many tasks one party leads in which another takes part.
type Pair struct {
	Lead, Partner Party
	N             int
}

// Matrix says who works with whom.
func (r *Register) Matrix(ctx context.Context, who access.Actor, q Query) (all []Pair, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = pairTasks(ctx, tx, r.filter(tx, who, q))
		return err
	})
	return all, err
}

// Place is what is done in one place.
type Place struct {
	Region unit.Region
	Counts Counts
}

// Map counts the tasks by the place where they are done, or where their lead is.
func (r *Register) Map(ctx context.Context, who access.Actor, q Query) (all []Place, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		groups, err := placeTasks(ctx, tx, r.filter(tx, who, q))
		if err != nil {
			return err
		}
		at := map[unit.Region]Counts{}
		for _, g := range groups {
			if at[g.region] == nil {
				at[g.region] = Counts{}
			}
			at[g.region][g.light] += g.n
		}
		for g, c := range at {
			all = append(all, Place{g, c})
		}
		sort.Slice(all, func(i, j int) bool { return all[i].Region < all[j].Region })
		return nil
	})
	return all, err
}

// Timeline is a page of tasks with their milestones and what they wait for.
func (r *Register) Timeline(ctx context.Context, who access.Actor, q Query) (all []Task, total int, err error) {
	q.Rows = min(max(q.Rows, 1), openMax)
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		args := r.filter(tx, who, q)
		if total, err = countTasks(ctx, tx, args); err != nil {
			return err
		}
		if all, err = findTasks(ctx, tx, q, args); err != nil {
			return err
		}
		for i := range all {
			if all[i].Milestones, err = selectMilestones(ctx, tx, all[i].ID); err != nil {
				return err
			}
			if all[i].Needs, err = selectNeeds(ctx, tx, all[i].ID); err != nil {
				return err
			}
		}
		r.light(all, tx.Now())
		return nil
	})
	return all, total, err
}

// Held is what is late in the hands of one holder: its own tasks, what it has to verify, and tasks of others that wait
// for one of its.
type Held struct {
	Holder Party
	Office bool // the office of this node
	Tasks  []Task
	Blocks []Blocked
}

// Blocked is a late task that waits for one that another has not done.
type Blocked struct{ Task, Waits Task }

// Late says what is late and who holds it: who verifies where evidence is in, who leads a task that it waits for where
// that one is not done, else who leads it. The longest list of the page comes first; a page begins with what is late longest.
func (r *Register) Late(ctx context.Context, who access.Actor, q Query) (all []Held, total int, err error) {
	q.Light = "late"
	if q.Rows < 1 || q.Rows > taskPageMax {
		q.Rows = taskPageMax
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		args := r.filter(tx, who, q)
		if total, err = countTasks(ctx, tx, args); err != nil {
			return err
		}
		tasks, err := findTasks(ctx, tx, q, args)
		if err != nil {
			return err
		}
		r.light(tasks, tx.Now())
		at := map[string]*Held{}
		of := func(p Party, kind VerifierKind) *Held {
			key := string(kind) + p.Key()
			if kind != ByOffice {
				key = p.Key()
			}
			if at[key] == nil {
				at[key] = &Held{Holder: p, Office: kind == ByOffice}
			}
			return at[key]
		}
		for _, t := range tasks {
			if t.State == StateRunning {
				blocked, err := r.waits(ctx, tx, t)
				if err != nil {
					return err
				}
				if blocked.ID != "" {
					h := of(blocked.Lead, ByParty)
					h.Blocks = append(h.Blocks, Blocked{t, blocked})
					continue
				}
			}
			p, kind := t.Holder()
			h := of(p, kind)
			h.Tasks = append(h.Tasks, t)
		}
		for _, h := range at {
			all = append(all, *h)
		}
		sort.Slice(all, func(i, j int) bool {
			a, b := len(all[i].Tasks)+len(all[i].Blocks), len(all[j].Tasks)+len(all[j].Blocks)
			if a != b {
				return a > b
			}
			return all[i].Holder.Name < all[j].Holder.Name
		})
		return nil
	})
	return all, total, err
}

// waits is the first task that this one waits for and that is not done; the zero task when there is none.
func (r *Register) waits(ctx context.Context, tx *db.Tx, t Task) (Task, error) {
	needs, err := selectNeeds(ctx, tx, t.ID)
	if err != nil {
		return Task{}, err
	}
	for _, id := range needs {
		n, err := selectTask(ctx, tx, id)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil || n.State == StateRunning || n.State == StateSubmitted {
			return n, err
		}
	}
	return Task{}, nil
}
