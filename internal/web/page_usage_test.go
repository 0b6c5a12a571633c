package web

import (
	"time"

	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
)

// usageBodies are the pages of hours and charges, empty and full.
func usageBodies() map[string][]any {
	h := labHead{Org: "x", Orgs: []option{{"x", "实验室"}, {"y", "学院"}}, Month: "2026-05", Tabs: []payTab{{"/usage", "本月运行", true}}}
	run := usage.Run{ID: someID, Title: fault.Words{someWords[0], someWords[1]}, LogNo: "7", From: someTime, To: someTime, Minutes: 90, Account: "u", UserOrg: "z", Class: usage.Open, Over: 3, Why: "x", Project: "P", Price: 100, Sheet: ""}
	charged := run
	charged.ID = "0000000000000000000000000B"
	charged.Sheet, charged.Class, charged.Booking = someID, usage.Outside, someID
	export, page := exportView{"/usage?format=csv", "/usage?format=xlsx"}, pager{From: 1, To: 1, Total: 1}
	i := usage.Instrument{ID: someID, OwnNo: "EM-01", Title: run.Title, DutyFree: true}
	hours := usage.Hours{Instrument: i, Effective: 350, Outside: 200, Waiting: 60, Standard: 1600, Idle: true}
	sheet := usage.Sheet{ID: someID, No: "2026-05-0001", Payer: "z", Month: "2026-05", Total: 100, State: "made"}
	project := usage.Sheet{ID: someID, No: "2026-05-0002", Project: "P", Total: 100, Paid: 100, State: "moved", Invoice: "042"}
	return map[string][]any{
		"usage": {usagePage{labHead: h}, usagePage{labHead: h, Classes: h.Orgs, Runs: []runView{{run, "1.5", "", true}, {charged, "1.5", "电池公司", false}}, Pager: page, Export: export,
			Missing: []usage.Unlogged{{Title: run.Title, Booked: usage.Booked{From: someTime, To: someTime}}}, Uses: h.Orgs}},
		"usageyear": {yearPage{labHead: h, Lines: []yearLine{{Hours: usage.Hours{}}}}, yearPage{labHead: h, Year: usage.Year{Year: 2026, Hours: []usage.Hours{hours}, Answers: usage.Answers{Asked: 3, Answered: 2, Accepted: 1, Median: time.Hour}},
			Lines: []yearLine{{Hours: hours, EffectiveHours: "5.8", Stars: "4.5 (2)"}, {Hours: hours}}, Years: []int{2026, 2025}, Median: "1.0 h", Idle: 1, Export: export}},
		"usagerecords": {recordsPage{labHead: h, State: "unsent"}, recordsPage{labHead: h, State: "failed", Records: []usage.Record{{Run: run, Cells: make([]string, 14)}, {Run: charged, Cells: make([]string, 14), Lacking: []string{"insCode"}}}, Export: export}},
		"charges": {chargesPage{labHead: h}, chargesPage{labHead: h, Sheets: []usage.Sheet{sheet, project}, Names: map[string]string{"z": "电池公司"}, Export: export,
			Receipts: []receiptView{{usage.Receipt{ID: someID, Payer: "z", Ref: "T1", Left: 5}, []option{{string(someID), "2026-05-0001"}}}, {usage.Receipt{ID: someID}, nil}}}},
		"chargesheet": {chargeSheetPage{Sheet: sheet, Owner: "实验室", Payer: "电池公司", Keeps: true, Pays: true, Lines: []runView{{charged, "1.5", "", false}}}, chargeSheetPage{Sheet: project}},
	}
}
