package node_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// What an owner lays down for an instrument a program lays down too, by the same acts: only who runs it may, each refusal names
// the field, and what holds afterwards is what bookings are judged by.
func TestAProgramLaysDownWhatAnOwnerDoes(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		lab, firm := t.firms[3], t.firms[0]
		user, officer := t.signedIn("user@a.example", "org_member", firm), t.signedIn("lab@a.example", "lab_operator", lab)
		other := t.signedIn("other@a.example", "org_admin", t.firms[1]) // runs instruments, but not these
		i := t.program(officer, "POST", "/api/v1/instruments", 200, `{"org":"`+lab+`","title_zh":"扫描电镜","title_en":"SEM","place":"B 102","zone":"Asia/Shanghai"}`)
		at := "/api/v1/instruments/" + i["id"].(string)
		prices := `{"from":"2026-03-02","quote_hours":48,"free_hours":24,"late_share":50,"no_show_share":100,"classes":[{"class":"enterprise","basis":"hour","rate":"1200.00","operator":"200.00"}]}`
		plan := `{"plan":{"weekly.1":"08:00-12:00, 13:00-18:00","weekly.3":"08:00-18:00","exceptions":"2026-03-04 13:00-18:00 校庆","grid":"30","limits":"mon-fri 08:00-18:00 60-240","horizon":"60","offer_hours":"24","training":"SEM-1","rota":"yes","instant":"yes"},"version":`
		book := func(from, to, more string) map[string]any {
			return t.program(user, "POST", at+"/try", 200, `{"from":"2026-03-`+from+`:00Z","to":"2026-03-`+to+`:00Z"`+more+`}`)
		}
		for _, c := range []struct {
			path, body string
			want       int
			says       string // a code or a part of the answer
		}{
			{"/plan", plan + `1}`, 409, "booking.version"}, // it follows a version that is not there
			{"/plan", `{"plan":{"weekly.1":"8-26","grid":"30"},"version":0}`, 422, "weekly.1"},
			{"/plan", `{"plan":{"opens":"08:00"},"version":0}`, 422, "booking.plan_field"},
			{"/plan", plan + `0,"look":true}`, 200, `"version":0`},
			{"/plan", plan + `0}`, 200, `"version":1`},
			{"/plan", plan + `0}`, 409, "booking.version"},
			{"/prices", strings.Replace(prices, `"late_share":50`, `"late_share":101`, 1), 422, "late_share"},
			{"/prices", strings.Replace(prices, `"class":"enterprise"`, `"class":"friends"`, 1), 422, "class"},
			{"/prices", prices, 200, `"rate":"1200.00"`},
			{"/prices", prices, 422, "booking.price_past"},
			{"/certificates", `{"kind":"SEM-2","person":"x","since":"2026-01-01"}`, 422, "booking.certificate_kind"},
			{"/duties", `{"person":"x","from":"2026-03-04T05:00:00Z","to":"2026-03-04T09:00:00Z"}`, 422, "booking.colleague"},
			{"/sources", `{"name":"x","url":"ftp://a.example/x.ics"}`, 422, "booking.source_url"},
			{"/sources", `{"name":"x","text":"nothing"}`, 422, "booking.ics"},
		} {
			t.asks(user, "POST", at+c.path, 404, "application/json", strings.NewReader(c.body))
			if c.want == 200 {
				t.asks(other, "POST", at+c.path, 404, "application/json", strings.NewReader(c.body))
			}
			if got := t.asks(officer, "POST", at+c.path, c.want, "application/json", strings.NewReader(c.body)); !strings.Contains(got, c.says) {
				t.Errorf("%s %s answers %s", c.path, c.body, got)
			}
		}
		t.program(user, "GET", at+"/settings", 404, "")
		t.program(other, "GET", at+"/settings", 404, "")

		// The plan holds: other hours on an exceptional day, an operator on duty, who has learnt to use it.
		if q := book("04T01:00", "04T02:00", `,"operator":true`); q["refused"] != "booking.closed" {
			t.Errorf("on the morning of the exception: %v", q)
		}
		if q := book("04T05:00", "04T06:00", `,"operator":true`); q["refused"] != "booking.no_operator" {
			t.Errorf("without an operator: %v", q)
		}
		person := func(list, name string) string {
			for _, p := range t.program(officer, "GET", at+"/settings", 200, "")[list].([]any) {
				if p := p.(map[string]any); strings.Contains(p["name"].(string), name) {
					return p["id"].(string)
				}
			}
			t.Fatalf("nobody called %s among the %s", name, list)
			return ""
		}
		t.asks(officer, "POST", at+"/duties", 200, "application/json", strings.NewReader(`{"person":"`+person("staff", "lab_operator")+`","from":"2026-03-04T05:00:00Z","to":"2026-03-04T09:00:00Z"}`))
		if q := book("04T05:00", "04T06:00", `,"operator":true`); q["refused"] != "" || q["price"] != "1400.00" {
			t.Errorf("with an operator on duty: %v", q)
		}
		booked := t.program(user, "POST", at+"/bookings", 200, `{"from":"2026-03-04T05:00:00Z","to":"2026-03-04T06:00:00Z","operator":true}`)
		if q := book("09T01:00", "09T02:00", ""); q["refused"] != "booking.training" {
			t.Errorf("without the certificate: %v", q)
		}
		t.asks(officer, "POST", at+"/certificates", 200, "application/json", strings.NewReader(`{"kind":"SEM-1","person":"`+person("users", "org_member")+`","since":"2026-01-01","until":"2026-12-31"}`))
		if q := book("09T01:00", "09T02:00", ""); q["refused"] != "" || q["price"] != "1200.00" {
			t.Errorf("with it: %v", q)
		}

		// An outside calendar takes the hour, and says which booking it collides with.
		ics := func(from, to string) string {
			return fmt.Sprintf(`{"name":"课题组","text":"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:课题组\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"}`, from, to)
		}
		t.program(officer, "POST", at+"/sources", 200, ics("20260304T050000Z", "20260304T060000Z"))
		t.program(officer, "POST", at+"/sources", 200, ics("20260309T010000Z", "20260309T020000Z"))
		if q := book("09T01:00", "09T02:00", ""); q["refused"] != "booking.shut" {
			t.Errorf("taken by an outside calendar: %v", q)
		}
		x := t.program(officer, "GET", at+"/settings", 200, "")
		if clash := x["conflicts"].([]any); len(clash) != 1 || clash[0].(map[string]any)["booking"] != booked["id"] {
			t.Errorf("conflicts: %v", x["conflicts"])
		}
		if p := x["plan"].(map[string]any); x["plan_version"] != 1.0 || p["exceptions"] != "2026-03-04 13:00-18:00 校庆" || p["limits"] != "mon,tue,wed,thu,fri 08:00-18:00 60-240" {
			t.Errorf("the plan reads %v", p)
		}
		// Everything is taken back, each under its own instrument.
		for _, list := range []string{"sources", "duties", "certificates"} {
			for _, e := range x[list].([]any) {
				end := at + "/" + list + "/" + e.(map[string]any)["id"].(string) + "/end"
				t.asks(other, "POST", end, 404, "", nil)
				t.asks(officer, "POST", end, 200, "", nil)
				t.asks(officer, "POST", end, 404, "", nil)
			}
		}
		x = t.program(officer, "GET", at+"/settings", 200, "")
		if fmt.Sprint(x["sources"], x["duties"], x["certificates"], x["conflicts"]) != "[] [] [] []" {
			t.Errorf("after all was taken back: %v %v %v", x["sources"], x["duties"], x["certificates"])
		}
		if got := t.program(user, "GET", at+"/prices", 200, "")["prices"].([]any); len(got) != 1 || got[0].(map[string]any)["free_hours"] != 24.0 {
			t.Errorf("prices for everybody: %v", got)
		}
	})
}

// A booking moves to another instrument of the laboratory: offered on its page or by a program, with a fault or a withdrawal;
// the user reads both prices and answers.
func TestABookingMovesToAnotherInstrumentOnThePagesOfBothSides(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		lab, firm := t.firms[3], t.firms[0]
		one, two := t.opens(lab, "EM-01", true), t.opens(lab, "EM-02", true, "name", "扫描电子显微镜")
		user, officer := t.signedIn("user@a.example", "org_member", firm), t.signedIn("lab@a.example", "lab_operator", lab)
		stranger := t.signedIn("other@a.example", "org_member", t.firms[1])
		book := func(day string) (path, id string) {
			x := t.program(user, "POST", "/api/v1/instruments/"+string(one.ID)+"/bookings", 200, `{"from":"2026-03-`+day+`T01:00:00Z","to":"2026-03-`+day+`T03:00:00Z"}`)
			return "/bookings/" + x["id"].(string), x["id"].(string)
		}
		at, _ := book("04")
		t.page(officer, at, "换一台仪器|Offer another instrument", "扫描电子显微镜 · 2026-03-04 09:00–11:00")
		if page := t.asks(user, "GET", at, 200, "", nil); strings.Contains(page, "换一台仪器") {
			t.Error("a user is asked where the booking may move")
		}
		t.posts(user, at+"/instead", 403, url.Values{"instrument": {string(two.ID)}, "why": {"x"}})
		t.posts(stranger, at+"/instead", 404, url.Values{"instrument": {string(two.ID)}, "why": {"x"}})
		if page := t.posts(officer, at+"/instead", 422, url.Values{"instrument": {string(one.ID)}, "why": {"换灯丝"}}); !strings.Contains(page, "只能换到同一单位的另一台仪器") || !strings.Contains(page, "换灯丝") {
			t.Error("it moved to itself, or what was typed is lost")
		}
		t.posts(officer, at+"/instead", 303, url.Values{"instrument": {string(two.ID)}, "keep": {"yes"}, "why": {"换灯丝"}})
		t.page(user, "/notices", "为您保留了另一台仪器|another instrument is kept for you")
		t.page(user, at, "等用户答复|the user has to answer", "价格不变：2400.00 元|The price stays 2400.00")
		offer := t.program(user, "GET", "/api/v1"+at, 200, "")["instead"].(string)
		t.page(user, "/bookings/"+offer, "请答复是否改用这台仪器|Say whether you take this instrument", "换灯丝", "改用这台仪器|Take this instrument", "不改用|Do not take it")
		t.asks(stranger, "GET", "/bookings/"+offer, 404, "", nil)
		t.posts(user, "/bookings/"+offer+"/accept", 303, url.Values{})
		t.page(user, at, "已改用另一台仪器|Another instrument was taken", "已取消|cancelled")
		t.page(user, "/bookings/"+offer, "已改用这台仪器|This instrument was taken", "已确认|confirmed")

		// By a program: chosen from a list, refused by the user.
		at, id := book("05")
		if all := t.program(officer, "GET", "/api/v1/bookings/"+id+"/instead", 200, "")["instruments"].([]any); len(all) != 1 || all[0].(map[string]any)["same_time"] != true {
			t.Errorf("where it could move: %v", all)
		}
		t.program(user, "GET", "/api/v1/bookings/"+id+"/instead", 404, "")
		x := t.program(officer, "POST", "/api/v1/bookings/"+id+"/instead", 200, `{"instrument":"`+string(two.ID)+`","from":"2026-03-05T06:00:00Z","to":"2026-03-05T08:00:00Z","why":"换灯丝"}`)
		if x["state"] != "offered" || x["in_place_of"] != id || x["from"] != "2026-03-05T06:00:00Z" {
			t.Errorf("offered: %v", x)
		}
		t.program(user, "POST", "/api/v1/bookings/"+x["id"].(string)+"/acts", 200, `{"act":"cancel"}`)
		t.page(user, at, "已确认|confirmed")
		t.page(officer, "/notices", "用户不改用另一台仪器|does not take the other instrument")

		// A fault and a withdrawal offer it to everybody whom they hit.
		settings := "/instruments/" + string(one.ID) + "/settings"
		t.page(officer, settings, "同时提供另一台仪器|Offer another instrument too")
		t.posts(officer, settings+"/shut", 303, url.Values{"kind": {"fault"}, "why": {"离子泵"}, "day": {"2026-03-05"}, "from": {"08:00"}, "to": {"18:00"}, "instrument": {string(two.ID)}, "keep": {"yes"}})
		offer = t.program(user, "GET", "/api/v1"+at, 200, "")["instead"].(string)
		t.page(user, "/bookings/"+offer, "离子泵", "2026-03-05 09:00–11:00")
		t.program(user, "POST", "/api/v1/bookings/"+offer+"/acts", 200, `{"act":"accept"}`)
		_, id = book("09")
		t.program(officer, "POST", "/api/v1/instruments/"+string(one.ID)+"/withdraw", 200, `{"reason":"已售","seen":1,"instead":"`+string(two.ID)+`"}`)
		x = t.program(user, "GET", "/api/v1/bookings/"+id, 200, "")
		if x["state"] != "cancelled" || x["instead"] == "" {
			t.Errorf("after the withdrawal: %v", x)
		}
		if x = t.program(user, "POST", "/api/v1/bookings/"+x["instead"].(string)+"/acts", 200, `{"act":"accept"}`); x["state"] != "confirmed" || x["instrument"] != string(two.ID) {
			t.Errorf("taken: %v", x)
		}
	})
}
