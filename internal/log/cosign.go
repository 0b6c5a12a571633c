package log

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// Cosigner signs checkpoints of others as a witness: C2SP tlog-cosignature v1, Ed25519.
type Cosigner struct {
	name string
	key  ed25519.PrivateKey
	id   uint32
}

// NewCosigner derives the witness of a node from the private key of its log. Its name is the log's with /witness behind.
func NewCosigner(private string) (*Cosigner, error) {
	name, _, err := seedOf(private)
	if err != nil {
		return nil, err
	}
	key, err := SigningKey(private, "witness")
	if err != nil {
		return nil, err
	}
	name += "/witness"
	return &Cosigner{name, key, keyID(name, algCosignature, key.Public().(ed25519.PublicKey))}, nil
}

// PublicKey is the witness's verifier key.
func (c *Cosigner) PublicKey() string {
	public := append([]byte{algCosignature}, c.key.Public().(ed25519.PublicKey)...)
	return fmt.Sprintf("%s+%08x+%s", c.name, c.id, base64.StdEncoding.EncodeToString(public))
}

// Cosign returns the signature line over a checkpoint's text. The caller has verified that the checkpoint continues all
// that it cosigned of this log before, and has made that durable.
func (c *Cosigner) Cosign(text string, now time.Time) string {
	at := uint64(now.Unix())
	b := binary.BigEndian.AppendUint32(nil, c.id)
	b = binary.BigEndian.AppendUint64(b, at)
	b = append(b, ed25519.Sign(c.key, cosignedMessage(text, at))...)
	return "— " + c.name + " " + base64.StdEncoding.EncodeToString(b) + "\n"
}

func cosignedMessage(text string, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

// cosignatureVerifier is note.Verifier for keys of witnesses.
type cosignatureVerifier struct {
	name   string
	id     uint32
	public ed25519.PublicKey
}

func newCosignatureVerifier(key string) (*cosignatureVerifier, error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) != 3 || parts[0] == "" || strings.ContainsAny(parts[0], " \t\n") {
		return nil, errors.New("this is no verifier key")
	}
	b, err := strict.DecodeString(parts[2])
	if err != nil || len(b) != 1+ed25519.PublicKeySize || b[0] != algCosignature {
		return nil, errors.New("this is no Ed25519 key of a witness")
	}
	v := &cosignatureVerifier{parts[0], keyID(parts[0], algCosignature, b[1:]), b[1:]}
	if parts[1] != fmt.Sprintf("%08x", v.id) {
		return nil, errors.New("the number in the key is not that of the key")
	}
	return v, nil
}

func (v *cosignatureVerifier) Name() string    { return v.name }
func (v *cosignatureVerifier) KeyHash() uint32 { return v.id }

func (v *cosignatureVerifier) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at <= math.MaxInt64 && ed25519.Verify(v.public, cosignedMessage(string(text), at), sig[8:])
}

// Cosignature is what a witness signed of one of our checkpoints.
type Cosignature struct {
	Size int64
	Key  string // verifier key of the witness
	Line string // signature line
}

// AddCosignature keeps a witness's signature line for the checkpoint of a size, after verifying it. From then on the
// checkpoint is served with it. A second one of the same witness for the same size changes nothing.
func (l *Log) AddCosignature(ctx context.Context, c Cosignature) error {
	v, err := newCosignatureVerifier(c.Key)
	if err != nil {
		return fault.New(fault.Invalid, "log.key").Because(err).On("key")
	}
	return l.db.Act(ctx, func(tx *db.Tx) error {
		signed, err := selectCheckpoint(ctx, tx, c.Size)
		if err != nil {
			return err
		}
		if !cosigned(string(signed)+c.Line, v) {
			return fault.New(fault.Invalid, "log.cosignature", "witness", clip(v.name)).On("line")
		}
		return insertCosignature(ctx, tx, v.name, c)
	})
}

// cosigned says whether a signed note carries a true signature of a witness, and nothing that is no note.
func cosigned(signed string, v note.Verifier) bool {
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	return err == nil && len(n.Sigs) == 1 && canonicalBase64(n.Sigs[0].Base64)
}
