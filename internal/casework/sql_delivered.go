package casework

import (
	"context"
	"strings"

	"corridor/internal/db"
	"corridor/internal/scheme"
)

// sqlDelivered counts cases that stand in one of some ends and name there, in the field that the end says, an organisation that is not theirs.
const sqlDelivered = `
SELECT r.code, count(*) FROM casework_reader r JOIN casework_case c ON c.id = r.case_id AND c.org <> r.code
WHERE r.why = 'field' AND %ORGS% AND %ENDS%
GROUP BY r.code ORDER BY r.code LIMIT %MOST%`

const deliveredMost = 200 // organisations that one question asks about

// sqlDeliveredEnd is one end with the beginning of what stands in its field: a value as it is kept, up to the code.
const sqlDeliveredEnd = `c.scheme || '/' || c.stage = %END% AND c.fields LIKE %FIELD% || r.code || '"%'`

// endsWith is the condition that a case stands in one of some ends and names the reader in the field of that end.
func (w *where) endsWith(ends []string) string {
	var any []string
	for _, end := range ends {
		at := strings.LastIndexByte(end, '/')
		field := `%"` + end[at+1:] + `":{"kind":"` + string(scheme.Org) + `","text":"`
		any = append(any, strings.NewReplacer("%END%", w.arg(end[:max(at, 0)]), "%FIELD%", w.arg(field)).Replace(sqlDeliveredEnd))
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

func selectDelivered(ctx context.Context, tx *db.Tx, orgs, ends []string) (map[string]int, error) {
	out := map[string]int{}
	w := where{}
	text := strings.NewReplacer("%ORGS%", w.in("r.code", orgs), "%ENDS%", w.endsWith(ends), "%MOST%", w.arg(deliveredMost)).Replace(sqlDelivered)
	_, err := db.Collect(ctx, tx, "what organisations have delivered", func(scan func(...any) error) (n int, err error) {
		var code string
		if err = scan(&code, &n); err == nil {
			out[code] = n
		}
		return n, err
	}, text, w.args...)
	return out, err
}
