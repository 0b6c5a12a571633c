package catalogue

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const nameMax = 200 // characters of an owner's name that a neighbour gives

// Theirs is a listing that another node published, proved to stand in its log; Gone says that it was withdrawn there.
type Theirs struct {
	Node   string // code of the node
	Log    string
	Index  int64
	Fields json.RawMessage // of the leaf
	Record []byte          // beside it
	Gone   bool
}

// Mirrored is where a mirrored listing comes from.
type Mirrored struct {
	Listing unit.ID
	Node    string
	Remote  unit.ID // of the listing there
	Log     string
	Index   int64
	Digest  string // of what is kept here; "" once it is withdrawn
	Seen    time.Time
}

// Mirror keeps what other nodes published, in the act that moves on in their logs. It returns for each what it refuses, nil for what
// it takes. A mirrored listing is read-only; its node answers for who owns it. A node speaks for no organisation whose home is
// elsewhere, as far as the registry knows, and for no listing of another node.
func (s *Service) Mirror(ctx context.Context, tx *db.Tx, all []Theirs) (refused []error, err error) {
	refused = make([]error, len(all))
	for i, t := range all {
		if t.Gone {
			err = s.mirrorGone(ctx, tx, t)
		} else {
			err = s.mirrorOne(ctx, tx, t)
		}
		if f := (*fault.Error)(nil); err != nil {
			if f = fault.Of(err); f.Kind == fault.Internal || f.Kind == fault.Unavailable {
				return nil, fmt.Errorf("mirror leaf %d of %s: %w", t.Index, t.Log, err)
			}
			refused[i] = err
		}
	}
	return refused, nil
}

func (s *Service) mirrorOne(ctx context.Context, tx *db.Tx, t Theirs) error {
	l, remote, err := s.theirs(ctx, tx, t)
	if err != nil {
		return err
	}
	l.ID = mirrorID(t.Node, remote)
	m := Mirrored{Listing: l.ID, Node: t.Node, Remote: remote, Log: t.Log, Index: t.Index, Digest: mirrorDigest(l), Seen: tx.Now()}
	had, found, err := selectMirrored(ctx, tx, l.ID)
	if err != nil {
		return err
	}
	if found && had.Index >= t.Index {
		return nil // what is here is as new
	}
	l.Changed, l.Refreshed, l.Made, l.Proof = tx.Now(), tx.Now(), l.Published, fmt.Sprintf("%s#%d", t.Log, t.Index)
	if found {
		old, _, err := selectListing(ctx, tx, l.ID)
		if err != nil {
			return err
		}
		if l.Version < old.Version {
			return fault.New(fault.Conflict, "catalogue.mirror_older", "version", l.Version, "have", old.Version).On("version")
		}
		l.Made = old.Made
		if err := updateMirrored(ctx, tx, l, m); err != nil {
			return err
		}
	} else if err := insertMirrored(ctx, tx, l, m); err != nil {
		return err
	}
	return insertChange(ctx, tx, l.ID)
}

// mirrorGone takes a listing out whose newest leaf was withdrawn: nothing of what was published stays but that it was there.
func (s *Service) mirrorGone(ctx context.Context, tx *db.Tx, t Theirs) error {
	m, found, err := selectMirroredLeaf(ctx, tx, t.Log, t.Index)
	if err != nil || !found {
		// It never was here, or a newer version is.
		return s.mirrorOvertaken(ctx, tx, t, err)
	}
	return s.mirrorEnd(ctx, tx, m, t.Index)
}

// mirrorOvertaken is for a leaf that was withdrawn before it was taken in: what is here of an older version of the listing goes.
func (s *Service) mirrorOvertaken(ctx context.Context, tx *db.Tx, t Theirs, err error) error {
	var f struct{ ID unit.ID }
	if err != nil || json.Unmarshal(t.Fields, &f) != nil || f.ID == "" {
		return err
	}
	m, found, err := selectMirrored(ctx, tx, mirrorID(t.Node, f.ID))
	if err != nil || !found || m.Log != t.Log || m.Index >= t.Index {
		return err
	}
	return s.mirrorEnd(ctx, tx, m, t.Index)
}

func (s *Service) mirrorEnd(ctx context.Context, tx *db.Tx, m Mirrored, index int64) error {
	l, found, err := selectListing(ctx, tx, m.Listing)
	if err != nil || !found || m.Digest == "" {
		return err
	}
	l.State, l.Fields, l.Title, l.OwnerName = Retired, kinds.Fields{}, fault.Words{"已撤回的资源", "Withdrawn listing"}, fault.Words{l.Owner, l.Owner}
	l.Changed, m.Digest, m.Seen, m.Index = tx.Now(), "", tx.Now(), index
	l.Reason, l.Proof = "发布它的节点已撤回 withdrawn by the node that published it", fmt.Sprintf("%s#%d", m.Log, index)
	if err := updateMirrored(ctx, tx, l, m); err != nil {
		return err
	}
	return insertChange(ctx, tx, l.ID)
}

// theirs reads a record that came from outside. Everything in it is checked; what this node's kinds do not know is left out.
func (s *Service) theirs(ctx context.Context, tx *db.Tx, t Theirs) (l Listing, remote unit.ID, err error) {
	bad := func(field string) (Listing, unit.ID, error) {
		return Listing{}, "", fault.New(fault.Invalid, "catalogue.mirror_form", "field", field).On(field)
	}
	var r Record
	d := json.NewDecoder(bytes.NewReader(t.Record))
	if err := d.Decode(&r); err != nil || d.More() {
		return bad("record")
	}
	var f struct {
		ID      unit.ID
		Kind    string
		Owner   string
		Region  unit.Region
		State   State
		Version int
	}
	if err := json.Unmarshal(t.Fields, &f); err != nil {
		return bad("leaf")
	}
	if f.ID != r.ID || f.Kind != r.Kind || f.Owner != r.Owner || f.Region != r.Region || f.State != r.State || f.Version != r.Version || f.ID == "" {
		return bad("leaf")
	}
	k, known := s.kinds.Of(r.Kind)
	if !known {
		return l, "", fault.New(fault.Invalid, "catalogue.mirror_kind", "kind", shorten(r.Kind)).On("kind")
	}
	published, err := time.Parse(time.RFC3339, r.Published)
	switch {
	case err != nil || published.Unix() <= 0 || published.After(tx.Now().Add(24*time.Hour)):
		return bad("published")
	case r.Version < 1:
		return bad("version")
	case r.State != Published && r.State != Suspended && r.State != Moved && r.State != Retired:
		return bad("state")
	case !plainLine(r.OwnerName[0], nameMax) || !plainLine(r.OwnerName[1], nameMax) || r.OwnerName[0] == "":
		return bad("owner_name")
	}
	if err := s.c.Regions.Check(r.Region); err != nil {
		return bad("region")
	}
	code, err := unit.ParseUSCC(r.Owner)
	if err != nil {
		return bad("owner")
	}
	if err := s.vouched(ctx, tx, t.Node, string(code)); err != nil {
		return l, "", err
	}
	l = Listing{Kind: k.ID, Owner: string(code), OwnerName: r.OwnerName, Region: r.Region, State: r.State, Version: r.Version, Synthetic: r.Synthetic,
		Published: published.UTC(), Origin: t.Node, Fields: kinds.Fields{}}
	for id, v := range r.Fields {
		field, known := k.Field(id)
		if !known || v == "" {
			continue // of a newer edition of the kind
		}
		if field.Private || !canonical(field, v) {
			return bad(shorten(id))
		}
		l.Fields[id] = v
	}
	if l.Fields[k.Title.ZH] == "" {
		return bad(k.Title.ZH)
	}
	own, region := l.OwnNo, l.Region
	if err := s.fill(&l, k, l.Fields); err != nil {
		return bad(fault.Of(err).Field)
	}
	// The owner's number is unique among the listings of this node alone, so it stays in the fields.
	l.OwnNo, l.Region = own, region
	return l, r.ID, nil
}

// vouched refuses a listing in the name of an organisation that, as the registry knows it, has its home at another node.
func (s *Service) vouched(ctx context.Context, tx *db.Tx, node, owner string) error {
	o, err := s.c.Registry.Org(ctx, tx, owner)
	if fault.KindOf(err) == fault.NotFound {
		return nil // the node's word is all there is
	}
	if err == nil && o.Home != "" && o.Home != node {
		return fault.New(fault.Denied, "catalogue.mirror_owner", "owner", owner, "home", o.Home).On("owner")
	}
	return err
}

// canonical says whether a value is as this node would keep it. A code that this node's list does not have is shown as it is.
func canonical(f kinds.Field, v string) bool {
	if f.Coded() {
		return plainText(v, codeMax*100) && !strings.Contains(v, "\n\n")
	}
	again, err := f.Parse(f.Typed(v))
	return err == nil && again == v
}

func plainLine(s string, most int) bool { return plainText(s, most) && !strings.Contains(s, "\n") }

func plainText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' || r == unicode.ReplacementChar })
}

// mirrorID is the id here of a listing there: of the same moment, and otherwise the digest of where it comes from, so that no
// node can take the place of another's listing.
func mirrorID(node string, remote unit.ID) unit.ID {
	const moment = 13 // characters of an id that tell its time
	sum := sha256.Sum256([]byte("corridor/mirror/1\n" + node + "\n" + string(remote)))
	return remote[:moment] + unit.ID(base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(sum[:])[:len(remote)-moment])
}

// mirrorDigest is of what everybody reads of a mirrored listing.
func mirrorDigest(l Listing) string {
	text, _ := json.Marshal(Record{ID: l.ID, Kind: l.Kind, Owner: l.Owner, OwnerName: l.OwnerName, Region: l.Region, State: l.State, Version: l.Version,
		Synthetic: l.Synthetic, Published: l.Published.UTC().Format(time.RFC3339), Fields: l.Fields}) // texts always marshal
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// MirroredIn says where a mirrored listing comes from; false for one of this node's own.
func (s *Service) MirroredIn(ctx context.Context, tx *db.Tx, id unit.ID) (Mirrored, bool, error) {
	return selectMirrored(ctx, tx, id)
}

// EachMirrored calls a function for every listing that is mirrored here, in the order of their ids.
func (s *Service) EachMirrored(ctx context.Context, do func(Mirrored)) error {
	for after := unit.ID(""); ; {
		var page []Mirrored
		err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = selectMirrorsAfter(ctx, tx, after, auditPage)
			return err
		})
		if err != nil {
			return err
		}
		for _, m := range page {
			after = m.Listing
			do(m)
		}
		if len(page) < auditPage {
			return nil
		}
	}
}

// MirrorOf finds the listing here that mirrors one of another node.
func (s *Service) MirrorOf(ctx context.Context, tx *db.Tx, node string, remote unit.ID) (unit.ID, bool, error) {
	if _, err := unit.ParseID(string(remote)); err != nil {
		return "", false, nil
	}
	m, found, err := selectMirrored(ctx, tx, mirrorID(node, remote))
	return m.Listing, found, err
}

// MirroredCount is how many listings of a node are mirrored here, of one kind and in one state.
type MirroredCount struct {
	Node, Kind string
	State      State
	N          int
}

// MirroredCounts counts what is mirrored, by node, kind and state.
func (s *Service) MirroredCounts(ctx context.Context) (all []MirroredCount, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectMirroredCounts(ctx, tx)
		return err
	})
	return all, err
}

// OwnerName is the name of an owner as its newest listing gives it: for owners that this node's registry does not have.
func (s *Service) OwnerName(ctx context.Context, tx *db.Tx, owner string) (fault.Words, bool, error) {
	return selectOwnerName(ctx, tx, owner)
}
