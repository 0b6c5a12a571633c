package catalogue

import (
	"context"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/unit"
)

// File is a picture, a manual, a regulation or a configuration of a listing.
type File struct {
	ID     unit.ID
	Use    Use
	Digest files.Digest
	Name   string
	Type   string // media type
	Size   int64  // bytes
	Title  string
	Made   time.Time
}

// Use is what a file is for.
type Use string

const (
	Picture       Use = "picture"
	Manual        Use = "manual"
	Regulation    Use = "regulation"
	Configuration Use = "configuration"
	Achievement   Use = "achievement"
)

// Uses in the order in which they are shown.
var Uses = []Use{Picture, Manual, Regulation, Configuration, Achievement}

// Words is what people call a use.
func (u Use) Words() fault.Words {
	return map[Use]fault.Words{Picture: {"图片", "Picture"}, Manual: {"说明书", "Manual"}, Regulation: {"管理办法", "Regulation"},
		Configuration: {"配置清单", "Configuration"}, Achievement: {"成果材料", "Achievement"}}[u]
}

// Attach adds a file that the store of files has to a listing.
func (s *Service) Attach(ctx context.Context, who access.Actor, id unit.ID, version int, f File) (l Listing, err error) {
	if f.Use.Words() == (fault.Words{}) {
		return l, fault.New(fault.Invalid, "catalogue.file_use").On("use")
	}
	if f.Use == Picture && f.Type != "image/png" && f.Type != "image/jpeg" && f.Type != "image/webp" && f.Type != "image/gif" {
		return l, fault.New(fault.Invalid, "catalogue.file_picture", "name", f.Name).On("file")
	}
	if f.Title = strings.TrimSpace(f.Title); len([]rune(f.Title)) > titleMax {
		return l, fault.New(fault.Invalid, "catalogue.file_title", "most", titleMax).On("title")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		var by string
		if l, _, by, err = s.forAct(ctx, tx, who, access.ListingEdit, id, version); err != nil {
			return err
		}
		if l.State.ended() {
			return notIn(l.State, Attaching)
		}
		there, err := selectFiles(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(there) >= filesMax {
			return fault.New(fault.TooLarge, "catalogue.files_many", "most", filesMax).On("file")
		}
		f.ID, f.Made = unit.NewID(tx.Now()), tx.Now()
		if err := insertFile(ctx, tx, id, f); err != nil {
			return err
		}
		return s.save(ctx, tx, who, by, &l, Attaching, "+ "+f.Name, false)
	})
	return l, err
}

// Detach takes a file off a listing; the store keeps it.
func (s *Service) Detach(ctx context.Context, who access.Actor, id unit.ID, version int, file unit.ID) (l Listing, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		var by string
		if l, _, by, err = s.forAct(ctx, tx, who, access.ListingEdit, id, version); err != nil {
			return err
		}
		all, err := selectFiles(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, f := range all {
			if f.ID == file {
				if err := dropFile(ctx, tx, file); err != nil {
					return err
				}
				return s.save(ctx, tx, who, by, &l, Attaching, "- "+f.Name, false)
			}
		}
		return fault.New(fault.NotFound, "catalogue.file_unknown")
	})
	return l, err
}

// FilesOf lists the files of a listing that the actor may read, pictures first.
func (s *Service) FilesOf(ctx context.Context, who access.Actor, id unit.ID) (all []File, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err := s.find(ctx, tx, who, id)
		if all = nil; err != nil || l.TakenBack != "" && !readsAll(who, l) {
			return err
		}
		all, err = selectFiles(ctx, tx, id)
		return err
	})
	return all, err
}
