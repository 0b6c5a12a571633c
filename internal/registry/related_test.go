package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

func words(s string) (all [][2]string) {
	for _, w := range strings.Fields(s) {
		name, v, _ := strings.Cut(w, "=")
		all = append(all, [2]string{name, v})
	}
	return all
}

func text(v any) string { return fmt.Sprint(v) }

// The graph: a holds 60 % of b, b 30 % of c, c 24 % of d; e and f are held by a person; g and h hold each other and i;
// j is held by somebody unknown; k and l have one controller from 2025 on; m declared a tie to n; o and p both hold q.
const graph = `
local:b share        local:a  60%  2020-01-01 -
local:c share        local:b  30%  2020-01-01 -
local:d share        local:c  24%  2020-01-01 -
local:e share        PERSON   51%  2020-01-01 2024-12-31
local:f legal_person PERSON   -    2020-01-01 -
local:g share        local:h  50%  2020-01-01 -
local:h share        local:g  50%  2020-01-01 -
local:i share        local:g  40%  2020-01-01 -
local:j share        ?        70%  2020-01-01 -
local:k controller   local:z  -    2025-01-01 -
local:l controller   local:z  -    2020-01-01 -
local:m declared     local:n  -    2020-01-01 -
local:q share        local:o  50%  2020-01-01 -
local:q share        local:p  50%  2020-01-01 -
`

func TestAffiliation(t *testing.T) {
	each(t, func(h house) {
		h.local(strings.Split("abcdefghijklmnopqz", "")...)
		var person registry.Person
		h.must(func(tx *db.Tx) (err error) {
			person, err = h.AddPerson(h.ctx, tx, admin, "local:e", registry.Person{Name: "测试人员", Synthetic: true})
			return err
		})
		h.relate(strings.ReplaceAll(graph, "PERSON", string(person.ID)))
		for _, line := range lines(`
a a 2026-01-01 yes itself
a b 2026-01-01 yes a parent
b a 2026-01-01 yes and the other way round
a c 2026-01-01 yes through b
a d 2026-01-01 no  a share below the rule
c d 2026-01-01 no  a share below the rule
a b 2019-12-31 no  before there was a share
e f 2024-12-31 yes one person stands behind both
e f 2025-01-01 no  the share was sold
g h 2026-01-01 yes they hold each other
g i 2026-01-01 yes
h i 2026-01-01 yes through g
h a 2026-01-01 no  a cycle ends
j a 2026-01-01 unknown somebody unknown stands behind
j j 2026-01-01 yes itself all the same
k l 2024-12-31 no  another controller then
k l 2025-01-01 yes one controller
k z 2025-01-01 yes
m n 2026-01-01 yes declared
n m 2026-01-01 yes declared by the other
m a 2026-01-01 no
o p 2026-01-01 no  to hold a third one is no tie
o q 2026-01-01 yes
a x 2026-01-01 unknown not in the registry
`) {
			f := strings.Fields(line)
			h.read(func(tx *db.Tx) {
				x, err := h.Affiliation(h.ctx, tx, "local:"+f[0], "local:"+f[1], h.day(f[2]))
				if err != nil {
					t.Fatal(err)
				}
				got := map[bool]string{true: "yes", false: "no"}[x.Related]
				if !x.Known {
					got = "unknown"
				}
				if got != f[3] {
					t.Errorf("%s: got %s", line, got)
				}
				if f[0] != f[1] && x.Related && len(x.Via) == 0 {
					t.Errorf("%s: no reason is given", line)
				}
			})
		}
	})
}

func TestWhoStandsBehindIsBounded(t *testing.T) {
	each(t, func(h house) {
		var register strings.Builder
		names := []string{"top"}
		for i := range 40 { // a chain longer than is walked
			names = append(names, fmt.Sprint("n", i))
			up := "local:top"
			if i > 0 {
				up = fmt.Sprint("local:n", i-1)
			}
			fmt.Fprintf(&register, "local:n%d share %s 100%% 2020-01-01 -\n", i, up)
		}
		h.local(append(names, "far")...)
		h.relate(register.String())
		h.read(func(tx *db.Tx) {
			day := h.day("2026-01-01")
			if yes, known, err := h.Related(h.ctx, tx, "local:n39", "local:n20", day); !yes || !known || err != nil {
				t.Errorf("near: %t %t %v", yes, known, err)
			}
			if yes, known, err := h.Related(h.ctx, tx, "local:n39", "local:far", day); yes || known || err != nil {
				t.Errorf("a chain that was not walked to its end is known: %t %t %v", yes, known, err)
			}
		})
	})
}

func TestRelationsAreCorrectedAndTakenBack(t *testing.T) {
	each(t, func(h house) {
		h.local("a", "b", "c", "d")
		h.relate(`
local:b share      local:a 60% 2020-01-01 -
local:b share      local:a 20% 2020-01-01 -
local:c share      local:a 90% 2020-01-01 -
local:d controller local:a -   2020-01-01 -
local:d controller local:b -   2023-01-01 -
`)
		h.must(func(tx *db.Tx) error {
			return h.VoidRelation(h.ctx, tx, admin, registry.Relation{Org: "local:c", Kind: registry.Share, Holder: "local:a", Since: h.day("2020-01-01"), Source: "entered in error"})
		})
		h.read(func(tx *db.Tx) {
			for _, c := range []struct{ org, day, want string }{
				{"local:b", "2026-01-01", "share local:a 20%"},
				{"local:c", "2026-01-01", ""},
				{"local:d", "2022-12-31", "controller local:a 0%"},
				{"local:d", "2023-01-01", "controller local:b 0%"},
			} {
				all, _, err := h.Relations(h.ctx, tx, c.org, h.day(c.day))
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, x := range all {
					got = append(got, x.Kind+" "+x.Holder+" "+x.Share.String())
				}
				if strings.Join(got, "; ") != c.want {
					t.Errorf("%s on %s: got %v, want %s", c.org, c.day, got, c.want)
				}
			}
			if o, err := h.OrgOn(h.ctx, tx, "local:d", h.day("2024-01-01")); err != nil || o.Controller != "local:b" {
				t.Errorf("controller %q, %v", o.Controller, err)
			}
			held, err := h.Holdings(h.ctx, tx, "local:a", h.day("2021-01-01"))
			if err != nil || len(held) != 2 {
				t.Errorf("holdings %v, %v", held, err)
			}
		})
	})
}

func TestAFiledListOfOwnersReplacesTheOneBefore(t *testing.T) {
	each(t, func(h house) {
		h.local("firm", "a", "b", "c")
		half, most := ratio(t, "50%"), ratio(t, "75%")
		file := func(day string, owners ...registry.Relation) error {
			return h.act(func(tx *db.Tx) error {
				return h.PutOwners(h.ctx, tx, admin, "local:firm", owners, h.day(day), "company register")
			})
		}
		if err := file("2024-01-01", registry.Relation{Holder: "local:a", Share: half}, registry.Relation{Holder: "local:b", Share: half}); err != nil {
			t.Fatal(err)
		}
		if err := file("2025-01-01", registry.Relation{Holder: "local:b", Share: most}); err != nil {
			t.Fatal(err)
		}
		if err := file("2026-01-01", registry.Relation{Holder: "local:b", Share: most}, registry.Relation{Holder: "local:c", Share: half}); fault.CodeOf(err) != "registry.shares" {
			t.Errorf("125%% of a firm: %v", err)
		}
		h.read(func(tx *db.Tx) {
			for day, want := range map[string]string{"2024-12-31": "local:a 50% local:b 50% ", "2025-01-01": "local:b 75% "} {
				all, _, err := h.Relations(h.ctx, tx, "local:firm", h.day(day))
				got := ""
				for _, x := range all {
					got += x.Holder + " " + x.Share.String() + " "
				}
				if got != want || err != nil {
					t.Errorf("on %s got %q, %v; want %q", day, got, err, want)
				}
			}
		})
	})
}

func ratio(t *testing.T, s string) unit.Ratio {
	t.Helper()
	r, err := unit.ParseRatio(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLabels(t *testing.T) {
	each(t, func(h house) {
		h.three()
		day := h.day
		issue := func(since, until string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := h.IssueLabel(h.ctx, tx, officer, registry.Label{Org: firmA, Label: "tech_sme", Level: "A", Issuer: "340000.science", Since: day(since), Until: day(until), Basis: "case/1"})
				return err
			}
		}
		renew := func(on, until string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := h.RenewLabel(h.ctx, tx, officer, firmA, "tech_sme", day(on), day(until))
				return err
			}
		}
		revoke := func(on string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { return h.RevokeLabel(h.ctx, tx, officer, firmA, "tech_sme", day(on)) }
		}
		h.refused("registry.label_none", renew("2024-01-01", "2025-01-01"))
		h.must(issue("2024-01-01", "2024-12-31"))
		h.refused("registry.label_there", issue("2024-06-01", "2025-12-31"))
		h.refused("registry.label_there", issue("2023-06-01", "2024-01-01"))
		h.refused("registry.label_shorter", renew("2024-06-01", "2024-06-30"))
		var before time.Time
		h.must(func(tx *db.Tx) error { before = tx.Now(); return nil })
		h.on("2026-05-07")
		h.must(renew("2024-12-31", "2025-12-31"))
		h.must(revoke("2025-07-01"))
		h.refused("registry.label_none", revoke("2025-07-01"))
		h.must(issue("2025-08-01", ""))
		h.read(func(tx *db.Tx) {
			for on, want := range map[string]bool{"2023-12-31": false, "2024-01-01": true, "2025-06-30": true, "2025-07-01": false, "2025-08-01": true, "2026-05-06": true} {
				has, known, err := h.HasLabel(h.ctx, tx, firmA, "tech_sme", day(on))
				if has != want || !known || err != nil {
					t.Errorf("on %s: %t %t %v, want %t", on, has, known, err, want)
				}
			}
			for on, want := range map[string]bool{"2023-12-31": false, "2025-06-30": false, "2025-07-01": true, "2025-08-01": false} {
				if ended, known, err := h.LabelEnded(h.ctx, tx, firmA, "tech_sme", day(on)); ended != want || !known || err != nil {
					t.Errorf("ended on %s: %t %t %v, want %t", on, ended, known, err, want)
				}
			}
			for by, want := range map[string]bool{"2025-12-30": false, "2025-12-31": true} {
				if ends, known, err := h.LabelEndsBy(h.ctx, tx, firmA, "tech_sme", day("2025-06-01"), day(by)); ends != want || !known || err != nil {
					t.Errorf("ends by %s: %t %t %v, want %t", by, ends, known, err, want)
				}
			}
			if ends, _, err := h.LabelEndsBy(h.ctx, tx, firmA, "tech_sme", day("2025-08-01"), day("2099-12-31")); ends || err != nil {
				t.Errorf("one without end ends: %v", err)
			}
			if has, _, err := h.AsKnown(before).HasLabel(h.ctx, tx, firmA, "tech_sme", day("2025-03-01")); has || err != nil {
				t.Errorf("before it was renewed it was in force in 2025: %v", err)
			}
			if _, known, err := h.HasLabel(h.ctx, tx, firmB[:17]+"0", "tech_sme", day("2025-03-01")); known || err != nil {
				t.Errorf("of nobody it is known: %v", err)
			}
			all, err := h.Labels(h.ctx, tx, firmA)
			if err != nil || len(all) != 2 || all[1].Revoked != day("2025-07-01") || all[1].Until != day("2025-12-31") || all[0].Level != "A" {
				t.Errorf("labels %+v, %v", all, err)
			}
		})
	})
}
