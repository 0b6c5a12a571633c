package node_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/access"
	"corridor/internal/catalogue/usage"
)

const serviceHead = "服务名称,服务类别,服务说明,价格说明,所在地区划,联系人,联系电话,产品编号\n"

// bring sends a file to a form and returns where it stands.
func (t *treasury) bring(who *http.Cookie, path, name, content string, pairs ...string) string {
	t.Helper()
	at, _, _ := strings.Cut(t.sends(who, path, http.StatusSeeOther, name, content, pairs...), "?")
	return at
}

// A large file is taken in while its bringer is away; each hostile one is refused with a sentence, and nothing of it is listed.
func TestFilesOfListingsAreTakenInWhileTheirBringerIsAway(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx, lab := context.Background(), t.firms[3]
		admin, other := t.signedIn("lab@a.example", "org_admin", lab), t.signedIn("other@a.example", "org_admin", t.firms[0])
		form := []string{"kind", "service", "owner", lab, "do", "take"}
		for k, c := range []struct{ name, content, says string }{
			{"broken.xlsx", "PK\x03\x04 cut off", "可能已损坏"},
			{"old.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "旧格式"},
			{"macros.xlsm", zippedParts(t.T, 0, "xl/workbook.xml", "xl/vbaProject.bin"), "不接收含宏的文件"},
			{"bomb.xlsx", zippedParts(t.T, 48, "xl/worksheets/sheet1.xml"), "大得反常"},
			{"quotes.csv", serviceHead + "a,\"b\n", "检查引号"},
			{"heads.csv", "甲,乙\n1,2\n", "找不到表头"},
		} {
			if got := t.asks(admin, "GET", t.bring(admin, "/listings/import", c.name, c.content, form...), 200, "", nil); !strings.Contains(got, c.says) || !strings.Contains(got, "没有收下") {
				t.Errorf("%d %s is not refused with %q", k, c.name, c.says)
			}
		}
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(serviceHead + "隔膜检测,检验检测,孔径,面议,310115,值班室,021-0,S-1\n")
		t.must(err)
		t.page(admin, t.bring(admin, "/listings/import", "gb.csv", gb, append(form[:4:4], "do", "check")...), "没有写入|nothing is written", "新 1|new 1")
		t.page(admin, t.bring(admin, "/listings/import", "gb.csv", gb, form...), "已完成|done", "新 1|new 1")

		var large strings.Builder
		large.WriteString(serviceHead)
		const rows = 3000
		for k := range rows {
			fmt.Fprintf(&large, "隔膜检测 %d,检验检测,孔径、厚度与穿刺强度,面议,310115,值班室,021-0,L-%d\n", k, k)
		}
		at := t.bring(admin, "/listings/import", "large.csv", large.String(), form...)
		t.page(admin, at, "排队中|waiting", "可以离开|You may leave")
		t.page(admin, "/imports", "large.csv", "排队中|waiting", "broken.xlsx")
		t.asks(other, "GET", at, 404, "", nil)
		if worked, err := t.Intake.Next(ctx); !worked || err != nil {
			t.Fatalf("worked %v, %v", worked, err)
		}
		t.page(admin, at, "已完成|done", "新 3000|new 3000")
		// What was listed can be exported whole, by who keeps it.
		if got := t.asks(admin, "GET", "/listings/export?kind=service&all=yes&owner="+lab+"&format=csv", 200, "", nil); strings.Count(got, "\n") != rows+2 {
			t.Errorf("%d lines are exported, want %d", strings.Count(got, "\n"), rows+2)
		}
	})
}

// zippedParts is a zip with parts of so many mebibytes of blanks each.
func zippedParts(t *testing.T, mib int, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for _, n := range names {
		w, err := z.Create(n)
		for k := 0; k < mib && err == nil; k++ {
			_, err = w.Write(blanks)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A program brings a log of more runs than one act takes, and asks how far it is.
func TestALargeMachineLogComesByTheAPI(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx, lab := context.Background(), t.firms[3]
		runs := access.Actor{Person: "01LABOP", Name: "operator", Strong: true, Grants: []access.Grant{{Role: "lab_operator", Org: lab}}}
		t.microscope(runs, lab)
		operator, other := t.signedIn("lab@a.example", "lab_operator", lab), t.signedIn("other@a.example", "lab_operator", t.firms[0])
		const n = 5_200
		var log strings.Builder
		log.WriteString("instrument,log_no,from,to\n")
		first := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		for k := range n {
			from := first.Add(time.Duration(k) * time.Hour)
			fmt.Fprintf(&log, "EM-01,%d,%s,%s\n", k, from.Format(time.RFC3339), from.Add(50*time.Minute).Format(time.RFC3339))
		}
		sent, err := json.Marshal(map[string]any{"org": lab, "name": "em01.csv", "text": log.String()})
		t.must(err)
		var state struct {
			ID, State                 string
			Done, Total, New, Written int
		}
		t.asks(other, "POST", "/api/v1/usage/logs", 404, "application/json", bytes.NewReader(sent))
		t.must(json.Unmarshal([]byte(t.asks(operator, "POST", "/api/v1/usage/logs", 200, "application/json", bytes.NewReader(sent))), &state))
		if state.State != "waiting" {
			t.Errorf("%+v", state)
		}
		if worked, err := t.Intake.Next(ctx); !worked || err != nil {
			t.Fatalf("worked %v, %v", worked, err)
		}
		t.asks(other, "GET", "/api/v1/imports/"+state.ID, 404, "", nil)
		t.must(json.Unmarshal([]byte(t.asks(operator, "GET", "/api/v1/imports/"+state.ID, 200, "", nil)), &state))
		if state.State != "done" || state.Written != n || state.Done != n || state.Total != n {
			t.Errorf("%+v", state)
		}
		if _, total, err := t.Usage.Runs(ctx, runs, usage.Query{Owner: lab, Month: "2025-02", Page: 1}); err != nil || total != 28*24 {
			t.Errorf("%d runs in February (%v)", total, err)
		}
	})
}
