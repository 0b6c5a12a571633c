package agreement

import (
	"fmt"
	"strings"
	"testing"

	"corridor/internal/unit"
)

// Each text is followed by the tasks that it promises: due day, owner, title. Texts are made up.
func TestTheTasksThatATextPromises(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"two clauses, each with its month",
			"2026年2月26日，甲中心与乙中心签署合作协议。双方商定，三月底前公布首批开放目录，六月底前开通跨省预约。",
			"2026-03-31 甲中心 公布首批开放目录\n2026-06-30 甲中心 开通跨省预约"},
		{"fields of a framework",
			"根据协议，双方将围绕未来城市、物业城市、住房租赁、建筑科技等领域开展合作，2027年底前建成示范项目。",
			"2027-12-31 甲中心 未来城市\n2027-12-31 甲中心 物业城市\n2027-12-31 甲中心 住房租赁\n2027-12-31 甲中心 建筑科技\n2027-12-31 甲中心 建成示范项目"},
		{"who is named does it", "乙中心将投资建设研究院，年内启动；甲中心与乙中心共同培养人才。",
			"2026-12-31 乙中心 投资建设研究院\n- 甲中心 培养人才"},
		{"nothing is promised", "甲中心成立于2012年，有员工八十五人。", ""},
		{"in English", "Under the agreement both sides will build a joint laboratory by 2027.", "- 甲中心 build a joint laboratory by 2027"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := Agreement{Signers: []Party{{Name: "甲中心"}, {Name: "乙中心"}}, Signed: unit.Date(2026, 2, 26), Text: c.text, Source: Source{To: len(c.text)}}
			var got []string
			for _, p := range Propose(a, c.text) {
				due := p.Due.String()
				if due == "" {
					due = "-"
				}
				got = append(got, fmt.Sprintf("%s %s %s", due, p.Owner, p.Title))
				if strings.TrimSpace(c.text[p.From:p.To]) != p.Sentence {
					t.Errorf("the sentence %q does not stand at its bytes: %q", p.Sentence, c.text[p.From:p.To])
				}
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			}
		})
	}
}
