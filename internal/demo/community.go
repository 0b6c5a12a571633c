package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"corridor/internal/federation"
	"corridor/internal/node"
	"corridor/internal/reader"
	"corridor/internal/scheme"
)

// Config says which world to open.
type Config struct {
	Dir      string // a folder for each node, the clock
	BasePort int    // 0 is BasePort; the office's port
	Logger   *slog.Logger
	Extract  reader.Extractor // of uploaded documents; nil: as node.Config says
	// Scale is the size of a new world; "" is Small. A world that stands keeps its own: another one is refused.
	Scale    Scale
	Progress func(line string) // told while a large world is made; may be nil
	// Firms is how many firms each province's registry gets in a world of a million, the same each time that it is started; 0 is 250,000.
	Firms int
	// Percent is how much of its past and of its instruments a world of the size YRD gets, the same each time that it is started: 1 to 100;
	// 0 is all.
	Percent int
	// Months lets a new world that has no longer past begin with two months of orders between Anhui and Shanghai, so that their
	// statements are there: one signed, one to be signed.
	Months bool
	Packs  []*scheme.Scheme         // nil: those that the program carries
	DSN    func(code string) string // of a node's database; nil: SQLite in the node's folder
	// Carry wraps what carries the questions of a node that runs Apart; nil wraps nothing.
	Carry func(http.RoundTripper) http.RoundTripper
}

// opens is the first morning of a new world.
func (c Config) opens() time.Time {
	switch {
	case c.Scale == YRD:
		return historyOpens()
	case c.Months:
		return monthsOpen()
	}
	return opensOn()
}

// part is how much of a past is made.
func (c Config) part() pastPart { return pastPart(cmp.Or(c.Percent, int(wholePast))) }

// DSNs are the databases of all nodes by one pattern, in which {node} stands for the short name of each; "" is SQLite in its folder.
func DSNs(pattern string) func(code string) string {
	return func(code string) string { return strings.ReplaceAll(pattern, "{node}", memberOf(code).Short()) }
}

// Community is the running world.
type Community struct {
	Clock *Clock
	Nodes []*node.Node // in the order of Members
	links links
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
	if w.Clock, err = openWorld(c.Dir, c.Scale, c.opens()); err != nil {
		return w, err
	}
	packs := c.Packs
	if packs == nil {
		if packs, err = packsOf(w.Clock); err != nil {
			return w, err
		}
	}
	keys, err := openKeys(c.Dir)
	if err != nil {
		return w, err
	}
	signed, err := agreed(keys, c.BasePort)
	if err != nil {
		return w, err
	}
	// Each node has a database of its own, so all are built at once; most of the time goes into the hashing of passwords.
	nodes, errs := make([]*node.Node, len(Members)), make([]error, len(Members))
	var all sync.WaitGroup
	for i, m := range Members {
		all.Go(func() {
			nodes[i], errs[i] = node.Open(ctx, nodeConfig(c, m, keys, packs, w.Clock, w.links.of(address(c.BasePort, m))))
		})
	}
	all.Wait()
	for _, n := range nodes {
		if n != nil {
			w.Nodes = append(w.Nodes, n)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return w, err
	}
	if err := w.grow(ctx, c, signed); err != nil {
		return w, err
	}
	return w, w.each((*node.Node).Listen)
}

// each does something with all nodes at once.
func (w *Community) each(do func(*node.Node) error) error {
	errs := make([]error, len(w.Nodes))
	var all sync.WaitGroup
	for i, n := range w.Nodes {
		all.Go(func() { errs[i] = do(n) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// packsOf are the packs of a world: those that the program carries, and the earlier editions of a world with a past.
func packsOf(c *Clock) ([]*scheme.Scheme, error) {
	packs, err := node.Packs()
	if err != nil || c.scale() != YRD {
		return packs, err
	}
	old, err := earlier()
	return append(packs, old...), err
}

// nodeConfig says what a member's node is.
func nodeConfig(c Config, m Member, keys map[string]node.Key, packs []*scheme.Scheme, clock *Clock, carry func(http.RoundTripper) http.RoundTripper) node.Config {
	dsn := ""
	if c.DSN != nil {
		dsn = c.DSN(m.Code)
	}
	return node.Config{Node: m.face(), DSN: dsn, Dir: filepath.Join(c.Dir, m.Short()), Origin: origin(m),
		Key: keys[m.Code].Private, Former: keys[m.Code].Former, Address: address(c.BasePort, m), Site: "http://" + address(c.BasePort, m), Peers: peersOf(m, keys, c.BasePort), PeerNetworks: thisMachine, Carry: carry,
		Schemes: node.PacksOf(slices.Concat(packs, later()), m.Code), Counted: packs, Now: clock.Now, Clock: clock, NoCodes: true, Logger: c.Logger, Extract: c.Extract}
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

// origin names a member's log.
func origin(m Member) string { return "demo.corridor.example/" + m.Short() }

// thisMachine is where all nodes of a demonstration are: their neighbours are confirmed by it.
var thisMachine = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func address(base int, m Member) string { return fmt.Sprintf("127.0.0.1:%d", base+m.Port) }

// openKeys reads each member's key, or makes it.
func openKeys(dir string) (map[string]node.Key, error) {
	keys := map[string]node.Key{}
	for _, m := range Members {
		folder := filepath.Join(dir, m.Short())
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return nil, err
		}
		k, err := node.ReadKey(folder)
		if errors.Is(err, fs.ErrNotExist) {
			k, err = node.MakeKey(filepath.Join(folder, node.KeyName), origin(m))
		}
		if err != nil {
			return nil, fmt.Errorf("key of node %s: %w", m.Short(), err)
		}
		keys[m.Code] = k
	}
	return keys, nil
}

// peersOf are all members but one.
func peersOf(self Member, keys map[string]node.Key, base int) []federation.Peer {
	var out []federation.Peer
	for _, m := range Members {
		if m.Code != self.Code {
			out = append(out, federation.Peer{Code: m.Code, Name: m.Name, URL: "http://" + address(base, m), Key: keys[m.Code].Public, Witness: keys[m.Code].Witness})
		}
	}
	return out
}
