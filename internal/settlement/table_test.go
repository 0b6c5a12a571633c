package settlement

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

func formatsOf(t *testing.T) formats {
	t.Helper()
	f, err := readFormats()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestTheBanksFileIsReadHoweverItIsWritten: columns by any of their names and in any order, words above the head, a row of
// totals, CSV in two encodings, tabs, and XLSX.
func TestTheBanksFileIsReadHoweverItIsWritten(t *testing.T) {
	f := formatsOf(t)
	csv := "某银行回单\n状态,付款编号,交易金额,柜员,退票原因\n成功,FK-1-1,2500.00,07,\n退 票,FK-1-2,'1000,07,户名不符\n,,3500.00,,\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(csv))
	if err != nil {
		t.Fatal(err)
	}
	x := &sheets.Table{Head: []string{"状态", "付款编号", "交易金额", "柜员", "退票原因"}}
	x.Put("成功", "FK-1-1", unit.Fen(250000), "07", "")
	x.Put("退 票", "FK-1-2", "1000", "07", "户名不符")
	xlsx, err := x.Bytes(sheets.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"a.csv": []byte("\uFEFF" + csv), "b.txt": gb, "c.csv": []byte(strings.ReplaceAll(csv, ",", "\t")), "d.XLSX": xlsx} {
		got, err := readTable(f.answers, name, content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var rows []string
		for _, r := range got.rows {
			sum, err := unit.ParseFen(r.cells["sum"])
			if err != nil {
				t.Errorf("%s: the sum %q: %v", name, r.cells["sum"], err)
			}
			rows = append(rows, r.cells["ref"]+" "+f.answers.means(r.cells["result"])+" "+sum.Yuan()+" "+r.cells["reason"])
		}
		if d := cmp.Diff([]string{"FK-1-1 paid 2500.00 ", "FK-1-2 returned 1000.00 户名不符"}, rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff([]string{"柜员"}, got.Unknown); d != "" {
			t.Errorf("%s: columns that are left out: %s", name, d)
		}
	}
}

func TestAFileThatIsNotTheBanksIsRefused(t *testing.T) {
	f := formatsOf(t)
	for name, c := range map[string]struct{ file, content, want string }{
		"no column of results": {"a.csv", "付款编号,金额\nFK-1-1,1\n", "settlement.column_missing"},
		"empty":                {"a.csv", "", "settlement.column_missing"},
		"no spreadsheet":       {"a.xlsx", "PK nonsense", "settlement.file_form"},
		"an open quote":        {"a.csv", "付款编号,结果,金额\n\"FK", "settlement.file_form"},
		"too many rows":        {"a.csv", "付款编号,结果,金额\n" + strings.Repeat("a,b,1\n", fileRowsMax), "settlement.file_rows"},
	} {
		if _, err := readTable(f.answers, c.file, []byte(c.content)); fault.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestABadCellIsNamedByItsPlace(t *testing.T) {
	f := formatsOf(t)
	got, err := readTable(f.answers, "a.csv", []byte("x,付款编号,结果,金额\n,FK-1-1,好像付了,1\n"))
	if err != nil {
		t.Fatal(err)
	}
	b := got.bad(got.rows[0], "result", fault.New(fault.Invalid, "settlement.file_form"))
	if b.Row != 2 || b.Column != "C" || b.Header != "结果" || b.Text != "好像付了" {
		t.Errorf("named as %+v", b)
	}
	if f.answers.means("好像付了") != "" {
		t.Error("a word that says nothing means something")
	}
}

// TestTheAllocationFileKeepsEveryDigit: payments that go out, the control total and the digest; a dropped line is not there.
func TestTheAllocationFileKeepsEveryDigit(t *testing.T) {
	d := &Desk{formats: formatsOf(t)}
	line := Payment{ListNo: "FK-1", Line: 1, State: "listed", Payee: "91340100MA0DEMQ19B", PayeeName: fault.Words{"=甲", "A"}, Bank: "某银行", Account: "0062220001234567890", Sum: 250001, Title: fault.Words{"补助", "Grant"}, CaseNo: "34-26-0001-8"}
	gone := line
	gone.Line, gone.State = 2, "dropped"
	l := List{No: "FK-1", State: "released", Payments: 1, Total: 250001, Digest: "ab", Lines: []Payment{line, gone}}
	b, err := d.allocationTable(l, fault.ZH).Bytes(sheets.CSV)
	if err != nil {
		t.Fatal(err)
	}
	want := "\uFEFF序号,付款编号,收款单位,统一社会信用代码,开户银行,收款账号,金额（元）,用途,办件编号\r\n" +
		"1," + line.Ref() + ",'=甲,91340100MA0DEMQ19B,某银行,0062220001234567890,2500.01,补助,34-26-0001-8\r\n" +
		"合计,,1,,,,2500.01,,\r\n清单摘要 SHA-256,,ab,,,,,,\r\n"
	if d := cmp.Diff(want, string(b)); d != "" {
		t.Error(d)
	}
}

func TestABankAndANumberTypedTogetherArePartedAndJudged(t *testing.T) {
	d := &Desk{formats: formatsOf(t)}
	d.formats.account = formatsOf(t).account
	for text, want := range map[string][3]string{
		"中国某银行合肥支行 6222 0001 2345 6789": {"中国某银行合肥支行", "6222000123456789", "yes"},
		"某银行：0062-2200-0123":            {"某银行", "006222000123", "yes"},
		"6222000123456789":              {"", "6222000123456789", "yes"},
		"某银行 123":                       {"某银行", "123", "no"},
		"某银行":                           {"", "某银行", "no"},
	} {
		bank, number := splitAccount(text)
		ok := map[bool]string{true: "yes", false: "no"}[d.plausible(number)]
		if got := [3]string{bank, number, ok}; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
