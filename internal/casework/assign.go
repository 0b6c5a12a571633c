package casework

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Taken says who of a desk looks after a case. It hinders nobody: whoever plays the role may act all the same, and of
// two who act at once one is refused as always.
type Taken struct {
	Case   unit.ID
	Role   string
	Person unit.ID // "" while nobody took it
	Name   string
	By     unit.ID // who gave it to them, or they themselves
	At     time.Time
}

// Colleague is somebody to whom a case can be given.
type Colleague struct {
	Person unit.ID
	Name   string
}

// colleaguesMax is how many are offered.
const colleaguesMax = 200

// Take gives a case to the actor, who plays a desk of it that can act now. What somebody else took is refused with who.
func (s *Service) Take(ctx context.Context, who access.Actor, id unit.ID) (Taken, error) {
	return s.assign(ctx, who, id, who.Person)
}

// Give gives a case to another person of the same desk. Whoever plays the desk may give what nobody took; what was taken
// is given by who took it, or by the role that the scheme tells of what is late.
func (s *Service) Give(ctx context.Context, who access.Actor, id, to unit.ID) (Taken, error) {
	if to == "" {
		return Taken{}, fault.New(fault.Invalid, "casework.give_whom").On("to")
	}
	return s.assign(ctx, who, id, to)
}

func (s *Service) assign(ctx context.Context, who access.Actor, id, to unit.ID) (t Taken, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return t, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, role, err := s.deskNow(ctx, tx, who, id)
		if err != nil {
			return err
		}
		was, err := selectTaken(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.Person == to {
			t = was
			return nil
		}
		if was.Person != "" && was.Person != who.Person && !s.oversees(sch, c, who) {
			return fault.New(fault.Conflict, "casework.taken", "who", was.Name, "since", s.clockTime(was.At))
		}
		t = Taken{Case: id, Role: role, Person: to, Name: who.Name, By: who.Person, At: tx.Now()}
		if to != who.Person {
			all, err := s.colleagues(ctx, tx, sch, c, role)
			if err != nil {
				return err
			}
			t.Name = ""
			for _, x := range all {
				if x.Person == to {
					t.Name = x.Name
				}
			}
			if t.Name == "" {
				return fault.New(fault.Invalid, "casework.give_whom", "role", sch.Say(role)).On("to")
			}
			if err := s.tellGiven(ctx, tx, sch, c, t); err != nil {
				return err
			}
		}
		if err := putTaken(ctx, tx, t); err != nil {
			return fmt.Errorf("give case %s: %w", c.No, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.give", Object: c.Object(), Region: c.Region, Detail: "person/" + string(to)})
	})
	return t, err
}

// GiveBack puts a case back to its desk: who took it does, or the role that the scheme tells of what is late.
func (s *Service) GiveBack(ctx context.Context, who access.Actor, id unit.ID) error {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return err
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil {
			return err
		}
		was, err := selectTaken(ctx, tx, id)
		if err != nil || was.Person == "" {
			return err
		}
		if was.Person != who.Person && !s.oversees(sch, c, who) {
			return fault.New(fault.Conflict, "casework.taken", "who", was.Name, "since", s.clockTime(was.At))
		}
		if err := dropTaken(ctx, tx, id); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.give_back", Object: c.Object(), Region: c.Region})
	})
}

// deskNow is a case with the desk that the actor plays in it now; who plays none is refused.
func (s *Service) deskNow(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (c Case, sch *scheme.Scheme, role string, err error) {
	if c, sch, err = s.seenWith(ctx, tx, who, id); err != nil {
		return c, nil, "", err
	}
	for _, row := range sch.RowsFrom(c.Stage) {
		for _, name := range row.Who {
			if _, desk := deskOf(sch, name); !desk {
				continue
			}
			if _, mine := s.holds(sch, c, who, name); mine || s.oversees(sch, c, who) {
				return c, sch, name, nil
			}
		}
	}
	return c, sch, "", fault.New(fault.Denied, "casework.no_desk_now", "stage", sch.Say(c.Stage))
}

// oversees says whether the actor plays the role that is told of what is late.
func (s *Service) oversees(sch *scheme.Scheme, c Case, who access.Actor) bool {
	_, yes := s.holds(sch, c, who, sch.Overdue)
	return sch.Overdue != "" && yes
}

// Colleagues are those to whom the actor may give a case now, by name.
func (s *Service) Colleagues(ctx context.Context, who access.Actor, id unit.ID) (out []Colleague, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, role, err := s.deskNow(ctx, tx, who, id)
		if fault.KindOf(err) == fault.Denied {
			return nil
		}
		if err != nil {
			return err
		}
		out, err = s.colleagues(ctx, tx, sch, c, role)
		return err
	})
	return out, err
}

func (s *Service) colleagues(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, role string) (out []Colleague, err error) {
	to, ok := s.audience(sch, c, role)
	if !ok {
		return nil, nil
	}
	ids, err := s.c.Access.Reached(ctx, tx, to, colleaguesMax)
	if err != nil {
		return nil, err
	}
	for _, p := range ids {
		name, _, err := s.c.Access.Address(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, Colleague{p, name})
	}
	return out, nil
}

// TakenBy is who took a case, for whoever may see it and is of an office.
func (s *Service) TakenBy(ctx context.Context, who access.Actor, id unit.ID) (t Taken, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return t, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.seen(ctx, tx, who, id); err != nil {
			return err
		}
		t, err = selectTaken(ctx, tx, id)
		return err
	})
	return t, err
}

func (s *Service) tellGiven(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, t Taken) error {
	if s.c.Notices == nil {
		return nil
	}
	_, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Person: t.Person}, Kind: "case.given", Object: c.Object(), Path: "/cases/" + string(c.ID),
		Title: fault.Words{fmt.Sprintf("交给您办：%s %s", sch.Title[0], c.No), fmt.Sprintf("Given to you: %s %s", sch.Title[1], c.No)},
		Key:   fmt.Sprintf("%s/given/%d", c.Object(), t.At.UnixMicro())})
	return err
}

// clockTime is a moment as people of the jurisdiction read it.
func (s *Service) clockTime(at time.Time) string {
	return at.In(s.c.Calendar.Location()).Format("2006-01-02 15:04")
}
