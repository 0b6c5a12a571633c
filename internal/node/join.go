package node

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/calendar"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
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
	"corridor/internal/unit"
	"corridor/internal/web"
	"corridor/schemes"
)

func (n *Node) ground() (err error) {
	if n.Files, err = files.New(files.Config{DB: n.DB, Dir: filepath.Join(n.Dir, filesName), Scan: n.Scan}); err != nil {
		return err
	}
	if n.Log, err = corridorlog.New(corridorlog.Config{DB: n.DB, Origin: n.Origin, Key: n.Key, Former: n.Former}); err != nil {
		return err
	}
	secret, former := n.secrets()
	if n.Access, err = access.New(access.Config{DB: n.DB, NoCodes: n.NoCodes, Secret: secret, Former: former, Site: n.Site, Courier: n.Mail, Providers: n.OpenID,
		Issuer: n.Config.Node.Name[0], Breached: n.Breached, Logger: n.Logger}); err != nil {
		return err
	}
	n.Notices, err = notice.New(notice.Config{DB: n.DB, People: n.Access, Site: n.Site, Courier: n.Mail, Issuer: n.Config.Node.Name[0], Secret: secret, Former: former, HookLocal: n.NoCodes})
	if err != nil {
		return err
	}
	n.Access.Join("notice", n.Notices)
	n.Calendar, err = calendar.New(calendar.Config{DB: n.DB, Access: n.Access, Days: unit.NewDays(unit.ChinaCalendar())})
	return err
}

// secrets are what is encrypted with now, and what was before.
func (n *Node) secrets() (secret string, former []string) {
	if n.Secret == "" {
		return n.Key, n.Former
	}
	return n.Secret, append([]string{n.Key}, n.Former...)
}

// identityKey keys the digests of identity numbers. It follows from the secret, and stands nowhere.
func (n *Node) identityKey() []byte {
	secret, _ := n.secrets()
	sum := sha256.Sum256([]byte("corridor/node/identity/1\n" + secret))
	return sum[:]
}

func (n *Node) facts() (err error) {
	days := n.Calendar.Days()
	if n.Registry, err = registry.New(registry.Config{DB: n.DB, Access: n.Access, Regions: unit.GB2260(), Calendar: days.Now(),
		Self: n.Node.Code, IdentityKey: n.identityKey(), Notices: n.Notices,
		Revoked: func(ctx context.Context, tx *db.Tx, l registry.Label) error {
			return n.Federation.EndCertificate(ctx, tx, l.ID, l.Revoked)
		},
		Lost: func(ctx context.Context, tx *db.Tx, l registry.Label) error { return n.Cases.LabelLost(ctx, tx, l) }, LostAbroad: n.lostAbroad}); err != nil {
		return err
	}
	n.Access.Join("registry", registry.Experts{Registry: n.Registry})
	if n.Ledger, err = ledger.New(ledger.Config{DB: n.DB, Zone: days.Location()}); err != nil {
		return err
	}
	secret, former := n.secrets()
	witness, err := corridorlog.NewCosigner(n.Key)
	if err != nil {
		return err
	}
	n.Federation, err = federation.New(federation.Config{DB: n.DB, Self: n.Node.Code, Peers: n.Peers, Now: n.Now, Log: n.Log,
		Witness: witness, Access: n.Access, Key: n.Key, Secret: secret, Former: former, TaxCheck: n.TaxCheck, Networks: n.PeerNetworks,
		DayBytes: n.PeerDayBytes, Carry: n.Carry, Logger: n.Logger})
	return err
}

// lostAbroad tells the cases that rest on a label of a neighbour that it was taken back. Rules ask for it by the lists on which it stands
// here; an organisation that holds what a list asks for of this jurisdiction has lost nothing.
func (n *Node) lostAbroad(ctx context.Context, tx *db.Tx, l registry.LabelAbroad) error {
	certs, err := n.Federation.Certificates(ctx, tx, l.Org)
	if err != nil {
		return err
	}
	for _, c := range certs { // the neighbour's day may be ahead of this one's
		if c.Origin == l.Log && c.Index == l.Index {
			l.Revoked = max(l.Revoked, c.Ended)
		}
	}
	lists, err := n.Federation.ListsOf(ctx, tx, l.Node, l.Label.Label, l.Revoked)
	if err != nil {
		return err
	}
	for _, list := range lists {
		if held, _, err := n.Registry.HasLabel(ctx, tx, l.Org, list, l.Revoked); err != nil {
			return err
		} else if held {
			continue
		}
		if err := n.Cases.LabelLost(ctx, tx, registry.Label{Org: l.Org, Label: list, Revoked: l.Revoked}); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) desks() (err error) {
	days := n.Calendar.Days()
	secret, former := n.secrets()
	if n.Cases, err = casework.New(casework.Config{DB: n.DB, Secret: secret, Former: former, Access: n.Access, Registry: n.Registry, Ledger: n.Ledger,
		Log: n.Log, Notices: n.Notices, Files: n.Files, Uses: n.Federation, Hours: shared{n}, Slots: n.Federation, Plans: planned{n}, Demands: demanded{n}, WithBank: n.withBank, Letters: n.Federation, Self: n.Node.Code, Regions: unit.GB2260(), Calendar: days, Node: n.Node.Code[:2], Schemes: n.Schemes, Elsewhere: othersOf(n.Counted, n.Node.Code), Layers: schemes.FS, Soon: n.Soon,
		Stepped: func(ctx context.Context, tx *db.Tx, o casework.Order) error {
			return n.Statements.Tell(ctx, tx, orderOf(o))
		}}); err != nil {
		return err
	}
	n.Calendar.Join("casework", n.Cases)
	if n.Payments, err = settlement.New(settlement.Config{DB: n.DB, Access: n.Access, Cases: payable{n.Cases}, Books: booked{n.Ledger}, Treasuries: purses{n.Registry},
		Notices: n.Notices, Calendar: days, Region: unit.Region(n.Node.Code)}); err != nil {
		return err
	}
	n.Access.Join("settlement", n.Payments)
	if err := n.state(days); err != nil {
		return err
	}
	n.Access.Join("casework", n.Cases)
	if n.Agreements, err = agreement.New(agreement.Config{DB: n.DB, Access: n.Access, Calendar: days.Now(), Days: days.Now, Zone: days.Location(),
		Registry: n.Registry, Regions: unit.GB2260(), Notices: n.Notices, Log: n.Log, Letters: posted{n.Federation}, Node: n.Node.Code}); err != nil {
		return err
	}
	n.letters()
	n.caseLetters()
	n.Federation.HandleUses(n.Cases.AnswerCame)
	n.Access.Join("agreement", n.Agreements)
	set, err := n.kinds()
	if err != nil {
		return err
	}
	if n.Catalogue, err = catalogue.New(catalogue.Config{DB: n.DB, Access: n.Access, Registry: n.Registry, Files: n.Files, Log: n.Log, Notices: n.Notices,
		Regions: unit.GB2260(), Days: days, Kinds: set}); err != nil {
		return err
	}
	n.mirrors()
	index := ""
	if n.Dir != "" {
		index = filepath.Join(n.Dir, indexName)
	}
	if n.Finder, err = catalogue.NewFinder(catalogue.FinderConfig{Catalogue: n.Catalogue, Path: index, Recognises: n.Federation, Past: n.Cases, Academic: func(kind string) bool { return booking.GuestClass(kind) == booking.Academic }, Logger: n.Logger}); err != nil {
		return err
	}
	n.Access.Join("catalogue", n.Finder)
	n.Federation.Relisted(n.Finder.Recheck)
	if n.Bookings, err = booking.New(booking.Config{DB: n.DB, Access: n.Access, Registry: n.Registry, Calendar: days, Notices: n.Notices,
		Offers: offered{n.Catalogue}, Changed: n.Catalogue.Freed, HeldChanged: n.bookingChanged, Site: n.Site, Local: n.NoCodes}); err != nil {
		return err
	}
	n.Catalogue.Join(calendars{n.Bookings})
	n.Federation.JoinCalendars(slots{n})
	n.Federation.HandleSlots(n.Cases.SlotCame)
	if n.Indicators, err = indicator.New(indicator.Config{DB: n.DB, Access: n.Access,
		Packs: func() []*scheme.Scheme { return slices.Concat(n.Counted, n.Cases.Schemes()) }}); err != nil {
		return err
	}
	n.Reader = reader.New(reader.Config{Extract: n.Extract, DB: n.DB, Files: n.Files, Access: n.Access,
		Agreements: found{n.Agreements, n.Indicators}, Figures: found{n.Agreements, n.Indicators}, Registry: registered{n.Registry}})
	if err := n.count(days); err != nil {
		return err
	}
	if err := n.receive(); err != nil {
		return err
	}
	n.metrics = newMetrics(n)
	n.Web, err = web.New(web.Config{Node: n.Node, DB: n.DB, Access: n.Access, Registry: n.Registry, Calendar: n.Calendar, Cases: n.Cases, Payments: n.Payments, Statements: n.Statements, Catalogue: n.Catalogue, Finder: n.Finder, Bookings: n.Bookings,
		Reader: n.Reader, Agreements: n.Agreements, Indicators: n.Indicators, Ledger: n.Ledger, Log: n.Log,
		Federation: n.Federation, Files: n.Files, Notices: n.Notices, Clock: n.Clock, Now: n.Now, Secure: n.Secure, Logger: n.Logger,
		Usage: n.Usage, Intake: n.Intake, Metrics: n.metrics.handler(), MetricsAllow: n.MetricsAllow, Proxies: n.Proxies, Answered: n.metrics.answered})
	return err
}

// kinds are the kinds of listing that the program carries, and those in the folder kinds of the node's own.
func (n *Node) kinds() (*kinds.Set, error) {
	folders := []fs.FS{kinds.Files}
	own := filepath.Join(n.Dir, "kinds")
	if info, err := os.Stat(own); n.Dir != "" && err == nil && info.IsDir() {
		folders = append(folders, os.DirFS(own))
	}
	return kinds.Load(folders...)
}

// jobs gathers what the rooms do after their acts.
func (n *Node) jobs() (err error) {
	all := map[string]db.Handler{}
	for _, room := range []map[string]db.Handler{n.Notices.Handlers(), n.Calendar.Handlers(), n.Bookings.Handlers()} {
		for kind, h := range room {
			if _, twice := all[kind]; twice {
				return fmt.Errorf("two rooms do the jobs %s", kind)
			}
			all[kind] = h
		}
	}
	n.worker, err = db.NewWorker(db.WorkerConfig{DB: n.DB, Handlers: all, Logger: n.Logger})
	return err
}
