package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// credentialsPage is a person's own certificates, or those that this node gave.
type credentialsPage struct {
	All     []credentialView
	Given   bool // all that this node gave, for who gives them
	May     bool // this person gives them
	Form    *form
	Pager   pager
	Exports exportView
	Kinds   []option
}

type credentialView struct {
	federation.Credential
	KindWords fault.Words
	Lapsed    bool
}

// credentialKinds are what the form offers; an issuer may type another title.
var credentialKinds = []struct {
	id    string
	words fault.Words
}{
	{"talent", fault.Words{"人才认定", "Recognised talent"}}, {"operator", fault.Words{"大型仪器操作员", "Trained operator of large instruments"}},
	{"technology_manager", fault.Words{"技术经理人", "Technology manager"}},
}

func credentialWords(kind string) fault.Words {
	for _, k := range credentialKinds {
		if k.id == kind {
			return k.words
		}
	}
	return fault.Words{kind, kind}
}

// credentialRoutes are the addresses of persons' certificates.
func (s *Server) credentialRoutes() {
	s.page("GET", "/credentials", access.PersonRead, (*visit).credentials)
	s.page("GET", "/credentials/given", access.RegistryEdit, (*visit).givenCredentials)
	s.page("POST", "/credentials/given", access.RegistryEdit, (*visit).giveCredential)
	s.page("POST", "/credentials/given/{id}/end", access.RegistryEdit, (*visit).endCredential)
	s.page("GET", "/credentials/{id}/file", access.PersonRead, (*visit).credentialFile)
	s.page("GET", "/credentials/given/{id}/file", access.RegistryEdit, (*visit).credentialFile)
}

// credentials are the visitor's own.
func (v *visit) credentials() error {
	all, err := v.s.c.Federation.Credentials(v.ctx(), v.who)
	if err != nil {
		return err
	}
	return v.showCredentials(credentialsPage{May: v.mayHere(access.RegistryEdit)}, all)
}

// givenCredentials are those that this node gave.
func (v *visit) givenCredentials() error { return v.showGiven(nil) }

func (v *visit) showGiven(f *form) error {
	all, err := v.s.c.Federation.GivenCredentials(v.ctx(), v.who)
	if err != nil {
		return err
	}
	p := credentialsPage{Given: true, May: true, Form: f, Exports: v.exports()}
	if f == nil {
		p.Form = v.blank("c")
	}
	for _, k := range credentialKinds {
		p.Kinds = append(p.Kinds, option{k.id, k.words.In(v.lang)})
	}
	if v.wantsFile() {
		s := &sheet{Name: "credentials", Head: []string{v.t("类别", "Kind"), v.t("姓名", "Name"), v.t("编号", "Number"), v.t("等级", "Level"), v.t("出具", "Issuer"), v.t("自", "Since"), v.t("至", "Until"), v.t("撤回", "Withdrawn")}}
		for _, c := range all {
			ended := ""
			if !c.Ended.IsZero() {
				ended = unit.DayOf(c.Ended, beijing).String()
			}
			if err := s.put(c.Kind, c.Name, c.No, c.Level, c.Issuer, c.Since.String(), c.Until.String(), ended); err != nil {
				return err
			}
		}
		return v.send(s)
	}
	return v.showCredentials(p, all)
}

func (v *visit) showCredentials(p credentialsPage, all []federation.Credential) error {
	today := unit.DayOf(v.now(), beijing)
	for _, c := range pageOf(v, all, pageRows) {
		x := credentialView{Credential: c, KindWords: credentialWords(c.Kind), Lapsed: c.Until.Valid() && c.Until < today}
		if c.Title[0] != "" {
			x.KindWords = c.Title
		}
		p.All = append(p.All, x)
	}
	p.Pager = v.pager(len(all), pageRows)
	if p.Given {
		return v.show("credentials", v.t("个人证书发放", "Certificates given to persons"), p)
	}
	return v.show("credentials", v.t("我的证书", "My certificates"), p)
}

// credentialIn is a person's certificate as an officer types it.
type credentialIn struct {
	Name   string `json:"name"`
	No     string `json:"no" doc:"the issuer's number of the certificate"`
	Hint   string `json:"hint,omitempty" required:"false" doc:"last characters of an identity document, at most 8"`
	Email  string `json:"email,omitempty" required:"false" doc:"of the holder's account at this node"`
	Kind   string `json:"kind" doc:"talent, operator, technology_manager or another name"`
	ZH     string `json:"title_zh,omitempty" required:"false" doc:"what the certificate is called; empty is the kind's own name"`
	EN     string `json:"title_en,omitempty" required:"false"`
	Level  string `json:"level,omitempty" required:"false"`
	Issuer string `json:"issuer,omitempty" required:"false" doc:"empty is this jurisdiction"`
	Since  string `json:"since"`
	Until  string `json:"until,omitempty" required:"false" doc:"last day; empty is without end"`
}

func (s *Server) giveCredential(ctx context.Context, who access.Actor, in credentialIn) (federation.Credential, error) {
	c := federation.Credential{Name: in.Name, No: in.No, Hint: in.Hint, Kind: in.Kind, Level: in.Level, Title: fault.Words{in.ZH, in.EN}, Issuer: in.Issuer}
	words := credentialWords(in.Kind)
	for i := range c.Title {
		if c.Title[i] == "" {
			c.Title[i] = words[i]
		}
	}
	if c.Issuer == "" {
		c.Issuer = s.c.Node.Code
	}
	if err := daysTyped(dayTyped{"since", in.Since, &c.Since}, dayTyped{"until", in.Until, &c.Until}); err != nil {
		return c, err
	}
	return s.c.Federation.GiveCredential(ctx, who, c, in.Email)
}

func (v *visit) giveCredential() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/credentials/given"
	if _, err := v.s.giveCredential(v.ctx(), v.who, credentialIn{f.text("name"), f.text("no"), f.text("hint"), f.text("email"), f.text("kind"), f.text("zh"), f.text("en"), f.text("level"), f.text("issuer"), f.text("since"), f.text("until")}); err != nil {
		if !v.refusedForm(f.on("c"), err) {
			return err
		}
		return v.showGiven(f)
	}
	return v.to("/credentials/given", "credential")
}

func (v *visit) endCredential() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/credentials/given"
	if err := v.s.c.Federation.EndCredential(v.ctx(), v.who, id, f.text("reason")); err != nil {
		return err
	}
	return v.to("/credentials/given", "credential_end")
}

// credentialFile is a certificate as one file, for its holder or for who gives them.
func (v *visit) credentialFile() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	b, err := v.s.c.Federation.CredentialFile(v.ctx(), v.who, id, v.s.c.Log.Receipt)
	if err != nil {
		return err
	}
	// Who took a copy of what is personal stands in the journal.
	if err := v.s.c.DB.Act(v.ctx(), func(tx *db.Tx) error {
		return v.s.c.Access.Record(v.ctx(), tx, v.who, access.Entry{Act: "credential.file", Object: "credential/" + string(id)})
	}); err != nil {
		return err
	}
	return v.download("certificate.txt", "text/plain; charset=utf-8", b)
}

type credentialOut struct {
	ID     string   `json:"id"`
	Kind   string   `json:"kind"`
	Name   string   `json:"name" doc:"empty once it was withdrawn, as the number"`
	No     string   `json:"no"`
	Level  string   `json:"level"`
	Issuer string   `json:"issuer"`
	Since  unit.Day `json:"since"`
	Until  unit.Day `json:"until"`
	Ended  bool     `json:"ended"`
}

func outOfCredential(c federation.Credential) credentialOut {
	return credentialOut{string(c.ID), c.Kind, c.Name, c.No, c.Level, c.Issuer, c.Since, c.Until, !c.Ended.IsZero()}
}

// apiCredentials are the operations of persons' certificates.
func (s *Server) apiCredentials() {
	type credentialsAll struct {
		Credentials []credentialOut `json:"credentials"`
	}
	operate(s, "GET", "/api/v1/credentials", access.RegistryEdit, "Certificates that this node gave to persons", func(ctx context.Context, a asked, _ *nothing) (*body[credentialsAll], error) {
		all, err := s.c.Federation.GivenCredentials(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := credentialsAll{Credentials: []credentialOut{}}
		for _, c := range all {
			o.Credentials = append(o.Credentials, outOfCredential(c))
		}
		return answer(o)
	})
	operate(s, "POST", "/api/v1/credentials", access.RegistryEdit, "Give a certificate to a person", func(ctx context.Context, a asked, i *struct{ Body credentialIn }) (*body[credentialOut], error) {
		c, err := s.giveCredential(ctx, a.who, i.Body)
		if err != nil {
			return nil, err
		}
		return answer(outOfCredential(c))
	})
	type credentialEndIn struct {
		ID   string `path:"id"`
		Body struct {
			Reason string `json:"reason"`
		}
	}
	type credentialEnded struct {
		Ended bool `json:"ended"`
	}
	operate(s, "POST", "/api/v1/credentials/{id}/end", access.RegistryEdit, "Withdraw a person's certificate and erase what is personal of it here", func(ctx context.Context, a asked, i *credentialEndIn) (*body[credentialEnded], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if err := s.c.Federation.EndCredential(ctx, a.who, id, i.Body.Reason); err != nil {
			return nil, err
		}
		return answer(credentialEnded{true})
	})
}
