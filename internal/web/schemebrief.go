package web

import (
	"slices"

	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// schemeBrief is what somebody wants to know of a scheme before they read its rules: who asks, what they have to have at
// hand, who decides, and until when the edition takes what is asked for.
type schemeBrief struct {
	Asks    []fault.Words // the roles that may take the first step
	Prepare []fault.Words // what they fill in
	Papers  []fault.Words // the files among it
	Decides []fault.Words // who else acts on the way, in the order in which they are met
}

func briefOf(s *scheme.Scheme) schemeBrief {
	var b schemeBrief
	asks, met := []string{}, []string{}
	for _, row := range s.Stages {
		for _, who := range row.Who { // not what acts without a person
			if slices.Contains([]string{"clock", "itself", "round"}, who) || slices.Contains(met, who) {
				continue
			}
			met = append(met, who)
			if row.From == s.Start() {
				asks, b.Asks = append(asks, who), append(b.Asks, s.Say(who))
			} else {
				b.Decides = append(b.Decides, s.Say(who))
			}
		}
	}
	for _, sec := range s.Form.Sections {
		for _, f := range sec.Fields {
			switch {
			case !slices.Contains(asks, f.By):
			case takesFiles(f):
				b.Papers = append(b.Papers, f.Words)
			default:
				b.Prepare = append(b.Prepare, f.Words)
			}
		}
	}
	return b
}
