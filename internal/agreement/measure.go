package agreement

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
)

//go:embed vague.yaml
var vagueFile []byte

// Measure is what a task is measured by: an indicator that goes from a baseline to a target. Numbers are decimals as
// they were written.
type Measure struct {
	Indicator string
	Baseline  string
	Target    string
	Unit      string
	Reached   string // by the last report
}

var decimal = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)

const measureMax = 100 // runes of an indicator or a unit

// Set says whether there is a measure at all.
func (m Measure) Set() bool { return m.Indicator != "" }

// Percent is how far the way from baseline to target is gone, from 0 to 100; false when that cannot be said.
func (m Measure) Percent() (int, bool) {
	from, _ := strconv.ParseFloat(m.Baseline, 64) // no baseline is nothing
	to, err1 := strconv.ParseFloat(m.Target, 64)
	at, err2 := strconv.ParseFloat(m.Reached, 64)
	if err1 != nil || err2 != nil || to == from {
		return 0, false
	}
	return int(min(max((at-from)/(to-from)*100, 0), 100)), true
}

type vagueWord struct {
	ZH, EN []string
	Hint   struct{ ZH, EN string }
}

func readVague() (all []vagueWord, err error) {
	if err = yaml.UnmarshalWithOptions(vagueFile, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("vague.yaml: %w", err)
	}
	return all, nil
}

// Vague finds the word with which a title promises an effort and no result, and what would make it measurable.
func (r *Register) Vague(title string) (word string, hint fault.Words, vague bool) {
	low := strings.ToLower(strings.TrimSpace(title))
	for _, v := range r.vague {
		for _, w := range v.ZH {
			if strings.HasPrefix(low, w) {
				return w, fault.Words{v.Hint.ZH, v.Hint.EN}, true
			}
		}
		for _, w := range v.EN {
			if strings.HasPrefix(low, w+" ") {
				return w, fault.Words{v.Hint.ZH, v.Hint.EN}, true
			}
		}
	}
	return "", fault.Words{}, false
}

// checkMeasure sends a vague target back with a hint, and refuses half a measure.
func (r *Register) checkMeasure(t *Task, field string) error {
	m := &t.Measure
	for _, s := range []*string{&m.Indicator, &m.Baseline, &m.Target, &m.Unit, &m.Reached} {
		*s = strings.TrimSpace(*s)
	}
	if len([]rune(m.Indicator)) > measureMax || len([]rune(m.Unit)) > measureMax {
		return fault.New(fault.Invalid, "agreement.measure_long", "most", measureMax).On(field + ".indicator")
	}
	if m.Indicator != "" || m.Target != "" || m.Unit != "" {
		if m.Indicator == "" || m.Unit == "" || !decimal.MatchString(m.Target) || m.Baseline != "" && !decimal.MatchString(m.Baseline) {
			return fault.New(fault.Invalid, "agreement.measure_half").On(field + ".target")
		}
		return nil
	}
	if word, hint, vague := r.Vague(t.Title); vague && len(t.Milestones) == 0 {
		return fault.New(fault.Invalid, "agreement.target_vague", "word", word, "hint", hint).On(field + ".title")
	}
	return nil
}
