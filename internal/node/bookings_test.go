package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// opens lists an instrument with the node's own rooms and opens it for booking, on weekdays from eight to six.
func (t *treasury) opens(lab, no string, instant bool, pairs ...string) catalogue.Listing {
	t.Helper()
	ctx, system := context.Background(), access.System("test")
	typed := map[string]string{"name": "冷冻透射电子显微镜", "model": "G4", "manufacturer": "示范制造", "class": "010101", "technical": "300 kV", "function": "结构解析", "status": "正常", "share": "外部共享",
		"duty_free": "否", "service_content": "数据采集", "fee": "面议", "region": "310115", "contact": "值班室", "phone": "021-00000000", "inner_id": no, "worth": "5300万元", "begin_date": "2021-09-01"}
	for k := 0; k+1 < len(pairs); k += 2 {
		typed[pairs[k]] = pairs[k+1]
	}
	l, err := t.Catalogue.Add(ctx, system, catalogue.Draft{Kind: "instrument", Owner: lab, Typed: typed})
	t.must(err)
	for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Publish} {
		l, err = t.Catalogue.Step(ctx, system, l.ID, l.Version, act, "")
		t.must(err)
	}
	_, err = t.Bookings.Enter(ctx, system, booking.Instrument{ID: l.ID, Zone: "Asia/Shanghai"})
	t.must(err)
	plan := booking.Plan{Grid: 30, Limits: []booking.Limit{{To: 24 * 60, Least: 60, Most: 600}}, Horizon: 60, OfferHours: 24, Instant: instant}
	for d := time.Monday; d <= time.Friday; d++ {
		plan.Weekly[d] = []booking.Period{{From: 480, To: 1080}}
	}
	t.must(t.Bookings.PutPlan(ctx, system, l.ID, plan, 0))
	price := booking.Price{Basis: booking.ByHour, Rate: 120_000}
	t.must(t.Bookings.PutPrices(ctx, system, l.ID, booking.Prices{From: unit.Date(2026, 3, 2), QuoteHours: 48, FreeHours: 24, LateShare: 50, NoShow: 100,
		Classes: map[booking.Class]booking.Price{booking.Enterprise: price, booking.Inside: price}}))
	return l
}

// program calls an operation of the API and reads its answer.
func (t *treasury) program(who *http.Cookie, method, path string, want int, body string) (out map[string]any) {
	t.Helper()
	text := t.asks(who, method, path, want, "application/json", strings.NewReader(body))
	if err := json.Unmarshal([]byte(text), &out); err != nil && strings.TrimSpace(text) != "" {
		t.Fatalf("%s answers %q: %v", path, text, err)
	}
	return out
}

// A program books as a person does, by the same permissions and with the same refusals, and what it does is on the pages.
func TestAProgramBooksAsAPersonDoes(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		lab, firm := t.firms[3], t.firms[0]
		l := t.opens(lab, "EM-01", false)
		at := "/api/v1/instruments/" + string(l.ID)
		user, colleague := t.signedIn("user@a.example", "org_member", firm), t.signedIn("mate@a.example", "org_admin", firm)
		officer, second := t.signedIn("lab@a.example", "lab_operator", lab), t.signedIn("lab2@a.example", "org_admin", lab)
		stranger := t.signedIn("other@a.example", "org_member", t.firms[1])
		slot := `{"from":"2026-03-04T01:00:00Z","to":"2026-03-04T03:00:00Z"}`

		// Found, tried, quoted, booked.
		if all := t.program(user, "GET", "/api/v1/instruments", 200, ""); fmt.Sprint(all["instruments"].([]any)[0].(map[string]any)["next_free"]) != "map[from:2026-03-02T01:30:00Z to:2026-03-02T02:30:00Z]" {
			t.Errorf("instruments: %v", all)
		}
		if q := t.program(user, "POST", at+"/try", 200, slot); q["price"] != "2400.00" && q["price"] != 2400.0 && q["price"] != 240000.0 || q["refused"] != "" {
			t.Errorf("tried: %v", q)
		}
		if q := t.program(user, "POST", at+"/try", 200, `{"from":"2026-03-07T01:00:00Z","to":"2026-03-07T03:00:00Z"}`); q["refused"] != "booking.closed" || q["next"] == nil {
			t.Errorf("a closed day: %v", q)
		}
		quote := t.program(user, "POST", at+"/quotes", 200, slot[:len(slot)-1]+`,"samples":2}`)["id"].(string)
		mine := t.program(user, "POST", at+"/bookings", 200, slot[:len(slot)-1]+`,"quote":"`+quote+`","samples":2,"purpose":"隔膜"}`)
		if mine["state"] != "requested" || fmt.Sprint(mine["allowed"]) != "[cancel change hand_over]" {
			t.Errorf("booked: %v", mine)
		}
		path := "/api/v1/bookings/" + mine["id"].(string)
		t.page(user, "/bookings/"+mine["id"].(string), "待答复|requested", "隔膜")
		t.program(stranger, "GET", path, 404, "")
		t.program(stranger, "POST", path+"/acts", 404, `{"act":"cancel"}`)
		t.program(user, "POST", path+"/acts", 403, `{"act":"confirm"}`)

		// Two requests for one slot, confirmed by two officers: the second is refused with the first slot that would pass.
		other := t.program(stranger, "POST", at+"/bookings", 200, slot)
		if day := t.program(officer, "GET", "/api/v1/labs/"+lab+"/day?day=2026-03-04", 200, ""); len(day["asked"].([]any)) != 2 {
			t.Errorf("the operator's day: %v", day)
		}
		t.program(user, "GET", "/api/v1/labs/"+lab+"/day", 404, "")
		if x := t.program(officer, "POST", path+"/acts", 200, `{"act":"confirm"}`); x["state"] != "confirmed" {
			t.Errorf("confirmed: %v", x)
		}
		if x := t.program(second, "POST", "/api/v1/bookings/"+other["id"].(string)+"/acts", 409, `{"act":"confirm"}`); x["code"] != "booking.taken" || !strings.Contains(x["detail"].(string), "2026-03-04 11:00–13:00") {
			t.Errorf("the second: %v", x)
		}
		t.program(second, "POST", "/api/v1/bookings/"+other["id"].(string)+"/acts", 200, `{"act":"decline","reason":"已约满"}`)

		// Moved and handed over by a colleague's id, waited for, and a calendar by its secret address.
		if x := t.program(user, "POST", path+"/acts", 200, `{"act":"change","from":"2026-03-05T01:00:00Z","to":"2026-03-05T03:00:00Z"}`); x["from"] != "2026-03-05T01:00:00Z" {
			t.Errorf("moved: %v", x)
		}
		all := t.program(colleague, "GET", "/api/v1/bookings", 200, "")["bookings"].([]any)
		if len(all) != 1 || all[0].(map[string]any)["state"] != "confirmed" {
			t.Errorf("the organisation's bookings: %v", all)
		}
		if x := t.program(user, "POST", at+"/waits", 409, `{"from":"2026-03-05T01:00:00Z","to":"2026-03-05T10:00:00Z","minutes":60}`); x["code"] != "booking.free_now" {
			t.Errorf("waiting for what is free: %v", x)
		}
		wait := t.program(user, "POST", at+"/waits", 200, `{"from":"2026-03-05T01:00:00Z","to":"2026-03-05T03:00:00Z","minutes":60}`)
		t.program(stranger, "POST", "/api/v1/waits/"+wait["id"].(string)+"/leave", 404, "")
		t.asks(user, "POST", "/api/v1/waits/"+wait["id"].(string)+"/leave", 200, "", nil)
		if dates := t.program(user, "POST", at+"/series", 200, `{"from":"2026-03-05T01:00:00Z","to":"2026-03-05T02:00:00Z","every":1,"times":3}`)["dates"].([]any); dates[0].(map[string]any)["refused"] != "booking.taken" || dates[1].(map[string]any)["state"] != "requested" || dates[2].(map[string]any)["refused"] != "booking.no_limit" && dates[2].(map[string]any)["refused"] != "booking.closed" {
			t.Errorf("a series: %v", dates)
		}
		feed := t.program(user, "POST", "/api/v1/calendars", 200, `{"kind":"person"}`)
		if text := t.asks(user, "GET", feed["address"].(string), 200, "", nil); !strings.Contains(text, "BEGIN:VEVENT") {
			t.Errorf("the calendar: %s", text)
		}
		t.asks(user, "POST", "/api/v1/calendars/"+feed["id"].(string)+"/revoke", 200, "", nil)
		t.asks(user, "GET", feed["address"].(string), 404, "", nil)

		// A blackout of one hour shuts one hour: it is looked at, laid down, and ended; the booking that it hits is kept a slot.
		shut := `{"kind":"fault","from":"2026-03-05T02:00:00Z","to":"2026-03-05T03:00:00Z","why":"真空泵"`
		t.program(user, "POST", at+"/shuts", 404, shut+`}`)
		if x := t.program(officer, "POST", at+"/shuts", 200, shut+`,"look":true}`); x["id"] != "" || len(x["hits"].([]any)) != 1 {
			t.Errorf("looked: %v", x)
		}
		x := t.program(officer, "POST", at+"/shuts", 200, shut+`}`)
		free := ""
		for _, c := range t.program(user, "GET", at+"?from=2026-03-05&days=1", 200, "")["chips"].([]any) {
			if c := c.(map[string]any); c["kind"] == "free" || c["kind"] == "shut" {
				free += fmt.Sprint(c["kind"], " ", c["from"].(string)[11:16], "–", c["to"].(string)[11:16], "; ")
			}
		}
		if !strings.Contains(free, "shut 02:00–03:00") || !strings.Contains(free, "free 00:00–02:00") {
			t.Errorf("the day of the blackout: %s", free)
		}
		if x := t.program(user, "POST", path+"/acts", 200, `{"act":"accept"}`); x["state"] != "confirmed" || x["from"] != "2026-03-05T03:00:00Z" {
			t.Errorf("accepted: %v", x)
		}
		t.asks(officer, "POST", "/api/v1/shuts/"+x["id"].(string)+"/reopen", 200, "", nil)
		if x := t.program(officer, "POST", at+"/withdraw", 409, `{"reason":"已售","seen":0}`); x["code"] != "booking.ahead" {
			t.Errorf("withdrawn unseen: %v", x)
		}
	})
}

// A search knows the next free slot after every act on a calendar; the listing leads to the calendar and back; what came in
// duty-free serves its owner alone until customs are satisfied; and an officer who takes a listing away says what becomes of
// its bookings.
func TestAListingAndItsCalendar(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx, lab, firm := context.Background(), t.firms[3], t.firms[0]
		l := t.opens(lab, "EM-01", true)
		user := t.signedIn("user@a.example", "org_member", firm)
		t.signedIn("lab2@a.example", "org_admin", lab)
		next := func(want string) {
			t.Helper()
			found := t.program(user, "GET", "/api/v1/search?q="+url.QueryEscape("冷冻电镜"), 200, "")
			if got := found["hits"].([]any)[0].(map[string]any)["next_free"]; got != want {
				t.Errorf("next free is %v, want %s", got, want)
			}
			if lines, err := t.Finder.Audit(ctx); err != nil || len(lines) > 0 {
				t.Errorf("audit: %v %v", lines, err)
			}
		}
		next("2026-03-02T01:30:00Z")
		t.page(user, "/search?q="+url.QueryEscape("冷冻电镜"), "最近空档|next free", "3月2日 周一 09:30|2 Mar Mon 09:30", "今天|today")
		at := "/instruments/" + string(l.ID)
		b := t.program(user, "POST", "/api/v1"+at+"/bookings", 200, `{"from":"2026-03-02T01:30:00Z","to":"2026-03-02T10:00:00Z"}`)
		next("2026-03-03T00:00:00Z")
		t.program(user, "POST", "/api/v1/bookings/"+b["id"].(string)+"/acts", 200, `{"act":"cancel"}`)
		next("2026-03-02T01:30:00Z")
		t.now = t.now.Add(20 * time.Hour) // nobody does anything
		user = t.again("user@a.example")
		admin := t.again("lab2@a.example")
		next("2026-03-03T00:00:00Z")

		// Both ways.
		t.page(user, "/listings/"+string(l.ID), `href="`+at+`"`, "约最近的空闲时段|Book the next free slot", "2026-03-03 08:00–09:00")
		t.page(user, at, `href="/listings/`+string(l.ID)+`"`)

		// Duty-free without its customs fields: the owner's people book it, others are told why not.
		held := t.opens(lab, "EM-02", true, "duty_free", "是", "customs_no", "220000000000000001", "customs_date", "2020-01-01", "customs_item", "1", "customs_name", "电镜", "customs_unit", "3100000001")
		slot := `{"from":"2026-03-04T01:00:00Z","to":"2026-03-04T03:00:00Z"}`
		t.program(user, "POST", "/api/v1/instruments/"+string(held.ID)+"/try", 200, slot)
		fields := held.Fields
		delete(fields, "customs_item")
		text, err := json.Marshal(fields)
		t.must(err)
		// The kind asks for it at publishing; a listing of an older edition of the kind may be without.
		t.must(t.DB.Act(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE catalogue_listing SET fields = $2 WHERE id = $1`, string(held.ID), string(text))
			return err
		}))
		if x := t.program(user, "POST", "/api/v1/instruments/"+string(held.ID)+"/bookings", 403, slot); x["code"] != "booking.customs" || !strings.Contains(x["detail"].(string), "海关") && !strings.Contains(x["detail"].(string), "customs") {
			t.Errorf("an outside user of a duty-free instrument: %v", x)
		}
		t.page(user, "/instruments/"+string(held.ID)+"/book?day=2026-03-04&from=09:00&to=11:00&org="+firm, "免税进口|duty-free")
		t.program(admin, "POST", "/api/v1/instruments/"+string(held.ID)+"/bookings", 200, slot)

		// Taken away with bookings ahead.
		b = t.program(user, "POST", "/api/v1"+at+"/bookings", 200, slot)
		l, err = t.Catalogue.Get(ctx, access.System("test"), l.ID)
		t.must(err)
		form := url.Values{"version": {fmt.Sprint(l.Version)}, "act": {"suspend"}, "reason": {"换灯丝"}}
		t.page(admin, "/listings/"+string(l.ID), "还有预约没有用完|Bookings lie ahead")
		if page := t.posts(admin, "/listings/"+string(l.ID)+"/decide", 409, form); !strings.Contains(page, "还有 1 件预约") && !strings.Contains(page, "1 bookings lie ahead") {
			t.Errorf("suspended without a word on its bookings: %.300s", page)
		}
		form.Set("ahead", "keep")
		t.posts(admin, "/listings/"+string(l.ID)+"/decide", 303, form)
		t.page(user, "/bookings/"+b["id"].(string), "已确认|confirmed")
		if x := t.program(user, "POST", "/api/v1"+at+"/bookings", 409, `{"from":"2026-03-06T01:00:00Z","to":"2026-03-06T03:00:00Z"}`); x["code"] != "booking.not_offered" {
			t.Errorf("booked while it is under repair: %v", x)
		}
		form = url.Values{"version": {fmt.Sprint(l.Version + 1)}, "act": {"retire"}, "reason": {"报废"}, "ahead": {"cancel"}, "seen": {"1"}}
		t.posts(admin, "/listings/"+string(l.ID)+"/decide", 303, form)
		t.page(user, "/bookings/"+b["id"].(string), "已取消|cancelled", "报废")
		t.page(user, "/notices", "预约取消，不收费|your booking cancelled, free of charge")
	})
}
