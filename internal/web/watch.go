package web

import (
	"net"
	"net/http"
	"net/netip"
	"time"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// answer is a response whose status is remembered.
type answerWriter struct {
	http.ResponseWriter
	status int
}

func (a *answerWriter) WriteHeader(code int) {
	if a.status == 0 {
		a.status = code
	}
	a.ResponseWriter.WriteHeader(code)
}

func (a *answerWriter) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find what lies below.
func (a *answerWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// watched logs and counts an answer. Only the path is written down: what is asked for may hold a one-time link.
func (s *Server) watched(a *answerWriter, r *http.Request, took time.Duration) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	s.log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", a.status, "took", took)
	if s.c.Answered == nil {
		return
	}
	route := r.Pattern
	if route == "" || route == "/" {
		route = "none" // whatever is made up by whoever asks is one line
	}
	s.c.Answered(method(r.Method), route, a.status, took)
}

// method bounds what stands in the metrics: anybody can send any word.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions:
		return m
	}
	return "other"
}

// metricsPage serves the metrics to the addresses that the settings allow, this machine's by default, and to who may read
// them by token. A request that a proxy passed on comes from its address, not its own: it needs the token.
func (s *Server) metricsPage() {
	if s.c.Metrics == nil {
		return
	}
	s.ops = append(s.ops, operation{Method: "GET", Pattern: "/metrics", Perm: access.MetricsRead})
	s.mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if s.metricsAddress(r) {
			s.c.Metrics.ServeHTTP(w, r)
			return
		}
		who, err := s.actor(r)
		if err == nil {
			err = access.MaySomewhere(who, access.MetricsRead)
		}
		if err != nil {
			// Nobody outside learns that they are here.
			s.fail(w, r, fault.New(fault.NotFound, "web.no_page").Because(err))
			return
		}
		s.c.Metrics.ServeHTTP(w, r)
	})
}

func (s *Server) metricsAddress(r *http.Request) bool {
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("Via") != "" {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	from, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	from = from.Unmap()
	if len(s.c.MetricsAllow) == 0 {
		return from.IsLoopback()
	}
	for _, p := range s.c.MetricsAllow {
		if p.Contains(from) {
			return true
		}
	}
	return false
}
