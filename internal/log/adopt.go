package log

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Lost is the object of a leaf that came back from a neighbour: its private part was lost with the database.
const Lost = "lost"

// Adopt puts leaves back behind the last one of a log that was restored from an older backup. signed is a checkpoint that this
// log signed before, leaves are all from the present size to its. They are taken if together they make exactly its root, else none
// is. A leaf that waits here unnumbered and is the same keeps its private part; of the others only what was public is there.
func (l *Log) Adopt(ctx context.Context, signed []byte, leaves [][]byte) error {
	return l.db.Act(ctx, func(tx *db.Tx) error {
		all, err := l.allKeys(ctx, tx)
		if err != nil {
			return err
		}
		c, err := OpenCheckpoint(signed, all)
		if err != nil {
			return err
		}
		edge, _, err := l.open(ctx, tx)
		if err != nil {
			return err
		}
		from := edge.Size()
		if c.Origin != l.origin || c.Size != from+int64(len(leaves)) {
			return fault.New(fault.Conflict, "log.adopt_size", "size", c.Size, "have", from+int64(len(leaves)))
		}
		for _, b := range leaves {
			edge.Add(tlog.RecordHash(b))
		}
		if edge.Root() != c.Root {
			return fault.New(fault.Conflict, "log.adopt_root", "size", c.Size)
		}
		for i, b := range leaves {
			if err := adoptOne(ctx, tx, from+int64(i), b); err != nil {
				return fmt.Errorf("put leaf %d back: %w", from+int64(i), err)
			}
		}
		return l.close(ctx, tx, edge)
	})
}

func adoptOne(ctx context.Context, tx *db.Tx, index int64, leaf []byte) error {
	e := Entry{Index: index, ID: unit.NewID(tx.Now()), At: tx.Now(), Leaf: leaf, Object: Lost, salt: []byte{}}
	waits, err := selectPendingLike(ctx, tx, leaf)
	if err != nil {
		return err
	}
	if waits.ID != "" && bytes.Equal(waits.Leaf, leaf) {
		e = waits
		e.Index = index
		if err := deletePending(ctx, tx, e.ID); err != nil {
			return err
		}
	} else if e.Kind, e.Day, e.Fields, err = ReadLeaf(leaf); err != nil {
		return err
	}
	if err := insertEntries(ctx, tx, []Entry{e}); err != nil {
		return err
	}
	if withdrawn, ok := Withdraws(e.Kind, e.Fields); ok && withdrawn < index {
		had, err := selectEntry(ctx, tx, withdrawn)
		if err != nil {
			return err
		}
		if err := deleteRecord(ctx, tx, had.ID); err != nil {
			return err
		}
		return insertWithdrawal(ctx, tx, withdrawn, e.ID)
	}
	return nil
}

// SameTree says whether a checkpoint is of a beginning of this log, as it stands now.
func (l *Log) SameTree(ctx context.Context, c Checkpoint) (same bool, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		size, err := selectSize(ctx, tx)
		if err != nil || c.Size > size {
			return err
		}
		if c.Size == 0 {
			same = true
			return nil
		}
		now, err := newestCheckpoint(ctx, tx)
		if err != nil {
			return err
		}
		newest, err := parseCheckpoint(noteText(now))
		if err != nil {
			return err
		}
		root, err := tlog.TreeHash(c.Size, Hashes(newest.Size, newest.Root, loadTiles(ctx, tx)))
		same = err == nil && root == c.Root
		return err
	})
	return same, err
}
