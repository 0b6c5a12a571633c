package web

import (
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/indicator"
	"corridor/internal/reader"
	"corridor/internal/reader/extract"
)

// documentBodies are the values of the pages about documents, as bodies.
func documentBodies() map[string][]any {
	doc := reader.Document{ID: someID, Digest: strings.Repeat("b", 64), Name: "a.txt", Title: "简报", By: "审核员", At: someTime, Warnings: []string{"改写"}, Open: 1, Total: 3}
	pages := pager{From: 1, To: 50, Total: 80, Before: "/x?page=1", After: "/x?page=3"}
	told := toldView{"数<量>", []placeView{{someID, "简报", 3, 90, "数量", "甲市", "12 家", "准确数", "2025", "前", "12家", "后", "waiting"}, {Title: "x", State: "accepted"}}}
	passages := []passageView{{someID, "简报", 3, []run{{Text: "前<b>"}, {Text: "词", On: true}}, []passageFact{{3, "figure", "数"}}}}
	sources := []sourceView{{Source: reader.Source{Title: "办法<一>", Doc: "1 号", Document: someID, Path: "3", Told: "甲"}, Rests: []restView{{"voucher", "2026-1", someWords, "param", "ratio", someWords, "50 %", false}, {Kind: "rule", Name: "x", Words: fault.Words{"x", "x"}, Verified: true}}}, {Source: reader.Source{Title: "无"}}}
	return map[string][]any{
		"documents": {documentsPage{}, documentsPage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Documents: []reader.Document{doc}, Pager: pages, Upload: true, Name: "a", Text: "b", Taken: []reader.Document{doc}, Query: reader.Query{Text: "x", State: "open"}, Titles: sortLink{"/documents?sort=title", "none"}, Times: sortLink{"/documents", "descending"}}},
		"compare":   {comparePage{}, comparePage{Documents: []reader.Document{doc}, More: true, Pairs: []pairView{{doc, doc, someWords, "note", 98, 3, 4}, {Class: "", Older: doc, Newer: doc}}, Twice: []toldView{told}, Conflicts: []conflictView{{told, told}}}},
		"changes":   {changesPage{Old: doc, New: doc}, changesPage{Old: doc, New: doc, Changes: []changeView{{"甲", "乙<b>", "丙", "丁"}, {Gone: "去"}, {Come: "来"}}}},
		"knowledge": {knowledgePage{}, knowledgePage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Query: reader.SubjectQuery{Text: "x", ByName: true}, Kinds: []subjectKindCount{{"policy", someWords, 3, "/knowledge?kind=policy", true}}, Read: true,
			Subjects: []reader.Subject{{ID: someID, Kind: reader.PolicySubject, Name: "办法", Code: "1", Mentions: 2, Documents: 1}}, Pager: pages, Passages: passages, Found: 9, ByName: "/knowledge?sort=name", ByCount: "/knowledge"}},
		"passages": {passagesPage{}, passagesPage{Words: "x", Passages: passages, Pager: pages}},
		"subject": {subjectPage{}, subjectPage{KindWords: someWords, Dossier: reader.Dossier{Subject: reader.Subject{ID: someID, Kind: reader.OrganisationSubject, Name: "甲", Names: []reader.SubjectName{{Key: "a", Name: "甲"}, {Key: "b", Name: "乙", By: "丙", Reason: "同"}}, Mentions: 2, Documents: 1},
			Registered: someWords, Steps: []reader.SubjectStep{{Act: "join", Key: "乙", Other: someID, By: "丙", Reason: "同", At: someTime}}}, Times: []timeView{{"2025", []sayView{{told.Places[0], "figure", "头", "2025-06", "event", "签约方", "ab", true, true}}}, {Says: []sayView{{}}}},
			Figures: told.Places, Twice: []toldView{told}, Conflicts: []conflictView{{told, told}}, Missing: []string{"缺"}, Edit: true, Read: true, Suggested: []reader.Registered{{Code: "9134", Name: someWords, Same: true}}, Place: someWords, Others: []reader.Subject{{ID: someID, Name: "乙"}}, Search: "甲"},
			subjectPage{Dossier: reader.Dossier{Subject: reader.Subject{ID: someID, Kind: reader.OrganisationSubject, Code: "9134"}}, Edit: true}},
		"clauses":    {clausesPage{}, clausesPage{All: []reader.Regulation{{Document: someID, Title: "办法", Clauses: 3, PublishedBy: "甲"}, {Document: someID, Title: "乙"}}, Sources: sources, Name: true}},
		"regulation": {regulationPage{}, regulationPage{Document: doc, Clauses: []clauseView{{Clause: reader.Clause{Path: "3-1", Label: "第三条之一", Text: "文<b>"}, NewChapter: "第一章", Rests: sources[0].Rests}}, Whole: sources, Read: true}},
		"document":   {documentPage{Parts: 1, Part: 1, Here: "/documents/x"}, fullDocument(doc)},
	}
}

func fullDocument(d reader.Document) documentPage {
	return documentPage{Document: d, NamesOpen: 2, Part: 2, Parts: 3, Decide: true, Indicators: []indicator.Definition{{ID: "n", Title: someWords}},
		Source: []paragraph{{Off: true, Runs: []run{{Text: "首页", Off: true}}}, {Runs: []run{{Text: "<b>甲</b>", Class: "agreement", ID: 1, More: []int{2}, On: true, Here: true}, {Text: "乙", Class: "figure", Ends: []int{1, 2}}, {Text: "丙"}, {Text: "丁", Off: true}, {Text: "實", Mended: "traditional", Now: "<实>", Mend: 1}}}},
		Mends:  []mendView{{Mend: extract.Mend{Kind: "traditional", Now: "<实>"}, No: 1, Was: "實"}, {Mend: extract.Mend{Kind: "pinyin"}, No: 2, Was: "(shí)"}}, Mended: 9, MoreMends: 7,
		Facts: []factView{{No: 1, Kind: "figure", Class: "figure", Head: "订单", Quote: "1200 单", State: "waiting", Lines: []factLine{{"数值", "1,200", "约数"}}, From: 1, To: 5,
			Fields: []fieldLine{{"value", "数值", "1200", false, nil}, {"approx", "约", "over", false, []option{{"over", "超"}}}, {"parties", "方", "甲\n乙", true, nil}}, Subjects: []subjectLink{{ID: string(someID), Kind: "机构", Name: "甲<所>", Suggested: []reader.Registered{{Code: "9134", Name: someWords, Same: true}, {Code: "9135", Name: someWords}}}, {ID: string(someID), Code: "9134"}}},
			{No: 2, Kind: "agreement", Head: "协议", State: "accepted", Became: "/agreements/x", BecameName: "登记", By: "甲", At: someTime, Read: []factLine{{"日期", "无", ""}},
				Steps: []stepLine{{"采纳", "甲", "", someTime}, {"撤销", "乙", "误", someTime}}},
			{No: 3, State: "rejected", Reason: "不实"}, {No: 4, State: "waiting", Open: "reject", Typed: "x"}, {No: 5, State: "waiting", Open: "correct", Typed: "x"}},
		Kinds: []kindCount{{"figure", "/documents/x?kind=figure", someWords, 1, 2, true}, {"org", "/documents/x?kind=organisation", someWords, 0, 1, false}}, Kind: "figure", State: "waiting", Decided: 1, Here: "/documents/x?part=2", Regulation: true,
		Names: []namesView{{"org", "机构", []nameView{{4, "甲", ""}, {5, "乙", "主任"}}}}}
}

func TestOnlyAnAddressOfTheWebIsALink(t *testing.T) {
	for in, want := range map[string]string{"https://x.example/1": "https://x.example/1", "http://x.example": "http://x.example",
		"gh:61424860092": "", "javascript:alert(1)": "", "": ""} {
		if got := webAddress(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
