package reader_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/reader"
)

const regulation = `虚构市科技创新券管理办法（合成材料）

第一章 总则

第一条 为规范创新券管理，制定本办法。

第二条 创新券用于购买技术服务。
购买货物的，不予支持。

第二章 支持

第三条 支持比例为百分之五十，同一企业每年不超过三十万元。

第三条之一 关联企业合并计算。

第十二条 本办法自2026年1月1日起施行。
`

const notice = `关于申报示范项目的通知（合成材料）

各有关单位：现将有关事项通知如下。

一、申报条件

（一）在本市注册满一年。

（二）上年度研发投入不低于营业收入的百分之五。

二、申报材料

1. 申请书。

2. 审计报告。

三、申报时间

2026年5月1日至5月31日。
`

func TestClausesHaveAddresses(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		for name, c := range map[string]struct {
			text string
			want []string // path label chapter
		}{
			"regulation.txt": {regulation, []string{"1 第一条 第一章 总则", "2 第二条 第一章 总则", "3 第三条 第二章 支持", "3-1 第三条之一 第二章 支持", "12 第十二条 第二章 支持"}},
			"notice.txt":     {notice, []string{"1 一、 ", "1.1 （一） ", "1.2 （二） ", "2 二、 ", "2.1 1. ", "2.2 2. ", "3 三、 "}},
		} {
			d := take(t, k, who, name, c.text)
			_, clauses, err := k.Clauses(ctx, officer, d.ID)
			var got []string
			for _, x := range clauses {
				got = append(got, x.Path+" "+x.Label+" "+x.Chapter)
				if text := c.text[x.From:x.To]; !strings.HasPrefix(text, x.Label) || !strings.HasPrefix(x.Text, strings.TrimSpace(strings.SplitN(text, "\n", 2)[0])) {
					t.Errorf("%s: %q stands at %q", x.Path, x.Text, text)
				}
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
			}
		}
		d := take(t, k, who, "paper.txt", paper)
		if _, _, err := k.Clauses(ctx, officer, d.ID); fault.Of(err).Code != "reader.no_clauses" {
			t.Errorf("%v", err)
		}
	})
}

func TestABasisLeadsToItsClause(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		d := take(t, k, who, "regulation.txt", regulation)
		other := take(t, k, who, "notice.txt", notice)
		at := func(who access.Actor, title string) string {
			t.Helper()
			all, err := k.Locate(ctx, who, []reader.Source{{Title: title}})
			if err != nil {
				t.Fatal(err)
			}
			switch all[0].Document {
			case "":
				return ""
			case d.ID:
				return "regulation#" + all[0].Path
			}
			return "other#" + all[0].Path
		}
		for _, c := range []struct{ title, want string }{
			{"《虚构市科技创新券管理办法（合成材料）》第三条之一", "regulation#3-1"}, {"虚构市科技创新券管理办法（合成材料）", "regulation#"},
			{"关于申报示范项目的通知（合成材料） 二、", "other#2"},
			{"《另一市科技创新券管理办法》第三条", ""}, {"办法", ""},
		} {
			if got := at(officer, c.title); got != c.want {
				t.Errorf("%s leads to %q, want %q", c.title, got, c.want)
			}
		}
		if got := at(nobody, "虚构市科技创新券管理办法（合成材料）"); got != "" {
			t.Errorf("nobody is led to %q, which is not published", got)
		}
		// A person says where the text of a source stands, whatever it is called.
		if err := k.NameSource(ctx, who, "市券办法 第十二条", d.ID); err != nil || at(officer, "市券办法 第十二条") != "regulation#12" || at(officer, "市券办法第一条") != "regulation#1" {
			t.Errorf("%v", err)
		}
		if err := k.NameSource(ctx, who, "虚构市科技创新券管理办法（合成材料）", other.ID); err != nil || at(officer, "虚构市科技创新券管理办法（合成材料）") != "other#" {
			t.Errorf("%v", err)
		}
		if err := k.NameSource(ctx, who, "市券办法", ""); err != nil || at(officer, "市券办法第一条") != "" {
			t.Errorf("%v", err)
		}
		if err := k.NameSource(ctx, who, " ", d.ID); fault.Of(err).Code != "reader.source_title" {
			t.Errorf("%v", err)
		}
	})
}

func TestAClauseIsNamedByItsText(t *testing.T) {
	for text, want := range map[string]string{"《办法》第十条之一": "10-1", "国合〔2026〕1号 第六条": "6", "第二十三条第二款": "23", "国合〔2026〕1号 二、（三）": "2.3", "通知 一、（二）3": "1.2.3",
		"通知》二、": "2", "办法": "", "一、二、三": "", "2026年工作要点": ""} {
		if got := reader.ClausePath(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}
