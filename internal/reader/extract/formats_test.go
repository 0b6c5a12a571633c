package extract

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"corridor/internal/fault"
)

// makeZip packs parts into a zip.
func makeZip(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(body))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const wordHead = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

func wordPara(style, text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r><w:t>` + text + `</w:t></w:r></w:p>`
}

func TestADocxIsReadWithItsTable(t *testing.T) {
	body := wordHead + wordPara("Title", "虚构市仪器开放年报") + wordPara("Heading1", "一、2024年概况") +
		wordPara("a", "2024年，虚构市入网仪器2136台，服务企业4700余家。虚构市科学技术局与示例大学签署合作协议。") +
		`<w:p><w:del><w:r><w:delText>删去的999家</w:delText></w:r></w:del><w:r><w:t>全市仪器开放率为</w:t></w:r><w:r><w:t>83.5%。其余见下表。</w:t></w:r></w:p>` +
		`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>类别</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>数量（台）</w:t></w:r></w:p></w:tc></w:tr>` +
		`<w:tr><w:tc><w:p><w:r><w:t>电镜</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>28</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>`
	d, err := Read("a.docx", makeZip(t, map[string]string{"word/document.xml": body}), Options{Packed: true})
	if err != nil {
		t.Fatal(err)
	}
	if d.Format != FormatDOCX || len(d.Articles) != 1 || d.Articles[0].Title != "虚构市仪器开放年报" {
		t.Fatalf("%s %+v", d.Format, d.Articles)
	}
	a := d.Articles[0]
	want := map[float64]bool{2136: true, 4700: true, 83.5: true, 28: true}
	for _, f := range a.Figures {
		if !want[f.Value] {
			t.Errorf("figure %v %s", f.Value, f.Quote)
		}
		delete(want, f.Value)
		if d.Text[f.Span[0]:f.Span[1]] != f.Quote {
			t.Errorf("%q stands at %q", f.Quote, d.Text[f.Span[0]:f.Span[1]])
		}
	}
	if len(want) > 0 || len(a.Agreements) != 1 {
		t.Errorf("left %v, agreements %+v", want, a.Agreements)
	}
	if strings.Contains(d.Text, "删去") {
		t.Error("deleted text was read")
	}
}

// makePDF writes a PDF of one page with runs of text at places; code points stand for themselves.
func makePDF(runs []struct {
	x, y float64
	s    string
}, kids string) []byte {
	var c strings.Builder
	c.WriteString("BT /F1 10 Tf ")
	for _, r := range runs {
		x := r.x
		for _, u := range utf16.Encode([]rune(r.s)) {
			fmt.Fprintf(&c, "1 0 0 1 %.1f %.1f Tm <%04X> Tj ", x, r.y, u)
			if u < 0x80 {
				x += 5
			} else {
				x += 10
			}
		}
	}
	c.WriteString("ET")
	cmap := "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
	for hi := 0; hi < 256; hi += 64 { // a range may not leave its first byte
		cmap += "64 beginbfrange "
		for k := hi; k < hi+64; k++ {
			cmap += fmt.Sprintf("<%02X00> <%02XFF> <%02X00> ", k, k, k)
		}
		cmap += "endbfrange "
	}
	cmap += "endcmap end end"
	objs := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Count 1 /Kids " + kids + " >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", c.Len(), c.String()),
		"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 6 0 R >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(cmap), cmap),
		"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objs))
	for i, o := range objs {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objs)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objs)+1, x)
	return b.Bytes()
}

func TestAPDFIsReadColumnByColumn(t *testing.T) {
	type run = struct {
		x, y float64
		s    string
	}
	left := []string{"虚构市科学仪器中心今天揭牌，", "首批入网仪器2136台，原值", "18.4亿元，服务企业超过47", "00家，占全市企业的三成左右。"}
	right := []string{"示例大学与北岭集团在会上签", "署战略合作框架协议，双方将", "共建联合实验室，首期投入", "为3000万元，建设期为两年。"}
	runs := []run{{180, 760, "虚构市仪器中心揭牌运行"}}
	for i := range left {
		runs = append(runs, run{50, 700 - 16*float64(i), left[i]}, run{330, 700 - 16*float64(i), right[i]})
	}
	d, err := Read("a.pdf", makePDF(runs, "[3 0 R]"), Options{Packed: true})
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.ReplaceAll(d.Text, "\n", "")
	if l, r := strings.Index(flat, "三成左右"), strings.Index(flat, "示例大学"); l < 0 || r < l {
		t.Errorf("the columns are mixed: %q", d.Text)
	}
	found := map[float64]bool{}
	for _, a := range d.Articles {
		for _, f := range a.Figures {
			found[f.Value] = true
		}
	}
	for _, v := range []float64{2136, 1840000000, 4700, 30000000} {
		if !found[v] {
			t.Errorf("%v was not found in %v", v, found)
		}
	}
}

func TestHostileFilesAreRefusedInTime(t *testing.T) {
	deep := wordHead + strings.Repeat("<w:p>", 5000)
	for _, c := range []struct {
		name string
		data []byte
		code string
	}{
		{"bomb.docx", makeZip(t, map[string]string{"word/document.xml": wordHead + strings.Repeat(" ", docxXMLMax+10)}), "reader.bomb"},
		{"deep.docx", makeZip(t, map[string]string{"word/document.xml": deep}), "reader.bomb"},
		{"cut.docx", makeZip(t, map[string]string{"word/document.xml": wordHead + "<w:p>"}), "reader.damaged"},
		{"broken.docx", []byte("PK\x03\x04rubbish"), "reader.damaged"},
		{"table.docx", makeZip(t, map[string]string{"xl/workbook.xml": "<x/>"}), "reader.format"},
		{"entities.docx", makeZip(t, map[string]string{"word/document.xml": `<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>`}), "reader.damaged"},
		{"codes.pdf", makePDF([]struct {
			x, y float64
			s    string
		}{{50, 700, "\x01\x02\x84A\x11\x12\x90B"}, {50, 680, "\x03\x04\x05\x06"}}, "[3 0 R]"), "reader.damaged"},
		{"broken.pdf", []byte("%PDF-1.7\nrubbish"), "reader.damaged"},
		{"circle.pdf", makePDF(nil, "[2 0 R 2 0 R]"), "reader.bomb"},
		{"empty.pdf", makePDF(nil, "[3 0 R]"), "reader.scanned"},
		{"liar.docx", []byte("\x89PNG\r\n\x1a\n"), "reader.binary"},
	} {
		start := time.Now()
		_, err := Read(c.name, c.data, Options{Packed: true, MaxBytes: 1 << 30})
		if err == nil || fault.Of(err).Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
			continue
		}
		for lang, stop := range map[fault.Lang]string{fault.ZH: "。", fault.EN: "."} {
			if s := fault.Of(err).Sentence(lang); !strings.HasSuffix(s, stop) || strings.ContainsAny(s, "{}") || strings.Contains(s, c.code) {
				t.Errorf("%s says %q", c.code, s)
			}
		}
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("%s took %s", c.name, took)
		}
	}
}
