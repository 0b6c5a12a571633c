package measure

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/db/dbtest"
)

func TestTimesAreSummedUp(t *testing.T) {
	var took []time.Duration
	for i := range 1000 {
		took = append(took, time.Duration(1000-i)*time.Millisecond)
	}
	got := Of(2000, took, 10*time.Second, 4*time.Second)
	want := Way{N: 2000, PerSecond: 200, P50: 501 * time.Millisecond, P99: 991 * time.Millisecond, Max: time.Second, CPU: 2 * time.Millisecond}
	if got != want {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if got := Of(0, nil, 0, 0); got != (Way{}) {
		t.Errorf("nothing is %+v", got)
	}
}

func TestAMeterCountsItsCalls(t *testing.T) {
	m := Start(3)
	for range 3 {
		if err := m.Time(func() error { time.Sleep(time.Millisecond); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if w := m.Way(3); m.Count() != 3 || w.N != 3 || w.P50 < time.Millisecond || w.PerSecond > 1000 {
		t.Errorf("%d calls: %+v", m.Count(), w)
	}
}

func TestTheTableNamesTheMachine(t *testing.T) {
	dsn := dbtest.SQLite(t)
	d := dbtest.OpenAt(t, dsn, nil)
	m, err := Describe(context.Background(), d, dsn)
	if err != nil || m.Engine != "sqlite" || m.Version == "" || m.Cores < 1 || FileBytes(dsn) == 0 {
		t.Fatalf("%+v %v", m, err)
	}
	var said strings.Builder
	if err := Write(&said, m, "two rows", "acts", Row{"first", Way{N: 7, P50: 1500 * time.Microsecond}}, Row{"second", Way{Refused: 3}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{m.Version, m.Go, "two rows", "acts/s", "first", "1.5 ms", "–", "too busy to take one 3 times"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("no %q in\n%s", want, said.String())
		}
	}
}
