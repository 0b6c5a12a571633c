package calendar

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const noticeColumns = `id, year, title, source, text, digest, by_person, at`

const (
	sqlNoticeInsert = `
INSERT INTO calendar_notice (id, year, title, source, text, digest, by_person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlNotices = `SELECT ` + noticeColumns + ` FROM calendar_notice ORDER BY id LIMIT $1`
	sqlNotice  = `SELECT ` + noticeColumns + ` FROM calendar_notice WHERE id = $1 ORDER BY id LIMIT 1`
)

func insertNotice(ctx context.Context, tx *db.Tx, n Notice) error {
	_, err := tx.Exec(ctx, sqlNoticeInsert, string(n.ID), n.Year, n.Title, n.Source, n.Text, n.Digest, string(n.By), db.Micros(n.At))
	return err
}

// selectNotices are all that are kept, oldest first.
func selectNotices(ctx context.Context, tx *db.Tx) ([]Notice, error) {
	all, err := db.Collect(ctx, tx, "holiday notices", scanNotice, sqlNotices, noticesMax+1)
	if err == nil && len(all) > noticesMax {
		err = fmt.Errorf("more than %d holiday notices are kept", noticesMax)
	}
	return all, err
}

func selectNotice(ctx context.Context, tx *db.Tx, id unit.ID) (Notice, error) {
	n, err := scanNotice(tx.QueryRow(ctx, sqlNotice, string(id)).Scan)
	if err != nil {
		err = fmt.Errorf("holiday notice %s: %w", id, err)
	}
	return n, err
}

func scanNotice(scan func(...any) error) (n Notice, err error) {
	var id, by string
	var at int64
	err = scan(&id, &n.Year, &n.Title, &n.Source, &n.Text, &n.Digest, &by, &at)
	n.ID, n.By, n.At = unit.ID(id), unit.ID(by), db.Time(at)
	return n, err
}
