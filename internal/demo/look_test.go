package demo

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"corridor/internal/db/dbtest"
	"corridor/internal/reader/extract"
	"corridor/internal/unit"
)

// inHere reads what strangers bring as a node's child process does, in this one: that a child survives it is tested there.
type inHere struct{}

func (inHere) Read(_ context.Context, name string, content []byte, opt extract.Options) (*extract.Document, error) {
	opt.Packed = true
	return extract.Read(name, content, opt)
}

func (inHere) Look(_ context.Context, name string, content []byte, opt extract.Options) (*extract.Sight, error) {
	opt.Packed = true
	return extract.Look(name, content, opt)
}

// pdfOf is a PDF with one page for each text.
func pdfOf(pages ...string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	b.WriteString("%PDF-1.4\n")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 4+2*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Count %d /Kids [%s] >>", len(pages), kids)
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	for i, text := range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i)
		draw := "BT /F1 12 Tf 72 700 Td (" + text + ") Tj ET"
		object("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

// pictureOf is a PNG of 12 by 8 pixels with something behind its end.
func pictureOf(t *testing.T, tail string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 12, 8))); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), tail...)
}

// An officer who decides finds beside each question what it is about, and looks at the files without opening them; who may not read a
// file may not look at it.
func TestAnOfficerLooksAtTheEvidenceBesideTheQuestion(t *testing.T) {
	w := openTown(t, Shanghai, dbtest.SQLite(t))
	ctx := context.Background()
	w.play(`firm opens J joint-acceptance -> draft`)
	firm, err := actor(ctx, w.node, "firm@shanghai.example")
	w.must(err)
	bring := func(name string, content []byte) string {
		t.Helper()
		a, err := w.node.Cases.Attach(ctx, firm, unit.ID(strings.TrimPrefix(w.cases["J"], "/cases/")), name, bytes.NewReader(content))
		w.must(err)
		return string(a.Digest)
	}
	tail := "<script>alert(1)</script>"
	drawings, survey := bring("drawings.pdf", pdfOf("Hall one", "Permit PX-4711 for 12000 square metres")), bring("survey.png", pictureOf(t, tail))
	w.play(fmt.Sprintf(`
firm      fills   J project_code=2025-310115-40-01-000000 risk=low permit_no=PX-4711 buildings.rows=1 buildings.0.name=一号厂房 buildings.0.area=12000 drawings.kept=%s survey.kept=%s
firm      submit  J                                                                    -> submitted`, drawings, survey))

	desk := w.client("window")
	at := w.cases["J"] + "/files/"
	page := w.get(desk, w.cases["J"])
	_, ask, _ := strings.Cut(page, `name="ask.works_done" value="no"`)
	ask, _, _ = strings.Cut(ask, `</div>`)
	for _, want := range []string{`<dl class="kv evid"`, "一号厂房", `href="` + at + drawings + `/look"`, `href="` + at + survey + `/look"`} {
		if !strings.Contains(ask, want) {
			t.Errorf("beside the question stands no %s: %.2000s", want, ask)
		}
	}
	look := w.get(desk, at+drawings+"/look")
	for _, want := range []string{`id="p-1"`, "Hall one", `id="p-2"`, `<mark title="施工许可证号`, ">PX-4711</mark>", "/look?page=1#p-2", `>12000</mark>`, `href="` + at + drawings + `"`} {
		if !strings.Contains(html.UnescapeString(look), want) {
			t.Errorf("the file is shown without %s: %.3000s", want, look[max(0, strings.Index(look, "<main")):])
		}
	}
	if look = w.get(desk, at+survey+"/look"); !strings.Contains(look, `<img src="`+at+survey+`/picture" width="12" height="8"`) {
		t.Errorf("the picture is not shown: %.2000s", look[max(0, strings.Index(look, "<main")):])
	}
	answer, err := desk.Get(w.at + at + survey + "/picture")
	w.must(err)
	defer answer.Body.Close()
	drawn, err := io.ReadAll(answer.Body)
	w.must(err)
	if h := answer.Header; h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox; frame-ancestors 'none'" ||
		h.Get("Cache-Control") != "no-store" || bytes.Contains(drawn, []byte(tail)) || !bytes.HasPrefix(drawn, []byte("\x89PNG")) {
		t.Errorf("the picture is sent as %v, %q", h, drawn)
	}
	for _, x := range [][2]string{{"lab", drawings + "/look"}, {"lab", survey + "/picture"}, {"window", strings.Repeat("0", 64) + "/look"}, {"window", drawings + "/picture"}} {
		if status, _ := w.reads(x[0], at+x[1]); status != http.StatusNotFound {
			t.Errorf("%s answered %d", x[1], status)
		}
	}
}
