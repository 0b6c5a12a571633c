package registry_test

import (
	"context"
	"slices"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Whoever rests on a label of a neighbour is told that it is gone also where no row was made of it here, and where a new epoch of the
// neighbour's log has set its leaf aside and another leaf stands in the same place.
func TestALabelFromElsewhereIsToldOfWhenItIsGone(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		a, err := access.New(access.Config{DB: d})
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		r, err := registry.New(registry.Config{DB: d, Access: a, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar(), IdentityKey: []byte("a key of the test"),
			LostAbroad: func(_ context.Context, _ *db.Tx, l registry.LabelAbroad) error {
				if !l.Revoked.Valid() {
					t.Errorf("gone without a day: %+v", l)
				}
				told = append(told, l.Node+" "+l.Org+" "+l.Label.Label)
				return nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		leaf := func(index int64, label string, gone bool) registry.Published {
			return registry.Published{Node: "310000", Log: "l", Index: index, Gone: gone, Fields: []byte(`{"org":"` + string(firmA) + `","label":"` + label + `","issuer":"x","since":"2026-01-01","until":""}`)}
		}
		do := func(act func(tx *db.Tx) error, want ...string) {
			t.Helper()
			told = nil
			if err := d.Act(t.Context(), act); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(told, want) {
				t.Errorf("told of %q, want %q", told, want)
			}
		}
		take := func(all ...registry.Published) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				no, err := r.TakeLabels(t.Context(), tx, all)
				for _, refused := range no {
					if err == nil {
						err = refused
					}
				}
				return err
			}
		}
		do(take(leaf(1, "high_tech", false), leaf(2, "tech_sme", false)))
		do(take(leaf(1, "high_tech", true)), "310000 "+string(firmA)+" high_tech")
		do(take(leaf(3, "little_giant", true)), "310000 "+string(firmA)+" little_giant")
		do(func(tx *db.Tx) error {
			return r.LabelsAside(t.Context(), tx, []registry.Published{leaf(2, "high_tech", true), {Node: "310000", Log: "l", Index: 4, Gone: true, Fields: []byte("[]")}})
		}, "310000 "+string(firmA)+" high_tech")
		if err := d.Read(t.Context(), func(tx *db.Tx) error {
			all, err := r.LabelsAbroad(t.Context(), tx, string(firmA))
			if len(all) != 1 || all[0].Label.Label != "tech_sme" {
				t.Errorf("what stands is %+v", all)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
