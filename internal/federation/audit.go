package federation

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	corridorlog "corridor/internal/log"
)

// Audit recomputes the neighbours' trees from their leaves as they are kept here, compares every tile, the columns beside each
// leaf and, where all of a checkpoint is here, its root, and returns a line for each thing that does not fit.
func (s *Service) Audit(ctx context.Context) (found []string, err error) {
	say := func(format string, args ...any) {
		if len(found) < peersMax {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		found = nil
		rows, err := selectPeers(ctx, tx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := s.auditPeer(ctx, tx, row, say); err != nil {
				return fmt.Errorf("audit the leaves of %s: %w", row.origin, err)
			}
		}
		return nil
	})
	return found, err
}

func (s *Service) auditPeer(ctx context.Context, tx *db.Tx, row peerRow, say func(string, ...any)) error {
	edge, err := corridorlog.NewEdge(0, nil)
	if err != nil {
		return err
	}
	withdrawn := map[int64]int64{} // by the leaves themselves
	shown := map[int64]int64{}     // by the table
	for {
		page, err := selectLeaves(ctx, tx, row.origin, edge.Size(), auditPage)
		if err != nil {
			return err
		}
		for _, l := range page {
			if l.Index != edge.Size() {
				say("%s: leaf %d is missing", row.origin, edge.Size())
				return nil
			}
			want := readLeaf(row.origin, l.Index, l.Bytes)
			if want.Kind != l.Kind || want.Day != l.Day || !bytes.Equal(want.Fields, l.Fields) {
				say("%s: leaf %d is not what stands beside it", row.origin, l.Index)
			}
			if index, ok := corridorlog.Withdraws(want.Kind, want.Fields); ok && index < l.Index {
				if _, there := withdrawn[index]; !there {
					withdrawn[index] = l.Index
				}
			}
			if l.WithdrawnBy >= 0 {
				shown[l.Index] = l.WithdrawnBy
			}
			edge.Add(tlog.RecordHash(l.Bytes))
		}
		if len(page) < auditPage {
			break
		}
	}
	if edge.Size() != row.size {
		say("%s: %d leaves are here, %d were verified", row.origin, edge.Size(), row.size)
	}
	for index := range withdrawn {
		if shown[index] != withdrawn[index] {
			say("%s: leaf %d was withdrawn by leaf %d, and that is not written down", row.origin, index, withdrawn[index])
		}
	}
	for index := range shown {
		if _, there := withdrawn[index]; !there {
			say("%s: leaf %d shows as withdrawn, and no leaf says so", row.origin, index)
		}
	}
	if err := auditTiles(ctx, tx, row, edge, say); err != nil {
		return err
	}
	return s.auditTarget(row, edge, say)
}

func auditTiles(ctx context.Context, tx *db.Tx, row peerRow, edge *corridorlog.Edge, say func(string, ...any)) error {
	var hashes int64
	for _, want := range edge.Changed() {
		hashes += int64(want.Width())
		got, err := loadTiles(ctx, tx, row.origin)(want.Level, want.N, want.Width())
		if err != nil {
			say("%v", err)
		} else if !bytes.Equal(got, want.Hashes) {
			say("%s: tile %d/%d is not that of the leaves", row.origin, want.Level, want.N)
		}
	}
	n, have, err := countTiles(ctx, tx, row.origin)
	if err == nil && (have != hashes || n != int64(len(edge.Changed()))) {
		say("%s: there are %d hashes in tiles, the leaves make %d", row.origin, have, hashes)
	}
	return err
}

func (s *Service) auditTarget(row peerRow, edge *corridorlog.Edge, say func(string, ...any)) error {
	if row.target == "" {
		return nil
	}
	c, err := corridorlog.ParseCheckpoint([]byte(row.target))
	if p, ok := s.Peer(row.origin); ok {
		c, err = corridorlog.OpenCheckpoint([]byte(row.target), p.Key)
	}
	switch {
	case err != nil:
		say("%s: the checkpoint: %v", row.origin, err)
	case c.Origin != row.origin || c.Size < row.size:
		say("%s: the checkpoint is of %s and size %d", row.origin, clip(c.Origin), c.Size)
	case c.Size == edge.Size() && c.Root != edge.Root():
		say("%s: the root of the checkpoint is not that of the leaves", row.origin)
	}
	return nil
}
