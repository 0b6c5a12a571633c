package web

import (
	"corridor/internal/casework"
	"corridor/internal/scheme"
)

// payerBodies are the pages of leads and payers: a payer in each state, a lead near and far.
func payerBodies(one casework.Case) map[string][]any {
	wait := []casework.ShadowWait{{Words: someWords, ActionWords: someWords, Due: someTime}, {Words: someWords, Clock: true, Due: someTime}}
	var payers []payerLine
	for i, state := range scheme.PayerStates {
		p := casework.Payer{ID: someID, Payer: "310000", Node: "310000", Org: "x", OrgName: someWords, Asked: 300, State: state, Gone: i == 4, Opened: someTime, Changed: someTime, Owed: i == 0, Here: i == 2}
		if i > 0 {
			p.News, p.Fen = casework.PayerNews{Case: someID, No: "31-26-0001-1", Words: someWords, Reason: "x <b>", Waits: wait}, 300
		}
		payers = append(payers, payerLine{Payer: p, Who: someWords, Hand: payerHand{"甲", someTime, true}, Lead: casework.Case{ID: someID, No: "34-26-0001-8", Title: someWords}})
	}
	payers = append(payers, payerLine{Payer: casework.Payer{State: scheme.PayerAsked, Opened: someTime, Changed: someTime}})
	news := casework.LeadNews{No: "34-26-0001-8", Title: someWords, OrgName: someWords, Words: someWords}
	over := news
	over.End, over.Gone = scheme.Refused, true
	leads := []ledView{{Lead: casework.Lead{Node: "340000", News: news, Changed: someTime, Owed: true}, Who: someWords, Hand: payerHand{Roles: "甲"}, Payers: []leadPayer{{casework.PayerLine{State: "asked", Asked: 3}, someWords}, {casework.PayerLine{State: "paid", Fen: 3, Gone: true}, someWords}},
		Mine: casework.Case{ID: someID, No: "31-26-0001-1", OrgName: someWords, StageWords: someWords}}, {Lead: casework.Lead{Here: true, Case: someID, News: over, Changed: someTime}, Who: someWords}}
	return map[string][]any{"casespayers": {payersPage{}, payersPage{Asked: payers, Led: leads}}, "case": {casePage{Case: one, Payers: payers}, casePage{Case: one, Lead: &leads[0]}, casePage{Case: one, Lead: &leads[1]}}}
}
