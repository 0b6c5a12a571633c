package catalogue

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// kept says whether a listing is a need that a case makes: then the case alone changes it, as long as it is not retired.
func (l Listing) kept(who access.Actor) bool {
	return l.OfCase != "" && !who.System() && l.State != Retired
}

// ListOfCase publishes the need that a case makes, in the caller's act: entered for the first time, else stated anew and open again. One
// that was retired stays so.
func (s *Service) ListOfCase(ctx context.Context, tx *db.Tx, of unit.ID, d Draft) error {
	who := access.System("catalogue")
	l, found, err := selectOfCase(ctx, tx, of)
	switch {
	case err != nil:
		return fmt.Errorf("need of case %s: %w", of, err)
	case !found:
		l, err = s.addOfCase(ctx, tx, who, of, d)
	case l.State.ended():
		return nil
	default:
		l, err = s.ChangeIn(ctx, tx, who, l.ID, l.Version, d.Typed, "")
	}
	for _, act := range toPublish[l.State] {
		if err != nil {
			break
		}
		l, err = s.StepIn(ctx, tx, who, l.ID, l.Version, act, "")
	}
	if err != nil {
		return fmt.Errorf("list the need of case %s: %w", of, err)
	}
	return nil
}

// toPublish are the acts by which a listing comes to stand open.
var toPublish = map[State][]Act{Registered: {Submit, Publish}, Review: {Publish}, Suspended: {Resume}}

func (s *Service) addOfCase(ctx context.Context, tx *db.Tx, who access.Actor, of unit.ID, d Draft) (Listing, error) {
	l, err := s.drafted(ctx, tx, d)
	if err != nil {
		return l, err
	}
	l.ID, l.State, l.Made, l.OfCase = unit.NewID(tx.Now()), Registered, tx.Now(), of
	return l, s.save(ctx, tx, who, "", &l, Adding, "", true)
}

// ShelveOfCase takes the need of a case from the open ones, in the caller's act: it is suspended, or retired where the case is over.
// Where none stands open nothing is done.
func (s *Service) ShelveOfCase(ctx context.Context, tx *db.Tx, of unit.ID, over bool, reason string) error {
	l, found, err := selectOfCase(ctx, tx, of)
	if err != nil {
		return fmt.Errorf("need of case %s: %w", of, err)
	}
	act := Suspend
	if over {
		act = Retire
	}
	if !found || l.State.ended() || !over && l.State != Published {
		return nil
	}
	if _, err = s.StepIn(ctx, tx, access.System("catalogue"), l.ID, l.Version, act, reason); err != nil {
		return fmt.Errorf("take back the need of case %s: %w", of, err)
	}
	return nil
}

// OfCase is the need that a case made, as the actor may read it; found is false where it made none.
func (s *Service) OfCase(ctx context.Context, who access.Actor, of unit.ID) (l Listing, found bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, found, err = selectOfCase(ctx, tx, of)
		if err != nil || !found {
			return err
		}
		l, err = s.GetIn(ctx, tx, who, l.ID)
		return err
	})
	return l, found && err == nil, err
}
