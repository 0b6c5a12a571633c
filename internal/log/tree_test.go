package log

import (
	"errors"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// tileMap is the tiles of a tree in memory.
type tileMap map[string][]byte

func (m tileMap) load(level int, n int64, width int) ([]byte, error) {
	b := m[fmt.Sprint(level, "/", n)]
	if len(b) < width*tlog.HashSize {
		return nil, fmt.Errorf("tile %d/%d is not there", level, n)
	}
	return b[:width*tlog.HashSize], nil
}

func (m tileMap) save(tiles []TileHashes) {
	for _, t := range tiles {
		m[fmt.Sprint(t.Level, "/", t.N)] = append([]byte(nil), t.Hashes...)
	}
}

// The tree of tlog, one hash a row, is what ours is measured by.
func TestTheEdgeGrowsTheTreeOfRFC6962(t *testing.T) {
	stored := memory{}
	tiles := tileMap{}
	edge, err := NewEdge(0, tiles.load)
	if err != nil {
		t.Fatal(err)
	}
	const size = 70_000
	for i := int64(0); i < size; i++ {
		leaf := fmt.Appendf(nil, "leaf %d", i)
		h := tlog.RecordHash(leaf)
		add, err := tlog.StoredHashesForRecordHash(i, h, stored)
		if err != nil {
			t.Fatal(err)
		}
		for k, x := range add {
			stored[tlog.StoredHashIndex(0, i)+int64(k)] = x
		}
		edge.Add(h)
		if n := i + 1; n < 600 || n%997 == 0 || n > size-300 || n%256 < 2 {
			want, err := tlog.TreeHash(n, stored)
			if err != nil {
				t.Fatal(err)
			}
			if got := edge.Root(); got != want {
				t.Fatalf("root of %d leaves: got %v, want %v", n, got, want)
			}
		}
		if i%1009 == 0 { // as a sequencer does: write, forget, load again
			tiles.save(edge.Changed())
			if edge, err = NewEdge(i+1, tiles.load); err != nil {
				t.Fatal(err)
			}
		}
	}
	tiles.save(edge.Changed())
	root := edge.Root()
	r := Hashes(size, root, tiles.load)
	for _, at := range []int64{0, 1, 255, 256, 65_535, 65_536, size - 1} {
		p, err := tlog.ProveRecord(size, at, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(p, size, root, at, tlog.RecordHash(fmt.Appendf(nil, "leaf %d", at))); err != nil {
			t.Errorf("leaf %d: %v", at, err)
		}
	}
	tiles["1/0"][100] ^= 1
	if _, err := tlog.ProveRecord(size, 40, r); !errors.Is(err, ErrTile) {
		t.Errorf("a proof over a damaged tile: %v", err)
	}
	delete(tiles, "1/0")
	if _, err := tlog.ProveRecord(size, 40, r); err == nil || errors.Is(err, ErrTile) {
		t.Errorf("a proof over a missing tile: %v", err)
	}
}

func TestTheEmptyTreeHasTheRootOfNothing(t *testing.T) {
	e, err := NewEdge(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	root := e.Root()
	if got, want := fmt.Sprintf("%x", root[:]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
