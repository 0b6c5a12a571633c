package web

import (
	"time"

	"corridor/internal/casework"
	"corridor/internal/scheme"
)

// abroadBodies are the pages of cases of other nodes, empty and full.
func abroadBodies(pages pager) map[string][]any {
	x := casework.ShadowCase{ID: someID, Home: "340000", Mine: true, Due: someTime, Came: someTime, Shadow: casework.Shadow{Case: someID, Seq: 3, Org: "12310000DEMQ000341", No: "34-26-0001-8", Title: someWords, Firm: "91340100MA0DEMQ19B",
		Name: someWords, Demo: true, Stage: "filed", Words: someWords, Version: 2, Opened: someTime, Changed: someTime, Edition: "2026-1", Digest: "abcdef", Short: true,
		Steps:   []casework.ShadowStep{{At: someTime, Words: someWords, ToWords: someWords, Role: someWords, Reason: "x <b>"}, {At: someTime, Words: someWords}},
		Actions: []casework.ShadowAction{{Action: "accept", Words: someWords, ToWords: someWords}, {Action: "decline", Words: someWords, ToWords: someWords, Ends: true}}, Sums: []casework.ShadowSum{{Name: "reserve", Words: someWords, Fen: 100}}}}
	x.Shadow.Roles = append(x.Shadow.Roles, someWords, someWords)
	ended := x
	ended.End, ended.Due, ended.Actions, ended.Steps = scheme.Ended, time.Time{}, nil, nil
	line := abroadLine{ShadowCase: x, Node: someWords, Late: true, Roles: "甲"}
	sent := casework.ShadowActed{ID: someID, Words: someWords, By: "甲", Mandate: "m", At: someTime, State: casework.ActSent}
	refused := sent
	refused.State, refused.Code, refused.Refusal, refused.Answered = casework.ActRefused, "x.y", someWords, someTime
	done := refused
	done.State, done.Code = casework.ActDone, ""
	near, far := fileView{"abcdef0123", "a <b>.pdf", "/abroad/x/files/y", "3 B", "/abroad/x/files/y/look"}, fileView{Digest: "abcdef0123", Name: "c.zip", Path: "/abroad/x/files/z", Size: "3 B"}
	given := []abroadField{{ShadowField: casework.ShadowField{Words: someWords}, Text: "x <i>"}, {ShadowField: casework.ShadowField{Words: someWords}, Files: []abroadFileView{{near, false}, {far, true}}}}
	return map[string][]any{
		"casesabroad": {abroadListPage{}, abroadListPage{Form: wrong("no"), Narrow: true}, abroadListPage{Lines: []abroadLine{line, {ShadowCase: ended, Node: someWords}}, Pager: pages, Exports: exportView{"/a", "/b"}, States: []option{{"", "甲"}}, Homes: []option{{"", "甲"}}, Sorts: []option{{"", "甲"}}}},
		"caseabroad": {abroadPage{}, abroadPage{Case: abroadLine{ShadowCase: ended, Node: someWords}, Acts: []casework.ShadowActed{done}, Given: given},
			abroadPage{Case: line, Link: "http://x.example", ByClock: []casework.ShadowWait{{ActionWords: someWords, Due: someTime, Clock: true}}, Sections: []sectionView{{Name: "交付", Fields: []fieldView{{Field: scheme.Field{Name: "report", Type: "file", Words: someWords}, ID: "f-report", Input: "f.report", Needed: true, Problem: "错"}}}},
				Fills: true, Asks: []casework.ShadowPick{{Value: "r", Words: someWords}}, Reasons: "甲", Acts: []casework.ShadowActed{refused, done}, Refused: &refused}, abroadPage{Case: line, Acts: []casework.ShadowActed{sent}, Waits: &sent}},
	}
}
