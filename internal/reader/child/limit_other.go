//go:build !linux

package child

import (
	"os/exec"
	"time"
)

// limit has no kernel to ask here: the Go runtime's limit of memory and the clock stand alone.
func limit(int64, time.Duration) error { return nil }

func outOfCPU(*exec.ExitError) bool { return false }
