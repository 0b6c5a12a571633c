package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// payersCase is what a node tells of a case, as far as these tests look.
type payersCase struct {
	ID    string `json:"id"`
	Stage string `json:"stage"`
	End   string `json:"end"`
}

// answers the JSON of an operation to somebody.
func (w *town) asks(who, path string, into any) {
	w.Helper()
	answer, err := w.client(who).Get(w.at + path)
	w.must(err)
	defer answer.Body.Close()
	w.must(json.NewDecoder(answer.Body).Decode(into))
}

// topic opens a topic in Anhui with a share for each of the jurisdictions and brings it to where the payers are asked.
func (w *whole) topic(name string, shares ...[3]string) {
	w.Helper()
	p := w.towns[Anhui]
	fill := fmt.Sprintf("firm fills %s topic=ai title=题目%s plan=联合方案 shares.rows=%d", name, name, len(shares))
	for i, x := range shares {
		fill += fmt.Sprintf(" shares.%d.payer=%s shares.%d.team=%s shares.%d.task=任务 shares.%d.sum=%s shares.%d.account=622202100%d", i, x[0], i, x[1], i, i, x[2], i, i)
	}
	p.play("firm opens " + name + " joint-topic -> draft\n" + fill + "\nfirm submit " + name + " -> submitted\ndesk draw " + name + " complete=yes -> reviewing\ndesk hears " + name + " panel 88 -> reviewed\ndesk propose " + name + " -> proposed\nhead ask_payers " + name + " -> asking")
}

// asked waits until a payer's node has opened the case that a topic asks of it, and calls it by a name.
func (w *whole) asked(node, topic, name string) {
	w.Helper()
	p := w.towns[node]
	w.until(topic+" is not asked of "+node, func() bool {
		var all struct {
			Cases []payersCase `json:"cases"`
		}
		p.asks("desk", "/api/v1/cases?scheme=joint-share", &all)
		for _, c := range all.Cases {
			if strings.Contains(p.get(p.client("desk"), "/cases/"+c.ID), "题目"+topic) && c.End == "" {
				p.cases[name] = "/cases/" + c.ID
			}
		}
		return p.cases[name] != ""
	})
}

// comes waits until a case stands in a stage of its node.
func (w *whole) comes(node, who, name, stage string) {
	w.Helper()
	got := ""
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if got = w.towns[node].stage(who, name); got == stage {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("%s in %s stands in %s, want %s", name, node, got, stage)
		}
	}
}

// reported are the lines by which the results of the teams of a topic are handed in and compared.
func reported(name string, teams ...string) string {
	rows := fmt.Sprintf("firm fills %s results.rows=%d", name, len(teams))
	for i, team := range teams {
		rows += fmt.Sprintf(" results.%d.team=%s results.%d.found=回答%d results.%d.tested=同一数据集", i, team, i, i+1, i)
	}
	return rows + "\nfirm report " + name + " -> reported\ndesk compare " + name + " answers_alike=yes -> compared"
}

// A topic of Anhui is paid by a team's own jurisdiction each, in nodes of their own: every payer decides by its own scheme, the
// topic goes on when each has confirmed its own line, and each pays from its own books.
func TestATopicIsPaidByTheJurisdictionOfEachTeam(t *testing.T) { onBoth(t, topicIsPaid) }

func topicIsPaid(t *testing.T, c Config) {
	w := startWith(t, c)
	w.topic("T", [3]string{Shanghai, Lab, "300000"}, [3]string{Anhui, SmallFirm, "200000"})
	w.asked(Shanghai, "T", "S")
	w.asked(Anhui, "T", "A")
	if page := w.towns[Anhui].get(w.towns[Anhui].client("desk"), w.towns[Anhui].cases["T"]); !strings.Contains(page, "出资地区：上海市；团队所在单位：上海浦江冷冻电镜中心（演示）；任务：任务；金额：300,000.00元") {
		t.Error("the rows of the shares are not told by the words of the form")
	}
	w.towns[Anhui].play("desk fills A take_on=200000\ndesk confirm A in_plan=yes -> confirmed")
	w.comes(Anhui, "desk", "T", "asking")
	w.until("Shanghai is not told that a payer in the lead's own node has confirmed", func() bool {
		return strings.Contains(w.towns[Shanghai].get(w.towns[Shanghai].client("desk"), w.towns[Shanghai].cases["S"]), `chip ok">已确认`)
	})
	w.towns[Shanghai].play("desk fills S take_on=300000\ndesk confirm S in_plan=yes -> confirmed")
	w.comes(Anhui, "desk", "T", "noticed")
	w.passes(9 * 24 * time.Hour)
	w.comes(Anhui, "desk", "T", "running")
	w.comes(Shanghai, "desk", "S", "ordered")
	w.comes(Anhui, "desk", "A", "ordered")
	w.towns[Anhui].play(reported("T", Lab, SmallFirm) + "\nhead finish T -> 各出资方均已拨付\nfinance mark_paid A -> paid")
	if page := w.towns[Anhui].get(w.towns[Anhui].client("head"), w.towns[Anhui].cases["T"]); !strings.Contains(page, "对题目的回答：回答1") || !strings.Contains(page, "对题目的回答：回答2") {
		t.Error("the answers of the teams do not stand side by side")
	}
	w.towns[Shanghai].play("finance mark_paid S -> paid\nfinance bounced S 户名不符 -> returned\nfinance mark_paid S -> paid")
	w.until("the topic is not finished", func() bool { return w.towns[Anhui].step("head", "finish", "T", nil) == "" })
	for node, want := range map[string]string{Shanghai: "300000.00", Anhui: "200000.00"} {
		if got := w.towns[node].balance(node + "/bank"); got != want {
			t.Errorf("the bank of %s has %s, want %s", node, got, want)
		}
	}
	w.audited()
}

// A payer's node is away and the time runs out; it comes back, and its payer refuses; the others go on without it. Then one stops
// its payment when all was agreed: it is asked again, confirms, and pays; when the topic is finished it claws back what it paid, and
// the lead is told. In each node the books hold what was decided there.
func TestATopicWhosePayersAreLost(t *testing.T) { onBoth(t, payersAreLost) }

func payersAreLost(t *testing.T, c Config) {
	w := startWith(t, c)
	anhui, shanghai, jiangsu := w.towns[Anhui], w.towns[Shanghai], w.towns[Jiangsu]
	w.stops[Jiangsu]()
	w.topic("W", [3]string{Shanghai, Lab, "300000"}, [3]string{Jiangsu, JiangsuFirm, "250000"}, [3]string{Anhui, SmallFirm, "200000"})
	w.asked(Shanghai, "W", "S")
	w.asked(Anhui, "W", "A")
	shanghai.play("desk fills S take_on=300000\ndesk confirm S in_plan=yes -> confirmed")
	anhui.play("desk fills A take_on=200000\ndesk confirm A in_plan=yes -> confirmed")
	page := func() string { return anhui.get(anhui.client("head"), anhui.cases["W"]) }
	w.until("Shanghai's word does not come", func() bool { return strings.Count(page(), `chip ok">已确认`) == 2 })
	if !strings.Contains(page(), "等对方节点答复") {
		t.Error("the lead does not show that Jiangsu is silent")
	}
	w.passes(40 * 24 * time.Hour)
	w.comes(Anhui, "desk", "W", "short")
	if err := jiangsu.node.Listen(); err != nil {
		t.Fatal(err)
	}
	w.runs(jiangsu.node)
	clear(jiangsu.who)
	w.asked(Jiangsu, "W", "J")
	w.until("Jiangsu's page does not say how the lead and the other payers stand", func() bool {
		page := jiangsu.get(jiangsu.client("desk"), jiangsu.cases["J"])
		return strings.Contains(page, "出资有缺口") && strings.Count(page, "已确认") >= 2
	})
	jiangsu.play("desk refuse J 年度预算已排满 -> refused")
	w.until("Jiangsu's refusal does not come", func() bool { return strings.Contains(page(), "年度预算已排满") })
	anhui.play("head go_on W 由其余两地继续 -> noticed")
	w.passes(9 * 24 * time.Hour)
	w.comes(Shanghai, "desk", "S", "ordered")
	shanghai.play("head stop S 团队调整 -> withdrawn")
	w.comes(Anhui, "desk", "W", "short")
	anhui.play("head go_on W 再试 -> 达到最少数目\ndesk ask_again W 已与上海商定 -> asking")
	delete(shanghai.cases, "S")
	w.asked(Shanghai, "W", "S")
	shanghai.play("desk fills S take_on=280000\ndesk confirm S in_plan=yes")
	w.comes(Anhui, "desk", "W", "noticed")
	w.comes(Shanghai, "finance", "S", "ordered") // the topic was concluded before
	w.passes(9 * 24 * time.Hour)
	w.comes(Anhui, "desk", "W", "running")
	anhui.play(reported("W", Lab, SmallFirm) + "\nfinance mark_paid A -> paid")
	shanghai.play("finance mark_paid S -> paid")
	w.until("the topic is not finished", func() bool { return anhui.step("head", "finish", "W", nil) == "" })
	shanghai.play("head fills S wrongly_paid=80000\nhead recover S 抽查发现多付 -> recovering\nfinance repaid S -> recovered")
	w.until("the lead does not hear of the claw-back", func() bool { return strings.Contains(page(), "已追回") })
	for node, want := range map[string]string{Shanghai: "200000.00", Anhui: "200000.00"} {
		if got := w.towns[node].balance(node + "/bank"); got != want {
			t.Errorf("the bank of %s has %s, want %s", node, got, want)
		}
	}
	list := anhui.get(anhui.client("head"), "/cases/payers")
	for _, x := range []string{"已追回", "不出资", "不再计入", "已拨付"} {
		if !strings.Contains(list, x) {
			t.Errorf("the list does not say %s", x)
		}
	}
	w.audited()
}

// Three jurisdictions are asked to pay into a pot. One withdraws after all have confirmed: its money is free, and the pot goes on with
// the others. One takes back what it has paid in before the list is closed: what the list can give shrinks by its share, nobody gets anything
// and nothing is owed, and the pot is settled and not finished.
func TestAPotWhosePayersAreLost(t *testing.T) { onBoth(t, potIsLost) }

func potIsLost(t *testing.T, c Config) {
	w := startWith(t, c)
	before := w.towns[Shanghai].balance(Shanghai + "/joint-pot/2026/budget")
	w.plays(`
340000 big       opens   K joint-pot -> draft
340000 big       fills   K topic=ai title=共同池 guide=指南 account=6222020 shares.rows=3 shares.0.payer=340000 shares.0.sum=300000 shares.1.payer=310000 shares.1.sum=300000 shares.2.payer=320000 shares.2.sum=200000
340000 big       submit  K -> submitted
340000 desk      propose K complete=yes -> proposed
340000 head      ask_payers K -> asking
340000 desk      finds   A joint-pot-share -> requested
340000 desk      fills   A take_on=300000
340000 desk      confirm A in_plan=yes -> confirmed
320000 desk      finds   J joint-pot-share -> requested
320000 desk      fills   J take_on=200000
320000 desk      confirm J in_plan=yes -> confirmed
310000 desk      finds   S joint-pot-share -> requested
310000 desk      fills   S take_on=300000
310000 desk      confirm S in_plan=yes -> ordered
340000 desk      open_call K -> 均已缴入且没有追回
310000 head      stop    S 年度预算调整 -> withdrawn
340000 head      go_on   K 由其余两地继续 -> collecting
340000 finance   mark_paid A -> paid
320000 finance   mark_paid J -> paid
340000 desk      open_call K -> open
340000 firm      calls   R joint-pot-project K -> draft
340000 firm      fills   R title=项目 leader=虚构负责人 plan=方案 account=6222021 parts.rows=2 parts.0.member=` + SmallFirm + ` parts.0.task=算法 parts.0.sum=250000 parts.1.member=` + JiangsuFirm + ` parts.1.task=数据 parts.1.sum=190000
340000 firm      submit  R -> submitted
340000 passes    31
340000 desk      draw    R complete=yes -> reviewing
340000 desk      hears   R panel 90 -> reviewed
340000 desk      put_in  R -> listed
340000 passes    8`)
	head := w.towns[Anhui].client("head")
	at, page, _ := w.towns[Anhui].roundOf(head, w.towns[Anhui].cases["R"])
	for _, x := range []string{"300,000.00", "250,000.00", "83.33%", "80.00%–120.00%", "95.00%", "江苏省"} {
		if !strings.Contains(page, x) {
			t.Errorf("the list does not show %s", x)
		}
	}
	if strings.Contains(page, "上海市") {
		t.Error("who was let go still counts")
	}
	w.plays(`
320000 head      fills   J wrongly_paid=200000
320000 head      recover J 资金收回 -> recovering
320000 finance   repaid  J -> recovered`)
	w.until("the pot does not hear of the claw-back", func() bool { return strings.Contains(w.towns[Anhui].get(head, w.towns[Anhui].cases["K"]), "已追回") })
	head = w.towns[Anhui].client("head")
	if list := w.towns[Anhui].get(head, at); !strings.Contains(list, "池内出资不足，余 300,000.00 元") {
		t.Error("the list does not say that the pot no longer reaches")
	}
	w.plays(`
340000 head      closes  R -> refused
340000 head      finish  K -> 没有追回
340000 head      settle  K 江苏收回出资，池下无项目 -> closed`)
	if list := w.towns[Anhui].get(head, at); !strings.Contains(list, "江苏省") || strings.Contains(list, "限外") {
		t.Error("the closed list does not show what each jurisdiction got")
	}
	if now := w.towns[Shanghai].balance(Shanghai + "/joint-pot/2026/budget"); now != before {
		t.Errorf("Shanghai withdrew and has %s, before it had %s", now, before)
	}
	w.audited()
}
