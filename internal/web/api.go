package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// init makes huma's own refusals ours: it keeps them in variables of its package, the same for every server.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return problemOf(nil, status, msg, errs...)
	}
	huma.NewErrorWithContext = problemOf
}

// api registers the operations under /api/v1. They call the same functions of the rooms as the pages and ask for the
// same permissions; the description is at /api/openapi.json.
func (s *Server) api() {
	config := huma.DefaultConfig("Corridor", "1")
	config.Info.Description = "One innovation community, run by several governments together. Errors are RFC 9457 problems with a stable code " +
		"and a sentence in the language asked for (Accept-Language: zh or en). Ids are strings, money is yuan as a string, days are ISO 8601."
	config.OpenAPIPath = "" // served by openAPI, as a line of the table of operations like all else
	config.DocsPath = ""
	config.SchemasPath = ""
	config.CreateHooks = nil // no links to schemas inside answers
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer",
		Description: "The token of POST /api/v1/sign-in, or an API token of one's own."}}
	s.huma = humago.New(s.mux, config)
	s.apiSessions()
	s.apiAgain()
	s.apiAccount()
	s.apiPeople()
	s.apiNode()
	s.apiRegistry()
	s.apiFind()
	s.apiBookings()
	s.apiListings()
	s.apiDocuments()
	s.apiKnowledge()
	s.apiAgreements()
	s.apiCases()
	s.apiPayments()
	s.apiEditions()
	s.apiMany()
	s.apiOnce()
	s.apiSlots()
	s.apiDisclosure()
	s.apiScores()
	s.apiDeal()
	s.apiFreeThere()
	s.apiTakeBack()
	s.apiAbroad()
	s.apiPayers()
	s.apiEpochs()
	s.apiRecognition()
	s.apiLabels()
	s.apiState()
	s.apiCredentials()
	s.apiChecks()
	s.apiUsage()
	s.apiCalendar()
}

// OpenAPI is the description of the interface for programs, OpenAPI 3.1 in JSON.
func (s *Server) OpenAPI() ([]byte, error) { return json.MarshalIndent(s.huma.OpenAPI(), "", " ") }

func (v *visit) openAPI() error {
	b, err := v.s.OpenAPI()
	if err != nil {
		return fmt.Errorf("describe the interface: %w", err)
	}
	v.w.Header().Set("Content-Type", "application/openapi+json;version=3.1")
	return v.plain(b, false)
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
	lang, most := fault.ZH, int64(bodyBytesMax)
	if ctx != nil {
		r, _ := humago.Unwrap(ctx)
		lang, most = language(r), ctx.Operation().MaxBodyBytes
	}
	f := fault.New(fault.Invalid, "web.request", "what", strings.Join(what, "; ")).On(field)
	if status == http.StatusRequestEntityTooLarge {
		f = fault.New(fault.TooLarge, "web.body_too_large", "mib", most>>20)
	}
	p := newProblem(f, lang)
	if status > 0 {
		p.Status, p.Title = status, http.StatusText(status)
	}
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
		Errors:       []int{401, 403, 404, 409, 413, 422, 500},
		Middlewares:  huma.Middlewares{s.gate(method, path, perm)},
	}
	if access.MaySomewhere(access.Actor{}, perm) != nil {
		op.Security = []map[string][]string{{"token": {}}}
	}
	if _, raw := any(*new(I)).(interface{ raw() }); raw {
		op.SkipValidateBody, op.MaxBodyBytes = true, uploadBytesMax
	}
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		a, _ := ctx.Value(askedKey{}).(asked)
		out, err := do(ctx, a, in)
		if err != nil {
			return nil, s.problem(a, err)
		}
		return out, nil
	})
}

// gate finds who asks and in which language, and refuses who may not, before an operation reads its input.
func (s *Server) gate(method, pattern string, perm access.Permission) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		who, err := s.actor(r)
		if err == nil {
			err = enter(who, method, pattern, perm)
		}
		if err != nil {
			drain(r.Body)
			s.fail(w, r, err)
			return
		}
		next(huma.WithValue(ctx, askedKey{}, asked{who, language(r), r}))
	}
}

// problem is a refusal for programs; what is our own mistake is logged.
func (s *Server) problem(a asked, err error) *problem {
	all := faults(err)
	if all[0].Kind == fault.Internal {
		s.log.Error("failed", "method", a.r.Method, "path", a.r.URL.Path, "error", err)
	} else {
		s.log.Info("refused", "method", a.r.Method, "path", a.r.URL.Path, "code", all[0].Code, "error", err)
	}
	p := newProblem(all[0], a.lang)
	for _, f := range all[1:] {
		p.More = append(p.More, fieldProblem{f.Code, f.Field, f.Sentence(a.lang)})
	}
	return p
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
