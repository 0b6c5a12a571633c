package casework

import (
	"context"
	"strings"

	"corridor/internal/db"
)

// sqlStanding are the cases that stand in some stages, those that wait longest first.
const sqlStanding = `SELECT ` + caseColumns + ` FROM casework_case WHERE ending = '' AND (%REACH%) AND digest || '/' || stage IN (%STAGES%)
ORDER BY changed_at, id LIMIT %LIMIT%`

// selectStanding reads the cases within a reach that stand in one of the stages (digest/stage), at most limit of them.
func selectStanding(ctx context.Context, tx *db.Tx, w where, stages []string, limit int) ([]Case, error) {
	if len(stages) == 0 {
		return nil, nil
	}
	reach := "1 = 1"
	if len(w.conds) > 0 {
		reach = strings.Join(w.conds, " AND ")
	}
	marks := make([]string, len(stages))
	for i, s := range stages {
		marks[i] = w.arg(s)
	}
	q := strings.NewReplacer("%REACH%", reach, "%STAGES%", strings.Join(marks, ", "), "%LIMIT%", w.arg(limit)).Replace(sqlStanding)
	return queryCases(ctx, tx, q, w.args...)
}
