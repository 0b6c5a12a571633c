package db

import (
	"slices"
	"sync"
)

// readers are the connections that nobody reads with. The one that was used last is taken first: what it was told and has planned is still at
// hand, on our side and on PostgreSQL's, where each session plans for itself. The others are made when so many read at once.
type readers struct {
	free chan struct{} // a token for each of the list; who takes one then takes a connection
	mu   sync.Mutex
	list []*connection
}

func newReaders(n int) *readers {
	return &readers{free: make(chan struct{}, n)}
}

func (r *readers) give(c *connection) {
	r.mu.Lock()
	r.list = append(r.list, c)
	r.mu.Unlock()
	r.free <- struct{}{}
}

// last takes the one that was given last; for who has a token.
func (r *readers) last() *connection {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.list) - 1
	c := r.list[n]
	r.list = r.list[:n]
	return c
}

// find takes the first that is as wanted, of those that wait longest first; nil where there is none.
func (r *readers) find(wanted func(*connection) bool) *connection {
	select {
	case <-r.free:
	default:
		return nil
	}
	r.mu.Lock()
	i := slices.IndexFunc(r.list, wanted)
	if i >= 0 {
		c := r.list[i]
		r.list = slices.Delete(r.list, i, i+1)
		r.mu.Unlock()
		return c
	}
	r.mu.Unlock()
	r.free <- struct{}{}
	return nil
}
