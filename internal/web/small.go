package web

import (
	"sort"
	"strings"
	"time"

	"corridor/internal/unit"
)

// now is the node's time.
func (v *visit) now() time.Time {
	if v.s.c.Clock != nil {
		return v.s.c.Clock.Now()
	}
	return time.Now()
}

func sortedKeys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// caseOf is the case that a leaf, a posting or a line of the journal is about.
func caseOf(object string) (unit.ID, bool) {
	text, ok := strings.CutPrefix(object, "case/")
	id, err := unit.ParseID(text)
	return id, ok && err == nil
}
