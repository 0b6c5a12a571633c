package log

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	batchMax     = 1000                   // leaves that one round numbers
	leafBytesMax = 60_000                 // an entry bundle writes a leaf's length in 16 bits
	pageMax      = 500                    // entries in one list
	lookEvery    = 200 * time.Millisecond // between two looks for waiting leaves
	saltBytes    = 16
	leafVersion  = 1
)

// Config says whose log it is.
type Config struct {
	DB     *db.DB
	Origin string // the log's name, as in its key
	Key    string // private key as NewKey returns it
}

// Log is the log of one node. It is safe for concurrent use.
type Log struct {
	db     *db.DB
	origin string
	signer note.Signer
	public string
}

// Leaf is what becomes public. Object is not part of it but of its commitment.
type Leaf struct {
	Kind   string
	Day    unit.Day
	Fields map[string]any // JSON values; integers within ±2^53
	Object string         // what it is about: "case/ID"
}

// Entry is a leaf that has its number.
type Entry struct {
	Index  int64
	ID     unit.ID
	At     time.Time
	Kind   string
	Day    unit.Day
	Fields json.RawMessage
	Leaf   []byte // the bytes that are hashed
	Object string // private
	salt   []byte
}

// NewKey makes an Ed25519 key pair for a log: signed-note's encodings of the signer and of the verifier.
func NewKey(origin string) (private, public string) {
	private, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		panic(fmt.Sprintf("log: make a key: %v", err)) // only when the machine has no randomness
	}
	return private, public
}

// New checks that the key is the origin's; it connects to nothing.
func New(c Config) (*Log, error) {
	signer, err := note.NewSigner(c.Key)
	if err != nil {
		return nil, fmt.Errorf("key of the log: %w", err)
	}
	if signer.Name() != c.Origin {
		return nil, fmt.Errorf("the key is of the log %q, not of %q", signer.Name(), c.Origin)
	}
	public, err := verifierOf(c.Key)
	if err != nil {
		return nil, err
	}
	return &Log{db: c.DB, origin: c.Origin, signer: signer, public: public}, nil
}

// Origin is the log's name.
func (l *Log) Origin() string { return l.origin }

// PublicKey is the log's verifier key, for whoever checks its signatures.
func (l *Log) PublicKey() string { return l.public }

// leafJSON is the layout of a leaf's bytes.
type leafJSON struct {
	V          int            `json:"v"`
	Kind       string         `json:"kind"`
	Day        unit.Day       `json:"day"`
	Fields     map[string]any `json:"fields"`
	Commitment string         `json:"commitment"`
}

// commitment is the salted digest of what a leaf is about, in hex.
func commitment(salt []byte, object string) string {
	h := sha256.New()
	h.Write([]byte("corridor/commitment/1\n"))
	h.Write(salt)
	h.Write([]byte(object))
	return hex.EncodeToString(h.Sum(nil))
}

// Append makes a leaf public with the caller's act, and returns the id by which its receipt is asked for. The leaf has
// no number yet.
func (l *Log) Append(ctx context.Context, tx *db.Tx, leaf Leaf) (unit.ID, error) {
	if leaf.Kind == "" || !leaf.Day.Valid() {
		return "", fault.New(fault.Internal, "log.leaf", "kind", leaf.Kind)
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	if leaf.Fields == nil {
		leaf.Fields = map[string]any{}
	}
	b, err := canonical(leafJSON{leafVersion, leaf.Kind, leaf.Day, leaf.Fields, commitment(salt, leaf.Object)})
	if err != nil {
		return "", fmt.Errorf("leaf %s: %w", leaf.Kind, err)
	}
	fields, err := canonical(leaf.Fields)
	if err != nil {
		return "", err
	}
	if len(b) > leafBytesMax {
		return "", fault.New(fault.TooLarge, "log.leaf_large", "bytes", len(b), "max", leafBytesMax)
	}
	id := unit.NewID(tx.Now())
	return id, insertPending(ctx, tx, Entry{ID: id, At: tx.Now(), Kind: leaf.Kind, Day: leaf.Day, Fields: fields, Leaf: b, Object: leaf.Object, salt: salt})
}

func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

// Sequence numbers the leaves that wait, at most batchMax, and signs a checkpoint. It returns how many. Where no
// checkpoint stands yet, it signs that of the empty log.
func (l *Log) Sequence(ctx context.Context) (n int, err error) {
	waiting := false
	if err := l.db.Read(ctx, func(tx *db.Tx) error {
		waiting, err = hasWork(ctx, tx)
		return err
	}); err != nil || !waiting {
		return 0, err
	}
	err = l.db.Act(ctx, func(tx *db.Tx) error {
		n, err = l.sequence(ctx, tx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sequence: %w", err)
	}
	return n, nil
}

func (l *Log) sequence(ctx context.Context, tx *db.Tx) (int, error) {
	size, err := selectSize(ctx, tx)
	if err != nil {
		return 0, err
	}
	batch, err := selectPending(ctx, tx, batchMax)
	if err != nil {
		return 0, err
	}
	hashes := newHashes(ctx, tx)
	for i, e := range batch {
		e.Index = size + int64(i)
		add, err := tlog.StoredHashes(e.Index, e.Leaf, hashes)
		if err != nil {
			return 0, fmt.Errorf("hashes of leaf %d: %w", e.Index, err)
		}
		if err := hashes.store(tlog.StoredHashIndex(0, e.Index), add); err != nil {
			return 0, err
		}
		if err := insertEntry(ctx, tx, e); err != nil {
			return 0, fmt.Errorf("leaf %d: %w", e.Index, err)
		}
		if err := deletePending(ctx, tx, e.ID); err != nil {
			return 0, err
		}
	}
	size += int64(len(batch))
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return 0, fmt.Errorf("root of size %d: %w", size, err)
	}
	signed, err := note.Sign(&note.Note{Text: checkpointText(l.origin, size, root)}, l.signer)
	if err != nil {
		return 0, fmt.Errorf("sign the checkpoint of size %d: %w", size, err)
	}
	return len(batch), insertCheckpoint(ctx, tx, size, string(signed))
}

// Run sequences until ctx ends. What fails is tried again at the next look; the last failure is returned at the end.
func (l *Log) Run(ctx context.Context) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	var last error
	for {
		n, err := l.Sequence(ctx)
		if ctx.Err() != nil {
			return last
		}
		last = err
		if n == batchMax {
			continue
		}
		select {
		case <-ctx.Done():
			return last
		case <-t.C:
		}
	}
}

// Checkpoint is the newest signed checkpoint.
func (l *Log) Checkpoint(ctx context.Context) (signed []byte, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		signed, _, err = newestCheckpoint(ctx, tx)
		return err
	})
	return signed, err
}

// Entries lists entries from an index on, at most limit or pageMax.
func (l *Log) Entries(ctx context.Context, from int64, limit int) (page []Entry, err error) {
	if limit <= 0 || limit > pageMax {
		limit = pageMax
	}
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		page, err = selectEntries(ctx, tx, from, limit)
		return err
	})
	return page, err
}

// Size is how many leaves have their number.
func (l *Log) Size(ctx context.Context) (size int64, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		size, err = selectSize(ctx, tx)
		return err
	})
	return size, err
}

// Entry is the leaf with a number.
func (l *Log) Entry(ctx context.Context, index int64) (e Entry, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		e, err = selectEntry(ctx, tx, index)
		return err
	})
	return e, err
}

// ByID finds the leaf by the id that Append returned; one that waits for its number has the index -1.
func (l *Log) ByID(ctx context.Context, id unit.ID) (e Entry, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		e, err = selectByID(ctx, tx, id)
		return err
	})
	return e, err
}

// unmarshal reads JSON with integers kept as they are written.
func unmarshal(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(into)
}
