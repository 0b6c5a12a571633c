package usage

import (
	"context"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Samples are sent to an instrument: so many pieces of one thing, from their declaration to the end.
type Samples struct {
	ID         unit.ID
	Owner      string
	Instrument unit.ID
	Title      fault.Words // of the instrument; only where it is shown
	Org        string      // whose they are
	Booking    unit.ID     // the use that they are sent for, or ""
	What       string
	Count      int
	Hazards    []string // codes; none says that there is no hazard
	Secret     bool     // may be seen by the owner's operators only
	KeepUntil  unit.Day // how long they are stored; invalid where nothing was agreed
	State      SampleState
	Person     unit.ID // who declared them
	At         time.Time
	Steps      []SampleStep
	Results    []Result
}

// SampleState is where samples are.
type SampleState string

// The states.
const (
	Declared  SampleState = "declared"
	Refused   SampleState = "refused"
	Received  SampleState = "received"
	Stored    SampleState = "stored"
	Returned  SampleState = "returned"
	Destroyed SampleState = "destroyed"
)

// moves says what can become of samples; what does not stand here is refused.
var moves = map[SampleState][]SampleState{
	Declared: {Received, Refused},
	Received: {Stored, Returned, Destroyed},
	Stored:   {Returned, Destroyed},
}

// Next are the states that samples can come to.
func (x Samples) Next() []SampleState { return moves[x.State] }

var sampleWords = map[SampleState]fault.Words{Declared: {"已申报", "declared"}, Refused: {"不予接收", "refused"}, Received: {"已接收", "received"},
	Stored: {"留存", "stored"}, Returned: {"已退回", "returned"}, Destroyed: {"已销毁", "destroyed"}}

// Words are what people call the state.
func (s SampleState) Words() fault.Words { return sampleWords[s] }

// Hazards are the hazards that can be declared, after the pictograms of GHS.
var Hazards = map[string]fault.Words{"explosive": {"爆炸性", "explosive"}, "flammable": {"易燃", "flammable"}, "oxidising": {"氧化性", "oxidising"}, "pressure": {"加压气体", "gas under pressure"},
	"corrosive": {"腐蚀性", "corrosive"}, "toxic": {"急性毒性", "toxic"}, "harmful": {"有害", "harmful"}, "health": {"健康危害", "health hazard"}, "environment": {"危害环境", "hazardous to the environment"},
	"biological": {"生物危害", "biological"}, "radioactive": {"放射性", "radioactive"}}

// SampleStep is something that was done with samples.
type SampleStep struct {
	State SampleState
	Count int
	Note  string
	By    unit.ID
	At    time.Time
}

// Declare says what is going to be sent.
func (s *Service) Declare(ctx context.Context, who access.Actor, x Samples) (Samples, error) {
	if err := access.May(who, access.BookingCreate, access.Scope{Org: x.Org}); err != nil {
		return x, err
	}
	var err error
	if x.What, err = line("what", strings.TrimSpace(x.What), true); err != nil {
		return x, err
	}
	if x.Count < 1 || x.Count > samplesMax {
		return x, fault.New(fault.Invalid, "usage.number", "most", samplesMax).On("samples")
	}
	slices.Sort(x.Hazards)
	x.Hazards = slices.Compact(x.Hazards)
	for _, h := range x.Hazards {
		if Hazards[h][0] == "" {
			return x, fault.New(fault.Invalid, "usage.hazard", "code", short(h)).On("hazards")
		}
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if x.KeepUntil.Valid() && x.KeepUntil < unit.DayOf(tx.Now(), s.Zone()) {
			return fault.New(fault.Invalid, "usage.keep_past").On("keep")
		}
		i, err := s.c.Listings.Instrument(ctx, tx, x.Instrument)
		if err == nil && i.Published.IsZero() {
			err = fault.New(fault.NotFound, "usage.unknown")
		}
		if err != nil {
			return fault.Of(err).On("instrument")
		}
		if !i.Outside() && x.Org != i.Owner {
			return fault.New(fault.Conflict, "usage.customs", "instrument", i.Title).On("instrument")
		}
		if err := s.sentFor(ctx, tx, x); err != nil {
			return err
		}
		x.ID, x.Owner, x.State, x.Person, x.At = unit.NewID(tx.Now()), i.Owner, Declared, who.Person, tx.Now()
		if err := insertSamples(ctx, tx, x); err != nil {
			return err
		}
		x.Steps = []SampleStep{{Declared, x.Count, "", who.Person, tx.Now()}}
		if err := insertStep(ctx, tx, x.ID, 1, x.Steps[0]); err != nil {
			return err
		}
		if err := s.tellSamples(ctx, tx, who, x, i.Title, true, "declared"); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "declare", "samples/"+string(x.ID), "")
	})
	return x, err
}

// samples loads them for their owner and the lab; to others there are none. lab says that the actor runs the lab.
func (s *Service) samples(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (x Samples, lab bool, err error) {
	if x, err = selectSamples(ctx, tx, id); err != nil {
		return x, false, err
	}
	lab = mayManage(who, x.Owner) == nil
	if !lab && access.May(who, access.BookingCreate, access.Scope{Org: x.Org}) != nil {
		return Samples{}, false, fault.New(fault.NotFound, "usage.unknown")
	}
	if x.Steps, err = selectSteps(ctx, tx, id); err != nil {
		return x, lab, err
	}
	if x.Title, err = s.title(ctx, tx, x.Instrument); err != nil {
		return x, lab, err
	}
	x.Results, err = selectResults(ctx, tx, id)
	return x, lab, err
}

// SamplesOf are samples with what was done with them.
func (s *Service) SamplesOf(ctx context.Context, who access.Actor, id unit.ID) (x Samples, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { x, _, err = s.samples(ctx, tx, who, id); return err })
	return x, err
}

// Step does something with samples; count is how many there were, and a difference needs a note.
func (s *Service) Step(ctx context.Context, who access.Actor, id unit.ID, to SampleState, count int, note string) (x Samples, err error) {
	if note, err = line("note", strings.TrimSpace(note), to == Refused); err != nil {
		return x, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		var lab bool
		if x, lab, err = s.samples(ctx, tx, who, id); err != nil {
			return err
		}
		had := x.Steps[len(x.Steps)-1].Count
		switch {
		case !lab:
			return mayManage(who, x.Owner)
		case !slices.Contains(moves[x.State], to):
			return fault.New(fault.Conflict, "usage.sample_state", "state", x.State.Words())
		case count < 0 || count > samplesMax:
			return fault.New(fault.Invalid, "usage.number", "most", samplesMax).On("samples")
		case count != had && note == "":
			return fault.New(fault.Invalid, "usage.sample_count", "had", had, "now", count).On("note")
		}
		x.State = to
		step := SampleStep{to, count, note, who.Person, tx.Now()}
		if err := insertStep(ctx, tx, id, len(x.Steps)+1, step); err != nil {
			return err
		}
		x.Steps = append(x.Steps, step)
		if err := updateSamples(ctx, tx, id, to); err != nil {
			return err
		}
		if err := s.tellSamples(ctx, tx, who, x, x.Title, false, string(to)); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "samples_"+string(to), "samples/"+string(id), note)
	})
	return x, err
}
