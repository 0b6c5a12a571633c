package agreement_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"corridor/internal/agreement"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// spreadsheet makes a file of rows, cells between |.
func spreadsheet(t testing.TB, rows ...string) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	for i, row := range rows {
		cells := strings.Split(row, "|")
		if err := x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const columns = "序号|重点任务|牵头单位|配合单位|完成时限|指标|基数|目标值|单位|核验|前置|备注"

func TestAListIsImportedWholeOrNotAtAll(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := context.Background()
		plan := h.framework(func(a *agreement.Agreement) { a.Form = agreement.Plan })
		list, err := h.AddList(ctx, planner, agreement.List{Plan: plan.ID, Name: fault.Words{"重点任务"}})
		h.done(err)
		good := []string{"附件：重点任务清单", columns, "1|开通预约|上海市|安徽省|2026年6月底|||||||120万元|city||310117", "2|建成目录|340000|310000=50万元、320000|2026-12-31|数据集|0|600|个|办公室|1|", "", "3|发布指南|340100||2026年|||||第三方：某研究院|1、2|"}
		rep, err := h.Import(ctx, planner, plan.ID, list.ID, spreadsheet(t, good...), true)
		if err != nil || rep.Rows != 3 || len(rep.Bad) != 0 || rep.Written != 0 || len(rep.Unknown) != 1 {
			t.Fatalf("%+v, %v", rep, err)
		}
		if _, n, _ := h.Find(ctx, everybody, agreement.Query{}); n != 0 {
			t.Fatalf("a dry run left %d tasks", n)
		}
		bad := append([]string{}, good...)
		bad = append(bad, "4|加强合作|310000||2026-12-31||||||", "5|办公|||2026-12-31|", "6|甲|320000||2026-12-31||||||", "7|乙|310000||不知道||||||", "8|丙|310000||2026-12-31|指标||多|家||99|", "9|丁|310000|340000=0元|2026-12-31||||||")
		rep, err = h.Import(ctx, planner, plan.ID, list.ID, spreadsheet(t, bad...), false)
		h.done(err)
		var where []string
		for _, b := range rep.Bad {
			where = append(where, fmt.Sprintf("%s%d %s", b.Column, b.Row, b.Fault.Code))
		}
		want := "B7 agreement.target_vague, C8 agreement.owner_no_party, C9 agreement.owner_no_party, E10 unit.day_form, H11 agreement.measure_half, D12 agreement.budget"
		if got := strings.Join(where, ", "); got != want {
			t.Errorf("bad cells %s\nwant %s", got, want)
		}
		if _, n, _ := h.Find(ctx, everybody, agreement.Query{}); n != 0 {
			t.Fatalf("a list with bad cells left %d tasks", n)
		}
		circle := append([]string{}, good[:3]...)
		circle[2] = "1|开通预约|上海市||2026-06-30||||||3|"
		circle = append(circle, "2|建成目录|340000||2026-12-31||||||1|", "3|发布指南|340000||2026-12-31||||||2|")
		rep, err = h.Import(ctx, planner, plan.ID, list.ID, spreadsheet(t, circle...), false)
		if err != nil || len(rep.Bad) != 1 || rep.Bad[0].Fault.Code != "agreement.circle" || rep.Bad[0].Column != "K" || rep.Bad[0].Row != 3 {
			t.Fatalf("%+v, %v", rep, err)
		}
		if s := rep.Bad[0].Fault.Sentence(fault.ZH); !strings.Contains(s, "1 → 3 → 2 → 1") {
			t.Errorf("the circle is not named: %s", s)
		}
		rep, err = h.Import(ctx, planner, plan.ID, list.ID, spreadsheet(t, good...), false)
		if err != nil || rep.Written != 3 {
			t.Fatalf("%+v, %v", rep, err)
		}
		entries, err := h.Entries(ctx, everybody, list.ID, 1, 10)
		if err != nil || len(entries) != 3 || entries[2].Task.Due != day(2026, 12, 31) || entries[0].Task.Due != day(2026, 6, 30) || entries[2].Task.Verifier.Kind != agreement.ByThird {
			t.Errorf("%+v, %v", entries, err)
		}
		if got := h.is(entries[1].Task.ID); len(got.Partners) != 2 || got.Partners[0].Budget != 500_000*unit.FenPerYuan || got.Partners[1].Budget != 0 {
			t.Errorf("%+v", got.Partners)
		}
		if got := h.is(entries[2].Task.ID); len(got.Needs) != 2 || got.Lead.Code != "340100" {
			t.Errorf("%+v", got)
		}
	})
}

func TestWhatIsNoList(t *testing.T) {
	eachHouse(t, func(h *house) {
		plan := h.framework()
		for name, c := range map[string]struct {
			file []byte
			want string
		}{
			"no spreadsheet":        {[]byte("PK\x03\x04 nothing"), "agreement.import_file"},
			"other columns":         {spreadsheet(t, "甲|乙", "1|2"), "agreement.import_columns"},
			"only the head":         {spreadsheet(t, columns), "agreement.import_empty"},
			"more rows than a list": {spreadsheet(t, append([]string{columns}, strings.Split(strings.Repeat("1|x|310000||2026-12-31|\n", 2001), "\n")...)...), "agreement.import_rows"},
		} {
			_, err := h.Import(context.Background(), planner, plan.ID, "", c.file, false)
			if fault.CodeOf(err) != c.want {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
		}
	})
}

// FuzzImport looks at spreadsheets of any words in any cells, and of any bytes: nothing panics, what is refused is refused
// by a sentence of ours, and what is only looked at is not written.
func FuzzImport(f *testing.F) {
	clock := &hand{}
	clock.set(day(2026, 3, 2))
	h := newHouse(f, dbtest.Open(f, clock.now), clock, nil, "")
	plan := h.framework()
	const columns = columns + "|牵头投入|层级|上级任务|地点代码"
	for _, row := range []string{"1|开通预约|上海市|安徽省|2026年6月底|||||||120万元|city||310117", "2|加强合作|310000|340000=50万元、江苏省＝1.5亿元|46203|1|省市|T-2026-0001|机构|1|2", "x|=1+1|第三方：某所|a,b;c\n|2026-13|1、2、x|国家|||-1|1e9",
		"1|任务|999999|=|12月底|1|city|||٣|3", "|\x00\xff|🙂|310000=0|2027|||||", "1|a|310000|310000|2026-12-31|||||||0|city|T-9999-1|999999"} {
		f.Add([]byte(row), false)
	}
	f.Add(spreadsheet(f, columns, "1|开通预约|上海市|安徽省|2026年6月底||||||"), true)
	f.Add([]byte("PK"), true)
	f.Fuzz(func(t *testing.T, in []byte, whole bool) {
		file := in
		if !whole {
			if len(in) > 4096 {
				return
			}
			file = spreadsheet(t, append([]string{columns}, strings.Split(string(in), "\n")...)...)
		}
		rep, err := h.Import(context.Background(), planner, plan.ID, "", file, true)
		if k := fault.KindOf(err); err != nil && (k == fault.Internal || k == fault.Unavailable) {
			t.Fatal(err)
		}
		if rep.Written != 0 {
			t.Errorf("%d tasks were written", rep.Written)
		}
		for _, b := range rep.Bad {
			if b.Fault.Sentence(fault.ZH) == "" || b.Fault.Sentence(fault.EN) == "" {
				t.Errorf("%s row %d: no sentence for %s", b.Column, b.Row, b.Fault.Code)
			}
		}
	})
}
