package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// operation is one line of the table of operations: what may be asked, and which permission it wants.
// The permission is checked before the handler runs; what depends on the object asked for (whose case is
// it?) is checked by the room that owns the object.
type operation struct {
	Method  string
	Pattern string
	Perm    access.Permission
	handle  func(*visit) error // nil for an operation of the API, which huma serves
}

// visit is one request with what is known about who asks.
type visit struct {
	s    *Server
	w    http.ResponseWriter
	r    *http.Request
	who  access.Actor
	lang fault.Lang

	code     int       // status of the page, 0 for 200
	crumbs   []navItem // the way from the home page
	back     string    // the page that a refused form stands on
	problems []problemView
	island   string                       // script of the page
	links    map[string]map[string]string // of sources, by the digest of the edition
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// page adds an operation that answers with HTML or a file.
func (s *Server) page(method, pattern string, perm access.Permission, h func(*visit) error) {
	s.ops = append(s.ops, operation{method, pattern, perm, h})
	if method == http.MethodGet && !strings.Contains(pattern, "{") {
		s.readers[pattern] = perm
	}
	s.mux.HandleFunc(method+" "+pattern, func(w http.ResponseWriter, r *http.Request) {
		v := &visit{s: s, w: w, r: r, lang: language(r)}
		var err error
		if v.who, err = s.actor(r); err == nil {
			err = enter(v.who, method, pattern, perm)
		}
		if err == nil {
			err = h(v)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// actor finds who asks: by bearer token, else by the cookie of this node, else nobody.
func (s *Server) actor(r *http.Request) (access.Actor, error) {
	token := ""
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	} else if c, err := r.Cookie(s.cookie()); err == nil {
		token = c.Value
	}
	if token == "" {
		return access.Actor{}, nil
	}
	who, err := s.c.Access.Session(r.Context(), token)
	if fault.KindOf(err) == fault.SignIn && r.Header.Get("Authorization") == "" {
		return access.Actor{}, nil // an ended session is nobody; open pages stay open
	}
	return who, err
}

// cookie names the node, since the nodes of a demonstration share one host.
func (s *Server) cookie() string {
	name := "corridor_" + s.c.Node.Code
	if s.c.Secure {
		return "__Host-" + name
	}
	return name
}

func (s *Server) setCookie(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: s.cookie(), Value: token, Path: "/", HttpOnly: true, Secure: s.c.Secure, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
		if s.c.Secure { // what a browser kept of the session's pages; it believes this over HTTPS only
			w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
		}
	}
	http.SetCookie(w, c)
}

// Operations prints the table: method, path, permission, who holds it, and "proof" where somebody shows anew who they are. api/operations.txt is compared with it.
func (s *Server) Operations() string {
	lines := make([]string, 0, len(s.ops))
	for _, o := range s.ops {
		line := fmt.Sprintf("%-6s %-44s %-20s %s", o.Method, o.Pattern, o.Perm, strings.Join(access.Holders(o.Perm), " "))
		if slices.Contains(proves, o.Method+" "+o.Pattern) {
			line += " proof"
		}
		lines = append(lines, line)
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i][7:]+lines[i][:7] < lines[j][7:]+lines[j][:7] })
	return strings.Join(lines, "\n") + "\n"
}

// isAPI tells whether a program asked, and wants a problem instead of a page.
func isAPI(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/letters/in" || r.URL.Path == "/letters/file" || r.URL.Path == "/letters/held"
}

// fail answers with the refusal in err: a page, or a problem.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = fault.New(fault.TooLarge, "web.body_too_large", "mib", (tooLarge.Limit+1<<20-1)>>20).Because(err)
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		s.log.Error("failed", "method", r.Method, "path", r.URL.Path, "error", err)
	} else {
		s.log.Info("refused", "method", r.Method, "path", r.URL.Path, "code", f.Code, "error", err)
	}
	lang := language(r)
	if isAPI(r) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(f.Kind.Status())
		_ = json.NewEncoder(w).Encode(newProblem(f, lang))
		return
	}
	who, _ := s.actor(r)
	if f.Kind == fault.SignIn && r.Method == http.MethodGet {
		to := "/signin?next=" + url.QueryEscape(r.URL.RequestURI())
		if who.Needs != access.Done {
			to = afterSignIn(who, r.URL.RequestURI())
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if f.Code == "access.prove_again" {
		http.Redirect(w, r, toProve(r), http.StatusSeeOther)
		return
	}
	v := &visit{s: s, w: w, r: r, who: who, lang: lang}
	v.status(f.Kind.Status())
	if err := v.show("error", v.t("办不了", "Refused"), errorPage{Code: f.Code, Sentence: f.Sentence(lang), SignIn: who.Anonymous() && f.Kind == fault.SignIn}); err != nil {
		s.log.Error("failed", "path", r.URL.Path, "error", err)
		http.Error(w, f.Sentence(lang), f.Kind.Status())
	}
}

type errorPage struct {
	Code     string
	Sentence string
	SignIn   bool
}

// problem is a refusal for programs, RFC 9457, with our stable code and the field at fault.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code" doc:"stable; what it says is in detail"`
	Field  string `json:"field,omitempty" doc:"the input at fault"`
	// More are the further refusals of a form of which several fields are wrong.
	More []fieldProblem `json:"more,omitempty"`
}

type fieldProblem struct {
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"`
	Detail string `json:"detail"`
}

func newProblem(f *fault.Error, lang fault.Lang) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(f.Kind.Status()), Status: f.Kind.Status(),
		Detail: f.Sentence(lang), Code: f.Code, Field: f.Field}
}

func (p *problem) Error() string             { return p.Code + ": " + p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }
