package node_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/unit"
)

const pagePassword = "a long enough password"

// signedIn makes an account with a role and returns the cookie of its session. The first is the administrator's.
func (t *treasury) signedIn(email, role, org string) *http.Cookie {
	t.Helper()
	ctx := context.Background()
	link, err := t.Access.FirstAdmin(ctx)
	t.must(err)
	if link != "" {
		t.must(t.Access.AcceptFirst(ctx, link, "admin@node.example", "管理员", pagePassword))
	}
	_, admin, err := t.Access.SignIn(ctx, access.SignIn{Email: "admin@node.example", Password: pagePassword})
	t.must(err)
	grant := access.Grant{Role: role, Org: org}
	if org == "" {
		grant.Region = "340000"
	}
	invitation, _, err := t.Access.Invite(ctx, admin, access.Invitation{Email: email, Name: "甲" + role, Org: org, Roles: []access.Grant{grant}})
	t.must(err)
	t.must(t.Access.AcceptInvitation(ctx, invitation, pagePassword))
	token, _, err := t.Access.SignIn(ctx, access.SignIn{Email: email, Password: pagePassword})
	t.must(err)
	return &http.Cookie{Name: "corridor_340000", Value: token}
}

// asks sends a request as a browser does from our own page and wants a status; it returns the body.
func (t *treasury) asks(who *http.Cookie, method, path string, want int, kind string, body io.Reader) string {
	t.Helper()
	r := httptest.NewRequest(method, path, body)
	r.AddCookie(who)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	t.Web.ServeHTTP(w, r)
	if w.Code != want {
		t.Fatalf("%s %s answered %d, want %d: %.400s", method, path, w.Code, want, w.Body)
	}
	if want == http.StatusSeeOther {
		return w.Header().Get("Location")
	}
	return w.Body.String()
}

// page wants texts on a page, in both languages: zh|en each.
func (t *treasury) page(who *http.Cookie, path string, texts ...string) {
	t.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	for i, lang := range []string{"zh", "en"} {
		body := t.asks(who, "GET", path+sign+"lang="+lang, 200, "", nil)
		for _, both := range texts {
			words := strings.Split(both, "|")
			if want := words[min(i, len(words)-1)]; !strings.Contains(body, want) {
				t.Errorf("%s in %s does not say %q", path, lang, want)
			}
		}
	}
}

func (t *treasury) posts(who *http.Cookie, path string, want int, form url.Values) string {
	t.Helper()
	return t.asks(who, "POST", path, want, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// uploads sends a file with a form.
func (t *treasury) uploads(who *http.Cookie, path, do, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	t.must(m.WriteField("do", do))
	f, err := m.CreateFormFile("file", name)
	t.must(err)
	_, err = io.WriteString(f, content)
	t.must(err)
	t.must(m.Close())
	return t.asks(who, "POST", path, 200, m.FormDataContentType(), &b)
}

func TestAPaymentDayOnThePages(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		one, two := t.signedIn("one@node.example", "voucher_finance", ""), t.signedIn("two@node.example", "voucher_finance", "")
		firm := t.signedIn("firm@node.example", "org_admin", t.firms[0])
		t.page(firm, "/open", "看来符合|Seems to fit", "最多|at most", "200,000.00", "开始申报|Begin", "依据未核实|basis not verified", "10个工作日|working days")
		t.page(one, "/open?org="+t.firms[0], "看来符合|Seems to fit")
		t.asks(firm, "GET", "/payments", 403, "", nil)
		t.asks(firm, "GET", "/payments/lists", 404, "", nil)
		t.asks(firm, "GET", "/budgets", 404, "", nil)
		t.page(one, "/payments", "没有待付款项|Nothing waits to be paid")
		opened := t.posts(firm, "/cases", 303, url.Values{"scheme": {"voucher"}, "org": {t.firms[0]}})
		id, _, _ := strings.Cut(strings.TrimPrefix(opened, "/cases/"), "?")
		t.cases["A"] = unit.ID(id)
		t.asks(firm, "PUT", "/api/v1/cases/"+id+"/form", 200, "application/json", strings.NewReader(`{"fields":{"provider":"`+t.firms[3]+`","purpose":"测试","contract_sum":"48000","invoiced":"48000"}}`))
		t.posts(firm, "/cases/"+id+"/actions/file", 303, nil)
		t.act(approver, "A", "approve", "", nil)
		t.page(one, "/payments", "没有收款账户|has no account to pay to")
		t.posts(firm, "/payees", 422, url.Values{"org": {t.firms[0]}, "holder": {"虚构"}, "bank": {"演示银行"}, "account": {"12"}})
		t.posts(firm, "/payees", 303, url.Values{"org": {t.firms[0]}, "holder": {"虚构"}, "bank": {"演示银行"}, "account": {account}})
		t.page(firm, "/payees", "待核对|to be confirmed", account)
		all, err := t.Payments.Accounts(context.Background(), maker)
		t.must(err)
		t.posts(one, "/payees/"+string(all[0].ID), 422, url.Values{"do": {"refuse"}})
		t.posts(one, "/payees/"+string(all[0].ID), 303, url.Values{"do": {"confirm"}})
		t.page(one, "/payments", "24,000.00", "approver", "把选中的编成清单|Make a list of those chosen")
		list := t.posts(one, "/payments/lists", 303, url.Values{"case": {id}, "note": {"三月"}})
		list, _, _ = strings.Cut(list, "?")
		t.posts(one, list+"/close", 303, nil)
		t.page(one, list, "须由另一位财务人员签发|another finance officer has to release it")
		t.posts(one, list+"/release", 403, nil)
		t.page(two, list, "签发|Release")
		t.posts(two, list+"/release", 303, nil)
		t.page(one, list, "GB 18030", "没有公开的财政拨付文件格式|No published source gives the format")
		t.page(one, list+"/letter", "关于拨付资金的函|payments to be made", "24,000.00")
		t.page(one, "/payments/lists", "FK-34-2026-0001", "未回执|unanswered")
		t.page(one, "/payments/unanswered", "FK-34-2026-0001-001")
		if file := t.asks(one, "GET", list+"/file?format=csv", 200, "", nil); !strings.Contains(file, account) {
			t.Errorf("file for the treasury: %s", file)
		}
		answer := "付款编号,状态,金额\nFK-34-2026-0001-001,已付,24000\nFK-34-2026-0001-007,已付,1\n"
		for _, do := range []string{"check", "take"} {
			if body := t.uploads(one, "/payments/answers", do, "回执.csv", answer); !strings.Contains(body, "A3") || !strings.Contains(body, "不是任何已签发清单上的付款编号") {
				t.Errorf("%s of the answers: %.2000s", do, body)
			}
		}
		t.page(one, "/payments/answers", "回执.csv")
		t.page(firm, "/cases/"+id, "拨付|Payments", "FK-34-2026-0001-001", account)
		t.page(one, "/payments/reconcile?from=2026-03-01&to=2026-03-31", "账簿与回执相符|books and answers agree", "24,000.00")
		t.page(one, "/payments/reconcile?from=2026-03-01&to=2026-03-31&by=month", "2026-03")
		t.page(one, "/payments/owed", "没有应退款项|Nothing has to be paid back")
		t.page(one, "/budgets", "1,000,000.00", "日均使用|a day:", "24,000.00")
		for path, want := range map[string]string{"/api/v1/open?org=" + t.firms[0]: `"voucher-entitlement"`, "/api/v1/budgets": `"taken":"24000.00"`, "/api/v1/payments": `"waiting":[]`, "/api/v1/payees": account, "/api/v1/payments/owed": `"owed":[]`, "/api/v1/payments/unanswered": `"payments":[]`,
			"/api/v1/payments/lists": `"total":1`, "/api/v1/payments/reconcile?from=2026-03-01&to=2026-03-31": `"agrees":true`} {
			if body := t.asks(one, "GET", path, 200, "", nil); !strings.Contains(body, want) {
				t.Errorf("%s says %.600s", path, body)
			}
		}
		// Two lists at once never hold one case: the second is refused by name.
		t.approved("B", t.firms[0], "20000")
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := t.Payments.Make(context.Background(), maker, []unit.ID{t.cases["B"]}, "")
				errs <- err
			}()
		}
		if a, b := <-errs, <-errs; (a == nil) == (b == nil) {
			t.Errorf("two lists at once: %v, %v", a, b)
		}
		if lists, _, err := t.Payments.Lists(context.Background(), maker, "open", "", 1); err != nil || len(lists) != 1 || lists[0].State != "open" {
			t.Errorf("open lists %+v, %v", lists, err)
		}
	})
}
