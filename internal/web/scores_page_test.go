package web

import (
	"corridor/internal/casework"
	"corridor/internal/scheme"
)

// scoreBodies are the pages of score sheets: without one, with one, with one that is not sound, and one score.
func scoreBodies() map[string][]any {
	scored := scheme.Scored{Total: 25, Unknown: 1, Lines: []scheme.ScoredLine{{Name: "a", Words: someWords, Is: "x < y", Basis: "办法 <b>", Points: 25, Known: true}, {Name: "b", Words: someWords, Verified: true}},
		Rules: []scheme.ScoredRule{{Words: someWords, Result: scheme.Pass, Verified: true}, {Words: someWords, Result: scheme.Fail}, {Words: someWords, Result: scheme.NotKnown}}}
	sheet := casework.ScoreSheet{ID: someID, Org: "91340100MA0DEMQ19B", No: 2, Digest: "0123456789abcdef", By: "甲 <b>", At: someTime, Read: &scheme.Sheet{Title: someWords, Edition: "1"}}
	unread := sheet
	unread.Read = nil
	one := casework.Score{ID: someID, Case: someID, CaseNo: "34-26-0001-0", Sheet: someID, SheetNo: 2, Facts: "sha256:d", Scored: scored, Day: someDay, By: "甲", At: someTime}
	full := scoresPage{Form: wrong("file"), Org: sheet.Org, Orgs: []option{{"a", "甲"}, {"b", "乙"}}, Sheet: &sheet, Read: &scoredView{Scored: scored}, Older: []casework.ScoreSheet{sheet}, Scores: []casework.Score{one}, More: 2,
		Problems: scheme.Problems{{Pos: scheme.Pos{File: "sheet.yaml", Line: 12, Col: 3}, Code: "name.unknown", Words: someWords, Do: someWords, Line: "a: b", Caret: "  ^"}}}
	return map[string][]any{
		"scores": {scoresPage{}, scoresPage{Form: &form{}, Org: "a"}, scoresPage{Form: &form{}, Org: "a", Sheet: &unread, Sound: sheet.Read}, full},
		"score":  {scorePage{Score: casework.Score{Case: someID}}, scorePage{Score: one, Read: scoredView{scored, true}, Title: someWords}},
	}
}
