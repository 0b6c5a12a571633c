package sheets_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/fault"
	"corridor/internal/sheets"
)

// zipped is a zip with empty parts of these names.
func zipped(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := z.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bomb is a workbook of a few kilobytes whose sheet unfolds to 64 MiB of blanks.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 {
		if _, err := w.Write(blanks); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What cannot be taken is refused by what it is, not by how it is called.
func TestFilesThatAreNotRead(t *testing.T) {
	for _, c := range []struct{ name, content, code string }{
		{"a.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", "sheets.old"},
		{"a.xlsx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 encrypted", "sheets.old"},
		{"a.xlsm", zipped(t, "xl/workbook.xml"), "sheets.macros"},
		{"a.xlsx", zipped(t, "xl/workbook.xml", "xl/vbaProject.bin"), "sheets.macros"},
		{"a.csv", zipped(t, "xl/vbaProject.bin"), "sheets.macros"},
		{"a.xlsx", zipped(t, "word/document.xml"), "sheets.xlsx"},
		{"a.xlsx", "no zip", "sheets.xlsx"},
		{"a.xlsx", zipped(t, "xl/workbook.xml")[:60], "sheets.xlsx"},
		{"a.xlsx", bomb(t), "sheets.bomb"},
		{"a.xlsx", zipped(t, strings.Fields(strings.Repeat("part ", 10_001))...), "sheets.parts"},
		{"a.csv", "a,b\nx,\"y\n", "sheets.csv"},
	} {
		err := sheets.Read(c.name, strings.NewReader(c.content), func(sheets.Row) error { return nil })
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want %s", c.name, err, c.code)
		}
	}
}

// A list that was written is read as it was, in every format and encoding.
func TestWhatIsWrittenIsRead(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("名称;数\n冷冻电镜;12\n")
	if err != nil {
		t.Fatal(err)
	}
	table := sheets.Table{Title: "表", Head: []string{"名称", "数"}}
	table.Put("冷冻电镜", 12)
	book, err := table.Bytes(sheets.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"gb.csv": gb, "utf8.csv": "\ufeff名称,数\n\n冷冻电镜,12\n", "a.xlsx": string(book)} {
		var got []string
		err := sheets.Read(name, strings.NewReader(content), func(r sheets.Row) error {
			got = append(got, fmt.Sprint(r.Cells))
			return nil
		})
		if want := "[名称 数] [冷冻电镜 12]"; err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: got %v %v, want %s", name, got, err, want)
		}
	}
}
