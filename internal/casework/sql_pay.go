package casework

import (
	"context"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/unit"
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

const (
	// sqlOfOrg are an organisation's cases, the latest change first.
	sqlOfOrg = `SELECT ` + caseColumns + ` FROM casework_case WHERE org = $1 ORDER BY changed_at DESC, id DESC LIMIT $2`

	// sqlTook is how long the newest cases of a scheme took from their first step to an action.
	sqlTook = `
SELECT h.at - f.at FROM casework_case c
JOIN casework_step f ON f.case_id = c.id AND f.no = 1
JOIN casework_step h ON h.case_id = c.id AND h.action = $2
WHERE c.scheme = $1
ORDER BY c.id DESC, h.no LIMIT $3`
)

func selectTook(ctx context.Context, tx *db.Tx, schemeID, action string, limit int) ([]time.Duration, error) {
	return db.Collect(ctx, tx, "pace of "+schemeID, func(scan func(...any) error) (time.Duration, error) {
		var micros int64
		err := scan(&micros)
		return time.Duration(micros) * time.Microsecond, err
	}, sqlTook, schemeID, action, limit)
}

const (
	// sqlByCases is what cases have done to an account of the books.
	sqlByCases = `
SELECT CAST(COALESCE(SUM(change_fen), 0) AS BIGINT) FROM v_ledger_entry WHERE account = $1 AND ref LIKE 'case/%'
ORDER BY 1 LIMIT 1`

	// sqlPaidBy is what cases have sent to an account, by scheme.
	sqlPaidBy = `
SELECT c.scheme, CAST(SUM(e.change_fen) AS BIGINT) FROM v_ledger_entry e JOIN casework_case c ON e.ref = 'case/' || c.id
WHERE e.account = $1
GROUP BY c.scheme
ORDER BY c.scheme LIMIT $2`
)

func selectByCases(ctx context.Context, tx *db.Tx, path string) (sum unit.Fen, err error) {
	err = tx.QueryRow(ctx, sqlByCases, path).Scan(&sum)
	return sum, err
}

func selectPaidBy(ctx context.Context, tx *db.Tx, path string) (map[string]unit.Fen, error) {
	out := map[string]unit.Fen{}
	_, err := db.Collect(ctx, tx, "paid by scheme", func(scan func(...any) error) (struct{}, error) {
		var id string
		var sum unit.Fen
		err := scan(&id, &sum)
		out[id] = sum
		return struct{}{}, err
	}, sqlPaidBy, path, paymentsMax)
	return out, err
}
