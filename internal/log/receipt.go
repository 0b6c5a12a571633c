package log

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// receiptHead is the first line of every receipt.
const receiptHead = "corridor receipt v1"

// Verified is what a receipt shows when it is true.
type Verified struct {
	Origin string
	Index  int64
	Size   int64 // of the log at the checkpoint
	Kind   string
	Day    unit.Day
	Fields string // canonical JSON
	Object string // what the leaf is about; "" when the receipt does not open the commitment
}

var strict = base64.StdEncoding.Strict()

// Receipt is a self-contained proof of a leaf, as text. open adds salt and object: only for those who may see it.
// A leaf that waits for its number has no receipt yet and is Unavailable.
func (l *Log) Receipt(ctx context.Context, id unit.ID, open bool) (b []byte, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		e, err := selectByID(ctx, tx, id)
		if err != nil {
			return err
		}
		signed, c, err := newestCheckpoint(ctx, tx)
		if err != nil {
			return err
		}
		if e.Index < 0 || e.Index >= c {
			return fault.New(fault.Unavailable, "log.pending")
		}
		proof, err := tlog.ProveRecord(c, e.Index, newHashes(ctx, tx))
		if err != nil {
			return fmt.Errorf("prove leaf %d: %w", e.Index, err)
		}
		b = render(l.origin, e, proof, signed, open)
		return nil
	})
	return b, err
}

func render(origin string, e Entry, proof tlog.RecordProof, signed []byte, open bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\norigin %s\nindex %d\nleaf %s\n", receiptHead, origin, e.Index, strict.EncodeToString(e.Leaf))
	if open {
		fmt.Fprintf(&b, "salt %s\nobject %s\n", strict.EncodeToString(e.salt), e.Object)
	}
	for _, h := range proof {
		fmt.Fprintf(&b, "proof %s\n", strict.EncodeToString(h[:]))
	}
	b.WriteString("checkpoint\n")
	b.Write(signed)
	return b.Bytes()
}

// VerifyReceipt checks a receipt by the log's verifier key, asking nobody. The refusal names the part that is false:
// form, key, checkpoint, proof, leaf or commitment.
func VerifyReceipt(receipt []byte, key string) (Verified, error) {
	r, err := parseReceipt(receipt)
	if err != nil {
		return Verified{}, err
	}
	n, err := openNote(r.signed, key)
	if err != nil {
		return Verified{}, err
	}
	// A receipt carries the log's own signature and nothing that nobody would check.
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 || !canonicalBase64(n.Sigs[0].Base64) {
		return Verified{}, fault.New(fault.Invalid, "log.signature").On("checkpoint")
	}
	c, err := OpenCheckpoint(r.signed, key)
	if err != nil {
		return Verified{}, err
	}
	if r.origin != c.Origin {
		return Verified{}, fault.New(fault.Invalid, "log.checkpoint_origin", "origin", clip(c.Origin), "want", clip(r.origin)).On("origin")
	}
	if err := tlog.CheckRecord(r.proof, c.Size, c.Root, r.index, tlog.RecordHash(r.leaf)); err != nil {
		return Verified{}, fault.New(fault.Invalid, "log.inclusion").Because(err).On("proof")
	}
	var leaf struct {
		V          int             `json:"v"`
		Kind       string          `json:"kind"`
		Day        unit.Day        `json:"day"`
		Fields     json.RawMessage `json:"fields"`
		Commitment string          `json:"commitment"`
	}
	if err := json.Unmarshal(r.leaf, &leaf); err != nil || leaf.V != leafVersion {
		return Verified{}, fault.New(fault.Invalid, "log.leaf_form").On("leaf")
	}
	if r.salt != nil && commitment(r.salt, r.object) != leaf.Commitment {
		return Verified{}, fault.New(fault.Invalid, "log.commitment").On("object")
	}
	return Verified{Origin: c.Origin, Index: r.index, Size: c.Size, Kind: leaf.Kind, Day: leaf.Day, Fields: string(leaf.Fields), Object: r.object}, nil
}

// canonicalBase64 refuses an encoding whose last character has bits that decoding would pass over.
func canonicalBase64(s string) bool {
	b, err := strict.DecodeString(s)
	return err == nil && strict.EncodeToString(b) == s
}

type receiptParts struct {
	origin string
	index  int64
	leaf   []byte
	salt   []byte // nil when the commitment is not opened
	object string
	proof  tlog.RecordProof
	signed []byte
}

// parseReceipt reads the one form that render writes; anything else is refused, down to the last bit.
func parseReceipt(b []byte) (r receiptParts, err error) {
	bad := func(what string) (receiptParts, error) {
		return receiptParts{}, fault.New(fault.Invalid, "log.receipt_form").On(what)
	}
	head, signed, ok := strings.Cut(string(b), "\ncheckpoint\n")
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
	if r.origin, ok = next("origin"); !ok {
		return bad("origin")
	}
	index, ok := next("index")
	if r.index, err = strconv.ParseInt(index, 10, 64); !ok || err != nil || strconv.FormatInt(r.index, 10) != index || r.index < 0 {
		return bad("index")
	}
	leaf, ok := next("leaf")
	if r.leaf, err = strict.DecodeString(leaf); !ok || err != nil {
		return bad("leaf")
	}
	if salt, ok := next("salt"); ok {
		if r.salt, err = strict.DecodeString(salt); err != nil || len(r.salt) != saltBytes {
			return bad("salt")
		}
		if r.object, ok = next("object"); !ok {
			return bad("object")
		}
	}
	for {
		text, ok := next("proof")
		if !ok {
			break
		}
		h, err := strict.DecodeString(text)
		if err != nil || len(h) != tlog.HashSize {
			return bad("proof")
		}
		r.proof = append(r.proof, tlog.Hash(h))
	}
	if len(lines) != 1 {
		return bad("head")
	}
	return r, nil
}
