package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestTheCalendarIsReadByAllAndLoadedByTheAdministrator(t *testing.T) {
	h := open(t)
	admin := h.person("", "node_admin", "")
	editor := h.person("editor@node.example", "editor", "")
	const notice = "date,day,zh,source\n2027-01-01,off,元旦,https://notice.example/2027\n2027-01-04,off,元旦,https://notice.example/2027\n"
	form := func(do, text string) url.Values {
		return url.Values{"title": {"元旦安排"}, "source": {"https://notice.example/2027"}, "notice": {text}, "do": {do}}
	}
	page := h.ask("GET", "/calendar?year=2027&lang=en", "", nil)
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "provisional") || strings.Contains(page.Body.String(), `id="load"`) {
		t.Errorf("a visitor sees %d, or the form, or nothing provisional", page.Code)
	}
	if got := h.post("/calendar", editor, form("load", notice)); got.Code != http.StatusForbidden {
		t.Errorf("an editor loads a notice: %d", got.Code)
	}
	bad := h.post("/calendar?lang=en", admin, form("load", "date,day,zh,source\n2027-01-01,shut,x,x\n"))
	if bad.Code != http.StatusUnprocessableEntity && bad.Code != http.StatusBadRequest || !strings.Contains(bad.Body.String(), "Line 2") || !strings.Contains(bad.Body.String(), "2027-01-01,shut") {
		t.Errorf("a wrong notice: %d, without its line or what was typed", bad.Code)
	}
	check := h.post("/calendar?lang=en", admin, form("check", notice))
	if check.Code != http.StatusOK || !strings.Contains(check.Body.String(), "2027-01-04") || !strings.Contains(check.Body.String(), "becomes a day off") {
		t.Errorf("the dry run: %d", check.Code)
	}
	if got := h.ask("GET", "/api/v1/calendar?year=2027", "", nil); !strings.Contains(got.Body.String(), `"published":false`) {
		t.Errorf("the dry run loaded it: %s", got.Body)
	}
	if got := h.post("/calendar", admin, form("load", notice)); got.Code != http.StatusSeeOther {
		t.Fatalf("load: %d %s", got.Code, got.Body)
	}
	if got := h.ask("GET", "/api/v1/calendar?year=2027", "", nil); !strings.Contains(got.Body.String(), `"published":true`) || !strings.Contains(got.Body.String(), `"day":"2027-01-04","works":false`) {
		t.Errorf("after it: %s", got.Body)
	}
	again := h.ask("POST", "/api/v1/calendar/notices", "", strings.NewReader(`{"title":"x","source":"https://x.example","notice":"date,day,zh,source\n2027-01-04,off,x,x\n"}`),
		"Content-Type", "application/json", "Authorization", "Bearer "+admin)
	if again.Code != http.StatusConflict || !strings.Contains(again.Body.String(), "calendar.nothing_new") {
		t.Errorf("the same again: %d %s", again.Code, again.Body)
	}
	if page := h.ask("GET", "/calendar?year=2027&lang=en", "", nil).Body.String(); !strings.Contains(page, "元旦安排") || !strings.Contains(page, "https://notice.example/2027") {
		t.Error("the page does not show the notice and its source")
	}
}
