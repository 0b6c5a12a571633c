package demo

import (
	"fmt"
	"net/http"
	"sync"
)

// links are the ways from node to node of one community. A way that is cut fails at once, as a refused connection does; what
// people ask of a node is not concerned. It is safe for concurrent use.
type links struct {
	mu  sync.Mutex
	cut map[[2]string]bool // by the hosts of both ends, in both orders
}

// of is how one node asks the others: over what carries its questions, where the link is not cut.
func (l *links) of(self string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper { return &way{l, self, next} }
}

// set cuts the link between two hosts, or heals it.
func (l *links) set(a, b string, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut == nil {
		l.cut = map[[2]string]bool{}
	}
	l.cut[[2]string{a, b}], l.cut[[2]string{b, a}] = cut, cut
}

type way struct {
	links *links
	self  string
	next  http.RoundTripper
}

func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	w.links.mu.Lock()
	cut := w.links.cut[[2]string{w.self, r.URL.Host}]
	w.links.mu.Unlock()
	if cut {
		return nil, fmt.Errorf("the link between %s and %s is cut", w.self, r.URL.Host)
	}
	return w.next.RoundTrip(r)
}

// Cut cuts the link between two nodes, or heals it.
func (w *Community) Cut(a, b string, cut bool) {
	w.links.set(w.Node(a).Address, w.Node(b).Address, cut)
}
