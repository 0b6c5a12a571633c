package db

import (
	"context"
	"sync"
	"time"
)

const (
	workFor = 5 * time.Millisecond // at least between two rests
	restFor = 4                    // times as long as was worked is rested
	restMax = time.Second          // at once
)

type gently struct{}

// pace is when the work under a context went on last.
type pace struct {
	mu   sync.Mutex
	from time.Time
}

// Gently has work under a context take a fifth of a processor at most: before each reading, each question in it and wherever the
// work says so by Rest it rests for four times as long as it worked since it rested last, a second at most. It is for what reads
// everything while others wait for their answers. A long reading keeps its snapshot meanwhile.
func Gently(ctx context.Context) context.Context {
	return context.WithValue(ctx, gently{}, &pace{from: time.Now()})
}

// Rest rests if the context asks for gentle work and it is time to; the end of the context ends the rest, too.
func Rest(ctx context.Context) {
	p, ok := ctx.Value(gently{}).(*pace)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	worked := time.Since(p.from)
	if worked < workFor {
		return
	}
	select {
	case <-time.After(min(restFor*worked, restMax)):
	case <-ctx.Done():
	}
	p.from = time.Now()
}
