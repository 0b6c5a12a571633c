package registry

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// FuzzRead reads any bytes as a file of each kind. It needs no database: what the fuzzer looks at is the reading.
func FuzzRead(f *testing.F) {
	f.Add([]byte("统一社会信用代码,名称,行政区划代码,成立日期,登记状态\n91340100MA0DEMQ19B,甲,340100,2019-05-20,存续\n"), uint8(0))
	f.Add([]byte("代码;年度;申报日期;营业收入（万元）\n91340100MA0DEMQ19B;2025;2026-01-20;12.5\n"), uint8(1))
	f.Add([]byte("\xff\xfe\x00"), uint8(2))
	f.Add([]byte("代码\t关系\t股东\t比例\t自\nlocal:a\t持股\t?\t33.3%\t20200101\n"), uint8(3))
	f.Add([]byte("\xcd\xb3\xd2\xbb,\"\n"), uint8(4))
	r := &Registry{c: Config{Regions: unit.GB2260()}}
	f.Fuzz(func(t *testing.T, file []byte, kind uint8) {
		tb := tables[int(kind)%len(tables)]
		c := &taking{r: r, t: tb, in: Import{Source: "fuzz", Name: "x.csv", File: bytes.NewReader(file)}, today: unit.Date(2026, 5, 6), seen: map[[16]byte]int32{}}
		err := readSheets(c.in, tb, func(s *sheet, r sheets.Row) error {
			it, row := c.read(s, r), r.No
			for _, cell := range it.cells {
				if len(it.bad) == 0 && !utf8.ValidString(cell) {
					t.Errorf("row %d is good and has bytes that are no text: %q", row, cell)
				}
			}
			for _, b := range it.bad {
				if b.Row != row || b.Fault == nil || b.Fault.Kind == fault.Internal {
					t.Errorf("row %d: %+v", row, b)
				}
			}
			return nil
		}, func(string) {})
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v", err)
		}
	})
}

// FuzzName indexes any name and asks for any part of it.
func FuzzName(f *testing.F) {
	f.Add("合肥市巢湖电池材料有限公司（演示）", 3, 5)
	f.Add("Ａ B|c\uE000", 0, 2)
	r := &Registry{c: Config{Regions: unit.GB2260()}}
	places := r.places("340100")
	f.Fuzz(func(t *testing.T, name string, from, n int) {
		p := plain(name)
		find := names(places, name)
		words := map[string]bool{}
		for _, w := range grams(find, "firm", "340100") {
			if strings.ContainsAny(w, " \"|") {
				t.Errorf("a word that would be read as two: %q", w)
			}
			words[w] = true
		}
		cs := []rune(p)
		if len(cs) < 2 || from < 0 || n < 2 || from >= len(cs) || n > len(cs)-from {
			return
		}
		part := string(cs[from : from+n])
		for _, w := range pairs(part) {
			if !words[w] {
				t.Errorf("%q is in %q and the index has no %q", part, p, w)
			}
		}
	})
}
