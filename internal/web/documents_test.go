package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"corridor/internal/reader/extract"
)

const (
	newsA = "合成材料：虚构市创新券工作简报\n\n2025年，虚构市科技创新券支持金额1.7亿元，服务企业320家。下一步将继续扩大开放范围，简化兑付流程，方便企业办理。\n\n2026年3月4日，虚构市人民政府与示例大学签署战略合作协议。\n"
	newsB = "合成材料：另一家媒体的消息\n\n据悉，2025年，虚构市科技创新券支持金额1.5亿元，比上年有所增加，企业普遍反映办理方便。\n"
	rules = "关于开展长三角科技创新券通用通兑试点的通知\n\n第一条 企业须在本地登记注册。\n\n第二条 企业与服务机构不得有关联关系。\n\n第三条 本通知自发布之日起施行。\n"
)

// send uploads files as a browser does; without names the texts are pasted.
func (h *house) send(token string, files ...[2]string) *httptest.ResponseRecorder {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range files {
		part, err := w.CreateFormFile("file", f[0])
		if err != nil {
			h.t.Fatal(err)
		}
		io.WriteString(part, f[1])
	}
	w.Close()
	return h.ask("POST", "/documents", token, &b, "Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

var documentLink = regexp.MustCompile(`<a href="/documents/([0-9A-Z]{26})">`)

// documentsOf are the ids of the list of documents, as it is sorted.
func (h *house) documentsOf(token, query string) (ids []string) {
	h.t.Helper()
	w := h.ask("GET", "/documents"+query, token, nil)
	if w.Code != 200 {
		h.t.Fatalf("/documents%s answered %d", query, w.Code)
	}
	for _, m := range documentLink.FindAllStringSubmatch(w.Body.String(), -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// finding is the number of the first finding of a document whose heading has these words.
func (h *house) finding(token, id, words string) string {
	h.t.Helper()
	page := h.ask("GET", "/documents/"+id, token, nil).Body.String()
	m := regexp.MustCompile(`(?s)<article class="fact" id="f(\d+)"[^>]*>\s*<div class="row apart"><h3>.{0,300}?` + regexp.QuoteMeta(words)).FindStringSubmatch(page)
	if m == nil {
		h.t.Fatalf("no finding %q on the page", words)
	}
	return m[1]
}

func wants(t *testing.T, w *httptest.ResponseRecorder, code int, words ...string) string {
	t.Helper()
	page := w.Body.String()
	if w.Code != code {
		t.Errorf("answered %d, want %d: %.300s", w.Code, code, page)
	}
	for _, s := range words {
		if no, not := strings.CutPrefix(s, "!"); not == strings.Contains(page, no) {
			t.Errorf("the page says %q: %v", no, !not)
		}
	}
	return page
}

func TestSeveralFilesAreTakenAtOnce(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	wants(t, h.send(editor, [2]string{"a.txt", newsA}, [2]string{"b.txt", newsB}), 303)
	if ids := h.documentsOf(editor, ""); len(ids) != 2 {
		t.Fatalf("%d documents", len(ids))
	}
	// One that cannot be read is named with the reason; the others are taken all the same.
	page := wants(t, h.send(editor, [2]string{"c.txt", rules}, [2]string{"d.png", "\x89PNG\r\n\x1a\n"}), 422, "d.png", "这不是文字材料", "已收下", "通用通兑试点的通知")
	if ids := h.documentsOf(editor, ""); len(ids) != 3 {
		t.Errorf("%d documents: %.200s", len(ids), page)
	}
	if ids := h.documentsOf(editor, "?q=%E7%AE%80%E6%8A%A5"); len(ids) != 1 {
		t.Errorf("%d documents are called 简报", len(ids))
	}
	if all, titles := h.documentsOf(editor, ""), h.documentsOf(editor, "?sort=title"); all[0] != titles[0] && all[0] != titles[2] || len(titles) != 3 {
		t.Errorf("%v sorted %v", all, titles)
	}
	wants(t, h.ask("GET", "/documents?state=public", editor, nil), 200, "没有查到")
}

func TestAFindingIsCorrectedAndUndoneOnThePage(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	h.send(editor, [2]string{"a.txt", newsA})
	id := h.documentsOf(editor, "")[0]
	no := h.finding(editor, id, "支持金额")
	at := "/documents/" + id + "/findings/" + no
	form := url.Values{"decision": {"correct"}, "part": {"1"}, "f.period": {"去年"}, "f.indicator": {"创新券支持金额"}, "reason": {"口径统一"}}
	wants(t, h.post(at, editor, form), 422, `href="#f`+no+`-period"`, "期间“去年”须写成", `value="去年"`, `<details class="correct" open>`)
	form.Set("f.period", "2025-Q1..Q3")
	w := h.post(at, editor, form)
	wants(t, w, 303)
	wants(t, h.ask("GET", w.Header().Get("Location"), editor, nil), 200, "创新券支持金额", "原先读作", "口径统一", "2025-Q1..Q3", "修改后采纳")
	wants(t, h.ask("GET", "/documents/"+id+"?state=accepted", editor, nil), 200, "口径统一", "!服务企业数")
	wants(t, h.ask("GET", "/documents/"+id+"?kind=organisation", editor, nil), 200, "机构：示例大学", "!服务企业数")
	wants(t, h.post(at+"/undo", editor, url.Values{"part": {"1"}}), 303)
	wants(t, h.ask("GET", "/documents/"+id, editor, nil), 200, "撤销决定", "经过", "!原先读作")
	wants(t, h.post(at+"/undo", editor, url.Values{"part": {"1"}}), 409, "还没有决定")
}

func TestFactsGoOut(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	h.send(editor, [2]string{"a.txt", newsA})
	id := h.documentsOf(editor, "")[0]
	no := h.finding(editor, id, "服务企业数")
	wants(t, h.post("/documents/"+id+"/findings/"+no, editor, url.Values{"decision": {"correct"}, "f.indicator": {"=1+1"}, "reason": {"试公式"}}), 303)

	var d extract.Document
	if err := json.Unmarshal(h.ask("GET", "/documents/"+id+"/facts?format=json", editor, nil).Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Articles) != 1 || len(d.Articles[0].Figures) != 2 || d.Articles[0].Figures[1].Indicator != "=1+1" || len(d.Articles[0].Paragraphs) == 0 || d.SHA256 == "" {
		t.Errorf("%+v", d)
	}
	if f := d.Articles[0].Figures[0]; newsA[f.Span[0]:f.Span[1]] != f.Quote {
		t.Errorf("%q stands at %v", f.Quote, f.Span)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(h.ask("GET", "/documents/"+id+"/facts?format=csv", editor, nil).Body.String(), "\uFEFF"))).ReadAll()
	if err != nil || len(rows) < 3 || rows[0][0] != "编号" || !strings.Contains(fmt.Sprint(rows), "'=1+1") {
		t.Errorf("%q, %v", rows, err)
	}
	x, err := excelize.OpenReader(h.ask("GET", "/documents/"+id+"/facts?format=xlsx", editor, nil).Body)
	if err != nil {
		t.Fatal(err)
	}
	if sheet, err := x.GetRows("facts"); err != nil || len(sheet) != len(rows) {
		t.Errorf("%d rows, want %d, %v", len(sheet), len(rows), err)
	}
	wants(t, h.ask("GET", "/documents/"+id+"/facts?format=pdf", editor, nil), 422, "不能导出为")
}

func TestTheKnowledgeBaseShowsEverybodyWhatIsPublished(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	h.send(editor, [2]string{"a.txt", newsA}, [2]string{"b.txt", newsB})
	ids := h.documentsOf(editor, "?sort=oldest")
	wants(t, h.ask("GET", "/documents/compare", editor, nil), 200, "虚构市科技创新券支持金额", "170,000,000", "150,000,000")
	list := wants(t, h.ask("GET", "/knowledge?kind=indicator", editor, nil), 200, "虚构市科技创新券支持金额")
	m := regexp.MustCompile(`/knowledge/([0-9A-Z]{26})">虚构市科技创新券支持金额`).FindStringSubmatch(list)
	if m == nil {
		t.Fatalf("no subject: %.500s", list)
	}
	page := "/knowledge/" + m[1]
	wants(t, h.ask("GET", page, editor, nil), 200, "不能同时成立", "还没有人核定", "1.7亿元", "1.5亿元", "2025")
	wants(t, h.ask("GET", "/knowledge?q="+url.QueryEscape("简化兑付"), editor, nil), 200, "<mark>简化兑付</mark>")
	wants(t, h.ask("GET", "/knowledge/search?q="+url.QueryEscape("虚构市 兑付"), editor, nil), 200, "<mark>兑付</mark>", "服务企业数")
	wants(t, h.ask("GET", "/knowledge/search?q="+url.QueryEscape("券"), editor, nil), 422, "至少输入两个字")

	wants(t, h.ask("GET", page, "", nil), 404)
	wants(t, h.post("/documents/"+ids[0]+"/findings/"+h.finding(editor, ids[0], "支持金额"), editor, url.Values{"decision": {"accept"}}), 303)
	wants(t, h.ask("GET", page, "", nil), 404)
	wants(t, h.post("/documents/"+ids[0]+"/public", editor, url.Values{"public": {"yes"}}), 303)
	wants(t, h.ask("GET", page, "", nil), 200, "1.7亿元", "!1.5亿元", "!不能同时成立", "!/documents/"+ids[0])
	wants(t, h.ask("GET", "/api/v1"+page, "", nil), 200, `"of":"2025"`, "!150000000")
	wants(t, h.ask("GET", "/documents/"+ids[0], "", nil), 303)
}

func TestNamesAreJoinedSplitAndLinkedOnThePage(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	h.send(editor, [2]string{"a.txt", newsA}, [2]string{"b.txt", strings.ReplaceAll(newsA, "示例大学", "示例工业大学")})
	list := h.ask("GET", "/knowledge?kind=organisation&sort=name", editor, nil).Body.String()
	id := func(name string) string {
		t.Helper()
		m := regexp.MustCompile(`/knowledge/([0-9A-Z]{26})">` + name + `<`).FindStringSubmatch(list)
		if m == nil {
			t.Fatalf("no %s", name)
		}
		return m[1]
	}
	one, two := id("示例大学"), id("示例工业大学")
	wants(t, h.ask("GET", "/knowledge/"+two, editor, nil), 200, "其实就是", `value="`+one+`"`)
	wants(t, h.post("/knowledge/"+two+"/join", editor, url.Values{"into": {one}}), 422, "请写明理由")
	wants(t, h.post("/knowledge/"+two+"/join", editor, url.Values{"into": {one}, "reason": {"同一所"}}), 303)
	wants(t, h.ask("GET", "/knowledge/"+one, editor, nil), 200, "同一所", "拆出去", "2 份文件")
	wants(t, h.post("/knowledge/"+one+"/split", editor, url.Values{"name": {"示例工业大学"}, "reason": {"是两所"}}), 303)
	wants(t, h.ask("GET", "/knowledge/"+one, editor, nil), 200, "1 份文件", "拆出")
	wants(t, h.post("/knowledge/"+one+"/link", editor, url.Values{"code": {"x"}}), 422)
	wants(t, h.post("/knowledge/"+one+"/link", "", url.Values{"code": {"x"}}), 401)
}

func TestASchemeAndItsClauseLeadToEachOther(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	h.send(editor, [2]string{"rules.txt", rules})
	id := h.documentsOf(editor, "")[0]
	wants(t, h.ask("GET", "/clauses/"+id, editor, nil), 200, `id="c2"`, "不得有关联关系", "依据整份文件的", "/schemes/voucher?edition=")
	wants(t, h.ask("GET", "/clauses/"+id+"/2", editor, nil), 200, "第二条", "!第三条")
	wants(t, h.ask("GET", "/clauses/"+id+"/99", editor, nil), 404)
	wants(t, h.ask("GET", "/schemes/voucher", editor, nil), 200, `href="/clauses/`+id+`"`)
	wants(t, h.ask("GET", "/schemes/voucher", "", nil), 200, "!/clauses/"+id)
	wants(t, h.ask("GET", "/clauses/"+id, "", nil), 404)
	// A person says where the text of another source stands.
	wants(t, h.post("/clauses", editor, url.Values{"title": {"平台默认值，待主管部门核定"}, "document": {id}}), 303)
	wants(t, h.ask("GET", "/clauses", editor, nil), 200, "平台默认值，待主管部门核定", `<a class="chip ok" href="/clauses/`+id)
	wants(t, h.ask("GET", "/clauses/"+id, editor, nil), 200, "单笔上限")
	wants(t, h.post("/documents/"+id+"/public", editor, url.Values{"public": {"yes"}}), 303)
	wants(t, h.ask("GET", "/clauses/"+id, "", nil), 200, "不得有关联关系")
	wants(t, h.ask("GET", "/api/v1/documents/"+id+"/clauses", "", nil), 200, `"path":"2"`)
}

// TestRepairsAreMarkedWhereTheyWereMade uploads a damaged text: the original stands on the page with what was read instead.
func TestRepairsAreMarkedWhereTheyWereMade(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	h.send(editor, [2]string{"a.txt", "創(chuàng)新券實(shí)施辦(bàn)法發(fā)布\n\n2025年,虚构市科技\u200b创新券支持金额1.7亿元,服务企业320家,企业普遍反映办理方便。\n"})
	id := h.documentsOf(editor, "")[0]
	wants(t, h.ask("GET", "/documents/"+id, editor, nil), 200, `<span class="mend" id="m1" title="繁体转简体：创">創</span>`,
		`title="去除注音">(chuàng)</span>`, `<del lang="zh-CN">\U200B</del>`, `<a href="#m2">去除注音</a>：<del lang="zh-CN">(chuàng)</del>`, `<del lang="zh-CN">創</del> → <ins lang="zh-CN">创</ins>`)
	wants(t, h.ask("GET", "/documents/"+id+"/facts?format=json", editor, nil), 200, `"kind": "pinyin"`, `"now": "创"`)
}

// TestASchemeLeadsToTheVeryClauseThatItsSourceNames follows a source that names 第六条 to that clause and back.
func TestASchemeLeadsToTheVeryClauseThatItsSourceNames(t *testing.T) {
	h := open(t)
	editor := h.person("editor@node.example", "editor", "")
	text := "科技型中小企业评价办法\n\n"
	for _, c := range []string{"第一条 合成条文一。", "第五条 合成条文五。", "第六条 合成条文六：职工人数不超过上限。", "第七条 合成条文七。"} {
		text += c + "\n\n"
	}
	h.send(editor, [2]string{"measures.txt", text})
	clause := "/clauses/" + h.documentsOf(editor, "")[0] + "/6"
	wants(t, h.ask("GET", "/schemes/voucher", editor, nil), 200, `href="`+clause+`"`)
	wants(t, h.ask("GET", clause, editor, nil), 200, "合成条文六", "/schemes/voucher?edition=", "!合成条文五")
	wants(t, h.ask("GET", strings.TrimSuffix(clause, "6")+"5", editor, nil), 200, "合成条文五", "!/schemes/voucher?edition=")
	// So do what is open to a firm, and a step that it cannot take yet: with the source elsewhere where no text was read, and
	// that nobody has compared them.
	wants(t, h.post("/documents/"+h.documentsOf(editor, "")[0]+"/public", editor, url.Values{"public": {"yes"}}), 303)
	firm, _ := h.firm()
	wants(t, h.ask("GET", "/open?org="+testFirm, firm, nil), 200, `<a class="basis" href="`+clause+`"`, `<a class="basis" href="https://handmsg.com/`, "依据未核实", "缺：")
	opened := h.post("/cases", firm, url.Values{"scheme": {"voucher"}, "org": {testFirm}, "key": {"k"}})
	at, _, _ := strings.Cut(opened.Header().Get("Location"), "?")
	wants(t, h.ask("GET", at, firm, nil), 200, `<a class="basis" href="`+clause+`"`, "依据未核实")
}
