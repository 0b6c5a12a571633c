package web

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// formBodies are the pages of filling in, empty and full.
func formBodies() map[string][]any {
	text := scheme.Field{Name: "purpose", Type: "text", Words: someWords}
	org := scheme.Field{Name: "provider", Type: "org", Words: someWords}
	c := casework.Case{ID: someID, No: "34-26-0001-8", Title: someWords, Org: testFirm, OrgName: someWords, Synthetic: true, Version: 3}
	from := &fromView{Shown: "46", Was: "40", Source: "税务年报", Day: "2026-01-20", Differs: true}
	fields := []fieldView{
		{Field: text, ID: "f-purpose", Input: "f.purpose", Value: "x", Problem: "错", Described: "f-purpose-e", Needed: true, Wanted: true, From: from,
			Clash: &clashView{By: "乙", Theirs: "y", Mine: "", At: someTime}},
		{Field: org, ID: "f-provider", Input: "f.provider", Value: testFirm, Pick: &pickView{Q: "演示", Asked: true, More: true,
			Found: []pickRow{{testFirm, "演示企业", "合肥市"}}, Named: []pickRow{{testFirm, "演示企业", ""}}}},
		{Field: scheme.Field{Name: "day", Type: "day", Words: someWords}, ID: "f-day", Input: "f.day", Fixed: true, Shown: "2019-05-20", From: from},
		{Field: scheme.Field{Name: "place", Type: "region", Words: someWords}, ID: "f-place", Input: "f.place", Pick: &pickView{Q: "x", Asked: true}},
	}
	back := &returnedView{Returned: casework.Returned{Step: casework.Step{At: someTime, Reason: "用途不清"}, Due: someTime, Words: someWords},
		Fields: []problemView{{"用途", "f-purpose"}}, Left: []string{"审核人：7 个工作日"}}
	steps := []stepLink{{1, "一", "/cases/x/fill/1", casework.StepWrong, true}, {2, "二", "/cases/x/fill/2", casework.StepTodo, false}, {3, "三", "/cases/x/fill/3", casework.StepDone, false}}
	answer := scheme.Answer{Need: "founded", Words: someWords, Result: scheme.Pass, Verified: true}
	act := actionView{Allowed: casework.Allowed{Action: "file", Words: someWords, NeedsReason: true, Judgement: scheme.Judgement{Verdict: scheme.Pass}}, Class: "go", Verdicts: []verdictView{{Answer: answer}}}
	return map[string][]any{
		"fill":  {fillPage{}, fillPage{Case: c, Steps: steps, No: 1, Name: "一", Fields: fields, Saved: someTime, Wrong: []problemView{{"错", "f-purpose"}}, Before: "/a", After: "/b", Fresh: fields[:1], Back: back}},
		"check": {checkPage{}, checkPage{Case: c, Fills: true, Actions: []actionView{act}, Sums: []estimateView{{"一", 100, true, false, "", true}, {"二", 100, false, true, "", false}, {"三", 0, false, false, "", false}}, Wrong: []problemView{{"错", "/a#f-purpose"}}, Parts: []checkPart{{"一", "/a", casework.StepTodo, []checkRow{{fieldView: fields[0], Missing: true}, {fieldView: fieldView{Field: org, Problem: "错"}, Typed: "x"}, {fieldView: fields[2]}}}}}},
		"casepeople": {casePeople{}, casePeople{Case: c, Leads: true, Partners: []string{"甲"}, Form: &form{Values: url.Values{"may": {"view"}}, bad: map[string]string{"address": "错"}},
			Members: []memberView{{casework.Member{Person: someID, Name: "乙", May: casework.MayEdit, At: someTime}, "甲", false}, {casework.Member{Person: someID + "A", Name: "丙", May: casework.MayView, At: someTime}, "甲", true}}}},
		"casechanges": {caseChanges{}, caseChanges{Case: c, Lines: []changeLine{{casework.Change{ID: someID, At: someTime, Person: someID, By: "乙", Words: someWords}, "a", "b", true}, {casework.Change{ID: someID, At: someTime, Words: someWords}, "a", "b", false}}}},
	}
}

var versionOf = regexp.MustCompile(`name="version" value="(\d+)"`)

// sendStep sends a part of a form as the page shows it, with what somebody typed.
func (h *house) sendStep(path, token, version, button string, typed ...string) string {
	h.t.Helper()
	fields := url.Values{"version": {version}, "go": {button}}
	for i := 0; i+1 < len(typed); i += 2 {
		fields.Set(typed[i], typed[i+1])
	}
	w := h.upload(path, token, fields)
	if w.Code == 303 {
		return w.Header().Get("Location")
	}
	return w.Body.String()
}

func (h *house) wantsIn(got string, all ...string) {
	h.t.Helper()
	for _, want := range all {
		if !strings.Contains(got, want) {
			h.t.Errorf("%q is not in %.3000s", want, got)
		}
	}
}

func TestAFormIsFilledInPartByPart(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c, err := h.c.Cases.Create(context.Background(), who, "voucher", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	page := "/cases/" + string(c.ID)
	w := h.ask("GET", page+"/fill", token, nil)
	if got := w.Header().Get("Location"); got != page+"/fill/1" {
		t.Fatalf("it begins at %s", got)
	}
	h.wants(h.ask("GET", page+"/fill/1", token, nil), 200, `aria-current="step"`, `name="f.provider.q"`, `name="f.provider.find"`, "须填", "还没有保存过")

	// The picker: a search inside the form, without a script, that keeps what was typed.
	got := h.sendStep(page+"/fill/1", token, "1", "enter", "f.provider.q", "演示企业", "f.purpose", "表征")
	h.wantsIn(got, `name="f.provider.take" value="`+testFirm+`"`, `value="表征"`, "合肥市")
	got = h.sendStep(page+"/fill/1", token, "1", "", "f.provider.take", testFirm, "f.purpose", "表征")
	h.wantsIn(got, `name="f.provider" value="`+testFirm+`"`, "演示企业", `value="表征"`)
	if got := h.sendStep(page+"/fill/1", token, "1", "next", "f.provider", testFirm, "f.purpose", "表征"); got != page+"/fill/2?done=saved" {
		t.Errorf("then to %s", got)
	}

	// A part is saved with what is wrong in it; it is said beside the field and on top, and one may go on.
	got = h.sendStep(page+"/fill/2", token, "2", "next", "f.contract_sum", "四万八", "f.invoiced", "48000")
	if got != page+"/fill/2?done=kept#problems" {
		t.Errorf("with a wrong sum to %s", got)
	}
	h.wants(h.ask("GET", page+"/fill/2", token, nil), 200, `value="四万八"`, `id="f-contract_sum-e"`, `href="#f-contract_sum"`, `value="48000.00"`, `href="`+page+`/fill/4"`)
	h.wants(h.ask("GET", page+"/check", token, nil), 200, "四万八", page+"/fill/2#f-contract_sum", "表征")
	w = h.ask("GET", page+"/fill", token, nil)
	if got := w.Header().Get("Location"); got != page+"/fill/2" {
		t.Errorf("one goes on at %s", got)
	}
	h.wants(h.upload(page+"/actions/file", token, url.Values{"version": {"3"}}), 409, "没有办成")
	c, err = h.c.Cases.Get(context.Background(), who, c.ID)
	if err != nil || c.Stage != "draft" {
		t.Fatalf("stands in %s, %v", c.Stage, err)
	}
	h.sendStep(page+"/fill/2", token, "3", "next", "f.contract_sum", "48000", "f.invoiced", "48000")
	h.wants(h.ask("GET", page+"/check", token, nil), 200, "48,000.00", "按现在填的", `action="`+page+`/actions/file"`)
}

func TestTwoPeopleFillInOneForm(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	mate := h.person("mate@node.example", "org_member", testFirm)
	ctx := context.Background()
	c, err := h.c.Cases.Create(ctx, who, "voucher", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	step := "/cases/" + string(c.ID) + "/fill/1"
	h.sendStep(step, token, "1", "next", "f.purpose", "甲写的", "f.provider", "")
	got := h.sendStep(step, mate, "1", "next", "f.purpose", "乙写的", "f.provider", testFirm)
	h.wantsIn(got, "甲写的", "乙写的", `name="f.purpose.choose" value="theirs"`)
	version := versionOf.FindStringSubmatch(got)[1]
	c, err = h.c.Cases.Get(ctx, who, c.ID)
	if err != nil || c.Fields["provider"].Text != testFirm || c.Fields["purpose"].Text != "甲写的" {
		t.Fatalf("fields %v, %v", c.Fields, err)
	}
	h.wantsIn(h.sendStep(step, mate, version, "next", "f.purpose", "乙写的", "f.purpose.clash", "yes"), "请选择保留哪一个")
	h.sendStep(step, mate, version, "next", "f.purpose", "乙写的", "f.purpose.clash", "yes", "f.purpose.choose", "mine")
	changes := "/cases/" + string(c.ID) + "/changes"
	w := h.ask("GET", changes, token, nil)
	h.wants(w, 200, "甲写的", "乙写的", "/restore")
	restore := regexp.MustCompile(`action="([^"]+/restore)"`).FindStringSubmatch(w.Body.String())[1]
	h.wants(h.upload(restore, token, nil), 303)
	if c, err = h.c.Cases.Get(ctx, who, c.ID); err != nil || c.Fields["purpose"].Text != "甲写的" {
		t.Errorf("fields %v, %v", c.Fields, err)
	}
	people := "/cases/" + string(c.ID) + "/people"
	h.wants(h.upload(people, token, url.Values{"address": {"nobody@node.example"}, "may": {"edit"}}), 422, "没有使用这个邮箱的账号", `id="m-address-e"`)
	h.wants(h.upload(people, token, url.Values{"address": {"mate@node.example"}, "may": {"view"}}), 303)
	h.wants(h.ask("GET", people, token, nil), 200, "仅查看", "移除")
	w = h.ask("GET", step, mate, nil)
	if w.Code != 303 {
		t.Errorf("who may only read is shown the form: %d", w.Code)
	}
	h.wants(h.ask("GET", people, h.person("stranger@node.example", "org_member", "91340200MA0DEMQ27B"), nil), 404)
}

func TestWhatTheRegistrySaysStandsBesideTheField(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	ctx := context.Background()
	filed := func(staff int64) {
		t.Helper()
		admin, err := h.c.Access.Session(ctx, h.signIn("admin@node.example"))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.c.DB.Act(ctx, func(tx *db.Tx) error {
			return h.c.Registry.PutYear(ctx, tx, admin, testFirm, registry.YearFacts{Year: 2025, Staff: staff, Source: "税务年报", Filed: unit.Date(2026, time.January, 20)})
		}); err != nil {
			t.Fatal(err)
		}
	}
	filed(46)
	c, err := h.c.Cases.Create(ctx, who, "display", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	page := "/cases/" + string(c.ID)
	h.wants(h.ask("GET", page+"/fill/1", token, nil), 200, "登记信息：46（税务年报，2026-01-20）", `name="f.staff" value="46"`, `<p class="fixed">2019-05-20</p>`)
	filed(52)
	h.wants(h.ask("GET", page+"/fill/1", token, nil), 200, "登记信息已更新", "<del>46</del>", `name="f.staff" value="52"`)
	h.sendStep(page+"/fill/1", token, "2", "next", "f.staff", "60")
	h.wants(h.ask("GET", page+"/fill/1", token, nil), 200, "与登记不一致", `name="f.staff" value="60"`)

	// Sent back: what is asked for stands on top with the time that is left.
	h.sendStep(page+"/fill/2", token, "0", "next", "f.kind", "show", "f.purpose", "试用")
	h.wants(h.ask("GET", page+"/check", token, nil), 200, "提交前核对", `action="`+page+`/actions/file"`)
	h.wants(h.upload(page+"/actions/file", token, nil), 303)
	h.wants(h.ask("GET", page+"/check", token, nil), 200, "填报内容", "试用", "与登记不一致")
	officer := h.person("review@node.example", "voucher_review", "")
	h.wants(h.ask("GET", page, officer, nil), 200, `name="wanted" value="purpose"`)
	h.wants(h.upload(page+"/actions/ask_more", officer, url.Values{"reason": {"用途不清"}, "wanted": {"purpose", "more"}}), 303)
	h.wants(h.ask("GET", page, token, nil), 200, "需要补充材料", "用途不清", `href="#f-purpose"`, "时限暂停计算", "10个工作日", "要求补充")
	h.wants(h.ask("GET", page+"/fill/2", token, nil), 200, "需要补充材料", `id="f-more"`)
	h.sendStep(page+"/fill/2", token, "0", "next", "f.more", "说明")
	h.wants(h.upload(page+"/actions/answer", token, nil), 303)
	if w := h.ask("GET", page, token, nil); strings.Contains(w.Body.String(), "需要补充材料") {
		t.Error("it is still said to be sent back")
	}
}

func TestProgramsFillInAForm(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	mate := h.person("mate@node.example", "org_member", testFirm)
	c, err := h.c.Cases.Create(context.Background(), who, "display", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	at := "/api/v1/cases/" + string(c.ID)
	h.wants(h.call("PUT", at+"/draft", token, `{"version":1,"fields":{"kind":"dance","purpose":"试用","staff":"四十六"}}`), 200, `"version":2`, `"field":"kind","code":"scheme.field_choice"`, `"field":"staff"`)
	h.wants(h.call("GET", at+"/steps", token, ""), 200, `"state":"wrong"`, `"typed":"dance"`, `"field":"founded"`, `"registry":"2019-05-20"`, `"next":1`)
	h.wants(h.call("PUT", at+"/draft", mate, `{"version":1,"fields":{"purpose":"别的","kind":"show"}}`), 200, `"clashes":[{"field":"kind"`, `"mine":"别的"`, `"value":"试用"`)
	h.wants(h.call("PUT", at+"/draft", mate, `{"version":2,"fields":{"kind":"show","staff":""}}`), 200, `"wrong":[]`, `"clashes":[]`)
	h.wants(h.call("GET", at+"/changes", token, ""), 200, `"field":"kind"`, `"typed":"dance"`, `"value":"show"`)
	h.wants(h.call("POST", at+"/people", token, `{"address":"mate@node.example","may":"view"}`), 200, `"may":"view"`)
	h.wants(h.call("GET", at+"/people", mate, ""), 200, `"may":"view"`)
	h.wants(h.call("PUT", at+"/draft", mate, `{"version":0,"fields":{"kind":"trial"}}`), 403, "casework.field_not_yours")
	h.wants(h.call("POST", at+"/actions/file", token, `{}`), 200, `"stage":"filed"`)
	officer := h.person("review@node.example", "voucher_review", "")
	h.wants(h.call("POST", at+"/actions/ask_more", officer, `{"reason":"用途不清","wanted":["purpose"]}`), 200, `"stage":"supplement"`)
	h.wants(h.call("GET", at+"/returned", token, ""), 200, `"fields":["purpose"]`, `"left":"10 wd"`, `"reason":"用途不清"`)
}
