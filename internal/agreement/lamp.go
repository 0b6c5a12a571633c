package agreement

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

//go:embed lamps.yaml
var lampsFile []byte

// Light is the colour of a task, always shown with a shape and a word.
type Light string

const (
	Green Light = "green" // on time
	Amber Light = "amber" // the due day is near, or has passed by less than is allowed
	Red   Light = "red"   // the due day has passed by more than is allowed
	Check Light = "check" // evidence is in; the verifier's days run
	Done  Light = "done"
	Ended Light = "ended" // given up by agreement of all parties
)

// Lights is the order in which they are shown: what is most pressing first.
var Lights = []Light{Red, Amber, Green, Check, Done, Ended}

// Lamp is the state of a task on a day.
type Lamp struct {
	Light       Light
	LateDays    int  // working days since the due day, or since the verifier's; 0 when it has not passed
	LeftDays    int  // working days until that day; 0 when it has passed
	Provisional bool // the calendar of that year is not announced yet
}

// lampSet is one set of thresholds, in working days. They are data with a basis: see lamps.yaml.
type lampSet struct {
	ZH, EN        string
	AmberLeftDays int `yaml:"amber_left_days"`
	RedLateDays   int `yaml:"red_late_days"`
	Basis         string
	Verified      bool
}

type lamps struct {
	Strict   lampSet
	Regional lampSet
	Verify   struct {
		Days     int
		Basis    string
		Verified bool
	}
}

// LampSets are the names of the sets that an instrument can choose, the default first.
var LampSets = []string{"strict", "regional"}

// LampWords is what people call a set.
func (r *Register) LampWords(set string) fault.Words {
	s := r.lamps.set(set)
	return fault.Words{s.ZH, s.EN}
}

func (l lamps) set(name string) lampSet {
	if name == "regional" {
		return l.Regional
	}
	return l.Strict
}

func readLamps() (l lamps, err error) {
	if err = yaml.UnmarshalWithOptions(lampsFile, &l, yaml.Strict()); err != nil {
		return l, fmt.Errorf("lamps.yaml: %w", err)
	}
	return l, nil
}

// light sets the lamps of tasks as of a moment.
func (r *Register) light(tasks []Task, now time.Time) {
	today, cal := unit.DayOf(now, r.c.Zone), r.calendar()
	seen := map[unit.Day]Lamp{} // by due day: many tasks share one
	for i := range tasks {
		t := &tasks[i]
		switch {
		case t.State == StateEnded:
			t.Lamp = Lamp{Light: Ended}
		case t.State == StateDone:
			t.Lamp = Lamp{Light: Done}
		case t.State == StateSubmitted:
			t.Lamp = r.lamps.Strict.on(cal, t.VerifyBy, today)
			t.Lamp.Light = Check
		default:
			key := t.Due * 2
			if t.Lamps == "regional" {
				key++
			}
			lamp, ok := seen[key]
			if !ok {
				lamp = r.lamps.set(t.Lamps).on(cal, t.Due, today)
				seen[key] = lamp
			}
			t.Lamp = lamp
		}
	}
}

// lightMilestones sets the lamps of the nodes of a task that are not reached, by the same rule as the task's own.
func (r *Register) lightMilestones(t *Task, now time.Time) {
	today, cal := unit.DayOf(now, r.c.Zone), r.calendar()
	for i := range t.Milestones {
		if m := &t.Milestones[i]; !m.Done.Valid() && (t.State == StateRunning || t.State == StateSubmitted) {
			m.Lamp = r.lamps.set(t.Lamps).on(cal, m.Due, today)
		}
	}
}

// on is the rule: red when the due day has passed and so many working days have passed since, amber before that and
// when few days are left, else green. The due day itself is still on time.
func (l lampSet) on(cal unit.Calendar, due, today unit.Day) Lamp {
	lamp := Lamp{Light: Green}
	if today > due {
		lamp.LateDays, lamp.Provisional = cal.WorkdaysBetween(due, today)
		lamp.Light = Amber
		if lamp.LateDays >= l.RedLateDays {
			lamp.Light = Red
		}
		return lamp
	}
	lamp.LeftDays, lamp.Provisional = cal.WorkdaysBetween(today, due)
	if lamp.LeftDays <= l.AmberLeftDays {
		lamp.Light = Amber
	}
	return lamp
}

// cutoff is the last due day that is red today, and the last that is amber or red. They say in SQL what on says in Go:
// the colour follows from the due day, and an earlier day never has a milder one.
func (l lampSet) cutoff(cal unit.Calendar, today unit.Day) (red, amber unit.Day) {
	red = today - 1
	for l.on(cal, red, today).Light != Red {
		red--
	}
	amber = today - 1
	for l.on(cal, amber+1, today).Light != Green {
		amber++
	}
	return red, amber
}
