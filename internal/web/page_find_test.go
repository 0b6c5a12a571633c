package web

import "corridor/internal/catalogue"

// findBodies are the pages of the search, empty and full.
func findBodies() map[string][]any {
	choice := picked{"310000", someWords[0], 3, "/search?q=x", true}
	return map[string][]any{
		"searchsaved": {savedPage{}, savedPage{Export: exportView{"/x?format=csv", "/x?format=xlsx"}, All: []savedView{{Saved: catalogue.Saved{ID: someID, Made: someTime, Told: 3}, Path: "/search?q=x", Text: someWords[0], Choices: []string{"上海", "CMA"}},
			{Saved: catalogue.Saved{ID: someID, Made: someTime}, Path: "/search?kind=lab"}}}},
		"search": {
			searchPage{Empty: true, Tabs: []picked{choice}},
			searchPage{Exports: exportView{"/x?format=csv", "/x?format=xlsx"}, Text: "x", Exact: 1, Near: true, Total: 2, Nearest: []string{"不含“x”"}, Hits: []hitView{{Path: "/listings/x"}, {Path: "/listings/y", Nearer: true}}},
			searchPage{Text: "x", Without: 3, Wide: "/search?q=x", Nearest: []string{"不含“x”"}},
			searchPage{Text: someWords[0], Kind: "instrument", Tabs: []picked{choice}, Chosen: []picked{choice}, Clear: "/search", Orders: []picked{choice},
				Facets: []facetView{{"f.city", "城市", []picked{choice}, 1, true, 4, false}, {"free", "空档", []picked{choice}, 0, false, 0, true}}, From: "310000",
				Cities: []option{{"310000", "上海"}}, Least: "1", Most: "2", Total: 30, Wishes: []string{"“XRD”也查：X射线衍射"}, Literal: "/search?words=literal", Keep: "q=x&kind=lab",
				Hits: []hitView{{Path: "/listings/" + string(someID), Title: []piece{{"a", true}, {someWords[0], false}}, Kind: "仪器", Owner: []piece{{"单位", false}}, Org: "x", Code: "310000",
					Place: "上海", Km: 12, Facts: []namedValue{{Name: "型号", Value: "G4"}}, Says: []piece{{"…", false}}, Price: "3000", Unit: "元/小时", Free: "3月7日 周六 09:00", FreeAt: "/instruments/x", Demo: true}, {Path: "/listings/" + string(someID), Org: "x", Code: "320000", Km: -1, Free: "a", Wished: "b", FreeAt: "/c"}},
				Exports: exportView{"/search?format=csv", "/search?format=xlsx"}, Pager: pager{From: 1, To: 20, Total: 30, After: "/search?page=2"}},
		},
	}
}
