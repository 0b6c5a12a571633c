package node_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
)

var fileLink = regexp.MustCompile(`href="([^"]*format=(csv|xlsx)[^"]*)"`)

// files follows the two links of a page to its files and wants a head and so many rows in each, with some words in them.
func (t *treasury) files(who *http.Cookie, path string, rows int, has string) {
	t.Helper()
	at := map[string]string{}
	for _, m := range fileLink.FindAllStringSubmatch(t.asks(who, "GET", path, 200, "", nil), -1) {
		if at[m[2]] == "" {
			at[m[2]] = html.UnescapeString(m[1])
		}
	}
	if rows == 0 && len(at) == 0 { // an empty list offers no file, and gives one with its head
		at = map[string]string{"csv": path + "?format=csv", "xlsx": path + "?format=xlsx"}
	}
	if at["csv"] == "" || at["xlsx"] == "" {
		t.Errorf("%s has no link to its files: %v", path, at)
		return
	}
	text := t.asks(who, "GET", at["csv"], 200, "", nil)
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	if err != nil || len(table) < 1+rows || len(table[0]) < 4 || !strings.Contains(text, has) {
		t.Errorf("%s as CSV: %v, %d rows, wanted %d with %q: %.300s", path, err, len(table), rows, has, text)
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(t.asks(who, "GET", at["xlsx"], 200, "", nil))))
	t.must(err)
	lines, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(lines) != len(table) {
		t.Errorf("%s as XLSX: %v, %d rows beside %d of CSV", path, err, len(lines), len(table))
	}
	t.asks(who, "GET", strings.Replace(at["csv"], "format=csv", "format=doc", 1), 422, "", nil)
}

// Every list of the catalogue, and the lists of people, notices, jobs and the log, is handed out as it stands on its page: the page has
// the two links, and both files have the head, the rows and the words that the page shows.
func TestEveryListIsTakenAsAFile(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx, lab, firm := context.Background(), t.firms[3], t.firms[0]
		runs := access.Actor{Person: "01LABOP", Name: "operator", Strong: true, Grants: []access.Grant{{Role: "lab_operator", Org: lab}}}
		l, b := t.microscope(runs, lab)
		day := time.Date(2026, 3, 4, 1, 0, 0, 0, time.UTC)
		_, err := b.Book(ctx, clerk(firm), booking.Ask{Instrument: l.ID, Org: firm, Span: booking.Span{From: day, To: day.Add(2 * time.Hour)}, Samples: 1})
		t.must(err)
		user := t.signedIn("user@a.example", "org_member", firm)
		t.signedIn("lab@a.example", "lab_operator", lab)
		t.posts(user, "/samples/new", 303, url.Values{"instrument": {string(l.ID)}, "org": {firm}, "what": {"电池隔膜"}, "samples": {"3"}, "safe": {"none"}})
		t.posts(user, "/search/saved", 303, url.Values{"search": {"q=冷冻电镜"}})
		t.now = time.Date(2026, 4, 2, 2, 0, 0, 0, time.UTC)
		_, err = t.Usage.Take(ctx, runs, []usage.Entry{{Instrument: l.ID, LogNo: "1", From: day, To: day.Add(2 * time.Hour), Samples: 2, Direction: "136"}})
		t.must(err)
		uses, _, err := t.Usage.Uses(ctx, clerk(firm), firm, 1)
		t.must(err)
		var operator, admin *http.Cookie
		user, operator, admin = t.again("user@a.example"), t.again("lab@a.example"), t.again("admin@node.example")
		t.posts(user, "/uses/"+string(uses[0].ID)+"?org="+firm, 303, url.Values{"stars": {"5"}, "words": {"及时"}})
		t.posts(operator, "/usage/charges?org="+lab+"&month=2026-03", 303, url.Values{})
		_, err = t.Log.Sequence(ctx)
		t.must(err)
		for _, x := range []struct {
			path string
			who  *http.Cookie
			rows int // at least
			has  string
		}{
			{"/search?q=冷冻电镜", user, 1, "冷冻透射电子显微镜"},
			{"/search/saved", user, 1, "冷冻电镜"},
			{"/listings?kind=instrument", user, 1, ""},
			{"/listings/mine", operator, 1, ""},
			{"/instruments", user, 1, "冷冻透射电子显微镜"},
			{"/bookings?view=past", user, 1, "冷冻透射电子显微镜"},
			{"/labs/" + lab + "/month?month=2026-03", operator, 1, "冷冻透射电子显微镜"},
			{"/instruments/" + string(l.ID) + "/prices", user, 1, ""},
			{"/samples?org=" + firm, user, 1, "电池隔膜"},
			{"/usage/samples?org=" + lab, operator, 1, "电池隔膜"},
			{"/usage?org=" + lab + "&month=2026-03", operator, 1, "冷冻透射电子显微镜"},
			{"/usage/year?org=" + lab + "&year=2026", operator, 1, "冷冻透射电子显微镜"},
			{"/usage/records?org=" + lab + "&month=2026-03", operator, 1, ""},
			{"/usage/charges?org=" + lab + "&month=2026-03", operator, 1, ""},
			{"/usage/ratings?org=" + lab, operator, 1, "及时"},
			{"/uses?org=" + firm, user, 1, "及时"},
			{"/bills?org=" + firm, user, 1, "2026-03"},
			{"/people", admin, 2, "user@a.example"},
			{"/notices", operator, 1, "样品"},
			{"/log", admin, 1, "仪器名称: 冷冻透射电子显微镜"},
			{"/jobs", admin, 0, ""},
		} {
			t.files(x.who, x.path, x.rows, x.has)
		}
		for range 65 { // more than a page of them
			_, err := t.Bookings.Enter(ctx, access.System("test"), booking.Instrument{Org: lab, Title: fault.Words{"台式离心机", "Bench centrifuge"}, Zone: "Asia/Shanghai"})
			t.must(err)
		}
		t.files(user, "/instruments", 66, "台式离心机")
	})
}
