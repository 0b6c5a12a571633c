package booking

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

func TestAPlanIsReadAsItIsWritten(t *testing.T) {
	typed := map[string]string{"weekly.1": "08:00–12:00、13:00-18:00", "weekly.6": "9:00-12:00", "exceptions": "2026-05-01\n2026-05-02 09:00-12:00 half a day", "steps": "240 30\n60",
		"limits": "sat-sun 00:00-24:00 60-600\nall 00:00-24:00 30-240", "grid": "30", "horizon": "60", "offer_hours": "24", "training": "SEM-1\n\n", "instant": "yes", "calibrated": "2026-12-31", "set_up": "15"}
	p, err := ReadPlan(typed)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Weekly[1]) != 2 || p.Weekly[1][1] != (Period{780, 1080}) || p.Weekly[6][0].From != 540 || len(p.Exceptions[0].Open) != 0 || p.Exceptions[1].Why != "half a day" ||
		p.Steps[0] != (Step{240, 30}) || p.Limits[0].Days[1] != 0 || p.Limits[1].Most != 240 || !p.Instant || p.Calibrated != unit.Date(2026, 12, 31) || p.SetUp != 15 {
		t.Errorf("read: %+v", p)
	}
	again, err := ReadPlan(p.Typed())
	if err != nil || cmp.Diff(p, again) != "" {
		t.Errorf("written and read again: %v %s", err, cmp.Diff(p, again))
	}
	for field, text := range map[string]string{"weekly.1": "8-12", "exceptions": "tomorrow", "steps": "often", "limits": "mon 08:00-18:00", "grid": "x"} {
		bad := p.Typed()
		bad[field] = text
		if _, err := ReadPlan(bad); err == nil || fault.Of(err).Field != field {
			t.Errorf("%s %q: %v", field, text, err)
		}
	}
}
