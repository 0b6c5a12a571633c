package sheets_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

func list(t *testing.T) *sheets.Table {
	t.Helper()
	day, err := unit.ParseDay("2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	l := &sheets.Table{Title: "付款/清单", Head: []string{"单位", "账号", "金额", "笔数", "日期"}}
	l.Put("=HYPERLINK(\"x\")", "0123456789012345678901", unit.Fen(123456789), 3, day)
	l.Put("甲, \"乙\"\n丙", "-1", unit.Fen(-5), int64(4), "")
	return l
}

func TestACellOfCSVBeginsNoFormula(t *testing.T) {
	got, err := list(t).Bytes(sheets.CSV)
	if err != nil {
		t.Fatal(err)
	}
	want := "\uFEFF单位,账号,金额,笔数,日期\r\n" +
		"\"'=HYPERLINK(\"\"x\"\")\",0123456789012345678901,1234567.89,3,2026-03-02\r\n" +
		"\"甲, \"\"乙\"\"\r\n丙\",'-1,-0.05,4,\r\n"
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	gb, err := list(t).Bytes(sheets.CSVGB)
	if err != nil {
		t.Fatal(err)
	}
	back, err := simplifiedchinese.GB18030.NewDecoder().Bytes(gb)
	if err != nil || string(back) != strings.TrimPrefix(want, "\uFEFF") {
		t.Errorf("GB 18030: %q, %v", back, err)
	}
	for cell, text := range map[string]string{"'=1": "=1", "'x": "'x", "'": "'", "-1": "-1", "": ""} {
		if got := sheets.Unguard(cell); got != text {
			t.Errorf("Unguard(%q) = %q, want %q", cell, got, text)
		}
	}
}

func TestACellOfXLSXKeepsItsKind(t *testing.T) {
	b, err := list(t).Bytes(sheets.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if got := x.GetSheetName(0); got != "付款 清单" {
		t.Errorf("the sheet is called %q", got)
	}
	rows, err := x.GetRows("付款 清单", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"单位", "账号", "金额", "笔数", "日期"},
		{"=HYPERLINK(\"x\")", "0123456789012345678901", "1234567.89", "3", "2026-03-02"}, {"甲, \"乙\"\n丙", "-1", "-0.05", "4"}}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	for cell, kind := range map[string]excelize.CellType{"A2": excelize.CellTypeInlineString, "B2": excelize.CellTypeInlineString, "C2": excelize.CellTypeUnset, "D2": excelize.CellTypeUnset} {
		if got, err := x.GetCellType("付款 清单", cell); err != nil || got != kind {
			t.Errorf("%s is of kind %v, want %v (%v)", cell, got, kind, err)
		}
	}
	if p, err := x.GetPanes("付款 清单"); err != nil || !p.Freeze || p.YSplit != 1 {
		t.Errorf("the head does not stay in sight: %+v, %v", p, err)
	}
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	if _, err := list(t).Bytes("pdf"); fault.CodeOf(err) != "sheets.format" {
		t.Errorf("got %v", err)
	}
	for text, want := range map[string]string{"": "", "a:b": "a b", strings.Repeat("长", 40): strings.Repeat("长", 31), "'x'": "x"} {
		if got := sheets.Title(text); got != want {
			t.Errorf("Title(%q) = %q, want %q", text, got, want)
		}
	}
}
