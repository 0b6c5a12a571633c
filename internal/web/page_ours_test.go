package web

import (
	"strings"
	"time"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// oursBodies are the homes of an organisation and of an officer, empty and full.
func oursBodies() map[string][]any {
	org := &registry.Org{Code: "91340100MA0DEMQ19B", Name: someWords, Synthetic: true}
	edition := &scheme.Scheme{ID: "voucher", Title: someWords, Edition: "2027-1", Digest: strings.Repeat("c", 64)}
	wait := casework.Wait{Role: "applicant", Words: someWords, ActionWords: someWords, Due: someTime, Late: true, Provisional: true}
	c := casework.Case{ID: someID, No: "34-26-0001-8", Title: someWords, OrgName: someWords, Synthetic: true, StageWords: someWords, Waits: []casework.Wait{wait}}
	fails := casework.OutlookRule{Answer: scheme.Answer{Need: "small", Result: scheme.Fail, Words: someWords, WouldPass: someWords}, From: someWords}
	hangs := casework.OutlookRule{Answer: scheme.Answer{Need: "b", Result: scheme.ManualAnswer, Words: someWords, Ask: "x", Verified: true}, Hangs: true}
	rule, other := ruleOf{fails, "办法", "/clauses/x"}, ruleOf{hangs, "办法", ""}
	sum := scheme.Estimate{Name: "reserve", Known: true, Sum: 100, Says: someWords}
	most := scheme.Estimate{Name: "payable", Bounded: true, Sum: 100}
	look := casework.Outlook{Scheme: edition, Verdict: scheme.Fail, Median: -1, Rules: []casework.OutlookRule{fails, hangs}, Above: someWords, Running: []casework.Case{c}}
	x := outlookView{Outlook: look, Open: []ruleOf{rule, other}, Sums: []sumOf{{sum, someWords, true}, {most, someWords, false}, {Estimate: scheme.Estimate{}, Words: someWords}}, When: "10 wd"}
	under := outlookView{Outlook: casework.Outlook{Scheme: edition, Verdict: scheme.Pass, Under: &c}}
	change := announcedView{Announced: casework.Announced{Is: edition, Was: edition, From: someDay, After: look, Before: &look}, Path: "/editions/x", Numbers: []paramChange{{Name: "cap", Words: someWords, Was: "1", Is: "2"}},
		Rules: []ruleTurn{{casework.RuleChange{Words: someWords, After: &fails}, nil, &rule}, {casework.RuleChange{Words: someWords, Before: &hangs}, &other, nil}, {casework.RuleChange{Words: someWords, Before: &fails, After: &hangs, Reworded: true}, &rule, &other}},
		Sums:  []sumTurn{{casework.SumChange{Words: someWords, Before: &sum, After: &most}, true}, {casework.SumChange{Words: someWords, After: &scheme.Estimate{}}, false}}}
	orgs := []option{{"a", "甲"}, {"b", "乙"}}
	shadow := casework.ShadowCase{ID: someID, Home: "310000", Mine: true, Due: someTime, Shadow: casework.Shadow{Title: someWords, No: "31-26-0001-1", Words: someWords}}
	odd := patternView{Pattern: casework.Pattern{Title: someWords, Cases: []casework.Case{c}}, Words: "a", Why: "b"}
	return map[string][]any{
		"ours": {oursPage{}, oursPage{Org: org}, oursPage{Form: wrong(), Orgs: orgs, Org: org, Open: []outlookView{under, x}, Nearly: []outlookView{x}, Far: []outlookView{x}, Turns: []announcedView{change},
			Running: []casework.OwnCase{{Case: c, Yours: true, Lapses: true, Fires: someTime, Next: someWords}, {Case: casework.Case{ID: someID, Title: someWords}}}, There: []outlookThere{{x, "310000", "https://x/schemes/a"}, {under, "320000", ""}}, Abroad: []casework.ShadowCase{shadow, {Home: "310000"}},
			Paid: []casework.PaidYear{{Year: 2026, Title: someWords, Cases: 2, Sum: 100}}, Years: []yearSum{{2026, 2, 100}},
			Expires: []expiryView{{Expiry: casework.Expiry{Words: someWords, Note: "x", Last: someDay}, Kind: someWords, Path: "/x", Ended: true}, {Expiry: casework.Expiry{Words: someWords, Last: someDay}, Path: "/y"}}}},
		"announced": {announcedPage{}, announcedPage{Org: org}, announcedPage{Form: wrong(), Orgs: orgs, Org: org, Turns: 1, All: []announcedView{change, {Announced: casework.Announced{Is: edition, After: look}, Path: "/x"}}}},
		"profile":   {profilePage{}, profilePage{Org: org}, profilePage{Form: wrong(), Orgs: orgs, Org: org, Missing: 1, Facts: []casework.ProfileFact{{Words: someWords, From: someWords, Asked: []fault.Words{someWords, someWords}}, {Words: someWords, Value: scheme.CountValue(46), By: "registry:340000", At: someTime}}}},
		"deadlines": {deadlinesPage{Prev: "/a", Next: "/b", This: "/c", Feed: "/d"}, deadlinesPage{Title: "三月", Kind: "case", Kinds: []option{{"", "全部"}, {"case", "办件"}, {"task", "任务"}}, Prev: "/a", Next: "/b", This: "/c", Feed: "/deadlines.ics", Late: 1, Today: someDay, Weekday: []string{"一"},
			Weeks: [][7]dueDay{{{}, {dayView: dayView{Day: 2, Works: true}, Date: someDay, N: 2, Late: true, Here: true}, {dayView: dayView{Day: 3}, Date: someDay, N: 1}, {dayView: dayView{Day: 4}, Date: someDay}}},
			Rows:  []deadline{{At: someTime, Kind: "case", What: "券", Note: "甲", Path: "/cases/x", Mine: true, Late: true, Provisional: true}, {At: someTime.Add(48 * time.Hour), Kind: "booking", What: "镜", Path: "/bookings/x"}}}},
		"office": {officePage{}, officePage{Money: true}, officePage{Stages: []casework.StageCount{{Scheme: "a", Title: someWords, Stage: "s", Words: someWords, N: 3, Late: 1, More: true}, {N: 1}}, Total: 4, More: true, LateAll: 30, Soon: 2,
			Late: []casework.Waiting{{Case: c, Due: someTime, Late: true, Taken: casework.Taken{Name: "甲"}}, {Case: c}}, Rounds: []casework.Round{{ID: "r", Title: someWords, Day: someDay, By: someWords, Waiting: 3, Passed: true}, {Waiting: 1}, {Closings: []casework.Closing{{Total: 4, Done: 1}}}},
			Money: true, Budgets: []casework.Burn{{Path: "340000/a", Title: someWords, Given: 100, Taken: 50, Left: 50, PerDay: 1, From: someDay, Ends: someDay}, {Title: someWords, Missing: true}, {Title: someWords, PerDay: 1}, {Title: someWords}}, Patterns: []patternView{odd}, Aside: 2, Day: unit.DayOf(someTime.Add(time.Hour), beijing)}},
	}
}
