package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/ledger"
	"corridor/internal/unit"
	"corridor/internal/web/systems"
)

// sheetOf reads a list that was handed out as CSV; its first row is the head.
func (h *house) sheetOf(w *httptest.ResponseRecorder) [][]string {
	h.t.Helper()
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		h.t.Fatalf("answered %d %q: %.300s", w.Code, w.Header().Get("Content-Disposition"), w.Body)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil {
		h.t.Fatal(err)
	}
	return rows
}

// record leaves entries in the journal, an hour apart from noon on.
func (h *house) record(who access.Actor, all ...access.Entry) {
	h.t.Helper()
	ctx := context.Background()
	for _, e := range all {
		if err := h.c.DB.Act(ctx, func(tx *db.Tx) error { return h.c.Access.Record(ctx, tx, who, e) }); err != nil {
			h.t.Fatal(err)
		}
		if err := h.c.Clock.Advance(time.Hour); err != nil {
			h.t.Fatal(err)
		}
	}
}

func TestTheJournalIsSearchedByEveryFieldAndTakenAsAFile(t *testing.T) {
	h := open(t)
	_, firm := h.firm()
	auditor := h.person("audit@node.example", "auditor", "")
	h.record(firm, access.Entry{Act: "case.file", Object: "case/1", Region: "340100", Detail: "digest ab12"}, access.Entry{Act: "case.file", Object: "case/2", Region: "340200", Detail: "=1+1"})
	h.record(access.System("clock"), access.Entry{Act: "case.lapse", Object: "case/2", Region: "340000"})
	for query, want := range map[string]string{
		"act=case":       "case/2 case/2 case/1",
		"act=case.lapse": "case/2",
		"who=" + string(firm.Person) + "&act=case":  "case/2 case/1",
		"who=" + url.QueryEscape("甲") + "&act=case": "case/2 case/1",
		"object=case/1":                          "case/1",
		"detail=ab12":                            "case/1",
		"region=340100&act=case":                 "case/1",
		"act=case&from=2026-03-03":               "",
		"act=case&from=2026-03-02&to=2026-03-02": "case/2 case/2 case/1",
	} {
		var got []string
		for _, row := range h.sheetOf(h.ask("GET", "/journal?format=csv&"+query, auditor, nil))[1:] {
			got = append(got, row[5])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
		page := h.ask("GET", "/journal?"+query, auditor, nil)
		h.wants(page, 200)
		if strings.Contains(page.Body.String(), "没有符合的记录") != (want == "") {
			t.Errorf("%s: page and file do not say the same", query)
		}
	}
	file := h.ask("GET", "/journal?format=csv&act=case", auditor, nil).Body.String()
	if strings.Contains(file, ",=1+1") || !strings.Contains(file, ",'=1+1") {
		t.Errorf("a formula stands in the file: %s", file)
	}
	h.wants(h.ask("GET", "/journal?from=2026-03-03&to=2026-03-01", auditor, nil), 422, `id="to-e"`, "起始日不得晚于截止日")
	h.wants(h.ask("GET", "/journal?from=soon", auditor, nil), 422, `id="from-e"`, `value="soon"`)
	h.wants(h.ask("GET", "/journal?format=pdf", auditor, nil), 422, "web.format")
	h.wants(h.ask("GET", "/journal?format=csv", h.person("firm2@node.example", "org_member", testFirm), nil), 404)
}

// post puts money into an account of the books.
func (h *house) pay(id, debit, credit string, fen unit.Fen) {
	h.t.Helper()
	ctx := context.Background()
	if err := h.c.DB.Act(ctx, func(tx *db.Tx) error {
		for _, path := range []string{debit, credit} {
			if err := h.c.Ledger.Open(ctx, tx, ledger.Account{Path: path, Asset: "CNY"}); err != nil {
				return err
			}
		}
		_, err := h.c.Ledger.Apply(ctx, tx, ledger.Transfer{ID: id, Kind: ledger.Post, Debit: debit, Credit: credit, Amount: fen, Ref: "test", Note: "=note"})
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}

func TestAnAccountHasAStatementByPeriodABalanceByDayAndAFile(t *testing.T) {
	h := open(t)
	h.firm()
	h.person("audit@node.example", "auditor", "")
	const bank, budget = "340000/bank", "340000/voucher/2026/budget"
	h.pay("t1", bank, budget, 10_000_00)
	_ = h.c.Clock.Advance(10 * 24 * time.Hour) // 12 March
	h.pay("t2", budget, bank, 2_500_50)
	token := h.signIn("audit@node.example") // the session of ten days ago has ended

	h.wants(h.ask("GET", "/books?prefix=340000/v", token, nil), 200, budget, "7,499.50", "/books/text/hledger")
	h.wants(h.ask("GET", "/books?day=2026-03-05", token, nil), 200, "10,000.00")
	h.wants(h.ask("GET", "/books?day=2026-02-30", token, nil), 422, `id="day-e"`)
	at := "/books/entries?account=" + url.QueryEscape(budget)
	h.wants(h.ask("GET", at+"&from=2026-03-10&to=2026-03-31", token, nil), 200, "期初余额", "10,000.00", "2,500.50", "7,499.50")
	h.wants(h.ask("GET", at+"&from=2026-03-10&to=2026-03-01", token, nil), 422, "起始日不得晚于截止日")
	rows := h.sheetOf(h.ask("GET", at+"&format=csv", token, nil))
	if len(rows) != 3 || rows[1][6] != "10000.00" || rows[2][8] != "7499.50" || rows[2][5] != "'=note" {
		t.Errorf("the file holds %v", rows)
	}
	if got := len(h.sheetOf(h.ask("GET", at+"&format=csv&from=2026-03-10", token, nil))); got != 2 {
		t.Errorf("a period gave %d rows, want a head and one", got)
	}
	w := h.ask("GET", at+"&format=xlsx", token, nil)
	book, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := book.GetCellValue("Sheet1", "I3"); err != nil || got != "7499.5" {
		t.Errorf("the sheet says %q, %v", got, err)
	}
	h.wants(h.ask("GET", "/api/v1/books/entries?account="+url.QueryEscape(budget)+"&from=2026-03-10&to=2026-03-31", token, nil), 200, `"opening":{"posted":"10000.00"`, `"out":"2500.50"`)
	h.wants(h.ask("GET", "/books/text/beancount", token, nil), 200, "open", "340000")
	h.wants(h.ask("GET", "/books/text/word", token, nil), 422, "ledger.format")
}

func TestSystemsAreAnOverviewAndListedPageByPage(t *testing.T) {
	h := open(t)
	groups := systems.Groups()
	w := h.ask("GET", "/systems", "", nil)
	h.wants(w, 200, "/systems?group="+groups[0].Key)
	if n := strings.Count(w.Body.String(), `<tr id="n`); n != 0 {
		t.Errorf("the overview lists %d systems", n)
	}
	seen := 0
	for page := "/systems?all=yes"; page != ""; {
		w := h.ask("GET", page, "", nil)
		n := strings.Count(w.Body.String(), `<tr id="n`)
		if n == 0 || n > pageRows {
			t.Fatalf("%s lists %d systems", page, n)
		}
		seen += n
		_, rest, more := strings.Cut(w.Body.String(), `rel="next"`)
		_ = rest
		before := w.Body.String()[:strings.Index(w.Body.String()+`" rel="next"`, `" rel="next"`)]
		if page = ""; more {
			page, _, _ = strings.Cut(strings.ReplaceAll(before[strings.LastIndex(before, `"`)+1:], "&amp;", "&"), "#")
		}
	}
	if want := len(systems.All()); seen != want {
		t.Errorf("the pages list %d systems, want %d", seen, want)
	}
	h.wants(h.ask("GET", "/systems?group=none", "", nil), 200, "没有符合的系统")
	if got, want := len(h.sheetOf(h.ask("GET", "/systems?all=yes&t1.take=csv", "", nil))), len(systems.All())+1; got != want {
		t.Errorf("the file has %d rows, want %d", got, want)
	}
}

// What a room hands over page by page is taken whole: every page is asked for, and none after the last.
func TestAListThatARoomPagesIsTakenWhole(t *testing.T) {
	w := httptest.NewRecorder()
	v := &visit{w: w, r: httptest.NewRequest("GET", "/?format=csv", nil)}
	asked := 0
	err := v.sendPages(&sheet{Name: "x", Head: []string{"n"}}, func(n int) (rows [][]any, total int, err error) {
		for asked = n; len(rows) < 2 && 2*(n-1)+len(rows) < 5; {
			rows = append(rows, []any{2*(n-1) + len(rows) + 1})
		}
		return rows, 5, nil
	})
	if got, want := strings.Fields(strings.TrimPrefix(w.Body.String(), "\ufeff")), []string{"n", "1", "2", "3", "4", "5"}; err != nil || asked != 3 || !slices.Equal(got, want) {
		t.Errorf("after %d pages %v, %v; want %v", asked, got, err, want)
	}

	h := open(t)
	token, _ := h.firm()
	for _, page := range []string{"/imports", "/knowledge", "/round-lists", "/figures/vouchers-paid"} {
		if got := h.sheetOf(h.ask("GET", page+"?format=csv", token, nil)); len(got) == 0 || len(got[0]) < 5 {
			t.Errorf("%s is handed out as %v", page, got)
		}
	}
}

func TestHomeSaysWhatWaitsUntilWhenAndCountsFiguresOnce(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	ctx := context.Background()
	c, err := h.c.Cases.Create(ctx, who, "voucher", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/", token, nil), 200, c.No, "/cases/"+string(c.ID), "演示企业", "到什么时候")
	admin := h.signIn("admin@node.example")
	h.wants(h.ask("GET", "/", admin, nil), 200, "现在没有等您办理的事")
	key := h.s.figures.key
	if h.wants(h.ask("GET", "/", admin, nil), 200); key == "" || h.s.figures.key != key {
		t.Errorf("figures were kept for %q, then %q", key, h.s.figures.key)
	}
	for i := range h.s.figures.all { // what is kept is shown, until the log grows
		h.s.figures.all[i].Value = 4711
	}
	h.wants(h.ask("GET", "/", "", nil), 200, "47.11")
}
