package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/sheets"
)

const good = `统一社会信用代码,单位名称,英文名称,机构类型,行政区划代码,行业代码,成立日期,登记状态,演示数据,备注
91340100MA0DEMQ19B,合肥市巢湖电池材料有限公司（演示）,Chaohu Battery Materials Ltd (demo),企业,340100,C3985,2019年5月20日,存续,是,x
91340200MA0DEMQ27B,芜湖重型装备集团有限公司（演示）,,firm,340200,3599,2004/9/1,注销,是,

local:team-7,七号团队（演示）,Team seven (demo),未注册团队,340104,,,,yes,
`

func (h house) take(who access.Actor, kind, name string, file io.ReadSeeker, set ...func(*registry.Import)) (registry.Report, error) {
	h.Helper()
	in := registry.Import{Kind: kind, Name: name, File: file, Source: "a file of the test"}
	for _, s := range set {
		s(&in)
	}
	return h.Take(h.ctx, who, in)
}

func partial(in *registry.Import) { in.Partial = true }
func dry(in *registry.Import)     { in.Dry = true }

func (h house) text(csv string) io.ReadSeeker { return strings.NewReader(csv) }

// counts is a report in short.
func counts(r registry.Report) string {
	return fmt.Sprintf("rows %d good %d new %d changed %d same %d bad %d written %d", r.Rows, r.Good, r.New, r.Changed, r.Same, r.BadRows, r.Written)
}

// named is the bad cells of a report, one in a line.
func named(r registry.Report) (all []string) {
	for _, b := range r.Bad {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s%d %s %q %s", b.Sheet, b.Column, b.Row, b.Header, b.Text, b.Fault.Code)))
	}
	return all
}

func TestAFileIsTakenInOnce(t *testing.T) {
	each(t, func(h house) {
		for _, step := range []struct {
			set  []func(*registry.Import)
			file string
			want string
		}{
			{[]func(*registry.Import){dry}, good, "rows 3 good 3 new 3 changed 0 same 0 bad 0 written 0"},
			{nil, good, "rows 3 good 3 new 3 changed 0 same 0 bad 0 written 3"},
			{nil, good, "rows 3 good 3 new 0 changed 0 same 3 bad 0 written 3"},
			{nil, strings.Replace(good, "注销", "存续", 1), "rows 3 good 3 new 0 changed 1 same 2 bad 0 written 3"},
			{nil, strings.Replace(good, "七号团队", "八号团队", 1), "rows 3 good 3 new 0 changed 2 same 1 bad 0 written 3"},
		} {
			rep, err := h.take(officer, "organisations", "机构.csv", h.text(step.file), step.set...)
			if err != nil || counts(rep) != step.want || len(rep.Unknown) != 1 || rep.Unknown[0] != "备注" {
				t.Fatalf("got %s %v, %v\nwant %s", counts(rep), rep.Unknown, err, step.want)
			}
		}
		h.read(func(tx *db.Tx) {
			o, err := h.Org(h.ctx, tx, firmA)
			if err != nil || o.Industry != "3985" || o.Founded != h.day("2019-05-20") || o.Kind != "firm" || !o.Synthetic || o.Source != "a file of the test" {
				t.Errorf("got %+v, %v", o, err)
			}
			facts, err := h.Facts(h.ctx, tx, firmB, h.day("2026-05-06"))
			if err != nil || facts["firm.operating"].Value != false {
				t.Errorf("operating %+v, %v", facts["firm.operating"], err)
			}
			f, err := h.SearchIn(h.ctx, tx, registry.Query{Text: "八号"})
			if err != nil || len(f.Orgs) != 1 || f.Orgs[0].Code != team {
				t.Errorf("found %v, %v", f.Orgs, err)
			}
			all, err := h.Imports(h.ctx, tx)
			if err != nil || len(all) != 4 || all[0].State != "done" || all[0].Done != 3 || all[0].Name != "机构.csv" {
				t.Errorf("imports %+v, %v", all, err)
			}
		})
	})
}

const bad = `代码,名称,行政区划代码,行业代码,成立日期,机构类型,演示数据,登记状态
91340100MA0DEMQ19B,甲,340100,3985,2019-05-20,firm,是,存续
91340200MA0DEMQ27A,,349900,9999,2019-02-30,club,perhaps,开张
91340100MA0DEMQ19B,又一次,340100,,,,,
12310000DEMQ000341,上海的,310115,,,,,
local:x,,340100,,,,,
91340200MA0DEMQ27B,乙,,,2027-01-01,,,
`

func TestEveryBadCellIsNamed(t *testing.T) {
	each(t, func(h house) {
		rep, err := h.take(officer, "organisations", "bad.csv", h.text(bad))
		if fault.CodeOf(err) != "registry.import_bad" || counts(rep) != "rows 6 good 1 new 1 changed 0 same 0 bad 5 written 0" {
			t.Fatalf("got %s, %v", counts(rep), err)
		}
		want := []string{
			`A3 代码 "91340200MA0DEMQ27A" unit.uscc_check`,
			`F3 机构类型 "club" registry.cell_word`,
			`C3 行政区划代码 "349900" unit.region_unknown`,
			`D3 行业代码 "9999" unit.industry_unknown`,
			`E3 成立日期 "2019-02-30" unit.day_form`,
			`G3 演示数据 "perhaps" registry.cell_yesno`,
			`H3 登记状态 "开张" registry.cell_word`,
			`A4 代码 "91340100MA0DEMQ19B" registry.import_twice`,
			`C5 行政区划代码 "310115" access.denied`,
			`B6 名称 "" registry.name`,
			`E7 成立日期 "2027-01-01" registry.future`,
		}
		if d := cmp.Diff(want, named(rep)); d != "" {
			t.Error(d)
		}
		for _, b := range rep.Bad {
			for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
				if s := b.Fault.Sentence(lang); s == b.Fault.Code || strings.Contains(s, "{") {
					t.Errorf("%s has no sentence: %s", b.Fault.Code, s)
				}
			}
		}
		h.read(func(tx *db.Tx) {
			if _, err := h.Org(h.ctx, tx, firmA); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a good row of a refused file is in the registry: %v", err)
			}
		})
		rep, err = h.take(officer, "organisations", "bad.csv", h.text(bad), partial)
		if err != nil || counts(rep) != "rows 6 good 1 new 1 changed 0 same 0 bad 5 written 1" {
			t.Errorf("partial: got %s, %v", counts(rep), err)
		}
	})
}

func TestAnEmptyCellLeavesWhatStands(t *testing.T) {
	each(t, func(h house) {
		h.three()
		rep, err := h.take(officer, "organisations", "x.csv", h.text("code,industry,name\n"+firmA+",3841,\n"))
		if err != nil || rep.Changed != 1 {
			t.Fatalf("%s, %v", counts(rep), err)
		}
		h.read(func(tx *db.Tx) {
			o, err := h.Org(h.ctx, tx, firmA)
			want := orgA()
			if err != nil || o.Industry != "3841" || o.Name != want.Name || o.Founded != want.Founded || !o.Synthetic || o.Kind != "firm" {
				t.Errorf("got %+v, %v", o, err)
			}
		})
	})
}

func TestFilesInTheEncodingsThatSpreadsheetsWrite(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(good)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(good, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(h house) {
		for name, file := range map[string]string{
			"UTF-8 with a mark": "\uFEFF" + good, "GB 18030": gb, "UTF-16 with tabs": utf16, "semicolons": strings.ReplaceAll(good, ",", ";"),
			"a title above": "二〇二六年机构名录,,,\n" + good, "CRLF": strings.ReplaceAll(good, "\n", "\r\n"),
		} {
			rep, err := h.take(officer, "organisations", "x.csv", h.text(file), dry)
			if err != nil || rep.Good != 3 {
				t.Errorf("%s: %s %v, %v", name, counts(rep), named(rep), err)
			}
		}
	})
}

// workbook makes an XLSX of sheets of rows.
func workbook(t *testing.T, sheets map[string][][]any) *bytes.Reader {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			at, err := excelize.CoordinatesToCellName(1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetSheetRow(name, at, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func TestASpreadsheetOfFigures(t *testing.T) {
	each(t, func(h house) {
		h.three()
		file := workbook(t, map[string][][]any{
			"年报": {
				{"2025 年度数据"},
				{"统一社会信用代码", "年度", "申报日期", "从业人数", "营业收入（万元）", "研发费用", "有效发明专利"},
				{firmA, 2025, 46042, 46, 2860.1, "312万", 3}, // 46042 is 2026-01-20
				{firmB, 2025, "2026-01-22", 5200.0, 9.8e5, 310000000.1, nil},
				{firmB, 2024, "2026-01-22", "many", -1, 1.005, 1.5},
				{lab, 2025, "2026-01-22", 3},
				{"91110000MA0DEMQ000", 2025, "2026-01-22", 3},
			},
			"说明": {{"填表说明"}, {"请勿改动表头"}},
		})
		rep, err := h.take(officer, "figures", "年报.XLSX", file, partial)
		want := []string{
			`年报 D5 从业人数 "many" registry.cell_count`,
			`年报 F5 研发费用 "1.005" unit.fen_decimals`,
			`年报 G5 有效发明专利 "1.5" registry.cell_count`,
			`年报 A6 统一社会信用代码 "12310000DEMQ000341" access.denied`,
			`年报 A7 统一社会信用代码 "91110000MA0DEMQ000" unit.uscc_check`,
		}
		if d := cmp.Diff(want, named(rep)); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
		if counts(rep) != "rows 5 good 2 new 2 changed 0 same 0 bad 3 written 2" {
			t.Errorf("got %s", counts(rep))
		}
		h.read(func(tx *db.Tx) {
			facts, err := h.Facts(h.ctx, tx, firmA, h.day("2026-05-01"))
			if err != nil || text(facts["firm.revenue"].Value) != "28,601,000.00" || text(facts["firm.rnd_spend"].Value) != "3,120,000.00" ||
				text(facts["firm.patents"].Value) != "3" || facts["firm.staff"].Day != h.day("2026-01-20") {
				t.Errorf("facts %v, %v", facts, err)
			}
			facts, err = h.Facts(h.ctx, tx, firmB, h.day("2026-05-01"))
			if err != nil || text(facts["firm.revenue"].Value) != "9,800,000,000.00" || text(facts["firm.rnd_spend"].Value) != "310,000,000.10" {
				t.Errorf("facts %v, %v", facts, err)
			}
		})
	})
}

func TestMarksRelationsAndLabelsComeFromFilesToo(t *testing.T) {
	each(t, func(h house) {
		h.three()
		for kind, file := range map[string]string{
			"marks":     "代码,事项,列入,自,依据\n" + firmA + ",失信被执行人,是,2025-01-01,（演示）1号\n" + firmA + ",dishonest_debtor,否,2025-06-01,（演示）2号\n" + firmB + ",club,是,2025-01-01,\n",
			"relations": "代码,关系,股东,比例,自\n" + firmA + ",持股," + firmB + ",60%,2024-01-01\n" + firmA + ",实际控制人," + firmB + ",,2024-01-01\n" + firmB + ",持股,somebody,10%,2024-01-01\n",
			"labels":    "代码,资质,级别,认定单位,自,至\n" + firmA + ",高新技术企业,,（演示）认定机构,2024-01-01,2026-12-31\n" + firmB + ",专精特新中小企业,省级,（演示）认定机构,2024-01-01,2026-12-31\n" + firmA + ",high_tech,,（演示）认定机构,2025-01-01,2023-01-01\n",
		} {
			for _, want := range []string{"rows 3 good 2 new 2 changed 0 same 0 bad 1 written 2", "rows 3 good 2 new 0 changed 0 same 2 bad 1 written 2"} {
				rep, err := h.take(officer, kind, kind+".csv", h.text(file), partial)
				if err != nil || counts(rep) != want {
					t.Errorf("%s: got %s %v, %v\nwant %s", kind, counts(rep), named(rep), err, want)
				}
			}
		}
		waits, err := h.LabelBatches(h.ctx, head) // what one officer brings in a list holds once another has decided
		if err != nil || len(waits) != 1 || waits[0].Rows != 2 || waits[0].Own {
			t.Fatalf("what waits is %+v, %v", waits, err)
		}
		if d, err := h.DecideLabels(h.ctx, head, waits[0].Batch, true, ""); err != nil || d.Done != 2 {
			t.Fatalf("decided %+v, %v", d, err)
		}
		h.read(func(tx *db.Tx) {
			day := h.day("2025-03-01")
			facts, err := h.Facts(h.ctx, tx, firmA, day)
			if err != nil || facts["firm.listed_untrustworthy"].Value != true || facts["firm.controller"].Value != firmB {
				t.Errorf("facts %v, %v", facts, err)
			}
			if yes, known, err := h.Related(h.ctx, tx, firmA, firmB, day); !yes || !known || err != nil {
				t.Errorf("related %t %t %v", yes, known, err)
			}
			if has, known, err := h.HasLabel(h.ctx, tx, firmB, "specialised_sme", day); !has || !known || err != nil {
				t.Errorf("label %t %t %v", has, known, err)
			}
		})
	})
}

func TestFilesThatCannotBeRead(t *testing.T) {
	each(t, func(h house) {
		for code, in := range map[string]registry.Import{
			"registry.import_kind":    {Kind: "people", Name: "x.csv", File: strings.NewReader("")},
			"registry.column_missing": {Kind: "organisations", Name: "x.csv", File: strings.NewReader("名称\n甲\n")},
			"sheets.csv":              {Kind: "organisations", Name: "x.csv", File: strings.NewReader("代码,名称\nx,\"甲\n")},
			"sheets.xlsx":             {Kind: "organisations", Name: "x.xlsx", File: strings.NewReader("no zip")},
		} {
			if _, err := h.Take(h.ctx, officer, in); fault.CodeOf(err) != code {
				t.Errorf("got %v, want %s", err, code)
			}
		}
		if _, err := h.take(nobody, "organisations", "x.csv", h.text(good)); fault.KindOf(err) != fault.SignIn {
			t.Errorf("nobody: %v", err)
		}
		if rep, err := h.take(officer, "labels", "x.csv", h.text("代码,资质,颁发单位\n")); fault.Of(err).Field != "since" {
			t.Errorf("a needed column is missing: %v %v", rep, err)
		}
	})
}

// many is a file of n synthetic teams.
func many(n int) string {
	var b strings.Builder
	b.WriteString("code,name,region,synthetic\n")
	for i := range n {
		fmt.Fprintf(&b, "local:t%06d,第%d号团队（演示）,340100,是\n", i, i)
	}
	return b.String()
}

func TestALargeFileThatWasCutOffIsCompletedByTheSameFile(t *testing.T) {
	each(t, func(h house) {
		const n = 7000
		ctx, cut := context.WithCancel(h.ctx)
		defer cut()
		in := registry.Import{Kind: "organisations", Name: "many.csv", File: h.text(many(n)), Progress: func(p registry.Progress) {
			if p.Writing {
				cut()
			}
		}}
		if rep, err := h.Take(ctx, officer, in); !errors.Is(err, context.Canceled) || rep.Written == 0 || rep.Written == n {
			t.Fatalf("got %s, %v", counts(rep), err)
		}
		h.read(func(tx *db.Tx) {
			all, err := h.Imports(h.ctx, tx)
			if err != nil || len(all) != 1 || all[0].State != "stopped" || all[0].Good != n || all[0].Done == 0 {
				t.Errorf("imports %+v, %v", all, err)
			}
		})
		var seen []registry.Progress
		rep, err := h.take(officer, "organisations", "many.csv", h.text(many(n)), func(in *registry.Import) { in.Progress = func(p registry.Progress) { seen = append(seen, p) } })
		if err != nil || rep.New+rep.Same != n || rep.New == 0 || rep.Same == 0 || rep.Written != n {
			t.Errorf("got %s, %v", counts(rep), err)
		}
		if last := seen[len(seen)-1]; last != (registry.Progress{Writing: true, Done: n, Total: n}) {
			t.Errorf("last progress %+v", last)
		}
		found, err := h.Search(h.ctx, registry.Query{Text: "6999号团队"})
		if err != nil || found.Total != 1 || found.More {
			t.Errorf("found %d, %v", found.Total, err)
		}
		if found, err = h.Search(h.ctx, registry.Query{Text: "号团队"}); err != nil || found.Total != 200 || !found.More {
			t.Errorf("found %d %t, %v", found.Total, found.More, err)
		}
	})
}

func TestWhatIsExportedIsTakenInAgain(t *testing.T) {
	each(t, func(h house) {
		h.three()
		odd := registry.Org{Code: team, Name: fault.Words{"=cmd 团队", "+team, \"seven\""}, Kind: "team", Region: "340104", Controller: "?"}
		h.put(admin, odd)
		h.must(func(tx *db.Tx) error {
			return h.PutMark(h.ctx, tx, admin, firmA, registry.Operating, true, h.day("2019-05-20"), "company register")
		})
		for _, f := range []sheets.Format{sheets.CSV, sheets.XLSX} {
			for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
				var b bytes.Buffer
				if err := h.Export(h.ctx, &b, f, lang, "", ""); err != nil {
					t.Fatal(err)
				}
				rep, err := h.take(admin, "organisations", "x."+string(f), bytes.NewReader(b.Bytes()))
				if err != nil || counts(rep) != "rows 4 good 4 new 0 changed 0 same 4 bad 0 written 4" {
					t.Errorf("%s %s: got %s %v, %v", f, lang, counts(rep), named(rep), err)
				}
				if f == sheets.CSV && !strings.Contains(b.String(), "'=cmd") {
					t.Error("a name that begins a formula is not guarded")
				}
			}
		}
		var b bytes.Buffer
		if err := h.Export(h.ctx, &b, sheets.CSV, fault.EN, "340000", "firm"); err != nil || strings.Count(b.String(), "\n") != 3 {
			t.Errorf("two firms of a province: %q, %v", b.String(), err)
		}
		for _, kind := range registry.ImportKinds() {
			b.Reset()
			if err := registry.Template(&b, kind, sheets.CSV, fault.ZH); err != nil || !strings.Contains(b.String(), "统一社会信用代码") {
				t.Errorf("template of %s: %q, %v", kind, b.String(), err)
			}
		}
		if err := registry.Template(&b, "organisations", "pdf", fault.ZH); fault.CodeOf(err) != "sheets.format" {
			t.Error(err)
		}
	})
}
