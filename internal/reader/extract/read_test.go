package extract

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/fault"
)

const simple = `虚构市与示例省共建检测平台

来源：合成材料
2026-03-05

3月4日，虚构市人民政府与示例大学签署《共建检测平台合作协议》。2025年，平台服务企业超过1.2万家次，支持金额1.7亿元，增长12.5%。
双方将落实《检测平台开放共享管理办法（2026—2028年）》。
`

func TestASimpleTextSaysWhatStandsInIt(t *testing.T) {
	for name, data := range encodings(t, simple) {
		t.Run(name, func(t *testing.T) {
			d, err := Read("a.txt", data, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Articles) != 1 || len(d.Articles[0].Agreements) != 1 || len(d.Articles[0].Policies) == 0 || len(d.Articles[0].Figures) < 3 {
				t.Fatalf("%+v", d.Articles)
			}
			a := d.Articles[0]
			if got := a.Agreements[0].Parties; strings.Join(got, "+") != "虚构市人民政府+示例大学" {
				t.Errorf("parties %q", got)
			}
			trueSpans(t, d, data)
		})
	}
}

func encodings(t *testing.T, text string) map[string][]byte {
	t.Helper()
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	page := "<!doctype html><html><head><title>x</title></head><body><p>" + strings.ReplaceAll(text, "\n", "</p>\n<p>") + "</p></body></html>"
	return map[string][]byte{"utf-8": []byte(text), "gb18030": gb, "html": []byte(page)}
}

// at is what the file says at a span, in UTF-8.
func at(t *testing.T, d *Document, data []byte, s Span) string {
	t.Helper()
	src := data
	if d.Text != "" {
		src = []byte(d.Text)
	}
	if s[0] < 0 || s[0] >= s[1] || s[1] > len(src) {
		t.Fatalf("span %v of %d bytes", s, len(src))
	}
	part := src[s[0]:s[1]]
	if d.Encoding == "gb18030" {
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(part)
		if err != nil || strings.ContainsRune(string(out), '�') {
			t.Errorf("span %v cuts a character", s)
		}
		return string(out)
	}
	return string(part)
}

// trueSpans checks that what is said to stand at a place stands there.
func trueSpans(t *testing.T, d *Document, data []byte) {
	t.Helper()
	check := func(what, want string, s Span) {
		if got := at(t, d, data, s); got != want {
			t.Errorf("%s %q: the file says %q", what, want, got)
		}
	}
	for _, a := range d.Articles {
		for _, p := range a.Paragraphs {
			check("paragraph", p.Text, p.Span)
		}
		for _, f := range a.Figures {
			check("figure", f.Quote, f.Span)
		}
		for _, p := range a.Policies {
			if got := at(t, d, data, p.Span); !strings.Contains(got, p.Name) {
				t.Errorf("policy %q: the file says %q", p.Name, got)
			}
		}
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, data, code string
	}{
		{"empty.txt", "", "reader.empty"},
		{"blank.txt", " \n\t\n", "reader.empty"},
		{"a.txt", "\x89PNG\r\n\x1a\n", "reader.binary"},
		{"nul.txt", "文字\x00文字", "reader.binary"},
		{"broken.txt", strings.Repeat("\xff\xfa\x81\x20", 100), "reader.encoding"},
	} {
		_, err := Read(c.name, []byte(c.data), Options{})
		f := fault.Of(err)
		if err == nil || f.Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
			continue
		}
		for _, l := range []fault.Lang{fault.ZH, fault.EN} {
			if s := f.Sentence(l); s == "" || strings.Contains(s, "{") || strings.Contains(s, c.code) {
				t.Errorf("%s says %q", c.code, s)
			}
		}
	}
	if _, err := Read("a.txt", []byte("太长"), Options{MaxBytes: 3}); fault.Of(err).Code != "reader.too_large" {
		t.Errorf("%v", err)
	}
}
