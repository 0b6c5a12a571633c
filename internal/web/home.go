package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/indicator"
)

type homePage struct {
	Figures []indicator.Figure
	Queue   []casework.Case
	Waiting int
	Log     int64
}

// home shows what waits for this person, and the figures of the community.
func (v *visit) home() error {
	var p homePage
	for _, d := range v.s.c.Indicators.Definitions() {
		f, err := v.s.c.Indicators.Figure(v.ctx(), d.ID, 1)
		if err != nil {
			return err
		}
		p.Figures = append(p.Figures, f)
	}
	if access.MaySomewhere(v.who, access.CaseRead) == nil {
		var err error
		if p.Queue, p.Waiting, err = v.s.c.Cases.Queue(v.ctx(), v.who, 1); err != nil {
			return err
		}
	}
	var err error
	if p.Log, err = v.s.c.Log.Size(v.ctx()); err != nil {
		return err
	}
	return v.show("home", v.t("首页", "Home"), p)
}

type signInPage struct {
	Email, Next string
	Problem     *fault.Error
	Sentence    string
	Code        bool // a one-time code is asked for
}

// next is where to go after signing in: only a page of ours.
func next(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.Contains(s, `\`) {
		return "/"
	}
	return s
}

func (v *visit) signInForm() error {
	return v.show("signin", v.t("登录", "Sign in"), signInPage{Next: next(v.r.URL.Query().Get("next"))})
}

func (v *visit) signIn() error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f := v.r.PostForm
	token, _, err := v.s.c.Access.SignIn(v.ctx(), access.SignIn{Email: f.Get("email"), Password: f.Get("password"), Code: f.Get("code"),
		Addr: v.addr(), Agent: v.r.UserAgent()})
	if err != nil {
		x := fault.Of(err)
		if x.Kind == fault.Internal {
			return err
		}
		v.status(x.Kind.Status())
		return v.show("signin", v.t("登录", "Sign in"), signInPage{Email: f.Get("email"), Next: next(f.Get("next")), Problem: x,
			Sentence: x.Sentence(v.lang), Code: x.Field == "code"})
	}
	v.s.setCookie(v.w, token)
	return v.to(next(f.Get("next")), "")
}

// addr is the address of whoever asks, without the port.
func (v *visit) addr() string {
	host := v.r.RemoteAddr
	if i := strings.LastIndex(host, ":"); i > 0 {
		host = host[:i]
	}
	return host
}

func (v *visit) signOut() error {
	if !v.who.Anonymous() && !v.who.Token {
		if err := v.s.c.Access.SignOut(v.ctx(), v.who); err != nil {
			return err
		}
	}
	v.s.setCookie(v.w, "")
	return v.to("/", "")
}

type welcomePage struct {
	Token    string
	First    bool // of the first administrator, who is nobody yet
	Email    string
	Name     string
	Sentence string
	Field    string
}

func (v *visit) welcomeForm() error {
	q := v.r.URL.Query()
	return v.show("welcome", v.t("启用账号", "Set up your account"), welcomePage{Token: q.Get("token"), First: q.Has("first")})
}

// welcome takes a one-time link: that of the first administrator, of an invitation, or of a new password.
func (v *visit) welcome() error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f := v.r.PostForm
	var err error
	if f.Get("first") != "" {
		err = v.s.c.Access.AcceptFirst(v.ctx(), f.Get("token"), f.Get("email"), f.Get("name"), f.Get("password"))
	} else {
		err = v.s.c.Access.AcceptInvitation(v.ctx(), f.Get("token"), f.Get("password"))
	}
	if err == nil {
		return v.to("/signin", "welcome")
	}
	x := fault.Of(err)
	if x.Kind == fault.Internal {
		return err
	}
	v.status(x.Kind.Status())
	return v.show("welcome", v.t("启用账号", "Set up your account"), welcomePage{Token: f.Get("token"), First: f.Get("first") != "",
		Email: f.Get("email"), Name: f.Get("name"), Sentence: x.Sentence(v.lang), Field: x.Field})
}

// health says that the node answers and its database does.
func (v *visit) health() error {
	if _, err := v.s.c.Log.Size(v.ctx()); err != nil {
		return fault.New(fault.Unavailable, "web.unwell").Because(err)
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := v.w.Write([]byte("ok\n"))
	return err
}

// moveClock moves the clock of a demonstration forward by days.
func (v *visit) moveClock() error {
	days, err := days(v.r.PostFormValue("days"))
	if err != nil {
		return err
	}
	if err := v.s.c.Clock.Advance(days); err != nil {
		return err
	}
	return v.to(next(v.r.PostFormValue("next")), "clock")
}

// days reads a number of days.
func days(s string) (time.Duration, error) {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 10000 {
			return 0, fault.New(fault.Invalid, "web.days").On("days")
		}
		n = n*10 + int(c-'0')
	}
	if n == 0 {
		return 0, fault.New(fault.Invalid, "web.days").On("days")
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// language cookie: what the reader chose is kept for a year.
func keepLanguage(w http.ResponseWriter, r *http.Request) {
	if l, ok := known(r.URL.Query().Get("lang")); ok && r.URL.Query().Has("lang") {
		http.SetCookie(w, &http.Cookie{Name: "corridor_lang", Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
}
