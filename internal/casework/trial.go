package casework

import (
	"context"
	"encoding/json"
	"errors"
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
	trialChunk   = 500 // organisations that are read at once; progress is written after each
	trialsMax    = 50  // trials of one edition that a page lists
	assumedMax   = 50  // facts that one trial assumes
	assumedBytes = 500 // of one of them
	sideRows     = 50  // organisations on one page
	sidesAtOnce  = 200 // that are written in one act
	trialsEvery  = time.Second
)

// Trial states.
const (
	TrialWaiting = "waiting"
	TrialRunning = "running"
	TrialDone    = "done"
	TrialFailed  = "failed"
	TrialStopped = "stopped"
)

// Trial is an edition run over the registry of this node before (or while) it is in force: every organisation of the
// jurisdiction applies once; see scheme.Simulate for what is assumed. It changes nothing but itself.
type Trial struct {
	ID           unit.ID
	Scheme       string
	Edition      string
	Jurisdiction string
	Digest       string
	Against      string   // digest of the edition that it is compared with; "" is none
	Budget       unit.Fen // 0 is without end
	Assumed      []string // facts over those that the pack's tests give: "form.quote=48000 yuan"
	State        string
	Done, Total  int64 // organisations judged, over both editions
	Problem      fault.Words
	By           Signed
	Made         time.Time
	Began, Ended time.Time
	Result       *TrialResult // nil until it is done
}

// TrialResult is what came out.
type TrialResult struct {
	Simulation *scheme.Simulation `json:"simulation"`
	Difference *scheme.Difference `json:"difference,omitempty"` // without the organisations, which are kept one by one
	Synthetic  bool               `json:"synthetic"`            // some organisation is made up
}

// Side is an organisation that changes sides from one edition to the other.
type Side struct {
	scheme.Change
	Name fault.Words
}

// trialOf is a trial of an edition against another, as nobody has run it yet.
func (s *Service) trialOf(sch, against *scheme.Scheme, who access.Actor) Trial {
	t := Trial{Scheme: sch.ID, Edition: sch.Edition, Jurisdiction: sch.Jurisdiction, Digest: sch.Digest, State: TrialWaiting, By: Signed{Person: who.Person, Name: who.Name}}
	if against != nil {
		t.Against = against.Digest
	}
	return t
}

// Try asks for a trial of an edition that stands here or is proposed. against is the digest of another edition of the
// same scheme, "" for none.
func (s *Service) Try(ctx context.Context, who access.Actor, digest, against string, budget unit.Fen, assumed []string) (t Trial, err error) {
	if err := access.MaySomewhere(who, access.SchemeTrial); err != nil {
		return t, err
	}
	if budget < 0 {
		return t, fault.New(fault.Invalid, "casework.trial_budget").On("budget")
	}
	if len(assumed) > assumedMax {
		return t, fault.New(fault.Invalid, "casework.trial_assumed", "most", assumedMax).On("assume")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		sch, err := s.anyEdition(ctx, tx, digest)
		if err != nil {
			return err
		}
		if err := access.May(who, access.SchemeTrial, access.Scope{Region: unit.Region(sch.Jurisdiction)}); err != nil {
			return err
		}
		var old *scheme.Scheme
		if against != "" {
			if old, err = s.anyEdition(ctx, tx, against); err != nil {
				return fault.Of(err).On("against")
			}
			if old.ID != sch.ID || old.Digest == sch.Digest {
				return fault.New(fault.Invalid, "casework.trial_against").On("against")
			}
		}
		for _, a := range assumed {
			if len(a) > assumedBytes {
				return fault.New(fault.Invalid, "casework.trial_assumed", "most", assumedMax).On("assume")
			}
		}
		if _, err := sch.Assume(assumed); err != nil {
			return err
		}
		t = s.trialOf(sch, old, who)
		t.ID, t.Made, t.Budget, t.Assumed = unit.NewID(tx.Now()), tx.Now(), budget, assumed
		if err := insertTrial(ctx, tx, t); err != nil {
			return fmt.Errorf("ask for a trial of %s: %w", digest, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "edition.try", Object: "trial/" + string(t.ID), Region: unit.Region(t.Jurisdiction),
			Detail: t.Scheme + " " + t.Edition})
	})
	if err == nil {
		s.trials.Ring()
	}
	return t, err
}

// anyEdition finds an edition that stands here or was brought in, whatever became of it.
func (s *Service) anyEdition(ctx context.Context, tx *db.Tx, digest string) (*scheme.Scheme, error) {
	if sch, err := s.runningAs(digest); err == nil {
		return sch, nil
	}
	kept, err := selectEditions(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		if k.Digest == digest {
			sch, why, err := loadEdition(ctx, tx, k)
			if err == nil && why != "" {
				err = fault.New(fault.Unavailable, "casework.edition_missing", "scheme", k.Scheme, "edition", k.Edition)
			}
			return sch, err
		}
	}
	return nil, fault.New(fault.NotFound, "casework.edition_unknown")
}

// GetTrial returns a trial to who may try editions out in its jurisdiction.
func (s *Service) GetTrial(ctx context.Context, who access.Actor, id unit.ID) (t Trial, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		t, err = s.seenTrial(ctx, tx, who, id)
		return err
	})
	return t, err
}

func (s *Service) seenTrial(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Trial, error) {
	if err := access.MaySomewhere(who, access.SchemeTrial); err != nil {
		return Trial{}, err
	}
	t, err := selectTrial(ctx, tx, id)
	if err != nil {
		return t, err
	}
	if access.May(who, access.SchemeTrial, access.Scope{Region: unit.Region(t.Jurisdiction)}) != nil {
		return Trial{}, fault.New(fault.NotFound, "casework.trial_unknown")
	}
	return t, nil
}

// Trials lists the trials of an edition, the newest first, without what came out.
func (s *Service) Trials(ctx context.Context, who access.Actor, digest string) (out []Trial, err error) {
	reach := access.ReachOf(who, access.SchemeTrial)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := selectTrials(ctx, tx, digest)
		out = nil
		for _, t := range all {
			if reach.Covers(access.Scope{Region: unit.Region(t.Jurisdiction)}) {
				out = append(out, t)
			}
		}
		return err
	})
	return out, err
}

// Sides is one page of the organisations that change sides, by code, and how many there are.
func (s *Service) Sides(ctx context.Context, who access.Actor, id unit.ID, page int) (out []Side, total int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.seenTrial(ctx, tx, who, id); err != nil {
			return err
		}
		if out, total, err = selectSides(ctx, tx, id, (max(page, 1)-1)*sideRows); err != nil {
			return err
		}
		for i := range out {
			o, err := s.c.Registry.Org(ctx, tx, out[i].Firm)
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			out[i].Name = o.Name
		}
		return nil
	})
	return out, total, err
}

// StopTrial ends a trial that waits or runs. What it found so far is not kept.
func (s *Service) StopTrial(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := s.seenTrial(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if t.State != TrialWaiting && t.State != TrialRunning {
			return fault.New(fault.Conflict, "casework.trial_ended")
		}
		if err := endTrial(ctx, tx, t.ID, TrialStopped, fault.Words{}, ""); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "edition.stop", Object: "trial/" + string(t.ID), Region: unit.Region(t.Jurisdiction)})
	})
}

// RunTrials runs the trials that are asked for, one at a time, until the context ends. One that a process left behind
// begins again.
func (s *Service) RunTrials(ctx context.Context, failed func(error)) {
	if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return restartTrials(ctx, tx) }); err != nil {
		failed(fmt.Errorf("trials left behind: %w", err))
	}
	db.Drain(ctx, s.trials, trialsEvery, s.RunTrial, failed)
}

// RunTrial runs the trial that has waited longest, and says whether there was one. What a trial itself cannot do is written
// into it and is no error here.
func (s *Service) RunTrial(ctx context.Context) (ran bool, err error) {
	var t Trial
	waits := false
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		t, waits, err = nextTrial(ctx, tx)
		return err
	}); err != nil || !waits {
		return false, err
	}
	var now, old *scheme.Scheme
	if err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if now, err = s.anyEdition(ctx, tx, t.Digest); err != nil {
			return err
		}
		if t.Against != "" {
			if old, err = s.anyEdition(ctx, tx, t.Against); err != nil {
				return err
			}
		}
		t.Began = tx.Now()
		return beginTrial(ctx, tx, t.ID)
	}); err != nil {
		return true, s.trialFailed(ctx, t, err)
	}
	found, err := s.runTrial(ctx, t, now, old)
	if ctx.Err() != nil {
		return true, ctx.Err()
	}
	if err != nil {
		return true, s.trialFailed(ctx, t, err)
	}
	return true, s.keepTrial(ctx, t, found)
}

// errStopped ends a trial that somebody stopped.
var errStopped = errors.New("the trial was stopped")

// runTrial judges every organisation under both editions.
func (s *Service) runTrial(ctx context.Context, t Trial, now, old *scheme.Scheme) (*TrialResult, error) {
	assume, err := now.Assume(t.Assumed)
	if err != nil {
		return nil, err
	}
	p := &population{s: s, ctx: ctx, trial: t, day: max(now.InForce[0].Day(), s.today(t.Began))}
	if err := p.count(old != nil); err != nil {
		return nil, err
	}
	out := &TrialResult{}
	config := scheme.SimulateConfig{Assume: assume, Budget: t.Budget}
	if out.Simulation, err = now.Simulate(p.firms, config); err != nil {
		return nil, err
	}
	if old != nil {
		was, err := old.Simulate(p.firms, config)
		if err != nil {
			return nil, err
		}
		d, err := scheme.Against(was, out.Simulation)
		if err != nil {
			return nil, err
		}
		out.Difference = &d
	}
	out.Synthetic = p.synthetic
	return out, nil
}

// keepTrial writes down what came out: the organisations that change sides in chunks, then the rest.
func (s *Service) keepTrial(ctx context.Context, t Trial, r *TrialResult) error {
	if d := r.Difference; d != nil {
		for from := 0; from < len(d.Changes); from += sidesAtOnce {
			if err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
				return insertSides(ctx, tx, t.ID, d.Changes[from:min(from+sidesAtOnce, len(d.Changes))])
			}); err != nil {
				return fmt.Errorf("sides of trial %s: %w", t.ID, err)
			}
		}
		d.Changes = nil
	}
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("result of trial %s: %w", t.ID, err)
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error { return endTrial(ctx, tx, t.ID, TrialDone, fault.Words{}, string(b)) })
}

// trialFailed writes down why a trial could not be run; our own mistakes are the caller's to log too.
func (s *Service) trialFailed(ctx context.Context, t Trial, why error) error {
	if errors.Is(why, errStopped) {
		return nil
	}
	f := fault.Of(why)
	words := fault.Words{f.Sentence(fault.ZH), f.Sentence(fault.EN)}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return endTrial(ctx, tx, t.ID, TrialFailed, words, "") })
	if f.Kind == fault.Internal {
		err = errors.Join(fmt.Errorf("trial %s: %w", t.ID, why), err)
	}
	return err
}

// population is the organisations of a jurisdiction as the registry knew them when the trial began, however often it is
// gone through.
type population struct {
	s         *Service
	ctx       context.Context
	trial     Trial
	day       unit.Day
	done      int64
	synthetic bool
}

// count finds how many there are, for the progress.
func (p *population) count(twice bool) error {
	n := int64(0)
	if err := p.each(func(context.Context, *db.Tx, registry.Org) error { n++; return nil }, func() error { return nil }); err != nil {
		return err
	}
	if twice {
		n *= 2
	}
	return p.s.c.DB.Act(p.ctx, func(tx *db.Tx) error { return countTrial(p.ctx, tx, p.trial.ID, n) })
}

// firms goes through the organisations; see scheme.Firms. Each chunk is read in one short transaction and judged outside it.
func (p *population) firms(yield func(scheme.Firm, error) bool) {
	var chunk []scheme.Firm
	known := p.s.c.Registry.AsKnown(p.trial.Began)
	err := p.each(func(ctx context.Context, tx *db.Tx, o registry.Org) error {
		facts, err := known.Facts(ctx, tx, o.Code, p.day)
		if err != nil {
			return err
		}
		f := scheme.Firm{ID: o.Code, Facts: make(map[string]scheme.Value, len(facts))}
		for name, x := range facts {
			f.Facts[name] = fromRegistry(name, x.Value)
		}
		p.synthetic = p.synthetic || o.Synthetic
		chunk = append(chunk, f)
		return nil
	}, func() error {
		for _, f := range chunk {
			if !yield(f, nil) {
				return errStopped
			}
		}
		p.done += int64(len(chunk))
		chunk = chunk[:0]
		on := false
		err := p.s.c.DB.Act(p.ctx, func(tx *db.Tx) (err error) {
			on, err = stepTrial(p.ctx, tx, p.trial.ID, p.done)
			return err
		})
		if err == nil && !on {
			err = errStopped
		}
		return err
	})
	if err != nil {
		yield(scheme.Firm{}, err)
	}
}

// each goes through the organisations in chunks: one for each of them inside a reading transaction, then after outside it.
func (p *population) each(one func(context.Context, *db.Tx, registry.Org) error, after func() error) error {
	home, last := unit.Region(p.trial.Jurisdiction), ""
	for {
		n := 0
		err := p.s.c.DB.Read(p.ctx, func(tx *db.Tx) error {
			all, err := p.s.c.Registry.Each(p.ctx, tx, last, trialChunk)
			n = len(all)
			for _, o := range all {
				last = o.Code
				if !o.Region.In(home) || o.Entered.After(p.trial.Began) {
					continue
				}
				if err := one(p.ctx, tx, o); err != nil {
					return fmt.Errorf("facts of %s: %w", o.Code, err)
				}
			}
			return err
		})
		if err == nil {
			err = after()
		}
		if err != nil || n < trialChunk {
			return err
		}
	}
}
