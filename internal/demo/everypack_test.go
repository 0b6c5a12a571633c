package demo

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"corridor/internal/catalogue/usage"
	"corridor/internal/node"
)

// voucherRun is a yearly voucher and an order under it, up to the payment; what follows is the clocks'.
func voucherRun(lab, recommends, pays, signed string) string {
	return `
firm      opens   E voucher-entitlement                                                -> draft
firm      fills   E asked=80000 planned_use=委托检测 bank_account=6222021234567890 tax_consent=true
firm      submit  E                                                                    -> submitted` + recommends + `
review    grant   E                                                                    -> open
firm      adds    O E voucher-order                                                    -> draft
firm      fills   O provider=` + lab + ` service=testing quote=60000 purpose=材料表征
firm      file    O                                                                    -> filed
lab       accept  O                                                                    -> accepted
lab       fills   O report=file:报告
lab       deliver O                                                                    -> delivered
firm      fills   O contract=file:合同 signed=` + signed + ` contract_sum=60000 invoices=file:发票 invoice_lines.rows=1 invoice_lines.0.seller=` + lab + ` invoice_lines.0.number=26312000000012345678 invoice_lines.0.line=1 invoice_lines.0.total=60000 invoice_lines.0.amount=60000 invoiced=60000 slip=file:回单 paid=` + pays + ` other_subsidy=0 rating=5
firm      claim   O                                                                    -> claimed
review    approve O for_research=yes                                                   -> noticed
passes    14
finance   mark_paid O                                                                  -> paid
firm      hand_back E                                                                  -> expiring
passes    367`
}

// appealRun is an appeal from the intake to the rating.
func appealRun(code string) string {
	return `
firm      opens    A enterprise-appeal                                                 -> draft
firm      fills    A kind=permits question=检测资质认定迟迟没有结果
firm      submit   A                                                                   -> received
window    fills    A unit=` + code + `.science level=ordinary
window    dispatch A                                                                   -> dispatched
science   take     A                                                                   -> handling
science   fills    A answer_text=已协调补齐材料 root_cause=process
science   answer   A                                                                   -> answered
firm      fills    A satisfaction=4
firm      confirm  A                                                                   -> closed`
}

// acceptanceRun is a joint acceptance: one failure, only who found it looks again, one certificate.
func acceptanceRun(code, project string) string {
	return `
firm      opens   J joint-acceptance                                                   -> draft
firm      fills   J project_code=` + project + ` risk=low permit_no=X1 buildings.rows=1 buildings.0.name=一号厂房 buildings.0.area=12000 drawings=file:竣工图 survey=file:测量
firm      submit  J                                                                    -> submitted
window    fills   J departments=` + code + `.planning+` + code + `.fire
window    accept  J works_done=yes fire_asked=yes                                      -> inspecting
planning  answers J inspection verdict=passed                                          -> inspecting
fire      answers J inspection verdict=failed failed_items=防火门缺失                  -> gathered
housing   order_fix J                                                                  -> rectifying
firm      fills   J rectified=file:已安装
firm      reinspect J                                                                  -> inspecting
fire      answers J inspection verdict=passed                                          -> gathered
housing   conclude J                                                                   -> passed`
}

// everyRun is a way of each pack from the draft to an end, in the order in which a town plays them: those after which a year
// has passed come last.
var everyRun = []struct{ pack, register string }{
	{"310000/enterprise-appeal", appealRun(Shanghai)},
	{"310000/joint-acceptance", acceptanceRun(Shanghai, "2025-310115-40-01-000000")},
	{"310000/future-talent", `
lab       opens   T future-talent                                                      -> draft
lab       fills   T challenge=ai talent=虚构人才 plan=具身智能数据集 months=24 asked=200000 account=6222021
lab       submit  T                                                                    -> submitted
desk      fills   T offices=310000.planning
desk      consult T answers_call=yes                                                   -> consulted
planning  answers T opinions verdict=passed remark=无异议                              -> gathered
head      refuse  T 名额已满                                                           -> refused`},
	{"310000/instrument-reward", `
lab       opens   R instrument-reward                                                  -> draft
lab       fills   R instrument=EQ-31-900000 of_year=2025 grade=good assessment=file:评价结果
lab       file    R                                                                    -> filed
desk      approve R grade_true=yes not_twice=yes                                       -> noticed
passes    14
finance   pay     R                                                                    -> paid`},
	{"320000/enterprise-appeal", appealRun(Jiangsu)},
	{"320500/voucher-copay", `
firm      opens   C voucher-copay                                                      -> draft
firm      fills   C order_no=32-26-0001-0 province_paid=23500.90 proof=file:到账凭证 account=中国虚构银行6222021234567890
firm      submit  C                                                                    -> submitted
review    approve C                                                                    -> the page does not offer
cityreview approve C proof_true=yes                                                    -> noticed
passes    9
citypay   pay     C                                                                    -> paid
citypay   bounce  C 户名不符                                                           -> ordered
citypay   pay     C                                                                    -> paid
passes    60`},
	{"330000/enterprise-appeal", appealRun(Zhejiang)},
	{"340000/voucher", `
firm      opens   V voucher                                                            -> draft
firm      fills   V provider=` + Lab + ` purpose=正极材料表征 contract_sum=48000 invoiced=47000.90
firm      file    V                                                                    -> filed
review    approve V                                                                    -> approved
finance   pay     V                                                                    -> paid`},
	{"340000/enterprise-appeal", appealRun(Anhui)},
	{"340000/joint-acceptance", acceptanceRun(Anhui, "2025-340100-40-01-000000")},
	{"340000/joint-fund", `
firm      opens   F joint-fund                                                         -> draft
firm      fills   F topic=ai title=具身智能数据集 leader=虚构负责人 plan=三年方案 asked=300000 account=6222021
firm      submit  F                                                                    -> submitted
desk      refuse  F 不在指南范围                                                       -> refused`},
	{"310000/voucher-entitlement 310000/voucher-order", voucherRun(Lab, "", "60000", "2026-03-16")},
	{"320000/voucher-entitlement 320000/voucher-order", voucherRun(JiangsuLab, "", "60000", "2026-05-10")},
	{"330000/voucher-entitlement 330000/voucher-order", voucherRun(ZhejiangLab, "", "30000", "2026-03-02")},
	{"340000/voucher-entitlement 340000/voucher-order", voucherRun(Lab, "\ncity      recommend E -> recommended", "60000", "2026-03-02")},
}

// TestEveryPackRunsThroughThePagesFromDraftToEnd: no pack that the program carries is without a way that people went by
// the pages. What each is careful about has tests of its own beside this one.
func TestEveryPackRunsThroughThePagesFromDraftToEnd(t *testing.T) {
	ways := map[string]bool{}
	for _, x := range everyRun {
		for _, pack := range strings.Fields(x.pack) {
			ways[pack] = true
		}
	}
	packs, err := node.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range packs {
		if !s.Shared() && !ways[s.Jurisdiction+"/"+s.ID] {
			t.Errorf("no way through the pages is written for %s/%s", s.Jurisdiction, s.ID)
		}
	}
	for _, code := range []string{Shanghai, Jiangsu, Zhejiang, Anhui} {
		t.Run(code, func(t *testing.T) {
			eachTown(t, code, func(w *town) {
				for _, x := range everyRun {
					if x.pack[:2] != code[:2] {
						continue
					}
					clear(w.cases)
					if strings.Contains(x.pack, "instrument-reward") {
						w.sharedLastYear("EQ-31-900000")
					}
					for _, part := range strings.Split(x.register, "\npasses") {
						days, rest, _ := strings.Cut(part, "\n")
						if days = strings.TrimSpace(days); days != "" {
							d, err := time.ParseDuration(days + "h")
							w.must(err)
							w.passes(24 * d)
						}
						w.play(rest)
					}
					w.ended(x.pack)
				}
			})
		})
	}
}

// sharedLastYear enters a run of the year before for another firm, as the laboratory does it with a log and its register.
func (w *town) sharedLastYear(instrument string) {
	w.Helper()
	ctx := context.Background()
	lab, err := actor(ctx, w.node, "lab@shanghai.example")
	w.must(err)
	took, err := w.node.Usage.Import(ctx, lab, usage.Import{Owner: Lab, Name: "log.csv",
		File: strings.NewReader("instrument,log_no,from,to\n" + instrument + ",L-1,2025-06-03 09:00,2025-06-03 17:00\n")})
	w.must(err)
	runs, _, err := w.node.Usage.Runs(ctx, lab, usage.Query{Owner: Lab, Month: "2025-06"})
	w.must(err)
	if took.Taken != 1 || len(runs) != 1 {
		w.Fatalf("%d runs were taken, %d stand there: %v", took.Taken, len(runs), took.Bad)
	}
	w.must(w.node.Usage.Settle(ctx, lab, runs[0].ID, usage.Settling{Class: usage.Outside, UserOrg: SmallFirm, Why: "登记本", Price: 200_000_90, Direction: "136"}))
}

// ended wants every case of the register at an end.
func (w *town) ended(pack string) {
	w.Helper()
	for name, path := range w.cases {
		whose := "firm"
		if strings.Contains(pack, "future-talent") || strings.Contains(pack, "instrument-reward") {
			whose = "lab"
		}
		page := w.get(w.client(whose), "/api/v1"+path)
		if !regexp.MustCompile(`"end":"(granted|refused|ended)"`).MatchString(page) {
			w.Errorf("%s: case %s has not come to an end: %.300s", pack, name, page)
		}
	}
}

// TestACityPaysByItsOwnListThroughThePages: Suzhou's share goes on Suzhou's list, beside the province's voucher on the
// province's; officers of each find theirs.
func TestACityPaysByItsOwnListThroughThePages(t *testing.T) {
	eachTown(t, Jiangsu, func(w *town) {
		w.play(`
firm      opens   C voucher-copay                                                      -> draft
firm      fills   C order_no=32-26-0001-0 province_paid=23500.90 proof=file:到账凭证 account=中国虚构银行6222021234567890
firm      submit  C                                                                    -> submitted
cityreview approve C proof_true=yes                                                    -> noticed`)
		w.passes(9 * 24 * time.Hour)
		city := w.client("citypay")
		id := strings.TrimPrefix(w.cases["C"], "/cases/")
		if page := w.get(city, "/payments"); !strings.Contains(page, "4,700.00") || !strings.Contains(page, id) {
			t.Fatalf("the city's payment does not wait on its page")
		}
		status, list, body := w.send(city, "/payments/lists", url.Values{"case": {id}, "note": {"苏州三月"}})
		if status != 303 {
			t.Fatalf("the list is not made: %d %.500s", status, body)
		}
		for _, x := range []struct{ who, act string }{{"citypay", "close"}, {"cityrelease", "release"}} {
			if status, _, body := w.send(w.client(x.who), list+"/"+x.act, nil); status != 303 {
				t.Fatalf("%s: %d %.500s", x.act, status, body)
			}
		}
		page := w.get(city, list)
		if !strings.Contains(page, "FK-3205-2026-0001") || !strings.Contains(page, "苏州市人民政府") {
			t.Error("the list does not say whose treasury it goes to")
		}
		if file := w.get(city, list+"/file?format=csv"); !strings.Contains(file, "FK-3205-2026-0001-001") || !strings.Contains(file, "4700.00") {
			t.Errorf("the file for the treasury of the city: %s", file)
		}
		if page := w.get(w.client("finance"), "/payments/lists?treasury=320000"); strings.Contains(page, "FK-3205") {
			t.Error("the province's lists hold the city's")
		}
		if page := w.get(w.client("finance"), "/payments/lists"); !strings.Contains(page, "FK-3205-2026-0001") || !strings.Contains(page, `value="320500"`) {
			t.Error("the province's officers cannot choose the city's treasury")
		}
	})
}

// TestADraftOfAnyPackIsPutAwayOnItsPage and taken up again; a pack's own way of throwing it away is not offered twice.
func TestADraftOfAnyPackIsPutAwayOnItsPage(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		for name, pack := range map[string]string{"A": "enterprise-appeal", "J": "joint-acceptance", "E": "voucher-entitlement"} {
			w.play("firm opens " + name + " " + pack + " -> draft")
			firm, path := w.client("firm"), w.cases[name]
			if page := w.get(firm, path); !strings.Contains(page, path+"/discard") || strings.Contains(page, `/actions/discard"`) {
				t.Errorf("the page of a draft of %s does not offer to put it away, or offers it twice", pack)
			}
			if status, _, body := w.send(firm, path+"/discard", nil); status != 303 {
				t.Fatalf("%s is not put away: %d %.400s", pack, status, body)
			}
			page := w.get(firm, path)
			if !strings.Contains(page, "草稿已作废") || !strings.Contains(page, path+"/reopen") || strings.Contains(page, "f.asked") || !strings.Contains(page, "期限未核实") {
				t.Errorf("the page of a draft of %s that was put away", pack)
			}
			if status, _, _ := w.send(firm, path+"/actions/submit", nil); status == 303 {
				t.Errorf("a draft of %s that was put away is submitted", pack)
			}
			if status, _, body := w.send(firm, path+"/reopen", nil); status != 303 {
				t.Fatalf("%s is not taken up again: %d %.400s", pack, status, body)
			}
			if page := w.get(firm, path); !strings.Contains(page, path+"/discard") || strings.Contains(page, "草稿已作废") {
				t.Errorf("a draft of %s that was taken up again is none", pack)
			}
		}
	})
}
