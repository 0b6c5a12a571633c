//go:build unix

package measure

import (
	"syscall"
	"time"
)

// CPU is what this process has used of the processors, in all its threads.
func CPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
