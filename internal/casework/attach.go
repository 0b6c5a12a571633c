package casework

import (
	"context"
	"fmt"
	"io"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// attachedMax is how many files one case can have.
const attachedMax = 500

// Attached is a file that somebody brought into a case. Its size is in bytes.
type Attached struct {
	Digest files.Digest
	Name   string // as it was brought into this case
	Type   string // media type, told from the first bytes
	Size   int64
	By     unit.ID
	At     time.Time

	// Of a file that was brought in just now; of one that is read again both are false.
	Scanned bool // a scanner has looked at it
	Used    bool // another case of this node that goes on or was paid has the same file

	kept files.Digest // under which it lies encrypted; "" where it lies as it is
	box  string       // its name and type, encrypted
	node string       // that keeps its bytes; "" is this one
}

// Attach keeps a file for a case; a field of the form can then name it by its digest. Only who may fill in a field for
// files now may bring one. Where the case seals such a field it is kept encrypted. The same bytes are one file of the case, under the name that came first.
func (s *Service) Attach(ctx context.Context, who access.Actor, id unit.ID, name string, r io.Reader) (a Attached, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return a, err
	}
	if s.c.Files == nil {
		return a, fault.New(fault.Unavailable, "casework.no_files")
	}
	seals := false
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.mayAttach(ctx, tx, who, id)
		if err != nil {
			return err
		}
		seals, err = s.sealsFiles(ctx, tx, sch, c, who)
		return err
	}); err != nil {
		return a, err
	}
	brought, err := s.keepFile(ctx, id, name, r, seals)
	if err != nil {
		return a, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if _, _, err := s.mayAttach(ctx, tx, who, id); err != nil {
			return err
		}
		a = brought
		a.By, a.At = who.Person, tx.Now()
		if err := insertAttached(ctx, tx, id, a); err != nil {
			return fmt.Errorf("attach %s to case %s: %w", a.Digest, id, err)
		}
		if a, err = selectAttached(ctx, tx, id, a.Digest); err == nil {
			err = s.named(id, &a)
		}
		if err != nil {
			return err
		}
		others, err := countUses(ctx, tx, string(a.Digest), id)
		if err != nil {
			return fmt.Errorf("other cases with file %s: %w", a.Digest, err)
		}
		a.Scanned, a.Used = s.c.Files.Scans(), others > 0
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.attach", Object: Case{ID: id}.Object(), Detail: string(a.Digest)})
	})
	return a, err
}

// mayAttach is the case, with its edition, into which the actor may bring a file. It refuses who has no field to put one
// into, and a case that has enough.
func (s *Service) mayAttach(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Case, *scheme.Scheme, error) {
	c, sch, err := s.seenWith(ctx, tx, who, id)
	if err != nil {
		return c, nil, err
	}
	mine := false
	for f := range sch.Form.All() {
		mine = mine || takesFiles(f) && s.fills(sch, c, who, f)
	}
	if !mine && !s.answersFiles(sch, c, who) {
		return c, nil, fault.New(fault.Denied, "casework.no_file_field")
	}
	all, err := selectAllAttached(ctx, tx, id)
	if err == nil && len(all) >= attachedMax {
		err = fault.New(fault.TooLarge, "casework.files_many", "most", attachedMax)
	}
	return c, sch, err
}

// takesFiles says whether a field, or a column of a repeated group, is for files.
func takesFiles(f scheme.Field) bool {
	for _, sub := range f.Fields {
		if takesFiles(sub) {
			return true
		}
	}
	return f.Type == "file" || f.Type == "files"
}

// Attachments are the files of a case, by digest, for whoever may see the case.
func (s *Service) Attachments(ctx context.Context, who access.Actor, id unit.ID) (out map[files.Digest]Attached, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.seen(ctx, tx, who, id)
		if err != nil {
			return err
		}
		all, err := selectAllAttached(ctx, tx, id)
		if err != nil {
			return err
		}
		may, err := s.filesShown(ctx, tx, who, c)
		out = map[files.Digest]Attached{}
		for _, a := range all {
			if may == nil || may[string(a.Digest)] || a.By == who.Person {
				if err := s.named(id, &a); err != nil {
					return err
				}
				out[a.Digest] = a
			}
		}
		return err
	})
	return out, err
}

// Attachment is one file of a case with its content, checked against the digest.
func (s *Service) Attachment(ctx context.Context, who access.Actor, id unit.ID, d files.Digest) (a Attached, content []byte, err error) {
	all, err := s.Attachments(ctx, who, id)
	if err != nil {
		return a, nil, err
	}
	a, ok := all[d]
	if !ok {
		if err := s.fileTried(ctx, who, id); err != nil {
			return a, nil, err
		}
	}
	if !ok || s.c.Files == nil {
		return a, nil, fault.New(fault.NotFound, "casework.file_unknown")
	}
	if a.node != "" {
		content, err = s.farFile(ctx, who, id, a)
		return a, content, err
	}
	content, err = s.fileBytes(ctx, id, a)
	return a, content, err
}

// Node is the node that keeps the bytes of a file; "" is this one.
func (a Attached) Node() string { return a.node }

// ownFiles refuses a value that names a file which was not brought into the case.
func ownFiles(ctx context.Context, tx *db.Tx, id unit.ID, v scheme.Value) error {
	if v.Kind == scheme.File {
		_, err := selectAttached(ctx, tx, id, files.Digest(v.Text))
		if db.NoRows(err) {
			return fault.New(fault.Invalid, "casework.file_unknown")
		}
		return err
	}
	for _, x := range v.List {
		if err := ownFiles(ctx, tx, id, x); err != nil {
			return err
		}
	}
	return nil
}
