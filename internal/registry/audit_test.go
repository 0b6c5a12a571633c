package registry_test

import (
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/registry"
)

func TestTheAuditFindsWhatWasDamaged(t *testing.T) {
	each(t, func(h house) {
		h.three()
		renamed := orgB()
		renamed.Name[0] = "芜湖长江装备集团有限公司（演示）"
		h.put(admin, renamed)
		p := h.person(firmA, someone)
		h.must(func(tx *db.Tx) error {
			_, err := h.ErasePerson(h.ctx, tx, admin, p.ID)
			return err
		})
		h.must(func(tx *db.Tx) error {
			for _, since := range []string{"2024-01-01", "2025-01-01"} {
				l := registry.Label{Org: firmA, Label: "tech_sme", Issuer: "x", Since: h.day(since), Until: h.day(since).Add(300)}
				if _, err := h.IssueLabel(h.ctx, tx, admin, l); err != nil {
					return err
				}
			}
			return nil
		})
		if got, err := h.Audit(h.ctx); err != nil || len(got) != 0 {
			t.Fatalf("before any damage: %v, %v", got, err)
		}
		for _, damage := range []struct{ sql, want string }{
			{`UPDATE registry_org SET find = '|x|' WHERE code = '` + lab + `'`, "is found by"},
			{`DELETE FROM registry_find WHERE ` + rowid(h.db) + ` = (SELECT no FROM registry_org WHERE code = '` + firmA + `')`, "not in the index"},
			{`UPDATE registry_org_past SET since = '2030-01-01' WHERE code = '` + firmB + `'`, "newer statement"},
			{`UPDATE registry_label SET until = '' WHERE org = '` + firmA + `'`, "twice"},
			{`UPDATE registry_person SET phone = '1' WHERE id = '` + string(p.ID) + `'`, "is erased"},
		} {
			h.must(func(tx *db.Tx) error {
				_, err := tx.Exec(h.ctx, damage.sql)
				return err
			})
			got, err := h.Audit(h.ctx)
			if err != nil || len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), damage.want) {
				t.Errorf("%s: got %v, %v; want %s", damage.sql, got, err, damage.want)
			}
		}
	})
}

func rowid(d *db.DB) string {
	if d.Dialect() == "sqlite" {
		return "rowid"
	}
	return "no"
}
