package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// advanceMax is the furthest that the clock may be moved at once.
const advanceMax = 366 * 24 * time.Hour

// clockName is the file in the world's folder that keeps its clock.
const clockName = "clock.json"

// clockLook is between two looks whether another process has moved the clock.
const clockLook = time.Second / 5

// opensOn is the first morning of every new world: a working day at half past nine in Beijing, so that a demonstration reads the same on
// any day.
func opensOn() time.Time {
	return unit.Date(2026, time.March, 2).Start(unit.Beijing()).Add(9*time.Hour + 30*time.Minute)
}

// Clock is the time of the whole community. It runs like any clock and can be moved forward. Where it stands is
// kept in a file, so that it never goes back, not even after a crash.
type Clock struct {
	path string
	skew time.Duration // by how much this process shows another time than the world's

	mu    sync.Mutex
	state clockState
}

type clockState struct {
	Opened time.Time     `json:"opened"`          // what the clock showed when the world was made
	Since  time.Time     `json:"since"`           // when that was
	Moved  time.Duration `json:"moved_ns"`        // by how much it was moved since
	Scale  Scale         `json:"scale,omitempty"` // of the world; "" is small
	Note   string        `json:"what_is_this"`    // for whoever opens the file
}

// OpenClock reads the clock of a world, or starts that of a small one.
func OpenClock(dir string) (*Clock, error) { return openWorld(dir, "", opensOn()) }

// openWorld reads the clock of a world, or starts that of one of a size on its first morning. A world keeps its size.
func openWorld(dir string, scale Scale, opens time.Time) (*Clock, error) {
	c, err := readClock(dir, scale, opens)
	if err == nil && scale != "" && scale != c.scale() {
		err = fault.New(fault.Conflict, "demo.other_scale", "has", string(c.scale()), "wanted", string(scale)).On("scale")
	}
	return c, err
}

func readClock(dir string, scale Scale, opens time.Time) (*Clock, error) {
	c := &Clock{path: filepath.Join(dir, clockName)}
	b, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		c.state = clockState{Opened: opens, Since: time.Now(), Scale: scale, Note: "the clock of a demonstration"}
		return c, c.keep(c.state)
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &c.state); err != nil || c.state.Opened.IsZero() || c.state.Since.IsZero() {
		return nil, fmt.Errorf("%s is no clock: %w", c.path, errors.Join(err, errors.New("remove the folder to start a new world")))
	}
	return c, nil
}

// Now is the clock of the world that a folder belongs to, of the whole or of one node; nil, the machine's, for a node
// of no demonstration. Whoever opens a node's database goes by the node's own time.
func Now(dir string) (func() time.Time, error) {
	c, err := clockOver(dir)
	if c == nil || err != nil {
		return nil, err
	}
	return c.Now, nil
}

// Editions are those that a world with a past was decided by, beside those that the program carries; none for a node of no such world.
func Editions(dir string) ([]*scheme.Scheme, error) {
	c, err := clockOver(dir)
	if c == nil || err != nil || c.scale() != YRD {
		return nil, err
	}
	return earlier()
}

// clockOver is the clock of the world that a folder belongs to; nil where it belongs to none.
func clockOver(dir string) (*Clock, error) {
	for _, d := range []string{dir, filepath.Dir(filepath.Clean(dir))} {
		if _, err := os.Stat(filepath.Join(d, clockName)); err == nil {
			return OpenClock(d)
		}
	}
	return nil, nil
}

// Now is the time in the world.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.now().Add(c.skew)
}

// follow reads again where the clock stands, which another process of the same world may have moved, until ctx ends.
func (c *Clock) follow(ctx context.Context) {
	t := time.NewTicker(clockLook)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if kept, err := OpenClock(filepath.Dir(c.path)); err == nil {
				c.mu.Lock()
				if kept.state.Moved > c.state.Moved {
					c.state = kept.state
				}
				c.mu.Unlock()
			}
		}
	}
}

// scale is the size of the world.
func (c *Clock) scale() Scale {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.state.Scale, Small)
}

// to moves the clock forward to a time; one that has passed leaves it as it is.
func (c *Clock) to(at time.Time) error {
	for {
		by := at.Sub(c.Now())
		if by <= 0 {
			return nil
		}
		if err := c.Advance(min(by, advanceMax)); err != nil {
			return err
		}
	}
}

func (s clockState) now() time.Time {
	return s.Opened.Add(max(time.Since(s.Since), 0) + s.Moved).UTC()
}

// Advance moves the clock forward. It is durable on return.
func (c *Clock) Advance(by time.Duration) error {
	if by <= 0 || by > advanceMax {
		return fault.New(fault.Invalid, "demo.clock_step", "days", int(advanceMax.Hours()/24)).On("days")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.state
	next.Moved += by
	if err := c.keep(next); err != nil {
		return err
	}
	c.state = next
	return nil
}

// keep writes to a new file, syncs it and puts it in place.
func (c *Clock) keep(s clockState) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.path), "clock-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(b, '\n'))
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), c.path)
}
