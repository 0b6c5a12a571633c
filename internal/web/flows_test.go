package web

import (
	"testing"

	"corridor/internal/db"
	"corridor/internal/indicator"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// flowBodies are the pages of who uses whose resources, empty and full.
func flowBodies(pages pager) map[string][]any {
	some := indicator.Cell{N: 2, Sum: 150}
	full := flowsPage{Flows: indicator.Flows{All: some, Across: some, Between: map[[2]unit.Region]indicator.Cell{{"340000", "310000"}: some}, Years: []int{2025}}, Share: "100.0", Export: exportView{"/a", "/b"}, Wholly: "/flows/entries", Crossed: "/flows/entries?across=1",
		flowChoice: flowChoice{Years: []choiceOf{{"2025", someWords, true}}, Measures: []choiceOf{{"", someWords, true}, {"sum", someWords, false}}}}
	full.matrix(full.Flows, []unit.Region{"310000", "340000"}, 2025)
	money := full
	money.Money = true
	drawn := mapPage{flowChoice: full.flowChoice, Of: []choiceOf{{"users", someWords, true}}, Export: exportView{"/a", "/b"}}
	drawn.draw(map[unit.Region]indicator.Cell{"310115": some, "340100": some, "990000": some}, func(r unit.Region) string { return "/flows/entries?user=" + string(r) })
	yuan := drawn
	yuan.Money = true
	return map[string][]any{
		"flows": {flowsPage{Wholly: "/flows/entries", Crossed: "/flows/entries?across=1"}, flowsPage{Wholly: "/flows/entries", Crossed: "/flows/entries?across=1", flowChoice: flowChoice{Year: 2024}}, full, money},
		"flowentries": {flowEntriesPage{}, flowEntriesPage{Across: true}, flowEntriesPage{User: someWords, Host: someWords, Year: 2025, Total: 2, Sum: 150, Pager: pages, Export: exportView{"/a", "/b"},
			Rows: []flowEntry{{Bought: indicator.Bought{Index: 3, Day: someDay, User: "340100", Host: "310115", Sum: 150}, Node: someWords, Code: "340000", URL: "/log/entries/3", Service: someWords}, {Bought: indicator.Bought{User: "340100", Host: "310115"}, URL: "http://x/log/entries/4"}}}},
		"map": {mapPage{flowChoice: full.flowChoice}, drawn, yuan},
	}
}

// Each figure of the matrix and the map is a sum of public entries, and opens to exactly those.
func TestTheMatrixAndTheMapOpenToTheirEntries(t *testing.T) {
	h := writing(t)
	h.wants(h.ask("GET", "/flows", "", nil), 200, "还没有用券购买的核定记录")
	h.wants(h.ask("GET", "/map?lang=en", "", nil), 200, "There is no entry yet")
	h.wants(h.ask("GET", "/flows/entries?user=340000", "", nil), 200, "没有这样的记录")
	leaf := func(year int, user, host string, fen int64) corridorlog.Leaf {
		return corridorlog.Leaf{Kind: "voucher.approved", Day: unit.Date(year, 5, 6), Object: "case/X", Fields: map[string]any{"firm.region": user, "form.provider.region": host, "form.service": "testing", "payable": fen}}
	}
	instrument := corridorlog.Leaf{Kind: "listing", Day: unit.Date(2026, 1, 2), Object: "listing/A", Fields: map[string]any{"id": "A", "kind": "instrument", "state": "published", "region": "310115", "f_worth": "98765432100"}}
	if err := h.c.DB.Act(t.Context(), func(tx *db.Tx) error {
		for _, l := range []corridorlog.Leaf{leaf(2025, "340100", "310115", 1_000_00), leaf(2025, "340200", "310115", 500_25), leaf(2026, "340100", "340100", 70_00), instrument} {
			if _, err := h.c.Log.Append(t.Context(), tx, l); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.c.Log.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/flows", "", nil), 200, `href="/flows/entries?host=310000&amp;user=340000">2</a>`, `href="/flows/entries?host=340000&amp;user=340000">1</a>`, "1,570.25", "66.7%")
	h.wants(h.ask("GET", "/flows?show=sum&year=2025&lang=en", "", nil), 200, "1,500.25", "100.0%", "year=2025")
	h.wants(h.ask("GET", "/flows/entries?host=310000&user=340000", "", nil), 200, "1,500.25", "500.25", "/log/entries/", "芜湖")
	h.wants(h.ask("GET", "/flows?year=2025", "", nil), 200, `href="/flows/entries?across=1&amp;year=2025"`)
	h.wants(h.ask("GET", "/flows/entries?across=1&lang=en", "", nil), 200, "only across a border", "1,500.25")
	h.wants(h.call("GET", "/api/v1/flows/entries?across=true", "", ""), 200, `"total":2`)
	h.wants(h.ask("GET", "/map?of=users", "", nil), 200, "<svg", `href="/flows/entries?user=340100"`, "合肥")
	h.wants(h.ask("GET", "/map?of=hosts&show=sum&year=2025&lang=en", "", nil), 200, `href="/flows/entries?host=310000&amp;year=2025"`, "Shanghai", "1,500.25")
	h.wants(h.ask("GET", "/map?of=instruments&show=sum", "", nil), 200, "987,654,321.00", "/listings?kind=instrument&amp;region=310000")
	for path, rows := range map[string]int{"/flows?format=csv": 3, "/flows/entries?user=340000&format=csv": 4, "/flows/entries?across=1&format=csv": 3, "/map?of=hosts&format=csv": 3} {
		if got := h.sheetOf(h.ask("GET", path, "", nil)); len(got) != rows {
			t.Errorf("%s: %d rows, want %d: %q", path, len(got), rows, got)
		}
	}
	for _, path := range []string{"/flows?year=20x6", "/flows?year=1", "/flows/entries?user=34", "/map?of=nothing"} {
		h.wants(h.ask("GET", path, "", nil), 422)
	}
	h.wants(h.call("GET", "/api/v1/flows?year=2025", "", ""), 200, `"across":{"count":2,"sum":"1500.25"}`, `"user":"340000","host":"310000","count":2`)
	h.wants(h.call("GET", "/api/v1/flows/entries?user=340200", "", ""), 200, `"total":1`, `"sum":"500.25"`)
	h.wants(h.call("GET", "/api/v1/figures/instruments-worth/places", "", ""), 200, `"place":"310115","count":1,"sum":"987654321.00"`)
	h.wants(h.call("GET", "/api/v1/figures/vouchers-paid/places", "", ""), 404)
}
