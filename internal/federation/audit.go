package federation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	corridorlog "corridor/internal/log"
)

// Audit recomputes the neighbours' trees from their leaves as they are kept here, compares every tile, the columns beside each
// leaf and, where all of a checkpoint is here, its root, and returns a line for each thing that does not fit.
func (s *Service) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
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
		if err := s.auditOnce(ctx, tx, say); err != nil {
			return err
		}
		return s.auditLetters(ctx, tx, say)
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

// auditLetters goes along each pair and way: the numbers have no gap, each letter is its digest's and names the one before, and
// its answer belongs to it.
func (s *Service) auditLetters(ctx context.Context, tx *db.Tx, say func(string, ...any)) error {
	var had letterRow
	for {
		page, err := selectLettersAudit(ctx, tx, had)
		if err != nil {
			return fmt.Errorf("audit the letters: %w", err)
		}
		for _, r := range page {
			name := fmt.Sprintf("letter %d %s of %s", r.e.N, wayOf(r.out), r.peer)
			want, before := int64(1), ""
			if had.peer == r.peer && had.out == r.out {
				want, before = had.e.N+1, had.digest
			}
			e, err := readEnvelope(r.letter)
			switch {
			case r.e.N != want:
				say("%s: number %d is the next", name, want)
			case err != nil:
				say("%s cannot be read: %v", name, err)
			case digestOf(r.letter) != r.digest:
				say("%s is not that of its digest", name)
			case e.N != r.e.N || e.Before != before && r.e.N == want:
				say("%s does not follow the one before", name)
			case r.state != LetterWaiting:
				var a answerJSON
				if err := json.Unmarshal(r.answer, &a); err != nil || a.Letter != r.digest || a.State != r.state {
					say("%s: the answer is not to it", name)
				}
			}
			had = r
		}
		if len(page) < auditPage {
			return nil
		}
	}
}
