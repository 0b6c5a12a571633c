package find_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"corridor/internal/catalogue/find"
	"corridor/internal/unit"
)

// What was applied is what is found, whatever was changed, joined and taken away before: the index beside a plain map.
func TestChangesAgainstAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	x := index(t, 50)
	now := map[unit.ID]find.Listing{}
	cities := []string{"310000", "320100", "330100", "340100"}
	things := []string{"光刻机", "离心机", "示波器", "流变仪"}
	for seq := int64(1); seq <= 400; seq++ {
		var changes []find.Change
		for range 1 + r.IntN(6) {
			n := r.IntN(300)
			if r.IntN(4) == 0 {
				changes = append(changes, find.Change{Listing: find.Listing{ID: id(n)}, Gone: true})
				delete(now, id(n))
				continue
			}
			l := listing(n, fmt.Sprintf("%s %d | 型号 M%d | %s 0101 %d CMA", things[r.IntN(4)], n, r.IntN(5), cities[r.IntN(4)], r.IntN(900)))
			l.Version = seq
			changes = append(changes, find.Change{Listing: l})
			now[l.ID] = l
		}
		if err := x.Apply(seq, changes); err != nil {
			t.Fatal(err)
		}
		if seq%20 != 0 {
			continue
		}
		if x.Seq() != seq || x.Len() != len(now) {
			t.Fatalf("after %d: seq %d, %d listings, want %d", seq, x.Seq(), x.Len(), len(now))
		}
		got := map[unit.ID]int64{}
		x.Each(func(d unit.ID, v int64) { got[d] = v })
		want := map[unit.ID]int64{}
		for d, l := range now {
			want[d] = l.Version
		}
		if !maps.Equal(got, want) {
			t.Fatalf("after %d the index has other listings than were applied", seq)
		}
		for _, thing := range things {
			city := cities[r.IntN(4)]
			a := ask(t, x, find.Query{Text: thing, Filter: map[string][]string{"city": {city}}, Facets: []string{"city", "class"}, Limit: 1000})
			ids, counts := []unit.ID{}, map[string]int{}
			for d, l := range now {
				if strings.HasPrefix(l.Texts[0].Text, thing) {
					counts[l.Codes["city"][0]]++
					if l.Codes["city"][0] == city {
						ids = append(ids, d)
					}
				}
			}
			found := []unit.ID{}
			for _, h := range a.Hits {
				found = append(found, h.ID)
			}
			slices.Sort(ids)
			slices.Sort(found)
			shown := map[string]int{}
			for _, c := range a.Facets["city"] {
				shown[c.Code] = c.N
			}
			if !slices.Equal(found, ids) || a.Total != len(ids) || !maps.Equal(shown, counts) {
				t.Fatalf("after %d, %s in %s: %d found, want %d; by city %v, want %v", seq, thing, city, len(found), len(ids), shown, counts)
			}
		}
	}
}

// While changes go on a search sees each act whole: the two listings of a pair always say the same.
func TestSearchesSeeActsWhole(t *testing.T) {
	x := index(t, 40)
	pair := func(n int) []find.Change {
		return []find.Change{
			{Listing: listing(1, fmt.Sprintf("甲台 w%d | 共同 | 310000 0101 1", n))},
			{Listing: listing(2, fmt.Sprintf("乙台 w%d | 共同 | 310000 0101 1", n))},
		}
	}
	if err := x.Apply(1, pair(1)); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var readers sync.WaitGroup
	var looked atomic.Int64
	for range 3 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for !stop.Load() {
				from := x.Seq()
				a, err := x.Search(context.Background(), find.Query{Text: "共同", Limit: 10})
				if err != nil || a.Total != 2 || a.Seq < from {
					t.Errorf("found %+v, %v", a, err)
					return
				}
				looked.Add(1)
			}
		}()
	}
	for n := int64(2); n < 400 || looked.Load() < 50; n++ {
		if err := x.Apply(n, pair(int(n))); err != nil {
			t.Fatal(err)
		}
		if a := ask(t, x, find.Query{Text: fmt.Sprintf("w%d", n), Literal: true}); a.Total != 2 {
			t.Fatalf("change %d is not seen at once: %d", n, a.Total)
		}
		if err := x.Apply(n, []find.Change{{Listing: listing(int(100+n%200), "别的 | 别的")}}); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	readers.Wait()
}

// A snapshot is the index, and what is damaged in any byte is refused.
func TestSnapshot(t *testing.T) {
	x := stocked(t, 3, 2)
	if err := x.Apply(40, []find.Change{{Listing: find.Listing{ID: id(3)}, Gone: true}}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "index")
	if err := x.Save(path); err != nil {
		t.Fatal(err)
	}
	c := find.Config{Facets: []find.Facet{{Name: "kind"}, {Name: "province"}, {Name: "city"}, {Name: "class"}, {Name: "accreditation", Many: true}},
		Words: words(t), Origin: "city", SegmentMax: 3}
	y, err := find.Load(c, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"", "XRD", "孔径", "镜", "合肥", "difractometer"} {
		q := find.Query{Text: q, Facets: []string{"city", "accreditation"}}
		a, b := ask(t, x, q), ask(t, y, q)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%q: %v before, %v after", q.Text, a, b)
		}
	}
	if y.Seq() != 40 || y.Len() != len(shelf)-1 {
		t.Errorf("seq %d, %d listings", y.Seq(), y.Len())
	}
	// It goes on from there.
	if err := y.Apply(41, []find.Change{{Listing: listing(3, "X射线衍射仪 | 回来了 | 320500 0103 9 CNAS")}}); err != nil {
		t.Fatal(err)
	}
	if a := ask(t, y, find.Query{Text: "回来了", Facets: []string{"accreditation"}}); a.Total != 1 || a.Facets["accreditation"][0].Code != "CNAS" {
		t.Errorf("found %+v", a)
	}

	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 1 + i/40 {
		broken := bytes.Clone(whole)
		broken[i] ^= 0x20
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := find.Load(c, path); err == nil {
			t.Fatalf("a snapshot damaged at byte %d is read", i)
		}
	}
	for _, n := range []int{0, 5, len(whole) / 2, len(whole) - 1} {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := find.Load(c, path); err == nil {
			t.Fatalf("a snapshot cut to %d bytes is read", n)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Digest = "other kinds"
	if _, err := find.Load(c, path); !errors.Is(err, find.ErrOther) {
		t.Errorf("other kinds: %v", err)
	}
	if _, err := find.Load(c, path+"x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// Lists of thousands are read into the same space, whatever was in it before.
func TestLongAndShortLists(t *testing.T) {
	x := index(t, 0)
	var changes []find.Change
	for n := range 9000 {
		changes = append(changes, find.Change{Listing: listing(n, fmt.Sprintf("%s | 仪器 n%d | 310000 0101 1", []string{"XRD", "X射线衍射仪", "示波器"}[n%3], n))})
	}
	if err := x.Apply(1, changes); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, c := range []struct {
			text string
			want int
		}{{"n77", 1}, {"XRD", 6000}, {"仪器", 9000}, {"镜 示波器", 3000}, {"仪", 9000}, {"XRD 仪器", 6000}} {
			if a := ask(t, x, find.Query{Text: c.text}); a.Total != c.want {
				t.Errorf("%s: %d found, want %d", c.text, a.Total, c.want)
			}
		}
	}
}
