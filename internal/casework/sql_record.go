package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// sqlExpertSeats are the seats of one person, wherever they were asked, the newest first.
const sqlExpertSeats = `
SELECT c.id, c.no, c.scheme, c.edition, c.digest, x.ask, x.asked_at, x.due_at, x.struck_why, x.waiting, COALESCE(y.at, 0), COALESCE(y.instead, '')
FROM casework_seat x JOIN casework_case c ON c.id = x.case_id
LEFT JOIN casework_answer y ON y.case_id = x.case_id AND y.ask = x.ask AND y.seat = x.seat AND y.opening = x.opening
WHERE x.seat = $1 AND x.kind = 'person' AND x.holds = x.opening
ORDER BY x.asked_at DESC, c.id DESC, x.ask LIMIT $2`

func selectExpertSeats(ctx context.Context, tx *db.Tx, person unit.ID) ([]ExpertSeat, error) {
	return db.Collect(ctx, tx, "seats of an expert", func(scan func(...any) error) (x ExpertSeat, err error) {
		var asked, due, answered int64
		err = scan(&x.Case, &x.No, &x.scheme, &x.edition, &x.digest, &x.ask, &asked, &due, &x.Struck, &x.Waiting, &answered, &x.instead)
		x.Asked, x.Due, x.Answered = db.Time(asked), timeOrNever(due), timeOrNever(answered)
		return x, err
	}, sqlExpertSeats, string(person), recordMax)
}
