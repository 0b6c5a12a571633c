package casework

import (
	"context"
	"strings"

	"corridor/internal/db"
)

// sqlDelivered counts cases that stand in one of some ends and name an organisation that is not theirs.
const sqlDelivered = `
SELECT r.code, count(*) FROM casework_reader r JOIN casework_case c ON c.id = r.case_id AND c.org <> r.code
WHERE r.why = 'field' AND %ORGS% AND %ENDS%
GROUP BY r.code ORDER BY r.code LIMIT %MOST%`

const deliveredMost = 200 // organisations that one question asks about

func selectDelivered(ctx context.Context, tx *db.Tx, orgs, ends []string) (map[string]int, error) {
	out := map[string]int{}
	w := where{}
	text := strings.NewReplacer("%ORGS%", w.in("r.code", orgs), "%ENDS%", w.in("c.scheme || '/' || c.stage", ends), "%MOST%", w.arg(deliveredMost)).Replace(sqlDelivered)
	_, err := db.Collect(ctx, tx, "what organisations have delivered", func(scan func(...any) error) (n int, err error) {
		var code string
		if err = scan(&code, &n); err == nil {
			out[code] = n
		}
		return n, err
	}, text, w.args...)
	return out, err
}
