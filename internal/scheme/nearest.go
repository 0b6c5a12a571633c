package scheme

import "corridor/internal/fault"

// nearest finds the name that was probably meant; "" if none is near.
func nearest(name string, among []string) string {
	best, at := "", 3
	for _, a := range among {
		if a == name || a == "" {
			continue
		}
		if d := distance(name, a); d < at && d < len(a) {
			best, at = a, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 60 || len(t) > 60 {
		return 99
	}
	prev2, prev := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur := make([]int, len(t)+1)
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, cur
	}
	return prev[len(t)]
}

// meant is the clause "did you mean …", empty if nothing is near.
func meant(name string, among []string) fault.Words {
	n := nearest(name, among)
	if n == "" {
		return fault.Words{}
	}
	return fault.Words{"是否应为 " + n + "？", "Did you mean " + n + "?"}
}
