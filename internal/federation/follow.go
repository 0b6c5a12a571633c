package federation

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

// The problems that a neighbour's answer can have. Only a fork does not heal by itself.
const (
	badSignature = "federation.signature"
	shrunk       = "federation.shrunk"
	forked       = "federation.forked"
	badEntries   = "federation.entries"
	badRoot      = "federation.root"
	badTiles     = "federation.tiles"
)

// following is one neighbour in one round.
type following struct {
	s      *Service
	p      Peer
	had    peerRow
	old    corridorlog.Checkpoint // of had.target; zero when there is none
	c      corridorlog.Checkpoint // that it shows now
	signed []byte                 // the text of c
	tiles  tlog.HashReader        // of c, from the neighbour, each checked against c's root
}

// followPeer takes in what a neighbour's log has grown by, at most roundLeavesMax leaves. more says that there are more.
func (s *Service) followPeer(ctx context.Context, p Peer) (more bool, err error) {
	f := &following{s: s, p: p}
	// What is known is read before the neighbour is asked: an answer from before a person cleared it must not be held against it after.
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		f.had, err = selectPeer(ctx, tx, p.Code)
		return err
	}); err != nil {
		return false, err
	}
	if f.had.problem == forked {
		if took, err := s.takeEpochs(ctx, p); took || refusedEpoch(err) {
			return took, err
		}
		return false, fault.New(fault.Conflict, forked, "name", p.Name)
	}
	if f.signed, err = s.fetch(ctx, p, "/log/checkpoint", checkpointMax); err != nil {
		return false, err // silent: shown as late once it lasts
	}
	if f.had.target != "" {
		if f.old, err = corridorlog.ParseCheckpoint([]byte(f.had.target)); err != nil {
			return false, fmt.Errorf("the checkpoint that is kept: %w", err)
		}
	}
	if f.c, err = corridorlog.OpenCheckpoint(f.signed, p.Key); err != nil {
		if took, err := s.takeEpochs(ctx, p); took || refusedEpoch(err) {
			return took, err
		}
		return false, f.refuse(ctx, badSignature, "", err)
	}
	f.tiles = corridorlog.Hashes(f.c.Size, f.c.Root, s.remoteTiles(ctx, p))
	switch {
	case f.c.Size < f.old.Size:
		return false, f.refuse(ctx, shrunk, "", nil)
	case f.had.target != "" && f.c.Size == f.old.Size && f.c.Root != f.old.Root:
		return false, f.refuse(ctx, forked, "", nil) // two signed roots of one size prove themselves
	}
	if err := f.begins(ctx); err != nil {
		return false, err
	}
	more, err = f.grow(ctx)
	if errors.Is(err, errOvertaken) {
		return false, nil // the next round goes on from there
	}
	return more, err
}

// grow takes the entries from what is here up to the checkpoint, piece by piece.
func (f *following) grow(ctx context.Context) (more bool, err error) {
	end := min(f.c.Size, f.had.size+roundLeavesMax)
	// Reaching the new root in one step from all of the old tree shows that it continues the old one. Otherwise that has to
	// be proved before anything is taken in.
	inOne := f.had.size == f.old.Size && f.c.Size-f.had.size <= pieceLeaves
	if !inOne {
		if err := f.continues(ctx); err != nil {
			return false, err
		}
	}
	for {
		mid := min(end, (f.had.size+pieceLeaves)/bundleLeaves*bundleLeaves)
		if mid <= f.had.size {
			mid = end
		}
		root := f.c.Root
		if mid < f.c.Size {
			if root, err = tlog.TreeHash(mid, f.tiles); err != nil {
				return false, f.tileFault(ctx, err)
			}
		}
		if err := f.piece(ctx, mid, root, inOne); err != nil {
			return false, err
		}
		if f.had.size == end {
			return f.had.size < f.c.Size, nil
		}
	}
}

// continues proves by the neighbour's tiles that its tree of now begins with the one it signed before.
func (f *following) continues(ctx context.Context) error {
	if f.old.Size == 0 || f.old.Size == f.c.Size {
		return nil
	}
	root, err := tlog.TreeHash(f.old.Size, f.tiles)
	if err != nil {
		return f.tileFault(ctx, err)
	}
	if root == f.old.Root {
		return nil
	}
	proof, err := tlog.ProveTree(f.c.Size, f.old.Size, f.tiles)
	if err != nil {
		return f.tileFault(ctx, err)
	}
	return f.refuse(ctx, forked, proofText(f.old.Size, root, proof), nil)
}

// proofText is the evidence of a fork: the root of the old size in the new tree, and the RFC 6962 proof that it is.
func proofText(size int64, root tlog.Hash, proof tlog.TreeProof) string {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n%s\n", size, root)
	for _, h := range proof {
		fmt.Fprintf(&b, "%s\n", h)
	}
	return b.String()
}

// tileFault tells tiles that are false from those that did not come.
func (f *following) tileFault(ctx context.Context, err error) error {
	if errors.Is(err, corridorlog.ErrTile) || fault.KindOf(err) == fault.Invalid {
		return f.refuse(ctx, badTiles, "", err)
	}
	return err
}

// errOvertaken says that another round of the same neighbour was first.
var errOvertaken = errors.New("another round was first")

// piece fetches entries up to a size, and keeps them if all hashes make its root.
func (f *following) piece(ctx context.Context, to int64, root tlog.Hash, inOne bool) error {
	leaves, err := f.s.entries(ctx, f.p, f.had.size, to)
	if fault.KindOf(err) == fault.Invalid {
		return f.refuse(ctx, badEntries, "", err)
	}
	if err != nil {
		return err
	}
	sum := 0
	for _, b := range leaves {
		sum += len(b)
	}
	if err := f.s.takesBytes(f.p, sum); err != nil {
		return err // what it publishes is more than any of us; the rest comes tomorrow
	}
	row := f.had
	row.code, row.origin, row.size, row.problem, row.problemAt = f.p.Code, f.p.Origin(), to, "", 0
	row.target, row.seenAt = string(f.signed), db.Micros(f.s.c.Now())
	if row.sameAs(f.had) {
		return nil
	}
	var wrong, lists bool
	err = f.s.c.DB.Act(ctx, func(tx *db.Tx) error {
		wrong, lists = false, false
		now, err := selectPeer(ctx, tx, f.p.Code)
		if err != nil {
			return err
		}
		if now.size != f.had.size || now.target != f.had.target || now.problem == forked {
			return errOvertaken
		}
		if wrong, lists, err = take(ctx, tx, f.p.Origin(), f.had.size, leaves, root); err != nil {
			return err
		}
		if wrong {
			return fault.New(fault.Invalid, badRoot, "name", f.p.Name)
		}
		return putPeer(ctx, tx, row)
	})
	if err == nil {
		from := f.had.size
		f.had, f.old = row, f.c
		if lists {
			f.s.listsChanged()
		}
		return f.agrees(ctx, from)
	}
	if !wrong {
		return err
	}
	// The entries do not make the root. Either they are false, or the root continues another tree than the one here.
	if inOne {
		if err := f.continues(ctx); err != nil {
			return err
		}
	}
	return f.refuse(ctx, badRoot, "", nil)
}

// agrees compares what was followed with what this node signed of the log as a witness: a log that shows one tree to its
// witness and another to its followers has forked.
func (f *following) agrees(ctx context.Context, from int64) error {
	var w witnessRow
	var root tlog.Hash
	err := f.s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if w, err = selectWitness(ctx, tx, f.p.Origin()); err != nil || w.size <= from || w.size > f.had.size {
			return err
		}
		root, err = tlog.TreeHash(w.size, localTree(ctx, tx, f.p.Origin()))
		return err
	})
	if err != nil || w.size <= from || w.size > f.had.size {
		return err
	}
	c, err := corridorlog.ParseCheckpoint([]byte(w.checkpoint))
	if err != nil {
		return err
	}
	if c.Root == root {
		return nil
	}
	f.had.target = w.checkpoint // is what this stands against
	return f.refuse(ctx, forked, "", nil)
}

// take stores leaves and their tiles. wrong says that they do not make the root; the caller then undoes the act. lists says that an
// organisation got a label or lost one.
func take(ctx context.Context, tx *db.Tx, origin string, from int64, leaves [][]byte, root tlog.Hash) (wrong, lists bool, err error) {
	edge, err := corridorlog.NewEdge(from, loadTiles(ctx, tx, origin))
	if err != nil {
		return false, false, err
	}
	read := make([]Leaf, len(leaves))
	for i, b := range leaves {
		edge.Add(tlog.RecordHash(b))
		read[i] = readLeaf(origin, from+int64(i), b)
	}
	if edge.Root() != root {
		return true, false, nil
	}
	if err := insertLeaves(ctx, tx, read); err != nil {
		return false, false, err
	}
	for _, l := range read {
		if c, ok := readCertificate(l.Kind, l.Fields); ok {
			c.Origin, c.Index, lists = l.Origin, l.Index, true
			if err := insertCertificate(ctx, tx, c); err != nil {
				return false, false, fmt.Errorf("certificate of leaf %d: %w", l.Index, err)
			}
		}
		if index, ok := corridorlog.Withdraws(l.Kind, l.Fields); ok && index < l.Index {
			if err := insertWithdrawal(ctx, tx, origin, index, l.Index); err != nil {
				return false, false, fmt.Errorf("withdrawal by leaf %d: %w", l.Index, err)
			}
			gone, err := hasCertificate(ctx, tx, origin, index)
			if err != nil {
				return false, false, err
			}
			lists = lists || gone
		}
	}
	for _, t := range edge.Changed() {
		if err := putTile(ctx, tx, origin, t); err != nil {
			return false, false, fmt.Errorf("tile %d/%d: %w", t.Level, t.N, err)
		}
	}
	return false, lists, nil
}

// readLeaf reads the columns of a leaf out of its bytes. A proved leaf that is not in our form is kept as it is, without a
// kind: a neighbour whose program is newer than ours does not stop us.
func readLeaf(origin string, index int64, b []byte) Leaf {
	l := Leaf{Origin: origin, Index: index, Fields: []byte("{}"), Bytes: b, WithdrawnBy: -1}
	if kind, day, fields, err := corridorlog.ReadLeaf(b); err == nil {
		l.Kind, l.Day, l.Fields = kind, day, fields
	}
	return l
}

// refuse keeps what came as evidence, once for the same thing, and shows the problem.
func (f *following) refuse(ctx context.Context, problem, proof string, cause error) error {
	refused := fault.New(fault.Conflict, problem, "name", f.p.Name)
	if cause != nil {
		refused = refused.Because(cause)
	}
	return errors.Join(refused, f.keep(ctx, problem, proof))
}

// keep writes down what came and the problem with it. A fork stays one.
func (f *following) keep(ctx context.Context, problem, proof string) error {
	return f.s.c.DB.Act(ctx, func(tx *db.Tx) error {
		row, err := selectPeer(ctx, tx, f.p.Code)
		if err != nil {
			return err
		}
		if row.problem == forked {
			return nil
		}
		row.code, row.origin = f.p.Code, f.p.Origin()
		row.problem, row.problemAt = problem, db.Micros(tx.Now())
		if err := putPeer(ctx, tx, row); err != nil {
			return err
		}
		return insertEvidence(ctx, tx, f.p.Code, problem, f.had.target, strings.ToValidUTF8(string(f.signed), "\uFFFD"), proof)
	})
}
