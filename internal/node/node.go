package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/calendar"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/intake"
	"corridor/internal/catalogue/usage"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/indicator"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/reader"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/settlement"
	"corridor/internal/settlement/statement"
	"corridor/internal/web"
)

const (
	remindEvery  = 10 * time.Second
	sweepEvery   = time.Hour      // between two looks for sessions, links and tries that no longer count
	auditFirst   = time.Minute    // after the start
	auditEvery   = 24 * time.Hour // of everything that is kept twice, in the serving process
	tickEvery    = time.Second    // between two looks at the clocks of cases
	DatabaseName = "node.db"      // in a folder of a node
	filesName    = "files"
	indexName    = "catalogue.index" // snapshot of what is searched; may be deleted, is made anew
	ticksAtOnce  = 100               // rounds of firing in a row when much is due
)

// Config says what one node is. Dir or DSN is needed, Key and Node.Code always.
type Config struct {
	Node    web.Node
	Dir     string // folder of the node: database, files
	DSN     string // "" is SQLite in Dir
	Address string // host:port to listen on
	Origin  string // name of its log
	Key     string // private key of its log
	// Secret encrypts what is kept secret in the database (seeds of one-time codes, secrets of hooks, digests of identity
	// numbers). "" is Key. What was encrypted under Key before there was a Secret stays readable.
	Secret string
	Former []string // private keys of the log before Key, which still sign beside it while neighbours change over
	// Recovering opens a node that was restored from a backup, to compare it with its neighbours; it publishes nothing.
	Recovering bool
	Peers      []federation.Peer
	// PeerNetworks are those in which neighbours may be besides the public network, and over plain HTTP.
	PeerNetworks []netip.Prefix
	PeerDayBytes int64 // that are taken of one neighbour in a day; 0 is 32 GiB
	// Carry wraps what carries questions to neighbours; nil wraps nothing.
	Carry   func(http.RoundTripper) http.RoundTripper
	Schemes []*scheme.Scheme
	// Counted are schemes of anybody whose figures are counted from every log that this node follows.
	Counted []*scheme.Scheme
	Now     func() time.Time  // nil: the machine's clock
	Clock   web.Clock         // a clock that may be moved; nil in production
	Site    string            // address under which people reach it, for links in letters
	Mail    notice.Courier    // nil: people are told in the node only
	OpenID  []access.Provider // through whom people may come in
	NoCodes bool              // one-time codes are not asked for; only for demonstrations
	// MetricsAllow are the addresses that read the metrics without a token; nobody named is this machine.
	MetricsAllow []netip.Prefix
	// Proxies are those before this node, whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Breached is a file of digests of breached passwords; "" is none.
	Breached string
	Secure   bool // cookies over HTTPS only
	// ReadOnly opens a database that another process may be serving, to look at it: Run is not for such a node.
	ReadOnly bool
	Logger   *slog.Logger // nil: slog.Default
	// Scan looks at what is uploaded before it is kept; nil scans nothing.
	Scan files.Scan
	// TaxCheck tells what became of invoices that were paid for; nil asks nobody.
	TaxCheck federation.TaxCheck
	// Extract reads uploaded documents. nil reads in this process, without PDF and DOCX.
	Extract reader.Extractor
	// Soon is how long before a case is due people are reminded of it; 0 is three days.
	Soon time.Duration
}

// Node is a joined node. Its rooms may be used directly by whoever stands at the door.
type Node struct {
	Config
	DB         *db.DB
	Access     *access.Service
	Notices    *notice.Service
	Registry   *registry.Registry
	Ledger     *ledger.Ledger
	Calendar   *calendar.Book
	Log        *corridorlog.Log
	Federation *federation.Service
	Cases      *casework.Service
	Payments   *settlement.Desk
	Statements *statement.Desk
	Reader     *reader.Desk
	Agreements *agreement.Register
	Catalogue  *catalogue.Service
	Finder     *catalogue.Finder
	Bookings   *booking.Service
	Usage      *usage.Service
	Intake     *intake.Service
	Indicators *indicator.Book
	Files      *files.Store
	Web        *web.Server
	worker     *db.Worker
	metrics    *metrics
	listener   net.Listener
}

// Open joins the rooms. The caller closes the node.
func Open(ctx context.Context, c Config) (n *Node, err error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.DSN == "" {
		c.DSN = "sqlite:" + filepath.Join(c.Dir, DatabaseName)
	}
	n = &Node{Config: c}
	defer func() {
		if err != nil {
			err = fmt.Errorf("open node %s: %w", c.Node.Code, errors.Join(err, n.Close()))
		}
	}()
	if n.DB, err = db.Open(ctx, db.Config{DSN: c.DSN, Now: c.Now, ReadOnly: c.ReadOnly}); err != nil {
		return n, err
	}
	if err = n.known(ctx); err != nil {
		return n, err
	}
	if err = n.restored(); err != nil {
		return n, err
	}
	if err = n.ground(); err != nil {
		return n, err
	}
	if err = n.facts(); err != nil {
		return n, err
	}
	if err = n.desks(); err != nil {
		return n, err
	}
	if err = n.jobs(); err != nil {
		return n, err
	}
	if err = n.Calendar.Open(ctx); err != nil {
		return n, err
	}
	if err = n.Federation.Open(ctx); err != nil {
		return n, err
	}
	if err = n.Cases.Open(ctx); err != nil || c.ReadOnly {
		return n, err
	}
	if err = n.sign(ctx); err != nil {
		return n, err
	}
	if c.Recovering {
		return n, nil
	}
	if err = n.Federation.RenewLetterKey(ctx, len(n.Former) > 0); err != nil {
		return n, err
	}
	// A new log has its first checkpoint before a neighbour asks for it.
	_, err = n.Log.Sequence(ctx)
	return n, err
}

// sign writes down in the database whose it is, so that a backup of another node is not put in its place.
func (n *Node) sign(ctx context.Context) error {
	was, code := "", ""
	if err := n.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if was, err = tx.Setting(ctx, db.OriginSetting); err != nil {
			return err
		}
		code, err = tx.Setting(ctx, codeSetting)
		return err
	}); err != nil || was == n.Origin && code == n.Node.Code {
		return err
	}
	if was != "" && was != n.Origin {
		return fault.New(fault.Conflict, "node.other_origin", "ours", n.Origin, "theirs", was).On("origin")
	}
	return n.DB.Act(ctx, func(tx *db.Tx) error {
		if err := tx.Set(ctx, codeSetting, n.Node.Code); err != nil {
			return err
		}
		return tx.Set(ctx, db.OriginSetting, n.Origin)
	})
}

// now is the time of the node.
func (n *Node) now() time.Time {
	if n.Now != nil {
		return n.Now()
	}
	return time.Now()
}

// Close closes the database, and gives up the address that Listen took where Run has not. Run has ended before.
func (n *Node) Close() error {
	if n.listener != nil {
		_ = n.listener.Close() // closed already by whoever served it
	}
	if n.DB == nil {
		return nil
	}
	return n.DB.Close()
}
