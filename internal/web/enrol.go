package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"rsc.io/qr"

	"corridor/internal/access"
	"corridor/internal/fault"
)

type enrolPage struct {
	Secret   string        // for typing; "" before it was asked for
	Drawing  template.HTML // the QR code of it
	Recovery []string      // when all is done, shown once
	Begun    bool          // a code is waited for
}

// token is the secret of the session that the browser came with.
func (v *visit) token() string {
	if c, err := v.r.Cookie(v.s.cookie()); err == nil {
		return c.Value
	}
	return ""
}

// mayEnrol refuses who has no session of their own in which codes could be set up.
func (v *visit) mayEnrol() error {
	if v.who.Anonymous() && v.who.Needs != access.NeedsSeed || v.who.Token {
		return fault.New(fault.SignIn, "access.sign_in")
	}
	return nil
}

func (v *visit) enrolForm() error {
	if err := v.mayEnrol(); err != nil {
		return err
	}
	return v.showEnrol(enrolPage{})
}

func (v *visit) showEnrol(p enrolPage) error {
	return v.show("enrol", v.t("设置一次性验证码", "Set up one-time codes"), p)
}

// enrol makes a seed, or takes the first code of the one that was made; the recovery codes are shown once.
func (v *visit) enrol() error {
	if err := v.mayEnrol(); err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/enrol"
	if f.Get("code") == "" {
		seed, err := v.s.c.Access.NewSeed(v.ctx(), v.who)
		if err != nil {
			if !v.refused(err, nil) {
				return err
			}
			return v.showEnrol(enrolPage{})
		}
		drawing, err := drawQR(seed.URL, v.t("二维码，用验证器应用扫描", "QR code, to be read by an authenticator"))
		if err != nil {
			return err
		}
		return v.showEnrol(enrolPage{Secret: seed.Secret, Drawing: drawing, Begun: true})
	}
	token, recovery, err := v.s.c.Access.ConfirmSeed(v.ctx(), v.token(), f.Get("code"))
	if err != nil {
		if !v.refused(err, func(field string) string { return field }) {
			return err
		}
		return v.showEnrol(enrolPage{Begun: true})
	}
	v.s.setCookie(v.w, token)
	if v.who, err = v.s.c.Access.Session(v.ctx(), token); err != nil {
		return fmt.Errorf("the session after setting up codes: %w", err)
	}
	return v.showEnrol(enrolPage{Recovery: recovery})
}

// drawQR draws a text as a QR code: black on white in every theme, since readers want it so.
func drawQR(text, label string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	const quiet = 4 // modules around it, ISO/IEC 18004
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	side := code.Size + 2*quiet
	// The text is drawn, not written: nothing of it stands in the markup.
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" width="220" height="220" role="img" aria-label="%s" shape-rendering="crispEdges"><rect width="%d" height="%d" fill="#ffffff"/><path d="%s" fill="#000000"/></svg>`,
		side, side, template.HTMLEscapeString(label), side, side, path.String())), nil
}

type codePage struct{ Next string }

func (v *visit) codeForm() error {
	return v.show("code", v.t("一次性验证码", "One-time code"), codePage{next(v.r.URL.Query().Get("next"))})
}

// giveCode finishes a sign-in that waits for a code.
func (v *visit) giveCode() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	token, _, err := v.s.c.Access.GiveCode(v.ctx(), v.token(), f.Get("code"))
	if err != nil {
		if !v.refused(err, func(field string) string { return field }) {
			return err
		}
		return v.show("code", v.t("一次性验证码", "One-time code"), codePage{next(f.Get("next"))})
	}
	v.s.setCookie(v.w, token)
	return v.to(next(f.Get("next")), "")
}

type forgotPage struct {
	Sent  bool
	Email string
}

func (v *visit) forgotForm() error {
	return v.show("forgot", v.t("忘记密码", "Forgotten password"), forgotPage{})
}

// forgot sends a link of recovery. The answer is the same whether or not there is such an account.
func (v *visit) forgot() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/forgot"
	err = v.s.c.Access.Forgot(v.ctx(), f.Get("email"), v.s.from(v.r))
	if err != nil && fault.CodeOf(err) != "access.no_courier" {
		if !v.refused(err, func(field string) string { return field }) {
			return err
		}
		return v.show("forgot", v.t("忘记密码", "Forgotten password"), forgotPage{Email: f.Get("email")})
	}
	if err != nil {
		v.problems = append(v.problems, problemView{Sentence: fault.Of(err).Sentence(v.lang)})
		return v.show("forgot", v.t("忘记密码", "Forgotten password"), forgotPage{})
	}
	return v.show("forgot", v.t("忘记密码", "Forgotten password"), forgotPage{Sent: true})
}

// ticketCookie carries what a browser brings back from a provider.
func (s *Server) ticketCookie() string { return s.cookie() + "_ticket" }

// leave sends the browser to a provider of identities. It is a link and not a form, because a form may only lead to our
// own pages (form-action of the content policy).
func (v *visit) leave() error {
	address, ticket, err := v.s.c.Access.Leave(v.ctx(), v.who, v.r.PathValue("provider"), v.r.URL.Query().Get("token"))
	if err != nil {
		return err
	}
	http.SetCookie(v.w, &http.Cookie{Name: v.s.ticketCookie(), Value: ticket, Path: "/", HttpOnly: true, Secure: v.s.c.Secure, SameSite: http.SameSiteLaxMode, MaxAge: 600})
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// returned ends a sign-in through a provider.
func (v *visit) returned() error {
	q := v.r.URL.Query()
	r := access.Returned{Provider: v.r.PathValue("provider"), State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error"), Issuer: q.Get("iss"),
		Addr: v.s.from(v.r), Agent: v.r.UserAgent()}
	if c, err := v.r.Cookie(v.s.ticketCookie()); err == nil {
		r.Ticket = c.Value
	}
	http.SetCookie(v.w, &http.Cookie{Name: v.s.ticketCookie(), Path: "/", HttpOnly: true, Secure: v.s.c.Secure, MaxAge: -1})
	token, who, err := v.s.c.Access.Return(v.ctx(), r)
	if err != nil {
		return v.refuseSignIn(err, v.blank(""), "/")
	}
	v.s.setCookie(v.w, token)
	return v.to(afterSignIn(who, "/"), "")
}
