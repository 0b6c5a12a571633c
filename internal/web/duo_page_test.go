package web

import (
	"slices"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/fault"
)

// duoBodies are cases whose way crosses to another node.
func duoBodies() map[string][]any {
	duo := &duoView{Sides: [2]duoSide{{[]duoNode{{"340000", someWords}}, someWords}, {[]duoNode{{"310000", someWords}, {"320000", someWords}}, someWords}},
		Items: []duoItem{{Side: "a", Code: "340000", At: someTime, Words: "x <b>", Link: "#step-1", Says: []string{"y <i>"}, Leaf: "/log/entries/1"}, {Side: "ab", Code: "340000", At: someTime, Words: "z"},
			{Side: "b", Code: "310000", At: someTime, Words: "甲", Now: true, Late: true}, {Side: "a", Code: "340000", When: "then", Words: "乙", Next: true}}}
	return map[string][]any{"case": {casePage{Case: casework.Case{ID: someID, Title: someWords}, Duo: duo}}, "caseabroad": {abroadPage{Duo: duo}}}
}

func TestTheWayOfACaseStandsOnTwoSides(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 4, 1, hour, 0, 0, 0, time.UTC) }
	v := &visit{lang: fault.EN}
	l := &duoLine{v: v, home: "340000", names: map[string]fault.Words{"340000": {"安徽节点", "Anhui"}, "310000": {"上海节点", "Shanghai"}}}
	if l.view(someWords, someWords) != nil {
		t.Error("a case that never left its node has two sides")
	}
	words := func(zh, en string) casework.Step { return casework.Step{Words: fault.Words{zh, en}} }
	far := words("接单", "accept")
	far.At, far.By, far.Mandate, far.RoleWords = at(2), "甲 310000", "lab_operator@310000/12310000DEMQ000341", fault.Words{"机构", "provider"}
	near := words("备案", "file")
	near.At, near.By, near.Mandate, near.RoleWords = at(1), "乙", "org_admin/91340100MA0DEMQ19B", fault.Words{"企业", "firm"}
	clock := words("下达", "order payment")
	clock.At = at(5)
	sch := displayPack(t)
	for _, step := range []casework.Step{clock, far, near} {
		l.past = append(l.past, v.duoStep(l, casework.Case{}, sch, stepView{Step: step}))
	}
	got := l.view(someWords, someWords)
	var line []string
	for _, x := range got.Items {
		line = append(line, x.Side+" "+x.Words+": "+x.Says[0])
	}
	want := []string{"a file: 乙 (firm)", "b accept: 甲 (provider)", "a order payment: by the clock"}
	if !slices.Equal(line, want) {
		t.Errorf("got %q, want %q", line, want)
	}
	if len(got.Sides[1].Nodes) != 1 || got.Sides[1].Nodes[0].Name.In(fault.EN) != "Shanghai" {
		t.Errorf("the other side is %v", got.Sides[1])
	}
	waits := []casework.Wait{{Role: "clock", Due: at(1)}, {Role: "auditor"}, {Role: "finance", Due: at(9)}}
	if role := firstRole(waits); role != "finance" {
		t.Errorf("%s has to act, want finance", role)
	}
}
