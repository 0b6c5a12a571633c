package web

import (
	"corridor/internal/catalogue"
	"corridor/internal/unit"
)

// needBodies are the pages on which needs meet offers, empty and full.
func needBodies() map[string][]any {
	l := catalogue.Listing{ID: someID, Kind: "demand", Title: someWords, OwnerName: someWords, Owner: "x", Region: "340100", Synthetic: true, Published: someTime}
	row := needRow{L: l, Kind: someWords, Type: "企业难题", State: someWords, Budget: "1000.00", Until: someDay, Days: 3, Demo: true}
	choice := []picked{{"310000", someWords[0], 3, "/needs?q=x", true}}
	options := []option{{"a", "甲"}, {"b", "乙"}}
	exports := exportView{"/x?format=csv", "/x?format=xlsx"}
	pages := pager{From: 1, To: 10, Total: 30, After: "/x?page=2"}
	match := matchView{Match: catalogue.Match{Listing: l}, No: 1, Kind: "成果", Part: 44, Pros: []string{"说到同样的：残碱"}, Cons: []string{"要价高于预算"}, Origin: "上海", For: &l}
	return map[string][]any{
		"needs": {needsPage{Form: wrong()}, needsPage{Form: wrong(), Narrow: true}, needsPage{Form: wrong(), Mine: true, Offers: true},
			needsPage{Form: wrong("owner"), Mine: true, Offers: true, Orgs: options, Owner: "a", Rows: []needRow{row}, Total: 1, Export: exports},
			needsPage{Form: wrong("q"), Offers: true, Kinds: choice, Types: options, Fields: options, Places: options, Orders: choice, Rows: []needRow{row, {L: l, Until: unit.Day(0)}}, Total: 30, Pager: pages, Export: exports}},
		"matches": {matchesPage{Form: wrong(), L: l, Need: true}, matchesPage{Form: wrong(), L: l, Wordless: true},
			matchesPage{Form: wrong("province"), L: l, Kind: someWords, Need: true, Draft: true, Kinds: choice, Places: options, All: []matchView{match}, Total: 1, Pager: pages, Export: exports, Orgs: options}},
		"suited": {suitedPage{}, suitedPage{Offers: 2, Orgs: options, Owner: "a"}, suitedPage{Offers: 2, Orgs: options, Owner: "a", All: []matchView{match}, Pager: pages, Export: exports}},
	}
}
