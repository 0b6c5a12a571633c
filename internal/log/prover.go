package log

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
)

// nodes is a tile with every hash that follows from it: at k stand the hashes of its complete subtrees of height k.
type nodes [tileHeight + 1][]tlog.Hash

// nodesBytes is about what a finished tile takes in memory so.
const nodesBytes = 2 * tileBytes

func expand(hashes []byte) *nodes {
	var n nodes
	n[0] = make([]tlog.Hash, len(hashes)/tlog.HashSize)
	for i := range n[0] {
		n[0][i] = tlog.Hash(hashes[i*tlog.HashSize:])
	}
	for k := 1; k <= tileHeight && len(n[k-1]) > 1; k++ {
		n[k] = make([]tlog.Hash, len(n[k-1])/2)
		for i := range n[k] {
			n[k][i] = tlog.NodeHash(n[k-1][2*i], n[k-1][2*i+1])
		}
	}
	return &n
}

// tileKey names a finished tile.
type tileKey struct {
	level int
	n     int64
}

// prover knows the edge of the tree of one checkpoint, and has found that it makes the root. It is not changed after that.
type prover struct {
	c    Checkpoint
	edge [tileLevels]*nodes
}

func newProver(c Checkpoint, load LoadTile) (*prover, error) {
	e, err := NewEdge(c.Size, load)
	if err != nil {
		return nil, err
	}
	if e.Root() != c.Root {
		return nil, fmt.Errorf("%w: the edge of %d leaves", ErrTile, c.Size)
	}
	p := &prover{c: c}
	for level, b := range e.last {
		p.edge[level] = expand(b)
	}
	return p, nil
}

// proven reads the hashes of the tree that a checkpoint of ours names. A finished tile is believed once it makes the hash that
// stands for it in the level above, up to the edge, and the edge once it makes the root; both are remembered.
func (l *Log) proven(ctx context.Context, tx *db.Tx, c Checkpoint) (tlog.HashReader, error) {
	load := loadTiles(ctx, tx)
	p := l.prover.Load()
	if p == nil || p.c.Size != c.Size || p.c.Root != c.Root {
		var err error
		if p, err = newProver(c, load); err != nil {
			return nil, err
		}
		l.prover.Store(p)
	}
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			level, n := tlog.SplitStoredHashIndex(at)
			h, err := l.node(p, load, level, n)
			if err != nil {
				return nil, err
			}
			out[i] = h
		}
		return out, nil
	}), nil
}

// node is the hash of the n-th complete subtree of a height.
func (l *Log) node(p *prover, load LoadTile, height int, n int64) (h tlog.Hash, err error) {
	level, k := height/tileHeight, height%tileHeight
	t, err := l.tile(p, load, level, n>>(tileHeight-k))
	if err != nil {
		return h, err
	}
	at := n & (1<<(tileHeight-k) - 1)
	if at >= int64(len(t[k])) {
		return h, fmt.Errorf("the tree of %d leaves has no subtree %d of height %d", p.c.Size, n, height)
	}
	return t[k][at], nil
}

func (l *Log) tile(p *prover, load LoadTile, level int, n int64) (*nodes, error) {
	if level >= tileLevels {
		return nil, fmt.Errorf("the tree has no level %d", level)
	}
	if last, _ := lastTile(p.c.Size, level); n >= last {
		return p.edge[level], nil
	}
	key := tileKey{level, n}
	if t, ok := l.nodes.get(key); ok {
		return t, nil
	}
	b, err := load(level, n, tileWidth)
	if err != nil {
		return nil, err
	}
	t := expand(b)
	want, err := l.node(p, load, (level+1)*tileHeight, n)
	if err != nil {
		return nil, err
	}
	if t[tileHeight][0] != want {
		return nil, fmt.Errorf("%w: tile %d/%d", ErrTile, level, n)
	}
	l.nodes.put(key, t, nodesBytes)
	return t, nil
}
