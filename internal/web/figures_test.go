package web

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/indicator"
	corridorlog "corridor/internal/log"
)

func TestThousandsAreSetApart(t *testing.T) {
	for plain, want := range map[string]string{"0": "0", "198": "198", "-198": "-198", "46414": "46,414", "-9000000000.00": "-9,000,000,000.00", "1000": "1,000",
		"100000.5": "100,000.5", "5.6e+10": "5.6e+10", "": "", "-": "-", "a dozen": "a dozen", "1,000": "1,000"} {
		if got := grouped(plain); got != want {
			t.Errorf("%q reads %q, want %q", plain, got, want)
		}
	}
}

// While a neighbour's log is not read to its end the page of figures says so, and takes no document for wrong because of it.
func TestFiguresSayWhatIsNotReadYet(t *testing.T) {
	h := open(t)
	editor := h.person("", "node_admin", "")
	who, err := h.c.Access.Session(context.Background(), editor)
	if err != nil {
		t.Fatal(err)
	}
	who.Grants = append(who.Grants, access.Grant{Role: "editor"})
	if err := h.c.DB.Act(context.Background(), func(tx *db.Tx) error {
		return h.c.Indicators.Report(context.Background(), tx, who, indicator.Report{Indicator: "vouchers-paid", Value: "7000", Unit: "count", Approx: "over", Document: "D", Digest: "d1", Title: "虚构报道", From: 5, To: 9, Quote: "超7000笔"})
	}); err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/figures", "", nil), 200, "不符", "-7,000")
	h.wants(h.ask("GET", "/figures/vouchers-paid?lang=en", "", nil), 200, "differs", "the logs show more by -7,000")
	h.wants(h.ask("GET", "/api/v1/figures", "", nil), 200, `"compared":"differs"`, `"more":"-7000"`, `"unread":[]`)

	_, key := corridorlog.NewKey("log.example/31")
	h.rebuilt(func(c *Config) {
		c.Federation, err = federation.New(federation.Config{DB: c.DB, Self: "340000", Networks: loopback, Now: c.Clock.Now, Access: c.Access,
			Peers: []federation.Peer{{Code: "310000", Name: fault.Words{"上海（演示）", "Shanghai (demo)"}, URL: "http://127.0.0.1:1", Key: key}}})
		if err != nil {
			t.Fatal(err)
		}
	})
	page := h.ask("GET", "/figures", "", nil)
	h.wants(page, 200, "日志还没有读完", "上海（演示） 还没有联系上", "日志未读完")
	if strings.Contains(page.Body.String(), "不符") {
		t.Error("a document is taken for wrong while a log is not read")
	}
	h.wants(h.ask("GET", "/figures/vouchers-paid?lang=en", "", nil), 200, "Shanghai (demo) was not reached yet", "logs not read to the end")
	h.wants(h.ask("GET", "/api/v1/figures", "", nil), 200, `"unread":[{"node":"310000","behind":0}]`)
}
