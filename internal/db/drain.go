package db

import (
	"context"
	"time"
)

// Bell says that there is work to do. However often it is rung before it is heard, it is heard once.
type Bell chan struct{}

// NewBell makes a bell.
func NewBell() Bell { return make(Bell, 1) }

// Ring never waits.
func (b Bell) Ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// Ring rings a bell once this act is kept, so that who hears it finds what the act wrote. An act that is undone rings nothing.
func (tx *Tx) Ring(b Bell) { tx.bells = append(tx.bells, b) }

// Drain does what waits, one after the other, until ctx ends: again at once after work that went well, else when the bell is heard or
// after a while. next says whether there was something to do.
func Drain(ctx context.Context, bell Bell, every time.Duration, next func(context.Context) (bool, error), failed func(error)) {
	t := time.NewTicker(every)
	defer t.Stop()
	for ctx.Err() == nil {
		did, err := next(ctx)
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		if did && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-bell:
		case <-t.C:
		}
	}
}
