package web

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"corridor/internal/access"
	"corridor/internal/unit"
)

// officer makes an account with a role over a region and returns the token of its session.
func (h *house) officer(email, role, region string) string {
	h.t.Helper()
	ctx := context.Background()
	who, err := h.c.Access.Session(ctx, h.person("", "node_admin", ""))
	if err != nil {
		h.t.Fatal(err)
	}
	token, _, err := h.c.Access.Invite(ctx, who, access.Invitation{Email: email, Name: "乙", Roles: []access.Grant{{Role: role, Region: unit.Region(region)}}})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.c.Access.AcceptInvitation(ctx, token, testPassword); err != nil {
		h.t.Fatal(err)
	}
	return h.signIn(email)
}

// goes posts a form, wants to be sent on, and returns where to, without the query.
func (h *house) goes(path, token string, form ...string) string {
	h.t.Helper()
	f := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		f.Add(form[i], form[i+1])
	}
	w := h.post(path, token, f)
	if w.Code != 303 {
		h.t.Fatalf("POST %s answered %d: %s", path, w.Code, plainText(w))
	}
	to, _, _ := strings.Cut(w.Header().Get("Location"), "?")
	return to
}

var tagsOfHTML = regexp.MustCompile(`<[^>]*>`)

func plainText(w *httptest.ResponseRecorder) string {
	s := w.Body.String()
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	return strings.Join(strings.Fields(tagsOfHTML.ReplaceAllString(s, " ")), " ")
}

// shows wants a page with all of some texts.
func (h *house) shows(path, token string, texts ...string) string {
	h.t.Helper()
	w := h.ask("GET", path, token, nil, "Accept-Language", "zh")
	page := plainText(w)
	if w.Code != 200 {
		h.t.Fatalf("GET %s answered %d: %s", path, w.Code, page)
	}
	for _, want := range texts {
		if !strings.Contains(page, want) {
			h.t.Errorf("GET %s does not show %q: %s", path, want, page)
		}
	}
	return w.Body.String()
}

func (h *house) hides(path, token, text string) {
	h.t.Helper()
	if strings.Contains(plainText(h.ask("GET", path, token, nil)), text) {
		h.t.Errorf("GET %s shows %q", path, text)
	}
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

func TestAnAgreementBecomesTasksWithOwnersThatReport(t *testing.T) {
	h := open(t)
	planner, lead, other := h.officer("p@node.example", "planner", ""), h.officer("ah@node.example", "science", "340000"), h.officer("sh@node.example", "science", "310000")
	third := h.officer("zj@node.example", "science", "330000")
	at := h.goes("/agreements", planner, "title", "合作框架协议（虚构）", "form", "framework", "parties", "310000、340000", "signed", "2026-01-05", "fields", "未来城市、物业城市",
		"tag", "five-centres/science", "text", "双方将围绕未来城市、物业城市等领域开展合作，2026年6月底前建成示范项目。")
	h.shows("/agreements?year=2026&tag=five-centres/science", "", "合作框架协议（虚构）", "上海市", "安徽省", "2026-01-05")
	h.hides("/agreements?year=2025", "", "合作框架协议（虚构）")
	h.shows(at+"/propose", planner, "未来城市", "建成示范项目", "双方将围绕未来城市")
	h.goes(at+"/tasks", planner, "tasks.rows", "1", "tasks.0.title", "建成示范项目", "tasks.0.owner", "安徽省", "tasks.0.due", "2026-06-30", "tasks.0.indicator", "示范项目", "tasks.0.target", "3", "tasks.0.unit", "个",
		"tasks.0.budget", "120万元", "tasks.0.partners", "上海市=30万元", "tasks.0.level", "city", "tasks.0.region", "340100", "tasks.0.milestones", "2026-04-30 设计\n2026-05-29 测试", "tasks.0.sentence", "2026年6月底前建成示范项目")
	task := "/tasks/" + between(h.shows(at, "", "建成示范项目"), `<a href="/tasks/`, `"`)
	h.shows(task, "", "2026年6月底前建成示范项目", "设计", "测试", "示范项目", "目标 3 个", "1,200,000.00 元", "投入合计 1,500,000.00 元", "安徽省合肥市")
	h.shows(at, "", "各方投入", "合计 1,500,000.00 元", "安徽省 1 1,200,000.00 0.00 1,200,000.00", "上海市 1 0.00 300,000.00 300,000.00")
	h.shows("/parties?key=340000", "", "作为牵头 1,200,000.00 元")
	if w := h.ask("GET", "/api/v1"+task, planner, nil); !strings.Contains(w.Body.String(), `"budget":"1500000.00"`) || !strings.Contains(w.Body.String(), `"lead":{"name":"安徽省","code":"340000","budget":"1200000.00"}`) {
		t.Errorf("the program reads %s", w.Body)
	}
	if w := h.ask("GET", "/tasks/export", planner, nil, "Accept-Language", "zh"); !strings.Contains(w.Body.String(), "1200000.00,上海市 300000.00,1500000.00") {
		t.Errorf("the file says %s", w.Body)
	}
	for field, bad := range map[string]string{"budget": "-5", "region": "999999", "serves": "T-1"} {
		f := url.Values{"tasks.rows": {"1"}, "tasks.0.title": {"再建一处"}, "tasks.0.owner": {"安徽省"}, "tasks.0.due": {"2026-06-30"}}
		f.Set("tasks.0."+field, bad)
		if w := h.post(at+"/tasks", planner, f); w.Code != 422 || !strings.Contains(w.Body.String(), `id="tasks-0-`+field+`-e"`) {
			t.Errorf("%s %s answered %d: %s", field, bad, w.Code, plainText(w))
		}
	}
	h.shows("/parties?key=340000", "", "我们欠别人的", "建成示范项目")
	h.goes(task+"/progress", lead, "done", "完成设计", "reached", "1", "problem", "缺场地")
	h.goes(task+"/milestones/1", lead, "version", "1")
	h.shows(task, "", "完成设计", "现 1", "缺场地")
	if w := h.post(task+"/progress", third, url.Values{"done": {"代报"}}); w.Code != 403 {
		t.Errorf("who does not lead reported: %d", w.Code)
	}
	// A refused change keeps what was typed; the due day takes along the node that is not reached, and all have to agree.
	if w := h.post(task+"/changes", lead, url.Values{"version": {"1"}, "at": {"change"}, "party": {"340000"}, "due": {"2026-05-20"}, "reason": {"等场地"}}); w.Code != 422 || !strings.Contains(plainText(w), "测试") || !strings.Contains(w.Body.String(), `value="2026-05-20"`) {
		t.Errorf("a node later than its task was left: %d %s", w.Code, plainText(w))
	}
	h.goes(task+"/changes", lead, "version", "1", "party", "340000", "due", "2026-07-10", "along", "yes", "reason", "等场地")
	h.goes(task+"/changes/"+between(h.shows(task, "", "节点“测试”： 2026-05-29 → 2026-06-08"), `id="c-`, `"`), other, "party", "310000", "yes", "yes")
	h.shows(task, "", "2026-06-30 → 2026-07-10", "2026-05-29 → 2026-06-08")
	h.goes(task+"/done", lead, "version", "2", "evidence", "验收报告")
	h.shows("/tasks?light=check", "", "建成示范项目")
	h.goes(task+"/verdict", other, "version", "3", "passed", "yes", "note", "属实")
	h.shows("/tasks?light=done", "", "建成示范项目", "已办结")
	h.shows(task, "", "验收报告", "核验通过")
}

func TestAPlanWithItsListsIsSeenInEveryWay(t *testing.T) {
	h := open(t)
	planner := h.officer("p@node.example", "planner", "")
	at := h.goes("/agreements", planner, "title", "三年行动计划（虚构）", "form", "plan", "lamps", "regional", "parties", "310000、320000、330000、340000", "signed", "2024-07-26", "text", "计划")
	h.goes(at+"/lists", planner, "zh", "重点任务")
	h.goes(at+"/lists", planner, "zh", "实事项目", "public", "yes")
	page := h.shows("/plans", "", "三年行动计划（虚构）", "重点任务", "实事项目")
	list := "/lists/" + between(page, `<a href="/lists/`, `"`)
	x := excelize.NewFile()
	for i, row := range [][]any{{"序号", "任务", "牵头", "牵头投入", "配合", "期限", "地点代码", "层级"}, {1, "开通预约", "310000", "80万元", "340000=50万元", "2025-12-31", "310117", "省市"}, {2, "建成目录", "340000", "", "320000", "2026-12-31", "340100", "省市"}} {
		if err := x.SetSheetRow("Sheet1", []string{"A1", "A2", "A3"}[i], &row); err != nil {
			t.Fatal(err)
		}
	}
	file, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	send := func(do string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, err := m.CreateFormFile("file", "list.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file.Bytes()); err != nil {
			t.Fatal(err)
		}
		_ = m.WriteField("do", do)
		_ = m.Close()
		return h.ask("POST", list+"/import", planner, &b, "Content-Type", m.FormDataContentType(), "Sec-Fetch-Site", "same-origin", "Accept-Language", "zh")
	}
	if w := send("check"); w.Code != 200 || !strings.Contains(plainText(w), "可以导入") {
		t.Fatalf("%d %s", w.Code, plainText(w))
	}
	h.hides("/tasks", "", "开通预约")
	if w := send("take"); w.Code != 303 {
		t.Fatalf("%d %s", w.Code, plainText(w))
	}
	page = h.shows(list, "", "开通预约", "建成目录")
	public := "/lists/" + between(between(h.shows("/plans", ""), "实事项目", "")+h.shows("/plans", "")[strings.LastIndex(h.shows("/plans", ""), `<a href="/lists/`):], `<a href="/lists/`, `"`)
	h.goes(public+"/tasks", planner, "codes", "T-2026-0001")
	h.shows("/practical", "", "实事项目", "开通预约", "已逾期")
	h.hides("/practical", "", "建成目录")
	h.shows("/tasks/"+between(page, `<a href="/tasks/`, `"`), "", "重点任务", "实事项目", "500,000.00", "800,000.00", "投入合计 1,300,000.00")
	for view, want := range map[string]string{"": "在谁手里", "board": "按期", "timeline": "竖实线为今天", "map": "示意格图", "matrix": "牵头（行）与配合（列）", "late": "项在手"} {
		h.shows("/tasks?list="+strings.TrimPrefix(list, "/lists/")+"&view="+view, "", want)
	}
	h.shows("/tasks?light=red", "", "开通预约")
	h.shows("/tasks/leader", "", "逾期在谁手里", "上海市")
	for path, kind := range map[string]string{list + "/export?format=xlsx": xlsxType, "/tasks/export": "text/csv", "/tasks/quarter?format=docx": docxType, "/tasks/quarter?format=docx&kind=report": docxType, "/tasks/quarter?format=xlsx": xlsxType, "/lists/template": xlsxType} {
		if w := h.ask("GET", path, planner, nil); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || w.Body.Len() < 100 {
			t.Errorf("GET %s: %d, %s, %d bytes", path, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
	}
	// A view and a calendar of one's own.
	h.goes("/views", planner, "name", "红灯", "query", "light=red")
	h.shows("/tasks", planner, "红灯")
	w := h.post("/feeds", planner, url.Values{"query": {"light=open"}})
	feed := "/feeds/" + between(w.Body.String(), "/feeds/", "<")
	if w := h.ask("GET", feed, "", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "SUMMARY:开通预约") {
		t.Errorf("%s: %d %s", feed, w.Code, w.Body)
	}
	h.goes("/feeds/"+between(h.shows("/tasks", planner), `action="/feeds/`, `/revoke`)+"/revoke", planner)
	if w := h.ask("GET", feed, "", nil); w.Code != 404 {
		t.Errorf("a revoked calendar answers %d", w.Code)
	}
}

func TestTasksAreTaggedByGoalsAndServeTheOneAbove(t *testing.T) {
	h := open(t)
	planner := h.officer("p@node.example", "planner", "")
	at := h.goes("/agreements", planner, "title", "重点任务（虚构）", "form", "plan", "parties", "310000、340000", "text", "任务")
	id := strings.TrimPrefix(at, "/agreements/")
	plan := func(body string) string {
		w := h.ask("POST", "/api/v1/agreements/"+id+"/tasks", planner, strings.NewReader(body), "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin")
		if w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return between(w.Body.String(), `"id":"`, `"`)
	}
	above := plan(`{"tasks":[{"title":"国家任务","owner":"310000","due":"2026-12-31","level":"national"}]}`)
	below := plan(`{"tasks":[{"title":"嘉定算力节点","owner":"310114","due":"2026-12-31","level":"district","region":"310114","serves":"` + above + `","tags":["five-new-towns/jiading","four-functions/origin"]}]}`)
	h.shows("/tasks/"+above, "", "上下级任务", "嘉定算力节点")
	h.shows("/tasks/"+below, "", "国家任务", "五个新城", "嘉定新城")
	for path, shown := range map[string]bool{"/tasks?tag=five-new-towns/jiading": true, "/tasks?tag=four-functions/origin": true, "/tasks?tag=four-functions/hub": false, "/tasks?level=district": true, "/tasks?region=310000": true, "/tasks?region=340000": false} {
		if shown {
			h.shows(path, "", "嘉定算力节点")
		} else {
			h.hides(path, "", "嘉定算力节点")
		}
	}
	h.goes("/tasks/"+below+"/tags", planner, "tag", "carbon/peak")
	h.shows("/tasks?tag=carbon/peak", "", "嘉定算力节点")
	if w := h.post("/tasks/"+below+"/tags", planner, url.Values{"tag": {"carbon/nothing"}}); w.Code != 422 {
		t.Errorf("an unknown goal was taken: %d", w.Code)
	}
}

func TestProjectsSignedAtAnEventAreFollowedToOperation(t *testing.T) {
	h := open(t)
	planner := h.officer("p@node.example", "planner", "")
	h.goes("/events", planner, "name", "集中签约（虚构）", "region", "310113", "day", "2026-01-20")
	event := between(h.shows("/events", "", "集中签约（虚构）"), `/agreements?event=`, `"`)
	at := h.goes("/agreements", planner, "title", "产线项目（虚构）", "form", "investment", "parties", "310113、某企业（虚构）", "event", event, "investment", "12亿元", "region", "310113", "text", "双方将于2026年6月底前开工建设厂房。")
	h.shows("/events", "", "1,200,000,000.00")
	h.shows("/agreements?event="+event, "", "产线项目（虚构）", "已签约")
	h.goes(at+"/state", planner, "version", "1", "state", "started")
	h.goes(at+"/state", planner, "version", "2", "state", "operating")
	h.shows("/agreements?event="+event, "", "已投用")
	for _, f := range []url.Values{{"version": {"3"}, "state": {"signed"}}, {"version": {"1"}, "state": {"operating"}}} {
		if w := h.post(at+"/state", planner, f); w.Code != 422 && w.Code != 409 {
			t.Errorf("%v answered %d", f, w.Code)
		}
	}
	if w := h.post("/agreements", planner, url.Values{"title": {"密"}, "form": {"framework"}, "parties": {"310000、340000"}, "text": {"x"}, "secrecy": {"secret"}}); w.Code != 422 {
		t.Errorf("a classified text was taken: %d", w.Code)
	}
}

func TestATextIsChangedAndCountersigned(t *testing.T) {
	h := open(t)
	planner, head := h.officer("p@node.example", "planner", ""), h.officer("head@node.example", "head", "340000")
	at := h.goes("/agreements", planner, "title", "合作协议（虚构）", "form", "framework", "parties", "310000、340000", "text", "双方合作。\n双方将公布目录。")
	page := h.shows(at, head, "登记以来没有改过文本", "代表哪一方")
	digest := between(page, `name="digest" value="`, `"`)
	h.goes(at+"/amendments", head, "at", "amend", "party", "1", "digest", digest, "title", "合作协议（虚构）", "clauses", "第一条 每季度通报。", "text", "双方深度合作。\n双方将公布目录。", "reason", "补充")
	page = h.shows(at, planner, "待会签", "双方合作。 双方深度合作。", "第一条 每季度通报。", "会签新文本")
	h.hides(at, "", "会签新文本") // who signs for nobody is offered nothing
	m := between(page, `id="m-`, `"`)
	listed := h.ask("GET", "/api/v1"+at+"/amendments", planner, nil).Body.String()
	next := between(listed, `"digest":"`, `"`)
	if !strings.Contains(listed, `"state":"open"`) {
		t.Errorf("a program reads %s", listed)
	}
	if w := h.post(at+"/amendments/"+m+"/end", planner, url.Values{"party": {"5"}}); w.Code != 403 {
		t.Errorf("nobody's party refused: %d", w.Code)
	}
	h.goes(at+"/sign", planner, "party", "0", "digest", next)
	h.shows(at, "", "双方深度合作。", "已生效")
	if w := h.post(at+"/amendments", head, url.Values{"at": {"amend"}, "party": {"1"}, "digest": {digest}, "title": {"旧本"}, "reason": {"x"}}); w.Code != 409 || !strings.Contains(w.Body.String(), `value="旧本"`) {
		t.Errorf("an old text was changed: %d %s", w.Code, plainText(w))
	}
	if w := h.ask("POST", "/api/v1"+at+"/amendments", head, strings.NewReader(`{"party":1,"digest":"`+next+`","reason":"延期","title":"合作协议（虚构）","fields":[],"clauses":[],"valid_until":"2028-12-31","text":"双方深度合作。"}`), "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin"); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	page = h.shows(at, planner, "2028-12-31")
	h.goes(at+"/amendments/"+between(page, `id="m-`, `"`)+"/end", planner, "party", "0")
	h.shows(at, "", "未同意")
}
