package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/calendar"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/intake"
	"corridor/internal/catalogue/usage"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/indicator"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/reader"
	"corridor/internal/registry"
	"corridor/internal/settlement"
	"corridor/internal/settlement/statement"
)

const (
	bodyBytesMax    = 1 << 20                // of a form or a JSON body
	bodySlack       = 1 << 10                // over which a body is cut; huma refuses at the limit itself
	uploadBytesMax  = files.BytesMax + 1<<16 // of a form with one file
	pageRows        = 50                     // rows of a list on one page
	readTimeMax     = 30 * time.Second
	headerBytesMax  = 1 << 16
	idleTimeMax     = 2 * time.Minute
	shutdownTimeMax = 3 * time.Second
)

// Node says whose house this is.
type Node struct {
	Code      string      // region code of the jurisdiction, or of the community's office
	Seal      string      // one character
	Class     string      // colour class of look.css
	Name      fault.Words // this node
	Community fault.Words // the community it belongs to
	Synthetic bool        // everything in it is demonstration data, and every page says so
}

// Config joins the rooms that the face shows. All but Clock and Now are needed; a nil Clock means that the time
// cannot be moved, as in production.
type Config struct {
	Node       Node
	DB         *db.DB
	Access     *access.Service
	Registry   *registry.Registry
	Calendar   *calendar.Book
	Cases      *casework.Service
	Payments   *settlement.Desk // nil: no payment lists
	Statements *statement.Desk
	Catalogue  *catalogue.Service
	Finder     *catalogue.Finder // searches the catalogue
	Bookings   *booking.Service  // nil: nothing is booked
	Reader     *reader.Desk
	Agreements *agreement.Register
	Indicators *indicator.Book
	Ledger     *ledger.Ledger
	Log        *corridorlog.Log
	Federation *federation.Service
	Files      *files.Store
	Usage      *usage.Service  // nil: no hours are kept
	Intake     *intake.Service // nil: no files are taken in
	Notices    *notice.Service // nil: this node tells nobody
	Clock      Clock
	Now        func() time.Time // where Clock is nil; nil: the machine's clock
	Secure     bool             // cookies only over HTTPS
	// Proxies are ours: of what comes from them the address of whoever asks is read from X-Forwarded-For.
	Proxies []netip.Prefix
	Logger  *slog.Logger // nil: slog.Default
	// Metrics answers a reading of the metrics, for MetricsAllow and for who may read them; nil: there are none. Answered
	// counts an answer: the route is a line of the table of operations, or "none". It may be called concurrently.
	Metrics      http.Handler
	MetricsAllow []netip.Prefix // nobody: this machine
	Answered     func(method, route string, status int, took time.Duration)
}

// Clock is a time that a demonstration may move forward.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration) error // durable on return; refuses to go back
}

// Server is the face of one node.
type Server struct {
	c       Config
	pages   *pages
	ops     []operation
	readers map[string]access.Permission // of addresses that name no record, what reading them wants
	mux     *http.ServeMux
	root    http.Handler
	log     *slog.Logger
	huma    huma.API
	assets  map[string]string // address of each static file, by its name
	figures figureCache
	fen     atomic.Pointer[moneyOf]
}

// New builds the table of operations and checks every template.
func New(c Config) (*Server, error) {
	s := &Server{c: c, mux: http.NewServeMux(), log: c.Logger, readers: map[string]access.Permission{}}
	if s.log == nil {
		s.log = slog.Default()
	}
	var err error
	if s.pages, err = allPages(); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	s.routes()
	if err := s.files(); err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	s.root = s.guard(s.sameSite(s.mux))
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.root.ServeHTTP(w, r) }

// HTTP returns a server with our limits for the address.
func (s *Server) HTTP(addr string) *http.Server {
	return &http.Server{Addr: addr, Handler: s, ReadTimeout: readTimeMax, ReadHeaderTimeout: readTimeMax,
		IdleTimeout: idleTimeMax, MaxHeaderBytes: headerBytesMax,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
}

// Shutdown lets the requests under way finish, for at most shutdownTimeMax.
func Shutdown(h *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeMax)
	defer cancel()
	err := h.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return h.Close() // what is left has asked for nothing, or for too long
	}
	return err
}

// policy allows our own style, script and pictures and nothing else: no inline code, no frame, no plug-in.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard is what every request goes through: headers, a limit on the body, the record of a panic.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // unless the handler says that everybody may keep it
		if s.c.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		if r.Body != nil {
			most := int64(bodyBytesMax)
			if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") || r.URL.Path == "/api/v1/documents" ||
				r.URL.Path == "/api/v1/registry/import" || r.URL.Path == "/api/v1/listings/import" || r.URL.Path == "/api/v1/usage/logs" || r.URL.Path == "/api/v1/editions" || r.URL.Path == "/api/v1/payments/answers" || r.URL.Path == "/api/v1/payments/receipts" || strings.HasPrefix(r.URL.Path, "/api/v1/cases/") && strings.HasSuffix(r.URL.Path, "/files") {
				most = uploadBytesMax
			}
			r.Body = http.MaxBytesReader(w, r.Body, most+bodySlack)
		}
		start, a := time.Now(), &answerWriter{ResponseWriter: w}
		w = a
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("panic", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				s.fail(w, r, fault.New(fault.Internal, "fault.internal"))
			}
			s.watched(a, r, time.Since(start))
		}()
		next.ServeHTTP(w, r)
	})
}

// sameSite refuses what another site's page sends in a person's name. A request with a bearer token passes: a browser
// never adds one by itself, and the token alone says who asks.
func (s *Server) sameSite(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		drain(r.Body)
		s.fail(w, r, fault.New(fault.Denied, "web.cross_site"))
	}))
	guarded := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// drain reads a body to its end, so that a limit is met as a refusal and not as a cut connection.
func drain(r io.Reader) { _, _ = io.Copy(io.Discard, io.LimitReader(r, bodyBytesMax)) }
