package catalogue

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/log"
	"corridor/internal/unit"
)

// LeafKind is the kind of the public leaf that tells of a listing.
const LeafKind = "listing"

// Version is one act on a listing.
type Version struct {
	No     int
	At     time.Time
	Person unit.ID // "" for the node itself
	Act    Act
	State  State // after it
	Reason string
	Fields kinds.Fields // nil where the act changed none
}

// save writes what an act made of a listing, with its own entry in the journal.
func (s *Service) save(ctx context.Context, tx *db.Tx, who access.Actor, by string, l *Listing, act Act, reason string, stated bool) error {
	if err := s.write(ctx, tx, who, l, act, reason, stated); err != nil {
		return err
	}
	return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "listing." + string(act), Object: l.Object(), Region: l.Region, Mandate: by, Detail: fmt.Sprintf("%s version %d", l.Kind, l.Version)})
}

// write writes what an act made of a listing: the row, the version, the order of changes and the leaf. stated says that the
// act stated the fields.
func (s *Service) write(ctx context.Context, tx *db.Tx, who access.Actor, l *Listing, act Act, reason string, stated bool) error {
	l.Version++
	l.Changed = tx.Now()
	if stated || act == Confirm {
		l.Refreshed = tx.Now()
	}
	var err error
	if act == Adding {
		err = insertListing(ctx, tx, *l)
	} else {
		err = updateListing(ctx, tx, *l)
	}
	if err == nil {
		v := Version{No: l.Version, At: tx.Now(), Person: who.Person, Act: act, State: l.State, Reason: reason}
		if stated {
			v.Fields = l.Fields
		}
		err = insertVersion(ctx, tx, l.ID, v)
	}
	if err == nil {
		err = insertChange(ctx, tx, l.ID)
	}
	if err == nil && l.Open() {
		err = s.tell(ctx, tx, *l)
	}
	if err != nil {
		return fmt.Errorf("%s listing %s: %w", act, l.ID, err)
	}
	return nil
}

// Record is what is public of a listing, as it is served beside its leaf.
type Record struct {
	ID        unit.ID      `json:"id"`
	Kind      string       `json:"kind"`
	Owner     string       `json:"owner"`
	OwnerName fault.Words  `json:"owner_name"`
	Region    unit.Region  `json:"region"`
	State     State        `json:"state"`
	Version   int          `json:"version"`
	Synthetic bool         `json:"synthetic"`
	Published string       `json:"published"` // RFC 3339, UTC
	Fields    kinds.Fields `json:"fields"`
}

// tell makes a listing public as a leaf of the log, if its kind says so.
func (s *Service) tell(ctx context.Context, tx *db.Tx, l Listing) error {
	k, ok := s.kinds.Of(l.Kind)
	if !ok || s.c.Log == nil || len(k.Leaf) == 0 {
		return nil
	}
	fields := map[string]any{"id": string(l.ID), "kind": l.Kind, "owner": l.Owner, "region": string(l.Region), "state": string(l.State),
		"version": l.Version, "synthetic": l.Synthetic}
	for _, id := range k.Leaf {
		if v := l.Fields[id]; v != "" {
			fields["f_"+id] = v
		}
	}
	record, err := json.Marshal(Record{ID: l.ID, Kind: l.Kind, Owner: l.Owner, OwnerName: l.OwnerName, Region: l.Region, State: l.State, Version: l.Version,
		Synthetic: l.Synthetic, Published: l.Published.UTC().Format(time.RFC3339), Fields: k.Public(l.Fields)})
	if err != nil {
		return err
	}
	_, err = s.c.Log.Append(ctx, tx, log.Leaf{Kind: LeafKind, Day: s.today(tx), Fields: fields, Object: l.Object(), Record: record})
	return err
}

// Versions lists the acts on a listing, the newest first. Who may not read its private fields reads the public ones of the
// versions since it was published, and nothing of a listing that was taken back.
func (s *Service) Versions(ctx context.Context, who access.Actor, id unit.ID) (all []Version, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err := s.find(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if all = nil; l.TakenBack != "" && !readsAll(who, l) {
			return nil
		}
		if all, err = selectVersions(ctx, tx, id); err != nil {
			return err
		}
		if k, ok := s.kinds.Of(l.Kind); ok && !readsAll(who, l) {
			all = publicVersions(k, all)
		}
		return nil
	})
	return all, err
}

// publicVersions are the versions that everybody may read: from the one that was published on, which stands with the fields that
// it was published with.
func publicVersions(k *kinds.Kind, all []Version) (open []Version) {
	first := -1
	for i, v := range all {
		if v.State == Published {
			first = i
		}
	}
	for i := 0; i <= first; i++ {
		v := all[i]
		v.Person = ""
		if i == first {
			for _, before := range all[i:] {
				if before.Fields != nil {
					v.Fields = before.Fields
					break
				}
			}
		}
		if v.Fields != nil {
			v.Fields = k.Public(v.Fields)
		}
		open = append(open, v)
	}
	return open
}

// Change is one line of the order of changes.
type Change struct {
	Seq     int64
	Listing Listing // as it stands now, with its public fields; Open says whether it may be shown
}

// Changes lists what changed after a number, in order, each listing as it stands in this reading. What follows the catalogue
// keeps the last Seq and asks again from there; it misses nothing. A listing that changed twice may come twice.
func (s *Service) Changes(ctx context.Context, tx *db.Tx, after int64, limit int) ([]Change, error) {
	if limit <= 0 || limit > changeMax {
		limit = changeMax
	}
	all, err := selectChanges(ctx, tx, after, limit)
	for i := range all {
		all[i].Listing.Fields = s.public(all[i].Listing)
	}
	return all, err
}

// Seq is the number of the newest change; 0 if there is none.
func (s *Service) Seq(ctx context.Context, tx *db.Tx) (int64, error) { return selectSeq(ctx, tx) }

// Every lists the listings after an id in the order of ids, with their public fields: for what builds itself anew.
func (s *Service) Every(ctx context.Context, tx *db.Tx, after unit.ID, limit int) ([]Listing, error) {
	if limit <= 0 || limit > changeMax {
		limit = changeMax
	}
	all, err := selectEvery(ctx, tx, after, limit)
	for i := range all {
		all[i].Fields = s.public(all[i])
	}
	return all, err
}

// fieldsText is how fields are kept; keys are in order, so equal fields are equal texts.
func fieldsText(v kinds.Fields) string {
	b, _ := json.Marshal(v) // texts always marshal
	return string(b)
}

// readFields reads what fieldsText wrote. Most texts hold nothing that is escaped, and are cut without being interpreted: a page of
// results reads a hundred of them.
func readFields(text string) (v kinds.Fields, err error) {
	if text == "" {
		return nil, nil
	}
	if v, plain := plainFields(text); plain {
		return v, nil
	}
	err = json.NewDecoder(strings.NewReader(text)).Decode(&v)
	return v, err
}

// plainFields reads {"name":"value",…} without blanks between and without escapes but that of the line's end, which parts several
// values; of anything else it says that it is not plain.
func plainFields(text string) (kinds.Fields, bool) {
	rest, opened := strings.CutPrefix(text, `{"`)
	if !opened || !utf8.ValidString(text) || strings.Count(text, `\`) != strings.Count(text, `\n`) {
		return nil, false
	}
	for i := range len(text) {
		if text[i] < ' ' {
			return nil, false
		}
	}
	v := make(kinds.Fields, strings.Count(text, `":"`))
	for {
		name, after, named := strings.Cut(rest, `":"`)
		value, more, valued := strings.Cut(after, `"`)
		if !named || !valued || strings.ContainsAny(name, `"\`) {
			return nil, false
		}
		v[name] = strings.ReplaceAll(value, `\n`, "\n")
		if more == "}" {
			return v, true
		}
		if rest, opened = strings.CutPrefix(more, `,"`); !opened {
			return nil, false
		}
	}
}
