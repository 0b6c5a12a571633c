package bench_test

import (
	"bytes"
	"strings"
	"testing"

	"corridor/internal/registry/bench"
)

func TestARunImportsFindsAndSaysOnWhatMachine(t *testing.T) {
	f, err := bench.Run(t.Context(), bench.Options{Orgs: 300, Questions: 10, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if f.Speed.Orgs != 300 || f.Speed.PeakBytes <= 0 || f.Bytes <= 0 || f.Machine.Engine != "sqlite" {
		t.Errorf("%+v", f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"300 synthetic organisations", "import: read, check, write", "find by code", "MB of memory"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if _, err := bench.Run(t.Context(), bench.Options{Orgs: -1}); err == nil {
		t.Error("fewer organisations than none were imported")
	}
}
