package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const memberColumns = `person, name, org, may, given_by, at`

const (
	sqlMembers   = `SELECT ` + memberColumns + ` FROM casework_member WHERE case_id = $1 ORDER BY at, person LIMIT $2`
	sqlPutMember = `
INSERT INTO casework_member (case_id, ` + memberColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (case_id, person) DO UPDATE SET name = excluded.name, org = excluded.org, may = excluded.may, given_by = excluded.given_by`
	sqlDropMember = `DELETE FROM casework_member WHERE case_id = $1 AND person = $2`
)

func selectMembers(ctx context.Context, tx *db.Tx, id unit.ID) ([]Member, error) {
	return db.Collect(ctx, tx, "members of case "+string(id), func(scan func(...any) error) (m Member, err error) {
		var at int64
		err = scan(&m.Person, &m.Name, &m.Org, &m.May, &m.By, &at)
		m.At = db.Time(at)
		return m, err
	}, sqlMembers, string(id), membersMax+1)
}

func putMember(ctx context.Context, tx *db.Tx, id unit.ID, m Member) error {
	_, err := tx.Exec(ctx, sqlPutMember, string(id), string(m.Person), m.Name, m.Org, m.May, string(m.By), db.Micros(m.At))
	return err
}

func dropMember(ctx context.Context, tx *db.Tx, id, person unit.ID) error {
	_, err := tx.Exec(ctx, sqlDropMember, string(id), string(person))
	return err
}
