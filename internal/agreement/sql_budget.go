package agreement

import (
	"context"

	"corridor/internal/db"
)

const sqlSumBudgets = `
SELECT max(g.name), g.code, count(*), CAST(sum(CASE WHEN g.no = 0 THEN g.budget_fen ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN g.no > 0 THEN g.budget_fen ELSE 0 END) AS BIGINT)
FROM agreement_task t JOIN agreement_partner g ON g.task = t.id ` + fits + ` AND g.budget_fen > 0 AND t.state <> 'ended'
GROUP BY g.code, CASE WHEN g.code = '' THEN g.name ELSE '' END ORDER BY sum(g.budget_fen) DESC, 1 LIMIT $19`

const sqlShareOfTasks = `
SELECT g.task, g.no, g.name, g.code, g.budget_fen
FROM agreement_task t JOIN agreement_partner g ON g.task = t.id ` + fits + ` AND g.budget_fen > 0
ORDER BY g.task, g.no LIMIT $19`

func sumBudgets(ctx context.Context, tx *db.Tx, args []any) ([]Gives, error) {
	return collect(ctx, tx, func(row scanner) (g Gives, err error) {
		err = row.Scan(&g.Party.Name, &g.Party.Code, &g.Tasks, &g.Lead, &g.Other)
		return g, err
	}, sqlSumBudgets, append(args[:len(args):len(args)], givesMax)...)
}

func selectShareOfTasks(ctx context.Context, tx *db.Tx, args []any) ([]Share, error) {
	return collect(ctx, tx, func(row scanner) (s Share, err error) {
		var no int
		err = row.Scan(&s.task, &no, &s.Name, &s.Code, &s.Budget)
		s.Lead = no == 0
		return s, err
	}, sqlShareOfTasks, append(args[:len(args):len(args)], givenMax)...)
}
