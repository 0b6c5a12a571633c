package log

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// Algorithms of keys, the first byte of their encoding (C2SP signed-note, tlog-cosignature).
const (
	algEd25519     = 1
	algCosignature = 4
)

// NewKey makes an Ed25519 key pair for a log: signed-note's encodings of the signer and of the verifier.
func NewKey(origin string) (private, public string) {
	private, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		panic(fmt.Sprintf("log: make a key: %v", err)) // only when the machine has no randomness
	}
	return private, public
}

// Fingerprint is the digest of a key, or of keys one a line, for two people to compare on the telephone: 16 groups of four
// hexadecimal digits.
func Fingerprint(key string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(key), "\n")))
	var groups []string
	for i := 0; i < len(sum); i += 2 {
		groups = append(groups, fmt.Sprintf("%x", sum[i:i+2]))
	}
	return strings.Join(groups, " ")
}

// seedOf takes the seed out of a private key in signed-note's encoding: PRIVATE+KEY+name+hash+key.
func seedOf(private string) (name string, seed []byte, err error) {
	parts := strings.SplitN(strings.TrimSpace(private), "+", 5)
	if len(parts) != 5 {
		return "", nil, fmt.Errorf("the private key has %d parts, want 5", len(parts))
	}
	b, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(b) != 1+ed25519.SeedSize || b[0] != algEd25519 {
		return "", nil, errors.New("the private key is not an Ed25519 seed")
	}
	return parts[2], b[1:], nil
}

// verifierOf derives the verifier key from a private key.
func verifierOf(private string) (string, error) {
	name, seed, err := seedOf(private)
	if err != nil {
		return "", err
	}
	return note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
}

// SigningKey is a key for another purpose than the log's, derived from the log's private key, so that a node keeps one
// secret and no key signs two kinds of things.
func SigningKey(private, purpose string) (ed25519.PrivateKey, error) {
	_, seed, err := seedOf(private)
	if err != nil {
		return nil, err
	}
	derived, err := hkdf.Key(sha256.New, seed, nil, "corridor/"+purpose+"/1", ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(derived), nil
}

// keys is what a text of verifier keys, one a line, says: of logs and of witnesses.
type keys struct {
	logs      []note.Verifier
	witnesses []note.Verifier
}

// parseKeys reads verifier keys, one a line. The first is a log's.
func parseKeys(text string) (k keys, err error) {
	bad := func(cause error) (keys, error) {
		return keys{}, fault.New(fault.Invalid, "log.key").Because(cause).On("key")
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		if w, err := newCosignatureVerifier(line); err == nil {
			k.witnesses = append(k.witnesses, w)
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return bad(err)
		}
		k.logs = append(k.logs, v)
	}
	if len(k.logs) == 0 {
		return bad(errors.New("there is no key of a log"))
	}
	return k, nil
}

// CheckKeys refuses what are not the verifier keys of one log, one a line, and of a witness; the witness may be "".
func CheckKeys(logKey, witness string) error {
	k, err := parseKeys(logKey)
	if err != nil {
		return err
	}
	bad := func(why string) error {
		return fault.New(fault.Invalid, "log.key").Because(errors.New(why)).On("key")
	}
	for _, v := range k.logs {
		if v.Name() != k.logs[0].Name() {
			return bad("the keys are of more than one log")
		}
	}
	if len(k.witnesses) > 0 {
		return bad("a key of a witness stands among those of the log")
	}
	if witness != "" {
		if _, err := newCosignatureVerifier(witness); err != nil {
			return fault.New(fault.Invalid, "log.key").Because(err).On("witness")
		}
	}
	return nil
}

// SplitKeys parts the keys that a node gives out, one a line, into those of its log and the first that is a witness's.
func SplitKeys(text string) (logKeys, witness string) {
	var logs []string
	for _, line := range strings.Fields(text) {
		if _, err := newCosignatureVerifier(line); err != nil {
			logs = append(logs, line)
		} else if witness == "" {
			witness = line
		}
	}
	return strings.Join(logs, "\n"), witness
}

// KnownKeys is the log's keys of today and of before, as far as the database has seen them sign, one a line.
func (l *Log) KnownKeys(ctx context.Context) (all string, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error { all, err = l.allKeys(ctx, tx); return err })
	return all, err
}

// allKeys is the log's keys of today and of before, as far as the database has seen them sign.
func (l *Log) allKeys(ctx context.Context, tx *db.Tx) (string, error) {
	before, err := selectKeys(ctx, tx)
	if err != nil {
		return "", err
	}
	all := strings.Split(l.public, "\n")
	for _, key := range before {
		if !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	return strings.Join(all, "\n"), nil
}

// keyID is the number by which a signature names its key.
func keyID(name string, algorithm byte, public []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{algorithm})
	h.Write(public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}
