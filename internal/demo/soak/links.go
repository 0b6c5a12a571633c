package soak

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Mode is how a link between two nodes is, in one direction.
type Mode int

// What may be wrong with a link.
const (
	Up       Mode = iota
	Cut           // nothing passes, the connection breaks
	Slow          // each request waits first
	Deaf          // the request arrives, its answer does not
	Twice         // each request arrives twice
	Repeated      // an old letter arrives again before the new one
	modes
)

var modeNames = [modes]string{"up", "cut", "slow", "deaf", "twice", "repeated"}

func (m Mode) String() string { return modeNames[m] }

const (
	slowMost     = 3 * time.Second
	carriedMost  = 16 << 20 // bytes of a body that a link carries
	keptLetters  = 8        // of each pair, of which one may be brought again
	lettersPlace = "/letters/in"
)

// Links stands between the nodes: each sends its requests to the others through a proxy of its own, so that a link knows who asks
// whom. Counts are of requests.
type Links struct {
	mu      sync.Mutex
	names   map[string]string // host:port of a node to its name
	state   map[[2]string]Mode
	old     map[[2]string][]carried
	counts  [modes]int
	random  *rand.Rand
	carry   http.RoundTripper
	servers []*http.Server
	// deafTo is all that the bytes of a letter have in them whose answer a deaf link loses; what goes before it passes, as letters are
	// answered in their order. Nothing loses every answer. Set it by Deafen once requests pass.
	deafTo []string
}

type carried struct {
	header http.Header
	body   []byte
}

// NewLinks knows the nodes by their addresses; all links are up.
func NewLinks(addresses map[string]string, seed uint64) *Links {
	l := &Links{names: map[string]string{}, state: map[[2]string]Mode{}, old: map[[2]string][]carried{}, random: rand.New(rand.NewPCG(seed, 1)),
		carry: &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 16, ResponseHeaderTimeout: time.Minute}}
	for name, address := range addresses {
		l.names[address] = name
	}
	return l
}

// From opens the proxy of one node and returns its address.
func (l *Links) From(name string) (*url.URL, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.serve(name, w, r) }), ReadHeaderTimeout: time.Minute}
	l.servers = append(l.servers, s)
	go s.Serve(listener)
	return &url.URL{Scheme: "http", Host: listener.Addr().String()}, nil
}

// Close ends the proxies.
func (l *Links) Close() error {
	var errs []error
	for _, s := range l.servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// Set says how the link from one node to another is from now on.
func (l *Links) Set(from, to string, m Mode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state[[2]string{from, to}] = m
}

// Deafen says which letters a deaf link does not hear the answers of.
func (l *Links) Deafen(to ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deafTo = to
}

// Heal sets all links up.
func (l *Links) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.state)
}

// Counts are the requests that met each state of a link.
func (l *Links) Counts() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int{}
	for m, n := range l.counts {
		out[modeNames[m]] = n
	}
	return out
}

// Used refuses a run in which no node asked another through its proxy: whatever was done to the links then broke nothing.
func (l *Links) Used() error {
	for _, n := range l.Counts() {
		if n > 0 {
			return nil
		}
	}
	return errors.New("no request passed the links between the nodes")
}

// meet is what a request from one node to another meets, and an old letter that comes again before it.
func (l *Links) meet(pair [2]string, c carried, letter bool) (m Mode, again carried, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m = l.state[pair]
	if m == Deaf && slices.ContainsFunc(l.deafTo, func(part string) bool { return !bytes.Contains(c.body, []byte(part)) }) {
		m = Up
	}
	l.counts[m]++
	if kept := l.old[pair]; m == Repeated && len(kept) > 0 {
		again = kept[l.random.IntN(len(kept))]
	}
	if letter && m != Cut {
		l.old[pair] = append(l.old[pair], c)
		l.old[pair] = l.old[pair][max(len(l.old[pair])-keptLetters, 0):]
	}
	return m, again, time.Duration(l.random.Int64N(int64(slowMost)))
}

func (l *Links) serve(from string, w http.ResponseWriter, r *http.Request) {
	to, ok := l.names[r.Host]
	body, err := io.ReadAll(io.LimitReader(r.Body, carriedMost))
	if !ok || err != nil {
		http.Error(w, "no such node", http.StatusBadGateway)
		return
	}
	c := carried{r.Header.Clone(), body}
	letter := r.Method == http.MethodPost && r.URL.Path == lettersPlace
	mode, again, wait := l.meet([2]string{from, to}, c, letter)
	switch mode {
	case Cut:
		drop(w)
		return
	case Slow:
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
			return
		}
	case Twice:
		l.bring(r, c) // its answer is lost
	case Repeated:
		if again.body != nil {
			l.bring(&http.Request{Method: http.MethodPost, URL: &url.URL{Scheme: "http", Host: r.Host, Path: lettersPlace}}, again)
		}
	}
	answer, err := l.bring(r, c)
	if err != nil || mode == Deaf {
		drop(w)
		return
	}
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.status)
	w.Write(answer.body)
}

type answered struct {
	status int
	carried
}

// bring carries a request to the node and reads its answer.
func (l *Links) bring(r *http.Request, c carried) (a answered, err error) {
	ctx, done := context.WithTimeout(context.WithoutCancel(r.Context()), time.Minute)
	defer done()
	send, err := http.NewRequestWithContext(ctx, r.Method, r.URL.String(), bytes.NewReader(c.body))
	if err != nil {
		return a, err
	}
	send.Header = c.header.Clone()
	answer, err := l.carry.RoundTrip(send)
	if err != nil {
		return a, err
	}
	defer answer.Body.Close()
	a.body, err = io.ReadAll(io.LimitReader(answer.Body, carriedMost))
	a.status, a.header = answer.StatusCode, answer.Header
	return a, err
}

// drop ends the connection without an answer.
func drop(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			c.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
