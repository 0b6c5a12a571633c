package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

var sharingWords = mustRead[[]Word]("sharing.yaml")

// SharingWords is what people call a thing that a compact shares or recognises.
func SharingWords(id string) fault.Words { return wordsOf(sharingWords, id) }

// Compact ties jurisdictions together: members with dates, what they share and what they recognise.
type Compact struct {
	ID         string
	Name       fault.Words
	Since      unit.Day // no day: not known
	Until      unit.Day // last day
	Shares     []string // ids of data/sharing.yaml
	Recognises []string
	Complete   bool // every member is named
	Source     string
	Verified   bool
	Digest     string // of the file it was read from
	Members    []Member
}

// Member is a jurisdiction of a compact.
type Member struct {
	Region   unit.Region
	Since    unit.Day // no day: not known since when
	Until    unit.Day // last day
	Source   string   // of the compact where none is named
	Verified bool
}

// compactFile is how a compact is written down.
type compactFile struct {
	ID         string   `yaml:"id"`
	ZH         string   `yaml:"zh"`
	EN         string   `yaml:"en"`
	Since      unit.Day `yaml:"since"`
	Until      unit.Day `yaml:"until"`
	Shares     []string `yaml:"shares"`
	Recognises []string `yaml:"recognises"`
	Complete   bool     `yaml:"complete"`
	Source     string   `yaml:"source"`
	Verified   bool     `yaml:"verified"`
	Members    []struct {
		Region   unit.Region `yaml:"region"`
		Since    unit.Day    `yaml:"since"`
		Until    unit.Day    `yaml:"until"`
		Source   string      `yaml:"source"`
		Verified *bool       `yaml:"verified"`
	} `yaml:"members"`
}

// ReadCompact reads a compact from its file. An unknown key, a place that is not on the list, a member that stands
// twice on one day and a thing that nobody shares are refused.
func ReadCompact(b []byte, regions *unit.Regions) (c Compact, err error) {
	var f compactFile
	if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
		return c, fault.New(fault.Invalid, "registry.compact_file").Because(err)
	}
	sum := sha256.Sum256(b)
	c = Compact{ID: f.ID, Name: fault.Words{f.ZH, f.EN}, Since: f.Since, Until: f.Until, Shares: f.Shares, Recognises: f.Recognises,
		Complete: f.Complete, Source: f.Source, Verified: f.Verified, Digest: hex.EncodeToString(sum[:])}
	bad := func(field string) (Compact, error) {
		return c, fault.New(fault.Invalid, "registry.compact", "compact", f.ID, "field", field).On(field)
	}
	switch {
	case f.ID == "" || len(f.ID) > codeMax || strings.ContainsAny(f.ID, " /"):
		return bad("id")
	case f.ZH == "" || f.EN == "":
		return bad("zh")
	case f.Source == "":
		return bad("source")
	case len(f.Members) == 0 || len(f.Members) > membersMax:
		return bad("members")
	}
	for _, s := range slices.Concat(f.Shares, f.Recognises) {
		if !slices.ContainsFunc(sharingWords, func(w Word) bool { return w.ID == s }) {
			return bad("shares")
		}
	}
	for _, m := range f.Members {
		if err := regions.Check(m.Region); err != nil {
			return c, fault.Of(err).On("members")
		}
		if m.Until.Valid() && (!m.Since.Valid() || m.Until < m.Since) {
			return bad("members")
		}
		v := Member{Region: m.Region, Since: m.Since, Until: m.Until, Source: m.Source, Verified: f.Verified}
		if v.Source == "" {
			v.Source = f.Source
		}
		if m.Verified != nil {
			v.Verified = *m.Verified
		}
		if slices.ContainsFunc(c.Members, func(o Member) bool { return o.Region == v.Region && o.Since == v.Since }) {
			return bad("members")
		}
		c.Members = append(c.Members, v)
	}
	return c, nil
}

// LoadCompacts reads every file of a folder and enters what has changed since it was read last. It says how many did.
func (r *Registry) LoadCompacts(ctx context.Context, who access.Actor, fsys fs.FS, dir string) (changed int, err error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return 0, err
	}
	for _, name := range files {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return changed, err
		}
		c, err := ReadCompact(b, r.c.Regions)
		if err != nil {
			return changed, fmt.Errorf("%s: %w", name, err)
		}
		var is bool
		if err := r.c.DB.Act(ctx, func(tx *db.Tx) (err error) {
			is, err = r.PutCompact(ctx, tx, who, c)
			return err
		}); err != nil {
			return changed, fmt.Errorf("%s: %w", name, err)
		}
		if is {
			changed++
		}
	}
	return changed, nil
}

// PutCompact enters a compact as its file says, in the caller's act, and says whether that is another file than the one
// before. Who was a member when stands in the members' days; the file before is named by its digest in the journal.
func (r *Registry) PutCompact(ctx context.Context, tx *db.Tx, who access.Actor, c Compact) (changed bool, err error) {
	mandate, err := mayEdit(who, "") // over the whole node: a compact is nobody's region
	if err != nil {
		return false, err
	}
	old, err := selectCompact(ctx, tx, c.ID)
	if err == nil && old.Digest == c.Digest {
		return false, nil
	}
	if err != nil && !db.NoRows(err) {
		return false, fmt.Errorf("compact %s: %w", c.ID, err)
	}
	if err := replaceCompact(ctx, tx, c); err != nil {
		return false, fmt.Errorf("compact %s: %w", c.ID, err)
	}
	return true, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.compact", Object: "compact/" + c.ID, Mandate: mandate, Detail: old.Digest + " -> " + c.Digest})
}

// Compacts lists the compacts with their members, by id.
func (r *Registry) Compacts(ctx context.Context, tx *db.Tx) ([]Compact, error) {
	all, err := selectCompacts(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("compacts: %w", err)
	}
	for i := range all {
		if all[i].Members, err = selectMembers(ctx, tx, all[i].ID); err != nil {
			return nil, fmt.Errorf("members of %s: %w", all[i].ID, err)
		}
	}
	return all, nil
}

// Compact finds a compact with its members.
func (r *Registry) Compact(ctx context.Context, tx *db.Tx, id string) (Compact, error) {
	c, err := selectCompact(ctx, tx, id)
	if db.NoRows(err) {
		return c, fault.New(fault.NotFound, "registry.no_compact", "compact", id)
	}
	if err == nil {
		c.Members, err = selectMembers(ctx, tx, id)
	}
	if err != nil {
		return c, fmt.Errorf("compact %s: %w", id, err)
	}
	return c, nil
}

// MembersOn lists who was a member on a day, by region. A member since an unknown day is not on it.
func (c Compact) MembersOn(d unit.Day) (all []Member) {
	for _, m := range c.Members {
		if m.Since.Valid() && m.Since <= d && (!m.Until.Valid() || m.Until >= d) {
			all = append(all, m)
		}
	}
	return all
}

// InCompact says whether a place lay in a member of a compact on a day. It is unknown when the list of members is not
// complete or the day of joining is not known, and when the list of places cannot tell.
func (r *Registry) InCompact(ctx context.Context, tx *db.Tx, id string, region unit.Region, day unit.Day) (in, known bool, err error) {
	c, err := r.Compact(ctx, tx, id)
	if err != nil {
		return false, false, err
	}
	known = c.Complete
	for _, m := range c.Members {
		lies, told := r.c.Regions.In(region, m.Region, day)
		switch {
		case !told:
			known = false
		case !lies:
		case !m.Since.Valid():
			known = false
		case m.Since <= day && (!m.Until.Valid() || m.Until >= day):
			return true, true, nil
		}
	}
	return false, known, nil
}
