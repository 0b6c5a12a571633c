package registry

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	changeColumns = `id, batch, verb, org, region, label, level, issuer, since, until, day, basis, reason, file, file_name, state, label_id, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, note`

	sqlLabelChangeInsert = `
INSERT INTO registry_label_change (` + changeColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`
	sqlLabelChangeUpdate = `UPDATE registry_label_change SET state = $2, label_id = $3, decided_by = $4, decided_name = $5, decided_at = $6, note = $7 WHERE id = $1`
	sqlLabelChange       = `SELECT ` + changeColumns + ` FROM registry_label_change WHERE id = $1 ORDER BY id LIMIT 1`
	sqlLabelBatch        = `SELECT ` + changeColumns + ` FROM registry_label_change WHERE batch = $1 AND state = 'proposed' ORDER BY id LIMIT $2`
	sqlLabelAsked        = `SELECT count(*) FROM registry_label_change WHERE org = $1 AND label = $2 AND verb = $3 AND state = 'proposed'`

	// %WHERE% is what the actor may see.
	sqlLabelChanges      = `SELECT ` + changeColumns + ` FROM registry_label_change WHERE %WHERE% ORDER BY asked_at DESC, id DESC LIMIT %MOST% OFFSET %PAST%`
	sqlLabelChangesCount = `SELECT count(*) FROM registry_label_change WHERE %WHERE%`
	sqlLabelBatches      = `SELECT batch, min(id), count(*) FROM registry_label_change WHERE %WHERE% GROUP BY batch ORDER BY min(asked_at), batch LIMIT %MOST%`
	batchesMax           = 200
)

// changeWhere is a condition with its arguments.
type changeWhere struct {
	conds []string
	args  []any
}

func (w *changeWhere) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

// changesIn are the changes within a reach, of one state where it is named.
func changesIn(reach access.Reach, state string) *changeWhere {
	w := &changeWhere{conds: []string{"1 = 1"}}
	if state != "" {
		w.conds = append(w.conds, "state = "+w.arg(state))
	}
	if reach.All {
		return w
	}
	any := []string{"1 = 0"}
	for _, g := range reach.Regions {
		first := string(g)
		for len(first) > 2 && strings.HasSuffix(first, "00") { // the codes inside a place begin with its digits
			first = first[:len(first)-2]
		}
		any = append(any, "(region >= "+w.arg(first)+" AND region < "+w.arg(first+":")+")")
	}
	w.conds = append(w.conds, "("+strings.Join(any, " OR ")+")")
	return w
}

func (w *changeWhere) in(text string, most, past int) (string, []any) {
	r := strings.NewReplacer("%WHERE%", strings.Join(w.conds, " AND "), "%MOST%", fmt.Sprint(most), "%PAST%", fmt.Sprint(past))
	return r.Replace(text), w.args
}

func insertLabelChange(ctx context.Context, tx *db.Tx, c LabelChange) error {
	l := c.Label
	_, err := tx.Exec(ctx, sqlLabelChangeInsert, string(c.ID), string(c.Batch), c.Verb, l.Org, string(c.Region), l.Label, l.Level, l.Issuer, l.Since.String(), l.Until.String(), c.Day.String(), l.Basis,
		c.Reason, c.File, c.FileName, c.State, string(l.ID), string(c.AskedBy), c.By, db.Micros(c.Asked), string(c.decidedBy), c.Decider, int64(0), c.Note)
	return err
}

func updateLabelChange(ctx context.Context, tx *db.Tx, c LabelChange) error {
	_, err := tx.Exec(ctx, sqlLabelChangeUpdate, string(c.ID), c.State, string(c.Label.ID), string(c.decidedBy), c.Decider, db.Micros(c.Decided), c.Note)
	return err
}

func scanLabelChange(scan func(...any) error) (c LabelChange, err error) {
	var asked, decided int64
	l := &c.Label
	err = scan((*string)(&c.ID), (*string)(&c.Batch), &c.Verb, &l.Org, (*string)(&c.Region), &l.Label, &l.Level, &l.Issuer, &l.Since, &l.Until, &c.Day, &l.Basis,
		&c.Reason, &c.File, &c.FileName, &c.State, (*string)(&l.ID), (*string)(&c.AskedBy), &c.By, &asked, (*string)(&c.decidedBy), &c.Decider, &decided, &c.Note)
	c.Asked = db.Time(asked)
	if decided > 0 {
		c.Decided = db.Time(decided)
	}
	return c, err
}

func selectLabelChange(ctx context.Context, tx *db.Tx, id unit.ID) (LabelChange, error) {
	c, err := scanLabelChange(tx.QueryRow(ctx, sqlLabelChange, string(id)).Scan)
	if db.NoRows(err) {
		return c, errNoLabelChange
	}
	return c, err
}

func selectLabelBatch(ctx context.Context, tx *db.Tx, batch unit.ID, most int) ([]LabelChange, error) {
	return collect(ctx, tx, scanLabelChange, sqlLabelBatch, string(batch), most)
}

// labelAsked says whether the same waits already.
func labelAsked(ctx context.Context, tx *db.Tx, c LabelChange) (bool, error) {
	n := 0
	if err := tx.QueryRow(ctx, sqlLabelAsked, c.Label.Org, c.Label.Label, c.Verb).Scan(&n); err != nil {
		return false, fmt.Errorf("what waits for %s: %w", c.Label.Org, err)
	}
	return n > 0, nil
}

func selectLabelChanges(ctx context.Context, tx *db.Tx, w *changeWhere, most, past int) ([]LabelChange, error) {
	text, args := w.in(sqlLabelChanges, most, past)
	return collect(ctx, tx, scanLabelChange, text, args...)
}

func countLabelChanges(ctx context.Context, tx *db.Tx, w *changeWhere) (n int, err error) {
	text, args := w.in(sqlLabelChangesCount, 0, 0)
	err = tx.QueryRow(ctx, text, args...).Scan(&n)
	return n, err
}

func selectBatches(ctx context.Context, tx *db.Tx, w *changeWhere) ([]LabelBatch, error) {
	text, args := w.in(sqlLabelBatches, batchesMax, 0)
	return collect(ctx, tx, func(scan func(...any) error) (b LabelBatch, err error) {
		err = scan((*string)(&b.Batch), (*string)(&b.ID), &b.Rows)
		return b, err
	}, text, args...)
}
