package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	startRows  = 50   // organisations on one page of a start
	startsMax  = 500  // starts that are listed
	ringsMax   = 4000 // times that a clock may ring within one edition
	openStarts = 20   // that one Tick goes on with
)

// Start is a time at which a scheme opens cases, one for each organisation for whom its rules pass.
type Start struct {
	ID      unit.ID // "" before it has begun
	Scheme  string
	Title   fault.Words
	Edition string
	Home    string // jurisdiction
	Due     time.Time
	Begun   time.Time
	Done    time.Time // zero while it goes on
	Looked  int       // organisations
	Opened  int
	Failed  int
	Waits   int  // those of whom the rules cannot say, that nobody has decided about
	May     bool // the reader may decide about them

	digest string
	after  string // the organisation up to which all were looked at
}

// StartedOrg is what a start came to for one organisation: its case, or that an officer has to say.
type StartedOrg struct {
	Org     string
	Name    fault.Words
	Answers []scheme.Answer
	State   string // waits, opened, dismissed
	Case    unit.ID
	Reason  string
	Person  unit.ID
	By      string
	At      time.Time
}

// rings are the moments at which the edition's `starts` rings up to now, the last of them first; and the next one.
func (s *Service) rings(sch *scheme.Scheme, now time.Time) (last, next time.Time, err error) {
	zone := s.c.Calendar.Location()
	from, to := sch.InForce[0].Day(), s.LastDay(sch)
	if !from.Valid() {
		return last, next, nil
	}
	due, err := sch.RingsAt(sch.Starts.On, from.Start(zone), s.c.Calendar)
	for n := 0; err == nil && n < ringsMax && !due.Provisional && !due.At.IsZero(); n++ {
		if to.Valid() && unit.DayOf(due.At.Add(-time.Microsecond), zone) > to {
			break
		}
		if due.At.After(now) {
			return last, due.At, nil
		}
		last = due.At
		again, err := sch.RingsAt(sch.Starts.On, last.Add(-time.Microsecond), s.c.Calendar)
		if err == nil && !again.At.After(last) {
			again, err = sch.RingsAt(sch.Starts.On, last, s.c.Calendar)
		}
		if err != nil || !again.At.After(last) || !recurs(sch) {
			return last, next, err
		}
		due = again
	}
	return last, next, err
}

// recurs says whether the clock of `starts` rings more than once.
func recurs(sch *scheme.Scheme) bool {
	p, _ := sch.Params.Get(sch.Starts.On)
	return p.Value.Kind == scheme.Cycle
}

// startOn begins what is due and takes the next piece of every start that goes on, each in an act of its own. A time that
// passed while the node was down is one start, however often the clock would have rung.
func (s *Service) startOn(ctx context.Context) (done int, err error) {
	for _, sch := range s.Schemes() {
		if sch.Starts == nil {
			continue
		}
		begun, err := s.beginStart(ctx, sch)
		if err != nil {
			return done, fmt.Errorf("start of %s: %w", sch.ID, err)
		}
		if begun {
			done++
		}
	}
	var open []Start
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		open, err = selectOpenStarts(ctx, tx)
		return err
	}); err != nil {
		return done, fmt.Errorf("starts that go on: %w", err)
	}
	for _, st := range open {
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return s.startPiece(ctx, tx, st.ID) }); err != nil {
			return done, fmt.Errorf("start %s of %s: %w", st.ID, st.Scheme, err)
		}
		done++
	}
	return done, nil
}

// beginStart writes down that a time has come, once for each scheme, jurisdiction and time.
func (s *Service) beginStart(ctx context.Context, sch *scheme.Scheme) (begun bool, err error) {
	var last time.Time
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if last, _, err = s.rings(sch, tx.Now()); err != nil || last.IsZero() {
			return err
		}
		there, err := countStartsFrom(ctx, tx, sch.ID, sch.Jurisdiction, last)
		if there > 0 {
			last = time.Time{}
		}
		return err
	}); err != nil || last.IsZero() {
		return false, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		st := Start{ID: unit.NewID(tx.Now()), Scheme: sch.ID, Home: sch.Jurisdiction, Due: last, digest: sch.Digest}
		if begun, err = insertStart(ctx, tx, st); err != nil || !begun {
			return err
		}
		return s.c.Access.Record(ctx, tx, access.System("clock"), access.Entry{Act: "start.begin", Object: "start/" + string(st.ID),
			Region: unit.Region(sch.Jurisdiction), Detail: sch.ID + " " + unit.DayOf(last.Add(-time.Microsecond), s.c.Calendar.Location()).String()})
	})
	return begun, err
}

// startPiece looks at the next organisations of a start: their cases, and how far it has come, are written together.
func (s *Service) startPiece(ctx context.Context, tx *db.Tx, id unit.ID) error {
	st, err := selectStart(ctx, tx, id)
	if err != nil || !st.Done.IsZero() {
		return err // another process has ended it meanwhile
	}
	sch, err := s.edition(Case{Scheme: st.Scheme, EditionDigest: st.digest})
	if err != nil {
		return err
	}
	orgs, err := s.c.Registry.Each(ctx, tx, st.after, s.pieces.startPiece)
	if err != nil {
		return err
	}
	for _, o := range orgs {
		st.after = o.Code
		if in, known := s.c.Regions.In(o.Region, unit.Region(sch.Jurisdiction), s.today(tx.Now())); !known || !in {
			continue
		}
		st.Looked++
		if err := s.startFor(ctx, tx, sch, &st, o); err != nil {
			return fmt.Errorf("for %s: %w", o.Code, err)
		}
	}
	if len(orgs) < s.pieces.startPiece {
		st.Done = tx.Now()
	}
	return updateStart(ctx, tx, st)
}

// startFor judges one organisation, and opens its case if the rules pass.
func (s *Service) startFor(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, st *Start, o registry.Org) error {
	c := Case{Scheme: sch.ID, EditionDigest: sch.Digest, Org: o.Code, Region: s.belongs(sch, o.Region, s.today(tx.Now())), Stage: sch.Starts.Stage}
	j, err := sch.JudgeRules(sch.Starts.Where, scheme.Question{Stage: c.Stage, Facts: s.facts(ctx, tx, sch, c)})
	if err != nil {
		return err
	}
	x := StartedOrg{Org: o.Code, Answers: j.Answers}
	switch j.Verdict {
	case scheme.Fail:
		st.Failed++
		return nil
	case scheme.Pass:
		st.Opened++
		x.State, x.At = "opened", tx.Now()
		if x.Case, err = s.startCase(ctx, tx, access.System("clock"), sch, *st, c); err != nil {
			return err
		}
	default:
		x.State = "waits"
	}
	return insertStarted(ctx, tx, st.ID, x)
}

// startCase opens the case of a start. Its key keeps an organisation from getting a second one.
func (s *Service) startCase(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, st Start, c Case) (unit.ID, error) {
	if err := s.begin(ctx, tx, who, sch, &c, "start/"+string(st.ID)+"/"+c.Org); err != nil {
		return "", err
	}
	if err := s.tell(ctx, tx, who, sch, c); err != nil {
		return "", err
	}
	return c.ID, s.onwards(ctx, tx, sch, &c)
}

// Starts lists the times at which schemes of this node open cases by themselves, the newest first, those to come before them.
func (s *Service) Starts(ctx context.Context, who access.Actor) (out []Start, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		for _, sch := range s.Schemes() {
			if sch.Starts == nil || !s.mayRank(who, sch) {
				continue
			}
			if _, next, err := s.rings(sch, tx.Now()); err != nil {
				return err
			} else if !next.IsZero() {
				out = append(out, Start{Scheme: sch.ID, Title: sch.Title, Edition: sch.Edition, Home: sch.Jurisdiction, Due: next})
			}
		}
		all, err := selectStarts(ctx, tx)
		for _, st := range all {
			if seen, err := s.seenStart(who, &st); err != nil {
				return err
			} else if seen {
				out = append(out, st)
			}
		}
		return err
	})
	return out, err
}

// seenStart fills in what a start is, and says whether the actor may see it.
func (s *Service) seenStart(who access.Actor, st *Start) (bool, error) {
	sch, err := s.edition(Case{Scheme: st.Scheme, EditionDigest: st.digest})
	if err != nil {
		return false, err
	}
	st.Title, st.Edition = sch.Title, sch.Edition
	st.May = s.decidesStart(sch, who) == nil
	return s.mayRank(who, sch), nil
}

// decidesStart refuses who holds no desk of the scheme.
func (s *Service) decidesStart(sch *scheme.Scheme, who access.Actor) error {
	for name, r := range sch.Roles.All() {
		if r.Desk == "" {
			continue
		}
		if _, mine := s.holds(sch, Case{Region: unit.Region(sch.Jurisdiction)}, who, name); mine {
			return nil
		}
	}
	return fault.New(fault.Denied, "casework.start_not_yours")
}

// Start returns a start with one page of the organisations that came to a state, "" for those that wait.
func (s *Service) Start(ctx context.Context, who access.Actor, id unit.ID, state string, page int) (st Start, out []StartedOrg, total int, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return st, nil, 0, err
	}
	if state != "opened" && state != "dismissed" {
		state = "waits"
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if st, err = s.mayStartSee(ctx, tx, who, id); err != nil {
			return err
		}
		if out, total, err = selectStartedOrgs(ctx, tx, id, state, (max(page, 1)-1)*startRows); err != nil {
			return err
		}
		for i := range out {
			o, err := s.c.Registry.Org(ctx, tx, out[i].Org)
			if err != nil {
				return fmt.Errorf("organisation of a start: %w", err)
			}
			out[i].Name = o.Name
		}
		return nil
	})
	return st, out, total, err
}

func (s *Service) mayStartSee(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Start, error) {
	st, err := selectStart(ctx, tx, id)
	if db.NoRows(err) {
		return st, fault.New(fault.NotFound, "casework.start_unknown")
	}
	if err != nil {
		return st, err
	}
	seen, err := s.seenStart(who, &st)
	if err == nil && !seen {
		err = fault.New(fault.NotFound, "casework.start_unknown")
	}
	return st, err
}

// DecideStart says of an organisation for which the rules could not: its case is opened by hand, or it is dismissed. Both
// need a reason; each is said once.
func (s *Service) DecideStart(ctx context.Context, who access.Actor, id unit.ID, org string, open bool, reason string) (x StartedOrg, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return x, err
	}
	if reason, err = reasonGiven(reason); err != nil {
		return x, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		st, err := s.mayStartSee(ctx, tx, who, id)
		if err != nil {
			return err
		}
		sch, err := s.edition(Case{Scheme: st.Scheme, EditionDigest: st.digest})
		if err != nil {
			return err
		}
		if err := s.decidesStart(sch, who); err != nil {
			return err
		}
		if x, err = selectStartedOrg(ctx, tx, id, org); db.NoRows(err) {
			return fault.New(fault.NotFound, "casework.start_unknown")
		} else if err != nil {
			return err
		}
		if x.State != "waits" {
			return fault.New(fault.Conflict, "casework.start_decided", "by", x.By)
		}
		x.State, x.Reason, x.Person, x.By, x.At = "dismissed", reason, who.Person, who.Name, tx.Now()
		if open {
			o, err := s.c.Registry.Org(ctx, tx, org)
			if err != nil {
				return err
			}
			c := Case{Org: o.Code, Region: s.belongs(sch, o.Region, s.today(tx.Now())), Stage: sch.Starts.Stage}
			x.State = "opened"
			if x.Case, err = s.startCase(ctx, tx, who, sch, st, c); err != nil {
				return err
			}
		}
		if err := updateStarted(ctx, tx, id, x); err != nil {
			return fmt.Errorf("decide about %s in start %s: %w", org, id, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "start." + x.State, Object: "start/" + string(id), Region: unit.Region(sch.Jurisdiction), Detail: org})
	})
	return x, err
}
