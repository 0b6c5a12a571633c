package agreement

import (
	_ "embed"
	"time"

	"github.com/goccy/go-yaml"

	"corridor/internal/unit"
)

//go:embed lamps.yaml
var lampsFile []byte

// Light is the colour of a task, always shown with a shape and a word.
type Light string

const (
	Green Light = "green" // on time
	Amber Light = "amber" // the due day is near
	Red   Light = "red"   // the due day has passed by more than is allowed
	Done  Light = "done"
)

// Lamp is the state of a task on a day.
type Lamp struct {
	Light       Light
	LateDays    int  // working days since the due day; 0 when it has not passed
	LeftDays    int  // working days until the due day; 0 when it has passed
	Provisional bool // the calendar of that year is not announced yet
}

// lamps are the thresholds, in working days. They are data with a basis: see lamps.yaml.
type lamps struct {
	Amber struct {
		LeftDays int    `yaml:"left_days"`
		Basis    string `yaml:"basis"`
		Verified bool   `yaml:"verified"`
	} `yaml:"amber"`
	Red struct {
		GraceDays int    `yaml:"grace_days"` // a task late by fewer working days is only amber
		Basis     string `yaml:"basis"`
		Verified  bool   `yaml:"verified"`
	} `yaml:"red"`
}

func readLamps() (l lamps, err error) {
	err = yaml.UnmarshalWithOptions(lampsFile, &l, yaml.Strict())
	return l, err
}

// light sets the lamps of tasks as of a moment.
func (r *Register) light(tasks []Task, now time.Time) {
	today := unit.DayOf(now, r.c.Zone)
	for i := range tasks {
		tasks[i].Lamp = r.lamps.on(r.c.Calendar, tasks[i].Due, !tasks[i].Done.IsZero(), today)
	}
}

// on is the rule: red when the due day has passed and the working days since have used up the grace, amber
// before that and when few days are left, else green. The due day itself is still on time.
func (l lamps) on(cal unit.Calendar, due unit.Day, done bool, today unit.Day) Lamp {
	if done {
		return Lamp{Light: Done}
	}
	lamp := Lamp{Light: Green}
	if today > due {
		lamp.LateDays, lamp.Provisional = cal.WorkdaysBetween(due, today)
		if lamp.LateDays >= l.Red.GraceDays {
			lamp.Light = Red
		} else {
			lamp.Light = Amber
		}
		return lamp
	}
	lamp.LeftDays, lamp.Provisional = cal.WorkdaysBetween(today, due)
	if lamp.LeftDays <= l.Amber.LeftDays {
		lamp.Light = Amber
	}
	return lamp
}
