package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const commentColumns = `id, at, person, by_name, role, sight, words`

const (
	sqlInsertComment = `
INSERT INTO casework_comment (case_id, ` + commentColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO NOTHING`
	sqlComments = `SELECT ` + commentColumns + ` FROM casework_comment WHERE case_id = $1 ORDER BY id LIMIT $2`

	sqlUnnameComments = `UPDATE casework_comment SET by_name = '' WHERE person = $1`
	sqlUnnameTaken    = `DELETE FROM casework_taken WHERE person = $1`
)

func insertComment(ctx context.Context, tx *db.Tx, id unit.ID, c Comment) error {
	_, err := tx.Exec(ctx, sqlInsertComment, string(id), string(c.ID), db.Micros(c.At), string(c.Person), c.By, c.Role, string(c.Sight), c.Text)
	return err
}

func selectComments(ctx context.Context, tx *db.Tx, id unit.ID) ([]Comment, error) {
	return db.Collect(ctx, tx, "comments of case "+string(id), func(scan func(...any) error) (c Comment, err error) {
		var at int64
		err = scan(&c.ID, &at, &c.Person, &c.By, &c.Role, &c.Sight, &c.Text)
		c.At = db.Time(at)
		return c, err
	}, sqlComments, string(id), commentsMax)
}

// unname takes the name of a person out of what is no part of a decision.
func unname(ctx context.Context, tx *db.Tx, person unit.ID) error {
	for _, q := range []string{sqlUnnameComments, sqlUnnameTaken, sqlUnnameChanges, sqlDropMembers} {
		if _, err := tx.Exec(ctx, q, string(person)); err != nil {
			return err
		}
	}
	return nil
}
