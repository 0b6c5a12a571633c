package booking

import (
	"context"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// PutDuty says when an operator is there.
func (s *Service) PutDuty(ctx context.Context, who access.Actor, instrument unit.ID, d Duty) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, instrument)
		if err != nil {
			return err
		}
		if !d.From.Before(d.To) || d.minutes() > lengthMax {
			return fault.New(fault.Invalid, "booking.times").On("from")
		}
		staff, err := s.memberIDs(ctx, tx, i.Org)
		if err != nil {
			return err
		}
		if !slices.Contains(staff, d.Person) {
			return fault.New(fault.Invalid, "booking.colleague").On("person")
		}
		d.ID = unit.NewID(tx.Now())
		if _, err := tx.Exec(ctx, sqlInsertDuty, string(d.ID), string(instrument), string(d.Person), db.Micros(d.From), db.Micros(d.To), db.Micros(tx.Now())); err != nil {
			return err
		}
		if err := s.offerNext(ctx, tx, i); err != nil { // somebody may wait for an operator
			return err
		}
		return s.record(ctx, tx, who, "duty", "instruments/"+string(instrument), i.Region, string(d.ID))
	})
}

// EndDuty takes hours of duty back; bookings that they were needed for stay, and the owner sees them without an operator.
func (s *Service) EndDuty(ctx context.Context, who access.Actor, instrument, id unit.ID) error {
	return s.ends(ctx, who, instrument, id, "duty_end", sqlEndDuty, string(instrument))
}

// PutCertificate vouches that a person, found by e-mail address among the actor's own staff or named by id, has learnt
// to use something.
func (s *Service) PutCertificate(ctx context.Context, who access.Actor, instrument unit.ID, c Certificate) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, instrument)
		if err != nil {
			return err
		}
		p, _, err := selectPlan(ctx, tx, instrument)
		if err != nil {
			return err
		}
		switch {
		case !slices.Contains(p.Training, c.Kind):
			return fault.New(fault.Invalid, "booking.certificate_kind").On("kind")
		case !c.Since.Valid() || c.Until.Valid() && c.Until < c.Since:
			return fault.New(fault.Invalid, "booking.certificate_days").On("since")
		}
		if name, _, err := s.c.Access.Address(ctx, tx, c.Person); err != nil || name == "" {
			return fault.New(fault.Invalid, "booking.person").On("person")
		}
		c.ID = unit.NewID(tx.Now())
		if _, err := tx.Exec(ctx, sqlInsertCertificate, string(c.ID), i.Org, c.Kind, string(c.Person), c.Since.String(), c.Until.String(), string(who.Person), db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "certificate", "instruments/"+string(instrument), i.Region, string(c.ID))
	})
}

// EndCertificate takes a certificate back; bookings that stand keep their times.
func (s *Service) EndCertificate(ctx context.Context, who access.Actor, instrument, id unit.ID) error {
	i, err := s.Instrument(ctx, instrument)
	if err != nil {
		return err
	}
	return s.ends(ctx, who, instrument, id, "certificate_end", sqlEndCertificate, i.Org)
}

// Users are the people who have booked an instrument, for whom certificates are issued.
func (s *Service) Users(ctx context.Context, who access.Actor, instrument unit.ID) (all []Duty, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, instrument)
		if err != nil {
			return err
		}
		if all, err = s.peopleOf(ctx, tx, i.Org); err != nil {
			return err
		}
		ids, err := selectUsers(ctx, tx, i.Org)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if slices.ContainsFunc(all, func(d Duty) bool { return d.Person == id }) {
				continue
			}
			name, _, err := s.c.Access.Address(ctx, tx, id)
			if err != nil {
				return err
			}
			if name != "" {
				all = append(all, Duty{Person: id, Name: name})
			}
		}
		return nil
	})
	return all, err
}

func (s *Service) ends(ctx context.Context, who access.Actor, instrument, id unit.ID, act, query, key string) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		i, err := s.managed(ctx, tx, who, instrument)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, query, string(id), key, db.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "booking.unknown")
		}
		return s.record(ctx, tx, who, act, "instruments/"+string(instrument), i.Region, string(id))
	})
}
