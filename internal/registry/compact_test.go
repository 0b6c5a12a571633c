package registry_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

func TestTheCompactsThatAreCarried(t *testing.T) {
	each(t, func(h house) {
		n, err := h.LoadCompacts(h.ctx, admin, registry.Data(), "compacts")
		if err != nil || n != 5 {
			t.Fatalf("%d loaded, %v", n, err)
		}
		if n, err = h.LoadCompacts(h.ctx, admin, registry.Data(), "compacts"); n != 0 || err != nil {
			t.Errorf("the same files again: %d changed, %v", n, err)
		}
		h.read(func(tx *db.Tx) {
			for id, want := range map[string]int{"yrd": 4, "g60": 9, "green-zone": 3, "west-shanghai": 5} {
				c, err := h.Compact(h.ctx, tx, id)
				if err != nil || len(c.MembersOn(h.day("2026-01-01"))) != want {
					t.Errorf("%s has %d members, %v; want %d", id, len(c.MembersOn(h.day("2026-01-01"))), err, want)
				}
			}
			for _, line := range lines(`
g60 310117 2018-01-01 yes
g60 340100 2018-05-31 no  joined a day later
g60 340100 2018-06-01 yes
g60 340104 2026-01-01 yes a district of a member
g60 340000 2026-01-01 no  only a part of it
yrd 340823 2026-01-01 yes a code of old
yrd 110000 2026-01-01 no
data-chain 330000 2026-01-01 unknown nobody says since when
data-chain 110000 2026-01-01 unknown the list is not complete
`) {
				f := strings.Fields(line)
				in, known, err := h.InCompact(h.ctx, tx, f[0], unit.Region(f[1]), h.day(f[2]))
				got := map[bool]string{true: "yes", false: "no"}[in]
				if !known {
					got = "unknown"
				}
				if got != f[3] || err != nil {
					t.Errorf("%s: got %s, %v", line, got, err)
				}
			}
			all, err := h.Compacts(h.ctx, tx)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range all {
				if c.Source == "" || c.Name[1] == "" {
					t.Errorf("%s says no source", c.ID)
				}
				for _, m := range c.Members {
					if m.Source == "" {
						t.Errorf("%s: %s says no source", c.ID, m.Region)
					}
				}
			}
			if _, err := h.Compact(h.ctx, tx, "none"); fault.CodeOf(err) != "registry.no_compact" {
				t.Error(err)
			}
		})
	})
}

func TestADamagedCompactIsRefused(t *testing.T) {
	const good = "id: x\nzh: 甲\nen: A\nsource: s\nshares: [vouchers]\nmembers: [{region: \"310000\", since: 2020-01-01}]\n"
	if _, err := registry.ReadCompact([]byte(good), unit.GB2260()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string][2]string{
		"registry.compact_file": {"zh:", "zhh:"}, "unit.region_unknown": {"310000", "319999"}, "registry.compact": {"vouchers", "gold"},
	} {
		if _, err := registry.ReadCompact([]byte(strings.Replace(good, spoil[0], spoil[1], 1)), unit.GB2260()); fault.CodeOf(err) != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, spoil := range [][2]string{{"id: x", "id: a/b"}, {"en: A", "en: \"\""}, {"source: s", "source: \"\""}, {"}]", "}, {region: \"310000\", since: 2020-01-01}]"},
		{"2020-01-01}", "2020-01-01, until: 2019-01-01}"}} {
		if _, err := registry.ReadCompact([]byte(strings.Replace(good, spoil[0], spoil[1], 1)), unit.GB2260()); fault.CodeOf(err) != "registry.compact" {
			t.Errorf("%v: got %v", spoil, err)
		}
	}
}

func TestACompactIsTheWholeNodes(t *testing.T) {
	each(t, func(h house) {
		if _, err := h.LoadCompacts(h.ctx, officer, registry.Data(), "compacts"); fault.KindOf(err) != fault.Denied {
			t.Errorf("an officer of one province: %v", err)
		}
	})
}

func TestAuthorities(t *testing.T) {
	each(t, func(h house) {
		n, err := h.LoadAuthorities(h.ctx, admin, registry.Data(), "authorities/yrd.yaml")
		if err != nil || n != 27 {
			t.Fatalf("%d loaded, %v", n, err)
		}
		if n, err = h.LoadAuthorities(h.ctx, admin, registry.Data(), "authorities/yrd.yaml"); n != 0 || err != nil {
			t.Errorf("the same file again: %d changed, %v", n, err)
		}
		renamed := registry.Authority{ID: "340000.science", Parent: "340000", Region: "340000", Name: fault.Words{"安徽省科技局（演示）", "Anhui science bureau (demo)"},
			Hosted: true, Since: h.day("2026-01-01"), Source: "a decision made up for this test"}
		h.must(func(tx *db.Tx) error { return h.PutAuthority(h.ctx, tx, officer, renamed) })
		h.read(func(tx *db.Tx) {
			for day, want := range map[string]string{"2025-12-31": "安徽省科学技术厅", "2026-01-01": "安徽省科技局（演示）"} {
				a, err := h.Authority(h.ctx, tx, "340000.science", h.day(day))
				if err != nil || a.Name[0] != want || !a.Office() {
					t.Errorf("on %s %s, %v; want %s", day, a.Name[0], err, want)
				}
				all, err := h.Authorities(h.ctx, tx, "340000", h.day(day))
				if err != nil || len(all) != 9 {
					t.Errorf("on %s %d authorities, %v; want 9", day, len(all), err)
				}
			}
		})
		for field, spoil := range map[string]func(*registry.Authority){
			"id": func(a *registry.Authority) { a.ID = "310000.science" }, "zh": func(a *registry.Authority) { a.Name[1] = "" },
			"treasury": func(a *registry.Authority) { a.Treasury = "310000" }, "parent": func(a *registry.Authority) { a.Parent = "990000" },
			"source": func(a *registry.Authority) { a.Source = "" },
		} {
			a := renamed
			a.Since = h.day("2026-02-01")
			spoil(&a)
			err := h.act(func(tx *db.Tx) error { return h.PutAuthority(h.ctx, tx, officer, a) })
			if f := fault.Of(err); f == nil || f.Field != field {
				t.Errorf("%s: got %v", field, err)
			}
		}
		h.refused("access.denied", func(tx *db.Tx) error {
			return h.PutAuthority(h.ctx, tx, access.Actor{Person: "01H0000000000000000000000C", Grants: []access.Grant{{Role: "science", Region: "310000"}}}, renamed)
		})
		if _, err := h.LoadAuthorities(h.ctx, admin, fstest.MapFS{"a.yaml": {Data: []byte("none: 1")}}, "a.yaml"); fault.CodeOf(err) != "registry.authority_file" {
			t.Error(err)
		}
	})
}
