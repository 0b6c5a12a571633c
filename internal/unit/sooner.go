package unit

import "time"

// Sooner orders times, the earlier first; what has no time comes last.
func Sooner(a, b time.Time) int {
	switch {
	case a.IsZero() == b.IsZero():
		return a.Compare(b)
	case a.IsZero():
		return 1
	}
	return -1
}
