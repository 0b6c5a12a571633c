package extract

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// spansOf calls each with every span of a document.
func spansOf(d *Document, each func(what string, s Span)) {
	for _, n := range d.Noise {
		each("noise "+string(n.Kind), n.Span)
	}
	for _, a := range d.Articles {
		for _, x := range a.Paragraphs {
			each("paragraph", x.Span)
		}
		for _, x := range a.Figures {
			each("figure "+x.Quote, x.Span)
		}
		for _, x := range a.Agreements {
			each("agreement "+x.Kind, x.Span)
			for _, m := range x.Mentions {
				each("mention", m)
			}
		}
		for _, x := range a.Policies {
			each("policy "+x.Name, x.Span)
		}
		for _, x := range a.Organisations {
			each("organisation "+x.Name, x.Span)
		}
		for _, x := range a.People {
			each("person "+x.Name, x.Span)
		}
		for _, x := range a.Places {
			each("place "+x.Name, x.Span)
		}
	}
}

// checkSpans wants every span inside the file and between characters.
func checkSpans(t *testing.T, d *Document, data []byte) {
	t.Helper()
	if d.Text != "" {
		data = []byte(d.Text)
	}
	valid := d.Encoding == "utf-8" && utf8.Valid(data)
	spansOf(d, func(what string, s Span) {
		if s[0] < 0 || s[0] >= s[1] || s[1] > len(data) {
			t.Fatalf("%s: span %v of %d bytes", what, s, len(data))
		}
		if valid && (!utf8.RuneStart(data[s[0]]) || s[1] < len(data) && !utf8.RuneStart(data[s[1]])) {
			t.Fatalf("%s: span %v cuts a character", what, s)
		}
	})
}

// TestSpansAreTrueThroughEveryRepair reads our own texts as they are and made worse in several ways; what is said to
// stand at a place stands there, letter for letter, but for what the repairs took out or put in.
func TestSpansAreTrueThroughEveryRepair(t *testing.T) {
	worse := map[string]func([]byte) []byte{
		"as it is":  func(b []byte) []byte { return b },
		"invisible": func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("，"), []byte("\u200b，\u200b")) },
		"windows":   func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) },
		"mark":      func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) },
		"wide":      func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("1"), []byte("１")) },
	}
	for _, o := range ownTexts(t) {
		for name, f := range worse {
			data := f(o.data)
			d, err := Read(o.gold.Doc, data, Options{})
			if err != nil {
				t.Errorf("%s, %s: %v", o.name, name, err)
				continue
			}
			checkSpans(t, d, data)
			if o.gold.Script != "hans" || strings.Contains(o.file, "html") || strings.Contains(string(data), "<div>") {
				continue
			}
			for _, a := range d.Articles {
				for _, x := range a.Figures {
					if got := letters(string(data[x.Span[0]:x.Span[1]])); got != letters(x.Quote) {
						t.Errorf("%s, %s: %q stands at %q", o.name, name, x.Quote, got)
					}
				}
			}
		}
		if _, err := Read(o.gold.Doc, o.data, Options{}); err != nil {
			t.Error(err)
		}
	}
}

// letters is a text without what repairs may change: blanks, marks and the width of digits.
func letters(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c >= 0xff10 && c <= 0xff5a {
			c -= 0xfee0
		}
		if isWord(c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func TestTheSameBytesGiveTheSameAnswer(t *testing.T) {
	for _, o := range ownTexts(t)[:12] {
		var got [2]string
		for i := range got {
			d, err := Read(o.gold.Doc, o.data, Options{})
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			got[i] = string(b)
		}
		if got[0] != got[1] {
			t.Errorf("%s is read differently each time", o.name)
		}
	}
}

func TestGB18030SaysTheSameAsUTF8(t *testing.T) {
	for _, o := range ownTexts(t) {
		if o.gold.Script != "hans" || strings.Contains(o.file, "html") {
			continue
		}
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(o.data)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Read(o.gold.Doc, o.data, Options{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Read(o.gold.Doc, gb, Options{})
		if err != nil {
			if len(o.data) < 3000 && !strings.Contains(err.Error(), "encoding") {
				t.Errorf("%s: %v", o.name, err)
			}
			continue // a text in English is not told from its bytes
		}
		if b.Encoding != "gb18030" {
			continue
		}
		checkSpans(t, b, gb)
		if len(a.Articles) != len(b.Articles) || len(a.Articles[0].Figures) != len(b.Articles[0].Figures) {
			t.Errorf("%s: %d and %d articles", o.name, len(a.Articles), len(b.Articles))
		}
	}
}

// TestHardTextsTakeBoundedTime reads texts that make a careless reader slow: long lines, deep brackets, endless numbers.
func TestHardTextsTakeBoundedTime(t *testing.T) {
	const n = 200_000
	for name, s := range map[string]string{
		"blanks":     "文" + strings.Repeat(" ", 8*n) + "字",
		"one line":   strings.Repeat("2025年投入1.2亿元，增长3%，", n/20),
		"numbers":    strings.Repeat("12345678901234567890", n/20),
		"numerals":   strings.Repeat("一二三四五六七八九十百千万亿", n/14),
		"titles":     strings.Repeat("《", n),
		"brackets":   strings.Repeat("（", n) + strings.Repeat("）", n),
		"quotes":     strings.Repeat("“五个", n/3),
		"companies":  strings.Repeat("某某公司", n/4),
		"signing":    strings.Repeat("甲公司与乙公司签署", n/9),
		"people":     strings.Repeat("主任王", n/3),
		"lines":      strings.Repeat("一行\n", n/2),
		"tags":       "<html>" + strings.Repeat("<div>", n) + "字",
		"open tag":   "<html><p" + strings.Repeat(" a", n),
		"tabs":       strings.Repeat("1\t2\t3\n", n/6),
		"every":      strings.Repeat("每10辆", n/4),
		"links":      "# a\n- b\n" + strings.Repeat("[", n),
		"comma":      strings.Repeat("1,", n),
		"months":     strings.Repeat("1月1", n/3),
		"english":    strings.Repeat("The Bank of the Bank of 12 percent ", n/35),
		"agreements": strings.Repeat("上海市政府与示例大学签署战略合作协议。", n/19),
	} {
		start := time.Now()
		d, err := Read("a.txt", []byte(s), Options{})
		if err == nil {
			checkSpans(t, d, []byte(s))
		}
		if took := time.Since(start); took > 12*time.Second {
			t.Errorf("%s: %s for %d bytes", name, took, len(s))
		} else {
			t.Logf("%s: %s for %d bytes", name, took.Round(time.Millisecond), len(s))
		}
	}
}

// TestDamagedTextsAreReadOrRefused reads our own texts with bytes changed, parts cut out and parts put in twice; the
// damage is the same in every run.
func TestDamagedTextsAreReadOrRefused(t *testing.T) {
	texts := ownTexts(t)
	rnd := rand.New(rand.NewPCG(7, 36))
	for range 2500 {
		d := bytes.Clone(texts[rnd.IntN(len(texts))].data)
		for range 1 + rnd.IntN(12) {
			i, j := rnd.IntN(len(d)), rnd.IntN(len(d))
			other := texts[rnd.IntN(len(texts))].data
			from := rnd.IntN(len(other))
			switch rnd.IntN(4) {
			case 0:
				d[i] = byte(rnd.IntN(256))
			case 1:
				if i < j && j-i < 300 {
					d = append(d[:i:i], d[j:]...)
				}
			case 2:
				if i < j && j-i < 300 {
					d = append(d[:j:j], d[i:]...)
				}
			case 3:
				d = append(d[:i:i], append(bytes.Clone(other[from:min(len(other), from+60)]), d[i:]...)...)
			}
		}
		if doc, err := Read("a.txt", d, Options{}); err == nil {
			checkSpans(t, doc, d)
		}
	}
}

// TestOutsideDocuments reads the documents of the folder that CORRIDOR_DOCS names; they are no part of the repository.
func TestOutsideDocuments(t *testing.T) {
	dir := os.Getenv("CORRIDOR_DOCS")
	if dir == "" {
		if os.Getenv("CORRIDOR_REQUIRE") == "1" {
			t.Fatal("CORRIDOR_DOCS is not set: name the folder with the outside documents")
		}
		t.Log("NOT TESTED on outside documents: set CORRIDOR_DOCS to their folder")
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in %s: %v", dir, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Read(f, data, Options{})
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(f), err)
			continue
		}
		checkSpans(t, d, data)
		if len(d.Articles) == 0 || len(d.Articles[0].Paragraphs) == 0 {
			t.Errorf("%s says nothing", filepath.Base(f))
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, o := range ownTexts(f) {
		f.Add(o.data)
	}
	f.Add([]byte("%PDF-1.4\n1 0 obj"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Contains(data, []byte("%PDF-")) {
			return // has a target of its own, which is slow
		}
		d, err := Read("a.txt", data, Options{MaxBytes: 1 << 20})
		if err == nil {
			checkSpans(t, d, data)
		}
	})
}

func FuzzDOCX(f *testing.F) {
	f.Add(wordHead + wordPara("Title", "标题") + "</w:body></w:document>")
	f.Add(wordHead + "<w:tbl><w:tr><w:tc>" + wordPara("a", "2025年投入3亿元，增长5%。") + "</w:tc></w:tr></w:tbl></w:body></w:document>")
	f.Add(wordHead + "<w:p><w:del><w:r></w:p></w:del></w:body>")
	f.Fuzz(func(t *testing.T, body string) {
		d, err := Read("a.docx", makeZip(t, map[string]string{"word/document.xml": body}), Options{Packed: true, MaxBytes: 1 << 20})
		if err == nil {
			checkSpans(t, d, nil)
		}
	})
}

func FuzzPDF(f *testing.F) {
	for _, kids := range []string{"[3 0 R]", "[2 0 R]", "[2 0 R 3 0 R 1 0 R]", "[9 0 R]", "4 0 R"} { // a page, circles, nothing
		f.Add(makePDF(nil, kids))
	}
	f.Add(type3PDF([]string{"虚构市2025年支持金额1.7亿元。"}, true, true))
	f.Add(type3PDF([]string{"虚构市2025年支持金额1.7亿元。"}, true, false))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read("a.pdf", data, Options{Packed: true, MaxBytes: 1 << 20})
		if err == nil {
			checkSpans(t, d, data)
		}
	})
}
