package casework

import (
	"context"
	"encoding/json"

	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const prefillColumns = `field, value, was, source, of_day, at`

const (
	sqlPrefilled    = `SELECT ` + prefillColumns + ` FROM casework_prefill WHERE case_id = $1 ORDER BY field LIMIT $2`
	sqlPutPrefilled = `
INSERT INTO casework_prefill (case_id, ` + prefillColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (case_id, field) DO UPDATE SET value = excluded.value, was = excluded.was, source = excluded.source, of_day = excluded.of_day, at = excluded.at`

	sqlInsertWanted = `INSERT INTO casework_wanted (case_id, step, field) VALUES ($1, $2, $3)`
	sqlWanted       = `SELECT field FROM casework_wanted WHERE case_id = $1 AND step = $2 ORDER BY field LIMIT $3`
)

func putPrefilled(ctx context.Context, tx *db.Tx, id unit.ID, p Prefilled) error {
	value, err := json.Marshal(p.Value)
	if err != nil {
		return err
	}
	was := ""
	if p.Was.Known() {
		b, err := json.Marshal(p.Was)
		if err != nil {
			return err
		}
		was = string(b)
	}
	_, err = tx.Exec(ctx, sqlPutPrefilled, string(id), p.Field, string(value), was, p.Source, dayText(p.Day), db.Micros(p.At))
	return err
}

func selectPrefilled(ctx context.Context, tx *db.Tx, id unit.ID) (map[string]Prefilled, error) {
	out := map[string]Prefilled{}
	_, err := db.Collect(ctx, tx, "prefilled fields of case "+string(id), func(scan func(...any) error) (p Prefilled, err error) {
		var value, was, day string
		var at int64
		if err = scan(&p.Field, &value, &was, &p.Source, &day, &at); err != nil {
			return p, err
		}
		p.At = db.Time(at)
		if day != "" {
			if p.Day, err = unit.ParseDay(day); err != nil {
				return p, err
			}
		}
		for text, to := range map[string]*scheme.Value{value: &p.Value, was: &p.Was} {
			if text != "" {
				if err = json.Unmarshal([]byte(text), to); err != nil {
					return p, err
				}
			}
		}
		out[p.Field] = p
		return p, nil
	}, sqlPrefilled, string(id), typedMax)
	return out, err
}

func insertWanted(ctx context.Context, tx *db.Tx, id unit.ID, step int, field string) error {
	_, err := tx.Exec(ctx, sqlInsertWanted, string(id), step, field)
	return err
}

func selectWanted(ctx context.Context, tx *db.Tx, id unit.ID, step int) ([]string, error) {
	return db.Collect(ctx, tx, "what was asked for in case "+string(id), func(scan func(...any) error) (f string, err error) {
		err = scan(&f)
		return f, err
	}, sqlWanted, string(id), step, typedMax)
}
