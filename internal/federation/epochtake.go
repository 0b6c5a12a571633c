package federation

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// epochBegun is under what the last checkpoint of the epoch before is kept as evidence.
const epochBegun = "federation.epoch_begun"

// EpochLeafKind is the first leaf of a new epoch.
const EpochLeafKind = "log.epoch"

// takeEpochs asks a neighbour whose checkpoint does not hold for statements of new epochs, and goes over to what its neighbours have
// countersigned. A statement that lacks signatures is refused, shown and kept as evidence.
func (s *Service) takeEpochs(ctx context.Context, p Peer) (took bool, err error) {
	b, err := s.fetch(ctx, p, epochsPath, epochsBytesMax)
	if e := (errStatus{}); errors.As(err, &e) && e.status == http.StatusNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(b)) {
		signed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err != nil {
			return took, s.refuseEpoch(ctx, p, []byte(line), fault.New(fault.Invalid, "federation.epoch_form", "what", "base64"))
		}
		began, err := s.takeEpoch(ctx, p, signed)
		if refusedEpoch(err) {
			return took, s.refuseEpoch(ctx, p, signed, err)
		}
		if err != nil {
			return took, err
		}
		took = took || began
		p, _ = s.peerOf(p.Code)
	}
	return took, nil
}

// refusedEpoch says that there was a statement and that it does not hold; one that did not come is no news.
func refusedEpoch(err error) bool {
	return err != nil && (fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Conflict)
}

// refuseEpoch shows a statement that does not hold and keeps it.
func (s *Service) refuseEpoch(ctx context.Context, p Peer, signed []byte, cause error) error {
	f := &following{s: s, p: p, signed: signed}
	err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { f.had, err = selectPeer(ctx, tx, p.Code); return err })
	if err != nil {
		return err
	}
	return errors.Join(cause, f.keep(ctx, fault.CodeOf(cause), ""))
}

// takeEpoch goes over to a new epoch of a neighbour's log: its old keys count no more, what stands here of the log after the place where
// the new one begins is set aside, and what is left is followed on. One that is taken already is passed over.
func (s *Service) takeEpoch(ctx context.Context, p Peer, signed []byte) (began bool, err error) {
	e, err := readEpoch(signed)
	if err != nil {
		return false, err
	}
	var had []EpochState
	var row peerRow
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if had, err = selectEpochsOf(ctx, tx, p.Code); err == nil {
			row, err = selectPeer(ctx, tx, p.Code)
		}
		return err
	}); err != nil {
		return false, err
	}
	if at := e.Epoch - epochFirst; at >= 0 && at < int64(len(had)) {
		if !had[at].sameText(e) {
			return false, fault.New(fault.Conflict, "federation.epoch_order", "epoch", e.Epoch, "have", int64(len(had))+epochFirst-1).On("note")
		}
		return false, nil
	}
	by, err := s.mayBegin(e, signed, p, had)
	if err != nil {
		return false, err
	}
	cut, err := s.common(ctx, p, row, e)
	if err != nil {
		return false, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		now, err := selectPeer(ctx, tx, p.Code)
		if err != nil {
			return err
		}
		if now.size != row.size || now.target != row.target {
			return errOvertaken
		}
		w, err := selectWitness(ctx, tx, e.Log)
		if err != nil {
			return err
		}
		last := row.target
		if w.size > row.size {
			last = w.checkpoint
		}
		if err := insertEvidence(ctx, tx, p.Code, epochBegun, last, string(signed), ""); err != nil {
			return err
		}
		if err := insertEpoch(ctx, tx, e, signed, by, cut, row.size-cut, "cutting"); err != nil {
			return fmt.Errorf("begin epoch %d of %s: %w", e.Epoch, e.Log, err)
		}
		if err := cutLog(ctx, tx, e, cut); err != nil {
			return err
		}
		if err := epochHolds(ctx, tx, e); err != nil {
			return err
		}
		for _, m := range s.mirrors {
			// All is handed over again, so that what was replaced or withdrawn by a leaf that is set aside is there again.
			if err := putMirror(ctx, tx, e.Log, m.Kind, 0); err != nil {
				return err
			}
			if m.Cut != nil {
				if err := m.Cut(ctx, tx, p, e.Log, cut); err != nil {
					return fmt.Errorf("take %s from leaf %d of %s on out: %w", m.Kind, cut, e.Log, err)
				}
			}
		}
		if s.c.Access != nil {
			if err := s.c.Access.Record(ctx, tx, access.System("federation"), access.Entry{Act: "epoch.take", Object: fmt.Sprintf("epoch/%s/%d", e.Code, e.Epoch),
				Detail: fmt.Sprintf("from leaf %d on, %d set aside, countersigned by %s", cut, row.size-cut, strings.Join(by, " "))}); err != nil {
				return err
			}
		}
		row := now
		row.code, row.origin, row.size, row.target, row.problem, row.problemAt = p.Code, e.Log, cut, "", "", 0
		return putPeer(ctx, tx, row)
	})
	if errors.Is(err, errOvertaken) {
		return false, nil // it comes again
	}
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	delete(s.asked, p.Code)
	s.mu.Unlock()
	s.listsChanged()
	return true, s.load(ctx)
}

// common is how many of the leaves that are here stand on in a new epoch: all up to where it begins if they are its own, else none.
func (s *Service) common(ctx context.Context, p Peer, row peerRow, e Epoch) (cut int64, err error) {
	cut = min(row.size, e.Size)
	if cut == 0 {
		return 0, nil
	}
	var here tlog.Hash
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error { here, err = rootHere(ctx, tx, e.Log, cut); return err }); err != nil {
		return 0, err
	}
	there := e.root()
	if cut < e.Size {
		there, err = tlog.TreeHash(cut, corridorlog.Hashes(e.Size, e.root(), s.remoteTiles(ctx, p)))
		if errors.Is(err, corridorlog.ErrTile) {
			return 0, fault.New(fault.Conflict, badTiles, "name", p.Name).Because(err)
		}
		if err != nil {
			return 0, err
		}
	}
	if here != there {
		return 0, nil
	}
	return cut, nil
}

// begins makes sure, before leaves of a new epoch are taken, that its tree has at its beginning the one that was countersigned.
func (f *following) begins(ctx context.Context) error {
	e, ok := f.s.epochOf(f.p.Code)
	if !ok || e.Size == 0 || f.had.size >= e.Size {
		return nil
	}
	if f.c.Size < e.Size {
		return f.refuse(ctx, shrunk, "", nil)
	}
	root, err := tlog.TreeHash(e.Size, f.tiles)
	if err != nil {
		return f.tileFault(ctx, err)
	}
	if root != e.root() {
		return f.refuse(ctx, badRoot, "", nil)
	}
	return nil
}

// epochOf is the newest epoch of a node's log that holds here.
func (s *Service) epochOf(code string) (e Epoch, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.epochs {
		if x.Code == code {
			e, ok = x, true
		}
	}
	return e, ok
}

// BeginEpoch lets this node's own log go on in a new epoch, which its neighbours have countersigned. The log signs with the new key
// already; the statement is its next leaf.
func (s *Service) BeginEpoch(ctx context.Context, signed []byte, ended string) (e Epoch, by []string, err error) {
	if e, err = readEpoch(signed); err != nil {
		return e, nil, err
	}
	p := Peer{Code: s.c.Self, Name: fault.Words{s.c.Self, s.c.Self}, Key: ended}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		had, err := selectEpochsOf(ctx, tx, s.c.Self)
		if err != nil {
			return err
		}
		if by, err = s.mayBegin(e, signed, p, had); err != nil {
			return err
		}
		if err := insertEpoch(ctx, tx, e, signed, by, e.Size, 0, "holds"); err != nil {
			return err
		}
		text, _ := cutNote(signed)
		_, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: EpochLeafKind, Day: unit.DayOf(tx.Now(), unit.Beijing()), Object: "epoch",
			Fields: map[string]any{"epoch": e.Epoch, "size": e.Size, "statement": DigestText(text)}})
		return err
	})
	return e, by, err
}

// Began reads a statement of this node's own log, and says by whom it was countersigned where it holds here already.
func (s *Service) Began(ctx context.Context, signed []byte) (e Epoch, by []string, err error) {
	if e, err = readEpoch(signed); err != nil {
		return e, nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		had, err := selectEpochsOf(ctx, tx, s.c.Self)
		for _, h := range had {
			if h.sameText(e) {
				by = h.By
			}
		}
		return err
	})
	return e, by, err
}

// OwnFileKeys are the keys by which the community file names this node.
func (s *Service) OwnFileKeys() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.files {
		n, _ := c.node(s.c.Self)
		for _, k := range n.Keys {
			out = append(out, k.Key)
		}
	}
	return out
}

// NextEpoch is the statement that this node may ask its neighbours to countersign: its log stands at size with root, and signs
// with key from there on; ended are the keys before.
func (s *Service) NextEpoch(ctx context.Context, size int64, root tlog.Hash, key, witness string, ended []string, why string) (e Epoch, err error) {
	e = Epoch{Code: s.c.Self, Epoch: epochFirst, Size: size, Root: base64.StdEncoding.EncodeToString(root[:]), Key: key, Witness: witness, Ended: ended,
		From: unit.DayOf(s.c.Now(), unit.Beijing()), Why: strings.TrimSpace(why)}
	e.Log, _, _ = strings.Cut(key, "+")
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		had, err := selectEpochsOf(ctx, tx, s.c.Self)
		if n := len(had); err == nil && n > 0 {
			e.Epoch = int64(n) + epochFirst
			text, err := had[n-1].Text()
			if err != nil {
				return err
			}
			e.Before = DigestText(text)
		}
		return err
	})
	if err != nil {
		return e, err
	}
	text, err := e.Text()
	if err == nil {
		_, err = readEpoch([]byte(text))
	}
	return e, err
}
