package casework

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// sqlReached counts the cases of a scheme under one that have ever come into a stage.
const sqlReached = `
SELECT count(*) FROM casework_case c WHERE c.parent = $1 AND c.scheme = $2
  AND EXISTS (SELECT 1 FROM casework_step s WHERE s.case_id = c.id AND s.to_stage = $3)
ORDER BY 1 LIMIT 1`

func countReached(ctx context.Context, tx *db.Tx, parent unit.ID, schemeID, stage string) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlReached, string(parent), schemeID, stage).Scan(&n)
	return n, err
}
