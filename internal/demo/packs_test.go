package demo

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
)

// TestAVoucherRunsThroughThePages of each jurisdiction, from the draft of the entitlement to the close of both cases:
// in Anhui the city recommends first, in Zhejiang the provider is paid.
func TestAVoucherRunsThroughThePages(t *testing.T) {
	for _, x := range []struct{ code, lab, recommends, pays, bank string }{
		{Shanghai, Lab, "", "60000", "30000.00"},
		{Jiangsu, JiangsuLab, "", "60000", "30000.00"},
		{Zhejiang, ZhejiangLab, "", "30000", "30000.00"},
		{Anhui, Lab, "city      recommend E -> recommended", "60000", "30000.00"},
	} {
		t.Run(x.code, func(t *testing.T) {
			eachTown(t, x.code, func(w *town) {
				w.play(`
firm      opens   E voucher-entitlement                                                -> draft
firm      fills   E asked=80000 planned_use=委托检测 bank_account=6222021 tax_consent=true
firm      submit  E                                                                    -> submitted`)
				w.play(x.recommends)
				w.play(`
review    grant   E                                                                    -> open
firm      adds    O E voucher-order                                                    -> draft
firm      fills   O provider=` + x.lab + ` service=testing quote=60000 purpose=材料表征
firm      file    O                                                                    -> filed
lab       accept  O                                                                    -> accepted
lab       fills   O report=file:报告
lab       deliver O                                                                    -> delivered
firm      fills   O contract=file:合同 signed=2026-03-02 contract_sum=60000 invoices=file:发票 invoice_lines.rows=1 invoice_lines.0.seller=` + x.lab + ` invoice_lines.0.number=26312000000012345678 invoice_lines.0.line=1 invoice_lines.0.total=60000 invoice_lines.0.amount=60000 invoiced=60000 slip=file:回单 paid=` + x.pays + ` other_subsidy=0 rating=5
firm      claim   O                                                                    -> claimed
finance   approve O                                                                    -> the page does not offer
review    approve O for_research=yes                                                   -> noticed`)
				w.passes(14 * 24 * time.Hour)
				w.play(`
review    mark_paid O                                                                  -> the page does not offer
finance   mark_paid O                                                                  -> paid
finance   bounced O 户名不符                                                           -> ordered
finance   mark_paid O                                                                  -> paid
firm      hand_back E                                                                  -> expiring`)
				if got := w.balance(x.code + "/bank"); got != x.bank {
					t.Errorf("the bank has %s, want %s", got, x.bank)
				}
				w.passes(367 * 24 * time.Hour) // the audit window of the order closes, and the entitlement after it
				if o, e := w.stage("firm", "O"), w.stage("firm", "E"); o != "closed" || e != "closed" {
					t.Errorf("the order stands in %s, the entitlement in %s", o, e)
				}
			})
		})
	}
}

// TestAnAppealRunsThroughThePages of Anhui: a firm that wishes to stay unnamed, units that are asked at once, one that is
// silent, and nobody but the firm or the supervisor closes it.
func TestAnAppealRunsThroughThePages(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.play(`
firm      opens    A enterprise-appeal                                                 -> draft
firm      submit   A                                                                   -> 类别
firm      fills    A kind=permits question=检测资质认定迟迟没有结果 confidential=true
firm      submit   A                                                                   -> received
window    fills    A unit=340000.science level=ordinary co_units=340000.planning+340000.fire
window    dispatch A                                                                   -> dispatched
planning  take     A                                                                   -> the page does not offer
science   take     A                                                                   -> handling
science   fills    A answer_text=已协调补齐材料 root_cause=process
science   answer   A                                                                   -> 协办单位的意见须全部到齐
planning  answers  A cohandling opinion=用地无异议                                     -> handling
planning  answers  A cohandling opinion=再答一次                                       -> the page asks for no answer`)
		if page := w.get(w.client("window"), w.cases["A"]); !strings.Contains(page, "安徽省自然资源厅、安徽省消防救援总队") || !strings.Contains(page, "难易程度：一般事项") && !strings.Contains(page, "<dd>一般事项</dd>") {
			t.Error("offices and choices are not told by their names")
		}
		name := "巢湖电池材料"
		for who, knows := range map[string]bool{"firm": true, "window": true, "supervise": true, "science": false, "planning": false, "fire": false} {
			if strings.Contains(w.get(w.client(who), w.cases["A"]), name) != knows {
				t.Errorf("%s reads the name of a firm that wishes to stay unnamed: want %v", who, knows)
			}
		}
		if strings.Contains(w.get(w.client("fire"), w.cases["A"]), "用地无异议") {
			t.Error("a unit reads another's opinion before it has given its own")
		}
		w.passes(8 * 24 * time.Hour) // fire is silent
		w.play(`
science   answer   A                                                                   -> 协办单位的意见须全部到齐
supervise answers  A cohandling seat=340000.fire opinion=不涉及消防 逾期未复
science   answer   A                                                                   -> answered
firm      fills    A what_is_left=证书仍未收到
firm      reopen   A                                                                   -> handling
science   answer   A                                                                   -> answered
science   close_for_firm A 已解决                                                      -> the page does not offer
firm      opens    B enterprise-appeal                                                 -> draft
firm      fills    B kind=permits question=同一件事
firm      submit   B                                                                   -> received
window    fills    B repeat_of=99-26-0001-8
window    merge    B same_question=no                                                  -> 同一事项
window    merge    B same_question=yes                                                 -> 请填写同一事项中一件
window    fills    B repeat_of=#A
window    merge    B same_question=yes                                                 -> merged
firm      fills    A satisfaction=4
firm      confirm  A                                                                   -> closed
firm      opens    C enterprise-appeal                                                 -> draft
firm      fills    C kind=market question=跨省招标设门槛
firm      submit   C                                                                   -> received
window    fills    C unit=340000.science level=complex
window    dispatch C                                                                   -> dispatched
science   take     C                                                                   -> handling
science   extend   C 事项复杂                                                          -> 不再延期
science   fills    C answer_text=已转招标监管部门 root_cause=rule
science   answer   C                                                                   -> answered`)
		if page := w.get(w.client("firm"), w.cases["B"]); !strings.Contains(page, "本件已并入") || !strings.Contains(page, "已办结") || !strings.Contains(page, w.cases["A"]) {
			t.Error("the page of B does not say what it joined and how far that is")
		}
		if page := w.get(w.client("window"), w.cases["A"]); !strings.Contains(page, "并入本件的") || !strings.Contains(page, w.cases["B"]) {
			t.Error("the page of A does not say what has joined it")
		}
		if page := w.get(w.client("firm"), "/notices"); !strings.Contains(page, "并入的办件：已办结") {
			t.Error("whose case has joined is not told that the other was closed")
		}
		w.passes(10 * 24 * time.Hour) // the firm says nothing
		w.play(`
supervise close_for_firm C firm_called=no 企业未接电话                                  -> 回访
supervise close_for_firm C firm_called=yes 已电话说明                                   -> closed`)
	})
}

// TestAJointAcceptanceRunsThroughThePages of Shanghai: one intake, departments at once, only who found a failure looks
// again, one certificate.
func TestAJointAcceptanceRunsThroughThePages(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		w.play(`
firm      opens   J joint-acceptance                                                   -> draft
firm      fills   J project_code=2025-310115-40-01-000000 risk=low permit_no=X1 buildings.rows=1 buildings.0.name=一号厂房 buildings.0.area=12000 drawings=file:竣工图 survey=file:测量
firm      submit  J                                                                    -> submitted
window    fills   J departments=310000.planning+310000.fire
window    accept  J works_done=yes fire_asked=no                                       -> 消防
window    accept  J works_done=yes fire_asked=yes                                      -> inspecting
planning  answers J inspection verdict=passed                                          -> inspecting
fire      answers J inspection verdict=failed failed_items=防火门缺失                  -> gathered
window    conclude J                                                                   -> the page does not offer
housing   conclude J                                                                   -> 均为通过
housing   order_fix J                                                                  -> rectifying
firm      fills   J rectified=file:已安装
firm      reinspect J                                                                  -> inspecting
planning  answers J inspection verdict=passed                                          -> the page asks for no answer`)
		w.passes(10 * 24 * time.Hour)
		if stage := w.stage("firm", "J"); stage != "inspecting" {
			t.Errorf("silence moved the case to %s", stage)
		}
		w.play(`
supervise answers J inspection seat=310000.fire verdict=passed 现场核实已整改          -> gathered
housing   conclude J                                                                   -> passed`)
		if page := w.get(w.client("window"), "/registry/"+ShanghaiFirm); !strings.Contains(page, "joint_acceptance") {
			t.Error("the certificate does not stand in the registry")
		}
	})
}

// TestATalentProgrammeRunsThroughThePages: the scheme that was written from the guide alone.
func TestATalentProgrammeRunsThroughThePages(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		w.play(`
lab       opens   T future-talent                                                      -> draft
lab       fills   T challenge=ai talent=虚构人才 plan=具身智能数据集 months=24 asked=200000 account=6222021
lab       submit  T                                                                    -> submitted
desk      fills   T offices=310000.planning
desk      consult T answers_call=yes                                                   -> consulted
planning  answers T opinions verdict=passed remark=无异议                              -> gathered
desk      approve T                                                                    -> the page does not offer
head      approve T                                                                    -> noticed`)
		w.passes(9 * 24 * time.Hour)
		w.play(`
lab       fills   T agreement=file:承载协议
lab       hand_in T                                                                    -> signing
desk      sign    T                                                                    -> hosted
lab       fills   T progress=file:中期报告
lab       report  T                                                                    -> reported
desk      call    T report_good=yes                                                    -> called
desk      pay     T                                                                    -> the page does not offer
finance   pay     T                                                                    -> hosted
lab       fills   T progress=file:终期报告
lab       report  T                                                                    -> reported
desk      call    T report_good=yes                                                    -> called
finance   pay     T                                                                    -> finished`)
		if got := w.balance(Shanghai + "/bank"); got != "200000.00" {
			t.Errorf("the bank has %s", got)
		}
	})
}

// balance is what an account of the books has gained.
func (w *town) balance(path string) (sum string) {
	w.Helper()
	w.must(w.node.DB.Read(context.Background(), func(tx *db.Tx) error {
		a, err := w.node.Ledger.Balance(context.Background(), tx, path)
		sum = a.Posted.Yuan()
		return err
	}))
	return sum
}
