package demo

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// pool is the name of the pool from which the schemes of the demonstration draw.
const pool = "experts"

// expertOf is a made-up expert and where he or she belongs.
type expertOf struct {
	Person
	unit string
}

// experts are those of the one jurisdiction whose schemes draw people.
func experts() (all []expertOf) {
	units := []string{LargeFirm, Lab, ShanghaiFirm, JiangsuFirm, JiangsuLab, ZhejiangFirm, ZhejiangLab}
	for i, at := range units {
		n := i + 1
		all = append(all, expertOf{Person{Anhui, fmt.Sprintf("expert%d@anhui.example", n), fault.Words{fmt.Sprintf("评审专家 %d（演示）", n), fmt.Sprintf("Expert %d (demo)", n)},
			"", "expert", ""}, at})
	}
	return all
}

// enterExperts puts each expert of the node into the pool, once, for every field.
func enterExperts(ctx context.Context, n *node.Node, admin access.Actor) error {
	return n.DB.Act(ctx, func(tx *db.Tx) error {
		for _, e := range experts() {
			if e.Node != n.Node.Code {
				continue
			}
			account, err := n.Access.AccountBy(ctx, tx, e.Email, e.Role)
			if err != nil {
				return err
			}
			_, err = n.Registry.PutExpert(ctx, tx, admin, registry.Expert{Pool: pool, Account: account, Unit: e.unit, Since: unit.Date(2026, 1, 1), Source: "演示名单 demonstration"})
			if err != nil && fault.CodeOf(err) != "registry.expert_there" {
				return fmt.Errorf("expert %s: %w", e.Email, err)
			}
		}
		return nil
	})
}
