package agreement

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

//go:embed frames/*.yaml
var frameFiles embed.FS

const (
	tagsMax = 20 // of one task or agreement
	// CompactFrame is the frame whose items are the compacts of the registry.
	CompactFrame = "compact"
)

// Frame is a set of goals by which tasks and agreements are tagged: 五个中心, 四大功能. Frames are data, see frames/.
type Frame struct {
	ID     string
	Name   fault.Words
	Source string
	Items  []Item
}

// Item is one goal of a frame.
type Item struct {
	ID   string
	Name fault.Words
}

// Tag says that a task or an agreement serves a goal.
type Tag struct{ Frame, Item string }

// ParseTag reads frame/item.
func ParseTag(s string) (Tag, bool) {
	frame, item, ok := strings.Cut(strings.TrimSpace(s), "/")
	return Tag{frame, item}, ok && frame != "" && item != ""
}

func (t Tag) String() string { return t.Frame + "/" + t.Item }

func readFrames() (all []Frame, err error) {
	names, err := fs.Glob(frameFiles, "frames/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := frameFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var f struct {
			ID, ZH, EN, Source string
			Items              []struct{ ID, ZH, EN string }
		}
		if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		frame := Frame{ID: f.ID, Name: fault.Words{f.ZH, f.EN}, Source: f.Source}
		for _, i := range f.Items {
			frame.Items = append(frame.Items, Item{i.ID, fault.Words{i.ZH, i.EN}})
		}
		all = append(all, frame)
	}
	return all, nil
}

// Frames lists the goal frames, the compacts of the registry as the last of them.
func (r *Register) Frames(ctx context.Context, tx *db.Tx) ([]Frame, error) {
	all := slices.Clone(r.frames)
	if r.c.Registry == nil {
		return all, nil
	}
	compacts, err := r.c.Registry.Compacts(ctx, tx)
	if err != nil {
		return nil, err
	}
	f := Frame{ID: CompactFrame, Name: fault.Words{"协定", "Compacts"}}
	for _, c := range compacts {
		f.Items = append(f.Items, Item{c.ID, c.Name})
	}
	if len(f.Items) > 0 {
		all = append(all, f)
	}
	return all, nil
}

// TagWords is what people call a tag, and whether there is such a goal.
func TagWords(frames []Frame, t Tag) (frame, item fault.Words, ok bool) {
	for _, f := range frames {
		if f.ID != t.Frame {
			continue
		}
		for _, i := range f.Items {
			if i.ID == t.Item {
				return f.Name, i.Name, true
			}
		}
	}
	return frame, item, false
}

// SetTags says which goals a task or an agreement serves, in place of what was said before.
func (r *Register) SetTags(ctx context.Context, who access.Actor, object unit.ID, tags []Tag) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		of := object
		if t, err := r.task(ctx, tx, who, object); err == nil {
			of = t.Agreement
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		if _, err := r.forPlanning(ctx, tx, who, of); err != nil {
			return err
		}
		if err := r.setTags(ctx, tx, object, tags); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.tag", "promise/"+string(object), fmt.Sprint(tags))
	})
}

func (r *Register) setTags(ctx context.Context, tx *db.Tx, object unit.ID, tags []Tag) error {
	if len(tags) > tagsMax {
		return fault.New(fault.Invalid, "agreement.tags_many", "most", tagsMax).On("tags")
	}
	if len(tags) > 0 {
		frames, err := r.Frames(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range tags {
			if _, _, ok := TagWords(frames, t); !ok {
				return fault.New(fault.Invalid, "agreement.tag_unknown", "tag", t).On("tags")
			}
		}
	}
	return replaceTags(ctx, tx, object, tags)
}
