package bench

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

func TestARunReadsAndCounts(t *testing.T) {
	f, err := Run(context.Background(), Options{Sizes: []int{8 << 10, 64 << 10}, For: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Sizes {
		if s.N == 0 || s.Wall <= 0 || s.Figures == 0 || s.Alloc <= 0 {
			t.Errorf("%+v", s)
		}
	}
	var said strings.Builder
	if err := f.Write(&said); err != nil || !strings.Contains(said.String(), "MB/s of CPU") {
		t.Errorf("%v: %s", err, said.String())
	}
}

func TestARunRefusesWhatItCannotDo(t *testing.T) {
	for _, o := range []Options{{For: -1}, {Sizes: []int{0}}, {Text: []byte{}}} {
		if _, err := Run(context.Background(), o); err == nil {
			t.Errorf("%+v was run", o)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{}); err == nil {
		t.Error("a run went on after its end")
	}
}

// TestTheRunOfTheDocuments prints what docs/performance.md shows, when it is asked to: it takes six seconds.
func TestTheRunOfTheDocuments(t *testing.T) {
	if os.Getenv("CORRIDOR_BENCH_READER") == "" {
		t.Log("not measured: set CORRIDOR_BENCH_READER=1")
		return
	}
	f, err := Run(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write(os.Stdout); err != nil {
		t.Fatal(err)
	}
}
