package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/unit"
)

// Files of a case stay in the node where they were brought. Who may see one in the other node is shown it: asked for then, by name
// of who asks, compared with its digest, written into the journal of both, and kept by neither but the first.

// farFile is a file of a case of this node that the node of a party keeps.
func (s *Service) farFile(ctx context.Context, who access.Actor, id unit.ID, a Attached) ([]byte, error) {
	if s.c.Letters == nil {
		return nil, fault.New(fault.Unavailable, "casework.file_far", "node", a.node)
	}
	mandate := ""
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.seen(ctx, tx, who, id)
		if err == nil {
			mandate, _ = access.Mandate(who, access.CaseRead, s.scope(c)) // who was asked has none, and may see it all the same
		}
		return err
	}); err != nil {
		return nil, err
	}
	return s.fetched(ctx, who, Case{ID: id}.Object(), federation.FileRequest{To: a.node, Case: id, Digest: a.Digest, By: federation.Voucher{Person: string(who.Person), Mandate: mandate}})
}

// fetched asks for a file and compares it with its digest.
func (s *Service) fetched(ctx context.Context, who access.Actor, object string, q federation.FileRequest) ([]byte, error) {
	content, err := s.c.Letters.FetchFile(ctx, q)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != string(q.Digest) {
		return nil, fault.New(fault.Conflict, "casework.file_other")
	}
	return content, s.c.DB.Act(ctx, func(tx *db.Tx) error {
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.file_seen", Object: object, Mandate: q.By.Mandate, Detail: q.To + " " + string(q.Digest)})
	})
}

// HomeFile is a file of a case of another node whose bytes are there, if home shows it to the organisation.
func (s *Service) HomeFile(ctx context.Context, who access.Actor, id unit.ID, d files.Digest) (f ShadowFile, content []byte, err error) {
	x, _, err := s.ShadowOf(ctx, who, id)
	if err != nil {
		return f, nil, err
	}
	i := slices.IndexFunc(x.Files, func(f ShadowFile) bool { return f.Digest == string(d) && !f.Here })
	if i < 0 {
		return f, nil, fault.New(fault.NotFound, "casework.file_unknown")
	}
	if s.c.Letters == nil {
		return f, nil, fault.New(fault.Unavailable, "casework.file_far", "node", x.Home)
	}
	mandate, err := access.Mandate(who, access.CaseRead, access.Scope{Org: x.Org})
	if err != nil {
		return f, nil, err
	}
	content, err = s.fetched(ctx, who, "abroad/"+string(id), federation.FileRequest{To: x.Home, Case: x.Case, Org: x.Org, Digest: d, By: federation.Voucher{Person: string(who.Person), Mandate: mandate}})
	return x.Files[i], content, err
}

// ServeFile is what another node asked for: home a file that was brought here for its case and that it names, or the node of a
// party a file that the case shows to that party. All else is not found.
func (s *Service) ServeFile(ctx context.Context, q federation.FileRequest) (content []byte, err error) {
	unknown := fault.New(fault.NotFound, "casework.file_unknown")
	if s.c.Files == nil || !digestForm.MatchString(string(q.Digest)) {
		return nil, unknown
	}
	object := ""
	look := func(tx *db.Tx) error {
		if q.Org == "" {
			shadow, err := selectBroughtFor(ctx, tx, q.From, q.Case, string(q.Digest))
			if err == nil && shadow == "" {
				err = unknown
			}
			if err != nil {
				return err
			}
			acts, err := selectActed(ctx, tx, shadow)
			object = "abroad/" + string(shadow)
			named := func(f ShadowFile) bool { return f.Digest == string(q.Digest) }
			if err == nil && !slices.ContainsFunc(acts, func(a ShadowActed) bool { return slices.ContainsFunc(a.Wanted.Files, named) }) {
				err = unknown // brought and never sent
			}
			return err
		}
		object = Case{ID: q.Case}.Object()
		c, sch, err := s.load(ctx, tx, q.Case)
		if err != nil {
			return unknown
		}
		parties, err := s.abroad(ctx, tx, sch, c)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(parties, func(p party) bool { return p.org == q.Org && p.node == q.From })
		if i < 0 || len(c.History) == 0 {
			return unknown
		}
		x, err := s.shadowOf(ctx, tx, sch, c, parties[i])
		if err == nil && !slices.ContainsFunc(x.Files, func(f ShadowFile) bool { return f.Digest == string(q.Digest) && !f.Here }) {
			err = unknown
		}
		return err
	}
	if err := s.c.DB.Read(ctx, look); err != nil {
		return nil, err
	}
	if _, content, err = s.c.Files.Get(ctx, q.Digest); err != nil {
		return nil, fmt.Errorf("file %s for %s: %w", q.Digest, q.From, err)
	}
	who := access.Actor{Person: unit.ID(q.From + ":" + clipped(q.By.Person)), Session: "letter/" + string(q.ID)}
	return content, s.c.DB.Act(ctx, func(tx *db.Tx) error {
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.file_shown", Object: object, Mandate: clipped(q.By.Mandate), Detail: string(q.Digest)})
	})
}
