package extract

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/fault"
)

// type3PDF writes a page as browsers print it with some fonts: a Type 3 font whose glyphs have names of their own. With
// ToUnicode each code of the text is explained, the radicals among them as radicals; ranges says by bfrange.
func type3PDF(lines []string, toUnicode, ranges bool) []byte {
	codes := map[rune]int{}
	var order []rune
	var draw, names, glyphs, widths strings.Builder
	fmt.Fprintf(&draw, "BT /F1 12 Tf 14 TL 60 700 Td\n")
	for _, l := range lines {
		draw.WriteString("<")
		for _, c := range l {
			if codes[c] == 0 {
				order = append(order, c)
				codes[c] = len(order)
				fmt.Fprintf(&names, "/g%d ", len(order))
				fmt.Fprintf(&glyphs, "/g%d 5 0 R ", len(order))
				if c < 0x80 {
					widths.WriteString("550 ")
				} else {
					widths.WriteString("1000 ")
				}
			}
			fmt.Fprintf(&draw, "%02X", codes[c])
		}
		draw.WriteString("> Tj T*\n")
	}
	draw.WriteString("ET")
	var cmap strings.Builder
	cmap.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <00> <FF> endcodespacerange\n")
	if ranges {
		fmt.Fprintf(&cmap, "1 beginbfrange <01> <%02X> [", len(order))
		for _, c := range order {
			fmt.Fprintf(&cmap, "<%04X> ", c)
		}
		cmap.WriteString("] endbfrange\n")
	} else {
		fmt.Fprintf(&cmap, "%d beginbfchar\n", len(order))
		for i, c := range order {
			fmt.Fprintf(&cmap, "<%02X> <%04X>\n", i+1, c)
		}
		cmap.WriteString("endbfchar\n")
	}
	cmap.WriteString("endcmap end end")
	stream := func(s string) string { return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s) }
	to := ""
	if toUnicode {
		to = "/ToUnicode 7 0 R"
	}
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 6 0 R >> >> /Contents 4 0 R >>",
		stream(draw.String()), stream("1000 0 d0"),
		fmt.Sprintf("<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 1 /LastChar %d /Widths [%s] /Encoding << /Type /Encoding /Differences [1 %s] >> /CharProcs << %s >> %s >>",
			len(order), widths.String(), names.String(), glyphs.String(), to),
		stream(cmap.String())}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// TestAPrintedPageIsReadByWhatItsGlyphsMean reads a page in a Type 3 font by its ToUnicode, both ways of writing it; without
// one the codes mean nothing, and the file is refused.
func TestAPrintedPageIsReadByWhatItsGlyphsMean(t *testing.T) {
	lines := []string{"虚构市⼈⺠政府工作简报", "", "2025年，虚构市科技创新券支持⾦额1.7亿元，服务企业320家。"}
	for _, ranges := range []bool{false, true} {
		data := type3PDF(lines, true, ranges)
		d, err := Read("a.pdf", data, Options{Packed: true})
		if err != nil {
			t.Fatal(err)
		}
		checkSpans(t, d, []byte(d.Text))
		var got []string
		for _, f := range d.Articles[0].Figures {
			got = append(got, fmt.Sprintf("%s %s %v", f.Indicator, f.Quote, f.Value))
		}
		if s := strings.Join(got, "; "); s != "虚构市科技创新券支持金额 1.7亿元 1.7e+08; 服务企业数 320家 320" {
			t.Errorf("ranges %v: %s", ranges, s)
		}
		if r := d.Repairs; len(r) == 0 || r[0].Kind != RepairRadicals || r[0].Count != 3 {
			t.Errorf("repairs %+v", r)
		}
	}
	if _, err := Read("a.pdf", type3PDF(lines, false, false), Options{Packed: true}); fault.Of(err).Code != "reader.damaged" {
		t.Errorf("without ToUnicode: %v", err)
	}
}
