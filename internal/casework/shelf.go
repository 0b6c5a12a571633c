package casework

import (
	"context"
	"fmt"
	"slices"

	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// shelf is the editions that a node runs. It never changes: when an edition is adopted, another shelf takes its place at
// once, so that whoever works on the old one finishes with it.
type shelf struct {
	all      []*scheme.Scheme // without shared layers, which are never run
	byDigest map[string]*scheme.Scheme
	ends     map[string]unit.Day // digest: the day on which officers ended the edition
	broken   []string            // lines of the audit: kept editions that cannot be read any more

	standings []openStanding // in all of them
}

func newShelf(all []*scheme.Scheme) (*shelf, error) {
	sh := &shelf{byDigest: map[string]*scheme.Scheme{}}
	for _, s := range all {
		if s.Shared() {
			continue
		}
		if sh.byDigest[s.Digest] != nil {
			return nil, fmt.Errorf("edition %s of scheme %s is given twice", s.Edition, s.ID)
		}
		sh.byDigest[s.Digest] = s
		sh.all = append(sh.all, s)
		sh.standings = append(sh.standings, standingsOf(s)...)
	}
	return sh, nil
}

// with is a shelf on which one more edition stands.
func (sh *shelf) with(s *scheme.Scheme) *shelf {
	out := &shelf{all: append(append([]*scheme.Scheme(nil), sh.all...), s), byDigest: map[string]*scheme.Scheme{s.Digest: s}, ends: sh.ends, broken: sh.broken,
		standings: append(slices.Clip(sh.standings), standingsOf(s)...)}
	for d, x := range sh.byDigest {
		out.byDigest[d] = x
	}
	return out
}

// ending is a shelf on which one edition ends earlier.
func (sh *shelf) ending(digest string, last unit.Day) *shelf {
	out := *sh
	out.ends = map[string]unit.Day{digest: last}
	for d, day := range sh.ends {
		if d != digest {
			out.ends[d] = day
		}
	}
	return &out
}

// Open reads the editions that were adopted in this node, and which were ended early. One that its kept files do not give any more is left out: its
// cases stand still and the audit says why. The rooms below are open by then.
func (s *Service) Open(ctx context.Context) error {
	s.shelving.Lock()
	defer s.shelving.Unlock()
	sh, err := newShelf(s.c.Schemes)
	if err != nil {
		return err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := selectEditions(ctx, tx, Adopted)
		if err != nil {
			return err
		}
		for _, e := range all {
			if sh.byDigest[e.Digest] != nil { // the program carries it by now
				continue
			}
			sch, why, err := loadEdition(ctx, tx, e)
			if err != nil {
				return err
			}
			if why != "" {
				sh.broken = append(sh.broken, why)
				continue
			}
			sh = sh.with(sch)
		}
		ends, err := selectEndings(ctx, tx)
		for _, e := range ends {
			sh = sh.ending(e.Digest, e.Last)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read the adopted editions: %w", err)
	}
	s.shelf.Store(sh)
	return nil
}

// loadEdition compiles an edition from its kept files; why says what is wrong with them.
func loadEdition(ctx context.Context, tx *db.Tx, e Edition) (sch *scheme.Scheme, why string, err error) {
	files, err := selectEditionFiles(ctx, tx, e.ID)
	if err != nil {
		return nil, "", fmt.Errorf("files of edition %s: %w", e.ID, err)
	}
	sch, problems := scheme.Load(files, e.Dir)
	switch {
	case len(problems) > 0:
		return nil, fmt.Sprintf("edition %s of %s: its kept files are refused: %s:%d: %s", e.Edition, e.Scheme, problems[0].File, problems[0].Pos.Line, problems[0].Code), nil
	case sch.Digest != e.Digest:
		return nil, fmt.Sprintf("edition %s of %s: its kept files give digest %s, kept is %s", e.Edition, e.Scheme, sch.Digest, e.Digest), nil
	}
	return sch, "", nil
}

// auditEditions computes the digest of each kept edition again from its files, and looks for the leaf of each that was
// adopted.
func (s *Service) auditEditions(ctx context.Context) (found []string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		found = nil
		all, err := selectEditions(ctx, tx, "")
		if err != nil {
			return err
		}
		for _, e := range all {
			_, why, err := loadEdition(ctx, tx, e)
			if err != nil {
				return err
			}
			if why != "" {
				found = append(found, why)
			}
			if e.State != Adopted {
				continue
			}
			leaves, err := s.c.Log.ByObject(ctx, tx, e.Object())
			if err != nil {
				return err
			}
			if !hasLeaf(leaves, e.Leaf) {
				found = append(found, fmt.Sprintf("edition %s of %s: adopted without its public leaf %s", e.Edition, e.Scheme, e.Leaf))
			}
		}
		return nil
	})
	return found, err
}

func hasLeaf(all []unit.ID, one unit.ID) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return false
}
