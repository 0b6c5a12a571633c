package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/reader"
	"corridor/internal/scheme"
	"corridor/schemes"
)

// Config says which world to open.
type Config struct {
	Dir      string // a folder for each node, the clock
	BasePort int    // 0 is BasePort; the office's port
	Logger   *slog.Logger
	Extract  reader.Extractor // of uploaded documents; nil: as node.Config says
}

// Community is the running world.
type Community struct {
	Clock *Clock
	Nodes []*node.Node // in the order of Members
}

// Start opens every node, builds what is missing of the world, and takes the addresses. Serve comes next.
func Start(ctx context.Context, c Config) (w *Community, err error) {
	if c.BasePort == 0 {
		c.BasePort = BasePort
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder of the demonstration: %w", err)
	}
	w = &Community{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if w.Clock, err = OpenClock(c.Dir); err != nil {
		return w, err
	}
	packs, err := Schemes()
	if err != nil {
		return w, err
	}
	keys, err := openKeys(c.Dir)
	if err != nil {
		return w, err
	}
	for _, m := range Members {
		n, err := node.Open(ctx, node.Config{Node: m.face(), Dir: filepath.Join(c.Dir, m.Short()), Origin: origin(m),
			Key: keys[m.Code].Private, Address: address(c.BasePort, m), Site: "http://" + address(c.BasePort, m), Peers: peersOf(m, keys, c.BasePort),
			Schemes: SchemesOf(packs, m.Code), Now: w.Clock.Now, Clock: w.Clock, NoCodes: true, Logger: c.Logger, Extract: c.Extract})
		if err != nil {
			return w, err
		}
		w.Nodes = append(w.Nodes, n)
		if err := build(ctx, n); err != nil {
			return w, fmt.Errorf("build the world of node %s: %w", m.Short(), err)
		}
		if err := n.Listen(); err != nil {
			return w, err
		}
	}
	return w, nil
}

// Serve runs all nodes until ctx ends or one of them fails.
func (w *Community) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, len(w.Nodes))
	var all sync.WaitGroup
	for i, n := range w.Nodes {
		all.Go(func() {
			errs[i] = n.Run(ctx)
			stop()
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// Close closes every database.
func (w *Community) Close() error {
	var errs []error
	for _, n := range w.Nodes {
		errs = append(errs, n.Close())
	}
	return errors.Join(errs...)
}

// Node finds a member's node.
func (w *Community) Node(code string) *node.Node {
	for _, n := range w.Nodes {
		if n.Node.Code == code {
			return n
		}
	}
	return nil
}

// Schemes loads the packs that the program carries; a pack that does not pass is refused with its first problem.
func Schemes() ([]*scheme.Scheme, error) {
	var out []*scheme.Scheme
	err := fs.WalkDir(schemes.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != "scheme.yaml" {
			return err
		}
		s, problems := scheme.Load(schemes.FS, strings.TrimSuffix(path, "/scheme.yaml"))
		if len(problems) > 0 {
			return fmt.Errorf("scheme %s: %s", path, problems[0].Words.In(fault.EN))
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

// SchemesOf are the packs of one jurisdiction.
func SchemesOf(packs []*scheme.Scheme, code string) []*scheme.Scheme {
	var out []*scheme.Scheme
	for _, s := range packs {
		if s.Jurisdiction == code {
			out = append(out, s)
		}
	}
	return out
}

// origin names a member's log.
func origin(m Member) string { return "demo.corridor.example/" + m.Short() }

func address(base int, m Member) string { return fmt.Sprintf("127.0.0.1:%d", base+m.Port) }

// Key is the key pair of a node's log, as its folder keeps it.
type Key struct{ Origin, Private, Public, Witness string }

// openKeys reads each member's key, or makes it.
func openKeys(dir string) (map[string]Key, error) {
	keys := map[string]Key{}
	for _, m := range Members {
		folder := filepath.Join(dir, m.Short())
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return nil, err
		}
		k, err := ReadKey(folder)
		if errors.Is(err, fs.ErrNotExist) {
			k.Origin = origin(m)
			k.Private, k.Public = corridorlog.NewKey(k.Origin)
			err = os.WriteFile(filepath.Join(folder, keyName), []byte(k.Private+"\n"+k.Public+"\n"), 0o600)
		}
		if err == nil {
			k.Witness, err = witnessOf(k.Private)
		}
		if err != nil {
			return nil, fmt.Errorf("key of node %s: %w", m.Short(), err)
		}
		keys[m.Code] = k
	}
	return keys, nil
}

// witnessOf is the public key of a node's witness, which follows from the private key of its log.
func witnessOf(private string) (string, error) {
	c, err := corridorlog.NewCosigner(private)
	if err != nil {
		return "", err
	}
	return c.PublicKey(), nil
}

// keyName is the file in a node's folder: the private key on the first line, the public one on the second.
const keyName = "log.key"

// ReadKey reads the key of a node's folder.
func ReadKey(folder string) (Key, error) {
	path := filepath.Join(folder, keyName)
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, err
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 2 {
		return Key{}, fmt.Errorf("%s does not hold two lines", path)
	}
	name, _, _ := strings.Cut(lines[1], "+")
	return Key{Origin: name, Private: lines[0], Public: lines[1]}, nil
}

// peersOf are all members but one.
func peersOf(self Member, keys map[string]Key, base int) []federation.Peer {
	var out []federation.Peer
	for _, m := range Members {
		if m.Code != self.Code {
			out = append(out, federation.Peer{Code: m.Code, Name: m.Name, URL: "http://" + address(base, m), Key: keys[m.Code].Public, Witness: keys[m.Code].Witness})
		}
	}
	return out
}
