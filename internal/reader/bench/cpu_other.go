//go:build !unix

package bench

import "time"

// cpuTime is not known here, and the figure is zero.
func cpuTime() time.Duration { return 0 }
