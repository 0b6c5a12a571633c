package node_test

import (
	"strings"
	"testing"

	"corridor/internal/node"
)

// Every drill holds on a community of real nodes over HTTP.
func TestEveryRehearsalHolds(t *testing.T) {
	for _, name := range node.Rehearsals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			if err := node.Rehearse(t.Context(), name, t.TempDir(), &out); err != nil || strings.Contains(out.String(), "FAIL") {
				t.Errorf("%v\n%s", err, &out)
			}
			t.Logf("%s", &out)
		})
	}
}
