package registry_test

import (
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
)

func TestFinding(t *testing.T) {
	each(t, func(h house) {
		h.three()
		renamed := orgB()
		renamed.Name = fault.Words{"芜湖长江装备集团有限公司（演示）", "Wuhu Yangtze Equipment Group Ltd (demo)"}
		h.put(admin, renamed)
		for _, c := range []struct{ text, region, kind, want string }{
			{"巢湖", "", "", firmA},
			{"合肥市巢湖", "", "", firmA},
			{"电池材料", "", "", firmA},
			{"（演示）有限", "", "", ""},
			{"有限公司", "", "", firmA + " " + firmB},
			{"BATTERY", "", "", firmA},
			{"ＢＡＴＴＥＲＹ", "", "", firmA},
			{"装备 芜湖", "", "", firmB},
			{"重型", "", "", firmB}, // its former name
			{"heavy", "", "", firmB},
			{"巢", "", "", firmA},
			{"池", "", "", ""}, // one character finds beginnings
			{"巢湖电池厂", "", "", ""},
			{"9134", "", "", firmA + " " + firmB},
			{strings.ToLower(firmA), "", "", firmA},
			{"演示", "310000", "", lab},
			{"演示", "", "lab", lab},
			{"", "340000", "", firmA + " " + firmB},
			{"", "310115", "lab", lab},
			{"9134", "340200", "", firmB},
			{"%", "", "", ""},
			{`" OR grams : "x`, "", "", ""},
			{"", "", "", lab + " " + firmA + " " + firmB},
		} {
			h.read(func(tx *db.Tx) {
				q := registry.Query{Text: c.text, Kind: c.kind}
				if err := q.Region.UnmarshalText([]byte(c.region)); err != nil {
					t.Fatal(err)
				}
				f, err := h.SearchIn(h.ctx, tx, q)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, o := range f.Orgs {
					got = append(got, o.Code)
				}
				if strings.Join(got, " ") != c.want && strings.Join(got, " ") != swapped(c.want) || f.Total != len(got) {
					t.Errorf("%q in %q of %q: got %v (%d), want %s", c.text, c.region, c.kind, got, f.Total, c.want)
				}
			})
		}
	})
}

// swapped is two codes the other way round, where the order is not what is tested.
func swapped(s string) string {
	a, b, two := strings.Cut(s, " ")
	if !two {
		return s
	}
	return b + " " + a
}

func TestTheBestMatchComesFirst(t *testing.T) {
	each(t, func(h house) {
		for i, name := range []string{"长江电池配套商贸中心", "新长江电池厂", "长江电池", "合肥长江电池厂"} {
			h.put(admin, registry.Org{Code: "local:" + string(rune('a'+i)), Name: fault.Words{name, ""}, Kind: "team", Region: "340100"})
		}
		f, err := h.Search(h.ctx, registry.Query{Text: "长江电池"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range f.Orgs {
			got = append(got, o.Name[0])
		}
		if want := "长江电池 合肥长江电池厂 长江电池配套商贸中心 新长江电池厂"; strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

func TestPagesAndOrder(t *testing.T) {
	each(t, func(h house) {
		h.three()
		for _, c := range []struct {
			sort registry.Sort
			want string
		}{
			{registry.ByCode, lab + firmA + firmB}, {registry.ByFounded, firmA + firmB + lab}, {registry.ByRegion, lab + firmA + firmB}, {registry.ByName, lab + firmA + firmB},
		} {
			got := ""
			for page := 1; page <= 4; page++ {
				f, err := h.Search(h.ctx, registry.Query{Text: "演示", Sort: c.sort, Page: page, Rows: 1})
				if err != nil || f.Total != 3 || page == 4 && len(f.Orgs) != 0 {
					t.Fatalf("page %d: %+v, %v", page, f, err)
				}
				for _, o := range f.Orgs {
					got += o.Code
				}
			}
			if got != c.want {
				t.Errorf("by %s: got %s, want %s", c.sort, got, c.want)
			}
		}
		for code, q := range map[string]registry.Query{
			"registry.sort": {Sort: "size"}, "registry.kind": {Kind: "club"}, "registry.query": {Text: strings.Repeat("长", 40)}, "unit.region_form": {Region: "34"},
		} {
			if _, err := h.Search(h.ctx, q); fault.CodeOf(err) != code {
				t.Errorf("%+v: got %v, want %s", q, err, code)
			}
		}
		all, total, err := h.Find(h.ctx, "演示", 1)
		if err != nil || total != 3 || len(all) != 3 {
			t.Errorf("Find: %d of %d, %v", len(all), total, err)
		}
	})
}
