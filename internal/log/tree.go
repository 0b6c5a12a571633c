package log

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// The layout of C2SP tlog-tiles.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight // hashes in a full tile
	tileBytes  = tileWidth * tlog.HashSize
	tileLevels = 8 // more leaves than an int64 counts
)

// TileHashes is the hashes of a tile, full or partial.
type TileHashes struct {
	Level  int
	N      int64
	Hashes []byte
}

// Width is how many hashes the tile holds.
func (t TileHashes) Width() int { return len(t.Hashes) / tlog.HashSize }

// LoadTile returns the first width hashes of a tile.
type LoadTile func(level int, n int64, width int) ([]byte, error)

// Edge is the right edge of a growing tree: the unfinished tile of every level. It is all that is needed to add leaves
// and to know the root. It is used by one goroutine.
type Edge struct {
	size  int64
	last  [tileLevels][]byte // hashes of the unfinished tile of a level
	grown [tileLevels]bool   // the unfinished tile has changed since NewEdge
	full  []TileHashes       // finished since NewEdge
}

// NewEdge loads the edge of a tree of a size.
func NewEdge(size int64, load LoadTile) (*Edge, error) {
	e := &Edge{size: size}
	for level := range e.last {
		n, width := lastTile(size, level)
		if width == 0 {
			continue
		}
		b, err := load(level, n, width)
		if err != nil {
			return nil, fmt.Errorf("edge of a tree of %d leaves, level %d: %w", size, level, err)
		}
		if len(b) != width*tlog.HashSize {
			return nil, fmt.Errorf("edge of a tree of %d leaves, level %d: %d bytes, want %d hashes", size, level, len(b), width)
		}
		e.last[level] = append(make([]byte, 0, tileBytes), b...)
	}
	return e, nil
}

// lastTile is the number and the width of the unfinished tile of a level; the width is 0 when there is none.
func lastTile(size int64, level int) (n int64, width int) {
	at := size >> (uint(level) * tileHeight)
	return at >> tileHeight, int(at & (tileWidth - 1))
}

// Size is how many leaves the tree has.
func (e *Edge) Size() int64 { return e.size }

// Add appends a leaf by its record hash.
func (e *Edge) Add(h tlog.Hash) {
	e.size++
	for level := 0; ; level++ {
		e.last[level] = append(e.last[level], h[:]...)
		e.grown[level] = true
		if len(e.last[level]) < tileBytes {
			return
		}
		n, _ := lastTile(e.size, level)
		e.full = append(e.full, TileHashes{level, n - 1, e.last[level]})
		h = subtree(e.last[level])
		e.last[level], e.grown[level] = nil, false
	}
}

// Root is the RFC 6962 root of the tree.
func (e *Edge) Root() tlog.Hash {
	if e.size == 0 {
		return sha256.Sum256(nil)
	}
	// Complete subtrees stand left to right from large to small; they are joined from the right.
	var root tlog.Hash
	have := false
	for _, tile := range e.last {
		for k := 1; len(tile) > 0; k <<= 1 {
			if len(tile)/tlog.HashSize&k == 0 {
				continue
			}
			at := len(tile) - k*tlog.HashSize
			h := subtree(tile[at:])
			tile = tile[:at]
			if have {
				h = tlog.NodeHash(h, root)
			}
			root, have = h, true
		}
	}
	return root
}

// Changed lists the tiles that are not as NewEdge loaded them, finished ones first.
func (e *Edge) Changed() []TileHashes {
	out := e.full
	for level, b := range e.last {
		if n, width := lastTile(e.size, level); width > 0 && e.grown[level] {
			out = append(out, TileHashes{level, n, b})
		}
	}
	return out
}

// subtree is the hash over a power of two of hashes.
func subtree(b []byte) tlog.Hash {
	if len(b) == tlog.HashSize {
		return tlog.Hash(b)
	}
	half := len(b) / 2
	return tlog.NodeHash(subtree(b[:half]), subtree(b[half:]))
}

// ErrTile is why hashes cannot be read when a tile does not fit the root; a tile that cannot be loaded is another error.
var ErrTile = errors.New("a tile does not belong to the tree of this root")

// Hashes reads the hashes of a tree from its tiles, and checks every tile against the root before it believes it.
func Hashes(size int64, root tlog.Hash, load LoadTile) tlog.HashReader {
	r := &tileReader{load: load}
	inner := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, r)
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		r.failed = nil
		out, err := inner.ReadHashes(indexes)
		switch {
		case err == nil:
			return out, nil
		case r.failed != nil:
			return nil, r.failed
		}
		return nil, fmt.Errorf("%w: %w", ErrTile, err)
	})
}

// tileReader is tlog.TileReader over a LoadTile.
type tileReader struct {
	load   LoadTile
	failed error
}

func (r *tileReader) Height() int { return tileHeight }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		b, err := r.load(t.L, t.N, t.W)
		if err != nil {
			r.failed = fmt.Errorf("tile %d/%d: %w", t.L, t.N, err)
			return nil, r.failed
		}
		if len(b) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d has %d bytes, want %d hashes", t.L, t.N, len(b), t.W)
		}
		out[i] = b
	}
	return out, nil
}

func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
