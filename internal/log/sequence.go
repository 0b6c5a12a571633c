package log

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
)

const (
	batchMax  = 2000                   // leaves that one round numbers
	lookEvery = 200 * time.Millisecond // between two looks when nobody woke the sequencer
	gather    = 50 * time.Millisecond  // between two rounds, so that a busy log signs a few times a second
)

// Sequence numbers the leaves that wait, at most batchMax, and signs a checkpoint. It returns how many. Where no
// checkpoint stands yet, it signs that of the empty log.
func (l *Log) Sequence(ctx context.Context) (n int, err error) {
	work := false
	if err := l.db.Read(ctx, func(tx *db.Tx) error {
		work, err = hasWork(ctx, tx)
		return err
	}); err != nil || !work {
		return 0, err
	}
	return l.round(ctx)
}

func (l *Log) round(ctx context.Context) (n int, err error) {
	err = l.db.Act(ctx, func(tx *db.Tx) error {
		n, err = l.sequence(ctx, tx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sequence the log %s: %w", l.origin, err)
	}
	return n, nil
}

func (l *Log) sequence(ctx context.Context, tx *db.Tx) (int, error) {
	edge, first, err := l.open(ctx, tx)
	if err != nil {
		return 0, err
	}
	batch, last, err := selectPendingLeaves(ctx, tx, batchMax)
	if err != nil {
		return 0, err
	}
	if len(batch) == 0 && !first {
		return 0, nil
	}
	if len(batch) > 0 {
		if err := numberPending(ctx, tx, edge.Size(), last, len(batch)); err != nil {
			return 0, err
		}
	}
	for _, leaf := range batch {
		edge.Add(tlog.RecordHash(leaf))
	}
	return len(batch), l.close(ctx, tx, edge)
}

// open loads the edge of the tree, and makes sure that it is that of the last checkpoint: what would not continue it is
// not signed. first says that there is no checkpoint yet.
func (l *Log) open(ctx context.Context, tx *db.Tx) (edge *Edge, first bool, err error) {
	origin, err := selectOrigin(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	if origin != "" && origin != l.origin {
		return nil, false, fmt.Errorf("the database holds the log %s", origin)
	}
	size, err := selectSize(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	if edge, err = NewEdge(size, loadTiles(ctx, tx)); err != nil {
		return nil, false, fault.New(fault.Internal, "log.damaged").Because(err)
	}
	last, err := newestCheckpoint(ctx, tx)
	if fault.CodeOf(err) == "log.no_checkpoint" {
		return edge, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	c, err := parseCheckpoint(noteText(last))
	if err != nil || c.Origin != l.origin || c.Size != size || c.Root != edge.Root() {
		return nil, false, fault.New(fault.Internal, "log.damaged").Because(fmt.Errorf("the tree of %d leaves is not that of the last checkpoint", size))
	}
	return edge, false, nil
}

// close writes the tiles that have grown, and the signed checkpoint.
func (l *Log) close(ctx context.Context, tx *db.Tx, edge *Edge) error {
	for _, t := range edge.Changed() {
		if err := putTile(ctx, tx, t); err != nil {
			return fmt.Errorf("tile %d/%d: %w", t.Level, t.N, err)
		}
	}
	signed, err := note.Sign(&note.Note{Text: checkpointText(l.origin, edge.Size(), edge.Root())}, l.signers...)
	if err != nil {
		return fmt.Errorf("sign the checkpoint of size %d: %w", edge.Size(), err)
	}
	if err := insertOrigin(ctx, tx, l.origin); err != nil {
		return err
	}
	for _, key := range strings.Split(l.public, "\n") {
		if err := insertKey(ctx, tx, key); err != nil {
			return err
		}
	}
	return insertCheckpoint(ctx, tx, edge.Size(), string(signed))
}

// Run sequences until ctx ends: at once when something was appended, else at every look. What fails is logged and
// tried again.
func (l *Log) Run(ctx context.Context) error {
	failing := false
	wait := time.NewTimer(0)
	defer wait.Stop()
	look := l.Sequence
	for {
		n, err := look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			l.logger.Error("the log cannot be sequenced; it is tried again", "origin", l.origin, "error", err)
		}
		failing = err != nil
		if n == batchMax {
			continue
		}
		if !pause(ctx, gather) {
			return nil
		}
		wait.Reset(lookEvery)
		look = l.Sequence
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
			look = l.round // the leaf may not be committed yet, and a look would miss it: the round's act waits behind it
		case <-wait.C:
		}
	}
}

// pause waits, and is false when ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// Import makes many leaves public at once, in acts of chunk leaves each, numbered and signed in the same act: next returns
// leaves until it says false. It returns how many are in; after an error those stay, and next has been asked for more.
// The leaves get no pending row, so nothing else may depend on them in the same act.
func (l *Log) Import(ctx context.Context, next func() (Leaf, bool)) (total int64, err error) {
	for {
		var chunk []Leaf
		for len(chunk) < batchMax {
			leaf, ok := next()
			if !ok {
				break
			}
			chunk = append(chunk, leaf)
		}
		if len(chunk) == 0 {
			return total, nil
		}
		if err := l.db.Act(ctx, func(tx *db.Tx) error { return l.importChunk(ctx, tx, chunk) }); err != nil {
			return total, fmt.Errorf("import leaves from the %d-th on: %w", total, err)
		}
		total += int64(len(chunk))
	}
}

func (l *Log) importChunk(ctx context.Context, tx *db.Tx, chunk []Leaf) error {
	edge, _, err := l.open(ctx, tx)
	if err != nil {
		return err
	}
	entries := make([]Entry, len(chunk))
	for i, leaf := range chunk {
		if leaf.Kind == kindWithdrawn {
			return fault.New(fault.Internal, "log.leaf", "kind", leaf.Kind)
		}
		p, err := prepare(leaf, tx.Now())
		if err != nil {
			return err
		}
		p.Index = edge.Size()
		edge.Add(tlog.RecordHash(p.Leaf))
		entries[i] = p.Entry
		if p.record != nil {
			if err := insertRecord(ctx, tx, p.ID, p.record, p.recordSalt); err != nil {
				return err
			}
		}
	}
	if err := insertEntries(ctx, tx, entries); err != nil {
		return err
	}
	return l.close(ctx, tx, edge)
}
