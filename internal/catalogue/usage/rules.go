package usage

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
)

// Number is a number of policy with what it rests on.
type Number struct {
	Value    int64       `yaml:"value"`
	Basis    fault.Words `yaml:"basis"`
	Verified bool        `yaml:"verified"`
}

// Rules are the numbers of this room.
type Rules struct {
	StandardHours Number `yaml:"standard_hours"` // of a year; utilisation is counted by it
	QuotaGeneral  Number `yaml:"quota_general"`  // hours of a year
	QuotaSpecial  Number `yaml:"quota_special"`
	IdleDays      Number `yaml:"idle_days"`
	ResultDays    Number `yaml:"result_days"`
	StandingDays  Number `yaml:"standing_days"`  // over which response and acceptance are counted
	StandingLeast Number `yaml:"standing_least"` // requests below which they say little
}

//go:embed rules.yaml
var rulesFile []byte

func loadRules(file []byte) (r Rules, err error) {
	if err := yaml.Unmarshal(file, &r); err != nil {
		return r, fmt.Errorf("rules of usage: %w", err)
	}
	for name, n := range map[string]Number{"standard_hours": r.StandardHours, "quota_general": r.QuotaGeneral, "quota_special": r.QuotaSpecial,
		"idle_days": r.IdleDays, "result_days": r.ResultDays, "standing_days": r.StandingDays, "standing_least": r.StandingLeast} {
		if n.Value <= 0 || n.Basis[0] == "" || n.Basis[1] == "" {
			return r, fmt.Errorf("rules of usage: %s has no value or no basis", name)
		}
	}
	return r, nil
}
