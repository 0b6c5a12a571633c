package web

import (
	"bytes"
	"strings"
	"testing"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// askedBodies are asks as the page of a case shows them: open, hidden, closed; with a form of one's own and one instead.
func askedBodies() []askedView {
	seat := casework.Seat{ID: "340000.fire", Kind: "office", Name: someWords, No: 1, Due: someTime, Waiting: true, Late: true, Provisional: true}
	given := casework.Seat{ID: "340000.water", Kind: "office", Name: someWords, No: 2, Carried: true, Answer: &casework.SeatAnswer{At: someTime, By: "甲 <b>", Instead: "boss", Reason: "理由 <i>"}}
	field := fieldView{Field: scheme.Field{Name: "items", Type: "text", Words: someWords}, ID: "a-looks-1-items", Input: "a.items", Problem: "错"}
	other := field
	other.ID = "a-looks-3-items"
	open := casework.Asked{Ask: "looks", Words: someWords, Opening: 2, Opened: someTime, Asked: 3, Given: 1, Missing: 2, Hidden: "until_all"}
	closed := casework.Asked{Ask: "jury", Words: someWords, Opening: 1, Opened: someTime, Closed: someTime, Asked: 2, Given: 1, Missing: 1, Passed: 1, Score: scheme.Value{Kind: scheme.Score, Int: 7615}}
	return []askedView{
		{Asked: open, Verdict: true, Scored: true, Rows: []seatView{{Seat: seat, Who: "甲"}, {Seat: casework.Seat{Struck: "late"}, Who: "乙"}, {Seat: casework.Seat{}, Who: "丙"}},
			Forms: []answerForm{{Case: someID, Ask: "looks", Seat: seat.ID, ID: "a-looks-1", Who: "甲", Verdicts: []verdictChoice{{"passed", someWords, true}}, Problem: "错", Fields: []fieldView{field}},
				{Case: someID, Ask: "looks", Seat: "x", ID: "a-looks-3", Who: "丙", Instead: true, Fields: []fieldView{other}, Reason: "理由"}}},
		{Asked: closed, Verdict: true, Scored: true, Rows: []seatView{{Seat: given, Who: "乙", Verdict: someWords, Class: "ok", Score: "76.15", Lines: []answerLine{{someWords, "值 <b>", nil}, {Words: someWords, Files: []fileView{{"d", "名", "/f", "1 KiB", ""}}}}}}},
		{Asked: casework.Asked{Ask: "blind", Words: someWords, Opening: 1, Missing: 1, Hidden: "sight"}},
	}
}

func TestATableOfWhoIsAskedSaysItInAFewWords(t *testing.T) {
	all, err := allPages()
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[fault.Lang][]string{
		fault.ZH: {"共征求 3，已答复 1。 全部答复之前，各方只看得到自己的答复。", "共征求 2，已答复 1；通过 1，不通过 0；加权平均分 <b>76.15</b>。", "沿用上一轮", "逾期未复，代为答复：理由 &lt;i&gt;", "答复和答复人不对您公开"},
		fault.EN: {"Asked 3, answered 1. Until all have answered each reads only their own answer.", "Asked 2, answered 1; passed 1, failed 0; weighted mean <b>76.15</b>.", "late, replaced"},
	} {
		var b bytes.Buffer
		page, err := all.of(lang, "case")
		if err != nil {
			t.Fatal(err)
		}
		if err := page.ExecuteTemplate(&b, "asks", askedBodies()); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: the table does not say %q:\n%s", lang, w, b.String())
			}
		}
	}
}
