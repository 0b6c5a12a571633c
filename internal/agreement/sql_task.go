package agreement

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const sqlInsertTask = `
INSERT INTO agreement_task (id, agreement, title, owner, due_on, original_due_on, done_at, evidence, version, code, state, lead_code, level,
                            serves, region, indicator, baseline, target, target_unit, reached, verifier_kind, verifier_name, verifier_code,
                            verifier_person, held_since, lamps, sentence, span_from, span_to, hidden, words)
VALUES ($1, $2, $3, $4, $5, $6, NULL, '', 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`

const sqlInsertPartner = `INSERT INTO agreement_partner (task, no, name, code, budget_fen) VALUES ($1, $2, $3, $4, $5)`

const sqlInsertMilestone = `INSERT INTO agreement_milestone (task, no, title, due_on, original_due_on) VALUES ($1, $2, $3, $4, $5)`

const sqlCountCodes = `SELECT count(*) FROM agreement_task t WHERE t.code >= $1 AND t.code < $2 ORDER BY 1 LIMIT 1`

const taskColumns = `t.id, t.agreement, a.title, t.title, t.owner, t.due_on, t.original_due_on, t.done_at, t.evidence, t.version, t.code, t.state,
       t.lead_code, t.level, t.serves, t.region, t.indicator, t.baseline, t.target, t.target_unit, t.reached, t.verifier_kind, t.verifier_name,
       t.verifier_code, t.verifier_person, t.submitted_by, t.verify_by, t.held_since, t.lamps, t.sentence, t.span_from, t.span_to, t.hidden, t.problem, t.submission`

const sqlTask = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement
WHERE t.id = $1 ORDER BY t.id LIMIT 1`

const sqlTasksOf = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement
WHERE t.agreement = $1 ORDER BY t.due_on, t.id LIMIT $2`

const sqlTasksAfter = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement
WHERE t.agreement = $1 AND t.id > $2 ORDER BY t.id LIMIT $3`

const sqlTaskByCode = `SELECT t.id FROM agreement_task t WHERE t.code = $1 ORDER BY t.id LIMIT 1`

const sqlServing = `
SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement
WHERE t.serves = $1 ORDER BY t.due_on, t.id LIMIT $2`

// fits is what fits a Query, whose values register.filter gives in this order: $1 text, $2 party, $3 lead, $4 agreement,
// $5 list, $6 and $7 tag, $8 light, $9 level, $10 region, $11 reach, $12 problem, $13 to $16 the last due days that are
// red and amber of either set of lamps, $17 today, $18 in a public list.
const fits = `
WHERE ($1 = '' OR t.words LIKE $1)
  AND ($2 = '' OR t.id IN (SELECT p.task FROM agreement_partner p WHERE p.code = $2 OR p.code = '' AND p.name = $2) OR t.verifier_code = $2)
  AND ($3 = '' OR t.lead_code = $3 OR t.lead_code = '' AND t.owner = $3)
  AND ($4 = '' OR t.agreement = $4)
  AND ($5 = '' OR t.id IN (SELECT l.task FROM agreement_listed l WHERE l.list = $5))
  AND ($6 = '' OR t.id IN (SELECT g.object FROM agreement_tag g WHERE g.frame = $6 AND g.item = $7))
  AND ($8 = '' OR $8 = 'done' AND t.state = 'done' OR $8 = 'ended' AND t.state = 'ended' OR $8 = 'check' AND t.state = 'submitted'
       OR $8 = 'open' AND t.state IN ('running', 'submitted')
       OR $8 = 'late' AND (t.state = 'running' AND t.due_on < $17 OR t.state = 'submitted' AND t.verify_by < $17)
       OR t.state = 'running' AND (
          $8 = 'red' AND t.due_on <= CASE WHEN t.lamps = 'regional' THEN $15 ELSE $13 END
       OR $8 = 'amber' AND t.due_on > CASE WHEN t.lamps = 'regional' THEN $15 ELSE $13 END AND t.due_on <= CASE WHEN t.lamps = 'regional' THEN $16 ELSE $14 END
       OR $8 = 'green' AND t.due_on > CASE WHEN t.lamps = 'regional' THEN $16 ELSE $14 END))
  AND ($9 = '' OR t.level = $9)
  AND ($10 = '' OR t.region LIKE $10 OR t.region = '' AND length(t.lead_code) < 18 AND t.lead_code LIKE $10)
  AND (NOT t.hidden OR $11 = 'all' OR EXISTS (SELECT 1 FROM agreement_party p WHERE p.agreement = t.agreement AND p.code <> '' AND
       ($11 LIKE '%,' || p.code || ',%' OR length(p.code) < 18 AND
        ($11 LIKE '%,' || substr(p.code, 1, 2) || '0000,%' OR $11 LIKE '%,' || substr(p.code, 1, 4) || '00,%'))))
  AND ($12 = '' OR t.problem <> '' AND t.state = 'running')
  AND ($18 = '' OR t.id IN (SELECT l.task FROM agreement_listed l JOIN agreement_list n ON n.id = l.list WHERE n.public))`

const sqlCountTasks = `SELECT count(*) FROM agreement_task t ` + fits + ` ORDER BY 1 LIMIT 1`

const sqlFind = `SELECT ` + taskColumns + ` FROM agreement_task t JOIN agreement a ON a.id = t.agreement ` + fits

const pageOf = ` LIMIT $19 OFFSET $20`

// orders are the orders of a list, by Sort.
var orders = map[Sort]string{
	ByUrgency: sqlFind + ` ORDER BY CASE t.state WHEN 'running' THEN 0 WHEN 'submitted' THEN 0 ELSE 1 END, t.due_on, t.id` + pageOf,
	ByDue:     sqlFind + ` ORDER BY t.due_on, t.id` + pageOf,
	ByCodeNo:  sqlFind + ` ORDER BY t.code, t.id` + pageOf,
	ByLead:    sqlFind + ` ORDER BY t.owner, t.due_on, t.id` + pageOf,
	ByNewest:  sqlFind + ` ORDER BY t.id DESC` + pageOf,
}

// lightOf is the colour of a task, as register.light says it in Go.
const lightOf = `CASE t.state WHEN 'done' THEN 'done' WHEN 'ended' THEN 'ended' WHEN 'submitted' THEN 'check' ELSE
       CASE WHEN t.due_on <= CASE WHEN t.lamps = 'regional' THEN $15 ELSE $13 END THEN 'red'
            WHEN t.due_on <= CASE WHEN t.lamps = 'regional' THEN $16 ELSE $14 END THEN 'amber' ELSE 'green' END END`

const sqlSum = `
SELECT t.owner, t.lead_code, ` + lightOf + `, min(t.due_on), max(t.due_on), count(*) FROM agreement_task t ` + fits + `
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT $19`

const sqlPlaces = `
SELECT CASE WHEN t.region <> '' THEN t.region WHEN length(t.lead_code) < 18 THEN substr(t.lead_code, 1, 6) ELSE '' END, ` + lightOf + `, count(*)
FROM agreement_task t ` + fits + `
GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $19`

const sqlPairs = `
SELECT t.owner, t.lead_code, p.name, p.code, count(*)
FROM agreement_task t JOIN agreement_partner p ON p.task = t.id AND p.no > 0 ` + fits + `
GROUP BY t.owner, t.lead_code, p.name, p.code ORDER BY 5 DESC, t.owner, p.name LIMIT $19`

const sqlPartners = `SELECT p.no, p.name, p.code, p.budget_fen FROM agreement_partner p WHERE p.task = $1 ORDER BY p.no LIMIT $2`

const sqlMilestones = `
SELECT m.no, m.title, m.due_on, m.original_due_on, m.done_on FROM agreement_milestone m WHERE m.task = $1 ORDER BY m.no LIMIT $2`

const sqlReachMilestone = `UPDATE agreement_milestone SET done_on = $3 WHERE task = $1 AND no = $2 AND done_on IS NULL`

const sqlMoveMilestone = `UPDATE agreement_milestone SET due_on = $3 WHERE task = $1 AND no = $2 AND done_on IS NULL`

const sqlNeeds = `SELECT n.needs FROM agreement_need n WHERE n.task = $1 ORDER BY n.needs LIMIT $2`

const sqlInsertNeed = `INSERT INTO agreement_need (task, needs) VALUES ($1, $2) ON CONFLICT DO NOTHING`

const sqlDeleteNeed = `DELETE FROM agreement_need WHERE task = $1 AND needs = $2`

// sqlMove writes where a task stands; its evidence is the title of one that was not withdrawn.
const sqlMove = `
UPDATE agreement_task SET state = $2, submitted_by = $3, submission = $7, verify_by = $4, held_since = CAST($5 AS BIGINT), version = version + 1,
       done_at = CASE WHEN $2 = 'done' THEN CAST($5 AS BIGINT) ELSE NULL END,
       evidence = coalesce((SELECT max(e.title) FROM agreement_evidence e WHERE e.task = $1 AND e.withdrawn_at IS NULL), '')
WHERE id = $1 AND version = $6`

const sqlChangeTask = `
UPDATE agreement_task SET title = $2, due_on = $3, target = $4, state = $5, words = $6, version = version + 1 WHERE id = $1 AND version = $7`

const sqlNameVerifier = `UPDATE agreement_task SET verifier_person = $2, version = version + 1 WHERE id = $1`

func insertTask(ctx context.Context, tx *db.Tx, t Task) error {
	m, v := t.Measure, t.Verifier
	_, err := tx.Exec(ctx, sqlInsertTask, t.ID, t.Agreement, t.Title, t.Owner, t.Due, t.Original, t.Code, string(t.State), t.Lead.Code, t.Level,
		string(t.Serves), string(t.Region), m.Indicator, m.Baseline, m.Target, m.Unit, m.Reached, string(v.Kind), v.Party.Name, v.Party.Code,
		string(v.Person), db.Micros(t.Since), t.Lamps, t.Sentence, t.From, t.To, t.Hidden, t.words())
	for i, p := range append([]Party{t.Lead}, t.Partners...) {
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlInsertPartner, t.ID, i, p.Name, p.Code, int64(p.Budget))
	}
	for _, x := range t.Milestones {
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlInsertMilestone, t.ID, x.No, x.Title, x.Due, x.Original)
	}
	return err
}

// words is what a task is found by.
func (t Task) words() string {
	parts := []string{t.Code, t.Title, t.Owner, t.Measure.Indicator, t.Verifier.Party.Name, t.Of, t.Sentence}
	for _, p := range t.Partners {
		parts = append(parts, p.Name)
	}
	return strings.ToLower(strings.Join(parts, " "))
}

// countCodes is how many tasks have a code of a year.
func countCodes(ctx context.Context, tx *db.Tx, year int) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountCodes, fmt.Sprintf("T-%d-", year), fmt.Sprintf("T-%d.", year)).Scan(&n)
	return n, err
}

func scanTask(row scanner) (t Task, err error) {
	var done *int64
	var since int64
	m, v := &t.Measure, &t.Verifier
	err = row.Scan(&t.ID, &t.Agreement, &t.Of, &t.Title, &t.Owner, &t.Due, &t.Original, &done, &t.Evidence, &t.Version, &t.Code, &t.State,
		&t.Lead.Code, &t.Level, &t.Serves, &t.Region, &m.Indicator, &m.Baseline, &m.Target, &m.Unit, &m.Reached, &v.Kind, &v.Party.Name,
		&v.Party.Code, &v.Person, &t.Submitted, &t.VerifyBy, &since, &t.Lamps, &t.Sentence, &t.From, &t.To, &t.Hidden, &t.Problem, &t.Submission)
	t.Lead.Name = t.Owner
	if done != nil {
		t.Done = db.Time(*done)
	}
	if since > 0 {
		t.Since = db.Time(since)
	}
	return t, err
}

func selectTask(ctx context.Context, tx *db.Tx, id unit.ID) (Task, error) {
	t, err := scanTask(tx.QueryRow(ctx, sqlTask, id))
	if db.NoRows(err) {
		return t, fault.New(fault.NotFound, "agreement.task_unknown")
	}
	return t, err
}

func taskByCode(ctx context.Context, tx *db.Tx, code string) (id unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlTaskByCode, code).Scan(&id)
	if db.NoRows(err) {
		return "", nil
	}
	return id, err
}

func selectTasks(ctx context.Context, tx *db.Tx, agreement unit.ID) ([]Task, error) {
	return collect(ctx, tx, scanTask, sqlTasksOf, agreement, taskPageMax)
}

func selectTasksAfter(ctx context.Context, tx *db.Tx, agreement, last unit.ID, rows int) ([]Task, error) {
	return collect(ctx, tx, scanTask, sqlTasksAfter, agreement, string(last), rows)
}

func selectServing(ctx context.Context, tx *db.Tx, id unit.ID) ([]Task, error) {
	return collect(ctx, tx, scanTask, sqlServing, id, taskPageMax)
}

// fill adds what stands in other tables.
func fill(ctx context.Context, tx *db.Tx, t *Task) error {
	all, err := collect(ctx, tx, func(row scanner) (p Party, err error) {
		var no int
		err = row.Scan(&no, &p.Name, &p.Code, &p.Budget)
		return p, err
	}, sqlPartners, t.ID, partnersMax+1)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		t.Lead, t.Partners = all[0], all[1:]
	}
	if t.Milestones, err = selectMilestones(ctx, tx, t.ID); err != nil {
		return err
	}
	if t.Needs, err = selectNeeds(ctx, tx, t.ID); err != nil {
		return err
	}
	t.Tags, err = selectTags(ctx, tx, t.ID)
	return err
}

func selectMilestones(ctx context.Context, tx *db.Tx, id unit.ID) ([]Milestone, error) {
	return collect(ctx, tx, func(row scanner) (m Milestone, err error) {
		err = row.Scan(&m.No, &m.Title, &m.Due, &m.Original, &m.Done)
		return m, err
	}, sqlMilestones, id, milestonesMax)
}

func reachMilestone(ctx context.Context, tx *db.Tx, id unit.ID, no int, day unit.Day) error {
	_, err := tx.Exec(ctx, sqlReachMilestone, id, no, day)
	return err
}

func moveMilestone(ctx context.Context, tx *db.Tx, id unit.ID, n NewDay) error {
	_, err := tx.Exec(ctx, sqlMoveMilestone, id, n.No, n.Due)
	return err
}

func selectNeeds(ctx context.Context, tx *db.Tx, id unit.ID) ([]unit.ID, error) {
	return collect(ctx, tx, func(row scanner) (n unit.ID, err error) {
		err = row.Scan(&n)
		return n, err
	}, sqlNeeds, id, needsMax)
}

func insertNeed(ctx context.Context, tx *db.Tx, id, needs unit.ID) error {
	_, err := tx.Exec(ctx, sqlInsertNeed, id, needs)
	return err
}

func deleteNeed(ctx context.Context, tx *db.Tx, id, needs unit.ID) error {
	_, err := tx.Exec(ctx, sqlDeleteNeed, id, needs)
	return err
}

// moveTask writes where a task stands from now on; who had seen an older version is refused. One that is submitted waits until verifyBy
// for a verdict about the evidence of, which a person or a node submitted.
func moveTask(ctx context.Context, tx *db.Tx, t Task, to TaskState, submitted string, of unit.ID, verifyBy unit.Day) error {
	n, err := tx.Exec(ctx, sqlMove, t.ID, string(to), submitted, verifyBy, db.Micros(tx.Now()), t.Version, string(of))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "agreement.changed_meanwhile")
	}
	return err
}

func changeTask(ctx context.Context, tx *db.Tx, t Task) error {
	n, err := tx.Exec(ctx, sqlChangeTask, t.ID, t.Title, t.Due, t.Measure.Target, string(t.State), t.words(), t.Version)
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "agreement.changed_meanwhile")
	}
	return err
}

func nameVerifier(ctx context.Context, tx *db.Tx, id, person unit.ID) error {
	_, err := tx.Exec(ctx, sqlNameVerifier, id, string(person))
	return err
}

func countTasks(ctx context.Context, tx *db.Tx, args []any) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountTasks, args...).Scan(&n)
	return n, err
}

func findTasks(ctx context.Context, tx *db.Tx, q Query, args []any) ([]Task, error) {
	order, ok := orders[q.Sort]
	if !ok {
		order = orders[ByUrgency]
	}
	return collect(ctx, tx, scanTask, order, append(args[:len(args):len(args)], q.Rows, (max(q.Page, 1)-1)*q.Rows)...)
}

// group is a number of tasks of one lead or place and one light.
type group struct {
	lead        Party
	region      unit.Region
	light       Light
	first, last unit.Day // due days
	n           int
}

func sumTasks(ctx context.Context, tx *db.Tx, args []any) ([]group, error) {
	return collect(ctx, tx, func(row scanner) (g group, err error) {
		err = row.Scan(&g.lead.Name, &g.lead.Code, &g.light, &g.first, &g.last, &g.n)
		return g, err
	}, sqlSum, append(args[:len(args):len(args)], summaryRows)...)
}

func placeTasks(ctx context.Context, tx *db.Tx, args []any) ([]group, error) {
	return collect(ctx, tx, func(row scanner) (g group, err error) {
		err = row.Scan(&g.region, &g.light, &g.n)
		return g, err
	}, sqlPlaces, append(args[:len(args):len(args)], summaryRows)...)
}

func pairTasks(ctx context.Context, tx *db.Tx, args []any) ([]Pair, error) {
	return collect(ctx, tx, func(row scanner) (p Pair, err error) {
		err = row.Scan(&p.Lead.Name, &p.Lead.Code, &p.Partner.Name, &p.Partner.Code, &p.N)
		return p, err
	}, sqlPairs, append(args[:len(args):len(args)], pairsMax)...)
}

// timeOf reads a time that may be missing.
func timeOf(micros *int64) time.Time {
	if micros == nil {
		return time.Time{}
	}
	return db.Time(*micros)
}
