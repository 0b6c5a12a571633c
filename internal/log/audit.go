package log

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
)

const auditPage = 500

// Audit recomputes every hash from the leaves, every root from the hashes, and every commitment from its salt and
// object, checks every signature, and returns a line for each thing that does not fit.
func (l *Log) Audit(ctx context.Context) (found []string, err error) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		tree := memory{}
		size, err := l.auditEntries(ctx, tx, tree, say)
		if err != nil {
			return err
		}
		if err := auditHashes(ctx, tx, tree, say); err != nil {
			return err
		}
		return l.auditCheckpoints(ctx, tx, tree, size, say)
	})
	return found, err
}

// memory is a tree's hashes recomputed.
type memory map[int64]tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		h, ok := m[at]
		if !ok {
			return nil, fmt.Errorf("there is no hash %d", at)
		}
		out[i] = h
	}
	return out, nil
}

func (l *Log) auditEntries(ctx context.Context, tx *db.Tx, tree memory, say func(string, ...any)) (size int64, err error) {
	for {
		page, err := selectEntries(ctx, tx, size, auditPage)
		if err != nil {
			return size, err
		}
		for _, e := range page {
			if e.Index != size {
				say("leaf %d is missing", size)
				return size, nil
			}
			auditEntry(e, say)
			add, err := tlog.StoredHashes(size, e.Leaf, tree)
			if err != nil {
				return size, err
			}
			for i, h := range add {
				tree[tlog.StoredHashIndex(0, size)+int64(i)] = h
			}
			size++
		}
		if len(page) < auditPage {
			return size, nil
		}
	}
}

// auditEntry compares the bytes of a leaf with the columns beside them.
func auditEntry(e Entry, say func(string, ...any)) {
	var leaf leafJSON
	if err := unmarshal(e.Leaf, &leaf); err != nil {
		say("leaf %d cannot be read: %v", e.Index, err)
		return
	}
	fields, err := canonical(leaf.Fields)
	if err != nil || leaf.Kind != e.Kind || leaf.Day != e.Day || string(fields) != string(e.Fields) {
		say("leaf %d is not what stands beside it", e.Index)
	}
	if leaf.Commitment != commitment(e.salt, e.Object) {
		say("leaf %d: the commitment is not of its object", e.Index)
	}
}

func auditHashes(ctx context.Context, tx *db.Tx, tree memory, say func(string, ...any)) error {
	var n int
	if err := tx.QueryRow(ctx, sqlHashCount).Scan(&n); err != nil {
		return err
	}
	if n != len(tree) {
		say("there are %d hashes, the leaves make %d", n, len(tree))
	}
	for at, want := range tree {
		// Each is read by itself, so that one that is missing or of another length does not hide the others.
		got, err := newHashes(ctx, tx).ReadHashes([]int64{at})
		if err != nil {
			say("%v", err)
		} else if got[0] != want {
			say("hash %d is not that of the leaves", at)
		}
	}
	return nil
}

func (l *Log) auditCheckpoints(ctx context.Context, tx *db.Tx, tree memory, size int64, say func(string, ...any)) error {
	after, newest := int64(-1), int64(-1)
	for {
		rows, err := tx.Query(ctx, sqlCheckpoints, after, auditPage)
		if err != nil {
			return err
		}
		n := 0
		for rows.Next() {
			var at int64
			var signed string
			if err := rows.Scan(&at, &signed); err != nil {
				rows.Close()
				return err
			}
			n, after, newest = n+1, at, at
			l.auditCheckpoint(tree, size, at, signed, say)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		if n < auditPage {
			break
		}
	}
	if newest >= 0 && newest != size {
		say("the newest checkpoint is of size %d, there are %d leaves", newest, size)
	}
	return nil
}

func (l *Log) auditCheckpoint(tree memory, size, at int64, signed string, say func(string, ...any)) {
	c, err := OpenCheckpoint([]byte(signed), l.public)
	n, noteErr := openNote([]byte(signed), l.public)
	switch {
	case err != nil:
		say("checkpoint %d: %v", at, err)
	case noteErr != nil || len(n.Sigs) != 1 || !canonicalBase64(n.Sigs[0].Base64):
		say("checkpoint %d: its signature is not as it was made", at)
	case c.Size != at || at > size:
		say("checkpoint %d says size %d, there are %d leaves", at, c.Size, size)
	default:
		if root, err := tlog.TreeHash(at, tree); err != nil || root != c.Root {
			say("checkpoint %d: its root is not that of the leaves", at)
		}
	}
}
