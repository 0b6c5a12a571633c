package soak

import (
	"sync"
	"time"
)

// Outcome is what became of an act as far as who asked for it knows.
type Outcome string

// Outcomes of acts.
const (
	Done    Outcome = "done"    // the node said so
	Refused Outcome = "refused" // the node said so, with a code
	Unknown Outcome = "unknown" // the run ended before an answer came
)

// Act is one thing that somebody asked for in the life of an order, and what was answered.
type Act struct {
	Order    int
	Node     string // that was asked
	Action   string // of the scheme
	Outcome  Outcome
	Code     string // of the refusal
	Asked    time.Time
	Answered time.Time
	Tries    int // requests that were sent for it
}

// History is what was asked for and what was answered, by everybody.
type History struct {
	mu   sync.Mutex
	acts []Act
}

func (h *History) add(a Act) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acts = append(h.acts, a)
}

// Acts are all so far.
func (h *History) Acts() []Act {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Act(nil), h.acts...)
}
