package find_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/catalogue/find"
	"corridor/internal/unit"
)

var day = time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)

func words(t testing.TB) *find.Words {
	t.Helper()
	d, err := unit.ParseDay("2026-05-20")
	if err != nil {
		t.Fatal(err)
	}
	w, err := find.StandardWords(unit.GB2260(), d)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func index(t testing.TB, segmentMax int) *find.Index {
	t.Helper()
	x, err := find.New(find.Config{
		Facets: []find.Facet{{Name: "kind"}, {Name: "province"}, {Name: "city"}, {Name: "class"}, {Name: "accreditation", Many: true}},
		Words:  words(t), Origin: "city", SegmentMax: segmentMax,
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// id is the n-th listing's.
func id(n int) unit.ID { return unit.ID(fmt.Sprintf("01JAAAAAAAAAAAAAAAAAA%05d", n)) }

// listing reads "title | text | city class price marks".
func listing(n int, line string) find.Listing {
	cell := strings.Split(line, "|")
	for i := range cell {
		cell[i] = strings.TrimSpace(cell[i])
	}
	l := find.Listing{ID: id(n), Version: 1, Price: find.NoPrice, Made: day.Add(time.Duration(n) * time.Minute), Codes: map[string][]string{"kind": {"instrument"}},
		Texts: []find.Text{{Weight: 4, Text: cell[0]}, {Weight: 1, Text: cell[1]}}}
	if len(cell) > 2 {
		f := strings.Fields(cell[2])
		l.Codes["city"], l.Codes["province"], l.Codes["class"] = []string{f[0]}, []string{f[0][:2] + "0000"}, []string{f[1]}
		if f[2] != "-" {
			var yuan int64
			fmt.Sscan(f[2], &yuan)
			l.Price = unit.Fen(yuan * 100)
		}
		l.Codes["accreditation"] = f[3:]
	}
	return l
}

var shelf = []string{
	0:  "300 kV 冷冻透射电子显微镜 Titan Krios G4 | 生物大分子结构解析，单颗粒分析 | 310000 0101 3000 CMA",
	1:  "场发射扫描电镜 Sigma 300 | 材料形貌，能谱 | 340100 0101 400 CNAS CMA",
	2:  "X射线衍射仪 D8 Advance | 粉末物相分析，织构 | 320500 0103 200 CMA",
	3:  "X-ray diffractometer SmartLab | thin films, high resolution | 310000 0103 500",
	4:  "电感耦合等离子体质谱仪 7900 | 痕量元素，水质与土壤 | 330100 0102 600 CMA CNAS",
	5:  "毛细流孔径分析仪 Porolux 1000 | 锂电池隔膜的孔径分布与透气性 | 340100 0205 300",
	6:  "比表面及孔径分析仪 ASAP 2460 | 氮气吸附，介孔与微孔材料 | 320100 0205 260",
	7:  "激光共聚焦显微镜 LSM 980 | 活细胞成像 | 310000 0108 350",
	8:  "万能材料试验机 5982 | 拉伸、压缩与弯曲 | 330200 0201 150 CNAS",
	9:  "超导量子干涉仪 MPMS3 | 磁性测量 | 340100 0106 800",
	10: "拉曼光谱仪 inVia | 显微拉曼成像 | 330100 0104 240",
	11: "低温探针台 | 芯片变温电学测试 | 320200 0803 -",
}

func stocked(t testing.TB, segmentMax int, at int) *find.Index {
	t.Helper()
	x := index(t, segmentMax)
	var changes []find.Change
	for i, l := range shelf {
		changes = append(changes, find.Change{Listing: listing(i, l)})
		if len(changes) == at || i == len(shelf)-1 {
			if err := x.Apply(int64(i+1), changes); err != nil {
				t.Fatal(err)
			}
			changes = nil
		}
	}
	x.Settle()
	return x
}

func ask(t testing.TB, x *find.Index, q find.Query) *find.Answer {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 10
	}
	a, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("%q: %v", q.Text, err)
	}
	return a
}

func numbers(a *find.Answer) []int {
	all := []int{}
	for _, h := range a.Hits {
		var n int
		fmt.Sscan(strings.TrimLeft(string(h.ID[21:]), "0")+" ", &n)
		all = append(all, n)
	}
	return all
}

// A question finds the listings that somebody at the counter would have named, the best first.
func TestQuestions(t *testing.T) {
	for _, segments := range []int{0, 3} {
		x := stocked(t, segments, 5)
		for _, c := range []struct {
			ask  string
			want []int
		}{
			{"冷冻电镜", []int{0}},
			{"cryo-EM", []int{0}},
			{"cryo electron microscopes", []int{0}},
			{"冷凍電鏡", []int{0}},
			{"Titan Krios G4", []int{0}},
			{"titankrios", []int{0}},
			{"KriosG4", []int{0}},
			{"titankriosg4", []int{0}},
			{"XRD", []int{3, 2}},
			{"ＸＲＤ", []int{3, 2}},
			{"X射线", []int{2}},
			{"difractometer", []int{3}},
			{"ICPMS", []int{4}},
			{"ICP MS", []int{4}},
			{"测电池隔膜孔径", []int{5}},
			{"哪里可以测锂电池隔膜的孔径", []int{5}},
			{"XRD 便宜", []int{2, 3}},
			{"XRD 300元以内", []int{2}},
			{"XRD 上海", []int{3}},
			{"扫描电镜 合肥 周末", []int{1}},
			{"lengdong dianzi", []int{0}},
			{"ldtsdj", []int{0}},
			{"cldz", []int{}},
			{"MPMS", []int{9}},
			{"smartlab", []int{3}},
			{"D8Advance", []int{2}},
			{"LSM980", []int{7}},
			{"“激光共聚焦”", []int{7}},
			{"镜", []int{7, 1, 0}},
			{"FEI SEM 合肥", []int{1}},
		} {
			a := ask(t, x, find.Query{Text: c.ask})
			if got := numbers(a); !slices.Equal(got[:min(len(got), max(a.Exact, len(c.want)))], c.want) {
				t.Errorf("segments of %d: %s: found %v, want %v (%+v)", segments, c.ask, got, c.want, a.Notes)
			}
		}
	}
}
