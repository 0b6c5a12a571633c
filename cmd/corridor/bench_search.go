package main

import (
	"fmt"
	"time"

	"corridor/internal/catalogue"
	searchbench "corridor/internal/catalogue/bench"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/demo"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// searched are questions of a measurement: rare and frequent, Chinese and English, models, places and misspelt words.
var searched = []string{"冷冻电镜", "冷冻电镜 上海", "cryo-EM", "Titan Krios G4", "扫描电镜", "扫描电镜 合肥 便宜", "XRD", "XRD 500元以内", "ICPMS", "电感耦合等离子体质谱仪", "测电池隔膜孔径",
	"锂电池隔膜的孔径在哪里测", "拉曼光谱", "raman spectrometer", "核磁", "原子力显微镜", "difractometer", "lengdongdianjing", "JEM-2100F", "电池充放电测试", "蛋白质组", "质谱", "显微镜",
	"检测", "材料", "测试", "材料科学", "系统", "芯片测试", "电磁兼容 杭州", "超声探伤", "光刻机", "流式细胞 南京", "示波器", "D8 ADVANCE", "zeta电位", "3D打印 钛合金", "痕量金属元素", "高分辨", "PPMS"}

const ownersPerProvince = 250 // of a million listings; a country has a few thousand owners

// offeredTo gives a measurement the listings that the demonstration would make, the facets that the page of a search counts, and
// the questions.
func offeredTo(o *searchbench.Options, n int, kind string) error {
	set, err := kinds.Load(kinds.Files)
	if err != nil {
		return err
	}
	today := unit.Date(2026, 3, 2)
	words, err := find.StandardWords(unit.GB2260(), today)
	if err != nil {
		return err
	}
	o.Config = find.Config{Facets: catalogue.Facets(set), Words: words, Origin: find.FacetCity}
	o.Facets = []string{find.FacetProvince, find.FacetCity, catalogue.FacetKind, catalogue.FacetBand, catalogue.FacetLabel, catalogue.FacetOwner, "accreditation"}
	if k, ok := set.Of(kind); ok {
		for _, f := range k.Fields {
			if f.Facet && f.ID != "accreditation" {
				o.Facets = append(o.Facets, f.ID)
			}
		}
	} else if kind != "" {
		return fmt.Errorf("there is no kind %q", kind)
	}
	o.Texts = searched
	o.Filters = searchbench.Filters(200, o.Seed, map[string][]string{find.FacetProvince: {"310000", "320000", "330000", "340000"}, catalogue.FacetBand: {"0", "100", "300", "1000"},
		"accreditation": {"cma", "cnas"}, "class": {"010100", "010200", "010300", "010800"}})
	o.Listings = func(yield func(find.Listing) bool) {
		next := searchbench.IDs()
		provinces := []unit.Region{"310000", "320000", "330000", "340000"}
		for i, province := range provinces {
			owners := demo.Owners(ownersPerProvince, province, o.Seed)
			of := map[string]registry.Org{}
			for _, x := range owners {
				of[x.Code] = x
			}
			for offer := range demo.Offers((n+i)/len(provinces), kind, owners, o.Seed+uint64(i)) {
				k, _ := set.Of(offer.Kind)
				fields, err := k.Read(offer.Typed)
				if err != nil {
					panic(fmt.Errorf("an offer of the demonstration: %w", err)) // its tests read all of them
				}
				id := next()
				l := catalogue.Listing{ID: id, Kind: offer.Kind, Owner: offer.Owner, OwnerName: of[offer.Owner].Name, Region: unit.Region(offer.Typed["region"]), State: catalogue.Published,
					Version: 1, Fields: fields, Published: id.Time()}
				if !yield(catalogue.Indexed(set, unit.GB2260(), today, l, nil, time.Time{})) {
					return
				}
			}
		}
	}
	return nil
}
