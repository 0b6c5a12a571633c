package compare_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/reader/compare"
	"corridor/internal/reader/extract"
)

// figures reads a register of figures, one a line: document | indicator | whose | quote | value | unit counter | approx |
// period | kind | modifiers. - is nothing.
func figures(t *testing.T, register string) []compare.Fact {
	t.Helper()
	var out []compare.Fact
	for _, line := range strings.Split(strings.TrimSpace(register), "\n") {
		c := strings.Split(line, "|")
		for i := range c {
			if c[i] = strings.TrimSpace(c[i]); c[i] == "-" {
				c[i] = ""
			}
		}
		if len(c) != 10 {
			t.Fatalf("%d columns: %s", len(c), line)
		}
		f := compare.Fact{Source: int(c[0][0] - 'A'), Figure: extract.Figure{Indicator: c[1], Subject: c[2], Quote: c[3], Value: value(t, c[4]), Approx: c[6], Kind: c[8]}}
		f.Unit, f.Counter, _ = strings.Cut(c[5], " ")
		if c[7] != "" {
			f.Period = &c[7]
		}
		if c[9] != "" {
			f.Modifiers = strings.Fields(c[9])
		}
		out = append(out, f)
	}
	return out
}

func value(t *testing.T, s string) float64 {
	t.Helper()
	v := 0.0
	scale := 0.0
	for _, r := range s {
		switch {
		case r == '.':
			scale = 1
		case r >= '0' && r <= '9':
			v = v*10 + float64(r-'0')
			scale *= 10
		default:
			t.Fatalf("value %q", s)
		}
	}
	if scale > 0 {
		v /= scale
	}
	return v
}

func TestTheSameFigureAndRealContradictions(t *testing.T) {
	for _, c := range []struct {
		name, register string
		groups         []compare.Group
		conflicts      []compare.Conflict
	}{
		{"an exact stock and the same stock told roughly agree", `
A | 集聚大型科学仪器数 | 共享平台 | 46441台(套) | 46441 | count 台(套) | exact | -    | level | -
B | 大型科学仪器数     | 共享平台 | 超4.6万台  | 46000 | count 台     | over  | -    | level | -`,
			[]compare.Group{{[]int{0, 1}}}, nil},
		{"twelve at one date and twenty-four at another are no contradiction", `
A | 创新联合体数 | 甲省 | 12家 | 12 | count 家 | exact | 2023 | level | 首批
B | 创新联合体数 | 甲省 | 24家 | 24 | count 家 | exact | 2024 | level | -`, nil, nil},
		{"two values of one year cannot both be true", `
A | 技术合同成交额 | 甲市 | 320.5亿元 | 32050000000 | CNY | exact | 2025 | level | -
B | 技术合同成交额 | 甲市 | 302.5亿元 | 30250000000 | CNY | exact | 2025 | level | -
C | 技术合同成交额 | 甲市 | 超320亿元 | 32000000000 | CNY | over  | 2025 | level | -`,
			[]compare.Group{{[]int{0, 2}}}, []compare.Conflict{{[]int{0, 2}, []int{1}}}},
		{"a sum intended is not a sum paid", `
A | 签约金额 | 甲市 | 35.59亿元 | 3559000000 | CNY | exact | 2025 | level | 意向
B | 签约金额 | 甲市 | 12.10亿元 | 1210000000 | CNY | exact | 2025 | level | -`, nil, nil},
		{"a target is not the fact", `
A | 发明专利拥有量 | 甲市 | 50件 | 50 | count 件 | exact | 2025 | target | -
B | 发明专利拥有量 | 甲市 | 42件 | 42 | count 件 | exact | 2025 | level  | -`, nil, nil},
		{"a growth is not a level", `
A | 研发投入强度 | 甲市 | 3.1% | 3.1 | % | exact | 2025 | level  | -
B | 研发投入强度 | 甲市 | 8.2% | 8.2 | % | exact | 2025 | growth | -`, nil, nil},
		{"a lower bound below the other number is kept by it", `
A | 高新技术企业数 | 甲市 | 超2000家 | 2000 | count 家 | over  | 2025 | level | -
B | 高新技术企业数 | 甲市 | 2846家   | 2846 | count 家 | exact | 2025 | level | -`, nil, nil},
		{"a lower bound above the other number is not", `
A | 高新技术企业数 | 甲市 | 超3000家 | 3000 | count 家 | over  | 2025 | level | -
B | 高新技术企业数 | 甲市 | 2846家   | 2846 | count 家 | exact | 2025 | level | -`,
			nil, []compare.Conflict{{[]int{0}, []int{1}}}},
		{"two cities are two", `
A | 高新技术企业数 | 甲市 | 3120家 | 3120 | count 家 | exact | 2025 | level | -
B | 高新技术企业数 | 乙市 | 2846家 | 2846 | count 家 | exact | 2025 | level | -`, nil, nil},
		{"a figure without a period contradicts nothing", `
A | 高新技术企业数 | 甲市 | 3120家 | 3120 | count 家 | exact | -    | level | -
B | 高新技术企业数 | 甲市 | 2846家 | 2846 | count 家 | exact | 2025 | level | -`, nil, nil},
		{"one document that tells both speaks of two things", `
A | 高新技术企业数 | 甲市 | 3120家 | 3120 | count 家 | exact | 2025 | level | -
B | 高新技术企业数 | 甲市 | 3120家 | 3120 | count 家 | exact | 2025 | level | -
B | 高新技术企业数 | 甲市 | 2846家 | 2846 | count 家 | exact | 2025 | level | -`,
			[]compare.Group{{[]int{0, 1}}}, nil},
		{"a small round number met by chance is not the same figure", `
A | 服务企业数 | 甲市 | 30家 | 30 | count 家 | exact | - | level | -
B | 培训企业家数 | 乙县 | 30家 | 30 | count 家 | exact | - | level | -`, nil, nil},
		{"two figures that stand together twice are the same two", `
A | 支持企业购买服务数 | 创新券 | 超7000次   | 7000      | count 次 | over | - | level | -
A | 支持金额           | 创新券 | 超1.7亿元  | 170000000 | CNY      | over | - | level | -
B | 企业购买           | 甲市   | 超7000次   | 7000      | count 次 | over | - | level | -
B | 金额               | 甲市   | 超1.7亿元  | 170000000 | CNY      | over | - | level | -`,
			[]compare.Group{{[]int{0, 2}}, {[]int{1, 3}}}, nil},
		{"a rounded number is told by the whole one, a year and its month by each other", `
A | 支持金额 | 创新券 | 1.7亿元     | 170000000 | CNY | exact | 2024    | level | -
B | 支持金额 | 创新券 | 16850万元   | 168500000 | CNY | exact | 2024-06 | level | -`,
			[]compare.Group{{[]int{0, 1}}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := figures(t, c.register)
			groups, conflicts := compare.Figures(all)
			if diff := cmp.Diff(c.groups, groups); diff != "" {
				t.Errorf("told twice (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.conflicts, conflicts); diff != "" {
				t.Errorf("contradictions (-want +got)\n%s", diff)
			}
		})
	}
}

func TestPeriods(t *testing.T) {
	for in, want := range map[string]compare.Period{
		"2023": {"2023-01-01", "2023-12-31"}, "2024-06": {"2024-06-01", "2024-06-31"}, "2021-08-18": {"2021-08-18", "2021-08-18"},
		"2024-Q1..Q3": {"2024-01-01", "2024-09-31"}, "2022..2024": {"2022-01-01", "2024-12-31"}, "2022..": {"2022-01-01", ""}, "..2024": {"", "2024-12-31"},
		"2024-H2": {"2024-07-01", "2024-12-31"},
	} {
		if got, ok := compare.ParsePeriod(in); !ok || got != want {
			t.Errorf("%s is %v, %v; want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "..", "去年", "12-04", "2024-13", "2024-06-1", "24"} {
		if got, ok := compare.ParsePeriod(in); ok {
			t.Errorf("%q is %v, want none", in, got)
		}
	}
}

func paragraphs(n int, word string) (t compare.Text) {
	for i := range n {
		t.Paragraphs = append(t.Paragraphs, strings.Repeat("第"+string(rune('一'+i))+"段说"+word+string(rune('甲'+i*7)), 6))
	}
	return t
}

func TestTextsThatHangTogether(t *testing.T) {
	one := paragraphs(10, "共享仪器的事")
	copied := compare.Text{Paragraphs: append([]string{"转载：本站编辑整理"}, one.Paragraphs...)}
	cut := compare.Text{Paragraphs: one.Paragraphs[:4]}
	changed := compare.Text{Paragraphs: append([]string{}, one.Paragraphs...)}
	for i := range 3 {
		changed.Paragraphs[i] = strings.Repeat("新写的内容讲经费安排"+string(rune('子'+i)), 7)
	}
	other := paragraphs(10, "完全另外一个题目而已")
	quoting := compare.Text{Paragraphs: append(append([]string{}, paragraphs(12, "别的许多话和事情").Paragraphs...), one.Paragraphs[5])}
	got := compare.Near([]compare.Text{one, copied, cut, changed, other, quoting})
	is := map[[2]int]compare.Likeness{}
	for _, p := range got {
		is[[2]int{p.A, p.B}] = p.Is
	}
	want := map[[2]int]compare.Likeness{{0, 1}: compare.Copy, {0, 2}: compare.Edition, {1, 2}: compare.Edition, {0, 3}: compare.Edition, {1, 3}: compare.Edition,
		{0, 5}: compare.Shares, {1, 5}: compare.Shares, {2, 3}: compare.Shares, {3, 5}: compare.Shares}
	if diff := cmp.Diff(want, is); diff != "" {
		t.Errorf("(-want +got)\n%s\n%+v", diff, got)
	}
}

func TestChangesOfAnEdition(t *testing.T) {
	old := compare.Text{Paragraphs: []string{"第一条 总则。", "第二条 支持比例为百分之三十，每年不超过十万元。", "第三条 由科技部门受理。", "第四条 附则。"}}
	new := compare.Text{Paragraphs: []string{"第一条 总则。", "第二条 支持比例为百分之五十，每年不超过三十万元。", "第四条 附则。", "第五条 本办法自发布之日起施行。"}}
	want := []compare.Change{
		{"第二条 支持比例为百分之三十，每年不超过十万元。", "第二条 支持比例为百分之五十，每年不超过三十万元。"},
		{Old: "第三条 由科技部门受理。"}, {New: "第五条 本办法自发布之日起施行。"}}
	if diff := cmp.Diff(want, compare.Changes(old, new)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestARewritingIsFoundByItsNumbers(t *testing.T) {
	all := figures(t, `
A | 集聚大型仪器数 | 平台   | 46441台 | 46441     | count 台 | exact | - | level | -
A | 支持金额       | 创新券 | 1.73亿元 | 173000000 | CNY      | exact | - | level | -
A | 专利拥有量     | 甲市   | 24140件 | 24140     | count 件 | exact | - | level | -
A | 研发投入强度   | 甲市   | 3.34%   | 3.34      | %        | exact | - | level | -
B | 积贮大型仪器数 | 平台   | 46441台 | 46441     | count 台 | exact | - | level | -
B | 支握金额       | 立异券 | 1.73亿元 | 173000000 | CNY      | exact | - | level | -
B | 专利领有量     | 甲市   | 24140件 | 24140     | count 件 | exact | - | level | -
B | 研发插足强度   | 甲市   | 3.34%   | 3.34      | %        | exact | - | level | -
C | 高新技术企业数 | 乙市   | 3120家  | 3120      | count 家 | exact | - | level | -`)
	groups, _ := compare.Figures(all)
	got := compare.WithFigures([]compare.Pair{{A: 0, B: 2, Is: compare.Shares, Paragraphs: 1}}, all, groups)
	want := []compare.Pair{{A: 0, B: 1, Is: compare.Retold, Figures: 4}, {A: 0, B: 2, Is: compare.Shares, Paragraphs: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
