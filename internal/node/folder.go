package node

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// codeSetting is the region code of the node that a database belongs to.
const codeSetting = "node.code"

// Folder says which node a tool opens.
type Folder struct {
	Dir      string
	DSN      string           // "" is SQLite in Dir
	Now      func() time.Time // nil: the machine's clock
	ReadOnly bool             // only to look, while another process may be serving it
	More     []*scheme.Scheme // editions that its cases were decided by, beside those that the program carries
}

// Database is the DSN that is meant.
func (f Folder) Database() string {
	if f.DSN != "" {
		return f.DSN
	}
	return "sqlite:" + filepath.Join(f.Dir, DatabaseName)
}

// OpenFolder opens the node of a folder for a tool: its key comes from the folder, its code from its database. It serves
// nothing and follows nobody.
func OpenFolder(ctx context.Context, f Folder) (*Node, error) {
	c, err := f.Config()
	if err != nil {
		return nil, err
	}
	return Open(ctx, c)
}

// Config is how a tool opens the node of the folder.
func (f Folder) Config() (Config, error) {
	key, err := ReadKey(f.Dir)
	if err != nil {
		return Config{}, err
	}
	packs, err := Packs()
	packs = append(packs, f.More...)
	return Config{Dir: f.Dir, DSN: f.Database(), Key: key.Private, Former: key.Former, Origin: key.Origin, Schemes: packs, Counted: packs, Now: f.Now, ReadOnly: f.ReadOnly}, err
}

// Folders is the folder itself where a node's key lies in it, else those below that have one.
func Folders(dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, KeyName)); err == nil {
		return []string{dir}, nil
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", KeyName))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s holds no node: %w", dir, fs.ErrNotExist)
	}
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return found, nil
}

// known finds whose database it is: the code where none was given, and refuses another than the one that stands there.
func (n *Node) known(ctx context.Context) error {
	code := ""
	if err := n.DB.Read(ctx, func(tx *db.Tx) (err error) {
		code, err = tx.Setting(ctx, codeSetting)
		return err
	}); err != nil {
		return err
	}
	switch {
	case n.Node.Code == "" && code == "":
		return fault.New(fault.Conflict, "node.no_code").On("code")
	case n.Node.Code == "":
		n.Node.Code = code
	case code != "" && code != n.Node.Code:
		return fault.New(fault.Conflict, "node.other_code", "ours", n.Node.Code, "theirs", code).On("code")
	}
	return nil
}
