package demo

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
	"testing"

	"corridor/internal/unit"
)

// The laboratory looks in its own node at the files of an order of another: at what it brought itself, and at what home shows it, which
// is asked for. Nobody else looks at either, and what home cannot be asked for is told.
func TestAPartyAbroadLooksAtTheFilesOfItsOrder(t *testing.T) { onBoth(t, partyLooks) }

func partyLooks(t *testing.T, c Config) {
	c.Extract = inHere{}
	w := startWith(t, c)
	ctx, anhui, shanghai := context.Background(), w.towns[Anhui], w.towns[Shanghai]
	w.granted(Anhui)
	no := w.order(Anhui, "O", Lab)
	w.stands(Anhui, "O", Shanghai, no, "filed")
	if got := w.abroad(Shanghai, no, "accept"); got != "" {
		t.Fatal(got)
	}
	w.stands(Anhui, "O", Shanghai, no, "accepted")

	at := "/abroad/" + shanghai.shadow(no).ID
	operator, err := actor(ctx, shanghai.node, "lab@shanghai.example")
	anhui.must(err)
	report, err := shanghai.node.Cases.AttachAbroad(ctx, operator, unit.ID(strings.TrimPrefix(at, "/abroad/")), "report.pdf", bytes.NewReader(pdfOf(`Shanghai Pujiang Cryo-EM Centre \(demo\)`, "Fee 2,000.00 as quoted")))
	anhui.must(err)
	if got := w.abroad(Shanghai, no, "deliver", "f.report.kept="+string(report.Digest)); got != "" {
		t.Fatal(got)
	}
	w.stands(Anhui, "O", Shanghai, no, "delivered")

	firm, err := actor(ctx, anhui.node, "firm@anhui.example")
	anhui.must(err)
	bring := func(name string, content []byte) string {
		t.Helper()
		a, err := anhui.node.Cases.Attach(ctx, firm, unit.ID(strings.TrimPrefix(anhui.cases["O"], "/cases/")), name, bytes.NewReader(content))
		anhui.must(err)
		return string(a.Digest)
	}
	signed := unit.DayOf(w.world.Clock.Now(), unit.Beijing())
	tail := "<script>alert(1)</script>"
	contract := bring("contract.pdf", pdfOf(fmt.Sprintf("Signed %s, sum 1999.50, invoice 26312000000012340007", strings.ReplaceAll(signed.String(), "-", "/"))))
	slip := bring("slip.png", pictureOf(t, tail))
	anhui.play(fmt.Sprintf(`
firm fills O contract.kept=%s signed=%s contract_sum=1999.50 invoices=file:发票 invoice_lines.rows=1 invoice_lines.0.seller=%s invoice_lines.0.number=26312000000012340007 invoice_lines.0.line=1 invoice_lines.0.total=2000 invoice_lines.0.amount=2000 invoiced=2000 slip.kept=%s paid=2000 other_subsidy=0 rating=5
firm claim O -> claimed`, contract, signed, Lab, slip))
	w.stands(Anhui, "O", Shanghai, no, "claimed")

	lab, files := shanghai.client("lab"), at+"/files/"
	page := shanghai.get(lab, at)
	for _, digest := range []string{string(report.Digest), contract, slip} {
		if !strings.Contains(page, `href="`+files+digest+`/look"`) || !strings.Contains(page, `href="`+files+digest+`"`) {
			t.Errorf("the page leads to no look or no download of %s", digest)
		}
	}
	for _, x := range []struct {
		what, digest string
		wants        []string
	}{
		{"what was brought here", string(report.Digest), []string{`id="p-2"`, `<mark title="服务机构">Shanghai Pujiang Cryo-EM Centre (demo)</mark>`, `<mark title="报价">2,000.00</mark>`, "/look?page=1#p-2"}},
		{"what home shows", contract, []string{`<mark title="合同签订日">`, `<mark title="合同金额">1999.50</mark>`, `<mark title="发票明细：发票号码">26312000000012340007</mark>`}},
		{"a picture that home shows", slip, []string{`<img src="` + files + slip + `/picture" width="12" height="8"`}},
	} {
		look := html.UnescapeString(shanghai.get(lab, files+x.digest+"/look"))
		for _, want := range append(x.wants, `href="`+at+`"`, `href="`+files+x.digest+`"`, no) {
			if !strings.Contains(look, want) {
				t.Errorf("%s is shown without %s: %.3000s", x.what, want, look[max(0, strings.Index(look, "<main")):])
			}
		}
		if strings.Contains(look, "发票明细：销售方") {
			t.Errorf("%s is compared with the laboratory twice", x.what)
		}
	}
	answer, err := lab.Get(shanghai.at + files + slip + "/picture")
	anhui.must(err)
	defer answer.Body.Close()
	drawn, err := io.ReadAll(answer.Body)
	anhui.must(err)
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || kind != "image/png" || bytes.Contains(drawn, []byte(tail)) {
		t.Errorf("the picture is sent with %d as %s: %q", answer.StatusCode, kind, drawn)
	}
	for _, x := range [][2]string{{"firm", string(report.Digest) + "/look"}, {"firm", contract + "/look"}, {"firm", slip + "/picture"}, {"lab", strings.Repeat("0", 64) + "/look"}, {"lab", contract + "/picture"}} {
		if status, _ := shanghai.reads(x[0], files+x[1]); status != http.StatusNotFound {
			t.Errorf("%s answered %d", x[1], status)
		}
	}

	w.stops[Anhui]()
	if status, body := shanghai.reads("lab", files+contract+"/look"); status != http.StatusServiceUnavailable || !bytes.Contains(body, []byte("安徽节点没有回应，请稍后再试")) {
		t.Errorf("home does not answer, and what it keeps is answered with %d: %s", status, body)
	}
	if status, _ := shanghai.reads("lab", files+string(report.Digest)+"/look"); status != http.StatusOK {
		t.Errorf("what is kept here is answered with %d while home does not answer", status)
	}
}
