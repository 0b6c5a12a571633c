package log

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	auditPage = 500
	foundMax  = 100 // findings in one list; more are not told one by one
)

// Audit recomputes every leaf from the columns beside it, every tile from the leaves, every root from the tiles and every
// commitment from its salt, checks every signature, and returns a line for each thing that does not fit. It reads one
// snapshot, trusts nothing that is kept in memory, and holds no more of the log than a page.
func (l *Log) Audit(ctx context.Context) ([]string, error) {
	ctx = db.Afresh(ctx)
	a := &auditor{l: l, ctx: ctx}
	err := l.db.Read(ctx, func(tx *db.Tx) error {
		*a = auditor{l: l, ctx: ctx, tx: tx, checkpoint: -1}
		return a.run()
	})
	return a.found, err
}

type auditor struct {
	l    *Log
	ctx  context.Context
	tx   *db.Tx
	edge *Edge

	keys        string          // all that ever signed
	checkpoint  int64           // size of the last checkpoint that was read
	read        bool            // there are no more checkpoints to read
	waiting     []checkpointRow // read and not compared yet
	records     int64           // public records that stand beside leaves
	withdrawals int64           // leaves that withdraw others
	found       []string
}

func (a *auditor) say(format string, args ...any) {
	if len(a.found) < foundMax {
		a.found = append(a.found, fmt.Sprintf(format, args...))
	}
}

func (a *auditor) run() error {
	origin, err := selectOrigin(a.ctx, a.tx)
	if err != nil {
		return err
	}
	if origin != "" && origin != a.l.origin {
		a.say("the database is of the log %q, the key of %q", origin, a.l.origin)
	}
	if a.keys, err = a.l.allKeys(a.ctx, a.tx); err != nil {
		return err
	}
	if a.edge, err = NewEdge(0, nil); err != nil {
		return err
	}
	for _, step := range []func() error{a.entries, a.tiles, a.rest, a.pending, a.counts, a.cosignatures} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// entries goes through the leaves in their order, comparing each tile as it fills and each checkpoint at its size.
func (a *auditor) entries() error {
	for {
		page, err := selectEntries(a.ctx, a.tx, a.edge.Size(), auditPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.Index != a.edge.Size() {
				a.say("leaf %d is missing", a.edge.Size())
				return nil
			}
			if err := a.checkpoints(); err != nil {
				return err
			}
			if err := a.entry(e); err != nil {
				return err
			}
			a.edge.Add(tlog.RecordHash(e.Leaf))
		}
		if err := a.tiles(); err != nil {
			return err
		}
		if len(page) < auditPage {
			return a.checkpoints()
		}
	}
}

// entry compares a leaf, numbered or waiting, with the columns beside it and with its public record.
func (a *auditor) entry(e Entry) error {
	leaf, err := readLeaf(e.Leaf)
	name := "leaf " + string(e.ID)
	if e.Index >= 0 {
		name = fmt.Sprintf("leaf %d", e.Index)
	}
	if err != nil {
		a.say("%s cannot be read: %v", name, err)
		return nil
	}
	if !bytes.Equal(compose(e.Kind, e.Day, e.Fields, leaf.Commitment, leaf.Record), e.Leaf) {
		a.say("%s is not what stands beside it", name)
	}
	lost := e.Object == Lost && len(e.salt) == 0 // came back from a neighbour, without its private part
	if !lost && leaf.Commitment != commitment(e.salt, e.ID, e.At, e.Object) {
		a.say("%s: the commitment is not of its private record", name)
	}
	body, salt, err := selectRecord(a.ctx, a.tx, e.ID)
	switch {
	case err != nil && !db.NoRows(err):
		return err
	case err == nil:
		a.records++
		if e.WithdrawnBy != "" {
			a.say("%s: its record was withdrawn and is there", name)
		}
		if RecordDigest(salt, body) != leaf.Record {
			a.say("%s: the public record is not the leaf's", name)
		}
	case leaf.Record != "" && e.WithdrawnBy == "" && !lost:
		a.say("%s: its public record is missing and was not withdrawn", name)
	}
	if index, ok := Withdraws(e.Kind, e.Fields); ok {
		a.withdrawals++
		at, err := selectWithdrawalBy(a.ctx, a.tx, e.ID)
		if err != nil {
			return err
		}
		if at != index {
			a.say("%s withdraws leaf %d, and that is not written down", name, index)
		}
	}
	return nil
}

// tiles compares the tiles that have changed since it was called last.
func (a *auditor) tiles() error {
	for _, want := range a.edge.Changed() {
		got, err := loadTiles(a.ctx, a.tx)(want.Level, want.N, want.Width())
		if err != nil {
			a.say("%v", err)
			continue
		}
		for i := range want.Width() {
			if at := i * tlog.HashSize; !bytes.Equal(got[at:at+tlog.HashSize], want.Hashes[at:at+tlog.HashSize]) {
				a.say("tile %d/%d: hash %d is not that of the leaves", want.Level, want.N, i)
			}
		}
	}
	a.edge.full = nil
	return nil
}

// checkpoints compares those of the present size.
func (a *auditor) checkpoints() error {
	for {
		if len(a.waiting) == 0 {
			if a.read {
				return nil
			}
			page, err := selectCheckpoints(a.ctx, a.tx, a.checkpoint, auditPage)
			if err != nil {
				return err
			}
			if a.read = len(page) < auditPage; len(page) == 0 {
				return nil
			}
			a.waiting = page
			a.checkpoint = page[len(page)-1].size
		}
		if a.waiting[0].size > a.edge.Size() {
			return nil
		}
		a.signed(a.waiting[0])
		a.waiting = a.waiting[1:]
	}
}

func (a *auditor) signed(row checkpointRow) {
	c, err := OpenCheckpoint([]byte(row.note), a.keys)
	switch {
	case err != nil:
		a.say("checkpoint %d: %v", row.size, err)
	case c.unchecked > 0:
		a.say("checkpoint %d: there is a signature that no key of the log made", row.size)
	case c.Origin != a.l.origin || c.Size != row.size || c.Size != a.edge.Size():
		a.say("checkpoint %d is of %s and size %d", row.size, c.Origin, c.Size)
	case c.Root != a.edge.Root():
		a.say("checkpoint %d: its root is not that of the leaves", row.size)
	}
}

// rest says which checkpoints name leaves that are not there, and leaves that no checkpoint names.
func (a *auditor) rest() error {
	if len(a.waiting) > 0 {
		a.say("checkpoint %d names more leaves than the %d there are", a.waiting[0].size, a.edge.Size())
		return nil
	}
	if a.edge.Size() > 0 && a.checkpoint != a.edge.Size() {
		a.say("the newest checkpoint is of size %d, there are %d leaves", a.checkpoint, a.edge.Size())
	}
	return nil
}

func (a *auditor) pending() error {
	var after unit.ID
	for {
		page, err := selectPending(a.ctx, a.tx, after, auditPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			after = e.ID
			if err := a.entry(e); err != nil {
				return err
			}
		}
		if len(page) < auditPage {
			return nil
		}
	}
}

// counts finds rows that belong to nothing.
func (a *auditor) counts() error {
	tiles, hashes, err := selectTileCounts(a.ctx, a.tx)
	if err != nil {
		return err
	}
	for level := range tiles {
		n, width := lastTile(a.edge.Size(), level)
		want := n*tileWidth + int64(width)
		if width > 0 {
			n++
		}
		if tiles[level] != n || hashes[level] != want {
			a.say("level %d has %d tiles of %d hashes, the leaves make %d of %d", level, tiles[level], hashes[level], n, want)
		}
	}
	records, err := countRows(a.ctx, a.tx, sqlRecordCount)
	if err != nil {
		return err
	}
	if records != a.records {
		a.say("there are %d public records, %d belong to leaves", records, a.records)
	}
	withdrawals, err := countRows(a.ctx, a.tx, sqlWithdrawalCount)
	if err != nil {
		return err
	}
	if withdrawals != a.withdrawals {
		a.say("%d withdrawals are written down, the leaves make %d", withdrawals, a.withdrawals)
	}
	return nil
}

func (a *auditor) cosignatures() error {
	size, witness := int64(-1), ""
	for {
		page, err := selectCosignaturesAfter(a.ctx, a.tx, size, witness, auditPage)
		if err != nil {
			return err
		}
		for _, c := range page {
			size, witness = c.Size, c.witness
			signed, err := selectCheckpoint(a.ctx, a.tx, c.Size)
			if err != nil {
				return err
			}
			v, err := newCosignatureVerifier(c.Key)
			if err != nil || v.name != c.witness || !cosigned(string(signed)+c.Line, v) {
				a.say("checkpoint %d: the cosignature of %s is false", c.Size, clip(c.witness))
			}
		}
		if len(page) < auditPage {
			return nil
		}
	}
}
