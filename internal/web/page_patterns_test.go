package web

import (
	"corridor/internal/casework"
	"corridor/internal/fault"
)

// patternBodies are the page of unusual patterns, empty and full.
func patternBodies() map[string][]any {
	c := casework.Case{ID: someID, No: "34-26-0001-1", OrgName: someWords, StageWords: someWords}
	p := casework.Pattern{Kind: casework.SameController, Subject: "a/b", Title: someWords, Orgs: []string{"x", "y"}, Names: map[string]fault.Words{"x": someWords, "y": someWords}, N: 2, Days: 90, Cases: []casework.Case{c, c}}
	aside := p
	aside.Aside = &casework.Aside{At: someTime, By: "甲", Reason: "集团内分工"}
	return map[string][]any{"patterns": {patternsPage{Basis: "x"}, patternsPage{Basis: "x", Verified: true, Export: exportView{"/a", "/b"}, All: []patternView{{Pattern: p, Words: "a", Why: "b", Number: "2"}, {Pattern: aside, Words: "a", Why: "b", Number: "2"}}}}}
}
