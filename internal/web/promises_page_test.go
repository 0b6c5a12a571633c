package web

import (
	"net/url"
	"strings"

	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// somePromises are a late task, one that is done, and the agreement of both.
func somePromises() (task, done agreement.Task, a agreement.Agreement) {
	lead, other := agreement.Party{Name: "甲方", Code: "310000", Budget: 300}, agreement.Party{Name: "乙方 <b>", Budget: 100}
	task = agreement.Task{ID: someID, Code: "T-2026-0001", Agreement: someID, Of: "协议", Title: "公布目录", Owner: "甲方", Lead: lead, Partners: []agreement.Party{other}, State: agreement.StateRunning,
		Level: "city", Region: "310117", Due: someDay, Original: someDay.Add(-30), Version: 1, Since: someTime, Sentence: "双方将公布目录", From: 3, To: 30, Problem: "接口未通",
		Measure:  agreement.Measure{Indicator: "机构", Baseline: "10", Target: "20", Unit: "家", Reached: "15"},
		Verifier: agreement.Verifier{Kind: agreement.ByParty, Party: other, Person: someID}, VerifyBy: someDay,
		Milestones: []agreement.Milestone{{No: 1, Title: "征求意见", Due: someDay.Add(-10), Original: someDay.Add(-10), Done: someDay.Add(-9)}, {No: 2, Title: "定稿", Due: someDay, Original: someDay.Add(-3), Lamp: agreement.Lamp{Light: agreement.Red, LateDays: 2}}},
		Tags:       []agreement.Tag{{Frame: "five-centres", Item: "science"}}, Lamp: agreement.Lamp{Light: agreement.Red, LateDays: 3, Provisional: true}}
	done = task
	done.ID, done.State, done.Done, done.Evidence, done.Lamp = someID+"B", agreement.StateDone, someTime, "见附件", agreement.Lamp{Light: agreement.Done}
	a = agreement.Agreement{ID: someID, Title: "合作协议", Kind: "合作协议", Form: agreement.Plan, Parties: []string{"甲方", "乙方"}, Signers: []agreement.Party{lead, other}, Signed: someDay, From: someDay, Until: someDay.Add(900),
		Secrecy: agreement.Internal, State: agreement.Signed, About: "开放仪器", Fields: []string{"仪器", "数据"}, Clauses: []string{"第一条"}, Contact: "某处", Investment: 17_000_000_000, Region: "310000", Text: "全文", Home: "310000",
		By: "审核员", At: someTime, Version: 2, Source: agreement.Source{Document: someID, Digest: strings.Repeat("a", 64), Title: "简报", From: 3, To: 90, Quote: "甲方与乙方签署合作协议"}, Tasks: []agreement.Task{task, done}}
	return task, done, a
}

// promiseBodies are the values of the pages of agreements, plans, lists and tasks.
func promiseBodies(task, done agreement.Task, agreed agreement.Agreement, pages pager) map[string][]any {
	counts := countsOf(agreement.Counts{agreement.Red: 1, agreement.Green: 2, agreement.Ended: 1}, "/tasks")
	list := tasksView{Tasks: []agreement.Task{task, done}, Of: true, Back: "/tasks"}
	submitted := task
	submitted.ID, submitted.State, submitted.Lamp = someID+"C", agreement.StateSubmitted, agreement.Lamp{Light: agreement.Check, LateDays: 1}
	other2 := agreement.Party{Name: "乙方 <b>", Budget: 100}
	other := tasksView{Tasks: []agreement.Task{submitted}}
	lists := []agreement.List{{ID: someID, Plan: someID, Of: "计划", Name: someWords, Public: true, Tasks: 3}}
	frames := []agreement.Frame{{ID: "five-centres", Name: someWords, Items: []agreement.Item{{ID: "science", Name: someWords}}}}
	tags := []tagView{{agreement.Tag{Frame: "five-centres", Item: "science"}, someWords, someWords}}
	choice := []choiceOf{{"plan", someWords, true}, {"x", someWords, false}}
	leads := []leadView{{agreement.LeadCounts{Lead: task.Lead, Counts: agreement.Counts{agreement.Red: 2}}, "/tasks?lead=310000"}}
	held := []heldView{{agreement.Held{Holder: task.Lead, Tasks: list.Tasks, Blocks: []agreement.Blocked{{Task: task, Waits: done}}}, "/parties?key=310000", tasksView{Tasks: []agreement.Task{{ID: someID + "L", Title: "x"}}}}, {agreement.Held{Office: true}, "", tasksView{}}}
	events := []agreement.Event{{ID: someID, Name: "集中签约", Region: "310113", Day: someDay, Projects: 30, Investment: 100}}
	entries := []agreement.Entry{{No: 1, Section: "创新", Task: task}, {No: 2, Task: done}}
	plan := planView{agreed, lists, counts, 3}
	typed := url.Values{"q": {"甲"}, "view": {"board"}, "agreement": {string(someID)}}
	tasks := func(view string) tasksPage {
		return tasksPage{View: view, Tabs: []navItem{{"/tasks", "清单", true}}, Counts: counts, Leads: leads, Pager: pages, Typed: typed, Lists: lists, Frames: frames, Levels: choice, Sorts: choice,
			Views: []agreement.View{{ID: someID, Name: "我的", Query: "light=red"}}, Feeds: []agreement.Feed{{ID: someID, At: someTime}, {ID: someID + "2", Revoked: someTime}}, Secret: "http://x/feeds/a.ics", Query: "q=a", Pending: true, Known: true}
	}
	full := tasks("")
	full.Rows = list
	board, line, chart, table, late := tasks("board"), tasks("timeline"), tasks("map"), tasks("matrix"), tasks("late")
	board.Board = []boardColumn{{"stop", someWords, 9, list.Tasks, "/tasks?light=red"}, {"ok", someWords, 0, nil, "/tasks"}}
	line.Gantt = ganttOf(list.Tasks, someDay, fault.ZH)
	chart.Tiles = tilesOf([]agreement.Place{{Region: "340100", Counts: agreement.Counts{agreement.Red: 3}}, {Region: "320000", Counts: agreement.Counts{agreement.Done: 1}}, {Region: "", Counts: agreement.Counts{agreement.Green: 1}}}, "/tasks", fault.ZH)
	table.Matrix = matrixOf([]agreement.Pair{{Lead: task.Lead, Partner: task.Partners[0], N: 3}}, "/tasks")
	late.Late = held
	change := taskChangeView{Change: agreement.Change{ID: someID, State: "open", Reason: "等接口", Digest: strings.Repeat("d", 64), At: someTime}, Who: "甲方",
		Said: []saidView{{Party: task.Lead, Said: true, Yes: true, At: someTime, Node: "310000"}, {Party: task.Partners[0], May: true}, {Party: task.Lead, Said: true}, {Party: task.Lead}}, Lines: []lineOfChange{{someWords, "1", "2"}, {someWords, "", "2"}}}
	agreed2, refused, withdrawn := change, change, change
	agreed2.ID, agreed2.State, refused.ID, refused.State, withdrawn.ID, withdrawn.State = someID+"2", "agreed", someID+"3", "refused", someID+"4", "withdrawn"
	page := taskPage{Task: task, Tags: tags, Frames: frames, Above: []agreement.Task{done}, Below: []agreement.Task{done}, Needs: []agreement.Task{done}, Lists: []agreement.ListedAs{{List: lists[0], No: 17}},
		History:  []agreement.Progress{{Month: "2026-02", Done: "开了会", Next: "发文", Problem: "缺人", Reached: "12", At: someTime}},
		Evidence: []agreement.Evidence{{ID: someID, Title: "文件", Place: "https://a.example/x", Digest: strings.Repeat("e", 64), At: someTime, Also: []string{"T-2026-0002"}}, {ID: someID + "2", Title: "旧", Withdrawn: someTime, Why: "错"}},
		Verdicts: []agreement.Verdict{{Passed: true, Party: "乙方", At: someTime, Void: someTime}, {Note: "不足", At: someTime}}, Changes: []taskChangeView{change, agreed2, refused, withdrawn},
		Steps: []stepOf{{agreement.Supervision{ID: someID, Reason: "逾期", At: someTime, AnswerBy: someDay}, someWords}, {agreement.Supervision{ID: someID + "2", By: "x", Answer: "已办", Answered: someTime}, someWords}},
		Open:  task.Milestones[1:], Digest: strings.Repeat("a", 64), Supervise: choice, Update: true, Verify: true, Plan: true, Speaks: task.Parties(), Gone: true, NameIt: true, Measured: true, Month: "2026-03", Source: true}
	lines := []wordingLine{{someWords, []string{"旧"}, []string{"新 <b>"}}}
	said := []amendSaid{{No: 0, Name: "甲方", Signature: agreement.Signature{At: someTime, Leaf: someID, Node: "310000"}, Own: true}, {No: 1, Name: "乙方", May: true}, {No: 2, Name: "丙方"}}
	var amends []amendView
	for i, state := range []string{"open", "agreed", "refused", "withdrawn"} {
		amends = append(amends, amendView{agreement.Amendment{ID: someID + unit.ID(state[:1]), State: state, Reason: "补充", Digest: strings.Repeat("d", 64), WasDigest: strings.Repeat("e", 64), Node: []string{"", "340000"}[i%2], At: someTime}, "甲方", lines, said})
	}
	report := &agreement.Imported{Rows: 3, Unknown: []string{"备注"}}
	return map[string][]any{
		"agreements": {agreementsPage{}, agreementsPage{All: []agreement.Agreement{agreed, {ID: someID, Title: "x"}}, Pager: pages, Typed: typed, Forms: choice, Frames: frames, Years: []int{2026}, Plan: true}},
		"agreement": {agreementPage{}, agreementPage{Counts: counts, Total: 60, Agreement: agreed, Plan: true, Source: true, Digest: strings.Repeat("f", 64), Shared: []string{"340000"}, Neighbours: choice, Under: agreed, Event: events[0], Lists: lists, Tags: tags, Frames: frames, States: choice,
			Signers:   []signerView{{Party: agreed.Signers[0], No: 0, Signature: agreement.Signature{At: someTime, Leaf: someID, Node: "340000"}, Link: "/parties?key=x"}, {Party: agreed.Signers[1], No: 1, May: true, Link: "/parties?key=y"}, {No: 2, Link: "/parties?key=z"}},
			Proposals: []agreement.Proposal{{Title: "a"}}, Rows: tasksView{Tasks: agreed.Tasks},
			Owners: []option{{"乙方", "乙方"}}, Verifiers: []option{{"office", "办公室"}}, Levels: []option{{"city", "城市"}}, Amend: amendForm{Parties: choice, Own: true, Open: true, Typed: url.Values{"at": {"amend"}, "title": {"甲"}}}, Amends: amends, Budgets: budgetsView{Gives: []givesView{{agreement.Gives{Party: other2, Tasks: 2, Lead: 100, Other: 5}, "/tasks?party=x"}}, Sum: 105}, Form: &group{Name: "tasks", Rows: []*form{wrong("title", "owner", "due", "target", "budget", "level", "serves", "region", "partners", "verifier", "milestones", "sentence").on("tasks-0"), wrong().on("tasks-1")}, Most: 3}}},
		"agreementnew": {agreementNewPage{}, agreementNewPage{Typed: url.Values{"title": {"x"}}, Bad: map[string]string{"title": "错", "form": "错", "parties": "错", "signed": "错", "from": "错", "until": "错", "secrecy": "错", "clauses": "错", "text": "错", "investment": "错"}, Forms: choice, Lamps: choice, Events: events, Under: []agreement.Agreement{agreed}, Frames: frames, Chosen: map[string]bool{"five-centres/science": true}}},
		"events":       {eventsPage{}, eventsPage{All: events, Plan: true, Typed: url.Values{"name": {"x"}}}},
		"party":        {partyPage{}, partyPage{Leads: 2, OwedAll: 60, Gives: agreement.Gives{Tasks: 1, Lead: 100}, Key: "310000", Registry: "/registry/x", Agreements: []agreement.Agreement{agreed}, Total: 1, Owes: list, Helps: other, Owed: tasksView{Tasks: []agreement.Task{{ID: someID + "D"}}}, Counts: counts}},
		"plans":        {plansPage{}, plansPage{Plans: []planView{plan}, Plan: true}},
		"list":         {listPage{}, listPage{List: lists[0], Entries: entries, Counts: counts, Pager: pages, Plan: true, Typed: "T-1"}},
		"listimport":   {listImportPage{}, listImportPage{List: lists[0], Columns: []fault.Words{someWords, someWords}, Report: report, Bad: []badTask{{agreement.BadCell{Sheet: "s", Row: 2, Column: "B", Text: "t"}, "错"}}, Dry: true}},
		"tasks":        {tasksPage{}, full, board, line, chart, table, late, tasks("map"), tasks("matrix"), tasks("late"), tasks("timeline")},
		"task":         {taskPage{}, page, taskPage{Task: submitted}, taskPage{Task: done}},
		"leader":       {leaderPage{}, leaderPage{Counts: counts, Leads: leads, Late: held, LateAll: 3, Problems: []agreement.Task{task}, Verify: []agreement.Task{submitted}, Soon: []agreement.Task{task}, Plans: []planView{plan}, Pending: true}},
		"practical":    {practicalPage{}, practicalPage{Lists: []practicalList{{lists[0], entries, counts}}}},
	}
}
