package scheme

import "testing"

// What somebody typed stands in a path as it is, or as its digest: it names no other account, whatever it holds.
func TestATypedFactIsOnePartOfAPath(t *testing.T) {
	seen := map[string]string{}
	for _, typed := range []string{"EM-01", "EM/01", "EM-01/../EM-02", "冷冻电镜 1", "", ".", "-", "x:00", "EM 01", "em-01"} {
		got := segment(typed)
		if !plainSegment.MatchString(got) || len(got) > segmentMax {
			t.Errorf("%q stands as %q", typed, got)
		}
		if other, twice := seen[got]; twice {
			t.Errorf("%q and %q are one account", typed, other)
		}
		seen[got] = typed
	}
	if segment("EM-01") != "EM-01" {
		t.Error("a number that the books take is changed")
	}
}
