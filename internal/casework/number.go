package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// nextNo is the number of the next case of the year in which day lies.
func (s *Service) nextNo(ctx context.Context, tx *db.Tx, day unit.Day) (string, error) {
	serial, err := nextSerial(ctx, tx, day.Year())
	if err != nil {
		return "", fmt.Errorf("number of a new case: %w", err)
	}
	no, err := unit.MakeCaseNo(s.c.Node, day.Year(), serial)
	return string(no), err
}

// Find returns the id of the case with a number, as somebody typed it. A number that cannot be one is refused with what
// is wrong with it; that of a case which the actor may not see is not found.
func (s *Service) Find(ctx context.Context, who access.Actor, typed string) (id unit.ID, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return "", err
	}
	no, err := unit.ParseCaseNo(typed)
	if err != nil {
		return "", fault.Of(err).On("q")
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := queryCases(ctx, tx, sqlByNo, string(no))
		if err != nil {
			return err
		}
		if len(all) == 0 || access.May(who, access.CaseRead, s.scope(all[0])) != nil {
			return fault.New(fault.NotFound, "casework.no_unknown", "no", string(no)).On("q")
		}
		id = all[0].ID
		return nil
	})
	return id, err
}
