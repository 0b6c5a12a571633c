package catalogue

import (
	"context"
	"fmt"

	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/unit"
)

const auditPage = 100 // listings that one reading looks at

// audited is a listing beside what its versions and the order of changes say of it.
type audited struct {
	Listing
	state    State  // after the last version
	fields   string // JSON, as last stated
	kept     string // JSON, of the listing
	versions int
	changes  int
}

// Audit compares every listing with its versions, its kind and the order of changes, and every file with the store. It returns
// a line for each thing that does not fit.
func (s *Service) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
	for after := unit.ID(""); ; {
		var page []audited
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			page, err = selectAudited(ctx, tx, after, auditPage)
			return err
		})
		if err != nil {
			return found, fmt.Errorf("audit listings after %s: %w", after, err)
		}
		for _, a := range page {
			db.Rest(ctx)
			found = append(found, s.auditOne(a)...)
			after = a.ID
		}
		if len(page) < auditPage {
			break
		}
	}
	mirrored, err := s.auditMirrored(ctx)
	if found = append(found, mirrored...); err != nil || s.c.Files == nil {
		return found, err
	}
	lost, err := s.auditFiles(ctx)
	return append(found, lost...), err
}

func (s *Service) auditOne(a audited) (found []string) {
	say := func(format string, args ...any) {
		found = append(found, fmt.Sprintf("listing %s "+format, append([]any{a.ID}, args...)...))
	}
	if a.Origin != "" {
		return nil // its own node answers for it
	}
	if a.versions != a.Version {
		say("is version %d and has %d versions", a.Version, a.versions)
	}
	if a.changes < a.versions {
		say("has %d versions and only %d changes", a.versions, a.changes)
	}
	if a.state != a.State {
		say("is %s, and its last version says %s", a.State, a.state)
	}
	if a.fields != a.kept {
		say("has other fields than its last version stated")
	}
	k, ok := s.kinds.Of(a.Kind)
	if !ok {
		say("is of the kind %s, which this node does not have", a.Kind)
		return found
	}
	derived := a.Listing
	if err := s.fill(&derived, k, a.Fields); err != nil {
		say("has fields that its kind refuses: %v", err)
	} else if derived.Title != a.Title || derived.OwnNo != a.OwnNo || derived.Region != a.Region {
		say("is called, numbered or placed otherwise than its fields say")
	}
	if a.State == Published {
		for _, m := range k.Missing(a.Fields, kinds.ToPublish) {
			say("is published without %s", m.Field)
		}
	}
	return found
}

// auditMirrored compares every mirrored listing with the digest of what was taken in, and with where it comes from. Whether its leaf
// stands in the log that was followed is compared by who followed it.
func (s *Service) auditMirrored(ctx context.Context) (found []string, err error) {
	for after := unit.ID(""); ; {
		n := 0
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			page, err := selectMirrorsAfter(ctx, tx, after, auditPage)
			if err != nil {
				return err
			}
			n = len(page)
			for _, m := range page {
				after = m.Listing
				l, there, err := selectListing(ctx, tx, m.Listing)
				if err != nil {
					return err
				}
				switch {
				case !there || l.Origin != m.Node || l.ID != mirrorID(m.Node, m.Remote) || l.Proof != fmt.Sprintf("%s#%d", m.Log, m.Index):
					found = append(found, fmt.Sprintf("listing %s is mirrored from elsewhere than it says", m.Listing))
				case m.Digest != "" && mirrorDigest(l) != m.Digest, m.Digest == "" && (l.State != Retired || len(l.Fields) > 0):
					found = append(found, fmt.Sprintf("listing %s is not what was mirrored", m.Listing))
				}
			}
			return nil
		})
		if err != nil || n < auditPage {
			return found, err
		}
	}
}

// auditFiles looks for files that the store does not have. Whether their bytes are whole is the store's own audit.
func (s *Service) auditFiles(ctx context.Context) (found []string, err error) {
	for after := ""; ; {
		var page [][2]string
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			page, err = selectFileDigests(ctx, tx, after, auditPage)
			return err
		})
		if err != nil {
			return found, fmt.Errorf("audit files of listings: %w", err)
		}
		for _, f := range page {
			after = f[0]
			if known, err := s.c.Files.Known(ctx, f[1]); err != nil {
				return found, err
			} else if !known {
				found = append(found, fmt.Sprintf("file %s of a listing: the store has no %s", f[0], f[1]))
			}
		}
		if len(page) < auditPage {
			return found, nil
		}
	}
}
