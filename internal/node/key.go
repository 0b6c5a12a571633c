package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	corridorlog "corridor/internal/log"
)

// KeyName is the file in a node's folder: the private key on the first line, the public one on the second.
const KeyName = "log.key"

// Key is the key pair of a node's log, as its file keeps it.
type Key struct {
	Origin  string // name of the log
	Private string
	Public  string
	Witness string // public key of the node's witness, which follows from the private one
}

// ReadKey reads the key of a node's folder.
func ReadKey(folder string) (Key, error) {
	path := filepath.Join(folder, KeyName)
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, err
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 2 {
		return Key{}, fmt.Errorf("%s does not hold two lines", path)
	}
	k := Key{Private: strings.TrimSpace(lines[0]), Public: strings.TrimSpace(lines[1])}
	k.Origin, _, _ = strings.Cut(k.Public, "+")
	return k.witnessed(path)
}

// MakeKey makes the key of the log called origin in a new file. A key is never overwritten.
func MakeKey(path, origin string) (Key, error) {
	k := Key{Origin: origin}
	k.Private, k.Public = corridorlog.NewKey(origin)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return Key{}, fmt.Errorf("%s exists; a key is never overwritten", path)
	}
	if err != nil {
		return Key{}, err
	}
	_, err = f.WriteString(k.Private + "\n" + k.Public + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Key{}, err
	}
	return k.witnessed(path)
}

func (k Key) witnessed(path string) (Key, error) {
	c, err := corridorlog.NewCosigner(k.Private)
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", path, err)
	}
	k.Witness = c.PublicKey()
	return k, nil
}
