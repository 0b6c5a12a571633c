package web

import (
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
)

// someFacts are facts of every kind.
var someFacts = federation.Facts{Labels: []federation.FactLabel{{Label: "tech_sme", Title: someWords, Level: "a", Issuer: "340000", Since: someDay, Until: someDay}, {Title: someWords, Since: someDay}},
	Paid:      []federation.FactPaid{{Case: "34-26-0001-0", Title: someWords, Stage: someWords, Sum: 2_500_00, On: someDay}},
	Contracts: []federation.FactContract{{Case: "34-26-0002-0", Title: someWords, Stage: someWords, With: "x", Name: someWords, Sum: 1, Since: someDay}, {With: "y", Since: someDay}}}

// disclosureBodies are the page of what is shown, empty and in each of its states.
func disclosureBodies() map[string][]any {
	page := func(state casework.DisclosureState, facts federation.Facts) disclosurePage {
		d := casework.Disclosure{Case: casework.Case{ID: someID, No: "34-26-0003-0", OrgName: someWords}, Field: scheme.Field{Words: someWords}, State: state, Digest: "sha256:d"}
		d.Disclosure = federation.Disclosure{Facts: facts, Until: someDay, Made: someDay}
		return disclosurePage{Disclosure: d, Path: "/cases/x/disclosure"}
	}
	empty := page(casework.DisclosurePreview, federation.Facts{})
	empty.MayAgree = true
	changed := page(casework.DisclosurePreview, someFacts)
	changed.MayAgree, changed.Was, changed.For = true, true, []fault.Words{someWords, someWords}
	agreed := changed
	agreed.Was, agreed.Agreed = false, true
	shown := page(casework.DisclosureShown, someFacts)
	shown.Own, shown.MayEnd, shown.Leaf, shown.MadeAt = true, true, someID, someTime
	unread := shown
	shown.Reads = []casework.DisclosureRead{{At: someTime, By: "甲 <b>", Words: someWords, OrgName: someWords, How: "page"}, {At: someTime, How: "file"}, {At: someTime, How: "operation"}, {At: someTime, How: "score"}}
	read := page(casework.DisclosureShown, someFacts)
	all := []any{empty, changed, agreed, shown, unread}
	for _, x := range []casework.ScoreView{{Org: "a"}, {Org: "a", Sheet: true}, {Org: "a", Sheet: true, Score: &casework.Score{ID: someID, Day: someDay, SheetNo: 1}}} {
		read.Score = &scoreHere{ScoreView: x, Case: someID, Read: scoredView{Points: true}}
		all = append(all, read)
	}
	for _, over := range []casework.DisclosureState{casework.DisclosureExpired, casework.DisclosureWithdrawn, casework.DisclosureEnded, casework.DisclosureAgain} {
		x := page(over, someFacts)
		x.Own, x.OverAt = true, someTime
		all = append(all, x)
	}
	return map[string][]any{"disclosure": all}
}
