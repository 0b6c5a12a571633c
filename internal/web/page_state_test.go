package web

import (
	"corridor/internal/fault"
	"corridor/internal/settlement/statement"
)

// stateBodies are the pages of statements, empty and full.
func stateBodies() map[string][]any {
	line := statement.Line{Order: "34-26-0001-8", Org: "91340100MA0DEMQ19B", Provider: "12310000DEMQ000341", State: "paid", Approved: 24000_00, Paid: 24000_00, Billed: 48000_00, Recorded: true, Days: 3, Workdays: true}
	other := line
	other.Billed, other.Recorded, other.Days, other.Workdays = 0, false, 4, false
	sent := statement.Statement{ID: "340000-310000-2026-03", Payer: "340000", Host: "310000", Period: "2026-03", Until: someTime, State: statement.Sent, MadeName: "甲 <b>", MadeAt: someTime}
	full := sent
	full.State, full.Digest, full.Differences = statement.Signed, "sha256:abc", 2
	full.Text.Totals = statement.Totals{Orders: 2, Firms: 1, Paid: 1, PaidFen: 24000_00, BackFen: 5, MedianWorkdays: 25, MedianDays: -1}
	full.Text.Differences = []statement.Difference{{Order: line.Order, Field: "billed", Payer: "48000.00"}, {Order: line.Order, Field: "state", Payer: "paid", Host: "approved"}, {Order: line.Order, Field: "days", Payer: "3 wd", Host: "4 d"}}
	full.Signatures = []statement.Signature{{Side: statement.Payer, Name: "乙", Mandate: "voucher_finance@340000", At: someTime, Leaf: someID}, {Side: statement.Host, At: someTime}}
	compared := full
	compared.State, compared.Signatures, compared.Differences = statement.Compared, nil, 0
	rows := []lineRow{{statement.Both{Order: line.Order, Payer: &line, Host: &other, Differs: full.Text.Differences, Late: true}, someWords, someWords}, {statement.Both{Order: line.Order, Host: &other, Before: 5}, someWords, someWords}}
	names := fault.Words{"皖", "AH"}
	whole := statementPage{Detail: statement.Detail{Statement: full, Mine: statement.Payer}, PayerWords: names, HostWords: someWords, Rows: rows, Export: exportView{"/a", "/b"}, Leaf: "/log/entries/3", Address: "http://a/<x>", QR: "<svg></svg>", Only: true}
	service := statement.Service{Payer: "340000", N: 3, At: someTime, Order: statement.Order{No: line.Order, State: "paid", ToProvider: true}, Recorded: true, Record: statement.Record{Name: "丙", At: someTime, Note: "<b>", Billed: 5}}
	return map[string][]any{
		"statements": {statementsPage{Form: &form{}}, statementsPage{Form: wrong("node"), Narrow: true, May: true, Open: []openMonth{{statement.Open{Host: "310000", Period: "2026-03", Orders: 4}, someWords}}, Nodes: []option{{"310000", "沪"}},
			Lines: []statementRow{{sent, names, someWords}, {full, names, someWords}, {compared, names, someWords}}, Export: exportView{"/a", "/b"}}, statementsPage{Form: &form{}, Open: []openMonth{{}}}},
		"statement": {statementPage{Detail: statement.Detail{Statement: sent}, PayerWords: names, HostWords: names}, whole, statementPage{Detail: statement.Detail{Statement: compared, Signs: true, Mine: statement.Host}, Rows: rows, Export: exportView{"/a", "/b"}},
			statementPage{Detail: statement.Detail{Statement: compared, Signs: true, Own: true}}},
		"statementpaper": {whole, statementPage{Detail: statement.Detail{Statement: sent}, QR: "<svg></svg>"}},
		"services":       {servicesPage{}, servicesPage{More: "/services?page=2", Open: line.Order, Lines: []serviceLine{{service, someWords, wrong("billed", "received", "note").on("s0")}, {statement.Service{Order: statement.Order{No: "2"}}, someWords, (&form{}).on("s1")}}}},
	}
}
