package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

// KeyName is the file in a node's folder: the private key on the first line, the public one on the second; while keys change over
// the private keys before it, one a line.
const KeyName = "log.key"

// Key is the key pair of a node's log, as its file keeps it.
type Key struct {
	Origin  string // name of the log
	Private string
	Public  string
	Witness string   // public key of the node's witness, which follows from the private one
	Former  []string // private keys before it that still sign, while neighbours change over
}

// ReadKey reads the key of a node's folder.
func ReadKey(folder string) (Key, error) { return readKeyFile(filepath.Join(folder, KeyName)) }

func readKeyFile(path string) (Key, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, err
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) < 2 || len(lines) > 2+formerMax {
		return Key{}, fmt.Errorf("%s does not hold two lines, and former keys below", path)
	}
	k := Key{Private: strings.TrimSpace(lines[0]), Public: strings.TrimSpace(lines[1])}
	k.Origin, _, _ = strings.Cut(k.Public, "+")
	for _, l := range lines[2:] {
		k.Former = append(k.Former, strings.TrimSpace(l))
	}
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

// formerMax is how many keys may sign beside the present one.
const formerMax = 5

// RotateKey makes a new key of the log in a node's folder. The one before signs beside it until EndFormer, so that neighbours who
// do not know the new one yet can still check. The file is replaced in one step.
func RotateKey(folder string) (Key, error) {
	had, err := ReadKey(folder)
	if err != nil {
		return Key{}, err
	}
	if len(had.Former) == formerMax {
		return Key{}, fault.New(fault.Conflict, "node.keys_many", "most", formerMax)
	}
	k := Key{Origin: had.Origin, Former: append([]string{had.Private}, had.Former...)}
	k.Private, k.Public = corridorlog.NewKey(had.Origin)
	return k.write(folder)
}

// EndFormer lets only the present key sign from the next start on. What the former ones signed stays checkable by their public keys.
func EndFormer(folder string) (Key, error) {
	k, err := ReadKey(folder)
	if err != nil {
		return Key{}, err
	}
	k.Former = nil
	return k.write(folder)
}

func (k Key) write(folder string) (Key, error) {
	path := filepath.Join(folder, KeyName)
	f, err := os.CreateTemp(folder, KeyName+"-*") // readable by its owner alone
	if err != nil {
		return Key{}, err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(strings.Join(append([]string{k.Private, k.Public}, k.Former...), "\n") + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Key{}, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
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
