package catalogue_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/sheets"
)

const head = "单位代码,仪器名称,规格型号,制造商,仪器分类,主要技术指标,主要功能,运行状态,共享模式,服务内容,参考收费标准,安放地区划,联系人,联系电话,单位内部编号,原值（万元）,启用日期,是否免税\n"

func row(no, name, worth string) string {
	return fmt.Sprintf("%s,%s,D8,Bruker,X射线仪器,Cu 靶,物相分析,正常,外部共享,测试,300元/样,310115,值班室,021-00000000,%s,%s,2019-03-01,否\n", lab, name, no, worth)
}

func (h house) take(who access.Actor, in catalogue.Import, content string) (string, error) {
	in.Kind, in.File = "instrument", strings.NewReader(content)
	if in.Name == "" {
		in.Name = "a.csv"
	}
	rep, err := h.Take(h.ctx, who, in)
	s := fmt.Sprintf("%d rows: %d new %d changed %d same %d bad, %d written", rep.Rows, rep.New, rep.Changed, rep.Same, rep.BadRows, rep.Written)
	for _, b := range rep.Bad {
		s += fmt.Sprintf("\n%s %s %s", b.Place(), b.Header, b.Fault.Code)
	}
	return s, err
}

// A sheet is taken in as a whole or not at all, each bad cell is named, and the same file again says nothing new.
func TestASheetOfListings(t *testing.T) {
	each(t, func(h house) {
		want := func(got string, err error, want, code string) {
			t.Helper()
			if got != want || fault.CodeOf(err) != code {
				t.Fatalf("got %s %v\nwant %s %s", got, err, want, code)
			}
		}
		bad := head + row("X-1", "甲", "120") + row("X-2", "乙", "一百") + row("X-1", "丙", "1") + row("", "丁", "2")
		all := "4 rows: 1 new 0 changed 0 same 3 bad, 0 written\nP3 原值（万元） unit.fen_form\nO4 单位内部编号 catalogue.import_twice\nO5 单位内部编号 catalogue.field_missing"
		got, err := h.take(admin, catalogue.Import{}, bad)
		want(got, err, all, "catalogue.import_bad")
		got, err = h.take(admin, catalogue.Import{Dry: true, Partial: true}, bad)
		want(got, err, all, "")
		got, err = h.take(admin, catalogue.Import{Partial: true, Publish: true}, bad)
		want(got, err, strings.Replace(all, "0 written", "1 written", 1), "")
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(head + row("X-1", "甲", "120") + row("X-2", "乙", "99.5"))
		h.ok(err)
		got, err = h.take(admin, catalogue.Import{Publish: true}, gb)
		want(got, err, "2 rows: 1 new 0 changed 1 same 0 bad, 2 written", "")
		got, err = h.take(admin, catalogue.Import{}, head+row("X-1", "甲二", "120"))
		want(got, err, "1 rows: 0 new 1 changed 0 same 0 bad, 1 written", "")
		got, err = h.take(ofFirm, catalogue.Import{}, head+row("X-9", "戊", "1"))
		want(got, err, "1 rows: 0 new 0 changed 0 same 1 bad, 0 written\nA2 单位代码 access.denied", "catalogue.import_bad")
		_, err = h.take(nobody, catalogue.Import{}, head)
		h.refused(err, "access.sign_in")
		_, err = h.take(admin, catalogue.Import{}, "a,b\n1,2\n")
		h.refused(err, "catalogue.column_missing")

		page, _, err := h.List(h.ctx, nobody, catalogue.Query{Kind: "instrument"})
		h.ok(err)
		if len(page) != 2 || page[1].Title[0] != "甲二" || page[1].Fields["worth"] != "120000000" || page[1].Version != 2 {
			t.Fatalf("listed: %+v", page)
		}
		// What is exported is read back, and says nothing new.
		for name, f := range map[string]sheets.Format{"a.csv": sheets.CSV, "b.xlsx": sheets.XLSX} {
			var b bytes.Buffer
			more, err := h.Export(h.ctx, admin, catalogue.Query{Kind: "instrument", Owner: lab, All: true}, &b, f, fault.ZH, 10)
			if h.ok(err); more {
				t.Error("there are more")
			}
			got, err = h.take(admin, catalogue.Import{Name: name, Dry: true}, b.String())
			want(got, err, "2 rows: 0 new 0 changed 2 same 0 bad, 0 written", "")
		}
		var b bytes.Buffer
		h.ok(h.Template(&b, "instrument", sheets.CSV, fault.EN))
		got, err = h.take(admin, catalogue.Import{Dry: true}, b.String())
		want(got, err, "0 rows: 0 new 0 changed 0 same 0 bad, 0 written", "")
	})
}
