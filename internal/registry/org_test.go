package registry_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

func TestAPastDayGetsTheAnswerOfThatDay(t *testing.T) {
	each(t, func(h house) {
		h.three()
		moved := orgA()
		moved.Name[0], moved.Region, moved.Since = "合肥市巢湖储能有限公司（演示）", "340200", unit.Date(2026, 3, 1)
		h.put(admin, moved)
		moved.Industry, moved.Since = "3841", unit.Date(2025, 1, 1) // about a time before the newest statement
		moved.Name, moved.Region = orgA().Name, "340100"
		h.put(admin, moved)

		h.read(func(tx *db.Tx) {
			for _, c := range []struct {
				day, name, region, industry string
			}{
				{"2019-06-01", "合肥市巢湖电池材料有限公司（演示）", "340100", "3985"},
				{"2024-12-31", "合肥市巢湖电池材料有限公司（演示）", "340100", "3985"},
				{"2025-01-01", "合肥市巢湖电池材料有限公司（演示）", "340100", "3841"},
				{"2026-02-28", "合肥市巢湖电池材料有限公司（演示）", "340100", "3841"},
				{"2026-03-01", "合肥市巢湖储能有限公司（演示）", "340200", "3985"},
				{"2026-05-06", "合肥市巢湖储能有限公司（演示）", "340200", "3985"},
			} {
				o, err := h.OrgOn(h.ctx, tx, firmA, h.day(c.day))
				if err != nil {
					t.Fatal(err)
				}
				if got, want := [3]string{o.Name[0], string(o.Region), string(o.Industry)}, [3]string{c.name, c.region, c.industry}; got != want {
					t.Errorf("on %s got %v, want %v", c.day, got, want)
				}
			}
			states, err := h.States(h.ctx, tx, firmA)
			if err != nil || len(states) != 3 {
				t.Errorf("%d statements, %v; want 3", len(states), err)
			}
		})
	})
}

func TestARegistryAsItWasKnownDoesNotSeeWhatWasEnteredLater(t *testing.T) {
	each(t, func(h house) {
		h.on("2026-05-10")
		h.three()
		var before time.Time
		h.must(func(tx *db.Tx) error { before = tx.Now(); return nil })
		h.on("2026-06-10")
		o := orgA()
		o.Region, o.Since = "340200", unit.Date(2025, 6, 1) // told late
		h.put(admin, o)
		h.read(func(tx *db.Tx) {
			day := h.day("2025-12-01")
			now, err := h.OrgOn(h.ctx, tx, firmA, day)
			if err != nil || now.Region != "340200" {
				t.Errorf("now %s, %v; want 340200", now.Region, err)
			}
			then, err := h.AsKnown(before).OrgOn(h.ctx, tx, firmA, day)
			if err != nil || then.Region != "340100" {
				t.Errorf("then %s, %v; want 340100", then.Region, err)
			}
			if _, err := h.AsKnown(before.AddDate(-1, 0, 0)).OrgOn(h.ctx, tx, firmA, day); fault.CodeOf(err) != "registry.unknown_then" {
				t.Errorf("before it was entered: %v", err)
			}
		})
	})
}

// What an act has asked it remembers, but not beyond a statement: neither that there is nobody, nor how somebody was, nor what was undone.
func TestAnActSeesWhatWasStatedSinceItAsked(t *testing.T) {
	each(t, func(h house) {
		undone := errors.New("undone")
		want := func(tx *db.Tx, name string) {
			t.Helper()
			o, err := h.Org(h.ctx, tx, firmA)
			if name == "" && fault.KindOf(err) != fault.NotFound || name != "" && (err != nil || o.Name[0] != name) {
				t.Errorf("got %q %v, want %q", o.Name[0], err, name)
			}
		}
		first, second := orgA(), orgA()
		second.Name[0] = "合肥市巢湖储能有限公司（演示）"
		for _, end := range []error{undone, nil} {
			err := h.act(func(tx *db.Tx) error {
				want(tx, "")
				want(tx, "")
				for _, o := range []registry.Org{first, second} {
					if err := h.Put(h.ctx, tx, admin, o); err != nil {
						return err
					}
					want(tx, o.Name[0])
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
		h.must(func(tx *db.Tx) error { want(tx, second.Name[0]); return nil })
	})
}

func TestTheSameAgainIsNoChange(t *testing.T) {
	each(t, func(h house) {
		h.three()
		h.put(admin, orgA())
		h.read(func(tx *db.Tx) {
			states, err := h.States(h.ctx, tx, firmA)
			if err != nil || len(states) != 1 {
				t.Errorf("%d statements, %v; want 1", len(states), err)
			}
		})
		auditor := access.Actor{Person: "01H00000000000000000000009", Grants: []access.Grant{{Role: "auditor"}}}
		page, _, err := h.access.Journal(h.ctx, auditor, access.JournalQuery{Object: "org/" + firmA})
		if err != nil || len(page) != 1 || page[0].Act != "registry.put" {
			t.Errorf("journal %v, %v; want one registry.put", page, err)
		}
	})
}

func TestWhatIsNoOrganisationIsRefusedByField(t *testing.T) {
	each(t, func(h house) {
		for field, spoil := range map[string]func(*registry.Org){
			"code":     func(o *registry.Org) { o.Code = firmA[:17] + "A" },
			"name":     func(o *registry.Org) { o.Name[0] = " " },
			"name_en":  func(o *registry.Org) { o.Name[1] = "a|b" },
			"kind":     func(o *registry.Org) { o.Kind = "club" },
			"region":   func(o *registry.Org) { o.Region = "349999" },
			"industry": func(o *registry.Org) { o.Industry = "9999" },
			"since":    func(o *registry.Org) { o.Since = unit.Date(2026, 5, 7) },
		} {
			o := orgA()
			spoil(&o)
			err := h.act(func(tx *db.Tx) error { return h.Put(h.ctx, tx, admin, o) })
			if f := fault.Of(err); f == nil || f.Field != field || f.Kind != fault.Invalid {
				t.Errorf("%s: got %v", field, err)
			}
		}
	})
}

func TestWhoMayChangeAnOrganisation(t *testing.T) {
	each(t, func(h house) {
		h.three()
		english := orgA()
		english.Name[1] = "Chaohu Battery (demo)"
		moved := orgA()
		moved.Region = "310115"
		for _, c := range []struct {
			name string
			who  access.Actor
			org  registry.Org
			want string
		}{
			{"nobody", nobody, english, "access.sign_in"},
			{"an officer of another province", officer, orgLabRenamed(), "access.denied"},
			{"an officer who sends it to another province", officer, moved, "access.denied"},
			{"the firm itself, more than its English name", ofFirmA, moved, "registry.officer_only"},
			{"the firm itself, another firm", ofFirmA, renamed(orgB()), "access.denied"},
			{"the firm itself, a new organisation", ofFirmA, registry.Org{Code: team, Name: fault.Words{"x", "x"}, Kind: "team", Region: "340100"}, "access.denied"},
			{"the firm itself, its English name", ofFirmA, english, ""},
			{"an officer of the province", officer, renamed(orgB()), ""},
			{"the node", access.System("test"), orgLabRenamed(), ""},
		} {
			err := h.act(func(tx *db.Tx) error { return h.Put(h.ctx, tx, c.who, c.org) })
			if got := fault.CodeOf(err); got != c.want {
				t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			}
		}
	})
}

func renamed(o registry.Org) registry.Org { o.Name[0] = "改名" + o.Name[0]; return o }

func orgLabRenamed() registry.Org { return renamed(orgLab()) }

func TestOldCodesFindTheirOrganisation(t *testing.T) {
	each(t, func(h house) {
		h.three()
		h.must(func(tx *db.Tx) error {
			if err := h.PutAlias(h.ctx, tx, admin, firmB, "580471246", registry.AliasCode, "org code of 2004"); err != nil {
				return err
			}
			return h.PutAlias(h.ctx, tx, admin, firmB, "芜湖重装", registry.AliasName, "its letterhead")
		})
		h.read(func(tx *db.Tx) {
			if o, err := h.Org(h.ctx, tx, "580471246"); err != nil || o.Code != firmB {
				t.Errorf("got %s, %v", o.Code, err)
			}
			for _, text := range []string{"580471246", "芜湖重装", "重装"} {
				f, err := h.SearchIn(h.ctx, tx, registry.Query{Text: text})
				if err != nil || len(f.Orgs) != 1 || f.Orgs[0].Code != firmB {
					t.Errorf("%s: got %v, %v", text, f.Orgs, err)
				}
			}
		})
	})
}

func TestFacts(t *testing.T) {
	each(t, func(h house) {
		h.three()
		count := func(n int64) *int64 { return &n }
		h.must(func(tx *db.Tx) error {
			for _, y := range []registry.YearFacts{
				{Year: 2024, Staff: 40, Revenue: 20_000_000_00, RnDSpend: 2_000_000_00, Patents: count(3), Source: "registry:340000", Filed: h.day("2025-01-20")},
				{Year: 2025, Staff: 46, Revenue: 28_600_000_00, RnDSpend: 3_120_000_00, Source: "registry:340000", Filed: h.day("2026-01-20")},
			} {
				if err := h.PutYear(h.ctx, tx, officer, firmA, y); err != nil {
					return err
				}
			}
			if err := h.PutFigures(h.ctx, tx, officer, firmA, registry.Filed{Figure: registry.Staff, Year: 2025, Value: 44, Source: "audit of 2026", Filed: h.day("2026-04-01")}); err != nil {
				return err
			}
			for _, m := range []struct {
				mark  registry.Mark
				is    bool
				since string
			}{
				{registry.Operating, true, "2019-05-20"}, {registry.Untrustworthy, false, "2019-05-20"},
				{"dishonest_debtor", true, "2025-03-01"}, {"dishonest_debtor", false, "2025-09-01"},
			} {
				if err := h.PutMark(h.ctx, tx, officer, firmA, m.mark, m.is, h.day(m.since), "credit register"); err != nil {
					return err
				}
			}
			return nil
		})
		for _, c := range []struct{ day, want string }{
			{"2024-06-01", "firm.city=340100 firm.controller=" + firmA + " firm.operating=true firm.listed_untrustworthy=false"},
			{"2025-02-01", "firm.staff=40 firm.revenue=20,000,000.00 firm.patents=3"},
			{"2025-04-01", "firm.staff=40 firm.listed_untrustworthy=true"},
			{"2025-10-01", "firm.listed_untrustworthy=false firm.rnd_spend=2,000,000.00"},
			{"2026-02-01", "firm.staff=46 firm.revenue=28,600,000.00 firm.patents=3"},
			{"2026-05-01", "firm.staff=44 firm.revenue=28,600,000.00 firm.founded=2019-05-20 firm.industry=3985 firm.region=340100"},
		} {
			h.read(func(tx *db.Tx) {
				facts, err := h.Facts(h.ctx, tx, firmA, h.day(c.day))
				if err != nil {
					t.Fatal(err)
				}
				for _, want := range words(c.want) {
					if got, there := facts[want[0]]; !there || text(got.Value) != want[1] || got.Source == "" || got.Day > h.day(c.day) {
						t.Errorf("on %s %s is %+v, want %s", c.day, want[0], got, want[1])
					}
				}
				if _, known := facts["firm.tax_normal"]; known {
					t.Error("what no register said is known")
				}
			})
		}
		h.read(func(tx *db.Tx) {
			facts, err := h.Facts(h.ctx, tx, firmA, h.day("2024-06-01"))
			if _, known := facts["firm.staff"]; known || err != nil {
				t.Errorf("figures are known before they were filed, %v", err)
			}
			flags, err := h.Flags(h.ctx, tx, firmA)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range flags {
				got = append(got, string(f.Mark)+" "+text(f.Is)+" "+f.Since.String()+" "+f.Until.String())
			}
			want := []string{"operating true 2019-05-20 ", "listed_untrustworthy false 2019-05-20 ",
				"dishonest_debtor false 2025-09-01 ", "dishonest_debtor true 2025-03-01 2025-08-31"}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			years, err := h.Years(h.ctx, tx, firmA)
			if err != nil || len(years) != 2 || years[0].Staff != 44 || years[0].Filed != h.day("2026-04-01") || years[0].Patents != nil || *years[1].Patents != 3 {
				t.Errorf("years %+v, %v", years, err)
			}
		})
	})
}

func TestWhatAnOrganisationFilesOfItselfSaysSo(t *testing.T) {
	each(t, func(h house) {
		h.three()
		y := registry.YearFacts{Year: 2025, Staff: 46, Source: "registry:340000", Filed: h.day("2026-01-20")}
		h.must(func(tx *db.Tx) error { return h.PutYear(h.ctx, tx, ofFirmA, firmA, y) })
		h.read(func(tx *db.Tx) {
			facts, err := h.Facts(h.ctx, tx, firmA, h.day("2026-05-01"))
			if err != nil || facts["firm.staff"].Source != "declared:"+firmA {
				t.Errorf("source %q, %v", facts["firm.staff"].Source, err)
			}
		})
		h.refused("access.denied", func(tx *db.Tx) error { return h.PutYear(h.ctx, tx, ofFirmA, firmB, y) })
		h.refused("access.denied", func(tx *db.Tx) error {
			return h.PutMark(h.ctx, tx, ofFirmA, firmA, registry.Untrustworthy, false, h.day("2026-01-01"), "itself")
		})
		h.refused("access.denied", func(tx *db.Tx) error {
			_, err := h.ChangeLabel(h.ctx, tx, ofFirmA, registry.LabelChange{Verb: registry.Enters, Reason: "x", Label: registry.Label{Org: firmA, Label: "tech_sme", Issuer: "itself", Since: h.day("2026-01-01")}})
			return err
		})
		h.refused("registry.year", func(tx *db.Tx) error {
			y.Year = 2027
			return h.PutYear(h.ctx, tx, officer, firmA, y)
		})
	})
}
