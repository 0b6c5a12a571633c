package log

import (
	"context"
	"encoding/binary"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// tileHeight is that of C2SP tlog-tiles: 256 hashes in a full tile.
const tileHeight = 8

// Tile returns a tile or an entry bundle by its path of C2SP tlog-tiles, such as tile/0/x001/234, tile/entries/000 or
// tile/0/001.p/7. A tile that the log has not grown to yet is not found.
func (l *Log) Tile(ctx context.Context, path string) (b []byte, err error) {
	missing := fault.New(fault.NotFound, "log.no_tile", "path", clip(path))
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok {
		return nil, missing
	}
	if entries, ok := strings.CutPrefix(rest, "entries/"); ok {
		rest = "data/" + entries
	}
	t, err := tlog.ParseTilePath("tile/8/" + rest)
	if err != nil {
		return nil, missing
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
			b, err = bundle(ctx, tx, t)
			return err
		}
		b, err = tlog.ReadTileData(t, newHashes(ctx, tx))
		return err
	})
	return b, err
}

// tileThere says whether the tree has grown to the end of a tile.
func tileThere(t tlog.Tile, size int64) bool {
	level := max(t.L, 0)
	if level >= 8 {
		return false
	}
	return t.N<<tileHeight+int64(t.W) <= size>>(uint(level)*tileHeight)
}

// bundle is the entries of a tile, each after its length in 16 bits.
func bundle(ctx context.Context, tx *db.Tx, t tlog.Tile) ([]byte, error) {
	page, err := selectEntries(ctx, tx, t.N<<tileHeight, t.W)
	if err != nil {
		return nil, err
	}
	var b []byte
	for _, e := range page {
		b = binary.BigEndian.AppendUint16(b, uint16(len(e.Leaf)))
		b = append(b, e.Leaf...)
	}
	return b, nil
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
