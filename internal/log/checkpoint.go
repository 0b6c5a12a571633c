package log

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// Checkpoint is what a signed checkpoint says.
type Checkpoint struct {
	Origin    string
	Size      int64
	Root      tlog.Hash
	Text      string   // the signed text
	Witnesses []string // whose cosignatures are true, of those whose keys were given
	unchecked int      // signatures of keys that were not given
}

var strict = base64.StdEncoding.Strict()

// checkpointText is the text of a checkpoint (C2SP tlog-checkpoint).
func checkpointText(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// parseCheckpoint reads the text of a checkpoint.
func parseCheckpoint(text string) (c Checkpoint, err error) {
	bad := func() (Checkpoint, error) {
		return Checkpoint{}, fault.New(fault.Invalid, "log.checkpoint_form").On("checkpoint")
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] == "" || lines[len(lines)-1] != "" {
		return bad()
	}
	c.Text, c.Origin = text, lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return bad()
	}
	root, err := strict.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return bad()
	}
	c.Root = tlog.Hash(root)
	return c, nil
}

// ParseCheckpoint reads a signed checkpoint without checking its signatures: one that was checked before it was kept, or
// one of which the log has yet to be found.
func ParseCheckpoint(signed []byte) (Checkpoint, error) { return parseCheckpoint(noteText(signed)) }

// noteText is the text of a signed note, its signatures left off unchecked.
func noteText(signed []byte) string {
	at := strings.LastIndex(string(signed), "\n\n")
	return string(signed[:max(at+1, 0)])
}

// OpenCheckpoint checks that one of the log's keys signed a checkpoint, and that it is of that log. key may hold several
// verifier keys, one a line: more than one of a log while its keys change over, and those of witnesses, whose true
// cosignatures are counted. Signatures of others are passed over.
func OpenCheckpoint(signed []byte, key string) (Checkpoint, error) {
	k, err := parseKeys(key)
	if err != nil {
		return Checkpoint{}, err
	}
	n, err := openNote(signed, k.logs)
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if name := n.Sigs[0].Name; c.Origin != name {
		return Checkpoint{}, fault.New(fault.Invalid, "log.checkpoint_origin", "origin", clip(c.Origin), "want", clip(name)).On("checkpoint")
	}
	c.unchecked = len(n.UnverifiedSigs)
	for _, s := range n.UnverifiedSigs {
		for _, w := range k.witnesses {
			if s.Name != w.Name() || s.Hash != w.KeyHash() {
				continue
			}
			if signature, ok := signatureBytes(s); ok && w.Verify([]byte(n.Text), signature) {
				c.Witnesses = append(c.Witnesses, s.Name)
				c.unchecked--
			}
		}
	}
	return c, nil
}

// signatureBytes decodes a signature without the number of its key.
func signatureBytes(s note.Signature) ([]byte, bool) {
	b, err := strict.DecodeString(s.Base64)
	if err != nil || len(b) < 5 || binary.BigEndian.Uint32(b) != s.Hash {
		return nil, false
	}
	return b[4:], true
}

// openNote checks a signed note by the keys of a log, and says whether the key or the signature is the false part.
func openNote(signed []byte, known []note.Verifier) (*note.Note, error) {
	n, err := note.Open(signed, note.VerifierList(known...))
	var unknown *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unknown):
		return nil, fault.New(fault.Invalid, "log.other_key").Because(err).On("key")
	case err != nil:
		return nil, fault.New(fault.Invalid, "log.signature").Because(err).On("checkpoint")
	}
	for _, s := range n.Sigs {
		if !canonicalBase64(s.Base64) {
			return nil, fault.New(fault.Invalid, "log.signature").On("checkpoint")
		}
	}
	return n, nil
}

// canonicalBase64 refuses an encoding whose last character has bits that decoding would pass over.
func canonicalBase64(s string) bool {
	b, err := strict.DecodeString(s)
	return err == nil && strict.EncodeToString(b) == s
}

// Checkpoint is the newest signed checkpoint, with what witnesses have signed of it so far.
func (l *Log) Checkpoint(ctx context.Context) (signed []byte, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		if signed, err = newestCheckpoint(ctx, tx); err != nil {
			return err
		}
		signed, err = withCosignatures(ctx, tx, signed)
		return err
	})
	return signed, err
}

// Tree is how many leaves have their number, and the root of their tree.
func (l *Log) Tree(ctx context.Context) (size int64, root tlog.Hash, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		edge, _, err := l.open(ctx, tx)
		if err == nil {
			size, root = edge.Size(), edge.Root()
		}
		return err
	})
	return size, root, err
}

// withCosignatures adds the lines of witnesses to a checkpoint of ours.
func withCosignatures(ctx context.Context, tx *db.Tx, signed []byte) ([]byte, error) {
	c, err := parseCheckpoint(noteText(signed))
	if err != nil {
		return nil, err
	}
	all, err := selectCosignatures(ctx, tx, c.Size)
	for _, x := range all {
		signed = append(signed, x.Line...)
	}
	return signed, err
}

// Consistency proves that the tree of an older size is the beginning of that of a newer checkpoint of ours
// (RFC 6962, section 2.1.2). From 0 the proof is empty.
func (l *Log) Consistency(ctx context.Context, from, to int64) (proof tlog.TreeProof, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		signed, err := selectCheckpoint(ctx, tx, to)
		if err != nil {
			return err
		}
		c, err := parseCheckpoint(noteText(signed))
		if err != nil {
			return err
		}
		if from < 0 || from > to {
			return fault.New(fault.Invalid, "log.sizes", "from", from, "to", to)
		}
		if from == 0 || from == to {
			return nil
		}
		tree, err := l.proven(ctx, tx, c)
		if err == nil {
			proof, err = tlog.ProveTree(to, from, tree)
		}
		return damaged(err)
	})
	return proof, err
}

// damaged says that what is kept does not fit itself.
func damaged(err error) error {
	if errors.Is(err, ErrTile) {
		return fault.New(fault.Internal, "log.damaged").Because(err)
	}
	return err
}

// clip shortens a text that a refusal shows.
func clip(s string) string {
	const shown = 60
	if r := []rune(s); len(r) > shown {
		return string(r[:shown]) + "…"
	}
	return s
}
