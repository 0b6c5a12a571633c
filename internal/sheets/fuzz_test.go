package sheets_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/sheets"
)

// FuzzRead: any file of a person is read row by row or refused in words, whatever it calls itself; a cell is always text.
func FuzzRead(f *testing.F) {
	book, err := (&sheets.Table{Head: []string{"名称", "数"}, Rows: [][]any{{"冷冻电镜", 12}, {"=1+1", "2026-03-02"}}}).Bytes(sheets.XLSX)
	if err != nil {
		f.Fatal(err)
	}
	for name, content := range map[string]string{"a.xlsx": string(book), "b.csv": "a,b\n\"x\ny\",2\n", "c.csv": "\xff\xfea\x00,\x00", "d.csv": "\xc3\xfb\xb3\xc6;\xca\xfd\n1;2", "e.xlsx": "PK\x03\x04", "f.xlsm": "", "g": "\ufeff\"", "h.csv": "a\tb\r\r\n\x00\t\x1b"} {
		f.Add(name, content)
	}
	f.Fuzz(func(t *testing.T, name, content string) {
		rows := 0
		err := sheets.Read(name, strings.NewReader(content), func(r sheets.Row) error {
			rows++
			for _, cell := range r.Cells {
				for _, text := range []string{r.Text(cell), r.Number(cell), r.Day(cell)} {
					if !utf8.ValidString(text) {
						t.Fatalf("row %d holds %q", rows, text)
					}
				}
			}
			return nil
		})
		if err != nil && fault.CodeOf(err) == "" {
			t.Fatalf("%q: %v is no refusal in words", name, err)
		}
	})
}
