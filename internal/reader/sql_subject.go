package reader

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	sqlSubjectByKey  = `SELECT subject FROM subject_name WHERE kind = $1 AND key = $2 ORDER BY subject LIMIT 1`
	sqlSubjectByCode = `SELECT id FROM subject WHERE kind = $1 AND code = $2 ORDER BY id LIMIT 1`
	sqlSubject       = `SELECT id, kind, name, code FROM subject WHERE id = $1 ORDER BY id LIMIT 1`
	sqlSubjectInsert = `INSERT INTO subject (id, kind, name, code, made_at) VALUES ($1, $2, $3, $4, $5)`
	sqlSubjectCode   = `UPDATE subject SET code = $2 WHERE id = $1`

	sqlNameInsert = `
INSERT INTO subject_name (kind, key, name, subject, told_by, reason, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (kind, key) DO NOTHING`
	sqlNames = `SELECT key, name, told_by, reason, told_at FROM subject_name WHERE subject = $1 ORDER BY told_at, key LIMIT $2`
	sqlName  = `SELECT key, name, told_by, reason, told_at FROM subject_name WHERE subject = $1 AND key = $2 ORDER BY key LIMIT 1`
	sqlMove  = `
UPDATE subject_name SET subject = $3, told_by = $4, reason = $5, told_at = $6 WHERE subject = $1 AND ($2 = '' OR key = $2)`

	sqlMentionInsert = `
INSERT INTO subject_mention (kind, key, document, no, part, said_of, said_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (kind, key, document, no, part) DO NOTHING`
	sqlMentionsDelete = `DELETE FROM subject_mention WHERE document = $1 AND no = $2`

	sqlSubjectStep = `
INSERT INTO subject_step (id, subject, act, key, other, done_by, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlSubjectSteps = `SELECT act, key, other, done_by, reason, at FROM subject_step WHERE subject = $1 OR other = $1 ORDER BY id LIMIT $2`

	// $2: the one who asks may see what is not published.
	shown = ` f.state <> 'rejected' AND ($2 OR f.state = 'accepted' AND d.published_by <> '') `

	sqlStatements = `
SELECT m.part, n.name, m.said_of, m.said_by, d.title, d.digest, d.published_by, d.articles,
  f.document, f.no, f.article, f.kind, f.span_from, f.span_to, f.quote, f.data, f.state, f.reason, f.decided_by, f.decided_at, f.became, f.corrected
FROM subject_name n JOIN subject_mention m ON m.kind = n.kind AND m.key = n.key
JOIN document_finding f ON f.document = m.document AND f.no = m.no JOIN document d ON d.id = f.document
WHERE n.subject = $1 AND` + shown + `
ORDER BY m.said_of, d.taken_at, d.id, f.no, m.part LIMIT $3`

	// $2: as above. Two statements for each list, because an index must know by which count it is sorted.
	subjectsWhere = `
FROM subject s
WHERE ($1 = '' OR s.kind = $1) AND ($2 AND s.said > 0 OR s.shown > 0)
  AND ($3 = '' OR s.id IN (SELECT x.subject FROM subject_name x WHERE x.key LIKE $3))`

	subjectsColumns = `
SELECT s.id, s.kind, s.name, s.code, CASE WHEN $2 THEN s.said ELSE s.shown END, CASE WHEN $2 THEN s.said_in ELSE s.shown_in END`

	sqlSubjects       = subjectsColumns + subjectsWhere + ` ORDER BY s.said DESC, s.name, s.id LIMIT $4 OFFSET $5`
	sqlSubjectsShown  = subjectsColumns + subjectsWhere + ` ORDER BY s.shown DESC, s.name, s.id LIMIT $4 OFFSET $5`
	sqlSubjectsByName = subjectsColumns + subjectsWhere + ` ORDER BY s.name, s.id LIMIT $4 OFFSET $5`
	sqlCountSubjects  = `SELECT count(*) FROM (SELECT s.id` + subjectsWhere + ` ORDER BY s.id LIMIT $4) AS few ORDER BY 1 LIMIT 1`

	sqlKindCounts = `
SELECT s.kind, count(*) FROM subject s WHERE $1 AND s.said > 0 OR s.shown > 0 GROUP BY s.kind ORDER BY s.kind LIMIT $2`

	sqlTallies = `
SELECT n.subject, count(*) FILTER (WHERE f.state <> 'rejected'), count(*) FILTER (WHERE f.state = 'accepted' AND d.published_by <> '')
FROM subject_mention m JOIN subject_name n ON n.kind = m.kind AND n.key = m.key
JOIN document_finding f ON f.document = m.document AND f.no = m.no JOIN document d ON d.id = m.document
WHERE m.document = $1 GROUP BY n.subject ORDER BY n.subject LIMIT $2`
	sqlAddTally = `
UPDATE subject SET said = said + $2, said_in = said_in + $3, shown = shown + $4, shown_in = shown_in + $5 WHERE id = $1`

	// talliesOf are the four counts of a subject; its id follows.
	talliesOf = `
  SELECT count(*) FILTER (WHERE f.state <> 'rejected'), count(DISTINCT m.document) FILTER (WHERE f.state <> 'rejected'),
    count(*) FILTER (WHERE f.state = 'accepted' AND d.published_by <> ''),
    count(DISTINCT m.document) FILTER (WHERE f.state = 'accepted' AND d.published_by <> '')
FROM subject_name n JOIN subject_mention m ON m.kind = n.kind AND m.key = n.key
JOIN document_finding f ON f.document = m.document AND f.no = m.no JOIN document d ON d.id = m.document WHERE n.subject = `

	sqlRecount = `
UPDATE subject SET (said, said_in, shown, shown_in) = (` + talliesOf + `$1)
WHERE id = $1`

	sqlSubjectsOf = `
SELECT DISTINCT m.no, m.part, n.name, s.id, s.kind, s.name, s.code
FROM subject_mention m JOIN subject_name n ON n.kind = m.kind AND n.key = m.key JOIN subject s ON s.id = n.subject
WHERE m.document = $1 ORDER BY m.no, m.part, s.id LIMIT $2`
)

const (
	namesMax      = 500 // of one subject
	statementsMax = 3000
	subjectPage   = 50
	subjectsMax   = 10_000 // are counted
)

func selectSubjectByKey(ctx context.Context, tx *db.Tx, kind SubjectKind, key string) (id unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlSubjectByKey, string(kind), key).Scan(&id)
	if db.NoRows(err) {
		return "", nil
	}
	return id, err
}

func selectSubjectByCode(ctx context.Context, tx *db.Tx, kind SubjectKind, code string) (id unit.ID, err error) {
	err = tx.QueryRow(ctx, sqlSubjectByCode, string(kind), code).Scan(&id)
	if db.NoRows(err) {
		return "", nil
	}
	return id, err
}

func selectSubject(ctx context.Context, tx *db.Tx, id unit.ID) (s Subject, err error) {
	err = tx.QueryRow(ctx, sqlSubject, id).Scan(&s.ID, &s.Kind, &s.Name, &s.Code)
	if db.NoRows(err) {
		return s, fault.New(fault.NotFound, "reader.subject_unknown")
	}
	return s, err
}

func insertSubject(ctx context.Context, tx *db.Tx, s Subject) error {
	_, err := tx.Exec(ctx, sqlSubjectInsert, s.ID, string(s.Kind), s.Name, s.Code, db.Micros(tx.Now()))
	return err
}

func updateSubjectCode(ctx context.Context, tx *db.Tx, id unit.ID, code string) error {
	_, err := tx.Exec(ctx, sqlSubjectCode, id, code)
	return err
}

func insertName(ctx context.Context, tx *db.Tx, kind SubjectKind, n SubjectName, subject unit.ID) error {
	_, err := tx.Exec(ctx, sqlNameInsert, string(kind), n.Key, n.Name, subject, n.By, n.Reason, db.Micros(n.At))
	return err
}

func scanName(scan func(...any) error) (n SubjectName, err error) {
	var at int64
	err = scan(&n.Key, &n.Name, &n.By, &n.Reason, &at)
	n.At = db.Time(at)
	return n, err
}

func selectNames(ctx context.Context, tx *db.Tx, subject unit.ID) ([]SubjectName, error) {
	return collect(ctx, tx, scanName, sqlNames, subject, namesMax)
}

func selectName(ctx context.Context, tx *db.Tx, subject unit.ID, key string) (SubjectName, error) {
	n, err := scanName(tx.QueryRow(ctx, sqlName, subject, key).Scan)
	if db.NoRows(err) {
		return n, fault.New(fault.NotFound, "reader.name_unknown").On("name")
	}
	return n, err
}

// moveNames leads one name, or with key "" all of them, to another subject.
func moveNames(ctx context.Context, tx *db.Tx, from unit.ID, key string, to unit.ID, by, reason string) error {
	_, err := tx.Exec(ctx, sqlMove, from, key, to, by, reason, db.Micros(tx.Now()))
	return err
}

func insertMention(ctx context.Context, tx *db.Tx, document unit.ID, m mention) error {
	_, err := tx.Exec(ctx, sqlMentionInsert, string(m.kind), m.key, document, m.no, string(m.part), m.of, m.by)
	return err
}

// recount counts anew of what subjects are spoken, over all documents: for names that move from one to another.
func recount(ctx context.Context, tx *db.Tx, subjects ...unit.ID) error {
	for _, id := range subjects {
		if _, err := tx.Exec(ctx, sqlRecount, id); err != nil {
			return err
		}
	}
	return nil
}

func selectTallies(ctx context.Context, tx *db.Tx, document unit.ID) ([]tally, error) {
	return collect(ctx, tx, func(scan func(...any) error) (t tally, err error) {
		err = scan(&t.subject, &t.said, &t.shown)
		return t, err
	}, sqlTallies, document, 4*findsMax)
}

func addTally(ctx context.Context, tx *db.Tx, subject unit.ID, said, saidIn, shown, shownIn int) error {
	_, err := tx.Exec(ctx, sqlAddTally, subject, said, saidIn, shown, shownIn)
	return err
}

func deleteMentions(ctx context.Context, tx *db.Tx, document unit.ID, no int) error {
	_, err := tx.Exec(ctx, sqlMentionsDelete, document, no)
	return err
}

func insertSubjectStep(ctx context.Context, tx *db.Tx, subject unit.ID, s SubjectStep) error {
	_, err := tx.Exec(ctx, sqlSubjectStep, unit.NewID(tx.Now()), subject, s.Act, s.Key, s.Other, s.By, s.Reason, db.Micros(tx.Now()))
	return err
}

func selectSubjectSteps(ctx context.Context, tx *db.Tx, subject unit.ID) ([]SubjectStep, error) {
	return collect(ctx, tx, func(scan func(...any) error) (s SubjectStep, err error) {
		var at int64
		err = scan(&s.Act, &s.Key, &s.Other, &s.By, &s.Reason, &at)
		s.At = db.Time(at)
		return s, err
	}, sqlSubjectSteps, subject, stepsMax)
}

func selectStatements(ctx context.Context, tx *db.Tx, subject unit.ID, all bool) ([]Statement, error) {
	return collect(ctx, tx, func(scan func(...any) error) (s Statement, err error) {
		var articles string
		s.Finding, err = scanFinding(func(into ...any) error {
			return scan(append([]any{&s.Part, &s.Name, &s.Of, &s.OfBy, &s.Title, &s.Digest, &s.PublishedBy, &articles}, into...)...)
		})
		if err == nil {
			s.Head, err = headOf(articles, s.Finding.Article)
		}
		return s, err
	}, sqlStatements, subject, all, statementsMax)
}

func selectSubjects(ctx context.Context, tx *db.Tx, q SubjectQuery, all bool) (out []Subject, total int, err error) {
	like := ""
	if key := plain(q.Text); key != "" {
		like = "%" + key + "%"
	}
	if err := tx.QueryRow(ctx, sqlCountSubjects, string(q.Kind), all, like, subjectsMax).Scan(&total); err != nil {
		return nil, 0, err
	}
	query := sqlSubjects
	switch {
	case q.ByName:
		query = sqlSubjectsByName
	case !all:
		query = sqlSubjectsShown
	}
	out, err = collect(ctx, tx, func(scan func(...any) error) (s Subject, err error) {
		err = scan(&s.ID, &s.Kind, &s.Name, &s.Code, &s.Mentions, &s.Documents)
		return s, err
	}, query, string(q.Kind), all, like, subjectPage, (max(q.Page, 1)-1)*subjectPage)
	return out, total, err
}

func selectKindCounts(ctx context.Context, tx *db.Tx, all bool) (map[SubjectKind]int, error) {
	type row struct {
		kind SubjectKind
		n    int
	}
	rows, err := collect(ctx, tx, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.kind, &r.n)
		return r, err
	}, sqlKindCounts, all, len(SubjectKinds))
	out := map[SubjectKind]int{}
	for _, r := range rows {
		out[r.kind] = r.n
	}
	return out, err
}

func selectSubjectsOf(ctx context.Context, tx *db.Tx, document unit.ID) ([]Spoken, error) {
	return collect(ctx, tx, func(scan func(...any) error) (s Spoken, err error) {
		err = scan(&s.No, &s.Part, &s.Name, &s.Subject.ID, &s.Subject.Kind, &s.Subject.Name, &s.Subject.Code)
		return s, err
	}, sqlSubjectsOf, document, 4*findsMax)
}
