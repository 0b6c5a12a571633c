package unit

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"corridor/internal/fault"
)

func TestPlacesOfTheDelta(t *testing.T) {
	rs, today := GB2260(), Date(2026, 6, 1)
	for _, c := range []struct {
		code         Region
		zh, en       string
		parent, city Region
		level        Level
	}{
		{"310000", "上海市", "Shanghai", "", "310000", LevelProvince},
		{"310117", "松江区", "Songjiang", "310000", "310000", LevelCounty},
		{"320500", "苏州市", "Suzhou", "320000", "320500", LevelCity},
		{"320509", "吴江区", "吴江区", "320500", "320500", LevelCounty},
		{"330421", "嘉善县", "嘉善县", "330400", "330400", LevelCounty},
		{"340100", "合肥市", "Hefei", "340000", "340100", LevelCity},
		{"341800", "宣城市", "Xuancheng", "340000", "341800", LevelCity},
		{"340000", "安徽省", "Anhui", "", "", LevelProvince},
		{"429004", "仙桃市", "仙桃市", "420000", "429004", LevelCounty}, // run by its province
		{"810000", "香港特别行政区", "Hong Kong", "", "810000", LevelProvince},
	} {
		name := rs.Name(c.code, today)
		if !rs.InForce(c.code, today) || name[0] != c.zh || name[1] != c.en || rs.Parent(c.code) != c.parent || rs.City(c.code) != c.city || c.code.Level() != c.level {
			t.Errorf("%s: in force %t, %v, parent %s, city %s, level %d", c.code, rs.InForce(c.code, today), name, rs.Parent(c.code), rs.City(c.code), c.code.Level())
		}
	}
	if got := rs.FullName("320509", today); got != (fault.Words{"江苏省苏州市吴江区", "吴江区, Suzhou, Jiangsu"}) {
		t.Errorf("full name %v", got)
	}
	n := 0
	for _, province := range []Region{"310000", "320000", "330000", "340000"} {
		for r := range rs.places {
			if r.In(province) && rs.InForce(r, today) {
				n++
			}
		}
	}
	if n != 349 {
		t.Errorf("%d codes of the delta are in force, want 349", n)
	}
	if got := len(rs.Children("", today)); got != 34 {
		t.Errorf("%d provinces, want 34", got)
	}
	if got := len(rs.Children("320000", today)); got != 13 {
		t.Errorf("%d cities of Jiangsu, want 13", got)
	}
}

func TestAnAbolishedCodeHasHeirs(t *testing.T) {
	rs := GB2260()
	for _, c := range []struct {
		code Region
		day  string
		want []Region
	}{
		{"320103", "2026-06-01", []Region{"320104"}}, // Baixia, still inside the codes of companies
		{"320103", "2005-06-01", []Region{"320103"}},
		{"310103", "2026-06-01", []Region{"310101"}},
		{"310119", "2026-06-01", []Region{"310115"}},
		{"341400", "2026-06-01", []Region{"340100", "340200", "340500"}}, // Chaohu, divided
		{"320509", "2026-06-01", []Region{"320509"}},
		{"999999", "2026-06-01", nil},
	} {
		if got := rs.Successors(c.code, day(t, c.day)); !slices.Equal(got, c.want) {
			t.Errorf("%s on %s: %v, want %v", c.code, c.day, got, c.want)
		}
	}
	if rs.InForce("320103", day(t, "2026-06-01")) || !rs.Known("320103") || rs.Name("320103", day(t, "2026-06-01"))[0] != "白下区" {
		t.Error("Baixia is forgotten or in force")
	}
}

func TestWhereAPlaceLies(t *testing.T) {
	rs, today := GB2260(), day(t, "2026-06-01")
	for _, c := range []struct {
		r, outer  Region
		day       string
		in, known bool
	}{
		{"320509", "320500", "2026-06-01", true, true},
		{"320509", "320000", "2026-06-01", true, true},
		{"320509", "310000", "2026-06-01", false, true},
		{"310117", "310000", "2026-06-01", true, true},
		{"320103", "320100", "2026-06-01", true, true},
		{"340823", "340700", "2026-06-01", true, true}, // to Tongling in 2015
		{"340823", "340800", "2026-06-01", false, true},
		{"340823", "340800", "2010-06-01", true, true},
		{"341400", "340000", "2026-06-01", true, true},
		{"341400", "340100", "2026-06-01", false, false}, // divided between Hefei and others
		{"999999", "340000", "2026-06-01", false, false},
		{"340100", "999900", "2026-06-01", false, false},
	} {
		in, known := rs.In(c.r, c.outer, day(t, c.day))
		if in != c.in || known != c.known {
			t.Errorf("%s in %s on %s: %t, known %t; want %t, %t", c.r, c.outer, c.day, in, known, c.in, c.known)
		}
	}
	if err := rs.Check("999999"); fault.CodeOf(err) != "unit.region_unknown" {
		t.Errorf("got %v", err)
	}
	if err := rs.Check("320103"); err != nil {
		t.Error(err)
	}
	if got := rs.Name("999999", today); got != (fault.Words{"999999", "999999"}) {
		t.Errorf("an unknown place is called %v", got)
	}
}

func TestALocalCodeHasAParent(t *testing.T) {
	today := day(t, "2026-06-01")
	zone := Local{Code: "340191", Parent: "340104", ZH: "示例开发区", EN: "Example Zone", From: day(t, "2026-01-01")}
	rs, err := GB2260().With(zone, Local{Code: "340192", Parent: "340191", ZH: "示例园"})
	if err != nil {
		t.Fatal(err)
	}
	if rs.Parent("340191") != "340104" || rs.City("340192") != "340100" || rs.Province("340192") != "340000" {
		t.Errorf("parent %s, city %s, province %s", rs.Parent("340191"), rs.City("340192"), rs.Province("340192"))
	}
	if in, known := rs.In("340192", "340104", today); !in || !known {
		t.Error("a zone does not lie in its district")
	}
	if rs.InForce("340191", day(t, "2025-12-31")) || !rs.InForce("340191", day(t, "2026-01-01")) {
		t.Error("a zone is not in force from its day on")
	}
	if rs.Name("340192", today)[1] != "示例园" || rs.Name("340191", today)[1] != "Example Zone" {
		t.Error("the English names are wrong")
	}
	if GB2260().Known("340191") {
		t.Error("adding a zone changed the list of all")
	}
	if !slices.Contains(rs.Children("340104", today), "340191") {
		t.Error("a zone is not listed under its parent")
	}
	for _, c := range []struct {
		local Local
		code  string
	}{
		{zone, "unit.region_taken"},
		{Local{Code: "340193", Parent: "999999", ZH: "x"}, "unit.region_unknown"},
		{Local{Code: "340193", Parent: "340104"}, "unit.region_local"},
		{Local{Code: "340193", Parent: "340104", ZH: "x", From: today, To: today}, "unit.region_local"},
		{Local{Code: "3401", Parent: "340104", ZH: "x"}, "unit.region_form"},
	} {
		if _, err := rs.With(c.local); fault.CodeOf(err) != c.code {
			t.Errorf("%v: %v, want %s", c.local, err, c.code)
		}
	}
}

func TestTheListIsATree(t *testing.T) {
	rs, today := GB2260(), day(t, "2026-06-01")
	for r, ps := range rs.places {
		if ps[0].never {
			continue // in old records only: its prefecture may be in no list either
		}
		if p := rs.Province(r); p.Level() != LevelProvince || !rs.Known(p) {
			t.Errorf("%s lies in no province: %s", r, p)
		}
		for _, h := range rs.Successors(r, today) {
			if !rs.InForce(h, today) {
				t.Errorf("%s passes to %s, which is not in force", r, h)
			}
		}
	}
	codes := make([]Region, 0, len(rs.places))
	for r := range rs.places {
		codes = append(codes, r)
	}
	slices.Sort(codes)
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(codes).Draw(t, "code")
		d := Date(1978, 1, 1).Add(rapid.IntRange(0, 20_000).Draw(t, "day"))
		name := rs.Name(r, d)
		if name[0] == "" || name[1] == "" {
			t.Fatalf("%s has no name on %s", r, d)
		}
		if p := rs.Parent(r); p != "" && rs.InForce(r, d) && !slices.Contains(rs.Children(p, d), r) {
			t.Fatalf("%s is no child of %s on %s", r, p, d)
		}
		if in, known := rs.In(r, r, d); !in || !known {
			t.Fatalf("%s does not lie in itself", r)
		}
	})
}
