package web

import (
	"context"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

type grantOut struct {
	ID     string `json:"id"`
	Role   string `json:"role"`
	Region string `json:"region" doc:"empty is the whole node"`
	Org    string `json:"org"`
}

type personOut struct {
	ID     string     `json:"id"`
	Email  string     `json:"email"`
	Name   string     `json:"name"`
	Org    string     `json:"org"`
	State  string     `json:"state" enum:"invited,active,disabled,erased"`
	Codes  bool       `json:"codes" doc:"one-time codes are set up"`
	Grants []grantOut `json:"grants"`
}

func personOf(p access.Profile) personOut {
	o := personOut{string(p.ID), p.Email, p.Name, p.Org, p.State, p.Codes, []grantOut{}}
	for _, g := range p.Grants {
		o.Grants = append(o.Grants, grantOut{string(g.ID), g.Role, string(g.Region), g.Org})
	}
	return o
}

type signedIn struct {
	Token string `json:"token"`
	Name  string `json:"name"`
	Org   string `json:"org"`
	Needs string `json:"needs" doc:"what is missing before the session may do anything: enrol (set up one-time codes), code (show one), or nothing"`
}

func signedInAs(token string, who access.Actor) (*body[signedIn], error) {
	return answer(signedIn{token, who.Name, who.Org, string(who.Needs)})
}

// bearer is the secret of the session by which an operation was asked: of the header, or of the browser's cookie.
func (s *Server) bearer(a asked) string {
	const scheme = "Bearer "
	if h := a.r.Header.Get("Authorization"); len(h) > len(scheme) && h[:len(scheme)] == scheme {
		return h[len(scheme):]
	}
	if c, err := a.r.Cookie(s.cookie()); err == nil {
		return c.Value
	}
	return ""
}

// apiSessions are the ways into a session.
func (s *Server) apiSessions() {
	type signInIn struct {
		Body struct {
			Email    string `json:"email"`
			Password string `json:"password"`
			Code     string `json:"code,omitempty" required:"false" doc:"one-time or recovery code"`
		}
	}
	operate(s, "POST", "/api/v1/sign-in", access.SessionCreate, "Sign in", func(ctx context.Context, a asked, i *signInIn) (*body[signedIn], error) {
		token, who, err := s.c.Access.SignIn(ctx, access.SignIn{Email: i.Body.Email, Password: i.Body.Password, Code: i.Body.Code, Addr: s.from(a.r), Agent: a.r.UserAgent()})
		if err != nil {
			return nil, err
		}
		return signedInAs(token, who)
	})
	type codeIn struct {
		Body struct {
			Code string `json:"code"`
		}
	}
	operate(s, "POST", "/api/v1/sign-in/code", access.SessionCreate, "Show the one-time code that a session waits for", func(ctx context.Context, a asked, i *codeIn) (*body[signedIn], error) {
		token, who, err := s.c.Access.GiveCode(ctx, s.bearer(a), i.Body.Code)
		if err != nil {
			return nil, err
		}
		return signedInAs(token, who)
	})
	operate(s, "POST", "/api/v1/sign-out", access.SessionEnd, "End the session", func(ctx context.Context, a asked, _ *nothing) (*nothing, error) {
		return nil, s.c.Access.SignOut(ctx, a.who)
	})
	type forgotIn struct {
		Body struct {
			Email string `json:"email"`
		}
	}
	operate(s, "POST", "/api/v1/forgot", access.SessionCreate, "Have a link of recovery sent; the answer is the same whether or not there is such an account", func(ctx context.Context, a asked, i *forgotIn) (*nothing, error) {
		return nil, s.c.Access.Forgot(ctx, i.Body.Email, s.from(a.r))
	})
	type welcomeIn struct {
		Body struct {
			Token    string `json:"token" doc:"of the one-time link"`
			Password string `json:"password"`
			First    bool   `json:"first,omitempty" required:"false" doc:"the link is that of the first administrator"`
			Email    string `json:"email,omitempty" required:"false" doc:"of the first administrator"`
			Name     string `json:"name,omitempty" required:"false" doc:"of the first administrator"`
		}
	}
	operate(s, "POST", "/api/v1/welcome", access.SessionCreate, "Take a one-time link: set a password", func(ctx context.Context, _ asked, i *welcomeIn) (*nothing, error) {
		if i.Body.First {
			return nil, s.c.Access.AcceptFirst(ctx, i.Body.Token, i.Body.Email, i.Body.Name, i.Body.Password)
		}
		return nil, s.c.Access.AcceptInvitation(ctx, i.Body.Token, i.Body.Password)
	})
}

// apiAccount are the operations on one's own account.
func (s *Server) apiAccount() {
	operate(s, "GET", "/api/v1/account", access.PersonRead, "My account", func(ctx context.Context, a asked, _ *nothing) (*body[personOut], error) {
		p, err := s.c.Access.Person(ctx, a.who, a.who.Person)
		if err != nil {
			return nil, err
		}
		return answer(personOf(p))
	})
	type correctIn struct {
		Body struct {
			Name     string `json:"name,omitempty" required:"false"`
			Email    string `json:"email,omitempty" required:"false"`
			Password string `json:"password,omitempty" required:"false" doc:"the present one; needed for a new address"`
		}
	}
	operate(s, "PATCH", "/api/v1/account", access.PersonEdit, "Correct my data", func(ctx context.Context, a asked, i *correctIn) (*body[personOut], error) {
		if err := s.c.Access.Correct(ctx, a.who, a.who.Person, access.Correction{Name: i.Body.Name, Email: i.Body.Email, Password: i.Body.Password}); err != nil {
			return nil, err
		}
		p, err := s.c.Access.Person(ctx, a.who, a.who.Person)
		if err != nil {
			return nil, err
		}
		return answer(personOf(p))
	})
	type passwordIn struct {
		Body struct {
			Old   string `json:"old"`
			Fresh string `json:"fresh"`
		}
	}
	operate(s, "POST", "/api/v1/account/password", access.PersonEdit, "Change my password; my other sessions end", func(ctx context.Context, a asked, i *passwordIn) (*nothing, error) {
		return nil, s.c.Access.ChangePassword(ctx, a.who, i.Body.Old, i.Body.Fresh)
	})
	operate(s, "GET", "/api/v1/account/data", access.PersonRead, "Everything that this node keeps about me", func(ctx context.Context, a asked, _ *nothing) (*fileOut, error) {
		b, err := s.aboutMe(ctx, a.who)
		if err != nil {
			return nil, err
		}
		return &fileOut{"application/json", b}, nil
	})
	type eraseIn struct {
		Body struct {
			Password string `json:"password,omitempty" required:"false"`
			Sure     bool   `json:"sure"`
		}
	}
	type eraseOut struct {
		Kept []string `json:"kept" doc:"what has to be kept, and why"`
	}
	operate(s, "POST", "/api/v1/account/erase", access.PersonEdit, "Erase my account; what has to be kept is told", func(ctx context.Context, a asked, i *eraseIn) (*body[eraseOut], error) {
		if !i.Body.Sure {
			return nil, fault.New(fault.Invalid, "web.not_sure").On("sure")
		}
		kept, err := s.c.Access.Erase(ctx, a.who, a.who.Person, i.Body.Password)
		if err != nil {
			return nil, err
		}
		o := eraseOut{Kept: []string{}}
		for _, k := range kept {
			o.Kept = append(o.Kept, k.In(a.lang))
		}
		return answer(o)
	})
	s.apiOpenSessions()
	s.apiTokens()
	s.apiCodes()
	s.apiNotices()
}

func (s *Server) apiOpenSessions() {
	type session struct {
		ID     string `json:"id"`
		Made   string `json:"made"`
		Seen   string `json:"seen"`
		Addr   string `json:"addr"`
		Agent  string `json:"agent"`
		Strong bool   `json:"strong" doc:"a second factor was shown"`
		Here   bool   `json:"here" doc:"the one that asks"`
	}
	type sessions struct {
		Sessions []session `json:"sessions"`
	}
	operate(s, "GET", "/api/v1/account/sessions", access.SessionEnd, "My open sessions", func(ctx context.Context, a asked, _ *nothing) (*body[sessions], error) {
		all, err := s.c.Access.Sessions(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := sessions{Sessions: []session{}}
		for _, x := range all {
			o.Sessions = append(o.Sessions, session{string(x.ID), iso(x.Made), iso(x.Seen), x.Addr, x.Agent, x.Strong, x.Here})
		}
		return answer(o)
	})
	operate(s, "DELETE", "/api/v1/account/sessions/{id}", access.SessionEnd, "End one of my sessions", func(ctx context.Context, a asked, i *byID) (*nothing, error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		return nil, s.c.Access.EndSession(ctx, a.who, id)
	})
	type ended struct {
		Ended int64 `json:"ended"`
	}
	operate(s, "DELETE", "/api/v1/account/sessions", access.SessionEnd, "End my other sessions", func(ctx context.Context, a asked, _ *nothing) (*body[ended], error) {
		n, err := s.c.Access.EndOtherSessions(ctx, a.who)
		if err != nil {
			return nil, err
		}
		return answer(ended{n})
	})
}

func (s *Server) apiTokens() {
	type tokenOut struct {
		ID     string   `json:"id"`
		Name   string   `json:"name"`
		Scopes []string `json:"scopes" doc:"permissions that it carries"`
		Made   string   `json:"made"`
		Ends   string   `json:"ends"`
		Used   string   `json:"used"`
		Ended  string   `json:"ended"`
		Secret string   `json:"secret,omitempty" doc:"in the answer that made it, and nowhere else"`
	}
	one := func(t access.APIToken, secret string) tokenOut {
		o := tokenOut{string(t.ID), t.Name, []string{}, iso(t.Made), iso(t.Ends), iso(t.Used), iso(t.Ended), secret}
		for _, p := range t.Scopes {
			o.Scopes = append(o.Scopes, string(p))
		}
		return o
	}
	type tokensOut struct {
		Tokens []tokenOut `json:"tokens"`
	}
	operate(s, "GET", "/api/v1/account/tokens", access.TokenManage, "My API tokens", func(ctx context.Context, a asked, _ *nothing) (*body[tokensOut], error) {
		all, err := s.c.Access.Tokens(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := tokensOut{Tokens: []tokenOut{}}
		for _, t := range all {
			o.Tokens = append(o.Tokens, one(t, ""))
		}
		return answer(o)
	})
	type tokenIn struct {
		Body struct {
			Name   string   `json:"name"`
			Scopes []string `json:"scopes"`
			Days   int      `json:"days" minimum:"1" maximum:"366"`
		}
	}
	operate(s, "POST", "/api/v1/account/tokens", access.TokenManage, "Make an API token", func(ctx context.Context, a asked, i *tokenIn) (*body[tokenOut], error) {
		var scopes []access.Permission
		for _, x := range i.Body.Scopes {
			scopes = append(scopes, access.Permission(x))
		}
		secret, t, err := s.c.Access.NewToken(ctx, a.who, i.Body.Name, scopes, time.Duration(i.Body.Days)*24*time.Hour)
		if err != nil {
			return nil, err
		}
		return answer(one(t, secret))
	})
	operate(s, "DELETE", "/api/v1/account/tokens/{id}", access.TokenManage, "End an API token", func(ctx context.Context, a asked, i *byID) (*nothing, error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		return nil, s.c.Access.EndToken(ctx, a.who, id)
	})
}

// apiCodes are the operations on one-time codes. They are open, since who has not set up codes has no session that may
// do anything yet; the room asks for a session of that kind.
func (s *Server) apiCodes() {
	type seedOut struct {
		Secret string `json:"secret" doc:"for typing"`
		URL    string `json:"url" doc:"otpauth, for a QR code"`
	}
	operate(s, "POST", "/api/v1/account/codes/seed", access.SessionCreate, "Begin to set up one-time codes", func(ctx context.Context, a asked, _ *nothing) (*body[seedOut], error) {
		x, err := s.c.Access.NewSeed(ctx, a.who)
		if err != nil {
			return nil, err
		}
		return answer(seedOut{x.Secret, x.URL})
	})
	type confirmIn struct {
		Body struct {
			Code string `json:"code"`
		}
	}
	type confirmed struct {
		Token    string   `json:"token" doc:"of the session from now on"`
		Recovery []string `json:"recovery" doc:"each works once; shown once"`
	}
	operate(s, "POST", "/api/v1/account/codes/confirm", access.SessionCreate, "Show the first code; the recovery codes are the answer", func(ctx context.Context, a asked, i *confirmIn) (*body[confirmed], error) {
		token, recovery, err := s.c.Access.ConfirmSeed(ctx, s.bearer(a), i.Body.Code)
		if err != nil {
			return nil, err
		}
		return answer(confirmed{token, recovery})
	})
	type recoveryOut struct {
		Recovery []string `json:"recovery"`
	}
	operate(s, "POST", "/api/v1/account/codes/recovery", access.PersonEdit, "Make new recovery codes", func(ctx context.Context, a asked, i *confirmIn) (*body[recoveryOut], error) {
		recovery, err := s.c.Access.NewRecovery(ctx, a.who, i.Body.Code)
		if err != nil {
			return nil, err
		}
		return answer(recoveryOut{recovery})
	})
	operate(s, "POST", "/api/v1/account/codes/drop", access.PersonEdit, "Take the one-time codes away", func(ctx context.Context, a asked, i *confirmIn) (*nothing, error) {
		return nil, s.c.Access.DropCodes(ctx, a.who, i.Body.Code)
	})
}

func (s *Server) apiNotices() {
	if s.c.Notices == nil {
		return
	}
	type noticeOut struct {
		ID    string `json:"id"`
		At    string `json:"at"`
		Title string `json:"title"`
		Text  string `json:"text"`
		Path  string `json:"path" doc:"page that it is about"`
		Read  string `json:"read" doc:"when; empty while unread"`
	}
	type noticesIn struct {
		Unread bool   `query:"unread" doc:"only those that were not read"`
		After  string `query:"after" doc:"next of the page before"`
	}
	type noticesOut struct {
		Notices []noticeOut `json:"notices"`
		Next    string      `json:"next"`
	}
	one := func(a asked, t notice.Told) noticeOut {
		return noticeOut{string(t.ID), iso(t.At), t.Title.In(a.lang), t.Text.In(a.lang), t.Path, iso(t.Read)}
	}
	operate(s, "GET", "/api/v1/notices", access.NoticeRead, "My notices, the newest first", func(ctx context.Context, a asked, i *noticesIn) (*body[noticesOut], error) {
		page, next, err := s.c.Notices.List(ctx, a.who.Person, notice.Query{Unread: i.Unread, After: unit.ID(i.After)})
		if err != nil {
			return nil, err
		}
		o := noticesOut{Notices: []noticeOut{}, Next: string(next)}
		for _, t := range page {
			o.Notices = append(o.Notices, one(a, t))
		}
		return answer(o)
	})
	operate(s, "POST", "/api/v1/notices/{id}/read", access.NoticeRead, "Mark a notice as read", func(ctx context.Context, a asked, i *byID) (*body[noticeOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		t, err := s.c.Notices.Read(ctx, a.who.Person, id)
		if err != nil {
			return nil, err
		}
		return answer(one(a, t))
	})
	type upTo struct {
		Body struct {
			UpTo string `json:"up_to" doc:"id of the newest that is meant"`
		}
	}
	type readOut struct {
		Read int64 `json:"read"`
	}
	operate(s, "POST", "/api/v1/notices/read", access.NoticeRead, "Mark notices as read", func(ctx context.Context, a asked, i *upTo) (*body[readOut], error) {
		n, err := s.c.Notices.ReadAll(ctx, a.who.Person, unit.ID(i.Body.UpTo))
		if err != nil {
			return nil, err
		}
		return answer(readOut{n})
	})
	type wishBody struct {
		Mail bool   `json:"mail" doc:"notices go to my address too"`
		Lang string `json:"lang" enum:",zh,en" doc:"of letters; empty is both"`
	}
	operate(s, "GET", "/api/v1/account/wish", access.NoticeRead, "How I want to be told", func(ctx context.Context, a asked, _ *nothing) (*body[wishBody], error) {
		w, err := s.c.Notices.Wish(ctx, a.who.Person)
		if err != nil {
			return nil, err
		}
		return answer(wishBody{w.Mail, string(w.Lang)})
	})
	type wishIn struct{ Body wishBody }
	operate(s, "PUT", "/api/v1/account/wish", access.NoticeRead, "Say how I want to be told", func(ctx context.Context, a asked, i *wishIn) (*nothing, error) {
		return nil, s.setWish(ctx, a.who, notice.Wish{Mail: i.Body.Mail, Lang: fault.Lang(i.Body.Lang)})
	})
}

// setWish keeps how a person wants to be told, and that they said so.
func (s *Server) setWish(ctx context.Context, who access.Actor, w notice.Wish) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := s.c.Notices.SetWish(ctx, tx, who.Person, w); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "notice.wish", Object: "person/" + string(who.Person)})
	})
}
