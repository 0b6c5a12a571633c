package registry

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const sqlPhones = `
SELECT DISTINCT p.phone FROM registry_person p JOIN registry_mandate m ON m.person = p.id
WHERE m.org = $1 AND m.since <= $2 AND (m.until = '' OR m.until >= $2) AND p.phone <> '' AND p.erased_at = 0
AND m.entered_at = (SELECT max(n.entered_at) FROM registry_mandate n WHERE n.id = m.id)
ORDER BY p.phone LIMIT $3`

func selectPhones(ctx context.Context, tx *db.Tx, org string, day unit.Day) ([]string, error) {
	return db.Collect(ctx, tx, "telephones", func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	}, sqlPhones, org, day.String(), mandatesMax)
}
