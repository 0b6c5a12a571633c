package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"corridor/internal/access"
)

// cookieOf is the session that an answer gives a browser.
func (h *house) cookieOf(w *httptest.ResponseRecorder) string {
	h.t.Helper()
	for _, c := range w.Result().Cookies() {
		if c.Name == h.s.cookie() {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
				h.t.Errorf("the cookie is %+v", c)
			}
			return c.Value
		}
	}
	return ""
}

// wants fails unless an answer has a status and says all of the texts.
func (h *house) wants(w *httptest.ResponseRecorder, code int, says ...string) {
	h.t.Helper()
	if w.Code != code {
		h.t.Fatalf("answered %d, want %d: %.600s", w.Code, code, w.Body)
	}
	for _, s := range says {
		if !strings.Contains(w.Body.String(), s) {
			h.t.Errorf("it does not say %q: %.2000s", s, w.Body)
		}
	}
}

func TestTheFirstAdministratorComesByTheLinkAndInvitesOthers(t *testing.T) {
	h := open(t)
	link, err := h.c.Access.FirstAdmin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	h.wants(h.ask("GET", "/welcome?first&token="+link, "", nil), 200, link, `name="name"`)
	h.wants(h.post("/welcome", "", url.Values{"token": {link}, "first": {"yes"}, "email": {"admin@node.example"}, "name": {"管理员"}, "password": {"short"}}), 422, "密码")
	h.wants(h.post("/welcome", "", url.Values{"token": {link}, "first": {"yes"}, "email": {"admin@node.example"}, "name": {"管理员"}, "password": {testPassword}}), 303)
	h.wants(h.post("/welcome", "", url.Values{"token": {link}, "first": {"yes"}, "email": {"other@node.example"}, "name": {"乙"}, "password": {testPassword}}), 410)

	h.wants(h.post("/signin", "", url.Values{"email": {"admin@node.example"}, "password": {"wrong"}}), 401, `value="admin@node.example"`, "账号或密码不对")
	w := h.post("/signin", "", url.Values{"email": {"admin@node.example"}, "password": {testPassword}, "next": {"/people"}})
	h.wants(w, 303)
	if to := w.Header().Get("Location"); to != "/people" {
		t.Errorf("signing in leads to %s", to)
	}
	admin := h.cookieOf(w)

	h.wants(h.post("/people", admin, url.Values{"email": {"clerk@node.example"}, "name": {"办事员"}, "role": {"nobody"}}), 422, "没有角色", `value="clerk@node.example"`)
	w = h.post("/people", admin, url.Values{"email": {"clerk@node.example"}, "name": {"办事员"}, "role": {"auditor"}})
	h.wants(w, 200, "/welcome?token=")
	invitation := regexp.MustCompile(`/welcome\?token=([A-Za-z0-9_-]+)`).FindStringSubmatch(w.Body.String())[1]
	h.wants(h.post("/welcome", "", url.Values{"token": {invitation}, "password": {testPassword}}), 303)
	clerk := h.cookieOf(h.post("/signin", "", url.Values{"email": {"clerk@node.example"}, "password": {testPassword}}))
	h.wants(h.ask("GET", "/journal", clerk, nil), 200, "person.invite")
	h.wants(h.ask("GET", "/people", clerk, nil), 404)

	h.wants(h.post("/signout", clerk, nil), 303)
	h.wants(h.ask("GET", "/journal", clerk, nil), 303)
}

func TestSomebodyKeepsTheirOwnAccount(t *testing.T) {
	h := open(t)
	me := h.person("me@node.example", "planner", "")
	h.wants(h.ask("GET", "/account", me, nil), 200, "me@node.example", "任务计划员", "本会话")

	w := h.post("/account/tokens", me, url.Values{"name": {"机器"}, "days": {"30"}})
	h.wants(w, 422, "请至少选择一项权限")
	w = h.post("/account/tokens", me, url.Values{"name": {"机器"}, "days": {"30"}, "scope": {"task.read"}})
	h.wants(w, 200, "corridor_")
	secret := regexp.MustCompile(`corridor_[A-Za-z0-9_-]+`).FindString(strings.SplitN(w.Body.String(), `<pre`, 2)[1])
	h.wants(h.ask("GET", "/api/v1/tasks", "", nil, "Authorization", "Bearer "+secret), 200)
	h.wants(h.ask("GET", "/api/v1/documents", "", nil, "Authorization", "Bearer "+secret), 403, "access.token_scope")
	if strings.Contains(h.ask("GET", "/account", me, nil).Body.String(), secret) {
		t.Error("the secret of a token is shown a second time")
	}

	other := h.signIn("me@node.example")
	h.wants(h.post("/account/sessions/end", me, nil), 303)
	h.wants(h.ask("GET", "/account", other, nil), 303)
	h.wants(h.post("/account/password", me, url.Values{"old": {"wrong"}, "fresh": {testPassword + "!"}}), 422, "problems")
	h.wants(h.post("/account/password", me, url.Values{"old": {testPassword}, "fresh": {testPassword + "!"}}), 303)
	h.wants(h.ask("GET", "/account/export", me, nil), 200, "me@node.example")
	h.wants(h.post("/account/erase", me, url.Values{"password": {testPassword + "!"}}), 422, "勾选")
	h.wants(h.post("/account/erase", me, url.Values{"password": {testPassword + "!"}, "sure": {"yes"}}), 200)
	h.wants(h.ask("GET", "/account", me, nil), 303)
}

func TestWhoNeedsCodesIsLedToSetThemUp(t *testing.T) {
	h := open(t)
	strict, err := access.New(access.Config{DB: h.c.DB, Secret: "test"})
	if err != nil {
		t.Fatal(err)
	}
	h.person("", "node_admin", "")
	h.c.Access = strict
	if h.s, err = New(h.c); err != nil {
		t.Fatal(err)
	}
	w := h.post("/signin", "", url.Values{"email": {"admin@node.example"}, "password": {testPassword}})
	h.wants(w, 303)
	if to := w.Header().Get("Location"); to != "/enrol" {
		t.Fatalf("an administrator without codes is led to %s", to)
	}
	token := h.cookieOf(w)
	w = h.ask("GET", "/people", token, nil)
	h.wants(w, 303)
	if to := w.Header().Get("Location"); to != "/enrol" {
		t.Errorf("a page leads to %s", to)
	}
	h.wants(h.ask("GET", "/enrol", token, nil), 200, "开始设置")
	h.wants(h.post("/enrol", token, nil), 200, "<svg", "完成设置")
	h.wants(h.post("/enrol", token, url.Values{"code": {"000000"}}), 422, "验证码不对")
	h.wants(h.ask("GET", "/enrol", "", nil), 303)
}

func TestALanguageThatWasChosenIsKept(t *testing.T) {
	h := open(t)
	w := h.ask("GET", "/?lang=en", "", nil)
	h.wants(w, 200, `<html lang="en"`)
	r := httptest.NewRequest("GET", "/agreements", nil)
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	again := httptest.NewRecorder()
	h.s.ServeHTTP(again, r)
	h.wants(again, 200, `<html lang="en"`)
	h.wants(h.ask("GET", "/", "", nil, "Accept-Language", "en-GB,en;q=0.9"), 200, `<html lang="en"`)
	h.wants(h.ask("GET", "/", "", nil, "Accept-Language", "fr"), 200, `<html lang="zh-CN"`)
}
