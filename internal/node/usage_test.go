package node_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// From a booking to the owner's year, the national record, the charge sheet and the money, on the pages of a node.
func TestAMachinesLogBecomesHoursRecordsAndMoney(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx, lab, firm := context.Background(), t.firms[3], t.firms[0]
		runs := access.Actor{Person: "01LABOP", Name: "operator", Strong: true, Grants: []access.Grant{{Role: "lab_operator", Org: lab}}}
		l, b := t.microscope(runs, lab)
		day := time.Date(2026, 3, 4, 1, 0, 0, 0, time.UTC) // 09:00 there
		_, err := b.Book(ctx, clerk(firm), booking.Ask{Instrument: l.ID, Org: firm, Span: booking.Span{From: day, To: day.Add(2 * time.Hour)}, Samples: 1})
		t.must(err)
		t.now = time.Date(2026, 4, 2, 2, 0, 0, 0, time.UTC)

		operator := t.signedIn("lab@a.example", "lab_operator", lab)
		at := func(path string) string { return path + "?org=" + lab + "&month=2026-03" }
		form := func(path string, want int, pairs ...string) string {
			t.Helper()
			f := url.Values{}
			for k := 0; k+1 < len(pairs); k += 2 {
				f.Add(pairs[k], pairs[k+1])
			}
			return t.asks(operator, "POST", path, want, "application/x-www-form-urlencoded", strings.NewReader(f.Encode()))
		}
		upload := func(do, text string) string {
			t.Helper()
			path, _, _ := strings.Cut(t.sends(operator, at("/usage"), http.StatusSeeOther, "log.csv", text, "do", do), "?")
			return t.asks(operator, "GET", path, http.StatusOK, "", nil)
		}
		has := func(page string, all ...string) {
			t.Helper()
			for _, x := range all {
				if !strings.Contains(page, x) {
					t.Errorf("the page lacks %q: %.3000s", x, page[max(0, strings.Index(page, "<main")):])
				}
			}
		}
		get := func(path string) string { t.Helper(); return t.asks(operator, "GET", path, http.StatusOK, "", nil) }
		has(get(at("/usage")), "有预约、没有运行记录", "本月没有运行记录")
		head := "仪器编号,记录号,开始时间,结束时间,用途\n"
		has(upload("take", head+"EM-01,1,2026-03-04 09:00,2026-03-04 08:00,\nEM-09,2,2026-03-04 09:00,2026-03-04 10:00,\n"), "D2", "A3", "没有编号为“EM-09”的仪器", "未收")
		has(upload("take", head+"EM-01,1,2026-03-04 08:50,2026-03-04 11:00,技术开发\nEM-01,2,2026-03-05 09:00,2026-03-05 10:00,\n"), "已完成", "已写入")
		has(get(at("/usage")), "对外", "待认定", "2,400.00", "超出预约")
		has(get("/usage/year?org="+lab+"&year=2026"), "2.2 h", "100.0%", "1.0 h", "1600 h")
		has(get(at("/usage/records")), "冷冻透射电子显微镜")
		file := get(at("/usage/records") + "&format=csv")
		has(file, "recordInnerId", "N340001,EM-01,2400.00,2.2,2026-03-04 08,2026-03-04 11", firm+",130,136")
		all, _, err := t.Usage.Runs(ctx, runs, usage.Query{Owner: lab, Month: "2026-03", Page: 1})
		t.must(err)
		has(form(at("/usage/runs/"+string(all[1].ID)), http.StatusUnprocessableEntity, "class", "inside"), "依据", "一行")
		form(at("/usage/runs/"+string(all[1].ID)), http.StatusSeeOther, "class", "void", "why", "校准")
		form(at("/usage/records"), http.StatusSeeOther, "run", string(all[0].ID), "do", "sent")
		form(at("/usage/charges"), http.StatusSeeOther, "do", "make")
		has(get(at("/usage/charges")), "2026-03-0001", "2,400.00")
		form(at("/usage/receipts"), http.StatusSeeOther, "day", "2026-04-01", "payer", "虚构机构", "ref", "T1", "amount", "2400")
		has(get(at("/usage/charges")), "金额相同")
		made, err := t.Usage.Sheets(ctx, runs, lab, "2026-03")
		t.must(err)
		receipts, err := t.Usage.Receipts(ctx, runs, lab, true)
		t.must(err)
		form("/usage/sheets/"+string(made[0].ID)+"/invoice", http.StatusSeeOther, "invoice", "042")
		form("/usage/sheets/"+string(made[0].ID)+"/claim", http.StatusSeeOther, "receipt", string(receipts[0].ID))
		payer := t.signedIn("firm@a.example", "org_member", firm)
		has(t.asks(payer, "GET", "/usage/sheets/"+string(made[0].ID), http.StatusOK, "", nil), "已付清", "042", "2,400.00")
		stranger := t.signedIn("other@a.example", "org_member", t.firms[1])
		t.asks(stranger, "GET", "/usage/sheets/"+string(made[0].ID), http.StatusNotFound, "", nil)
		if _, _, err := t.Usage.Runs(ctx, clerk(firm), usage.Query{Owner: lab, Month: "2026-03", Page: 1}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a firm reads the runs of a laboratory: %v", err)
		}
	})
}

// microscope lists an instrument of a laboratory that can be booked at once, 1,200 yuan an hour for firms.
func (t *treasury) microscope(runs access.Actor, lab string) (catalogue.Listing, *booking.Service) {
	t.Helper()
	ctx, system := context.Background(), access.System("test")
	l, err := t.Catalogue.Add(ctx, system, catalogue.Draft{Kind: "instrument", Owner: lab, Typed: map[string]string{
		"name": "冷冻透射电子显微镜", "model": "G4", "manufacturer": "示范制造", "class": "010101", "technical": "300 kV", "function": "结构解析", "status": "正常", "share": "外部共享",
		"duty_free": "否", "service_content": "数据采集", "fee": "面议", "region": "310115", "contact": "值班室", "phone": "021-00000000", "inner_id": "EM-01", "ins_code": "N340001",
		"worth": "5300万元", "begin_date": "2021-09-01"}})
	t.must(err)
	for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Publish} {
		l, err = t.Catalogue.Step(ctx, system, l.ID, l.Version, act, "")
		t.must(err)
	}
	b, err := booking.New(booking.Config{DB: t.DB, Access: t.Access, Registry: t.Registry, Calendar: unit.NewDays(unit.ChinaCalendar())})
	t.must(err)
	i, err := b.Enter(ctx, runs, booking.Instrument{ID: l.ID, Org: lab, Region: "310115", Title: l.Title, Zone: "Asia/Shanghai"})
	t.must(err)
	plan := booking.Plan{Grid: 30, Limits: []booking.Limit{{To: 24 * 60, Least: 30, Most: 600}}, Horizon: 60, OfferHours: 24, Instant: true}
	for d := range plan.Weekly {
		plan.Weekly[d] = []booking.Period{{From: 480, To: 1080}}
	}
	t.must(b.PutPlan(ctx, runs, i.ID, plan, 0))
	t.must(b.PutPrices(ctx, runs, i.ID, booking.Prices{From: unit.Date(2026, 3, 2), QuoteHours: 48, FreeHours: 24, LateShare: 50, NoShow: 100,
		Classes: map[booking.Class]booking.Price{booking.Enterprise: {Basis: booking.ByHour, Rate: 120_000}}}))
	return l, b
}
