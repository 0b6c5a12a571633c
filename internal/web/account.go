package web

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/notice"
)

type accountPage struct {
	Person   access.Profile
	Sessions []access.OpenSession
	Tokens   []access.APIToken
	Scopes   []scopeView
	Accounts []access.Account
	Wish     notice.Wish
	Notices  bool
	Secret   string           // of a new API token, shown once
	Recovery []string         // codes, shown once
	Forms    map[string]*form // that were refused, by the part of the page
}

// scopeView is a permission that an API token of this person may carry.
type scopeView struct {
	access.Permission
	Words fault.Words
	On    bool
}

func (v *visit) account() error { return v.showAccount(accountPage{}) }

// showAccount shows everything that somebody keeps about their own account.
func (v *visit) showAccount(p accountPage) (err error) {
	a := v.s.c.Access
	if p.Person, err = a.Person(v.ctx(), v.who, v.who.Person); err != nil {
		return err
	}
	if p.Sessions, err = a.Sessions(v.ctx(), v.who); err != nil {
		return err
	}
	if p.Tokens, err = a.Tokens(v.ctx(), v.who); err != nil {
		return err
	}
	if p.Accounts, err = a.Accounts(v.ctx(), v.who); err != nil {
		return err
	}
	if v.s.c.Notices != nil {
		p.Notices = true
		if p.Wish, err = v.s.c.Notices.Wish(v.ctx(), v.who.Person); err != nil {
			return err
		}
	}
	asked := map[string]bool{}
	if f := p.Forms["token"]; f != nil {
		for _, s := range f.Values["scope"] {
			asked[s] = true
		}
	}
	for _, perm := range access.Tokenable() {
		if access.MaySomewhere(v.who, perm) != nil {
			continue
		}
		for _, r := range access.Rules {
			if r.Permission == perm {
				p.Scopes = append(p.Scopes, scopeView{perm, fault.Words{r.ZH, r.EN}, asked[string(perm)]})
			}
		}
	}
	p.Forms = v.accountForms(p.Forms)
	return v.show("account", v.t("我的账号", "My account"), p)
}

// accountForms are the forms of the page: those that were refused, and blank ones.
func (v *visit) accountForms(refused map[string]*form) map[string]*form {
	out := map[string]*form{}
	for _, part := range []string{"data", "word", "codes", "token", "wish", "erase"} {
		if out[part] = refused[part]; out[part] == nil {
			out[part] = v.blank(part)
		}
	}
	return out
}

// refuseAccount shows the account again with what is wrong.
func (v *visit) refuseAccount(err error, part string, f *form) error {
	v.back = "/account"
	if !v.refusedForm(f.on(part), err) {
		return err
	}
	return v.showAccount(accountPage{Forms: map[string]*form{part: f}})
}

func (v *visit) correctAccount() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	c := access.Correction{Name: f.Get("name"), Password: f.Get("password")}
	if f.Get("email") != f.Get("old") {
		c.Email = f.Get("email")
	}
	if err := v.s.c.Access.Correct(v.ctx(), v.who, v.who.Person, c); err != nil {
		return v.refuseAccount(err, "data", f)
	}
	return v.to("/account", "saved")
}

func (v *visit) changePassword() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if err := v.s.c.Access.ChangePassword(v.ctx(), v.who, f.Get("old"), f.Get("fresh")); err != nil {
		return v.refuseAccount(err, "word", f)
	}
	return v.to("/account", "password")
}

// codes takes the one-time codes away, or makes new recovery codes; both ask for a code.
func (v *visit) codes() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if f.Get("do") == "drop" {
		if err := v.s.c.Access.DropCodes(v.ctx(), v.who, f.Get("code")); err != nil {
			return v.refuseAccount(err, "codes", f)
		}
		return v.to("/account", "codes_dropped")
	}
	recovery, err := v.s.c.Access.NewRecovery(v.ctx(), v.who, f.Get("code"))
	if err != nil {
		return v.refuseAccount(err, "codes", f)
	}
	v.back = "/account"
	return v.showAccount(accountPage{Recovery: recovery})
}

func (v *visit) endSession() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.s.c.Access.EndSession(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/account#sessions", "session_ended")
}

func (v *visit) endOtherSessions() error {
	if _, err := v.s.c.Access.EndOtherSessions(v.ctx(), v.who); err != nil {
		return err
	}
	return v.to("/account#sessions", "session_ended")
}

// newToken makes an API token; its secret is on the page that answers and nowhere else.
func (v *visit) newToken() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var p accountPage
	var scopes []access.Permission
	for _, s := range f.Values["scope"] {
		scopes = append(scopes, access.Permission(s))
	}
	days := f.count("days", 1, 366)
	if err = f.err(); err == nil {
		p.Secret, _, err = v.s.c.Access.NewToken(v.ctx(), v.who, f.Get("name"), scopes, time.Duration(days)*24*time.Hour)
	}
	if err != nil {
		return v.refuseAccount(err, "token", f)
	}
	v.back = "/account"
	return v.showAccount(p)
}

func (v *visit) endToken() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	if err := v.s.c.Access.EndToken(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/account#tokens", "token_ended")
}

func (v *visit) wish() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	w := notice.Wish{Mail: f.Get("mail") == "yes", Lang: fault.Lang(f.Get("lang"))}
	err = v.s.setWish(v.ctx(), v.who, w)
	if err != nil {
		return v.refuseAccount(err, "wish", f)
	}
	return v.to("/account", "saved")
}

// aboutMe is everything that this node keeps about who asks, as JSON.
func (s *Server) aboutMe(ctx context.Context, who access.Actor) ([]byte, error) {
	about, err := s.c.Access.Export(ctx, who, who.Person)
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(about, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("what is kept about %s: %w", who.Person, err)
	}
	return b, nil
}

func (v *visit) exportAccount() error {
	b, err := v.s.aboutMe(v.ctx(), v.who)
	if err != nil {
		return err
	}
	return v.download("about-me.json", "application/json", b)
}

type erasedPage struct{ Kept []fault.Words }

// eraseAccount takes the person's data away, and says what is kept and why.
func (v *visit) eraseAccount() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if f.Get("sure") != "yes" {
		return v.refuseAccount(fault.New(fault.Invalid, "web.not_sure").On("sure"), "erase", f)
	}
	kept, err := v.s.c.Access.Erase(v.ctx(), v.who, v.who.Person, f.Get("password"))
	if err != nil {
		return v.refuseAccount(err, "erase", f)
	}
	v.s.setCookie(v.w, "")
	v.who = access.Actor{}
	return v.show("erased", v.t("账号已注销", "The account is erased"), erasedPage{kept})
}
