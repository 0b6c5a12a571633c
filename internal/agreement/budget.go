package agreement

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	givesMax  = 2000                                        // parties in one sum
	givenMax  = 60_000                                      // shares of tasks in one answer
	budgetMax = unit.Fen(100_000_000_000) * unit.FenPerYuan // of one party to one task; all sums stay within an int64
)

// ParseBudget reads what a party gives to a task, "50万元" or "500000"; "" is nothing said. What cannot be read, is not
// above nothing or is more than budgetMax is refused.
func ParseBudget(s, party string) (unit.Fen, error) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, nil
	}
	sum, err := unit.ParseFen(s)
	if err == nil && (sum <= 0 || sum > budgetMax) {
		err = fault.New(fault.Invalid, "agreement.budget", "party", party, "sum", sum.String())
	}
	return sum, err
}

// Budget is what lead and partners give to a task together, in fen; 0 where nothing was said.
func (t Task) Budget() (sum unit.Fen) {
	for _, p := range append([]Party{t.Lead}, t.Partners...) {
		sum += p.Budget
	}
	return sum
}

// Gives is what one party gives to tasks: as lead, and as a partner of others.
type Gives struct {
	Party Party
	Tasks int
	Lead  unit.Fen // to tasks that it leads
	Other unit.Fen // to tasks of others
}

// Sum is all that the party gives.
func (g Gives) Sum() unit.Fen { return g.Lead + g.Other }

// Budgets says what each party gives to the tasks of a query, who gives most first, and what they give together. A task
// that was ended costs nothing any more.
func (r *Register) Budgets(ctx context.Context, who access.Actor, q Query) (all []Gives, sum unit.Fen, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = sumBudgets(ctx, tx, r.filter(tx, who, q))
		sum = 0
		for _, g := range all {
			sum += g.Sum()
		}
		return err
	})
	return all, sum, err
}

// Shares are what the parties of each task of a query give to it, the lead first; tasks to which nobody gives are left out.
func (r *Register) Shares(ctx context.Context, who access.Actor, q Query) (of map[unit.ID][]Share, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := selectShareOfTasks(ctx, tx, r.filter(tx, who, q))
		of = map[unit.ID][]Share{}
		for _, s := range all {
			of[s.task] = append(of[s.task], s)
		}
		return err
	})
	return of, err
}

// Share is what one party gives to one task.
type Share struct {
	Party
	Lead bool
	task unit.ID
}
