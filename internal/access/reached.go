package access

import (
	"context"
	"slices"

	"corridor/internal/db"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Reached is who holds a role, for those who tell them: notice.People. A grant for a region covers every place inside it,
// one without an office every office, as in HasAt; a role within an organisation is asked for without a region.
func (s *Service) Reached(ctx context.Context, tx *db.Tx, a notice.Audience, limit int) ([]unit.ID, error) {
	a.Except = "" // which is the caller's to leave out
	people, err := db.Remember(tx, reachedTables, reachedBy{a, limit}, func() ([]unit.ID, error) {
		return db.Collect(ctx, tx, "who is "+a.String(), func(scan func(...any) error) (id unit.ID, err error) {
			var text string
			err = scan(&text)
			return unit.ID(text), err
		}, sqlReached, reachedArgs(a, limit)...)
	})
	return slices.Clone(people), err
}

// reachedTables are those that say who is reached.
const reachedTables = "access_grant access_person"

// reachedBy is the key of what is remembered of an audience.
type reachedBy struct {
	notice.Audience
	limit int
}

// WillReach says that Reached will be asked the same.
func (s *Service) WillReach(ctx context.Context, tx *db.Tx, a notice.Audience, limit int) {
	if a.Except = ""; !db.Remembers(tx, reachedTables, reachedBy{a, limit}) {
		tx.Ahead(ctx, sqlReached, reachedArgs(a, limit)...)
	}
}

func reachedArgs(a notice.Audience, limit int) []any {
	province, city := a.Region.Province(), unit.Region("")
	if province != "" {
		city = a.Region[:4] + "00"
	}
	anywhere := a.Region == "" && a.Org != ""
	return []any{a.Role, anywhere, string(province), string(city), string(a.Region), a.Org, limit}
}

// Address is where a person is written to; one whose account is not in use has none.
func (s *Service) Address(ctx context.Context, tx *db.Tx, person unit.ID) (name, address string, err error) {
	p, found, err := personBy(ctx, tx, sqlPersonByID, string(person))
	if err != nil || !found || p.state != "active" {
		return "", "", err
	}
	return p.name, p.email, nil
}

// AccountBy finds the account in use that signs in with an address and holds a role ("" is any), for who puts such people somewhere:
// "" where there is none. The caller has asked for the permission to know.
func (s *Service) AccountBy(ctx context.Context, tx *db.Tx, email, role string) (unit.ID, error) {
	p, held, err := inUse(ctx, tx, email)
	if err != nil || role != "" && !slices.ContainsFunc(held, func(g Grant) bool { return g.Role == role }) {
		return "", err
	}
	return unit.ID(p.id), nil
}

// inUse is the account in use that signs in with an address, with what it holds; nothing is held where there is none.
func inUse(ctx context.Context, tx *db.Tx, email string) (p personRow, held []Grant, err error) {
	email, err = cleanEmail(email)
	if err != nil {
		return p, nil, nil // nobody has such an address
	}
	p, found, err := personBy(ctx, tx, sqlPersonByEmail, email)
	if err != nil || !found || p.state != "active" {
		return p, nil, err
	}
	held, err = grantsOf(ctx, tx, p.id)
	return p, held, err
}
