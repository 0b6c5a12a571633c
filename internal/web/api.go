package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// api registers the operations under /api/v1. They call the same functions of the rooms as the pages and ask for the
// same permissions; the description is at /api/openapi.json.
func (s *Server) api() {
	config := huma.DefaultConfig("Corridor", "1")
	config.Info.Description = "One innovation community, run by several governments together. Errors are RFC 9457 problems with a stable code."
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath = ""
	config.SchemasPath = ""
	config.CreateHooks = nil // no links to schemas inside answers
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	huma.NewErrorWithContext = problemOf
	s.huma = humago.New(s.mux, config)
	s.apiPeople()
	s.apiDocuments()
	s.apiAgreements()
	s.apiCases()
	s.apiChecks()
}

// problemOf makes huma's own refusals (a body that is no JSON, a field of another type) problems like ours.
func problemOf(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	what := []string{msg}
	field := ""
	for _, e := range errs {
		var d *huma.ErrorDetail
		if errors.As(e, &d) {
			what = append(what, strings.TrimSpace(d.Location+" "+d.Message))
			if field == "" {
				field = strings.TrimPrefix(d.Location, "body.")
			}
		} else if e != nil {
			what = append(what, e.Error())
		}
	}
	lang := fault.ZH
	if ctx != nil && strings.HasPrefix(ctx.Header("Accept-Language"), "en") {
		lang = fault.EN
	}
	f := fault.New(fault.Invalid, "web.request", "what", strings.Join(what, "; ")).On(field)
	if status == http.StatusRequestEntityTooLarge {
		f = fault.New(fault.TooLarge, "web.body_too_large", "mib", bodyBytesMax>>20)
	}
	p := newProblem(f, lang)
	p.Status = status
	p.Title = http.StatusText(status)
	return p
}

// asked is what an operation of the API knows besides its input.
type asked struct {
	who  access.Actor
	lang fault.Lang
	r    *http.Request
}

type askedKey struct{}

// operate adds an operation of the API: with its permission in the same table, and refusals as problems.
func operate[I, O any](s *Server, method, path string, perm access.Permission, summary string, do func(context.Context, asked, *I) (*O, error)) {
	s.ops = append(s.ops, operation{Method: method, Pattern: path, Perm: perm})
	op := huma.Operation{
		OperationID: strings.ToLower(method) + strings.NewReplacer("/api/v1", "", "/", "-", "{", "", "}", "").Replace(path),
		Method:      method, Path: path, Summary: summary,
		Description:  "Permission: " + string(perm),
		MaxBodyBytes: bodyBytesMax,
		Errors:       []int{401, 403, 404, 409, 422},
		Middlewares:  huma.Middlewares{s.asked},
	}
	if len(access.Holders(perm)) > 0 && access.Holders(perm)[0] != "everyone" {
		op.Security = []map[string][]string{{"token": {}}}
	}
	if _, raw := any(*new(I)).(interface{ raw() }); raw {
		op.SkipValidateBody, op.MaxBodyBytes = true, uploadBytesMax
	}
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		a, _ := ctx.Value(askedKey{}).(asked)
		err := access.MaySomewhere(a.who, perm)
		if err == nil {
			var out *O
			if out, err = do(ctx, a, in); err == nil {
				return out, nil
			}
		}
		return nil, s.problem(a, err)
	})
}

// asked finds who asks and in which language, before an operation reads its input.
func (s *Server) asked(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	who, err := s.actor(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	next(huma.WithValue(ctx, askedKey{}, asked{who, language(r), r}))
}

// problem is a refusal for programs; what is our own mistake is logged. Several refusals are told as the first.
func (s *Server) problem(a asked, err error) *problem {
	f := faults(err)[0]
	if f.Kind == fault.Internal {
		s.log.Error("failed", "method", a.r.Method, "path", a.r.URL.Path, "error", err)
	} else {
		s.log.Info("refused", "method", a.r.Method, "path", a.r.URL.Path, "code", f.Code, "error", err)
	}
	return newProblem(f, a.lang)
}

// body wraps an answer.
type body[T any] struct{ Body T }

func answer[T any](v T) (*body[T], error) { return &body[T]{v}, nil }

// nothing is an input or an answer without content.
type nothing struct{}

// paged asks for one page of a list.
type paged struct {
	Page int `query:"page" minimum:"1" default:"1" doc:"from 1"`
}

// byID names what is asked for.
type byID struct {
	ID string `path:"id"`
}

func (s *Server) apiPeople() {
	type in struct {
		Body struct {
			Email    string `json:"email"`
			Password string `json:"password"`
			Code     string `json:"code,omitempty" required:"false" doc:"one-time or recovery code"`
		}
	}
	type out struct {
		Token string `json:"token"`
		Name  string `json:"name"`
		Org   string `json:"org"`
	}
	operate(s, "POST", "/api/v1/sign-in", access.SessionCreate, "Sign in", func(ctx context.Context, a asked, i *in) (*body[out], error) {
		token, who, err := s.c.Access.SignIn(ctx, access.SignIn{Email: i.Body.Email, Password: i.Body.Password, Code: i.Body.Code, Addr: addr(a.r.RemoteAddr), Agent: a.r.UserAgent()})
		if err != nil {
			return nil, err
		}
		return answer(out{token, who.Name, who.Org})
	})
	operate(s, "POST", "/api/v1/sign-out", access.SessionCreate, "End the session", func(ctx context.Context, a asked, _ *nothing) (*nothing, error) {
		return nil, s.c.Access.SignOut(ctx, a.who)
	})
	type journalIn struct {
		Act    string `query:"act"`
		Object string `query:"object"`
		After  string `query:"after"`
	}
	type line struct {
		ID      string `json:"id"`
		At      string `json:"at"`
		Person  string `json:"person"`
		Act     string `json:"act"`
		Object  string `json:"object"`
		Region  string `json:"region"`
		Mandate string `json:"mandate"`
		Detail  string `json:"detail"`
	}
	type journalOut struct {
		Lines []line `json:"lines"`
		Next  string `json:"next"`
	}
	operate(s, "GET", "/api/v1/journal", access.JournalRead, "Search the act journal", func(ctx context.Context, a asked, i *journalIn) (*body[journalOut], error) {
		lines, next, err := s.c.Access.Journal(ctx, a.who, access.JournalQuery{Act: i.Act, Object: i.Object, After: i.After})
		if err != nil {
			return nil, err
		}
		o := journalOut{Lines: []line{}, Next: next}
		for _, l := range lines {
			o.Lines = append(o.Lines, line{string(l.ID), iso(l.At), string(l.Person), l.Act, l.Object, string(l.Region), l.Mandate, l.Detail})
		}
		return answer(o)
	})
	if s.c.Clock == nil {
		return
	}
	type clockIn struct {
		Body struct {
			Days int `json:"days" minimum:"1" maximum:"366"`
		}
	}
	type clockOut struct {
		Now string `json:"now"`
	}
	operate(s, "POST", "/api/v1/demo/clock", access.HomeRead, "Move the clock of the demonstration forward", func(_ context.Context, _ asked, i *clockIn) (*body[clockOut], error) {
		d, err := days(int64(i.Body.Days))
		if err != nil {
			return nil, err
		}
		if err := s.c.Clock.Advance(d); err != nil {
			return nil, err
		}
		return answer(clockOut{iso(s.c.Clock.Now())})
	})
}
