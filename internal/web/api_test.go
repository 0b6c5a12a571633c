package web

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"corridor/internal/access"
)

// call asks an operation of the API with a bearer token; body may be "".
func (h *house) call(method, path, token, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	kind := "application/json"
	if strings.HasPrefix(path, "/api/v1/registry/import") {
		kind = "application/octet-stream"
	}
	header := []string{"Content-Type", kind, "Accept-Language", "en"}
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return h.ask(method, path, "", strings.NewReader(body), header...)
}

// read unpacks an answer.
func read[T any](h *house, w *httptest.ResponseRecorder) (out T) {
	h.t.Helper()
	if w.Code != 200 {
		h.t.Fatalf("answered %d: %.500s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		h.t.Fatal(err)
	}
	return out
}

type anyMap = map[string]any

func TestAProgramInvitesGivesRolesAndTakesThemBack(t *testing.T) {
	h := open(t)
	admin := h.person("", "node_admin", "")
	made := read[struct{ ID, Link string }](h, h.call("POST", "/api/v1/people", admin, `{"email":"o@node.example","name":"Officer","roles":[{"role":"auditor","region":"340000"}]}`))
	u, err := url.Parse(made.Link)
	if err != nil {
		t.Fatal(err)
	}
	h.wants(h.call("POST", "/api/v1/welcome", "", `{"token":"`+u.Query().Get("token")+`","password":"short"}`), 422, `"field":"password"`)
	h.wants(h.call("POST", "/api/v1/welcome", "", `{"token":"`+u.Query().Get("token")+`","password":"`+testPassword+`"}`), 204)
	h.wants(h.call("POST", "/api/v1/welcome", "", `{"token":"`+u.Query().Get("token")+`","password":"`+testPassword+`"}`), 410)
	o := read[struct{ Token, Needs string }](h, h.call("POST", "/api/v1/sign-in", "", `{"email":"o@node.example","password":"`+testPassword+`"}`))
	h.wants(h.call("GET", "/api/v1/journal?region=340100&from=2026-03-01", o.Token, ""), 200, `"lines"`)
	h.wants(h.call("GET", "/api/v1/journal?from=2026-03-09&to=2026-03-01", o.Token, ""), 422, `"field":"to"`)
	h.wants(h.call("GET", "/api/v1/people", o.Token, ""), 404)

	at := "/api/v1/people/" + made.ID
	h.wants(h.call("POST", at+"/grants", admin, `{"role":"no_such"}`), 422, `"field":"role"`)
	p := read[personOut](h, h.call("POST", at+"/grants", admin, `{"role":"planner"}`))
	if len(p.Grants) != 2 {
		t.Fatalf("grants are %v", p.Grants)
	}
	for _, g := range p.Grants {
		if g.Role == "auditor" {
			p = read[personOut](h, h.call("DELETE", at+"/grants/"+g.ID, admin, ""))
		}
	}
	if len(p.Grants) != 1 || p.Grants[0].Role != "planner" {
		t.Errorf("grants are %v", p.Grants)
	}
	h.wants(h.call("GET", "/api/v1/journal", o.Token, ""), 404)
	h.wants(h.call("GET", "/api/v1/people?role=planner", admin, ""), 200, "o@node.example")
	h.wants(h.call("GET", "/api/v1/roles", admin, ""), 200, `"agreement.plan"`)
	h.wants(h.call("POST", at+"/disable", admin, ""), 200, `"state":"disabled"`)
	h.wants(h.call("GET", "/api/v1/account", o.Token, ""), 401)
	h.wants(h.call("POST", at+"/enable", admin, ""), 200, `"state":"active"`)
	h.wants(h.call("POST", at+"/recover", admin, ""), 200, "/welcome?token=")
}

func TestAProgramKeepsItsOwnAccount(t *testing.T) {
	h := open(t)
	token := h.person("o@node.example", "auditor", "")
	other := h.signIn("o@node.example")
	sessions := read[struct{ Sessions []anyMap }](h, h.call("GET", "/api/v1/account/sessions", token, "")).Sessions
	if len(sessions) != 2 {
		t.Fatalf("sessions are %v", sessions)
	}
	if ended := read[struct{ Ended int }](h, h.call("DELETE", "/api/v1/account/sessions", token, "")); ended.Ended != 1 {
		t.Errorf("ended %d", ended.Ended)
	}
	h.wants(h.call("GET", "/api/v1/account", other, ""), 401)
	made := read[struct{ ID, Secret string }](h, h.call("POST", "/api/v1/account/tokens", token, `{"name":"machine","scopes":["journal.read"],"days":7}`))
	h.wants(h.call("GET", "/api/v1/journal", made.Secret, ""), 200)
	h.wants(h.call("GET", "/api/v1/account/sessions", made.Secret, ""), 403)
	h.wants(h.call("POST", "/api/v1/account/tokens", token, `{"name":"x","scopes":["people.manage"],"days":7}`), 422, `"field":"scopes"`)
	if got := h.call("GET", "/api/v1/account/tokens", token, "").Body.String(); strings.Contains(got, made.Secret) || !strings.Contains(got, "machine") {
		t.Errorf("the list says %s", got)
	}
	h.wants(h.call("DELETE", "/api/v1/account/tokens/"+made.ID, token, ""), 204)
	h.wants(h.call("GET", "/api/v1/journal", made.Secret, ""), 401)
	h.wants(h.call("PATCH", "/api/v1/account", token, `{"name":"New name"}`), 200, "New name")
	h.wants(h.call("POST", "/api/v1/account/password", token, `{"old":"wrong","fresh":"another long password"}`), 422, `"field":"password"`)
	h.wants(h.call("POST", "/api/v1/account/password", token, `{"old":"`+testPassword+`","fresh":"another long password"}`), 204)
	h.wants(h.call("POST", "/api/v1/account/codes/seed", token, ""), 200, "otpauth://")
	h.wants(h.call("POST", "/api/v1/account/codes/confirm", token, `{"code":"000000"}`), 422, `"field":"code"`)
	h.wants(h.call("PUT", "/api/v1/account/wish", token, `{"mail":true,"lang":"en"}`), 204)
	h.wants(h.call("GET", "/api/v1/account/wish", token, ""), 200, `"mail":true`, `"en"`)
	h.wants(h.call("GET", "/api/v1/account/data", token, ""), 200, "o@node.example")
	h.wants(h.call("POST", "/api/v1/account/erase", token, `{"sure":false}`), 422, `"field":"sure"`)
	h.wants(h.call("POST", "/api/v1/account/erase", token, `{"sure":true,"password":"another long password"}`), 200, `"kept"`)
	h.wants(h.call("GET", "/api/v1/account", token, ""), 401)
}

func TestAProgramKeepsTheRegistryAndSeesJobsAndNotices(t *testing.T) {
	h := open(t)
	firm, who := h.firm()
	admin := h.signIn("admin@node.example")
	const head = "统一社会信用代码,名称,机构类型,行政区划代码\r\n"
	at := "/api/v1/registry/import?kind=organisations&name=a.csv&source=test"
	bad := head + "91340200MA0DEMQ27B,好公司,firm,340200\r\n91340200MA0DEMQ27X,坏公司,firm,349999\r\n"
	h.wants(h.call("POST", at+"&dry=true", admin, bad), 200, `"bad_rows":1`, `"written":0`, `"row":3`)
	h.wants(h.call("POST", at, admin, bad), 422, "registry.import_bad", `"field":"A3"`)
	h.wants(h.call("POST", at+"&partial=true", admin, bad), 200, `"written":1`)
	h.wants(h.call("POST", at, firm, head+"91340200MA0DEMQ27B,别人,firm,340200\r\n"), 422, "registry.")
	h.wants(h.call("GET", "/api/v1/registry?q=%E5%A5%BD%E5%85%AC%E5%8F%B8", "", ""), 200, `"total":1`, "91340200MA0DEMQ27B")
	if got := h.call("GET", "/api/v1/registry/"+testFirm, "", "").Body.String(); !strings.Contains(got, `"facts":[]`) {
		t.Errorf("a stranger reads facts: %s", got)
	}
	h.wants(h.call("GET", "/api/v1/registry/"+testFirm, firm, ""), 200, `"firm.`, "Demonstration firm")
	h.wants(h.call("GET", "/api/v1/registry/"+testFirm+"?day=yesterday", "", ""), 422, `"field":"day"`)
	h.wants(h.call("GET", "/api/v1/registry/export?region=340200", "", ""), 200, "好公司")
	h.wants(h.call("GET", "/api/v1/registry/template?kind=organisations", admin, ""), 200, "\uFEFF")

	h.wants(h.call("GET", "/api/v1/jobs", admin, ""), 200, `"dead":[]`)
	h.wants(h.call("GET", "/api/v1/jobs", firm, ""), 404)
	h.wants(h.call("POST", "/api/v1/jobs/0000000000000000000000000A", admin, `{"do":"requeue"}`), 404)
	h.wants(h.call("GET", "/api/v1/notices?unread=true", firm, ""), 200, `"notices"`)
	h.wants(h.call("POST", "/api/v1/notices/0000000000000000000000000A/read", firm, ""), 404)
	if err := access.May(who, access.JobsManage, access.Scope{}); err == nil {
		t.Error("a firm manages jobs")
	}
}
