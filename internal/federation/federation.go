package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const (
	bundleLeaves   = 256       // in a full entry bundle
	pieceLeaves    = 8 * 256   // leaves that one act takes in
	roundLeavesMax = 128 * 256 // leaves that one round takes of one neighbour
	answerBytesMax = 16 << 20
	checkpointMax  = 64 << 10
	answerTime     = 10 * time.Second // for one answer
	evidenceMax    = 50               // pieces that are kept, and shown, of one neighbour
	peersMax       = 1000
	everySecond    = time.Second
	backoffMax     = time.Minute
	lateAfter      = time.Minute // without a good answer
)

// Peer is a neighbour: who it is, where its pages are, and the keys of its log and of its witness.
type Peer struct {
	Code    string // region code
	Name    fault.Words
	URL     string // without a slash at the end
	Key     string // verifier key of the log, its name is the log's; several, one a line, while keys change over
	Witness string // verifier key of its witness; "" when it is none
	Near    bool   // a person confirmed that its address is of the own network; see address.go
}

// Origin is the name of the neighbour's log.
func (p Peer) Origin() string {
	name, _, _ := strings.Cut(p.Key, "+")
	return name
}

// Neighbour is a neighbour with how its log stands here.
type Neighbour struct {
	Peer
	Size      int64     // leaves that are verified
	Behind    int64     // leaves of its newest checkpoint here that are not read yet
	Seen      time.Time // when it last answered well; zero is never
	OK        bool      // the last answer was true
	Late      bool      // no good answer for a while
	Witnesses []string  // who has cosigned its newest checkpoint here, of the witnesses that this node knows
	Wanted    int       // cosignatures that the community file asks for; 0 without one
	Problem   *fault.Error
	Tried     time.Time    // when it was last asked, since this process began
	Trouble   *fault.Error // why the last answer was none, for as long as it is none
	Mirrors   []Mirroring  // of each kind that a room here keeps
	Refused   int          // things of it that were not taken in
}

// Log is this node's own log, as far as neighbours witness it. It may be called concurrently.
type Log interface {
	PublicKey() string
	Checkpoint(ctx context.Context) ([]byte, error)
	Consistency(ctx context.Context, from, to int64) (tlog.TreeProof, error)
	AddCosignature(ctx context.Context, c corridorlog.Cosignature) error
	Origin() string
	Append(ctx context.Context, tx *db.Tx, leaf corridorlog.Leaf) (unit.ID, error)
}

// Config says whom to follow.
type Config struct {
	DB    *db.DB
	Self  string // region code of this node
	Peers []Peer // from the settings; requests and the community file add to them
	// Networks are those in which neighbours may be besides the public one, and over plain HTTP; see address.go.
	Networks   []netip.Prefix
	AnswerTime time.Duration // within which one answer has to be here whole; 0 is ten seconds
	DayBytes   int64         // of letters and leaves that are taken of one neighbour in a day; 0 is 32 GiB
	Client     *http.Client  // nil: one that keeps the rule of addresses
	// Carry wraps the client's transport; nil wraps nothing.
	Carry   func(http.RoundTripper) http.RoundTripper
	Now     func() time.Time      // nil: time.Now
	Log     Log                   // nil: nobody is asked to witness
	Witness *corridorlog.Cosigner // nil: this node is no witness
	Access  *access.Service       // nil: no requests and no community file are taken
	Key     string                // private key of the log, from which those of letters are derived; "": no letters
	Secret  string                // encrypts the keys of years in the database; "" is Key
	Former  []string              // secrets before it, which still open
	// TaxCheck tells what became of an invoice that was paid for; nil: nobody is asked.
	TaxCheck TaxCheck
	Logger   *slog.Logger // nil: slog.Default()
}

// Service follows the neighbours of one node. It is safe for concurrent use.
type Service struct {
	c Config

	mu        sync.Mutex
	confirmed []Peer           // by a person, as they were loaded last; guarded by mu, as all below
	members   []Peer           // nodes of the community file, with the keys of today
	wanted    int              // cosignatures that the community file asks for
	asked     map[string]int64 // size that a neighbour's witness has last signed of ours
	hangUp    func()           // ends the connections to neighbours on which nothing is asked
	takes     map[string]Take  // by kind of letter
	hears     map[string]Hear
	written   map[string]db.Bell     // of letters to a neighbour that wait
	files     []Community            // versions of the community file, the oldest first
	epochs    []Epoch                // that hold here, by node, the oldest first
	fileAsks  map[string][]time.Time // by neighbour, of the last hour
	onceTold  func(ctx context.Context, tx *db.Tx, of unit.ID) error

	mirrors   []Mirror           // fixed before Run
	mirroring atomic.Int64       // neighbours that are being handed over
	troubles  map[string]string  // code of what keeps a mirror from going on, by neighbour and kind; guarded by mu
	grew      map[string]db.Bell // rung when leaves of a neighbour were taken in; guarded by mu
	gate      gate
	relisted  func()         // set before Run
	tries     map[string]try // by neighbour; guarded by mu
	slotHeard func(ctx context.Context, tx *db.Tx, of unit.ID) error
	calendars Calendars            // set before Run
	frees     map[freeOf]freeHeard // what neighbours said of free slots; guarded by mu
}

// New checks the settings; it asks nobody.
func New(c Config) (*Service, error) {
	if c.DB == nil {
		return nil, fmt.Errorf("federation: a database is needed")
	}
	if c.AnswerTime == 0 {
		c.AnswerTime = answerTime
	}
	if c.DayBytes == 0 {
		c.DayBytes = dayBytes
	}
	if c.Client == nil {
		c.Client = reaching(c.Networks)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	// Where a neighbour sends its answer from is part of who it is: it may not send us elsewhere.
	hangUp := c.Client.CloseIdleConnections
	client := *c.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Carry != nil {
		client.Transport = c.Carry(client.Transport)
	}
	c.Client = &client
	seen := map[string]bool{c.Self: true}
	for _, p := range c.Peers {
		if seen[p.Code] {
			return nil, fmt.Errorf("federation: neighbour %q stands twice or is this node", p.Code)
		}
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("federation: neighbour %q: %w", p.Code, err)
		}
		seen[p.Code] = true
	}
	if c.Key != "" && c.Log == nil {
		return nil, fmt.Errorf("federation: letters need a log")
	}
	if c.Secret == "" {
		c.Secret = c.Key
	}
	s := &Service{c: c, hangUp: hangUp, asked: map[string]int64{}, takes: map[string]Take{NoteKind: takeNote}, hears: map[string]Hear{}, written: map[string]db.Bell{}, fileAsks: map[string][]time.Time{},
		troubles: map[string]string{}, grew: map[string]db.Bell{}, tries: map[string]try{}}
	for _, kind := range []string{onceHoldKind, onceConfirmKind, onceReleaseKind} {
		s.takes[kind], s.hears[kind] = s.takeUse, s.hearUse
	}
	for _, kind := range []string{slotHoldKind, slotConfirmKind, slotReleaseKind} {
		s.takes[kind], s.hears[kind] = s.takeSlot, s.hearSlot
	}
	s.takes[slotChangedKind] = s.takeSlotChanged
	s.takes[onceKeyKind], s.hears[onceKeyKind] = s.takeKey, s.hearKey
	return s, nil
}

// check refuses an address that is none and keys that are none.
func (p Peer) check() error {
	u, err := url.Parse(p.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || strings.HasSuffix(p.URL, "/") {
		return fault.New(fault.Invalid, "federation.address", "address", clip(p.URL)).On("url")
	}
	return corridorlog.CheckKeys(p.Key, p.Witness)
}

// peers are all neighbours: of the settings, then those that a person confirmed, then the other nodes of the community file.
// A code stands once, with the address of the first; which of a log's keys count, and which witness is its node's, the
// community file says before all others.
func (s *Service) peers() []Peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := append([]Peer(nil), s.c.Peers...)
	find := func(code string) int { return slices.IndexFunc(out, func(p Peer) bool { return p.Code == code }) }
	for _, p := range s.confirmed {
		if find(p.Code) < 0 {
			out = append(out, p)
		}
	}
	for _, p := range s.members {
		switch at := find(p.Code); {
		case p.Code == s.c.Self:
		case at < 0:
			out = append(out, p)
		case out[at].Origin() == p.Origin():
			out[at].Key, out[at].Witness = p.Key, p.Witness
		}
	}
	for i := range out {
		for _, e := range s.epochs {
			if e.Code == out[i].Code {
				out[i] = e.rekeys(out[i])
			}
		}
	}
	return out
}

// Open reads who the neighbours are and what the members agreed on, so that the first act after a start knows them; New comes
// before.
func (s *Service) Open(ctx context.Context) error { return s.load(ctx) }

// load reads the neighbours that were added.
func (s *Service) load(ctx context.Context) error {
	var confirmed []Peer
	var files []Community
	var epochs []EpochState
	err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if confirmed, err = selectConfirmed(ctx, tx); err != nil {
			return fmt.Errorf("confirmed neighbours: %w", err)
		}
		if files, err = selectCommunities(ctx, tx, s.filesHere()); err != nil {
			return fmt.Errorf("versions of the community file: %w", err)
		}
		epochs, err = selectEpochs(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	today := unit.DayOf(s.c.Now(), unit.Beijing())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.confirmed, s.members, s.wanted, s.epochs = confirmed, nil, 0, nil
	for _, e := range epochs {
		s.epochs = append(s.epochs, e.Epoch)
	}
	for _, f := range files {
		if len(s.files) == 0 || f.Version > s.files[len(s.files)-1].Version {
			s.files = append(s.files, f)
		}
	}
	if n := len(s.files); n > 0 && s.files[n-1].From <= today {
		s.members, s.wanted = s.files[n-1].peers(today), s.files[n-1].Witnesses
	}
	return nil
}

// filesHere is how many versions of the community file are read already.
func (s *Service) filesHere() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.files))
}

// State lists the neighbours, those of the settings first, with how each log stands here.
func (s *Service) State(ctx context.Context) (out []Neighbour, err error) {
	peers := s.peers()
	witnesses := s.witnessKeys(peers)
	s.mu.Lock()
	wanted := s.wanted
	s.mu.Unlock()
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, p := range peers {
			row, err := selectPeer(ctx, tx, p.Code)
			if err != nil {
				return fmt.Errorf("state of neighbour %s: %w", p.Code, err)
			}
			n := s.stands(p, row)
			n.Wanted = wanted
			if c, err := corridorlog.OpenCheckpoint([]byte(row.target), p.Key+witnesses); err == nil {
				n.Witnesses = c.Witnesses
			}
			if n.Mirrors, n.Refused, err = s.mirrorings(ctx, tx, p); err != nil {
				return fmt.Errorf("what is mirrored of %s: %w", p.Code, err)
			}
			out = append(out, n)
		}
		return nil
	})
	return out, err
}

// Rail lists the neighbours as State does, without what only the pages about neighbours show: who witnessed a log, and what is
// mirrored of it. It is one reading and checks no signature, for what stands around every page.
func (s *Service) Rail(ctx context.Context) (out []Neighbour, err error) {
	rows := map[string]peerRow{}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := selectPeers(ctx, tx)
		for _, row := range all {
			rows[row.code] = row
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("state of the neighbours: %w", err)
	}
	for _, p := range s.peers() {
		out = append(out, s.stands(p, rows[p.Code]))
	}
	return out, nil
}

// stands is a neighbour as what is kept of its log has it.
func (s *Service) stands(p Peer, row peerRow) Neighbour {
	n := Neighbour{Peer: p, Size: row.size, OK: row.problem == "" && row.seenAt > 0}
	if row.seenAt > 0 {
		n.Seen = db.Time(row.seenAt)
	}
	n.Late = s.c.Now().Sub(n.Seen) > lateAfter
	if row.problem != "" {
		n.Problem = fault.New(fault.Conflict, row.problem, "name", p.Name)
	}
	if to, err := corridorlog.ParseCheckpoint([]byte(row.target)); row.target != "" && err == nil {
		n.Behind = max(to.Size-row.size, 0)
	}
	n.Tried, n.Trouble = s.tried(p)
	return n
}

// witnessKeys are the keys of all witnesses that this node knows, each on a line of its own.
func (s *Service) witnessKeys(peers []Peer) string {
	out := ""
	for _, p := range peers {
		if p.Witness != "" {
			out += "\n" + p.Witness
		}
	}
	if s.c.Witness != nil {
		out += "\n" + s.c.Witness.PublicKey()
	}
	return out
}

// Peer finds a neighbour by the name of its log.
func (s *Service) Peer(origin string) (Peer, bool) {
	for _, p := range s.peers() {
		if p.Origin() == origin {
			return p, true
		}
	}
	return Peer{}, false
}

// Peers are all neighbours that are known now.
func (s *Service) Peers() []Peer { return s.peers() }

// Leaf is a verified public leaf of a neighbour.
type Leaf struct {
	Origin      string
	Index       int64
	Kind        string // "" when the leaf is not in our form
	Day         unit.Day
	Fields      json.RawMessage
	Bytes       []byte // that are hashed
	WithdrawnBy int64  // index of the leaf that withdraws it; -1 is none
}

// Leaf finds a verified leaf of a neighbour's log.
func (s *Service) Leaf(ctx context.Context, origin string, index int64) (l Leaf, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err = selectLeaf(ctx, tx, origin, index)
		return err
	})
	return l, err
}

// Receipt is the proof of a verified leaf of a neighbour's log, as this node can hand it out: by the newest checkpoint of which all
// leaves are here, checked before anybody else does. It opens no commitment. Where a large log is still being taken in there is
// none yet, and it is Unavailable.
func (s *Service) Receipt(ctx context.Context, origin string, index int64) (receipt []byte, err error) {
	p, ok := s.Peer(origin)
	if !ok {
		return nil, fault.New(fault.NotFound, "federation.no_leaf", "origin", clip(origin), "index", index)
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err := selectLeaf(ctx, tx, origin, index)
		if err != nil {
			return err
		}
		row, err := selectPeer(ctx, tx, p.Code)
		if err != nil {
			return err
		}
		if row.target == "" {
			return fault.New(fault.Unavailable, "federation.not_all_here", "name", p.Name)
		}
		c, err := corridorlog.ParseCheckpoint([]byte(row.target))
		if err != nil {
			return fmt.Errorf("the checkpoint of %s that is kept: %w", origin, err)
		}
		if c.Size != row.size {
			return fault.New(fault.Unavailable, "federation.not_all_here", "name", p.Name)
		}
		proof, err := tlog.ProveRecord(c.Size, index, localTree(ctx, tx, origin))
		if err != nil {
			return fmt.Errorf("prove leaf %d of %s: %w", index, origin, err)
		}
		if receipt, err = corridorlog.NewReceipt(index, l.Bytes, proof, []byte(row.target)); err != nil {
			return err
		}
		if _, err := corridorlog.VerifyReceipt(receipt, p.Key); err != nil {
			return fault.New(fault.Internal, "federation.damaged", "name", p.Name).Because(err)
		}
		return nil
	})
	return receipt, err
}

// Evidence is something that a neighbour said and that cannot be true.
type Evidence struct {
	ID              unit.ID
	At              time.Time
	Problem         string // code of the refusal
	Had, Got, Proof string
}

// Evidence lists what is kept against a neighbour, newest first.
func (s *Service) Evidence(ctx context.Context, code string) (out []Evidence, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectEvidence(ctx, tx, code)
		return err
	})
	return out, err
}

// clip shortens a text that a refusal shows.
func clip(s string) string {
	const shown = 80
	if r := []rune(s); len(r) > shown {
		return string(r[:shown]) + "…"
	}
	return s
}
