package demo

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// The promises of the made-up community: a plan with three lists, frameworks, an event with its projects. Everything is
// entered by the demonstration's people through the room's own operations, and marked as made up.

// promised is one task of the plan: who leads, who helps, and how far it is.
type promised struct {
	title, lead, partners string
	due                   unit.Day
	level, region, tag    string
	measure               agreement.Measure
	lists                 string // K key task, C item of cooperation, P practical project
	after                 int    // number of the task that it waits for, from 1; 0 is none
	state                 string // "", report, submitted, done, moved, problem
}

func promisedTasks() []promised {
	m := func(indicator, from, to, unit, at string) agreement.Measure {
		return agreement.Measure{Indicator: indicator, Baseline: from, Target: to, Unit: unit, Reached: at}
	}
	return []promised{
		{"发布四地统一的服务机构代码表", "310000", "320000 330000 340000", day(2025, 12, 31), "region", "", "four-functions/origin", m("已报名单", "0", "5", "批", ""), "KC", 0, "problem"},
		{"泰州、宿迁纳入创新券联动", "320000", "310000 340000", day(2026, 1, 15), "province", "321200", "five-centres/science", m("覆盖城市", "37", "41", "个", ""), "KC", 0, "moved"},
		{"大型仪器空档逐日公开", "330000", "310000 340000", day(2026, 2, 13), "province", "330100", "four-functions/origin", m("公开台套", "0", "4210", "台（套）", ""), "K", 1, "report"},
		{"九城市仪器收费目录比对", "310117", "340100 340200 330400", day(2026, 2, 27), "city", "310117", "compact/g60", m("价差说明", "0", "118", "项", ""), "KC", 0, "submitted"},
		{"受理到拨付压缩到三十个工作日", "340000", "310000", day(2026, 12, 31), "province", "340100", "five-centres/science", m("办理用时", "52", "30", "工作日", ""), "KP", 2, "report"},
		{"十二家创新联合体完成里程碑考核", "310000", "320000 330000 340000", day(2026, 6, 30), "province", "310115", "four-functions/industry", m("已考核", "0", "12", "家", ""), "K", 0, "report"},
		{"建成跨省科研数据互认目录", "330000", "310000 320000", day(2026, 9, 30), "province", "330100", "digital-city/economy", m("入库数据集", "0", "600", "个", ""), "KC", 3, ""},
		{"合肥、张江两地大装置联合机时公布", "340100", "310115", day(2026, 3, 31), "city", "340100", "five-centres/science", m("联合机时", "0", "3000", "小时", ""), "KC", 0, "report"},
		{"异地就医直接结算覆盖全部县区", "320000", "330000 340000", day(2026, 11, 30), "province", "320100", "digital-city/life", m("覆盖县区", "210", "300", "个", ""), "P", 0, "report"},
		{"跨省公积金贷款十个工作日办结", "330000", "310000", day(2026, 5, 31), "province", "330200", "digital-city/life", m("办结用时", "25", "10", "工作日", ""), "P", 0, ""},
		{"省际断头路打通六条", "320500", "310117 330400", day(2026, 10, 31), "city", "320500", "circulation/domestic", m("已通车", "0", "6", "条", ""), "KP", 0, "report"},
		{"一体化示范区统一企业登记样式", "330400", "310118 320500", day(2025, 12, 19), "city", "330400", "circulation/domestic", m("统一事项", "0", "24", "项", ""), "KP", 0, "done"},
		{"长三角算力调度平台接入八个中心", "340200", "310000 330100", day(2026, 8, 31), "city", "340200", "digital-city/economy", m("接入中心", "2", "8", "个", ""), "K", 0, "report"},
		{"G60 科创走廊科技企业并购基金首期到位", "310117", "330100 320500", day(2026, 4, 30), "city", "310117", "five-centres/finance", m("到位资金", "0", "5", "亿元", ""), "KC", 0, ""},
		{"联合攻关需求发布与张榜", "310000", "320000 330000 340000", day(2026, 3, 13), "region", "", "four-functions/origin", m("榜单", "0", "40", "项", ""), "KC", 0, ""},
		{"五个新城算力节点各建成一处", "310114", "310118 310117", day(2026, 12, 20), "district", "310114", "five-new-towns/jiading", m("建成节点", "1", "5", "处", ""), "K", 13, ""},
		{"沿江环保督察问题整改销号", "340500", "320100", day(2026, 1, 30), "city", "340500", "carbon/peak", m("销号", "3", "17", "个", ""), "KP", 0, ""},
		{"海铁联运箱量提升到一百八十万标箱", "330200", "310000", day(2026, 12, 31), "city", "330200", "five-centres/shipping", m("箱量", "140", "180", "万标箱", ""), "K", 0, "report"},
		{"绿色电力交易四地互认凭证", "320000", "310000 330000 340000", day(2027, 2, 26), "region", "", "carbon/neutral", m("互认凭证", "0", "2000", "张", ""), "KC", 0, ""},
		{"宣城、芜湖承接产业链配套企业", "341800", "310117", day(2026, 7, 31), "city", "341800", "three-plus-six/cars", m("落地企业", "12", "40", "家", ""), "K", 0, ""},
	}
}

// enterPromises builds the promises once: what stands there already is left alone.
func enterPromises(ctx context.Context, n *node.Node) error {
	planner, err := actor(ctx, n, "planner@office.example")
	if err != nil {
		return err
	}
	r := n.Agreements
	if _, total, err := r.List(ctx, planner, agreement.Listing{Form: agreement.Plan}); err != nil || total > 0 {
		return err
	}
	four := []agreement.Party{{Code: "310000"}, {Code: "320000"}, {Code: "330000"}, {Code: "340000"}}
	plan, err := r.Add(ctx, planner, agreement.Agreement{Title: "长三角一体化发展三年行动计划（演示）", Kind: "三年行动计划", Form: agreement.Plan, Signers: four,
		Signed: day(2024, 7, 26), From: day(2024, 8, 1), Until: day(2027, 7, 31), Lamps: "regional", Fields: []string{"科技创新", "产业协同", "数字共享", "民生实事", "生态环境"},
		About: "项目化、清单式推进；本计划及其任务均为虚构。", Text: "长三角一体化发展三年行动计划（演示）\n项目化、清单式推进：重点任务、重点合作事项、实事项目三张清单，一项任务一个灯。本文为虚构，仅供演示。"})
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	lists := map[byte]unit.ID{}
	for _, l := range []struct {
		key  byte
		list agreement.List
	}{{'K', agreement.List{Name: fault.Words{"重点任务清单（演示）", "Key tasks (demo)"}}}, {'C', agreement.List{Name: fault.Words{"重点合作事项（演示）", "Items of cooperation (demo)"}}},
		{'P', agreement.List{Name: fault.Words{"实事项目（演示）", "Practical projects (demo)"}, Public: true}}} {
		l.list.Plan = plan.ID
		made, err := r.AddList(ctx, planner, l.list)
		if err != nil {
			return fmt.Errorf("list: %w", err)
		}
		lists[l.key] = made.ID
	}
	if err := enterPlan(ctx, n, planner, plan, lists); err != nil {
		return err
	}
	return enterProjects(ctx, n, planner)
}

// enterPlan sets up the tasks of the plan and plays what became of them so far.
func enterPlan(ctx context.Context, n *node.Node, planner access.Actor, plan agreement.Agreement, lists map[byte]unit.ID) error {
	r := n.Agreements
	ids := make([]unit.ID, 0, len(promisedTasks()))
	for i, p := range promisedTasks() {
		t := agreement.Task{Title: p.title, Lead: agreement.Party{Code: p.lead, Budget: unit.Fen(i+1) * 25_000_000 * unit.FenPerYuan / 100}, Due: p.due, Level: p.level, Region: unit.Region(p.region), Measure: p.measure,
			Milestones: []agreement.Milestone{{Title: "方案印发", Due: p.due.Add(-90)}, {Title: "中期评估", Due: p.due.Add(-30)}}}
		for at := 0; at+6 <= len(p.partners); at += 7 {
			t.Partners = append(t.Partners, agreement.Party{Code: p.partners[at : at+6], Budget: unit.Fen(i+1) * 10_000_000 * unit.FenPerYuan / 100})
		}
		if tag, ok := agreement.ParseTag(p.tag); ok && tag.Frame != agreement.CompactFrame {
			t.Tags = []agreement.Tag{tag}
		}
		if p.after > 0 {
			t.Needs = []unit.ID{ids[p.after-1]}
		}
		planned, err := r.Plan(ctx, planner, plan.ID, []agreement.Task{t})
		if err != nil {
			return fmt.Errorf("task %q: %w", p.title, err)
		}
		ids = append(ids, planned[0].ID)
		for _, key := range []byte(p.lists) {
			if err := r.Enlist(ctx, planner, lists[key], plan.Fields[i%len(plan.Fields)], ids[i:i+1]); err != nil {
				return fmt.Errorf("list %c: %w", key, err)
			}
		}
		if err := played(ctx, n, planner, planned[0], p); err != nil {
			return fmt.Errorf("play %q: %w", p.title, err)
		}
	}
	return nil
}

// played is what became of a task so far.
func played(ctx context.Context, n *node.Node, planner access.Actor, t agreement.Task, p promised) error {
	r := n.Agreements
	half := func() string {
		from, to := number(p.measure.Baseline), number(p.measure.Target)
		return fmt.Sprint(from + (to-from)*6/10)
	}
	report := agreement.Progress{Month: "2026-02", Done: "完成前期衔接，进入实施（演示）", Next: "按节点推进（演示）", Reached: half()}
	switch p.state {
	case "report":
		return r.Report(ctx, planner, t.ID, 0, report)
	case "problem":
		report.Problem = "两省名单口径不一，请办公室牵头协调（演示）"
		if err := r.Report(ctx, planner, t.ID, 0, report); err != nil {
			return err
		}
		return r.Supervise(ctx, planner, t.ID, "urge", "名单已逾期两个月，请说明补报时间（演示）")
	case "moved":
		c, err := r.Propose(ctx, planner, t.ID, t.Version, t.Lead.Key(), agreement.Content{Due: day(2026, 2, 27)}, "市级配套文件延后（演示）")
		if err != nil {
			return err
		}
		for party, email := range map[string]string{"310000": "shanghai@office.example", "340000": "anhui@office.example"} {
			who, err := actor(ctx, n, email)
			if err == nil {
				_, err = r.Consent(ctx, who, c.ID, party, true)
			}
			if err != nil {
				return err
			}
		}
		return r.Report(ctx, planner, t.ID, 0, report)
	case "submitted", "done":
		if err := r.Submit(ctx, planner, t.ID, t.Version, agreement.Evidence{Title: "比对报告与各市确认函（演示）", Place: "https://example.org/report"}); err != nil || p.state == "submitted" {
			return err
		}
		editor, err := actor(ctx, n, "editor@office.example")
		if err != nil {
			return err
		}
		return r.Verify(ctx, editor, t.ID, t.Version+1, true, "抽查属实（演示）")
	}
	return nil
}

func number(s string) (n int) {
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

// enterProjects enters an event with its projects, and frameworks of two parties with what each promised.
func enterProjects(ctx context.Context, n *node.Node, planner access.Actor) error {
	r := n.Agreements
	event, err := r.AddEvent(ctx, planner, agreement.Event{Name: "宝山重大产业项目集中签约（演示）", Region: "310113", Day: day(2026, 1, 20)})
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	for i, p := range []struct {
		name  string
		yuan  unit.Fen
		state agreement.State
	}{{"超导材料产线", 1_200_000_000, agreement.Started}, {"机器人核心部件基地", 860_000_000, agreement.Signed}, {"生物制造中试平台", 420_000_000, agreement.Operating}, {"氢能装备研发中心", 300_000_000, agreement.Signed}} {
		a, err := r.Add(ctx, planner, agreement.Agreement{Title: p.name + "项目投资协议（演示）", Kind: "投资协议", Form: agreement.Investment, Event: event.ID, Region: "310113",
			Signers: []agreement.Party{{Code: "310113"}, {Name: fmt.Sprintf("演示企业%c（虚构）", 'A'+i)}}, Signed: day(2026, 1, 20), Investment: p.yuan * unit.FenPerYuan,
			Text: p.name + "项目投资协议（演示）\n双方将于2026年6月底前开工建设厂房，2027年建成投产。本文为虚构。"})
		if err != nil {
			return fmt.Errorf("project %s: %w", p.name, err)
		}
		if p.state != agreement.Signed {
			if err := r.SetState(ctx, planner, a.ID, a.Version, p.state); err != nil {
				return err
			}
		}
	}
	for _, f := range []struct {
		title, a, b, field string
		signed             time.Month
	}{{"沪皖科技创新合作框架协议（演示）", "310000", "340000", "大装置、人才、成果转化", time.January}, {"苏浙数据要素合作框架协议（演示）", "320000", "330000", "数据互认、算力调度", time.February}} {
		a, err := r.Add(ctx, planner, agreement.Agreement{Title: f.title, Kind: "战略合作框架协议", Form: agreement.Framework, Signers: []agreement.Party{{Code: f.a}, {Code: f.b}},
			Signed: day(2026, f.signed, 15), From: day(2026, f.signed, 15), Until: day(2028, f.signed, 14), Fields: []string{f.field}, Tags: []agreement.Tag{{Frame: "five-centres", Item: "science"}},
			Clauses: []string{"第一条 双方建立联席会议，每季度通报一次进展。", "第二条 双方共建联合实验室，2026年底前挂牌。"},
			Text:    f.title + "\n双方围绕" + f.field + "等领域开展合作。双方将共建联合实验室，2026年底前挂牌；联合发布首批共享目录，2026年6月底前公布。本文为虚构。"})
		if err != nil {
			return fmt.Errorf("framework %s: %w", f.title, err)
		}
		if _, err := r.Plan(ctx, planner, a.ID, []agreement.Task{
			{Title: "共建联合实验室并挂牌", Lead: a.Signers[0], Partners: a.Signers[1:], Due: day(2026, 12, 31), Sentence: "双方将共建联合实验室，2026年底前挂牌"},
			{Title: "发布首批共享目录", Lead: a.Signers[1], Due: day(2026, 6, 30), Sentence: "联合发布首批共享目录，2026年6月底前公布"}}); err != nil {
			return fmt.Errorf("tasks of %s: %w", f.title, err)
		}
	}
	return nil
}
