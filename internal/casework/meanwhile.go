package casework

import (
	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// noRow refuses an action that the stage does not have. Where the last step took it away, as when two officers decide at
// once, the other one is told by whom, when and how it was decided; a party is told of the desk, not of the person.
func (s *Service) noRow(sch *scheme.Scheme, c Case, who access.Actor, action string) error {
	plain := fault.New(fault.Conflict, "scheme.no_row", "action", sch.Say(action), "stage", sch.Say(c.Stage))
	if len(c.History) == 0 {
		return plain
	}
	last := c.History[len(c.History)-1]
	row, was := sch.Row(last.From, action)
	if !was || !row.ByPerson() || last.From == c.Stage || last.Person == who.Person {
		return plain
	}
	if _, mine := s.plays(sch, c, who, row); !mine {
		return plain
	}
	by := sch.Say(last.Role)
	switch {
	case last.Person == "":
		by = fault.Words{"期限届满", "the clock"}
	case sch.Party(row.Who[0]):
	default:
		by = fault.Words{by[0] + " " + last.By, last.By + ", " + by[1]}
	}
	at := last.At.In(s.c.Calendar.Location()).Format("2006-01-02 15:04:05")
	return fault.New(fault.Conflict, "casework.decided_meanwhile", "by", by, "at", at, "action", sch.Say(last.Action), "stage", sch.Say(c.Stage))
}

// changed refuses an action on an older version than the case has: by whom it was decided meanwhile, if it was.
func (s *Service) changed(c Case, who access.Actor, action string) error {
	sch, err := s.edition(c)
	if err != nil {
		return err
	}
	if _, still := sch.Row(c.Stage, action); !still {
		if err := s.noRow(sch, c, who, action); fault.CodeOf(err) == "casework.decided_meanwhile" {
			return err
		}
	}
	return fault.New(fault.Conflict, "casework.changed_meanwhile").On("version")
}
