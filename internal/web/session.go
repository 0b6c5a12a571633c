package web

import (
	"net"
	"net/url"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
)

type signInPage struct {
	Next      string
	Form      *form
	Providers []access.Provider
}

// next is where to go after signing in: only a page of ours.
func next(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

func (v *visit) signInForm() error {
	return v.showSignIn(signInPage{Next: next(v.r.URL.Query().Get("next"))})
}

func (v *visit) showSignIn(p signInPage) error {
	p.Providers = v.s.c.Access.Providers()
	return v.show("signin", v.t("登录", "Sign in"), p)
}

// refuseSignIn shows the form again with what is wrong.
func (v *visit) refuseSignIn(err error, f *form, to string) error {
	v.back = "/signin"
	if !v.refusedForm(f, err) {
		if fault.KindOf(err) != fault.SignIn {
			return err
		}
		v.problems = append(v.problems, problemView{Sentence: fault.Of(err).Sentence(v.lang)})
		v.status(fault.SignIn.Status())
	}
	return v.showSignIn(signInPage{Next: to, Form: f})
}

// signIn opens a session and puts it into a cookie.
func (v *visit) signIn() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	token, who, err := v.s.c.Access.SignIn(v.ctx(), access.SignIn{Email: f.Get("email"), Password: f.Get("password"), Code: f.Get("code"),
		Addr: v.s.from(v.r), Agent: v.r.UserAgent()})
	if err != nil {
		return v.refuseSignIn(err, f, next(f.Get("next")))
	}
	v.s.setCookie(v.w, token)
	return v.to(afterSignIn(who, next(f.Get("next"))), "")
}

// afterSignIn is where somebody goes on: who lacks one-time codes sets them up, who has not shown one shows it.
func afterSignIn(who access.Actor, to string) string {
	switch who.Needs {
	case access.NeedsSeed:
		return "/enrol"
	case access.NeedsCode:
		return "/code?next=" + url.QueryEscape(to)
	}
	return to
}

// addr is the address of whoever asks, without the port.
func addr(remote string) string {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	return remote
}

func (v *visit) signOut() error {
	if v.who.Session != "" && !v.who.Token {
		if err := v.s.c.Access.SignOut(v.ctx(), v.who); err != nil {
			return err
		}
	}
	v.s.setCookie(v.w, "")
	return v.to("/", "")
}

type welcomePage struct {
	Token string
	First bool // of the first administrator, who is nobody yet
	Form  *form
	// Providers take an invitation up in place of a password; not that of the first administrator.
	Providers []access.Provider
}

func (v *visit) showWelcome(p welcomePage) error {
	if !p.First && p.Token != "" {
		p.Providers = v.s.c.Access.Providers()
	}
	return v.show("welcome", v.t("启用账号", "Set up your account"), p)
}

func (v *visit) welcomeForm() error {
	q := v.r.URL.Query()
	return v.showWelcome(welcomePage{Token: q.Get("token"), First: q.Has("first")})
}

// welcome takes a one-time link: that of the first administrator, of an invitation, or of a new password.
func (v *visit) welcome() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if f.Get("first") != "" {
		err = v.s.c.Access.AcceptFirst(v.ctx(), f.Get("token"), f.Get("email"), f.Get("name"), f.Get("password"))
	} else {
		err = v.s.c.Access.AcceptInvitation(v.ctx(), f.Get("token"), f.Get("password"))
	}
	if err == nil {
		return v.to("/signin", "welcome")
	}
	if !v.refusedForm(f, err) {
		return err
	}
	return v.showWelcome(welcomePage{Token: f.Get("token"), First: f.Get("first") != "", Form: f})
}
