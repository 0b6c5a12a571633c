package web

import (
	"context"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/ledger"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// openMany is a node that runs schemes of casework's tests: one that pays in batches, one that opens cases unasked.
func openMany(t testing.TB) (h *house, token string, who access.Actor) {
	t.Helper()
	h = open(t)
	token, who = h.firm()
	var packs []*scheme.Scheme
	for _, name := range []string{"batch", "care"} {
		s, problems := scheme.Load(os.DirFS("../casework/testdata/packs"), name+".yaml")
		if len(problems) > 0 {
			t.Fatal(problems[0])
		}
		packs = append(packs, s)
	}
	var err error
	h.c.Cases, err = casework.New(casework.Config{DB: h.c.DB, Access: h.c.Access, Registry: h.c.Registry, Ledger: h.c.Ledger, Log: h.c.Log, Files: h.c.Files,
		Regions: unit.GB2260(), Calendar: unit.NewDays(unit.ChinaCalendar()), Node: "34", Notices: h.c.Notices, Schemes: packs})
	if err == nil {
		h.s, err = New(h.c)
	}
	ctx := context.Background()
	if err == nil {
		err = h.c.DB.Act(ctx, func(tx *db.Tx) error {
			for _, a := range []ledger.Account{{Path: "340000/treasury", Asset: "CNY"}, {Path: "340000/batch/2026", Asset: "CNY", Floor: true}} {
				if err := h.c.Ledger.Open(ctx, tx, a); err != nil {
					return err
				}
			}
			_, err := h.c.Ledger.Apply(ctx, tx, ledger.Transfer{ID: "b", Kind: ledger.Post, Debit: "340000/treasury", Credit: "340000/batch/2026", Amount: 4_000_00})
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return h, token, who
}

// asks opens a case of the batch for a sum, and files it.
func (h *house) asks(who access.Actor, sum string) casework.Case {
	h.t.Helper()
	ctx := context.Background()
	c, err := h.c.Cases.Create(ctx, who, "batch", testFirm, "")
	if err == nil {
		c, err = h.c.Cases.Save(ctx, who, c.ID, c.Version, map[string]string{"asked": sum})
	}
	if err == nil {
		c, err = h.c.Cases.Act(ctx, who, c.ID, casework.Action{Name: "enter"})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func TestARoundIsRehearsedClosedAndTakenAsAFile(t *testing.T) {
	h, firm, who := openMany(t)
	a, b, c := h.asks(who, "2500"), h.asks(who, "1000"), h.asks(who, "2900")
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	list := h.ask("GET", "/rounds", desk, nil)
	h.wants(list, 200, "2026-03-20", "分批发放", "收件中")
	path := regexp.MustCompile(`/rounds/[0-9a-f]{16}-2026-03-20`).FindString(list.Body.String())
	h.wants(h.ask("GET", "/rounds", firm, nil), 200, "没有轮次")
	h.wants(h.ask("GET", path, firm, nil), 200, "您的办件", a.No, b.No, c.No, "等待评定", "收件中")
	h.wants(h.ask("GET", path, h.person("other@node.example", "org_admin", "91340200MA0DEMQ27B"), nil), 404)
	h.wants(h.ask("GET", "/cases/"+string(a.ID), firm, nil), 200, "本件等待集中评定", "2026-03-20", path)
	h.wants(h.ask("GET", "/round-lists", "", nil), 200, "还没有结果")
	h.wants(h.ask("GET", "/rounds/0000000000000000-2026-03-20", desk, nil), 404)
	page := h.ask("GET", path, desk, nil)
	h.wants(page, 200, "尚未定档", a.No, b.No, c.No, "资金不足", "到截止日结束后可以定档")
	if strings.Contains(page.Body.String(), "确认定档") {
		t.Error("it can be closed before its day")
	}
	_ = h.c.Clock.Advance(20 * 24 * time.Hour)
	desk = h.signIn("desk@node.example")
	page = h.ask("GET", path, desk, nil)
	h.wants(page, 200, "确认定档")
	plan := regexp.MustCompile(`name="plan" value="([0-9a-f]+)"`).FindStringSubmatch(page.Body.String())[1]
	h.wants(h.post(path+"/close", desk, url.Values{"plan": {"older"}}), 409, "排序在您查看之后有变动", plan)
	rows := h.sheetOf(h.ask("GET", path+"/export?format=csv", desk, nil))
	if len(rows) != 4 || rows[1][1] != b.No || rows[1][8] != "入选" || rows[2][7] != "3500.00" || rows[3][8] != "落选" {
		t.Errorf("the file holds %v", rows)
	}
	h.wants(h.call("GET", "/api/v1"+path, desk, ""), 200, `"plan":"`+plan+`"`, `"takes":true`)
	done := h.post(path+"/close", desk, url.Values{"plan": {plan}})
	h.wants(done, 303)
	h.wants(h.ask("GET", done.Header().Get("Location"), desk, nil), 200, "本轮已定档", "定档结果", "2 / 3")
	h.wants(h.ask("GET", path, desk, nil), 200, "定档结果")
	h.wants(h.ask("GET", "/cases/"+string(a.ID), desk, nil), 200, "待付")
	h.wants(h.ask("GET", "/cases/"+string(c.ID), desk, nil), 200, "未排上")
	// What everybody sees of it, and what an applicant sees.
	closing := regexp.MustCompile(`closing=([0-9A-Z]{26})`).FindStringSubmatch(done.Header().Get("Location"))[1]
	if _, err := h.c.Log.Sequence(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/round-lists", "", nil), 200, "/round-lists/"+closing, "分批发放")
	public := h.ask("GET", "/round-lists/"+closing, "", nil)
	h.wants(public, 200, "2 / 3", "1,000.00", "2,500.00", "/log/entries/")
	for _, secret := range []string{a.No, b.No, testFirm, "演示企业"} {
		if strings.Contains(public.Body.String(), secret) {
			t.Errorf("the public list says %s", secret)
		}
	}
	if rows := h.sheetOf(h.ask("GET", "/round-lists/"+closing+"?format=csv", "", nil)); len(rows) != 3 || rows[1][0] != "1" || rows[2][2] != "入选" {
		t.Errorf("the public file holds %v", rows)
	}
	if w := h.ask("GET", "/round-lists/"+closing+"?format=docx", "", nil); w.Code != 200 || w.Header().Get("Content-Type") != docxType {
		t.Errorf("DOCX: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	firm = h.signIn("firm@node.example")
	h.wants(h.ask("GET", "/cases/"+string(c.ID), firm, nil), 200, "落选", "3 名，共 3", "/round-lists/"+closing)
	h.wants(h.ask("GET", path, firm, nil), 200, "入选", "落选", "公开的名单")
	h.wants(h.ask("GET", "/cases/"+string(a.ID)+"/letters/2", firm, nil), 200, "本轮入选，发放 2,500.00元")
	h.wants(h.call("GET", "/api/v1/cases/"+string(a.ID)+"/round", firm, ""), 200, `"rank":2`, `"takes":true`, closing)
	h.wants(h.call("GET", "/api/v1/round-lists/"+closing, "", ""), 200, `"rank":1`, `"total":3`)
	h.wants(h.call("GET", "/api/v1/round-lists", "", ""), 200, closing)
	h.wants(h.call("POST", "/api/v1"+path+"/close", desk, `{"plan":"`+plan+`"}`), 409, "casework.round_empty")
	h.wants(h.call("GET", "/api/v1/rounds", desk, ""), 200, `"taken":2`, `"over":true`)
}

func TestWhomTheRulesCannotJudgeAnOfficerDecidesAbout(t *testing.T) {
	h, _, _ := openMany(t)
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	h.wants(h.ask("GET", "/starts", desk, nil), 200, "免申即享", "未到时间")
	_ = h.c.Clock.Advance(10 * 24 * time.Hour)
	desk = h.signIn("desk@node.example")
	for n := 1; n > 0; {
		var err error
		if n, err = h.c.Cases.Tick(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	list := h.ask("GET", "/starts", desk, nil)
	h.wants(list, 200, "已完成")
	path := regexp.MustCompile(`/starts/[0-9A-Z]{26}`).FindString(list.Body.String())
	h.wants(h.ask("GET", path, desk, nil), 200, "演示企业", "职工不得超过人数上限", "人工开办")
	h.wants(h.post(path+"/orgs/"+testFirm, desk, url.Values{"do": {"open"}, "reason": {""}}), 422, "请写明理由")
	h.wants(h.post(path+"/orgs/"+testFirm, desk, url.Values{"do": {"open"}, "reason": {"电话核实"}}), 303)
	h.wants(h.ask("GET", path+"?state=opened", desk, nil), 200, "电话核实", "看办件")
	h.wants(h.call("POST", "/api/v1"+path+"/orgs/"+testFirm, desk, `{"open":false,"reason":"x"}`), 409, "casework.start_decided")
	h.wants(h.call("GET", "/api/v1"+path+"?state=opened", desk, ""), 200, `"state":"opened"`, `"total":1`)
}

func TestAListOfCodesIsEnteredWhole(t *testing.T) {
	h := open(t)
	admin := h.person("", "node_admin", "")
	h.wants(h.ask("GET", "/catalogues", admin, nil), 200, "还没有名录")
	h.wants(h.post("/catalogues", admin, url.Values{"list": {"encouraged"}, "since": {"2026-01-01"}, "source": {"测试"}, "codes": {"3912 a\n3912 b"}}), 422, "3912")
	done := h.post("/catalogues", admin, url.Values{"list": {"encouraged"}, "since": {"2026-01-01"}, "source": {"测试"}, "codes": {"3912 计算机\n6510"}})
	h.wants(done, 303)
	h.wants(h.ask("GET", done.Header().Get("Location"), admin, nil), 200, "计算机", "6510")
	h.wants(h.call("GET", "/api/v1/catalogues", admin, ""), 200, `"codes":2`)
}
