package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// Follow makes one round over all neighbours. It returns what went wrong, joined; each neighbour is asked all the same.
func (s *Service) Follow(ctx context.Context) error {
	var errs []error
	for _, p := range s.c.Peers {
		if err := s.followPeer(ctx, p); err != nil {
			errs = append(errs, fmt.Errorf("neighbour %s: %w", p.Code, err))
		}
	}
	return errors.Join(errs...)
}

// followPeer takes in what a neighbour's log has grown by.
func (s *Service) followPeer(ctx context.Context, p Peer) error {
	signed, err := s.fetch(ctx, p.URL+"/log/checkpoint", checkpointMax)
	if err != nil {
		return err // silent: shown as late once it lasts
	}
	var had peerRow
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		had, err = selectPeer(ctx, tx, p.Code)
		return err
	}); err != nil {
		return err
	}
	if had.problem == forked {
		return fault.New(fault.Conflict, forked, "name", p.Name)
	}
	c, err := corridorlog.OpenCheckpoint(signed, p.Key)
	if err != nil {
		return s.refuse(ctx, p, had, "federation.signature", signed, err)
	}
	if c.Size < had.size {
		return s.refuse(ctx, p, had, "federation.shrunk", signed, nil)
	}
	if had.size > 0 {
		old, err := corridorlog.OpenCheckpoint([]byte(had.checkpoint), p.Key)
		if err != nil {
			return fmt.Errorf("the checkpoint that is kept: %w", err)
		}
		if c.Size == had.size && c.Root != old.Root {
			return s.refuse(ctx, p, had, forked, signed, nil)
		}
	}
	return s.grow(ctx, p, had, c, signed)
}

// forked is the one problem that does not heal by itself.
const forked = "federation.forked"

// grow fetches the entries from what is verified up to the checkpoint, and keeps them if all hashes make its root.
func (s *Service) grow(ctx context.Context, p Peer, had peerRow, c corridorlog.Checkpoint, signed []byte) error {
	if c.Size-had.size > roundLeavesMax {
		return s.refuse(ctx, p, had, "federation.too_far", signed, nil)
	}
	leaves, err := s.entries(ctx, p, had.size, c.Size)
	if fault.KindOf(err) == fault.Invalid {
		return s.refuse(ctx, p, had, "federation.entries", signed, err)
	}
	if err != nil {
		return err
	}
	var bad *fault.Error
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		bad = nil
		row, err := selectPeer(ctx, tx, p.Code)
		if err != nil {
			return err
		}
		if row.size != had.size {
			return nil // another round was first
		}
		bad, err = take(ctx, tx, p, had.size, leaves, c)
		if err != nil {
			return err
		}
		if bad != nil {
			return bad
		}
		return putPeer(ctx, tx, peerRow{code: p.Code, origin: p.Origin(), size: c.Size, checkpoint: string(signed), seenAt: db.Micros(tx.Now())})
	})
	if bad != nil {
		code := bad.Code
		if had.size > 0 && code == "federation.root" {
			code = forked // what is kept was signed too, so one of the two is another log
		}
		return s.refuse(ctx, p, had, code, signed, nil)
	}
	return err
}

// take stores leaves and their hashes and compares the root; the refusal undoes the act.
func take(ctx context.Context, tx *db.Tx, p Peer, from int64, leaves [][]byte, c corridorlog.Checkpoint) (*fault.Error, error) {
	h := newHashes(ctx, tx, p.Origin())
	for i, b := range leaves {
		at := from + int64(i)
		l, err := readLeaf(p.Origin(), at, b)
		if err != nil {
			return fault.New(fault.Invalid, "federation.entries", "name", p.Name), nil
		}
		add, err := tlog.StoredHashes(at, b, h)
		if err != nil {
			return nil, fmt.Errorf("hashes of leaf %d: %w", at, err)
		}
		if err := h.store(tlog.StoredHashIndex(0, at), add); err != nil {
			return nil, err
		}
		if err := insertLeaf(ctx, tx, l); err != nil {
			return nil, fmt.Errorf("keep leaf %d: %w", at, err)
		}
	}
	root, err := tlog.TreeHash(c.Size, h)
	if err != nil {
		return nil, fmt.Errorf("root of size %d: %w", c.Size, err)
	}
	if root != c.Root {
		return fault.New(fault.Invalid, "federation.root", "name", p.Name), nil
	}
	return nil, nil
}

// readLeaf reads the columns of a leaf out of its bytes.
func readLeaf(origin string, index int64, b []byte) (Leaf, error) {
	var l struct {
		Kind   string          `json:"kind"`
		Day    unit.Day        `json:"day"`
		Fields json.RawMessage `json:"fields"`
	}
	if err := json.Unmarshal(b, &l); err != nil {
		return Leaf{}, err
	}
	if l.Kind == "" || !l.Day.Valid() || len(l.Fields) == 0 || l.Fields[0] != '{' {
		return Leaf{}, errors.New("the leaf lacks its kind, day or fields")
	}
	return Leaf{origin, index, l.Kind, l.Day, l.Fields, b}, nil
}

// entries fetches the leaves [from, to) from the bundles that hold them.
func (s *Service) entries(ctx context.Context, p Peer, from, to int64) ([][]byte, error) {
	var out [][]byte
	for at := from; at < to; {
		n := at / bundleLeaves
		width := min(to-n*bundleLeaves, bundleLeaves)
		b, err := s.fetch(ctx, p.URL+"/log/"+bundlePath(n, int(width)), answerBytesMax)
		if err != nil {
			return nil, err
		}
		leaves, err := corridorlog.Bundle(b)
		if err != nil || int64(len(leaves)) != width {
			return nil, fault.New(fault.Invalid, "federation.entries", "name", p.Name)
		}
		out = append(out, leaves[at-n*bundleLeaves:]...)
		at = n*bundleLeaves + width
	}
	return out, nil
}

// bundlePath is the path of an entry bundle in C2SP tlog-tiles.
func bundlePath(n int64, width int) string {
	t := tlog.Tile{H: 8, L: -1, N: n, W: width}
	return "tile/entries/" + t.Path()[len("tile/8/data/"):]
}

// fetch gets what stands at an address, within a limit.
func (s *Service) fetch(ctx context.Context, address string, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := s.c.Client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answered %s", address, answer.Status)
	case int64(len(b)) > most:
		return nil, fault.New(fault.Invalid, "federation.too_large", "bytes", most)
	}
	return b, nil
}

// refuse keeps what came as evidence, once for the same thing, and shows the problem.
func (s *Service) refuse(ctx context.Context, p Peer, had peerRow, problem string, got []byte, cause error) error {
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		row := had
		row.code, row.origin = p.Code, p.Origin()
		row.problem, row.problemAt = problem, db.Micros(tx.Now())
		if err := putPeer(ctx, tx, row); err != nil {
			return err
		}
		return insertEvidence(ctx, tx, p.Code, problem, had.checkpoint, string(got))
	})
	f := fault.New(fault.Conflict, problem, "name", p.Name)
	if cause != nil {
		f = f.Because(cause)
	}
	return errors.Join(f, err)
}
