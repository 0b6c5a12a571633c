package log

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// Tile returns a tile or an entry bundle by its path of C2SP tlog-tiles, such as tile/0/x001/234, tile/entries/000 or
// tile/0/001.p/7. A tile that the log has not grown to yet is not found. The bytes are not to be changed.
func (l *Log) Tile(ctx context.Context, path string) (b []byte, err error) {
	missing := fault.New(fault.NotFound, "log.no_tile", "path", clip(path))
	t, ok := parseTilePath(path)
	if !ok {
		return nil, missing
	}
	key := path
	if t.W < tileWidth {
		key = strings.TrimSuffix(path, fmt.Sprintf(".p/%d", t.W)) // the finished tile holds the partial ones
	}
	if b, ok := l.served.get(key); ok {
		return firstOf(b, t)
	}
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		size, err := selectSize(ctx, tx)
		if err != nil {
			return err
		}
		if !tileThere(t, size) {
			return missing
		}
		if t.L < 0 {
			b, err = selectBundle(ctx, tx, t.N<<tileHeight, t.W)
		} else {
			b, err = loadTiles(ctx, tx)(t.L, t.N, t.W)
		}
		return err
	})
	if err == nil && t.W == tileWidth {
		l.served.put(key, b, len(b))
	}
	return b, err
}

// parseTilePath reads a path of tlog-tiles; the level of an entry bundle is -1.
func parseTilePath(path string) (t tlog.Tile, ok bool) {
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok || strings.HasPrefix(rest, "data/") {
		return t, false
	}
	if entries, ok := strings.CutPrefix(rest, "entries/"); ok {
		rest = "data/" + entries
	}
	t, err := tlog.ParseTilePath("tile/8/" + rest)
	return t, err == nil && t.L < tileLevels
}

// TilePath is the path of a tile in tlog-tiles; the level of an entry bundle is -1.
func TilePath(level int, n int64, width int) string {
	path := tlog.Tile{H: tileHeight, L: level, N: n, W: width}.Path()[len("tile/8/"):]
	if entries, ok := strings.CutPrefix(path, "data/"); ok {
		path = "entries/" + entries
	}
	return "tile/" + path
}

// tileThere says whether the tree has grown to the end of a tile.
func tileThere(t tlog.Tile, size int64) bool {
	have := size >> (uint(max(t.L, 0)) * tileHeight)
	return t.N <= have>>tileHeight && t.N<<tileHeight+int64(t.W) <= have
}

// firstOf cuts a partial tile or bundle out of the finished one.
func firstOf(b []byte, t tlog.Tile) ([]byte, error) {
	if t.W == tileWidth {
		return b, nil
	}
	if t.L >= 0 {
		return b[:t.W*tlog.HashSize], nil
	}
	end := 0
	for range t.W {
		end += 2 + int(binary.BigEndian.Uint16(b[end:]))
	}
	return b[:end], nil
}

// Bundle takes an entry bundle apart again.
func Bundle(b []byte) (leaves [][]byte, err error) {
	for len(b) > 0 {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return nil, fault.New(fault.Invalid, "log.bundle")
		}
		n := 2 + int(binary.BigEndian.Uint16(b))
		leaves = append(leaves, b[2:n:n])
		b = b[n:]
	}
	return leaves, nil
}
