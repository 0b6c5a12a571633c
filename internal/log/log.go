package log

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	pageMax       = 500      // entries in one list
	objectsMax    = 200      // leaves listed of one object
	cacheBytesMax = 32 << 20 // finished tiles kept in memory to be served, and as much again to prove by
)

// Config says whose log it is.
type Config struct {
	DB     *db.DB
	Origin string       // the log's name, as in its key
	Key    string       // private key as NewKey returns it
	Former []string     // private keys that sign beside Key while others change over to it
	Logger *slog.Logger // nil: slog.Default()
}

// Log is the log of one node. It is safe for concurrent use.
type Log struct {
	db      *db.DB
	origin  string
	signers []note.Signer
	public  string // verifier keys, the present one first, one a line
	logger  *slog.Logger
	wake    chan struct{}           // holds one token when something was appended
	served  *cache[string, []byte]  // finished tiles and bundles by path
	nodes   *cache[tileKey, *nodes] // finished tiles that were found to be of the tree
	prover  atomic.Pointer[prover]  // of the checkpoint that was proved by last
}

// Leaf is what becomes public. Object is not part of it but of its commitment.
type Leaf struct {
	Kind   string // letters, digits and _ . - of ASCII
	Day    unit.Day
	Fields map[string]any // JSON values; numbers are integers within ±(2^53-1)
	Object string         // what it is about: "case/ID"
	Record []byte         // a text served beside the leaf until it is withdrawn; nil is none
}

// Entry is a leaf that has its number, or waits for it.
type Entry struct {
	Index       int64 // -1 while it waits
	ID          unit.ID
	At          time.Time
	Kind        string
	Day         unit.Day
	Fields      json.RawMessage
	Leaf        []byte  // the bytes that are hashed
	Object      string  // private
	WithdrawnBy unit.ID // the leaf that withdraws this one's record; "" is none
	salt        []byte
}

// New checks that the keys are the origin's; it connects to nothing.
func New(c Config) (*Log, error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	l := &Log{db: c.DB, origin: c.Origin, logger: c.Logger, wake: make(chan struct{}, 1),
		served: newCache[string, []byte](cacheBytesMax), nodes: newCache[tileKey, *nodes](cacheBytesMax)}
	for _, key := range append([]string{c.Key}, c.Former...) {
		signer, err := note.NewSigner(key)
		if err != nil {
			return nil, fmt.Errorf("key of the log: %w", err)
		}
		if signer.Name() != c.Origin {
			return nil, fmt.Errorf("the key is of the log %q, not of %q", signer.Name(), c.Origin)
		}
		public, err := verifierOf(key)
		if err != nil {
			return nil, err
		}
		l.signers = append(l.signers, signer)
		if l.public != "" {
			l.public += "\n"
		}
		l.public += public
	}
	return l, nil
}

// Origin is the log's name.
func (l *Log) Origin() string { return l.origin }

// PublicKey is the log's verifier key, for whoever checks its signatures: while keys change over, each on its line, the
// present one first.
func (l *Log) PublicKey() string { return l.public }

// Size is how many leaves have their number.
func (l *Log) Size(ctx context.Context) (size int64, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		size, err = selectSize(ctx, tx)
		return err
	})
	return size, err
}

// Pending is how many leaves wait for their number.
func (l *Log) Pending(ctx context.Context) (n int64, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		n, err = countRows(ctx, tx, sqlPendingCount)
		return err
	})
	return n, err
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

// ByObject lists the leaves about an object in the order of their making, those that wait included; at most objectsMax.
func (l *Log) ByObject(ctx context.Context, tx *db.Tx, object string) ([]unit.ID, error) {
	return selectByObject(ctx, tx, object)
}
