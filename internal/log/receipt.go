package log

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// receiptHead is the first line of every receipt.
const receiptHead = "corridor receipt v1"

// Verified is what a receipt shows when it is true.
type Verified struct {
	Origin    string
	Index     int64
	Size      int64 // of the log at the checkpoint
	Kind      string
	Day       unit.Day
	Fields    string    // canonical JSON
	ID        unit.ID   // of the leaf in its node; "" when the receipt does not open the commitment
	At        time.Time // when it was made; zero when the receipt does not open the commitment
	Object    string    // what the leaf is about; "" when the receipt does not open the commitment
	Record    []byte    // the public record beside the leaf; nil when there is none or it was withdrawn
	Witnesses []string  // whose cosignatures are true, of those whose keys were given
	Unchecked int       // signatures of witnesses whose keys were not given
}

// receipt is the parts of one.
type receipt struct {
	origin     string
	index      int64
	leaf       string
	leafHash   tlog.Hash
	salt       []byte // nil when the commitment is not opened
	private    string
	recordSalt []byte // nil when there is no record
	record     []byte
	proof      tlog.RecordProof
	signed     []byte
}

// Receipt is a self-contained proof of a leaf, as text. open adds salt and private record: only for those who may see
// what the leaf is about. A leaf that waits for its number has no receipt yet and is Unavailable. Of the last checkpoints
// that name the leaf, that with the most cosignatures is taken.
func (l *Log) Receipt(ctx context.Context, id unit.ID, open bool) (b []byte, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		e, err := selectByID(ctx, tx, id)
		if err != nil {
			return err
		}
		r, err := l.prove(ctx, tx, e)
		if err != nil {
			return err
		}
		if open {
			r.salt, r.private = e.salt, string(private(e.ID, e.At, e.Object))
		}
		if r.record, r.recordSalt, err = selectRecord(ctx, tx, id); err != nil && !db.NoRows(err) {
			return err
		}
		b = r.render()
		return nil
	})
	return b, err
}

// prove makes the proof of a leaf, and checks it before anybody else does.
func (l *Log) prove(ctx context.Context, tx *db.Tx, e Entry) (r receipt, err error) {
	if e.Index < 0 {
		return r, fault.New(fault.Unavailable, "log.pending")
	}
	signed, cosigned, err := bestCheckpoint(ctx, tx, e.Index)
	if err != nil {
		return r, err
	}
	c, err := parseCheckpoint(noteText(signed))
	if err != nil {
		return r, err
	}
	tree, err := l.proven(ctx, tx, c)
	if err != nil {
		return r, fmt.Errorf("prove leaf %d: %w", e.Index, damaged(err))
	}
	proof, err := tlog.ProveRecord(c.Size, e.Index, tree)
	if err != nil {
		return r, fmt.Errorf("prove leaf %d: %w", e.Index, damaged(err))
	}
	hash := tlog.RecordHash(e.Leaf)
	if err := tlog.CheckRecord(proof, c.Size, c.Root, e.Index, hash); err != nil {
		return r, fault.New(fault.Internal, "log.damaged").Because(fmt.Errorf("leaf %d: %w", e.Index, err))
	}
	if cosigned {
		if signed, err = withCosignatures(ctx, tx, signed); err != nil {
			return r, err
		}
	}
	return receipt{origin: l.origin, index: e.Index, leaf: string(e.Leaf), leafHash: hash, proof: proof, signed: signed}, nil
}

// Proof is the proof of a leaf for other programs, C2SP tlog-proof v1, with the cosignatures that the checkpoint has. The
// leaf's bytes are not in it: they stand in the log's entry bundle.
func (l *Log) Proof(ctx context.Context, index int64) (b []byte, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		e, err := selectEntry(ctx, tx, index)
		if err != nil {
			return err
		}
		r, err := l.prove(ctx, tx, e)
		if err != nil {
			return err
		}
		b = fmt.Appendf(nil, "c2sp.org/tlog-proof@v1\nindex %d\n", index)
		for _, h := range r.proof {
			b = fmt.Appendf(b, "%s\n", strict.EncodeToString(h[:]))
		}
		b = append(b, '\n')
		b = append(b, r.signed...)
		return nil
	})
	return b, err
}

// NewReceipt is the receipt of a leaf of any log of this form, made by who follows it: without private record or public record.
// Nothing is checked; VerifyReceipt does.
func NewReceipt(index int64, leaf []byte, proof tlog.RecordProof, signed []byte) ([]byte, error) {
	c, err := ParseCheckpoint(signed)
	if err != nil {
		return nil, err
	}
	return receipt{origin: c.Origin, index: index, leaf: string(leaf), leafHash: tlog.RecordHash(leaf), proof: proof, signed: signed}.render(), nil
}

// render writes a receipt. The second line is a digest of all below it: it shows a slip of a bit in what else nobody
// would check, such as the signature of a witness whose key is not known.
func (r receipt) render() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "log %s\nindex %d\nleaf %s\nleaf-hash %s%s\n", r.origin, r.index, r.leaf, algorithm, strict.EncodeToString(r.leafHash[:]))
	if r.salt != nil {
		fmt.Fprintf(&b, "salt %s\nprivate %s\n", strict.EncodeToString(r.salt), r.private)
	}
	if r.recordSalt != nil {
		fmt.Fprintf(&b, "record-salt %s\nrecord %s\n", strict.EncodeToString(r.recordSalt), strict.EncodeToString(r.record))
	}
	for _, h := range r.proof {
		fmt.Fprintf(&b, "proof %s\n", strict.EncodeToString(h[:]))
	}
	b.WriteByte('\n')
	b.Write(r.signed)
	sum := sha256.Sum256(b.Bytes())
	return append([]byte(receiptHead+"\nsum "+algorithm+hex.EncodeToString(sum[:])+"\n"), b.Bytes()...)
}

// VerifyReceipt checks a receipt by the log's verifier key, asking nobody. key may hold several keys, one a line: of the
// log, and of witnesses whose cosignatures are to be counted. Parts are checked in this order, and the refusal names the
// first that is false: form, key, checkpoint signature, origin, leaf, inclusion proof, commitment, record, and last the sum.
func VerifyReceipt(b []byte, key string) (v Verified, err error) {
	r, err := parseReceipt(b)
	if err != nil {
		return v, err
	}
	c, err := OpenCheckpoint(r.signed, key)
	if err != nil {
		return v, err
	}
	if r.origin != c.Origin {
		return v, fault.New(fault.Invalid, "log.checkpoint_origin", "origin", clip(c.Origin), "want", clip(r.origin)).On("log")
	}
	if tlog.RecordHash([]byte(r.leaf)) != r.leafHash {
		return v, fault.New(fault.Invalid, "log.leaf_changed").On("leaf")
	}
	if err := tlog.CheckRecord(r.proof, c.Size, c.Root, r.index, r.leafHash); err != nil {
		return v, fault.New(fault.Invalid, "log.inclusion").Because(err).On("proof")
	}
	leaf, err := readLeaf([]byte(r.leaf))
	if err != nil {
		return v, fault.New(fault.Invalid, "log.leaf_form").Because(err).On("leaf")
	}
	v = Verified{Origin: c.Origin, Index: r.index, Size: c.Size, Kind: leaf.Kind, Day: leaf.Day, Fields: string(leaf.Fields),
		Record: r.record, Witnesses: c.Witnesses, Unchecked: c.unchecked}
	if r.salt != nil {
		if digest("commitment", r.salt, []byte(r.private)) != leaf.Commitment {
			return Verified{}, fault.New(fault.Invalid, "log.commitment").On("private")
		}
		var p struct {
			At     time.Time `json:"at"`
			ID     unit.ID   `json:"id"`
			Object string    `json:"object"`
		}
		if err := json.Unmarshal([]byte(r.private), &p); err != nil {
			return Verified{}, fault.New(fault.Invalid, "log.leaf_form").Because(err).On("private")
		}
		v.At, v.ID, v.Object = p.At, p.ID, p.Object
	}
	if r.recordSalt != nil && RecordDigest(r.recordSalt, r.record) != leaf.Record {
		return Verified{}, fault.New(fault.Invalid, "log.record").On("record")
	}
	if !bytes.Equal(r.render(), b) {
		return Verified{}, fault.New(fault.Invalid, "log.sum").On("sum")
	}
	return v, nil
}

// parseReceipt reads the one form that render writes.
func parseReceipt(b []byte) (r receipt, err error) {
	bad := func(what string) (receipt, error) {
		return receipt{}, fault.New(fault.Invalid, "log.receipt_form", "part", what).On(what)
	}
	head, signed, ok := strings.Cut(string(b), "\n\n")
	if !ok {
		return bad("checkpoint")
	}
	r.signed = []byte(signed)
	lines := strings.Split(head, "\n")
	if lines[0] != receiptHead {
		return bad("head")
	}
	next := func(name string) (string, bool) {
		if len(lines) < 2 || !strings.HasPrefix(lines[1], name+" ") {
			return "", false
		}
		lines = lines[1:]
		return lines[0][len(name)+1:], true
	}
	decode := func(text string, into *[]byte, want int) bool {
		b, err := strict.DecodeString(text)
		*into = b
		return err == nil && (want == 0 || len(b) == want)
	}
	if _, ok = next("sum"); !ok {
		return bad("sum")
	}
	if r.origin, ok = next("log"); !ok {
		return bad("log")
	}
	index, ok := next("index")
	if r.index, err = strconv.ParseInt(index, 10, 64); !ok || err != nil || r.index < 0 {
		return bad("index")
	}
	if r.leaf, ok = next("leaf"); !ok {
		return bad("leaf")
	}
	text, ok := next("leaf-hash")
	var hash []byte
	if text, named := strings.CutPrefix(text, algorithm); !ok || !named || !decode(text, &hash, tlog.HashSize) {
		return bad("leaf-hash")
	}
	r.leafHash = tlog.Hash(hash)
	if text, ok := next("salt"); ok {
		if !decode(text, &r.salt, saltBytes) {
			return bad("salt")
		}
		if r.private, ok = next("private"); !ok {
			return bad("private")
		}
	}
	if text, ok := next("record-salt"); ok {
		if !decode(text, &r.recordSalt, saltBytes) {
			return bad("record-salt")
		}
		if text, ok = next("record"); !ok || !decode(text, &r.record, 0) {
			return bad("record")
		}
	}
	for {
		text, ok := next("proof")
		if !ok {
			break
		}
		var h []byte
		if !decode(text, &h, tlog.HashSize) {
			return bad("proof")
		}
		r.proof = append(r.proof, tlog.Hash(h))
	}
	if len(lines) != 1 {
		return bad("form")
	}
	return r, nil
}
