package federation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

// A node that was set back to an older backup must not write on: what it would publish, its neighbours would take for a fork. It
// asks each neighbour for the part of its own log that the neighbour has followed, puts back what it lost, and goes on when its
// log is at least what every neighbour that answers has seen.

// heldPath is where a neighbour's log stands as this node has verified it.
const heldPath = "/log/held/"

// Own is the log of the node that recovers.
type Own interface {
	KnownKeys(ctx context.Context) (string, error)
	Size(ctx context.Context) (int64, error)
	Adopt(ctx context.Context, signed []byte, leaves [][]byte) error
	SameTree(ctx context.Context, c corridorlog.Checkpoint) (bool, error)
}

// Recovery is what one neighbour has seen of this node's log.
type Recovery struct {
	Peer    Peer
	Size    int64 // that it has verified
	Put     int64 // leaves that came back from it
	Letters int   // that came back from it
	Silent  error // why it did not answer, or what it answered that cannot be true
}

// Recover compares the own log with what the neighbours have seen, and puts back what is missing: from whichever of them holds it,
// the one that has seen most first. A neighbour whose leaves are false is told as silent, and stops nobody. A neighbour
// that holds something else than what then stands here is a Conflict: it is a fork, and people have to look. With none that answered
// it is Unavailable. Letters come after it (MarkBehind, FetchLetters).
func (s *Service) Recover(ctx context.Context, own Own) (out []Recovery, err error) {
	seen := map[string]seenLog{}
	for _, p := range s.peers() {
		r := Recovery{Peer: p}
		c, err := s.seenBy(ctx, p, own, "checkpoint")
		if r.Silent = err; err == nil {
			r.Size = c.Size
			seen[p.Code] = c
		}
		out = append(out, r)
	}
	if len(seen) == 0 && len(out) > 0 {
		return out, fault.New(fault.Unavailable, "federation.recover_silent")
	}
	order := make([]*Recovery, len(out))
	for i := range out {
		order[i] = &out[i]
	}
	slices.SortStableFunc(order, func(a, b *Recovery) int { return cmp.Compare(b.Size, a.Size) })
	for _, r := range order {
		size, err := own.Size(ctx)
		if err != nil {
			return out, err
		}
		c, answered := seen[r.Peer.Code]
		if !answered || c.Size <= size {
			continue
		}
		leaves, err := s.heldBy(ctx, r.Peer, size, c.Size)
		if err == nil {
			err = own.Adopt(ctx, c.signed, leaves)
		}
		if err != nil {
			r.Silent = fmt.Errorf("leaves %d to %d: %w", size, c.Size, err)
			continue
		}
		r.Put = c.Size - size
	}
	for code, c := range seen {
		same, err := own.SameTree(ctx, c.Checkpoint)
		if err != nil {
			return out, err
		}
		if !same {
			return out, fault.New(fault.Conflict, "federation.recover_fork", "code", code, "size", c.Size)
		}
	}
	return out, s.seenMore(ctx, own)
}

// seenMore refuses to go on where a neighbour has seen, or cosigned, a checkpoint of the own log whose leaves nobody could give back.
func (s *Service) seenMore(ctx context.Context, own Own) error {
	for _, p := range s.peers() {
		c, err := s.seenBy(ctx, p, own, "seen")
		if err != nil {
			continue // silent, or holds nothing; who answered was compared before
		}
		size, err := own.Size(ctx)
		if err != nil {
			return err
		}
		if c.Size > size {
			return fault.New(fault.Conflict, "federation.recover_lost", "code", p.Code, "size", c.Size, "have", size)
		}
		same, err := own.SameTree(ctx, c.Checkpoint)
		if err != nil {
			return err
		}
		if !same {
			return fault.New(fault.Conflict, "federation.recover_fork", "code", p.Code, "size", c.Size)
		}
	}
	return nil
}

// seenLog is a checkpoint of the own log, as it signed it once.
type seenLog struct {
	corridorlog.Checkpoint
	signed []byte
}

// seenBy is the newest checkpoint of the own log of which a neighbour holds all leaves.
func (s *Service) seenBy(ctx context.Context, p Peer, own Own, what string) (c seenLog, err error) {
	if c.signed, err = s.fetch(ctx, p, heldPath+s.c.Self+"/"+what, checkpointMax); err != nil {
		return c, err
	}
	keys, err := own.KnownKeys(ctx)
	if err != nil {
		return c, err
	}
	c.Checkpoint, err = corridorlog.OpenCheckpoint(c.signed, keys)
	return c, err
}

// heldBy fetches leaves [from, to) of the own log from a neighbour that followed it.
func (s *Service) heldBy(ctx context.Context, p Peer, from, to int64) (out [][]byte, err error) {
	for from < to {
		b, err := s.fetch(ctx, p, fmt.Sprintf("%s%s/entries/%d", heldPath, s.c.Self, from), answerBytesMax)
		if err != nil {
			return nil, err
		}
		leaves, err := corridorlog.Bundle(b)
		if err != nil || len(leaves) == 0 {
			return nil, fault.New(fault.Invalid, badEntries, "name", p.Name)
		}
		leaves = leaves[:min(int64(len(leaves)), to-from)]
		out = append(out, leaves...)
		from += int64(len(leaves))
	}
	return out, nil
}

// Held is a neighbour's newest checkpoint of which all leaves are here, as the neighbour signed it.
func (s *Service) Held(ctx context.Context, code string) (signed []byte, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := selectPeer(ctx, tx, code)
		if err != nil {
			return err
		}
		c, err := corridorlog.ParseCheckpoint([]byte(row.target))
		switch {
		case row.target == "" || row.size == 0:
			return fault.New(fault.NotFound, "federation.no_leaf", "origin", clip(code), "index", 0)
		case err != nil:
			return err
		case c.Size != row.size:
			return fault.New(fault.Unavailable, "federation.not_all_here", "name", fault.Words{code, code})
		}
		signed = []byte(row.target)
		return nil
	})
	return signed, err
}

// Seen is the newest checkpoint of a neighbour's log that this node has verified or cosigned, as the neighbour signed it; not all of
// its leaves need be here.
func (s *Service) Seen(ctx context.Context, code string) (signed []byte, err error) {
	p, ok := s.peerOf(code)
	if !ok {
		return nil, fault.New(fault.NotFound, "federation.no_leaf", "origin", clip(code), "index", 0)
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := selectPeer(ctx, tx, code)
		if err != nil {
			return err
		}
		w, err := selectWitness(ctx, tx, p.Origin())
		if err != nil {
			return err
		}
		if signed = []byte(row.target); w.checkpoint != "" {
			if c, err := corridorlog.ParseCheckpoint(signed); err != nil || c.Size < w.size {
				signed = []byte(w.checkpoint)
			}
		}
		if len(signed) == 0 {
			return fault.New(fault.NotFound, "federation.no_leaf", "origin", clip(code), "index", 0)
		}
		return nil
	})
	return signed, err
}

// HeldEntries are leaves of a neighbour from an index on, at most a bundle, each with its length in two bytes.
func (s *Service) HeldEntries(ctx context.Context, code string, from int64) (b []byte, err error) {
	p, ok := s.peerOf(code)
	if !ok || from < 0 {
		return nil, fault.New(fault.NotFound, "federation.no_leaf", "origin", clip(code), "index", from)
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := selectLeaves(ctx, tx, p.Origin(), from, bundleLeaves)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		for _, l := range all {
			_ = binary.Write(&out, binary.BigEndian, uint16(len(l.Bytes)))
			out.Write(l.Bytes)
		}
		b = out.Bytes()
		return nil
	})
	return b, err
}
