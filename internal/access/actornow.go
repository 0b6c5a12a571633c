package access

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// ActorNow is a person with what they may do at this moment, for work that they asked for and left: roles that were taken back
// meanwhile count no more, and an account that is not in use may do nothing. strong says that they had shown a second factor
// when they asked.
func (s *Service) ActorNow(ctx context.Context, tx *db.Tx, person unit.ID, strong bool) (Actor, error) {
	p, found, err := personBy(ctx, tx, sqlPersonByID, string(person))
	if err != nil {
		return Actor{}, err
	}
	if !found || p.state != "active" {
		return Actor{}, fault.New(fault.NotFound, "access.not_found")
	}
	who, err := actorOf(ctx, tx, p, "")
	who.Strong = strong
	return who, err
}
