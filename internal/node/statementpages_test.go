package node_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"corridor/internal/settlement/statement"
)

// A provider records on its page what it billed, an officer closes the month, the pages name the difference with both values,
// two officers sign, and what is printed leads to the public entry.
func TestAMonthIsClosedRecordedAndSignedOnItsPages(t *testing.T) {
	eachBorder(t, func(b *border) {
		here := &treasury{T: b.T, Node: b.pays, now: b.now()}
		closes := here.signedIn("a@node.example", "voucher_finance", "")
		here.signedIn("b@node.example", "voucher_finance", "")
		b.order("one", 0, "48000", "approve", "pay")
		b.order("two", 1, "20000", "approve", "pay")
		here.page(closes, "/statements", "还没有对账单|There is no statement yet")
		b.settled()
		if _, err := b.serves.Statements.Enter(b.Context(), clerk(b.lab), "340000", b.cases["one"].No, 48000_00, 0, ""); err != nil {
			t.Fatal(err)
		}
		lab, _, err := b.serves.Statements.Services(b.Context(), clerk(b.lab), 1)
		if err != nil || len(lab) != 2 || lab[0].Recorded || !lab[1].Recorded {
			t.Errorf("the laboratory sees %+v, %v", lab, err)
		}
		_, err = b.serves.Statements.Enter(b.Context(), clerk(b.firms[0]), "340000", b.cases["one"].No, 1, 0, "")
		b.refused("statement.no_order", err)
		b.settled()
		b.on(time.April, 1)
		closes = here.again("a@node.example")
		signs := here.again("b@node.example")
		here.page(closes, "/statements", "出账并发给对方|Close and send")
		here.posts(closes, "/statements", 409, url.Values{"host": {"310000"}, "period": {"2026-04"}})
		at := here.posts(closes, "/statements", 303, url.Values{"host": {"310000"}, "period": {"2026-03"}})
		at, _, _ = strings.Cut(at, "?")
		id := strings.TrimPrefix(at, "/statements/")
		seen, there := b.seen(id, statement.Compared)
		here.page(closes, at, "须由另一人签署|another officer signs", "开票金额|sum billed", "20,000.00 元|20,000.00 yuan", "没有记录|no record", "24,000.00|24,000.00")
		here.page(signs, at+"?only=differences", b.cases["two"].No+"|"+b.cases["two"].No, "代表本方签署|Sign for this side")
		here.posts(closes, at+"/sign", 403, url.Values{"digest": {seen.Digest}})
		here.posts(signs, at+"/sign", 303, url.Values{"digest": {seen.Digest}})
		b.must(b.serves.Statements.Sign(b.Context(), theirs, id, there.Digest))
		b.seen(id, statement.Signed)
		b.until("the entry has no number", func() bool { n, err := b.pays.Log.Pending(b.Context()); return err == nil && n == 0 })
		here.page(closes, at+"/paper", "月度对账单|Monthly statement", "/log/entries/|/log/entries/", seen.Digest+"|"+seen.Digest)
		here.page(closes, "/statements?way=paid&state=signed", "2026-03|2026-03", "双方已签|signed by both")
		here.page(closes, "/statements?way=served", "还没有对账单|There is no statement yet")
		if csv := here.asks(closes, "GET", at+"?format=csv", 200, "", nil); strings.Count(csv, "\n") != 3 || !strings.Contains(csv, b.cases["two"].No) {
			t.Errorf("%s", csv)
		}
	})
}
