package web

import (
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// onceBodies are the pages of the used-once register, empty and full.
func onceBodies() map[string][]any {
	line := federation.InvoiceLine{Seller: "12310000DEMQ000341", Number: "26312000000012345678", Line: 1, Total: 600_00, Amount: 500_00}
	waits := useLine{federation.Claim{InvoiceLine: line, ID: someID, Case: someID, Keeper: "310000", State: federation.UseWaiting, Want: federation.UseHeld, Asked: someTime}, someWords}
	nobody := useLine{federation.Claim{InvoiceLine: line, State: federation.UseWaiting, Code: "federation.once_nobody", Asked: someTime}, someWords}
	used := useLine{federation.Claim{InvoiceLine: line, Keeper: "310000", State: federation.UseRefused, Code: "federation.once_used", Asked: someTime, Answered: someTime}, someWords}
	paid := useLine{federation.Claim{InvoiceLine: line, Keeper: "310000", State: federation.UseConfirmed, Answered: someTime, Paid: someTime,
		Checks: []federation.Recheck{{Days: 30, Answer: "valid"}, {Days: 90, Answer: "cancelled", Detail: "x"}, {Days: 365, Answer: "unknown"}, {Days: 400}}}, someWords}
	use := federation.Use{Node: "340000", Claim: someID, Digest: "abcdefghijklmnopqrstuvwxyz", Amount: 500_00, State: federation.UseHeld, At: someTime, Changed: someTime}
	cert := federation.Certificate{Org: "12310000DEMQ000341", Label: "tech_sme", Level: "A", Issuer: "310000", Since: someDay, Until: someDay, Holder: someWords, Title: someWords, Origin: "x/log", Index: 3}
	entry := federation.Recognition{ID: someID, List: "tech_sme", Kind: "label", From: "310000", What: "tech_sme", Since: someDay, Until: someDay, Basis: "办法", State: "proposed", By: "甲", Asked: someTime}
	adopted, ends := entry, entry
	adopted.State, adopted.Decider, adopted.Decided, adopted.Verified, adopted.Leaf = "adopted", "乙", someTime, true, someID
	ends.State, ends.Ends = "refused", someID
	theirs, over := entry, adopted
	theirs.ID, adopted.ID, over.ID, ends.ID = someID[:25]+"B", someID[:25]+"C", someID[:25]+"D", someID[:25]+"E"
	shown := federation.Shown{Certificate: cert, Day: someDay, Fingerprint: "ab cd", Community: federation.Community{Version: 1, Title: someWords}, Signed: 3}
	version := fileVersionView{Version: federation.Version{Community: federation.Community{Version: 2, From: someDay}, By: []string{"310000"}, Need: 2, Why: fault.New(fault.Conflict, "federation.community_quorum", "have", 1, "need", 2)},
		Lines: []fileChangeLine{{someWords, "", "x"}, {someWords, "y", ""}}, Signers: []fault.Words{someWords, someWords}, Others: []fault.Words{someWords, someWords}}
	holds := fileVersionView{Version: federation.Version{Community: federation.Community{Version: 3, From: someDay}, Holds: true}}
	epoch := epochView{EpochState: federation.EpochState{Epoch: federation.Epoch{Code: "310000", Log: "x/log", Epoch: 2, Size: 5, Key: "k", Why: "<b>", From: someDay}, Tree: "same", Held: 5, Need: 2, Refusal: fault.New(fault.Conflict, "federation.epoch_quorum", "name", someWords, "have", 1, "need", 2)},
		Name: someWords, New: "ab cd", Old: []string{"ab", "cd"}, Signers: []fault.Words{someWords, someWords}}
	began, own := epoch, epoch
	began.Tree, began.Need, began.Refusal, began.At, began.Aside, began.Signers = "", 0, nil, someTime, 300, nil
	own.Code, own.Own, own.At = "340000", true, someTime
	return map[string][]any{
		"epochs":   {epochsPage{Form: &form{}}, epochsPage{Form: wrong("note", "fingerprint").on("e"), Keep: true, Note: "x", Draft: &epoch, All: []epochView{own, began}}, epochsPage{Form: &form{}, Draft: &began}},
		"versions": {fileVersionsPage{Form: &form{}}, fileVersionsPage{Form: wrong("note").on("d"), Keep: true, Note: "x", Draft: &version, All: []fileVersionView{holds}}, fileVersionsPage{Form: &form{}, Draft: &holds, All: []fileVersionView{version}}},
		"recognitions": {recognitionPage{Form: &form{}}, recognitionPage{Form: wrong("list", "kind", "from", "what", "since", "until", "basis").on("r"), May: true, Narrow: true, List: "tech_sme", Kinds: []option{{"label", "x"}}, Export: exportView{"/a", "/b"},
			Lines: []recognitionLine{{Recognition: entry, Who: someWords, Mine: true, Called: someWords}, {Recognition: theirs, Who: someWords, Called: someWords}, {Recognition: adopted, Now: true, Who: someWords, Entry: "/log/entries/1", Called: someWords}, {Recognition: over, Called: someWords}, {Recognition: ends, Called: someWords}}}},
		"credentials": {credentialsPage{Form: &form{}}, credentialsPage{May: true, All: []credentialView{{Credential: federation.Credential{ID: someID, No: "<1>", Issuer: "310000", Since: someDay}, KindWords: someWords}}}, credentialsPage{Given: true, May: true, Form: wrong("kind", "name", "no", "hint", "email", "since").on("c"),
			Kinds: []option{{"talent", "x"}}, Exports: exportView{"/a", "/b"}, All: []credentialView{{Credential: federation.Credential{ID: someID, Name: "<甲>", No: "1", Hint: "012X", Level: "高级", Until: someDay}, KindWords: someWords, Lapsed: true}, {Credential: federation.Credential{ID: someID + "1", Ended: someTime, Reason: "x"}, KindWords: someWords}}}},
		"verify": {verifyPage{Form: &form{}, Shown: &federation.Shown{Person: &federation.Person{Name: "甲", No: "<1>", Hint: "012X"}}},
			verifyPage{Form: &form{}}, verifyPage{Form: wrong("certificate").on("c"), Sent: true, False: "假", Part: "key"},
			verifyPage{Form: &form{}, Sent: true, Shown: &shown, Known: federation.Known{Here: true, KeyCounts: true, Followed: someTime}, Who: someWords}, verifyPage{Form: &form{}, Shown: &shown, Known: federation.Known{Here: true, Withdrawn: true}}, verifyPage{Form: &form{}, Shown: &shown, Lapsed: true}},
		"once": {oncePage{Form: &form{}}, oncePage{Form: wrong("node"), Narrow: true, Export: exportView{"/a", "/b"}, Nodes: []option{{"310000", "沪"}}, States: []option{{"held", "x"}},
			RegisterView: federation.RegisterView{Terms: federation.OnceTerms{Keeper: "300000", QuestionsHour: 10, StaleDays: 60, AgainDays: []int64{30, 90}},
				Keys: []federation.OnceKey{{Year: 2026, Fingerprint: "ab cd", MadeBy: "300000", At: someTime}}},
			Askers2: []askerLine{{federation.Asker{Node: "340000", Hour: 1, All: 2, Held: 1, HeldFen: 500}, someWords, 500}},
			Kept:    []keptLine{{use, someWords, true}, {use, someWords, false}}, Mine: []useLine{waits, nobody, used, paid},
			Asked: []questionLine{{federation.Question{ID: someID, At: someTime, Node: "340000", Asked: "hold", Digest: "abc", Amount: 5, Answer: "held"}, someWords, "已占用"},
				{federation.Question{At: someTime, Asked: "confirm"}, someWords, ""}, {federation.Question{At: someTime, Asked: "release"}, someWords, ""}, {federation.Question{At: someTime, Asked: "key", Answer: "2026"}, someWords, "2026"}},
			UsesPage: "/once?uses=1.x", ClaimsPage: "/once?claims=1.x", QuestPage: "/once?questions=1.x"}},
	}
}

// someUses is the part of a case's page about its invoices.
func someUses() usesView {
	p := onceBodies()["once"][1].(oncePage)
	return usesView{All: p.Mine, Waiting: true}
}
