package web

import (
	"testing"

	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/settlement"
	"corridor/internal/unit"
)

// paymentBodies are the values of the pages about money, as bodies.
func paymentBodies(t *testing.T) map[string][]any {
	t.Helper()
	pack := packWithFiles(t)
	tabs := []payTab{{"/payments", "待付", true}, {"/payees", "账户", false}}
	due := settlement.Due{Case: someID, No: "34-1", Title: someWords, OrgName: someWords, PayeeName: someWords, Synthetic: true, Sum: 100, FixedName: "乙", FixedAt: someTime, FixedAct: someWords,
		Reason: "重复", Due: someTime, Late: true}
	line := settlement.Payment{ID: someID, List: someID, ListNo: "FK-1", Line: 1, State: "listed", Case: someID, CaseNo: "34-1", PayeeName: someWords, Title: someWords, Bank: "行<1>", Account: "62", AccountFrom: "case", Sum: 100}
	back, gone := line, line
	back.Line, back.State, back.Reason, back.Stuck, back.AnsweredAt, back.AccountFrom = 2, "returned", "户名 <不符>", true, someTime, "x"
	gone.Line, gone.State = 3, "dropped"
	list := func(state string) settlement.List {
		l := settlement.List{ID: someID, No: "FK-1", State: state, Note: "三月", MadeName: "甲", MadeAt: someTime, ClosedAt: someTime, Digest: "ab", Payments: 2, Total: 200, Lines: []settlement.Payment{line, back, gone}}
		if state == "released" {
			l.ReleasedName, l.ReleasedAt = "乙", someTime
		}
		return l
	}
	format := settlement.Format{ID: "answers", Note: someWords, Columns: []settlement.Column{{ID: "ref", ZH: "编号", EN: "No.", Need: true}, {ID: "sum", ZH: "金额", EN: "Sum"}}}
	problem := fault.New(fault.Conflict, "settlement.account_missing", "case", "34-1", "payee", someWords)
	paid := line
	paid.State = "paid"
	outlook := func(result scheme.Result) outlookView {
		rule := casework.OutlookRule{Answer: scheme.Answer{Need: "a", Result: result, Words: someWords, Basis: "deck", WouldPass: someWords}, From: someWords}
		hangs := casework.OutlookRule{Answer: scheme.Answer{Need: "b", Result: scheme.ManualAnswer, Words: someWords, Ask: "reviewer"}, Hangs: true}
		under := casework.Case{ID: someID, No: "34-2"}
		x := outlookView{Outlook: casework.Outlook{Scheme: pack, Verdict: result, May: result == scheme.Pass, Past: 7, Fills: []scheme.Field{{Name: "x", Words: someWords}}, Running: []casework.Case{under}, Above: someWords},
			Open: []ruleOf{{rule, "办法", "/clauses/x"}, {hangs, "", ""}}, Passes: []ruleOf{{rule, "办法", "https://x.example"}}, When: "30 天", Counted: result == scheme.Pass,
			Sums: []sumOf{{scheme.Estimate{Known: true, Sum: 100, Says: someWords}, someWords, true}, {scheme.Estimate{Bounded: true, Sum: 100}, someWords, false}, {scheme.Estimate{}, someWords, false}}}
		if result == scheme.Pass {
			x.Under = &under
		}
		return x
	}
	other := *pack
	other.ID = "other"
	fails := outlook(scheme.Fail)
	fails.Scheme = &other
	open := callView{Call: casework.Call{ID: someID, No: "1", Title: someWords, OrgName: someWords, Stage: someWords, Until: someTime, Provisional: true, Offers: []casework.Offer{{Scheme: "x", Title: someWords}}, Mine: []casework.Case{{ID: someID, No: "3", OrgName: someWords, StageWords: someWords}}},
		Given: []callGiven{{Name: "题<目>", Shown: "甲"}, {Name: "表", Head: []string{"列"}, Rows: [][]string{{"一"}, {""}}}}, Orgs: []registry.Org{{Code: "a", Name: someWords}, {Code: "b", Name: someWords}}}
	bought := catalogue.Listing{ID: someID, Owner: testFirm, OwnerName: someWords, Region: "340100", Title: someWords}
	return map[string][]any{
		"outlooks": {outlooksPage{}, outlooksPage{Form: wrong("org"), Orgs: []option{{"a", "甲"}}, Org: &registry.Org{Code: "9134", Name: someWords, Synthetic: true}, Schemes: []outlookView{outlook(scheme.Pass), fails}},
			outlooksPage{Org: &registry.Org{Code: "9134", Name: someWords}}},
		"deal": {dealPage{L: bought, Form: wrong("org")}, dealPage{L: bought, Form: wrong("price"), Judged: true}, dealPage{L: bought, Form: wrong("org"), Orgs: []option{{"a", "甲"}}, Org: "a", Slot: "3月2日", Node: someWords, Price: 200, Judged: true, Schemes: []purchaseView{
			{outlook(scheme.Pass), []dealView{{Words: someWords, InForce: true, ToBuyer: true, Now: 200, Back: 100, Paid: 100, Known: true}, {Words: someWords, Now: 100, Paid: 100, Exact: true, Known: true}, {ToBuyer: true}}}, {fails, nil}}}},
		"calls":     {callsPage{Exports: exportView{"/calls?format=csv", "/calls?format=xlsx"}}, callsPage{Exports: exportView{"/calls?format=csv", "/calls?format=xlsx"}, Calls: []callView{open, {Call: casework.Call{ID: someID, No: "2"}}}, Pager: pager{From: 1, To: 2, Total: 2}}},
		"call":      {callView{}, open},
		"drawround": {drawRoundPage{Form: &form{}}, drawRoundPage{Form: &form{}, Plan: casework.DrawPlan{Scheme: "s", Title: someWords, Words: someWords, Cases: []casework.Panel{{}}, Most: 9, Asks: []casework.DrawnRule{{Name: "r", Words: someWords}}}, Wide: []casework.Panel{{No: "1", Reserves: 2, Unknown: someWords}}}},
		"panels": {panelsPage{Exports: exportView{"/panels?format=csv", "/panels?format=xlsx"}}, panelsPage{Exports: exportView{"/panels?format=csv", "/panels?format=xlsx"}, Short: 1, Rounds: []casework.DrawPlan{{Scheme: "s", Title: someWords, Parent: someID, Cases: []casework.Panel{{}, {}}}},
			Panels: []panelView{{Panel: casework.Panel{Case: someID, No: "1", Title: someWords, Ask: someWords, Pool: "p", Field: "f", Count: 5, Reserves: 2, All: 9, Free: 3, Short: true}, Out: []string{"a 1", "b 2"}}}, Pager: pager{From: 1, To: 1, Total: 1}}},
		"minutes": {minutesPage{}, minutesPage{Case: casework.Case{ID: someID, No: "1", Title: someWords}, Asks: []minutesView{{Drawn: "x", AskMinutes: casework.AskMinutes{Fee: 1, Owed: 2, Rank: 1,
			Asked: casework.Asked{Ask: "panel", Words: someWords, Opening: 2, Score: scheme.CountValue(80)}, Spread: scheme.CountValue(1), Lowest: scheme.CountValue(1), Highest: scheme.CountValue(2), Deviation: scheme.CountValue(1),
			Lines: []casework.SeatLine{{Score: scheme.CountValue(80), LeftOut: true, Apart: scheme.CountValue(1)}, {Seat: casework.Seat{Struck: "declined", StruckWhy: "x"}}, {Seat: casework.Seat{Waiting: true, Late: true}}}}}}}},
		"expert": {expertPage{Form: &form{}, Exports: exportView{"/expert?format=csv", "/expert?format=xlsx"}}, expertPage{Form: wrong("org", "since"), Exports: exportView{"/expert?format=csv", "/expert?format=xlsx"}, Kinds: []option{{"paid", "x"}},
			Record: casework.ExpertRecord{Total: 2, Fees: []casework.YearFee{{Year: 2026, Answers: 1, Fee: 1}}, Seats: []casework.ExpertSeat{{Case: someID, No: "1", Title: someWords, Ask: someWords, Fee: 1, Late: true, Waiting: true}, {Case: someID, No: "2", Struck: "declined"}}},
			Ties:   []ownTie{{Name: "x", Say: "y", Over: true}, {Name: "z", Say: "y"}}, Pager: pager{From: 1, To: 2, Total: 2}}},
		"burns": {burnsPage{}, burnsPage{Budgets: []casework.Burn{{Path: "340000/a", Title: someWords, Given: 100, Taken: 50, Left: 50, PerDay: 1, From: someDay, Ends: someDay}, {Path: "340000/b", Title: someWords, Missing: true},
			{Path: "340000/c", Title: someWords, PerDay: 1, From: someDay}, {Path: "340000/d", Title: someWords}}, Export: exportView{"/budgets?format=csv", "/budgets?format=xlsx"}}},
		"owed":         {owedPage{}, owedPage{Tabs: tabs, Owed: []settlement.Owed{{Due: due, Received: 40, Left: 60}}}},
		"demand":       {settlement.Owed{}, settlement.Owed{Due: due, Received: 40, Left: 60, Receipts: []settlement.Receipt{{BankRef: "B1", Sum: 40, Day: "2026-03-02"}, {BankRef: "B2", Sum: 1, At: someTime}}}},
		"paymentlists": {paymentListsPage{}, paymentListsPage{Tabs: tabs, State: "open", Lists: []settlement.List{list("released"), {ID: someID, State: "open", MadeAt: someTime}, list("closed"), list("withdrawn")}, Pager: pager{From: 1, To: 50, Total: 80, After: "/payments/lists?page=2"}}},
		"paymentlist": {paymentListPage{}, paymentListPage{Tabs: tabs, List: list("released"), Keeps: true, Format: format, Dropped: 1}, paymentListPage{List: list("open"), Keeps: true}, paymentListPage{List: list("closed"), Mine: true, Keeps: true},
			paymentListPage{List: list("closed"), Keeps: true}},
		"allocationletter": {paymentListPage{}, paymentListPage{List: list("closed")}, paymentListPage{List: list("released")}},
		"reconcile": {reconcilePage{}, reconcilePage{Tabs: tabs, Form: wrong("from", "to"), By: "month", Export: exportView{"/a", "/b"}, Reconciliation: settlement.Reconciliation{From: someDay, To: someDay, Total: settlement.DayLine{Out: 5}, Unanswered: 1, Open: 100, Cut: true,
			Differences: []settlement.Difference{{Day: someDay, Kind: "by_hand", Case: someID, CaseNo: "", Ref: "x.1", Sum: 100}, {Day: someDay, Kind: "stuck", Case: someID, CaseNo: "34-1", Ref: "FK-1-001", Sum: 100}, {Day: someDay, Kind: "part", Case: someID, CaseNo: "34-1", Ref: "B", Sum: 1}, {Day: someDay, Kind: "back_by_hand", Case: "", CaseNo: "", Ref: "y", Sum: 1}, {Day: someDay}}},
			Rows: []reconcileRow{{"2026-03", settlement.DayLine{Out: 5}}, {"2026-04", settlement.DayLine{}}}}},
		"bankfiles": {bankFilesPage{Kind: "answers"}, bankFilesPage{Tabs: tabs, Kind: "answers", Form: wrong("file"), Format: format, Report: &settlement.Report{File: settlement.File{Rows: 3}, Dry: true, Unknown: []string{"甲"}, Lines: []settlement.AnswerLine{{Row: 2, Result: "paid", Payment: paid}, {Row: 3, Result: "returned", Payment: back}, {Row: 4, Same: true, Payment: line}}},
			Cells: []bankCell{{settlement.BadCell{Header: "<金额>", Text: "x"}, "C4", "错"}}, Files: []settlement.File{{Name: "a.csv", Digest: "ab", Rows: 1, By: "甲", At: someTime}}},
			bankFilesPage{Kind: "receipts", Report: &settlement.Report{Lines: []settlement.AnswerLine{{Result: "received", Payment: settlement.Payment{CaseNo: "34-1"}}}}}},
		"payees": {payeesPage{}, payeesPage{Tabs: tabs, Form: wrong("account"), Orgs: []option{{"a", "甲"}}, Desk: true, Names: map[string]fault.Words{"a": someWords}, Accounts: []settlement.Account{{ID: someID, Org: "a", Holder: "户", Bank: "行", Number: "62", State: "given", GivenName: "甲", GivenAt: someTime},
			{ID: "0000000000000000000000000B", Org: "a", State: "refused", Reason: "错", DecidedName: "乙", DecidedAt: someTime}, {ID: "0000000000000000000000000C", Org: "a", State: "confirmed"}}}},
		"payments": {paymentsPage{}, paymentsPage{Tabs: tabs, Form: wrong("limit", "until"), Schemes: []option{{"", "全部"}}, Export: exportView{"/a", "/b"}, Gathered: settlement.Gathered{Ready: 1, Sum: 100, Beyond: 2, Waiting: []settlement.Waiting{
			{Due: due, Bank: "行", Account: "62", AccountFrom: "case"}, {Due: due, Problems: []*fault.Error{problem}}, {Due: due, Account: "62", AccountFrom: "x", List: &line, Again: &back}}}}},
		"unanswered": {unansweredPage{}, unansweredPage{Tabs: tabs, Lines: []settlement.Payment{line}, Late: map[unit.ID]bool{someID: true}, After: 3, Sum: 100}},
	}
}
