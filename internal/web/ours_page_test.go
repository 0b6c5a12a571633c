package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

func TestAFirmAndAnOfficerSeeAllSchemesOnOnePage(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	ctx := context.Background()
	admin, err := h.c.Access.Session(ctx, h.person("", "node_admin", ""))
	if err == nil {
		err = h.c.DB.Act(ctx, func(tx *db.Tx) error {
			_, err := h.c.Registry.IssueLabel(ctx, tx, admin, registry.Label{Org: testFirm, Label: "tech_sme", Issuer: "test", Since: unit.Date(2025, 4, 1), Until: unit.Date(2026, 3, 31)})
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/ours", token, nil), 200, "能申报", "还没有拨付", "没有在办的", "2026-03-31", "科技型中小企业", `href="/open?org=`+testFirm)
	h.wants(h.ask("GET", "/ours/changes", token, nil), 200, "没有已公布而未施行的版本")
	h.wants(h.ask("GET", "/ours/profile", token, nil), 200, "从业人数", `<span class="chip warn">缺</span>`, "由企业报送上一年度数据")
	c := h.filed(who)
	h.wants(h.ask("GET", "/ours?lang=en", token, nil), 200, "Our organisation", `<a href="/cases/`+string(c.ID)+`">`, "Technology SME")
	h.wants(h.ask("GET", "/ours?ends.take=csv", token, nil), 200, "2026-03-31")

	// Who speaks for no organisation has no such page, and nobody reads another's.
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	h.wants(h.ask("GET", "/ours", desk, nil), 200, "您没有代办本节点登记的单位")
	h.wants(h.ask("GET", "/ours?org=91310000MA1FL0000X", token, nil), 404)

	h.wants(h.ask("GET", "/office", desk, nil), 200, "没有逾期的", "待审核", "没有进行中的轮次", "没有待看的")
	if page := h.ask("GET", "/office", token, nil); page.Code == 200 {
		t.Error("a firm reads the desk of an office")
	}
	h.c.Clock.(*testClock).Advance(60 * 24 * time.Hour)
	desk = h.signIn("desk@node.example")
	h.wants(h.ask("GET", "/office", desk, nil), 200, `data-list="late"`, c.No, "演示企业")
}

func TestDeadlinesStandOnOneCalendar(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c := h.filed(who)
	desk := h.officer("desk@node.example", "voucher_review", "340000")
	due := h.officeDue(desk, c.No)
	page := h.ask("GET", "/deadlines?month="+due[:7], desk, nil)
	h.wants(page, 200, c.No, `id="d-`+due+`"`, `href="#d-`+due+`"`, "我办")
	h.wants(h.ask("GET", "/deadlines?month=2019-01", desk, nil), 200, "这个月没有期限")
	h.wants(h.ask("GET", "/deadlines?month="+due[:7]+"&kind=round", desk, nil), 200, "这个月没有期限")
	h.wants(h.ask("GET", "/deadlines?month=2026-12&lang=en", token, nil), 200, "December 2026", "editions", "2026-12-31")
	file := h.ask("GET", "/deadlines.ics", desk, nil)
	h.wants(file, 200, "BEGIN:VCALENDAR", c.No, "END:VCALENDAR")
	if kind := file.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/calendar") {
		t.Error(kind)
	}
	a, b := deadline{Kind: "label", Path: "/ours#ends", What: "甲"}, deadline{Kind: "label", Path: "/ours#ends", What: "乙"}
	if a.uid() == b.uid() {
		t.Error("two labels are one event")
	}
	if page := h.ask("GET", "/deadlines.ics", "", nil); page.Code == 200 {
		t.Error("a visitor reads somebody's calendar")
	}
}

// officeDue is the last day in time of a case in the queue of a desk.
func (h *house) officeDue(desk, no string) string {
	h.t.Helper()
	who, err := h.c.Access.Session(context.Background(), desk)
	if err != nil {
		h.t.Fatal(err)
	}
	line, err := h.c.Cases.Line(context.Background(), who, casework.QueueFilter{Page: 1})
	if err != nil || len(line.Cases) != 1 || line.Cases[0].No != no {
		h.t.Fatal(err, line.Cases)
	}
	return unit.DayOf(line.Cases[0].Due.Add(-time.Second), beijing).String()
}
