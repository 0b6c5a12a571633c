package access

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// Failures that are free, and how long one more makes an account or an address wait: doubling up to a limit.
const (
	freeAccount  = 5
	freeAddress  = 30
	freeLetters  = 3 // letters of recovery
	waitFirst    = 2 * time.Second
	waitMax      = 15 * time.Minute
	forgetsAfter = 24 * time.Hour
)

// throttleKey is what attempts are counted by; the key is a digest, so that the table names nobody.
type throttleKey struct {
	key    string
	free   int64
	shared bool // by many people, as an address is: one who gets in does not clear it for the others
}

func codeKey(person string) throttleKey {
	return throttleKey{key: hashOf("code " + person), free: freeAccount}
}

// keysOf adds the address that asks, where it is known, before the key that is guessed at.
func keysOf(addr string, k throttleKey) []throttleKey {
	if addr == "" {
		return []throttleKey{k}
	}
	return []throttleKey{{key: hashOf("address " + addr), free: freeAddress, shared: true}, k}
}

// count counts an attempt before anything is looked at, and refuses it while earlier ones make it wait.
func count(ctx context.Context, tx *db.Tx, keys ...throttleKey) error {
	now := tx.Now()
	for _, k := range keys {
		failures, last, until, err := throttle(ctx, tx, k.key)
		if err != nil {
			return err
		}
		if now.Sub(db.Time(last)) > forgetsAfter {
			failures, until = 0, 0
		}
		if wait := db.Time(until).Sub(now); until > 0 && wait > 0 {
			return fault.New(fault.TooMany, "access.throttled", "seconds", int(wait/time.Second)+1)
		}
		failures, until = failures+1, 0
		if over := failures - k.free; over > 0 {
			until = db.Micros(now.Add(min(waitFirst<<min(over-1, 20), waitMax)))
		}
		if _, err := tx.Exec(ctx, sqlThrottleSet, k.key, failures, db.Micros(now), until); err != nil {
			return fmt.Errorf("count an attempt: %w", err)
		}
	}
	return nil
}

// forgive takes back what count counted, after the attempt held: all of a person's own failures, of a shared key only
// this attempt, so that who has one account cannot clear the way for guessing at others.
func forgive(ctx context.Context, tx *db.Tx, keys ...throttleKey) error {
	for _, k := range keys {
		query := sqlThrottleForget
		if k.shared {
			query = sqlThrottleBack
		}
		if _, err := tx.Exec(ctx, query, k.key); err != nil {
			return fmt.Errorf("forgive an attempt: %w", err)
		}
	}
	return nil
}
