package federation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/note"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const (
	communityHead  = "corridor community v1" // holds spaces, so it is no name of a log, and the text no checkpoint
	nodesMax       = 500
	keysOfNodeMax  = 20
	communitiesMax = 1000 // versions
)

// Community is the file that the members have agreed on: who they are, which keys count when, and how many have to sign the
// next version. It is a signed note: the head line, then one line of canonical JSON.
type Community struct {
	Title     fault.Words `json:"title"`
	Version   int64       `json:"version"`
	Before    string      `json:"before"`         // digest of the text of the version before; "" for the first
	From      unit.Day    `json:"from"`           // the day from which it holds
	Quorum    int         `json:"quorum"`         // nodes that have to sign the next version: more than half
	Witnesses int         `json:"witnesses"`      // cosignatures of other nodes that a checkpoint should have
	Nodes     []Node      `json:"nodes"`          // by code
	Once      *OnceTerms  `json:"once,omitempty"` // of the used-once register; nil: there is none
}

// Node is a member's node.
type Node struct {
	Code    string        `json:"code"` // region code
	Name    fault.Words   `json:"name"`
	URL     string        `json:"url"`
	Keys    []DatedKey    `json:"keys"`
	Witness string        `json:"witness"` // "" when it is none
	Hosts   []unit.Region `json:"hosts"`   // whose authorities live on it
	Outside bool          `json:"outside"` // it answers for sellers of no member
}

// DatedKey is a verifier key of a log with the days on which it counts. No day is no bound.
type DatedKey struct {
	Key   string   `json:"key"`
	From  unit.Day `json:"from"`
	Until unit.Day `json:"until"` // the last day
}

// on says whether the key counts on a day.
func (k DatedKey) on(day unit.Day) bool {
	return (!k.From.Valid() || k.From <= day) && (!k.Until.Valid() || day <= k.Until)
}

// Text is what is signed.
func (c Community) Text() (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	if b, err = jcs.Transform(b); err != nil {
		return "", err
	}
	return communityHead + "\n" + string(b) + "\n", nil
}

// DigestText is how the next version names the one before.
func DigestText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// SignCommunity adds a node's signature, by the private key of its log, to a text or to a note that others have signed.
func SignCommunity(textOrNote []byte, private string) ([]byte, error) {
	text, signatures := cutNote(textOrNote)
	if _, err := readCommunity(text); err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("key of the signature: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, err
	}
	return append(signed, signatures...), nil
}

// cutNote parts a note into its text and its signature lines.
func cutNote(b []byte) (text, signatures string) {
	at := bytes.LastIndex(b, []byte("\n\n"))
	if at < 0 {
		return string(b), ""
	}
	return string(b[:at+1]), string(b[at+2:])
}

// readNote reads a community file without looking at who signed it.
func readNote(signed []byte) (Community, error) {
	text, _ := cutNote(signed)
	return readCommunity(text)
}

// readCommunity reads the text of a community file and refuses one that contradicts itself.
func readCommunity(text string) (c Community, err error) {
	bad := func(what string, args ...any) (Community, error) {
		return Community{}, fault.New(fault.Invalid, "federation.community_form", "what", fmt.Sprintf(what, args...)).On("community")
	}
	head, rest, _ := strings.Cut(text, "\n")
	if head != communityHead {
		return bad("the first line is not %q", communityHead)
	}
	d := json.NewDecoder(strings.NewReader(rest))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return bad("%v", err)
	}
	if again, err := c.Text(); err != nil || again != text {
		return bad("the text is not canonical JSON of a community")
	}
	switch {
	case c.Version < 1 || (c.Version == 1) != (c.Before == ""):
		return bad("version %d with before %q", c.Version, clip(c.Before))
	case !c.From.Valid():
		return bad("the day from which it holds is missing")
	case len(c.Nodes) == 0 || len(c.Nodes) > nodesMax:
		return bad("%d nodes", len(c.Nodes))
	case c.Quorum > len(c.Nodes) || 2*c.Quorum <= len(c.Nodes):
		return bad("a quorum of %d of %d nodes is not more than half", c.Quorum, len(c.Nodes))
	case c.Witnesses < 0 || c.Witnesses >= len(c.Nodes):
		return bad("%d witnesses, and there are %d other nodes", c.Witnesses, len(c.Nodes)-1)
	case !slices.IsSortedFunc(c.Nodes, func(a, b Node) int { return strings.Compare(a.Code, b.Code) }):
		return bad("the nodes are not in the order of their codes")
	}
	hosts, origins, outside := map[unit.Region]string{}, map[string]string{}, 0
	for i, n := range c.Nodes {
		if i > 0 && c.Nodes[i-1].Code == n.Code {
			return bad("node %s stands twice", n.Code)
		}
		if _, err := unit.ParseRegion(n.Code); err != nil {
			return bad("%q is no region code", clip(n.Code))
		}
		p := n.peer(func(DatedKey) bool { return true })
		if len(n.Keys) == 0 || len(n.Keys) > keysOfNodeMax || p.check() != nil {
			return bad("the address or the keys of node %s", n.Code)
		}
		if other, taken := origins[p.Origin()]; taken {
			return bad("nodes %s and %s have one log", other, n.Code)
		}
		origins[p.Origin()] = n.Code
		for _, r := range n.Hosts {
			if other, taken := hosts[r]; taken {
				return bad("region %s is hosted by %s and by %s", r, other, n.Code)
			}
			hosts[r] = n.Code
		}
		if n.Outside {
			outside++
		}
	}
	if o := c.Once; o != nil {
		_, member := c.node(o.Keeper)
		if !member || o.QuestionsHour < 1 || o.StaleDays < 1 || len(o.AgainDays) > keysOfNodeMax || slices.ContainsFunc(o.AgainDays, func(d int64) bool { return d < 1 }) {
			return bad("the terms of the used-once register")
		}
	}
	if outside > 1 {
		return bad("more than one node answers for sellers outside")
	}
	return c, nil
}

// peer is the node as a neighbour, with those of its keys that count.
func (n Node) peer(counts func(DatedKey) bool) Peer {
	var keys []string
	for _, k := range n.Keys {
		if counts(k) {
			keys = append(keys, k.Key)
		}
	}
	return Peer{Code: n.Code, Name: n.Name, URL: n.URL, Key: strings.Join(keys, "\n"), Witness: n.Witness}
}

// peers are the nodes with the keys that count on a day; one without a key has nothing that could be followed.
func (c Community) peers(day unit.Day) (out []Peer) {
	for _, n := range c.Nodes {
		if p := n.peer(func(k DatedKey) bool { return k.on(day) }); p.Key != "" {
			out = append(out, p)
		}
	}
	return out
}

// node finds a node by its code.
func (c Community) node(code string) (Node, bool) {
	i := slices.IndexFunc(c.Nodes, func(n Node) bool { return n.Code == code })
	if i < 0 {
		return Node{}, false
	}
	return c.Nodes[i], true
}

// Succeed checks that a signed community file may follow another; old is the zero Community for the first. The first is signed
// by all its nodes. Any other names the one before, is signed by a quorum of the nodes of that one with the keys that they had
// there on its first day, and by every key that is new in it: so nobody is made a member unasked, a node changes its own key,
// and a node that lost its key gets another by the quorum of the others. It returns which nodes of old (of the file itself, for
// the first) signed.
func Succeed(old Community, signed []byte) (c Community, by []string, err error) {
	if c, err = readNote(signed); err != nil {
		return c, nil, err
	}
	before := ""
	if old.Version > 0 {
		was, err := old.Text()
		if err != nil {
			return c, nil, err
		}
		before = DigestText(was)
	}
	if c.Version != old.Version+1 || c.Before != before || c.From < old.From {
		return c, nil, fault.New(fault.Conflict, "federation.community_version", "version", c.Version, "have", old.Version).On("version")
	}
	nodes, quorum := voters(old, c)
	for _, n := range nodes {
		if n.signed(signed, c.From) {
			by = append(by, n.Code)
		}
	}
	if len(by) < quorum {
		return c, by, fault.New(fault.Conflict, "federation.community_quorum", "have", len(by), "need", quorum).On("signatures")
	}
	for _, n := range c.Nodes {
		was, _ := old.node(n.Code)
		for _, k := range n.Keys {
			known := slices.ContainsFunc(was.Keys, func(x DatedKey) bool { return x.Key == k.Key })
			if !known && !signedBy(signed, k.Key) {
				return c, by, fault.New(fault.Conflict, "federation.community_key", "code", n.Code).On("signatures")
			}
		}
	}
	return c, by, nil
}

// voters are the nodes whose signatures count under a file that follows old, and how many of them have to sign.
func voters(old, c Community) (nodes []Node, need int) {
	if old.Version == 0 {
		return c.Nodes, len(c.Nodes)
	}
	return old.Nodes, old.Quorum
}

// signed says whether a note carries a true signature of the node, by a key that counts on a day.
func (n Node) signed(note []byte, day unit.Day) bool {
	return slices.ContainsFunc(n.Keys, func(k DatedKey) bool { return k.on(day) && signedBy(note, k.Key) })
}

// signedBy says whether a note carries a true signature of a key.
func signedBy(signed []byte, key string) bool {
	v, err := note.NewVerifier(key)
	if err != nil {
		return false
	}
	n, err := note.Open(signed, note.VerifierList(v))
	return err == nil && len(n.Sigs) == 1
}

// TakeCommunity takes in the next version of the community file. From its first day on, its nodes are followed by its keys.
func (s *Service) TakeCommunity(ctx context.Context, who access.Actor, signed []byte) (c Community, err error) {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return c, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		old, err := currentCommunity(ctx, tx)
		if err != nil {
			return err
		}
		var by []string
		if c, by, err = Succeed(old, signed); err != nil {
			return err
		}
		if err := insertCommunity(ctx, tx, c.Version, string(signed)); err != nil {
			return fmt.Errorf("take in version %d of the community file: %w", c.Version, err)
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "community.take", Object: fmt.Sprintf("community/%d", c.Version), Mandate: mandate, Detail: "signed by " + strings.Join(by, " ")})
	})
	if err != nil {
		return c, err
	}
	return c, s.load(ctx)
}

// Community is the newest version that this node has taken in, with its signed text; version 0 is none.
func (s *Service) Community(ctx context.Context) (c Community, signed string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if signed, err = selectCommunity(ctx, tx); err != nil || signed == "" {
			return err
		}
		c, err = readNote([]byte(signed))
		return err
	})
	return c, signed, err
}

func currentCommunity(ctx context.Context, tx *db.Tx) (Community, error) {
	signed, err := selectCommunity(ctx, tx)
	if err != nil || signed == "" {
		return Community{}, err
	}
	return readNote([]byte(signed))
}

var _ Log = (*corridorlog.Log)(nil)

// HostsRegion says whether a node answers for the authorities of a region: by the community file that holds, where the node
// that hosts the smallest region around it counts; without one a node answers for the region of its own code.
func (s *Service) HostsRegion(ctx context.Context, tx *db.Tx, code string, region unit.Region) bool {
	c, err := currentCommunity(ctx, tx)
	if err != nil || c.Version == 0 || c.From > unit.DayOf(s.c.Now(), unit.Beijing()) {
		return err == nil && region.In(unit.Region(code))
	}
	host := c.hostOf(region)
	return host == code && host != ""
}

// hostOf is the node that hosts the smallest region around one; "" is nobody.
func (c Community) hostOf(region unit.Region) (host string) {
	closest := unit.Region("")
	for _, n := range c.Nodes {
		for _, r := range n.Hosts {
			if region.In(r) && (closest == "" || r.In(closest)) {
				host, closest = n.Code, r
			}
		}
	}
	return host
}

// HostOf is the node that hosts the organisations and authorities of a region: by the community file that holds, and without one
// this node or the neighbour in whose own region it lies. "" is nobody that is known.
func (s *Service) HostOf(region unit.Region) string {
	s.mu.Lock()
	var c Community
	if n := len(s.files); n > 0 && s.files[n-1].From <= unit.DayOf(s.c.Now(), unit.Beijing()) {
		c = s.files[n-1]
	}
	s.mu.Unlock()
	if c.Version > 0 {
		return c.hostOf(region)
	}
	if region.In(unit.Region(s.c.Self)) {
		return s.c.Self
	}
	for _, p := range s.peers() {
		if region.In(unit.Region(p.Code)) {
			return p.Code
		}
	}
	return ""
}
