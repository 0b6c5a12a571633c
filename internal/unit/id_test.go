package unit

import (
	"slices"
	"sync"
	"testing"
	"time"

	"corridor/internal/fault"
)

func TestIDsAreOrderedByTheirMaking(t *testing.T) {
	now := time.Date(2026, 4, 30, 9, 0, 0, 123_456_000, time.UTC)
	var ids []ID
	for i := range 2000 {
		ids = append(ids, NewID(now.Add(time.Duration(i/500)*time.Microsecond)))
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("IDs are out of order or double")
	}
	if got := ids[0].Time(); !got.Equal(now) {
		t.Errorf("the time of an ID is %s, want %s", got, now)
	}
	if len(ids[0]) != idLen || !(ID("").Time()).IsZero() {
		t.Error("the form is wrong")
	}
}

func TestIDsOfManyCallersDiffer(t *testing.T) {
	now := time.Date(2026, 4, 30, 9, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[ID]bool{}
	for range 16 {
		wg.Go(func() {
			for range 200 {
				id := NewID(now)
				mu.Lock()
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 16*200 {
		t.Errorf("%d different IDs of %d", len(seen), 16*200)
	}
}

func TestAnIDIsRead(t *testing.T) {
	id := NewID(time.Now())
	if got, err := ParseID(string(id)); got != id || err != nil {
		t.Errorf("%s reads as %s, %v", id, got, err)
	}
	if got, err := ParseID("01arz3ndektsv4rrffq69g5fav"); got != "01ARZ3NDEKTSV4RRFFQ69G5FAV" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	for _, text := range []string{"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVV", "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAI",
		"01ARZ3NDEKTSV4RRFFQ69G5FA/", "ııııııııııııı"} {
		if got, err := ParseID(text); fault.CodeOf(err) != "unit.id_form" {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
}
