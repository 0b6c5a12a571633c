package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/federation"
)

// nextKeyName is the file in a node's folder with the key under which a new epoch of its log is to go on, once it was countersigned.
const nextKeyName = "log.key.next"

// EpochPlan says how a node asks for a new epoch of its log.
type EpochPlan struct {
	Why        string
	AsRestored bool     // fetch nothing back: the log is to go on from where the backup ends
	KeyLost    bool     // the key that the neighbours know is gone, whatever else came back
	Ended      []string // verifier keys of the log by which neighbours know it, where its database does not name them
}

// ProposeEpoch writes the statement by which a node that cannot go on with its log asks its neighbours for a new epoch: first it fetches
// back what they hold, then it says how far its log goes and under which new key it will go on. The key waits in the folder. A node
// that lost nothing needs none and is refused.
func ProposeEpoch(ctx context.Context, c Config, plan EpochPlan) (note []byte, e federation.Epoch, err error) {
	c.Recovering = true
	n, err := Open(ctx, c)
	if err != nil {
		return nil, e, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if !plan.AsRestored {
		_, err := n.Federation.Recover(ctx, n.Log)
		switch code := fault.CodeOf(err); {
		case err == nil && !plan.KeyLost:
			return nil, e, fault.New(fault.Conflict, "node.epoch_needless", "code", n.Node.Code)
		case err != nil && code != "federation.recover_lost" && code != "federation.recover_fork":
			return nil, e, fmt.Errorf("recover node %s: %w", n.Node.Code, err)
		}
	}
	next, err := nextKey(c.Dir, n.Origin)
	if err != nil {
		return nil, e, err
	}
	known, err := n.Log.KnownKeys(ctx)
	if err != nil {
		return nil, e, err
	}
	var ended []string
	for _, k := range slices.Concat(strings.Fields(known), n.Federation.OwnFileKeys(), plan.Ended) {
		if !slices.Contains(ended, k) {
			ended = append(ended, k)
		}
	}
	size, root, err := n.Log.Tree(ctx)
	if err != nil {
		return nil, e, err
	}
	if e, err = n.Federation.NextEpoch(ctx, size, root, next.Public, next.Witness, ended, plan.Why); err != nil {
		return nil, e, err
	}
	text, err := e.Text()
	if err != nil {
		return nil, e, err
	}
	note, err = federation.SignEpoch([]byte(text), next.Private)
	return note, e, err
}

// nextKey is the key that waits in the folder, made where there is none.
func nextKey(dir, origin string) (Key, error) {
	path := filepath.Join(dir, nextKeyName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return MakeKey(path, origin)
	}
	return readKeyFile(path)
}

// BeginEpoch lets a stopped node go on in a new epoch of its log: it puts the signatures of the neighbours' copies of the statement
// together, and where they are enough it makes the statement the next leaf, changes the key and takes away the mark of a restore. The
// key before stays in the folder as log.key.epoch-N and signs nothing more. It may be repeated.
func BeginEpoch(ctx context.Context, c Config, notes ...[]byte) (e federation.Epoch, by []string, err error) {
	note, err := federation.MergeEpochs(notes...)
	if err != nil {
		return e, nil, err
	}
	next, err := readKeyFile(filepath.Join(c.Dir, nextKeyName))
	moved := errors.Is(err, fs.ErrNotExist) // by a run before that was cut off
	if moved {
		next, err = ReadKey(c.Dir)
	}
	if err != nil {
		return e, nil, err
	}
	// What is encrypted in the database is opened by a secret, and that was the key before where there is none.
	if c.Secret == "" {
		c.Secret = c.Key
	}
	c.Recovering, c.Key, c.Former, c.Origin = true, next.Private, nil, next.Origin
	n, err := Open(ctx, c)
	if err != nil {
		return e, nil, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if e, by, err = n.beginEpoch(ctx, note, next.Public); err != nil {
		return e, by, err
	}
	if !moved {
		kept := filepath.Join(c.Dir, fmt.Sprintf("%s.epoch-%d", KeyName, e.Epoch-1))
		if err := os.Rename(filepath.Join(c.Dir, KeyName), kept); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return e, by, err
		}
		if err := os.Rename(filepath.Join(c.Dir, nextKeyName), filepath.Join(c.Dir, KeyName)); err != nil {
			return e, by, err
		}
	}
	if err := os.Remove(filepath.Join(c.Dir, restoredName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return e, by, err
	}
	return e, by, nil
}

// beginEpoch does it in the database: nothing, where it was done before.
func (n *Node) beginEpoch(ctx context.Context, note []byte, public string) (e federation.Epoch, by []string, err error) {
	if e, by, err = n.Federation.Began(ctx, note); err != nil || len(by) > 0 {
		return e, by, err
	}
	size, root, err := n.Log.Tree(ctx)
	if err != nil {
		return e, nil, err
	}
	if !e.Goes(size, root) || e.Key != public {
		return e, nil, fault.New(fault.Conflict, "node.epoch_moved", "size", e.Size, "have", size)
	}
	known, err := n.Log.KnownKeys(ctx)
	if err != nil {
		return e, nil, err
	}
	ended := slices.DeleteFunc(strings.Fields(known), func(k string) bool { return k == public })
	if e, by, err = n.Federation.BeginEpoch(ctx, note, strings.Join(ended, "\n")); err != nil {
		return e, by, err
	}
	if _, err := n.Log.Sequence(ctx); err != nil {
		return e, by, err
	}
	// Letters between the two are fetched back once the neighbours have gone over to the new epoch.
	return e, by, n.Federation.MarkBehind(ctx)
}
