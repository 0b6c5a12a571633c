package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// restoredName is a file in a node's folder that says that its database was set back and has not been compared with the neighbours.
const restoredName = "restored"

// RestoreFolder puts a backup in the place of a stopped node's SQLite database and marks the folder: the node serves again when
// RecoverFolder has compared its log with what the neighbours have seen. before gets the name of what stood there.
func RestoreFolder(ctx context.Context, backup, dir string, otherNode bool, before *string) error {
	mark := filepath.Join(dir, restoredName)
	// The mark comes first: a crash between the two leaves a node that asks its neighbours without need.
	if err := os.WriteFile(mark, []byte("the database was set back; run corridor recover\n"), 0o600); err != nil {
		return err
	}
	was, err := db.Restore(ctx, backup, filepath.Join(dir, DatabaseName), otherNode)
	if err != nil {
		return errors.Join(err, os.Remove(mark))
	}
	if before != nil {
		*before = was
	}
	return nil
}

// restored refuses a node that was set back.
func (n *Node) restored() error {
	if n.Dir == "" || n.ReadOnly || n.Recovering {
		return nil
	}
	if _, err := os.Stat(filepath.Join(n.Dir, restoredName)); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "node.restored", "code", n.Node.Code)
}

// RecoverFolder opens a node that does not serve, compares its log with what its neighbours have seen of it, puts back what was
// lost, and takes the mark away. It publishes nothing. alone takes the mark away where no neighbour answers, too: somebody knows that
// nothing was published since the backup, or that nobody is left who saw it.
func RecoverFolder(ctx context.Context, c Config, alone bool) (seen []federation.Recovery, err error) {
	c.Recovering = true
	n, err := Open(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if seen, err = n.Federation.Recover(ctx, n.Log); err != nil && !(alone && fault.CodeOf(err) == "federation.recover_silent") {
		return seen, fmt.Errorf("recover node %s: %w", n.Node.Code, err)
	}
	// Of a neighbour that is silent now the letters come when it answers; until then nothing is written to it.
	if err := n.Federation.MarkBehind(ctx); err != nil {
		return seen, err
	}
	for i := range seen {
		if seen[i].Silent != nil {
			continue
		}
		if seen[i].Letters, err = n.Federation.FetchLetters(ctx, seen[i].Peer); err != nil {
			seen[i].Silent = fmt.Errorf("letters: %w", err)
		}
	}
	if err := os.Remove(filepath.Join(c.Dir, restoredName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return seen, err
	}
	return seen, nil
}
