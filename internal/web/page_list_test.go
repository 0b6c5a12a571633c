package web

import (
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/kinds"
)

// listBodies are the values of the pages of listings.
func listBodies(t *testing.T) map[string][]any {
	t.Helper()
	l := catalogue.Listing{ID: someID, Kind: "instrument", Owner: testFirm, OwnerName: someWords, OwnNo: "E<1>", Region: "340100", State: catalogue.Published, Version: 3, Title: someWords, Reason: "修<理>",
		Synthetic: true, Changed: someTime, Published: someTime, Origin: "310000"}
	states := func(s catalogue.State) catalogue.Listing { x := l; x.State = s; return x }
	facts := []factOfListing{{Name: "原值", Text: "1.00", Unit: "元", Private: true}, {Name: "网址", Text: "<a>", Link: "https://a.example"}}
	row := rowOfListing{Listing: l, KindWords: someWords, StateWords: someWords, Facts: facts, Due: someDay, Late: true, Stale: 400}
	picture := listingFileView{"p", "a.png", "", "1 KiB", "/listings/x/files/p", someWords, true}
	titled := picture
	titled.Title = "外观<1>"
	file := listingFileView{"f", "b.pdf", "说明书", "1 KiB", "/listings/x/files/f", someWords, false}
	bare := file
	bare.Title = ""
	page := listingPage{L: l, Kind: someWords, State: someWords, Groups: []listingGroup{{"仪器", facts}}, Pictures: []listingFileView{picture, titled}, Files: []listingFileView{file, bare},
		History: []versionView{{Version: catalogue.Version{No: 2, At: someTime, Reason: "调价"}, Words: someWords, StateWords: someWords, By: "甲", Changes: []changeOfField{{"价", "1", "2"}, {"名", "", "x"}, {"型", "y", ""}}}, {Version: catalogue.Version{No: 1, At: someTime}, Words: someWords, StateWords: someWords}},
		Acts:    []actOfListing{{catalogue.Suspend, someWords, true, "/listings/x/decide", true}, {catalogue.Confirm, someWords, false, "/listings/x/acts", false}}, Edit: true, Mine: true, Others: []catalogue.Listing{l}, Uses: []option{{"picture", "图片"}}, Form: wrong("file", "title"),
		QR: template.HTML("<svg></svg>"), Address: "http://a/<x>", Due: someDay, Late: true, Stale: 400, Basis: kinds.Number{Value: 365}, Book: bookedPart{On: true, Path: "/instruments/x", Next: "2026-05-18", NextPath: "/x", Ahead: 2}}
	draft := page
	draft.Book = bookedPart{Offer: true, Org: "x", Path: "/instruments/x"}
	draft.L, draft.L.Reason, draft.Late, draft.Files, draft.Basis.Verified = states(catalogue.Registered), "", false, nil, true
	mirrored := page
	mirrored.From = &mirrorView{Mirrored: catalogue.Mirrored{Log: "31/<log>", Index: 7, Seen: someTime}, Node: someWords, There: "http://x/listings/y", Leaf: "http://x/log/entries/7", Receipt: "/neighbours/310000/receipts/7"}
	lost := page
	lost.From = &mirrorView{Mirrored: catalogue.Mirrored{Log: "31/log"}, Node: someWords, Known: true}
	review := draft
	review.L.State = catalogue.Review
	review.Book = bookedPart{On: true, Why: "已售 <b>", Path: "/instruments/x"}
	field := func(kind string) kindField {
		return kindField{Field: kinds.Field{Type: kind}, ID: "f-" + kind, Input: "f." + kind, Value: "<v>", Bad: "错", Label: "名", Help: "如", Unit: "元", Star: true, Described: "f-" + kind + "-h", Mode: "decimal", Options: []optionOf{{"a", "甲", true}, {"b", "乙", false}}}
	}
	line := field("line")
	line.Options = nil
	prose := field("text")
	prose.Options = nil
	form := listingFormPage{L: l, Kind: someWords, KindID: "instrument", About: someWords, Owner: testFirm, Name: "甲", Groups: []kindGroup{{"仪器", []kindField{line, prose, field("code"), field("codes"), {Field: kinds.Field{Type: "line"}, ID: "f-z", Input: "f.z", Label: "空"}}}}, Note: "因<为>"}
	fresh := form
	fresh.L = catalogue.Listing{}
	exports := []exportView{{"/a", "/b"}}
	tabs := []kindTab{{"", "全部", "/listings", true}, {"instrument", "仪器", "/listings?kind=instrument", false}}
	orgs := []option{{"a", "甲"}, {"b", "乙"}}
	return map[string][]any{
		"listing": {listingPage{L: states(catalogue.Moved)}, page, draft, review, mirrored, lost, listingPage{L: states(catalogue.Suspended), Edit: true, Acts: page.Acts}},
		"listings": {listingsPage{}, listingsPage{Query: catalogue.Query{Kind: "instrument", Region: "340000"}, Kinds: tabs, About: someWords, Rows: []rowOfListing{row, {Listing: states(catalogue.Retired)}}, Regions: []regionView{{"340000", someWords}, {"310000", someWords}}, Next: "/listings?after=x", Exports: exports, Mine: true, First: true},
			listingsPage{Rows: []rowOfListing{row}}},
		"listingmine": {mineListingsPage{Path: "/listings/mine"}, mineListingsPage{Orgs: orgs, Form: wrong("act", "reason"), Owner: "a", Tabs: tabs, Kinds: orgs, Rows: []rowOfListing{row, {Listing: states(catalogue.Review), Due: someDay}}, Next: "/x", Exports: exports, Acts: orgs, Path: "/listings/mine"},
			mineListingsPage{Desk: true, Region: "340000", Regions: []regionView{{"340000", someWords}, {"310000", someWords}}, Path: "/listings/desk"}, mineListingsPage{Orgs: orgs[:1], Owner: "a", Path: "/listings/mine"}},
		"listingedit":   {listingFormPage{}, form, fresh, listingFormPage{Owner: "a", Orgs: orgs, Kinds: []option{{"instrument", "仪器"}}, Abouts: map[string]string{"instrument": "可<约>"}}},
		"listingimport": {importListingsPage{}, importListingsPage{Kinds: orgs, Orgs: orgs, Form: wrong("kind", "file"), Review: true}},
	}
}

// wagon is a kind that no program carries: a new kind is a new file.
const wagon = `
id: wagon
zh: 移动实验车
en: Mobile laboratory
about: [开到现场的实验车, A laboratory on wheels]
order: 5
do: [book]
title: {zh: name, en: name}
key: plate
place: region
price: price_day
summary: [plate, price_day]
leaf: [name]
groups: [{id: a, zh: 车辆, en: Wagon}]
fields:
  - {id: name, zh: 名称, en: Name, type: line, need: save, group: a, weight: 5}
  - {id: plate, zh: 车牌, en: Plate, type: line, need: save, group: a}
  - {id: price_day, zh: 日价, en: Price a day, type: money, need: publish, group: a}
  - {id: tests, zh: 能测什么, en: Tests, type: codes, group: a, of: [{code: air, zh: 空气, en: air}, {code: water, zh: 水, en: water}]}
  - {id: keeper, zh: 司机, en: Driver, type: line, group: a, private: true}
  - {id: region, zh: 停放地, en: Region, type: region, need: save, group: a}
`

// kindsWith are the kinds of the program and one of a node's own.
func kindsWith(t testing.TB) *kinds.Set {
	t.Helper()
	set, err := kinds.Load(kinds.Files, fstest.MapFS{"wagon.yaml": {Data: []byte(wagon)}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var listingLink = regexp.MustCompile(`/listings/([0-9A-Z]{26})`)

// A kind that is only a file is listed, refused, published, changed, found by everybody and exported through the pages.
func TestAKindThatIsAFileIsUsedThroughThePages(t *testing.T) {
	h := open(t)
	firm, _ := h.firm()
	form := url.Values{"kind": {"wagon"}, "owner": {testFirm}, "f.name": {"环境监测车"}, "f.plate": {"皖A0001"}, "f.tests": {"air", "water"}, "f.keeper": {"老王"}, "f.price_day": {"三千"}, "f.region": {"340100"}}
	h.wants(h.ask("GET", "/listings/new?owner="+testFirm, firm, nil), 200, "移动实验车", "开到现场的实验车")
	h.wants(h.ask("GET", "/listings/new?kind=wagon", firm, nil), 200, "演示企业", `value="340100"`, "空气", "车辆")
	h.wants(h.post("/listings/new", firm, form), 422, "环境监测车", `value="三千"`, `aria-invalid="true"`)
	form.Set("f.price_day", "3000")
	w := h.post("/listings/new", firm, form)
	h.wants(w, 303)
	path := strings.SplitN(w.Header().Get("Location"), "?", 2)[0]
	h.wants(h.ask("GET", path, "", nil), 404)
	h.wants(h.ask("GET", path, firm, nil), 200, "环境监测车", "3,000.00", "空气、水", "老王", "还没有发布", "提交单位审核")
	h.wants(h.post(path+"/acts", firm, url.Values{"version": {"1"}, "act": {"submit"}}), 303)
	h.wants(h.post(path+"/acts", firm, url.Values{"version": {"1"}, "act": {"publish"}}), 409, "有人改过")
	desk := h.officer("desk@node.example", "science", "340000")
	h.wants(h.ask("GET", "/listings/desk", desk, nil), 200, "环境监测车", "单位审核中 1")
	h.wants(h.post("/listings/desk", desk, url.Values{"act": {"return"}, "listing": {path[len("/listings/"):] + ":2"}}), 422, "请写明原因")
	h.wants(h.post("/listings/desk", desk, url.Values{"act": {"publish"}, "listing": {path[len("/listings/"):] + ":2"}}), 303)
	h.wants(h.ask("GET", path, "", nil), 200, "环境监测车", "<svg", "首次发布")
	if body := h.ask("GET", path, "", nil).Body.String(); strings.Contains(body, "老王") {
		t.Error("a private field is on the public page")
	}
	h.wants(h.ask("GET", "/listings?kind=wagon", "", nil), 200, "环境监测车", "皖A0001")
	h.wants(h.ask("GET", path+"/edit", firm, nil), 200, `value="3000.00"`, `value="air" checked`)
	form.Set("version", "3")
	form.Set("f.price_day", "3500")
	form.Set("note", "调价")
	h.wants(h.post(path+"/edit", firm, form), 303)
	h.wants(h.ask("GET", path, "", nil), 200, "<del>3,000.00</del>", "<ins>3,500.00</ins>", "调价")
	h.wants(h.upload(path+"/files", firm, url.Values{"version": {"4"}, "use": {"picture"}}, sent{"file", "a.png", "no picture"}), 422, "不是图片")
	h.wants(h.upload(path+"/files", firm, url.Values{"version": {"4"}, "use": {"manual"}, "title": {"手册"}}, sent{"file", "m.txt", "使用说明"}), 303)
	page := h.ask("GET", path, "", nil)
	h.wants(page, 200, "手册")
	file := regexp.MustCompile(path + `/files/[0-9A-Z]{26}`).FindString(page.Body.String())
	h.wants(h.ask("GET", file, "", nil), 200, "使用说明")
	h.wants(h.ask("GET", "/listings/export?kind=wagon&format=csv", "", nil), 200, "环境监测车", "3500.00")
	w = h.post(path+"/copy", firm, url.Values{})
	h.wants(w, 303)
	if !listingLink.MatchString(w.Header().Get("Location")) {
		t.Errorf("a copy is at %q", w.Header().Get("Location"))
	}
	h.wants(h.ask("GET", "/listings/mine", firm, nil), 200, "已发布 1", "已登记 1")
	h.wants(h.post(path+"/decide", desk, url.Values{"version": {"5"}, "act": {"retire"}, "reason": {"报废"}}), 303)
	h.wants(h.ask("GET", path, "", nil), 200, "已退役", "报废")
	h.wants(h.ask("GET", "/api/v1/listings/"+path[len("/listings/"):], "", nil), 200, `"state":"retired"`, `"price_day":"350000"`)
	h.wants(h.ask("GET", "/api/v1/listing-kinds", "", nil), 200, `"id":"wagon"`, `"id":"instrument"`)

	// What should never have been published is taken back: everybody reads that and why, its keepers read the rest.
	h.wants(h.ask("GET", path, firm, nil), 200, "撤回已发布的内容", path+"/withdraw")
	h.hides(path, "", "撤回已发布的内容")
	h.wants(h.post(path+"/withdraw", desk, url.Values{"version": {"6"}}), 422, "请写明原因")
	if _, err := h.c.Log.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wants(h.post(path+"/withdraw", desk, url.Values{"version": {"6"}, "reason": {"误含司机姓名"}}), 303)
	h.wants(h.ask("GET", path, "", nil), 200, "已撤回的资源", "误含司机姓名")
	for _, x := range []string{"环境监测车", "3,500.00", "手册", "报废"} {
		h.hides(path, "", x)
	}
	h.wants(h.ask("GET", file, "", nil), 404)
	h.wants(h.ask("GET", "/api/v1/listings/"+path[len("/listings/"):], "", nil), 200, `"fields":{}`)
	h.wants(h.ask("GET", path, firm, nil), 200, "环境监测车", "发布过的内容已撤回", "老王")
	h.hides(path, firm, "撤回已发布的内容")
	h.wants(h.post(path+"/withdraw", desk, url.Values{"version": {"6"}, "reason": {"再一次"}}), 409, "此前已全部撤回")
}

// A sheet of listings is checked and taken in through the page; each bad cell is named.
func TestASheetOfListingsThroughThePage(t *testing.T) {
	h := open(t)
	firm, _ := h.firm()
	sheet := "名称,车牌,日价（元）,停放地\n甲车,皖A1,1000,340100\n乙车,皖A2,一千,340100\n"
	in := url.Values{"kind": {"wagon"}, "owner": {testFirm}, "do": {"check"}}
	h.wants(h.ask("GET", "/listings/template?kind=wagon", firm, nil), 200)
	brought := func(name, content string) string {
		t.Helper()
		w := h.upload("/listings/import", firm, in, sent{"file", name, content})
		h.wants(w, 303)
		at, _, _ := strings.Cut(w.Header().Get("Location"), "?")
		return at
	}
	h.wants(h.ask("GET", brought("a.csv", sheet), firm, nil), 200, "C3", "日价（元）", "检查结果")
	in.Set("do", "take")
	in.Set("partial", "yes")
	in.Set("publish", "yes")
	at := brought("a.csv", sheet)
	h.wants(h.ask("GET", at, firm, nil), 200, "导入结果", "C3")
	h.wants(h.ask("GET", at+"?format=csv", firm, nil), 200, "C3,日价（元）")
	h.wants(h.ask("GET", "/listings?kind=wagon", "", nil), 200, "甲车")
	h.wants(h.ask("GET", brought("a.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), firm, nil), 200, "旧格式")
}
