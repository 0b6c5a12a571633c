package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/casework"
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
	"corridor/internal/unit"
	"corridor/internal/web"
)

const (
	remindEvery   = 10 * time.Second
	tickEvery     = time.Second // between two looks at the clocks of cases
	peerTimeMax   = 10 * time.Second
	DatabaseName  = "node.db" // in a folder of a node
	filesName     = "files"
	ticksAtAtOnce = 100 // rounds of firing in a row when much is due
)

// Config says what one node is. Dir or DSN is needed, Key and Node.Code always.
type Config struct {
	Node    web.Node
	Dir     string // folder of the node: database, files
	DSN     string // "" is SQLite in Dir
	Address string // host:port to listen on
	Origin  string // name of its log
	Key     string // private key of its log
	Peers   []federation.Peer
	Schemes []*scheme.Scheme
	Now     func() time.Time // nil: the machine's clock
	Clock   web.Clock        // a clock that may be moved; nil in production
	Site    string           // address under which people reach it, for links in letters
	NoCodes bool             // one-time codes are not asked for; only for demonstrations
	Secure  bool             // cookies over HTTPS only
	// ReadOnly opens a database that another process may be serving, to look at it: Run is not for such a node.
	ReadOnly bool
	Logger   *slog.Logger // nil: slog.Default
	// Extract reads uploaded documents. nil reads in this process, without PDF and DOCX.
	Extract reader.Extractor
}

// Node is a joined node. Its rooms may be used directly by whoever stands at the door.
type Node struct {
	Config
	DB         *db.DB
	Access     *access.Service
	Notices    *notice.Service
	Registry   *registry.Registry
	Ledger     *ledger.Ledger
	Log        *corridorlog.Log
	Federation *federation.Service
	Cases      *casework.Service
	Reader     *reader.Desk
	Agreements *agreement.Register
	Indicators *indicator.Book
	Files      *files.Store
	Web        *web.Server
	worker     *db.Worker
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
	if err = n.ground(); err != nil {
		return n, err
	}
	if err = n.facts(); err != nil {
		return n, err
	}
	if err = n.desks(); err != nil || c.ReadOnly {
		return n, err
	}
	if err = n.sign(ctx); err != nil {
		return n, err
	}
	// A new log has its first checkpoint before a neighbour asks for it.
	_, err = n.Log.Sequence(ctx)
	return n, err
}

// sign writes down in the database whose it is, so that a backup of another node is not put in its place.
func (n *Node) sign(ctx context.Context) error {
	was := ""
	if err := n.DB.Read(ctx, func(tx *db.Tx) (err error) {
		was, err = tx.Setting(ctx, db.OriginSetting)
		return err
	}); err != nil || was == n.Origin {
		return err
	}
	if was != "" {
		return fault.New(fault.Conflict, "node.other_origin", "ours", n.Origin, "theirs", was).On("origin")
	}
	return n.DB.Act(ctx, func(tx *db.Tx) error { return tx.Set(ctx, db.OriginSetting, n.Origin) })
}

func (n *Node) ground() (err error) {
	if n.Files, err = files.New(files.Config{DB: n.DB, Dir: filepath.Join(n.Dir, filesName)}); err != nil {
		return err
	}
	if n.Log, err = corridorlog.New(corridorlog.Config{DB: n.DB, Origin: n.Origin, Key: n.Key}); err != nil {
		return err
	}
	if n.Access, err = access.New(access.Config{DB: n.DB, NoCodes: n.NoCodes, Secret: n.Key, Site: n.Site, Issuer: n.Config.Node.Name[0], Logger: n.Logger}); err != nil {
		return err
	}
	n.Notices, err = notice.New(notice.Config{DB: n.DB, People: n.Access, Site: n.Site, Issuer: n.Config.Node.Name[0], Secret: n.Key, HookLocal: n.NoCodes})
	if err != nil {
		return err
	}
	n.Access.Join("notice", n.Notices)
	n.worker, err = db.NewWorker(db.WorkerConfig{DB: n.DB, Handlers: n.Notices.Handlers(), Logger: n.Logger})
	return err
}

func (n *Node) facts() (err error) {
	calendar := unit.ChinaCalendar()
	if n.Registry, err = registry.New(registry.Config{DB: n.DB, Access: n.Access, Regions: unit.GB2260(), Calendar: calendar}); err != nil {
		return err
	}
	if n.Ledger, err = ledger.New(ledger.Config{DB: n.DB, Zone: calendar.Location()}); err != nil {
		return err
	}
	witness, err := corridorlog.NewCosigner(n.Key)
	if err != nil {
		return err
	}
	n.Federation, err = federation.New(federation.Config{DB: n.DB, Self: n.Node.Code, Peers: n.Peers, Now: n.Now, Log: n.Log,
		Witness: witness, Access: n.Access, Client: &http.Client{Timeout: peerTimeMax}})
	return err
}

func (n *Node) desks() (err error) {
	calendar := unit.ChinaCalendar()
	if n.Cases, err = casework.New(casework.Config{DB: n.DB, Access: n.Access, Registry: n.Registry, Ledger: n.Ledger,
		Log: n.Log, Notices: n.Notices, Files: n.Files, Regions: unit.GB2260(), Calendar: calendar, Node: n.Node.Code[:2], Schemes: n.Schemes}); err != nil {
		return err
	}
	if n.Agreements, err = agreement.New(agreement.Config{DB: n.DB, Access: n.Access, Calendar: calendar, Zone: calendar.Location(),
		Registry: n.Registry, Regions: unit.GB2260(), Notices: n.Notices, Log: n.Log, Node: n.Node.Code}); err != nil {
		return err
	}
	if n.Indicators, err = indicator.New(indicator.Config{DB: n.DB, Access: n.Access}); err != nil {
		return err
	}
	n.Reader = reader.New(reader.Config{Extract: n.Extract, DB: n.DB, Files: n.Files, Access: n.Access,
		Agreements: found{n.Agreements, n.Indicators}, Figures: found{n.Agreements, n.Indicators}, Registry: registered{n.Registry}})
	n.Web, err = web.New(web.Config{Node: n.Node, DB: n.DB, Access: n.Access, Registry: n.Registry, Cases: n.Cases,
		Reader: n.Reader, Agreements: n.Agreements, Indicators: n.Indicators, Ledger: n.Ledger, Log: n.Log,
		Federation: n.Federation, Files: n.Files, Notices: n.Notices, Clock: n.Clock, Secure: n.Secure, Logger: n.Logger})
	return err
}

// Listen takes the address, so that Run cannot fail for it. An empty Address is a free port of this machine.
func (n *Node) Listen() (err error) {
	address := n.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	if n.listener, err = net.Listen("tcp", address); err != nil {
		return fault.New(fault.Unavailable, "node.address", "address", address).Because(err).On("address")
	}
	return nil
}

// URL is where the node answers on this machine; Listen comes first.
func (n *Node) URL() string { return "http://" + n.listener.Addr().String() }

// Run serves until ctx ends, then lets the requests under way finish. Listen comes first.
func (n *Node) Run(ctx context.Context) error {
	h := n.Web.HTTP(n.listener.Addr().String())
	loops, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	for _, loop := range []func(context.Context){
		func(c context.Context) { n.said("sequence the log", n.Log.Run(c)) },
		func(c context.Context) { n.said("follow the neighbours", n.Federation.Run(c)) },
		func(c context.Context) { n.said("do the jobs", n.worker.Run(c)) },
		n.indexDocuments,
		n.tick,
		n.remind,
	} {
		all.Go(func() { loop(loops) })
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(n.listener) }()
	var err error
	select {
	case err = <-served:
	case <-n.DB.Lost():
		// Another process serves this database now; whatever this one would say may be old.
		err = errors.Join(fault.New(fault.Unavailable, "node.lease_lost"), web.Shutdown(h), closed(<-served))
	case <-ctx.Done():
		err = errors.Join(web.Shutdown(h), closed(<-served))
	}
	stop()
	all.Wait()
	return err
}

// closed is nil for the end of a server that was shut down.
func closed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// tick fires the clocks of cases once a second.
func (n *Node) tick(ctx context.Context) {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		for range ticksAtAtOnce {
			fired, err := n.Cases.Tick(ctx)
			n.said("fire the clocks of cases", err)
			if fired == 0 || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// indexDocuments finishes what was cut off while documents were taken in, and documents from before there was an index.
func (n *Node) indexDocuments(ctx context.Context) {
	for ctx.Err() == nil {
		done, err := n.Reader.Index(ctx)
		n.said("index the documents", err)
		if done == 0 || err != nil {
			return
		}
	}
}

// remind tells the day's reminders of tasks, soon after the day begins.
func (n *Node) remind(ctx context.Context) {
	t := time.NewTicker(remindEvery)
	defer t.Stop()
	for {
		_, err := n.Agreements.Tick(ctx)
		n.said("remind of tasks", err)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// said logs what a loop could not do; the end of the context is no failure.
func (n *Node) said(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		n.Logger.Error(what, "node", n.Node.Code, "error", err)
	}
}

// Close closes the database. Run has ended before.
func (n *Node) Close() error {
	if n.DB == nil {
		return nil
	}
	return n.DB.Close()
}
