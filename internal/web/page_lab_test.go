package web

import (
	"corridor/internal/catalogue/intake"
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// labBodies are the pages of samples, uses, bills, ratings and prices, empty and full.
func labBodies() map[string][]any {
	tabs, orgs := []payTab{{"/uses", "使用", true}}, []option{{"x", "实验室"}, {"y", "学院"}}
	export, page := exportView{"/uses?format=csv", "/uses?format=xlsx"}, pager{From: 1, To: 1, Total: 1}
	x := usage.Samples{ID: someID, Instrument: someID, Title: someWords, What: "隔膜 <b>", Count: 3, Hazards: []string{"flammable"}, Secret: true, KeepUntil: someDay, Booking: someID, State: usage.Received, At: someTime}
	bare := usage.Samples{ID: someID, State: usage.Declared}
	run := usage.Run{ID: someID, Instrument: someID, Title: someWords, From: someTime, To: someTime, Booking: someID, Sheet: someID, Price: 100, Samples: 2, Class: usage.Outside}
	other := run
	other.ID, other.Sheet, other.Booking, other.Class = "0000000000000000000000000B", "", "", usage.Inside
	words := fault.Words{someWords[0], someWords[1]}
	result := usage.Result{ID: someID, Name: "r.csv", Digest: "d", Until: someTime, At: someTime}
	standing := usage.Standing{Rating: usage.Rating{Tenths: 45, N: 2}, Says: []usage.Rated{{Stars: 4, Words: "久 <i>", At: someTime}}, Answers: usage.Answers{Asked: 3, Answered: 2, Accepted: 1}, Days: usage.Number{Value: 365}, Least: usage.Number{Value: 5}}
	working := intake.Work{ID: someID, What: "listings", Name: "a <b>.csv", State: intake.Writing, Rows: 40, Total: 100, Asks: intake.Asks{Dry: true}, Made: someTime}
	ended, cut := working, working
	ended.State, ended.Ended, ended.Problem = intake.Refused, someTime, words
	ended.Report = &intake.Report{Rows: 3, Good: 2, BadRows: 1, Written: 2, Unknown: []string{"颜色"}, Bad: []intake.Bad{{Place: "B3", Text: "x <i>", Why: words}}}
	cut.State, cut.What = intake.Cut, "runs"
	return map[string][]any{
		"samples":   {samplesPage{Here: "/samples"}, samplesPage{Tabs: tabs, Orgs: orgs, Org: "x", Lab: true, Here: "/usage/samples", States: orgs, Samples: []sampleView{{x, "甲", []string{"易燃"}}, {bare, "乙", nil}}, Pager: page, Export: export}, samplesPage{Lab: true, Here: "/usage/samples"}},
		"samplenew": {sampleNewPage{}, sampleNewPage{Form: wrong("org", "what", "samples", "safe", "hazards", "keep"), Instrument: someID, Title: words, Booking: "b", Orgs: orgs, Hazards: []sampleHazard{{"toxic", "毒", true}, {"harmful", "害", false}}}},
		"sample": {samplePage{Samples: bare}, samplePage{Samples: x, Owner: "甲", Sender: "乙", Hazards: []string{"易燃"}, Chip: "hand", Lab: true, Next: orgs, Had: 2, Steps: []sampleStepView{{usage.SampleStep{State: usage.Declared, Count: 3, At: someTime}, "乙", "warn"}, {usage.SampleStep{State: usage.Received, Count: 2, Note: "破损 <b>", At: someTime}, "甲", "hand"}},
			Results: []sampleResult{{result, "/samples/x/results/y", words, false, nil}, {result, "/p", words, true, []takenView{{"乙", someTime}}}}, Form: wrong("state", "samples", "note", "file")}},
		"samplelabel": {sampleLabelPage{Samples: bare}, sampleLabelPage{Samples: x, Owner: "甲", Sender: "乙", Hazards: []string{"易燃"}, QR: "<svg></svg>", Short: "ABCD", Labels: []int{1, 2}, More: true}},
		"uses":        {usesPage{}, usesPage{Tabs: tabs, Org: "x", Orgs: orgs, Uses: []useView{{usage.Use{Run: run, Stars: 4, Words: "久 <i>"}, "甲", "1.5", "/listings/x", true, "错"}, {usage.Use{Run: other}, "甲", "1.5", "", false, ""}}, Pager: page, Export: export, Stars: []option{{"5", "5 星"}}}},
		"bills":       {billsPage{}, billsPage{Tabs: tabs, Org: "x", Orgs: orgs, Bills: []billView{{usage.Sheet{ID: someID, No: "2026-05-0001", Month: "2026-05", Total: 100, State: "made"}, "甲"}}, Pager: page, Export: export}},
		"ratings":     {ratingsPage{}, ratingsPage{labHead: labHead{Org: "x", Orgs: orgs, Tabs: tabs}, Ratings: []ratedView{{usage.Rated{Run: someID, Instrument: someID, Title: words, Stars: 4, Words: "久 <i>", At: someTime}, "甲", "/listings/x"}, {usage.Rated{}, "乙", ""}}, Pager: page, Export: export}},
		"prices":      {pricesPage{ID: someID}, pricesPage{ID: someID, Name: words, Export: export, Lines: []priceChange{{From: unit.Date(2026, 1, 1), Class: words, Rate: 100, Basis: words, Minimum: 5, Change: "+12.5%", Current: true}, {Coming: true}, {Ended: true}}}},
		"imports":     {importsPage{}, importsPage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, Works: []importView{{Work: working, What: words, Kind: "仪器", Percent: 40, Chip: "hand"}, {Work: intake.Work{ID: someID, Name: "b"}}}, Pager: page}},
		"importone":   {importOnePage{importView: importView{Work: working, What: words, Percent: 40}}, importOnePage{importView: importView{Work: ended, What: words}, Org: "甲", Export: export}, importOnePage{importView: importView{Work: cut}}},
		"listing":     {listingPage{Standing: &standingView{standing, someID, "1.0 h", true}}, listingPage{Standing: &standingView{}}},
	}
}
