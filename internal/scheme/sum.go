package scheme

import (
	"sort"
	"strconv"
	"strings"
)

// sum is a sum of money as the prover sees it: so many times each symbol. A symbol is a frozen amount or a part of
// a list, and is never below zero. The zero sum is nil.
type sum map[string]int

func symbol(name string) sum { return sum{name: 1} }

func (a sum) plus(b sum, times int) sum {
	out := make(sum, len(a)+len(b))
	for k, n := range a {
		out[k] = n
	}
	for k, n := range b {
		if out[k] += n * times; out[k] == 0 {
			delete(out, k)
		}
	}
	return out
}

func (a sum) zero() bool { return len(a) == 0 }

// positive says whether no symbol is taken away, so that the sum is never below zero.
func (a sum) positive() bool {
	for _, n := range a {
		if n < 0 {
			return false
		}
	}
	return true
}

// String is the sum in one way only, so that equal sums have equal texts.
func (a sum) String() string {
	if len(a) == 0 {
		return "0"
	}
	names := make([]string, 0, len(a))
	for k := range a {
		names = append(names, k)
	}
	sort.Strings(names)
	var b strings.Builder
	for i, k := range names {
		if n := a[k]; i > 0 || n < 0 {
			if n < 0 {
				b.WriteByte('-')
			} else {
				b.WriteByte('+')
			}
		}
		if n := max(a[k], -a[k]); n != 1 {
			b.WriteString(strconv.Itoa(n))
			b.WriteByte('*')
		}
		b.WriteString(k)
	}
	return b.String()
}

// bounds are sums that a frozen amount is never above; they were read off its expression when it was fixed. Those of
// a sum that a list splits stand under "LIST#", and bound the parts together.
type bounds map[string][]sum

// proofDepth is how often one bound may be put in place of another; expressions are not nested deeper.
const proofDepth = 12

// group is under what a symbol's bounds stand.
func group(symbol string) string {
	if i := strings.IndexByte(symbol, '#'); i >= 0 {
		return symbol[:i+1]
	}
	return symbol
}

// atLeastZero proves that a sum is never below zero: what is taken away is replaced by one of its bounds, until
// nothing is taken away. What cannot be shown so is not tried otherwise.
func (b bounds) atLeastZero(s sum) bool { return b.prove(s, proofDepth) }

func (b bounds) prove(s sum, depth int) bool {
	if s.positive() {
		return true
	}
	if depth == 0 {
		return false
	}
	for _, k := range sortedKeys(s) {
		if s[k] >= 0 {
			continue
		}
		without, times := s.without(group(k))
		for _, up := range b[group(k)] {
			if b.prove(without.plus(up, -times), depth-1) {
				return true
			}
		}
		return false // whatever is done about the others, this one stays taken away
	}
	return false
}

// without drops what is taken away of a group; times is how often at most.
func (a sum) without(of string) (rest sum, times int) {
	rest = sum{}
	for k, n := range a {
		if n < 0 && group(k) == of {
			times = max(times, -n)
			continue
		}
		rest[k] = n
	}
	return rest, times
}

// closed adds to some upper bounds the bounds of single symbols among them, and so on.
func (b bounds) closed(ups []sum) []sum {
	seen := map[string]bool{}
	var out []sum
	queue := append([]sum(nil), ups...)
	for len(queue) > 0 {
		u := queue[0]
		queue = queue[1:]
		if seen[u.String()] || len(out) > 40 {
			continue
		}
		seen[u.String()] = true
		out = append(out, u)
		if len(u) == 1 {
			for k, n := range u {
				if n == 1 {
					queue = append(queue, b[group(k)]...)
				}
			}
		}
	}
	return out
}

// inEvery are the sums that are in every one of several lists.
func inEvery(lists [][]sum) []sum {
	if len(lists) == 0 {
		return nil
	}
	count := map[string]int{}
	for _, l := range lists {
		for _, s := range l {
			count[s.String()]++
		}
	}
	var out []sum
	for _, s := range lists[0] {
		if count[s.String()] == len(lists) {
			out = append(out, s)
		}
	}
	return out
}
