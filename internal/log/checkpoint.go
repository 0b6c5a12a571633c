package log

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/fault"
)

// Checkpoint is what a signed checkpoint says.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// checkpointText is the body of a checkpoint (C2SP tlog-checkpoint).
func checkpointText(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// OpenCheckpoint checks the signature of a checkpoint by a verifier key, and that it is of the key's log. Signatures
// of others are passed over.
func OpenCheckpoint(signed []byte, key string) (c Checkpoint, err error) {
	n, err := openNote(signed, key)
	if err != nil {
		return c, err
	}
	bad := func() (Checkpoint, error) { return Checkpoint{}, fault.New(fault.Invalid, "log.checkpoint_form") }
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return bad()
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return bad()
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return bad()
	}
	copy(c.Root[:], root)
	if name, _, _ := strings.Cut(key, "+"); c.Origin != name {
		return Checkpoint{}, fault.New(fault.Invalid, "log.checkpoint_origin", "origin", clip(c.Origin), "want", name)
	}
	return c, nil
}

func openNote(signed []byte, key string) (*note.Note, error) {
	v, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return nil, fault.New(fault.Invalid, "log.key").Because(err).On("key")
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return nil, fault.New(fault.Invalid, "log.signature").Because(err).On("checkpoint")
	}
	return n, nil
}

// verifierOf derives the verifier key from a private key in signed-note's encoding: PRIVATE+KEY+name+hash+key.
func verifierOf(private string) (string, error) {
	parts := strings.SplitN(private, "+", 5)
	if len(parts) != 5 {
		return "", fmt.Errorf("the private key has %d parts, want 5", len(parts))
	}
	b, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(b) != 1+ed25519.SeedSize {
		return "", fmt.Errorf("the private key is not an Ed25519 seed")
	}
	public := ed25519.NewKeyFromSeed(b[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(parts[2], public)
}

// clip shortens a text that a refusal shows.
func clip(s string) string {
	const shown = 60
	if r := []rune(s); len(r) > shown {
		return string(r[:shown]) + "…"
	}
	return s
}
