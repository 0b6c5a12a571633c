package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"corridor/internal/access"
)

// proves are the operations for which somebody shows anew that it is them, when that is longer ago than access allows: what
// moves money, gives rights, speaks for the node, or ends what protects somebody. A program with an API token can do none of it.
var proves = []string{
	"POST /payments/lists/{id}/{act}", "POST /api/v1/payments/lists/{id}/close", "POST /api/v1/payments/lists/{id}/release", "POST /api/v1/payments/lists/{id}/withdraw",
	"POST /payees/{id}", "POST /api/v1/payees/{id}/decision",
	"POST /statements", "POST /api/v1/statements", "POST /statements/{id}/sign", "POST /api/v1/statements/{id}/sign",
	"POST /editions/{id}/adopt", "POST /api/v1/editions/{id}/adopt", "POST /editions/{id}/end/confirm", "POST /api/v1/editions/{digest}/end/confirm",
	"POST /recognised", "POST /api/v1/recognised/{id}",
	"POST /neighbours", "POST /neighbours/{code}", "POST /neighbours/requests/{id}", "POST /community", "POST /community/versions",
	"POST /people", "POST /api/v1/people", "POST /people/{id}/grants", "POST /api/v1/people/{id}/grants",
	"POST /people/{id}/grants/{grant}/end", "DELETE /api/v1/people/{id}/grants/{grant}", "POST /people/{id}/recover", "POST /api/v1/people/{id}/recover",
	"POST /people/{id}/state", "POST /api/v1/people/{id}/disable", "POST /api/v1/people/{id}/enable", "POST /api/v1/people/{id}/codes/reset",
	"POST /account/tokens", "POST /api/v1/account/tokens",
	"POST /account/sessions/end", "POST /account/sessions/{id}/end", "DELETE /api/v1/account/sessions", "DELETE /api/v1/account/sessions/{id}",
}

// enter is what is asked of whoever comes to an operation before its handler runs: the permission, somewhere; and the proof.
func enter(who access.Actor, method, pattern string, perm access.Permission) error {
	if err := access.MaySomewhere(who, perm); err != nil {
		return err
	}
	if slices.Contains(proves, method+" "+pattern) {
		return access.Proven(who)
	}
	return nil
}

// again adds the page and the operation by which somebody proves who they are once more.
func (s *Server) again() {
	s.page("GET", "/again", access.SessionEnd, (*visit).againForm)
	s.page("POST", "/again", access.SessionEnd, (*visit).prove)
}

type againPage struct {
	Next string
	By   string // code, password, or "" for who has neither
	Form *form
}

func (v *visit) againForm() error {
	return v.showAgain(againPage{Next: next(v.r.URL.Query().Get("next"))})
}

func (v *visit) showAgain(p againPage) (err error) {
	if p.By, err = v.s.c.Access.ProvesBy(v.ctx(), v.who); err != nil {
		return err
	}
	if p.Form == nil {
		p.Form = v.blank("again")
	}
	return v.show("again", v.t("确认是您本人", "Show that it is you"), p)
}

func (v *visit) prove() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	token, err := v.s.c.Access.Prove(v.ctx(), v.who, v.token(), f.Get("password"), f.Get("code"))
	if err != nil {
		v.back = "/again"
		if !v.refusedForm(f.on("again"), err) {
			return err
		}
		return v.showAgain(againPage{Next: next(f.Get("next")), Form: f})
	}
	v.s.setCookie(v.w, token)
	return v.to(next(f.Get("next")), "proved")
}

// apiAgain is the same for programs that came in as a person.
func (s *Server) apiAgain() {
	type proveIn struct {
		Body struct {
			Password string `json:"password,omitempty" required:"false" doc:"of an account without one-time codes"`
			Code     string `json:"code,omitempty" required:"false" doc:"one-time or recovery code, where they are set up"`
		}
	}
	type proved struct {
		Token string `json:"token" doc:"of the session from now on"`
	}
	operate(s, "POST", "/api/v1/sign-in/again", access.SessionEnd, "Show once more that it is you, for acts that ask for it (access.prove_again)", func(ctx context.Context, a asked, i *proveIn) (*body[proved], error) {
		token, err := s.c.Access.Prove(ctx, a.who, s.bearer(a), i.Body.Password, i.Body.Code)
		if err != nil {
			return nil, err
		}
		return answer(proved{token})
	})
}

// toProve is where somebody shows that it is them, and then comes back to the page that asked.
func toProve(r *http.Request) string {
	to := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		to = "/"
		if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host {
			to = u.RequestURI()
		}
	}
	return "/again?next=" + url.QueryEscape(next(to))
}

// from is the address of whoever asks. Where the connection comes from one of our proxies it is the last address of
// X-Forwarded-For that is none of them: what stands before it was written by whoever asked.
func (s *Server) from(r *http.Request) string {
	at := addr(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.ourProxy(at); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop.Unmap().String()
	}
	return at
}

func (s *Server) ourProxy(at string) bool {
	ip, err := netip.ParseAddr(at)
	return err == nil && slices.ContainsFunc(s.c.Proxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}
