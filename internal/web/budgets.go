package web

import (
	"strconv"
	"strings"

	"corridor/internal/agreement"
	"corridor/internal/unit"
)

// budgetsView is what each party gives to some tasks, as a part of a page.
type budgetsView struct {
	Gives []givesView
	Sum   unit.Fen
}

// givesView is one party's line, with the list of the tasks that it opens.
type givesView struct {
	agreement.Gives
	Path string
}

// budgets says what each party gives to the tasks of a query.
func (v *visit) budgets(q agreement.Query) (b budgetsView, err error) {
	all, sum, err := v.s.c.Agreements.Budgets(v.ctx(), v.who, q)
	b.Sum = sum
	path := "/tasks"
	if q.Agreement != "" {
		path = withQuery(path, "agreement", string(q.Agreement))
	}
	for _, g := range all {
		b.Gives = append(b.Gives, givesView{g, withQuery(path, "party", g.Party.Key())})
	}
	return b, err
}

// moneyHead and moneyCells are what is given to a task, as the last columns of its row in a file.
func (v *visit) moneyHead() []string {
	return []string{v.t("牵头投入（元）", "Lead gives (yuan)"), v.t("配合方投入（元）", "Partners give (yuan)"), v.t("投入合计（元）", "Together (yuan)")}
}

func moneyCells(shares []agreement.Share) []string {
	if len(shares) == 0 {
		return []string{"", "", ""}
	}
	lead, sum := "", unit.Fen(0)
	var partners []string
	for _, s := range shares {
		sum += s.Budget
		if s.Lead {
			lead = s.Budget.Yuan()
		} else {
			partners = append(partners, s.Name+" "+s.Budget.Yuan())
		}
	}
	return []string{lead, strings.Join(partners, "；"), sum.Yuan()}
}

// budgetRows are the lines of a report: party, tasks, as lead, as partner, together.
func (v *visit) budgetRows(b budgetsView) (head []string, rows [][]string) {
	head = []string{v.t("单位", "Party"), v.t("任务", "Tasks"), v.t("作为牵头（元）", "As lead (yuan)"), v.t("作为配合（元）", "As partner (yuan)"), v.t("合计（元）", "Together (yuan)")}
	for _, g := range b.Gives {
		rows = append(rows, []string{g.Party.Name, strconv.Itoa(g.Tasks), g.Lead.String(), g.Other.String(), g.Sum().String()})
	}
	return head, rows
}
