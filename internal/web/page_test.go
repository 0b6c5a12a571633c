package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"corridor/internal/access"
	"corridor/internal/calendar"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/indicator"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/reader"
	"corridor/internal/reader/extract"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/internal/web/systems"
)

// wrong is a form in which these fields were refused.
func wrong(names ...string) *form {
	f := &form{Values: url.Values{}, bad: map[string]string{}}
	for _, n := range names {
		f.Set(n, "x")
		f.bad[n] = "错"
	}
	return f
}

const someID = unit.ID("0000000000000000000000000A")

var (
	someTime  = time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)
	someDay   = unit.Date(2026, 3, 31)
	someWords = fault.Words{"甲与“乙”<丙>", "A & \"B\" <C>"}
	tCall     = regexp.MustCompile(`\(?t "[^"]*" "[^"]*"\)?`)
)

// bodies are the values of each page: an empty one, and a full one. A page without a line here fails the test.
func bodies() map[string][]any {
	task, done, agreed := somePromises()
	wait := casework.Wait{Role: "reviewer", Words: someWords, Action: "approve", ActionWords: someWords, Due: someTime.Add(time.Hour), Late: true, Provisional: true}
	clock := casework.Wait{Role: "clock", Words: someWords, Action: "lapse", ActionWords: someWords, Due: someTime.Add(48 * time.Hour)}
	answers := []verdictView{{scheme.Answer{Need: "small", Result: scheme.Fail, Words: someWords, Basis: "deck", WouldPass: someWords}, "办法", someWords, "/clauses/x", besideView{[]valueView{{"人数", "3"}}, []ruleFiles{{someWords, []fileView{{"ab", "报告<1>.pdf", "/cases/" + string(someID) + "/files/ab", "1 B", "/cases/" + string(someID) + "/files/ab/look"}, {"cd", "b", "/cases/" + string(someID) + "/files/cd", "2 B", ""}}}, {someWords, []fileView{{"ef", "c", "/x", "1 B", ""}}}}}},
		{scheme.Answer{Need: "a", Result: scheme.Pass, Words: someWords, Verified: true}, "", someWords, "", besideView{}}, {scheme.Answer{Need: "b", Result: scheme.NotKnown, Words: someWords}, "无处可读", someWords, "", besideView{}},
		{scheme.Answer{Need: "c", Result: scheme.ManualAnswer, Words: someWords}, "", someWords, "", besideView{}}}
	one := casework.Case{ID: someID, No: "34-26-0001-8", Scheme: "voucher", Edition: "2026-1", Title: someWords, Org: "91340100MA0DEMQ19B", OrgName: someWords, Synthetic: true,
		Stage: "filed", StageWords: someWords, Opened: someTime, Changed: someTime, Version: 3, Waits: []casework.Wait{wait, clock}}
	shown := publicView{casework.PublicNotice{ID: someID, Scheme: "display", Title: someWords, Words: someWords, Say: someWords, Since: someTime, Until: someTime.Add(time.Hour), Asks: []scheme.Field{{Name: "objection", Words: someWords, Type: "text"}}}, []namedValue{{Name: "n", Value: "v"}}, true, "/log/entries/3"}
	over := publicView{PublicNotice: casework.PublicNotice{ID: someID, Scheme: "display", Title: someWords, Since: someTime, Ended: someTime, How: "object", HowSay: someWords}}
	ended := one
	ended.ID, ended.End, ended.Waits = someID+"E", scheme.Granted, nil
	step := stepView{casework.Step{No: 1, At: someTime, Action: "file", Words: someWords, ToWords: someWords, RoleWords: someWords, By: "甲", Reason: "可", Receipt: someID}, answers, "/log/entries/3", "/cases/x/letters/1", nil}
	byClock := stepView{Step: casework.Step{No: 2, At: someTime, Words: someWords, ToWords: someWords}}
	yes := true
	fields := []fieldView{{Field: scheme.Field{Name: "sum", Type: "money", Words: someWords}, ID: "f-sum", Input: "f.sum", Value: "1.00", Shown: "1.00", Mine: true, Problem: "错", Unit: "元", Help: "如", Mode: "decimal", Short: true, Described: "f-sum-h f-sum-e"},
		{Field: scheme.Field{Name: "org", Type: "org", Words: someWords}, ID: "f-org", Input: "f.org", Mine: true}, {Field: scheme.Field{Name: "kind", Type: "choice", Of: []string{"x", "y"}, Words: someWords}, ID: "f-kind", Input: "f.kind", Value: "x", Mine: true},
		{Field: scheme.Field{Name: "day", Type: "day", Words: someWords}, ID: "f-day", Input: "f.day", Mine: true}, {Field: scheme.Field{Name: "yes", Type: "yesno", Words: someWords}, ID: "f-yes", Input: "f.yes", Value: "true", Mine: true},
		{Field: scheme.Field{Name: "parties", Type: "orgs", Words: someWords}, ID: "f-parties", Input: "f.parties", Value: "a", Mine: true}, {Field: scheme.Field{Name: "report", Type: "files", Words: someWords}, Mine: true, ID: "f-report", Input: "f.report", Files: []fileView{{"d", "a.pdf", "/cases/x/files/d", "1.0 KiB", "/cases/x/files/d/look"}}, Help: "h"}}
	rows := fieldView{Field: scheme.Field{Name: "lines", Type: "group", Words: someWords}, Mine: true, ID: "f-lines", Input: "f.lines", Problem: "错", Group: &group{Name: "lines", Rows: []*form{wrong()}, Most: 3},
		Rows: [][]fieldView{{{Field: scheme.Field{Name: "sum", Type: "money", Words: someWords}, ID: "f-lines-0-sum", Input: "f.lines.0.sum"}}}}
	fields = append(fields, rows)
	action := actionView{Allowed: casework.Allowed{Action: "approve", Words: someWords, To: "approved", ToWords: someWords, NeedsReason: true, Judgement: scheme.Judgement{Verdict: scheme.Pass}},
		Verdicts: answers, Asks: []askView{{casework.Ask{Rule: "for_research", Words: someWords, Answered: &yes}, true, false, besideView{}}}, Typed: "理由"}
	not := actionView{Allowed: casework.Allowed{Action: "pay", Words: someWords, ToWords: someWords, Refused: fault.New(fault.Denied, "casework.not_your_role", "role", someWords)}}
	party := actionView{Allowed: casework.Allowed{Action: "file", Words: someWords, ToWords: someWords, Judgement: scheme.Judgement{Verdict: scheme.Fail}}, Party: true}
	org := registry.Org{Code: "91340100MA0DEMQ19B", Name: someWords, Kind: "firm", Region: "340100", Industry: "3985", Founded: someDay, Home: "340000", Synthetic: true}
	count := indicator.Figure{Definition: indicator.Definition{ID: "n", Title: someWords, Counts: someWords, Leaf: "x", Value: indicator.Count, Unit: someWords, Steward: someWords}, Value: 3, Total: 3}
	sum := count
	sum.Definition.ID, sum.Definition.Value, sum.Definition.Field = "m", indicator.Sum, "paid"
	entry := figureEntry{Entry: indicator.Entry{Origin: testOrigin, Index: 3, Day: someDay, Amount: 100}, URL: "http://127.0.0.1:8034/log/entries/3", Node: someWords, Code: "340000", Public: []namedValue{{"paid", "1.00", ""}, {"scheme", "voucher", "/schemes/voucher"}}}
	leaf := corridorlog.Entry{Index: 3, ID: someID, At: someTime, Kind: "voucher.paid", Day: someDay, Fields: json.RawMessage(`{"paid":100}`), Leaf: []byte(`{"v":1}`)}
	pages := pager{From: 1, To: 50, Total: 120, Before: "/x?page=1", After: "/x?page=3"}
	edition := &scheme.Scheme{ID: "voucher", Title: someWords, Edition: "2026-1", Digest: strings.Repeat("c", 64)}
	grants := []access.Grant{{ID: someID, Role: "auditor", Region: "340000"}, {ID: someID, Role: "org_admin", Org: "91340100MA0DEMQ19B"}}
	broughtIn := casework.Edition{ID: someID, Scheme: "voucher", Edition: "2027-1", Jurisdiction: "340000", Title: someWords, First: someDay, Last: someDay, Digest: strings.Repeat("c", 64), Note: "放宽",
		State: casework.Proposed, Proposed: casework.Signed{Name: "甲", Mandate: "m", At: someTime}, Decided: casework.Signed{Name: "乙", Mandate: "n", At: someTime}, Reason: "同意"}
	all := map[string][]any{
		"home":   {homePage{}, homePage{Waits: []waiting{{Path: "/cases/x", What: "券", Note: "甲", Demo: true, Do: "审核", Due: someTime, Late: true, Provisional: true}, {Path: "/documents", What: "文件"}}, More: 3, Others: []casework.Case{{ID: someID, No: "34-26-0001-8", Title: someWords, StageWords: someWords, Waits: []casework.Wait{{Role: "reviewer", Words: someWords, ActionWords: someWords, Due: someTime, Late: true}}}}, Figures: []indicator.Figure{count, sum}, Schemes: []*scheme.Scheme{edition}, Log: 4, Systems: 177, Works: 1, Partly: 2}},
		"signin": {signInPage{}, signInPage{Form: wrong("email", "password", "code"), Next: "/cases", Providers: []access.Provider{{ID: "sso", Name: someWords}}}},
		"account": {accountPage{Forms: new(visit).accountForms(nil)}, accountPage{Person: access.Profile{ID: someID, Email: "a@b.example", Name: "甲", Org: "91340100MA0DEMQ19B", State: "active", Codes: true, Grants: grants},
			Sessions: []access.OpenSession{{ID: someID, Made: someTime, Seen: someTime, Addr: "127.0.0.1", Agent: "x", Here: true}, {ID: someID + "2"}}, Tokens: []access.APIToken{{ID: someID, Name: "机", Scopes: []access.Permission{"home.read", "log.read"}, Ends: someTime}, {Ended: someTime}},
			Scopes: []scopeView{{"home.read", someWords, true}}, Accounts: []access.Account{{Issuer: "https://x.example", Made: someTime}}, Wish: notice.Wish{Mail: true, Lang: fault.EN}, Notices: true, Secret: "corridor_x", Recovery: []string{"a-b"}, Forms: new(visit).accountForms(map[string]*form{"token": wrong("name", "scopes").on("token"), "data": wrong("email").on("data"), "erase": wrong("sure").on("erase")})}},
		"erased":  {erasedPage{}, erasedPage{[]fault.Words{someWords}}},
		"enrol":   {enrolPage{}, enrolPage{Secret: "ABC", Drawing: "<svg></svg>", Begun: true}, enrolPage{Recovery: []string{"a-b"}}},
		"code":    {codePage{}, codePage{Next: "/cases"}},
		"again":   {againPage{Form: &form{}}, againPage{By: "code", Form: wrong("code").on("again")}, againPage{By: "password", Next: "/people", Form: wrong("password").on("again")}},
		"forgot":  {forgotPage{}, forgotPage{Email: "a@b.example"}, forgotPage{Sent: true}},
		"people":  {peoplePage{}, peoplePage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, People: []access.Profile{{ID: someID, Name: "甲", State: "invited", Grants: grants}, {State: "erased"}}, Roles: access.Roles(), Next: "/people?after=1", Link: "http://x/welcome?token=1", For: "甲", Form: wrong("role", "email")}},
		"person":  {personPage{}, personPage{Person: access.Profile{ID: someID, Name: "甲", State: "disabled", Codes: true, Grants: grants}, Roles: access.Roles(), Link: "http://x"}, personPage{Self: true}},
		"notices": {noticesPage{}, noticesPage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, All: []notice.Told{{ID: someID, At: someTime, Title: someWords, Text: someWords}, {Title: someWords, Read: someTime}}, Newest: string(someID), Next: "/notices?after=1", Unread: true}},
		"jobs":    {jobsPage{}, jobsPage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Counts: []db.JobCount{{Kind: "notice.mail", Waiting: 1, Dead: 2, Oldest: someTime}}, Dead: []db.Job{{ID: someID, Kind: "notice.mail", Key: "k", Attempts: 3, Problem: "x", Tried: someTime}}, Next: "/jobs?after=1"}},
		"rounds":  {roundsPage{}, roundsPage{[]casework.Round{{ID: "r", Title: someWords, Day: someDay, By: someWords, Waiting: 3, Passed: true, Closings: []casework.Closing{{Over: true, Total: 3}, {Total: 4, Done: 1}}}, {Waiting: 1}}}},
		"round": {roundPage{}, roundPage{Round: casework.Round{ID: "r", Title: someWords, Day: someDay, By: someWords, Waiting: 2, Passed: true, Closings: []casework.Closing{{ID: someID, At: someTime}}}, May: true, Money: true, Total: 3, Plan: "p", Pager: pages, Exports: exportView{"/a", "/b"},
			Ranked: []rankedView{{Ranked: casework.Ranked{Rank: 1, Case: one, Takes: true, Sum: 100, Running: 100, Why: someWords, Saw: someWords, Submitted: someTime}, Shown: "88.5"}, {Ranked: casework.Ranked{Case: ended, Why: someWords}, Cut: true}, {Ranked: casework.Ranked{Case: one, Unknown: true}}}},
			roundPage{Round: casework.Round{Passed: true}, Unknown: 1}, roundPage{Round: casework.Round{Passed: true, By: someWords}}, roundPage{Closing: &casework.Closing{ID: someID, By: "甲", At: someTime, Total: 3, Done: 1}}},
		"sealed": {sealedPage{}, sealedPage{Case: one, MayAsk: true, Due: []fault.Words{someWords}, Problem: "x", Typed: "y", Seals: []sealView{{Words: someWords}, {Seal: casework.Seal{Field: "bid", Digest: "d", Sealed: someTime, Opens: someTime}, Over: true}, {Seal: casework.Seal{Opened: someTime}, Value: "x <b>"}, {Seal: casework.Seal{Opened: someTime}, Files: []fileView{{"d", "名", "/f", "1 KiB", ""}}}}},
			sealedPage{MayOpen: true, Waiting: &openingView{casework.Opening{Name: "甲", Reason: "r <i>", Asked: someTime}, []fault.Words{someWords}}}, sealedPage{MayEnd: true, Waiting: &openingView{}},
			sealedPage{Waiting: &openingView{}, Openings: []openingView{{casework.Opening{Ended: someTime, OpenedBy: "x", OpenedName: "乙"}, []fault.Words{someWords}}, {Opening: casework.Opening{Ended: someTime}}}}},
		"roundlists": {roundListsPage{}, roundListsPage{[]casework.PublicRound{{ID: someID, Title: someWords, Day: someDay, By: someWords, Total: 3, Taken: 1, At: someTime}}, pages, exportView{"/x.csv", "/x.xlsx"}}},
		"roundlist": {roundListPage{Exports: exportView{"/a", "/b"}, DOCX: "/c"}, roundListPage{Round: casework.PublicRound{ID: someID, Title: someWords, Day: someDay, By: someWords, Takes: someWords}, DOCX: "/c", Exports: exportView{"/a", "/b"}, Pager: pages,
			Lines: []publicLine{{Rank: 1, Shows: []namedValue{{Name: "x", Value: "y"}}, Entry: "/log/entries/1"}, {Rank: 2}}}},
		"myround": {myRoundPage{}, myRoundPage{casework.Round{ID: "r", Title: someWords, Day: someDay, By: someWords, Passed: true}, []casework.RoundPlace{{Case: one, Day: someDay}, {Case: ended, Closing: someID, At: someTime, Rank: 2, Total: 3, Says: someWords}, {Case: one, Closing: someID, Takes: true, Over: true, Says: someWords}}, "x", "", "y"}, myRoundPage{Formula: "zero - form.x"}},
		"starts":  {startsPage{}, startsPage{[]casework.Start{{Title: someWords, Due: someTime}, {ID: someID, Title: someWords, Due: someTime}, {ID: someID, Done: someTime, Looked: 3, Opened: 1, Failed: 1, Waits: 1}}}},
		"start": {startPage{}, startPage{Start: casework.Start{ID: someID, Title: someWords, Due: someTime, May: true}, Tabs: []navItem{{Path: "/x", Name: "x", Here: true}}, Pager: pages,
			Orgs: []startedView{{StartedOrg: casework.StartedOrg{Org: "91340100MA0DEMQ19B", Name: someWords, State: "waits"}, Verdicts: answers, Typed: "t"}, {StartedOrg: casework.StartedOrg{Org: "91340100MA0DEMQ35B", State: "opened", Case: someID, At: someTime}}, {StartedOrg: casework.StartedOrg{Org: "91340100MA0DEMQ43B", State: "dismissed", By: "甲", Reason: "r", At: someTime}}}}},
		"catalogues": {cataloguesPage{Form: &form{}}, cataloguesPage{Lists: []registry.CodeList{{ID: someID, List: "x", Since: someDay, Source: "s", Codes: 3}}, Edit: true, Form: wrong("list", "since", "source", "codes")}},
		"catalogue":  {cataloguePage{}, cataloguePage{List: registry.CodeList{ID: someID, List: "x", Since: someDay, Source: "s", Codes: 1}, Codes: []registry.ListedCode{{Code: "3912", Words: "y"}, {Code: "z"}}}},
		"welcome":    {welcomePage{}, welcomePage{Token: "t", First: true, Form: wrong("email", "password")}, welcomePage{Token: "t", Providers: []access.Provider{{ID: "p", Name: someWords}}}},
		"error":      {errorPage{}, errorPage{Code: "web.no_page", Sentence: "没有此页。", SignIn: true}},
		"schemes":    {schemesPage{}, schemesPage{All: []schemeLine{{edition, someDay}}}},
		"scheme": {schemePage{Scheme: edition}, schemePage{Scheme: edition, Others: []*scheme.Scheme{edition}, Params: []paramView{{Name: "ratio", Words: someWords, By: "firm.city", Basis: "办法", Doc: "1 号", URL: "https://x.example"}, {Name: "cap", Verified: true}},
			Rules: []ruleView{{Name: "r", Words: someWords, When: "a < b"}, {Name: "s", Ask: "reviewer", AskWords: someWords}}, Stages: []stageView{{From: someWords, Who: []fault.Words{someWords, someWords}, End: scheme.Refused, Clock: "10"}},
			Fields: []formField{{scheme.Field{Name: "f", Words: someWords, Public: "true"}, someWords}}, Diagram: "<svg></svg>", Orgs: []registry.Org{org, org}, Key: "k"}},
		"queue": {queuePage{}, queuePage{Filter: casework.QueueFilter{Due: "late"}}, queuePage{Page: casework.QueuePage{Cases: []casework.Waiting{{Case: one, Due: someTime, Late: true, Provisional: true, Taken: casework.Taken{Name: "甲"}}}}, Pager: pages, Desk: true, All: "/queue", Exports: exportView{"/a", "/b"},
			Stages: []queueStage{{casework.StageCount{Title: someWords, Words: someWords, N: 3, Late: 1, More: true}, "/queue?stage=filed", true}}, Actions: []casework.BatchAction{{Action: "approve", Words: someWords, NeedsReason: true}}}},
		"caseletter": {caseLetterPage{Case: one, Step: step.Step, Kind: letterRefusal, Words: someWords, Open: answers, Passed: answers, Amounts: []amountView{{someWords, 100, true}}, Doubt: true, Due: wait, Proof: "http://x/y", Public: true}, caseLetterPage{Case: ended, Words: someWords}},
		"publicnotices": {publicNoticesPage{Exports: exportView{"/a", "/b"}, DOCX: "/c"}, publicNoticesPage{Notices: []publicView{shown}, Schemes: []option{{"display", "x"}}, Scheme: "display", Pager: pages, Exports: exportView{"/a", "/b"}, DOCX: "/c"},
			publicNoticesPage{Notices: []publicView{over}, Past: true, Scheme: "display", Pager: pages, Exports: exportView{"/a", "/b"}, DOCX: "/c"}},
		"publicnotice": {publicNoticePage{shown, wrong("objection", "name")}, publicNoticePage{over, nil}},
		"objection":    {objectionPage{casework.Objection{ID: someID, Notice: someID, At: someTime, Fields: map[string]string{"objection": "x"}}, shown, "http://x/y"}, objectionPage{Objection: casework.Objection{ID: someID, Notice: someID, Settled: true}, Notice: over}},
		"batch": {batchPage{}, batchPage{Action: someWords, Reason: "r", Done: []casework.Batched{{ID: someID, No: "34-26-0001-8", Stage: someWords}}, Refused: []casework.Batched{{Refused: fault.New(fault.NotFound, "casework.unknown")}, {ID: someID, No: "34-26-0002-6", Stage: someWords, Refused: fault.New(fault.NotFound, "casework.unknown")}},
			Backs: []batchBack{{Action: "bounced", Words: someWords, Cases: []casework.Batched{{ID: someID}}}}}},
		"cases": {casesPage{}, casesPage{Text: "x", Bad: "y"}, casesPage{Cases: []casework.Case{one, ended}, Pager: pages, May: true, Exports: exportView{"/a", "/b"}, Schemes: []*scheme.Scheme{edition}, Stages: []stageName{{"filed", someWords}}}},
		"editions": {editionsPage{}, editionsPage{May: true, Form: wrong("file", "note"), More: 2, Problems: scheme.Problems{{Pos: scheme.Pos{File: "scheme.yaml", Line: 12, Col: 3}, Code: "name.unknown", Words: someWords, Do: someWords, Line: "a: b", Caret: "  ^"}},
			Sound: &casework.Checked{Scheme: edition}, All: []editionLine{{broughtIn, true, "/editions/x"}, {casework.Edition{Title: someWords, State: casework.Carried}, false, "/editions/y"}, {casework.Edition{State: casework.Withdrawn}, false, "/e"}}}},
		"edition": {editionPage{Scheme: edition}, editionPage{Scheme: edition, End: endingView{Shown: true, Propose: true, Effect: casework.EndingEffect{Drafts: 2, Goes: 3, Stages: []casework.Standing{{Words: someWords, N: 3}}}}, Form: wrong("last", "end-reason")},
			editionPage{Scheme: edition, End: endingView{There: true, Shown: true, Confirm: true, Take: true, Ending: casework.Ending{Last: someDay, State: casework.Proposed, Reason: "r"}, Effect: casework.EndingEffect{Successor: edition}}}, editionPage{Scheme: edition, End: endingView{There: true, Confirm: true, Own: true, Leaf: "/log/entries/1", Ending: casework.Ending{State: casework.Adopted, Decided: casework.Signed{Name: "甲"}}}}, editionPage{Edition: editionLine{broughtIn, false, "/editions/x"}, Scheme: edition, Was: edition, Changes: []paramChange{{Name: "cap", Words: someWords, Was: "1", Is: "2"}}, Files: []string{"scheme.yaml"}, Leaf: "/log/entries/1",
				Trials: []casework.Trial{{ID: someID, State: casework.TrialRunning, Against: strings.Repeat("d", 64)}}, Others: []editionLine{{broughtIn, true, "/e"}}, Adopt: true, Withdraw: true, Try: true, Form: wrong("reason", "budget", "assume")},
			editionPage{Edition: editionLine{broughtIn, false, "/editions/x"}, Scheme: edition, Was: edition, Adopt: true, Own: true}},
		"trial": {trialPage{}, trialPage{Going: true, Percent: 40, Trial: casework.Trial{State: casework.TrialRunning, Problem: someWords, Against: "d"}}, trialPage{Trial: casework.Trial{State: casework.TrialDone, Result: &casework.TrialResult{Synthetic: true}},
			Sim: &scheme.Simulation{Budget: 1, BudgetEnds: someDay, Rules: []scheme.RuleCount{{Words: someWords}}}, Diff: &scheme.Difference{LeftOver: 1}, Sides: []casework.Side{{Change: scheme.Change{Firm: "F", Was: scheme.Pass, Is: scheme.Fail, RuleWords: someWords}, Name: someWords}}, Pager: pages,
			Exports: exportView{"/a", "/b"}, Rules: "<svg></svg>", Curve: "<svg></svg>", Cuts: []cutView{{"按城市", "<svg></svg>", []cutLine{{"合肥", scheme.Segment{Firms: 1}}}}}, Assumed: []namedValue{{"form.x", "1", ""}}}, trialPage{Sim: &scheme.Simulation{Budget: 1}, Diff: &scheme.Difference{}, Trial: casework.Trial{Result: &casework.TrialResult{}}}},
		"decision": {decisionPage{}, decisionPage{Record: casework.Record{Replayed: casework.Replayed{Step: step.Step, Digest: "d", Differ: []string{"x"}}, Case: ended, Appeals: []casework.Case{one}, Offers: []casework.Offer{{Scheme: "appeal", Title: someWords}}}, Leaf: "/log/entries/1", Receipt: "/receipts/x", Key: "k",
			Answers: []recordAnswer{{answers[0].Answer, "办法", "/clauses/1"}, {answers[1].Answer, "办法", ""}, {answers[2].Answer, "", ""}}, Stood: []stoodView{{someWords, []recordAnswer{{answers[1].Answer, "", ""}}}}, Seen: []seenView{{scheme.SeenFact{Name: "firm.staff", Vouched: scheme.Vouched{By: "registry", At: someTime}}, someWords, "3"}, {Called: someWords}}}},
		"replay": {replayPage{}, replayPage{Case: ended, Same: true, Steps: []replayView{{casework.Replayed{Step: step.Step, Digest: "d"}, step.Verdicts}, {casework.Replayed{Step: byClock.Step, Digest: "e", Differ: []string{"stage"}}, nil}}}},
		"case": {casePage{Case: one}, casePage{Case: one, Higher: &higherView{Of: []scheme.SumPart{{Key: "34-26-0001-0", Fen: 1}}, At: someTime}}, casePage{Case: one, Joins: casework.Joins{Into: someWords, Case: &one, Joined: []casework.Case{ended}}, Round: &casework.RoundPlace{Day: someDay, Round: "r"}}, casePage{Case: one, Joins: casework.Joins{Into: someWords}}, casePage{Case: one, Abroad: []toldLine{{casework.AbroadTold{Node: "310000", Name: someWords, Seq: 2, At: someTime}, someWords}, {AbroadTold: casework.AbroadTold{Owed: true}}}, Uses: someUses(), Asked: askedBodies(), Veiled: []veiledField{{"a", someWords, "sealed"}, {"b", someWords, "sight"}}}, casePage{Case: one, Objections: []casework.Objection{{At: someTime, Name: "甲", Contact: "x", Fields: map[string]string{"objection": "x"}}, {At: someTime}}, Talk: talkView{May: true, Desk: true, Bad: "x"}, History: []stepView{{Comment: &casework.Comment{ID: someID, By: "甲", At: someTime, RoleWords: someWords, Sight: casework.SightDesk, Text: "x"}}}, Hands: handsView{Shown: true, Taken: casework.Taken{Name: "甲", At: someTime}, Take: true, Back: true, To: []casework.Colleague{{Person: someID, Name: "乙"}}}}, casePage{Case: ended, Path: []passed{{someWords, someTime, true}}, Proofs: []stepView{step}, History: []stepView{step, byClock}},
			casePage{Case: one, Holder: holderOf(one.Waits, fault.ZH), ByClock: []casework.Wait{clock}, Path: []passed{{someWords, someTime, false}, {someWords, someTime, true}}, Fills: true, Orgs: []registry.Org{org},
				Sections: []sectionView{{Name: "一", Fields: fields, Mine: true}, {Name: "二"}}, Actions: []actionView{action, not, party}, History: []stepView{step}, Amounts: []amountView{{someWords, 100, true}}, Doubt: true, Given: fields}},
		"books":    {booksPage{}, booksPage{Form: wrong("day"), Day: someDay, Accounts: []ledger.AccountBalance{{Account: ledger.Account{Path: "340000/bank", Floor: true}, MovedAt: someTime}}, Next: "/books?after=x", Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Whole: true}},
		"entries":  {entriesPage{}, entriesPage{Account: ledger.Account{Path: "340000/bank", Asset: "CNY"}, Form: wrong("to"), Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Statement: &ledger.Statement{From: someDay, To: someDay}, Next: "/x", Entries: []entryRow{{Entry: ledger.Entry{Transfer: ledger.Transfer{ID: "a", Note: "n", Ref: "r"}, At: someTime}, No: 1, Other: "b", KindWords: someWords, CaseID: someID}, {KindWords: someWords}}}},
		"log":      {logPage{}, logPage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Checkpoint: "x\n1\n", Origin: testOrigin, Key: "k", Size: 70, Entries: []logLine{{leaf, entry.Public, someWords}}, Newer: "/log?before=70", Older: "/log?before=20"}},
		"style":    {stylePage{}, stylePage{Form: wrong("sum"), Refused: partSaid{Problems: []problemView{{"错", "sum"}}}, Rows: []styleRow{{someWords, 5, someDay, "pass"}}}},
		"logentry": {logEntryPage{}, logEntryPage{Entry: leaf, Fields: entry.Public, Leaf: "{}", Hash: "h", Size: 4, Origin: testOrigin, Key: "k", File: "f", Case: "/cases/x", CaseNo: "34-1"}},
		"figures":  {figuresPage{}, figuresPage{All: []indicator.Figure{count, sum}, Schemes: []schemeFigures{{fault.Words{"x", "x"}, []indicator.Figure{count, sum}}}, Compared: []comparedView{{count, reportView{Says: "5", Note: "x"}, indicator.Differs, "1"}, {sum, reportView{}, indicator.Agrees, ""}, {sum, reportView{}, indicator.Unclear, ""}}}, figuresPage{All: []indicator.Figure{count}, Compared: []comparedView{{count, reportView{Says: "5"}, indicator.Differs, "1"}}, Unread: []unreadLog{{"310000", someWords, 1200}, {"320000", someWords, 0}}}},
		"figure":   {figurePage{}, figurePage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Figure: sum, Entries: []figureEntry{entry}, Compared: []comparedView{{sum, reportView{indicator.Report{Document: someID, Quote: "已拨付", Title: "简报", Period: "2026"}, "3 笔", "准确数"}, indicator.Differs, "2"}}, Source: true, Pager: pages, Unread: []unreadLog{{"310000", someWords, 1200}}}},
		"trust": {trustPage{}, trustPage{Epochs: []epochView{{EpochState: federation.EpochState{Epoch: federation.Epoch{Code: "310000", Epoch: 2, From: someDay, Why: "x"}, At: someTime}, Name: someWords, New: "ab"}}}, trustPage{All: []trustLine{{neighbourView{Neighbour: neighboursOf()[0]}, []string{"没有 TLS"}}, {neighbourView{Neighbour: neighboursOf()[3]}, nil}}, Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Lists: exportView{"/x?format=csv&list=keys", "/x?format=xlsx&list=keys"},
			Keys: []federation.KnownKey{{Code: "340000", Name: someWords, Own: true, Use: federation.KeyOfLog, Called: testOrigin, Algorithm: "Ed25519", Fingerprint: "ab cd", Counts: true}, {Code: "310000", Name: someWords, Use: federation.KeyOfLetters, Called: "x/letters/1", Algorithm: "Ed25519", Fingerprint: "ab cd", From: someDay, Until: someDay}}}},
		"neighbours": {neighboursPage{}, neighboursPage{All: neighbourViews(), Keys: "k", Origin: testOrigin, Fingerprint: "ab cd", Keep: true, Ask: wrong("code"), Take: wrong("signed"),
			Community: federation.Community{Title: someWords, Version: 2, From: someDay, Quorum: 3, Nodes: []federation.Node{{Name: someWords}, {Name: someWords}}},
			Requests:  []federation.Request{{ID: someID, Peer: neighboursOf()[0].Peer, Fingerprint: "ab", State: "waiting", AskedBy: "甲", AskedAt: someTime}, {ID: someID + "1", State: "confirmed", DecidedBy: "乙"}, {ID: someID + "2", State: "refused"}}}},
		"evidence": {evidencePage{}, evidencePage{Keep: true, Neighbour: neighboursOf()[3], Taken: []mirroredKind{{someWords, 3, 1, "/search?kind=x"}}, Refused: []refusedView{{federation.MirrorRefusal{Index: 3, Kind: "listing", Code: "catalogue.mirror_form", Field: "<name>", At: someTime}, "假", "http://x/log/entries/3"}}, All: []evidenceView{{federation.Evidence{ID: someID, At: someTime, Problem: "log.signature", Had: "x", Got: "y", Proof: "z"}, "假"}}}},
		"letters": {lettersPage{}, lettersPage{Form: wrong("peer"), Write: wrong("to", "subject", "text").on("w"), Peers: []option{{"", "全部"}}, To: []option{{"310000", "沪"}}, Narrow: true, Keep: true, Behind: []behindLine{{federation.Behind{Peer: "310000", At: someTime, Why: "x"}, someWords}}, Next: "/letters?after=1.x", Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Key: federation.LetterKey{Generation: 2, From: someDay, Until: someDay},
			Lines:  []letterLine{{Letter: federation.Letter{ID: someID, N: 2, Out: true, Kind: federation.NoteKind, Made: someTime, State: "waiting", Attempts: 2}, Who: someWords, Subject: "对账", Waits: "x"}, {Letter: federation.Letter{ID: someID, State: "done", Kind: "a.b"}}, {Letter: federation.Letter{ID: someID, State: "refused", Code: "x.y", Refusal: someWords}}},
			Turned: []turnedLine{{federation.Turned{Peer: "310000", Code: "federation.sig_time", Detail: "x", Times: 2, Last: someTime}, someWords}}}},
		"letter":        {letterPage{}, letterPage{Letter: letterLine{Letter: federation.Letter{ID: someID, N: 1, Made: someTime, Answered: someTime, State: "refused", Code: "x.y", Refusal: someWords, Attempts: 2, Problem: "y", By: federation.Voucher{Mandate: "m"}}, Who: someWords}, Note: federation.Note{Subject: "a", Text: "b"}, Answer: "{}"}},
		"journal":       {journalPage{}, journalPage{Form: wrong("to"), Regions: []option{{"", "全部"}}, Narrow: true, Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Lines: []journalLine{{Line: access.Line{ID: someID, At: someTime, Person: someID, Name: "甲", Token: true, Entry: access.Entry{Act: "case.file", Object: "case/" + string(someID)}}, ByPerson: "/journal?who=1", ByAct: "/journal?act=a", ByObject: "/journal?object=b"}, {Line: access.Line{Person: someID}, ByPerson: "/journal?who=2", ByAct: "/journal"}, {ByAct: "/journal"}}, Next: "/journal?after=1"}},
		"systems":       {systemsPage{}, systemsPage{Groups: []groupView{{"g", "组", false, 2, []countView{{systems.Works, "可办", 1}, {systems.NotYet, "未办", 0}}}}}, systemsPage{Counts: []countView{{systems.Works, "可办", 1}}, States: []choiceView{{"works", "可办", true}}, Narrow: true, Groups: []groupView{{"g", "组", true, 2, []countView{{systems.Works, "可办", 1}}}}, Found: []systemView{{ID: 1, Name: "甲", Job: "乙", Figures: "3 台", Field: "组", Rooms: "账簿", State: "可办", Class: "ok", Page: "/"}, {ID: 2}}}},
		"organisations": {organisationsPage{}, organisationsPage{Query: registry.Query{Text: "甲", Sort: "name"}, Orgs: []registry.Org{org}, More: true, Pager: pages, Kinds: []string{"firm"}, Regions: []regionView{{"340000", someWords}}, Edit: true}},
		"registryperson": {registryPersonPage{PersonData: registry.PersonData{Person: registry.Person{ID: someID, Erased: someTime}, Keeps: []registry.Kept{{ZH: "留", EN: "kept", Basis: "x"}}}},
			registryPersonPage{PersonData: registry.PersonData{Person: registry.Person{ID: someID, Name: "甲<b>"}, Identity: true, Keeps: []registry.Kept{{ZH: "留", EN: "kept", Basis: "x", Of: []string{"1"}}}}, Org: "1", Edit: true, Mandates: []mandateView{{registry.Mandate{Org: "1", What: "all", Since: someDay}, "", true}}, Form: wrong("name", "email", "phone").on("p"), Sure: wrong("sure").on("e")},
			registryPersonPage{PersonData: registry.PersonData{Person: registry.Person{ID: someID, Name: "乙"}}}},
		"organisation": {organisationPage{}, organisationPage{Org: org, Mandates: []mandateView{{registry.Mandate{ID: someID, Person: someID, What: "voucher", Since: someDay, Until: someDay}, "甲", true}, {}}, Edit: true, Form: wrong("name", "email", "phone", "what", "since", "until", "basis").on("m"), Region: someWords, Inside: true, Facts: []factOfOrg{{someWords, "46", "registry:340000", someDay}}, Flags: []registry.Flag{{Mark: registry.Operating, Is: true, Since: someDay, Source: "x"}},
			Labels: []registry.Label{{Label: "tech_sme", Since: someDay, Until: someDay, Revoked: someDay}}, Owners: []tieView{{registry.Relation{Kind: "share", Since: someDay}, "乙", "/registry/x"}, {registry.Relation{Kind: "controller"}, "人", ""}}, More: true,
			Holdings: []tieView{{registry.Relation{Kind: "share"}, "丙", "/registry/y"}}, Years: []registry.YearFacts{{Year: 2025, Staff: 3, Source: "x", Filed: someDay}}, States: []registry.Org{org, org}}},
		"import": {importPage{}, importPage{Kinds: []option{{"organisations", "甲"}}, Kind: "organisations", Form: wrong("source"), Dry: true, Report: &registry.Report{Rows: 3, Unknown: []string{"a"}}, Bad: []badCell{{registry.BadCell{Sheet: "s", Row: 2, Column: "B", Header: "h", Text: "t"}, "错"}},
			Runs: []registry.Ran{{Name: "a.csv", Digest: "d", State: "done", Started: someTime}, {State: "stopped"}, {State: "running"}}}},
		"calendar": {calendarPage{}, calendarPage{Years: []yearView{{2026, 248, true, []string{"https://x.example"}, true}, {Year: 2027}}, Year: yearView{Year: 2027}, Weekday: []string{"一"}, Load: true,
			Months: []monthView{{"1月", 20, [][7]dayView{{{}, {1, true, true, "春节"}, {2, false, true, "春节"}, {3, false, false, ""}}}}}, Loaded: []calendar.Notice{{ID: someID, Year: 2027, Title: "题", Source: "https://x.example", Text: "a", Digest: "d", At: someTime}},
			Form: wrong("notice"), Plan: &calendar.Plan{Year: 2027, New: true, Changes: []calendar.Change{{Day: someDay, Works: true, Name: "春节"}, {Day: someDay}}}}},
		"authorities": {authoritiesPage{}, authoritiesPage{Authorities: []registry.Authority{{ID: "340000", Name: someWords, Region: "340000", Hosted: true}}, Compacts: []compactView{{registry.Compact{ID: "yrd", Name: someWords, Since: someDay, Source: "x"}, []fault.Words{someWords}, []fault.Words{someWords}, []regionView{{"340000", someWords}}}}}},
	}
	maps.Copy(all, promiseBodies(task, done, agreed, pages))
	maps.Copy(all, drawBodies(one, pages))
	maps.Copy(all, lookBodies(pages))
	maps.Copy(all, abroadBodies(pages))
	for name, more := range payerBodies(one) {
		all[name] = append(all[name], more...)
	}
	for name, more := range duoBodies() {
		all[name] = append(all[name], more...)
	}
	maps.Copy(all, flowBodies(pages))
	return all
}

func neighbourViews() (all []neighbourView) {
	for i, n := range neighboursOf() {
		n.Refused, n.Mirrors = i, []federation.Mirroring{{Kind: "listing", Next: 2, Problem: []string{"", "federation.records"}[i%2]}}
		all = append(all, neighbourView{n, 4})
	}
	return all
}

func neighboursOf() []federation.Neighbour {
	p := federation.Peer{Code: "310000", Name: someWords, URL: "http://127.0.0.1:8031", Key: "log.example/31+x+y"}
	return []federation.Neighbour{{Peer: p, Size: 3, Seen: someTime, OK: true}, {Peer: p}, {Peer: p, Seen: someTime, Late: true},
		{Peer: p, Problem: fault.New(fault.Conflict, "log.signature")}}
}

func TestEveryPageIsGoodHTMLInBothLanguages(t *testing.T) {
	all, err := allPages()
	if err != nil {
		t.Fatal(err)
	}
	values := bodies()
	maps.Copy(values, bookingBodies(pager{}))
	maps.Copy(values, documentBodies())
	maps.Copy(values, onceBodies())
	maps.Copy(values, labelBodies())
	maps.Copy(values, stateBodies())
	maps.Copy(values, usageBodies())
	maps.Copy(values, paymentBodies(t))
	maps.Copy(values, findBodies())
	maps.Copy(values, needBodies())
	maps.Copy(values, patternBodies())
	maps.Copy(values, oursBodies())
	maps.Copy(values, listBodies(t))
	maps.Copy(values, formBodies())
	for name, all := range labBodies() {
		values[name] = append(values[name], all...)
	}
	maps.Copy(values, disclosureBodies())
	maps.Copy(values, scoreBodies())
	for page, all := range slotBodies() {
		values[page] = append(values[page], all...)
	}
	assets := map[string]string{"look.css": "/static/a/look.css", "icon.svg": "/static/a/icon.svg"}
	for _, name := range all.names() {
		if len(values[name]) < 2 {
			t.Errorf("page %s has no empty and full value in bodies", name)
		}
		for i, body := range values[name] {
			for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
				t.Run(fmt.Sprintf("%s-%d-%s", name, i, lang), func(t *testing.T) {
					f := frame{Lang: lang, Node: Node{Code: "340000", Seal: "皖", Class: "r34", Name: someWords, Community: someWords}, Title: "题 <i>", Path: "/", OtherLang: "/?lang=en", SameLang: "/?lang=zh", Assets: assets, Body: body}
					if i > 0 {
						f.Node.Synthetic, f.CanAdvance, f.Done, f.Roles, f.Unread = true, true, "已办", "审核员", "3"
						f.Who = access.Actor{Person: someID, Name: "甲 <b>"}
						f.Crumbs = []navItem{{Path: "/cases", Name: "办件"}}
						f.Nav = []navGroup{{"办事", []navItem{{"/", "首页", true}}, true}}
						f.Neighbours = neighboursOf()
						f.Problems = []problemView{{"错一", "title-0"}, {"错二", ""}}
					}
					var b bytes.Buffer
					page, err := all.of(lang, name)
					if err != nil {
						t.Fatal(err)
					}
					if err := page.Execute(&b, f); err != nil {
						t.Fatal(err)
					}
					v := visit{r: httptest.NewRequest("GET", "/x", nil), lang: lang}
					whole, _, err := v.lists(b.Bytes(), new(bytes.Buffer))
					if err != nil {
						t.Fatal(err)
					}
					checkHTML(t, string(whole))
				})
			}
		}
	}
	for name := range values {
		if all.own[name] == nil {
			t.Errorf("there is no page %s", name)
		}
	}
}

// checkHTML refuses what our pages may not have: inline style or code, an id twice, a control without a name, a list or
// table that is not whole.
func checkHTML(t *testing.T, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids, labels, named := map[string]bool{}, map[string]bool{}, []*html.Node{}
	var refers []string
	headings := 0
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "style", "iframe", "object", "embed":
				t.Errorf("<%s> on a page", n.Data)
			case "script":
				if !strings.HasPrefix(attr(n, "src"), "/static/") || n.FirstChild != nil {
					t.Errorf("a script that is none of our files: %q", attr(n, "src"))
				}
			case "h1":
				headings++
			case "input", "select", "textarea":
				if attr(n, "type") != "hidden" && !inside(n, "label") {
					named = append(named, n)
				}
			case "label":
				labels[attr(n, "for")] = true
			case "img":
				if attr(n, "alt") == "" {
					t.Errorf("a picture without words")
				}
			case "a":
				if attr(n, "href") == "" || strings.Contains(attr(n, "href"), "ZgotmplZ") {
					t.Errorf("a link that leads to %q", attr(n, "href"))
				}
			}
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s=%q on <%s>", a.Key, a.Val, n.Data)
				case a.Key == "id":
					if ids[a.Val] {
						t.Errorf("id %q stands twice", a.Val)
					}
					ids[a.Val] = true
				case a.Key == "aria-labelledby" || a.Key == "aria-describedby":
					refers = append(refers, strings.Fields(a.Val)...)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	if headings != 1 {
		t.Errorf("%d first headings, want one", headings)
	}
	for _, n := range named {
		if !labels[attr(n, "id")] {
			t.Errorf("control %q has no label", attr(n, "name"))
		}
	}
	for _, r := range refers {
		if !ids[r] {
			t.Errorf("no element has the id %q that another refers to", r)
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func inside(n *html.Node, tag string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == tag {
			return true
		}
	}
	return false
}

// countCall is {{count …}} or {{counted …}}: what is counted in Chinese, one and many in English.
var countCall = regexp.MustCompile(`count(ed)? [^"}]+ "[^"]*" "[^"]*" "[^"]*"`)

func TestEveryPageSaysTheSameThingsInBothLanguages(t *testing.T) {
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := templateFiles.ReadFile("templates/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		// Words that stand outside {{t …}} would be read in one language only.
		outside := countCall.ReplaceAllString(tCall.ReplaceAllString(string(b), ""), "")
		for _, r := range outside {
			if r >= 0x4e00 && r <= 0x9fff {
				if !strings.Contains(outside, "中文</a>") || f.Name() != "layout.html" {
					t.Errorf("%s: Chinese words outside {{t}}", f.Name())
				}
				break
			}
		}
	}
}

func TestDocumentMarksNestAndKeepTheirAnchors(t *testing.T) {
	text := "甲市与乙所签署协议，涉及12台仪器。\n"
	at := func(s string) (int, int) { i := strings.Index(text, s); return i, i + len(s) }
	f := func(no int, k reader.Kind, s string) reader.Finding {
		from, to := at(s)
		return reader.Finding{No: no, Kind: k, From: from, To: to}
	}
	finds := []reader.Finding{f(1, reader.Agreement, "甲市与乙所签署协议"), f(2, reader.Organisation, "甲市"), f(3, reader.Figure, "12台")}
	got := paragraphs(text, false, 0, len(text), nil, nil, finds, -1)
	want := []paragraph{{Runs: []run{
		{Text: "甲市", Class: "agreement", ID: 1, More: []int{2}},
		{Text: "与乙所签署协议", Class: "agreement", Ends: []int{1}},
		{Text: "，涉及"},
		{Text: "12台", Class: "figure", ID: 3, Ends: []int{3}},
		{Text: "仪器。\n"},
	}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestRepairsMayStandInRepairs marks a line that was closed up and in which a character was exchanged.
func TestRepairsMayStandInRepairs(t *testing.T) {
	text := "甲 億 元\n"
	got := paragraphs(text, false, 0, len(text), nil, []extract.Mend{{Kind: "letter_spacing", Span: extract.Span{0, 11}, Now: "甲亿元"}, {Kind: "traditional", Span: extract.Span{4, 7}, Now: "亿"}}, nil, -1)
	want := []paragraph{{Runs: []run{{Text: "甲 ", Mended: "letter_spacing", Now: "甲亿元", Mend: 1}, {Text: "億", Mended: "traditional", Now: "亿", Mend: 2},
		{Text: " 元", Mended: "letter_spacing", Now: "甲亿元"}, {Text: "\n"}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestMarkupIsShownAsItsText(t *testing.T) {
	text := "<!doctype html><html><head><style>p{}</style></head><body><h1>题&amp;目</h1><p>甲<b>乙</b>丙</p><script>x</script></body></html>"
	var got []string
	for _, p := range paragraphs(text, isHTML("x", text), 0, len(text), nil, nil, nil, -1) {
		line := ""
		for _, r := range p.Runs {
			line += r.Text
		}
		got = append(got, line)
	}
	if want := []string{"题&目", "甲乙丙"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestALongTextIsCutAtLineEnds(t *testing.T) {
	text := strings.Repeat(strings.Repeat("字", 400)+"\n", 200)
	bounds := partsOf(text)
	if len(bounds) < 3 || bounds[0] != 0 || bounds[len(bounds)-1] != len(text) {
		t.Fatalf("bounds %v of %d bytes", bounds, len(text))
	}
	for _, b := range bounds[1:] {
		if text[b-1] != '\n' {
			t.Errorf("a part ends at %d, which is no line end", b)
		}
	}
}

func TestNextLeadsOnlyToOurPages(t *testing.T) {
	for in, want := range map[string]string{"/cases?page=2": "/cases?page=2", "": "/", "https://x.example": "/", "//x.example": "/", `/\x.example`: "/", "javascript:x": "/", "cases": "/"} {
		if got := next(in); got != want {
			t.Errorf("next(%q) = %q, want %q", in, got, want)
		}
	}
}
